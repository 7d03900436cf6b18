// The EMIS Target: what the layout has no room for is said, however deep it stands, and what would be
// dangerous to leave out is held.
#include "core/system/emis/write/write_test.hpp"

using namespace gpswitch;
using namespace gpswitch::emis_test;

namespace {

/// A finding of the write about that element ("Patient.telecom").
bool said(const Written& w, const std::string& path) {
    return std::ranges::any_of(w.move.issues.issues,
                               [&](const Issue& i) { return i.code == "WRITE-001" && i.path == path; });
}
std::uint64_t degraded(const Written& w, const std::string& reason) {
    std::uint64_t n = 0;
    for (const auto& [key, count] : w.move.ledger->degraded()) n += key.first == reason ? count : 0;
    return n;
}
std::string person(const std::string& more) {
    return R"({"resourceType":"Patient","id":"p","birthDate":"1980-01-02",)" + more + "}";
}
std::string cell_text(const Written& w, const std::string& table) {
    for (const auto& [name, bytes] : files(w.folder / "extract"))
        if (name.find("_" + table + "_") != std::string::npos) return bytes;
    return {};
}
std::string medication(const std::string& more) {
    return std::string(R"({"resourceType":"MedicationRequest","id":"m","status":"active","intent":"plan",)") +
           kSubject + R"(,"medicationCodeableConcept":{"text":"Warfarin 1mg tablets"},)" + more + "}";
}
std::string observation(const std::string& more) {
    return std::string(R"({"resourceType":"Observation","id":"o","status":"final",)") + kSubject +
           R"(,"code":{"text":"A test"},)" + more + "}";
}

}  // namespace

TEST_CASE("emis target: none of several dosages is left out") {
    const Written w(std::map<std::string, std::string>{
        {"MedicationRequest",
         medication(R"("dosageInstruction":[{"text":"ONE on Monday"},{"text":"TWO on Tuesday"}])")}});
    const auto plans = w.of("MedicationRequest");
    REQUIRE(plans.size() == 1);
    CHECK(plans[0]["dosageInstruction"][0]["text"] == "ONE on Monday; TWO on Tuesday");
    CHECK(said(w, "MedicationRequest.dosageInstruction"));
}

TEST_CASE(
    "emis target: what the patient is told stands behind the dose of a plan, which has no column for it") {
    for (const char* dosage : {R"([{"text":"ONE a day","patientInstruction":"with food"}])",
                               R"([{"text":"ONE a day"},{"patientInstruction":"with food"}])"}) {
        CAPTURE(dosage);
        const Written w(std::map<std::string, std::string>{
            {"MedicationRequest", medication(std::string(R"("dosageInstruction":)") + dosage)}});
        const auto plans = w.of("MedicationRequest");
        REQUIRE(plans.size() == 1);
        CHECK(plans[0]["dosageInstruction"][0]["text"] == "ONE a day; with food");
        CHECK(said(w, "MedicationRequest.dosageInstruction"));
    }
}

TEST_CASE("emis target: a dosage in no words is held, not written without it") {
    for (const char* dosage :
         {R"([{"asNeededBoolean":true}])", R"([{"text":"ONE a day"},{"asNeededBoolean":true}])",
          R"([{"doseAndRate":[{"doseQuantity":{"value":2,"unit":"tablet"}}]}])"}) {
        CAPTURE(dosage);
        const Written w(std::map<std::string, std::string>{
            {"MedicationRequest", medication(std::string(R"("dosageInstruction":)") + dosage)}});
        CHECK(w.of("MedicationRequest").empty());
        CHECK(w.move.count("WRITE-004") == 1);
        CHECK(w.move.ledger->rows(record::Fate::held) == 1);
    }
    // Beside words it is said.
    const Written w(std::map<std::string, std::string>{
        {"MedicationRequest",
         medication(R"("dosageInstruction":[{"text":"ONE a day","asNeededBoolean":true}])")}});
    CHECK(w.of("MedicationRequest").size() == 1);
    CHECK(said(w, "MedicationRequest.dosageInstruction.asNeededBoolean"));
}

