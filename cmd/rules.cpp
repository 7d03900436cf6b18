#include "cmd/rules.hpp"

#include <fmt/format.h>

#include "core/profile/rules.hpp"
#include "core/validate/validate.hpp"

namespace gpswitch::cmd {

const RuleInfo* find_rule(std::string_view code) {
    const RuleInfo* rule = validate::find_rule(code);
    return rule != nullptr ? rule : profile::find_rule(code);
}

std::string rule_title(std::string_view code) {
    const RuleInfo* rule = find_rule(code);
    return rule == nullptr ? "" : std::string(rule->title);
}

std::string listed_rules() {
    std::string out;
    for (const auto* rules : {&profile::rules(), &validate::rules()})
        for (const RuleInfo& r : *rules)
            out += fmt::format("{} {}: {}\n    {}\n    Source: {}\n    What to do: {}\n", r.code,
                               to_text(r.severity), r.title, r.why, r.source, r.hint);
    return out;
}

}  // namespace gpswitch::cmd
