#pragma once
#include "core/archive/archive.hpp"

namespace gpswitch::archive {

/// Several places as one, in the order given: member "x.csv" of the second is called "2/x.csv"; origins stay.
/// A single place is given back as it is. Whatever was refused in one of them is refused in the whole.
std::shared_ptr<Place> join(std::vector<std::shared_ptr<Place>> places);

/// The place without the members of these names, some of which may not be there.
std::shared_ptr<Place> without(std::shared_ptr<Place> place, const std::vector<std::string>& names);

}  // namespace gpswitch::archive
