#include "cmd/words.hpp"

#include <doctest/doctest.h>

namespace cmd = gpswitch::cmd;

TEST_CASE("words: numbers for people") {
    CHECK(cmd::grouped(0) == "0");
    CHECK(cmd::grouped(999) == "999");
    CHECK(cmd::grouped(1000) == "1,000");
    CHECK(cmd::grouped(1234567) == "1,234,567");
    CHECK(cmd::count(1, "row", "rows") == "1 row");
    CHECK(cmd::count(2000, "row", "rows") == "2,000 rows");
    CHECK(cmd::clock(4.9) == "0:04");
    CHECK(cmd::clock(62) == "1:02");
    CHECK(cmd::clock(3723) == "1:02:03");
    CHECK(cmd::clock(-1) == "0:00");
    CHECK(cmd::joined({}) == "");
    CHECK(cmd::joined({"a"}) == "a");
    CHECK(cmd::joined({"a", "b", "c"}, "or") == "a, b or c");
}

TEST_CASE("words: columns stay straight beside letters of two bytes") {
    CHECK(cmd::aligned({{"Zoë", "1"}, {"Anna", "20"}}, {1}) == "Zoë    1\nAnna  20\n");
    CHECK(cmd::aligned({{"a", "long"}, {"b", ""}}) == "a  long\nb\n");
}
