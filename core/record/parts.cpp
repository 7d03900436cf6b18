#include "core/record/parts.hpp"

namespace gpswitch::record {

using declare::extension;
using declare::field;
using declare::type;

#define UK "https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-"
#define OWN "https://gpswitch.org/fhir/"

template <>
const Type& type_of<PractitionerQualification>() {
    static const Type t = type<PractitionerQualification>(
        "PractitionerQualification", field<&PractitionerQualification::identifier>("identifier"),
        field<&PractitionerQualification::code>("code"), field<&PractitionerQualification::period>("period"),
        field<&PractitionerQualification::issuer>("issuer"));
    return t;
}

template <>
const Type& type_of<CareTeamParticipant>() {
    static const Type t =
        type<CareTeamParticipant>("CareTeamParticipant", field<&CareTeamParticipant::role>("role"),
                                  field<&CareTeamParticipant::member>("member"),
                                  field<&CareTeamParticipant::on_behalf_of>("onBehalfOf"),
                                  field<&CareTeamParticipant::period>("period"));
    return t;
}

template <>
const Type& type_of<GroupCharacteristic>() {
    static const Type t =
        type<GroupCharacteristic>("GroupCharacteristic", field<&GroupCharacteristic::code>("code"),
                                  field<&GroupCharacteristic::value_codeable_concept>("valueCodeableConcept"),
                                  field<&GroupCharacteristic::value_boolean>("valueBoolean", Kind::boolean),
                                  field<&GroupCharacteristic::exclude>("exclude", Kind::boolean),
                                  field<&GroupCharacteristic::period>("period"));
    return t;
}

template <>
const Type& type_of<GroupMember>() {
    static const Type t = type<GroupMember>("GroupMember", field<&GroupMember::entity>("entity"),
                                            field<&GroupMember::period>("period"),
                                            field<&GroupMember::inactive>("inactive", Kind::boolean));
    return t;
}

template <>
const Type& type_of<PatientContact>() {
    static const Type t = type<PatientContact>(
        "PatientContact", field<&PatientContact::relationship>("relationship"),
        field<&PatientContact::name>("name"), field<&PatientContact::telecom>("telecom"),
        field<&PatientContact::address>("address"), field<&PatientContact::gender>("gender", Kind::code),
        field<&PatientContact::organization>("organization"), field<&PatientContact::period>("period"));
    return t;
}

template <>
const Type& type_of<PatientCommunication>() {
    static const Type t = type<PatientCommunication>(
        "PatientCommunication", field<&PatientCommunication::language>("language"),
        field<&PatientCommunication::preferred>("preferred", Kind::boolean),
        extension<&PatientCommunication::proficiency>(
            "proficiency", "http://hl7.org/fhir/StructureDefinition/patient-proficiency", ""));
    return t;
}

template <>
const Type& type_of<Proficiency>() {
    static const Type t =
        type<Proficiency>("Proficiency", extension<&Proficiency::level>("level", "level", "valueCoding"),
                          extension<&Proficiency::type>("type", "type", "valueCoding"));
    return t;
}

template <>
const Type& type_of<PatientLink>() {
    static const Type t = type<PatientLink>("PatientLink", field<&PatientLink::other>("other"),
                                            field<&PatientLink::type>("type", Kind::code));
    return t;
}

template <>
const Type& type_of<EpisodeStatus>() {
    static const Type t = type<EpisodeStatus>(
        "EpisodeStatus", field<&EpisodeStatus::status>("status", Kind::code),
        field<&EpisodeStatus::period>("period"),
        extension<&EpisodeStatus::text>("text", OWN "registration-status", "valueString"));
    return t;
}

template <>
const Type& type_of<EncounterParticipant>() {
    static const Type t =
        type<EncounterParticipant>("EncounterParticipant", field<&EncounterParticipant::type>("type"),
                                   field<&EncounterParticipant::period>("period"),
                                   field<&EncounterParticipant::individual>("individual"));
    return t;
}

template <>
const Type& type_of<EncounterDiagnosis>() {
    static const Type t = type<EncounterDiagnosis>(
        "EncounterDiagnosis", field<&EncounterDiagnosis::condition>("condition"),
        field<&EncounterDiagnosis::use>("use"), field<&EncounterDiagnosis::rank>("rank", Kind::integer));
    return t;
}

template <>
const Type& type_of<EncounterLocation>() {
    static const Type t = type<EncounterLocation>(
        "EncounterLocation", field<&EncounterLocation::location>("location"),
        field<&EncounterLocation::status>("status", Kind::code), field<&EncounterLocation::period>("period"));
    return t;
}

template <>
const Type& type_of<ListEntry>() {
    static const Type t = type<ListEntry>(
        "ListEntry", field<&ListEntry::flag>("flag"), field<&ListEntry::deleted>("deleted", Kind::boolean),
        field<&ListEntry::date>("date", Kind::date_time), field<&ListEntry::item>("item"));
    return t;
}

template <>
const Type& type_of<RelatedProblem>() {
    static const Type t = type<RelatedProblem>(
        "RelatedProblem", extension<&RelatedProblem::type>("type", "type", "valueCode", Kind::code),
        extension<&RelatedProblem::target>("target", "target", "valueReference"));
    return t;
}

template <>
const Type& type_of<ConditionEvidence>() {
    static const Type t =
        type<ConditionEvidence>("ConditionEvidence", field<&ConditionEvidence::code>("code"),
                                field<&ConditionEvidence::detail>("detail"));
    return t;
}

template <>
const Type& type_of<ReferenceRange>() {
    static const Type t = type<ReferenceRange>(
        "ReferenceRange", field<&ReferenceRange::low>("low"), field<&ReferenceRange::high>("high"),
        field<&ReferenceRange::type>("type"), field<&ReferenceRange::applies_to>("appliesTo"),
        field<&ReferenceRange::age>("age"), field<&ReferenceRange::text>("text"));
    return t;
}

template <>
const Type& type_of<ObservationComponent>() {
    static const Type t = type<ObservationComponent>(
        "ObservationComponent", field<&ObservationComponent::code>("code"),
        field<&ObservationComponent::value_quantity>("valueQuantity"),
        field<&ObservationComponent::value_codeable_concept>("valueCodeableConcept"),
        field<&ObservationComponent::value_string>("valueString"),
        field<&ObservationComponent::value_boolean>("valueBoolean", Kind::boolean),
        field<&ObservationComponent::value_integer>("valueInteger", Kind::integer),
        field<&ObservationComponent::value_date_time>("valueDateTime", Kind::date_time),
        field<&ObservationComponent::data_absent_reason>("dataAbsentReason"),
        field<&ObservationComponent::interpretation>("interpretation"),
        field<&ObservationComponent::reference_range>("referenceRange"),
        extension<&ObservationComponent::source_key>("sourceKey", OWN "component-source-key", "valueString"),
        extension<&ObservationComponent::note>("note", OWN "component-note", "valueAnnotation"));
    return t;
}

template <>
const Type& type_of<SpecimenCollection>() {
    static const Type t = type<SpecimenCollection>(
        "SpecimenCollection", field<&SpecimenCollection::collector>("collector"),
        field<&SpecimenCollection::collected_date_time>("collectedDateTime", Kind::date_time),
        field<&SpecimenCollection::collected_period>("collectedPeriod"),
        field<&SpecimenCollection::quantity>("quantity"), field<&SpecimenCollection::method>("method"),
        field<&SpecimenCollection::body_site>("bodySite"),
        field<&SpecimenCollection::fasting_status>("fastingStatusCodeableConcept"));
    return t;
}

template <>
const Type& type_of<AllergyStatus>() {
    static const Type t = type<AllergyStatus>(
        "AllergyStatus", field<&AllergyStatus::coding>("coding"), field<&AllergyStatus::text>("text"),
        extension<&AllergyStatus::end>("end", UK "AllergyIntoleranceEnd", ""));
    return t;
}

template <>
const Type& type_of<AllergyEnd>() {
    static const Type t = type<AllergyEnd>(
        "AllergyEnd",
        extension<&AllergyEnd::end_date>("endDate", "endDate", "valueDateTime", Kind::date_time),
        extension<&AllergyEnd::reason_ended>("reasonEnded", "reasonEnded", "valueString"));
    return t;
}

template <>
const Type& type_of<AllergyReaction>() {
    static const Type t = type<AllergyReaction>(
        "AllergyReaction", field<&AllergyReaction::substance>("substance"),
        field<&AllergyReaction::manifestation>("manifestation"),
        field<&AllergyReaction::description>("description"),
        field<&AllergyReaction::onset>("onset", Kind::date_time),
        field<&AllergyReaction::severity>("severity", Kind::code),
        field<&AllergyReaction::exposure_route>("exposureRoute"), field<&AllergyReaction::note>("note"));
    return t;
}

template <>
const Type& type_of<ImmunizationPerformer>() {
    static const Type t = type<ImmunizationPerformer>("ImmunizationPerformer",
                                                      field<&ImmunizationPerformer::function>("function"),
                                                      field<&ImmunizationPerformer::actor>("actor"));
    return t;
}

template <>
const Type& type_of<ImmunizationReaction>() {
    static const Type t = type<ImmunizationReaction>(
        "ImmunizationReaction", field<&ImmunizationReaction::date>("date", Kind::date_time),
        field<&ImmunizationReaction::detail>("detail"),
        field<&ImmunizationReaction::reported>("reported", Kind::boolean));
    return t;
}

template <>
const Type& type_of<ImmunizationProtocol>() {
    static const Type t = type<ImmunizationProtocol>(
        "ImmunizationProtocol", field<&ImmunizationProtocol::series>("series"),
        field<&ImmunizationProtocol::authority>("authority"),
        field<&ImmunizationProtocol::target_disease>("targetDisease"),
        field<&ImmunizationProtocol::dose_number_positive_int>("doseNumberPositiveInt", Kind::integer),
        field<&ImmunizationProtocol::dose_number_string>("doseNumberString"),
        field<&ImmunizationProtocol::series_doses_positive_int>("seriesDosesPositiveInt", Kind::integer),
        field<&ImmunizationProtocol::series_doses_string>("seriesDosesString"));
    return t;
}

template <>
const Type& type_of<FamilyCondition>() {
    static const Type t = type<FamilyCondition>(
        "FamilyCondition", field<&FamilyCondition::code>("code"), field<&FamilyCondition::outcome>("outcome"),
        field<&FamilyCondition::contributed_to_death>("contributedToDeath", Kind::boolean),
        field<&FamilyCondition::onset_string>("onsetString"), field<&FamilyCondition::note>("note"));
    return t;
}

template <>
const Type& type_of<ProcedurePerformer>() {
    static const Type t = type<ProcedurePerformer>(
        "ProcedurePerformer", field<&ProcedurePerformer::function>("function"),
        field<&ProcedurePerformer::actor>("actor"), field<&ProcedurePerformer::on_behalf_of>("onBehalfOf"));
    return t;
}

template <>
const Type& type_of<MedicationBatch>() {
    static const Type t =
        type<MedicationBatch>("MedicationBatch", field<&MedicationBatch::lot_number>("lotNumber"),
                              field<&MedicationBatch::expiration_date>("expirationDate", Kind::date_time));
    return t;
}

template <>
const Type& type_of<Dosage>() {
    static const Type t = type<Dosage>(
        "Dosage", field<&Dosage::sequence>("sequence", Kind::integer), field<&Dosage::text>("text"),
        field<&Dosage::additional_instruction>("additionalInstruction"),
        field<&Dosage::patient_instruction>("patientInstruction"),
        field<&Dosage::timing>("timing", Kind::raw),
        field<&Dosage::as_needed_boolean>("asNeededBoolean", Kind::boolean),
        field<&Dosage::as_needed_codeable_concept>("asNeededCodeableConcept"), field<&Dosage::site>("site"),
        field<&Dosage::route>("route"), field<&Dosage::method>("method"),
        field<&Dosage::dose_and_rate>("doseAndRate", Kind::raw),
        field<&Dosage::max_dose_per_period>("maxDosePerPeriod"));
    return t;
}

template <>
const Type& type_of<DispenseRequest>() {
    static const Type t = type<DispenseRequest>(
        "DispenseRequest", field<&DispenseRequest::initial_fill>("initialFill", Kind::raw),
        field<&DispenseRequest::dispense_interval>("dispenseInterval"),
        field<&DispenseRequest::validity_period>("validityPeriod"),
        field<&DispenseRequest::number_of_repeats_allowed>("numberOfRepeatsAllowed", Kind::integer),
        field<&DispenseRequest::quantity>("quantity"),
        field<&DispenseRequest::expected_supply_duration>("expectedSupplyDuration"),
        field<&DispenseRequest::performer>("performer"),
        extension<&DispenseRequest::quantity_text>("quantityText", OWN "dispense-quantity-text",
                                                   "valueString"),
        extension<&DispenseRequest::pharmacy_text>("pharmacyText", OWN "pharmacy-text", "valueString"));
    return t;
}

template <>
const Type& type_of<Substitution>() {
    static const Type t = type<Substitution>(
        "Substitution", field<&Substitution::allowed_boolean>("allowedBoolean", Kind::boolean),
        field<&Substitution::allowed_codeable_concept>("allowedCodeableConcept"),
        field<&Substitution::reason>("reason"));
    return t;
}

template <>
const Type& type_of<RepeatInformation>() {
    static const Type t = type<RepeatInformation>(
        "RepeatInformation",
        extension<&RepeatInformation::number_of_prescriptions_issued>(
            "numberOfPrescriptionsIssued", "numberOfPrescriptionsIssued", "valueUnsignedInt", Kind::integer),
        extension<&RepeatInformation::authorisation_expiry_date>(
            "authorisationExpiryDate", "authorisationExpiryDate", "valueDateTime", Kind::date_time));
    return t;
}

template <>
const Type& type_of<DocumentRelates>() {
    static const Type t =
        type<DocumentRelates>("DocumentRelates", field<&DocumentRelates::code>("code", Kind::code),
                              field<&DocumentRelates::target>("target"));
    return t;
}

template <>
const Type& type_of<DocumentContent>() {
    static const Type t =
        type<DocumentContent>("DocumentContent", field<&DocumentContent::attachment>("attachment"),
                              field<&DocumentContent::format>("format"));
    return t;
}

template <>
const Type& type_of<DocumentContext>() {
    static const Type t = type<DocumentContext>(
        "DocumentContext", field<&DocumentContext::encounter>("encounter"),
        field<&DocumentContext::event>("event"), field<&DocumentContext::period>("period"),
        field<&DocumentContext::facility_type>("facilityType"),
        field<&DocumentContext::practice_setting>("practiceSetting"),
        field<&DocumentContext::source_patient_info>("sourcePatientInfo"),
        field<&DocumentContext::related>("related"));
    return t;
}

template <>
const Type& type_of<AppointmentParticipant>() {
    static const Type t =
        type<AppointmentParticipant>("AppointmentParticipant", field<&AppointmentParticipant::type>("type"),
                                     field<&AppointmentParticipant::actor>("actor"),
                                     field<&AppointmentParticipant::required>("required", Kind::code),
                                     field<&AppointmentParticipant::status>("status", Kind::code),
                                     field<&AppointmentParticipant::period>("period"));
    return t;
}

template <>
const Type& type_of<ProvenanceAgent>() {
    static const Type t = type<ProvenanceAgent>(
        "ProvenanceAgent", field<&ProvenanceAgent::type>("type"), field<&ProvenanceAgent::role>("role"),
        field<&ProvenanceAgent::who>("who"), field<&ProvenanceAgent::on_behalf_of>("onBehalfOf"));
    return t;
}

template <>
const Type& type_of<AuditAgent>() {
    static const Type t =
        type<AuditAgent>("AuditAgent", field<&AuditAgent::type>("type"), field<&AuditAgent::role>("role"),
                         field<&AuditAgent::who>("who"), field<&AuditAgent::name>("name"),
                         field<&AuditAgent::requestor>("requestor", Kind::boolean));
    return t;
}

template <>
const Type& type_of<AuditSource>() {
    static const Type t =
        type<AuditSource>("AuditSource", field<&AuditSource::site>("site"),
                          field<&AuditSource::observer>("observer"), field<&AuditSource::type>("type"));
    return t;
}

template <>
const Type& type_of<AuditEntity>() {
    static const Type t =
        type<AuditEntity>("AuditEntity", field<&AuditEntity::what>("what"), field<&AuditEntity::type>("type"),
                          field<&AuditEntity::role>("role"), field<&AuditEntity::name>("name"),
                          field<&AuditEntity::description>("description"));
    return t;
}

}  // namespace gpswitch::record
