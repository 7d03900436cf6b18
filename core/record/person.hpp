#pragma once
#include "core/record/parts.hpp"

/// The person, their contacts with the practice, and what is said about the record.
/// Fields follow FHIR R4; those after the R4 elements are extensions (declared in person.cpp).
namespace gpswitch::record {

/// The person. deceased_boolean when the date of death is not known.
struct Patient : Entity {
    Text active;
    List<HumanName> name;
    List<ContactPoint> telecom;
    Text gender, birth_date, deceased_boolean, deceased_date_time;
    List<Address> address;
    Concept marital_status;
    Text multiple_birth_boolean, multiple_birth_integer;
    List<Attachment> photo;
    List<PatientContact> contact;
    List<PatientCommunication> communication;
    List<Reference> general_practitioner;
    Reference managing_organization;
    List<PatientLink> link;
    Concept ethnic_category, birth_sex, nhs_number_unavailable_reason;
    Reference preferred_branch, nominated_pharmacy;
    Text interpreter_required;
};

/// Carer, next of kin or proxy with a record of their own.
struct RelatedPerson : Entity {
    Text active;
    Reference patient;
    List<Concept> relationship;
    List<HumanName> name;
    List<ContactPoint> telecom;
    Text gender, birth_date;
    List<Address> address;
    Period period;
};

/// A registration with the practice: type, status history, usual GP.
struct EpisodeOfCare : Entity {
    Text status;
    List<EpisodeStatus> status_history;
    List<Concept> type;
    Reference patient, managing_organization;
    Period period;
    List<Reference> referral_request;
    Reference care_manager;
    List<Reference> team;
};

/// A consultation.
struct Encounter : Entity {
    Text status;
    Coding class_;
    List<Concept> type;
    Concept service_type, priority;
    Reference subject;
    List<Reference> episode_of_care, based_on;
    List<EncounterParticipant> participant;
    List<Reference> appointment;
    Period period;
    Quantity length;
    List<Concept> reason_code;
    List<Reference> reason_reference;
    List<EncounterDiagnosis> diagnosis;
    List<EncounterLocation> location;
    Reference service_provider, part_of;
    Text recorded;
};

/// Topics, headings, problem and medication lists; the order of entries is meaningful.
struct FhirList : Entity {
    Text status, mode, title;
    Concept code;
    Reference subject, encounter;
    Text date;
    Reference source_person;
    Concept ordered_by;
    List<Annotation> note;
    List<ListEntry> entry;
    Concept empty_reason;
    List<Concept> warning_code;
    Concept care_setting_type, clinical_setting;
    List<RelatedProblem> related_problem;
};

/// A document; its bytes travel by another route unless attached.
struct DocumentReference : Entity {
    LogicalId master_identifier;
    Text status, doc_status;
    Concept type;
    List<Concept> category;
    Reference subject;
    Text date;
    List<Reference> author;
    Reference authenticator, custodian;
    List<DocumentRelates> relates_to;
    Text description;
    List<Concept> security_label;
    List<DocumentContent> content;
    DocumentContext context;
    List<Reference> problem;
};

/// A booking: key is the slot and the patient, since slots are re-used.
struct Appointment : Entity {
    Text status;
    Concept cancelation_reason;
    List<Concept> service_category, service_type, specialty;
    Concept appointment_type;
    List<Concept> reason_code;
    Text priority, description, start, end, minutes_duration;
    List<Reference> slot;
    Text created, comment, patient_instruction;
    List<Reference> based_on;
    List<AppointmentParticipant> participant;
    Concept delivery_channel, booking_method;
    Text sent_in, left;
};

/// A warning on the record.
struct Flag : Entity {
    Text status;
    List<Concept> category;
    Concept code;
    Reference subject;
    Period period;
    Reference encounter, author;
};

/// Opt-outs, SCR, SMS and sharing preferences.
struct Consent : Entity {
    Text status;
    Concept scope;
    List<Concept> category;
    Reference patient;
    Text date_time;
    List<Reference> performer, organization;
    Concept policy_rule;
    Text provision;
};

/// Work to do.
struct Task : Entity {
    List<Reference> based_on, part_of;
    Text status;
    Concept status_reason;
    Text intent, priority;
    Concept code;
    Text description;
    Reference focus, for_patient, encounter;
    Period execution_period;
    Text authored_on, last_modified;
    Reference requester, owner;
    List<Annotation> note;
};

/// Who changed what and when, as the source's audit says.
struct Provenance : Entity {
    List<Reference> target;
    Text occurred_date_time;
    Period occurred_period;
    Text recorded;
    List<Text> policy;
    Reference location;
    List<Concept> reason;
    Concept activity;
    List<ProvenanceAgent> agent;
    Reference patient;
};

/// An access or change in the source system.
struct AuditEvent : Entity {
    Coding type;
    List<Coding> subtype;
    Text action;
    Period period;
    Text recorded, outcome, outcome_desc;
    List<AuditAgent> agent;
    AuditSource source_element;
    List<AuditEntity> entity_what;
    Reference patient;
};

}  // namespace gpswitch::record
