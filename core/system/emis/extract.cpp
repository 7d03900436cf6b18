#include "core/system/emis/extract.hpp"

#include <emmintrin.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <numeric>

#include "core/util/civil_time.hpp"
#include "core/util/error.hpp"
#include "core/util/hash.hpp"
#include "core/util/text.hpp"

namespace gpswitch::emis {
namespace {

/// Sixteen hex digits as a number; false when one of them is none.
bool hex16(const char* digits, std::uint64_t& out) {
    const __m128i v = _mm_loadu_si128(reinterpret_cast<const __m128i*>(digits));
    const __m128i low = _mm_or_si128(v, _mm_set1_epi8(0x20));
    const auto within = [](__m128i x, char from, char to) {
        return _mm_and_si128(_mm_cmpgt_epi8(x, _mm_set1_epi8(static_cast<char>(from - 1))),
                             _mm_cmpgt_epi8(_mm_set1_epi8(static_cast<char>(to + 1)), x));
    };
    const __m128i decimal = within(v, '0', '9'), letter = within(low, 'a', 'f');
    if (_mm_movemask_epi8(_mm_or_si128(decimal, letter)) != 0xFFFF) return false;
    const __m128i nibbles = _mm_or_si128(_mm_and_si128(decimal, _mm_sub_epi8(v, _mm_set1_epi8('0'))),
                                         _mm_and_si128(letter, _mm_sub_epi8(low, _mm_set1_epi8('a' - 10))));
    // Two nibbles to a byte, sixteen bits at a time: the first digit is the higher one.
    const __m128i pairs = _mm_or_si128(_mm_slli_epi16(_mm_and_si128(nibbles, _mm_set1_epi16(0x000F)), 4),
                                       _mm_srli_epi16(nibbles, 8));
    out = __builtin_bswap64(static_cast<std::uint64_t>(_mm_cvtsi128_si64(_mm_packus_epi16(pairs, pairs))));
    return true;
}

/// The two halves of a GUID's 36 characters.
bool guid_of(const char* t, Key& k) {
    if (t[8] != '-' || t[13] != '-' || t[18] != '-' || t[23] != '-') return false;
    char digits[32];
    std::memcpy(digits, t, 8);
    std::memcpy(digits + 8, t + 9, 4);
    std::memcpy(digits + 12, t + 14, 4);
    std::memcpy(digits + 16, t + 19, 4);
    std::memcpy(digits + 20, t + 24, 12);
    return hex16(digits, k.high) && hex16(digits + 16, k.low);
}

// The n-th field of a good row, without splitting the rest. Doubled quotes stay doubled: keys hold none.
Text field_at(Text row, int n) {
    const char* p = row.data();
    const char* const end = p + row.size();
    for (int i = 0; p <= end; ++i) {
        const char* start = p;
        const char* stop;
        if (p < end && *p == '"') {
            start = ++p;
            while (true) {
                const char* q =
                    static_cast<const char*>(std::memchr(p, '"', static_cast<std::size_t>(end - p)));
                if (q == nullptr) return {};
                if (q + 1 < end && q[1] == '"') {
                    p = q + 2;
                    continue;
                }
                stop = q;
                p = q + 1;
                break;
            }
        } else {
            const char* q =
                p == end ? nullptr
                         : static_cast<const char*>(std::memchr(p, ',', static_cast<std::size_t>(end - p)));
            stop = p = q == nullptr ? end : q;
        }
        if (i == n) return {start, static_cast<std::size_t>(stop - start)};
        if (p >= end || *p != ',') return {};
        ++p;
    }
    return {};
}

// Fields of a good row, without splitting it.
std::size_t count_fields(Text row) {
    std::size_t n = 1;
    bool inside = false;
    for (const char c : row) {
        if (c == '"') inside = !inside;
        n += !inside && c == ',' ? 1 : 0;
    }
    return n;
}

/// The rows below the header. A stray quote may find a partner lines later, with whole rows of other patients
/// between them: a row over several lines with another number of fields than the header ends at its first
/// line end, as one with an unclosed quote does.
class RowScanner {
  public:
    explicit RowScanner(const TableFile& t)
        : bytes_(t.bytes), columns_(t.header.columns.size()), scan_(bytes_) {
        csv::RowSpan header;
        scan_.next(header);
    }
    bool next(csv::RowSpan& span) {
        if (!scan_.next(span)) return false;
        span.offset += base_;
        const Text row = bytes_.substr(span.offset, span.length);
        if (span.state != csv::State::good) return true;
        const std::size_t line_end = row.find('\n');
        if (line_end == Text::npos || count_fields(row) == columns_) return true;
        span.state = csv::State::unterminated_quote;
        span.length = line_end > 0 && row[line_end - 1] == '\r' ? line_end - 1 : line_end;
        base_ = span.offset + line_end + 1;
        scan_ = csv::Scanner(bytes_.substr(base_));
        return true;
    }

