#include "core/system/tpp/deliveries.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>

#include "core/io/test_folder.hpp"
#include "core/util/error.hpp"

using namespace gpswitch;
using namespace gpswitch::tpp;

namespace {

const std::string kHead = "FileName,IsDelta,IsReference,DateExtractFrom,DateExtractTo\r\n";
const std::string kPatient = "RowIdentifier,IDOrganisationVisibleTo\r\n1,Z99999\r\n";

struct Fixture {
    io::TestFolder folder;
    void full(const std::string& name, const std::string& to) {
        folder.put(name + "/SRPatient.csv", kPatient);
        folder.put(name + "/SRManifest.csv", kHead + "SRPatient,N,N,," + to + "\r\n");
    }
    void delta(const std::string& name, const std::string& from, const std::string& to) {
        folder.put(name + "/SRPatient.csv", kPatient);
        folder.put(name + "/SRManifest.csv", kHead + "SRPatient,Y,N," + from + "," + to + "\r\n");
    }
    Deliveries read(const std::string& as_of = {}) {
        return deliveries(archive::Place::open(folder.path), as_of, false);
    }
    std::string refusal(const std::string& as_of = {}) {
        try {
            static_cast<void>(read(as_of));
        } catch (const InputError& e) { return e.what(); }
        return {};
    }
    static std::size_t found(const Deliveries& d, const char* code) {
        return static_cast<std::size_t>(
            std::count_if(d.issues.begin(), d.issues.end(), [&](const Issue& i) { return i.code == code; }));
    }
};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "tpp trap 1: without a manifest the delivery is unfinished and nothing is read") {
    folder.put("SRPatient.csv", kPatient);
    CHECK(refusal().find("the delivery is not finished") != std::string::npos);
}

TEST_CASE_FIXTURE(Fixture, "tpp trap 1: an unfinished folder beside a finished delivery is left unread") {
    full("20260301_0200", "20260301_0200");
    folder.put("20260302_0200/SRPatient.csv", kPatient);
    const Deliveries d = read();
    CHECK(d.list.size() == 1);
    CHECK(found(d, "TPP-DELIVERY-001") == 1);
}

TEST_CASE_FIXTURE(Fixture, "tpp: a manifest that lists a missing file is refused by the file's name") {
    full("", "20260301_0200");
    folder.put("SRManifest.csv", kHead + "SRPatient,N,N,,20260301_0200\r\nSRCode,N,N,,20260301_0200\r\n");
    CHECK(refusal().find("lists files that are not here: SRCode") != std::string::npos);
}

TEST_CASE_FIXTURE(Fixture, "tpp trap 4: files outside the manifest that belong to it are read") {
    full("", "20260301_0200");
    folder.put("SRMapping.csv", "RowIdentifier,IdMappingGroup,Mapping\r\n1,2,Home\r\n");
    folder.put("SRMappingGroup.csv", "RowIdentifier,MappingGroup\r\n2,Address type\r\n");
    const Deliveries d = read();
    REQUIRE(d.list.size() == 1);
    CHECK(d.list[0].files.size() == 3);
    CHECK(found(d, "TPP-MANIFEST-001") == 0);
    folder.put("SRRecall.csv", kPatient);
    CHECK(found(read(), "TPP-MANIFEST-001") == 1);
}

TEST_CASE_FIXTURE(Fixture, "tpp trap 4: the tables lie in a zip beside the manifest") {
    io::TestFolder inside;
    inside.put("SRPatient.csv", kPatient);
    archive::pack(inside.path, folder / "SRExtract.zip", archive::Packing::zip);
    folder.put("SRManifest.csv", kHead + "SRPatient,N,N,,20260301_0200\r\n");
    const Deliveries d = read();
    REQUIRE(d.list[0].files.size() == 1);
    CHECK(d.list[0].files[0].bytes() == kPatient);
    CHECK(d.list[0].files[0].origin.ends_with("SRExtract.zip!SRPatient.csv"));
}

