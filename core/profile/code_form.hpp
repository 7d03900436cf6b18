#pragma once
#include <cstdint>
#include <string_view>

namespace gpswitch::profile {

/// What can be said of a code whose list is not at hand: has it the form that its code system demands?
enum class Form : std::uint8_t { unknown, good, bad };

/// For the value sets of languages (BCP 47), media types (BCP 13), currencies (ISO 4217: three capitals) and
/// units (UCUM: well-formed, not whether a unit is known); unknown for others. `system`: of a Coding; empty
/// where there is none. A code of another system is of none of these sets.
Form code_form(std::string_view set, std::string_view system, std::string_view code);

}  // namespace gpswitch::profile
