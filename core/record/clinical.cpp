#include "core/record/clinical.hpp"

#include "core/record/declare_entity.hpp"

namespace gpswitch::record {

using declare::entity;
using declare::extension;
using declare::field;

#define UK "https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-"
#define OWN "https://gpswitch.org/fhir/"

template <>
const Type& type_of<Condition>() {
    static const Type t = entity<Condition>(
        "Condition", "https://fhir.hl7.org.uk/StructureDefinition/UKCore-Condition",
        field<&Condition::clinical_status>("clinicalStatus"),
        field<&Condition::verification_status>("verificationStatus"), field<&Condition::category>("category"),
        field<&Condition::severity>("severity"), field<&Condition::code>("code"),
        field<&Condition::body_site>("bodySite"), field<&Condition::subject>("subject"),
        field<&Condition::encounter>("encounter"),
        field<&Condition::onset_date_time>("onsetDateTime", Kind::date_time),
        field<&Condition::onset_string>("onsetString"),
        field<&Condition::abatement_date_time>("abatementDateTime", Kind::date_time),
        field<&Condition::abatement_string>("abatementString"),
        field<&Condition::recorded_date>("recordedDate", Kind::date_time),
        field<&Condition::recorder>("recorder"), field<&Condition::asserter>("asserter"),
        field<&Condition::evidence>("evidence"), field<&Condition::note>("note"),
        extension<&Condition::episode>("episode", UK "ConditionEpisode", "valueCodeableConcept"),
        extension<&Condition::significance>("significance", UK "ProblemSignificance", "valueCode",
                                            Kind::code),
        extension<&Condition::actual_problem>("actualProblem", UK "ActualProblem", "valueReference"),
        extension<&Condition::related_content>("relatedContent", UK "RelatedClinicalContent",
                                               "valueReference"),
        extension<&Condition::related_problem>("relatedProblem", UK "RelatedProblemHeader", ""),
        extension<&Condition::last_review>("lastReview", OWN "problem-last-review", "valueDateTime",
                                           Kind::date_time),
        extension<&Condition::last_reviewer>("lastReviewer", OWN "problem-last-reviewer", "valueReference"),
        extension<&Condition::expected_duration>("expectedDuration", OWN "problem-expected-duration-days",
                                                 "valueInteger", Kind::integer));
    return t;
}

template <>
const Type& type_of<Observation>() {
    static const Type t = entity<Observation>(
        "Observation", "https://fhir.hl7.org.uk/StructureDefinition/UKCore-Observation",
        field<&Observation::based_on>("basedOn"), field<&Observation::part_of>("partOf"),
        field<&Observation::status>("status", Kind::code), field<&Observation::category>("category"),
        field<&Observation::code>("code"), field<&Observation::subject>("subject"),
        field<&Observation::encounter>("encounter"),
        field<&Observation::effective_date_time>("effectiveDateTime", Kind::date_time),
        field<&Observation::effective_period>("effectivePeriod"),
        field<&Observation::issued>("issued", Kind::instant), field<&Observation::performer>("performer"),
        field<&Observation::value_quantity>("valueQuantity"),
        field<&Observation::value_codeable_concept>("valueCodeableConcept"),
        field<&Observation::value_string>("valueString"),
        field<&Observation::value_boolean>("valueBoolean", Kind::boolean),
        field<&Observation::value_integer>("valueInteger", Kind::integer),
        field<&Observation::value_range>("valueRange"), field<&Observation::value_ratio>("valueRatio"),
        field<&Observation::value_time>("valueTime", Kind::time),
        field<&Observation::value_date_time>("valueDateTime", Kind::date_time),
        field<&Observation::value_period>("valuePeriod"),
        field<&Observation::data_absent_reason>("dataAbsentReason"),
        field<&Observation::interpretation>("interpretation"), field<&Observation::note>("note"),
        field<&Observation::body_site>("bodySite"), field<&Observation::method>("method"),
        field<&Observation::specimen>("specimen"), field<&Observation::device>("device"),
        field<&Observation::reference_range>("referenceRange"), field<&Observation::has_member>("hasMember"),
        field<&Observation::derived_from>("derivedFrom"), field<&Observation::component>("component"),
        extension<&Observation::recorded>("recorded", OWN "observation-recorded", "valueDateTime",
                                          Kind::date_time),
        extension<&Observation::recorder>("recorder", OWN "observation-recorder", "valueReference"),
        extension<&Observation::problem>("problem", OWN "related-problem", "valueReference"));
    return t;
}

template <>
const Type& type_of<QuestionnaireResponse>() {
    static const Type t = entity<QuestionnaireResponse>(
        "QuestionnaireResponse", "https://fhir.hl7.org.uk/StructureDefinition/UKCore-QuestionnaireResponse",
        field<&QuestionnaireResponse::based_on>("basedOn"), field<&QuestionnaireResponse::part_of>("partOf"),
        field<&QuestionnaireResponse::questionnaire>("questionnaire", Kind::uri),
        field<&QuestionnaireResponse::status>("status", Kind::code),
        field<&QuestionnaireResponse::subject>("subject"),
        field<&QuestionnaireResponse::encounter>("encounter"),
        field<&QuestionnaireResponse::authored>("authored", Kind::date_time),
        field<&QuestionnaireResponse::author>("author"),
        field<&QuestionnaireResponse::source_person>("source"),
        field<&QuestionnaireResponse::item>("item", Kind::raw));
    return t;
}

template <>
const Type& type_of<DiagnosticReport>() {
    static const Type t = entity<DiagnosticReport>(
        "DiagnosticReport", "https://fhir.hl7.org.uk/StructureDefinition/UKCore-DiagnosticReport",
        field<&DiagnosticReport::based_on>("basedOn"), field<&DiagnosticReport::status>("status", Kind::code),
        field<&DiagnosticReport::category>("category"), field<&DiagnosticReport::code>("code"),
        field<&DiagnosticReport::subject>("subject"), field<&DiagnosticReport::encounter>("encounter"),
        field<&DiagnosticReport::effective_date_time>("effectiveDateTime", Kind::date_time),
        field<&DiagnosticReport::effective_period>("effectivePeriod"),
        field<&DiagnosticReport::issued>("issued", Kind::instant),
        field<&DiagnosticReport::performer>("performer"),
        field<&DiagnosticReport::results_interpreter>("resultsInterpreter"),
        field<&DiagnosticReport::specimen>("specimen"), field<&DiagnosticReport::result>("result"),
        field<&DiagnosticReport::imaging_study>("imagingStudy"),
        field<&DiagnosticReport::conclusion>("conclusion"),
        field<&DiagnosticReport::conclusion_code>("conclusionCode"),
        field<&DiagnosticReport::presented_form>("presentedForm"),
        extension<&DiagnosticReport::note>(
            "note", "http://hl7.org/fhir/5.0/StructureDefinition/extension-DiagnosticReport.note",
            "valueAnnotation"),
        extension<&DiagnosticReport::recorded>("recorded", OWN "report-recorded", "valueDateTime",
                                               Kind::date_time),
        extension<&DiagnosticReport::recorder>("recorder", OWN "report-recorder", "valueReference"),
        extension<&DiagnosticReport::problem>("problem", OWN "related-problem", "valueReference"));
    return t;
}

template <>
const Type& type_of<Specimen>() {
    static const Type t = entity<Specimen>(
        "Specimen", "https://fhir.hl7.org.uk/StructureDefinition/UKCore-Specimen",
        field<&Specimen::accession_identifier>("accessionIdentifier"),
        field<&Specimen::status>("status", Kind::code), field<&Specimen::type>("type"),
        field<&Specimen::subject>("subject"),
        field<&Specimen::received_time>("receivedTime", Kind::date_time), field<&Specimen::parent>("parent"),
        field<&Specimen::request>("request"), field<&Specimen::collection>("collection"),
        field<&Specimen::condition>("condition"), field<&Specimen::note>("note"));
    return t;
}

template <>
const Type& type_of<AllergyIntolerance>() {
    static const Type t = entity<AllergyIntolerance>(
        "AllergyIntolerance", "https://fhir.hl7.org.uk/StructureDefinition/UKCore-AllergyIntolerance",
        field<&AllergyIntolerance::clinical_status>("clinicalStatus"),
        field<&AllergyIntolerance::verification_status>("verificationStatus"),
        field<&AllergyIntolerance::type>("type", Kind::code),
        field<&AllergyIntolerance::category>("category", Kind::code),
        field<&AllergyIntolerance::criticality>("criticality", Kind::code),
        field<&AllergyIntolerance::code>("code"), field<&AllergyIntolerance::patient>("patient"),
        field<&AllergyIntolerance::encounter>("encounter"),
        field<&AllergyIntolerance::onset_date_time>("onsetDateTime", Kind::date_time),
        field<&AllergyIntolerance::onset_string>("onsetString"),
        field<&AllergyIntolerance::recorded_date>("recordedDate", Kind::date_time),
        field<&AllergyIntolerance::recorder>("recorder"), field<&AllergyIntolerance::asserter>("asserter"),
        field<&AllergyIntolerance::last_occurrence>("lastOccurrence", Kind::date_time),
        field<&AllergyIntolerance::note>("note"), field<&AllergyIntolerance::reaction>("reaction"),
        extension<&AllergyIntolerance::evidence>("evidence", UK "Evidence", "valueReference"),
        extension<&AllergyIntolerance::problem>("problem", OWN "related-problem", "valueReference"));
    return t;
}

template <>
const Type& type_of<Immunization>() {
    static const Type t = entity<Immunization>(
        "Immunization", "https://fhir.hl7.org.uk/StructureDefinition/UKCore-Immunization",
        field<&Immunization::status>("status", Kind::code),
        field<&Immunization::status_reason>("statusReason"),
        field<&Immunization::vaccine_code>("vaccineCode"), field<&Immunization::patient>("patient"),
        field<&Immunization::encounter>("encounter"),
        field<&Immunization::occurrence_date_time>("occurrenceDateTime", Kind::date_time),
        field<&Immunization::occurrence_string>("occurrenceString"),
        field<&Immunization::recorded>("recorded", Kind::date_time),
        field<&Immunization::primary_source>("primarySource", Kind::boolean),
        field<&Immunization::report_origin>("reportOrigin"), field<&Immunization::location>("location"),
        field<&Immunization::manufacturer>("manufacturer"), field<&Immunization::lot_number>("lotNumber"),
        field<&Immunization::expiration_date>("expirationDate", Kind::date),
        field<&Immunization::site>("site"), field<&Immunization::route>("route"),
        field<&Immunization::dose_quantity>("doseQuantity"), field<&Immunization::performer>("performer"),
        field<&Immunization::note>("note"), field<&Immunization::reason_code>("reasonCode"),
        field<&Immunization::reason_reference>("reasonReference"), field<&Immunization::reaction>("reaction"),
        field<&Immunization::protocol_applied>("protocolApplied"),
        extension<&Immunization::vaccination_procedure>("vaccinationProcedure", UK "VaccinationProcedure",
                                                        "valueCodeableConcept"),
        extension<&Immunization::parent_present>("parentPresent", UK "ParentPresent", "valueBoolean",
                                                 Kind::boolean),
        extension<&Immunization::recorder>("recorder", OWN "immunization-recorder", "valueReference"),
        extension<&Immunization::problem>("problem", OWN "related-problem", "valueReference"));
    return t;
}

template <>
const Type& type_of<FamilyMemberHistory>() {
    static const Type t = entity<FamilyMemberHistory>(
        "FamilyMemberHistory", "https://fhir.hl7.org.uk/StructureDefinition/UKCore-FamilyMemberHistory",
        field<&FamilyMemberHistory::status>("status", Kind::code),
        field<&FamilyMemberHistory::patient>("patient"),
        field<&FamilyMemberHistory::date>("date", Kind::date_time), field<&FamilyMemberHistory::name>("name"),
        field<&FamilyMemberHistory::relationship>("relationship"), field<&FamilyMemberHistory::sex>("sex"),
        field<&FamilyMemberHistory::deceased_boolean>("deceasedBoolean", Kind::boolean),
        field<&FamilyMemberHistory::note>("note"), field<&FamilyMemberHistory::condition>("condition"),
        extension<&FamilyMemberHistory::encounter>("encounter", UK "AssociatedEncounter", "valueReference"),
        extension<&FamilyMemberHistory::recorder>("recorder", UK "Recorder", "valueReference"),
        extension<&FamilyMemberHistory::performer>("performer", OWN "family-history-performer",
                                                   "valueReference"),
        extension<&FamilyMemberHistory::effective>("effective", OWN "family-history-effective",
                                                   "valueDateTime", Kind::date_time),
        extension<&FamilyMemberHistory::problem>("problem", OWN "related-problem", "valueReference"));
    return t;
}

template <>
const Type& type_of<Procedure>() {
    static const Type t = entity<Procedure>(
        "Procedure", "https://fhir.hl7.org.uk/StructureDefinition/UKCore-Procedure",
        field<&Procedure::based_on>("basedOn"), field<&Procedure::part_of>("partOf"),
        field<&Procedure::status>("status", Kind::code), field<&Procedure::status_reason>("statusReason"),
        field<&Procedure::category>("category"), field<&Procedure::code>("code"),
        field<&Procedure::subject>("subject"), field<&Procedure::encounter>("encounter"),
        field<&Procedure::performed_date_time>("performedDateTime", Kind::date_time),
        field<&Procedure::performed_period>("performedPeriod"), field<&Procedure::recorder>("recorder"),
        field<&Procedure::asserter>("asserter"), field<&Procedure::performer>("performer"),
        field<&Procedure::location>("location"), field<&Procedure::reason_code>("reasonCode"),
        field<&Procedure::reason_reference>("reasonReference"), field<&Procedure::body_site>("bodySite"),
        field<&Procedure::outcome>("outcome"), field<&Procedure::report>("report"),
        field<&Procedure::note>("note"),
        extension<&Procedure::recorded>("recorded", OWN "procedure-recorded", "valueDateTime",
                                        Kind::date_time),
        extension<&Procedure::problem>("problem", OWN "related-problem", "valueReference"));
    return t;
}

template <>
const Type& type_of<Medication>() {
    static const Type t = entity<Medication>(
        "Medication", "https://fhir.hl7.org.uk/StructureDefinition/UKCore-Medication",
        field<&Medication::code>("code"), field<&Medication::status>("status", Kind::code),
        field<&Medication::manufacturer>("manufacturer"), field<&Medication::form>("form"),
        field<&Medication::amount>("amount"), field<&Medication::ingredient>("ingredient", Kind::raw),
        field<&Medication::batch>("batch"),
        extension<&Medication::patient>("patient", OWN "patient", "valueReference"));
    return t;
}

template <>
const Type& type_of<MedicationStatement>() {
    static const Type t = entity<MedicationStatement>(
        "MedicationStatement", "https://fhir.hl7.org.uk/StructureDefinition/UKCore-MedicationStatement",
        field<&MedicationStatement::based_on>("basedOn"), field<&MedicationStatement::part_of>("partOf"),
        field<&MedicationStatement::status>("status", Kind::code),
        field<&MedicationStatement::status_reason>("statusReason"),
        field<&MedicationStatement::category>("category"),
        field<&MedicationStatement::medication_codeable_concept>("medicationCodeableConcept"),
        field<&MedicationStatement::medication_reference>("medicationReference"),
        field<&MedicationStatement::subject>("subject"), field<&MedicationStatement::context>("context"),
        field<&MedicationStatement::effective_date_time>("effectiveDateTime", Kind::date_time),
        field<&MedicationStatement::effective_period>("effectivePeriod"),
        field<&MedicationStatement::date_asserted>("dateAsserted", Kind::date_time),
        field<&MedicationStatement::information_source>("informationSource"),
        field<&MedicationStatement::derived_from>("derivedFrom"),
        field<&MedicationStatement::reason_code>("reasonCode"),
        field<&MedicationStatement::reason_reference>("reasonReference"),
        field<&MedicationStatement::note>("note"), field<&MedicationStatement::dosage>("dosage"),
        extension<&MedicationStatement::last_issue_date>(
            "lastIssueDate", UK "MedicationStatementLastIssueDate", "valueDateTime", Kind::date_time),
        extension<&MedicationStatement::prescribing_organization_type>(
            "prescribingOrganizationType", UK "MedicationPrescribingOrganizationType",
            "valueCodeableConcept"),
        extension<&MedicationStatement::prescribing_agency>(
            "prescribingAgency", UK "MedicationPrescribingAgency", "valueCodeableConcept"),
        extension<&MedicationStatement::dosage_last_changed>(
            "dosageLastChanged", UK "MedicationDosageLastChanged", "valueDateTime", Kind::date_time));
    return t;
}

template <>
const Type& type_of<MedicationRequest>() {
    static const Type t = entity<MedicationRequest>(
        "MedicationRequest", "https://fhir.hl7.org.uk/StructureDefinition/UKCore-MedicationRequest",
        field<&MedicationRequest::status>("status", Kind::code),
        field<&MedicationRequest::status_reason>("statusReason"),
        field<&MedicationRequest::intent>("intent", Kind::code),
        field<&MedicationRequest::category>("category"),
        field<&MedicationRequest::priority>("priority", Kind::code),
        field<&MedicationRequest::do_not_perform>("doNotPerform", Kind::boolean),
        field<&MedicationRequest::reported_boolean>("reportedBoolean", Kind::boolean),
        field<&MedicationRequest::reported_reference>("reportedReference"),
        field<&MedicationRequest::medication_codeable_concept>("medicationCodeableConcept"),
        field<&MedicationRequest::medication_reference>("medicationReference"),
        field<&MedicationRequest::subject>("subject"), field<&MedicationRequest::encounter>("encounter"),
        field<&MedicationRequest::supporting_information>("supportingInformation"),
        field<&MedicationRequest::authored_on>("authoredOn", Kind::date_time),
        field<&MedicationRequest::requester>("requester"), field<&MedicationRequest::performer>("performer"),
        field<&MedicationRequest::performer_type>("performerType"),
        field<&MedicationRequest::recorder>("recorder"), field<&MedicationRequest::reason_code>("reasonCode"),
        field<&MedicationRequest::reason_reference>("reasonReference"),
        field<&MedicationRequest::based_on>("basedOn"),
        field<&MedicationRequest::group_identifier>("groupIdentifier"),
        field<&MedicationRequest::course_of_therapy_type>("courseOfTherapyType"),
        field<&MedicationRequest::note>("note"),
        field<&MedicationRequest::dosage_instruction>("dosageInstruction"),
        field<&MedicationRequest::dispense_request>("dispenseRequest"),
        field<&MedicationRequest::substitution>("substitution"),
        field<&MedicationRequest::prior_prescription>("priorPrescription"),
        extension<&MedicationRequest::repeat_information>("repeatInformation",
                                                          UK "MedicationRepeatInformation", ""),
        extension<&MedicationRequest::prescription_type>("prescriptionType", UK "PrescriptionType",
                                                         "valueCodeableConcept"),
        extension<&MedicationRequest::status_reason_date>(
            "statusReasonDate", OWN "medication-status-reason-date", "valueDateTime", Kind::date_time),
        extension<&MedicationRequest::review_date>("reviewDate", OWN "medication-review-date",
                                                   "valueDateTime", Kind::date_time),
        extension<&MedicationRequest::eps_id>("epsId", OWN "eps-prescription-id", "valueString"),
        extension<&MedicationRequest::recorded>("recorded", OWN "medication-recorded", "valueDateTime",
                                                Kind::date_time),
        extension<&MedicationRequest::private_prescription>("privatePrescription", OWN "medication-private",
                                                            "valueBoolean", Kind::boolean),
        extension<&MedicationRequest::contraceptive>("contraceptive", OWN "medication-as-contraceptive",
                                                     "valueBoolean", Kind::boolean),
        extension<&MedicationRequest::issue_method>("issueMethod", OWN "medication-issue-method",
                                                    "valueCodeableConcept"));
    return t;
}

template <>
const Type& type_of<ServiceRequest>() {
    static const Type t = entity<ServiceRequest>(
        "ServiceRequest", "https://fhir.hl7.org.uk/StructureDefinition/UKCore-ServiceRequest",
        field<&ServiceRequest::based_on>("basedOn"), field<&ServiceRequest::replaces>("replaces"),
        field<&ServiceRequest::requisition>("requisition"),
        field<&ServiceRequest::status>("status", Kind::code),
        field<&ServiceRequest::intent>("intent", Kind::code), field<&ServiceRequest::category>("category"),
        field<&ServiceRequest::priority>("priority", Kind::code),
        field<&ServiceRequest::do_not_perform>("doNotPerform", Kind::boolean),
        field<&ServiceRequest::code>("code"), field<&ServiceRequest::order_detail>("orderDetail"),
        field<&ServiceRequest::subject>("subject"), field<&ServiceRequest::encounter>("encounter"),
        field<&ServiceRequest::occurrence_date_time>("occurrenceDateTime", Kind::date_time),
        field<&ServiceRequest::occurrence_period>("occurrencePeriod"),
        field<&ServiceRequest::authored_on>("authoredOn", Kind::date_time),
        field<&ServiceRequest::requester>("requester"),
        field<&ServiceRequest::performer_type>("performerType"),
        field<&ServiceRequest::performer>("performer"), field<&ServiceRequest::location_code>("locationCode"),
        field<&ServiceRequest::reason_code>("reasonCode"),
        field<&ServiceRequest::reason_reference>("reasonReference"),
        field<&ServiceRequest::supporting_info>("supportingInfo"),
        field<&ServiceRequest::specimen>("specimen"), field<&ServiceRequest::body_site>("bodySite"),
        field<&ServiceRequest::note>("note"),
        field<&ServiceRequest::patient_instruction>("patientInstruction"),
        extension<&ServiceRequest::recorder>("recorder", OWN "service-request-recorder", "valueReference"),
        extension<&ServiceRequest::duration_text>("durationText", OWN "service-request-duration-text",
                                                  "valueString"),
        extension<&ServiceRequest::referral_mode>("referralMode", UK "ServiceRequestMethod",
                                                  "valueCodeableConcept"),
        extension<&ServiceRequest::transport>("transport", OWN "referral-transport", "valueString"),
        extension<&ServiceRequest::problem>("problem", OWN "related-problem", "valueReference"));
    return t;
}

}  // namespace gpswitch::record
