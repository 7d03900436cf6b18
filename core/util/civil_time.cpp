#include "core/util/civil_time.hpp"

#include <array>
#include <cstdint>

namespace gpswitch::civil_time {
namespace {

constexpr std::int64_t kHour = 3600;
constexpr std::int64_t kDay = 24 * kHour;

struct Date {
    int year, month, day;
};

/// The number at s[at, at + digits); -1 when one of them is no digit.
int number(std::string_view s, std::size_t at, std::size_t digits) {
    if (at + digits > s.size()) return -1;
    int n = 0;
    for (std::size_t i = at; i < at + digits; ++i) {
        if (s[i] < '0' || s[i] > '9') return -1;
        n = n * 10 + (s[i] - '0');
    }
    return n;
}

int days_in(int year, int month) {
    static constexpr std::array<int, 12> kDays = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return month == 2 && leap ? 29 : kDays[static_cast<std::size_t>(month - 1)];
}

/// yyyy-MM-dd of any year from 1.
bool parse_day(std::string_view s, Date& d) {
    if (s.size() != 10 || s[4] != '-' || s[7] != '-') return false;
    d = {number(s, 0, 4), number(s, 5, 2), number(s, 8, 2)};
    return d.year >= 1 && d.month >= 1 && d.month <= 12 && d.day >= 1 && d.day <= days_in(d.year, d.month);
}

/// Seconds since midnight; -1 when not HH:mm:ss.
std::int64_t parse_time(std::string_view s) {
    if (s.size() != 8 || s[2] != ':' || s[5] != ':') return -1;
    const int h = number(s, 0, 2), m = number(s, 3, 2), sec = number(s, 6, 2);
    if (h < 0 || h > 23 || m < 0 || m > 59 || sec < 0 || sec > 59) return -1;
    return h * kHour + m * 60 + sec;
}

/// Days since 1970-01-01, and back. Source: H. Hinnant, "chrono-Compatible Low-Level Date Algorithms".
std::int64_t days_from(const Date& d) {
    const std::int64_t y = d.month <= 2 ? d.year - 1 : d.year;
    const std::int64_t era = (y >= 0 ? y : y - 399) / 400;
    const std::int64_t of_era = y - era * 400;
    const std::int64_t of_year = (153 * (d.month + (d.month > 2 ? -3 : 9)) + 2) / 5 + d.day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

Date date_from(std::int64_t days) {
    days += 719468;
    const std::int64_t era = (days >= 0 ? days : days - 146096) / 146097;
    const std::int64_t of_era = days - era * 146097;
    const std::int64_t year_of_era = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    const std::int64_t of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    const std::int64_t shifted = (5 * of_year + 2) / 153;
    const int month = static_cast<int>(shifted < 10 ? shifted + 3 : shifted - 9);
    return {static_cast<int>(year_of_era + era * 400) + (month <= 2 ? 1 : 0), month,
            static_cast<int>(of_year - (153 * shifted + 2) / 5 + 1)};
}

/// The first Sunday on or after that day.
std::int64_t sunday_from(int year, int month, int day) {
    const std::int64_t days = days_from({year, month, day});
    return days + ((3 - days) % 7 + 7) % 7;  // 1970-01-04 was a Sunday
}

/// Summer time of a year from 1972, in seconds of UTC since 1970.
struct Summer {
    std::int64_t start, end;
};
Summer summer_of(int year) {
    const std::int64_t at = year < 1981 ? 2 * kHour : kHour;
    const int first_end = year < 1990 ? 23 : year < 1996 ? 22 : 25;
    return {sunday_from(year, 3, year < 1981 ? 16 : 25) * kDay + at,
            sunday_from(year, 10, first_end) * kDay + at};
}

bool is_summer(std::int64_t utc, int year) {
    if (year < 1972) return false;
    const Summer s = summer_of(year);
    return utc >= s.start && utc < s.end;
}

void put(std::string& out, int n, int digits) {
    std::array<char, 4> text{};
    for (int i = digits; i-- > 0; n /= 10)
        text[static_cast<std::size_t>(i)] = static_cast<char>('0' + n % 10);
    out.append(text.data(), static_cast<std::size_t>(digits));
}

void put_day(std::string& out, const Date& d) {
    put(out, d.year, 4);
    out += '-';
    put(out, d.month, 2);
    out += '-';
    put(out, d.day, 2);
}

bool in_range(const Date& d) { return d.year >= 1800 && d.year <= 2199; }

/// "+01:00" in minutes, "Z" is 0; false when it is neither.
bool parse_offset(std::string_view s, int& minutes) {
    if (s == "Z") {
        minutes = 0;
        return true;
    }
    if (s.size() != 6 || (s[0] != '+' && s[0] != '-') || s[3] != ':') return false;
    const int h = number(s, 1, 2), m = number(s, 4, 2);
    if (h < 0 || m < 0 || m > 59 || h > 14 || (h == 14 && m != 0)) return false;
    minutes = (h * 60 + m) * (s[0] == '-' ? -1 : 1);
    return true;
}

}  // namespace

bool is_day(std::string_view s) {
    Date d{};
    return parse_day(s, d) && in_range(d);
}

bool is_time(std::string_view s) { return parse_time(s) >= 0; }

bool is_date_time(std::string_view s) {
    Date d{};
    if (s.size() == 4) return number(s, 0, 4) >= 1;
    if (s.size() == 7) {
        const int month = number(s, 5, 2);
        return s[4] == '-' && number(s, 0, 4) >= 1 && month >= 1 && month <= 12;
    }
    if (s.size() < 10 || !parse_day(s.substr(0, 10), d)) return false;
    if (s.size() == 10) return true;
    if (s.size() < 20 || s[10] != 'T') return false;
    const bool leap_second = s.substr(17, 2) == "60";
    if (leap_second ? number(s, 11, 2) < 0 || s[13] != ':' || number(s, 14, 2) < 0 || s[16] != ':' ||
                          number(s, 11, 2) > 23 || number(s, 14, 2) > 59
                    : !is_time(s.substr(11, 8)))
        return false;
    std::size_t at = 19;
    if (s[at] == '.') {
        const std::size_t first = ++at;
        while (at < s.size() && s[at] >= '0' && s[at] <= '9') ++at;
        if (at == first) return false;
    }
    int minutes = 0;
    return parse_offset(s.substr(at), minutes);
}

std::string_view uk_offset(std::string_view day, std::string_view time) {
    Date d{};
    const std::int64_t seconds = parse_time(time);
    if (!parse_day(day, d) || !in_range(d) || seconds < 0 || d.year < 1972) return {};
    // The clock as read, taken first for summer time: that answer holds whenever it is possible.
    return is_summer(days_from(d) * kDay + seconds - kHour, d.year) ? "+01:00" : "+00:00";
}

std::string uk_instant(std::string_view day, std::string_view time) {
    if (!is_day(day) || !is_time(time)) return {};
    std::string out(day);
    const std::string_view offset = uk_offset(day, time);
    if (offset.empty()) return out;
    out += 'T';
    out += time;
    out += offset;
    return out;
}

bool repeated_hour(std::string_view day, std::string_view time) {
    Date d{};
    const std::int64_t seconds = parse_time(time);
    if (!parse_day(day, d) || !in_range(d) || seconds < 0 || d.year < 1972) return false;
    const std::int64_t clock = days_from(d) * kDay + seconds;
    const std::int64_t end = summer_of(d.year).end;
    return clock >= end && clock < end + kHour;
}

std::string add_minutes(std::string_view instant, int minutes) {
    Date d{};
    int offset = 0;
    if (instant.size() < 20 || instant[10] != 'T' || !parse_day(instant.substr(0, 10), d) || !in_range(d))
        return {};
    const std::int64_t seconds = parse_time(instant.substr(11, 8));
    if (seconds < 0 || !parse_offset(instant.substr(19), offset)) return {};
    const std::int64_t utc = days_from(d) * kDay + seconds - offset * 60 + std::int64_t{minutes} * 60;
    const auto floor_day = [](std::int64_t s) { return (s >= 0 ? s : s - (kDay - 1)) / kDay; };
    const bool summer = is_summer(utc, date_from(floor_day(utc)).year);
    const std::int64_t clock = utc + (summer ? kHour : 0);
    const Date day = date_from(floor_day(clock));
    if (!in_range(day)) return {};
    const int of_day = static_cast<int>(clock - floor_day(clock) * kDay);
    std::string out;
    put_day(out, day);
    out += 'T';
    put(out, of_day / 3600, 2);
    out += ':';
    put(out, of_day / 60 % 60, 2);
    out += ':';
    put(out, of_day % 60, 2);
    out += summer ? "+01:00" : "+00:00";
    return out;
}

std::string add_days(std::string_view day, int days) {
    Date d{};
    if (!parse_day(day, d) || !in_range(d)) return {};
    const Date to = date_from(days_from(d) + days);
    if (!in_range(to)) return {};
    std::string out;
    put_day(out, to);
    return out;
}

}  // namespace gpswitch::civil_time
