#include <algorithm>
#include <set>

#include "core/util/error.hpp"
#include "core/validate/test_record.hpp"

using namespace gpswitch;
using namespace gpswitch::validate;
using namespace gpswitch::validate::test;

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
    CHECK(rules().size() == 43);
    CHECK(std::is_sorted(rules().begin(), rules().end(),
                         [](const Rule& a, const Rule& b) { return a.code < b.code; }));
    CHECK(find_rule("VAL-NONE-001") == nullptr);
}

TEST_CASE("validate: a finding says where the row lies, and no values") {
    record::Census census;
    census.tables.push_back({"T", "x.zip!t.csv", 0, 2});
    Rules rules = shipped();
    rules.census = &census;
    record::Record r;
    fill(
        r,
        patient_with(R"("name":[{"family":"SECRET"}],"birthDate":"1950")") +
            observation(
                "o",
                R"(,"code":{"text":"SECRET"},"encounter":{"reference":"Encounter/SECRET"},"effectiveDateTime":"SECRET")"));
    r.rows.push_back({0, 0, 4, "k", ""});
    r.rows.push_back({0, 1, 7, "k2", ""});
    r.claim(0, 1, record::Role::part, "T");
    r.claim(1, 1, record::Role::primary, "T");
    IssueList list;
    consistency(rules)->check(r, list);
    REQUIRE(list.issues.size() == 3);  // no author, no such date, no such consultation
    for (const Issue& i : list.issues) {
        CHECK(i.member == "x.zip!t.csv");
        CHECK(i.line == 7);
        CHECK(i.json().find("SECRET") == std::string::npos);
    }
}

TEST_CASE("validate: of a table in several files, a finding names the row's own") {
    record::Census census;
    census.tables.push_back({"T", "place/one/t.csv", 0, 1, {"one/t.csv", "two/t.csv"}});
    census.tables.push_back({"U", "place/*.json", 0, 1, {"a.json", "b.json"}});
    Rules rules = shipped();
    rules.census = &census;
    for (const auto& [table, member] : {std::pair{0, "place/two/t.csv"}, std::pair{1, "place/b.json"}}) {
        record::Record r;
        fill(r, kPatient + observation("o", ""));
        record::Row row;
        row.table = static_cast<std::uint16_t>(table);
        row.line = 4;
        row.part = 1;
        r.rows.push_back(row);
        r.claim(0, 1, record::Role::primary, "T");
        IssueList list;
        consistency(rules)->check(r, list);
        REQUIRE(!list.issues.empty());
        for (const Issue& i : list.issues)
            if (i.resource == "Observation/o") CHECK(i.member == member);
    }
}

TEST_CASE("validate: patients who share a number are named with their files") {
    record::Census census;
    census.tables.push_back({"Patient", "p.csv", 0, 2});
    PracticeChecker practice;
    for (std::uint64_t line : {7, 3}) {
        record::Record r;
        fill(r, patient_with(
                    R"("identifier":[{"system":"https://fhir.nhs.uk/Id/nhs-number","value":"9990000018"}])"));
        r.rows.push_back({0, line - 2, line, "k", ""});
        r.claim(0, 0, record::Role::primary, "T");
        practice.see(r, &census);
    }
    IssueList list;
    practice.finish(list);
    REQUIRE(list.issues.size() == 2);
    CHECK(list.issues[0].text().starts_with("p.csv:3: warning VAL-NHS-003"));
    CHECK(list.issues[1].text().starts_with("p.csv:7: warning VAL-NHS-003"));
}

TEST_CASE("validate: the table of assertions") {
    CHECK(shipped().no_known_allergy.size() == 4);
    const std::string header = "system,code,display,scope,why\n";
    struct Bad {
        std::string text;
        const char* message;
    };
    const Bad rows[] = {
        {"", "f.csv: no rows"},
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
