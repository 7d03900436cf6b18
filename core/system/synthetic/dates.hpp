#pragma once
#include <cstdint>

#include "core/record/type.hpp"

namespace gpswitch::synthetic {

/// A day as the number of days since 1970-01-01.
using Day = std::int32_t;

Day day_of(int year, unsigned month, unsigned day);
/// The year of a day.
int year_of(Day day);

/// "2024-07-01" and, less precise, "2024-07" and "2024".
record::Text day_text(Arena& arena, Day day);
record::Text month_text(Arena& arena, Day day);
record::Text year_text(Arena& arena, Day day);
/// "2024-07-01T09:30:00+01:00": UK clock time.
record::Text instant_text(Arena& arena, Day day, int minute_of_day);

/// The moment the synthetic practice is seen at: 1 March 2026. Nothing depends on the clock.
inline constexpr record::Text kAsOf = "2026-03-01T00:00:00+00:00";
Day as_of();

}  // namespace gpswitch::synthetic
