#pragma once
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "core/diff/foreseen.hpp"
#include "core/record/record.hpp"

/// Which entity of one record is which of the other's.
namespace gpswitch::diff {

struct EntityPairs {
    std::vector<std::pair<std::uint32_t, std::uint32_t>> pairs;  ///< indexes into items, in BEFORE's order
    std::vector<std::uint32_t> only_before, only_after;          ///< in order
};

/// Pairs the entities of two records of one patient: as said in diff.hpp. `foreseen`: what was said of
/// BEFORE's. `known`: pairs that come before all others. `out` is cleared first and reused.
void pair_entities(const record::Record& before, const record::Record& after, EntityPairs& out,
                   const Predictions* foreseen = nullptr,
                   const std::vector<std::pair<std::uint32_t, std::uint32_t>>& known = {});

/// The rows an entity came from, as one text; its identifiers when it has no rows. Empty when it has neither.
std::string source_key(const record::Entity& entity);
/// Its row's key in lower case, where that is a UUID: a layout with such keys takes them from the ids of what
/// is written in it. Empty otherwise.
std::string key_uuid(const record::Entity& entity);
/// SHA-256 of the entity's JSON without what says where it comes from: id, source rows, claimed profile,
/// whose it is, and ids in references to other entities of the patient.
std::string canonical_hash(record::EntityKind kind, const record::Entity& entity);
/// Its code and its time, as one text; empty when it has neither.
std::string code_and_time(record::EntityKind kind, const record::Entity& entity);

}  // namespace gpswitch::diff
