#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>

#include "core/io/test_folder.hpp"
#include "core/profile/sources.hpp"
#include "core/profile/stream.hpp"
#include "core/profile/test_base.hpp"
#include "core/profile/test_table.hpp"

using namespace gpswitch;
using namespace gpswitch::profile;

/// Each kind of rule, kept and broken: those of profiles on a FHIR of one resource, and what UK Core and R4
/// have none of in their short form.
namespace {

constexpr const char* kThing = "http://hl7.org/fhir/StructureDefinition/Thing";

/// A table of the least FHIR and one profile of Thing whose differential is `rows`.
std::string table_of(const std::string& rows) {
    const io::TestFolder folder;
    const std::string base = folder / "base.json", package = folder / "package";
    std::ofstream(base) << kBase;
    std::filesystem::create_directory(package);
    std::ofstream(package + "/a.json")
        << R"({"resourceType":"StructureDefinition","url":"http://example.org/a-Thing","id":"a-Thing","type":"Thing","kind":"resource","derivation":"constraint","baseDefinition":")"
        << kThing << R"(","differential":{"element":[)" << rows << "]}}";
    Sources sources;
    read_package(base, sources);
    read_package(package, sources);
    return to_text(compile(sources));
}

/// "code path" of what is found in a Thing with these members, a comma between two; the profile is that of
/// its type.
std::string found(const std::string& rows, const std::string& members, NotChecked* not_checked = nullptr) {
    const std::string text = table_of(rows);
    const auto table = Table::load(text, "table");
    const std::string thing = R"({"resourceType":"Thing")" + (members.empty() ? "" : "," + members) + "}";
    Document document(table->atoms());
    json::Error error;
    REQUIRE(document.parse(thing, thing.size(), error));
    Checker checker(*table, {});
    std::vector<Finding> list;
    checker.check(document, list);
    if (not_checked != nullptr) *not_checked = checker.not_checked();
    std::string out;
    for (const Finding& f : list) out += (out.empty() ? "" : ", ") + std::string(f.code) + " " + f.path;
    return out;
}

std::string sliced(const std::string& rules, const std::string& more = "") {
    return R"j({"id":"Thing.part","path":"Thing.part","slicing":{"discriminator":[{"type":"value","path":"system"}],"rules":")j" +
           rules + "\"" + more +
           R"j(}},{"id":"Thing.part:red","path":"Thing.part","sliceName":"red","min":1,"max":"1"},
{"id":"Thing.part:red.system","path":"Thing.part.system","fixedUri":"urn:red"},
{"id":"Thing.part:blue","path":"Thing.part","sliceName":"blue","max":"2"},
{"id":"Thing.part:blue.system","path":"Thing.part.system","fixedUri":"urn:blue"},
{"id":"Thing.part:blue.value","path":"Thing.part.value","min":1})j";
}

const std::string kRed = R"({"system":"urn:red"})", kBlue = R"({"system":"urn:blue","value":"b"})",
                  kOther = R"({"system":"urn:other"})";
std::string parts(std::initializer_list<std::string> list) {
    std::string out;
    for (const std::string& p : list) out += (out.empty() ? "" : ",") + p;
    return R"("part":[)" + out + "]";
}

}  // namespace

TEST_CASE("profile rules: cardinality of a profile") {
    const std::string most = R"j({"id":"Thing.part","path":"Thing.part","min":1,"max":"2"})j";
    CHECK(found(most, parts({kRed})).empty());
    CHECK(found(most, parts({kRed, kRed})).empty());
    CHECK(found(most, parts({kRed, kRed, kRed})) == "FHIR-ELEM-003 Thing.part");
    CHECK(found(most, "") == "FHIR-ELEM-002 Thing.part");
    const std::string none = R"j({"id":"Thing.part","path":"Thing.part","max":"0"})j";
    CHECK(found(none, "").empty());
    CHECK(found(none, parts({kRed})) == "FHIR-ELEM-004 Thing.part");
}

TEST_CASE("profile rules: fixed values and patterns") {
    const std::string fixed = R"j({"id":"Thing.part.system","path":"Thing.part.system","fixedUri":"urn:a"})j";
    CHECK(found(fixed, parts({R"({"system":"urn:a"})"})).empty());
    CHECK(found(fixed, parts({R"({"value":"x"})"})).empty());
    CHECK(found(fixed, parts({R"({"system":"urn:b"})"})) == "FHIR-FIX-001 Thing.part[0].system");
    const std::string whole =
        R"j({"id":"Thing.part","path":"Thing.part","fixedPart":{"system":"urn:a","value":"x"}})j";
    CHECK(found(whole, parts({R"({"value":"x","system":"urn:a"})"})).empty());
    CHECK(found(whole, parts({R"({"system":"urn:a"})"})) == "FHIR-FIX-001 Thing.part[0]");
    CHECK(found(whole, parts({R"({"system":"urn:a","value":"x","id":"i"})"})) ==
          "FHIR-FIX-001 Thing.part[0]");
    const std::string pattern =
        R"j({"id":"Thing.part","path":"Thing.part","patternPart":{"system":"urn:a"}})j";
    CHECK(found(pattern, parts({R"({"system":"urn:a","value":"x"})"})).empty());
    CHECK(found(pattern, parts({R"({"value":"x"})"})) == "FHIR-FIX-002 Thing.part[0]");
}

