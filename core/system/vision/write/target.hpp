#pragma once
#include <memory>

#include "core/record/system.hpp"

/// Records as a delivery written in Vision extract layout: six headerless CSV files, the live layout, one
/// practice, a first load. No supplier publishes a way to load one: the result is for test harnesses and
/// loaders of third parties.
namespace gpswitch::vision::write {

/// The folder appears when everything has been written. "/dev/null" as place writes nothing, for measuring.
/// Errors: MappingError without the mapping set (TargetOptions::mapping) or without its write.csv and
/// cells.csv; TargetError when two patients would have the same number.
std::unique_ptr<record::Target> create(const record::TargetOptions& options);

}  // namespace gpswitch::vision::write
