#include "core/system/tpp/values.hpp"

#include <doctest/doctest.h>

using namespace gpswitch;
using namespace gpswitch::tpp;

TEST_CASE("tpp trap 16: Windows-1252 is decoded, and no byte above 127 is stripped") {
    Arena arena;
    bool undefined = false;
    CHECK(decode("plain", arena, undefined) == "plain");
    CHECK(decode("\xA3", arena, undefined) == "\u00A3");
    CHECK(decode("\xBD \xB5g caf\xE9", arena, undefined) == "\u00BD \u00B5g caf\u00E9");
    CHECK(decode("\x80 \x91quoted\x92 \x96", arena, undefined) == "\u20AC \u2018quoted\u2019 \u2013");
    CHECK_FALSE(undefined);
}

TEST_CASE("tpp trap 16, 18: a copy in UTF-8 says what the Windows-1252 file says, each byte of it") {
    for (int b = 0; b < 256; ++b) {
        CAPTURE(b);
        const std::string byte = std::string("x") + static_cast<char>(b) + "y";
        Arena arena;
        bool here = false, there = false;
        std::string copy;
        copy_windows1252(copy, byte);
        CHECK(tidy(copy, arena, there) == decode(byte, arena, here));
        CHECK(here == there);
    }
    std::string copy;
    copy_windows1252(copy, "a\xA0\x81");
    CHECK(copy == "a\u00A0\u0081");
}

TEST_CASE("tpp trap 16: the five undefined bytes are kept and told of") {
    for (const char byte : {'\x81', '\x8D', '\x8F', '\x90', '\x9D'}) {
        Arena arena;
        bool undefined = false;
        const std::string in = std::string("a") + byte + "b";
        const Text out = decode(in, arena, undefined);
        CHECK(undefined);
        REQUIRE(out.size() == 4);
        CHECK(out.substr(0, 2) == "a\xC2");
        CHECK(out[2] == byte);
    }
}

TEST_CASE("tpp trap 18: a non-breaking space is a space") {
    Arena arena;
    bool undefined = false;
    CHECK(decode("a\xA0"
                 "b\xA0",
                 arena, undefined) == "a b ");
}

TEST_CASE("tpp trap 2: moments of data have English months") {
    CHECK(moment("29 Sep 2011 14:53:28") == "2011-09-29 14:53:28");
    CHECK(moment("29 SEP 2011 14:53:28") == "2011-09-29 14:53:28");
    CHECK(moment("1  Jan  2020") == "2020-01-01");
    CHECK(moment("01 Jan 2020 00:00:00") == "2020-01-01");
    CHECK(moment(" 9 may 1984 ") == "1984-05-09");
    for (const char* bad : {"", "2011-09-29", "29/09/2011", "31 Feb 2020", "29 Sept 2011", "29 Sep 11",
                            "29 Sep 2011 25:00:00", "29 Sep 2011 soon", "20200131_0200"})
        CHECK_MESSAGE(moment(bad).empty(), bad);
}

TEST_CASE("tpp trap 19: times without seconds are read as well") {
    CHECK(moment("29 Sep 2011 14:53") == "2011-09-29 14:53:00");
    CHECK(moment("29 Sep 2011 00:00") == "2011-09-29");
}

TEST_CASE("tpp trap 2: moments of the manifest are written in another way") {
    CHECK(manifest_moment("20200131_0200") == "2020-01-31 02:00:00");
    for (const char* bad : {"", "20200131", "20200131_2500", "20200231_0200", "31 Jan 2020 02:00:00"})
        CHECK_MESSAGE(manifest_moment(bad).empty(), bad);
}

TEST_CASE("tpp trap 21: -1, 0 and empty all mean no id") {
    for (const char* none : {"", " ", "0", "-1", "-23"}) {
        CHECK(no_id(none));
        CHECK_FALSE(id_of(none));
    }
    CHECK_FALSE(no_id("7"));
    CHECK(id_of("7") == 7);
    CHECK_FALSE(id_of("7a"));
}

TEST_CASE("tpp trap 23: ids of eleven digits and more are numbers of 64 bits") {
    CHECK(id_of("12345678901") == 12345678901);
    CHECK(id_of("999999999999999999") == 999999999999999999);
    CHECK_FALSE(id_of("12345678901234567890"));
}

TEST_CASE("tpp trap 20: TRUE and 1 are both true") {
    CHECK(is_true("TRUE"));
    CHECK(is_true("true"));
    CHECK(is_true("1"));
    for (const char* no : {"", "FALSE", "0", "2"}) CHECK_FALSE(is_true(no));
}

TEST_CASE("tpp trap 66: a quantity begins with a whole decimal") {
    CHECK(amount("28 tablets").value == "28");
    CHECK(amount("28 tablets").unit == "tablets");
    CHECK(amount("2.5 ml").value == "2.5");
    CHECK(amount("2.5 ml").unit == "ml");
    CHECK(amount("500ml").unit == "ml");
    CHECK(amount("1").unit.empty());
    CHECK(amount("two boxes").value.empty());
    CHECK(amount("1.2.3 x").value.empty());
}

TEST_CASE("tpp: days that stand for none") {
    CHECK(sentinel("01 Jan 1900 00:00:00"));
    CHECK(sentinel("31 Dec 9999"));
    CHECK(sentinel("1900-01-01"));
    CHECK_FALSE(sentinel("02 Jan 1900"));
}
