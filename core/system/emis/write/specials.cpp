// What the column rules call part: joins and inferences of the reading side, turned round. Which of them an
// entity needs.
#include "core/system/emis/write/helpers.hpp"

namespace gpswitch::emis::write {

void Pages::special(std::uint32_t i, std::uint32_t draft_number) {
    const record::Item& item = record_->items[i];
    Draft& d = drafts[draft_number];
    at_ = &d;
    switch (item.kind) {
        case EntityKind::Patient: return person(current_first(as<record::Patient>(item)), d);
        case EntityKind::EpisodeOfCare: return history(as<record::EpisodeOfCare>(item));
        case EntityKind::Encounter: return encounter(as<record::Encounter>(item), d);
        case EntityKind::Condition: return condition(as<record::Condition>(item), d);
        case EntityKind::Immunization: return immunization(as<record::Immunization>(item), d);
        case EntityKind::ServiceRequest: return referral(as<record::ServiceRequest>(item), d);
        case EntityKind::Observation:
            if (tab_of(d) == Tab::CareRecord_Observation) observation(i, draft_number);
            return;
        case EntityKind::MedicationRequest: return plan(i, d);
        case EntityKind::MedicationStatement:
            last_issue(as<record::MedicationStatement>(item));
            over(as<record::MedicationStatement>(item).status);
            return dosage(i, as<record::MedicationStatement>(item).dosage, "dosage", d, "Dosage", false);
        case EntityKind::DocumentReference: return document(as<record::DocumentReference>(item), d);
        case EntityKind::Provenance: return provenance(as<record::Provenance>(item), d);
        case EntityKind::Organization: return organisation(as<record::Organization>(item), d);
        case EntityKind::Location: return location(as<record::Location>(item), d);
        case EntityKind::Practitioner:
        case EntityKind::PractitionerRole: return staff(i, d);
        case EntityKind::Schedule: return session(as<record::Schedule>(item), d);
        case EntityKind::Slot: return slot(as<record::Slot>(item), d);
        case EntityKind::Appointment:
            shared[i] = as<record::Appointment>(item).slot.empty()
                            ? Text{}
                            : as<record::Appointment>(item).slot[0].reference;
            return appointment(as<record::Appointment>(item), d);
        default: return;
    }
}

bool Pages::writes(const record::Item& item, const record::Identifier& identifier) const {
    return item.kind == EntityKind::Patient &&
           (identifier.system == kNhsNumber || identifier.system == kInvalidNumber);
}

}  // namespace gpswitch::emis::write
