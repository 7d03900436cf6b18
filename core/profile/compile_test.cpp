#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>

#include "core/io/test_folder.hpp"
#include "core/profile/sources.hpp"
#include "core/profile/table.hpp"
#include "core/util/error.hpp"

using namespace gpswitch;
using namespace gpswitch::profile;

namespace {

/// The least of FHIR that profiles can be made of: a resource with a list of parts, an extension, two types.
constexpr const char* kBase = R"({"resourceType":"Bundle","entry":[
{"resource":{"resourceType":"StructureDefinition","url":"http://hl7.org/fhir/StructureDefinition/Element","type":"Element","kind":"complex-type","abstract":true,"snapshot":{"element":[
 {"id":"Element","path":"Element"},
 {"id":"Element.id","path":"Element.id","min":0,"max":"1","base":{"path":"Element.id"},"type":[{"code":"string"}]},
 {"id":"Element.extension","path":"Element.extension","min":0,"max":"*","base":{"path":"Element.extension"},"type":[{"code":"Extension"}]}]}}},
{"resource":{"resourceType":"StructureDefinition","url":"http://hl7.org/fhir/StructureDefinition/Extension","type":"Extension","kind":"complex-type","baseDefinition":"http://hl7.org/fhir/StructureDefinition/Element","snapshot":{"element":[
 {"id":"Extension","path":"Extension"},
 {"id":"Extension.url","path":"Extension.url","min":1,"max":"1","base":{"path":"Extension.url"},"type":[{"code":"uri"}]},
 {"id":"Extension.value[x]","path":"Extension.value[x]","min":0,"max":"1","base":{"path":"Extension.value[x]"},"type":[{"code":"string"},{"code":"Part"}]}]}}},
{"resource":{"resourceType":"StructureDefinition","url":"http://hl7.org/fhir/StructureDefinition/string","type":"string","kind":"primitive-type","baseDefinition":"http://hl7.org/fhir/StructureDefinition/Element"}},
{"resource":{"resourceType":"StructureDefinition","url":"http://hl7.org/fhir/StructureDefinition/uri","type":"uri","kind":"primitive-type","baseDefinition":"http://hl7.org/fhir/StructureDefinition/Element"}},
{"resource":{"resourceType":"StructureDefinition","url":"http://hl7.org/fhir/StructureDefinition/Part","type":"Part","kind":"complex-type","baseDefinition":"http://hl7.org/fhir/StructureDefinition/Element","snapshot":{"element":[
 {"id":"Part","path":"Part"},
 {"id":"Part.system","path":"Part.system","min":0,"max":"1","base":{"path":"Part.system"},"type":[{"code":"uri"}]},
 {"id":"Part.value","path":"Part.value","min":0,"max":"1","base":{"path":"Part.value"},"type":[{"code":"string"}]}]}}},
{"resource":{"resourceType":"StructureDefinition","url":"http://hl7.org/fhir/StructureDefinition/Resource","type":"Resource","kind":"resource","abstract":true,"snapshot":{"element":[
 {"id":"Resource","path":"Resource"}]}}},
{"resource":{"resourceType":"StructureDefinition","url":"http://hl7.org/fhir/StructureDefinition/Thing","type":"Thing","kind":"resource","baseDefinition":"http://hl7.org/fhir/StructureDefinition/Resource","snapshot":{"element":[
 {"id":"Thing","path":"Thing"},
 {"id":"Thing.part","path":"Thing.part","min":0,"max":"*","base":{"path":"Thing.part"},"type":[{"code":"Part"}]},
 {"id":"Thing.value[x]","path":"Thing.value[x]","min":0,"max":"1","base":{"path":"Thing.value[x]"},"type":[{"code":"string"},{"code":"Part"}]},
 {"id":"Thing.item","path":"Thing.item","min":0,"max":"*","base":{"path":"Thing.item"},"type":[{"code":"Element"}]},
 {"id":"Thing.item.name","path":"Thing.item.name","min":1,"max":"1","base":{"path":"Thing.item.name"},"type":[{"code":"string"}]},
 {"id":"Thing.item.item","path":"Thing.item.item","min":0,"max":"*","base":{"path":"Thing.item.item"},"contentReference":"#Thing.item"}]}}}
]})";

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
    CHECK(d.types.at("Thing").root.children.size() == 3);
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

TEST_CASE("profile compile: without the base types there is nothing to build on") {
    Sources sources;
    CHECK_THROWS_AS(compile(sources), InputError);
}
