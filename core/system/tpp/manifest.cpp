#include "core/system/tpp/manifest.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/csv/csv.hpp"
#include "core/system/tpp/values.hpp"
#include "core/util/error.hpp"
#include "core/util/text.hpp"

namespace gpswitch::tpp {
namespace {

constexpr std::array<Text, 5> kColumns = {"FileName", "IsDelta", "IsReference", "DateExtractFrom",
                                          "DateExtractTo"};
constexpr const char* kAgain = "ask for the delivery again";

struct Reader {
    const std::string& origin;
    Manifest out;
    std::array<int, 5> place{};
    std::uint64_t line = 1;

    [[noreturn]] void fail(const std::string& what) const {
        throw InputError(fmt::format("{}:{}: {}", origin, line, what), kAgain);
    }

    void header(const std::vector<Text>& cells) {
        for (std::size_t c = 0; c < kColumns.size(); ++c) {
            place[c] = -1;
            for (std::size_t i = 0; i < cells.size(); ++i)
                if (same_ignoring_case(trim(cells[i]), kColumns[c])) place[c] = static_cast<int>(i);
            if (place[c] < 0 && c != 2) fail(fmt::format("no column {}", kColumns[c]));
        }
    }

    Text cell(const std::vector<Text>& cells, std::size_t column) const {
        const int at = place[column];
        return at < 0 || static_cast<std::size_t>(at) >= cells.size()
                   ? Text{}
                   : trim(cells[static_cast<std::size_t>(at)]);
    }

    bool flag(const std::vector<Text>& cells, std::size_t column) const {
        const Text t = cell(cells, column);
        if (same_ignoring_case(t, "Y")) return true;
        if (!same_ignoring_case(t, "N")) fail(fmt::format("{} is neither Y nor N", kColumns[column]));
        return false;
    }

    std::string date(const std::vector<Text>& cells, std::size_t column) const {
        const Text t = cell(cells, column);
        if (t.empty()) return {};
        std::string m = manifest_moment(t);
        if (m.empty()) fail(fmt::format("{} is no moment like 20200131_0200", kColumns[column]));
        return m;
    }

    void agree(std::string& all, const std::string& one, const char* what) const {
        if (all.empty()) all = one;
        if (all != one)
            fail(fmt::format("its {} differs from that of the rows before: which one counts?", what));
    }

    void row(const std::vector<Text>& cells) {
        Listed f;
        f.name = cell(cells, 0);
        if (f.name.empty()) fail("a row without FileName");
        if (lower(f.name).ends_with(".csv")) f.name.resize(f.name.size() - 4);
        f.delta = flag(cells, 1);
        f.reference = place[2] >= 0 && flag(cells, 2);
        f.from = date(cells, 3);
        f.to = date(cells, 4);
        (f.delta ? out.deltas : out.fulls) = true;
        if (!undated(f.name)) {
            if (f.to.empty()) fail("no DateExtractTo");
            agree(out.to, f.to, "DateExtractTo");
            if (f.delta && f.from.empty()) fail("a delta without DateExtractFrom");
            if (!f.delta && !f.from.empty()) fail("a full file with a DateExtractFrom");
            if (f.delta) agree(out.from, f.from, "DateExtractFrom");
        }
        const bool twice = std::any_of(out.files.begin(), out.files.end(),
                                       [&](const Listed& o) { return same_ignoring_case(o.name, f.name); });
        if (twice) fail(fmt::format("{} stands twice", shown(f.name)));
        out.files.push_back(std::move(f));
    }
};

}  // namespace

bool undated(std::string_view table) {
    return same_ignoring_case(table, "SRAppointmentAttendees") ||
           same_ignoring_case(table, "SRReferralContactEvent");
}

char separator_of(std::string_view bytes) {
    if (bytes.starts_with("\xEF\xBB\xBF")) bytes.remove_prefix(3);
    for (const char c : bytes.substr(0, 200)) {
        if (c == '|' || c == '\t' || c == ';') return c;
        if (c == ',' || c == '\n') break;
    }
    return ',';
}

Manifest read_manifest(std::string_view bytes, const std::string& origin) {
    Reader r{origin, {}, {}, 1};
    const csv::Dialect dialect{separator_of(bytes), true};
    csv::Scanner scan(bytes, dialect);
    csv::RowSpan span;
    Arena arena;
    std::vector<Text> cells;
    bool headed = false;
    for (; scan.next(span); ++r.line) {
        if (csv::split(bytes.substr(span.offset, span.length), dialect, arena, cells) != csv::State::good)
            r.fail("the row cannot be read");
        headed ? r.row(cells) : r.header(cells);
        headed = true;
    }
    if (!headed) throw InputError(origin + ": the manifest is empty", kAgain);
    if (r.out.files.empty()) throw InputError(origin + ": the manifest lists no file", kAgain);
    if (r.out.to.empty()) throw InputError(origin + ": no row has a DateExtractTo", kAgain);
    return std::move(r.out);
}

}  // namespace gpswitch::tpp
