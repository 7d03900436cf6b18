#include <doctest/doctest.h>

#include "core/mapping/test_set.hpp"
#include "core/util/error.hpp"

using namespace gpswitch;
using namespace gpswitch::mapping;

namespace {
std::string why_refused(const std::function<void()>& load) {
    try {
        load();
    } catch (const MappingError& e) { return e.what(); }
    return "loaded";
}
}  // namespace

TEST_CASE("mapping: a good set loads and says what it is") {
    TestSet set;
    const auto loaded = set.load();
    CHECK(loaded->id() == "tiny");
    CHECK(loaded->version() == "1.0.0");
    CHECK(loaded->sha256().size() == 64);
    CHECK(loaded->description() == "tiny to FHIR R4 UK Core");
    CHECK(loaded->routes("OBS").size() == 3);
    CHECK(loaded->routes("nothing").empty());
    CHECK(loaded->elements("Obs").size() == 7);
    CHECK(MappingSet::load(set.folder() + "/")->id() == "tiny");
}

TEST_CASE("mapping: sets that are refused") {
    struct Row {
        const char *file, *from, *to, *message, *why;
    };
    const Row rows[] = {
        {"columns.csv", "Sex,Patient,gender", "Sex,Patient,sex",
         "columns.csv:4: Patient has no field \"sex\"", "field"},
        {"columns.csv", "Sex,Patient,gender", "Sex,Person,gender", "columns.csv:4: \"Person\" is no entity",
         "entity"},
        {"columns.csv", "gender,code,sex", "gender,code,gender", "there is no values table \"gender\"",
         "values table"},
        {"columns.csv", "gender,code,sex", "gender,code,", "code needs a values table", "no values table"},
        {"columns.csv", "birthDate,date,", "birthDate,day,", "unknown transform \"day\"", "transform"},
        {"columns.csv", "birthDate,date,", "birthDate,date-time,", "a time of day would be lost",
         "a day with time"},
        {"columns.csv", "birthDate,date,", "birthDate,date(P,", "lacks its closing parenthesis", "syntax"},
        {"columns.csv", "birthDate,date,", "birthDate,telecom,", "telecom takes 1 to 2 arguments, not 0",
         "arguments"},
        {"columns.csv", "birthDate,date,", "birthDate,boolean,", "boolean needs a boolean", "type"},
        {"columns.csv", "birthDate,date,", "birthDate,concept,", "concept needs a CodeableConcept", "type"},
        {"columns.csv", "birthDate,date,", "birthDate.x,text,", "Patient.birthDate has no fields of its own",
         "path"},
        {"columns.csv", "birthDate,date,", ",date,", "no field", "no field"},
        {"columns.csv", "Person,Born,", "Person,,", "a constant has no column", "no column"},
        {"columns.csv", "Obs,Code,*,code,concept", "Obs,Code,*,code,reference(Thing)",
         "\"Thing\" is no entity", "reference"},
        {"columns.csv", "Obs,Note,*,note", "Obs,Note,*,comment", "no field \"comment\" (as ",
         "a * row for every product"},
        {"columns.csv", "table,column", "table,col", "the columns must be table,column,entity", "header"},
        {"columns.csv", "Obs,Note,*,note,note,,,,", "Obs,Note,*,note,note", "has 5 cells, the header 9",
         "cells"},
        {"columns.csv", "looked up only", "\"looked up", "cannot be read", "quote never closed"},
        {"routes.csv", "Person,2,,Patient", "Person,2,,Patients", "routes.csv:3: \"Patients\" is no entity",
         "product"},
        {"routes.csv", "Person,2,", "Person,1,", "Person has two routes of order 1", "order"},
        {"routes.csv", "Person,2,", "Person,b,", "order is a whole number", "order"},
        {"routes.csv", "lookup:code-table", "lookup", "\"lookup\" needs a reason", "settle word"},
        {"routes.csv", "lookup:code-table", "forget", "\"forget\" is no entity and no settle word",
         "settle word"},
        {"routes.csv", ",deleted,", ",deleted:x,", "\"deleted\" takes no reason", "settle word"},
        {"values/sex.csv", "F,female,Female,equal", "F,female,Female,same",
         "none of FHIR's equivalence words", "equivalence"},
        {"values/sex.csv", "F,female", "m,female", "values/sex.csv:4: \"m\" is there twice but for case",
         "case"},
        {"values/sex.csv", "F,female", "F,", "a row without target is \"unmatched\"", "target"},
        {"values/sex.csv", "Male,equal,yes", "Male,equal,perhaps", "reverse is yes or no", "reverse"},
        {"lists/problems.csv", "Major Problem", "problem", "\"problem\" is there twice", "list"},
    };
    for (const auto& row : rows) {
        CAPTURE(row.why);
        TestSet set;
        std::string& text = set.files[row.file];
        const std::size_t at = text.find(row.from);
        REQUIRE(at != std::string::npos);
        text.replace(at, std::string(row.from).size(), row.to);
        const std::string refused = why_refused([&] { set.load(); });
        CAPTURE(refused);
        CHECK(refused.find(row.message) != std::string::npos);
    }
}

