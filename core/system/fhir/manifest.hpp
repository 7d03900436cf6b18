#pragma once
#include <vector>

#include "core/archive/archive.hpp"
#include "core/record/system.hpp"

namespace gpswitch::fhir {

/// Reads manifest.json of a package into the census (practice, moment, selection, inputs) and checks every
/// member that it names by size and SHA-256. Without a manifest the members are hashed as they are and
/// FHIR-PKG-001 says so. FHIR-HELD-001: the package's ledger has rows that were held back when it was made.
/// Source: gpswitch-package(5). Errors: InputError naming the first member that was changed, added or taken
/// away.
void read_manifest(const archive::Place& files, record::Census& census, std::vector<Issue>& issues);

}  // namespace gpswitch::fhir
