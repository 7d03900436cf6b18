#include <doctest/doctest.h>

#include "core/system/emis/table_file.hpp"

using namespace gpswitch;
using namespace gpswitch::emis;

TEST_CASE("emis: a patient's slots are found from any hint") {
    TableFile table;
    const std::uint64_t counts[] = {0, 1, 2, 0, 0, 7, 1, 40, 0};
    std::uint64_t address = 0;
    for (std::uint64_t patient = 0; patient < std::size(counts); ++patient)
        for (std::uint64_t n = 0; n < counts[patient]; ++n) table.rows.push_back(patient << 40 | ++address);
    for (int n = 0; n < 3; ++n) table.rows.push_back(TableFile::kNobody << 40 | ++address);
    std::size_t first = 0;
    for (std::uint64_t patient = 0; patient < std::size(counts); ++patient) {
        const std::pair<std::size_t, std::size_t> expected{first, first + counts[patient]};
        CAPTURE(patient);
        CHECK(table.slots_of(patient) == expected);
        for (std::size_t hint = 0; hint <= table.rows.size() + 1; ++hint)
            CHECK(table.slots_of(patient, hint) == expected);
        first += counts[patient];
    }
    const std::pair<std::size_t, std::size_t> nobody{first, first + 3};
    CHECK(table.slots_of(TableFile::kNobody, first) == nobody);
}
