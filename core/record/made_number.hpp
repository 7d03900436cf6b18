#pragma once
#include <array>

#include "core/record/record.hpp"

/// Keys for layouts that want numbers, of entities that have no number of their own.
namespace gpswitch::record {

/// 18 digits, made of the type and the id alone: the same in every run, of whatever selection. Two of ten
/// million are the same once in twenty thousand times: who needs them different in a set looks. Thread-safe.
std::array<char, 18> made_number(EntityKind kind, Text id);

}  // namespace gpswitch::record
