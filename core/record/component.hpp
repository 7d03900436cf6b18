#pragma once
#include "core/record/record.hpp"

/// Readings that are parts of one measurement: a blood pressure from its two.
namespace gpswitch::record {

/// The Observation that was made last becomes a component of the Observation `whole` and is no item any more:
/// code, value, interpretation, range and note move; labels join those of the whole; what differs in anything
/// else is kept in the rest of the whole. `claims`: how many the record had before the reading was made; its
/// own are dropped, so that the caller claims the row as a part. At most two components in one whole.
void fold_reading(Record& record, std::uint32_t whole, std::size_t claims, Text source_key);

/// The whole's own code and value become its first component: where one of two readings stands for the whole.
void split_reading(Record& record, std::uint32_t whole, Text source_key);

}  // namespace gpswitch::record
