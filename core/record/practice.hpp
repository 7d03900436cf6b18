#pragma once
#include "core/record/parts.hpp"

/// Practice-wide entities: they travel with the first patient that refers to them.
/// Fields follow FHIR R4; those after the R4 elements are extensions (declared in practice.cpp).
namespace gpswitch::record {

/// A practice, commissioner, hospital, pharmacy ...
struct Organization : Entity {
    Text active;
    List<Concept> type;
    Text name;
    List<Text> alias;
    List<ContactPoint> telecom;
    List<Address> address;
    Reference part_of, main_location;
    Period period;
};

/// A site or branch surgery.
struct Location : Entity {
    Text status, name;
    List<Text> alias;
    Text description, mode;
    List<Concept> type;
    List<ContactPoint> telecom;
    Address address;
    Concept physical_type;
    Reference managing_organization, part_of;
    Period period;
    Text contact_name;
};

/// A service somebody offers (GP Connect referrals).
struct HealthcareService : Entity {
    Text active;
    Reference provided_by;
    List<Concept> category, type, specialty;
    List<Reference> location;
    Text name, comment;
    List<ContactPoint> telecom;
};

/// A person who works in care; one per source row, since suppliers have no person key.
struct Practitioner : Entity {
    Text active;
    List<HumanName> name;
    List<ContactPoint> telecom;
    List<Address> address;
    Text gender, birth_date;
    List<PractitionerQualification> qualification;
    List<Concept> communication;
};

/// That person in one job at one organisation.
struct PractitionerRole : Entity {
    Text active;
    Period period;
    Reference practitioner, organization;
    List<Concept> code, specialty;
    List<Reference> location, healthcare_service;
    List<ContactPoint> telecom;
};

/// An appointment session: who, where, when.
struct Schedule : Entity {
    Text active;
    List<Concept> service_category, service_type, specialty;
    List<Reference> actor;
    Period planning_horizon;
    Text comment;
};

/// A bookable piece of a session; free ones belong to no patient.
struct Slot : Entity {
    List<Concept> service_category, service_type, specialty;
    Concept appointment_type;
    Reference schedule;
    Text status, start, end, overbooked, comment;
    Concept delivery_channel;
    Text bookable_online;
};

/// A named team.
struct CareTeam : Entity {
    Text status;
    List<Concept> category;
    Text name;
    Reference subject;
    Period period;
    List<CareTeamParticipant> participant;
    List<Concept> reason_code;
    List<Reference> managing_organization;
    List<ContactPoint> telecom;
    List<Annotation> note;
};

/// A group of patients or staff.
struct Group : Entity {
    Text active, type, actual;
    Concept code;
    Text name, quantity;
    Reference managing_entity;
    List<GroupCharacteristic> characteristic;
    List<GroupMember> member;
};

}  // namespace gpswitch::record
