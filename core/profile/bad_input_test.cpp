#include <chrono>

#include "core/profile/stream.hpp"
#include "core/profile/test_table.hpp"

using namespace gpswitch;
using namespace gpswitch::profile;

namespace {

constexpr const char* kGood = R"({"resourceType":"Patient","gender":"female"})";

/// "code line:column" of the errors, a blank between two.
std::string errors(const std::string& text, const std::string& name = "x.ndjson",
                   std::uint64_t* resources = nullptr) {
    Stream stream(shipped(), {});
    IssueList list;
    stream.check(text, name, list);
    stream.finish(list);
    if (resources != nullptr) *resources = stream.totals().resources;
    std::string out;
    for (const Issue& i : list.issues)
        if (i.severity >= Severity::error)
            out += (out.empty() ? "" : " ") + i.code + " " + std::to_string(i.line) + ":" +
                   std::to_string(i.column);
    return out;
}

std::string three(const std::string& middle) {
    return std::string(kGood) + "\n" + middle + "\n" + kGood + "\n";
}

std::string utf16(const std::string& ascii, bool mark) {
    std::string out = mark ? "\xFF\xFE" : "";
    for (const char c : ascii) (out += c) += '\0';
    return out;
}

}  // namespace

TEST_CASE("profile bad input: the line and the column of what is not JSON") {
    struct Row {
        const char* text;
        const char* where;
        const char* why;
    };
    const Row rows[] = {
        {R"({"resourceType":"Patient","gender":"fem)", "2:", "cut in a string"},
        {R"({"resourceType":"Patient","gender":)", "2:", "cut behind a name"},
        {R"({"resourceType":"Patient"},)", "2:", "something behind it"},
        {R"({"resourceType":"Patient","id":"\ud800"})", "2:33", "half of a surrogate pair"},
        {R"({"resourceType":"Patient","id":"\udc00\ud800"})", "2:33", "the halves the wrong way round"},
        {"{\"resourceType\":\"Patient\",\"id\":\"\xC3\x28\"}", "2:33", "not UTF-8"},
        {"{\"resourceType\":\"Patient\",\"id\":\"\xED\xA0\x80\"}", "2:33", "a surrogate as UTF-8"},
        {"{\"resourceType\":\"Patient\",\"id\":\"\xC0\xAF\"}", "2:33", "longer than needed"},
        {"{\"resourceType\":\"Patient\",\"id\":\"a\x01\"}", "2:34", "a control character"},
        {R"({"resourceType":"Observation","valueInteger":01})", "2:46", "a leading zero"},
        {R"({"resourceType":"Observation","valueInteger":+1})", "2:46", "a plus"},
        {R"({"resourceType":"Observation","valueInteger":NaN})", "2:46", "no number"},
        {R"({"resourceType":"Observation","valueInteger":1.})", "2:46", "nothing behind the point"},
        {R"({"resourceType":'Patient'})", "2:17", "single quotes"},
        {"42", "2:1", "a number by itself"},
        {"null", "2:1", "null by itself"},
    };
    for (const Row& row : rows) {
        CAPTURE(std::string(row.why));
        std::uint64_t resources = 0;
        const std::string found = errors(three(row.text), "x.ndjson", &resources);
        CAPTURE(found);
        CHECK(found.find(' ') == found.rfind(' '));  // one finding
        CHECK(found.starts_with("FHIR-JSON-001 " + std::string(row.where)));
        CHECK(resources == 3);
    }
}

TEST_CASE("profile bad input: what is no resource") {
    CHECK(errors(three("[]")) == "FHIR-RES-001 2:1");
    CHECK(errors(three("{}")) == "FHIR-RES-001 2:1");
    CHECK(errors(three(R"({"resourceType":null})")) == "FHIR-RES-001 2:1");
    CHECK(errors(three(R"({"resourcetype":"Patient"})")) == "FHIR-RES-001 2:1");
    CHECK(errors(three(R"({"resourceType":"patient"})")) == "FHIR-RES-002 2:18");
    CHECK(errors(three(R"({"resourceType":"PATIENT"})")) == "FHIR-RES-002 2:18");
    CHECK(errors(three(R"({"resourceType":"Patients"})")) == "FHIR-RES-002 2:18");
    CHECK(errors(three(R"({"resourceType":"HumanName"})")) == "FHIR-RES-002 2:18");
    CHECK(errors(three(R"({"resourceType":""})")) == "FHIR-RES-002 2:18");
}

