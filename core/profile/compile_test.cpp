#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>

#include "core/io/test_folder.hpp"
#include "core/profile/compile.hpp"
#include "core/profile/sources.hpp"
#include "core/profile/table.hpp"
#include "core/profile/test_base.hpp"
#include "core/util/error.hpp"

using namespace gpswitch;
using namespace gpswitch::profile;

namespace {

std::string profile_json(const std::string& name, const std::string& base, const std::string& rows) {
    return R"({"resourceType":"StructureDefinition","url":"http://example.org/)" + name + R"(","id":")" +
           name + R"(","type":"Thing","kind":"resource","derivation":"constraint","baseDefinition":")" +
           base + R"(","differential":{"element":[)" + rows + "]}}";
}

Definitions compiled(const std::vector<std::pair<std::string, std::string>>& files) {
    const io::TestFolder folder;
    const std::string base = folder / "base.json", package = folder / "package";
    std::ofstream(base) << kBase;
    std::filesystem::create_directory(package);
    for (const auto& [name, text] : files) std::ofstream(package + "/" + name + ".json") << text;
    Sources sources;
    read_package(base, sources);
    read_package(package, sources);
    return compile(sources);
}

constexpr const char* kThing = "http://hl7.org/fhir/StructureDefinition/Thing";

bool unchecked(const Definitions& d, const std::string& where, const std::string& reason) {
    for (const Unchecked& u : d.unchecked)
        if (u.where.starts_with(where) && u.reason.find(reason) != std::string::npos) return true;
    return false;
}

}  // namespace

TEST_CASE("profile compile: own elements only; the rest comes from the base type") {
    const Definitions d =
        compiled({{"a", profile_json("Thing", kThing, R"j({"id":"Thing","path":"Thing"})j")}});
    CHECK(d.types.at("Thing").base == "Resource");
    CHECK(d.types.at("Thing").root.children.size() == 4);
    CHECK(d.types.at("Thing").root.child("item")->child("item")->content == "Thing.item");
}

