#include "core/profile/stream.hpp"

#include "core/profile/test_table.hpp"

using namespace gpswitch;
using namespace gpswitch::profile;

namespace {

/// "line:column code" of each finding.
std::vector<std::string> places(const std::string& text, const std::string& name) {
    Stream stream(shipped(), {});
    IssueList list;
    stream.check(text, name, list);
    std::vector<std::string> out;
    for (const Issue& i : list.issues)
        out.push_back(std::to_string(i.line) + ":" + std::to_string(i.column) + " " + i.code);
    return out;
}

}  // namespace

TEST_CASE("profile stream: line and column are those of the value") {
    struct Row {
        const char *name, *text;
        std::vector<std::string> places;
        const char* why;
    };
    // Columns count bytes from 1; a string's is that behind its quote, a name's too.
    const Row rows[] = {
        {"x.ndjson",
         "{\"resourceType\":\"Patient\"}\n{\"resourceType\":\"Patient\",\"gender\":\"x\"}\n",
         {"2:37 FHIR-BIND-001"},
         "NDJSON"},
        {"x.ndjson",
         "\n\r\n{\"resourceType\":\"Patient\"}\r\n  {\"resourceType\":\"Patient\",\"gender\":\"x\"}\r\n",
         {"4:39 FHIR-BIND-001"},
         "blank lines, CRLF, blanks before"},
        {"x.ndjson",
         "\xEF\xBB\xBF{\"resourceType\":\"Patient\",\"gender\":\"x\"}",
         {"1:37 FHIR-BIND-001"},
         "a byte order mark is no part of its line"},
        {"x.ndjson",
         "{\"resourceType\":\"Patient\",\"id\":\"\xC3\xA9\",\"gender\":\"x\"}",
         {"1:33 FHIR-PRIM-002", "1:47 FHIR-BIND-001"},
         "a letter of two bytes counts two"},
        {"x.json",
         "{\n  \"resourceType\": \"Patient\",\n  \"gender\": \"x\",\n  \"colour\": 1\n}\n",
         {"3:14 FHIR-BIND-001", "4:4 FHIR-ELEM-001"},
         "pretty JSON"},
        {"x.json",
         "{\r\n  \"resourceType\": \"Patient\",\r\n  \"gender\": \"x\",\r\n  \"colour\": 1\r\n}\r\n",
         {"3:14 FHIR-BIND-001", "4:4 FHIR-ELEM-001"},
         "pretty JSON, CRLF"},
        {"x.json",
         "{\"resourceType\":\"Bundle\",\"type\":\"collection\",\"entry\":[\n"
         "{\"resource\":{\"resourceType\":\"Patient\"}},\n"
         "{\"resource\":\n{\"resourceType\":\"Patient\",\n\t\"active\":1}}]}",
         {"5:11 FHIR-PRIM-001"},
         "a resource of a Bundle"},
        {"x.ndjson",
         "{\"resourceType\":\"Patient\"}\n{\"resourceType\":\"Patient\",\"id\":}\n{\"resourceType\":"
         "\"Patient\"}\n",
         {"2:32 FHIR-JSON-001"},
         "where JSON ends to be JSON"},
    };
    for (const Row& row : rows) {
        CAPTURE(row.why);
        CHECK(places(row.text, row.name) == row.places);
    }
}

TEST_CASE("profile stream: lines count on across pieces and workers") {
    std::string text;
    const std::string good = "{\"resourceType\":\"Patient\",\"id\":\"abcdefghijklmnopqrstuvwxyz\"}\r\n";
    while (text.size() < 3u << 20) text += good;
    const std::size_t lines = text.size() / good.size();
    text += "{\"resourceType\":\"Patient\",\"active\":1}\r\n";
    for (const unsigned jobs : {1u, 3u}) {
        StreamOptions options;
        options.jobs = jobs;
        Stream stream(shipped(), options);
        IssueList list;
        stream.check(text, "x.ndjson", list);
        REQUIRE(list.issues.size() == 1);
        CHECK(list.issues[0].line == lines + 1);
        CHECK(list.issues[0].column == 36);
    }
}
