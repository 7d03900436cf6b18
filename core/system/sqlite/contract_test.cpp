#include "core/system/contract_test.hpp"

#include "core/system/all.hpp"
#include "core/system/sqlite/test_store.hpp"

using namespace gpswitch;

namespace {

const std::string kRoot = GPSWITCH_SOURCE_DIR;

}  // namespace

TEST_CASE("sqlite: the target and source contracts, on the sample EMIS practice") {
    const record::System& emis = *systems::find("emis");
    const auto set = mapping::MappingSet::load(kRoot + "/mappings/emis/1.0.0");
    const auto extract = [&] {
        record::SourceOptions o;
        o.place = kRoot + "/testdata/emis";
        o.files = archive::Place::open(o.place);
        o.mapping = set.get();
        return emis.open(o);
    };
    io::TestFolder folder;
    const std::string path = folder / "practice.db";
    contract::target(sqlite::system(), path, extract, set.get(), sqlite::test::open);
    contract::source([&] { return sqlite::test::open(path); }, nullptr);
    CHECK(sqlite::test::integrity(path) == "ok");

    // Again over the same store, and with more jobs into another: no difference.
    for (const char* name : {"practice.db", "again.db"}) {
        const auto source = extract();
        record::Origin origin;
        origin.census = &source->census();
        origin.fingerprint = pipeline::fingerprint(source->census(), set.get());
        pipeline::Options options;
        options.mapping = set.get();
        options.jobs = 3;
        pipeline::run(*source, *sqlite::system().create({folder / name, false}), origin, options);
    }
    CHECK(sqlite::test::dump(folder / "again.db") == sqlite::test::dump(path));
    for (const char* view : {"patients", "consultations", "active_problems", "current_allergies",
                             "immunisations_given", "recalls", "repeats_due"}) {
        CAPTURE(std::string(view));
        CHECK(sqlite::test::table(path, "SELECT * FROM " + std::string(view)) != "");
    }
}
