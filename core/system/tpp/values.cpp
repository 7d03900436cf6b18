#include "core/system/tpp/values.hpp"

#include <algorithm>
#include <array>
#include <chrono>

#include "core/util/civil_time.hpp"
#include "core/util/text.hpp"

namespace gpswitch::tpp {
namespace {

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

}  // namespace

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

bool sentinel(Text text) {
    const std::string iso = moment(text);
    const Text day = iso.empty() ? trim(text).substr(0, 10) : Text(iso).substr(0, 10);
    return day == "1900-01-01" || day == "9999-12-31";
}

}  // namespace gpswitch::tpp
