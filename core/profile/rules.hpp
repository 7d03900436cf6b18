#pragma once
#include <string_view>
#include <vector>

#include "core/report/rule_info.hpp"

namespace gpswitch::profile {

/// What is known of every FHIR-* code, of the checker and of the reader of packages alike; by code. The
/// source is a page of the specification where there is one: of a finding that no type or profile asks for it
/// is the finding's own.
const std::vector<RuleInfo>& rules();
/// nullptr when there is no such rule.
const RuleInfo* find_rule(std::string_view code);

}  // namespace gpswitch::profile
