#pragma once
#include "core/record/types.hpp"

/// The backbone elements of the entities (FHIR: Encounter.participant and the like).
namespace gpswitch::record {

struct AllergyEnd {
    Text end_date, reason_ended;
};

struct Proficiency {
    Coding level;
    List<Coding> type;
};

struct PractitionerQualification {
    List<Identifier> identifier;
    Concept code;
    Period period;
    Reference issuer;
};

struct CareTeamParticipant {
    List<Concept> role;
    Reference member, on_behalf_of;
    Period period;
};

struct GroupCharacteristic {
    Concept code, value_codeable_concept;
    Text value_boolean, exclude;
    Period period;
};

struct GroupMember {
    Reference entity;
    Period period;
    Text inactive;
};

struct PatientContact {
    List<Concept> relationship;
    HumanName name;
    List<ContactPoint> telecom;
    Address address;
    Text gender;
    Reference organization;
    Period period;
};

struct PatientCommunication {
    Concept language;
    Text preferred;
    List<Proficiency> proficiency;
};

struct PatientLink {
    Reference other;
    Text type;
};

struct EpisodeStatus {
    Text status;
    Period period;
    Text text;
};

struct EncounterParticipant {
    List<Concept> type;
    Period period;
    Reference individual;
};

struct EncounterDiagnosis {
    Reference condition;
    Concept use;
    Text rank;
};

struct EncounterLocation {
    Reference location;
    Text status;
    Period period;
};

struct ListEntry {
    Concept flag;
    Text deleted, date;
    Reference item;
};

struct RelatedProblem {
    Text type;
    Reference target;
};

struct ConditionEvidence {
    List<Concept> code;
    List<Reference> detail;
};

struct ReferenceRange {
    Quantity low, high;
    Concept type;
    List<Concept> applies_to;
    Range age;
    Text text;
};

struct ObservationComponent {
    Concept code;
    Quantity value_quantity;
    Concept value_codeable_concept;
    Text value_string, value_boolean, value_integer, value_date_time;
    Concept data_absent_reason;
    List<Concept> interpretation;
    List<ReferenceRange> reference_range;
    Text source_key;
    List<Annotation> note;
};

struct SpecimenCollection {
    Reference collector;
    Text collected_date_time;
    Period collected_period;
    Quantity quantity;
    Concept method, body_site, fasting_status;
};

struct AllergyStatus {
    List<Coding> coding;
    Text text;
    AllergyEnd end;
};

struct AllergyReaction {
    Concept substance;
    List<Concept> manifestation;
    Text description, onset, severity;
    Concept exposure_route;
    List<Annotation> note;
};

struct ImmunizationPerformer {
    Concept function;
    Reference actor;
};

struct ImmunizationReaction {
    Text date;
    Reference detail;
    Text reported;
};

struct ImmunizationProtocol {
    Text series;
    Reference authority;
    List<Concept> target_disease;
    Text dose_number_positive_int, dose_number_string, series_doses_positive_int, series_doses_string;
};

struct FamilyCondition {
    Concept code, outcome;
    Text contributed_to_death, onset_string;
    List<Annotation> note;
};

struct ProcedurePerformer {
    Concept function;
    Reference actor, on_behalf_of;
};

struct MedicationBatch {
    Text lot_number, expiration_date;
};

struct Dosage {
    Text sequence, text;
    List<Concept> additional_instruction;
    Text patient_instruction, timing, as_needed_boolean;
    Concept as_needed_codeable_concept, site, route, method;
    List<Text> dose_and_rate;
    Ratio max_dose_per_period;
};

struct DispenseRequest {
    Text initial_fill;
    Quantity dispense_interval;
    Period validity_period;
    Text number_of_repeats_allowed;
    Quantity quantity, expected_supply_duration;
    Reference performer;
    Text quantity_text, pharmacy_text;
};

struct Substitution {
    Text allowed_boolean;
    Concept allowed_codeable_concept, reason;
};

struct RepeatInformation {
    Text number_of_prescriptions_issued, authorisation_expiry_date;
};

struct DocumentRelates {
    Text code;
    Reference target;
};

struct DocumentContent {
    Attachment attachment;
    Coding format;
};

struct DocumentContext {
    List<Reference> encounter;
    List<Concept> event;
    Period period;
    Concept facility_type, practice_setting;
    Reference source_patient_info;
    List<Reference> related;
};

struct AppointmentParticipant {
    List<Concept> type;
    Reference actor;
    Text required, status;
    Period period;
};

struct ProvenanceAgent {
    Concept type;
    List<Concept> role;
    Reference who, on_behalf_of;
};

struct AuditAgent {
    Concept type;
    List<Concept> role;
    Reference who;
    Text name, requestor;
};

struct AuditSource {
    Text site;
    Reference observer;
    List<Coding> type;
};

struct AuditEntity {
    Reference what;
    Coding type, role;
    Text name, description;
};

}  // namespace gpswitch::record
