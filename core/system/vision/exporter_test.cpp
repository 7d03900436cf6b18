// The verbatim copy: one delivery, several, and what it gives when it is read again.
#include <doctest/doctest.h>

#include <algorithm>

#include "core/pipeline/export.hpp"
#include "core/pipeline/seal.hpp"
#include "core/system/vision/test_extract.hpp"
#include "core/util/error.hpp"
#include "core/util/text.hpp"

using namespace gpswitch;
using pipeline::ExportResult;
using record::Fate;
using vision_test::Extract;
using vision_test::kRoot;

namespace {

const std::string kDeltas = kRoot + "/testdata/vision-deltas";
using Files = std::map<std::string, std::string>;

ExportResult collected(const std::string& from, const std::string& to, const std::string& as_of = {}) {
    pipeline::ExportOptions options;
    options.output = to;
    options.mapping = &vision_test::tables();
    options.as_of = as_of;
    const ExportResult r = pipeline::export_to(vision::system(), {archive::Place::open(from)}, options);
    std::uint64_t fates = 0;
    for (const Fate f : {Fate::migrated, Fate::superseded, Fate::deleted, Fate::excluded, Fate::held})
        fates += r.rows(f);
    CHECK(fates == r.read());
    return r;
}

Files mapped(const std::string& path, const std::string& as_of = {}) {
    record::SourceOptions options;
    options.files = pipeline::unsealed(archive::Place::open(path));
    options.mapping = &vision_test::tables();
    options.as_of = as_of;
    const auto source = vision::system().open(options);
    return contract::everything(*source, &vision_test::tables()).entities;
}

Files files(const std::string& path, bool with_seal = false) {
    Files out;
    auto place = archive::Place::open(path);
    if (!with_seal) place = pipeline::unsealed(place);
    for (std::size_t i = 0; i < place->members().size(); ++i)
        out[place->members()[i].name] = std::string(place->bytes(i));
    return out;
}

void check_again(const io::TestFolder& folder, const std::string& name) {
    CHECK(collected(folder / name, folder / (name + "-again")).resealed);
    CHECK(files(folder / (name + "-again"), true) == files(folder / name, true));
    std::filesystem::copy(folder / name, folder / (name + "-open"), std::filesystem::copy_options::recursive);
    std::filesystem::remove(folder / (name + "-open/manifest.json"));
    collected(folder / (name + "-open"), folder / (name + "-third"));
    CHECK(files(folder / (name + "-third")) == files(folder / name));
}

}  // namespace

TEST_CASE("vision export: one delivery is copied byte for byte, live and test pack") {
    for (const char* which : {"vision", "vision-test-pack"}) {
        const io::TestFolder folder;
        const std::string from = kRoot + "/testdata/" + which;
        const ExportResult r = collected(from, folder / "out");
        CHECK(r.rows(Fate::migrated) == r.read());
        CHECK(files(folder / "out") == files(from));
        check_again(folder, "out");
    }
}

TEST_CASE("vision export: of several deliveries the rows that count, and they map to the same") {
    const io::TestFolder folder;
    const ExportResult r = collected(kDeltas, folder / "out");
    CHECK(r.rows(Fate::superseded) > 0);
    CHECK(r.rows(Fate::deleted) > 0);
    CHECK(r.rows(Fate::excluded) > 0);  // FULL files
    CHECK(r.rows(Fate::held) == 0);
    CHECK(mapped(folder / "out") == mapped(kDeltas));
    for (const auto& [name, bytes] : files(folder / "out")) CHECK_FALSE(name.starts_with("FULL"));
    check_again(folder, "out");
}

TEST_CASE("vision export: the registration type that \"left\" overwrites is in an older row, which stays") {
    Extract e;
    e.patient("5001", {{"ACTIVE", "T"}});
    e.deliver();
    e.patient("5001", {{"ACTIVE", "L"}, {"REMOVED_DATE", "20260301"}, {"ACTION", "U"}});
    e.deliver();
    const io::TestFolder folder;
    const ExportResult r = collected(e.folder.path, folder / "out");
    CHECK(r.rows(Fate::superseded) == 0);
    CHECK(mapped(folder / "out") == mapped(e.folder.path));
    check_again(folder, "out");
}

TEST_CASE("vision export: as of a moment, later deliveries are excluded by name") {
    const io::TestFolder folder;
    const ExportResult r = collected(kDeltas, folder / "out", "2026-03-01");
    CHECK(r.census.as_of.starts_with("2026-03-01"));
    CHECK(mapped(folder / "out") == mapped(kDeltas, "2026-03-01"));
    CHECK_THROWS_AS(collected(kDeltas, folder / "none", "2026-02-01"), InputError);
    CHECK(!std::filesystem::exists(folder / "none"));
}

TEST_CASE("vision export: rows that are not UTF-8 become it; those that cannot be read stay unreadable") {
    for (const char* which : {"windows-1252", "stray-quote", "short-row", "long-row"}) {
        CAPTURE(which);
        const io::TestFolder folder;
        const std::string from = kRoot + "/testdata/vision-faults/" + which;
        const ExportResult r = collected(from, folder / "out");
        CHECK(r.rows(Fate::migrated) == r.read());
        for (const auto& [name, bytes] : files(folder / "out")) CHECK(valid_utf8(bytes));
        CHECK(mapped(folder / "out") == mapped(from));
        check_again(folder, "out");
    }
}

TEST_CASE("vision export: what is incomplete or shifted is refused, and nothing is written") {
    const io::TestFolder folder;
    for (const char* which : {"no-journal", "column-added", "column-shifted"}) {
        CAPTURE(which);
        CHECK_THROWS_AS(collected(kRoot + "/testdata/vision-faults/" + which, folder / "out"), InputError);
        CHECK(!std::filesystem::exists(folder / "out"));
    }
}
