#include "core/report/writer.hpp"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "core/report/xml_text.hpp"

using namespace gpswitch;

namespace {

const Issue kRow{Severity::error, "EMIS-DATE-003", "a b.zip!x.csv", 12, 3, "",
                 "EffectiveDate", "not a day",     "see <5>"};
const Issue kEntity{Severity::warning, "VAL-REF-001",       "", 0, 0, "Observation/o1",
                    "encounter",       "leads \"nowhere\"", ""};
const Issue kFatal{Severity::fatal, "ARCH-001", "a.zip", 0, 0, "", "", "cut short", ""};
const Issue kNote{Severity::information, "VAL-NHS-002", "", 0, 0, "Patient/p",
                  "identifier[0].value", "test number", ""};

std::string written(Format format, const std::vector<Issue>& issues) {
    std::string out;
    WriterOptions options{"gpswitch validate", "0.1.0",
                          [](std::string_view code) { return "about " + std::string(code); }};
    auto writer = make_issue_writer(
        format, [&](std::string_view s) { out += s; }, options);
    for (const Issue& i : issues) writer->add(i);
    writer->finish();
    CHECK(writer->total() == issues.size());
    return out;
}

}  // namespace

TEST_CASE("report: formats by name") {
    for (std::string_view name : format_names()) CHECK(format_of(name).has_value());
    CHECK(format_of("sarif") == Format::sarif);
    CHECK(!format_of("SARIF"));
    CHECK(!format_of("html"));
}

TEST_CASE("report: text keeps the given order and ends with totals") {
    CHECK(written(Format::text, {kEntity, kRow, kEntity}) ==
          "warning VAL-REF-001: leads \"nowhere\" [Observation/o1 encounter]\n"
          "a b.zip!x.csv:12:3: error EMIS-DATE-003: not a day [EffectiveDate] (see <5>)\n"
          "warning VAL-REF-001: leads \"nowhere\" [Observation/o1 encounter]\n"
          "3 findings: 1 error, 2 warnings\n");
    CHECK(written(Format::text, {}) == "no findings\n");
    CHECK(written(Format::text, {kFatal}) == "a.zip: fatal ARCH-001: cut short\n1 finding: 1 fatal\n");
}

TEST_CASE("report: JSON Lines") {
    const std::string out = written(Format::jsonl, {kRow, kEntity});
    const std::size_t end = out.find('\n');
    const auto first = nlohmann::json::parse(out.substr(0, end));
    CHECK(first["severity"] == "error");
    CHECK(first["line"] == 12);
    CHECK(first["hint"] == "see <5>");
    CHECK(nlohmann::json::parse(out.substr(end + 1))["resource"] == "Observation/o1");
    CHECK(written(Format::jsonl, {}).empty());
}

TEST_CASE("report: JUnit counts failures and errors, and passes warnings") {
    const std::string out = written(Format::junit, {kRow, kEntity, kFatal});
    CHECK(
        out ==
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        "<testsuites name=\"gpswitch validate\" tests=\"3\" failures=\"1\" errors=\"1\">\n"
        "<testsuite name=\"gpswitch validate\" tests=\"3\" failures=\"1\" errors=\"1\">\n"
        "<testcase classname=\"gpswitch validate.EMIS-DATE-003\" name=\"EMIS-DATE-003 a b.zip!x.csv:12:3 "
        "EffectiveDate\"><failure type=\"EMIS-DATE-003\" message=\"not a day\">a b.zip!x.csv:12:3: error "
        "EMIS-DATE-003: "
        "not a day [EffectiveDate] (see &lt;5&gt;)</failure></testcase>\n"
        "<testcase classname=\"gpswitch validate.VAL-REF-001\" name=\"VAL-REF-001 Observation/o1 "
        "encounter\"><system-out>"
        "warning VAL-REF-001: leads &quot;nowhere&quot; [Observation/o1 encounter]</system-out></testcase>\n"
        "<testcase classname=\"gpswitch validate.ARCH-001\" name=\"ARCH-001 a.zip\"><error type=\"ARCH-001\" "
        "message=\"cut short\">a.zip: fatal ARCH-001: cut short</error></testcase>\n"
        "</testsuite>\n</testsuites>\n");
    CHECK(written(Format::junit, {}).find("tests=\"1\" failures=\"0\"") != std::string::npos);
}

