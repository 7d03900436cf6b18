#include <doctest/doctest.h>

#include "core/util/arena.hpp"
#include "core/util/hash.hpp"
#include "core/util/nhs_number.hpp"
#include "core/util/text.hpp"

using namespace gpswitch;

TEST_CASE("nhs number: check digit") {
    struct Row {
        const char* text;
        bool valid;
        const char* why;
    };
    const Row rows[] = {
        {"9434765919", true, "worked example: sum 299, check 9"},
        {"4010232137", true, "worked example: sum 92, check 7"},
        {"9876543210", true, "remainder 0 gives 11, written 0"},
        {"943 476 5919", true, "spaces are allowed"},
        {"943-476-5919", true, "hyphens are allowed"},
        {"9434765918", false, "wrong check digit"},
        {"1234567890", false, "check would be 10: no digit is right"},
        {"9999999999", false, "ten equal digits pass the sum but are a placeholder"},
        {"0000000000", false, "placeholder"},
        {"943476591", false, "nine digits"},
        {"94347659190", false, "eleven digits"},
        {"943476591X", false, "a letter"},
        {"", false, "absent isn't zero"},
    };
    for (const auto& row : rows) {
        CAPTURE(row.text);
        CAPTURE(row.why);
        CHECK(nhs_number::parse(row.text).empty() == !row.valid);
    }
}

TEST_CASE("sha256: published vector") {
    // FIPS 180-2, appendix B.1
    CHECK(sha256_hex("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST_CASE("uuid v5: version, variant, length prefix") {
    const auto a = uuid_v5({"ab", "c"});
    const std::string_view text(a.data(), a.size());
    CHECK(is_uuid(text));
    CHECK(text[14] == '5');
    CHECK(std::string_view("89ab").find(text[19]) != std::string_view::npos);
    CHECK(uuid_v5({"ab", "c"}) == a);
    CHECK(uuid_v5({"a", "bc"}) != a);
    CHECK(uuid_v5({"abc"}) != a);
}

TEST_CASE("text: decimals are FHIR's") {
    for (const char* good : {"0", "60.000", "-0.5", "1e400", "5.600000024E-1"})
        CHECK_MESSAGE(is_decimal(good), good);
    for (const char* bad : {"", ".5", "5.", "1,5", "01", "+1", "NaN", "1 2", "--1", "1e"})
        CHECK_MESSAGE(!is_decimal(bad), bad);
}

TEST_CASE("text: guid as key") {
    std::string out;
    CHECK(normal_guid("{422ba762-d6f5-478d-81d5-bdef1cd6065d}", out));
    CHECK(out == "422BA762-D6F5-478D-81D5-BDEF1CD6065D");
    CHECK(normal_guid("422BA762-D6F5-478D-81D5-BDEF1CD6065D", out));
    CHECK(!normal_guid("{422ba762}", out));
    CHECK(!normal_guid("", out));
}

TEST_CASE("text: utf-8") {
    CHECK(valid_utf8("caf\xC3\xA9"));
    CHECK(!valid_utf8("caf\xE9"));
    CHECK(!valid_utf8(std::string_view("a\0b", 3)));
    CHECK(!valid_utf8("\xED\xA0\x80"));  // a surrogate
    CHECK(!valid_utf8("\xC0\xAF"));      // overlong
    CHECK(!valid_utf8("\xE2\x82"));      // cut
}

TEST_CASE("arena: lists grow and text stays") {
    Arena arena(64);
    List<int> list;
    for (int i = 0; i < 1000; ++i) list.add(arena) = i;
    const auto kept = arena.join("ab", "", "cd");
    CHECK(list.size == 1000);
    for (int i = 0; i < 1000; ++i) REQUIRE(list[i] == i);
    CHECK(kept == "abcd");
    arena.clear();
    CHECK(arena.copy("x") == "x");
}

TEST_CASE("text: base64") {
    CHECK(base64("") == "");
    CHECK(base64("f") == "Zg==");
    CHECK(base64("fo") == "Zm8=");
    CHECK(base64("foobar") == "Zm9vYmFy");
}
