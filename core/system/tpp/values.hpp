#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/util/windows1252.hpp"

/// How SystmOne's extract writes values: bytes, moments, ids, flags, quantities. Knows no table.
namespace gpswitch::tpp {

using Text = std::string_view;

/// Windows-1252 as UTF-8.
inline Text decode(Text bytes, Arena& arena, bool& undefined) {
    return from_windows1252(bytes, arena, undefined);
}
/// The same for a file that is UTF-8 already, as in a copy of ours.
inline Text tidy(Text utf8, Arena& arena, bool& undefined) {
    return from_copied_windows1252(utf8, arena, undefined);
}

/// "29 Sep 2011 14:53:28", "29 Sep 2011 14:53" or "29 Sep 2011" as "2011-09-29 14:53:28"; midnight is how an
/// unknown time is written, so it is left out: "2011-09-29". Days of one digit, several spaces and months in
/// any case are read too. Empty when it is no moment of the calendar. ISO days and moments are no moment
/// here.
std::string moment(Text text);
/// Minutes from one moment() to another, by the clock on the wall; 0 when one of them is none.
int minutes_between(Text from, Text to);
/// Moments of the manifest, "20200131_0200", as "2020-01-31 02:00:00". Empty when it is none.
std::string manifest_moment(Text text);

/// Ids that mean none: empty, 0 and every negative number.
bool no_id(Text text);
/// The id as a number of up to 18 digits; nothing when there is none, or when it is no number.
std::optional<std::int64_t> id_of(Text text);

/// TRUE or 1, in any case: flags are written TRUE and FALSE, RemovedData 1 and 0, and nobody keeps them apart
/// everywhere.
bool is_true(Text text);

/// "{U+0141}ukasz" as "Łukasz": how characters that Windows-1252 has not are written. One that it has stays
/// as it is: nobody wrote that for want of a character.
Text unescaped(Text text, Arena& arena);

/// "28 tablets" as value and unit: the decimal it begins with, and the rest. Both empty when it does not
/// begin with one.
struct Amount {
    Text value, unit;
};
Amount amount(Text text);
/// The same of a text that is nothing else: "0.5 ml", and not "0.5 to 1 ml" or "2 x 0.5 ml".
Amount plain_amount(Text text);

/// Days that stand for none in TPP's own database: 1900-01-01 for an unknown start, 9999-12-31 for an open
/// end. As SystmOne writes them, or as ISO days.
bool sentinel(Text text);
/// The same of what moment() makes of it.
bool sentinel_day(Text iso);

}  // namespace gpswitch::tpp
