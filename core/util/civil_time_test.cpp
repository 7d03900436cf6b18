#include "core/util/civil_time.hpp"

#include <doctest/doctest.h>

namespace civil_time = gpswitch::civil_time;

TEST_CASE("civil time: days") {
    struct Row {
        const char* text;
        bool valid;
        const char* why;
    };
    const Row rows[] = {
        {"2024-02-29", true, "a leap year"},
        {"2023-02-29", false, "not a leap year"},
        {"1900-02-29", false, "a century is no leap year"},
        {"2000-02-29", true, "every fourth century is"},
        {"2024-04-31", false, "April has thirty days"},
        {"2024-13-01", false, "no thirteenth month"},
        {"2024-00-10", false, "no month nought"},
        {"2024-01-00", false, "no day nought"},
        {"1800-01-01", true, "first year allowed"},
        {"1799-12-31", false, "nobody alive then has a record"},
        {"2199-12-31", true, "last year allowed"},
        {"9999-12-31", false, "an 'open end' is no day"},
        {"01/02/2024", false, "British order"},
        {"2024-1-2", false, "digits missing"},
        {"2024-01-02 ", false, "not trimmed here"},
        {"2024-01-02T00:00:00", false, "more than a day"},
        {"", false, "absent"},
    };
    for (const auto& row : rows) {
        CAPTURE(row.text);
        CAPTURE(row.why);
        CHECK(civil_time::is_day(row.text) == row.valid);
    }
}

TEST_CASE("civil time: times") {
    struct Row {
        const char* text;
        bool valid;
        const char* why;
    };
    const Row rows[] = {
        {"00:00:00", true, "midnight"},
        {"23:59:59", true, "last second"},
        {"12:00:00", true, "noon in a 24 hour clock"},
        {"24:00:00", false, "the next day"},
        {"09:30", false, "seconds missing"},
        {"9:30:00", false, "digit missing"},
        {"09:60:00", false, "sixty minutes"},
        {"09:30:60", false, "civil clocks have no leap second"},
        {"09.30.00", false, "stops"},
        {"", false, "absent"},
    };
    for (const auto& row : rows) {
        CAPTURE(row.text);
        CAPTURE(row.why);
        CHECK(civil_time::is_time(row.text) == row.valid);
    }
}

TEST_CASE("civil time: FHIR dateTime") {
    struct Row {
        const char* text;
        bool valid;
        const char* why;
    };
    const Row rows[] = {
        {"1987", true, "a year"},
        {"0000", false, "there is no year nought"},
        {"1987-06", true, "a month"},
        {"1987-00", false, "no month nought"},
        {"1987-6", false, "digit missing"},
        {"1987-06-31", false, "June has thirty days"},
        {"9999-12-31", true, "FHIR has no last year"},
        {"2024-07-01T09:30:00+01:00", true, "an instant"},
        {"2024-07-01T09:30:00Z", true, "UTC"},
        {"2024-07-01T09:30:00.123-05:00", true, "fraction of a second"},
        {"2016-12-31T23:59:60Z", true, "FHIR allows a leap second"},
        {"2016-12-31T23:99:60Z", false, "but not these minutes"},
        {"2024-07-01T09:30:00.Z", false, "stop without digits"},
        {"2024-07-01T09:30:00", false, "no offset"},
        {"2024-07-01T09:30Z", false, "no seconds"},
        {"2024-07-01T09:30:00+14:30", false, "no such offset"},
        {"2024-07-01 09:30:00Z", false, "no T"},
        {"2023-02-29T09:30:00Z", false, "no such day"},
        {"2024-07-01T", false, "T and nothing"},
        {"", false, "absent"},
    };
    for (const auto& row : rows) {
        CAPTURE(row.text);
        CAPTURE(row.why);
        CHECK(civil_time::is_date_time(row.text) == row.valid);
    }
}

