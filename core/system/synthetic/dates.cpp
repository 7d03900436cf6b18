#include "core/system/synthetic/dates.hpp"

#include <chrono>
#include <cstring>

#include "core/util/civil_time.hpp"

namespace gpswitch::synthetic {
namespace {

using record::Text;

std::chrono::year_month_day civil(Day day) {
    return std::chrono::year_month_day(std::chrono::sys_days(std::chrono::days(day)));
}

void digits(char* at, unsigned value, int count) {
    for (int i = count; i-- > 0; value /= 10) at[i] = static_cast<char>('0' + value % 10);
}

void write_day(char* at, Day day) {
    const auto d = civil(day);
    digits(at, static_cast<unsigned>(static_cast<int>(d.year())), 4);
    at[4] = at[7] = '-';
    digits(at + 5, static_cast<unsigned>(d.month()), 2);
    digits(at + 8, static_cast<unsigned>(d.day()), 2);
}

Text cut(Arena& arena, Day day, std::size_t length) {
    char* p = arena.text(10);
    write_day(p, day);
    return {p, length};
}

}  // namespace

Day day_of(int year, unsigned month, unsigned day) {
    using namespace std::chrono;
    const sys_days d = std::chrono::year(year) / static_cast<int>(month) / static_cast<int>(day);
    return static_cast<Day>(d.time_since_epoch().count());
}

int year_of(Day day) { return static_cast<int>(civil(day).year()); }

Text day_text(Arena& arena, Day day) { return cut(arena, day, 10); }
Text month_text(Arena& arena, Day day) { return cut(arena, day, 7); }
Text year_text(Arena& arena, Day day) { return cut(arena, day, 4); }

Text instant_text(Arena& arena, Day day, int minute) {
    char* p = arena.text(25);
    write_day(p, day);
    std::memcpy(p + 10, "T00:00:00", 9);
    digits(p + 11, static_cast<unsigned>(minute / 60), 2);
    digits(p + 14, static_cast<unsigned>(minute % 60), 2);
    const auto offset = civil_time::uk_offset({p, 10}, {p + 11, 8});
    if (offset.empty()) return {p, 10};  // before 1972 there are days only
    std::memcpy(p + 19, offset.data(), 6);
    return {p, 25};
}

Day as_of() {
    static const Day day = day_of(2026, 3, 1);
    return day;
}

}  // namespace gpswitch::synthetic
