// The Vision Target: what the layout has no room for is said, and what would be read as something else, or
// would be dangerous to leave out, is held.
#include "core/system/vision/write/write_test.hpp"

using namespace gpswitch;
using namespace gpswitch::vision_write_test;

namespace {

std::string allergy(const std::string& id, const std::string& clinical, const std::string& verification,
                    const std::string& more = "") {
    return R"({"resourceType":"AllergyIntolerance","id":")" + id + "\"," + kPatient +
           R"(,"clinicalStatus":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical","code":")" +
           clinical +
           R"("}]},"verificationStatus":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/allergyintolerance-verification","code":")" +
           verification + R"("}]},"code":{"text":"Allergy to )" + id + "\"}" + more + "}";
}

std::string vaccine(const std::string& id, const std::string& status, const std::string& words,
                    const std::string& more = "") {
    return R"({"resourceType":"Immunization","id":")" + id + R"(","status":")" + status + "\"," + kPatient +
           R"(,"occurrenceDateTime":"2020-01-01","vaccineCode":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v3-NullFlavor","code":"UNK"}]},)"
           R"("extension":[{"url":"https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-VaccinationProcedure","valueCodeableConcept":{"text":")" +
           words + R"("}}])" + more + "}";
}

std::string repeat(const std::string& id, const std::string& more) {
    return R"({"resourceType":"MedicationRequest","id":")" + id + R"(","intent":"plan",)" + kSubject +
           R"(,"medicationCodeableConcept":{"text":"Warfarin 1mg tablets"},"dosageInstruction":[{"text":"ONE"}],)" +
           more + "}";
}

}  // namespace

TEST_CASE("vision target: an allergy comes back as one, with its severity and certainty, or it is held") {
    const Written w(Resources{
        {"AllergyIntolerance",
         allergy("nuts", "active", "confirmed",
                 R"(,"reaction":[{"manifestation":[{"text":"rash"}],"severity":"severe"}])") +
             "\n" + allergy("eggs", "active", "unconfirmed") + "\n" +
             allergy("milk", "resolved", "confirmed") + "\n" + allergy("fish", "active", "refuted")}});
    std::map<std::string, std::vector<std::string>> by_words;
    for (const auto& row : w.cells("journal")) by_words[row[RUBRIC]] = row;
    REQUIRE(by_words.size() == 2);
    CHECK(by_words["Allergy to nuts"][SUBSET] == "L");
    CHECK(by_words["Allergy to nuts"][CERTAINTY] == "255545003");
    CHECK(by_words["Allergy to nuts"][SEVERITY] == "24484000");
    CHECK(by_words["Allergy to eggs"][CERTAINTY] == "385433004");
    CHECK(w.of("AllergyIntolerance").size() == 2);
    CHECK(w.move.count("WRITE-002") == 2);
    CHECK(w.said("AllergyIntolerance.reaction.manifestation"));
    CHECK(w.move.ledger->balanced());
}

TEST_CASE("vision target: a vaccination that was not given never comes back as given") {
    const std::string reason =
        R"(,"statusReason":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ActReason","code":")";
    const Written w(
        Resources{{"Immunization",
                   vaccine("a", "completed", "MMR vaccination", R"(,"primarySource":true)") + "\n" +
                       vaccine("b", "not-done", "Influenza vaccination", reason + R"(PATOBJ"}]})") + "\n" +
                       vaccine("c", "not-done", "Rotavirus vaccination", reason + R"(MEDPREC"}]})") + "\n" +
                       vaccine("d", "completed", "Tetanus vaccination", R"(,"primarySource":false)")}});
    std::map<std::string, std::vector<std::string>> by_words;
    for (const auto& row : w.cells("journal")) by_words[row[RUBRIC]] = row;
    REQUIRE(by_words.size() == 4);
    CHECK(by_words["MMR vaccination"][IMMS_STATUS] == "Given");
    CHECK(by_words["MMR vaccination"][IMMS_SOURCE] == "In practice");
    CHECK(by_words["Influenza vaccination"][IMMS_STATUS] == "Refusal to start or complete course");
    CHECK(by_words["Rotavirus vaccination"][IMMS_STATUS] == "Advised");
    CHECK(by_words["Tetanus vaccination"][IMMS_SOURCE] == "Elsewhere");
    std::map<std::string, std::string> status;
    for (const auto& i : w.of("Immunization"))
        for (const auto& e : i["extension"])
            if (e.contains("valueCodeableConcept")) status[e["valueCodeableConcept"]["text"]] = i["status"];
    CHECK(status["MMR vaccination"] == "completed");
    CHECK(status["Influenza vaccination"] == "not-done");
    CHECK(status["Rotavirus vaccination"] == "not-done");
    CHECK(status["Tetanus vaccination"] == "completed");
}

