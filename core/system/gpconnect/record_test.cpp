// What becomes of a record as a whole: registrations, labels, modifiers, whose a resource is.
#include "core/system/gpconnect/test_bundle.hpp"

using namespace gpswitch;
using namespace gpswitch::gpconnect;
using namespace gpswitch::gpconnect::test;

namespace {

const std::string kMine = R"("subject":{"reference":"Patient/P1"})";
const std::string kMyAllergy = R"("patient":{"reference":"Patient/P1"})";

Read with_patient(const std::string& members, const std::string& more = {}, const std::string& top = {}) {
    return Read(Read::Files{
        {"a.json",
         R"({"resourceType":"Bundle",)" + top +
             R"("entry":[{"resource":{"resourceType":"Patient","id":"P1",)" +
             R"("identifier":[{"system":"https://fhir.nhs.uk/Id/nhs-number","value":"9990000018"}])" +
             members + "}}" + more + "]}"}});
}
std::string registration(const std::string& parts) {
    return R"(,"extension":[{"url":"https://fhir.nhs.uk/STU3/StructureDefinition/Extension-CareConnect-GPC-RegistrationDetails-1","extension":[)" +
           parts + "]}]";
}
const std::string kPeriod =
    R"({"url":"registrationPeriod","valuePeriod":{"start":"2019-10-29T00:00:00+00:00"}})";
const std::string kType =
    R"({"url":"registrationType","valueCodeableConcept":{"coding":[{"system":"https://fhir.nhs.uk/STU3/CodeSystem/CareConnect-RegistrationType-1","code":"R","display":"Regular"}]}})";

}  // namespace

TEST_CASE("gpconnect: registration details become an EpisodeOfCare of the same row") {
    const Read r = with_patient(
        registration(kPeriod + "," + kType +
                     R"(,{"url":"preferredBranchSurgery","valueReference":{"reference":"Location/L"}})"),
        R"(,{"resource":{"resourceType":"Location","id":"L"}})");
    const auto* e = r.get<record::EpisodeOfCare>();
    REQUIRE(e != nullptr);
    CHECK(e->status == "active");
    CHECK(e->period.start == "2019-10-29T00:00:00+00:00");
    CHECK(e->type[0].coding[0].code == "R");
    CHECK(e->patient.reference == "Patient/" + std::string(r.record.patient_id));
    CHECK(e->inferred.size >= 1);
    CHECK(e->source[0].table == "Patient");
    CHECK(e->id != r.get<record::Patient>()->id);
    CHECK(r.get<record::Patient>()->preferred_branch.reference.starts_with("Location/"));
    CHECK(r.get<record::Patient>()->extensions.empty());
    CHECK(r.issues("GPC-ELEM-001") == 0);
    // With an end it is over; with the branch alone there is none.
    const Read left = with_patient(registration(
        R"({"url":"registrationPeriod","valuePeriod":{"start":"2019-10-29","end":"2020-01-01"}})"));
    CHECK(left.get<record::EpisodeOfCare>()->status == "finished");
    const Read branch = with_patient(
        registration(R"({"url":"preferredBranchSurgery","valueReference":{"reference":"Location/L"}})"));
    CHECK(branch.get<record::EpisodeOfCare>() == nullptr);
}

