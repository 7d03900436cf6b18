// LINKS: the consultation, then the problems, that an entry belongs to.
#include <algorithm>

#include "core/system/vision/write/pages.hpp"
#include "core/util/text.hpp"

namespace gpswitch::vision::write {

using layout::as;

void Pages::link_all(std::uint32_t i, std::uint32_t n) {
    const record::Item& item = record_->items[i];
    const auto one = [&](const auto& e) {
        if constexpr (requires { e.encounter.reference; }) to_encounter(e.encounter, n, "encounter");
        if constexpr (requires { e.problem; })
            for (const record::Reference& r : e.problem) to_problem(r, n, "problem");
    };
    const auto reasons = [&](const List<record::Reference>& list) {
        for (const record::Reference& r : list) to_problem(r, n, "reasonReference");
    };
    switch (item.kind) {
        case EntityKind::Encounter: return reasons(as<record::Encounter>(item).reason_reference);
        case EntityKind::Observation: return one(as<record::Observation>(item));
        case EntityKind::DiagnosticReport: return one(as<record::DiagnosticReport>(item));
        case EntityKind::AllergyIntolerance: return one(as<record::AllergyIntolerance>(item));
        case EntityKind::Immunization: return one(as<record::Immunization>(item));
        case EntityKind::FamilyMemberHistory: return one(as<record::FamilyMemberHistory>(item));
        case EntityKind::Procedure: return one(as<record::Procedure>(item));
        case EntityKind::Condition: {
            const auto& c = as<record::Condition>(item);
            one(c);
            for (const record::RelatedProblem& r : c.related_problem) {
                if (r.type == "parent")
                    to_problem(r.target, n, "relatedProblem");
                else
                    lose("relatedProblem", "the layout has one kind of link between problems");
            }
            return;
        }
        case EntityKind::MedicationRequest:
            one(as<record::MedicationRequest>(item));
            return reasons(as<record::MedicationRequest>(item).reason_reference);
        case EntityKind::MedicationStatement:
            to_encounter(as<record::MedicationStatement>(item).context, n, "context");
            return reasons(as<record::MedicationStatement>(item).reason_reference);
        case EntityKind::ServiceRequest:
            one(as<record::ServiceRequest>(item));
            return reasons(as<record::ServiceRequest>(item).reason_reference);
        case EntityKind::DocumentReference: {
            const auto& r = as<record::DocumentReference>(item);
            for (const record::Reference& e : r.context.encounter) to_encounter(e, n, "context.encounter");
            for (const record::Reference& p : r.problem) to_problem(p, n, "problem");
            return;
        }
        default: return;
    }
}

void Pages::to_encounter(const record::Reference& r, std::uint32_t n, Text path) {
    if (r.reference.empty()) return;
    const auto to = item_of(r.reference);
    if (!to || record_->items[*to].kind != EntityKind::Encounter || !has_rows(*to))
        return lose(path, "leads to nothing that is written");
    const Text key = key_of_item(*to, at_place_.encounter);
    Text& cell = linked_[n].encounter;
    if (cell.empty())
        cell = key;
    else if (cell != key)
        lose(path, "the layout has room for one consultation");
}

void Pages::to_problem(const record::Reference& r, std::uint32_t n, Text path) {
    if (r.reference.empty()) return;
    const auto to = item_of(r.reference);
    const bool problem = to && record_->items[*to].kind == EntityKind::Condition && has_rows(*to) &&
                         routes_[*to]->rows[0].variant != "Condition:diagnosis";
    if (!problem) return lose(path, "leads to nothing that is written as a problem");
    const Text key = key_of_item(*to, at_place_.journal);
    auto& all = linked_[n].problems;
    if (key != drafts[n].key && std::ranges::find(all, key) == all.end()) all.push_back(key);
}

void Pages::write_links(Draft& d, std::uint32_t n) {
    const bool journal = d.table == at_place_.journal;
    const int column = journal                          ? at_place_.j.links
                       : d.table == at_place_.encounter ? at_place_.e.links
                                                        : at_place_.referral_links;
    const Linked& linked = linked_[n];
    std::string all;
    const auto add = [&](Text token) {
        if (!all.empty()) all += '|';
        all += token;
    };
    if (!linked.encounter.empty()) add(arena_.join("E", linked.encounter));
    for (const Text problem : linked.problems) add(problem);
    for (const std::uint32_t i : d.items)
        for (const record::Rest& r : record_->items[i].entity->rest)
            if (r.path.ends_with(".LINKS") && r.path.starts_with(layout_.table(d.table).name) &&
                ("|" + all + "|").find("|" + std::string(r.value) + "|") == std::string::npos)
                add(r.value);
    if (!all.empty()) d.cells[column] = arena_.copy(all);
}

}  // namespace gpswitch::vision::write
