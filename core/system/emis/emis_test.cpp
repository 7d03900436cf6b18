#include <doctest/doctest.h>

#include "core/system/contract_test.hpp"
#include "core/system/emis/emis.hpp"
#include "core/system/fhir/fhir.hpp"

using namespace gpswitch;

namespace {

const std::string kRoot = GPSWITCH_SOURCE_DIR;

std::shared_ptr<mapping::MappingSet> tables() {
    return mapping::MappingSet::load(kRoot + "/mappings/emis/1.0.0");
}

std::unique_ptr<record::Source> open(const std::string& folder, mapping::MappingSet& set) {
    record::SourceOptions o;
    o.place = folder;
    o.files = archive::Place::open(folder);
    o.mapping = &set;
    return emis::system().open(o);
}

}  // namespace

TEST_CASE("emis: the source contract on the sample practice") {
    const auto set = tables();
    contract::source([&] { return open(kRoot + "/testdata/emis", *set); }, set.get());
    const auto source = open(kRoot + "/testdata/emis", *set);
    const contract::Everything e = contract::everything(*source, set.get());
    contract::references(e);
    if (std::getenv("GPSWITCH_PRINT")) {
        MESSAGE(e.ledger->json());
        for (const auto& [id, json] : e.entities) MESSAGE(json);
    }
}
