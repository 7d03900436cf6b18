#include "cmd/suggest.hpp"

#include <doctest/doctest.h>

using gpswitch::cmd::echo;
using gpswitch::cmd::nearest;

TEST_CASE("suggest: nearest command") {
    struct Row {
        const char* word;
        const char* meant;
        const char* why;
    };
    const std::vector<std::string> known = {"map", "validate", "import", "diff", "mappings", "systems"};
    const Row rows[] = {
        {"mpa", "map", "two letters swapped"},
        {"dif", "diff", "one letter missing"},
        {"improt", "import", "swapped in the middle"},
        {"vaildat", "validate", "two slips in seven letters"},
        {"mapping", "mappings", "its beginning"},
        {"sys", "systems", "its beginning"},
        {"frobnicate", "", "nothing near"},
        {"", "", "nothing typed"},
    };
    for (const auto& row : rows) {
        CAPTURE(row.word);
        CAPTURE(row.why);
        CHECK(nearest(row.word, known) == row.meant);
    }
}

TEST_CASE("suggest: what looks like an NHS number is not shown again") {
    CHECK(echo("extract.zip") == "extract.zip");
    CHECK(echo("999 000 0018") == "(number)");
}
