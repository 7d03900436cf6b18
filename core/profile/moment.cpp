#include "core/profile/moment.hpp"

namespace gpswitch::profile {
namespace {

bool digits(std::string_view s, std::size_t at, std::size_t n, int& out) {
    if (at + n > s.size()) return false;
    out = 0;
    for (std::size_t i = at; i < at + n; ++i) {
        if (s[i] < '0' || s[i] > '9') return false;
        out = out * 10 + (s[i] - '0');
    }
    return true;
}

int days_in(int year, int month) {
    static constexpr int kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return month == 2 && leap ? 29 : kDays[month - 1];
}

/// Days since 1970-01-01 (proleptic Gregorian).
std::int64_t day_number(int y, int m, int d) {
    y -= m <= 2 ? 1 : 0;
    const int era = (y >= 0 ? y : y - 399) / 400;
    const int yoe = y - era * 400;
    const int doy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
    return static_cast<std::int64_t>(era) * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

/// "hh:mm:ss(.fff)" from `at` on; where it ends, or 0.
std::size_t clock(std::string_view s, std::size_t at, Moment& out) {
    int h = 0, m = 0;
    if (!digits(s, at, 2, h) || !digits(s, at + 3, 2, m) || !digits(s, at + 6, 2, out.second)) return 0;
    if (s[at + 2] != ':' || s[at + 5] != ':' || h > 23 || m > 59 || out.second > 60) return 0;
    out.minutes = h * 60 + m;
    out.leap_second = out.second == 60;
    out.precision = Moment::Precision::second;
    at += 8;
    if (at < s.size() && s[at] == '.') {
        std::int64_t unit = 100'000'000;
        const std::size_t from = ++at;
        for (; at < s.size() && s[at] >= '0' && s[at] <= '9'; ++at, unit /= 10)
            out.nanos += unit * (s[at] - '0');
        if (at == from) return 0;
    }
    return at;
}

}  // namespace

bool Moment::read(std::string_view s, Moment& out, bool& form) {
    out = {};
    form = false;
    if (s.size() >= 8 && s[2] == ':') {
        out.time_only = true;
        return form = clock(s, 0, out) == s.size();
    }
    if (!digits(s, 0, 4, out.year) || out.year == 0) return false;
    if (s.size() == 4) return form = true;
    if (s.size() < 7 || s[4] != '-' || !digits(s, 5, 2, out.month)) return false;
    out.precision = Precision::month;
    if (out.month < 1 || out.month > 12) return false;
    if (s.size() == 7) return form = true;
    if (s.size() < 10 || s[7] != '-' || !digits(s, 8, 2, out.day)) return false;
    out.precision = Precision::day;
    if (out.day < 1 || out.day > 31) return false;
    const bool real = out.day <= days_in(out.year, out.month);
    if (s.size() == 10) {
        form = true;
        return real;
    }
    if (s[10] != 'T') return false;
    const std::size_t at = clock(s, 11, out);
    if (at == 0 || at >= s.size()) return false;
    out.zoned = true;
    if (s[at] == 'Z') {
        form = at + 1 == s.size();
        return form && real;
    }
    int h = 0, m = 0;
    if ((s[at] != '+' && s[at] != '-') || s.size() != at + 6 || s[at + 3] != ':' ||
        !digits(s, at + 1, 2, h) || !digits(s, at + 4, 2, m) || m > 59 || h > 14 || (h == 14 && m != 0))
        return false;
    out.minutes -= (s[at] == '-' ? -1 : 1) * (h * 60 + m);
    form = true;
    return real;
}

bool Moment::read(std::string_view text, Moment& out) {
    bool form = false;
    return read(text, out, form);
}

bool Moment::compare(const Moment& a, const Moment& b, int& order) {
    if (a.time_only != b.time_only) return false;
    const auto decide = [&order](std::int64_t x, std::int64_t y) {
        order = x < y ? -1 : x > y ? 1 : 0;
        return order != 0;
    };
    if (a.precision == Precision::second && b.precision == Precision::second) {
        const auto seconds = [](const Moment& m) {
            return (m.time_only ? 0 : day_number(m.year, m.month, m.day) * 86400) + m.minutes * 60 + m.second;
        };
        if (decide(seconds(a), seconds(b))) return true;
        decide(a.nanos, b.nanos);
        return true;
    }
    // Of different precision: only what both have can tell them apart.
    const auto least = a.precision < b.precision ? a.precision : b.precision;
    if (a.precision != b.precision && (a.zoned || b.zoned)) {
        // The day of a moment with an offset may be another one in UTC: a day either way is not decided.
        const std::int64_t x = day_number(a.year, a.month, a.day), y = day_number(b.year, b.month, b.day);
        if (least == Precision::day && (x - y > 1 || y - x > 1)) return decide(x, y);
    }
    if (decide(a.year, b.year)) return true;
    if (least >= Precision::month && decide(a.month, b.month)) return true;
    if (least >= Precision::day && decide(a.day, b.day) && !(a.zoned || b.zoned)) return true;
    order = 0;
    return a.precision == b.precision;
}

}  // namespace gpswitch::profile
