// What may stand in a finding or a summary: nothing that says something about a person.
#include "core/profile/wording.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/profile/rules.hpp"
#include "core/profile/walk.hpp"
#include "core/util/nhs_number.hpp"
#include "core/util/text.hpp"

namespace gpswitch::profile {

bool may_be_shown(std::string_view id) {
    if (id.empty() || id.size() > 64) return false;
    for (const char c : id)
        if (!(c >= '0' && c <= '9') && !(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') && c != '-' &&
            c != '.')
            return false;
    return nhs_number::parse(id).empty();
}

bool like_an_element(std::string_view name) {
    if (name.starts_with('_')) name.remove_prefix(1);
    if (name.empty() || name.size() > 64 || name[0] < 'a' || name[0] > 'z') return false;
    for (const char c : name)
        if (!(c >= '0' && c <= '9') && !(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z')) return false;
    return true;
}

std::string source_of(std::string& message, std::string_view code) {
    const std::size_t mark = message.ends_with(']') ? message.rfind(" [") : std::string::npos;
    std::string said;
    if (mark != std::string::npos) {
        said = message.substr(mark + 2, message.size() - mark - 3);
        message.resize(mark);
    }
    if (said.empty()) {
        const RuleInfo* rule = find_rule(code);
        return rule == nullptr ? "" : std::string(rule->source);
    }
    return said.find(':') == std::string::npos ? "http://hl7.org/fhir/StructureDefinition/" + said : said;
}

NotChecked Checker::not_checked() const {
    NotChecked all = walk_->missing;
    for (const auto& [url, times] : walk_->missing_extensions)
        all[fmt::format("extension {} (not at hand)", walk_->url_shown(url))] += times;
    walk_->add_gaps(all);
    return all;
}

Tally Checker::tally() const {
    if (walk_->counter == nullptr) return {};
    Tally out = walk_->counter->tally();
    NotChecked gaps;
    walk_->add_gaps(gaps);
    out.not_checked.insert(gaps.begin(), gaps.end());
    return out;
}

void Checker::Walk::add_gaps(NotChecked& all) const {
    for (const auto& [set, times] : missing_sets)
        all[fmt::format("codes of {}: {}", set->url, set->missing)] += times;
    for (const auto& [rule, times] : missing_slices)
        all[fmt::format("slices of {} of {}", rule->label, rule->source)] += times;
    static constexpr std::string_view kNotFollowed[] = {
        "references to addresses outside what is checked", "references by urn: outside a Bundle",
        "references by search", "references by identifier alone", "references out of a Bundle"};
    for (std::size_t i = 0; i < kWays; ++i)
        if (not_followed[i] != 0) all[std::string(kNotFollowed[i])] += not_followed[i];
    for (const auto& [check, times] : missing_checks)
        all[fmt::format("{}!{}: invariant: {}", check->source, check->key, check->reason)] += times;
    if (evaluator != nullptr && evaluator->untried() != 0)
        all["patterns on texts of more than 4,096 bytes, or of another kind of pattern"] +=
            evaluator->untried();
}

void Checker::Walk::cannot(std::string what) {
    if (missing.size() >= kMostNamed && !missing.contains(what)) what = "other profiles and extensions";
    ++missing[std::move(what)];
}

void Checker::Walk::unknown_extension(std::string_view url) {
    if (counter != nullptr) counter->extension(nullptr);
    if (const auto found = missing_extensions.find(url); found != missing_extensions.end()) {
        ++found->second;
        return;
    }
    if (missing_extensions.size() < kMostNamed)
        missing_extensions.emplace(url, 1);
    else
        cannot("other profiles and extensions");
}

std::string Checker::Walk::url_shown(std::string_view url) const {
    if (options.show_values) return gpswitch::shown(url, 200);
    std::size_t digits = 0, longest = 0;
    bool plain = url.size() <= 200 &&
                 (url.starts_with("http://") || url.starts_with("https://") || url.starts_with("urn:"));
    for (const char c : url) {
        const bool digit = c >= '0' && c <= '9', letter = (c | 32) >= 'a' && (c | 32) <= 'z';
        digits = digit ? digits + 1 : 0;
        longest = std::max(longest, digits);
        plain = plain && (digit || letter || std::string_view(":/.-_~").find(c) != std::string_view::npos);
    }
    // Nine digits and more are a number that somebody has.
    return plain && longest < 9 ? std::string(url) : "(a URL that is not shown)";
}

}  // namespace gpswitch::profile
