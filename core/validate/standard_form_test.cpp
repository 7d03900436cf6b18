#include "core/validate/standard_form.hpp"

#include <doctest/doctest.h>

#include <thread>

#include "core/profile/test_table.hpp"

namespace gpswitch::validate {
namespace {

/// A body height as UK Core wants it, but for the LOINC code.
void add_height(record::Record& r, std::string_view id) {
    auto& o = r.add<record::Observation>();
    o.id = r.arena.copy(id);
    o.status = "final";
    o.meta.profile.add(r.arena) =
        "https://fhir.hl7.org.uk/StructureDefinition/UKCore-Observation-VitalSigns-BodyHeight";
    o.subject.reference = "Patient/p";
}

}  // namespace

TEST_CASE(
    "standard form: a record is checked as what would be written of it, and the finding names its row") {
    record::Census census;
    census.tables.push_back({"CareRecord_Observation", "obs.csv", 0, 1});
    record::Record r;
    r.rows.push_back({0, 0, 17, "k", "raw", 0});
    add_height(r, "h");
    r.claim(0, record::Role::primary, "CareRecord_Observation");
    const StandardForm form(profile::shipped(), {}, &census);
    IssueList found;
    form.check(r, found);
    REQUIRE_FALSE(found.issues.empty());
    for (const Issue& i : found.issues) {
        CHECK(i.code.starts_with("FHIR-"));
        CHECK(i.member == "obs.csv");
        CHECK(i.line == 17);
        CHECK(i.column == 0);
        CHECK(i.resource == "Observation/h");
        CHECK(i.path.starts_with("Observation"));
    }
    CHECK(form.resources() == 1);
}

TEST_CASE("standard form: a record that its source holds back is left alone") {
    record::Record r;
    add_height(r, "h");
    r.held = "EMIS-X";
    const StandardForm form(profile::shipped(), {}, nullptr);
    IssueList found;
    form.check(r, found);
    CHECK(found.issues.empty());
}

TEST_CASE("standard form: several threads find what one finds, and it is counted once") {
    record::Record r;
    add_height(r, "h");
    const StandardForm form(profile::shipped(), {}, nullptr);
    IssueList one;
    form.check(r, one);
    std::vector<IssueList> found(4);
    {
        std::vector<std::jthread> threads;
        for (IssueList& list : found)
            threads.emplace_back([&form, &r, &list] {
                for (int i = 0; i < 50; ++i) form.check(r, list);
            });
    }
    for (const IssueList& list : found) CHECK(list.issues.size() == 50 * one.issues.size());
    CHECK(form.resources() == 201);
}

}  // namespace gpswitch::validate