TEST_CASE("vision target: a vaccination whose words would make it something else is held") {
    const Written w(Resources{{"Immunization", vaccine("a", "completed", "Consent for MMR vaccination",
                                                       R"(,"primarySource":true)")}});
    CHECK(w.cells("journal").empty());
    CHECK(w.move.count("WRITE-004") == 1);
    CHECK(w.move.ledger->rows(record::Fate::held) == 1);
}

TEST_CASE("vision target: a label has no flag in the layout: the entry is held") {
    const Written w(Resources{
        {"Condition",
         std::string(
             R"({"resourceType":"Condition","id":"c","meta":{"security":[{"system":"https://gpswitch.org/CodeSystem/confidentiality","code":"not-for-patient-access"}]},)") +
             kSubject + R"(,"code":{"text":"Something private"}})"}});
    CHECK(w.cells("journal").empty());
    CHECK(w.move.count("WRITE-003") == 1);
    CHECK(w.move.ledger->rows(record::Fate::held) == 1);
}

TEST_CASE("vision target: what is prescribed elsewhere is not written as ours to issue") {
    const Written w(
        Resources{{"MedicationRequest", repeat("r", R"("status":"active","reportedBoolean":true)")}});
    CHECK(w.cells("journal").empty());
    CHECK(w.move.count("WRITE-002") == 1);
}

TEST_CASE("vision target: a repeat that has ended has an end, or is not written") {
    const Written w(
        Resources{{"MedicationRequest", repeat("r", R"("status":"stopped")")},
                  {"Observation", std::string(R"({"resourceType":"Observation","id":"o","status":"final",)") +
                                      kSubject + R"(,"code":{"text":"x"}})"}});
    // No day is known, neither of its end nor of the data: it would be active again.
    CHECK(w.of("MedicationRequest").empty());
    CHECK(w.move.count("WRITE-004") == 1);
    const Written dated(Resources{
        {"MedicationRequest",
         repeat(
             "r",
             R"("status":"stopped","extension":[{"url":"https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-MedicationStatusReason","extension":[{"url":"statusChangeDate","valueDateTime":"2020-06-01"}]}],"dispenseRequest":{"validityPeriod":{"end":"2020-06-01"}})")}});
    const auto all = dated.cells("journal");
    REQUIRE(all.size() == 1);
    CHECK(all[0][END_DATE] == "20200601");
    for (const auto& m : dated.of("MedicationRequest")) CHECK(m["status"] == "stopped");
}

TEST_CASE("vision target: an acute prescription that was never issued is not written as an issue") {
    const Written w(
        Resources{{"MedicationRequest",
                   repeat("a", R"("status":"active","courseOfTherapyType":{"coding":[{"code":"acute"}]})")}});
    CHECK(w.cells("journal").empty());
    CHECK(w.move.count("WRITE-002") == 1);
}

TEST_CASE("vision target: what the layout cannot say is said by its path, once a patient") {
    const Written w(Resources{
        {"Patient",
         R"({"resourceType":"Patient","id":"p","birthDate":"1980","name":[{"family":"Test","given":["Ann","Mary"]},{"use":"old","family":"Former"}]})"},
        {"Observation",
         std::string(R"({"resourceType":"Observation","id":"o","status":"final",)") + kSubject +
             R"(,"effectiveDateTime":"2020-05","code":{"text":"A"}})" + "\n" +
             R"({"resourceType":"Observation","id":"o2","status":"final","subject":{"reference":"Patient/p"},"effectiveDateTime":"2021","code":{"text":"B"}})"},
        {"Appointment",
         R"({"resourceType":"Appointment","id":"x","status":"booked","participant":[{"actor":{"reference":"Patient/p"},"status":"accepted"}]})"}});
    CHECK(w.said("Patient.birthDate"));
    CHECK(w.said("Patient.name.given"));
    CHECK(w.said("Patient.name"));
    CHECK(w.said("Observation.effectiveDateTime"));
    CHECK(w.move.count("WRITE-002") == 1);  // the appointment
    const auto people = w.cells("patient");
    REQUIRE(people.size() == 1);
    CHECK(people[0][2] == "19800101");
    CHECK(people[0][20] == "Ann Mary");
}

TEST_CASE("vision target: marital status in its column, ethnicity as a row of the journal") {
    const Written w(Resources{
        {"Patient",
         R"({"resourceType":"Patient","id":"p","birthDate":"1980-01-02","maritalStatus":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v3-MaritalStatus","code":"M"}]},)"
         R"("extension":[{"url":"https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-EthnicCategory","valueCodeableConcept":{"coding":[{"system":"https://fhir.hl7.org.uk/CodeSystem/UKCore-EthnicCategoryEngland","code":"B","display":"White - Irish"}]}}]})"}});
    CHECK(w.cells("patient")[0][5] == "M");
    const auto all = w.cells("journal");
    REQUIRE(all.size() == 1);
    CHECK(all[0][CODE] == "9i1..00");
    CHECK(all[0][SUBSET] == "C");
    const auto people = w.of("Patient");
    REQUIRE(people.size() == 1);
    CHECK(people[0]["maritalStatus"]["coding"][0]["code"] == "M");
    CHECK(people[0].dump().find("\"code\":\"B\"") != std::string::npos);
}

