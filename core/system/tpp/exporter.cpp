#include "core/system/tpp/exporter.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "core/csv/broken_rows.hpp"
#include "core/system/tpp/extract.hpp"
#include "core/util/error.hpp"
#include "core/util/text.hpp"

namespace gpswitch::tpp {
namespace {

using record::ExportWriter;
using record::Fate;

constexpr std::string_view kMark = "\xEF\xBB\xBF";
constexpr std::string_view kManifest = "SRManifest.csv";
constexpr std::string_view kManifestHead = "FileName,IsDelta,IsReference,DateExtractFrom,DateExtractTo\r\n";

record::SourceOptions whole(record::SourceOptions options) {
    if (options.mapping == nullptr) throw MappingError("a SystmOne extract needs a mapping set");
    options.incomplete = false;  // completeness is what an export verifies
    return options;
}

/// Files of the supplier's that hold more than ASCII begin with the mark of UTF-8: who reads a file without
/// it takes it for Windows-1252.
bool marked(const TableFile& t) {
    return std::ranges::any_of(t.parts, [](const Part& p) { return p.utf8 || !is_ascii(p.bytes); });
}

/// "2026-03-01 02:00:00" as the manifest has it: "20260301_0200".
std::string in_manifest(const std::string& moment) {
    return moment.substr(0, 4) + moment.substr(5, 2) + moment.substr(8, 2) + "_" + moment.substr(11, 2) +
           moment.substr(14, 2);
}

/// The files as they are, but in UTF-8, where one delivery is all there is; else one full delivery, made of
/// the rows that count.
class ExtractExporter : public record::Exporter {
  public:
    ExtractExporter(const record::SourceOptions& options, std::vector<std::string> absent)
        : extract_(whole(options), *options.mapping, Purpose::copy), census_(extract_.census) {
        census_.absent = std::move(absent);
        for (const Delivery& d : extract_.deliveries().list)
            if (d.use == Use::read) newest_ = &d;
        if (is_whole())
            for (auto& input : census_.inputs) input.name = base_name(input.name);
    }
    const record::Census& census() const override { return census_; }
    const std::vector<Issue>& issues() const override { return extract_.issues; }

    void write(ExportWriter& out) override {
        const bool as_it_is = is_whole();
        for (std::size_t i = 0; i < census_.tables.size(); ++i)
            as_it_is ? copy(extract_.table(i), i, out) : merge(extract_.table(i), i, out);
        const File& spec = extract_.deliveries().specification;
        if (spec.place != nullptr) {
            out.member(base_name(spec.name), ExportWriter::kNoTable);
            out.write(spec.bytes(), 0);
        }
        // Last, as the supplier does it: it says that the delivery is whole.
        out.member(std::string(kManifest), ExportWriter::kNoTable);
        out.write(
            as_it_is ? std::string(extract_.deliveries().places[0]->bytes(newest_->manifest)) : manifest(),
            0);
    }

  private:
    /// One delivery, and nothing in it is left out by the options: every row is in the copy, whatever becomes
    /// of it when it is read.
    bool is_whole() const {
        if (extract_.deliveries().list.size() != 1) return false;
        return std::ranges::none_of(extract_.tables(), [](const TableFile& t) {
            return std::ranges::any_of(t.verdicts, [](Verdict v) {
                return v == Verdict::later_delivery || v == Verdict::other_practice ||
                       v == Verdict::shared_record;
            });
        });
    }

    void copy(const TableFile& t, std::size_t table, ExportWriter& out) {
        const Part& p = t.parts.front();
        out.member(t.name + ".csv", table);
        if (marked(t) && !p.utf8) out.write(kMark, 0);
        // In pieces, so that progress is seen and an interrupt heard; the rows count with the last.
        constexpr std::size_t kPiece = std::size_t{16} << 20;
        std::string text;
        for (std::size_t at = 0; at < p.bytes.size(); at += kPiece) {
            const std::string_view piece = p.bytes.substr(at, kPiece);
            text.clear();
            if (!p.utf8) note_undefined(p, at, copy_windows1252(text, piece));
            out.write(p.utf8 ? piece : std::string_view(text), 0);
        }
        out.write({}, p.rows);
    }

    /// A table of several deliveries: its rows that count, in the order in which they came.
    void merge(const TableFile& t, std::size_t table, ExportWriter& out) {
        out.member(t.name + ".csv", table);
        const csv::Dialect dialect = t.parts.back().dialect;
        if (marked(t)) out.write(kMark, 0);
        const std::string head = header(t, dialect);
        out.write(head, 0);
        Arena arena;
        std::string text;
        std::vector<std::uint32_t> broken;
        for (const std::uint32_t slot : extract_.in_file_order(table)) {
            const Outcome o = outcome(t.verdict(slot));
            if (o.fate != Fate::unsettled) {
                out.settle(table, o.fate, o.rule, 1);
            } else if (t.broken.contains(t.offset(slot))) {
                broken.push_back(slot);
            } else {
                arena.clear();
                text.clear();
                row(t, slot, dialect, arena, text);
                out.write(text + "\r\n", 1);
            }
        }
        if (!broken.empty()) out.write(at_the_end(t, head, broken, dialect), broken.size());
    }