TEST_CASE("gpconnect: labels reach what is taken out of the labelled") {
    const std::string nopat =
        R"("meta":{"security":[{"system":"http://hl7.org/fhir/v3/ActCode","code":"NOPAT","display":"no disclosure"}]})";
    const auto labelled = [](const record::Entity& e) {
        return e.meta.security.size == 1 && e.meta.security[0].code == "NOPAT" &&
               e.meta.security[0].system == "http://terminology.hl7.org/CodeSystem/v3-ActCode";
    };
    // A contained allergy, of its list.
    const Read list(
        {R"({"resourceType":"List","id":"L1",)" + nopat + "," + kMine +
         R"(,"code":{"coding":[{"code":"1103671000000101"}]},"contained":[{"resourceType":"AllergyIntolerance","id":"A1",)" +
         kMyAllergy + R"(}],"entry":[{"item":{"reference":"#A1"}}]})"});
    CHECK(labelled(*list.get<record::AllergyIntolerance>()));
    // A registration, of its patient; everything, of its bundle; no label twice.
    const Read episode = with_patient("," + nopat + registration(kPeriod));
    CHECK(labelled(*episode.get<record::EpisodeOfCare>()));
    const Read all = with_patient(
        "," + nopat, R"(,{"resource":{"resourceType":"Observation","id":"O1",)" + kMine + "}}", nopat + ",");
    CHECK(labelled(*all.get<record::Patient>()));
    CHECK(labelled(*all.get<record::Observation>()));
}

TEST_CASE("gpconnect: a modifier extension is never passed over") {
    const std::string modifier = R"(,"modifierExtension":[{"url":"https://x/not","valueBoolean":true}])";
    const Read o({R"({"resourceType":"Observation","id":"O1",)" + kMine + modifier + "}"});
    CHECK(o.record.held.empty());
    CHECK(o.issues("GPC-MOD-001") == 1);
    CHECK(o.get<record::Observation>()->rest[0].path == "modifierExtension");
    CHECK(o.degraded("modifier-not-understood") == 1);
    const Read a({R"({"resourceType":"AllergyIntolerance","id":"A1",)" + kMyAllergy + modifier + "}"});
    CHECK(a.record.held == "GPC-MOD-001");
    const Read m({R"({"resourceType":"MedicationRequest","id":"M1",)" + kMine +
                  R"(,"dosageInstruction":[{"text":"x")" + modifier + "}]}"});
    CHECK(m.record.held == "GPC-MOD-001");
}

TEST_CASE("gpconnect: whose a resource is may be said by NHS number") {
    const auto about = [](const std::string& number) {
        return R"({"resourceType":"Observation","id":"O1","subject":{"identifier":{"system":"https://fhir.nhs.uk/Id/nhs-number","value":")" +
               number + R"("}}})";
    };
    CHECK(Read({about("9990000018")}).issues("GPC-PAT-003") == 0);
    const Read other({about("9990000026")});
    CHECK(other.issues("GPC-PAT-003") == 1);
    CHECK(other.get<record::Observation>() == nullptr);
}

TEST_CASE("gpconnect: when part of a record cannot be read, no list says none") {
    const std::string empty =
        R"({"resourceType":"List","status":"current","mode":"snapshot",)" + kMine +
        R"(,"emptyReason":{"coding":[{"system":"https://fhir.nhs.uk/STU3/CodeSystem/CareConnect-ListEmptyReasonCode-1","code":"no-content-recorded"}]}})";
    const Read r({empty, R"({"resourceType":"Basic","id":"B"})"});
    CHECK(r.record.incomplete);
    const auto* list = r.get<record::FhirList>();
    REQUIRE(list->empty_reason.coding.size == 1);
    CHECK(list->empty_reason.coding[0].code == "unavailable");
    CHECK(has(std::string(list->rest[0].value), "no-content-recorded"));
    CHECK(r.degraded("list-may-be-incomplete") == 1);
}

TEST_CASE("gpconnect: references by urn:uuid, by full URL, with a version, with spaces") {
    for (const char* reference :
         {"urn:uuid:AAAAAAAA-0000-4000-8000-000000000001", "urn:uuid:aaaaaaaa-0000-4000-8000-000000000001",
          "https://h/STU3/Observation/AAAAAAAA-0000-4000-8000-000000000001",
          "Observation/AAAAAAAA-0000-4000-8000-000000000001/_history/3",
          " Observation/AAAAAAAA-0000-4000-8000-000000000001 "}) {
        CAPTURE(reference);
        const Read r(
            {R"({"resourceType":"DiagnosticReport","id":"D1",)" + kMine + R"(,"result":[{"reference":")" +
                 std::string(reference) + R"("}]})",
             R"({"resourceType":"Observation","id":"AAAAAAAA-0000-4000-8000-000000000001",)" + kMine + "}"});
        CHECK(r.get<record::DiagnosticReport>()->result[0].reference ==
              "Observation/" + std::string(r.get<record::Observation>()->id));
    }
}

