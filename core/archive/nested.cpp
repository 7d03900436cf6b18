#include "core/archive/nested.hpp"

namespace gpswitch::archive {

std::shared_ptr<Place> open_member(const Place& place, std::size_t member) {
    OpenOptions options;
    options.spool_folder = place.spool_folder();
    return Place::open_archive(place.bytes(member), place.members()[member].origin, options);
}

}  // namespace gpswitch::archive
