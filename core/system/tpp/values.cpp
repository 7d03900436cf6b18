#include "core/system/tpp/values.hpp"

#include <algorithm>
#include <array>

#include "core/util/civil_time.hpp"
#include "core/util/text.hpp"

namespace gpswitch::tpp {
namespace {

/// Bytes 80 to 9F as Unicode; 0: no meaning.
constexpr std::array<std::uint16_t, 32> kHigh = {
    0x20AC, 0,      0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152, 0,      0x017D, 0,      0,      0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0,      0x017E, 0x0178};
constexpr unsigned char kNoBreak = 0xA0;

constexpr std::array<Text, 12> kMonths = {"jan", "feb", "mar", "apr", "may", "jun",
                                          "jul", "aug", "sep", "oct", "nov", "dec"};

bool digits(Text s) {
    return !s.empty() && std::all_of(s.begin(), s.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// The next word, and the text behind it.
Text word(Text& text) {
    text = trim(text);
    const std::size_t end = std::min(text.find(' '), text.size());
    const Text w = text.substr(0, end);
    text.remove_prefix(end);
    return w;
}

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

Text decode(Text bytes, Arena& arena, bool& undefined) {
    if (ascii(bytes)) return bytes;
    char* const out = arena.text(bytes.size() * 3);
    char* p = out;
    for (const char c : bytes) {
        const auto byte = static_cast<unsigned char>(c);
        p = byte == kNoBreak ? put(p, ' ') : put(p, code_point(byte, undefined));
    }
    return {out, static_cast<std::size_t>(p - out)};
}

Text tidy(Text utf8, Arena& arena, bool& undefined) {
    if (ascii(utf8)) return utf8;
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

std::size_t append_utf8(std::string& out, Text bytes) {
    std::size_t first = std::string::npos;
    if (ascii(bytes)) {
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

bool ascii(Text bytes) {
    return std::none_of(bytes.begin(), bytes.end(),
                        [](char c) { return (static_cast<unsigned char>(c) & 0x80u) != 0; });
}

std::string moment(Text text) {
    const Text day = word(text), month = word(text), year = word(text), time = trim(text);
    if (!digits(day) || day.size() > 2 || month.size() != 3 || !digits(year) || year.size() != 4) return {};
    const auto at = std::ranges::find(kMonths, lower(month));
    if (at == kMonths.end()) return {};
    const auto n = static_cast<unsigned>(at - kMonths.begin()) + 1;
    std::string out = std::string(year) + (n < 10 ? "-0" : "-") + std::to_string(n) +
                      (day.size() == 1 ? "-0" : "-") + std::string(day);
    if (!civil_time::is_day(out) && out != "9999-12-31") return {};
    if (time.empty()) return out;
    std::string clock(time);
    if (clock.size() == 5) clock += ":00";
    if (!civil_time::is_time(clock)) return {};
    return clock == "00:00:00" ? out : out + " " + clock;
}

std::string manifest_moment(Text text) {
    text = trim(text);
    if (text.size() != 13 || text[8] != '_' || !digits(text.substr(0, 8)) || !digits(text.substr(9)))
        return {};
    const std::string t(text);
    const std::string day = t.substr(0, 4) + "-" + t.substr(4, 2) + "-" + t.substr(6, 2);
    const std::string time = t.substr(9, 2) + ":" + t.substr(11, 2) + ":00";
    return civil_time::is_day(day) && civil_time::is_time(time) ? day + " " + time : std::string();
}

bool no_id(Text text) {
    text = trim(text);
    return text.empty() || text == "0" || text.front() == '-';
}

std::optional<std::int64_t> id_of(Text text) {
    text = trim(text);
    if (no_id(text) || !digits(text) || text.size() > 18) return std::nullopt;
    return to_integer(text);
}

bool is_true(Text text) {
    text = trim(text);
    return text == "1" || same_ignoring_case(text, "true");
}

Amount amount(Text text) {
    text = trim(text);
    std::size_t n = 0;
    while (n < text.size() && ((text[n] >= '0' && text[n] <= '9') || text[n] == '.')) ++n;
    if (n > 0 && text[n - 1] == '.') --n;  // "28. tablets"
    const Text value = text.substr(0, n);
    if (!is_decimal(value)) return {};
    return {value, trim(text.substr(n))};
}

bool sentinel(Text text) {
    const std::string iso = moment(text);
    const Text day = iso.empty() ? trim(text).substr(0, 10) : Text(iso).substr(0, 10);
    return day == "1900-01-01" || day == "9999-12-31";
}

}  // namespace gpswitch::tpp
