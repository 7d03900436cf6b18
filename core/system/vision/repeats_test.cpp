#include "core/system/vision/repeats.hpp"

#include <doctest/doctest.h>

#include <vector>

using namespace gpswitch::vision;

TEST_CASE("vision: the master of an issue is of its drug, had begun and had not ended") {
    const Prescribed issue{"1", "c1", "n", "2025-01-01", {}};
    const auto of = [&](std::vector<Prescribed> masters) { return master_of(issue, masters); };
    CHECK(of({}) == -1);
    CHECK(of({{"1", "", "", "2024-01-01", ""}}) == 0);
    CHECK(of({{"2", "c1", "n", "2024-01-01", ""}}) == -1);  // another id, whatever the name
    CHECK(of({{"", "c1", "n", "2024-01-01", ""}}) == 0);    // no id: by name and code
    CHECK(of({{"", "c1", "other", "2024-01-01", ""}}) == -1);
    CHECK(of({{"1", "", "", "2025-01-02", ""}}) == -1);            // not yet
    CHECK(of({{"1", "", "", "2024-01-01", "2024-12-31"}}) == -1);  // no more
    CHECK(of({{"1", "", "", "2024-01-01", "2025-01-01"}}) == 0);   // on its last day
    CHECK(of({{"1", "", "", "2025", "2025"}}) == 0);               // as far as is known
    CHECK(of({{"1", "", "", "", ""}}) == 0);
    CHECK(of({{"1", "", "", "2023-01-01", ""},
              {"1", "", "", "2024-01-01", ""},
              {"", "c1", "n", "2024-06-01", ""}}) == 1);
    const std::vector<Prescribed> nameless = {{"", "", "", "2024-01-01", ""}};
    CHECK(master_of({"", "", "", "2025-01-01", ""}, nameless) == -1);
    CHECK(master_of({"1", "c1", "n", "", ""}, std::vector<Prescribed>{{"1", "c1", "n", "2024-01-01", ""}}) ==
          -1);
}
