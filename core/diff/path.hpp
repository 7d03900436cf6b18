#pragma once
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/record/record.hpp"

/// Fields addressed by declared names: "component.valueQuantity.value" is every component's.
namespace gpswitch::diff {

using Path = std::vector<const record::Field*>;

/// Empty when the type has no such path.
Path resolve(const record::Type& type, std::string_view dotted);
/// Something stands at the path, in any item of the lists on the way.
bool any_at(const void* object, const Path& path);
/// Empties the field everywhere; list items that hold nothing else go too.
void clear_at(void* object, const Path& path);
/// "component[1].value" without its indexes.
std::string without_indexes(std::string_view path);
/// One path lies on the way to the other, or they are equal ("meta" and "meta.security").
bool overlap(std::string_view a, std::string_view b);

/// Calls `use` for every Reference in the object, however deep.
void for_each_reference(void* object, const record::Type& type,
                        const std::function<void(record::Reference&)>& use);

}  // namespace gpswitch::diff
