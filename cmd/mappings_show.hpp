#pragma once
#include <string>

#include "cmd/mappings_files.hpp"

namespace gpswitch::cmd {

/// A set as text for a reader: all of it, or what concerns one table of the source (its routes, columns, and
/// the values its columns use), or one table of values. UsageError when the set has no such table.
std::string show_set(const SetFolder& set, const SetInfo& info, const std::string& table);

}  // namespace gpswitch::cmd
