#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/util/arena.hpp"

/// How SystmOne's extract writes values: bytes, moments, ids, flags, quantities. Knows no table.
namespace gpswitch::tpp {

using Text = std::string_view;

/// Windows-1252 as UTF-8. Text of ASCII is given back as it is, other text is written into the arena. The
/// non-breaking space becomes a space. The five bytes without a meaning (81 8D 8F 90 9D) become the control
/// characters of the same number, and `undefined` is set to true: nothing is lost, and somebody must look.
Text decode(Text bytes, Arena& arena, bool& undefined);
/// The same for text that is UTF-8 already, as in a copy of ours: what decode() makes of the bytes it was.
Text tidy(Text utf8, Arena& arena, bool& undefined);
/// Appends Windows-1252 as UTF-8, each character as it stands: for a copy. Gives the position of the first
/// byte without a meaning; npos when there is none.
std::size_t append_utf8(std::string& out, Text bytes);
bool ascii(Text bytes);

/// "29 Sep 2011 14:53:28", "29 Sep 2011 14:53" or "29 Sep 2011" as "2011-09-29 14:53:28"; midnight is how an
/// unknown time is written, so it is left out: "2011-09-29". Days of one digit, several spaces and months in
/// any case are read too. Empty when it is no moment of the calendar. ISO days and moments are no moment
/// here.
std::string moment(Text text);
/// Moments of the manifest, "20200131_0200", as "2020-01-31 02:00:00". Empty when it is none.
std::string manifest_moment(Text text);

/// Ids that mean none: empty, 0 and every negative number.
bool no_id(Text text);
/// The id as a number of up to 18 digits; nothing when there is none, or when it is no number.
std::optional<std::int64_t> id_of(Text text);

/// TRUE or 1, in any case: flags are written TRUE and FALSE, RemovedData 1 and 0, and nobody keeps them apart
/// everywhere.
bool is_true(Text text);

/// "28 tablets" as value and unit: the decimal it begins with, and the rest. Both empty when it does not
/// begin with one.
struct Amount {
    Text value, unit;
};
Amount amount(Text text);

/// Days that stand for none in TPP's own database: 1900-01-01 for an unknown start, 9999-12-31 for an open
/// end. As SystmOne writes them, or as ISO days.
bool sentinel(Text text);

}  // namespace gpswitch::tpp
