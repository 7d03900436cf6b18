#include "core/report/words.hpp"

#include <doctest/doctest.h>

namespace words = gpswitch::words;

TEST_CASE("words: numbers for people") {
    CHECK(words::grouped(0) == "0");
    CHECK(words::grouped(999) == "999");
    CHECK(words::grouped(1000) == "1,000");
    CHECK(words::grouped(1234567) == "1,234,567");
    CHECK(words::count(1, "row", "rows") == "1 row");
    CHECK(words::count(2000, "row", "rows") == "2,000 rows");
    CHECK(words::clock(4.9) == "0:04");
    CHECK(words::clock(62) == "1:02");
    CHECK(words::clock(3723) == "1:02:03");
    CHECK(words::clock(-1) == "0:00");
    CHECK(words::joined({}) == "");
    CHECK(words::joined({"a"}) == "a");
    CHECK(words::joined({"a", "b", "c"}, "or") == "a, b or c");
}

TEST_CASE("words: columns stay straight beside letters of two bytes") {
    CHECK(words::aligned({{"Zoë", "1"}, {"Anna", "20"}}, {1}) == "Zoë    1\nAnna  20\n");
    CHECK(words::aligned({{"a", "long"}, {"b", ""}}) == "a  long\nb\n");
}
