#include "core/profile/code_form.hpp"
#include "core/profile/test_table.hpp"

using namespace gpswitch;
using namespace gpswitch::profile;

namespace {

/// One resource, and the one finding of at least a warning in it; no code: there is none.
struct Row {
    const char* text;
    const char* code;
    const char* path;
    const char* why;
};

void expect(const Row& row) {
    CAPTURE(row.text);
    CAPTURE(row.why);
    const auto found = found_in(row.text);
    std::string all;
    for (const Finding& f : found) all += std::string(f.code) + " " + f.path + " (" + f.message + ")\n";
    CAPTURE(all);
    if (std::string(row.code).empty()) {
        CHECK(found.empty());
        return;
    }
    REQUIRE(found.size() == 1);
    CHECK(found[0].code == row.code);
    CHECK(found[0].path == row.path);
}

}  // namespace

TEST_CASE("profile check: structure of R4") {
    const Row rows[] = {
        {R"({"resourceType":"Patient","gender":"female","birthDate":"1970-02-28"})", "", "", "good"},
        {R"({"id":"a"})", "FHIR-RES-001", "resourceType", "no resourceType"},
        {R"({"resourceType":"patient"})", "FHIR-RES-002", "resourceType", "wrong case"},
        {R"({"resourceType":"DomainResource"})", "FHIR-RES-002", "resourceType", "abstract"},
        {R"({"resourceType":"Patient","colour":"red"})", "FHIR-ELEM-001", "Patient.colour",
         "unknown element"},
        {R"({"resourceType":"Patient","name":[{"familyName":"X"}]})", "FHIR-ELEM-001",
         "Patient.name[0].familyName", "unknown in a data type"},
        {R"({"resourceType":"Patient","link":[{"type":"seealso"}]})", "FHIR-ELEM-002",
         "Patient.link[0].other", "required element missing"},
        {R"({"resourceType":"Patient","gender":["male"]})", "FHIR-ELEM-005", "Patient.gender",
         "array for one"},
        {R"({"resourceType":"Patient","name":{"family":"X"}})", "FHIR-ELEM-005", "Patient.name",
         "one for an array"},
        {R"({"resourceType":"Patient","name":[]})", "FHIR-ELEM-006", "Patient.name", "empty array"},
        {R"({"resourceType":"Patient","name":[{}]})", "FHIR-ELEM-006", "Patient.name[0]", "empty object"},
        {R"({"resourceType":"Patient","name":[{"id":"a"}]})", "FHIR-ELEM-006", "Patient.name[0]",
         "only an id"},
        {R"({"resourceType":"Patient","id":""})", "FHIR-ELEM-006", "Patient.id", "empty string"},
        {R"({"resourceType":"Patient","gender":null})", "FHIR-ELEM-007", "Patient.gender", "null"},
        {R"({"resourceType":"Patient","name":[{"given":["A",null]}]})", "FHIR-ELEM-007",
         "Patient.name[0].given[1]", "null in an array with nothing beside it"},
        {R"({"resourceType":"Patient","name":[{"given":["A",null],"_given":[null,{"id":"x","extension":[{"url":"http://example.org/e","valueCode":"b"}]}]}]})",
         "", "", "null beside an extension"},
        {R"({"resourceType":"Patient","deceasedBoolean":true,"deceasedDateTime":"2020"})", "FHIR-ELEM-008",
         "Patient.deceased[x]", "two of a choice"},
        {R"({"resourceType":"Patient","deceasedString":"yes"})", "FHIR-ELEM-001", "Patient.deceasedString",
         "a type that is not in the choice"},
        {R"({"resourceType":"Patient","active":"true"})", "FHIR-PRIM-001", "Patient.active",
         "boolean as string"},
        {R"({"resourceType":"Patient","multipleBirthInteger":"2"})", "FHIR-PRIM-001",
         "Patient.multipleBirthInteger", "integer as string"},
        {R"({"resourceType":"Patient","multipleBirthInteger":2.0})", "FHIR-PRIM-002",
         "Patient.multipleBirthInteger", "integer with a point"},
        {R"({"resourceType":"Patient","maritalStatus":"M"})", "FHIR-PRIM-001", "Patient.maritalStatus",
         "a string for an object"},
        {R"({"resourceType":"Patient","gender":"male","gender":"female"})", "FHIR-JSON-002", "Patient.gender",
         "the same key twice"},
        {R"({"resourceType":"Patient","gender":"m"})", "FHIR-BIND-001", "Patient.gender",
         "outside a required set"},
        {R"({"resourceType":"Patient","contained":[{"resourceType":"Organization","id":"o","name":"X"}],"managingOrganization":{"reference":"#o"}})",
         "", "", "contained and referred to"},
        {R"({"resourceType":"Patient","contained":[{"resourceType":"Organization","id":"o","name":"X"}]})",
         "FHIR-INV-001", "Patient.contained", "dom-3: nothing refers to it"},
        {R"({"resourceType":"Patient","managingOrganization":{"reference":"#o"}})", "FHIR-LINK-002",
         "Patient.managingOrganization.reference", "not contained"},
        {R"({"resourceType":"Patient","managingOrganization":{"reference":"Patient/1"}})", "FHIR-LINK-001",
         "Patient.managingOrganization", "wrong type"},
        {R"({"resourceType":"Patient","managingOrganization":{"reference":"Organization/1","type":"Organization"}})",
         "", "", "the type said is that of the reference"},
        {R"({"resourceType":"Patient","managingOrganization":{"reference":"Organization/1","type":"Practitioner"}})",
         "FHIR-LINK-001", "Patient.managingOrganization.type", "it is not"},
        {R"({"resourceType":"Patient","managingOrganization":{"reference":"https://example.org/fhir/Organization/1/_history/2"}})",
         "", "", "absolute and versioned"},
        {R"({"resourceType":"Patient","managingOrganization":{"reference":"urn:uuid:6f3e1b38-3c1d-4c8a-9a43-0f6f2a4b5c6d"}})",
         "", "", "urn: type unknown"},
        {R"({"resourceType":"Patient","managingOrganization":{"display":"X"}})", "", "",
         "no reference at all"},
    };
    for (const Row& row : rows) expect(row);
}

