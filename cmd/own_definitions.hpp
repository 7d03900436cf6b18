#pragma once
#include <nlohmann/json_fwd.hpp>

namespace gpswitch::cmd {

/// What a package of gpswitch says beyond FHIR and UK Core: a StructureDefinition for each extension under
/// https://gpswitch.org/fhir/, in a Bundle, by URL. Made from the record model's own declarations, so that a
/// reader of a package and `validate` know what each may hold and where it stands. Differentials only.
/// Source: FHIR R4, "Profiling FHIR", sections on extensions; gpswitch-package(5).
nlohmann::ordered_json own_definitions();

}  // namespace gpswitch::cmd
