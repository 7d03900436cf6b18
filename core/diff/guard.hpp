#pragma once
#include <string_view>
#include <vector>

#include "core/diff/path.hpp"

/// What may never be explained away (design section 3, diff): losing an allergy, a dose, an active repeat, an
/// active problem, a warning or a confidentiality label. The words tested here are the standard form's own
/// (FHIR required bindings), not any supplier's.
namespace gpswitch::diff {

struct Guard {
    record::EntityKind kind;
    bool every_kind;
    std::string_view field;                  ///< declared path; empty: the entity itself
    std::string_view what;                   ///< "an allergy"
    bool (*applies)(const record::Entity&);  ///< nullptr: always
    Path path;
};

/// All of them, for documents and tests.
const std::vector<Guard>& guards();
/// What is lost when the whole entity is; empty when that may be explained.
std::string_view guarded(record::EntityKind kind, const record::Entity& before);
/// What is lost when the field (declared path, no indexes), something in it, or something it is in, is lost;
/// empty when that may be explained or when nothing guarded stands there.
std::string_view guarded(record::EntityKind kind, const record::Entity& before, std::string_view field);

}  // namespace gpswitch::diff