TEST_CASE("profile rules: types of a choice") {
    const std::string one = R"j({"id":"Thing.value[x]","path":"Thing.value[x]","type":[{"code":"string"}]})j";
    CHECK(found(one, R"("valueString":"x")").empty());
    CHECK(found(one, R"("valuePart":{"value":"x"})") == "FHIR-ELEM-009 Thing.valuePart");
    CHECK(found(one, R"("valueString":"x","valuePart":{"value":"x"})").find("FHIR-ELEM-008") !=
          std::string::npos);
}

TEST_CASE("profile rules: slices, open and closed") {
    CHECK(found(sliced("open"), parts({kRed, kOther, kBlue})).empty());
    CHECK(found(sliced("open"), parts({kOther})) == "FHIR-SLICE-001 Thing.part");
    CHECK(found(sliced("open"), parts({kRed, kRed})) == "FHIR-SLICE-002 Thing.part");
    CHECK(found(sliced("open"), parts({kRed, kBlue, kBlue, kBlue})) == "FHIR-SLICE-002 Thing.part");
    CHECK(found(sliced("open"), parts({kRed, R"({"system":"urn:blue"})"})) ==
          "FHIR-ELEM-002 Thing.part[1].value");
    CHECK(found(sliced("closed"), parts({kRed, kBlue})).empty());
    CHECK(found(sliced("closed"), parts({kRed, kOther})) == "FHIR-SLICE-003 Thing.part[1]");
    CHECK(found(sliced("closed"), parts({kRed, R"({"value":"x"})"})) == "FHIR-SLICE-003 Thing.part[1]");
}

TEST_CASE("profile rules: slices in their places") {
    CHECK(found(sliced("openAtEnd"), parts({kBlue, kRed, kOther})).empty());
    CHECK(found(sliced("openAtEnd"), parts({kOther, kRed})) == "FHIR-SLICE-004 Thing.part[1]");
    const std::string ordered = sliced("open", R"j(,"ordered":true)j");
    CHECK(found(ordered, parts({kRed, kOther, kBlue})).empty());
    CHECK(found(ordered, parts({kBlue, kRed})) == "FHIR-SLICE-004 Thing.part[1]");
}

TEST_CASE("profile rules: slices by what exists") {
    const std::string rows =
        R"j({"id":"Thing.part","path":"Thing.part","slicing":{"discriminator":[{"type":"exists","path":"value"}],"rules":"open"}},
{"id":"Thing.part:with","path":"Thing.part","sliceName":"with","max":"1"},
{"id":"Thing.part:with.value","path":"Thing.part.value","min":1},
{"id":"Thing.part:without","path":"Thing.part","sliceName":"without","max":"1"},
{"id":"Thing.part:without.value","path":"Thing.part.value","max":"0"})j";
    CHECK(found(rows, parts({kBlue, kRed})).empty());
    CHECK(found(rows, parts({kBlue, kBlue})) == "FHIR-SLICE-002 Thing.part");
    CHECK(found(rows, parts({kRed, kRed})) == "FHIR-SLICE-002 Thing.part");
}

TEST_CASE("profile rules: slices of a choice go by its type") {
    const std::string rows =
        R"j({"id":"Thing.value[x]","path":"Thing.value[x]","slicing":{"discriminator":[{"type":"type","path":"$this"}],"rules":"open"}},
{"id":"Thing.value[x]:valuePart","path":"Thing.value[x]","sliceName":"valuePart","type":[{"code":"Part"}]},
{"id":"Thing.value[x]:valuePart.system","path":"Thing.value[x].system","min":1})j";
    CHECK(found(rows, R"("valueString":"x")").empty());
    CHECK(found(rows, R"("valuePart":{"system":"urn:a"})").empty());
    CHECK(found(rows, R"("valuePart":{"value":"x"})") == "FHIR-ELEM-002 Thing.valuePart.system");
}

