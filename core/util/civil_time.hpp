#pragma once
#include <string>
#include <string_view>

namespace gpswitch::civil_time {

/// True for a day of the (Gregorian) calendar, years 1800 to 2199, written yyyy-MM-dd.
bool is_day(std::string_view s);
/// True for HH:mm:ss, 24 hour clock.
bool is_time(std::string_view s);
/// A FHIR dateTime: yyyy, yyyy-MM, yyyy-MM-dd, or an instant with seconds and offset; the day must exist.
/// Years 0001 to 9999, fractions of a second and a leap second are FHIR's to allow.
bool is_date_time(std::string_view s);

/// UK clock time with its offset: "2024-07-01T09:30:00+01:00". The hour that comes twice in autumn is summer
/// time (the first); an hour that spring leaves out is given winter's offset. Years before 1972 (other rules,
/// and no source has times from then): the day alone. Empty when day or time is none. Rule: last Sunday of
/// March to last Sunday of October, both at 01:00 UTC. Before 1996 the end is the fourth Sunday of October,
/// before 1990 the Sunday after its fourth Saturday; before 1981 the start is the Sunday after the third
/// Saturday of March, and both changes are at 02:00 UTC. Source: the Summer Time Acts and Orders 1972 to
/// 2002, checked day by day against tzdata's Europe/London.
std::string uk_instant(std::string_view day, std::string_view time);
/// The offset alone, "+00:00" or "+01:00", by the rules of uk_instant; empty before 1972 or when day or time
/// is none. Allocates nothing.
std::string_view uk_offset(std::string_view day, std::string_view time);
/// True when the clock time comes twice.
bool repeated_hour(std::string_view day, std::string_view time);
/// "2024-07-01T09:30:00+01:00" plus minutes, keeping UK offsets right. Empty when not such an instant.
std::string add_minutes(std::string_view instant, int minutes);
/// Day plus days: "2024-02-28", 2 gives "2024-03-01". Empty when not a day.
std::string add_days(std::string_view day, int days);

}  // namespace gpswitch::civil_time
