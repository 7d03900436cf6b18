#pragma once
#include <algorithm>

#include "core/system/emis/rows.hpp"
#include "core/system/emis/write/pages.hpp"

/// Small questions that the parts of the writer ask of an entity.
namespace gpswitch::emis::write {

inline constexpr Text kNhsNumber = "https://fhir.nhs.uk/Id/nhs-number";
inline constexpr Text kInvalidNumber = "https://gpswitch.org/Id/invalid-nhs-number";

template <class T>
const T& as(const record::Item& item) {
    return *static_cast<const T*>(item.entity);
}

/// One of its inferred values stands under a path that begins so.
inline bool inferred(const Entity& e, Text begin) {
    return std::any_of(e.inferred.begin(), e.inferred.end(), [&](Text t) { return t.starts_with(begin); });
}

/// It has a key of EMIS's own.
inline bool from_here(const Entity& e) {
    return std::any_of(e.identifier.begin(), e.identifier.end(),
                       [](const record::Identifier& i) { return i.system.starts_with(kIdBase); });
}

/// What it keeps under that path; nullptr when it is nothing.
inline const record::Rest* rest_of(const Entity& e, Text path) {
    for (const record::Rest& r : e.rest)
        if (r.path == path) return &r;
    return nullptr;
}

}  // namespace gpswitch::emis::write
