#include "core/system/emis/exporter.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/csv/broken_rows.hpp"
#include "core/system/emis/extract.hpp"
#include "core/util/error.hpp"

namespace gpswitch::emis {
namespace {

using record::Fate;

std::string base_name(const std::string& path) {
    const std::size_t at = path.find_last_of("/!");
    return at == std::string::npos ? path : path.substr(at + 1);
}

record::SourceOptions whole(record::SourceOptions options) {
    if (options.mapping == nullptr) throw MappingError("an EMIS extract needs a mapping set");
    options.incomplete = false;  // completeness is what an export verifies
    return options;
}

/// The files as they are where one delivery is all there is; else one bulk extract, made of the rows that
/// count.
class ExtractExporter : public record::Exporter {
  public:
    explicit ExtractExporter(const record::SourceOptions& options)
        : extract_(whole(options), *options.mapping), census_(extract_.census) {
        for (const Batch& b : extract_.batches()) {
            if (b.use != Use::read) continue;
            newest_ = &b;
            ++read_;
        }
        if (is_whole())
            for (auto& input : census_.inputs) input.name = base_name(input.name);
    }
    const record::Census& census() const override { return census_; }
    const std::vector<Issue>& issues() const override { return extract_.issues; }

    void write(record::ExportWriter& out) override {
        for (std::size_t i = 0; i < census_.tables.size(); ++i) {
            const TableFile& t = extract_.table(static_cast<Tab>(i));
            if (t.parts.empty()) continue;
            if (is_whole() || i >= kTabs)
                copy(t, i, out);
            else
                merge(t, i, out);
        }
    }

  private:
    /// One delivery, and nothing in it is left out by the options: every row is in the copy, whatever becomes
    /// of it when it is read.
    bool is_whole() const {
        if (read_ != 1 || extract_.batches().size() != 1) return false;
        for (std::size_t i = 0; i < kTabs; ++i)
            for (const Verdict v : extract_.table(static_cast<Tab>(i)).verdicts)
                if (v >= Verdict::later_delivery) return false;
        return true;
    }

    static void copy(const TableFile& t, std::size_t table, record::ExportWriter& out) {
        for (const Part& p : t.parts) {
            out.member(base_name(p.name), table);
            // In pieces, so that progress is seen and an interrupt heard; the rows count with the last.
            constexpr std::size_t kPiece = std::size_t{16} << 20;
            for (std::size_t at = 0; at < p.bytes.size(); at += kPiece)
                out.write(p.bytes.substr(at, kPiece), 0);
            out.write({}, p.rows);
        }
    }

    void merge(const TableFile& t, std::size_t table, record::ExportWriter& out) {
        out.member(name_of(t.tab), table);
        std::string text;
        for (const std::string& column : t.header.columns) append(text, column, text.empty());
        out.write(text + "\r\n", 0);
        Arena arena;
        RowText row;
        std::vector<std::uint32_t> broken;
        for (const std::uint32_t slot : extract_.in_file_order(t.tab)) {
            const Verdict verdict = t.verdict(slot);
            arena.clear();
            t.read(slot, arena, row);
            if (counts(verdict) && t.broken.contains(t.offset(slot)))
                broken.push_back(slot);
            else if (!counts(verdict)) {
                const Outcome o = outcome(verdict);
                if (o.fate == Fate::held)
                    out.hold(table, extract_.line(t.tab, slot), key_in(t, row), o.rule, row.raw);
                else
                    out.settle(table, o.fate, o.rule, 1);
            } else if (is_delete(t, slot, row)) {
                out.settle(table, Fate::deleted, "deleted", 1);
            } else {
                text.clear();
                if (as_it_stands(t, slot) || row.bad != nullptr)
                    text = row.raw;
                else
                    for (std::size_t c = 0; c < t.header.columns.size(); ++c)
                        append(text, c < row.cells.size() ? row.cells[c] : Text{}, c == 0);
                out.write(text + "\r\n", 1);
            }
        }
        if (!broken.empty()) out.write(at_the_end(t, broken), broken.size());
    }

    /// Rows whose quotes go wrong, verbatim: at the end of the file, where no row stands behind them that
    /// they could be read into. Whoever reads the copy finds the same rows, as unreadable as they were.
    std::string at_the_end(const TableFile& t, const std::vector<std::uint32_t>& slots) const {
        std::string head, tail;
        for (const std::string& column : t.header.columns) append(head, column, head.empty());
        head += "\r\n";
        Arena arena;
        RowText row;
        std::vector<std::string> raw;
        bool sure = true;
        for (const std::uint32_t slot : slots) {
            t.read(slot, arena, row);
            raw.emplace_back(row.raw);
            tail += raw.back() + "\r\n";
            sure = sure && as_it_stands(t, slot);
        }
        if (sure && csv::stand_at_the_end(head, raw, t.header.columns.size(), {})) return tail;
        throw InputError(
            fmt::format("{}:{}: a row whose quotes go wrong cannot stand beside rows of other "
                        "deliveries without changing how they are read",
                        extract_.origin(t.tab, slots.front()), extract_.line(t.tab, slots.front())),
            "ask for that delivery again, or map the deliveries as they are");
    }

    static void append(std::string& text, Text cell, bool first) {
        if (!first) text += ',';
        csv::append_field(text, cell, {}, false);
    }

    /// Same columns in the same order as the copy, and none of its cells comes from an older row.
    static bool as_it_stands(const TableFile& t, std::size_t slot) {
        const Part& p = t.part_of(slot);
        return p.place.empty() && p.header.columns.size() == t.header.columns.size() &&
               !t.kept_from.contains(t.offset(slot));
    }

    /// A delta's word that the row is gone. Rows of a bulk stay as they are, and agreements are states, not
    /// rows.
    bool is_delete(const TableFile& t, std::size_t slot, const RowText& row) const {
        return t.tab != Tab::Agreements_SharingOrganisation && !extract_.batch(t.tab, slot).bulk &&
               row.bad == nullptr && is_true(t.cell(row, "Deleted"));
    }

    static Text key_in(const TableFile& t, const RowText& row) {
        const Text column = shape(t.tab).key;
        return column.empty() || row.bad != nullptr ? Text{} : t.cell(row, column);
    }

    /// The merged table's file: a bulk's, with number and time of the newest delivery in it.
    std::string name_of(Tab tab) const {
        const Batch& b = *newest_;
        return b.modern ? fmt::format("bulk_{}_{}_{}_{}.csv", b.id, shape(tab).name, b.time, b.agreement)
                        : fmt::format("{}_{}_{}_{}.csv", b.id, shape(tab).name, b.time, b.agreement);
    }

    Extract extract_;
    record::Census census_;
    const Batch* newest_ = nullptr;
    std::size_t read_ = 0;
};

}  // namespace

std::unique_ptr<record::Exporter> open_exporter(const record::SourceOptions& options) {
    return std::make_unique<ExtractExporter>(options);
}

}  // namespace gpswitch::emis
