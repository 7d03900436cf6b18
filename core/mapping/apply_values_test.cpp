#include <doctest/doctest.h>

#include "core/mapping/test_set.hpp"
#include "core/record/json.hpp"

using namespace gpswitch;
using namespace gpswitch::mapping;

TEST_CASE("mapping: second stage") {
    struct Row {
        const char *entity, *rule, *cell, *result, *rest, *degraded;
        bool issue;
        const char* why;
    };
    const Row rows[] = {
        {"Patient", "gender,code,sex", "M", "\"male\"", "", "", false, "leads back: nothing else is kept"},
        {"Patient", "gender,code,sex", " m ", "\"male\"", "", "", false, "trimmed, any case"},
        {"Patient", "gender,code,sex", "Male", "\"male\"", "T.A=Male", "", false,
         "does not lead back: word kept"},
        {"Patient", "gender,code,sex", "I", "\"other\"", "T.A=I", "value-wider", false,
         "less than equal: word kept, counted"},
        {"Patient", "gender,code,sex", "-", "", "T.A=-", "value-unmatched", false, "known, without a target"},
        {"Patient", "gender,code,sex", "Q", "", "T.A=Q", "value-unmapped", true,
         "not known: kept aside, an issue"},
        {"Observation", "category,code,kind", "Lab",
         R"([{"coding":[{"system":"urn:category","code":"lab","display":"Laboratory"},{"system":"urn:tiny:kind","code":"Lab"}],"text":"Lab"}])",
         "", "", false, "target in front, source and text stay"},
        {"Observation", "category,code,kind", "Blood",
         R"([{"coding":[{"system":"urn:category","code":"lab","display":"Laboratory"},{"system":"urn:tiny:kind","code":"Blood"}],"text":"Blood"}])",
         "", "value-wider", false, "a concept keeps its word itself"},
        {"Observation", "category,code,kind", "Odd",
         R"([{"coding":[{"system":"urn:tiny:kind","code":"Odd"}],"text":"Odd"}])", "", "value-unmatched",
         false, "known, without a target"},
        {"Observation", "category,code,kind", "New",
         R"([{"coding":[{"system":"urn:tiny:kind","code":"New"}],"text":"New"}])", "", "value-unmapped", true,
         "not known"},
        {"Observation", "code,code,kind", "Lab",
         R"({"coding":[{"system":"urn:category","code":"lab","display":"Laboratory"},{"system":"urn:tiny:kind","code":"Lab"}],"text":"Lab"})",
         "", "", false, "a single concept"},
        {"AllergyIntolerance", "clinicalStatus,code,kind", "Lab",
         R"({"coding":[{"system":"urn:category","code":"lab","display":"Laboratory"},{"system":"urn:tiny:kind","code":"Lab"}],"text":"Lab"})",
         "", "", false, "what looks like a concept"},
        {"AllergyIntolerance", "category,code,kind", "Lab", R"(["lab"])", "", "", false, "a list of codes"},
        {"AllergyIntolerance", "category,code,kind", "New", "", "T.A=New", "value-unmapped", true,
         "a list of codes, unknown"},
        {"Encounter", "class,code,kind", "Lab",
         R"({"system":"urn:category","code":"lab","display":"Laboratory"})", "", "", false,
         "a coding holds one"},
        {"Encounter", "class,code,kind", "Blood",
         R"({"system":"urn:category","code":"lab","display":"Laboratory"})", "T.A=Blood", "value-wider",
         false, "so the word is kept"},
        {"Encounter", "class,code,kind", "New", R"({"system":"urn:tiny:kind","code":"New"})", "",
         "value-unmapped", true, "or the source's coding"},
    };
    for (const auto& row : rows) {
        CAPTURE(row.rule);
        CAPTURE(row.cell);
        CAPTURE(row.why);
        TestSet set;
        set.one_table(row.entity, {"A,*," + std::string(row.rule)});
        const auto loaded = set.load();
        std::vector<std::string> names;
        loaded->bind(numbers_into(names), "");
        TestRow cells(names, {{"A", row.cell}});
        record::Record record;
        auto& entity = record.add(*record::kind_of(row.entity));
        entity.id = "1";
        apply(loaded->rules("T", row.entity), cells, record, 0);
        REQUIRE(record.pending.size() == 1);
        loaded->apply(record);
        CHECK(record.pending.empty());

        const std::string rule = row.rule;
        const record::Field* f = record::type_of(record.items[0].kind).find(rule.substr(0, rule.find(',')));
        std::string json;
        if (!record::is_empty(&entity, *f)) record::append_json_value(json, &entity, *f);
        CHECK(json == row.result);
        std::string rest;
        for (const auto& r : entity.rest) rest += std::string(r.path) + "=" + std::string(r.value);
        CHECK(rest == row.rest);
        REQUIRE(record.degradations.size() == (*row.degraded != '\0' ? 1 : 0));
        if (*row.degraded != '\0') CHECK(record.degradations[0].reason == row.degraded);
        REQUIRE(record.issues.size() == (row.issue ? 1 : 0));
        if (row.issue) {
            const Issue& issue = record.issues[0];
            CHECK(issue.code == "MAP-VALUE-001");
            CHECK(issue.severity == Severity::warning);
            CHECK(issue.resource == std::string(row.entity) + "/1");
            CHECK(issue.path == "T.A");
            CHECK(issue.message.find(row.cell) == std::string::npos);
        }
        CHECK(entity.meta.profile.size == 1);
    }
}

