#include "core/layout/rows.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "core/layout/pages.hpp"
#include "core/util/text.hpp"

namespace gpswitch::layout {
namespace {

// Characters of the bytes 80 to 9F of Windows-1252. The five without one stand for the control character of
// the same number: whoever read such a byte gets it back.
constexpr std::array<std::uint16_t, 32> kHigh = {
    0x20AC, 0x81,   0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152, 0x8D,   0x017D, 0x8F,   0x90,   0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x9D,   0x017E, 0x0178};

constexpr std::size_t kRow = 512;  ///< bytes that most rows have at most

/// The byte; -1 when there is none.
int windows1252(char32_t c) {
    if (c < 0x80 || (c >= 0xA0 && c <= 0xFF)) return static_cast<int>(c);
    const auto it = std::ranges::find(kHigh, c);
    return it == kHigh.end() ? -1 : static_cast<int>(it - kHigh.begin()) + 0x80;
}

/// The character at `at`, which is moved behind it. What is no UTF-8 is taken byte by byte.
char32_t next_character(Text s, std::size_t& at) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(s[i]); };
    const unsigned char first = byte(at);
    const std::size_t n = first < 0xC2 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : first < 0xF5 ? 4 : 1;
    if (n == 1 || at + n > s.size()) return byte(at++);
    char32_t c = first & (0x7Fu >> n);
    for (std::size_t i = 1; i < n; ++i) {
        if ((byte(at + i) & 0xC0) != 0x80) return byte(at++);
        c = c << 6 | (byte(at + i) & 0x3F);
    }
    at += n;
    return c;
}

bool ascii(Text s) {
    std::uint64_t high = 0, word = 0;
    for (; s.size() >= sizeof word; s.remove_prefix(sizeof word)) {
        std::memcpy(&word, s.data(), sizeof word);
        high |= word;
    }
    for (const char c : s) high |= static_cast<unsigned char>(c);
    return (high & 0x8080808080808080u) == 0;
}

/// What a text has in it, each a bit.
enum Found : std::uint8_t { kQuote = 1, kBreak = 2, kHighByte = 4 };
constexpr auto kFound = [] {
    std::array<std::uint8_t, 256> found{};
    for (const char c : {',', '\r', '\n'}) found[static_cast<unsigned char>(c)] = kBreak;
    found[static_cast<unsigned char>('"')] = kQuote;
    for (std::size_t i = 0x80; i < found.size(); ++i) found[i] = kHighByte;
    return found;
}();
unsigned look_through(Text s) {
    unsigned found = 0;
    for (const char c : s) found |= kFound[static_cast<unsigned char>(c)];
    return found;
}

void append_bytes(std::string& out, Text s, Dialect::Encoding encoding) {
    if (encoding == Dialect::Encoding::utf8 || ascii(s)) {
        out += s;
        return;
    }
    for (std::size_t at = 0; at < s.size();) {
        const char32_t c = next_character(s, at);
        const int byte = windows1252(c);
        if (byte >= 0)
            out += static_cast<char>(byte);
        else
            out += fmt::format("{{U+{:04X}}}", static_cast<std::uint32_t>(c));
    }
}

}  // namespace

bool Dialect::can_write(Text utf8) const {
    if (encoding == Encoding::utf8 || ascii(utf8)) return true;
    for (std::size_t at = 0; at < utf8.size();)
        if (windows1252(next_character(utf8, at)) < 0) return false;
    return true;
}

void append_decimal(std::string& out, Text cell, std::size_t places) {
    out += cell;
    if (!is_decimal(cell) || cell.find_first_of("eE") != Text::npos) return;
    const std::size_t dot = cell.find('.');
    const std::size_t have = dot == Text::npos ? 0 : cell.size() - dot - 1;
    if (have >= places) return;
    if (dot == Text::npos) out += '.';
    out.append(places - have, '0');
}

bool Dialect::append_text(std::string& out, Text cell) const {
    const unsigned found = look_through(cell);
    bool needs =
        quotes == Quotes::needed && ((found & kBreak) != 0 || cell.front() == ' ' || cell.back() == ' ');
    if ((found & kQuote) == 0 && (encoding == Encoding::utf8 || (found & kHighByte) == 0)) {
        out += cell;
        return needs;
    }
    for (std::size_t at = cell.find('"'); at != Text::npos; at = cell.find('"')) {
        append_bytes(out, cell.substr(0, at + 1), encoding);
        out += '"';
        cell.remove_prefix(at + 1);
        needs = true;
    }
    append_bytes(out, cell, encoding);
    return needs;
}

bool Dialect::append_cell(std::string& out, Text cell, const mapping::Cell& column) const {
    if (column.format != mapping::Cell::Format::decimal) return append_text(out, cell);
    append_decimal(out, cell, column.places);
    return false;
}

void Dialect::append_later(std::string& out, Text reference, std::size_t table_number,
                           Patches& patches) const {
    patches.add(table_number, out.size(), reference);
}

std::string Dialect::header_line(const mapping::WrittenTable& table) const {
    if (!header) return {};
    std::string out;
    const std::string_view quote = quotes == Quotes::always ? "\"" : "";
    for (const mapping::Cell& c : table.cells)
        out += fmt::format("{}{}{}{}", out.empty() ? "" : ",", quote, c.column, quote);
    return out.append(line_end);
}

void Dialect::append_row(std::string& out, const mapping::WrittenTable& table, std::size_t table_number,
                         std::span<const Text> cells, Patches& patches) const {
    const bool always = quotes == Quotes::always;
    // Room for a few rows at once, so that the text is not moved again and again while it is short.
    if (out.capacity() - out.size() < kRow) out.reserve(std::max(4 * kRow, 2 * out.capacity()));
    for (std::size_t i = 0; i < table.cells.size(); ++i) {
        const Text cell = cells[i].empty() ? Text(table.cells[i].standing) : cells[i];
        if (cell.empty()) {
            out += Text(always ? ",\"\"" : ",").substr(i == 0 ? 1 : 0);
            continue;
        }
        if (i != 0) out += ',';
        const std::size_t begin = out.size();
        if (always) out += '"';
        if (cell[0] == kLater) {
            append_later(out, cell.substr(1), table_number, patches);
        } else if (append_cell(out, cell, table.cells[i]) && !always) {
            out.insert(begin, 1, '"');
            out += '"';
        }
        if (always) out += '"';
    }
    out += line_end;
}

}  // namespace gpswitch::layout
