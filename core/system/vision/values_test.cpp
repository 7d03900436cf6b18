#include "core/system/vision/values.hpp"

#include <doctest/doctest.h>

using namespace gpswitch;
using namespace gpswitch::vision;

TEST_CASE("vision: names of files say extract, practice, type and moment") {
    const auto f = file_name("in/INCREMENTAL_F86007_journal_data_extract-2018-08-17-000500.csv");
    REQUIRE(f);
    CHECK(f->extract == "INCREMENTAL");
    CHECK(f->ods == "F86007");
    CHECK(f->type == "journal_data_extract");
    CHECK(f->moment == "2018-08-17 00:05:00");
    const auto a = file_name("ADDITIONAL_F86007_active_user_data_extract-2018-08-17-000500.csv");
    REQUIRE(a);
    CHECK(a->type == "active_user_data_extract");
    CHECK(file_name("FULL_F86007_patient_data_extract-2018-08-17-235959.CSV"));
    for (const Text bad : {"journal_data_extract-2018-08-17-000500.csv", "journal.csv",
                           "INCREMENTAL_F86007_journal_data_extract-2018-02-30-000500.csv",
                           "INCREMENTAL_F86007_journal_data_extract-2018-08-17-250500.csv",
                           "INCREMENTAL_F86007_journal_data_extract-2018-08-17-000500.txt"})
        CHECK_MESSAGE(!file_name(bad), bad);
}

TEST_CASE("vision: days are yyyyMMdd, and a zero month or day is as much as is known") {
    Arena arena;
    const auto day = [&](Text t) {
        const Day d = day_of(t, arena);
        return std::string(d.full) + "/" + std::string(d.partial);
    };
    CHECK(day("20180817") == "2018-08-17/");
    CHECK(day("19990600") == "/1999-06");
    CHECK(day("19990000") == "/1999");
    // Never another year, never another month.
    for (const Text bad :
         {"19990015", "19991300", "19990230", "00000000", "1999", "17/08/2018", "2018-08-17", ""})
        CHECK_MESSAGE(day(bad) == "/", bad);
}

TEST_CASE("vision: times are HHmm of 24 hours, and 9999 is none") {
    Arena arena;
    CHECK(time_of("0930", arena) == "09:30:00");
    CHECK(time_of("2359", arena) == "23:59:00");
    CHECK(time_of("1305", arena) == "13:05:00");  // a clock of 12 hours would lose this
    CHECK(time_of("9999", arena).empty());
    CHECK(time_of("", arena).empty());
    CHECK(time_of("2460", arena) == "2460");  // for others to complain of
    CHECK(time_of("930", arena) == "930");
}

TEST_CASE("vision: Read codes of 4, 5, 6 and 7 characters, in upper and lower case") {
    const auto is = [](Text text, Code::Kind kind, Text code, Text term) {
        const Code c = code_of(text);
        CHECK_MESSAGE(c.kind == kind, text);
        CHECK_MESSAGE(c.code == code, text);
        CHECK_MESSAGE(c.term == term, text);
    };
    using Kind = Code::Kind;
    is("H33..00", Kind::read, "H33..", "00");
    is("G30z.11", Kind::read, "G30z.", "11");
    is("9T1B.00", Kind::read, "9T1B.", "00");
    is("9t1B.00", Kind::read, "9t1B.", "00");  // another code than the one before
    is("9344.", Kind::read, "9344.", "");
    is("13m1.0", Kind::read, "13m1.", "0");  // the first five are a code
    is("9V0.00", Kind::words, "9V0.00", "");
    is("9mb.00", Kind::words, "9mb.00", "");
    is("#9V0..", Kind::words, "#9V0..", "");
    is("asthma", Kind::words, "asthma", "");
    is("DNA", Kind::words, "DNA", "");
    is("H33.", Kind::words, "H33.", "");
    is("H33..000", Kind::words, "H33..000", "");
    is(" H33..00 ", Kind::read, "H33..", "00");
    is("", Kind::none, "", "");
    CHECK(stem("246..") == "246");
    CHECK(stem("2469.") == "2469");
}

TEST_CASE("vision: references to staff are written in three forms") {
    Arena arena;
    CHECK(staff_id("90:STAFF:1", arena) == "901");
    CHECK(staff_id("90:EXT_STAFF:2,Sister Stage", arena) == "902");
    CHECK(staff_id("90:EXT_STAFF:2,Stage, B", arena) == "902");
    CHECK(staff_id("90:EXT_STAFF:2", arena) == "90:EXT_STAFF:2");  // no comma: the whole value
    CHECK(staff_id("901", arena) == "901");
    CHECK(staff_id("", arena).empty());
}

TEST_CASE("vision: links are tokens between pipes, of which empty ones say nothing") {
    Text list = "|E12||345| E |";
    CHECK(next_token(list) == "E12");
    CHECK(next_token(list) == "345");
    CHECK(next_token(list) == "E");
    CHECK(next_token(list).empty());
}

TEST_CASE("vision: keys are numbers or text, and leading zeros count") {
    CHECK(key_of("12") == key_of(" 12 "));
    CHECK(key_of("12") != key_of("012"));
    CHECK(key_of("0") != kNoKey);
    CHECK(key_of("") == kNoKey);
    CHECK(key_of("a") != key_of("A"));
}
