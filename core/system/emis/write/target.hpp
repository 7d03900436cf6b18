#pragma once
#include <memory>

#include "core/record/system.hpp"

/// Records as an extract written in EMIS extract layout, version 8.2: 21 CSV files in a folder, all of one
/// bulk batch. No supplier publishes a way to load one: the result is for test harnesses and loaders of third
/// parties.
namespace gpswitch::emis::write {

/// The folder appears when everything has been written. "/dev/null" as place writes nothing, for measuring.
/// Errors: MappingError without the mapping set (TargetOptions::mapping) or without its write.csv and
/// cells.csv.
std::unique_ptr<record::Target> create(const record::TargetOptions& options);

}  // namespace gpswitch::emis::write
