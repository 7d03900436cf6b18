#include "core/archive/archive.hpp"

#include <doctest/doctest.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>

#include <csignal>
#include <thread>

#include "core/archive/test_archive.hpp"
#include "core/util/error.hpp"

using namespace gpswitch;
using namespace gpswitch::archive;

namespace {
/// "name=bytes name=bytes"
std::string content(const Place& place) {
    std::string out;
    for (std::size_t i = 0; i < place.members().size(); ++i) {
        const Member& m = place.members()[i];
        CHECK(m.size == place.bytes(i).size());
        out += (out.empty() ? "" : " ") + m.name + "=" + std::string(place.bytes(i));
    }
    return out;
}

std::string refused(const Place& place) {
    std::string out;
    for (const auto& r : place.refused()) out += (out.empty() ? "" : "; ") + r.name + ": " + r.reason;
    return out;
}

const std::vector<TestEntry> kTwo = {{"b/z.csv", "zzz"}, {"a.csv", "aaa"}, {"b/", "", AE_IFDIR}, {"e", ""}};
const std::string kTwoContent = "a.csv=aaa b/z.csv=zzz e=";
}  // namespace

TEST_CASE("archive: what a place is, is in its first bytes") {
    struct Row {
        const char *file, *why;
        std::string bytes, content;
    };
    const Row rows[] = {
        {"x.zip", "a plain file, whatever its name", "a,b\n", "x.zip=a,b\n"},
        {"x.csv", "an empty file", "", "x.csv="},
        {"x.csv", "a zip by another name", make_archive("zip", "", kTwo), kTwoContent},
        {"x.zip", "stored, not deflated", make_archive("zip-stored", "", kTwo), kTwoContent},
        {"x.zip", "an empty zip", make_archive("zip", "", {}), ""},
        {"x.tar", "tar", make_archive("tar", "", kTwo), kTwoContent},
        {"x.tar.gz", "tar.gz", make_archive("tar", "gz", kTwo), kTwoContent},
        {"x.tgz", "in two gzip parts, as pigz and cat make them",
         compress("gz", make_archive("tar", "", kTwo).substr(0, 700)) +
             compress("gz", make_archive("tar", "", kTwo).substr(700)),
         kTwoContent},
        {"x.tar.zst", "tar.zst", make_archive("tar", "zst", kTwo), kTwoContent},
        {"x.tar.xz", "tar.xz", make_archive("tar", "xz", kTwo), kTwoContent},
        {"x.7z", "7z", make_archive("7z", "", kTwo), kTwoContent},
        {"a.csv.gz", "one gz", compress("gz", "a,b"), "a.csv=a,b"},
        {"a.csv.zst", "one zst", compress("zst", "a,b"), "a.csv=a,b"},
        {"a.csv.zst", "a frame to be skipped comes first, as pzstd makes it",
         std::string("\x50\x2A\x4D\x18\4\0\0\0skip", 12) + compress("zst", "a,b"), "a.csv=a,b"},
        {"a.csv.xz", "one xz", compress("xz", "a,b"), "a.csv=a,b"},
        {"a.csv", "no suffix to take off", compress("gz", "a,b"), "a.csv=a,b"},
        {"a.gz", "nothing in it", compress("gz", ""), "a="},
        {"a.zst", "nothing in it", compress("zst", ""), "a="},
        {"a.xz", "nothing in it", compress("xz", ""), "a="},
        {"a.gz.gz", "one layer only is taken off", compress("gz", "\x1F\x8B is no gzip"),
         "a.gz=\x1F\x8B is no gzip"},
        {"x.tar", "names are UTF-8 in any locale",
         make_archive("tar", "",
                      {{"Gr\xC3\xB6\xC3\x9F"
                        "e",
                        "1"}}),
         "Gr\xC3\xB6\xC3\x9F"
         "e=1"},
        {"x.zip", "names are UTF-8 in any locale",
         make_archive("zip", "",
                      {{"Gr\xC3\xB6\xC3\x9F"
                        "e",
                        "1"}}),
         "Gr\xC3\xB6\xC3\x9F"
         "e=1"},
        {"x.7z", "names are UTF-8 in any locale",
         make_archive("7z", "",
                      {{"Gr\xC3\xB6\xC3\x9F"
                        "e",
                        "1"}}),
         "Gr\xC3\xB6\xC3\x9F"
         "e=1"},
        {"x.tar", "housekeeping files are files",
         make_archive("tar", "", {{".DS_Store", "1"}, {"__MACOSX/._a", "2"}}), ".DS_Store=1 __MACOSX/._a=2"},
    };
    for (const auto& row : rows) {
        CAPTURE(row.file);
        CAPTURE(row.why);
        const io::TestFolder folder;
        const auto place = Place::open(folder.put(row.file, row.bytes));
        CHECK(content(*place) == row.content);
        CHECK(refused(*place).empty());
        place->check();
    }
}

