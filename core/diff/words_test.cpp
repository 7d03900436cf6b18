#include <doctest/doctest.h>

#include "core/diff/diff.hpp"
#include "core/diff/memory_source.hpp"

using namespace gpswitch;
using namespace gpswitch::diff;
using namespace gpswitch::diff::test;
using record::Condition;
using record::Record;

namespace {

struct Nobody : Writer {
    void patient(const PatientDifferences&) override {}
    void finish(const Totals&) override {}
};

constexpr const char* kStatus = "http://terminology.hl7.org/CodeSystem/condition-clinical";
constexpr const char* kEmis = "https://gpswitch.org/CodeSystem/emis-problem-status";
constexpr const char* kEgton = "https://fhir.hl7.org.uk/Id/egton-codes";

void status(Record& r, std::initializer_list<std::pair<const char*, const char*>> codes, const char* text) {
    record::Concept& c = nth<Condition>(r).clinical_status;
    c.coding = {};
    for (const auto& [system, code] : codes) c.coding.add(r.arena) = {system, {}, code, {}, {}, {}, {}};
    c.text = text;
}

/// How many entries differ without a rule when AFTER was read from a layout.
std::uint64_t unexplained(const std::function<void(Record&)>& before,
                          const std::function<void(Record&)>& after) {
    MemorySource b, a;
    fill_clinic(b, 1);
    fill_clinic(a, 1);
    b.change_all(before);
    a.change_all(after);
    Options options;
    options.layout = true;
    options.code_systems = {{"http://terminology.hl7.org/*", Codes::shared},
                            {"https://fhir.hl7.org.uk/*", Codes::shared},
                            {"https://fhir.hl7.org.uk/Id/*", Codes::own}};
    Nobody out;
    return compare({&b, {}}, {&a, {}}, options, out).unexplained;
}

}  // namespace

TEST_CASE("diff: a system's own word may go where the code that everybody reads stays") {
    const auto was = [](Record& r) {
        status(r, {{kStatus, "inactive"}, {kEmis, "Past Problem"}}, "Past Problem");
    };
    CHECK(unexplained(was, [](Record& r) { status(r, {{kStatus, "inactive"}}, ""); }) == 0);
    CHECK(unexplained(was, [](Record& r) {
              status(r, {{kStatus, "inactive"}, {kEgton, "Past"}}, "Past");
          }) == 0);
}

TEST_CASE("diff: no word stands for a code that is another, or for words that no code says") {
    const auto was = [](Record& r) {
        status(r, {{kStatus, "inactive"}, {kEmis, "Past Problem"}}, "Past Problem");
    };
    CHECK(unexplained(was, [](Record& r) { status(r, {{kStatus, "active"}}, ""); }) == 1);
    CHECK(unexplained(was, [](Record& r) { status(r, {{kEgton, "x"}}, ""); }) == 1);
    CHECK(unexplained(was, [](Record& r) { status(r, {{kStatus, "inactive"}}, "until 2019"); }) == 1);
    const auto said = [](Record& r) {
        status(r, {{kStatus, "inactive"}, {kEmis, "Past"}}, "since the operation");
    };
    CHECK(unexplained(said, [](Record& r) { status(r, {{kStatus, "inactive"}}, ""); }) == 1);
}
