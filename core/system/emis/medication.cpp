#include <algorithm>

#include "core/system/emis/patient.hpp"
#include "core/util/civil_time.hpp"
#include "core/util/text.hpp"

namespace gpswitch::emis {

void PatientCursor::medication() {
    for (Row& issue : rows(Tab::Prescribing_IssueRecord))
        if (issue.live && issue.items != 0) order(issue);
    for (Row& drug : rows(Tab::Prescribing_DrugRecord))
        if (drug.live && drug.items != 0) plan(drug);
}

// Written for a day that had not come when the data was taken: still to be issued, whatever the table says of
// issues.
bool PatientCursor::post_dated(Row& issue, std::uint32_t item) {
    const Text day = maker_.cell(issue, "EffectiveDate").substr(0, 10);
    const Text now = Text(extract_.census.as_of).substr(0, 10);
    if (!civil_time::is_day(day) || !civil_time::is_day(now) || day <= now) return false;
    auto& request = maker_.entity<record::MedicationRequest>(item);
    if (request.status != "completed") return false;
    request.status = "active";
    request.inferred.add(record_->arena) = "status: dated after the moment of the data";
    return true;
}

// An issue leads to its authorisation; one that has none stands on an implied plan.
void PatientCursor::order(Row& issue) {
    const auto item = item_of(issue, EntityKind::MedicationRequest);
    if (!item) return;
    const Text guid = maker_.cell(issue, "DrugRecordGuid");
    Row* drug = guid.empty() ? nullptr : row(Tab::Prescribing_DrugRecord, key_of(guid));
    const auto authorisation = drug == nullptr ? std::nullopt : item_of(*drug, EntityKind::MedicationRequest);
    if (authorisation) {
        const auto& request = maker_.entity<record::MedicationRequest>(*item);
        std::string& last = last_issue_[drug->key];
        inherit_labels(*authorisation, *item);
        if (post_dated(issue, *item)) return;
        // Partial dates sort before the days they contain; good enough to find the last.
        last = std::max(last, std::string(request.authored_on));
        return;
    }
    static_cast<void>(post_dated(issue, *item));
    maker_.issue(issue, Severity::warning, "EMIS-MED-001",
                 "an issue without its authorisation: it stands on an implied plan",
                 "Prescribing_IssueRecord.DrugRecordGuid");
    const auto implied = static_cast<std::uint32_t>(record_->items.size());
    auto& p = record_->add<record::MedicationRequest>("implied plan of an issue without authorisation");
    p.id =
        maker_.id_of(EntityKind::MedicationRequest, issue.tab, record_->key, issue.key_text, "implied-plan");
    p.subject.reference = record_->arena.join("Patient/", record_->patient_id);
    p.inferred.add(record_->arena) = "intent: the issue has no authorisation";
    maker_.join(issue, implied, "MedicationRequest:plan-implied");
    refer(maker_.entity<record::MedicationRequest>(*item).based_on, implied);

    const auto course = static_cast<std::uint32_t>(record_->items.size());
    auto& statement =
        record_->add<record::MedicationStatement>("implied course of an issue without authorisation");
    statement.id = maker_.id_of(EntityKind::MedicationStatement, issue.tab, record_->key, issue.key_text,
                                "implied-plan");
    statement.subject.reference = record_->arena.join("Patient/", record_->patient_id);
    maker_.join(issue, course, "MedicationStatement:implied");
    refer(statement.based_on, implied);
}

void PatientCursor::plan(Row& drug) {
    const auto course = item_of(drug, EntityKind::MedicationStatement);
    const auto authorisation = item_of(drug, EntityKind::MedicationRequest);
    if (!course || !authorisation) return;
    auto& statement = maker_.entity<record::MedicationStatement>(*course);
    auto& request = maker_.entity<record::MedicationRequest>(*authorisation);
    refer(statement.based_on, *authorisation);

    // FHIR counts the repeats after the first; EMIS counts the issues.
    const Text authorised = maker_.cell(drug, "NumberOfIssuesAuthorised");
    const auto n = to_integer(authorised);
    if (n && *n >= 1)
        request.dispense_request.number_of_repeats_allowed = record_->arena.copy(std::to_string(*n - 1));
    const auto last = last_issue_.find(drug.key);
    if (last != last_issue_.end()) statement.last_issue_date = record_->arena.copy(last->second);
    const Text cancelled = maker_.cell(drug, "CancellationDate");
    // Issues go on after a cancellation: being active counts, the date is only kept (with the plan).
    if (statement.status == "active") return;
    if (civil_time::is_day(cancelled)) {
        statement.effective_period.end = cancelled;
        return;
    }
    std::string end;
    const char* rule = "effectivePeriod.end: start of the course";
    if (last != last_issue_.end()) {
        int days = 0;
        for (const Row& issue : rows(Tab::Prescribing_IssueRecord))
            if (issue.live && key_of(maker_.cell(issue, "DrugRecordGuid")) == drug.key &&
                maker_.cell(issue, "EffectiveDate") == last->second)
                days = static_cast<int>(to_integer(maker_.cell(issue, "CourseDurationInDays")).value_or(0));
        end = days > 0 ? civil_time::add_days(last->second, days) : last->second;
        rule =
            days > 0 ? "effectivePeriod.end: last issue and its course" : "effectivePeriod.end: last issue";
    }
    if (end.empty()) end = statement.effective_period.start;
    if (end.empty()) return;
    statement.effective_period.end = record_->arena.copy(end);
    statement.inferred.add(record_->arena) = rule;
    maker_.degrade("end-inferred", EntityKind::MedicationStatement);
}

}  // namespace gpswitch::emis
