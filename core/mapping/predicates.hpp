#pragma once
#include <functional>
#include <string>
#include <vector>

#include "core/mapping/mapping.hpp"

/// The `when` column of routes.csv, compiled. Grammar in mapping.hpp.
namespace gpswitch::mapping::detail {

struct Test {
    enum class Op : std::uint8_t { empty, equals, in, under, under_any, has_row, has_children };
    Op op = Op::empty;
    bool negated = false;
    int column = -1;                ///< set by bind
    Text name;                      ///< the column as written; empty when the predicate asks about none
    Text arg;                       ///< text, code or table
    const FoldSet* list = nullptr;  ///< of in() and under-any()
};

/// Empty `tests` hold always. Returns what is wrong with `when`, or nothing. The tests are views into `when`.
std::string parse_when(Text when, const std::function<const FoldSet*(Text)>& list_named, std::vector<Test>& tests);
/// All of them hold. Allocates nothing.
bool all_hold(const std::vector<Test>& tests, const RowFacts& facts);

}  // namespace gpswitch::mapping::detail