  private:
    Text bytes_;
    std::size_t columns_;
    csv::Scanner scan_;
    std::uint64_t base_ = 0;
};

// The folder or archive that the members are in.
std::string whole_of(const std::vector<archive::Member>& members) {
    if (members.empty()) return "the place";
    std::string whole = members[0].origin.substr(0, members[0].origin.size() - members[0].name.size());
    while (whole.size() > 1 && (whole.back() == '/' || whole.back() == '!')) whole.pop_back();
    return whole.empty() ? "." : whole;
}

}  // namespace

Key key_of(Text text) {
    text = trim(text);
    if (text.empty()) return {};
    if (text.size() == 38 && text.front() == '{' && text.back() == '}') text = text.substr(1, 36);
    Key k;
    if (text.size() == 36 && guid_of(text.data(), k)) return k;
    k = {};
    const UuidText u = uuid_v5({"key", upper(text)});
    std::memcpy(&k.high, u.data(), 8);
    std::memcpy(&k.low, u.data() + 19, 8);
    return k;
}

Key Extract::code_key(Text code_id) {
    code_id = trim(code_id);
    const auto n = to_integer(code_id);
    if (n && code_id.size() <= 18) return {1, static_cast<std::uint64_t>(*n)};
    return key_of(code_id);
}

std::pair<std::size_t, std::size_t> TableFile::slots_of(std::uint64_t patient) const {
    const auto first = std::lower_bound(rows.begin(), rows.end(), patient << 40);
    const auto last =
        patient == kNobody ? rows.end() : std::lower_bound(first, rows.end(), (patient + 1) << 40);
    return {first - rows.begin(), last - rows.begin()};
}

void TableFile::read(std::size_t slot, Arena& arena, RowText& out) const {
    const std::uint64_t at = offset(slot);
    const auto it = broken.empty() ? broken.end() : broken.find(at);
    if (it == broken.end()) {
        out.cells.resize(header.columns.size());
        csv::Cells cells{out.cells.data(), static_cast<std::uint32_t>(out.cells.size())};
        std::size_t length = 0;
        if (csv::read_row(bytes.substr(at), cells, length) && cells.size == out.cells.size()) {
            out.offset = at;
            out.raw = bytes.substr(at, length);
            if (cells.ascii || valid_utf8(out.raw)) {
                out.filled[0] = cells.filled[0];
                out.filled[1] = cells.filled[1];
                out.bad = nullptr;
                return;
            }
        }
    }
    csv::RowSpan span;
    csv::State state = csv::State::good;
    if (it != broken.end()) {
        span = it->second;
        state = span.state;
    } else {
        csv::Scanner(bytes.substr(at)).next(span);
    }
    out.offset = at;
    out.raw = bytes.substr(at, span.length);
    const csv::State split = csv::split(out.raw, {}, arena, out.cells);
    out.filled[0] = out.filled[1] = 0;
    for (std::size_t i = 0; i < out.cells.size() && i < 128; ++i)
        out.filled[i / 64] |= std::uint64_t{!out.cells[i].empty()} << (i % 64);
    if (state == csv::State::good) state = split;
    out.bad = nullptr;
    if (state == csv::State::not_utf8) out.bad = "not UTF-8";
    if (state == csv::State::nul) out.bad = "a NUL byte";
    if (state == csv::State::unterminated_quote) out.bad = "a quote that is not closed";
    if (state == csv::State::text_after_quote) out.bad = "text after a closing quote";
    if (out.bad != nullptr) return;
    if (out.cells.size() < header.columns.size()) out.bad = "too few fields";
    if (out.cells.size() > header.columns.size()) out.bad = "too many fields";
}

Extract::Extract(std::shared_ptr<archive::Place> files, const mapping::MappingSet& mapping)
    : files_(std::move(files)) {
    census.system = "emis";
    find_files();
    for (TableFile& t : tables_) read_header(t, mapping);
    check_agreements();
    read_patients();
    for (std::size_t i = 0; i < kTabs; ++i) {
        TableFile& t = tables_[i];
        if (shape(t.tab).patient.empty())
            index_practice(t, lookups_[i]);
        else
            index(t);
        census.tables.push_back({std::string(shape(t.tab).name), t.origin, t.bytes.size(), t.rows.size()});
    }
    for (std::size_t i = 0; i < kTabs; ++i)
        for (std::uint64_t row : tables_[i].rows)
            if (!shape(tables_[i].tab).patient.empty() && (row >> 40) < census.patients.size())
                ++census.patients[row >> 40].weight;
}

Issue Extract::issue(const TableFile& t, std::uint64_t line, Severity severity, const char* code,
                     std::string message) const {
    Issue i;
    i.severity = severity;
    i.code = code;
    i.member = t.origin;
    i.line = line;
    i.message = std::move(message);
    return i;
}

void Extract::find_files() {
    std::array<int, kTabs> member;
    member.fill(-1);
    std::string range;
    const auto& members = files_->members();
    for (std::size_t m = 0; m < members.size(); ++m) {
        const auto name = parse_name(members[m].name);
        if (!name) {
            // A table that nobody knows may hold patients' rows; a note beside the extract does not.
            const bool table = lower(members[m].name).ends_with(".csv");
            Issue i;
            i.severity = table ? Severity::warning : Severity::information;
            i.code = "EMIS-FILE-001";
            i.member = members[m].origin;
            i.message = "not a file of an EMIS extract: left unread";
            if (table) i.hint = "ask the supplier what is in it: its rows are in no count";
            issues.push_back(i);
            continue;
        }
        int& place = member[static_cast<std::size_t>(name->tab)];
        if (place >= 0)
            throw InputError(fmt::format("two files for {}: {} and {}", shape(name->tab).name,
                                         members[static_cast<std::size_t>(place)].origin, members[m].origin),
                             "give one bulk extract; deltas are merged by gpswitch export");
        if (name->kind == "delta")
            throw InputError(members[m].origin + " is a delta, not a bulk extract",
                             "start from the bulk extract");
        const std::string batch = name->kind + " " + name->time + " " + name->agreement;
        if (!range.empty() && range != batch)
            throw InputError(
                members[m].origin +
                    " belongs to another batch than the files before it (time stamp or agreement)",
                "put the files of one extract into one folder");
        range = batch;
        place = static_cast<int>(m);
        if (census.as_of.empty() && name->time.size() == 14) {
            const std::string& t = name->time;
            census.as_of =
                civil_time::uk_instant(t.substr(0, 4) + "-" + t.substr(4, 2) + "-" + t.substr(6, 2),
                                       t.substr(8, 2) + ":" + t.substr(10, 2) + ":" + t.substr(12, 2));
        }
    }
    std::string missing;
    for (std::size_t i = 0; i < kTabs; ++i)
        if (member[i] < 0)
            missing += (missing.empty() ? "" : ", ") + std::string(shape(static_cast<Tab>(i)).name);
    if (!missing.empty())
        throw InputError(
            fmt::format("{}: the extract is incomplete: no file for {}", whole_of(members), missing),
            "empty tables come as files with a header only; ask for the missing files");
    for (std::size_t i = 0; i < kTabs; ++i) {
        TableFile& t = tables_[i];
        const auto m = static_cast<std::size_t>(member[i]);
        t.tab = static_cast<Tab>(i);
        t.bytes = files_->bytes(m);
        t.origin = members[m].origin;
        t.lines = csv::LineIndex(t.bytes);
        census.inputs.push_back({members[m].name, {}, t.bytes.size()});
    }
    hash_inputs();
}

// Two files at a time: two hashes side by side are faster than one after the other.
void Extract::hash_inputs() {
    std::vector<std::size_t> order(kTabs);
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::sort(order, {}, [&](std::size_t i) { return tables_[i].bytes.size(); });
    std::array<Sha256, kTabs> hashes;
    std::array<Text, kTabs> left;
    for (std::size_t i = 0; i < kTabs; ++i) left[i] = tables_[i].bytes;
    while (order.size() > 1) {
        const std::size_t a = order.back(), b = order[order.size() - 2];
        const std::size_t n = std::min(left[a].size(), left[b].size());
        Sha256::add_both(hashes[a], left[a].substr(0, n), hashes[b], left[b].substr(0, n));
        left[a].remove_prefix(n);
        left[b].remove_prefix(n);
        order.erase(order.end() - (left[a].empty() ? 1 : 2));
    }
    hashes[order[0]].add(left[order[0]]);
    for (std::size_t i = 0; i < kTabs; ++i) census.inputs[i].sha256 = hashes[i].hex();
}

void Extract::read_header(TableFile& t, const mapping::MappingSet& mapping) {
    csv::Scanner scan(t.bytes);
    csv::RowSpan span;
    Arena arena;
    std::vector<Text> cells;
    if (!scan.next(span))
        throw InputError(t.origin + ": empty file, not even a header", "ask for the file again");
    if (span.state != csv::State::good ||
        csv::split(t.bytes.substr(span.offset, span.length), {}, arena, cells) != csv::State::good)
        throw InputError(t.origin + ":1: the header row cannot be read", "ask for the file again");
    for (Text c : cells) {
        const std::string name = canonical(c);
        if (t.header.find(name) >= 0)
            throw InputError(fmt::format("{}:1: column {} stands twice: which one counts?", t.origin, name),
                             "ask for the file again");
        t.header.add(name);
    }
    std::string missing;
    std::vector<std::string_view> known;
    for (const mapping::TableColumn& c : mapping.table_columns(shape(t.tab).name)) {
        known.push_back(c.column);
        if (t.header.find(c.column) >= 0 || !c.until.empty()) continue;
        if (c.since == "5.0" || c.since.empty())
            missing += (missing.empty() ? "" : ", ") + c.column;
        else
            issues.push_back(issue(t, 1, Severity::information, "EMIS-HEAD-002",
                                   fmt::format("no column {}: an extract older than {}", c.column, c.since)));
    }
    if (!missing.empty())
        throw InputError(fmt::format("{}:1: no column {}", t.origin, missing),
                         "every version of the extract has it: ask for the file again");
    for (std::size_t i = 0; i < t.header.columns.size(); ++i) {
        const std::string& c = t.header.columns[i];
        if (std::any_of(known.begin(), known.end(), [&](auto k) { return same_ignoring_case(k, c); }))
            continue;
        t.unknown.push_back(static_cast<int>(i));
        issues.push_back(issue(t, 1, Severity::warning, "EMIS-HEAD-003",
                               fmt::format("unknown column {}: its values are kept as they are", shown(c))));
    }
}

void Extract::check_agreements() {
    TableFile& t = tables_[static_cast<std::size_t>(Tab::Agreements_SharingOrganisation)];
    const int org = t.header.find("OrganisationGuid"), disabled = t.header.find("Disabled"),
              deleted = t.header.find("Deleted");
    csv::Scanner scan(t.bytes);
    csv::RowSpan span;
    scan.next(span);
    Arena arena;
    std::vector<Text> cells;
    std::string organisation;
    while (scan.next(span)) {
        const auto until = t.bytes.begin() + static_cast<std::ptrdiff_t>(span.offset);
        const auto line = static_cast<std::uint64_t>(std::count(t.bytes.begin(), until, '\n')) + 1;
        if (csv::split(t.bytes.substr(span.offset, span.length), {}, arena, cells) != csv::State::good ||
            cells.size() != t.header.columns.size())
            throw InputError(
                fmt::format("{}:{}: a row of the sharing agreement cannot be read", t.origin, line),
                "nothing is loaded before a person has looked");
        normal_guid(cells[static_cast<std::size_t>(org)], organisation);
        if (same_ignoring_case(trim(cells[static_cast<std::size_t>(disabled)]), "true"))
            throw InputError(
                fmt::format("{}:{}: the sharing agreement of organisation {} is disabled", t.origin, line,
                            organisation),
                "nothing is loaded and nothing deleted until a person decides; ask the supplier");
        if (same_ignoring_case(trim(cells[static_cast<std::size_t>(deleted)]), "true")) {
            Issue i = issue(t, line, Severity::warning, "EMIS-AGR-001",
                            "an organisation has left the sharing agreement");
            i.resource = "Agreements_SharingOrganisation/" + organisation;
            issues.push_back(i);
        }
        if (census.practice.empty()) census.practice = organisation;
    }
}

void Extract::read_patients() {
    TableFile& t = tables_[static_cast<std::size_t>(Tab::Admin_Patient)];
    const int guid = t.header.find("PatientGuid");
    std::vector<std::string> keys;
    RowScanner scan(t);
    csv::RowSpan span;
    std::string key;
    while (scan.next(span)) {
        const Text cell = trim(field_at(t.bytes.substr(span.offset, span.length), guid));
        if (cell.empty() || !valid_utf8(cell)) continue;
        normal_guid(cell, key);
        keys.push_back(key);
    }
    std::sort(keys.begin(), keys.end());
    keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
    if (keys.size() >= TableFile::kNobody) throw InputError("more than 16 million patients");
    patients.reserve(keys.size());
    for (const std::string& k : keys) {
        patients.emplace(key_of(k), static_cast<std::uint32_t>(census.patients.size()));
        census.patients.push_back({k, 0});
    }
}

void Extract::index(TableFile& t) {
    const int column = t.header.find(shape(t.tab).patient);
    RowScanner scan(t);
    csv::RowSpan span;
    // Rows of one patient mostly stand together.
    Text last_guid;
    std::uint64_t patient = TableFile::kNobody;
    while (scan.next(span)) {
        if (span.state != csv::State::good) t.broken.emplace(span.offset, span);
        t.lines.add(span.offset);
        const Text guid = field_at(t.bytes.substr(span.offset, span.length), column);
        if (guid != last_guid) {
            const auto it = guid.empty() ? patients.end() : patients.find(key_of(guid));
            patient = it == patients.end() ? TableFile::kNobody : it->second;
            last_guid = guid;
        }
        t.rows.push_back(patient << 40 | span.offset);
    }
    std::sort(t.rows.begin(), t.rows.end());
}

void Extract::index_practice(TableFile& t, Lookup& lookup) {
    const int column = t.header.find(shape(t.tab).key);
    const bool codes = t.tab == Tab::Coding_ClinicalCode || t.tab == Tab::Coding_DrugCode;
    std::vector<std::pair<Key, std::uint32_t>> entries;
    RowScanner scan(t);
    csv::RowSpan span;
    while (scan.next(span)) {
        if (span.state != csv::State::good) t.broken.emplace(span.offset, span);
        t.lines.add(span.offset);
        const auto slot = static_cast<std::uint32_t>(t.rows.size());
        t.rows.push_back(span.offset);
        const Text cell = field_at(t.bytes.substr(span.offset, span.length), column);
        if (span.state == csv::State::good && !trim(cell).empty())
            entries.emplace_back(codes ? code_key(cell) : key_of(cell), slot);
    }
    std::sort(entries.begin(), entries.end(), [](const auto& a, const auto& b) {
        return std::tie(a.first.high, a.first.low, a.second) < std::tie(b.first.high, b.first.low, b.second);
    });
    for (const auto& [key, slot] : entries) {
        lookup.keys.push_back(key);
        lookup.slots.push_back(slot);
    }
}

std::span<const std::uint32_t> Extract::find(Tab tab, const Key& key) const {
    const Lookup& l = lookups_[static_cast<std::size_t>(tab)];
    auto less = [](const Key& a, const Key& b) { return std::tie(a.high, a.low) < std::tie(b.high, b.low); };
    const auto [first, last] = std::equal_range(l.keys.begin(), l.keys.end(), key, less);
    return {l.slots.data() + (first - l.keys.begin()), static_cast<std::size_t>(last - first)};
}

}  // namespace gpswitch::emis