TEST_CASE("report: text in XML") {
    struct Row {
        std::string_view text, xml;
        const char* why;
    };
    using namespace std::string_view_literals;
    const Row rows[] = {
        {"a&b<c>\"d\"'", "a&amp;b&lt;c&gt;&quot;d&quot;'", "markup"},
        {"a\tb\nc\rd", "a&#9;b&#10;c&#13;d", "white space survives in attributes"},
        {"a\x01\x1F\0b"sv,
         "a\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"
         "b",
         "control characters cannot be written at all"},
        {"\x7F", "\x7F", "DEL is allowed"},
        {"\xC2\xA3\xE2\x82\xAC\xF0\x9F\x92\x8A", "\xC2\xA3\xE2\x82\xAC\xF0\x9F\x92\x8A",
         "two, three, four bytes"},
        {"\xFF"
         "a\xE2\x82",
         "\xEF\xBF\xBD"
         "a\xEF\xBF\xBD\xEF\xBF\xBD",
         "bytes that are no UTF-8"},
        {"\xC0\xAF", "\xEF\xBF\xBD\xEF\xBF\xBD", "overlong"},
        {"\xEF\xBF\xBF", "\xEF\xBF\xBD", "a non-character"},
        {"]]>", "]]&gt;", "no CDATA end"},
    };
    for (const Row& row : rows) {
        CAPTURE(row.why);
        std::string out;
        append_xml(out, row.text);
        CHECK(out == row.xml);
    }
}

TEST_CASE("report: SARIF 2.1.0") {
    const auto j = nlohmann::json::parse(written(Format::sarif, {kRow, kEntity, kFatal, kNote, kRow}));
    CHECK(j["version"] == "2.1.0");
    const auto& run = j["runs"][0];
    CHECK(run["tool"]["driver"]["name"] == "gpswitch");
    CHECK(run["tool"]["driver"]["version"] == "0.1.0");
    const auto& rules = run["tool"]["driver"]["rules"];
    REQUIRE(rules.size() == 4);
    CHECK(rules[0]["id"] == "EMIS-DATE-003");
    CHECK(rules[0]["shortDescription"]["text"] == "about EMIS-DATE-003");
    const auto& results = run["results"];
    REQUIRE(results.size() == 5);
    CHECK(results[4]["ruleIndex"] == 0);
    CHECK(results[3]["ruleIndex"] == 3);
    CHECK(results[0]["level"] == "error");
    CHECK(results[1]["level"] == "warning");
    CHECK(results[2]["level"] == "error");
    CHECK(results[2]["properties"]["severity"] == "fatal");
    CHECK(results[3]["level"] == "note");
    const auto& place = results[0]["locations"][0]["physicalLocation"];
    CHECK(place["artifactLocation"]["uri"] == "a%20b.zip!x.csv");
    CHECK(place["region"]["startLine"] == 12);
    CHECK(!place["region"].contains("startColumn"));
    CHECK(results[0]["properties"]["column"] == 3);
    CHECK(results[1]["locations"][0]["logicalLocations"][0]["fullyQualifiedName"] ==
          "Observation/o1 encounter");
    CHECK(!results[1]["locations"][0].contains("physicalLocation"));

    const auto none = nlohmann::json::parse(written(Format::sarif, {}));
    CHECK(none["runs"][0]["results"].empty());
    CHECK(none["runs"][0]["tool"]["driver"]["rules"].is_array());
}

TEST_CASE("report: OperationOutcome") {
    const auto j = nlohmann::json::parse(written(Format::outcome, {kRow, kNote}));
    CHECK(j["resourceType"] == "OperationOutcome");
    REQUIRE(j["issue"].size() == 2);
    CHECK(j["issue"][0]["severity"] == "error");
    CHECK(j["issue"][0]["details"]["coding"][0]["code"] == "EMIS-DATE-003");
    CHECK(j["issue"][0]["diagnostics"] == "a b.zip!x.csv:12:3; see <5>");
    CHECK(!j["issue"][0].contains("expression"));
    CHECK(j["issue"][1]["code"] == "informational");
    CHECK(j["issue"][1]["expression"][0] == "Patient.identifier[0].value");
    const auto none = nlohmann::json::parse(written(Format::outcome, {}));
    REQUIRE(none["issue"].size() == 1);
    CHECK(none["issue"][0]["severity"] == "information");
}