TEST_CASE("mapping: files that are not what mapping.json says") {
    TestSet set;
    set.write();
    const auto refused = [&] { return why_refused([&] { MappingSet::load(set.folder()); }); };
    CHECK(refused() == "loaded");
    set.root.put("tiny/1.0.0/values/sex.csv", set.files["values/sex.csv"] + "X,other,,wider,,\n");
    CHECK(refused().find("values/sex.csv: is not the file whose SHA-256") != std::string::npos);
    set.write();
    set.root.put("tiny/1.0.0/extra.csv", "a\n");
    CHECK(refused().find("extra.csv: is not under \"hashes\"") != std::string::npos);
    set.write();
    CHECK(why_refused([&] { MappingSet::load(set.folder() + "/values"); }).find("mapping.json") !=
          std::string::npos);
    set.root.put("tiny/1.0.0/mapping.json", "{\"mapping\":");
    CHECK(refused().find("is not a JSON object") != std::string::npos);
    set.root.put("tiny/1.0.0/mapping.json",
                 R"({"mapping":1,"id":7,"version":[],"values":[],"hashes":3,"source":1})");
    CHECK(refused().find("is not the folder's name") != std::string::npos);
}

TEST_CASE("mapping: columns a brick does not know") {
    TestSet set;
    const auto loaded = set.load();
    const auto bind = [&](const char* unknown, const char* version) {
        return why_refused(
            [&] { loaded->bind([&](Text, Text column) { return column == unknown ? -1 : 1; }, version); });
    };
    CHECK(bind("", "2") == "loaded");
    CHECK(bind("Born", "2").find("columns.csv:5: table Person has no column Born") != std::string::npos);
    CHECK(bind("Deleted", "2").find("routes.csv:2: table Person has no column Deleted") != std::string::npos);
    CHECK(bind("New", "2").find("has no column New") != std::string::npos);
    CHECK_MESSAGE(bind("New", "1.9") == "loaded", "a column of a later version is not asked for");
}

TEST_CASE("mapping: rules for what has no route") {
    TestSet set;
    set.files["columns.csv"] += "Obs,Code,Procedure,code,concept,,,,\n";
    const auto loaded = set.load();
    const auto has = [](const std::vector<ColumnRule>& rules, Text column) {
        return std::any_of(rules.begin(), rules.end(), [&](const ColumnRule& r) { return r.name == column; });
    };
    CHECK(has(loaded->rules("Obs", "Procedure"), "Code"));
    CHECK_MESSAGE(has(loaded->rules("Obs", "Procedure"), "Key"), "rows for * are its as well");
    CHECK_MESSAGE(has(loaded->rules("Obs", "Procedure:plan"), "Code"), "a variant nobody names is its Type");
    CHECK(loaded->rules("Obs", "Immunization").empty());
    CHECK(loaded->rules("None", "Procedure").empty());
}

TEST_CASE("mapping: sets are found by name and version") {
    TestSet set;
    set.write();
    set.root.put("tiny/1.10.0/mapping.json", "{}");
    set.root.put("tiny/1.9.0/mapping.json", "{}");
    const std::vector<std::string> roots = {set.root / "nowhere", set.root.path};
    CHECK(find_set(roots, "tiny@1.0.0") == set.folder());
    CHECK_MESSAGE(find_set(roots, "tiny") == set.root / "tiny/1.10.0", "newest by number, not by letter");
    try {
        find_set(roots, "big");
        CHECK(false);
    } catch (const MappingError& e) { CHECK(e.hint() == "there is tiny@1.0.0, tiny@1.9.0, tiny@1.10.0"); }
    CHECK_THROWS_AS(find_set(roots, "tiny@2"), MappingError);
}
