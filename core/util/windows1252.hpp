#pragma once
#include <string>
#include <string_view>

#include "core/util/arena.hpp"

namespace gpswitch {

/// Windows-1252 as UTF-8. Text of ASCII is given back as it is, other text is written into the arena. The
/// non-breaking space becomes a space. The five bytes without a meaning (81 8D 8F 90 9D) become the control
/// characters of the same number, and `undefined` is set to true: nothing is lost, and somebody must look.
std::string_view from_windows1252(std::string_view bytes, Arena& arena, bool& undefined);

/// Appends it as UTF-8, each character as it stands: for a copy. Gives the position of the first byte without
/// a meaning; npos when there is none.
std::size_t copy_windows1252(std::string& out, std::string_view bytes);
/// What from_windows1252() makes of bytes, made of their copy in UTF-8.
std::string_view from_copied_windows1252(std::string_view utf8, Arena& arena, bool& undefined);
bool is_ascii(std::string_view bytes);

}  // namespace gpswitch
