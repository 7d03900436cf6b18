#pragma once
#include <string_view>

namespace gpswitch {

/// A SNOMED CT identifier of 6 to 18 digits whose check digit (Verhoeff) is right and whose partition is a
/// concept's (component '0') or a description's ('1').
bool valid_sctid(std::string_view id, char component);

}  // namespace gpswitch