TEST_CASE("archive: origins are what the user typed") {
    const io::TestFolder folder;
    const std::string zip = folder.put("d/x.zip", make_archive("zip", "", kTwo));
    CHECK(Place::open(zip)->members()[1].origin == zip + "!b/z.csv");
    CHECK(Place::open(folder / "d/")->members()[0].origin == folder / "d/x.zip");
    const std::string plain = folder.put("f.csv", "x");
    CHECK(Place::open(plain)->members()[0].origin == plain);
    const std::string gz = folder.put("g.csv.gz", compress("gz", "x"));
    CHECK(Place::open(gz)->members()[0].origin == gz + "!g.csv");
}

TEST_CASE("archive: a folder is walked, links are not") {
    const io::TestFolder folder;
    folder.put("in/b/2.csv", "two");
    folder.put("in/a.csv", "one");
    folder.put("in/b.csv", std::string(50'000, 'b'));
    folder.put("in/back\\slash", "odd but harmless here");
    folder.put("secret", "outside");
    std::filesystem::create_directory(folder / "in/empty");
    std::filesystem::create_symlink("../secret", folder / "in/out");
    std::filesystem::create_symlink("a.csv", folder / "in/again");
    std::filesystem::create_symlink("..", folder / "in/up");
    REQUIRE(::mkfifo((folder / "in/pipe").c_str(), 0600) == 0);
    const auto place = Place::open(folder / "in");
    CHECK(content(*place) ==
          "a.csv=one b.csv=" + std::string(50'000, 'b') + " b/2.csv=two back\\slash=odd but harmless here");
    CHECK(refused(*place) == "again: a link; out: a link; pipe: not a file; up: a link");
    place->check();
    CHECK(Place::open(folder / "in/empty")->members().empty());

    OpenOptions few;
    few.limits.max_members = 3;
    CHECK_THROWS_AS(Place::open(folder / "in", few), InputError);
    CHECK_THROWS_AS(Place::open(folder / "missing"), InputError);
}

TEST_CASE("archive: a file changed behind our back is noticed") {
    const io::TestFolder folder;
    folder.put("in/a", std::string(100'000, 'a'));
    folder.put("in/b", "b");
    const auto place = Place::open(folder / "in");
    CHECK(place->bytes(0).size() == 100'000);
    folder.put("in/b", "longer");
    CHECK_THROWS_AS(place->check(), InputError);
    CHECK_THROWS_AS(place->bytes(1), InputError);  // opened now: not what was listed
}

TEST_CASE("archive: members are shared by threads") {
    const io::TestFolder folder;
    for (int i = 0; i < 50; ++i) folder.put("in/" + std::to_string(i), std::string(20'000, 'x'));
    const auto place = Place::open(folder / "in");
    std::atomic<std::size_t> bytes = 0;
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t)
        threads.emplace_back([&] {
            for (std::size_t i = 0; i < 50; ++i) bytes += place->bytes(i).size();
        });
    for (auto& t : threads) t.join();
    CHECK(bytes == 4u * 50 * 20'000);
}

TEST_CASE("archive: members that would leave the folder are refused and never unpacked") {
    const std::vector<TestEntry> entries = {{"../up", "1"},       {"a/../../up", "2"}, {"/root", "3"},
                                            {"back\\slash", "4"}, {"./d//good", "5"},  {"a/..", "6"},
                                            {"..", "7"},          {"..good", "8"}};
    for (const char* format : {"zip", "tar", "7z"}) {
        CAPTURE(format);
        const io::TestFolder folder;
        const auto place = Place::open(folder.put("x", make_archive(format, "", entries)));
        CHECK(content(*place) == "..good=8 d/good=5");
        CHECK(place->refused().size() == 6);
        CHECK(place->refused()[0].name == "../up");
        CHECK(place->refused()[0].reason == "would leave the folder");
        CHECK(folder.entries() == 1);
    }
    const io::TestFolder folder;
    std::string nul = make_archive("zip", "", {{"a.csv~.exe", "1"}});
    for (std::size_t at = 0; (at = nul.find('~', at)) != std::string::npos;) nul[at] = '\0';
    const auto place = Place::open(folder.put("x", nul));
    CHECK(place->members().empty());
    REQUIRE(place->refused().size() == 1);
    CHECK(place->refused()[0].name == std::string("a.csv\0.exe", 10));
}

TEST_CASE("archive: links and devices in archives are refused") {
    const io::TestFolder folder;
    const std::vector<TestEntry> entries = {{"a", "1"},
                                            {"soft", "", AE_IFLNK, "/etc/passwd"},
                                            {"hard", "", AE_IFREG, "a"},
                                            {"dev", "", AE_IFCHR}};
    const auto place = Place::open(folder.put("x.tar", make_archive("tar", "", entries)));
    CHECK(content(*place) == "a=1");
    CHECK(refused(*place) == "soft: a link; hard: a link; dev: not a file");
    const auto zip = Place::open(folder.put("x.zip", make_archive("zip", "", {entries[0], entries[1]})));
    CHECK(content(*zip) == "a=1");
    CHECK(refused(*zip) == "soft: a link");
}

TEST_CASE("pack: same files, same archive, wherever and whenever") {
    const io::TestFolder folder;
    const std::string big(3'000'000, 'x');
    folder.put("set/manifest.json", "{}");
    folder.put(
        "set/held/Gr\xC3\xB6\xC3\x9F"
        "e.csv",
        big);
    folder.put("set/empty", "");
    std::filesystem::create_symlink("manifest.json", folder / "set/link");
    const std::string expected =
        "empty= held/Gr\xC3\xB6\xC3\x9F"
        "e.csv=" +
        big + " manifest.json={}";
    for (const char* name : {"a.zip", "a.tar.zst"}) {
        CAPTURE(name);
        ::setenv("TZ", "UTC", 1);
        ::tzset();
        pack(folder / "set", folder / name, packing_of(name));
        std::filesystem::last_write_time(folder / "set/manifest.json",
                                         std::filesystem::file_time_type::clock::now());
        std::filesystem::permissions(folder / "set/empty", std::filesystem::perms::owner_all);
        ::setenv("TZ", "America/New_York", 1);
        ::tzset();
        pack(folder / "set", folder / "again", packing_of(name));
        ::unsetenv("TZ");
        ::tzset();
        CHECK(folder.get(name) == folder.get("again"));
        CHECK(content(*Place::open(folder / name)) == expected);
    }
    const std::string empty = folder / "nothing";
    std::filesystem::create_directory(empty);
    pack(empty, folder / "n.zip", Packing::zip);
    CHECK(Place::open(folder / "n.zip")->members().empty());
    CHECK(packing_of("x/a.zip") == Packing::zip);
    CHECK(packing_of("x/a.tar.zst") == Packing::tar_zst);
    CHECK(packing_of("x/zip") == Packing::folder);
}

TEST_CASE("pack: what cannot be written is a target error and leaves nothing behind") {
    const io::TestFolder folder;
    std::string noise(300'000, 'x');
    for (std::size_t i = 0; i < noise.size(); ++i) noise[i] = static_cast<char>((i * i * 2654435761u) >> 13);
    folder.put("set/f", noise);
    CHECK_THROWS_AS(pack(folder / "missing", folder / "a.zip", Packing::zip), TargetError);
    CHECK_THROWS_AS(pack(folder / "set", folder / "missing/a.zip", Packing::zip), TargetError);
    CHECK_THROWS_AS(pack(folder / "set", "/dev/full", Packing::tar_zst), TargetError);
    rlimit before{};
    ::getrlimit(RLIMIT_FSIZE, &before);
    rlimit small = before;
    small.rlim_cur = 1000;
    auto* const handler = std::signal(SIGXFSZ, SIG_IGN);
    ::setrlimit(RLIMIT_FSIZE, &small);
    CHECK_THROWS_AS(pack(folder / "set", folder / "a.zip", Packing::zip), TargetError);
    CHECK_THROWS_AS(pack(folder / "set", folder / "a.tar.zst", Packing::tar_zst), TargetError);
    ::setrlimit(RLIMIT_FSIZE, &before);
    std::signal(SIGXFSZ, handler);
    CHECK(folder.entries() == 1);
}
