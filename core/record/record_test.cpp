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
             R"({"resourceType":"QuestionnaireResponse","identifier":{"system":"urn:x","value":"a"},"extension":[{"url":"https://gpswitch.org/fhir/identifier","valueIdentifier":{"system":"urn:x","value":"b"}}])"},
         Row{EntityKind::Provenance,
             R"({"resourceType":"Provenance","extension":[{"url":"https://gpswitch.org/fhir/identifier","valueIdentifier":{"system":"urn:x","value":"a"}},{)"},
         Row{EntityKind::Observation,
             R"({"resourceType":"Observation","identifier":[{"system":"urn:x","value":"a"},{"system":"urn:x","value":"b"}])"}}) {
        Record record;
        Entity& e = record.add(row.kind);
        e.identifier.add(record.arena).value = "a";
        e.identifier.add(record.arena).value = "b";
        for (Identifier& i : e.identifier) i.system = "urn:x";
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

namespace {

// The entity's extensions as written, with "https://gpswitch.org/fhir/" left out; and that it reads back as
// it was.
std::string extensions_of(const Entity& entity, Record& record) {
    std::string text;
    append_json(text, EntityKind::Flag, entity);
    json::Parser parser;
    json::Error error;
    const json::Value* v = parser.parse(record.arena.copy(text), record.arena, error);
    REQUIRE(v != nullptr);
    Entity& again = record.add(EntityKind::Flag);
    ReadContext context;
    context.arena = &record.arena;
    read_json(*v, EntityKind::Flag, again, context);
    CHECK(equal(&entity, &again, type_of(EntityKind::Flag)));
    std::string out;
    const json::Value* extensions = v->find("extension");
    if (extensions == nullptr) return "none at all";
    for (const json::Value* e : extensions->items) {
        out += out.empty() ? "" : "|";
        out += e->text_of("url").substr(kOwn.size());
        out += ":";
        out += e->find("extension") == nullptr ? std::string(e->text_of("valueString")) : "(parts)";
    }
    return out;
}

}  // namespace

TEST_CASE("record: rows and what has no field are one text each") {
    Record record;
    const auto flag = [&](bool named) -> Flag& {
        Flag& f = record.add<Flag>();
        if (named) {
            Identifier& id = f.identifier.add(record.arena);
            id.system = "https://gpswitch.org/Id/emis/Table_A";
            id.value = "K1";
        }
        return f;
    };
    const auto written = [&](bool named, std::initializer_list<SourceRow> rows) {
        Flag& f = flag(named);
        for (const SourceRow& row : rows) f.source.add(record.arena, row);
        return extensions_of(f, record);
    };
    // The row that the identifier names is not named again.
    CHECK(written(true, {{"Table_A", "K1", "primary"}}) == "none at all");
    CHECK(written(true, {{"Table_A", "K1", "primary"}, {"B", "k 2", "part"}}) == "source:part B k 2");
    // Nor may it be made up.
    CHECK(written(true, {}) == "source:none");
    CHECK(written(true, {{"Table_A", "K1", "part"}}) == "source:none|source:part Table_A K1");
    CHECK(written(true, {{"Table_A", "K2", "primary"}}) == "source:primary Table_A K2");
    CHECK(written(true, {{"B", "1", "part"}, {"Table_A", "K1", "primary"}}) ==
          "source:part B 1|source:primary Table_A K1");
    CHECK(written(true, {{"Table_A", "K1", "primary"}, {"B", "", "primary"}}) ==
          "source:primary Table_A K1|source:primary B");
    CHECK(written(false, {}) == "none at all");
    CHECK(written(false, {{"Table_A", "K1", "primary"}}) == "source:primary Table_A K1");
    // What one text cannot say has parts.
    CHECK(written(false, {{"two words", "K1", "primary"}}) == "source:(parts)");
    CHECK(written(false, {{"", "K1", "primary"}}) == "source:(parts)");

    Flag& f = flag(false);
    for (const Rest& r : {Rest{"A.B", "x=\"1\"\n"}, Rest{"A.B", ""}, Rest{"a=b", "c"}, Rest{"", "c"}})
        f.rest.add(record.arena, r);
    CHECK(extensions_of(f, record) == "rest:A.B=x=\"1\"\n|rest:A.B|rest:(parts)|rest:(parts)");
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

TEST_CASE("record: a frozen list is written as any other, and nobody's change reaches the others") {
    Record record;
    List<Coding> codings;
    for (const Text code : {"one", "t\"wo"}) codings.add(record.arena).code = code;
    AnyList any{reinterpret_cast<char*>(codings.data), codings.size, codings.capacity};
    auto& plain = record.add<Flag>();
    plain.code.coding = codings;
    freeze(any, type_of<Coding>(), record.arena);
    const List<Coding> frozen{reinterpret_cast<Coding*>(any.data), any.size, any.capacity};
    const auto json = [](const Entity& e) {
        std::string s;
        append_json(s, EntityKind::Flag, e);
        return s;
    };
    auto &first = record.add<Flag>(), &second = record.add<Flag>(), &third = record.add<Flag>();
    first.code.coding = second.code.coding = third.code.coding = frozen;
    CHECK(json(first) == json(plain));
    first.code.coding.add(record.arena).code = "three";
    add_item(items_at(&second.code, *type_of<Concept>().find("coding")), type_of<Coding>(), record.arena);
    CHECK(json(third) == json(plain));
    CHECK(json(first).find("three") != std::string::npos);
    CHECK(second.code.coding.size == 3);
    second.code.coding = frozen;
    thaw(&second, type_of<Flag>(), record.arena);
    second.code.coding[0].code = "other";
    CHECK(json(second).find("other") != std::string::npos);
    CHECK(json(third) == json(plain));
    thaw(record);
    CHECK(frozen_json(items_at(&third.code, *type_of<Concept>().find("coding"))).empty());
    CHECK(json(third) == json(plain));
}