TEST_CASE_FIXTURE(Fixture, "tpp: a delivery that is packed otherwise is never passed by") {
    full("20260301_0200", "20260301_0200");
    CHECK(refusal().empty());
    io::TestFolder packed;
    packed.put("20260302_0200/SRManifest.csv", kHead + "SRPatient,Y,N,20260301_0200,20260302_0200\r\n");
    packed.put("20260302_0200/SRPatient.csv", kPatient);
    archive::pack(packed.path, folder / "next.tar.zst", archive::Packing::tar_zst);
    CHECK(refusal().find("next.tar.zst!20260302_0200/SRManifest.csv") != std::string::npos);
    std::filesystem::remove(folder / "next.tar.zst");
    archive::pack(packed.path, folder / "20260301_0200/next.zip", archive::Packing::zip);
    CHECK(refusal().find("the manifest of another delivery") != std::string::npos);
    std::filesystem::remove(folder / "20260301_0200/next.zip");
    for (const char* name : {"next.zip.gpg", "next.7z.asc", "next.rar"}) {
        folder.put(name, "whatever it holds");
        CHECK_MESSAGE(refusal().find(name) != std::string::npos, name);
        std::filesystem::remove(folder / name);
    }
    folder.put("readme.txt", "a note");
    CHECK(refusal().empty());
}

TEST_CASE_FIXTURE(Fixture, "tpp trap 5: a zip in parts is one archive, and a missing part is told") {
    io::TestFolder inside;
    inside.put("SRPatient.csv", kPatient);
    archive::pack(inside.path, inside / "all.zip", archive::Packing::zip);
    const std::string zip = inside.get("all.zip");
    folder.put("SRExtract.zip.001", zip.substr(0, 50));
    folder.put("SRExtract.zip.002", zip.substr(50));
    folder.put("SRManifest.csv", kHead + "SRPatient,N,N,,20260301_0200\r\n");
    CHECK(read().list[0].files[0].bytes() == kPatient);
    std::filesystem::remove(folder / "SRExtract.zip.001");
    CHECK(refusal().find("SRExtract.zip.001: this part of the archive is missing") != std::string::npos);
    folder.put("SRExtract.zip.001", zip.substr(0, 50));
    std::filesystem::remove(folder / "SRExtract.zip.002");
    CHECK(refusal().find("SRExtract.zip.001") != std::string::npos);
}

TEST_CASE_FIXTURE(Fixture,
                  "tpp trap 7: a delivery may begin before the end of the one before it, never after") {
    full("20260301_0200", "20260301_0200");
    delta("20260302_0200", "20260301_0200", "20260302_0200");
    CHECK(read().list.size() == 2);
    delta("20260303_0200", "20260301_0200", "20260303_0200");
    CHECK(found(read(), "TPP-DELIVERY-003") == 1);
    delta("20260305_0200", "20260304_0200", "20260305_0200");
    CHECK(refusal().find("what changed in between is lost") != std::string::npos);
    CHECK(read("2026-03-04").list.back().use == Use::later);
}

TEST_CASE_FIXTURE(Fixture, "tpp: changes without the full delivery they change are refused") {
    delta("20260302_0200", "20260301_0200", "20260302_0200");
    CHECK(refusal().find("holds changes since 2026-03-01 02:00:00 only") != std::string::npos);
}

TEST_CASE_FIXTURE(Fixture, "tpp trap 10: each configuration has a chain of its own") {
    full("a/20260301_0200", "20260301_0200");
    full("b/20260303_0200", "20260303_0200");
    delta("a/20260302_0200", "20260301_0200", "20260302_0200");
    delta("a/20260304_0200", "20260302_0200", "20260304_0200");
    CHECK(read().list.size() == 4);
    delta("b/20260305_0200", "20260304_0200", "20260305_0200");
    CHECK(refusal().find("b/20260305_0200") != std::string::npos);
}

TEST_CASE_FIXTURE(Fixture, "tpp: earlier deliveries that SystmOne has moved belong to the same chain") {
    full("Archived/20260301_0200", "20260301_0200");
    delta("20260302_0200", "20260301_0200", "20260302_0200");
    const Deliveries d = read();
    REQUIRE(d.list.size() == 2);
    CHECK(d.list[0].folder == "Archived/20260301_0200");
    full("20260301_0200", "20260301_0200");
    CHECK(found(read(), "TPP-DELIVERY-002") == 1);
}

TEST_CASE_FIXTURE(Fixture, "tpp: deliveries count by the moment in the manifest, not by the folder's name") {
    delta("20260101_0200", "20260301_0200", "20260302_0200");
    full("20260401_0200", "20260301_0200");
    const Deliveries d = read();
    CHECK(d.list[0].folder == "20260401_0200");
    CHECK(d.list[1].folder == "20260101_0200");
}

TEST_CASE("tpp: a moment asked for, in UK clock time") {
    CHECK(until_of("2026-03-01") == "2026-03-01 23:59:59");
    CHECK(until_of("2026-03-01T06:00:00") == "2026-03-01 06:00:00");
    CHECK(until_of("2026-07-01T06:00:00Z") == "2026-07-01 07:00:00");
    CHECK(until_of("soon").empty());
}
