#pragma once
#include <array>
#include <optional>
#include <string>

#include "core/system/vision/layout.hpp"
#include "core/util/arena.hpp"

/// How a Vision extract writes values: names of files, days, times, codes, staff, links. Knows no table.
namespace gpswitch::vision {

/// What names of files begin with.
inline constexpr std::array<Text, 3> kExtracts = {"FULL", "INCREMENTAL", "ADDITIONAL"};

/// "INCREMENTAL_F86007_journal_data_extract-2018-08-17-000500.csv" taken apart.
struct FileName {
    std::string extract;  ///< "INCREMENTAL", upper case
    std::string ods;
    std::string type;    ///< "journal_data_extract", lower case
    std::string moment;  ///< "2018-08-17 00:05:00"
};
/// Nothing when the name is not of that form. `path` may have folders before it.
std::optional<FileName> file_name(Text path);

/// A day as it is written, "yyyyMMdd". Zero for day or month is as much of it as is known.
struct Day {
    Text full;     ///< "2018-08-17"
    Text partial;  ///< "2018-08" or "2018"
};
/// Both empty when it is no day of the calendar. In `arena`.
Day day_of(Text text, Arena& arena);
/// "0930" as "09:30:00"; "9999" is no time: empty. Anything else is given back as it is.
Text time_of(Text text, Arena& arena);

/// A number as FHIR writes it: ".5" as "0.5", "007" as "7". Empty when it is none. In `arena`.
Text number_of(Text text, Arena& arena);

/// What a CODE is. 7 characters are a Read code and its term code, which begins with a digit; 6 and 5 may be
/// a Read code, less is words. Upper and lower case are different codes.
struct Code {
    enum class Kind : std::uint8_t { none, read, local, words };
    Kind kind = Kind::none;
    Text code;  ///< 5 bytes of a Read or local code, else all of it
    Text term;  ///< the two characters behind it; may be empty
};
/// Says read of whatever has the shape of a Read code: whether it is in the release is not its business.
Code code_of(Text text);
/// "246" for "246.."; codes are compared without their dots.
Text stem(Text code);

/// Id in the staff file of "<prefix>:STAFF:<n>" and "<prefix>:EXT_STAFF:<n>,<anything>": prefix and n. Of an
/// EXT_STAFF without a comma, and of a value with neither word, all of it.
Text staff_id(Text cell, Arena& arena);

/// The next token of a list like "E12|345||", which gets shorter; empty tokens are left out, an empty answer
/// is the end.
Text next_token(Text& list);

/// A key in 64 bits: a number as itself, other text by hash. kNoKey for an empty one.
using Key = std::uint64_t;
inline constexpr Key kNoKey = 0;
Key key_of(Text text);

}  // namespace gpswitch::vision
