#include "core/system/tpp/tpp.hpp"

#include "core/system/tpp/test_extract.hpp"

using namespace gpswitch;
using namespace gpswitch::tpp_test;

namespace {

std::unique_ptr<record::Source> open(const std::string& folder) {
    record::SourceOptions o;
    o.place = folder;
    o.files = archive::Place::open(folder);
    o.mapping = &tables();
    return tpp::system().open(o);
}

}  // namespace

TEST_CASE("tpp: the source contract on the sample practice") {
    contract::source([&] { return open(kRoot + "/testdata/tpp"); }, &tables());
    const auto source = open(kRoot + "/testdata/tpp");
    contract::references(contract::everything(*source, &tables()));
}

TEST_CASE("tpp: the source contract on a delivery and its changes") {
    contract::source([&] { return open(kRoot + "/testdata/tpp-deltas"); }, &tables());
    const auto source = open(kRoot + "/testdata/tpp-deltas");
    contract::references(contract::everything(*source, &tables()));
}

TEST_CASE("tpp: every set of tables is complete") {
    for (const auto& p : mapping::MappingSet::check(kRoot + "/mappings/tpp/1.0.0"))
        FAIL_CHECK(p.file << ":" << p.line << ": " << p.message);
}

TEST_CASE("tpp: an extract is known by its manifest") {
    io::TestFolder folder;
    folder.put("SRCode.csv", "RowIdentifier\r\n");
    CHECK(tpp::system().recognise(*archive::Place::open(folder.path)).certainty == 0);
    folder.put("SRManifest.csv", "FileName\r\n");
    CHECK(tpp::system().recognise(*archive::Place::open(folder.path)).certainty == 100);
    CHECK(tpp::system().recognise(*archive::Place::open(kRoot + "/testdata/emis")).certainty == 0);
}

TEST_CASE("tpp traps 80 and 81: what the extract never carries is said") {
    const auto absent = tpp::system().absent();
    const auto says = [&](std::string_view word) {
        return std::ranges::any_of(
            absent, [&](std::string_view a) { return a.find(word) != std::string_view::npos; });
    };
    CHECK(says("free text"));
    CHECK(says("documents"));
    CHECK(says("not meant for direct care"));
}