TEST_CASE("civil time: UK offsets") {
    struct Row {
        const char *day, *time, *instant;
        bool repeated;
        const char* why;
    };
    const Row rows[] = {
        {"2024-07-01", "09:30:00", "2024-07-01T09:30:00+01:00", false, "summer"},
        {"2024-01-15", "12:00:00", "2024-01-15T12:00:00+00:00", false, "winter; noon stays noon"},
        {"2024-03-31", "00:59:59", "2024-03-31T00:59:59+00:00", false, "last second before spring"},
        {"2024-03-31", "01:30:00", "2024-03-31T01:30:00+00:00", false,
         "an hour that does not exist: winter's offset"},
        {"2024-03-31", "02:00:00", "2024-03-31T02:00:00+01:00", false, "first second of summer"},
        {"2024-10-27", "00:59:59", "2024-10-27T00:59:59+01:00", false, "before the hour that comes twice"},
        {"2024-10-27", "01:00:00", "2024-10-27T01:00:00+01:00", true, "comes twice: the first"},
        {"2024-10-27", "01:59:59", "2024-10-27T01:59:59+01:00", true, "comes twice: the first"},
        {"2024-10-27", "02:00:00", "2024-10-27T02:00:00+00:00", false, "winter again"},
        {"1996-03-31", "02:00:00", "1996-03-31T02:00:00+01:00", false, "last Sunday of March"},
        {"1996-10-26", "12:00:00", "1996-10-26T12:00:00+01:00", false, "from 1996: last Sunday of October"},
        {"1996-10-27", "02:00:00", "1996-10-27T02:00:00+00:00", false, "from 1996: last Sunday of October"},
        {"1995-10-22", "01:30:00", "1995-10-22T01:30:00+01:00", true,
         "1990 to 1995: fourth Sunday, here not the last"},
        {"1995-10-22", "02:00:00", "1995-10-22T02:00:00+00:00", false, "1990 to 1995: fourth Sunday"},
        {"1995-10-28", "12:00:00", "1995-10-28T12:00:00+00:00", false,
         "a week of winter that today's rule would miss"},
        {"1990-03-25", "01:00:00", "1990-03-25T01:00:00+00:00", false, "left out"},
        {"1990-03-25", "02:00:00", "1990-03-25T02:00:00+01:00", false, "summer"},
        {"1990-10-28", "01:00:00", "1990-10-28T01:00:00+01:00", true, "fourth Sunday"},
        {"1989-10-29", "01:00:00", "1989-10-29T01:00:00+01:00", true,
         "before 1990: after the fourth Saturday, the 28th"},
        {"1989-10-22", "12:00:00", "1989-10-22T12:00:00+01:00", false, "the fourth Sunday was still summer"},
        {"1975-03-16", "02:30:00", "1975-03-16T02:30:00+00:00", false,
         "before 1981 the hour from two is left out"},
        {"1975-03-16", "01:30:00", "1975-03-16T01:30:00+00:00", false,
         "before 1981 the hour from one exists"},
        {"1975-03-16", "03:00:00", "1975-03-16T03:00:00+01:00", false, "third week of March"},
        {"1975-10-26", "01:30:00", "1975-10-26T01:30:00+01:00", false,
         "before 1981 the hour from one comes once"},
        {"1975-10-26", "02:30:00", "1975-10-26T02:30:00+01:00", true,
         "before 1981 the hour from two comes twice"},
        {"1975-10-26", "03:00:00", "1975-10-26T03:00:00+00:00", false, "winter"},
        {"1972-03-19", "03:00:00", "1972-03-19T03:00:00+01:00", false, "first year of the rule"},
        {"1971-07-01", "09:30:00", "1971-07-01", false, "before 1972: the day alone"},
        {"2150-07-01", "09:30:00", "2150-07-01T09:30:00+01:00", false, "today's rule goes on"},
        {"2023-02-29", "09:30:00", "", false, "no such day"},
        {"2024-02-29", "9.30", "", false, "no such time"},
    };
    for (const auto& row : rows) {
        CAPTURE(row.day);
        CAPTURE(row.time);
        CAPTURE(row.why);
        CHECK(civil_time::uk_instant(row.day, row.time) == row.instant);
        CHECK(civil_time::repeated_hour(row.day, row.time) == row.repeated);
    }
}

TEST_CASE("civil time: adding minutes") {
    struct Row {
        const char* instant;
        int minutes;
        const char *result, *why;
    };
    const Row rows[] = {
        {"2024-07-01T09:30:00+01:00", 10, "2024-07-01T09:40:00+01:00", "an appointment"},
        {"2024-07-01T23:55:00+01:00", 10, "2024-07-02T00:05:00+01:00", "over midnight"},
        {"2024-12-31T23:55:00+00:00", 10, "2025-01-01T00:05:00+00:00", "over new year"},
        {"2024-03-31T00:50:00+00:00", 20, "2024-03-31T02:10:00+01:00", "over the hour left out"},
        {"2024-10-27T01:50:00+01:00", 20, "2024-10-27T01:10:00+00:00", "into the second of the hours"},
        {"2024-10-27T01:10:00+00:00", -20, "2024-10-27T01:50:00+01:00", "and back"},
        {"2024-07-01T08:30:00Z", 0, "2024-07-01T09:30:00+01:00", "UTC comes out as UK time"},
        {"2024-07-01T10:30:00+02:00", 0, "2024-07-01T09:30:00+01:00", "as does any other offset"},
        {"1969-12-31T23:59:00+00:00", 2, "1970-01-01T00:01:00+00:00", "before 1970 seconds are negative"},
        {"2199-12-31T23:59:00+00:00", 2, "", "leaves the calendar"},
        {"2024-07-01", 10, "", "a day is no instant"},
        {"2024-07-01T09:30:00", 10, "", "no offset"},
        {"2024-02-30T09:30:00Z", 10, "", "no such day"},
        {"", 10, "", "absent"},
    };
    for (const auto& row : rows) {
        CAPTURE(row.instant);
        CAPTURE(row.why);
        CHECK(civil_time::add_minutes(row.instant, row.minutes) == row.result);
    }
}

TEST_CASE("civil time: adding days") {
    struct Row {
        const char* day;
        int days;
        const char *result, *why;
    };
    const Row rows[] = {
        {"2024-02-28", 2, "2024-03-01", "over a leap day"},
        {"2023-02-28", 1, "2023-03-01", "no leap day"},
        {"2024-03-01", -1, "2024-02-29", "backwards"},
        {"2024-03-30", 2, "2024-04-01", "clock changes do not matter to days"},
        {"1970-01-01", -1, "1969-12-31", "before 1970"},
        {"1900-02-28", 1, "1900-03-01", "a century"},
        {"2024-01-01", 366, "2025-01-01", "a leap year has 366"},
        {"2024-01-01", 0, "2024-01-01", "nothing to do"},
        {"1800-01-01", -1, "", "leaves the calendar"},
        {"2024-02-30", 1, "", "no such day"},
        {"2024-02", 1, "", "a month is no day"},
        {"", 1, "", "absent"},
    };
    for (const auto& row : rows) {
        CAPTURE(row.day);
        CAPTURE(row.why);
        CHECK(civil_time::add_days(row.day, row.days) == row.result);
    }
}
