#include "cmd/selection.hpp"

#include <doctest/doctest.h>

#include "core/io/test_folder.hpp"
#include "core/util/error.hpp"

using namespace gpswitch;
using namespace gpswitch::cmd;

namespace {

/// What is said of these options; "none" when they are right.
std::string refusal(const CommonOptions& options) {
    try {
        selection_of(options,
                     [] { return std::string(GPSWITCH_SOURCE_DIR "/mappings/rules/population.csv"); });
    } catch (const Error& e) { return e.what(); }
    return "none";
}

std::vector<std::string> words(const CommonOptions& options) {
    return selection_of(options,
                        [] { return std::string(GPSWITCH_SOURCE_DIR "/mappings/rules/population.csv"); })
        ->words();
}

}  // namespace

TEST_CASE("selection options: numbers by hand and from a file, counted once and never said again") {
    const io::TestFolder folder;
    const std::string list = folder.put("list", "# two people\n999 000 0018\n\n9990000026  # the second\n");
    CommonOptions o;
    o.patients = {"9990000018", "@" + list};
    CHECK(words(o) == std::vector<std::string>{"patients: 2 by NHS number"});
    o.patients = {"9990000019"};
    CHECK(refusal(o) == "--patient: not a valid NHS number (it is not shown here)");
    o.patients = {"@" + folder.put("bad", "9990000018\n12345\n")};
    CHECK(refusal(o) == folder / "bad:2: not a valid NHS number (it is not shown here)");
    o.patients = {"@" + folder.put("empty", "# nobody\n")};
    CHECK(refusal(o) == "--patient: there is no NHS number in " + folder / "empty");
    o.patients = {"@" + folder / "absent"};
    CHECK(refusal(o).find(folder / "absent") != std::string::npos);
}

TEST_CASE("selection options: populations, in the order of the table; all of them are no selection") {
    CommonOptions o;
    o.populations = {"registered,dead", "test"};
    CHECK(words(o) == std::vector<std::string>{"population: test, dead, registered"});
    o.populations = {"all"};
    CHECK(words(o).empty());
    o.populations = {"registered,left,dead,temporary,test"};
    CHECK(words(o).empty());
    o.populations = {"registred"};
    CHECK(refusal(o) == "--population: there is no population 'registred'");
}

TEST_CASE("selection options: another practice, or a later moment, is refused") {
    record::Census census;
    census.ods = "A99999";
    census.practice = "{0001}";
    census.as_of = "2026-03-01T08:00:00+00:00";
    CommonOptions o;
    const auto check = [&] {
        try {
            check_practice_and_moment(o, census, "in.zip");
        } catch (const InputError& e) { return std::string(e.what()); }
        return std::string("none");
    };
    CHECK(check() == "none");
    o.practice = "a99999";
    CHECK(check() == "none");
    census.practice = "0001";
    o.practice = "{0001}";
    CHECK(check() == "none");
    o.practice = "B99999";
    CHECK(check() == "in.zip: holds practice A99999, not B99999");
    o.practice.clear();
    o.as_of = "2026-03-01";
    CHECK(check() == "none");
    o.as_of = "2026-02-28";
    CHECK(check() == "in.zip: is as of 2026-03-01T08:00:00+00:00, after 2026-02-28");
    o.as_of = "2026-03-01T07:59:59";
    CHECK(check() != "none");
    census.as_of.clear();
    CHECK(check() == "in.zip: does not say of which moment it is");
}
