#pragma once
#include <string>
#include <string_view>

#include "core/system/all.hpp"

namespace gpswitch::cmd {

/// A TARGET taken apart: a prefix says which system; without one, the name does where that is plain
/// ("practice.db"). Errors: UsageError, beginning with the command's name, when it does not say, or when
/// that system cannot be written to.
systems::Address target_address(std::string_view command, const std::string& text);

}  // namespace gpswitch::cmd