TEST_CASE("profile check: below what is unknown no name may stand twice, and each repetition is said") {
    const auto found = found_in(
        R"({"resourceType":"Patient","colour":{"a":1,"b":{"c":1,"c":2},"a":3,"a":4,"d":[{"a":5}]}})");
    REQUIRE(found.size() == 4);
    CHECK(found[0].code == "FHIR-ELEM-001");
    for (std::size_t i = 1; i < 4; ++i) CHECK(found[i].code == "FHIR-JSON-002");
}

TEST_CASE("profile check: primitives") {
    struct Value {
        const char* element;
        const char* value;
        const char* code;
    };
    const Value values[] = {
        {"birthDate", "\"1970\"", ""},
        {"birthDate", "\"1970-02\"", ""},
        {"birthDate", "\"2000-02-29\"", ""},
        {"birthDate", "\"2019-02-29\"", "FHIR-PRIM-003"},
        {"birthDate", "\"2019-04-31\"", "FHIR-PRIM-003"},
        {"birthDate", "\"1900-02-29\"", "FHIR-PRIM-003"},
        {"birthDate", "\"2019-13\"", "FHIR-PRIM-002"},
        {"birthDate", "\"2019-2-1\"", "FHIR-PRIM-002"},
        {"birthDate", "\"2019-02-01T10:00:00Z\"", "FHIR-PRIM-002"},
        {"birthDate", "\"0000-01-01\"", "FHIR-PRIM-002"},
        {"deceasedDateTime", "\"2019-02-01T10:00:00Z\"", ""},
        {"deceasedDateTime", "\"2019-02-01T10:00:00.123456789+14:00\"", ""},
        {"deceasedDateTime", "\"2015-06-30T23:59:60Z\"", ""},
        {"deceasedDateTime", "\"2019-02-01T10:00:00\"", "FHIR-PRIM-002"},
        {"deceasedDateTime", "\"2019-02-01T10:00Z\"", "FHIR-PRIM-002"},
        {"deceasedDateTime", "\"2019-02-01T24:00:00Z\"", "FHIR-PRIM-002"},
        {"deceasedDateTime", "\"2019-02-01T10:00:00+14:01\"", "FHIR-PRIM-002"},
        {"deceasedDateTime", "\"2019-02-30T10:00:00Z\"", "FHIR-PRIM-003"},
        {"id", "\"A-1.b\"", ""},
        {"id", "\"a_b\"", "FHIR-PRIM-002"},
        {"id", "\"12345678901234567890123456789012345678901234567890123456789012345\"", "FHIR-PRIM-002"},
        {"implicitRules", "\"http://example.org/a b\"", "FHIR-PRIM-002"},
        {"language", "\"en-GB\"", ""},
        {"language", "\"en GB\"", "FHIR-BIND-001"},
        {"multipleBirthInteger", "2147483647", ""},
        {"multipleBirthInteger", "2147483648", "FHIR-PRIM-002"},
        {"multipleBirthInteger", "-1", ""},
    };
    for (const Value& v : values) {
        const std::string text =
            std::string(R"({"resourceType":"Patient",")") + v.element + "\":" + v.value + "}";
        const std::string path = std::string("Patient.") + v.element;
        expect({text.c_str(), v.code, path.c_str(), v.element});
    }
}

