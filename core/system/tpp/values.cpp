#include "core/system/tpp/values.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>

#include "core/layout/rows.hpp"
#include "core/util/civil_time.hpp"
#include "core/util/text.hpp"

namespace gpswitch::tpp {
namespace {

constexpr std::array<Text, 12> kMonths = {"jan", "feb", "mar", "apr", "may", "jun",
                                          "jul", "aug", "sep", "oct", "nov", "dec"};

bool digits(Text s) {
    return !s.empty() && std::all_of(s.begin(), s.end(), [](char c) { return c >= '0' && c <= '9'; });
}

void append_utf8(std::string& out, std::uint32_t c) {
    const auto put = [&](std::uint32_t byte) { out += static_cast<char>(static_cast<unsigned char>(byte)); };
    if (c < 0x80) return put(c);
    if (c < 0x800) {
        put(0xC0 | c >> 6);
    } else {
        if (c < 0x10000)
            put(0xE0 | c >> 12);
        else
            put(0xF0 | c >> 18), put(0x80 | (c >> 12 & 0x3F));
        put(0x80 | (c >> 6 & 0x3F));
    }
    put(0x80 | (c & 0x3F));
}

/// The next word, and the text behind it.
Text word(Text& text) {
    text = trim(text);
    const std::size_t end = std::min(text.find(' '), text.size());
    const Text w = text.substr(0, end);
    text.remove_prefix(end);
    return w;
}

constexpr std::uint32_t packed(char a, char b, char c) {
    const auto byte = [](char x) { return std::uint32_t{static_cast<unsigned char>(x)}; };
    return byte(a) | byte(b) << 8 | byte(c) << 16;
}

/// "29 Sep 2011 14:53:28", as nearly all are written; empty: it has to be read word by word.
Text usual(Text text, std::array<char, 19>& out) {
    static constexpr auto kPacked = [] {
        std::array<std::uint32_t, 12> months{};
        for (std::size_t i = 0; i < months.size(); ++i)
            months[i] = packed(kMonths[i][0], kMonths[i][1], kMonths[i][2]);
        return months;
    }();
    if (text.size() != 20 || text[2] != ' ' || text[6] != ' ' || text[11] != ' ') return {};
    const std::uint32_t month = packed(text[3], text[4], text[5]) | packed(' ', ' ', ' ');
    std::size_t n = 0;
    while (n < kPacked.size() && kPacked[n] != month) ++n;
    if (n++ == kPacked.size()) return {};
    text.copy(out.data(), 4, 7);
    out[4] = out[7] = '-';
    out[5] = static_cast<char>('0' + n / 10);
    out[6] = static_cast<char>('0' + n % 10);
    text.copy(out.data() + 8, 2);
    out[10] = ' ';
    text.copy(out.data() + 11, 8, 12);
    const Text day(out.data(), 10), clock(out.data() + 11, 8);
    if (!civil_time::is_day(day) || !civil_time::is_time(clock)) return {};
    return clock == "00:00:00" ? day : Text(out.data(), out.size());
}

}  // namespace

std::string moment(Text text) {
    std::array<char, 19> room;
    if (const Text known = usual(text, room); !known.empty()) return std::string(known);
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

int minutes_between(Text from, Text to) {
    const auto minutes = [](Text t) -> std::optional<std::int64_t> {
        if (!civil_time::is_day(t.substr(0, 10))) return std::nullopt;
        const auto number = [&](std::size_t at, std::size_t n) {
            return t.size() < at + n ? std::int64_t{0} : to_integer(t.substr(at, n)).value_or(0);
        };
        const std::chrono::year_month_day day{std::chrono::year(static_cast<int>(number(0, 4))),
                                              std::chrono::month(static_cast<unsigned>(number(5, 2))),
                                              std::chrono::day(static_cast<unsigned>(number(8, 2)))};
        return std::int64_t{std::chrono::sys_days(day).time_since_epoch().count()} * 24 * 60 +
               number(11, 2) * 60 + number(14, 2);
    };
    const auto a = minutes(from), b = minutes(to);
    return a && b ? static_cast<int>(std::clamp<std::int64_t>(*b - *a, -100'000'000, 100'000'000)) : 0;
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

Amount plain_amount(Text text) {
    const Amount a = amount(text);
    const auto letter = [](char c) { return c == '%' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
    const bool plain = a.unit.empty() || (letter(a.unit[0]) && a.unit.find(' ') == Text::npos &&
                                          a.unit.find_first_of("0123456789") == Text::npos);
    return plain ? a : Amount{};
}

Text unescaped(Text text, Arena& arena) {
    constexpr Text kFront = "{U+";
    layout::Dialect dialect;
    dialect.encoding = layout::Dialect::Encoding::windows1252;
    std::string out;
    std::size_t from = 0;
    for (std::size_t at = text.find(kFront); at != Text::npos; at = text.find(kFront, at + 1)) {
        const std::size_t end = text.find('}', at);
        if (end == Text::npos) break;
        const Text number = text.substr(at + kFront.size(), end - at - kFront.size());
        std::uint32_t c = 0;
        const auto read = std::from_chars(number.data(), number.data() + number.size(), c, 16);
        if (number.size() < 4 || number.size() > 6 || read.ptr != number.data() + number.size() ||
            c > 0x10FFFF || (c >= 0xD800 && c < 0xE000))
            continue;
        std::string utf8;
        append_utf8(utf8, c);
        if (dialect.can_write(utf8)) continue;
        out.append(text.substr(from, at - from)).append(utf8);
        from = end + 1;
    }
    return from == 0 ? text : arena.join(out, text.substr(from));
}

bool sentinel_day(Text iso) {
    const Text day = iso.substr(0, 10);
    return day == "1900-01-01" || day == "9999-12-31";
}

bool sentinel(Text text) {
    const std::string iso = moment(text);
    return sentinel_day(iso.empty() ? trim(text) : Text(iso));
}

}  // namespace gpswitch::tpp
