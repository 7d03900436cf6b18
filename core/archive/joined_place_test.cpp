#include "core/archive/joined_place.hpp"

#include <doctest/doctest.h>

#include "core/archive/test_archive.hpp"

using namespace gpswitch;
using namespace gpswitch::archive;

namespace {
std::string content(const Place& place) {
    std::string out;
    for (std::size_t i = 0; i < place.members().size(); ++i)
        out += place.members()[i].name + "=" + std::string(place.bytes(i)) + " ";
    return out;
}
}  // namespace

TEST_CASE("joined place: members of several places, each under its place's number; origins stay") {
    const io::TestFolder folder;
    folder.put("first/a.csv", "1a");
    folder.put("first/b.csv", "1b");
    folder.put("second.zip", make_archive("zip", "", {{"a.csv", "2a"}, {"../out", "x"}}));
    const auto first = Place::open(folder / "first"), second = Place::open(folder / "second.zip");
    CHECK(join({first}) == first);
    const auto both = join({first, second});
    CHECK(content(*both) == "1/a.csv=1a 1/b.csv=1b 2/a.csv=2a ");
    CHECK(both->members()[0].origin == folder / "first/a.csv");
    CHECK(both->members()[2].origin == folder / "second.zip" + "!a.csv");
    REQUIRE(both->refused().size() == 1);
    CHECK(both->refused()[0].name == "2/../out");
    both->check();
    folder.put("first/b.csv", "longer than before");
    CHECK_THROWS(both->check());
}

TEST_CASE("joined place: one without some of its members") {
    const io::TestFolder folder;
    folder.put("p/a.csv", "1");
    folder.put("p/held/rows", "2");
    const auto place = Place::open(folder / "p");
    CHECK(without(place, {"manifest.json"}) == place);
    CHECK(content(*without(place, {"held/rows", "manifest.json"})) == "a.csv=1 ");
}
