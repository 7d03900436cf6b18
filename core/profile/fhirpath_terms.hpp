#pragma once
#include <mutex>
#include <optional>
#include <regex>

#include "core/profile/fhirpath.hpp"

namespace gpswitch::profile {

enum class Op : std::uint8_t {
    // values
    empty,
    text,
    number,
    boolean,
    self,
    resource,
    root,
    context,
    extension,
    // steps: `left` is what they start from
    name,
    index,
    call,
    // operators
    or_,
    and_,
    xor_,
    implies,
    equal,
    unequal,
    like,
    less,
    at_most,
    more,
    at_least,
    in,
    contains,
    unite,
    join,
    plus,
    minus,
    times,
    over,
    div,
    mod,
    is,
    as,
};

enum class Fn : std::uint8_t {
    exists,
    empty,
    not_,
    where,
    select,
    all,
    count,
    first,
    last,
    tail,
    has_value,
    is_distinct,
    distinct,
    starts_with,
    ends_with,
    contains,
    matches,
    length,
    substring,
    to_integer,
    to_string,
    iif,
    trace,
    extension,
    of_type,
    is,
    as,
    children,
    descendants,
    intersect,
    combine,
    unite,
    all_true,
    all_false,
    any_true,
    any_false,
    html_checks,
    resolve,
    lower,
    upper,
    index_of,
    replace,
    replace_matches,
    skip,
    take,
    single,
    exclude,
    subset_of,
    superset_of,
    to_decimal,
    repeat,
};

/// A pattern, compiled when it is first needed.
struct LazyRegex {
    std::once_flag once;
    std::optional<std::regex> regex;  ///< empty when it is none that can be used
    /// nullptr then.
    const std::regex* get(const std::string& pattern);
};

struct Expression::Term {
    static constexpr std::uint32_t kNone = 0xFFFFFFFF;
    Op op = Op::empty;
    Fn fn = Fn::exists;
    Atom atom = 0;
    bool flag = false;
    bool from_type = false;  ///< a name with a capital: the type of the resource itself
    double number = 0;
    std::uint32_t left = kNone, right = kNone, third = kNone;
    std::string text;
    std::shared_ptr<LazyRegex> regex;
};

}  // namespace gpswitch::profile
