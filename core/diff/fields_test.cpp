#include "core/diff/fields.hpp"

#include <doctest/doctest.h>

#include "core/diff/guard.hpp"
#include "core/diff/pairing.hpp"
#include "core/json/json.hpp"
#include "core/record/json.hpp"

using namespace gpswitch;
using namespace gpswitch::diff;
using record::EntityKind;

namespace {

record::Entity& parse(record::Record& r, EntityKind kind, const std::string& text) {
    json::Parser parser;
    json::Error error;
    const std::string_view kept = r.arena.copy(text);
    const json::Value* v = parser.parse(kept, r.arena, error);
    REQUIRE(v != nullptr);
    record::ReadContext c;
    c.arena = &r.arena;
    record::Entity& e = r.add(kind);
    record::read_json(*v, kind, e, c);
    return e;
}

std::string told(const std::vector<FieldDifference>& all) {
    static const char* const kSigns[] = {"~", "-", "+", "%"};
    std::string out;
    for (const FieldDifference& f : all) {
        out += (out.empty() ? "" : " ") + std::string(kSigns[static_cast<std::size_t>(f.kind)]) + f.path;
        if (!f.before.empty() || !f.after.empty()) out += "(" + f.before + ">" + f.after + ")";
    }
    return out;
}

}  // namespace

TEST_CASE("diff: fields that differ, by path") {
    struct Row {
        const char *before, *after, *expect, *why;
    };
    const Row rows[] = {
        {R"({"id":"a","status":"final"})", R"({"id":"b","status":"final"})", "", "ids are not compared"},
        {R"({"status":"final"})", R"({"status":"amended"})", "~status", "changed"},
        {R"({"status":"final"})", R"({})", "-status", "lost"},
        {R"({})", R"({"status":"final"})", "+status", "new"},
        {R"({"valueQuantity":{"value":28.0}})", R"({"valueQuantity":{"value":28}})", "~valueQuantity.value",
         "precision is content"},
        {R"({"valueQuantity":{"value":28,"unit":"kg"}})", R"({})", "-valueQuantity", "a whole structure"},
        {R"({"valueQuantity":{"value":28}})", R"({})", "-valueQuantity.value", "its only part"},
        {R"({"component":[{"valueString":"a"},{"valueString":"b"}]})",
         R"({"component":[{"valueString":"a"},{"valueString":"c"}]})", "~component[1].valueString",
         "in a list item"},
        {R"({"note":[{"text":"a"},{"text":"b"}]})", R"({"note":[{"text":"b"},{"text":"a"}]})", "%note",
         "another order"},
        {R"({"note":[{"text":"a"},{"text":"b"},{"text":"c"}]})", R"({"note":[{"text":"a"},{"text":"c"}]})",
         "-note[1]", "one missing in the middle"},
        {R"({"note":[{"text":"a"}]})", R"({"note":[{"text":"x"},{"text":"a"}]})", "+note[0]",
         "one more in front"},
        {R"({"note":[{"text":"a"}]})", R"({"note":[{"text":"a"},{"text":"a"}]})", "+note[1]",
         "a doubled item"},
        {R"({"note":[{"text":"a"},{"text":"b"},{"text":"c"}]})",
         R"({"note":[{"text":"c"},{"text":"x"},{"text":"a"}]})", "%note ~note[1].text",
         "another order and a change"},
        {R"({"extension":[{"url":"http://example.org/x","valueCode":"a"}]})", R"({})", "-extension[0]",
         "unknown extensions"},
        {R"({"unknownElement":1})", R"({"unknownElement":2})", "~rest[0].value",
         "what the model has no field for"},
    };
    for (const Row& row : rows) {
        CAPTURE(row.why);
        record::Record r;
        auto& a = parse(r, EntityKind::Observation, row.before);
        auto& b = parse(r, EntityKind::Observation, row.after);
        std::vector<FieldDifference> out;
        compare_fields(EntityKind::Observation, a, b, false, out);
        CHECK(told(out) == row.expect);
        CHECK(same(EntityKind::Observation, a, b) == out.empty());
    }
}

namespace {

// Fills every field of every level, lists with one item; `leaves` gets where each text stands.
void fill(void* object, const record::Type& type, Arena& arena, std::vector<record::Text*>& leaves,
          int depth) {
    for (const record::Field& f : type.fields) {
        if (f.kind == record::Kind::structure) {
            if (depth < 4)
                fill(f.list ? add_item(items_at(object, f), *f.type, arena) : at(object, f), *f.type, arena,
                     leaves, depth + 1);
            continue;
        }
        record::Text& t = f.list ? texts_at(object, f).add(arena) : text_at(object, f);
        t = f.kind == record::Kind::raw ? "{}" : "1";
        if (!type.resource || f.name != "id") leaves.push_back(&t);
    }
}

}  // namespace

