#include "cmd/talk.hpp"

#include <doctest/doctest.h>

using gpswitch::cmd::progress_line;

TEST_CASE("talk: progress says share, rate and time left") {
    CHECK(progress_line(0, 1000, 0) == "[....................]   0 %  0 of 1,000 rows");
    CHECK(progress_line(250, 1000, 2) == "[#####...............]  25 %  250 of 1,000 rows  125/s  0:06 left");
    CHECK(progress_line(1000, 1000, 8) == "[####################] 100 %  1,000 of 1,000 rows");
    CHECK(progress_line(0, 0, 1) == "[####################] 100 %  0 of 0 rows");
}
