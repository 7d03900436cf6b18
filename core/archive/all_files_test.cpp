#include "core/archive/all_files.hpp"

#include <doctest/doctest.h>

#include "core/archive/test_archive.hpp"
#include "core/util/error.hpp"

using namespace gpswitch;
using namespace gpswitch::archive;

TEST_CASE("all files: archives in archives are opened, whatever they are called") {
    const io::TestFolder folder;
    const std::string inner = make_archive("zip", "", {{"b.csv", "rows"}, {"../out", "x"}});
    folder.put("a.csv", "1,2");
    folder.put("note", make_archive("tar", "gz", {{"deep/inner.bin", inner}, {"c.csv", "3"}}));
    folder.put("d.csv.xz", compress("xz", "4"));
    const AllFiles all = all_files(Place::open(folder.path));
    REQUIRE(all.files.size() == 4);
    CHECK(all.files[0].name == "a.csv");
    CHECK(all.files[1].name == "d.csv.xz!d.csv");
    CHECK(all.files[1].place->bytes(all.files[1].member) == "4");
    CHECK(all.files[2].name == "note!c.csv");
    CHECK(all.files[3].name == "note!deep/inner.bin!b.csv");
    CHECK(all.files[3].info().origin == folder / "note!deep/inner.bin!b.csv");
    REQUIRE(all.archives.size() == 4);
    const auto& last = all.archives[all.files[3].archive];
    CHECK(last.place->refused().size() == 1);
    CHECK(all.archives[last.parent].origin == folder / "note");
    CHECK(all.archives[last.parent].parent == 0);
}

TEST_CASE("all files: one member, and one that is packed deeper than anybody packs") {
    const io::TestFolder folder;
    std::string bytes = "x";
    for (int i = 0; i < 4; ++i) bytes = make_archive("zip", "", {{"in", bytes}});
    folder.put("a.zip", bytes);
    const auto place = Place::open(folder.path);
    REQUIRE(is_packed(*place, 0));
    CHECK(all_files(*place, 0).files.at(0).name == "a.zip!in!in!in!in");
    folder.put("b.zip", make_archive("zip", "", {{"in", bytes}}));
    CHECK_THROWS_AS(static_cast<void>(all_files(Place::open(folder.path))), InputError);
}

TEST_CASE("all files: names of what cannot be opened here") {
    for (const char* name : {"x.csv.bz2", "x.zip.gpg", "X.CSV.PGP", "x.asc", "x.rar"})
        CHECK(named_unopenable(name));
    for (const char* name : {"x.csv", "x.zip", "gpg", "x.txt", "Thumbs.db"})
        CHECK_FALSE(named_unopenable(name));
    CHECK(unpacked_name("a/x.csv.asc") == "a/x.csv");
}
