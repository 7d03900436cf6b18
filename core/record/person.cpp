#include "core/record/person.hpp"

#include "core/record/declare_entity.hpp"

namespace gpswitch::record {

using declare::entity;
using declare::extension;
using declare::field;

#define UK "https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-"
#define OWN "https://gpswitch.org/fhir/"

template <>
const Type& type_of<Patient>() {
    static const Type t = entity<Patient>(
        "Patient", "https://fhir.hl7.org.uk/StructureDefinition/UKCore-Patient",
        field<&Patient::active>("active", Kind::boolean), field<&Patient::name>("name"),
        field<&Patient::telecom>("telecom"), field<&Patient::gender>("gender", Kind::code),
        field<&Patient::birth_date>("birthDate", Kind::date),
        field<&Patient::deceased_boolean>("deceasedBoolean", Kind::boolean),
        field<&Patient::deceased_date_time>("deceasedDateTime", Kind::date_time),
        field<&Patient::address>("address"), field<&Patient::marital_status>("maritalStatus"),
        field<&Patient::multiple_birth_boolean>("multipleBirthBoolean", Kind::boolean),
        field<&Patient::multiple_birth_integer>("multipleBirthInteger", Kind::integer),
        field<&Patient::photo>("photo"), field<&Patient::contact>("contact"),
        field<&Patient::communication>("communication"),
        field<&Patient::general_practitioner>("generalPractitioner"),
        field<&Patient::managing_organization>("managingOrganization"), field<&Patient::link>("link"),
        extension<&Patient::ethnic_category>("ethnicCategory", UK "EthnicCategory", "valueCodeableConcept"),
        extension<&Patient::birth_sex>("birthSex", UK "BirthSex", "valueCodeableConcept"),
        extension<&Patient::nhs_number_unavailable_reason>(
            "nhsNumberUnavailableReason", UK "NHSNumberUnavailableReason", "valueCodeableConcept"),
        extension<&Patient::preferred_branch>("preferredBranch", OWN "preferred-branch-surgery",
                                              "valueReference"),
        extension<&Patient::nominated_pharmacy>("nominatedPharmacy", UK "NominatedPharmacy",
                                                "valueReference"),
        extension<&Patient::interpreter_required>(
            "interpreterRequired", "http://hl7.org/fhir/StructureDefinition/patient-interpreterRequired",
            "valueBoolean", Kind::boolean));
    return t;
}

template <>
const Type& type_of<RelatedPerson>() {
    static const Type t = entity<RelatedPerson>(
        "RelatedPerson", "https://fhir.hl7.org.uk/StructureDefinition/UKCore-RelatedPerson",
        field<&RelatedPerson::active>("active", Kind::boolean), field<&RelatedPerson::patient>("patient"),
        field<&RelatedPerson::relationship>("relationship"), field<&RelatedPerson::name>("name"),
        field<&RelatedPerson::telecom>("telecom"), field<&RelatedPerson::gender>("gender", Kind::code),
        field<&RelatedPerson::birth_date>("birthDate", Kind::date), field<&RelatedPerson::address>("address"),
        field<&RelatedPerson::period>("period"));
    return t;
}

template <>
const Type& type_of<EpisodeOfCare>() {
    static const Type t = entity<EpisodeOfCare>(
        "EpisodeOfCare", "https://fhir.hl7.org.uk/StructureDefinition/UKCore-EpisodeOfCare",
        field<&EpisodeOfCare::status>("status", Kind::code),
        field<&EpisodeOfCare::status_history>("statusHistory"), field<&EpisodeOfCare::type>("type"),
        field<&EpisodeOfCare::patient>("patient"),
        field<&EpisodeOfCare::managing_organization>("managingOrganization"),
        field<&EpisodeOfCare::period>("period"), field<&EpisodeOfCare::referral_request>("referralRequest"),
        field<&EpisodeOfCare::care_manager>("careManager"), field<&EpisodeOfCare::team>("team"));
    return t;
}

template <>
const Type& type_of<Encounter>() {
    static const Type t = entity<Encounter>(
        "Encounter", "https://fhir.hl7.org.uk/StructureDefinition/UKCore-Encounter",
        field<&Encounter::status>("status", Kind::code), field<&Encounter::class_>("class"),
        field<&Encounter::type>("type"), field<&Encounter::service_type>("serviceType"),
        field<&Encounter::priority>("priority"), field<&Encounter::subject>("subject"),
        field<&Encounter::episode_of_care>("episodeOfCare"), field<&Encounter::based_on>("basedOn"),
        field<&Encounter::participant>("participant"), field<&Encounter::appointment>("appointment"),
        field<&Encounter::period>("period"), field<&Encounter::length>("length"),
        field<&Encounter::reason_code>("reasonCode"), field<&Encounter::reason_reference>("reasonReference"),
        field<&Encounter::diagnosis>("diagnosis"), field<&Encounter::location>("location"),
        field<&Encounter::service_provider>("serviceProvider"), field<&Encounter::part_of>("partOf"),
        extension<&Encounter::recorded>("recorded", OWN "encounter-recorded", "valueDateTime",
                                        Kind::date_time));
    return t;
}

template <>
const Type& type_of<FhirList>() {
    static const Type t = entity<FhirList>(
        "List", "https://fhir.hl7.org.uk/StructureDefinition/UKCore-List",
        field<&FhirList::status>("status", Kind::code), field<&FhirList::mode>("mode", Kind::code),
        field<&FhirList::title>("title"), field<&FhirList::code>("code"),
        field<&FhirList::subject>("subject"), field<&FhirList::encounter>("encounter"),
        field<&FhirList::date>("date", Kind::date_time), field<&FhirList::source_person>("source"),
        field<&FhirList::ordered_by>("orderedBy"), field<&FhirList::note>("note"),
        field<&FhirList::entry>("entry"), field<&FhirList::empty_reason>("emptyReason"),
        extension<&FhirList::warning_code>("warningCode", UK "ListWarningCode", "valueCodeableConcept"),
        extension<&FhirList::care_setting_type>("careSettingType", UK "CareSettingType",
                                                "valueCodeableConcept"),
        extension<&FhirList::clinical_setting>("clinicalSetting", UK "ClinicalSetting",
                                               "valueCodeableConcept"),
        extension<&FhirList::related_problem>("relatedProblem", UK "RelatedProblemHeader", ""));
    return t;
}

template <>
const Type& type_of<DocumentReference>() {
    static const Type t = entity<DocumentReference>(
        "DocumentReference", "https://fhir.hl7.org.uk/StructureDefinition/UKCore-DocumentReference",
        field<&DocumentReference::master_identifier>("masterIdentifier"),
        field<&DocumentReference::status>("status", Kind::code),
        field<&DocumentReference::doc_status>("docStatus", Kind::code),
        field<&DocumentReference::type>("type"), field<&DocumentReference::category>("category"),
        field<&DocumentReference::subject>("subject"), field<&DocumentReference::date>("date", Kind::instant),
        field<&DocumentReference::author>("author"),
        field<&DocumentReference::authenticator>("authenticator"),
        field<&DocumentReference::custodian>("custodian"), field<&DocumentReference::relates_to>("relatesTo"),
        field<&DocumentReference::description>("description"),
        field<&DocumentReference::security_label>("securityLabel"),
        field<&DocumentReference::content>("content"), field<&DocumentReference::context>("context"),
        extension<&DocumentReference::problem>("problem", OWN "related-problem", "valueReference"));
    return t;
}

template <>
const Type& type_of<Appointment>() {
    static const Type t = entity<Appointment>(
        "Appointment", "https://fhir.hl7.org.uk/StructureDefinition/UKCore-Appointment",
        field<&Appointment::status>("status", Kind::code),
        field<&Appointment::cancelation_reason>("cancelationReason"),
        field<&Appointment::service_category>("serviceCategory"),
        field<&Appointment::service_type>("serviceType"), field<&Appointment::specialty>("specialty"),
        field<&Appointment::appointment_type>("appointmentType"),
        field<&Appointment::reason_code>("reasonCode"),
        field<&Appointment::priority>("priority", Kind::integer),
        field<&Appointment::description>("description"), field<&Appointment::start>("start", Kind::instant),
        field<&Appointment::end>("end", Kind::instant),
        field<&Appointment::minutes_duration>("minutesDuration", Kind::integer),
        field<&Appointment::slot>("slot"), field<&Appointment::created>("created", Kind::date_time),
        field<&Appointment::comment>("comment"),
        field<&Appointment::patient_instruction>("patientInstruction"),
        field<&Appointment::based_on>("basedOn"), field<&Appointment::participant>("participant"),
        extension<&Appointment::delivery_channel>("deliveryChannel", UK "DeliveryChannel",
                                                  "valueCodeableConcept"),
        extension<&Appointment::booking_method>("bookingMethod", OWN "appointment-booking-method",
                                                "valueCodeableConcept"),
        extension<&Appointment::sent_in>("sentIn", OWN "appointment-sent-in", "valueDateTime",
                                         Kind::date_time),
        extension<&Appointment::left>("left", OWN "appointment-left", "valueDateTime", Kind::date_time));
    return t;
}

template <>
const Type& type_of<Flag>() {
    static const Type t = entity<Flag>("Flag", "https://fhir.hl7.org.uk/StructureDefinition/UKCore-Flag",
                                       field<&Flag::status>("status", Kind::code),
                                       field<&Flag::category>("category"), field<&Flag::code>("code"),
                                       field<&Flag::subject>("subject"), field<&Flag::period>("period"),
                                       field<&Flag::encounter>("encounter"), field<&Flag::author>("author"));
    return t;
}

template <>
const Type& type_of<Consent>() {
    static const Type t = entity<Consent>(
        "Consent", "", field<&Consent::status>("status", Kind::code), field<&Consent::scope>("scope"),
        field<&Consent::category>("category"), field<&Consent::patient>("patient"),
        field<&Consent::date_time>("dateTime", Kind::date_time), field<&Consent::performer>("performer"),
        field<&Consent::organization>("organization"), field<&Consent::policy_rule>("policyRule"),
        field<&Consent::provision>("provision", Kind::raw));
    return t;
}

template <>
const Type& type_of<Task>() {
    static const Type t = entity<Task>(
        "Task", "https://fhir.hl7.org.uk/StructureDefinition/UKCore-Task", field<&Task::based_on>("basedOn"),
        field<&Task::part_of>("partOf"), field<&Task::status>("status", Kind::code),
        field<&Task::status_reason>("statusReason"), field<&Task::intent>("intent", Kind::code),
        field<&Task::priority>("priority", Kind::code), field<&Task::code>("code"),
        field<&Task::description>("description"), field<&Task::focus>("focus"),
        field<&Task::for_patient>("for"), field<&Task::encounter>("encounter"),
        field<&Task::execution_period>("executionPeriod"),
        field<&Task::authored_on>("authoredOn", Kind::date_time),
        field<&Task::last_modified>("lastModified", Kind::date_time), field<&Task::requester>("requester"),
        field<&Task::owner>("owner"), field<&Task::note>("note"));
    return t;
}

template <>
const Type& type_of<Provenance>() {
    static const Type t = entity<Provenance>(
        "Provenance", "https://fhir.hl7.org.uk/StructureDefinition/UKCore-Provenance",
        field<&Provenance::target>("target"),
        field<&Provenance::occurred_date_time>("occurredDateTime", Kind::date_time),
        field<&Provenance::occurred_period>("occurredPeriod"),
        field<&Provenance::recorded>("recorded", Kind::instant),
        field<&Provenance::policy>("policy", Kind::uri), field<&Provenance::location>("location"),
        field<&Provenance::reason>("reason"), field<&Provenance::activity>("activity"),
        field<&Provenance::agent>("agent"),
        extension<&Provenance::patient>(
            "patient", "http://hl7.org/fhir/5.0/StructureDefinition/extension-Provenance.patient",
            "valueReference"));
    return t;
}

template <>
const Type& type_of<AuditEvent>() {
    static const Type t = entity<AuditEvent>(
        "AuditEvent", "", field<&AuditEvent::type>("type"), field<&AuditEvent::subtype>("subtype"),
        field<&AuditEvent::action>("action", Kind::code), field<&AuditEvent::period>("period"),
        field<&AuditEvent::recorded>("recorded", Kind::instant),
        field<&AuditEvent::outcome>("outcome", Kind::code), field<&AuditEvent::outcome_desc>("outcomeDesc"),
        field<&AuditEvent::agent>("agent"), field<&AuditEvent::source_element>("source"),
        field<&AuditEvent::entity_what>("entity"),
        extension<&AuditEvent::patient>(
            "patient", "http://hl7.org/fhir/5.0/StructureDefinition/extension-AuditEvent.patient",
            "valueReference"));
    return t;
}

}  // namespace gpswitch::record
