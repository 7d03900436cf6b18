#pragma once
#include <span>

#include "core/record/record.hpp"

/// For targets: entries that cannot be written as what they are.
namespace gpswitch::record {

/// Takes these items (ascending) out of the record. Rows that no other item claims are settled as held for
/// `rule`, which must outlive the record; rows that others claim stay theirs.
void hold(Record& record, std::span<const std::uint32_t> items, Text rule);

}  // namespace gpswitch::record
