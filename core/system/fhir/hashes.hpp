#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace gpswitch::fhir {

/// The SHA-256 of each text in hex. Two at a time, as two hashes side by side are faster: the longest along
/// with shorter ones, one after the other.
std::vector<std::string> sha256_of(std::vector<std::string_view> texts);

}  // namespace gpswitch::fhir
