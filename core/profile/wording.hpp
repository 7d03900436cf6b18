#pragma once
#include <string>
#include <string_view>

/// What of a document may be said without --show-values.
namespace gpswitch::profile {

/// An id leads to its resource, and is no value, when it has the form of one and is no NHS number.
bool may_be_shown(std::string_view id);

/// A name that nobody defined is shown when it can be the name of an element: names of people begin with a
/// capital or have blanks, and numbers with a digit.
bool like_an_element(std::string_view name);

/// Takes what a message ends with in brackets; a type becomes the URL of its definition. Without brackets:
/// the source of the rule.
std::string source_of(std::string& message, std::string_view code);

}  // namespace gpswitch::profile
