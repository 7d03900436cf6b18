#include "core/system/vision/exporter.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "core/csv/broken_rows.hpp"
#include "core/system/vision/patient.hpp"
#include "core/system/vision/practice.hpp"
#include "core/util/error.hpp"

namespace gpswitch::vision {
namespace {

using record::ExportWriter;

record::SourceOptions whole(record::SourceOptions options) {
    if (options.mapping == nullptr) throw MappingError("a Vision extract needs a mapping set");
    options.incomplete = false;  // completeness is what an export verifies
    return options;
}

std::string base_name(const std::string& path) {
    const std::size_t at = path.find_last_of("/!");
    return at == std::string::npos ? path : path.substr(at + 1);
}

/// The rows that count, each in the file in which it came: the files have neither header nor manifest, and
/// their names say which delivery a row is of. That stays, for it says more than the order: a registration
/// before this one is told from a contradiction by it.
class ExtractExporter : public record::Exporter {
  public:
    ExtractExporter(const record::SourceOptions& options, std::vector<std::string> absent)
        : extract_(whole(options), *options.mapping), mapping_(*options.mapping) {
        options.mapping->bind([](Text table, Text column) { return column_number(table, column); },
                              extract_.census.version);
        for (const TableFile& t : extract_.tables()) {
            left_out_.emplace_back(t.rows.size(), 0);
            for (const Part& p : t.parts) one_ = one_ && p.delivery == 0 && p.use != Use::later;
        }
        if (!one_ || extract_.several()) read();
        census_ = extract_.census;
        census_.absent = std::move(absent);
        if (is_whole())
            for (auto& input : census_.inputs) input.name = base_name(input.name);
    }
    const record::Census& census() const override { return census_; }
    const std::vector<Issue>& issues() const override { return extract_.issues; }

    void write(ExportWriter& out) override {
        const bool as_it_is = is_whole();
        for (std::size_t t = 0; t < extract_.tables().size(); ++t) as_it_is ? copy(t, out) : merge(t, out);
        extract_.check_files();
    }

  private:
    /// What deliveries make of rows is for the Source to say: it is read through, and asked for the fates.
    void read() {
        std::vector<std::uint32_t> patients(extract_.census.patients.size());
        std::iota(patients.begin(), patients.end(), 0u);
        PatientCursor cursor(extract_, mapping_, patients);
        record::Record record;
        while (cursor.next(record)) take(record);
        Practice practice(extract_, mapping_);
        while (practice.rest(record)) take(record);
    }

    void take(const record::Record& record) {
        const std::size_t patients = *extract_.at(Tab::patient);
        for (const record::Settlement& s : record.settlements) {
            // Held, or excluded for what it says, it is for whoever reads the copy.
            const bool by_options = s.rule == "delivery-after-moment" || s.rule == "other-practice" ||
                                    s.rule == "full-extract-repeats-incremental";
            const bool out = s.fate == Fate::superseded || s.fate == Fate::deleted ||
                             (s.fate == Fate::excluded && by_options);
            // Older rows of a patient say what "left" and "deceased" have taken the place of.
            const bool told = record.rows[s.row].table == patients && s.rule == "newer-row-of-same-key";
            if (!out || told) continue;
            const std::pair<Fate, std::string> why{s.fate, s.rule};
            auto it = std::ranges::find(why_, why);
            if (it == why_.end()) it = why_.insert(why_.end(), why);
            const record::Row& row = record.rows[s.row];
            left_out_[row.table][row.slot] = static_cast<std::uint8_t>(it - why_.begin() + 1);
        }
    }

    /// One delivery, and nothing in it is left out by the options: every row is in the copy, whatever becomes
    /// of it when it is read.
    bool is_whole() const {
        return one_ && std::ranges::none_of(left_out_, [&](const std::vector<std::uint8_t>& rows) {
                   return std::ranges::any_of(
                       rows, [&](std::uint8_t n) { return n > 0 && why_[n - 1].second == "other-practice"; });
               });
    }

