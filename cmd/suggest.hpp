#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace gpswitch::cmd {

/// The word of `known` that `word` was probably meant to be: a transposition, a wrong, missing or extra
/// letter for every three letters, or its beginning. Empty when none is near. The first of equally near ones
/// wins.
std::string nearest(std::string_view word, const std::vector<std::string>& known);

/// An argument as it may be shown again: nine digits or more could be an NHS number and become "(number)".
std::string echo(std::string_view argument);

}  // namespace gpswitch::cmd