TEST_CASE(
    "vision target: family history without a Read code has the head of its chapter, one of another is held") {
    const auto relative = [](const char* id, const char* codings) {
        return std::string(R"({"resourceType":"FamilyMemberHistory","id":")") + id +
               R"(","status":"completed",)" + kPatient +
               R"(,"relationship":{"text":"mother"},"condition":[{"code":{"coding":[)" + codings +
               R"(],"text":"FH: )" + id + "\"}}]}";
    };
    const Written w(
        Resources{{"FamilyMemberHistory",
                   relative("diabetes", R"({"system":"http://snomed.info/sct","code":"160303001"})") + "\n" +
                       relative("asthma", R"({"system":"http://read.info/readv2","code":"H33.."})")}});
    REQUIRE(w.cells("journal").size() == 1);
    CHECK(w.cells("journal")[0][CODE] == "12...00");
    CHECK(w.cells("journal")[0][SNOMED_CODE] == "160303001");
    CHECK(w.of("FamilyMemberHistory").size() == 1);
    CHECK(w.of("Condition").empty());
    CHECK(w.of("Observation").empty());
    CHECK(w.move.count("WRITE-004") == 1);
}

TEST_CASE("vision target: a label that was inherited is a label: no row has a flag to inherit it from") {
    const std::string label =
        R"("meta":{"security":[{"system":"http://terminology.hl7.org/CodeSystem/v3-Confidentiality","code":"R"}]},)";
    const Written w(Resources{
        {"Observation",
         R"({"resourceType":"Observation","id":"o",)" + label +
             R"("extension":[{"url":"https://gpswitch.org/fhir/inferred","valueString":"meta.security: R inherited from MedicationRequest"}],"status":"final","code":{"text":"Private"},)" +
             kSubject + "}"}});
    CHECK(w.cells("journal").empty());
    CHECK(w.move.count("WRITE-003") == 1);
}

TEST_CASE("vision target: midnight is written as no time, and said") {
    const Written w(Resources{
        {"Observation",
         R"({"resourceType":"Observation","id":"o","status":"final","code":{"text":"Seen"},"effectiveDateTime":"2020-05-01T00:00:00+01:00",)" +
             std::string(kSubject) + "}"}});
    REQUIRE(w.cells("journal").size() == 1);
    CHECK(w.cells("journal")[0][DATE] == "20200501");
    CHECK(w.cells("journal")[0][TIME].empty());
    CHECK(w.said("Observation.TIME"));
}

TEST_CASE(
    "vision target: a blood pressure stays one when it says a third thing, and every result is written") {
    const auto part = [](const char* code, const char* value) {
        return std::string(R"({"code":{"coding":[{"system":"http://snomed.info/sct","code":")") + code +
               R"("}],"text":"Part"},"valueQuantity":)" + value + "}";
    };
    const Written w(Resources{
        {"Observation",
         std::string(R"({"resourceType":"Observation","id":"bp","status":"final",)") + kSubject +
             R"(,"category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/observation-category","code":"vital-signs"}]}],)"
             R"("code":{"text":"Blood pressure"},"valueString":"taken twice","component":[)" +
             part("163030003", R"({"value":142,"unit":"mmHg"})") + "," +
             part("163031004", R"({"value":91,"unit":"mmHg"})") + "," +
             part("364075005", R"({"value":88,"unit":"bpm"})") + "]}"}});
    const auto rows = w.cells("journal");
    REQUIRE(rows.size() == 1);
    CHECK(rows[0][VALUE1] == "142");
    CHECK(rows[0][VALUE2] == "91");
    CHECK(rows[0][TEXT].find("Part: 88 bpm") != std::string::npos);
    CHECK(rows[0][TEXT].find("Result: taken twice") != std::string::npos);
    CHECK(w.said("Observation.component"));
    CHECK(w.said("Observation.valueString"));
}

