#include "core/system/tpp/zip_parts.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <vector>

#include "core/archive/archive.hpp"
#include "core/io/file.hpp"
#include "core/io/test_folder.hpp"
#include "core/util/error.hpp"

using namespace gpswitch;
using namespace gpswitch::tpp;

namespace {

std::uint64_t number(const std::string& b, std::size_t at, std::size_t size) {
    std::uint64_t v = 0;
    for (std::size_t i = size; i > 0; --i) v = v << 8 | static_cast<unsigned char>(b.at(at + i - 1));
    return v;
}
void put(std::string& b, std::size_t at, std::size_t size, std::uint64_t v) {
    for (std::size_t i = 0; i < size; ++i, v >>= 8) b.at(at + i) = static_cast<char>(v & 0xFF);
}

/// A zip of two files, made part by part as PKZIP's note on split archives says: a marker first, offsets
/// counted from the beginning of a part, and the number of that part beside them. The cut is inside the first
/// file.
std::vector<std::string> split_zip(const std::string& zip, std::size_t cut) {
    const std::string whole = "PK\7\10" + zip;
    std::vector<std::string> parts = {whole.substr(0, cut), whole.substr(cut)};
    std::string& last = parts[1];
    const auto place = [&](std::uint64_t offset) {
        offset += 4;
        return offset < cut ? std::pair<std::uint64_t, std::uint64_t>{0, offset}
                            : std::pair<std::uint64_t, std::uint64_t>{1, offset - cut};
    };
    const std::size_t end = last.size() - 22;
    REQUIRE(last.compare(end, 4, "PK\5\6") == 0);
    const auto [disk, directory] = place(number(last, end + 16, 4));
    REQUIRE(disk == 1);
    std::size_t at = directory;
    for (std::uint64_t i = 0; i < number(last, end + 10, 2); ++i) {
        const auto [d, o] = place(number(last, at + 42, 4));
        put(last, at + 34, 2, d);
        put(last, at + 42, 4, o);
        at += 46 + number(last, at + 28, 2) + number(last, at + 30, 2) + number(last, at + 32, 2);
    }
    put(last, end + 4, 2, 1);
    put(last, end + 6, 2, 1);
    put(last, end + 16, 4, directory);
    return parts;
}

struct Fixture {
    io::TestFolder folder;
    std::string zip;
    Fixture() {
        std::filesystem::create_directory(folder.path + "/in");
        std::ofstream(folder.path + "/in/SRCode.csv") << std::string(3000, 'c') << "first";
        std::ofstream(folder.path + "/in/SRPatient.csv") << "second";
        archive::pack(folder.path + "/in", folder.path + "/whole.zip", archive::Packing::zip);
        zip = io::read_all(folder.path + "/whole.zip");
    }
    void check_joined(const std::vector<std::string>& parts) {
        const std::vector<std::string_view> views(parts.begin(), parts.end());
        const std::string out = folder.path + "/joined.zip";
        join_zip(views, out, "SRExtract.zip");
        const auto place = archive::Place::open(out);
        REQUIRE(place->members().size() == 2);
        CHECK(place->bytes(0) == std::string(3000, 'c') + "first");
        CHECK(place->bytes(1) == "second");
    }
};

}  // namespace

TEST_CASE("tpp trap 5: which part of a zip a name means") {
    CHECK(part_name("a/SRExtract.zip").number == 0);
    CHECK(part_name("a/SRExtract.z01").number == 1);
    CHECK(part_name("a/SRExtract.Z12").number == 12);
    CHECK(part_name("a/SRExtract.z01").stem == "a/SRExtract");
    CHECK(part_name("SRExtract.zip.002").number == 2);
    CHECK(part_name("SRExtract.zip.002").stem == "SRExtract");
    for (const char* no : {"SRCode.csv", "SRExtract", "SRExtract.zig", "SRExtract.002"})
        CHECK(part_name(no).number == -1);
}

TEST_CASE_FIXTURE(Fixture, "tpp trap 5: the parts of a split zip are one archive") {
    check_joined(split_zip(zip, 60));
}

TEST_CASE_FIXTURE(Fixture, "tpp trap 5: a zip cut into pieces of bytes is one archive") {
    check_joined({zip.substr(0, 60), zip.substr(60)});
}

TEST_CASE_FIXTURE(Fixture, "tpp trap 5: a part of the zip that is missing is told, and nothing is read") {
    const auto parts = split_zip(zip, 60);
    const std::vector<std::string_view> last = {parts[1]}, first = {parts[0]};
    CHECK_THROWS_AS(join_zip(last, folder.path + "/x.zip", "SRExtract.zip"), InputError);
    CHECK_THROWS_AS(join_zip(first, folder.path + "/x.zip", "SRExtract.zip"), InputError);
    CHECK_FALSE(std::filesystem::exists(folder.path + "/x.zip"));
}