TEST_CASE("profile rules: what a profile says of a resource in it") {
    const std::string rows =
        R"j({"id":"Thing.inside","path":"Thing.inside","slicing":{"discriminator":[{"type":"type","path":"$this"}],"rules":"closed"}},
{"id":"Thing.inside:thing","path":"Thing.inside","sliceName":"thing","max":"1","type":[{"code":"Thing"}]},
{"id":"Thing.inside:thing.part","path":"Thing.inside.part","min":1})j";
    const std::string good = R"({"resourceType":"Thing","part":[{"value":"x"}]})";
    CHECK(found(rows, "\"inside\":[" + good + "]").empty());
    CHECK(found(rows, "\"inside\":[" + good + "," + good + "]") == "FHIR-SLICE-002 Thing.inside");
    CHECK(found(rows, R"("inside":[{"resourceType":"Thing"}])") == "FHIR-ELEM-002 Thing.inside[0].part");
}

TEST_CASE("profile rules: a discriminator that is not understood is said, and nothing is held against it") {
    const std::string rows =
        R"j({"id":"Thing.part","path":"Thing.part","slicing":{"discriminator":[{"type":"profile","path":"$this"}],"rules":"closed"}},
{"id":"Thing.part:x","path":"Thing.part","sliceName":"x","min":1})j";
    NotChecked n;
    CHECK(found(rows, parts({kRed}), &n).empty());
    CHECK(n.at("slices of part of http://example.org/a-Thing") == 1);
}

TEST_CASE(
    "profile rules: invariants of a profile, and what is deep in an element that is defined by itself") {
    const std::string rows =
        R"j({"id":"Thing.item","path":"Thing.item","constraint":[{"key":"x-1","severity":"error","expression":"name != 'bad'"},{"key":"x-2","severity":"warning","expression":"name != 'odd'"}]})j";
    CHECK(found(rows, R"("item":[{"name":"good"}])").empty());
    CHECK(found(rows, R"("item":[{"name":"good"},{"name":"bad"}])") == "FHIR-INV-001 Thing.item[1]");
    CHECK(found(rows, R"("item":[{"name":"odd"}])") == "FHIR-INV-002 Thing.item[0]");
    CHECK(found(rows, R"("item":[{"name":"a","item":[{"name":"b","item":[{"colour":"c"}]}]}])") ==
          "FHIR-ELEM-002 Thing.item[0].item[0].item[0].name, FHIR-ELEM-001 "
          "Thing.item[0].item[0].item[0].colour");
}

TEST_CASE("profile rules: lengths and limits") {
    const std::string rows = R"j({"id":"Thing.part.value","path":"Thing.part.value","maxLength":3})j";
    CHECK(found(rows, parts({R"({"value":"a\u00e9\ud83d\ude00"})"})).empty());
    CHECK(found(rows, parts({R"({"value":"abcd"})"})) == "FHIR-PRIM-004 Thing.part[0].value");
}

