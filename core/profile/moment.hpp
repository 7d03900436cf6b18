#pragma once
#include <cstdint>
#include <string_view>

namespace gpswitch::profile {

/// A date, dateTime, instant or time as far as FHIR writes it: what is there, and how precise.
struct Moment {
    enum class Precision : std::uint8_t { year, month, day, second };
    Precision precision = Precision::year;
    bool zoned = false, time_only = false, leap_second = false;
    int year = 0, month = 1, day = 1, minutes = 0;  ///< minutes: of the day, in UTC when zoned
    int second = 0;
    std::int64_t nanos = 0;

    /// False for what has another form, or names a day or time that does not exist.
    static bool read(std::string_view text, Moment& out);
    /// Like read; `form` tells whether only the form is wrong.
    static bool read(std::string_view text, Moment& out, bool& form);
    /// False when they cannot be compared as precisely as needed. `order`: negative, zero, positive.
    static bool compare(const Moment& a, const Moment& b, int& order);
};

}  // namespace gpswitch::profile
