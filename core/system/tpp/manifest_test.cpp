#include "core/system/tpp/manifest.hpp"

#include <doctest/doctest.h>

#include "core/util/error.hpp"

using namespace gpswitch;
using namespace gpswitch::tpp;

namespace {

const std::string kHead = "FileName,IsDelta,IsReference,DateExtractFrom,DateExtractTo\r\n";

std::string refusal(const std::string& rows) {
    try {
        static_cast<void>(read_manifest(kHead + rows, "SRManifest.csv"));
    } catch (const InputError& e) { return e.what(); }
    return {};
}

}  // namespace

TEST_CASE("tpp: a manifest of full files") {
    const Manifest m =
        read_manifest(kHead + "SRPatient,N,N,,20260301_0200\r\nSRCtv3,N,Y,,20260301_0200\r\n", "m");
    REQUIRE(m.files.size() == 2);
    CHECK(m.files[0].name == "SRPatient");
    CHECK_FALSE(m.files[0].delta);
    CHECK(m.files[1].reference);
    CHECK(m.to == "2026-03-01 02:00:00");
    CHECK(m.from.empty());
    CHECK_FALSE(m.deltas);
}

TEST_CASE("tpp trap 6: full and delta files in one delivery") {
    const Manifest m = read_manifest(
        kHead + "SRPatient,Y,N,20260301_0200,20260302_0200\r\nSRCode,N,N,,20260302_0200\r\n", "m");
    CHECK(m.files[0].delta);
    CHECK_FALSE(m.files[1].delta);
    CHECK(m.from == "2026-03-01 02:00:00");
    CHECK((m.deltas && m.fulls));
}

TEST_CASE("tpp trap 3: two tables have no dates and are excused") {
    const Manifest m =
        read_manifest(kHead +
                          "SRAppointmentAttendees,Y,N,,\r\nSRPatient,Y,N,20260301_0200,20260302_0200\r\n"
                          "SRReferralContactEvent,N,N,,\r\n",
                      "m");
    CHECK(m.files.size() == 3);
    CHECK(m.to == "2026-03-02 02:00:00");
    CHECK(refusal("SRCode,N,N,,\r\n").find("no DateExtractTo") != std::string::npos);
}

TEST_CASE("tpp trap 2: moments of data do not stand in a manifest") {
    CHECK(refusal("SRPatient,N,N,,01 Mar 2026 02:00:00\r\n").find("m") != std::string::npos);
    CHECK(refusal("SRPatient,N,N,,01 Mar 2026 02:00:00\r\n").find("SRManifest.csv:2:") == 0);
}

TEST_CASE("tpp: a manifest that contradicts itself is refused, with its line") {
    CHECK(refusal("SRPatient,X,N,,20260301_0200\r\n").find("neither Y nor N") != std::string::npos);
    CHECK(refusal("SRPatient,N,N,20260228_0200,20260301_0200\r\n").find("full file with") !=
          std::string::npos);
    CHECK(refusal("SRPatient,Y,N,,20260301_0200\r\n").find("delta without") != std::string::npos);
    CHECK(
        refusal("SRPatient,N,N,,20260301_0200\r\nSRCode,N,N,,20260302_0200\r\n").find("SRManifest.csv:3:") ==
        0);
    CHECK(refusal("SRPatient,Y,N,20260228_0200,20260301_0200\r\nSRCode,Y,N,20260227_0200,20260301_0200\r\n")
              .find("DateExtractFrom differs") != std::string::npos);
    CHECK(refusal("SRPatient,N,N,,20260301_0200\r\nSRPatient,N,N,,20260301_0200\r\n").find("twice") !=
          std::string::npos);
    CHECK(refusal("").find("lists no file") != std::string::npos);
    CHECK_THROWS_AS(read_manifest("", "m"), InputError);
    CHECK_THROWS_AS(read_manifest("FileName,IsDelta\r\nSRPatient,N\r\n", "m"), InputError);
}

TEST_CASE("tpp: the separator is what follows the first column") {
    CHECK(separator_of("FileName,IsDelta") == ',');
    CHECK(separator_of("\"RowIdentifier\"|\"Name\"") == '|');
    CHECK(separator_of("\xEF\xBB\xBFRowIdentifier\tName") == '\t');
    CHECK(separator_of("RowIdentifier\r\nA|B") == ',');
    const Manifest m = read_manifest(
        "FileName|IsDelta|IsReference|DateExtractFrom|DateExtractTo\nSRPatient|N|N||20260301_0200\n", "m");
    CHECK(m.files.size() == 1);
}