TEST_CASE("diff: no field of any entity escapes") {
    for (std::size_t k = 0; k < record::kEntityKinds; ++k) {
        const auto kind = static_cast<EntityKind>(k);
        CAPTURE(record::name_of(kind));
        record::Record r;
        std::vector<record::Text*> unused, leaves;
        record::Entity& a = r.add(kind);
        record::Entity& b = r.add(kind);
        fill(&a, record::type_of(kind), r.arena, unused, 0);
        fill(&b, record::type_of(kind), r.arena, leaves, 0);
        REQUIRE(leaves.size() > 20);
        std::size_t missed = 0;
        for (record::Text* leaf : leaves) {
            const record::Text kept = *leaf;
            for (const char* value : {"2", ""}) {
                *leaf = value;
                std::vector<FieldDifference> out;
                compare_fields(kind, a, b, false, out);
                missed += out.size() == 1 && !same(kind, a, b) ? 0u : 1u;
            }
            *leaf = kept;
        }
        CHECK(missed == 0);
    }
}

TEST_CASE("diff: values only when asked for") {
    record::Record r;
    auto& a = parse(r, EntityKind::Observation, R"({"status":"final","note":[{"text":"a"}]})");
    auto& b = parse(r, EntityKind::Observation, R"({"status":"amended"})");
    std::vector<FieldDifference> out;
    compare_fields(EntityKind::Observation, a, b, true, out);
    CHECK(told(out) == R"(~status(final>amended) -note[0]({"text":"a"}>))");
}

TEST_CASE("diff: a long list in another order does not take square time") {
    record::Record r;
    auto& a = r.add<record::FhirList>();
    auto& b = r.add<record::FhirList>();
    constexpr int n = 20000;
    for (int i = 0; i < n; ++i) {
        a.entry.add(r.arena).item.reference = r.arena.copy("Observation/" + std::to_string(i));
        b.entry.add(r.arena).item.reference = r.arena.copy("Observation/" + std::to_string(n - 1 - i));
    }
    std::vector<FieldDifference> out;
    compare_fields(EntityKind::List, a, b, false, out);
    CHECK(told(out) == "%entry");
}

TEST_CASE("diff: keys of entities") {
    record::Record r;
    auto& a = parse(
        r, EntityKind::Observation,
        R"({"id":"1","meta":{"profile":["p"]},"subject":{"reference":"Patient/1"},"performer":[{"reference":"Practitioner/d"}],)"
        R"("code":{"coding":[{"system":"s","code":"c","display":"x"}]},"effectiveDateTime":"2020"})");
    auto& b =
        parse(r, EntityKind::Observation,
              R"({"id":"2","subject":{"reference":"Patient/2"},"performer":[{"reference":"Practitioner/d"}],)"
              R"("code":{"coding":[{"system":"s","code":"c","display":"x"}]},"effectiveDateTime":"2020"})");
    b.source.add(r.arena) = {"t", "k", "primary"};
    CHECK(canonical_hash(EntityKind::Observation, a) == canonical_hash(EntityKind::Observation, b));
    static_cast<record::Observation&>(b).performer[0].reference = "Practitioner/e";
    CHECK(canonical_hash(EntityKind::Observation, a) != canonical_hash(EntityKind::Observation, b));
    static_cast<record::Observation&>(b).code.coding[0].display = "y";
    CHECK(code_and_time(EntityKind::Observation, a) == code_and_time(EntityKind::Observation, b));
    static_cast<record::Observation&>(b).effective_date_time = "2020-01";
    CHECK(code_and_time(EntityKind::Observation, a) != code_and_time(EntityKind::Observation, b));
    CHECK(code_and_time(EntityKind::RelatedPerson, r.add<record::RelatedPerson>()).empty());
    CHECK(source_key(a).empty());
    CHECK(!source_key(b).empty());
}

TEST_CASE("diff: every guard names a field of the model, and nested paths overlap") {
    CHECK(guards().size() > 15);
    CHECK(overlap("meta", "meta.security"));
    CHECK(overlap("meta.security", "meta"));
    CHECK(!overlap("meta", "metadata"));
    CHECK(!overlap("meta.security", "meta.tag"));
    CHECK(without_indexes("a[12].b[0].c") == "a.b.c");
}