TEST_CASE("profile check: numbers beyond a double are decimals") {
    for (const char* n : {"1e400", "123456789012345678901234567890.123456789", "-0.0", "1E-7"}) {
        const std::string text =
            std::string(
                R"({"resourceType":"Observation","status":"final","code":{"text":"x"},"valueQuantity":{"value":)") +
            n + "}}";
        CAPTURE(n);
        CHECK(found_in(text).empty());
    }
}

TEST_CASE("profile check: UK Core") {
    const Row rows[] = {
        {R"({"resourceType":"Patient","identifier":[{"system":"https://fhir.nhs.uk/Id/nhs-number","value":"9990000018"}]})",
         "", "", "good"},
        {R"({"resourceType":"Patient","identifier":[{"system":"https://fhir.nhs.uk/Id/nhs-number","value":"9990000018"},{"system":"https://fhir.nhs.uk/Id/nhs-number","value":"9990000018"}]})",
         "FHIR-SLICE-002", "Patient.identifier", "a slice of at most one"},
        {R"({"resourceType":"Patient","identifier":[{"system":"https://fhir.nhs.uk/Id/nhs-number"}]})",
         "FHIR-ELEM-002", "Patient.identifier[0].value", "required in the slice"},
        {R"({"resourceType":"Patient","identifier":[{"system":"https://example.org/other"}]})", "", "",
         "not in the slice"},
        {R"({"resourceType":"Patient","identifier":[{"system":"https://fhir.nhs.uk/Id/nhs-number","value":"9990000019"}]})",
         "FHIR-NHS-001", "Patient.identifier[0].value", "check digit"},
        {R"({"resourceType":"MedicationRequest","status":"active","intent":"order","medicationCodeableConcept":{"text":"x"},"subject":{"display":"x"}})",
         "FHIR-ELEM-002", "MedicationRequest.substitution", "required by the profile"},
        {R"({"resourceType":"AllergyIntolerance","clinicalStatus":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical","code":"active"}]},"patient":{"display":"x"}})",
         "FHIR-ELEM-002", "AllergyIntolerance.code", "required by the profile"},
        {R"({"resourceType":"Immunization","status":"not-done","vaccineCode":{"text":"x"},"patient":{"display":"x"},"occurrenceString":"x"})",
         "FHIR-INV-001", "Immunization", "ukcore-imm-001"},
        {R"({"resourceType":"Patient","extension":[{"url":"https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-BirthSex","valueCodeableConcept":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v3-AdministrativeGender","code":"F"}]}}]})",
         "", "", "an extension as defined"},
        {R"({"resourceType":"Patient","extension":[{"url":"https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-BirthSex","valueCodeableConcept":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v3-AdministrativeGender","code":"X"}]}}]})",
         "FHIR-BIND-001", "Patient.extension[0].valueCodeableConcept", "required set in an extension"},
        {R"({"resourceType":"Patient","extension":[{"url":"https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-BirthSex","valueCode":"F"}]})",
         "FHIR-ELEM-009", "Patient.extension[0].valueCode", "another type of value"},
        {R"({"resourceType":"Patient","name":[{"family":"X","extension":[{"url":"https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-BirthSex","valueCodeableConcept":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v3-AdministrativeGender","code":"F"}]}}]}]})",
         "FHIR-EXT-003", "Patient.name[0].extension[0]", "in a place where it may not stand"},
        {R"({"resourceType":"Patient","telecom":[{"_system":{"extension":[{"url":"https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-OtherContactSystem","valueCodeableConcept":{"coding":[{"system":"https://fhir.hl7.org.uk/CodeSystem/UKCore-OtherContactSystem","code":"textphone"}]}}]},"value":"01632 960001"}]})",
         "", "", "an extension of a primitive that has no value"},
        {R"({"resourceType":"Patient","extension":[{"url":"http://example.org/e"}]})", "FHIR-EXT-001",
         "Patient.extension[0]", "neither value nor extensions"},
        {R"({"resourceType":"Patient","extension":[{"url":"http://example.org/e","valueCode":"a","extension":[{"url":"b","valueCode":"c"}]}]})",
         "FHIR-EXT-001", "Patient.extension[0]", "both"},
        {R"({"resourceType":"Patient","extension":[{"url":"http://example.org/e","valueCode":"a"}]})", "", "",
         "an extension that nobody here knows"},
    };
    for (const Row& row : rows) expect(row);
}

