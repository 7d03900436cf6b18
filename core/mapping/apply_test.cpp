#include <doctest/doctest.h>

#include "core/mapping/test_set.hpp"
#include "core/record/json.hpp"

using namespace gpswitch;
using namespace gpswitch::mapping;

namespace {

/// One field of an entity as JSON; empty when there is nothing in it.
std::string field_json(const record::Item& item, std::string_view name) {
    const record::Field* f = record::type_of(item.kind).find(name);
    REQUIRE(f != nullptr);
    std::string out;
    if (!record::is_empty(item.entity, *f)) record::append_json_value(out, item.entity, *f);
    return out;
}

std::string rest_text(const record::Entity& entity) {
    std::string out;
    for (const record::Rest& r : entity.rest)
        out += (out.empty() ? "" : " ") + std::string(r.path) + "=" + std::string(r.value);
    return out;
}

/// Applies rows of columns.csv to a row of cells A, P and T.
struct Applied {
    TestSet set;
    std::vector<std::string> names;
    record::Record record;
    std::string bad;
    std::shared_ptr<MappingSet> loaded;

    Applied(const std::string& entity, const std::vector<std::string>& rules,
            std::map<std::string, Text> cells) {
        set.one_table(entity, rules);
        loaded = set.load();
        loaded->bind(numbers_into(names), "");
        TestRow row(names, std::move(cells));
        const Route* route = loaded->first("T", row);
        REQUIRE(route != nullptr);
        for (std::uint32_t i = 0; i < route->makes.size(); ++i) {
            record.add(route->makes[i].kind);
            apply(loaded->rules(route->makes[i].rules), row, record, i);
        }
        for (const std::string& b : row.bad) bad += (bad.empty() ? "" : ", ") + b;
        by_filled_cells(*route, row);
    }

    /// With the filled cells known the same comes out.
    void by_filled_cells(const Route& route, TestRow& row) {
        std::uint64_t filled[2] = {0, 0};
        for (std::size_t i = 0; i < names.size(); ++i)
            if (!row.cell(static_cast<int>(i)).empty()) filled[i / 64] |= std::uint64_t{1} << (i % 64);
        row.filled = filled;
        const std::vector<std::string> before = std::exchange(row.bad, {});
        record::Record again;
        for (std::uint32_t i = 0; i < route.makes.size(); ++i) {
            const std::uint16_t index = route.makes[i].rules;
            again.add(route.makes[i].kind);
            apply(loaded->rules(index), loaded->calls(index), row, again, i);
            CHECK(record::equal(again.items[i].entity, record.items[i].entity,
                                record::type_of(route.makes[i].kind)));
        }
        CHECK(again.pending.size() == record.pending.size());
        CHECK(row.bad == before);
    }
};

}  // namespace

