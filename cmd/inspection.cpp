#include "cmd/inspection.hpp"

#include <algorithm>
#include <tuple>

#include "core/io/file.hpp"

namespace gpswitch::cmd {

Inspection::Inspection(const OpenSource& source, const std::string& no_known_allergy) {
    validate::Rules rules;
    rules.no_known_allergy =
        validate::load_no_known_allergy(io::read_all(no_known_allergy), no_known_allergy);
    rules.census = &source.census();
    checker_ = validate::consistency(std::move(rules));
}

void Inspection::operator()(record::Record& record) {
    IssueList found;
    checker_->check(record, found);
    record.issues.insert(record.issues.end(), std::make_move_iterator(found.issues.begin()),
                         std::make_move_iterator(found.issues.end()));
    const std::scoped_lock lock(mutex_);
    practice_.see(record);
}

void Inspection::finish(IssueSink& sink) const {
    IssueList found;
    practice_.finish(found);
    std::sort(found.issues.begin(), found.issues.end(), [](const Issue& a, const Issue& b) {
        return std::tie(a.code, a.member, a.line, a.resource) <
               std::tie(b.code, b.member, b.line, b.resource);
    });
    for (const Issue& issue : found.issues) sink.add(issue);
}

std::string rule_title(std::string_view code) {
    const validate::Rule* rule = validate::find_rule(code);
    return rule == nullptr ? "" : std::string(rule->title);
}

}  // namespace gpswitch::cmd
