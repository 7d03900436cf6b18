#include "core/system/emis/patient.hpp"
#include "core/util/civil_time.hpp"
#include "core/util/text.hpp"

namespace gpswitch::emis {

std::pair<std::string, std::string> slot_times(const Maker& maker, const Row& slot) {
    const Text day = maker.cell(slot, "AppointmentDate"), time = maker.cell(slot, "AppointmentStartTime");
    if (!civil_time::is_day(day) || !civil_time::is_time(time)) return {};
    std::string start = civil_time::uk_instant(day, time);
    const auto minutes = to_integer(maker.cell(slot, "PlannedDurationInMinutes"));
    if (!minutes || *minutes < 0 || *minutes > 24 * 60) return {start, {}};
    return {start, civil_time::add_minutes(start, static_cast<int>(*minutes))};
}

void PatientCursor::appointments() {
    for (Row& slot : rows(Tab::Appointment_Slot)) {
        const auto item = item_of(slot, EntityKind::Appointment);
        if (!slot.live || !item) continue;
        auto& a = maker_.entity<record::Appointment>(*item);
        const auto [start, end] = slot_times(maker_, slot);
        if (!start.empty()) a.start = record_->arena.copy(start);
        if (!end.empty()) a.end = record_->arena.copy(end);
        if (const Text day = maker_.cell(slot, "AppointmentDate"); start.empty() && !day.empty())
            a.rest.add(record_->arena, {"Appointment_Slot.AppointmentDate", day});
        // The slot of a booking that was taken away is free again, another's, or gone.
        if (makes(slot, EntityKind::Slot))
            a.slot.add(record_->arena).reference =
                record_->arena.join("Slot/", maker_.id_of(EntityKind::Slot, slot.tab, {}, slot.key_text));
        auto participant = [&](Text reference) {
            record::AppointmentParticipant& p = a.participant.add(record_->arena);
            p.actor.reference = reference;
            p.status = "accepted";
        };
        participant(record_->arena.join("Patient/", record_->patient_id));
        const Text session = maker_.cell(slot, "SessionGuid");
        // The place of the session takes part as well.
        const auto sessions = extract_.find(Tab::Appointment_Session, key_of(session));
        if (!sessions.empty()) {
            const TableFile& t = extract_.table(Tab::Appointment_Session);
            RowText row;
            t.read(sessions.back(), record_->arena, row);
            const int place = t.header.find("LocationGuid");
            const Text id = row.bad != nullptr || place < 0
                                ? Text{}
                                : maker_.practice_target(EntityKind::Location, Tab::Admin_Location,
                                                         trim(row.cells[static_cast<std::size_t>(place)]));
            if (!id.empty()) participant(record_->arena.join("Location/", id));
        }
        for (std::uint32_t other : extract_.find(Tab::Appointment_SessionUser, key_of(session))) {
            RowText user;
            extract_.table(Tab::Appointment_SessionUser).read(other, record_->arena, user);
            const Header& h = extract_.table(Tab::Appointment_SessionUser).header;
            auto cell = [&](const char* column) {
                return trim(user.cells[static_cast<std::size_t>(h.find(column))]);
            };
            if (user.bad != nullptr || is_true(cell("Deleted"))) continue;
            const Text id = maker_.practice_target(EntityKind::PractitionerRole, Tab::Admin_UserInRole,
                                                   cell("UserInRoleGuid"));
            const Text reference = record_->arena.join("PractitionerRole/", id);
            bool there = id.empty();
            for (const auto& p : a.participant) there = there || p.actor.reference == reference;
            if (!there) participant(reference);
        }
    }
}

// An audit entry names any row by GUID; what it names may never have been sent.
void PatientCursor::audits() {
    for (Row& audit : rows(Tab::Audit_RegistrationAudit)) {
        const auto item = item_of(audit, EntityKind::Provenance);
        if (!audit.live || !item) continue;
        maker_.entity<record::Provenance>(*item).target.add(record_->arena).reference =
            record_->arena.join("Patient/", record_->patient_id);
        for (const Row& person : rows(Tab::Admin_Patient))
            if (const auto p = person.live ? item_of(person, EntityKind::Patient) : std::nullopt)
                inherit_labels(*p, *item);
    }
    for (Row& audit : rows(Tab::Audit_PatientAudit)) {
        const auto item = item_of(audit, EntityKind::Provenance);
        if (!audit.live || !item) continue;
        auto& p = maker_.entity<record::Provenance>(*item);
        const Text guid = maker_.cell(audit, "ItemGuid");
        for (Tab tab : {Tab::CareRecord_Consultation, Tab::CareRecord_Observation, Tab::CareRecord_Diary,
                        Tab::Prescribing_DrugRecord, Tab::Prescribing_IssueRecord, Tab::Appointment_Slot,
                        Tab::CareRecord_Problem}) {
            const Row* r = row(tab, key_of(guid));
            if (r == nullptr || r->items == 0) continue;
            for (std::uint32_t i = r->first_item; i < r->first_item + r->items; ++i) {
                refer(p.target, i);
                inherit_labels(i, *item);
            }
            break;
        }
        if (!p.target.empty()) continue;
        record::Reference& t = p.target.add(record_->arena);
        std::string normal;
        normal_guid(guid, normal);
        t.identifier = {record_->arena.join(kIdBase, "ItemGuid"), record_->arena.copy(normal)};
        maker_.degrade("reference-dangling", EntityKind::Provenance);
        maker_.issue(audit, Severity::information, "EMIS-REF-003",
                     "names an entry that is not in the extract; the id is kept",
                     "Audit_PatientAudit.ItemGuid");
    }
}

}  // namespace gpswitch::emis