    static std::string header(const TableFile& t, csv::Dialect dialect) {
        std::string text;
        for (const std::string& column : t.header.columns) {
            if (!text.empty()) text += dialect.separator;
            if (t.parts.back().utf8)
                csv::append_field(text, column, dialect, true);
            else {
                std::string name;
                copy_windows1252(name, column);
                csv::append_field(text, name, dialect, true);
            }
        }
        return text + "\r\n";
    }

    /// Same columns in the same order and with the same separator as the copy.
    static bool as_it_stands(const Part& p, csv::Dialect dialect) {
        return p.place.empty() && p.dialect.separator == dialect.separator;
    }

    std::string utf8_of(const TableFile& t, std::size_t slot) {
        const Text raw = t.raw_at(t.offset(slot));
        const Part& p = t.part_of(slot);
        if (p.utf8) return std::string(raw);
        std::string text;
        note_undefined(p, t.offset(slot) - p.base, copy_windows1252(text, raw));
        return text;
    }

    /// Told of once in a file: the copy has a control character there. `position`: behind `from`, or npos.
    void note_undefined(const Part& p, std::uint64_t from, std::size_t position) {
        if (position == std::string::npos || !doubtful_.insert(&p).second) return;
        Issue i;
        i.severity = Severity::warning;
        i.code = "TPP-BYTE-001";
        i.member = p.origin;
        i.line = p.lines.line_of(from + position);
        i.message =
            "bytes that mean nothing in Windows-1252, here and perhaps further on: control characters "
            "in the copy";
        i.hint = "look at the entry in SystmOne: a character may have been lost there";
        extract_.issues.push_back(std::move(i));
    }

    /// A row with the columns of the copy, values as they stand.
    void row(const TableFile& t, std::size_t slot, csv::Dialect dialect, Arena& arena, std::string& text) {
        const Part& p = t.part_of(slot);
        text = utf8_of(t, slot);
        if (as_it_stands(p, dialect)) return;
        std::vector<Text> cells, placed(t.header.columns.size());
        const csv::State state = csv::split(text, p.dialect, arena, cells);
        const bool fits = cells.size() == p.header.columns.size();
        // Not UTF-8 or with a NUL, it is as unreadable with its cells in another order.
        if (!fits || state == csv::State::unterminated_quote || state == csv::State::text_after_quote)
            cannot_stand(t, slot);
        for (std::size_t c = 0; c < cells.size(); ++c)
            placed[p.place.empty() ? c : static_cast<std::size_t>(p.place[c])] = cells[c];
        std::string out;
        for (std::size_t c = 0; c < placed.size(); ++c) {
            if (c > 0) out += dialect.separator;
            csv::append_field(out, placed[c], dialect, true);
        }
        text = std::move(out);
    }

    /// Rows whose quotes go wrong, verbatim: at the end of the file, where no row stands behind them that
    /// they could be read into.
    std::string at_the_end(const TableFile& t, const std::string& head,
                           const std::vector<std::uint32_t>& slots, csv::Dialect dialect) {
        std::vector<std::string> rows;
        std::string text;
        bool sure = true;
        for (const std::uint32_t slot : slots) {
            rows.push_back(utf8_of(t, slot));
            text += rows.back() + "\r\n";
            sure = sure && as_it_stands(t.part_of(slot), dialect);
        }
        if (!sure || !csv::stand_at_the_end(head, rows, t.header.columns.size(), dialect))
            cannot_stand(t, slots.front());
        return text;
    }

    [[noreturn]] static void cannot_stand(const TableFile& t, std::size_t slot) {
        throw InputError(fmt::format("{}:{}: a row that cannot be read cannot stand beside rows of other "
                                     "deliveries without changing how it is read",
                                     t.part_of(slot).origin, t.line(slot)),
                         "ask for that delivery again, or map the deliveries as they are");
    }

    /// That of one full delivery, with the moment of the newest one in it.
    std::string manifest() const {
        std::string text(kManifestHead);
        for (const TableFile& t : extract_.tables()) {
            if (beside_manifest(t.name)) continue;
            const bool reference = std::ranges::any_of(extract_.deliveries().list, [&](const Delivery& d) {
                return std::ranges::any_of(d.files, [&](const File& f) {
                    return f.reference && same_ignoring_case(f.table, t.name);
                });
            });
            text += fmt::format("{},N,{},,{}\r\n", t.name, reference ? 'Y' : 'N',
                                undated(t.name) ? "" : in_manifest(newest_->to));
        }
        return text;
    }

    Extract extract_;
    record::Census census_;
    const Delivery* newest_ = nullptr;
    std::set<const Part*> doubtful_;
};

}  // namespace

std::unique_ptr<record::Exporter> open_exporter(const record::SourceOptions& options,
                                                std::vector<std::string> absent) {
    return std::make_unique<ExtractExporter>(options, std::move(absent));
}

}  // namespace gpswitch::tpp