TEST_CASE("mapping: dates and times") {
    struct Row {
        const char *rule, *field, *a, *p, *result, *rest, *bad, *why;
    };
    const char* issued = "A,Observation,issued,date-time(P)";
    const char* at = "A,Observation,effectiveDateTime,date-time(P)";
    const char* on = "A,Observation,effectiveDateTime,date(P)";
    const char* whole = "A,Observation,effectiveDateTime,date-time";
    const char* day = "A,Observation,effectiveDateTime,date";
    const Row rows[] = {
        {on, "effectiveDateTime", "1987-06-05", "Y", "\"1987\"", "", "", "cut to the year"},
        {on, "effectiveDateTime", "1987-06-05", "YM", "\"1987-06\"", "", "", "cut to the month"},
        {on, "effectiveDateTime", "1987-06-05", "ymd", "\"1987-06-05\"", "", "", "any case"},
        {on, "effectiveDateTime", " 1987-06-05 ", " YMDT ", "\"1987-06-05\"", "", "",
         "no time is known: a day"},
        {on, "effectiveDateTime", "1987-06-05", "", "\"1987-06-05\"", "", "", "no precision: as given"},
        {on, "effectiveDateTime", "1900-01-01", "U", "", "T.A=1900-01-01", "",
         "unknown: kept aside, and that is right"},
        {on, "effectiveDateTime", "1987-06-05", "Q", "", "T.A=1987-06-05 T.P=Q", "T.A: an unknown precision",
         "both kept"},
        {on, "effectiveDateTime", "1987-06-31", "Y", "", "T.A=1987-06-31", "T.A: not a day of the calendar",
         "no such day"},
        {on, "effectiveDateTime", "  ", "Y", "", "", "", "spaces only are empty"},
        {day, "effectiveDateTime", "2024-07-01 00:00:00", "", "\"2024-07-01\"", "", "",
         "midnight is no time"},
        {day, "effectiveDateTime", "2024-07-01 09:30:00", "", "", "T.A=2024-07-01 09:30:00",
         "T.A: not a day of the calendar", "a time would be lost"},
        {at, "effectiveDateTime", "2024-07-01", "09:30:00", "\"2024-07-01T09:30:00+01:00\"", "", "",
         "summer"},
        {at, "effectiveDateTime", "2024-01-01", "12:00", "\"2024-01-01T12:00:00+00:00\"", "", "",
         "FHIR wants seconds"},
        {at, "effectiveDateTime", "2024-07-01", "00:00:00", "\"2024-07-01\"", "", "", "midnight is no time"},
        {at, "effectiveDateTime", "2024-07-01", "", "\"2024-07-01\"", "", "", "no time"},
        {at, "effectiveDateTime", "2024-07-01", "25:00:00", "\"2024-07-01\"", "T.P=25:00:00",
         "T.A: not a time of day", "day kept"},
        {at, "effectiveDateTime", "1960-07-01", "09:30:00", "\"1960-07-01\"", "T.A=1960-07-01 T.P=09:30:00",
         "", "no offsets before 1972: time kept aside"},
        {issued, "issued", "2024-07-01", "00:00:00", "\"2024-07-01T00:00:00+01:00\"", "", "",
         "an instant needs the midnight"},
        {issued, "issued", "2024-07-01", "", "", "T.A=2024-07-01", "", "a day cannot be an instant"},
        {whole, "effectiveDateTime", "2024-07-01 09:30:00", "", "\"2024-07-01T09:30:00+01:00\"", "", "",
         "in one cell"},
        {whole, "effectiveDateTime", "2024-07-01T09:30:00", "", "\"2024-07-01T09:30:00+01:00\"", "", "",
         "with T"},
        {whole, "effectiveDateTime", "2024-07-01T09:30:00Z", "", "\"2024-07-01T09:30:00Z\"", "", "",
         "an instant stays"},
        {whole, "effectiveDateTime", "2024-07-01", "", "\"2024-07-01\"", "", "", "a day"},
        {whole, "effectiveDateTime", "2024-07-01 9am", "", "", "T.A=2024-07-01 9am",
         "T.A: not a day and a time", "neither"},
        {whole, "effectiveDateTime", "soon", "", "", "T.A=soon", "T.A: not a day of the calendar",
         "short text"},
        {"A,Observation,effectiveDateTime,time-on(P)", "effectiveDateTime", "09:30:00", "2024-07-01",
         "\"2024-07-01T09:30:00+01:00\"", "", "", "the time first"},
        {"A,Observation,effectiveDateTime,time-on(P)", "effectiveDateTime", "09:30:00", "", "",
         "T.A=09:30:00", "", "a time without a date"},
        {"A,Observation,effectiveDateTime,text", "effectiveDateTime", "2024-07", "", "\"2024-07\"", "", "",
         "FHIR's own form"},
        {"A,Observation,effectiveDateTime,text", "effectiveDateTime", "July", "", "", "T.A=July",
         "T.A: not of the field's type", "not FHIR's form"},
    };
    for (const auto& row : rows) {
        CAPTURE(row.rule);
        CAPTURE(row.a);
        CAPTURE(row.p);
        CAPTURE(row.why);
        Applied got("Observation", {row.rule, "P,Observation,,part"}, {{"A", row.a}, {"P", row.p}});
        CHECK(field_json(got.record.items[0], row.field) == row.result);
        CHECK(rest_text(*got.record.items[0].entity) == row.rest);
        CHECK(got.bad == row.bad);
    }
    Applied twice("Observation", {at}, {{"A", "2024-10-27"}, {"P", "01:30:00"}});
    const auto& inferred = twice.record.items[0].entity->inferred;
    REQUIRE(inferred.size == 1);
    CHECK(inferred[0] == "effectiveDateTime: the hour comes twice, taken for summer time");
}

