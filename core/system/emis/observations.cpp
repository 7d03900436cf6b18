#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "core/record/component.hpp"
#include "core/system/emis/patient.hpp"
#include "core/util/text.hpp"

namespace gpswitch::emis {
namespace {

double number(Text t) {
    double v = 0;
    std::from_chars(t.data(), t.data() + t.size(), v);
    return v;
}

bool mercury(Text unit) {
    std::string s = lower(unit);
    s.erase(std::remove(s.begin(), s.end(), ' '), s.end());
    return s == "mmhg";
}

}  // namespace

// A parent without a value and two readings under it, in either order: the code says which is which, else the
// higher is systolic.
void PatientCursor::find_blood_pressures() {
    Rows& all = rows(Tab::CareRecord_Observation);
    in_pressure_.assign(all.size(), false);
    for (const auto& [key, children] : children_) {
        Row* parent = row(Tab::CareRecord_Observation, key);
        if (parent == nullptr || children.size() != 2 || !makes(*parent, EntityKind::Observation)) continue;
        if (!maker_.in_list("blood-pressure", maker_.code_of(*parent)) ||
            !maker_.cell(*parent, "Value").empty())
            continue;
        std::uint32_t a = children[0], b = children[1];
        auto reading = [&](std::uint32_t i) {
            const Row& r = all[i];
            return r.live && r.route != nullptr && r.route->makes.size() == 1 &&
                   makes(r, EntityKind::Observation) && is_decimal(maker_.cell(r, "Value")) &&
                   !children_.contains(r.key);
        };
        if (!reading(a) || !reading(b)) continue;
        auto is = [&](std::uint32_t i, Text list) { return maker_.in_list(list, maker_.code_of(all[i])); };
        if (is(b, "systolic") && is(a, "diastolic")) std::swap(a, b);
        if (!is(a, "systolic") || !is(b, "diastolic")) {
            if (!mercury(maker_.cell(all[a], "NumericUnit")) || !mercury(maker_.cell(all[b], "NumericUnit")))
                continue;
            if (is(a, "diastolic") || is(b, "systolic") ||
                (!is(a, "systolic") && !is(b, "diastolic") &&
                 number(maker_.cell(all[a], "Value")) < number(maker_.cell(all[b], "Value"))))
                std::swap(a, b);
        }
        pressures_.emplace(key, std::pair(a, b));
        in_pressure_[a] = in_pressure_[b] = true;
    }
}

void PatientCursor::make_blood_pressure(Row& parent) {
    const auto [systolic, diastolic] = pressures_.at(parent.key);
    for (std::uint32_t child : {systolic, diastolic})
        component(parent, rows(Tab::CareRecord_Observation)[child]);
}

void PatientCursor::component(Row& parent, Row& child) {
    const std::uint32_t item = *item_of(parent, EntityKind::Observation);
    // The reading is made like any other observation, then taken apart.
    const std::size_t claims = record_->claims.size();
    maker_.make(child, record_->key);
    record::fold_reading(*record_, item, claims, child.key_text);
    record_->claim(child.row, item, Role::part, shape(child.tab).name);
    child.items = 0;
}

void PatientCursor::parents() {
    Rows& all = rows(Tab::CareRecord_Observation);
    for (std::uint32_t i = 0; i < all.size(); ++i) {
        Row& child = all[i];
        const Text parent_cell = maker_.cell(child, "ParentObservationGuid");
        if (!child.live || in_pressure_[i] || child.items == 0 || parent_cell.empty()) continue;
        const Row* parent = row(Tab::CareRecord_Observation, key_of(parent_cell));
        const record::Item& first = record_->items[child.first_item];
        auto keep = [&] {
            constexpr Text kPath = "CareRecord_Observation.ParentObservationGuid";
            // Types that nothing can point to have it from the mapping set.
            for (const record::Rest& r : first.entity->rest)
                if (r.path == kPath) return;
            first.entity->rest.add(record_->arena, {kPath, parent_cell});
        };
        if (parent == nullptr || parent == &child || parent->items == 0) {
            keep();
            maker_.degrade("reference-dangling", first.kind);
            maker_.issue(child, Severity::warning, "EMIS-REF-002",
                         "its parent entry is not in the extract; the entry stands alone and keeps the id",
                         "CareRecord_Observation.ParentObservationGuid");
            continue;
        }
        const auto report = item_of(*parent, EntityKind::DiagnosticReport);
        const auto group = item_of(*parent, EntityKind::Observation);
        const auto result = item_of(child, EntityKind::Observation);
        const auto specimen = item_of(child, EntityKind::Specimen);
        const auto inner = item_of(child, EntityKind::DiagnosticReport);
        if (report && result)
            refer(maker_.entity<record::DiagnosticReport>(*report).result, *result);
        else if (report && specimen)
            refer(maker_.entity<record::DiagnosticReport>(*report).specimen, *specimen);
        else if (group && result)
            refer(maker_.entity<record::Observation>(*group).has_member, *result);
        else if (group && inner)
            refer(maker_.entity<record::Observation>(*group).derived_from, *inner);
        else
            keep();
    }
}

bool PatientCursor::entry_deleted(const Row& row) {
    auto& entries = by_key_[static_cast<std::size_t>(Tab::CareRecord_Observation)];
    const std::uint32_t* place = entries.find(row.key);
    if (place == nullptr) return false;
    const Row& entry = rows(Tab::CareRecord_Observation)[*place];
    return !entry.live && entry.bad == nullptr && is_true(maker_.cell(entry, "Deleted"));
}

void PatientCursor::problems() {
    for (Row& problem : rows(Tab::CareRecord_Problem)) {
        if (!problem.live || problem.items != 0) continue;
        // Somebody deleted what the problem is; a problem of nothing helps nobody, and its row says where to
        // look.
        if (entry_deleted(problem)) {
            record_->settle(problem.row, Fate::excluded, "its-observation-is-deleted");
            problem.live = false;
            maker_.issue(problem, Severity::warning, "EMIS-PRB-002",
                         "a problem whose coded entry is deleted: left out with it",
                         "CareRecord_Problem.ObservationGuid",
                         "check in the source system that it was meant to go");
            continue;
        }
        Row* entry = row(Tab::CareRecord_Observation, problem.key);
        const auto item = entry == nullptr ? std::nullopt : item_of(*entry, EntityKind::Condition);
        if (!item) {
            // Its observation is not in the extract: the problem stands on its own row.
            maker_.make(problem, record_->key);
            if (const auto own = item_of(problem, EntityKind::Condition))
                parent_problem(problem, maker_.entity<record::Condition>(*own), *own);
            maker_.issue(problem, Severity::information, "EMIS-PRB-001",
                         "a problem without its coded entry: the problem is kept without a code",
                         "CareRecord_Problem.ObservationGuid");
            continue;
        }
        maker_.join(problem, *item, "Condition:problem");
        problem.first_item = *item;
        auto& condition = maker_.entity<record::Condition>(*item);
        parent_problem(problem, condition, *item);
        if (entry->first_item != *item && condition.actual_problem.reference.empty()) {
            const record::Item& actual = record_->items[entry->first_item];
            condition.actual_problem.reference =
                record_->arena.join(record::name_of(actual.kind), "/", actual.entity->id);
        }
    }
}

void PatientCursor::parent_problem(Row& problem, record::Condition& condition, std::uint32_t item) {
    // What it is then is a constant of the column rules.
    if (maker_.cell(problem, "ProblemStatusDescription").empty())
        condition.inferred.add(record_->arena) = "clinicalStatus: the problem row states none";
    const Text guid = maker_.cell(problem, "ParentProblemObservationGuid");
    const Text relationship = maker_.cell(problem, "ParentProblemRelationship");
    const Text parent = guid.empty() ? Text{} : target(EntityKind::Condition, guid, *record_);
    auto keep = [&](const char* path, Text value) {
        if (!value.empty()) condition.rest.add(record_->arena, {path, value});
    };
    if (parent.empty()) {
        keep("CareRecord_Problem.ParentProblemObservationGuid", guid);
        keep("CareRecord_Problem.ParentProblemRelationship", relationship);
        if (guid.empty()) return;
        maker_.degrade("reference-dangling", EntityKind::Condition);
        maker_.issue(problem, Severity::warning, "EMIS-REF-001",
                     "leads to a row that is not in the extract; the id is kept",
                     "CareRecord_Problem.ParentProblemObservationGuid", kMissingRow);
        return;
    }
    record::RelatedProblem& r = condition.related_problem.add(record_->arena);
    r.target.reference = parent;
    const int values = maker_.mapping().values_index("problem-relationship");
    if (relationship.empty() || values < 0)
        return keep("CareRecord_Problem.ParentProblemRelationship", relationship);
    r.type = relationship;
    record_->pending.push_back({item, &r, record::type_of<record::RelatedProblem>().find("type"),
                                static_cast<std::uint16_t>(values), relationship,
                                "CareRecord_Problem.ParentProblemRelationship"});
}

void PatientCursor::documents() {
    for (Row& r : rows(Tab::CareRecord_Observation)) {
        const auto document = r.live ? item_of(r, EntityKind::DocumentReference) : std::nullopt;
        if (!document) continue;
        if (const auto o = item_of(r, EntityKind::Observation))
            refer(maker_.entity<record::Observation>(*o).derived_from, *document);
        if (const auto s = item_of(r, EntityKind::ServiceRequest))
            refer(maker_.entity<record::ServiceRequest>(*s).supporting_info, *document);
    }
}

void PatientCursor::referrals() {
    for (Row& referral : rows(Tab::CareRecord_ObservationReferral)) {
        if (!referral.live || referral.items != 0) continue;
        // A referral row has no delete flag of its own: it goes with its entry.
        if (entry_deleted(referral)) {
            record_->settle(referral.row, Fate::excluded, "its-observation-is-deleted");
            referral.live = false;
            continue;
        }
        Row* entry = row(Tab::CareRecord_Observation, referral.key);
        auto item = entry == nullptr ? std::nullopt : item_of(*entry, EntityKind::ServiceRequest);
        if (item) {
            maker_.join(referral, *item, "ServiceRequest:referral");
        } else {
            maker_.make(referral, record_->key);
            item = item_of(referral, EntityKind::ServiceRequest);
        }
        const Text target = maker_.cell(referral, "ReferralTargetOrganisationGuid");
        if (!item || target.empty() || key_of(target) != key_of(maker_.cell(referral, "OrganisationGuid")))
            continue;
        // This practice is the target: its clinician received the referral and did not ask for it.
        auto& request = maker_.entity<record::ServiceRequest>(*item);
        if (record::is_empty(&request.requester, record::type_of<record::Reference>())) continue;
        request.performer.add(record_->arena, request.requester);
        request.requester = {};
        request.inferred.add(record_->arena) =
            "performer: the clinician of the entry, as the referral is to this practice";
    }
}

}  // namespace gpswitch::emis
