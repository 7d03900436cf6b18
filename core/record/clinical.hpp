#pragma once
#include "core/record/parts.hpp"

/// The clinical record.
/// Fields follow FHIR R4; those after the R4 elements are extensions (declared in clinical.cpp).
namespace gpswitch::record {

/// A problem (category problem-list-item) or a diagnosis that is none (encounter-diagnosis, without
/// clinicalStatus).
struct Condition : Entity {
    Concept clinical_status, verification_status;
    List<Concept> category;
    Concept severity, code;
    List<Concept> body_site;
    Reference subject, encounter;
    Text onset_date_time, onset_string, abatement_date_time, abatement_string, recorded_date;
    Reference recorder, asserter;
    List<ConditionEvidence> evidence;
    List<Annotation> note;
    Concept episode;
    Text significance;
    Reference actual_problem;
    List<Reference> related_content;
    List<RelatedProblem> related_problem;
    Text last_review;
    Reference last_reviewer;
    Text expected_duration;
};

/// A finding or measurement; a blood pressure is one with two components.
struct Observation : Entity {
    List<Reference> based_on, part_of;
    Text status;
    List<Concept> category;
    Concept code;
    Reference subject, encounter;
    Text effective_date_time;
    Period effective_period;
    Text issued;
    List<Reference> performer;
    Quantity value_quantity;
    Concept value_codeable_concept;
    Text value_string, value_boolean, value_integer;
    Range value_range;
    Ratio value_ratio;
    Text value_time, value_date_time;
    Period value_period;
    Concept data_absent_reason;
    List<Concept> interpretation;
    List<Annotation> note;
    Concept body_site, method;
    Reference specimen, device;
    List<ReferenceRange> reference_range;
    List<Reference> has_member, derived_from;
    List<ObservationComponent> component;
    Text recorded;
    Reference recorder;
    List<Reference> problem;
};

/// A filled-in template; items verbatim.
struct QuestionnaireResponse : Entity {
    List<Reference> based_on, part_of;
    Text questionnaire, status;
    Reference subject, encounter;
    Text authored;
    Reference author, source_person;
    List<Text> item;
};

/// A report header; only made when it has children.
struct DiagnosticReport : Entity {
    List<Reference> based_on;
    Text status;
    List<Concept> category;
    Concept code;
    Reference subject, encounter;
    Text effective_date_time;
    Period effective_period;
    Text issued;
    List<Reference> performer, results_interpreter, specimen, result, imaging_study;
    Text conclusion;
    List<Concept> conclusion_code;
    List<Attachment> presented_form;
    List<Annotation> note;
    Text recorded;
    Reference recorder;
    List<Reference> problem;
};

/// A sample.
struct Specimen : Entity {
    LogicalId accession_identifier;
    Text status;
    Concept type;
    Reference subject;
    Text received_time;
    List<Reference> parent, request;
    SpecimenCollection collection;
    List<Concept> condition;
    List<Annotation> note;
};

/// An allergy, or the asserted absence of any (code); an empty list with emptyReason is something else.
struct AllergyIntolerance : Entity {
    AllergyStatus clinical_status;
    Concept verification_status;
    Text type;
    List<Text> category;
    Text criticality;
    Concept code;
    Reference patient, encounter;
    Text onset_date_time, onset_string, recorded_date;
    Reference recorder, asserter;
    Text last_occurrence;
    List<Annotation> note;
    List<AllergyReaction> reaction;
    List<Reference> evidence, problem;
};

/// Given, declined (not-done with statusReason) or given elsewhere. Consent and invitation codes never become
/// one.
struct Immunization : Entity {
    Text status;
    Concept status_reason, vaccine_code;
    Reference patient, encounter;
    Text occurrence_date_time, occurrence_string, recorded, primary_source;
    Concept report_origin;
    Reference location, manufacturer;
    Text lot_number, expiration_date;
    Concept site, route;
    Quantity dose_quantity;
    List<ImmunizationPerformer> performer;
    List<Annotation> note;
    List<Concept> reason_code;
    List<Reference> reason_reference;
    List<ImmunizationReaction> reaction;
    List<ImmunizationProtocol> protocol_applied;
    Concept vaccination_procedure;
    Text parent_present;
    Reference recorder;
    List<Reference> problem;
};

/// A relative's condition; the relation is often only in the words.
struct FamilyMemberHistory : Entity {
    Text status;
    Reference patient;
    Text date, name;
    Concept relationship, sex;
    Text deceased_boolean;
    List<Annotation> note;
    List<FamilyCondition> condition;
    Reference encounter, recorder;
    List<Reference> performer;
    Text effective;
    List<Reference> problem;
};

/// Something done to the patient.
struct Procedure : Entity {
    List<Reference> based_on, part_of;
    Text status;
    Concept status_reason, category, code;
    Reference subject, encounter;
    Text performed_date_time;
    Period performed_period;
    Reference recorder, asserter;
    List<ProcedurePerformer> performer;
    Reference location;
    List<Concept> reason_code;
    List<Reference> reason_reference;
    List<Concept> body_site;
    Concept outcome;
    List<Reference> report;
    List<Annotation> note;
    Text recorded;
    List<Reference> problem;
};

/// A product, where the source has one as a thing of its own.
struct Medication : Entity {
    Concept code;
    Text status;
    Reference manufacturer;
    Concept form;
    Ratio amount;
    List<Text> ingredient;
    MedicationBatch batch;
    Reference patient;
};

/// A course: what the patient is or was on.
struct MedicationStatement : Entity {
    List<Reference> based_on, part_of;
    Text status;
    List<Concept> status_reason;
    Concept category, medication_codeable_concept;
    Reference medication_reference, subject, context;
    Text effective_date_time;
    Period effective_period;
    Text date_asserted;
    Reference information_source;
    List<Reference> derived_from;
    List<Concept> reason_code;
    List<Reference> reason_reference;
    List<Annotation> note;
    List<Dosage> dosage;
    Text last_issue_date;
    Concept prescribing_organization_type, prescribing_agency;
    Text dosage_last_changed;
};

/// intent plan: the authorisation; intent order: one issue. numberOfRepeatsAllowed = issues authorised - 1.
struct MedicationRequest : Entity {
    Text status;
    Concept status_reason;
    Text intent;
    List<Concept> category;
    Text priority, do_not_perform, reported_boolean;
    Reference reported_reference;
    Concept medication_codeable_concept;
    Reference medication_reference, subject, encounter;
    List<Reference> supporting_information;
    Text authored_on;
    Reference requester, performer;
    Concept performer_type;
    Reference recorder;
    List<Concept> reason_code;
    List<Reference> reason_reference, based_on;
    LogicalId group_identifier;
    Concept course_of_therapy_type;
    List<Annotation> note;
    List<Dosage> dosage_instruction;
    DispenseRequest dispense_request;
    Substitution substitution;
    Reference prior_prescription;
    RepeatInformation repeat_information;
    Concept prescription_type;
    Text status_reason_date, review_date, eps_id, recorded, private_prescription, contraceptive;
    Concept issue_method;
};

/// A referral, test request, diary entry or recall.
struct ServiceRequest : Entity {
    List<Reference> based_on, replaces;
    LogicalId requisition;
    Text status, intent;
    List<Concept> category;
    Text priority, do_not_perform;
    Concept code;
    List<Concept> order_detail;
    Reference subject, encounter;
    Text occurrence_date_time;
    Period occurrence_period;
    Text authored_on;
    Reference requester;
    Concept performer_type;
    List<Reference> performer;
    List<Concept> location_code, reason_code;
    List<Reference> reason_reference, supporting_info, specimen;
    List<Concept> body_site;
    List<Annotation> note;
    Text patient_instruction;
    Reference recorder;
    Text duration_text;
    Concept referral_mode;
    Text transport;
    List<Reference> problem;
};

}  // namespace gpswitch::record