TEST_CASE(
    "emis target: results that are no numbers stand in words, those of components and codes without words "
    "too") {
    const Written w(std::map<std::string, std::string>{
        {"Observation",
         observation(
             R"("component":[{"code":{"text":"left"},"valueString":"deaf"},)"
             R"({"code":{"text":"right"},"dataAbsentReason":{"coding":[{"code":"not-performed"}]}}])") +
             "\n" +
             R"({"resourceType":"Observation","id":"o2","status":"final","subject":{"reference":"Patient/p"},)"
             R"("code":{"text":"Blood group"},"valueCodeableConcept":{"coding":[{"system":"http://snomed.info/sct","code":"112144000"}]}})"}});
    std::map<std::string, std::string> notes;
    for (const auto& o : w.of("Observation"))
        if (o.contains("note")) notes[o["code"]["text"]] = o["note"][0]["text"];
    CHECK(notes == std::map<std::string, std::string>{{"left", "Result: deaf"},
                                                      {"right", "Result: code not-performed"},
                                                      {"Blood group", "Result: code 112144000"}});
}

TEST_CASE("emis target: what lies deeper than a column goes is said by its path") {
    struct Row {
        const char* type;
        std::string json;
        const char* path;
    };
    const Row rows[] = {
        {"Patient", person(R"("telecom":[{"system":"phone","use":"work","value":"01632960001"}])"),
         "Patient.telecom"},
        {"Patient", person(R"("name":[{"family":"Test","suffix":["Jr"]}])"), "Patient.name.suffix"},
        {"Patient", person(R"("address":[{"line":["1 Road"],"country":"Wales"}])"),
         "Patient.address.country"},
        {"Observation", observation(R"("referenceRange":[{"low":{"value":1},"text":"adult"}])"),
         "Observation.referenceRange.text"},
        {"Observation", observation(R"("referenceRange":[{"low":{"value":1}},{"low":{"value":2}}])"),
         "Observation.referenceRange"},
        {"Observation",
         observation(R"("performer":[{"reference":"Practitioner/a"},{"reference":"Practitioner/b"}])"),
         "Observation.performer"},
        {"Observation", observation(R"("performer":[{"display":"Dr Nobody"}])"), "Observation.performer"},
        {"Observation", observation(R"("performer":[{"reference":"Organization/x"}])"),
         "Observation.performer"},
        {"MedicationRequest", medication(R"("dispenseRequest":{"validityPeriod":{"start":"2020-01-01"}})"),
         "MedicationRequest.dispenseRequest.validityPeriod"},
    };
    for (const Row& row : rows) {
        CAPTURE(row.json);
        const Written w(std::map<std::string, std::string>{{row.type, row.json}});
        CHECK(said(w, row.path));
        CHECK(degraded(w, "field-not-carried") == 1);
    }
    // And where nothing is beyond the columns nothing is said.
    const Written plain(std::map<std::string, std::string>{
        {"Observation", observation(R"("valueQuantity":{"value":80,"unit":"kg"})")}});
    CHECK(plain.move.count("WRITE-001") == 0);
}

TEST_CASE("emis target: a patient's name of today is written, and a name in one text") {
    const Written now(std::map<std::string, std::string>{
        {"Patient",
         person(R"("name":[{"use":"maiden","family":"Before"},{"use":"official","family":"Now"}])")}});
    CHECK(now.of("Patient")[0]["name"][0]["family"] == "Now");
    CHECK(said(now, "Patient.name"));
    const Written text(
        std::map<std::string, std::string>{{"Patient", person(R"("name":[{"text":"Anna Test"}])")}});
    CHECK(text.of("Patient")[0]["name"][0]["family"] == "Anna Test");
}

TEST_CASE("emis target: a unit that is only a code is written") {
    const Written w(std::map<std::string, std::string>{
        {"Observation",
         observation(R"("valueQuantity":{"value":80,"system":"http://unitsofmeasure.org","code":"kg"})")}});
    CHECK(w.of("Observation")[0]["valueQuantity"]["unit"] == "kg");
}

TEST_CASE("emis target: a cell longer than the layout allows is written whole, and said") {
    // Admin_Patient.Surname has 100 characters; a character may have several bytes.
    const std::string fits(100, 'n');
    std::string accents;
    for (int i = 0; i < 100; ++i) accents += "\xc3\xa9";
    for (const auto& [family, longer] :
         {std::pair(fits, false), std::pair(accents, false), std::pair(fits + "x", true)}) {
        CAPTURE(family);
        const Written w(std::map<std::string, std::string>{
            {"Patient", person(R"("name":[{"family":")" + family + R"("}])")}});
        CHECK(cell_text(w, "Admin_Patient").find("\"" + family + "\"") != std::string::npos);
        CHECK(said(w, "Patient.Surname") == longer);
        CHECK(degraded(w, "longer-than-layout") == (longer ? 1 : 0));
    }
}

TEST_CASE("emis target: one code is never an allergy for one and something else for another") {
    const std::string code =
        R"("code":{"text":"Penicillin","coding":[{"system":"https://gpswitch.org/CodeSystem/emis-code-id","code":"123014","display":"Penicillin"}]}})";
    const std::string two = R"({"resourceType":"Patient","id":"p","birthDate":"1980-01-02"})"
                            "\n"
                            R"({"resourceType":"Patient","id":"q","birthDate":"1981-01-02"})";
    const auto category = [](const std::string& words) {
        return R"("category":[{"coding":[{"system":"https://gpswitch.org/CodeSystem/emis-emis-code-category","code":")" +
               words + R"("}]}],)";
    };
    const auto allergy = [&](const std::string& who) {
        return R"({"resourceType":"AllergyIntolerance","id":"a","patient":{"reference":"Patient/)" + who +
               R"("},)" + code;
    };
    const std::string finding =
        R"({"resourceType":"Observation","id":"o","status":"final","subject":{"reference":"Patient/p"},)" +
        category("Symptoms and Findings") + code;
    // With two patients the run stops: the code table has one row for both.
    CHECK_THROWS_WITH_AS(
        Written({{"Patient", two}, {"AllergyIntolerance", allergy("q")}, {"Observation", finding}}),
        doctest::Contains("the layout has one category for a code"), TargetError);
    // With one, what cannot be read as what it is is held.
    const Written one(
        std::map<std::string, std::string>{{"AllergyIntolerance", allergy("p")}, {"Observation", finding}});
    CHECK(one.move.count("WRITE-004") == 1);
    CHECK(one.move.ledger->rows(record::Fate::held) == 1);
    CHECK(one.of("AllergyIntolerance").empty());
    CHECK(one.of("Observation").size() == 1);
    CHECK(one.move.ledger->balanced());
}

