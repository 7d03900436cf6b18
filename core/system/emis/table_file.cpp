#include "core/system/emis/table_file.hpp"

#include <emmintrin.h>

#include <algorithm>
#include <cstring>

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

/// Behind the line end that stands at `at`; 0 when the file ends there.
std::uint64_t after(Text bytes, std::uint64_t at) {
    if (at < bytes.size() && bytes[at] == '\r') ++at;
    if (at < bytes.size() && bytes[at] == '\n') ++at;
    return at < bytes.size() ? at : 0;
}

}  // namespace

Outcome outcome(Verdict verdict) {
    using record::Fate;
    switch (verdict) {
        case Verdict::live: break;
        case Verdict::cancelled:
        case Verdict::former: return {Fate::superseded, "newer-row-of-same-key"};
        case Verdict::repeated: return {Fate::superseded, "repeated-row"};
        case Verdict::newer_row: return {Fate::superseded, "newer-row-of-same-key"};
        case Verdict::text_kept: return {Fate::superseded, "newer-row-without-its-columns"};
        case Verdict::deleted_later: return {Fate::deleted, "deleted-by-later-row"};
        case Verdict::delete_row: return {Fate::deleted, "deleted"};
        case Verdict::delete_unknown: return {Fate::deleted, "delete-of-unknown-row"};
        case Verdict::delete_ambiguous: return {Fate::held, "EMIS-DEL-002"};
        case Verdict::patient_deleted: return {Fate::deleted, "patient-deleted"};
        case Verdict::not_in_bulk: return {Fate::deleted, "not-in-later-bulk"};
        case Verdict::left_scope:
        case Verdict::left_scope_unknown: return {Fate::excluded, "left-extract-scope"};
        case Verdict::left_slot: return {Fate::excluded, "appointment-of-deleted-patient"};
        case Verdict::agreement_disabled: return {Fate::excluded, "agreement-disabled"};
        case Verdict::later_delivery: return {Fate::excluded, "delivery-after-moment"};
        case Verdict::other_agreement: return {Fate::excluded, "other-agreement"};
        case Verdict::other_practice: return {Fate::excluded, "other-practice"};
    }
    return {Fate::unsettled, {}};
}

void RowText::note_filled() {
    filled[0] = filled[1] = 0;
    for (std::size_t i = 0; i < cells.size() && i < 128; ++i)
        filled[i / 64] |= std::uint64_t{!cells[i].empty()} << (i % 64);
}

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

std::pair<std::size_t, std::size_t> TableFile::slots_of(std::uint64_t patient) const {
    const auto first = std::lower_bound(rows.begin(), rows.end(), patient << 40);
    const auto last =
        patient == kNobody ? rows.end() : std::lower_bound(first, rows.end(), (patient + 1) << 40);
    return {first - rows.begin(), last - rows.begin()};
}

std::pair<std::size_t, std::size_t> TableFile::slots_of(std::uint64_t patient, std::size_t hint) const {
    const auto whose = [&](std::size_t slot) { return rows[slot] >> 40; };
    if (hint > rows.size() || (hint > 0 && whose(hint - 1) >= patient) ||
        (hint < rows.size() && whose(hint) < patient) || patient == kNobody)
        return slots_of(patient);
    std::size_t step = 1;
    while (hint + step < rows.size() && whose(hint + step) == patient) step *= 2;
    const auto first = rows.begin() + static_cast<std::ptrdiff_t>(hint);
    const auto end = rows.begin() + static_cast<std::ptrdiff_t>(std::min(hint + step, rows.size()));
    return {hint, std::lower_bound(first, end, (patient + 1) << 40) - rows.begin()};
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

Text TableFile::cell(const RowText& row, std::string_view column) const {
    const int i = header.find(column);
    return i < 0 || static_cast<std::size_t>(i) >= row.cells.size()
               ? Text{}
               : trim(row.cells[static_cast<std::size_t>(i)]);
}

void TableFile::read_plain(std::uint64_t address, Arena& arena, RowText& out) const {
    const Part& part = parts[part_at(address)];
    const std::uint64_t at = address - part.base;
    const auto it = broken.empty() ? broken.end() : broken.find(address);
    if (it == broken.end() && part.dialect.quotes && part.place.empty()) {
        out.cells.resize(header.columns.size());
        csv::Cells cells{out.cells.data(), static_cast<std::uint32_t>(out.cells.size())};
        std::size_t length = 0;
        if (csv::read_row(part.bytes.substr(at), cells, length) && cells.size == out.cells.size()) {
            out.offset = address;
            out.raw = part.bytes.substr(at, length);
            out.next = after(part.bytes, at + length);
            if (out.next != 0) out.next += part.base;
            out.lines = cells.one_line ? 1 : 1 + csv::LineIndex::count(out.raw);
            if (cells.ascii || valid_utf8(out.raw)) {
                out.filled[0] = cells.filled[0];
                out.filled[1] = cells.filled[1];
                out.bad = nullptr;
                return;
            }
        }
    }
    out.next = 0;
    csv::RowSpan span;
    csv::State state = csv::State::good;
    if (it != broken.end()) {
        span = it->second;
        state = span.state;
    } else {
        csv::Scanner(part.bytes.substr(at), part.dialect).next(span);
    }
    out.offset = address;
    out.raw = part.bytes.substr(at, span.length);
    const csv::State split = csv::split(out.raw, part.dialect, arena, out.cells);
    if (state == csv::State::good) state = split;
    out.bad = nullptr;
    if (state == csv::State::not_utf8) out.bad = "not UTF-8";
    if (state == csv::State::nul) out.bad = "a NUL byte";
    if (state == csv::State::unterminated_quote) out.bad = "a quote that is not closed";
    if (state == csv::State::text_after_quote) out.bad = "text after a closing quote";
    if (out.bad == nullptr) {
        if (out.cells.size() < part.header.columns.size()) out.bad = "too few fields";
        if (out.cells.size() > part.header.columns.size()) out.bad = "too many fields";
    }
    if (!part.place.empty()) {
        std::vector<Text> placed(header.columns.size());
        for (std::size_t i = 0; i < out.cells.size() && i < part.place.size(); ++i)
            placed[static_cast<std::size_t>(part.place[i])] = out.cells[i];
        out.cells = std::move(placed);
    }
    out.note_filled();
}

void TableFile::read_at(std::uint64_t address, Arena& arena, RowText& out) const {
    read_plain(address, arena, out);
    if (kept_from.empty()) return;
    const auto it = kept_from.find(address);
    if (it == kept_from.end()) return;
    RowText older;
    read_at(it->second, arena, older);
    const Header& own = parts[part_at(address)].header;
    for (std::size_t i = 0; i < out.cells.size() && i < older.cells.size(); ++i)
        if (out.cells[i].empty() && own.find(header.columns[i]) < 0) out.cells[i] = older.cells[i];
    out.note_filled();
}

}  // namespace gpswitch::emis
