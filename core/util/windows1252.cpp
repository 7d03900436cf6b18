#include "core/util/windows1252.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace gpswitch {
namespace {

/// Bytes 80 to 9F as Unicode; 0: no meaning.
constexpr std::array<std::uint16_t, 32> kHigh = {
    0x20AC, 0,      0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152, 0,      0x017D, 0,      0,      0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0,      0x017E, 0x0178};
constexpr unsigned char kNoBreak = 0xA0;

/// A byte of Windows-1252 as Unicode; one without a meaning stays what it is.
std::uint32_t code_point(unsigned char byte, bool& undefined) {
    if (byte < 0x80 || byte >= 0xA0) return byte;
    const std::uint32_t code = kHigh[byte - 0x80];
    undefined = undefined || code == 0;
    return code == 0 ? byte : code;
}

/// A character below U+10000 as UTF-8; behind it the next goes.
char* put(char* p, std::uint32_t code) {
    if (code < 0x80) {
        *p++ = static_cast<char>(code);
    } else if (code < 0x800) {
        *p++ = static_cast<char>(0xC0 | code >> 6);
        *p++ = static_cast<char>(0x80 | (code & 0x3F));
    } else {
        *p++ = static_cast<char>(0xE0 | code >> 12);
        *p++ = static_cast<char>(0x80 | (code >> 6 & 0x3F));
        *p++ = static_cast<char>(0x80 | (code & 0x3F));
    }
    return p;
}

}  // namespace

std::string_view from_windows1252(std::string_view bytes, Arena& arena, bool& undefined) {
    if (is_ascii(bytes)) return bytes;
    char* const out = arena.text(bytes.size() * 3);
    char* p = out;
    for (const char c : bytes) {
        const auto byte = static_cast<unsigned char>(c);
        p = byte == kNoBreak ? put(p, ' ') : put(p, code_point(byte, undefined));
    }
    return {out, static_cast<std::size_t>(p - out)};
}

std::string_view from_copied_windows1252(std::string_view utf8, Arena& arena, bool& undefined) {
    if (is_ascii(utf8)) return utf8;
    const auto second = [&](std::size_t i) {
        return i + 1 < utf8.size() && utf8[i] == '\xC2' ? static_cast<unsigned char>(utf8[i + 1]) : 0u;
    };
    bool blanks = false;
    for (std::size_t i = 0; i < utf8.size(); ++i) {
        const unsigned next = second(i);
        blanks = blanks || next == kNoBreak;
        if (next >= 0x80 && next < 0xA0 && kHigh[next - 0x80] == 0) undefined = true;
    }
    if (!blanks) return utf8;
    char* const out = arena.text(utf8.size());
    char* p = out;
    for (std::size_t i = 0; i < utf8.size(); ++i) {
        const bool blank = second(i) == kNoBreak;
        *p++ = blank ? ' ' : utf8[i];
        i += blank ? 1 : 0;
    }
    return {out, static_cast<std::size_t>(p - out)};
}

std::size_t copy_windows1252(std::string& out, std::string_view bytes) {
    std::size_t first = std::string::npos;
    if (is_ascii(bytes)) {
        out += bytes;
        return first;
    }
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        char text[4];
        bool undefined = false;
        out.append(text, put(text, code_point(static_cast<unsigned char>(bytes[i]), undefined)));
        if (undefined && first == std::string::npos) first = i;
    }
    return first;
}

bool is_ascii(std::string_view bytes) {
    return std::none_of(bytes.begin(), bytes.end(),
                        [](char c) { return (static_cast<unsigned char>(c) & 0x80u) != 0; });
}

}  // namespace gpswitch