TEST_CASE("mapping: transforms") {
    struct Row {
        const char *entity, *rule, *field, *a, *result, *rest, *bad, *why;
    };
    const Row rows[] = {
        {"Observation", "text", "valueString", " as is ", "\" as is \"", "", "", "verbatim"},
        {"Observation", "text", "valueString", "  ", "\"  \"", "", "", "text keeps spaces"},
        {"Observation", "trim", "valueString", " as is ", "\"as is\"", "", "", "trimmed"},
        {"Observation", "trim", "valueString", "  ", "", "", "", "spaces only are empty"},
        {"Observation", "rest", "", " kept ", "", "T.A= kept ", "", "verbatim in rest"},
        {"Observation", "ignore", "", "x", "", "", "", "not carried"},
        {"Observation", "part", "component", "x", "", "", "", "the brick's work"},
        {"Observation", "boolean", "valueBoolean", "TRUE", "true", "", "", "any case"},
        {"Observation", "boolean", "valueBoolean", "0", "false", "", "", "digits"},
        {"Observation", "boolean", "valueBoolean", "yes", "", "T.A=yes", "T.A: not true or false",
         "no boolean"},
        {"Observation", "decimal", "valueQuantity.value", "5.10", "{\"value\":5.10}", "", "",
         "places kept; a step down"},
        {"Observation", "decimal", "valueQuantity.value", "1,5", "", "T.A=1,5", "T.A: not a decimal number",
         "comma"},
        {"Observation", "decimal", "valueQuantity.value", "NaN", "", "T.A=NaN", "T.A: not a decimal number",
         "not a number"},
        {"Observation", "integer", "valueInteger", "-12", "-12", "", "", "whole"},
        {"Observation", "integer", "valueInteger", "007", "", "T.A=007", "T.A: not a whole number",
         "JSON has no such number"},
        {"Observation", "integer", "valueInteger", "1.0", "", "T.A=1.0", "T.A: not a whole number", "places"},
        {"Observation", "note", "note", "hm ", "[{\"text\":\"hm \"}]", "", "", "an annotation"},
        {"Observation", "note(Comment)", "note", "hm", "[{\"text\":\"Comment: hm\"}]", "", "",
         "with its heading"},
        {"Observation", "concept", "code", "Cough", "{\"text\":\"Cough\"}", "", "", "from the brick"},
        {"Observation", "concept", "code", "unknown", "", "T.A=unknown", "",
         "a code the brick does not know"},
        {"Observation", "concept", "interpretation", "unknown", "", "T.A=unknown", "",
         "nor leaves an empty item"},
        {"Observation", "term", "code", "Cough", "{\"text\":\"Cough\"}", "", "", "text alone"},
        {"Observation", "reference(Encounter)", "encounter", "Encounter/1",
         "{\"reference\":\"Encounter/1\",\"type\":\"Encounter\"}", "", "", "from the brick"},
        {"Observation", "reference(Practitioner)", "performer", "unknown", "", "T.A=unknown", "",
         "leads nowhere"},
        {"Observation", "identifier(urn:x)", "identifier", " 12 ",
         "[{\"system\":\"urn:x\",\"value\":\"12\"}]", "", "", "trimmed"},
        {"Specimen", "identifier(urn:x)", "accessionIdentifier", "12",
         "{\"system\":\"urn:x\",\"value\":\"12\"}", "", "", "a single one"},
        {"Patient", "telecom(phone|home)", "telecom", " 01 23",
         "[{\"system\":\"phone\",\"value\":\"01 23\",\"use\":\"home\"}]", "", "", "a contact point"},
        {"Patient", "telecom(email)", "telecom", "a@b", "[{\"system\":\"email\",\"value\":\"a@b\"}]", "", "",
         "use is not known"},
        {"Patient", "append", "address.line", "1 High St", "[{\"line\":[\"1 High St\"]}]", "", "",
         "list entered at item 0"},
        {"Patient", "text", "name.family", "O'Brien", "[{\"family\":\"O'Brien\"}]", "", "",
         "list entered at item 0"},
        {"MedicationRequest", "text", "dispenseRequest.quantity.unit", "tablet",
         "{\"quantity\":{\"unit\":\"tablet\"}}", "", "", "two steps down"},
        {"Patient", "flag(false)", "active", "true", "false", "", "", "a constant when true"},
        {"Patient", "flag(false)", "active", "false", "", "", "", "nothing when false"},
        {"Patient", "flag(false)", "active", "maybe", "", "T.A=maybe", "T.A: not true or false", "neither"},
        {"Patient", "label(urn:s|R|restricted)", "meta", "1",
         "{\"security\":[{\"system\":\"urn:s\",\"code\":\"R\",\"display\":\"restricted\"}]}", "", "",
         "a label when true"},
        {"Patient", "label(urn:s|R)", "meta", "0", "", "", "", "nothing when false"},
        {"Patient", "label(urn:s|R)", "meta", "perhaps",
         "{\"security\":[{\"system\":\"urn:s\",\"code\":\"R\"}]}", "T.A=perhaps", "T.A: not true or false",
         "what cannot be read never loosens a label"},
        {"AllergyIntolerance", "flag(urn:s|inactive|Inactive)", "clinicalStatus", "true",
         "{\"coding\":[{\"system\":\"urn:s\",\"code\":\"inactive\",\"display\":\"Inactive\"}]}", "", "",
         "a code when true"},
    };
    for (const auto& row : rows) {
        CAPTURE(row.rule);
        CAPTURE(row.a);
        CAPTURE(row.why);
        const std::string path = std::string(row.rule).starts_with("label") ? "meta.security" : row.field;
        Applied got(row.entity, {"A,*," + path + "," + row.rule}, {{"A", row.a}});
        const std::string field(path.substr(0, path.find('.')));
        if (!field.empty()) CHECK(field_json(got.record.items[0], field) == row.result);
        CHECK(rest_text(*got.record.items[0].entity) == row.rest);
        CHECK(got.bad == row.bad);
    }
}