TEST_CASE("profile compile: a slice's test is found in what the slice, or its base, says") {
    const Definitions d = compiled(
        {{"a",
          profile_json(
              "a-Thing", kThing,
              R"j({"id":"Thing.part","path":"Thing.part","slicing":{"discriminator":[{"type":"value","path":"system"}],"rules":"closed"}},
{"id":"Thing.part:red","path":"Thing.part","sliceName":"red","min":1,"max":"1"},
{"id":"Thing.part:red.system","path":"Thing.part.system","fixedUri":"urn:red"})j")},
         {"b", profile_json("b", "http://example.org/a-Thing",
                            R"j({"id":"Thing.part:red.value","path":"Thing.part.value","min":1})j")}});
    const Element* part = d.profiles.at("http://example.org/b").root.child("part");
    REQUIRE(part != nullptr);
    CHECK(part->rules == SliceRules::closed);
    REQUIRE(part->slices.size() == 1);
    const Element& red = part->slices[0];
    CHECK(red.min == 1u);
    REQUIRE(red.tests.size() == 1);
    CHECK(red.tests[0].path == "system");
    CHECK(red.tests[0].value == "\"urn:red\"");
    CHECK(red.child("value")->min == 1u);
    CHECK(d.defaults.at("Thing") == "http://example.org/a-Thing");
}

TEST_CASE("profile compile: slices of a choice go by type, those of extensions by url") {
    const Definitions d =
        compiled({{"a", profile_json("a", kThing,
                                     R"j({"id":"Thing.extension:e","path":"Thing.extension","sliceName":"e"},
{"id":"Thing.value[x]:valuePart","path":"Thing.value[x]","sliceName":"valuePart","type":[{"code":"Part"}]},
{"id":"Thing.value[x]:valuePart.system","path":"Thing.value[x].system","min":1})j")}});
    const Element* value = d.profiles.at("http://example.org/a").root.child("value[x]");
    REQUIRE(value != nullptr);
    REQUIRE(value->slices.size() == 1);
    CHECK(value->slices[0].tests[0].kind == SliceTest::Kind::type);
    CHECK(value->slices[0].tests[0].value == "Part");
    // A resource of this little FHIR has no extensions.
    CHECK(unchecked(d, "http://example.org/a#Thing.extension:e", "there is no such element"));
}

TEST_CASE("profile compile: what cannot be done is said") {
    const Definitions d = compiled(
        {{"a", profile_json("a", "http://example.org/b", "")},
         {"b", profile_json("b", "http://example.org/a", "")},
         {"c", profile_json("c", "http://example.org/none", "")},
         {"d",
          profile_json(
              "d", kThing,
              R"j({"id":"Thing.part","path":"Thing.part","slicing":{"discriminator":[{"type":"profile","path":"resolve()"}],"rules":"open"}},
{"id":"Thing.part:x","path":"Thing.part","sliceName":"x","min":1})j")}});
    CHECK(d.profiles.size() == 1);
    CHECK(unchecked(d, "http://example.org/a", "circle"));
    CHECK(unchecked(d, "http://example.org/c", "not at hand"));
    CHECK(unchecked(d, "http://example.org/d#part:x", "resolve()"));
}

TEST_CASE("profile compile: the table is the same every time, and read back it is what it was") {
    const std::vector<std::pair<std::string, std::string>> files = {
        {"a",
         profile_json(
             "a-Thing", kThing,
             R"j({"id":"Thing.part","path":"Thing.part","min":1,"slicing":{"discriminator":[{"type":"value","path":"system"}],"rules":"open","ordered":true}},
{"id":"Thing.part:red","path":"Thing.part","sliceName":"red"},
{"id":"Thing.part:red.system","path":"Thing.part.system","fixedUri":"urn:\tred\\"},
{"id":"Thing.item","path":"Thing.item","constraint":[{"key":"x-1","severity":"warning","expression":"name.exists()"}]})j")}};
    const std::string text = to_text(compiled(files));
    CHECK(text == to_text(compiled(files)));
    CHECK(to_text(from_text(text)) == text);
    CHECK(Table::load(text, "table")->profile("http://example.org/a-Thing") != nullptr);
    std::string other = text;
    other[text.find("x-1") + 2] = '2';
    CHECK_THROWS_AS(Table::load(other, "table"), MappingError);
    CHECK_THROWS_AS(Table::load(text.substr(0, text.size() / 2), "table"), MappingError);
}

TEST_CASE("profile compile: STU3 says some things in another way") {
    Arena arena;
    json::Parser parser;
    json::Error error;
    const std::string row =
        R"j({"id":"A.b[x]","path":"A.b[x]","min":0,"max":"1","type":[{"code":"Reference","targetProfile":"http://e.org/P"},{"code":"Reference","targetProfile":"http://e.org/Q"},{"code":"Quantity","profile":"http://e.org/S"},{"code":"string"}],"binding":{"strength":"required","valueSetReference":{"reference":"http://e.org/vs|3"}}})j";
    const json::Value* v = parser.parse(row, arena, error);
    REQUIRE(v != nullptr);
    Element e;
    read_element(*v, e);
    REQUIRE(e.types.size() == 3);
    CHECK(e.types[0].targets == std::vector<std::string>{"http://e.org/P", "http://e.org/Q"});
    CHECK(e.types[1].profiles == std::vector<std::string>{"http://e.org/S"});
    CHECK(e.value_set == "http://e.org/vs");
    const std::string uri = R"j({"binding":{"strength":"required","valueSetUri":"http://e.org/other"}})j";
    Element f;
    read_element(*parser.parse(uri, arena, error), f);
    CHECK(f.value_set == "http://e.org/other");
}

TEST_CASE("profile compile: a package of STU3 does not build on R4") {
    Sources sources;
    sources.base = std::make_shared<Definitions>();
    sources.fhir_version = "3.0";
    CHECK_THROWS_AS(compile(sources), InputError);
}

TEST_CASE("profile compile: a type that leads back to itself is refused, by name") {
    const auto type = [](const char* name, const char* base) {
        return std::string(R"({"resourceType":"StructureDefinition","url":"http://example.org/)") + name +
               R"(","type":")" + name + R"(","kind":"resource","baseDefinition":"http://example.org/)" +
               base + "\"}";
    };
    CHECK_THROWS_WITH_AS(compiled({{"a", type("A", "B")}, {"b", type("B", "A")}}),
                         "the bases of the type A lead in a circle", InputError);
    CHECK_THROWS_AS(compiled({{"a", type("A", "A")}}), InputError);
}

TEST_CASE("profile compile: a type that no type can be called is refused") {
    CHECK_THROWS_AS(
        compiled(
            {{"a", profile_json("a", kThing,
                                R"j({"id":"Thing.part","path":"Thing.part","type":[{"code":"Par{"}]})j")}}),
        InputError);
}

TEST_CASE("profile compile: without the base types there is nothing to build on") {
    Sources sources;
    CHECK_THROWS_AS(compile(sources), InputError);
}
