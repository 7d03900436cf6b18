#include "core/system/tpp/zip_parts.hpp"

#include <doctest/doctest.h>

#include <sys/mman.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <random>
#include <vector>

#include "core/archive/archive.hpp"
#include "core/archive/zip_directory.hpp"
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
    std::shared_ptr<archive::Place> joined(const std::vector<std::string>& parts) {
        const std::vector<std::string_view> views(parts.begin(), parts.end());
        const auto file = spool_zip(views, join_zip(views, "SRExtract.zip"), folder.path, "SRExtract.zip");
        return archive::Place::open_archive(file->bytes(), "SRExtract.zip", {});
    }
    void check_joined(const std::vector<std::string>& parts) {
        const auto place = joined(parts);
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

TEST_CASE_FIXTURE(Fixture, "tpp trap 5: a cut anywhere in a split zip, or in one cut into pieces") {
    for (std::size_t cut = 5; cut + 22 + 150 < zip.size(); cut += 7) {
        CAPTURE(cut);
        check_joined(split_zip(zip, cut));
    }
    for (std::size_t cut = 1; cut < zip.size(); ++cut) {
        CAPTURE(cut);
        check_joined({zip.substr(0, cut), zip.substr(cut)});
    }
}

TEST_CASE_FIXTURE(Fixture, "tpp trap 5: a part of the zip that is missing is named, and nothing is read") {
    const auto parts = split_zip(zip, 60);
    const auto refusal = [&](const std::string& part) {
        const std::vector<std::string_view> views = {part};
        try {
            static_cast<void>(join_zip(views, "a/SRExtract.zip"));
        } catch (const InputError& e) { return std::string(e.what()); }
        return std::string();
    };
    CHECK(refusal(parts[1]) == "a/SRExtract.zip: the zip has 2 parts, here are 1: SRExtract.z01 is missing");
    CHECK(refusal(parts[0]).find("a part of the zip is missing or cut short") != std::string::npos);
}

TEST_CASE("tpp trap 5: parts made by the zip program, one of them taken away") {
    if (std::system("zip -v >/dev/null 2>&1") != 0) {
        MESSAGE("skipped: zip is not installed");
        return;
    }
    const io::TestFolder folder;
    std::mt19937 random(1);  // what compresses would make one part
    std::string code(150'000, 0);
    for (char& c : code) c = static_cast<char>(random());
    folder.put("SRCode.csv", code);
    folder.put("SRPatient.csv", "second");
    REQUIRE(std::system(("cd '" + folder.path + "' && zip -q -s 64k SRExtract.zip SRCode.csv SRPatient.csv")
                            .c_str()) == 0);
    std::vector<std::string> parts = {folder.get("SRExtract.z01"), folder.get("SRExtract.z02"),
                                      folder.get("SRExtract.zip")};
    std::vector<std::string_view> views(parts.begin(), parts.end());
    const auto file = spool_zip(views, join_zip(views, "SRExtract.zip"), folder.path, "SRExtract.zip");
    const auto place = archive::Place::open_archive(file->bytes(), "SRExtract.zip", {});
    REQUIRE(place->members().size() == 2);
    CHECK(place->bytes(0) == code);
    CHECK(place->bytes(1) == "second");
    CHECK(place->members()[1].origin == "SRExtract.zip!SRPatient.csv");
    views.erase(views.begin() + 1);
    CHECK_THROWS_WITH_AS(static_cast<void>(join_zip(views, "SRExtract.zip")),
                         "SRExtract.zip: the zip has 3 parts, here are 2: SRExtract.z02 is missing",
                         InputError);
}

namespace {

/// Memory as large as a file of many gigabytes, of which only what is written to is there.
struct Sparse {
    explicit Sparse(std::size_t n) : size(n) {
        void* at =
            ::mmap(nullptr, n, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        REQUIRE(at != MAP_FAILED);
        bytes = static_cast<char*>(at);
    }
    ~Sparse() { ::munmap(bytes, size); }
    Sparse(const Sparse&) = delete;
    Sparse& operator=(const Sparse&) = delete;
    void write(std::uint64_t at, const std::string& text) {
        std::memcpy(bytes + at, text.data(), text.size());
    }
    char* bytes;
    std::size_t size;
};

std::string little(std::size_t size, std::uint64_t v) {
    std::string out(size, 0);
    put(out, 0, size, v);
    return out;
}

/// A local header and a directory's entry of a stored file without a name of more than three letters.
std::string local(const std::string& name, std::uint32_t size) {
    return "PK\3\4" + little(2, 45) + std::string(12, 0) + little(4, size) + little(4, size) +
           little(2, name.size()) + little(2, 0) + name;
}
std::string entry(const std::string& name, std::uint64_t size, std::uint64_t disk, std::uint64_t offset) {
    const std::string extra =
        little(2, 1) + little(2, 20) + little(8, size) + little(8, offset) + little(4, disk);
    // Size and offset in the long form; the packed size would not fit either, but stands in the short one.
    return "PK\1\2" + little(4, 45 << 16 | 45) + std::string(12, 0) + little(4, size) +
           little(4, 0xFFFFFFFF) + little(2, name.size()) + little(2, extra.size()) + little(2, 0) +
           little(2, 0xFFFF) + little(6, 0) + little(4, 0xFFFFFFFF) + name + extra;
}

}  // namespace

TEST_CASE("tpp trap 5: a split zip of more than 4 GiB is one archive, in the long form") {
    // Parts of 2.5 GB: "a" lies in the first two, "b" in the third, behind 4 GiB.
    constexpr std::uint64_t kPart = 2'500'000'000, kA = 4'200'000'000, kSmall = 10;
    Sparse all(3 * kPart);
    const std::string a = local("a", static_cast<std::uint32_t>(kA)), b = local("b", kSmall);
    const std::uint64_t b_at = 2 * kPart;  // the rest of the second part is nobody's
    const std::string content = "0123456789";
    const std::string directory = entry("a", kA, 0, 4) + entry("b", kSmall, 2, 0);
    const std::uint64_t in_part = b.size() + content.size();
    const std::string end64 = "PK\6\6" + little(8, 44) + little(4, 45 << 16 | 45) + little(4, 2) +
                              little(4, 2) + little(8, 2) + little(8, 2) + little(8, directory.size()) +
                              little(8, in_part);
    const std::string last = b + content + directory + end64 + "PK\6\7" + little(4, 2) +
                             little(8, in_part + directory.size()) + little(4, 3) + "PK\5\6" + little(2, 2) +
                             little(2, 2) + little(2, 2) + little(2, 2) + little(8, ~0ull) + little(2, 0);
    all.write(0, "PK\7\10" + a);
    all.write(b_at, last);
    const std::string_view whole(all.bytes, b_at + last.size());
    const std::vector<std::string_view> parts = {whole.substr(0, kPart), whole.substr(kPart, kPart),
                                                 whole.substr(2 * kPart)};
    const std::vector<std::string_view> two = {parts[0], parts[2]};
    CHECK_THROWS_WITH_AS(static_cast<void>(join_zip(two, "SRExtract.zip")),
                         "SRExtract.zip: the zip has 3 parts, here are 2: SRExtract.z02 is missing",
                         InputError);
    const JoinedZip how = join_zip(parts, "SRExtract.zip");
    CHECK(how.skip == 4);
    REQUIRE(how.body == b_at + in_part);
    // The bytes lie one behind the other already: with the new tail they are the joined file.
    all.write(how.body, how.tail);
    const std::string_view joined(all.bytes + 4, how.body - 4 + how.tail.size());
    const auto entries = archive::read_zip_directory(joined, "SRExtract.zip");
    REQUIRE(entries.size() == 2);
    CHECK(entries[0].offset == 0);
    CHECK(entries[0].size == kA);
    CHECK(entries[1].name == "b");
    CHECK(entries[1].offset == b_at - 4);
    CHECK(joined.substr(entries[1].offset + b.size(), 10) == content);
}
