#include <doctest/doctest.h>

#include <string>

#include "core/record/fit.hpp"
#include "core/record/json.hpp"

namespace gpswitch::record {
namespace {

std::string written(EntityKind kind, const Entity& e) {
    std::string out;
    append_json(out, kind, e);
    return out;
}

/// Reads it back into a record of its own and says whether it is the same; `rest` has to be as it was.
bool comes_back(EntityKind kind, const Entity& before, Record& record) {
    const std::string text = written(kind, before);
    json::Parser parser;
    json::Error error;
    const json::Value* v = parser.parse(record.arena.copy(text), record.arena, error);
    REQUIRE_MESSAGE(v != nullptr, error.message);
    Entity& after = record.add(kind);
    ReadContext context;
    context.arena = &record.arena;
    read_json(*v, kind, after, context);
    return equal(&before, &after, type_of(kind));
}

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

constexpr std::string_view kReason =
    R"({"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/data-absent-reason","valueCode":"unknown"}]})";

}  // namespace

TEST_CASE("fit: what FHIR wants and the record has not is absent with a reason, and absent again when read") {
    Record r;
    auto& slot = r.add<Slot>();
    slot.id = "a";
    slot.status = "free";
    const std::string text = written(EntityKind::Slot, slot);
    CHECK(has(text, "\"_start\":" + std::string(kReason)));
    CHECK(has(text, "\"_end\":" + std::string(kReason)));
    CHECK(has(text, "\"schedule\":" + std::string(kReason)));
    CHECK_FALSE(has(text, "_status"));
    CHECK(comes_back(EntityKind::Slot, slot, r));

    auto& request = r.add<MedicationRequest>();
    request.id = "b";
    // One of a choice satisfies it; within an absent element, what that has to have.
    request.medication_reference.reference = "Medication/x";
    const std::string m = written(EntityKind::MedicationRequest, request);
    CHECK(has(m, "\"substitution\":{\"_allowedBoolean\":" + std::string(kReason) + "}"));
    CHECK_FALSE(has(m, "medicationCodeableConcept"));
    CHECK(comes_back(EntityKind::MedicationRequest, request, r));
}

TEST_CASE("fit: a reason that somebody else gave for an element that may be left out is kept") {
    Record r;
    const std::string text =
        R"({"resourceType":"Patient","id":"p","_birthDate":)" + std::string(kReason) + "}";
    json::Parser parser;
    json::Error error;
    auto& p = r.add<Patient>();
    ReadContext context;
    context.arena = &r.arena;
    read_json(*parser.parse(r.arena.copy(text), r.arena, error), EntityKind::Patient, p, context);
    REQUIRE(p.rest.size == 1);
    CHECK(p.rest[0].path == "_birthDate");
}

TEST_CASE("fit: con-4: the end of a problem that is active stands in an extension, and comes back") {
    Record r;
    auto& c = r.add<Condition>();
    c.id = "c";
    c.subject.reference = "Patient/p";
    c.abatement_date_time = "2020-05-01";
    Coding& status = c.clinical_status.coding.add(r.arena);
    status.system = "http://terminology.hl7.org/CodeSystem/condition-clinical";
    status.code = "active";
    const std::string text = written(EntityKind::Condition, c);
    CHECK_FALSE(has(text, "\"abatementDateTime\":"));
    CHECK(has(
        text,
        R"({"url":"https://gpswitch.org/fhir/element","extension":[{"url":"path","valueString":"abatementDateTime"},{"url":"value","valueDateTime":"2020-05-01"}]})"));
    CHECK(comes_back(EntityKind::Condition, c, r));
    std::vector<Misfit> found;
    misfits(EntityKind::Condition, c, false, found);
    REQUIRE(found.size() == 1);
    CHECK(found[0].path == "Condition.abatementDateTime");
    CHECK(found[0].why.starts_with("FHIR R4 con-4"));

    status.code = "resolved";
    CHECK(has(written(EntityKind::Condition, c), "\"abatementDateTime\":\"2020-05-01\""));
    found.clear();
    misfits(EntityKind::Condition, c, false, found);
    CHECK(found.empty());
}

TEST_CASE("fit: references to a type that may not stand there leave the list and come back to their places") {
    Record r;
    auto& o = r.add<Observation>();
    o.id = "o";
    o.status = "final";
    for (const Text to : {"HealthcareService/1", "Practitioner/2", "HealthcareService/3", "Organization/4"})
        o.performer.add(r.arena).reference = to;
    const std::string text = written(EntityKind::Observation, o);
    CHECK(has(text, R"("performer":[{"reference":"Practitioner/2"},{"reference":"Organization/4"}])"));
    CHECK(has(
        text,
        R"("valueString":"performer[0]"},{"url":"value","valueReference":{"reference":"HealthcareService/1"}})"));
    CHECK(has(text, R"("valueString":"performer[2]"})"));
    CHECK(comes_back(EntityKind::Observation, o, r));
}

TEST_CASE("fit: of two NHS numbers the one in use is the patient's") {
    Record r;
    auto& p = r.add<Patient>();
    p.id = "p";
    for (const Text value : {"9990000018", "9990000026"}) {
        Identifier& i = p.identifier.add(r.arena);
        i.system = "https://fhir.nhs.uk/Id/nhs-number";
        i.value = value;
    }
    p.identifier[0].use = "old";
    const std::string text = written(EntityKind::Patient, p);
    CHECK(has(text, R"("identifier":[{"system":"https://fhir.nhs.uk/Id/nhs-number","value":"9990000026"}])"));
    CHECK(has(text, R"("valueString":"identifier[0]"},{"url":"value","valueIdentifier":{"use":"old")"));
    CHECK(comes_back(EntityKind::Patient, p, r));
}

TEST_CASE("fit: an item that has lost all it had keeps its place") {
    Record r;
    auto& i = r.add<Immunization>();
    i.id = "i";
    i.status = "completed";
    i.performer.add(r.arena).actor.reference = "Slot/1";
    i.performer.add(r.arena).actor.reference = "Practitioner/2";
    const std::string text = written(EntityKind::Immunization, i);
    CHECK(has(text, R"("performer":[{"actor":)" + std::string(kReason) +
                        R"(},{"actor":{"reference":"Practitioner/2"}}])"));
    CHECK(comes_back(EntityKind::Immunization, i, r));
}

TEST_CASE("fit: values outside a required set, numbers too small, and control characters") {
    Record r;
    auto& a = r.add<Appointment>();
    a.id = "a";
    a.status = "walked in";
    a.minutes_duration = "0";
    a.comment =
        "10\x13"
        "30 mL";
    a.participant.add(r.arena).status = "accepted";
    const std::string text = written(EntityKind::Appointment, a);
    CHECK(has(text, R"("valueString":"status"},{"url":"value","valueString":"walked in"})"));
    CHECK(has(text, "\"_status\":" + std::string(kReason)));
    CHECK(has(text, R"("valueString":"minutesDuration"})"));
    CHECK(has(text,
              "\"comment\":\"10\xEF\xBF\xBD"
              "30 mL\""));
    CHECK(has(text, R"({"url":"json","valueString":"\"10\\u001330 mL\""})"));
    CHECK(comes_back(EntityKind::Appointment, a, r));
    CHECK(has_controls("a\x13"));
    CHECK(has_controls("a\\u0013"));
    CHECK_FALSE(has_controls("a\tb\r\n"));
}

TEST_CASE("fit: an extension of another shape than ours stays what it is") {
    Record r;
    const std::string text =
        R"({"resourceType":"Patient","id":"p","extension":[{"url":"https://gpswitch.org/fhir/element","extension":[)"
        R"({"url":"path","valueString":"name[7].family"},{"url":"value","valueString":"X"}]}]})";
    json::Parser parser;
    json::Error error;
    auto& p = r.add<Patient>();
    ReadContext context;
    context.arena = &r.arena;
    read_json(*parser.parse(r.arena.copy(text), r.arena, error), EntityKind::Patient, p, context);
    CHECK(p.extensions.size == 1);
    CHECK(p.name.empty());
}

TEST_CASE(
    "fit: the record gets a finding and a degradation for what is displaced, not for other extensions") {
    Record r;
    auto& period = r.add<EpisodeOfCare>();
    period.id = "e";
    period.status = "finished";
    period.patient.reference = "Patient/p";
    period.period = {"2020-05-02", "2020-05-01"};
    auto& family = r.add<FamilyMemberHistory>();
    family.id = "f";
    family.recorder.reference = "PractitionerRole/1";
    say_misfits(r);
    REQUIRE(r.issues.size() == 1);
    CHECK(r.issues[0].code == "FHIR-FIT-001");
    CHECK(r.issues[0].path == "EpisodeOfCare.period.end");
    CHECK(r.degradations.size() == 1);
}

}  // namespace gpswitch::record
