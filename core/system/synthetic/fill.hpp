#pragma once
#include "core/record/record.hpp"
#include "core/system/synthetic/dates.hpp"
#include "core/system/synthetic/random.hpp"

/// Fills fields that a GP system leaves empty, by looping over the declarations of the model: what the model
/// can hold, a test record should hold somewhere. fill.csv says what may stand in a code or raw field, and
/// which fields stay empty ("-") because something would contradict them.
namespace gpswitch::synthetic {

/// Every empty field of every entity, each with some chance. `anchor`: a day in the patient's life.
void fill_patient(record::Record& record, Day anchor, Random& random);
/// The same for one entity, such as a practice-wide one; of its empty fields one in `rarity` is filled.
void fill_entity(record::EntityKind kind, record::Entity& entity, Arena& arena, Day anchor, Random& random,
                 std::uint32_t rarity);

}  // namespace gpswitch::synthetic
