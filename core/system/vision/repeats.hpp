#pragma once
#include <span>
#include <string_view>

/// Which repeat master an issue stands on. No file says it: who reads an extract infers it, and who writes
/// one must know what will be inferred.
namespace gpswitch::vision {

/// What the rule looks at, of a master or an issue. Days are ISO, as much of them as is known; empty is not
/// known.
struct Prescribed {
    std::string_view dmd, code, name;
    std::string_view start, end;  ///< of an issue the start is its day, and there is no end
};

/// The master of the same drug that had begun by then and had not ended; of several the surest, and of those
/// the last to begin (of one day the last in the list). dm+d ids tell the drug; where one of the two has
/// none, code and name together, unless both are empty. -1: none.
int master_of(const Prescribed& issue, std::span<const Prescribed> masters);

}  // namespace gpswitch::vision
