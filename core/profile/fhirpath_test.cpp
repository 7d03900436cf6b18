#include <doctest/doctest.h>

#include "core/profile/checker.hpp"
#include "core/profile/moment.hpp"
#include "core/profile/sources.hpp"

using namespace gpswitch;
using namespace gpswitch::profile;

namespace {

Element element(const std::string& name, std::vector<std::string> types, bool many = false) {
    Element e;
    e.name = name;
    e.min = 0;
    e.max = many ? kNoMax : 1;
    for (auto& t : types) e.types.push_back({.code = std::move(t), .profiles = {}, .targets = {}});
    return e;
}

/// A table of one resource type, Thing, of which the invariant demands `expression`.
std::string table_with(const std::string& expression) {
    Definitions d;
    const auto type = [&d](const std::string& name, Type::Kind kind, const std::string& base) -> Type& {
        Type& t = d.types[name];
        t.name = name;
        t.kind = kind;
        t.base = base;
        return t;
    };
    type("Element", Type::Kind::complex, "").root.children = {element("id", {"string"}),
                                                              element("extension", {"Extension"}, true)};
    type("Extension", Type::Kind::complex, "Element").root.children = {element("url", {"uri"}),
                                                                       element("value[x]", {"string"})};
    for (const char* p : {"string", "uri", "decimal", "boolean", "dateTime"})
        type(p, Type::Kind::primitive, "Element");
    type("Part", Type::Kind::complex, "Element").root.children = {
        element("system", {"uri"}), element("code", {"string"}), element("value", {"decimal"})};
    type("Resource", Type::Kind::resource, "").root.children = {element("id", {"string"})};
    Type& thing = type("Thing", Type::Kind::resource, "Resource");
    thing.root.children = {element("name", {"string"}, true), element("flag", {"boolean"}),
                           element("part", {"Part"}, true),   element("value[x]", {"string", "Part"}),
                           element("start", {"dateTime"}),    element("end", {"dateTime"}),
                           element("number", {"decimal"})};
    thing.root.invariants.push_back({"x-1", true, expression});
    return to_text(d);
}

constexpr const char* kThing =
    R"({"resourceType":"Thing","id":"t","name":["ann","bob","ann"],"flag":true,"part":[{"system":"urn:a","code":"1","value":1.0},{"system":"urn:b","code":"2","value":2.5}],"valuePart":{"code":"v"},"start":"2020-02-01T10:00:00Z","_end":{"extension":[{"url":"urn:e","valueString":"later"}]},"number":5})";

bool fails(const std::string& expression) {
    const std::string text = table_with(expression);
    const auto table = Table::load(text, "table");
    for (const Unchecked& u : table->unchecked()) FAIL(u.where << ": " << u.reason);
    Document document(table->atoms());
    json::Error error;
    REQUIRE(document.parse(kThing, std::string_view(kThing).size(), error));
    std::vector<Finding> found;
    Checker(*table, {}).check(document, found);
    for (const Finding& f : found) CHECK(f.code == "FHIR-INV-001");
    return !found.empty();
}

std::string truth(const std::string& expression) {
    if (fails(expression)) return "no";
    return fails("(" + expression + ").not()") ? "yes" : "unknown";
}

}  // namespace