TEST_CASE("mapping: several rules meet in one entity") {
    struct Row {
        std::vector<std::string> rules;
        std::map<std::string, Text> cells;
        const char *field, *result, *rest, *why;
    };
    const Row rows[] = {
        {{"A,*,address.line,append", "P,*,address.line,append", "T,*,address.city,text"},
         {{"A", "1 High St"}, {"P", "Flat 2"}, {"T", "Leeds"}},
         "address",
         R"([{"line":["1 High St","Flat 2"],"city":"Leeds"}])",
         "",
         "file order"},
        {{"A,*,name.family,text", "P,*,name.family,text"},
         {{"A", "May"}, {"P", "Day"}},
         "name",
         R"([{"family":"May"}])",
         "T.P=Day",
         "a single field is written once, nothing is lost"},
        {{"A,*,name.family,text", "P,*,name.family,text"},
         {{"A", "May"}, {"P", "May"}},
         "name",
         R"([{"family":"May"}])",
         "",
         "the same twice is once"},
        {{",*,active,constant(true)", "A,*,active,boolean"},
         {{"A", "false"}},
         "active",
         "false",
         "",
         "a constant comes last"},
        {{",*,active,constant(true)", "A,*,active,boolean"},
         {},
         "active",
         "true",
         "",
         "and fills what is empty"},
        {{"A,*,name.family,text", "A,*,,rest", "A,Patient,name.text,text"},
         {{"A", "May"}},
         "name",
         R"([{"text":"May","family":"May"}])",
         "",
         "rest of the whole column gives way; other fields stay"},
        {{"A,*,name.family,text", "A,Patient,,ignore"},
         {{"A", "May"}},
         "name",
         "",
         "",
         "ignore of the whole column replaces"},
        {{"A,*,name.family,text", "A,Patient,name.family,trim"},
         {{"A", " May"}},
         "name",
         R"([{"family":"May"}])",
         "",
         "Type beats *"},
        {{"A,Patient,name.family,text", "A,Patient:x,name.family,trim"},
         {{"A", " May"}},
         "name",
         R"([{"family":" May"}])",
         "",
         "another variant's row is not ours"},
        {{"A,*,maritalStatus,code,kind", "P,*,maritalStatus,term"},
         {{"A", "Lab"}, {"P", "in words"}},
         "maritalStatus",
         R"({"coding":[{"system":"urn:tiny:kind","code":"Lab"}],"text":"in words"})",
         "",
         "words replace the code's own"},
        {{"P,*,maritalStatus,term", "A,*,maritalStatus,code,kind"},
         {{"A", "Lab"}, {"P", "in words"}},
         "maritalStatus",
         R"({"coding":[{"system":"urn:tiny:kind","code":"Lab"}],"text":"in words"})",
         "",
         "in either order"},
        {{",*,maritalStatus,constant(urn:s|S|Single)"},
         {},
         "maritalStatus",
         R"({"coding":[{"system":"urn:s","code":"S","display":"Single"}]})",
         "",
         "a constant code"},
    };
    for (const auto& row : rows) {
        CAPTURE(row.why);
        Applied got("Patient", row.rules, row.cells);
        CHECK(field_json(got.record.items[0], row.field) == row.result);
        CHECK(rest_text(*got.record.items[0].entity) == row.rest);
        CHECK(got.bad.empty());
    }
}

TEST_CASE("mapping: a variant's rows beat its type's") {
    Applied got("Patient:temporary Patient",
                {"A,Patient,name.family,text", "A,Patient:temporary,name.family,trim"}, {{"A", " May"}});
    CHECK(field_json(got.record.items[0], "name") == R"([{"family":"May"}])");
    CHECK(field_json(got.record.items[1], "name") == R"([{"family":" May"}])");
}

TEST_CASE("mapping: a constant that is there already is not repeated") {
    TestSet set;
    set.one_table("Condition", {",Condition,category,constant(urn:c|problem|Problem)",
                                ",Condition,meta.tag,constant(urn:t|x)"});
    const auto loaded = set.load();
    std::vector<std::string> names;
    loaded->bind(numbers_into(names), "");
    TestRow row(names, {});
    record::Record record;
    record.add(record::EntityKind::Condition);
    for (int part = 0; part < 2; ++part) apply(loaded->rules("T", "Condition"), row, record, 0);
    const auto& condition = static_cast<const record::Condition&>(*record.items[0].entity);
    CHECK(condition.category.size == 1);
    CHECK(condition.meta.tag.size == 1);
}