TEST_CASE("vision target: a unit without an amount is no dose") {
    const Written w(
        Resources{{"Immunization", vaccine("a", "completed", "MMR vaccination",
                                           R"(,"primarySource":true,"doseQuantity":{"code":"1"})")}});
    const auto rows = w.cells("journal");
    REQUIRE(rows.size() == 1);
    CHECK(rows[0][TEXT] == "Dose: no amount, 1");
}

TEST_CASE("vision target: a vaccination without words has its vaccine's, and never the word unknown") {
    const std::string procedure =
        R"("extension":[{"url":"https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-VaccinationProcedure","valueCodeableConcept":{"coding":[{"system":"http://snomed.info/sct","code":"868631000000102"}]}}])";
    const auto given = [&](const std::string& id, const std::string& code) {
        return R"({"resourceType":"Immunization","id":")" + id + R"(","status":"completed",)" + kPatient +
               R"(,"occurrenceDateTime":"2020-01-01","primarySource":true,"vaccineCode":)" + code + "," +
               procedure + "}";
    };
    const Written w(Resources{
        {"Immunization",
         given("a", R"({"text":"Rotavirus vaccine"})") + "\n" +
             given(
                 "b",
                 R"({"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v3-NullFlavor","code":"UNK","display":"unknown"}],"text":"unknown"})")}});
    std::vector<std::string> words;
    for (const auto& row : w.cells("journal")) words.push_back(row[RUBRIC]);
    std::ranges::sort(words);
    CHECK(words == std::vector<std::string>{"868631000000102", "Rotavirus vaccine"});
}

TEST_CASE("vision target: a prescription of nobody knows what is held") {
    const Written w(
        Resources{{"MedicationRequest",
                   std::string(R"({"resourceType":"MedicationRequest","id":"a","intent":"order",)") +
                       kSubject + R"(,"status":"completed","authoredOn":"2020-01-01"})"}});
    CHECK(w.cells("journal").empty());
    CHECK(w.move.count("WRITE-004") == 1);
}

TEST_CASE("vision target: an issue whose repeat is inferred as a whole stays an issue of a repeat") {
    const auto request = [](const std::string& id, const std::string& more) {
        return R"({"resourceType":"MedicationRequest","id":")" + id + "\"," + kSubject +
               R"(,"authoredOn":"2020-01-01","medicationCodeableConcept":{"text":"Warfarin 1mg tablets"},"dosageInstruction":[{"text":"ONE"}],)" +
               more + "}";
    };
    const std::string whole =
        R"("status":"unknown","intent":"plan","extension":[{"url":"https://gpswitch.org/fhir/inferred","valueString":"the whole entry: made of its issue"}])";
    const std::string acute =
        R"(,"courseOfTherapyType":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/medicationrequest-course-of-therapy","code":"acute"}]})";
    const std::string of =
        R"("status":"completed","intent":"order","basedOn":[{"reference":"MedicationRequest/)";
    const Written w(Resources{{"MedicationRequest", request("p", whole) + "\n" + request("i", of + "p\"}]") +
                                                        "\n" + request("q", whole + acute) + "\n" +
                                                        request("j", of + "q\"}]")}});
    std::vector<std::string> subsets;
    for (const auto& row : w.cells("journal")) subsets.push_back(row[SUBSET]);
    std::ranges::sort(subsets);
    CHECK(subsets == std::vector<std::string>{"A", "S"});
    CHECK(w.move.count("WRITE-002") == 0);
}

TEST_CASE("vision target: the end of a course is its prescription's, whichever of them comes first") {
    const std::string plan = repeat(
        "p",
        R"("status":"completed","authoredOn":"2020-01-01","extension":[{"url":"https://gpswitch.org/fhir/medication-status-reason-date","valueDateTime":"2020-06-01"}])");
    const std::string course =
        std::string(R"({"resourceType":"MedicationStatement","id":"s","status":"completed",)") + kSubject +
        R"(,"basedOn":[{"reference":"MedicationRequest/p"}],"effectivePeriod":{"start":"2020-01-01","end":"2020-08-01"},"medicationCodeableConcept":{"text":"Warfarin 1mg tablets"},"dosage":[{"text":"ONE"}]})";
    const Written w(Resources{{"MedicationRequest", plan}, {"MedicationStatement", course}});
    const auto rows = w.cells("journal");
    REQUIRE(rows.size() == 1);
    CHECK(rows[0][END_DATE] == "20200601");
    CHECK(w.said("MedicationStatement.effectivePeriod.end"));
}
