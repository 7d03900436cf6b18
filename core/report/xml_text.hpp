#pragma once
#include <string>
#include <string_view>

namespace gpswitch {

/// Appends `s` for use in XML 1.0 text or in an attribute between double quotes. What XML cannot hold,
/// escaped or not (most control characters, U+FFFE, U+FFFF, bytes that are not UTF-8), becomes U+FFFD. Tab,
/// LF and CR are references, so that attributes keep them.
void append_xml(std::string& out, std::string_view s);

}  // namespace gpswitch
