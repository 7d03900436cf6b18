#include "core/layout/rows.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

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
    return std::ranges::none_of(s, [](char c) { return (static_cast<unsigned char>(c) & 0x80) != 0; });
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
    bool needs = quotes == Quotes::needed &&
                 (cell.find_first_of(",\r\n") != Text::npos || cell.front() == ' ' || cell.back() == ' ');
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
                           std::vector<Patch>& patches) const {
    patches.push_back({table_number, out.size(), std::string(reference)});
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
                         std::span<const Text> cells, std::vector<Patch>& patches) const {
    const bool always = quotes == Quotes::always;
    for (std::size_t i = 0; i < table.cells.size(); ++i) {
        if (i != 0) out += ',';
        const std::size_t begin = out.size();
        if (always) out += '"';
        const Text cell = cells[i].empty() ? Text(table.cells[i].standing) : cells[i];
        if (!cell.empty() && cell[0] == kLater) {
            append_later(out, cell.substr(1), table_number, patches);
        } else if (!cell.empty() && append_cell(out, cell, table.cells[i]) && !always) {
            out.insert(begin, 1, '"');
            out += '"';
        }
        if (always) out += '"';
    }
    out += line_end;
}

}  // namespace gpswitch::layout
