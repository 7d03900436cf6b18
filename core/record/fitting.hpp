#pragma once
#include <vector>

#include "core/record/filled.hpp"
#include "core/record/fit.hpp"
#include "core/record/record.hpp"

/// For the writers of JSON: what fit.hpp promises.
namespace gpswitch::record {

/// Nothing at this level of the object has to be displaced.
bool fits_here(const void* object, const Type& type, const Filled& filled);
/// Nor at any other.
bool fits(const void* object, const Type& type);

/// A copy of the entity in `arena` as the standard form can have it, the displaced values among its
/// extensions. `texts`: look at every text for control characters as well. `out` may be nullptr.
Entity& displaced(EntityKind kind, const Entity& entity, Arena& arena, bool texts, std::vector<Misfit>* out);

}  // namespace gpswitch::record