TEST_CASE("mapping: what a brick lets wait without the field's help") {
    TestSet set;
    const auto loaded = set.load();
    const auto kind = static_cast<std::uint16_t>(loaded->values_index("kind"));
    record::Record record;
    auto& o = record.add<record::Observation>();
    const record::Type& type = record::type_of<record::Observation>();
    record.pending.push_back({0, &o, type.find("category"), kind, "Lab", "Obs.Kind"});
    record.pending.push_back({0, &o, type.find("category"), kind, "Lab", "Obs.Kind2"});
    record.pending.push_back({0, &o, type.find("status"), kind, "Lab", "Obs.Status"});
    o.status = "final";
    loaded->apply(record);
    REQUIRE(o.category.size == 2);
    CHECK(o.category[1].coding.size == 2);
    CHECK(o.category[1].coding[0].code == "lab");
    CHECK_MESSAGE(o.status == "final", "something better came in between");
    REQUIRE(o.rest.size == 1);
    CHECK(o.rest[0].path == "Obs.Status");
}

TEST_CASE("mapping: values are found") {
    struct Row {
        const char *table, *source, *target, *why;
    };
    const Row rows[] = {
        {"sex", "F", "female", "as written"},
        {"sex", " f ", "female", "trimmed, any case"},
        {"sex", "X", nullptr, "not there"},
        {"read", "9T1..", "lab", "codes that differ by case"},
        {"read", "9t1..", "exam", "codes that differ by case"},
        {"any", "F", "female", "as written"},
        {"any", "X", "other", "everything else"},
    };
    TestSet set;
    set.about.replace(set.about.rfind("}}"), 2,
                      R"(},"any":{"source":"urn:tiny:any","target":"urn:gender"}})");
    set.files["values/any.csv"] =
        "source,target,display,equivalence,reverse,why\nF,female,,equal,1,\n*,other,,wider,,\n";
    const auto loaded = set.load();
    for (const auto& row : rows) {
        CAPTURE(row.why);
        const ValueRow* found = loaded->values(loaded->values_index(row.table)).find(row.source);
        REQUIRE((found != nullptr) == (row.target != nullptr));
        if (found != nullptr) CHECK(found->target == row.target);
    }
    const Values& sex = loaded->values(loaded->values_index("sex"));
    CHECK(sex.reverse("male")->source == "M");
    CHECK(sex.reverse("unknown") == nullptr);
    CHECK(loaded->values_index("none") == -1);
    CHECK(loaded->in_list("problems", " PROBLEM"));
    CHECK_FALSE(loaded->in_list("problems", "x"));
    CHECK_FALSE(loaded->in_list("nolist", "x"));
}