TEST_CASE("fhirpath: expressions as invariants use them") {
    struct Row {
        const char* expression;
        const char* truth;
    };
    const Row rows[] = {
        {"name.exists()", "yes"},
        {"name.empty()", "no"},
        {"nothing.exists()", "no"},
        {"name.count() = 3", "yes"},
        {"name.isDistinct()", "no"},
        {"part.code.isDistinct()", "yes"},
        {"name[1] = 'bob'", "yes"},
        {"name.first() = 'ann' and name.last() = 'ann'", "yes"},
        {"name.tail().count() = 2", "yes"},
        {"Thing.name.exists()", "yes"},
        {"flag", "yes"},
        {"flag.not()", "no"},
        {"nothing.not()", "unknown"},
        {"nothing = 'a'", "unknown"},
        {"nothing = 'a' or true", "yes"},
        {"nothing = 'a' and false", "no"},
        {"nothing = 'a' and true", "unknown"},
        {"false implies nothing", "yes"},
        {"true implies false", "no"},
        {"flag xor name.empty()", "yes"},
        {"part.where(system = 'urn:a' and code = '1').exists()", "yes"},
        {"part.where(system = 'urn:a' and code = '2').exists()", "no"},
        {"part.exists(code = '2')", "yes"},
        {"part.all(value > 0)", "yes"},
        {"part.all(value > 1)", "no"},
        {"part.select(code) = ('1' | '2')", "yes"},
        {"'bob' in name", "yes"},
        {"name contains 'eve'", "no"},
        {"value.exists() and value.code = 'v'", "yes"},
        {"value is Part", "yes"},
        {"value is string", "no"},
        {"value.ofType(string).empty()", "yes"},
        {"start.hasValue()", "yes"},
        {"end.exists()", "yes"},
        {"end.hasValue()", "no"},
        {"end.extension('urn:e').value = 'later'", "yes"},
        {"extension('urn:e').empty()", "yes"},
        {"start <= end", "unknown"},
        {"number >= 5 and number < 5.5", "yes"},
        {"number = 5.0", "yes"},
        {"id.startsWith('t') and id.endsWith('t') and id.length() = 1", "yes"},
        {"name[0].substring(1) = 'nn'", "yes"},
        {"name[0].substring(1, 1) = 'n'", "yes"},
        {"name[0].substring(9).empty()", "yes"},
        {"name[0].matches('[a-z]{3}')", "yes"},
        {"name[0].matches('[a-z]{2}')", "no"},
        {"iif(flag, 1, 2) = 1", "yes"},
        {"%resource.name.exists() and %context.name.exists()", "yes"},
        {"descendants().where($this = '2').exists()", "yes"},
        {"children().count() > 5", "yes"},
        {"name.intersect('bob' | 'eve').count() = 1", "yes"},
        {"(name | 'x').count() > 2", "yes"},
        {"'a' & 'b' = 'ab'", "yes"},
        {"part.code.select($this = '1').allFalse()", "no"},
        {"`name`.exists()", "yes"},
        {"'a-b'.replace('-', '+') = 'a+b'", "yes"},
        {"'a.b.c'.replaceMatches('\\\\..*', '') = 'a'", "yes"},
        {"'abc'.indexOf('c') = 2 and 'abc'.indexOf('x') = -1", "yes"},
        {"'aB'.lower() = 'ab' and 'aB'.upper() = 'AB'", "yes"},
        {"part.code.skip(1).count() + part.code.take(1).count() = part.code.count()", "yes"},
        {"part.code.exclude(part.code).empty()", "yes"},
        {"part.code.first().subsetOf(part.code)", "yes"},
        {"part.code.supersetOf(part.code.first())", "yes"},
        {"'1.5'.toDecimal() * 2 = 3 and 7 div 2 = 3 and 7 mod 2 = 1 and 1 / 2 = 0.5", "yes"},
        {"(1 / 0).empty()", "yes"},
        {"start > @2020-01-31 and start < @2020-02-20", "yes"},
        {"name.resolve().empty()", "yes"},
        {"name.matches('(')", "unknown"},
    };
    for (const Row& row : rows) {
        CAPTURE(std::string(row.expression));
        CHECK(truth(row.expression) == row.truth);
    }
}

TEST_CASE("fhirpath: what is not understood is said, with the reason") {
    for (const char* e :
         {"name.conformsTo('x')", "name.memberOf('x')", "%unknown = 1", "name =", "name.(", "'open"}) {
        CAPTURE(e);
        const std::string text = table_with(e);
        const auto table = Table::load(text, "table");
        REQUIRE(table->unchecked().size() == 1);
        CHECK(table->unchecked()[0].where == "Thing!x-1");
    }
}

TEST_CASE("fhirpath: an invariant that is not understood is not passed in silence") {
    const std::string text = table_with("name.memberOf('x')");
    const auto table = Table::load(text, "table");
    Document document(table->atoms());
    json::Error error;
    REQUIRE(document.parse(kThing, std::string_view(kThing).size(), error));
    Checker checker(*table, {});
    std::vector<Finding> found;
    checker.check(document, found);
    CHECK(found.empty());
    CHECK(checker.not_checked().at("Thing!x-1: invariant: the function memberOf") == 1);
}

TEST_CASE("moments are compared as precisely as both are") {
    struct Row {
        const char *a, *b;
        const char* order;  ///< <, =, >, or ? when it cannot be told
    };
    const Row rows[] = {
        {"2020", "2021", "<"},
        {"2020", "2020", "="},
        {"2020", "2020-05", "?"},
        {"2020-05", "2020-05-01", "?"},
        {"2020-04", "2020-05-01", "<"},
        {"2020-05-02", "2020-05-01", ">"},
        {"2020-05-01T10:00:00Z", "2020-05-01T11:00:00+01:00", "="},
        {"2020-05-01T10:00:00Z", "2020-05-01T10:00:00+01:00", ">"},
        {"2020-05-01T10:00:00.1Z", "2020-05-01T10:00:00.10Z", "="},
        {"2020-05-01", "2020-05-01T10:00:00Z", "?"},
        {"2020-05-01", "2020-05-09T10:00:00Z", "<"},
        {"2019-08", "2025-01-24T13:00:00Z", "<"},
        {"10:00:00", "11:00:00", "<"},
    };
    for (const Row& row : rows) {
        CAPTURE(row.a);
        CAPTURE(row.b);
        Moment a, b;
        REQUIRE(Moment::read(row.a, a));
        REQUIRE(Moment::read(row.b, b));
        int order = 0;
        const bool told = Moment::compare(a, b, order);
        CHECK(std::string(!told ? "?" : order < 0 ? "<" : order > 0 ? ">" : "=") == row.order);
    }
}
