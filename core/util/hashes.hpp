#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace gpswitch {

/// The SHA-256 of each text as 64 small hex digits, in the order of the texts. Two are taken at a time, the
/// longest first, which is faster than one after the other (Sha256::add_both). Thread-safe.
std::vector<std::string> sha256_of(std::vector<std::string_view> texts);

}  // namespace gpswitch
