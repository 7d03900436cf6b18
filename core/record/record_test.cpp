#include <doctest/doctest.h>

#include "core/record/json.hpp"

using namespace gpswitch;
using namespace gpswitch::record;

namespace {

// Fills every field of every level with distinct text, lists with two items, so that nothing can be
// forgotten.
void fill(void* object, const Type& type, Arena& arena, int& n, int depth) {
    for (const Field& f : type.fields) {
        if (f.kind == Kind::structure) {
            if (depth > 4) continue;
            for (int i = 0; i < (f.list ? 2 : 1); ++i)
                fill(f.list ? add_item(items_at(object, f), *f.type, arena) : at(object, f), *f.type, arena,
                     n, depth + 1);
            continue;
        }
        for (int i = 0; i < (f.list ? 2 : 1); ++i) {
            ++n;
            Text t;
            switch (f.kind) {
                case Kind::boolean: t = n % 2 ? "true" : "false"; break;
                case Kind::integer: t = arena.copy(std::to_string(n)); break;
                case Kind::decimal: t = arena.copy(std::to_string(n) + ".500"); break;
                case Kind::raw:
                    t = f.where == Where::self ? arena.join("{\"url\":\"http://example.org/",
                                                            std::to_string(n), "\",\"valueCode\":\"x\"}")
                                               : arena.join("{\"n\":", std::to_string(n), "}");
                    break;
                default: t = arena.join("t\"\n", std::to_string(n));
            }
            (f.list ? texts_at(object, f).add(arena) : text_at(object, f)) = t;
        }
    }
}

}  // namespace

TEST_CASE("record: every field of every entity survives JSON") {
    for (std::size_t k = 0; k < kEntityKinds; ++k) {
        const auto kind = static_cast<EntityKind>(k);
        CAPTURE(name_of(kind));
        Record record;
        Entity& entity = record.add(kind);
        int n = 0;
        fill(&entity, type_of(kind), record.arena, n, 0);
        CHECK(n > 20);
        std::string text;
        append_json(text, kind, entity);

        json::Parser parser;
        json::Error error;
        const json::Value* v = parser.parse(text, record.arena, error);
        REQUIRE_MESSAGE(v != nullptr, error.message << " at " << error.offset);
        Entity& again = record.add(kind);
        ReadContext context;
        context.arena = &record.arena;
        bool bad = false;
        context.on_bad_value = [&](Text path, std::uint64_t, const char* why) {
            bad = true;
            MESSAGE(path << ": " << why);
        };
        read_json(*v, kind, again, context);
        CHECK(!bad);
        CHECK(equal(&entity, &again, type_of(kind)));
        std::string text2;
        append_json(text2, kind, again);
        CHECK(text == text2);
    }
}

TEST_CASE("record: where R4 has one identifier or none, the others are extensions and come back") {
    struct Row {
        EntityKind kind;
        const char* starts;
    };
    for (
        const Row& row :
        {Row{EntityKind::QuestionnaireResponse,
             R"({"resourceType":"QuestionnaireResponse","identifier":{"value":"a"},"extension":[{"url":"https://gpswitch.org/fhir/StructureDefinition/identifier","valueIdentifier":{"value":"b"}}])"},
         Row{EntityKind::Provenance,
             R"({"resourceType":"Provenance","extension":[{"url":"https://gpswitch.org/fhir/StructureDefinition/identifier","valueIdentifier":{"value":"a"}},{)"},
         Row{EntityKind::Observation,
             R"({"resourceType":"Observation","identifier":[{"value":"a"},{"value":"b"}])"}}) {
        Record record;
        Entity& e = record.add(row.kind);
        e.identifier.add(record.arena).value = "a";
        e.identifier.add(record.arena).value = "b";
        std::string text;
        append_json(text, row.kind, e);
        CAPTURE(text);
        CHECK(text.starts_with(row.starts));
        json::Parser parser;
        json::Error error;
        Entity& again = record.add(row.kind);
        ReadContext context;
        context.arena = &record.arena;
        const json::Value* tree = parser.parse(text, record.arena, error);
        REQUIRE(tree != nullptr);
        read_json(*tree, row.kind, again, context);
        CHECK(equal(&e, &again, type_of(row.kind)));
        CHECK(again.extensions.empty());
    }
}

TEST_CASE("record: what has no field goes to rest, and wrong types are reported and kept") {
    Record record;
    json::Parser parser;
    json::Error error;
    const std::string text =
        R"({"resourceType":"Patient","id":"a","birthDate":1980,"name":[{"family":"F","_family":{"id":"x"}},7],)"
        R"("animal":{"species":"x"},"extension":[{"url":"http://example.org/unknown","valueCode":"c"}],"gender":["male"]})";
    const json::Value* v = parser.parse(text, record.arena, error);
    REQUIRE(v != nullptr);
    auto& patient = record.add<Patient>();
    ReadContext context;
    context.arena = &record.arena;
    std::vector<std::string> bad;
    context.on_bad_value = [&](Text path, std::uint64_t, const char*) { bad.emplace_back(path); };
    read_json(*v, EntityKind::Patient, patient, context);
    CHECK(bad == std::vector<std::string>{"birthDate", "name[1]", "gender"});
    REQUIRE(patient.rest.size == 5);
    CHECK(patient.rest[0].path == "birthDate");
    CHECK(patient.rest[0].value == "1980");
    CHECK(patient.rest[1].path == "name[0]._family");
    CHECK(patient.rest[3].path == "animal");
    CHECK(patient.rest[3].value == R"({"species":"x"})");
    REQUIRE(patient.extensions.size == 1);
    CHECK(patient.extensions[0] == R"({"url":"http://example.org/unknown","valueCode":"c"})");
    CHECK(patient.name[0].family == "F");
}

TEST_CASE("record: kinds, names and whose they are") {
    CHECK(kind_of("Observation") == EntityKind::Observation);
    CHECK(kind_of("List") == EntityKind::List);
    CHECK(!kind_of("observation"));
    CHECK(kind_of_type<FhirList>() == EntityKind::List);
    CHECK(patient_field(EntityKind::Observation)->name == "subject");
    CHECK(patient_field(EntityKind::AllergyIntolerance)->name == "patient");
    CHECK(patient_field(EntityKind::Task)->name == "for");
    CHECK(patient_field(EntityKind::Provenance)->name == "patient");
    CHECK(patient_field(EntityKind::Organization) == nullptr);
    for (std::size_t k = static_cast<std::size_t>(EntityKind::RelatedPerson); k < kEntityKinds; ++k) {
        const auto kind = static_cast<EntityKind>(k);
        CHECK_MESSAGE((patient_field(kind) != nullptr || kind == EntityKind::Appointment), name_of(kind));
    }
}
