// What stands on an entity after the rules of the mapping set, and still has to be joined, completed or taken
// away again.
#include <algorithm>

#include "core/system/emis/patient.hpp"
#include "core/util/civil_time.hpp"
#include "core/util/text.hpp"

namespace gpswitch::emis {
namespace {

/// Constants write into a name, an address or a contact even when no cell did.
template <class T>
void drop_if(List<T>& list, bool nothing_said) {
    if (list.size == 1 && nothing_said) list = {};
}

void prune(record::Patient& p) {
    if (!p.name.empty()) {
        const record::HumanName& n = p.name[0];
        drop_if(p.name, n.text.empty() && n.family.empty() && n.given.empty() && n.prefix.empty() &&
                            n.suffix.empty());
    }
    if (!p.address.empty()) {
        const record::Address& a = p.address[0];
        drop_if(p.address, a.text.empty() && a.line.empty() && a.city.empty() && a.district.empty() &&
                               a.postal_code.empty());
    }
    if (!p.contact.empty()) {
        const record::PatientContact& c = p.contact[0];
        const bool said = !record::is_empty(&c.name, record::type_of<record::HumanName>()) ||
                          std::any_of(c.relationship.begin(), c.relationship.end(),
                                      [](const auto& r) { return !r.text.empty(); });
        drop_if(p.contact, !said);
    }
}

}  // namespace

void Maker::finish(Row& row, std::uint32_t item) {
    Record& record = *record_;
    const auto refer = [&](Text type, Text id) { return record.arena.join(type, "/", id); };
    switch (record.items[item].kind) {
        case EntityKind::Patient: prune(entity<record::Patient>(item)); break;
        case EntityKind::MedicationRequest: {
            record::Quantity& days =
                entity<record::MedicationRequest>(item).dispense_request.expected_supply_duration;
            if (days.value.empty()) days = {};
            break;
        }
        case EntityKind::Practitioner: {
            auto& p = entity<record::Practitioner>(item);
            // Names are cleaned on reading; as they were typed they are kept beside.
            for (const char* column : {"Title", "GivenName", "Surname"}) {
                const int i = extract_.table(row.tab).header.find(column);
                const Text raw =
                    i < 0 || static_cast<std::uint32_t>(i) >= row.cell_count ? Text{} : row.cells[i];
                if (raw != trim(raw))
                    p.rest.add(record.arena, {record.arena.join("Admin_UserInRole.", column), raw});
            }
            if (p.name.empty()) p.name.add(record.arena);
            record::HumanName& n = p.name[0];
            if (!n.family.empty() || !n.text.empty()) break;
            if (n.given.empty()) {
                n.text = "Unknown";
                p.inferred.add(record.arena) = "name.text: no part of a name";
            } else {
                n.family = n.given[0];
                n.given = {};
                p.inferred.add(record.arena) = "name.family: the only part of the name";
            }
            break;
        }
        case EntityKind::PractitionerRole: {
            auto& role = entity<record::PractitionerRole>(item);
            if (!mapping_.in_list("unknown-dates", role.period.start)) break;
            role.rest.add(record.arena, {"Admin_UserInRole.ContractStartDate", role.period.start});
            role.period.start = {};
            break;
        }
        case EntityKind::Organization: {
            auto& o = entity<record::Organization>(item);
            for (const char* column : {"CCGOrganisationGuid", "ParentOrganisationGuid"}) {
                const Text guid = cell(row, column);
                if (guid.empty()) continue;
                const bool itself = key_of(guid) == row.key;
                const Text id =
                    itself || !o.part_of.reference.empty()
                        ? Text{}
                        : practice_target(EntityKind::Organization, Tab::Admin_Organisation, guid);
                if (!id.empty())
                    o.part_of.reference = refer("Organization", id);
                else
                    o.rest.add(record.arena, {record.arena.join("Admin_Organisation.", column), guid});
            }
            break;
        }
        case EntityKind::Schedule: {
            auto& s = entity<record::Schedule>(item);
            if (s.planning_horizon.start.empty() && civil_time::is_day(cell(row, "StartDate")))
                s.planning_horizon.start = cell(row, "StartDate");
            if (s.planning_horizon.end.empty() && civil_time::is_day(cell(row, "EndDate")))
                s.planning_horizon.end = cell(row, "EndDate");
            for (const char* column : {"StartDate", "EndDate"})
                if (const Text day = cell(row, column); !day.empty() && !civil_time::is_day(day))
                    s.rest.add(record.arena, {record.arena.join("Appointment_Session.", column), day});
            break;
        }
        case EntityKind::Provenance: {
            auto& p = entity<record::Provenance>(item);
            if (p.agent.empty() || p.agent[0].who.reference.empty()) {
                if (p.agent.empty()) p.agent.add(record.arena);
                if (p.agent[0].who.identifier.value.empty()) p.agent[0].who.display = "Unknown";
            }
            const Text day = cell(row, "ModifiedDate");
            if (p.recorded.empty() && !day.empty() && !civil_time::is_day(day))
                p.rest.add(record.arena, {record.arena.join(shape(row.tab).name, ".ModifiedDate"), day});
            if (p.recorded.empty() && civil_time::is_day(day)) {
                // FHIR wants an instant; the source gives a day.
                p.occurred_date_time = day;
                p.recorded = record.arena.copy(civil_time::uk_instant(day, "00:00:00"));
                p.inferred.add(record.arena) = "recorded: the time of day is not given";
            }
            break;
        }
        case EntityKind::Encounter: participants(row, item); break;
        case EntityKind::Immunization: {
            auto& i = entity<record::Immunization>(item);
            qualifiers(row, i);
            if (!i.occurrence_date_time.empty()) break;
            i.occurrence_string = "Unknown";
            i.inferred.add(record.arena) = "occurrenceString: no date is given";
            break;
        }
        case EntityKind::DocumentReference: {
            auto& d = entity<record::DocumentReference>(item);
            const Text day = cell(row, "EnteredDate"), time = cell(row, "EnteredTime");
            if (civil_time::is_day(day) && civil_time::is_time(time) && time != "00:00:00")
                d.date = record.arena.copy(civil_time::uk_instant(day, time));
            break;
        }
        case EntityKind::Condition: related(row, item); break;
        default: break;
    }
    if (row.tab == Tab::CareRecord_Observation && record.items[item].kind != EntityKind::Condition)
        episode(row, item);
    const bool coded = row.tab == Tab::CareRecord_Observation || row.tab == Tab::CareRecord_Diary ||
                       row.tab == Tab::Prescribing_DrugRecord || row.tab == Tab::Prescribing_IssueRecord;
    if (!coded || !cell(row, "CodeId").empty()) return;
    degrade("code-missing", record.items[item].kind);
    if (item == row.first_item)
        issue(row, Severity::warning, "EMIS-CODE-002", "the row has no code at all: kept with its words",
              record.arena.join(shape(row.tab).name, ".CodeId"), "look at the entry in the source system");
}

// Who saw the patient and who typed: participants of their own.
void Maker::participants(Row& row, std::uint32_t item) {
    auto& e = entity<record::Encounter>(item);
    if (participant_ < 0) return;
    const mapping::Values& parts = mapping_.values(participant_);
    for (const mapping::ValueRow& part : parts.rows) {
        const Text guid = cell(row, part.source);
        if (guid.empty()) continue;
        record::EncounterParticipant& p = e.participant.add(record_->arena);
        record::Coding& c = p.type.add(record_->arena).coding.add(record_->arena);
        c.system = parts.target_system;
        c.code = part.target;
        c.display = part.display;
        p.individual.reference =
            practice_reference(EntityKind::PractitionerRole, Tab::Admin_UserInRole, guid);
        if (!p.individual.reference.empty()) continue;
        std::string normal;
        normal_guid(guid, normal);
        p.individual.identifier = {record_->arena.join(kIdBase, part.source), record_->arena.copy(normal)};
        degrade("reference-dangling", EntityKind::Encounter);
        issue(row, Severity::warning, "EMIS-REF-001",
              "leads to a row that is not in the extract; the id is kept",
              record_->arena.join("CareRecord_Consultation.", part.source), kMissingRow);
    }
}

// A diagnosis or problem that stands under another problem.
void Maker::related(Row& row, std::uint32_t item) {
    if (row.tab != Tab::CareRecord_Observation) return;
    auto& c = entity<record::Condition>(item);
    const Text guid = cell(row, "ProblemGuid");
    if (guid.empty() || key_of(guid) == row.key) return;
    const Text parent = links_->target(EntityKind::Condition, guid, *record_);
    if (parent.empty()) {
        c.rest.add(record_->arena, {"CareRecord_Observation.ProblemGuid", guid});
        degrade("reference-dangling", EntityKind::Condition);
        issue(row, Severity::warning, "EMIS-REF-001",
              "leads to a row that is not in the extract; the id is kept",
              "CareRecord_Observation.ProblemGuid", kMissingRow);
        return;
    }
    record::RelatedProblem& r = c.related_problem.add(record_->arena);
    r.type = "parent";
    r.target.reference = parent;
}

// Episodicity has a field on conditions only; elsewhere the word is kept, unless it says nothing.
void Maker::episode(Row& row, std::uint32_t item) {
    const Text word = cell(row, "Episode");
    const mapping::ValueRow* v =
        word.empty() || episode_ < 0 ? nullptr : mapping_.values(episode_).find(word);
    const bool silent = v != nullptr && v->target.empty() && v->equivalence == "equivalent";
    if (word.empty() || silent) return;
    record_->items[item].entity->rest.add(record_->arena, {"CareRecord_Observation.Episode", word});
}

}  // namespace gpswitch::emis
