#include "core/record/practice.hpp"

#include "core/record/declare_entity.hpp"

namespace gpswitch::record {

using declare::entity;
using declare::extension;
using declare::field;

#define UK "https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-"
#define OWN "https://gpswitch.org/fhir/"

template <>
const Type& type_of<Organization>() {
    static const Type t = entity<Organization>(
        "Organization", "https://fhir.hl7.org.uk/StructureDefinition/UKCore-Organization",
        field<&Organization::active>("active", Kind::boolean), field<&Organization::type>("type"),
        field<&Organization::name>("name"), field<&Organization::alias>("alias"),
        field<&Organization::telecom>("telecom"), field<&Organization::address>("address"),
        field<&Organization::part_of>("partOf"),
        extension<&Organization::main_location>("mainLocation", UK "MainLocation", "valueReference"),
        extension<&Organization::period>(
            "period", "http://hl7.org/fhir/StructureDefinition/organization-period", "valuePeriod"));
    return t;
}

template <>
const Type& type_of<Location>() {
    static const Type t = entity<Location>(
        "Location", "https://fhir.hl7.org.uk/StructureDefinition/UKCore-Location",
        field<&Location::status>("status", Kind::code), field<&Location::name>("name"),
        field<&Location::alias>("alias"), field<&Location::description>("description"),
        field<&Location::mode>("mode", Kind::code), field<&Location::type>("type"),
        field<&Location::telecom>("telecom"), field<&Location::address>("address"),
        field<&Location::physical_type>("physicalType"),
        field<&Location::managing_organization>("managingOrganization"), field<&Location::part_of>("partOf"),
        extension<&Location::period>("period", OWN "location-period", "valuePeriod"),
        extension<&Location::contact_name>("contactName", OWN "location-contact-name", "valueString"));
    return t;
}

template <>
const Type& type_of<HealthcareService>() {
    static const Type t = entity<HealthcareService>(
        "HealthcareService", "https://fhir.hl7.org.uk/StructureDefinition/UKCore-HealthcareService",
        field<&HealthcareService::active>("active", Kind::boolean),
        field<&HealthcareService::provided_by>("providedBy"), field<&HealthcareService::category>("category"),
        field<&HealthcareService::type>("type"), field<&HealthcareService::specialty>("specialty"),
        field<&HealthcareService::location>("location"), field<&HealthcareService::name>("name"),
        field<&HealthcareService::comment>("comment"), field<&HealthcareService::telecom>("telecom"));
    return t;
}

template <>
const Type& type_of<Practitioner>() {
    static const Type t = entity<Practitioner>(
        "Practitioner", "https://fhir.hl7.org.uk/StructureDefinition/UKCore-Practitioner",
        field<&Practitioner::active>("active", Kind::boolean), field<&Practitioner::name>("name"),
        field<&Practitioner::telecom>("telecom"), field<&Practitioner::address>("address"),
        field<&Practitioner::gender>("gender", Kind::code),
        field<&Practitioner::birth_date>("birthDate", Kind::date),
        field<&Practitioner::qualification>("qualification"),
        field<&Practitioner::communication>("communication"));
    return t;
}

template <>
const Type& type_of<PractitionerRole>() {
    static const Type t = entity<PractitionerRole>(
        "PractitionerRole", "https://fhir.hl7.org.uk/StructureDefinition/UKCore-PractitionerRole",
        field<&PractitionerRole::active>("active", Kind::boolean), field<&PractitionerRole::period>("period"),
        field<&PractitionerRole::practitioner>("practitioner"),
        field<&PractitionerRole::organization>("organization"), field<&PractitionerRole::code>("code"),
        field<&PractitionerRole::specialty>("specialty"), field<&PractitionerRole::location>("location"),
        field<&PractitionerRole::healthcare_service>("healthcareService"),
        field<&PractitionerRole::telecom>("telecom"));
    return t;
}

template <>
const Type& type_of<Schedule>() {
    static const Type t = entity<Schedule>(
        "Schedule", "https://fhir.hl7.org.uk/StructureDefinition/UKCore-Schedule",
        field<&Schedule::active>("active", Kind::boolean),
        field<&Schedule::service_category>("serviceCategory"), field<&Schedule::service_type>("serviceType"),
        field<&Schedule::specialty>("specialty"), field<&Schedule::actor>("actor"),
        field<&Schedule::planning_horizon>("planningHorizon"), field<&Schedule::comment>("comment"));
    return t;
}

template <>
const Type& type_of<Slot>() {
    static const Type t = entity<Slot>(
        "Slot", "https://fhir.hl7.org.uk/StructureDefinition/UKCore-Slot",
        field<&Slot::service_category>("serviceCategory"), field<&Slot::service_type>("serviceType"),
        field<&Slot::specialty>("specialty"), field<&Slot::appointment_type>("appointmentType"),
        field<&Slot::schedule>("schedule"), field<&Slot::status>("status", Kind::code),
        field<&Slot::start>("start", Kind::instant), field<&Slot::end>("end", Kind::instant),
        field<&Slot::overbooked>("overbooked", Kind::boolean), field<&Slot::comment>("comment"),
        extension<&Slot::delivery_channel>("deliveryChannel", UK "DeliveryChannel", "valueCodeableConcept"),
        extension<&Slot::bookable_online>("bookableOnline", OWN "slot-bookable-online", "valueBoolean",
                                          Kind::boolean));
    return t;
}

template <>
const Type& type_of<CareTeam>() {
    static const Type t = entity<CareTeam>(
        "CareTeam", "", field<&CareTeam::status>("status", Kind::code),
        field<&CareTeam::category>("category"), field<&CareTeam::name>("name"),
        field<&CareTeam::subject>("subject"), field<&CareTeam::period>("period"),
        field<&CareTeam::participant>("participant"), field<&CareTeam::reason_code>("reasonCode"),
        field<&CareTeam::managing_organization>("managingOrganization"), field<&CareTeam::telecom>("telecom"),
        field<&CareTeam::note>("note"));
    return t;
}

template <>
const Type& type_of<Group>() {
    static const Type t = entity<Group>(
        "Group", "", field<&Group::active>("active", Kind::boolean), field<&Group::type>("type", Kind::code),
        field<&Group::actual>("actual", Kind::boolean), field<&Group::code>("code"),
        field<&Group::name>("name"), field<&Group::quantity>("quantity", Kind::integer),
        field<&Group::managing_entity>("managingEntity"), field<&Group::characteristic>("characteristic"),
        field<&Group::member>("member"));
    return t;
}

}  // namespace gpswitch::record
