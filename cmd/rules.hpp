#pragma once
#include <string>
#include <string_view>

#include "core/report/rule_info.hpp"

namespace gpswitch::cmd {

/// What is known of a code, of consistency (VAL-*) or of FHIR and its profiles (FHIR-*); else nullptr.
const RuleInfo* find_rule(std::string_view code);
/// What the rule with this code is called; empty when it is not known.
std::string rule_title(std::string_view code);
/// All of them with reason, source and hint, for --list-rules.
std::string listed_rules();

}  // namespace gpswitch::cmd
