#pragma once
#include <string>
#include <string_view>

namespace gpswitch::nhs_number {

/// The ten digits when `text` is a valid NHS number, spaces and hyphens between them allowed; empty
/// otherwise. Valid: modulus 11 check digit right, and not ten equal digits (which pass the check but are
/// placeholders). Source: NHS Data Dictionary, NHS NUMBER; worked examples in the tests.
std::string parse(std::string_view text);

/// True for the ranges that are only ever issued to people; 9... numbers are for tests and are valid, but not
/// real.
bool in_issued_range(std::string_view ten_digits);

}  // namespace gpswitch::nhs_number
