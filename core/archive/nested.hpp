#pragma once
#include "core/archive/archive.hpp"

namespace gpswitch::archive {

/// Opens a member that is itself an archive: a zip in a folder, or in another archive (Place::open does not
/// look into those). Members of the answer are called by `member`'s own origin, "outer.zip!inner.zip!x.csv".
/// Unpacked in the place's own spool folder. Errors: as Place::open_archive.
std::shared_ptr<Place> open_member(const Place& place, std::size_t member);

}  // namespace gpswitch::archive