TEST_CASE(
    "emis target: what would be read as something else is held: a resolved allergy, a drug of elsewhere") {
    const Written w(std::map<std::string, std::string>{
        {"AllergyIntolerance",
         std::string(R"({"resourceType":"AllergyIntolerance","id":"a",)") + kPatient +
             R"(,"code":{"text":"Penicillin"},"clinicalStatus":{"coding":[{"code":"resolved"}]}})"},
        {"MedicationRequest", medication(R"("dosageInstruction":[{"text":"ONE a day"}])")},
        {"MedicationStatement",
         std::string(R"({"resourceType":"MedicationStatement","id":"s","status":"active",)") + kSubject +
             R"(,"basedOn":[{"reference":"MedicationRequest/m"}],"medicationCodeableConcept":{"text":"Warfarin 1mg tablets"},)"
             R"("extension":[{"url":"https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-MedicationPrescribingAgency",)"
             R"("valueCodeableConcept":{"coding":[{"code":"prescribed-by-another-organisation"}]}}]})"}});
    CHECK(w.of("AllergyIntolerance").empty());
    CHECK(w.of("MedicationStatement").empty());
    CHECK(w.of("MedicationRequest").empty());
    CHECK(w.move.ledger->rows(record::Fate::held) == 3);
}

TEST_CASE("emis target: the dose of a vaccination stands in words") {
    const Written w(std::map<std::string, std::string>{
        {"Immunization",
         std::string(R"({"resourceType":"Immunization","id":"v","status":"completed",)") + kPatient +
             R"(,"extension":[{"url":"https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-VaccinationProcedure",)"
             R"("valueCodeableConcept":{"text":"Influenza vaccination"}}],"doseQuantity":{"value":0.5,"unit":"ml"},"note":[{"text":"left arm"}]})"}});
    REQUIRE(w.of("Immunization").size() == 1);
    CHECK(w.of("Immunization")[0]["note"][0]["text"] == "Dose: 0.5 ml\nleft arm");
}

TEST_CASE("emis target: readings of another system have rows of their own, whatever key they came with") {
    const std::string component =
        R"({"extension":[{"url":"https://gpswitch.org/fhir/component-source-key","valueString":"K1"}],"code":{"text":"Part"},"valueQuantity":{"value":)";
    const auto one = [&](const char* id) {
        return std::string(R"({"resourceType":"Observation","id":")") + id + R"(","status":"final",)" +
               kSubject + R"(,"code":{"text":"Whole"},"component":[)" + component + "1}}," + component +
               "2}}]}\n";
    };
    const Written w(std::map<std::string, std::string>{{"Observation", one("a") + one("b")}});
    CHECK(w.of("Observation").size() == 6);
}

TEST_CASE("emis target: when a document was typed in, and a note of an issue without a column") {
    const Written w(
        {{"DocumentReference",
          std::string(R"({"resourceType":"DocumentReference","id":"d","status":"current",)") + kSubject +
              R"(,"type":{"text":"Letter"},"date":"2019-06-12T16:00:00+01:00","content":[{"attachment":{"title":"x"}}],)"
              R"("masterIdentifier":{"system":"https://example.org","value":"7"}})"},
         {"MedicationRequest",
          std::string(
              R"({"resourceType":"MedicationRequest","id":"m","status":"completed","intent":"order",)") +
              kSubject +
              R"(,"medicationCodeableConcept":{"text":"Warfarin 1mg tablets"},"authoredOn":"2020-01-01",)"
              R"("note":[{"text":"Message to the pharmacy: ring us"},{"text":"Feels well"}]})"}});
    REQUIRE(w.of("DocumentReference").size() == 1);
    CHECK(w.of("DocumentReference")[0]["date"] == "2019-06-12T16:00:00+01:00");
    CHECK(said(w, "MedicationRequest.note"));
    CHECK(cell_text(w, "IssueRecord").find("ring us") != std::string::npos);
}

TEST_CASE("emis target: a vaccination whose code has no words has those of the vaccine") {
    const Written w(std::map<std::string, std::string>{
        {"Immunization",
         std::string(R"({"resourceType":"Immunization","id":"v","status":"completed",)") + kPatient +
             R"(,"extension":[{"url":"https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-VaccinationProcedure",)"
             R"("valueCodeableConcept":{"coding":[{"system":"http://snomed.info/sct","code":"38598009"}]}}],"vaccineCode":{"text":"MMR vaccine"}})"}});
    REQUIRE(w.of("Immunization").size() == 1);
    CHECK(cell_text(w, "ClinicalCode").find("MMR vaccine") != std::string::npos);
}
