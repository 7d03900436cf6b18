#pragma once
#include "core/archive/archive.hpp"

namespace gpswitch::archive {

/// The place with its encrypted members decrypted and called by their plain names; the place itself when it
/// has none. One whose plain file stands beside it is left as it is, as gpg --decrypt-files leaves it.
/// Errors: those of decrypt() and of Limits.
std::shared_ptr<Place> decrypted(std::shared_ptr<Place> place, const OpenOptions& options);

}  // namespace gpswitch::archive
