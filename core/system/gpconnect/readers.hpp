#pragma once
#include <set>

#include "core/archive/archive.hpp"
#include "core/system/gpconnect/index.hpp"
#include "core/system/gpconnect/maker.hpp"

namespace gpswitch::gpconnect {

/// What the readers share; outlives them.
struct Opened {
    std::shared_ptr<archive::Place> place;
    std::shared_ptr<const Tables> tables;
    Index index;
};

/// Fills a cleared record from one bundle: all its rows but the practice-wide ones that Source::find hands
/// out.
void read_bundle(const Opened& opened, const BundleInfo& bundle, record::Record& record,
                 json::Parser& parser);

/// Fills a cleared record with the one row of a file that cannot be read, held.
void read_fault(const Opened& opened, const Fault& fault, record::Record& record);

/// Adds a practice-wide entity to the record, its row claimed. `follow`: what it refers to becomes a need.
void read_shared(const Opened& opened, std::uint32_t handle, record::Record& record, json::Parser& parser,
                 bool follow);

}  // namespace gpswitch::gpconnect
