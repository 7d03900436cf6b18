#include "core/json/json.hpp"
#include "core/json/peek.hpp"

#include <doctest/doctest.h>

using namespace gpswitch;

TEST_CASE("json: a tree keeps order, numbers and offsets") {
    Arena arena;
    json::Parser parser;
    json::Error error;
    const std::string text = R"({"b":28.0,"a":["x\u00e9",-1e400,true,null,{}],"c":"\ud83d\ude00"})";
    const json::Value* v = parser.parse(text, arena, error);
    REQUIRE_MESSAGE(v != nullptr, error.message);
    CHECK(v->members[0].name == "b");
    CHECK(v->members[0].value->text == "28.0");
    CHECK(v->find("b")->offset == 5);
    CHECK(v->find("a")->items[0]->text == "x\xC3\xA9");
    CHECK(v->find("a")->items[1]->text == "-1e400");
    CHECK(v->text_of("c") == "\xF0\x9F\x98\x80");
    CHECK(v->text_of("none") == "");
    std::string out;
    json::append(out, *v);
    CHECK(out == "{\"b\":28.0,\"a\":[\"x\xC3\xA9\",-1e400,true,null,{}],\"c\":\"\xF0\x9F\x98\x80\"}");
}

TEST_CASE("json: what is refused") {
    struct Row {
        const char* text;
        const char* why;
    };
    const Row rows[] = {
        {"", "nothing"},
        {"{", "cut short"},
        {"{\"a\":1", "cut short"},
        {"[1,2", "cut short"},
        {"{\"a\":\"x", "cut in a string"},
        {"{\"a\":1}x", "text after the end"},
        {"{\"a\":1}{}", "two documents"},
        {"{\"a\":1,\"a\":2}", "a key twice: which one counts?"},
        {"{\"a\":01}", "leading zero"},
        {"{\"a\":.5}", "no digit before the point"},
        {"{\"a\":+1}", "plus sign"},
        {"{\"a\":NaN}", "not JSON"},
        {"{\"a\":tru}", "not JSON"},
        {"{\"a\":nul}", "not JSON"},
        {"{\"a\":\"\\ud800\"}", "lone surrogate"},
        {"{\"a\":\"\xE9\"}", "not UTF-8"},
        {"{\"a\":\"\n\"}", "raw line end in a string"},
        {"{'a':1}", "single quotes"},
        {"{\"a\" 1}", "no colon"},
        {"{\"a\":1,}", "trailing comma"},
        {"[1 2]", "no comma"},
        {"5", "neither object nor array"},
    };
    json::Parser parser;
    for (const auto& row : rows) {
        CAPTURE(row.text);
        CAPTURE(row.why);
        Arena arena;
        json::Error error;
        const std::string copy = row.text;
        CHECK(parser.parse(copy, arena, error) == nullptr);
        CHECK(!error.message.empty());
    }
}

TEST_CASE("json: depth is bounded") {
    Arena arena;
    json::Parser parser;
    json::Error error;
    const std::string deep = std::string(5000, '[') + std::string(5000, ']');
    CHECK(parser.parse(deep, arena, error) == nullptr);
    const std::string fine = std::string(150, '[') + std::string(150, ']');
    CHECK(parser.parse(fine, arena, error) != nullptr);
}

TEST_CASE("json: byte order mark, and strings that need escapes") {
    Arena arena;
    json::Parser parser;
    json::Error error;
    const std::string text = "\xEF\xBB\xBF{\"a\":\"q\\\"\\\\\\n\\u0001/\"}";
    const json::Value* v = parser.parse(text, arena, error);
    REQUIRE(v != nullptr);
    std::string out;
    json::append(out, *v);
    CHECK(out == "{\"a\":\"q\\\"\\\\\\n\\u0001/\"}");
}

TEST_CASE("json: a look takes nothing that the parser refuses") {
    json::Parser parser;
    json::Peek peek;
    Arena arena;
    json::Error error;
    const std::string deep = std::string(160, '[') + std::string(160, ']');
    for (const std::string& text :
         std::vector<std::string>{R"({"a":1,"a":2})", R"({"a":{"b":1,"b":2}})", R"({"a":[{"b":1,"b":1}]})",
                                  R"({"a":1} x)", R"({"a":01})", R"({"a":"\ud800"})", "{\"a\":\"\xff\"}",
                                  R"({"a":1)", R"([1])", R"("a")", "", R"({"a":tru})"}) {
        CHECK_MESSAGE(!peek.open(text), text);
        if (text != "[1]") CHECK_MESSAGE(parser.parse(text, arena, error) == nullptr, text);
    }
    CHECK(!peek.open("{\"a\":" + deep + "}"));  // the parser takes it, and is asked
    REQUIRE(peek.open(
        R"({"resourceType":"Flag","subject":{"reference":"Patient\/1"},"list":[{"n":1},{"u":"é\u00e9"}]})"));
    CHECK(peek.text("/resourceType") == "Flag");
    CHECK(peek.text("/subject/reference") == "Patient/1");
    CHECK(peek.text("/list/1/u") == "éé");
    CHECK(peek.text("/list/0/n").empty());
    CHECK(peek.text("/nothing").empty());
    CHECK(peek.has("/list/0"));
    CHECK(!peek.has("/list/2"));
}
