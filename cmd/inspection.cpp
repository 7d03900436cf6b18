#include "cmd/inspection.hpp"

#include <algorithm>
#include <tuple>

#include "core/io/file.hpp"
#include "core/record/fit.hpp"

namespace gpswitch::cmd {

Inspection::Inspection(const OpenSource& source, const Context& context, const validate::Checker* form)
    : census_(source.census()), form_(form) {
    validate::Rules rules;
    const auto table = [&](const char* name, auto load) {
        const std::string path = context.rule_file(name);
        return load(io::read_all(path), path);
    };
    rules.no_known_allergy = table("no-known-allergy.csv", validate::load_no_known_allergy);
    rules.list_codes = table("list-code.csv", validate::load_list_codes);
    rules.plausible = table("plausible.csv", validate::load_plausible);
    rules.safeguards = &context.safeguards();
    rules.census = &census_;
    checker_ = validate::consistency(std::move(rules));
}

void Inspection::operator()(record::Record& record) {
    IssueList found;
    checker_->check(record, found);
    if (form_ != nullptr) {
        record::say_misfits(record);
        form_->check(record, found);
    }
    record.issues.insert(record.issues.end(), std::make_move_iterator(found.issues.begin()),
                         std::make_move_iterator(found.issues.end()));
    const std::scoped_lock lock(mutex_);
    practice_.see(record, &census_);
}

void Inspection::finish(IssueSink& sink) const {
    IssueList found;
    practice_.finish(found);
    std::sort(found.issues.begin(), found.issues.end(), [](const Issue& a, const Issue& b) {
        return std::tie(a.code, a.member, a.line, a.resource, a.path, a.message) <
               std::tie(b.code, b.member, b.line, b.resource, b.path, b.message);
    });
    for (const Issue& issue : found.issues) sink.add(issue);
}

}  // namespace gpswitch::cmd
