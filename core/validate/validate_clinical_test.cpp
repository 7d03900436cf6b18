#include <algorithm>
#include <set>

#include "core/util/error.hpp"
#include "core/validate/test_record.hpp"

using namespace gpswitch;
using namespace gpswitch::validate;
using namespace gpswitch::validate::test;

TEST_CASE("validate: allergies") {
    const auto as_observation = [](const std::string& date) {
        return observation(
            "n",
            R"(,"code":{"coding":[{"system":"http://snomed.info/sct","code":"716186003"}]},"effectiveDateTime":")" +
                date + "\"");
    };
    check({
        {"none known beside an active allergy",
         kPatient + allergy("n", kNka, kActive) + allergy("a", kNuts, kActive),
         "VAL-ALG-001 AllergyIntolerance/n code"},
        {"no status is taken for active", kPatient + allergy("n", kNka) + allergy("a", kNuts),
         "VAL-ALG-001 AllergyIntolerance/n code"},
        {"none known, alone", kPatient + allergy("n", kNka, kActive), ""},
        {"an allergy, alone", kPatient + allergy("a", kNuts, kActive), ""},
        {"the assertion is resolved",
         kPatient + allergy("n", kNka, R"(,"clinicalStatus":{"coding":[{"code":"inactive"}]})") +
             allergy("a", kNuts),
         ""},
        {"the allergy is resolved",
         kPatient + allergy("n", kNka) +
             allergy("a", kNuts, R"(,"clinicalStatus":{"coding":[{"code":"resolved"}]})"),
         ""},
        {"the allergy is refuted",
         kPatient + allergy("n", kNka) +
             allergy("a", kNuts, R"(,"verificationStatus":{"coding":[{"code":"refuted"}]})"),
         ""},
        {"two assertions", kPatient + allergy("n", kNka) + allergy("m", kNoDrug), ""},
        {"no drug allergy beside a food allergy",
         kPatient + allergy("n", kNoDrug) + allergy("a", kNuts, R"(,"category":["food"])"), ""},
        {"no drug allergy beside a drug allergy",
         kPatient + allergy("n", kNoDrug) + allergy("a", "91936005", R"(,"category":["medication"])"),
         "VAL-ALG-001 AllergyIntolerance/n code"},
        {"no drug allergy beside one that says nothing of kind",
         kPatient + allergy("n", kNoDrug) + allergy("a", kNuts), "VAL-ALG-001 AllergyIntolerance/n code"},
        {"asserted by an observation",
         kPatient + as_observation("2020-01-01") + allergy("a", kNuts, R"(,"recordedDate":"2019-01-01")"),
         "VAL-ALG-001 Observation/n code"},
        {"asserted before the allergy was found",
         kPatient + as_observation("2018-01-01") + allergy("a", kNuts, R"(,"recordedDate":"2019-01-01")"),
         ""},

        {"no substance",
         kPatient + R"({"resourceType":"AllergyIntolerance","id":"a"})"
                    "\n",
         "VAL-ALG-002 AllergyIntolerance/a code"},
        {"words are a substance",
         kPatient + R"({"resourceType":"AllergyIntolerance","id":"a","code":{"text":"nuts"}})"
                    "\n",
         ""},
        {"the reaction names it",
         kPatient +
             R"({"resourceType":"AllergyIntolerance","id":"a","reaction":[{"substance":{"text":"nuts"}}]})"
             "\n",
         ""},
    });
}

TEST_CASE("validate: medication, recalls and problems") {
    const std::string left = patient_with(R"("active":false)");
    const std::string ended =
        kPatient +
        R"({"resourceType":"EpisodeOfCare","id":"e","status":"finished","period":{"end":"2020-01-01"}})"
        "\n";
    const std::string open = kPatient +
                             R"({"resourceType":"EpisodeOfCare","id":"e","status":"finished"})"
                             "\n" +
                             R"({"resourceType":"EpisodeOfCare","id":"f","status":"active"})"
                             "\n";
    const std::string based = R"(,"basedOn":[{"reference":"MedicationRequest/m"}])";
    const std::string recall =
        R"({"resourceType":"ServiceRequest","id":"s","intent":"plan","status":"active"})"
        "\n";
    const std::string category = R"("category":[{"coding":[{"code":"problem-list-item"}]}])";
    check({
        {"an issue of a plan",
         kPatient + request("m", "plan", "active") + request("o", "order", "completed", based), ""},
        {"an issue of nothing", kPatient + request("o", "order", "completed"),
         "VAL-MED-001 MedicationRequest/o basedOn"},
        {"an issue of an issue",
         kPatient + request("m", "order", "active", R"(,"basedOn":[{"reference":"MedicationRequest/m"}])"),
         "VAL-MED-001 MedicationRequest/m basedOn"},

        {"repeat of the dead", kDead + request("m", "plan", "active", kRepeat),
         "VAL-MED-002 MedicationRequest/m status"},
        {"repeat of one marked inactive", left + request("m", "plan", "active", kRepeat),
         "VAL-MED-002 MedicationRequest/m status"},
        {"repeat of one whose registrations ended", ended + request("m", "plan", "active", kRepeat),
         "VAL-MED-002 MedicationRequest/m status"},
        {"repeat of one registered again", open + request("m", "plan", "active", kRepeat), ""},
        {"repeat of the living", kPatient + request("m", "plan", "active", kRepeat), ""},
        {"ended repeat of the dead", kDead + request("m", "plan", "stopped", kRepeat), ""},
        {"acute of the dead", kDead + request("m", "plan", "active"), ""},

        {"recall of the dead", kDead + recall, "VAL-REC-001 ServiceRequest/s status"},
        {"recall of the living", kPatient + recall, ""},
        {"closed recall",
         kDead + R"({"resourceType":"ServiceRequest","id":"s","intent":"plan","status":"completed"})"
                 "\n",
         ""},
        {"a referral is no recall",
         kDead + R"({"resourceType":"ServiceRequest","id":"s","intent":"order","status":"active"})"
                 "\n",
         ""},
        {"task for one who left",
         left + R"({"resourceType":"Task","id":"t","status":"ready"})"
                "\n",
         "VAL-REC-001 Task/t status"},
        {"task done",
         left + R"({"resourceType":"Task","id":"t","status":"completed"})"
                "\n",
         ""},

        {"problem without entry", kPatient + R"({"resourceType":"Condition","id":"c",)" + category + "}\n",
         "VAL-PRB-001 Condition/c code"},
        {"problem in words",
         kPatient + R"({"resourceType":"Condition","id":"c","code":{"text":"x"},)" + category + "}\n", ""},
        {"no problem",
         kPatient + R"({"resourceType":"Condition","id":"c"})"
                    "\n",
         ""},
    });
}