TEST_CASE("profile bad input: blank lines, line ends and marks are put up with") {
    const std::string bad = R"({"resourceType":"Patient","gender":"x"})";
    CHECK(errors("\n\n  \n" + bad + "\n\n") == "FHIR-BIND-001 4:37");
    CHECK(errors(std::string(kGood) + "\r\n" + bad + "\r\n") == "FHIR-BIND-001 2:37");
    CHECK(errors("\xEF\xBB\xBF" + bad) == "FHIR-BIND-001 1:37");
    CHECK(errors("\xEF\xBB\xBF" + bad, "x.json") == "FHIR-BIND-001 1:37");
    CHECK(errors(bad) == "FHIR-BIND-001 1:37");  // the last line without its end
    CHECK(errors("").empty());
    CHECK(errors("\n").empty());
}

TEST_CASE("profile bad input: UTF-16 is refused with its line, and does not stop the rest") {
    for (const bool mark : {false, true}) {
        CHECK(errors(utf16(kGood, mark), "x.json").starts_with("FHIR-JSON-001 1:"));
        const std::string found =
            errors(utf16(std::string(kGood) + "\n" + kGood + "\n", mark) + "\n" + kGood);
        CHECK(found.starts_with("FHIR-JSON-001 1:"));
    }
}

TEST_CASE("profile bad input: 5,000 levels are refused where they are too deep, quickly") {
    std::string deep = R"({"resourceType":"Patient","extension":)";
    for (int i = 0; i < 5000; ++i) deep += R"([{"extension":)";
    CHECK(errors(three(deep)).starts_with("FHIR-JSON-001 2:"));
    deep += "1";
    for (int i = 0; i < 5000; ++i) deep += "}]";
    deep += "}";
    CHECK(errors(three(deep)).starts_with("FHIR-JSON-001 2:"));
}

TEST_CASE("profile bad input: contained three deep") {
    std::string inner = R"({"resourceType":"Organization","id":"c","name":"X"})";
    for (const char* id : {"b", "a"})
        inner = std::string(R"({"resourceType":"Organization","id":")") + id +
                R"(","name":"X","partOf":{"reference":"#)" + (id[0] == 'b' ? "c" : "b") +
                R"("},"contained":[)" + inner + "]}";
    const std::string text =
        R"({"resourceType":"Patient","managingOrganization":{"reference":"#a"},"contained":[)" + inner + "]}";
    CHECK(errors(text).find("FHIR-INV-001 1:1") != std::string::npos);  // dom-2
}

TEST_CASE("profile bad input: numbers") {
    const auto of = [](const std::string& number) {
        return errors(
            R"({"resourceType":"Observation","status":"final","code":{"text":"x"},"valueQuantity":{"value":)" +
            number + "}}");
    };
    for (const char* good : {"1e400", "-1e-400", "0.1000000000000000000000000000001",
                             "123456789012345678901234567890", "-0", "0E+0"}) {
        CAPTURE(good);
        CHECK(of(good).empty());
    }
    for (const char* bad : {"1e", ".5", "0x1", "1,5", "--1", "1 2", "Infinity"}) {
        CAPTURE(bad);
        CHECK(of(bad).starts_with("FHIR-JSON-001 1:"));
    }
}

TEST_CASE("profile bad input: a document that names no type in a whole file") {
    CHECK(errors("{\n  \"id\": \"a\"\n}", "x.json") == "FHIR-RES-001 1:1");
    CHECK(errors("{\n  \"resourceType\": \"Patient\",\n  \"gender\": \"x\"\n}", "x.json") ==
          "FHIR-BIND-001 3:14");
    CHECK(errors("{\n  \"resourceType\": \"Patient\",\n  \"gender\": \"x\"\n", "x.json")
              .starts_with("FHIR-JSON-001 "));
}

TEST_CASE("profile bad input: a document of nothing") {
    CHECK(errors("", "x.json") == "FHIR-JSON-001 1:1");
    CHECK(errors("\xEF\xBB\xBF", "x.json") == "FHIR-JSON-001 1:1");
    CHECK(errors(" \n ", "x.json").starts_with("FHIR-JSON-001 "));
    CHECK(errors("", "x.ndjson").empty());
}