TEST_CASE("gpconnect: illegal ids are rewritten wherever they stand, with every reference") {
    const Read r(
        {R"({"resourceType":"Observation","id":"00_1",)" + kMine +
             R"(,"contained":[{"resourceType":"Practitioner","id":"dr_1","name":[{"family":"F"}]}],"performer":[{"reference":"#dr_1"}]})",
         R"({"resourceType":"DiagnosticReport","id":"00_2",)" + kMine +
             R"(,"result":[{"reference":"Observation/00_1"}],"extension":[{"url":"https://x/y","valueReference":{"reference":"Observation/00_1"}}]})"});
    const auto* o = r.get<record::Observation>();
    const auto* d = r.get<record::DiagnosticReport>();
    const std::string to = "Observation/" + std::string(o->id);
    CHECK(o->identifier[0].value == "00_1");
    CHECK(d->result[0].reference == to);
    CHECK(has(std::string(d->extensions[0]), to));
    CHECK(!has(r.json("DiagnosticReport"), "Observation/00_1"));
    const std::string inside(o->performer[0].reference.substr(1));
    CHECK(inside.find('_') == std::string::npos);
    CHECK(has(std::string(o->contained[0]), "\"" + inside + "\""));
    CHECK(o->rest[0].path == "contained[0].id");
    CHECK(o->rest[0].value == "\"dr_1\"");
}

TEST_CASE("gpconnect: findings name a resource by its id or place, never by its title or a made-up type") {
    const Read r(std::vector<std::string>{
        R"({"resourceType":"List","status":"current","mode":"snapshot","title":"Depression","subject":{"reference":"Patient/P9"}})",
        R"({"resourceType":"Jane Doe 1","id":"x"})"});
    REQUIRE(r.issues("GPC-PAT-003") == 1);
    for (const Issue& i : r.record.issues) {
        CHECK(i.text().find("Depression") == std::string::npos);
        CHECK(i.text().find("Jane") == std::string::npos);
    }
    CHECK(r.source->census().tables.back().name == "Resource");
    CHECK(r.record.held == "GPC-RES-002");
}

TEST_CASE("gpconnect: an id that begins with a hyphen is an id") {
    const Read r({R"({"resourceType":"Observation","id":"-7",)" + kMine + "}"});
    REQUIRE(r.get<record::Observation>()->identifier.size == 1);
    CHECK(r.get<record::Observation>()->identifier[0].value == "-7");
}

TEST_CASE("gpconnect: a questionnaire response has the one identifier R4 allows, and loses none") {
    const Read r(
        {R"({"resourceType":"QuestionnaireResponse","id":"Q1","status":"completed",)" + kMine +
         R"(,"identifier":{"system":"https://EMISWeb/A1","value":"QRSP1"},"item":[{"linkId":"1","text":"t","answer":[{"valueString":"a"}]}]})"});
    const std::string json = r.json("QuestionnaireResponse");
    CHECK(has(json, R"("identifier":{"system":"https://EMISWeb/A1","value":"QRSP1"},)"));
    CHECK(has(
        json,
        R"("valueIdentifier":{"system":"https://gpswitch.org/Id/gpconnect/QuestionnaireResponse","value":"Q1"})"));
    CHECK(has(json, R"("answer":[{"valueString":"a"}])"));
    CHECK(r.record.held.empty());
    CHECK(r.issues("GPC-JSON-001") == 0);
}

TEST_CASE("gpconnect: huge and long numbers keep their digits") {
    for (const char* number :
         {"1e400", "0.123456789012345678901234567890", "-0.0", "1E-2", "123456789012345678901234567890"}) {
        const Read r({R"({"resourceType":"Observation","id":"O1",)" + kMine +
                      R"(,"valueQuantity":{"value":)" + std::string(number) + "}}"});
        CHECK(has(r.json("Observation"), "\"value\":" + std::string(number)));
    }
}
