#pragma once
#include <algorithm>

#include "core/system/emis/rows.hpp"
#include "core/system/emis/write/pages.hpp"

/// Small questions that the parts of the writer ask of an entity.
namespace gpswitch::emis::write {

using layout::as;
using layout::inferred;
using layout::rest_of;

inline constexpr Text kNhsNumber = "https://fhir.nhs.uk/Id/nhs-number";
inline constexpr Text kInvalidNumber = "https://gpswitch.org/Id/invalid-nhs-number";

}  // namespace gpswitch::emis::write
