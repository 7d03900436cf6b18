#include "core/report/writer.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <limits>

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

std::string written(Format format, const std::vector<Issue>& issues,
                    std::uint64_t most = std::numeric_limits<std::uint64_t>::max()) {
    std::string out;
    static const RuleInfo rule{"EMIS-DATE-003", Severity::error, "about dates",
                               "why dates",     "a source",      "a hint"};
    WriterOptions options{
        .title = "gpswitch validate",
        .version = "0.1.0",
        .describe = [](std::string_view code) { return code == rule.code ? &rule : nullptr; },
        .most = most};
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
    CHECK(format_of("html") == Format::html);
    CHECK(!format_of("pdf"));
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
        "EffectiveDate\"><properties><property name=\"severity\" value=\"error\"/><property name=\"member\" "
        "value=\"a b.zip!x.csv\"/><property name=\"line\" value=\"12\"/><property name=\"column\" "
        "value=\"3\"/>"
        "<property name=\"path\" value=\"EffectiveDate\"/><property name=\"hint\" value=\"see &lt;5&gt;\"/>"
        "</properties><failure type=\"EMIS-DATE-003\" message=\"not a day\">a b.zip!x.csv:12:3: error "
        "EMIS-DATE-003: "
        "not a day [EffectiveDate] (see &lt;5&gt;)</failure></testcase>\n"
        "<testcase classname=\"gpswitch validate.VAL-REF-001\" name=\"VAL-REF-001 Observation/o1 "
        "encounter\"><properties><property name=\"severity\" value=\"warning\"/><property name=\"resource\" "
        "value=\"Observation/o1\"/><property name=\"path\" value=\"encounter\"/></properties><system-out>"
        "warning VAL-REF-001: leads &quot;nowhere&quot; [Observation/o1 encounter]</system-out></testcase>\n"
        "<testcase classname=\"gpswitch validate.ARCH-001\" name=\"ARCH-001 a.zip\"><properties><property "
        "name=\"severity\" value=\"fatal\"/><property name=\"member\" value=\"a.zip\"/></properties><error "
        "type=\"ARCH-001\" "
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
    CHECK(rules[0]["shortDescription"]["text"] == "about dates");
    CHECK(rules[0]["fullDescription"]["text"] == "why dates");
    CHECK(rules[0]["help"]["text"] == "a hint");
    CHECK(rules[0]["defaultConfiguration"]["level"] == "error");
    CHECK(rules[0]["properties"]["source"] == "a source");
    CHECK(rules[1].size() == 1);
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

TEST_CASE("report: every format carries all of a finding of a profile") {
    Issue i;
    i.severity = Severity::error;
    i.code = "FHIR-ELEM-002";
    i.member = "p.zip!Patient.ndjson";
    i.line = 7;
    i.column = 21;
    i.resource = "Patient/p1";
    i.path = "Patient.link[0].other";
    i.message = "this element is required";
    i.hint = "give it";
    i.source = "http://hl7.org/fhir/StructureDefinition/Patient";
    for (const std::string_view name : format_names()) {
        CAPTURE(name);
        const std::string out = written(*format_of(name), {i});
        for (const std::string& part :
             {to_text(i.severity) == "error" ? std::string("error") : "", i.code, i.member, std::string("7"),
              std::string("21"), i.resource, i.path, i.message, i.hint, i.source}) {
            CAPTURE(part);
            CHECK(out.find(part) != std::string::npos);
        }
    }
    CHECK(i.text() ==
          "p.zip!Patient.ndjson:7:21: error FHIR-ELEM-002: this element is required "
          "[http://hl7.org/fhir/StructureDefinition/Patient] [Patient/p1 Patient.link[0].other] (give it)");
    CHECK(nlohmann::json::parse(i.json())["source"] == i.source);
    const auto sarif =
        nlohmann::json::parse(written(Format::sarif, {i}))["runs"][0]["results"][0]["properties"];
    CHECK(sarif["source"] == i.source);
    CHECK(sarif["path"] == i.path);
    CHECK(sarif["column"] == 21);
    CHECK(written(Format::junit, {i}).find("<property name=\"source\" value=\"" + i.source + "\"/>") !=
          std::string::npos);
    const auto issue = nlohmann::json::parse(written(Format::outcome, {i}))["issue"][0];
    CHECK(issue["expression"][0] == "Patient.link[0].other");  // the type stands in it already
    const std::string base = "http://hl7.org/fhir/StructureDefinition/operationoutcome-";
    CHECK(issue["extension"] ==
          nlohmann::json::array({{{"url", base + "file"}, {"valueString", i.member}},
                                 {{"url", base + "issue-line"}, {"valueInteger", 7}},
                                 {{"url", base + "issue-col"}, {"valueInteger", 21}},
                                 {{"url", base + "authority"}, {"valueUri", i.source}}}));
}

TEST_CASE("report: a cap writes fewer, counts all and says so") {
    const std::vector<Issue> three = {kRow, kEntity, kRow};
    CHECK(written(Format::text, three, 1) ==
          "a b.zip!x.csv:12:3: error EMIS-DATE-003: not a day [EffectiveDate] (see <5>)\n"
          "2 more findings are not shown\n3 findings: 2 errors, 1 warning\n");
    CHECK(written(Format::text, three, 2).find("\n1 more finding is not shown\n") != std::string::npos);
    CHECK(written(Format::text, three, 3).find("not shown") == std::string::npos);
    CHECK(written(Format::text, three, 0) ==
          "3 more findings are not shown\n3 findings: 2 errors, 1 warning\n");
    const std::string lines = written(Format::jsonl, three, 1);
    CHECK(std::count(lines.begin(), lines.end(), '\n') == 1);
    const auto sarif = nlohmann::json::parse(written(Format::sarif, three, 2))["runs"][0];
    CHECK(sarif["results"].size() == 2);
    CHECK(sarif["properties"]["findings"] == 3);
    CHECK(sarif["properties"]["notShown"] == 1);
    for (const std::uint64_t most : {0, 1}) {
        const auto outcome = nlohmann::json::parse(written(Format::outcome, three, most));
        REQUIRE(outcome["issue"].size() == most + 1);
        CHECK(outcome["issue"][most]["details"]["text"] ==
              std::to_string(3 - most) + " more findings are not shown");
    }
    CHECK(written(Format::junit, three, 1).find("tests=\"3\" failures=\"2\"") != std::string::npos);
    CHECK(written(Format::junit, three, 1).find("<property name=\"notShown\" value=\"2\"/>") !=
          std::string::npos);
    CHECK(written(Format::html, three, 1).find("2 more findings are not shown") != std::string::npos);
}
