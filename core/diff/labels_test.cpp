// A label may be added on the way; one that is lost or loosened is never explained.
#include <doctest/doctest.h>

#include "core/diff/diff.hpp"
#include "core/diff/memory_source.hpp"

using namespace gpswitch;
using namespace gpswitch::diff;
using record::EntityKind;
using record::Record;
using record::Text;

namespace {

struct Collector : Writer {
    std::vector<Difference> all;
    void patient(const PatientDifferences& p) override {
        all.insert(all.end(), p.differences.begin(), p.differences.end());
    }
    void finish(const Totals&) override {}
};

using Labels = std::vector<const char*>;

// A patient with one entry of every kind, and these labels on each.
test::Build everything(const Labels& labels, bool noted) {
    return [labels, noted](Record& r) {
        for (std::size_t k = static_cast<std::size_t>(EntityKind::Patient); k < record::kEntityKinds; ++k) {
            record::Entity& e = r.add(static_cast<EntityKind>(k), "made for a test");
            e.id = r.arena.join("e", std::to_string(k));
            for (const char* label : labels) {
                record::Coding& c = e.meta.security.add(r.arena);
                c.system = "https://example.org/labels";
                c.code = label;
            }
            if (noted) e.inferred.add(r.arena) = "meta.security: R inherited from Encounter";
        }
        r.patient_id = r.items[0].entity->id;
    };
}

Totals run(const Labels& before, const Labels& after, std::vector<Difference>& found, bool noted = false) {
    test::MemorySource a, b;
    a.add("p", everything(before, false));
    b.add("p", everything(after, noted));
    Collector out;
    Options options;
    options.cannot_carry = {{"*", "meta.security", "declared, and still never explained"}};
    const Totals t = compare({&a, {}}, {&b, {}}, options, out);
    found = out.all;
    return t;
}

constexpr std::uint64_t kPatientKinds = record::kEntityKinds - static_cast<std::size_t>(EntityKind::Patient);

}  // namespace

TEST_CASE("diff: a label that is lost, changed or loosened is unexplained, on every kind of entry") {
    std::vector<Difference> found;
    for (const auto& [before, after] : std::vector<std::pair<Labels, Labels>>{
             {{"R"}, {}}, {{"V"}, {"R"}}, {{"R", "third-party"}, {"R"}}, {{"R"}, {"third-party"}}}) {
        const Totals t = run(before, after, found);
        CHECK(t.unexplained == kPatientKinds);
        CHECK(t.explained == 0);
        CHECK(t.never == kPatientKinds);
        for (const Difference& d : found) CHECK(d.never == "a confidentiality label");
    }
}

TEST_CASE("diff: a label that is added is explained, and counted") {
    std::vector<Difference> found;
    for (const bool noted : {false, true})
        for (const auto& [before, after] : std::vector<std::pair<Labels, Labels>>{
                 {{}, {"R"}}, {{"R"}, {"R", "third-party"}}, {{"R"}, {"third-party", "R"}}}) {
            const Totals t = run(before, after, found, noted);
            CHECK(t.unexplained == 0);
            CHECK(t.explained == kPatientKinds);
            CHECK(t.rules.at("*.meta.security: labels are inherited") == kPatientKinds);
        }
    CHECK(run({"R"}, {"R"}, found).equal == kPatientKinds);
}
