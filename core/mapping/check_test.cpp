#include <doctest/doctest.h>

#include "core/mapping/test_set.hpp"

using namespace gpswitch::mapping;

namespace {
std::string all(const std::vector<Problem>& problems) {
    std::string out;
    for (const Problem& p : problems) out += p.file + ":" + std::to_string(p.line) + ": " + p.message + "\n";
    return out;
}
}  // namespace

TEST_CASE("mapping: a good set has no problems") {
    TestSet set;
    set.write();
    CHECK(all(MappingSet::check(set.folder())) == "");
}

TEST_CASE("mapping: check finds") {
    struct Row {
        const char *file, *from, *to, *problem, *why;
    };
    const Row rows[] = {
        {"columns.csv", "Person,Born,Patient,birthDate,date,,,,\n", "",
         "tables.csv:5: Person.Born has no rule for Patient", "totality"},
        {"columns.csv", "Obs,New,*,,rest,,2,,no field\n", "",
         "tables.csv:10: Obs.New has no rule for Condition:problem", "totality for every product"},
        {"columns.csv", "rest,,2,,", "rest,,3,,", "Obs.New has no rule for Observation",
         "totality in every version"},
        {"columns.csv", "Words,Word,*", "Words,Word,Patient", "Words.Word has no rule for *",
         "a table that makes nothing"},
        {"columns.csv", "Words,Word,*,,ignore,,,,looked", "Words,Word,*,,ignore,,3,,looked",
         "Words.Word has no rule for *", "version"},
        {"columns.csv", "Words,Word,*", "Words,Wort,*",
         "columns.csv:13: column Words.Wort is not in tables.csv", "column"},
        {"columns.csv", "Words,Word,*", "Worte,Word,*", "table Worte is not in tables.csv", "table"},
        {"columns.csv", "birthDate,date,", "birthDate,date(Precision),",
         "column Person.Precision is not in tables.csv", "argument"},
        {"columns.csv", "ignore,,,,only routes", "ignore,,,,", "columns.csv:3: ignore needs a reason",
         "reason"},
        {"columns.csv", "rest,,2,,no field", "rest,,2,,", "rest needs a reason", "reason"},
        {"columns.csv", "Obs,Note,*,note,note,,,,\n", "Obs,Note,*,note,note,,,,\nObs,Note,*,note,note,,,,\n",
         "columns.csv:11: says the same as an earlier row", "doubles"},
        {"columns.csv", "gender,code,sex", "deceasedBoolean,code,sex",
         "values/sex.csv:2: male cannot stand in deceasedBoolean", "a boolean field"},
        {"routes.csv", "lookup:code-table,only explains codes", "lookup:code-table,",
         "routes.csv:7: lookup:code-table needs a reason", "reason"},
        {"routes.csv", "Words,1,", "Words2,1,", "table Words2 is not in tables.csv", "table of a route"},
        {"routes.csv", "Words,1,", "Words2,1,", "tables.csv:11: table Words has no route",
         "a table without route"},
        {"routes.csv", "equals(Deleted,true)", "equals(Gone.Now,true)",
         "column Person.Gone.Now is not in tables.csv", "predicate"},
        {"routes.csv", "not has-children()", "has-row(Nowhere)", "table Nowhere is not in tables.csv",
         "has-row"},
        {"values/sex.csv", "F,female", "F,woman", "values/sex.csv:4: woman is no code of urn:gender",
         "target"},
        {"values/sex.csv", "Male,equal,,", "Male,equal,1,", "a second row to write male back", "reverse"},
        {"tables.csv", "Words,Word,,,", "Words,Word,,,\nwords,WORD,,,", "is there twice", "a column twice"},
    };
    for (const auto& row : rows) {
        CAPTURE(row.why);
        TestSet set;
        std::string& text = set.files[row.file];
        const std::size_t at = text.find(row.from);
        REQUIRE(at != std::string::npos);
        text.replace(at, std::string(row.from).size(), row.to);
        set.write();
        const std::string found = all(MappingSet::check(set.folder()));
        CAPTURE(found);
        CHECK(found.find(row.problem) != std::string::npos);
    }
}

TEST_CASE("mapping: rows that complete others need a rule for any entity") {
    TestSet set;
    set.files["routes.csv"] += "More,1,,part,second half of an observation\n";
    set.files["tables.csv"] += "More,Status,,,\n";
    set.files["columns.csv"] += "More,Status,Observation,status,part,kind,,,\n";
    set.write();
    CHECK(all(MappingSet::check(set.folder())) == "");
}

TEST_CASE("mapping: check finds a constant that is no code") {
    TestSet set;
    set.files["columns.csv"] += "Obs,,Observation,category,constant(urn:category|none),,,,\n";
    set.write();
    CHECK(all(MappingSet::check(set.folder())) == "columns.csv:14: none is no code of urn:category\n");
}

TEST_CASE("mapping: check of what stands around a set") {
    TestSet set;
    set.value_set = "system,code,display\nurn:category,lab,\nurn:category,exam,\nurn:category,lab,\n";
    set.write();
    std::string found = all(MappingSet::check(set.folder()));
    CHECK(found.find("no file in valuesets has the target system urn:gender") != std::string::npos);
    CHECK(found.find("valuesets/all.csv:4: \"lab\" is there twice") != std::string::npos);

    TestSet chain;
    const std::size_t at = chain.about.find("null");
    chain.about.replace(at, 4, "\"0.9.0\"");
    chain.write();
    CHECK(all(MappingSet::check(chain.folder())) == "mapping.json:0: there is no parent version 0.9.0\n");
    chain.root.put("tiny/0.9.0/mapping.json", R"({"parent":null})");
    CHECK(all(MappingSet::check(chain.folder())) == "");
    chain.root.put("tiny/0.9.0/mapping.json", R"({"parent":"1.0.0"})");
    CHECK(all(MappingSet::check(chain.folder())) ==
          "mapping.json:0: the chain of parents goes round at 1.0.0\n");

    TestSet gone;
    gone.files.erase("tables.csv");
    gone.write();
    CHECK(all(MappingSet::check(gone.folder())).find("tables.csv:0: is missing") != std::string::npos);
    CHECK(all(MappingSet::check(gone.folder() + "/none")).find("mapping.json:0:") != std::string::npos);
}

TEST_CASE("mapping: every problem is listed, not the first alone") {
    TestSet set;
    set.files["routes.csv"] += "Words,2,maybe(),Thing,\n";
    set.files["columns.csv"] += "Obs,Key,Nothing,x,text,,,,\n";
    set.write();
    set.root.put("tiny/1.0.0/lists/problems.csv", "source,why\nother,\n");
    const std::string found = all(MappingSet::check(set.folder()));
    for (const char* part :
         {"unknown predicate", "\"Thing\" is no entity", "\"Nothing\" is no entity", "SHA-256"})
        CHECK(found.find(part) != std::string::npos);
}