TEST_CASE("validate: doubles") {
    const std::string weight =
        R"(,"code":{"coding":[{"code":"27113001"}]},"effectiveDateTime":"2020-01-02","valueQuantity":{"value":81.5})";
    check({
        {"twice the same",
         kPatient + observation("a", weight) +
             observation("b", weight + R"(,"issued":"2020-01-03T00:00:00Z")"),
         "VAL-DUP-001 Observation/b"},
        {"thrice", kPatient + observation("a", weight) + observation("b", weight) + observation("c", weight),
         "VAL-DUP-001 Observation/b; VAL-DUP-001 Observation/c"},
        {"another value",
         kPatient + observation("a", weight) +
             observation(
                 "b",
                 R"(,"code":{"coding":[{"code":"27113001"}]},"effectiveDateTime":"2020-01-02","valueQuantity":{"value":82.5})"),
         ""},
        {"another day",
         kPatient + observation("a", weight) +
             observation(
                 "b",
                 R"(,"code":{"coding":[{"code":"27113001"}]},"effectiveDateTime":"2020-01-03","valueQuantity":{"value":81.5})"),
         ""},
        {"a recall twice",
         kPatient +
             R"({"resourceType":"ServiceRequest","id":"a","intent":"plan","status":"active","code":{"text":"x"},"occurrenceDateTime":"2027-01-01"})"
             "\n" +
             R"({"resourceType":"ServiceRequest","id":"b","intent":"plan","status":"active","code":{"text":"x"},"occurrenceDateTime":"2027-01-01"})"
             "\n",
         "VAL-DUP-001 ServiceRequest/b"},
        {"a recall each year",
         kPatient +
             R"({"resourceType":"ServiceRequest","id":"a","intent":"plan","status":"active","code":{"text":"x"},"occurrenceDateTime":"2027-01-01"})"
             "\n" +
             R"({"resourceType":"ServiceRequest","id":"b","intent":"plan","status":"active","code":{"text":"x"},"occurrenceDateTime":"2028-01-01"})"
             "\n",
         ""},
        {"nothing said", kPatient + observation("a", "") + observation("b", ""), ""},
        {"consultations of a day",
         kPatient +
             R"({"resourceType":"Encounter","id":"a"})"
             "\n" +
             R"({"resourceType":"Encounter","id":"b"})"
             "\n",
         ""},
    });
}

TEST_CASE("validate: labels") {
    const std::string restricted = R"(,"meta":{"security":[{"system":"s","code":"R"}]})";
    const std::string based = R"(,"basedOn":[{"reference":"MedicationRequest/m"}])";
    check({
        {"order of a restricted plan",
         kPatient + request("m", "plan", "active", restricted) + request("o", "order", "completed", based),
         "VAL-LBL-001 MedicationRequest/o meta.security"},
        {"restricted order of it",
         kPatient + request("m", "plan", "active", restricted) +
             request("o", "order", "completed", based + restricted),
         ""},
        {"restricted order of an open plan",
         kPatient + request("m", "plan", "active") + request("o", "order", "completed", based + restricted),
         ""},
        {"another label",
         kPatient + request("m", "plan", "active", restricted) +
             request("o", "order", "completed",
                     based + R"(,"meta":{"security":[{"system":"s","code":"NOPAT"}]})"),
         "VAL-LBL-001 MedicationRequest/o meta.security"},
        {"problem of a restricted entry",
         kPatient + observation("a", restricted) +
             R"({"resourceType":"Condition","id":"c","extension":[{"url":"https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-ActualProblem","valueReference":{"reference":"Observation/a"}}]})"
             "\n",
         "VAL-LBL-001 Condition/c meta.security"},
    });
}
