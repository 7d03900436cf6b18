#pragma once
#include <vector>

#include "core/diff/diff.hpp"
#include "core/diff/explain.hpp"

namespace gpswitch::diff {

/// The same in every field but id. Sets nothing; `before` is put back as it was.
bool same(record::EntityKind kind, record::Entity& before, const record::Entity& after);

/// Appends the fields in which two entities of one kind differ, id left out, in declaration order.
/// Lists: equal items at both ends are set aside, then equal items anywhere between; the rest is compared in
/// order, and what one side has too many stands there alone. The same items in another order are one
/// difference (Kind::order) with the path of the list.
/// With `explain`, what it accepts is left out; of a whole that is missing its parts are asked for.
void compare_fields(record::EntityKind kind, const record::Entity& before, const record::Entity& after,
                    bool values, std::vector<FieldDifference>& out, Explain* explain = nullptr);

}  // namespace gpswitch::diff