    void copy(std::size_t table, ExportWriter& out) const {
        const TableFile& t = extract_.table(table);
        Arena arena;
        RowText row;
        for (const Part& p : t.parts) {
            out.member(base_name(p.name), table);
            if (p.utf8) {
                // In pieces, so that progress is seen and an interrupt heard; the rows count with the last.
                constexpr std::size_t kPiece = std::size_t{16} << 20;
                for (std::size_t at = 0; at < p.bytes.size(); at += kPiece)
                    out.write(p.bytes.substr(at, kPiece), 0);
                out.write({}, p.rows);
                continue;
            }
            csv::TableScanner scan(p.bytes, {}, p.columns, false);
            std::uint64_t done = 0;
            for (csv::RowSpan span; scan.next(span); done = span.offset + span.length) {
                out.write(p.bytes.substr(done, span.offset - done), 0);
                arena.clear();
                t.read_at(p.base + span.offset, arena, row);
                out.write(row.raw, 1);
            }
            out.write(p.bytes.substr(done), 0);
        }
    }

    void merge(std::size_t table, ExportWriter& out) const {
        const TableFile& t = extract_.table(table);
        const auto& left_out = left_out_[table];
        std::vector<std::uint32_t> slots(t.rows.size());
        std::iota(slots.begin(), slots.end(), 0u);
        std::ranges::sort(slots, {}, [&](std::uint32_t s) { return t.offset(s); });
        // A file of which no row is left is not written, unless it is the last of its table.
        bool any = false;
        std::size_t at = 0;
        for (std::size_t part = 0; part < t.parts.size(); ++part) {
            std::vector<std::uint32_t> rows;
            for (; at < slots.size() && t.part_at(t.offset(slots[at])) == part; ++at)
                if (const std::uint8_t n = left_out[slots[at]]; n > 0)
                    out.settle(table, why_[n - 1].first, why_[n - 1].second, 1);
                else
                    rows.push_back(slots[at]);
            const bool last = part + 1 == t.parts.size() && !any;
            if (rows.empty() && !last) continue;
            any = true;
            out.member(base_name(t.parts[part].name), table);
            write_rows(t, rows, out);
        }
    }

    /// Rows whose quotes go wrong at the end, where no row stands behind them that they could be read into.
    static void write_rows(const TableFile& t, const std::vector<std::uint32_t>& slots, ExportWriter& out) {
        Arena arena;
        RowText row;
        std::vector<std::string> broken;
        std::size_t good = 0;
        for (const std::uint32_t slot : slots) {
            arena.clear();
            t.read(slot, arena, row);
            good += row.bad == nullptr ? 1 : 0;
            if (t.broken.contains(t.offset(slot)))
                broken.emplace_back(row.raw);
            else
                out.write(std::string(row.raw) + "\r\n", 1);
        }
        // Which columns a file has is told by most of its rows.
        const bool doubtful = t.shape != nullptr && good * 2 < slots.size();
        if (doubtful ||
            (!broken.empty() && !csv::stand_at_the_end({}, broken, t.part_of(slots.front()).columns, {})))
            throw InputError(
                fmt::format(
                    "{}:{}: rows that cannot be read cannot stand without those that a later delivery "
                    "replaces",
                    t.part_of(slots.front()).origin, t.line(slots.front())),
                "ask for that delivery again, or map the deliveries as they are");
        for (const std::string& raw : broken) out.write(raw + "\r\n", 1);
    }

    Extract extract_;
    const mapping::MappingSet& mapping_;
    record::Census census_;
    bool one_ = true;  ///< delivery
    std::vector<std::pair<Fate, std::string>> why_;
    std::vector<std::vector<std::uint8_t>> left_out_;  ///< by table and slot: 0, or which of `why_` and 1
};

}  // namespace

std::unique_ptr<record::Exporter> open_exporter(const record::SourceOptions& options,
                                                std::vector<std::string> absent) {
    return std::make_unique<ExtractExporter>(options, std::move(absent));
}

}  // namespace gpswitch::vision
