// The verbatim copy: one delivery, several, and what an export gives when it is read again.
#include <doctest/doctest.h>

#include "core/archive/joined_place.hpp"
#include "core/io/test_folder.hpp"
#include "core/mapping/mapping.hpp"
#include "core/pipeline/export.hpp"
#include "core/pipeline/seal.hpp"
#include "core/system/contract_test.hpp"
#include "core/system/emis/emis.hpp"
#include "core/system/emis/series_test.hpp"
#include "core/util/error.hpp"

using namespace gpswitch;
using pipeline::ExportResult;
using record::Fate;

namespace {

const std::string kRoot = GPSWITCH_SOURCE_DIR;
const std::string kDeltas = kRoot + "/testdata/emis-deltas";

std::shared_ptr<mapping::MappingSet> tables() {
    return mapping::MappingSet::load(kRoot + "/mappings/emis/1.0.0");
}

ExportResult collected(const std::vector<std::string>& from, const std::string& to,
                       const std::string& as_of = {}) {
    std::vector<std::shared_ptr<archive::Place>> places;
    for (const auto& path : from) places.push_back(archive::Place::open(path));
    const auto set = tables();
    pipeline::ExportOptions options;
    options.output = to;
    options.mapping = set.get();
    options.as_of = as_of;
    return pipeline::export_to(emis::system(), places, options);
}

contract::Everything mapped(const std::string& path) {
    const auto set = tables();
    record::SourceOptions options;
    options.files = pipeline::unsealed(archive::Place::open(path));
    options.mapping = set.get();
    const auto source = emis::system().open(options);
    return contract::everything(*source, set.get());
}

std::uint64_t fates(const ExportResult& r) {
    std::uint64_t n = 0;
    for (const Fate f : {Fate::migrated, Fate::superseded, Fate::deleted, Fate::excluded, Fate::held})
        n += r.rows(f);
    return n;
}

/// Members of an export, its manifest apart.
std::map<std::string, std::string> members(const std::string& path) {
    std::map<std::string, std::string> out;
    const auto place = pipeline::unsealed(archive::Place::open(path));
    for (std::size_t i = 0; i < place->members().size(); ++i)
        out[place->members()[i].name] = std::string(place->bytes(i));
    return out;
}

}  // namespace

TEST_CASE("emis export: one delivery is copied byte for byte, under its own names") {
    const io::TestFolder folder;
    const ExportResult r = collected({kDeltas + "/2026-03-01"}, folder / "out");
    CHECK(r.rows(Fate::migrated) == r.read());
    std::map<std::string, std::string> before;
    const auto place = archive::Place::open(kDeltas + "/2026-03-01");
    for (std::size_t i = 0; i < place->members().size(); ++i)
        before[place->members()[i].name] = std::string(place->bytes(i));
    CHECK(members(folder / "out") == before);
}

TEST_CASE("emis export: deliveries become one bulk that maps to what the deliveries map to") {
    const io::TestFolder folder;
    const ExportResult r = collected({kDeltas}, folder / "out");
    CHECK(fates(r) == r.read());
    CHECK(r.rows(Fate::superseded) > 0);
    CHECK(r.rows(Fate::deleted) > 0);
    CHECK(mapped(folder / "out").entities == mapped(kDeltas).entities);
    CHECK(collected({folder / "out"}, folder / "again").resealed);
    CHECK(members(folder / "again") == members(folder / "out"));
}

TEST_CASE("emis export: deliveries in different places, in any order, and step by step: the same tables") {
    const io::TestFolder folder;
    collected({kDeltas}, folder / "whole");
    collected({kDeltas + "/2026-03-03", kDeltas + "/2026-03-01", kDeltas + "/2026-03-02"}, folder / "apart");
    CHECK(members(folder / "apart") == members(folder / "whole"));
    collected({kDeltas + "/2026-03-01", kDeltas + "/2026-03-02"}, folder / "second");
    collected({folder / "second", kDeltas + "/2026-03-03"}, folder / "steps");
    CHECK(mapped(folder / "steps").entities == mapped(kDeltas).entities);
}

TEST_CASE(
    "emis export: as of a moment, later deliveries are excluded by name; a delta alone is no practice") {
    const io::TestFolder folder;
    const ExportResult early = collected({kDeltas}, folder / "early", "2026-03-01");
    CHECK(fates(early) == early.read());
    CHECK(early.census.as_of.starts_with("2026-03-01"));
    CHECK(early.rows(Fate::excluded) > 0);
    CHECK(mapped(folder / "early").entities == mapped(kDeltas + "/2026-03-01").entities);
    CHECK_THROWS_AS(collected({kDeltas + "/2026-03-02"}, folder / "none"), InputError);
}

TEST_CASE("emis export: a row whose quotes go wrong comes through deliveries verbatim, and hides no other") {
    emis_test::Series s;
    s.bulk.code("cough", emis_test::kFinding, "Cough");
    s.bulk.code("egg", emis_test::kAllergy, "Allergy to egg", "SN582");
    s.bulk.patient("q");
    for (const char* name : {"a", "b"}) s.bulk.obs(name, "cough", {{"AssociatedText", "bulk"}});
    s.bulk.obs("egg", "egg", {{"PatientGuid", emis_test::guid("q")}});
    auto& d = s.delta(2);
    d.obs("a", "cough", {{"AssociatedText", "delta"}});
    d.obs("c", "cough", {{"PatientGuid", emis_test::guid("q")}});
    d.obs("after", "cough");
    s.bulk.write(s.place);
    d.write(s.place);
    const auto spoil = [&](const emis_test::Small& x, const std::string& at) {
        const std::string file = s.place / x.file_name("CareRecord_Observation");
        std::ostringstream bytes;
        bytes << std::ifstream(file, std::ios::binary).rdbuf();
        std::string text = bytes.str();
        text.insert(text.find(at), "\"");
        std::ofstream(file, std::ios::binary) << text;
    };
    spoil(s.bulk, emis_test::bare("egg"));  // a stray quote in the key
    spoil(d, emis_test::bare("c"));
    const io::TestFolder folder;
    const ExportResult r = collected({s.place.path}, folder / "out");
    CHECK(fates(r) == r.read());
    const auto before = emis_test::run(s.place.path), after = emis_test::run(folder / "out");
    CHECK(before.found("EMIS-ROW-001") == 2);
    CHECK(after.found("EMIS-ROW-001") == 2);
    CHECK(after.found("EMIS-ROW-002") == before.found("EMIS-ROW-002"));
    CHECK(after.raw == before.raw);
    CHECK(after.one("Observation", "a")["note"][0]["text"] == "delta");
    for (const char* name : {"b", "after"}) CHECK(after.made("Observation", name).size() == 1);
}
