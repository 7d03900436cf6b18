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
    CHECK(find_rule("VAL-XXX-001") == nullptr);
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
