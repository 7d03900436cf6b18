// Problems with something beside them; acute drugs, repeat masters and their issues: every order stands on a
// plan.
#include <algorithm>

#include "core/system/vision/patient.hpp"
#include "core/util/text.hpp"

namespace gpswitch::vision {

// The procedure or the value that stands in the row of a problem is what the problem is about.
void PatientCursor::problems_beside() {
    for (Row& r : rows(Tab::journal)) {
        if (!r.live || r.items < 2) continue;
        const auto item = item_of(r, EntityKind::Condition);
        if (!item || r.first_item != *item) continue;
        auto& c = maker_.entity<record::Condition>(*item);
        for (const EntityKind kind : {EntityKind::Procedure, EntityKind::Observation})
            if (const auto other = item_of(r, kind); other && c.actual_problem.reference.empty())
                c.actual_problem.reference =
                    record_->arena.join(record::name_of(kind), "/", record_->items[*other].entity->id);
    }
}

// An entry and the document that stands in its row.
void PatientCursor::documents() {
    for (Row& r : rows(Tab::journal)) {
        const auto document =
            r.live && r.items > 1 ? item_of(r, EntityKind::DocumentReference) : std::nullopt;
        if (!document) continue;
        const Text to = record_->arena.join("DocumentReference/", record_->items[*document].entity->id);
        if (const auto o = item_of(r, EntityKind::Observation))
            maker_.entity<record::Observation>(*o).derived_from.add(record_->arena).reference = to;
        if (const auto s = item_of(r, EntityKind::ServiceRequest))
            maker_.entity<record::ServiceRequest>(*s).supporting_info.add(record_->arena).reference = to;
    }
}

void PatientCursor::medication() {
    masters_.clear();
    repeats_.clear();
    const Rows& all = rows(Tab::journal);
    for (std::uint32_t i = 0; i < all.size(); ++i) {
        if (!all[i].live || all[i].items == 0 ||
            !same_ignoring_case(Maker::cell(all[i], journal::SUBSET), "R"))
            continue;
        masters_.push_back(i);
        repeats_.push_back(prescribed(all[i]));
    }
    for (Row& r : rows(Tab::journal)) {
        if (!r.live || r.items == 0) continue;
        const auto order = item_of(r, EntityKind::MedicationRequest);
        if (!order || maker_.entity<record::MedicationRequest>(*order).intent != "order") continue;
        if (item_of(r, EntityKind::MedicationStatement))
            acute(r);
        else
            issue_of(r);
    }
    for (Row& r : rows(Tab::journal)) {
        if (!r.live || r.items == 0) continue;
        const auto course = item_of(r, EntityKind::MedicationStatement),
                   plan = item_of(r, EntityKind::MedicationRequest);
        if (!course || !plan || maker_.entity<record::MedicationRequest>(*plan).intent != "plan") continue;
        auto& statement = maker_.entity<record::MedicationStatement>(*course);
        auto& request = maker_.entity<record::MedicationRequest>(*plan);
        statement.based_on.add(record_->arena).reference =
            record_->arena.join("MedicationRequest/", request.id);
        const auto it = issues_.find(r.row);
        if (it == issues_.end()) continue;
        statement.last_issue_date = it->second.second;
    }
}

// A plan that the row itself is.
std::uint32_t PatientCursor::imply_plan(Row& row, std::uint32_t order, Text variant, const char* why) {
    Arena& arena = record_->arena;
    const auto plan = static_cast<std::uint32_t>(record_->items.size());
    auto& p = record_->add<record::MedicationRequest>(why);
    p.id = maker_.id_of(EntityKind::MedicationRequest, row.table, record_->key, row.key_text, "plan");
    p.subject.reference = maker_.patient_reference();
    p.inferred.add(arena) = variant == "plan-implied"
                                ? "the whole entry: the repeat that the issue stands on is not in the extract"
                                : "intent: the plan that the order stands on is not in the extract";
    maker_.join(row, plan, arena.join("MedicationRequest:", variant));
    maker_.entity<record::MedicationRequest>(order).based_on.add(arena).reference =
        arena.join("MedicationRequest/", maker_.entity<record::MedicationRequest>(plan).id);
    return plan;
}

void PatientCursor::acute(Row& row) {
    const auto order = item_of(row, EntityKind::MedicationRequest);
    const auto course = item_of(row, EntityKind::MedicationStatement);
    auto& statement = maker_.entity<record::MedicationStatement>(*course);
    const bool ended = statement.status == "stopped";
    statement.last_issue_date = maker_.entity<record::MedicationRequest>(*order).authored_on;
    const std::uint32_t plan =
        imply_plan(row, *order, ended ? "plan-acute-ended" : "plan-acute", "plan of an acute prescription");
    maker_.entity<record::MedicationStatement>(*course).based_on.add(record_->arena).reference =
        record_->arena.join("MedicationRequest/", maker_.entity<record::MedicationRequest>(plan).id);
}

Prescribed PatientCursor::prescribed(const Row& row) const {
    return {Maker::cell(row, journal::DMD_CODE), Maker::cell(row, journal::CODE),
            Maker::cell(row, journal::RUBRIC), maker_.known_day(row, journal::DATE),
            maker_.known_day(row, journal::END_DATE)};
}

// Nothing in the row leads to its master.
Row* PatientCursor::master_of(const Row& issue) {
    const int n = vision::master_of(prescribed(issue), repeats_);
    return n < 0 ? nullptr : &rows(Tab::journal)[masters_[static_cast<std::size_t>(n)]];
}

void PatientCursor::issue_of(Row& row) {
    Arena& arena = record_->arena;
    const auto order = item_of(row, EntityKind::MedicationRequest);
    Row* const master = master_of(row);
    const auto plan = master == nullptr ? std::nullopt : item_of(*master, EntityKind::MedicationRequest);
    if (plan) {
        auto& request = maker_.entity<record::MedicationRequest>(*order);
        request.based_on.add(arena).reference =
            arena.join("MedicationRequest/", maker_.entity<record::MedicationRequest>(*plan).id);
        request.inferred.add(arena) = "basedOn: the repeat master of the same drug at that time";
        auto& [count, last] = issues_[master->row];
        ++count;
        last = std::max(last, request.authored_on);
        return;
    }
    maker_.issue(row, Severity::warning, "VISION-MED-001",
                 "an issue without a repeat master of its drug on its day: it stands on an implied plan", -1,
                 "the master may have been deleted, or have ended before: look at the drug in Vision");
    const std::uint32_t implied =
        imply_plan(row, *order, "plan-implied", "implied plan of an issue without a master");
    const auto course = static_cast<std::uint32_t>(record_->items.size());
    auto& statement =
        record_->add<record::MedicationStatement>("implied course of an issue without a master");
    statement.id =
        maker_.id_of(EntityKind::MedicationStatement, row.table, record_->key, row.key_text, "plan");
    statement.subject.reference = maker_.patient_reference();
    maker_.join(row, course, "MedicationStatement:implied");
    maker_.entity<record::MedicationStatement>(course).inferred.add(arena) =
        "the whole entry: the repeat that the issue stands on is not in the extract";
    maker_.entity<record::MedicationStatement>(course).based_on.add(arena).reference =
        arena.join("MedicationRequest/", maker_.entity<record::MedicationRequest>(implied).id);
}

}  // namespace gpswitch::vision
