#pragma once
#include "core/record/types.hpp"

namespace gpswitch::record::declare {

/// A resource type: Entity's fields, then its own. The base counts as one member.
template <class T, class... F>
Type entity(std::string_view name, std::string_view profile, F... own) {
    static_assert(has_members<T, sizeof...(F) + 1>(), "declare every member of the struct, each once");
    Type t{name, profile, type_of<Entity>().fields, sizeof(T), true, {}, {}, {}};
    (t.fields.push_back(own), ...);
    derive(t);
    return t;
}

}  // namespace gpswitch::record::declare
