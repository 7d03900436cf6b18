// Templates, issues and acutes: every order stands on a plan.
#include <algorithm>

#include "core/system/tpp/patient.hpp"
#include "core/util/text.hpp"

namespace gpswitch::tpp {

void PatientCursor::medication() {
    for (Row& r : rows("SRPrimaryCareMedication")) {
        if (!r.live || r.route == nullptr || r.route->makes.empty()) continue;
        const Text variant = r.route->makes[0].variant;
        if (variant.starts_with("issue")) issue_of(r);
        if (variant.starts_with("acute")) acute(r);
    }
    for (Row& r : rows("SRRepeatTemplate")) {
        if (!r.live) continue;
        const auto course = item_of(r, EntityKind::MedicationStatement),
                   plan = item_of(r, EntityKind::MedicationRequest);
        if (!course || !plan) continue;
        auto& statement = maker_.entity<record::MedicationStatement>(*course);
        auto& request = maker_.entity<record::MedicationRequest>(*plan);
        statement.based_on.add(record_->arena).reference =
            record_->arena.join("MedicationRequest/", request.id);
        // The extract numbers no issues: they are counted.
        const auto it = issues_.find(r.key);
        if (it == issues_.end()) continue;
        request.repeat_information.number_of_prescriptions_issued =
            record_->arena.copy(std::to_string(it->second.first));
        statement.last_issue_date = record_->arena.copy(it->second.second);
    }
}

// A plan and a course that the order itself is.
void PatientCursor::imply_plan(Row& issue, std::uint32_t order, Text variant, const char* why) {
    Arena& arena = record_->arena;
    const auto plan = static_cast<std::uint32_t>(record_->items.size());
    auto& p = record_->add<record::MedicationRequest>(why);
    p.id = maker_.id_of(EntityKind::MedicationRequest, "SRPrimaryCareMedication", record_->key,
                        issue.key_text, "plan");
    p.subject.reference = arena.join("Patient/", record_->patient_id);
    maker_.join(issue, plan, arena.join("MedicationRequest:", variant));
    auto& made = maker_.entity<record::MedicationRequest>(plan);
    const auto& from = maker_.entity<record::MedicationRequest>(order);
    made.medication_codeable_concept = from.medication_codeable_concept;
    made.dispense_request = from.dispense_request;
    made.dispense_request.expected_supply_duration = {};  // of the issue
    made.based_on = {};
    auto& o = maker_.entity<record::MedicationRequest>(order);
    maker_.keep(issue, o, "IDRepeatTemplate");  // the plan is another
    o.based_on = {};
    o.based_on.add(arena).reference = arena.join("MedicationRequest/", made.id);
    if (const auto course = item_of(issue, EntityKind::MedicationStatement))
        maker_.entity<record::MedicationStatement>(*course).based_on.add(arena).reference =
            arena.join("MedicationRequest/", made.id);
}

void PatientCursor::acute(Row& issue) {
    const auto order = item_of(issue, EntityKind::MedicationRequest);
    if (!order) return;
    const auto course = item_of(issue, EntityKind::MedicationStatement);
    const bool active = course && maker_.entity<record::MedicationStatement>(*course).status == "active";
    if (course)
        maker_.entity<record::MedicationStatement>(*course).last_issue_date =
            maker_.entity<record::MedicationRequest>(*order).authored_on;
    const bool issued = maker_.entity<record::MedicationRequest>(*order).status == "completed";
    imply_plan(issue, *order, active ? "plan-acute-active" : "plan-acute", "plan of an acute prescription");
    if (issued)
        maker_.entity<record::MedicationRequest>(static_cast<std::uint32_t>(record_->items.size() - 1))
            .repeat_information.number_of_prescriptions_issued = "1";
}

void PatientCursor::issue_of(Row& issue) {
    const auto order = item_of(issue, EntityKind::MedicationRequest);
    if (!order) return;
    const Row* repeat = row("SRRepeatTemplate", maker_.cell(issue, "IDRepeatTemplate"));
    const auto& request = maker_.entity<record::MedicationRequest>(*order);
    if (repeat == nullptr || !item_of(*repeat, EntityKind::MedicationRequest)) {
        maker_.issue(issue, Severity::warning, "TPP-MED-001",
                     repeat == nullptr
                         ? "an issue without its template: it stands on an implied plan"
                         : "an issue of what is prescribed elsewhere: it stands on an implied plan",
                     "IDRepeatTemplate");
        return imply_plan(issue, *order, "plan-implied", "implied plan of an issue without its template");
    }
    if (request.status != "completed") return;
    auto& [count, last] = issues_[repeat->key];
    ++count;
    last = std::max(last, std::string(request.authored_on));
}

}  // namespace gpswitch::tpp
