#include "core/archive/nested.hpp"

#include <doctest/doctest.h>

#include "core/archive/test_archive.hpp"
#include "core/util/error.hpp"

using namespace gpswitch;
using namespace gpswitch::archive;

TEST_CASE("nested archive: a zip in a folder and one in another archive, called by where they lie") {
    const io::TestFolder folder;
    const std::string inner = make_archive("zip", "", {{"x.csv", "rows"}, {"../out", "x"}});
    folder.put("place/inner.zip", inner);
    folder.put("outer.zip", make_archive("zip", "", {{"inner.zip", inner}}));
    for (const std::string name : {"place", "outer.zip"}) {
        const auto place = Place::open(folder / name);
        const auto opened = open_member(*place, 0);
        REQUIRE(opened->members().size() == 1);
        CHECK(opened->members()[0].name == "x.csv");
        CHECK(opened->members()[0].origin == place->members()[0].origin + "!x.csv");
        CHECK(opened->bytes(0) == "rows");
        CHECK(opened->refused().size() == 1);
        opened->check();
    }
}

TEST_CASE("nested archive: one that is cut short is named by its own name") {
    const io::TestFolder folder;
    const std::string inner = make_archive("zip", "", {{"x.csv", std::string(2000, 'x')}});
    folder.put("outer.zip", make_archive("zip-stored", "", {{"inner.zip", inner.substr(0, 60)}}));
    const auto place = Place::open(folder / "outer.zip");
    CHECK_THROWS_AS(static_cast<void>(open_member(*place, 0)), InputError);
    try {
        static_cast<void>(open_member(*place, 0));
    } catch (const InputError& e) {
        CHECK(std::string(e.what()).find("outer.zip!inner.zip") != std::string::npos);
        CHECK(std::string(e.what()).find("gpswitch-member") == std::string::npos);
    }
}