TEST_CASE("profile rules: primitives side by side with what belongs to them") {
    struct Row {
        const char* name;
        const char* found;
    };
    const Row rows[] = {
        {R"("given":["A"])", ""},
        {R"("given":["A",null],"_given":[null,{"extension":[{"url":"http://e.org/e","valueCode":"b"}]}])",
         ""},
        {R"("given":["A","B"],"_given":[null,{"id":"x"}])", ""},
        {R"("_given":[{"extension":[{"url":"http://e.org/e","valueCode":"b"}]}])", ""},
        {R"("given":["A"],"_given":[null,{"extension":[{"url":"http://e.org/e","valueCode":"b"}]}])", ""},
        {R"("given":[null],"_given":[null])", "FHIR-ELEM-007 Patient.name[0].given[0]"},
        {R"("given":["A"],"_given":["x"])", "FHIR-PRIM-001 Patient.name[0].given[0]"},
        {R"("given":["A"],"_given":{"id":"x"})", "FHIR-ELEM-005 Patient.name[0].given"},
        {R"("family":"A","_family":[{"id":"x"}])", "FHIR-ELEM-005 Patient.name[0].family"},
        {R"("_family":{"id":"x"})", "FHIR-ELEM-006 Patient.name[0].family"},
        {R"("_family":null)", "FHIR-ELEM-007 Patient.name[0].family"},
        {R"("_family":{"colour":"red"},"family":"A")", "FHIR-ELEM-001 Patient.name[0].family.colour"},
        {R"("_period":{"id":"x"})", "FHIR-ELEM-001 Patient.name[0]._period"},
    };
    for (const Row& row : rows) {
        CAPTURE(std::string(row.name));
        std::string all;
        for (const Finding& f :
             found_in(R"({"resourceType":"Patient","name":[{)" + std::string(row.name) + "}]}"))
            all += (all.empty() ? "" : ", ") + std::string(f.code) + " " + f.path;
        CHECK(all == row.found);
    }
}

TEST_CASE("profile rules: forms of texts") {
    const auto of = [](const std::string& member) {
        std::string all;
        for (const Finding& f : found_in(R"({"resourceType":"Patient",)" + member + "}"))
            all += (all.empty() ? "" : ", ") + std::string(f.code);
        return all;
    };
    CHECK(of(R"("implicitRules":"urn:oid:1.2.3")").empty());
    for (const char* bad :
         {R"("implicitRules":"a b")", R"("implicitRules":" ")", R"("implicitRules":"a\tb")"})
        CHECK(of(bad) == "FHIR-PRIM-002");
    CHECK(of(R"("name":[{"family":"a b"}])").empty());
    CHECK(of(R"("name":[{"family":"a\nb\tc"}])").empty());
    CHECK(of(R"("name":[{"family":"   "}])") == "FHIR-PRIM-005");
    CHECK(of(R"("name":[{"family":"a\u0007"}])") == "FHIR-PRIM-002");
    CHECK(of(R"("photo":[{"contentType":"image/png","data":"Zm9v"}])").empty());
    for (const char* bad : {R"("photo":[{"contentType":"image/png","data":"Zm9"}])",
                            R"("photo":[{"contentType":"image/png","data":"Zm=v"}])",
                            R"("photo":[{"contentType":"image/png","data":"Z*9v"}])"})
        CHECK(of(bad) == "FHIR-PRIM-002");
    CHECK(of(R"("photo":[{"contentType":"image/png","size":0}])").empty());
    CHECK(of(R"("photo":[{"contentType":"image/png","size":-1}])") == "FHIR-PRIM-002");
    CHECK(of(R"("telecom":[{"system":"phone","value":"1","rank":1}])").empty());
    CHECK(of(R"("telecom":[{"system":"phone","value":"1","rank":0}])") == "FHIR-PRIM-002");
    CHECK(of(R"("meta":{"lastUpdated":"2020-01-01T00:00:00Z"})").empty());
    for (const char* bad :
         {R"("meta":{"lastUpdated":"2020-01-01T00:00:00"})", R"("meta":{"lastUpdated":"2020-01-01"})",
          R"("meta":{"lastUpdated":"2020-01-01T00:00Z"})"})
        CHECK(of(bad) == "FHIR-PRIM-002");
}

TEST_CASE("profile rules: extensions") {
    const auto of = [](const std::string& extension) {
        std::string all;
        for (const Finding& f : found_in(R"({"resourceType":"Patient","extension":[)" + extension + "]}"))
            all += (all.empty() ? "" : ", ") + std::string(f.code) + " " + f.path;
        return all;
    };
    CHECK(of(R"({"valueCode":"a"})") == "FHIR-ELEM-002 Patient.extension[0].url");
    CHECK(of(R"({"url":"http://e.org/e","extension":[{"url":"x","valueCode":"a"}]})").empty());
    CHECK(of(R"({"url":"http://e.org/e","extension":[{"url":"x"}]})") ==
          "FHIR-EXT-001 Patient.extension[0].extension[0]");
    std::string modifier;
    for (const Finding& f : found_in(
             R"({"resourceType":"Patient","modifierExtension":[{"url":"http://e.org/e","valueCode":"a"}]})"))
        modifier += f.code;
    CHECK(modifier == "FHIR-EXT-002");
}

TEST_CASE("profile rules: claims and codes") {
    const auto of = [](const std::string& text) {
        std::string all;
        for (const Finding& f : found_in(text))
            all += (all.empty() ? "" : ", ") + std::string(f.code) + " " + f.path;
        return all;
    };
    CHECK(
        of(R"({"resourceType":"Patient","meta":{"profile":["https://fhir.hl7.org.uk/StructureDefinition/UKCore-Organization"]}})") ==
        "FHIR-PROF-001 Patient.meta.profile");
    // A required set on a CodeableConcept: the right code of the wrong system, no coding at all.
    const auto allergy = [](const std::string& status) {
        return R"({"resourceType":"AllergyIntolerance","clinicalStatus":)" + status +
               R"(,"code":{"text":"x"},"patient":{"display":"x"}})";
    };
    CHECK(
        of(allergy(
               R"({"coding":[{"system":"http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical","code":"active"}]})"))
            .empty());
    CHECK(of(allergy(R"({"coding":[{"system":"http://example.org","code":"active"}]})"))
              .find("FHIR-BIND-001 AllergyIntolerance.clinicalStatus") == 0);
    CHECK(of(allergy(R"({"text":"active"})")).find("FHIR-BIND-001 AllergyIntolerance.clinicalStatus") == 0);
    // An extensible one only warns.
    const auto warns = found_in(
        R"({"resourceType":"Patient","maritalStatus":{"coding":[{"system":"http://example.org","code":"x"}]}})");
    CHECK_FALSE(warns.empty());
    for (const Finding& f : warns) {
        CHECK(f.code == "FHIR-BIND-002");
        CHECK(f.severity == Severity::warning);
    }
}
