#include "core/system/tpp/table_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "core/system/tpp/manifest.hpp"
#include "core/util/error.hpp"
#include "core/util/hash.hpp"
#include "core/util/text.hpp"

namespace gpswitch::tpp {
namespace {
constexpr Key kText = Key{1} << 63, kHash = Key{1} << 62;
constexpr std::string_view kMark = "\xEF\xBB\xBF";
}  // namespace

Key id_key(Text id) {
    id = trim(id);
    if (no_id(id)) return kNoKey;
    if (const auto n = id_of(id)) return static_cast<Key>(*n);
    return text_key(id);
}

Key text_key(Text text) {
    text = trim(text);
    if (text.empty()) return kNoKey;
    Key k = 0;
    if (text.size() <= 7) {
        std::memcpy(&k, text.data(), text.size());
        return k | kText;
    }
    const UuidText u = uuid_v5({"key", text});
    std::memcpy(&k, u.data(), 8);
    return k | kText | kHash;
}

Outcome outcome(Verdict verdict) {
    using record::Fate;
    switch (verdict) {
        case Verdict::live: break;
        case Verdict::repeated: return {Fate::superseded, "repeated-row"};
        case Verdict::newer_row: return {Fate::superseded, "newer-row-of-same-key"};
        case Verdict::removed_later: return {Fate::deleted, "removed-by-later-row"};
        case Verdict::removal: return {Fate::deleted, "removal"};
        case Verdict::removal_unknown: return {Fate::deleted, "removal-of-unknown-row"};
        case Verdict::patient_removed: return {Fate::deleted, "patient-removed"};
        case Verdict::code_removed: return {Fate::deleted, "coded-entry-removed"};
        case Verdict::shared_record: return {Fate::excluded, "shared-record"};
        case Verdict::not_gp: return {Fate::excluded, "not-a-gp-record"};
        case Verdict::unknown_table: return {Fate::held, "TPP-TABLE-002"};
        case Verdict::later_delivery: return {Fate::excluded, "delivery-after-moment"};
        case Verdict::other_practice: return {Fate::excluded, "other-practice"};
        case Verdict::no_practice: return {Fate::held, "TPP-ORG-001"};
    }
    return {Fate::unsettled, {}};
}

void TableFile::put(std::size_t slot, Verdict v) {
    if (verdicts.empty() && v == Verdict::live) return;
    if (verdicts.size() < rows.size()) verdicts.resize(rows.size(), Verdict::live);
    verdicts[slot] = v;
}

std::pair<std::size_t, std::size_t> TableFile::slots_of(std::uint64_t patient) const {
    const auto first = std::lower_bound(rows.begin(), rows.end(), patient << 40);
    const auto last =
        patient == kNobody ? rows.end() : std::lower_bound(first, rows.end(), (patient + 1) << 40);
    return {first - rows.begin(), last - rows.begin()};
}

std::size_t TableFile::part_at(std::uint64_t address) const {
    if (parts.size() == 1) return 0;
    const auto after = std::upper_bound(parts.begin(), parts.end(), address,
                                        [](std::uint64_t a, const Part& p) { return a < p.base; });
    return static_cast<std::size_t>(after - parts.begin()) - 1;
}

std::uint64_t TableFile::line(std::size_t slot) const {
    const Part& p = part_of(slot);
    return p.lines.line_of(offset(slot) - p.base);
}

std::uint64_t TableFile::bytes() const {
    std::uint64_t n = 0;
    for (const Part& p : parts) n += p.bytes.size();
    return n;
}

void TableFile::add(Part p) {
    const auto fail = [&](const std::string& what) {
        throw InputError(p.origin + ":1: " + what, "ask for the file again");
    };
    if (p.bytes.starts_with("\xFF\xFE") || p.bytes.starts_with("\xFE\xFF"))
        fail("the file is UTF-16; an extract is Windows-1252");
    p.utf8 = p.bytes.starts_with(kMark);
    p.dialect = {separator_of(p.bytes), true};
    if (!parts.empty()) p.base = parts.back().base + parts.back().bytes.size() + 1;
    if (p.base + p.bytes.size() > kOffset) fail("more than a terabyte for one table");
    p.lines = csv::LineIndex(p.bytes);
    csv::Scanner scan(p.bytes, p.dialect);
    csv::RowSpan span;
    if (!scan.next(span)) fail("empty file, not even a header");
    Arena arena;
    std::vector<Text> cells;
    if (csv::split(p.bytes.substr(span.offset, span.length), p.dialect, arena, cells) != csv::State::good)
        fail("the header row cannot be read");
    // Cells of data are not repeated in a message.
    const bool keyed = std::ranges::any_of(cells, [&](Text c) {
        return same_ignoring_case(trim(c), shape.key.empty() ? "RowIdentifier" : shape.key);
    });
    if (known != nullptr && !keyed)
        fail(fmt::format("no column {} in the first row: the file has no header, or not that of {}",
                         shape.key, name));
    for (const Text c : cells) {
        const std::string column(trim(c));
        if (p.header.find(column) >= 0)
            fail(keyed ? fmt::format("column {} stands twice: which one counts?", shown(column))
                       : "two columns have one name: is the first row a header?");
        p.header.add(column);
    }
    parts.push_back(std::move(p));
}

void TableFile::place_columns() {
    header = parts.back().header;
    for (Part& p : parts)
        for (const std::string& c : p.header.columns)
            if (header.find(c) < 0) header.add(c);
    for (Part& p : parts) {
        p.place.clear();
        bool same = p.header.columns.size() == header.columns.size();
        for (std::size_t i = 0; i < p.header.columns.size(); ++i) {
            p.place.push_back(header.find(p.header.columns[i]));
            same = same && p.place.back() == static_cast<int>(i);
        }
        if (same) p.place.clear();
    }
    for (std::size_t i = 0; i < header.columns.size(); ++i)
        if (const Column* c = known == nullptr ? nullptr : known->find(header.columns[i]);
            known != nullptr && (c == nullptr || !c->mapped))
            unknown.push_back(static_cast<int>(i));
}

Text TableFile::raw_at(std::uint64_t address) const {
    const Part& part = parts[part_at(address)];
    const auto it = broken.empty() ? broken.end() : broken.find(address);
    if (it != broken.end()) return part.bytes.substr(it->second.offset, it->second.length);
    csv::RowSpan span;
    const Text from = part.bytes.substr(address - part.base);
    csv::Scanner(from, part.dialect).next(span);
    return from.substr(span.offset, span.length);
}

void TableFile::read_at(std::uint64_t address, Arena& arena, RowText& out) const {
    const Part& part = parts[part_at(address)];
    const auto it = broken.empty() ? broken.end() : broken.find(address);
    csv::State state = it == broken.end() ? csv::State::good : it->second.state;
    out.undefined = false;
    out.bad = nullptr;
    const Text bytes = raw_at(address);
    out.raw = part.utf8 ? tidy(bytes, arena, out.undefined) : decode(bytes, arena, out.undefined);
    const csv::State split = csv::split(out.raw, part.dialect, arena, out.cells);
    if (state == csv::State::good) state = split;
    if (state == csv::State::not_utf8) out.bad = "not UTF-8, although the file says so";
    if (state == csv::State::nul) out.bad = "a NUL byte";
    if (state == csv::State::unterminated_quote) out.bad = "a quote that is not closed";
    if (state == csv::State::text_after_quote) out.bad = "text after a closing quote";
    if (out.bad == nullptr && out.cells.size() < part.header.columns.size()) out.bad = "too few fields";
    if (out.bad == nullptr && out.cells.size() > part.header.columns.size()) out.bad = "too many fields";
    const bool escapes = !part.utf8 && out.raw.find("{U+") != Text::npos;
    for (Text& c : out.cells) c = escapes ? unescaped(trim(c), arena) : trim(c);
    if (part.place.empty()) {
        out.cells.resize(header.columns.size());
        return;
    }
    std::vector<Text> placed(header.columns.size());
    for (std::size_t i = 0; i < out.cells.size() && i < part.place.size(); ++i)
        placed[static_cast<std::size_t>(part.place[i])] = out.cells[i];
    out.cells = std::move(placed);
}

Text TableFile::cell(const RowText& row, std::string_view column) const {
    const int i = header.find(column);
    return i < 0 || static_cast<std::size_t>(i) >= row.cells.size() ? Text{}
                                                                    : row.cells[static_cast<std::size_t>(i)];
}

}  // namespace gpswitch::tpp
