#include "core/system/vision/vision.hpp"

#include "core/system/vision/test_extract.hpp"

using namespace gpswitch;
using namespace gpswitch::vision_test;

namespace {

std::unique_ptr<record::Source> open(const std::string& folder) {
    record::SourceOptions o;
    o.place = folder;
    o.files = archive::Place::open(folder);
    o.mapping = &tables();
    return vision::system().open(o);
}

}  // namespace

TEST_CASE("vision: the source contract on the sample practice, on changes and on a test pack") {
    for (const std::string place : {"vision", "vision-deltas", "vision-test-pack"}) {
        CAPTURE(place);
        contract::source([&] { return open(kRoot + "/testdata/" + place); }, &tables());
        const auto source = open(kRoot + "/testdata/" + place);
        contract::references(contract::everything(*source, &tables()));
    }
}

TEST_CASE("vision: every set of tables is complete, and the layout has the columns of tables.csv") {
    for (const auto& p : mapping::MappingSet::check(kRoot + "/mappings/vision/1.0.0"))
        FAIL_CHECK(p.file << ":" << p.line << ": " << p.message);
    for (std::size_t t = 0; t < vision::kTabs; ++t) {
        const vision::Shape& s = vision::shape(static_cast<Tab>(t));
        const auto& columns = tables().table_columns(s.name);
        REQUIRE(columns.size() == s.columns.size());
        for (std::size_t c = 0; c < columns.size(); ++c) CHECK(columns[c].column == s.columns[c]);
        CHECK(s.columns.size() <= vision::kMostColumns);
        for (const std::string_view column : s.test) CHECK(vision::position(s.tab, column) >= 0);
    }
    CHECK(vision::position(Tab::journal, "ACTION") == vision::journal::ACTION);
    CHECK(vision::journal::ACTION + 1 == 40);
    CHECK(vision::journal::SUBSET + 1 == 41);
    CHECK(vision::position(Tab::journal, "HCP_CODE") == vision::journal::HCP_CODE);
    CHECK(vision::position(Tab::patient, "ACTION") == vision::patient::ACTION);
    CHECK(vision::position(Tab::encounter, "LINKS") == vision::encounter::LINKS);
    CHECK(vision::position(Tab::referral, "LINKS") == vision::referral::LINKS);
    CHECK(vision::position(Tab::staff, "SEX") == vision::staff::SEX);
    CHECK(vision::position(Tab::practice, "FAX") == vision::practice::FAX);
    // The notes on the format give these counts for the two layouts.
    const auto counts = [](Tab tab) {
        return std::pair(vision::shape(tab).live, vision::shape(tab).test.size());
    };
    CHECK(counts(Tab::practice) == std::pair<std::size_t, std::size_t>(14, 14));
    CHECK(counts(Tab::staff) == std::pair<std::size_t, std::size_t>(8, 8));
    CHECK(counts(Tab::patient) == std::pair<std::size_t, std::size_t>(35, 32));
    CHECK(counts(Tab::encounter) == std::pair<std::size_t, std::size_t>(14, 14));
    CHECK(counts(Tab::journal) == std::pair<std::size_t, std::size_t>(42, 23));
    CHECK(counts(Tab::referral) == std::pair<std::size_t, std::size_t>(15, 0));
}

TEST_CASE("vision: an extract is known by the names of its files, and by those of its zips") {
    io::TestFolder folder;
    const auto sure = [&] {
        return vision::system().recognise(*archive::Place::open(folder.path)).certainty;
    };
    folder.put("journal.csv", "");
    CHECK(sure() == 0);
    folder.put("INCREMENTAL_CLINICAL_F86007-(A Surgery)-V1.0.0_2018-08-17-000500.zip", "x");
    CHECK(sure() == 90);
    folder.put("INCREMENTAL_F86007_journal_data_extract-2018-08-17-000500.csv", "");
    CHECK(sure() == 100);
    CHECK(vision::system().recognise(*archive::Place::open(kRoot + "/testdata/tpp")).certainty == 0);
    CHECK(vision::system().recognise(*archive::Place::open(kRoot + "/testdata/emis")).certainty == 0);
}

TEST_CASE("vision: what the extract never carries is said") {
    const auto absent = vision::system().absent();
    for (const std::string_view word :
         {"appointments", "documents", "referrals", "middle names", "repeat master"})
        CHECK_MESSAGE(std::ranges::any_of(absent, [&](std::string_view a) { return a.find(word) != a.npos; }),
                      word);
}
