#pragma once
#include <memory>

#include "core/record/system.hpp"

/// Records as an extract written in TPP SystmOne extract layout, version 93: one full delivery in a folder,
/// SRManifest.csv written last. No supplier publishes a way to load one: the result is for test harnesses and
/// loaders of third parties.
namespace gpswitch::tpp::write {

/// The folder appears when everything has been written. "/dev/null" as place writes nothing, for measuring.
/// Errors: MappingError without the mapping set (TargetOptions::mapping) or without its write.csv and
/// cells.csv. TargetError, and nothing is written, when two rows would have one key, or one code would have
/// to be an allergy for one entry and something else for another.
std::unique_ptr<record::Target> create(const record::TargetOptions& options);

}  // namespace gpswitch::tpp::write
