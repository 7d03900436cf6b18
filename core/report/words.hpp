#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// How numbers and lists are put to people.
namespace gpswitch::words {

/// 1234567 -> "1,234,567"
std::string grouped(std::uint64_t n);
/// "1 row", "2,000 rows"
std::string count(std::uint64_t n, std::string_view one, std::string_view many);
/// 3723 -> "1:02:03", 62 -> "1:02", 4.2 -> "0:04"
std::string clock(double seconds);
/// "a, b and c"
std::string joined(const std::vector<std::string>& words, std::string_view last = "and");

/// Rows of cells as text in aligned columns, two spaces between them, no spaces at line ends.
/// `right`: columns aligned to the right (numbers).
std::string aligned(const std::vector<std::vector<std::string>>& rows,
                    const std::vector<std::size_t>& right = {});

}  // namespace gpswitch::words
