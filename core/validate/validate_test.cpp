#include "core/validate/validate.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>
#include <set>
#include <sstream>

#include "core/json/json.hpp"
#include "core/record/json.hpp"
#include "core/util/error.hpp"

using namespace gpswitch;
using namespace gpswitch::validate;

namespace {

std::string table() {
    std::ifstream file(std::string(GPSWITCH_SOURCE_DIR) + "/mappings/rules/no-known-allergy.csv",
                       std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

const Rules& shipped() {
    static const Rules rules{load_no_known_allergy(table(), "no-known-allergy.csv"), nullptr};
    return rules;
}

// A record from one JSON resource a line.
void fill(record::Record& r, const std::string& lines) {
    r.clear();
    r.key = "key";
    json::Parser parser;
    std::istringstream in(lines);
    for (std::string line; std::getline(in, line);) {
        if (line.empty()) continue;
        json::Error error;
        const json::Value* v = parser.parse(r.arena.copy(line), r.arena, error);
        REQUIRE_MESSAGE(v != nullptr, error.message);
        const auto kind = record::kind_of(v->text_of("resourceType"));
        REQUIRE(kind);
        record::ReadContext c;
        c.arena = &r.arena;
        record::Entity& e = r.add(*kind);
        record::read_json(*v, *kind, e, c);
        if (*kind == record::EntityKind::Patient) r.patient_id = e.id;
    }
}

// "VAL-REF-001 Observation/o encounter; ..." in the order found.
std::string found(const record::Record& r) {
    IssueList list;
    check_record(r, shipped(), list);
    std::string out;
    for (const Issue& i : list.issues)
        out += (out.empty() ? "" : "; ") + i.code + " " + i.resource + (i.path.empty() ? "" : " " + i.path);
    return out;
}

const std::string kPatient = R"({"resourceType":"Patient","id":"p","birthDate":"1950-03-01"})"
                             "\n";
const std::string kDead =
    R"({"resourceType":"Patient","id":"p","birthDate":"1950-03-01","deceasedDateTime":"2021-05-06"})"
    "\n";

std::string patient_with(const std::string& more) {
    return R"({"resourceType":"Patient","id":"p",)" + more + "}\n";
}
std::string nhs(const std::string& value, const std::string& more = "") {
    return patient_with(R"("identifier":[{"system":"https://fhir.nhs.uk/Id/nhs-number",)" + more +
                        R"("value":")" + value + R"("}])");
}
std::string allergy(const std::string& id, const std::string& code, const std::string& more = "") {
    return R"({"resourceType":"AllergyIntolerance","id":")" + id +
           R"(","code":{"coding":[{"system":"http://snomed.info/sct","code":")" + code + "\"}]}" + more +
           "}\n";
}
std::string observation(const std::string& id, const std::string& more) {
    return R"({"resourceType":"Observation","id":")" + id + "\"" + more + "}\n";
}
std::string request(const std::string& id, const std::string& intent, const std::string& status,
                    const std::string& more = "") {
    return R"({"resourceType":"MedicationRequest","id":")" + id + R"(","intent":")" + intent +
           R"(","status":")" + status + "\"" + more + "}\n";
}
const std::string kRepeat =
    R"(,"courseOfTherapyType":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/medicationrequest-course-of-therapy","code":"continuous"}]})";
const std::string kActive = R"(,"clinicalStatus":{"coding":[{"code":"active"}]})";
const std::string kNka = "716186003", kNoDrug = "409137002", kNuts = "91935009";

struct Row {
    const char* why;
    std::string record, expect;
};
void check(const std::vector<Row>& rows) {
    for (const Row& row : rows) {
        CAPTURE(row.why);
        record::Record r;
        fill(r, row.record);
        CHECK(found(r) == row.expect);
    }
}

}  // namespace

TEST_CASE("validate: rules are listed once, by code, and explained") {
    std::set<std::string_view> codes;
    for (const Rule& rule : rules()) {
        CAPTURE(rule.code);
        CHECK(codes.insert(rule.code).second);
        CHECK(rule.code.substr(0, 4) == "VAL-");
        CHECK(!rule.title.empty());
        CHECK(!rule.why.empty());
        CHECK(!rule.source.empty());
        CHECK(find_rule(rule.code) == &rule);
    }
    CHECK(rules().size() == 19);
    CHECK(std::is_sorted(rules().begin(), rules().end(),
                         [](const Rule& a, const Rule& b) { return a.code < b.code; }));
    CHECK(find_rule("VAL-XXX-001") == nullptr);
}

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
         "VAL-REF-001 Observation/o subject"},
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

TEST_CASE("validate: a finding says where the row lies, and no values") {
    record::Census census;
    census.tables.push_back({"T", "x.zip!t.csv", 0, 2});
    Rules rules = shipped();
    rules.census = &census;
    record::Record r;
    fill(
        r,
        kPatient +
            observation(
                "o",
                R"(,"code":{"text":"SECRET"},"encounter":{"reference":"Encounter/SECRET"},"effectiveDateTime":"SECRET")"));
    r.rows.push_back({0, 0, 4, "k", ""});
    r.rows.push_back({0, 1, 7, "k2", ""});
    r.claim(0, 1, record::Role::part, "T");
    r.claim(1, 1, record::Role::primary, "T");
    IssueList list;
    consistency(rules)->check(r, list);
    REQUIRE(list.issues.size() == 2);
    for (const Issue& i : list.issues) {
        CHECK(i.member == "x.zip!t.csv");
        CHECK(i.line == 7);
        CHECK(i.json().find("SECRET") == std::string::npos);
    }
}

TEST_CASE("validate: the table of assertions") {
    CHECK(shipped().no_known_allergy.size() == 4);
    const std::string header = "system,code,display,scope,why\n";
    struct Bad {
        std::string text;
        const char* message;
    };
    const Bad rows[] = {
        {"", "f.csv: no codes"},
        {header, "f.csv: no codes"},
        {"system,code,display\n", "f.csv:1: the columns system,code,display,scope,why are expected"},
        {"a,b,c,d,e\n", "f.csv:1: the header is not system,code,display,scope,why"},
        {header + "s,1,x,any,y\ns,1,x,food,y\n", "f.csv:3: the code stands in another row already"},
        {header + "s,1,x,latex,y\n", "f.csv:2: scope is any, medication, food or environment"},
        {header + "s,,x,any,y\n", "f.csv:2: system and code are needed"},
    };
    for (const Bad& bad : rows) {
        CAPTURE(bad.text);
        CHECK_THROWS_WITH_AS(load_no_known_allergy(bad.text, "f.csv"), bad.message, MappingError);
    }
}