TEST_CASE("profile check: blood pressure, where slices lie in slices") {
    const std::string head =
        R"({"resourceType":"Observation","meta":{"profile":["https://fhir.hl7.org.uk/StructureDefinition/UKCore-Observation-VitalSigns-BloodPressure"]},"status":"final","category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/observation-category","code":"vital-signs"}]}],"code":{"coding":[{"system":"http://loinc.org","code":"85354-9"},{"system":"http://snomed.info/sct","code":"75367002"}]},"subject":{"reference":"Patient/1"},"effectiveDateTime":"2020-01-01","component":[)";
    const std::string systolic =
        R"({"code":{"coding":[{"system":"http://loinc.org","code":"8480-6"},{"system":"http://snomed.info/sct","code":"72313002"}],"text":"Systolic blood pressure"},"valueQuantity":{"value":120,"unit":"millimeter of mercury","system":"http://unitsofmeasure.org","code":"mm[Hg]"}})";
    const auto one = [&](std::string component, const std::string& from, const std::string& to,
                         const char* code, const char* path) {
        if (!from.empty()) component.replace(component.find(from), from.size(), to);
        const std::string text = head + component + "]}";
        expect({text.c_str(), code, path, from.c_str()});
    };
    one(systolic, "", "", "", "");
    one(systolic, "millimeter of mercury", "mmHg", "FHIR-FIX-001",
        "Observation.component[0].valueQuantity.unit");
    one(systolic, "8480-6", "8462-4", "FHIR-FIX-001", "Observation.component[0].code.coding[0].code");
    one(systolic, R"({"system":"http://loinc.org","code":"8480-6"},)", "", "FHIR-SLICE-001",
        "Observation.component[0].code.coding");
    one(systolic + "," + systolic, "", "", "FHIR-SLICE-002", "Observation.component");
}

TEST_CASE("profile check: invariants of R4") {
    const Row rows[] = {
        {R"({"resourceType":"Patient","contact":[{"gender":"male"}]})", "FHIR-INV-001", "Patient.contact[0]",
         "pat-1"},
        {R"({"resourceType":"Patient","telecom":[{"value":"01632 960001"}]})", "FHIR-INV-001",
         "Patient.telecom[0]", "cpt-2"},
        {R"({"resourceType":"Patient","name":[{"family":"X","period":{"start":"2020-02","end":"2020-01"}}]})",
         "FHIR-INV-001", "Patient.name[0].period", "per-1"},
        {R"({"resourceType":"Patient","name":[{"family":"X","period":{"start":"2020-02-10","end":"2020-02"}}]})",
         "", "", "per-1: not decided"},
        {R"({"resourceType":"Observation","status":"final","code":{"text":"x"},"valueString":"a","dataAbsentReason":{"text":"b"}})",
         "FHIR-INV-001", "Observation", "obs-6"},
        {R"({"resourceType":"Observation","status":"final","code":{"text":"x"},"valueQuantity":{"value":1,"code":"kg"}})",
         "FHIR-INV-001", "Observation.valueQuantity", "qty-3"},
        {R"({"resourceType":"Organization","telecom":[{"system":"phone","value":"1","use":"home"}],"name":"x"})",
         "FHIR-INV-001", "Organization.telecom[0]", "org-3"},
        {R"({"resourceType":"Patient","text":{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\"><p>x</p></div>"}})",
         "", "", "narrative"},
        {R"({"resourceType":"Patient","text":{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\"><script>x</script></div>"}})",
         "FHIR-INV-001", "Patient.text.div", "txt-1"},
    };
    for (const Row& row : rows) {
        CAPTURE(row.text);
        CAPTURE(row.why);
        const auto found = found_in(row.text);
        REQUIRE(found.empty() == std::string(row.code).empty());
        if (found.empty()) continue;
        CHECK(found[0].code == row.code);
        CHECK(found[0].path == row.path);
    }
}

