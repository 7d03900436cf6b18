#include "cmd/talk.hpp"

#include <doctest/doctest.h>

using gpswitch::cmd::progress_json;
using gpswitch::cmd::progress_line;

TEST_CASE("talk: progress says share, rate and time left") {
    CHECK(progress_line(0, 1000, 0) == "[....................]   0 %  0 of 1,000 rows");
    CHECK(progress_line(250, 1000, 2) == "[#####...............]  25 %  250 of 1,000 rows  125/s  0:06 left");
    CHECK(progress_line(1000, 1000, 8) == "[####################] 100 %  1,000 of 1,000 rows");
    CHECK(progress_line(0, 0, 1) == "[####################] 100 %  0 of 0 rows");
}

TEST_CASE("talk: progress as JSON has numbers, and no time left where there is no rate yet") {
    CHECK(progress_json(50, 200, 10, "rows") ==
          R"({"unit":"rows","done":50,"total":200,"rate":5,"secondsLeft":30})");
    CHECK(progress_json(0, 200, 0, "patients") == R"({"unit":"patients","done":0,"total":200,"rate":0})");
}
