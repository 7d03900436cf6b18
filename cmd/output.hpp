#pragma once
#include <string_view>

namespace gpswitch::cmd {

/// Writes all of it to stdout and flushes. Errors: TargetError when stdout is closed or full: half an answer
/// is no answer.
void print(std::string_view text);

}  // namespace gpswitch::cmd
