#include <algorithm>
#include <set>

#include "core/util/error.hpp"
#include "core/validate/test_record.hpp"

using namespace gpswitch;
using namespace gpswitch::validate;
using namespace gpswitch::validate::test;

TEST_CASE("validate: references, ids and patients") {
    check({
        {"reference within the record",
         kPatient +
             R"({"resourceType":"Encounter","id":"e"})"
             "\n" +
             observation("o",
                         R"(,"subject":{"reference":"Patient/p"},"encounter":{"reference":"Encounter/e"})"),
         ""},
        {"reference to nowhere", kPatient + observation("o", R"(,"encounter":{"reference":"Encounter/x"})"),
         "VAL-REF-001 Observation/o encounter"},
        {"reference to nowhere, deep",
         kPatient +
             R"({"resourceType":"List","id":"l","entry":[{"item":{"reference":"Patient/p"}},{"item":{"reference":"Condition/x/_history/2"}}]})"
             "\n",
         "VAL-REF-001 List/l entry[1].item"},
        {"another patient's", kPatient + observation("o", R"(,"subject":{"reference":"Patient/q"})"),
         "VAL-REF-002 Observation/o subject"},
        {"practice-wide, absolute, contained, display only",
         kPatient +
             observation(
                 "o",
                 R"(,"performer":[{"reference":"Practitioner/d"},{"reference":"https://x.org/Encounter/1"},{"reference":"#1"},{"display":"x"}])"),
         ""},
        {"a link to another patient is in order",
         patient_with(R"("link":[{"other":{"reference":"Patient/q"},"type":"seealso"}])"), ""},
        {"one id twice", kPatient + observation("o", "") + observation("o", R"(,"status":"final")"),
         "VAL-ID-001 Observation/o id"},
        {"one id in two types",
         kPatient + observation("x", "") +
             R"({"resourceType":"Encounter","id":"x"})"
             "\n",
         ""},
        {"nobody", observation("o", ""), "VAL-PAT-001 Patient"},
        {"two people",
         kPatient + R"({"resourceType":"Patient","id":"q"})"
                    "\n",
         "VAL-PAT-001 Patient/q"},
    });
    record::Record r;
    fill(r, observation("o", R"(,"encounter":{"reference":"Encounter/x"},"effectiveDateTime":"2020-02-30")"));
    r.key = {};
    CHECK(found(r) == "VAL-DATE-001 Observation/o effectiveDateTime");  // leftovers belong to nobody
    r.held = "EMIS-PAT-001";
    CHECK(found(r).empty());
}

TEST_CASE("validate: NHS numbers") {
    check({
        {"valid, but of the test range", nhs("999 000 0018"), "VAL-NHS-002 Patient/p identifier[0].value"},
        {"wrong check digit", nhs("9990000019"), "VAL-NHS-001 Patient/p identifier[0].value"},
        {"words", nhs("unknown"), "VAL-NHS-001 Patient/p identifier[0].value"},
        {"superseded ones are not looked at", nhs("9990000019", R"("use":"old",)"), ""},
        {"none at all", kPatient, ""},
        {"another kind of number",
         patient_with(R"("identifier":[{"system":"https://x.org","value":"9990000019"}])"), ""},
    });
    PracticeChecker practice;
    record::Record r;
    fill(r, nhs("9990000018"));
    practice.see(r);
    fill(r, nhs("999 000 0026"));
    practice.see(r);
    fill(
        r,
        R"({"resourceType":"Patient","id":"q","identifier":[{"system":"https://fhir.nhs.uk/Id/nhs-number","value":"999-000-0018"},)"
        R"({"system":"https://fhir.nhs.uk/Id/nhs-number","value":"9990000018"}]})");
    practice.see(r);
    fill(r, nhs("9990000018", R"("use":"old",)"));
    practice.see(r);
    IssueList list;
    practice.finish(list);
    REQUIRE(list.issues.size() == 2);
    CHECK(list.issues[0].text() ==
          "warning VAL-NHS-003: several patients share an NHS number: 2 of them, another is Patient/q "
          "[Patient/p identifier] "
          "(trace the patients in the Personal Demographics Service)");
    CHECK(list.issues[1].resource == "Patient/q");
}

TEST_CASE("validate: dates") {
    const auto at = [](const std::string& date) {
        return observation("o", R"(,"effectiveDateTime":")" + date + "\"");
    };
    check({
        {"a day", kPatient + at("2020-02-29"), ""},
        {"a year", kPatient + at("2020"), ""},
        {"an instant", kPatient + at("2020-02-29T10:00:00Z"), ""},
        {"no such day", kPatient + at("2019-02-29"), "VAL-DATE-001 Observation/o effectiveDateTime"},
        {"no year", kPatient + at("0000"), "VAL-DATE-001 Observation/o effectiveDateTime"},
        {"too early a year", kPatient + at("1066-10-14"), "VAL-DATE-001 Observation/o effectiveDateTime"},
        {"not a date", kPatient + at("Tuesday"), "VAL-DATE-001 Observation/o effectiveDateTime"},
        {"a birth date with a time", patient_with(R"("birthDate":"1950-03-01T00:00:00Z")"),
         "VAL-DATE-001 Patient/p birthDate"},
        {"deep inside", patient_with(R"("name":[{"period":{"start":"2020-13"}}])"),
         "VAL-DATE-001 Patient/p name[0].period.start"},

        {"before birth", kPatient + at("1950-02-28"), "VAL-DATE-002 Observation/o effectiveDateTime"},
        {"on the day of birth", kPatient + at("1950-03-01T00:01:00Z"), ""},
        {"in the year of birth", kPatient + at("1950"), ""},
        {"a period",
         kPatient + R"({"resourceType":"Encounter","id":"e","period":{"start":"1949"}})"
                    "\n",
         "VAL-DATE-002 Encounter/e period.start"},
        {"a relative's history",
         kPatient + R"({"resourceType":"FamilyMemberHistory","id":"f","date":"1940"})"
                    "\n",
         ""},
        {"birth not known", patient_with(R"("gender":"male")") + at("1850-02-28"), ""},
        {"death before birth", patient_with(R"("birthDate":"1950-03-01","deceasedDateTime":"1949-01-01")"),
         "VAL-DATE-002 Patient/p deceasedDateTime"},

        {"after death", kDead + at("2021-05-07"), "VAL-DATE-003 Observation/o effectiveDateTime"},
        {"on the day of death", kDead + at("2021-05-06T23:00:00+01:00"), ""},
        {"in the month of death", kDead + at("2021-05"), ""},
        {"written down after death",
         kDead + observation("o", R"(,"effectiveDateTime":"2021-05-06","issued":"2021-05-09T10:00:00Z")"),
         ""},
        {"a letter after death",
         kDead + R"({"resourceType":"DocumentReference","id":"d","date":"2021-06-01T00:00:00Z"})"
                 "\n",
         ""},
        {"dead, nobody knows when", patient_with(R"("deceasedBoolean":true)") + at("2025-01-01"), ""},

        {"a period backwards",
         kPatient +
             R"({"resourceType":"Encounter","id":"e","period":{"start":"2020-01-02","end":"2020-01-01"}})"
             "\n",
         "VAL-DATE-004 Encounter/e period"},
        {"a period of a day",
         kPatient +
             R"({"resourceType":"Encounter","id":"e","period":{"start":"2020-01-02T10:00:00Z","end":"2020-01-02"}})"
             "\n",
         ""},
        {"backwards by a minute",
         kPatient +
             R"({"resourceType":"Encounter","id":"e","period":{"start":"2020-01-02T10:01:00+00:00","end":"2020-01-02T10:00:00+00:00"}})"
             "\n",
         "VAL-DATE-004 Encounter/e period"},
        {"an appointment backwards",
         kPatient +
             R"({"resourceType":"Appointment","id":"a","start":"2020-01-02T10:00:00Z","end":"2020-01-01T10:00:00Z"})"
             "\n",
         "VAL-DATE-004 Appointment/a start"},
    });
}

TEST_CASE("validate: numbers") {
    struct Number {
        const char* value;
        bool good;
    };
    for (const Number& n : {Number{"1.50", true},
                            {"-3", true},
                            {"1e5", true},
                            {"1,5", false},
                            {"1e400", false},
                            {"12 kg", false},
                            {".5", false},
                            {"NaN", false}}) {
        CAPTURE(n.value);
        record::Record r;
        fill(r, kPatient + observation("o", ""));
        static_cast<record::Observation*>(r.items[1].entity)->value_quantity.value = n.value;
        CHECK(found(r) == (n.good ? "" : "VAL-QTY-001 Observation/o valueQuantity.value"));
    }
    record::Record r;
    fill(r, patient_with(R"("telecom":[{"rank":1}])"));
    CHECK(found(r).empty());
    static_cast<record::Patient*>(r.items[0].entity)->telecom[0].rank = "1.5";
    CHECK(found(r) == "VAL-QTY-001 Patient/p telecom[0].rank");
}