TEST_CASE("profile check: codes of sets that are not at hand are looked at by their form") {
    CHECK(code_form("http://hl7.org/fhir/ValueSet/other", "", "x") == Form::unknown);
    const auto form = [](const char* set, const char* code) {
        return code_form(std::string("http://hl7.org/fhir/ValueSet/") + set, "", code) == Form::good;
    };
    for (const char* good : {"en", "en-GB", "zh-Hant-TW", "x-private", "i-klingon", "de-1996"})
        CHECK(form("all-languages", good));
    for (const char* bad : {"e", "en GB", "en-", "-en", "12", "en_GB", "overlongword"})
        CHECK_FALSE(form("all-languages", bad));
    for (const char* good : {"text/plain", "application/fhir+json; charset=utf-8", "image/svg+xml"})
        CHECK(form("mimetypes", good));
    for (const char* bad : {"text", "text/", "/plain", "te xt/plain", "text/pl/ain", "text/;a=b"})
        CHECK_FALSE(form("mimetypes", bad));
    CHECK(form("currencies", "GBP"));
    for (const char* bad : {"gbp", "GB", "GBPS", "G8P"}) CHECK_FALSE(form("currencies", bad));
    for (const char* good : {"kg", "mm[Hg]", "10*9/L", "/min", "{score}", "mg/(24.h)", "%", "m2", "kg/m2",
                             "Cel", "[degF]", "ug{creat}/g"})
        CHECK(form("ucum-units", good));
    for (const char* bad :
         {"", "mm[Hg", "mm Hg", "kg/", "kg..m", "a)", "(a", "{a}}", "[]", "kg//m", ".a", "()"})
        CHECK_FALSE(form("ucum-units", bad));
    CHECK(code_form("http://hl7.org/fhir/ValueSet/all-languages", "http://example.org", "en") == Form::bad);
}

TEST_CASE("profile check: SNOMED CT identifiers") {
    const auto of = [](const char* code) {
        return R"({"resourceType":"Condition","subject":{"display":"x"},"code":{"coding":[{"system":"http://snomed.info/sct","code":")" +
               std::string(code) + "\"}]}}";
    };
    const std::string path = "Condition.code.coding[0].code";
    for (const char* good : {"72313002", "1104441000000107", "72313002:363698007=113257007"}) {
        const std::string text = of(good);
        expect({text.c_str(), "", "", "good, or an expression"});
    }
    // A check digit, a partition of descriptions, too short, a zero in front.
    for (const char* bad : {"72313003", "1104441000000108", "754786011", "12345", "072313002"}) {
        const std::string text = of(bad);
        expect({text.c_str(), "FHIR-SCT-001", path.c_str(), "not the identifier of a concept"});
    }
}

TEST_CASE("profile check: contexts by an invariant, and what is contained in what is contained") {
    const auto list = [](const char* mode) {
        return std::string(
                   R"({"resourceType":"List","extension":[{"url":"http://hl7.org/fhir/StructureDefinition/list-changeBase","valueReference":{"display":"x"}}],"status":"current","mode":")") +
               mode + "\"}";
    };
    const std::string good = list("changes"), bad = list("working");
    expect({good.c_str(), "", "", "mode = 'changes' holds"});
    expect({bad.c_str(), "FHIR-EXT-003", "List.extension[0]", "it does not"});
    bool nested = false;
    for (
        const Finding& f : found_in(
            R"({"resourceType":"Patient","contained":[{"resourceType":"Organization","id":"o","name":"X","contained":[{"resourceType":"Organization","id":"p","name":"Y"}]}],"managingOrganization":{"reference":"#o"}})"))
        nested =
            nested || (f.code == "FHIR-INV-001" && f.path == "Patient" && f.message.starts_with("dom-2"));
    CHECK(nested);
}

TEST_CASE("profile check: values are shown only when asked for") {
    const std::string text = R"({"resourceType":"Patient","birthDate":"secret-date"})";
    CHECK(found_in(text)[0].message.find("secret") == std::string::npos);
    CheckOptions options;
    options.show_values = true;
    CHECK(found_in(text, options)[0].message.find("secret-date") != std::string::npos);
}

TEST_CASE("profile check: what cannot be checked is said, and is no fault") {
    const std::string text =
        R"({"resourceType":"CareTeam","meta":{"profile":["http://example.org/unknown"]},"extension":[{"url":"http://example.org/e","valueCode":"a"}],"language":"en"})";
    Document document(shipped().atoms());
    json::Error error;
    REQUIRE(document.parse(text, text.size(), error));
    Checker checker(shipped(), {});
    std::vector<Finding> found;
    checker.check(document, found);
    CHECK(found.empty());
    std::string all;
    for (const auto& [what, times] : checker.not_checked()) all += what + "\n";
    CAPTURE(all);
    CHECK(all.find("codes of http://hl7.org/fhir/ValueSet/all-languages") != std::string::npos);
    CHECK(all.find("profile http://example.org/unknown") != std::string::npos);
    CHECK(all.find("extension http://example.org/e") != std::string::npos);
}
