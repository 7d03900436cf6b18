#pragma once
#include <string>
#include <string_view>

namespace gpswitch::cmd {

std::string_view version();
/// For --version: gpswitch's own version and the libraries it was built with, one a line.
std::string version_text();

}  // namespace gpswitch::cmd
