#include "core/report/baseline.hpp"

#include <doctest/doctest.h>

#include "core/util/error.hpp"

using namespace gpswitch;

namespace {

Issue issue(const char* code, const char* member, std::uint64_t line, const char* resource,
            const char* path) {
    Issue i;
    i.code = code;
    i.member = member;
    i.line = line;
    i.resource = resource;
    i.path = path;
    i.message = "something";
    return i;
}
const Issue kOne = issue("VAL-REF-001", "old.zip!Observation.ndjson", 12, "Observation/o1", "encounter");

std::string refused(const std::string& text) {
    try {
        Baseline::read(text, "b.jsonl");
    } catch (const InputError& e) { return e.what(); }
    return "read";
}

}  // namespace

TEST_CASE("baseline: what is the same finding") {
    struct Row {
        Issue now;
        bool known;
        const char* why;
    };
    Issue other_words = kOne;
    other_words.message = "other words";
    other_words.hint = "a hint";
    other_words.severity = Severity::error;
    other_words.column = 5;
    const Row rows[] = {
        {kOne, true, "unchanged"},
        {other_words, true, "words, column and severity do not matter"},
        {issue("VAL-REF-001", "old.zip!Observation.ndjson", 4711, "Observation/o1", "encounter"), true,
         "moved down"},
        {issue("VAL-REF-001", "new/2/Observation.ndjson", 12, "Observation/o1", "encounter"), true,
         "other folders"},
        {issue("VAL-REF-002", "old.zip!Observation.ndjson", 12, "Observation/o1", "encounter"), false,
         "other rule"},
        {issue("VAL-REF-001", "old.zip!Condition.ndjson", 12, "Observation/o1", "encounter"), false,
         "other file"},
        {issue("VAL-REF-001", "old.zip!Observation.ndjson", 12, "Observation/o2", "encounter"), false,
         "other resource"},
        {issue("VAL-REF-001", "old.zip!Observation.ndjson", 12, "Observation/o1", "subject"), false,
         "other element"},
        {issue("VAL-REF-001", "old.zip!Observation.ndjson", 12, "Observation/o1encounter", ""), false,
         "parts are not run together"},
    };
    for (const Row& row : rows) {
        CAPTURE(row.why);
        Baseline b = Baseline::read(kOne.json() + "\n", "b.jsonl");
        CHECK(b.has(row.now) == row.known);
        CHECK(b.known() == (row.known ? 1 : 0));
        CHECK(b.gone() == (row.known ? 0 : 1));
    }
}

TEST_CASE("baseline: equal findings are counted") {
    Baseline b = Baseline::read(kOne.json() + "\n", "b.jsonl");
    CHECK(b.has(kOne));
    CHECK(!b.has(kOne));  // two against one: one is new
    Baseline three = Baseline::read(kOne.json() + "\n" + kOne.json() + "\n" + kOne.json(), "b.jsonl");
    CHECK(three.size() == 3);
    CHECK(three.has(kOne));
    CHECK(three.gone() == 2);
}

TEST_CASE("baseline: forms of the file, and what is refused") {
    Baseline b = Baseline::read("\xEF\xBB\xBF" + kOne.json() + "\r\n\r\n  \n" + kOne.json(), "b.jsonl");
    CHECK(b.size() == 2);
    CHECK(Baseline::read("", "b.jsonl").size() == 0);
    CHECK(refused(kOne.json() + "\n{\"severity\":") == "b.jsonl:2: not JSON");
    CHECK(refused("\n\n[1]\n") == "b.jsonl:3: not a finding: not an object");
    CHECK(refused("{\"totals\":{}}") == "b.jsonl:1: not a finding: it has no \"code\"");
    CHECK(refused("{\"code\":\"A-001\"}") ==
          "b.jsonl:1: not a finding: it has no \"severity\" or no \"message\"");
    CHECK(refused("{\"code\":1}") == "b.jsonl:1: \"code\" is not a string");
    CHECK(refused("{\"code\":\"\xFF\"}") == "b.jsonl:1: not JSON");
}
