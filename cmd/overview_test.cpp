#include "cmd/overview.hpp"

#include <doctest/doctest.h>

#include "core/io/file.hpp"
#include "core/util/error.hpp"

using namespace gpswitch;
using namespace gpswitch::record;

namespace {

constexpr const char* kNational = "system,name,why\nhttp://snomed.info/sct,SNOMED CT,\"a, b\"\n";

pipeline::Populations populations() {
    const std::string path = GPSWITCH_SOURCE_DIR "/mappings/rules/population.csv";
    return pipeline::Populations::load(io::read_all(path), path);
}

void code(Record& r, Concept& to, std::initializer_list<Coding> codings) {
    for (const Coding& c : codings) to.coding.add(r.arena, c);
}

Coding coding(Text system, Text value, Text display) {
    Coding c;
    c.system = system;
    c.code = value;
    c.display = display;
    return c;
}

void begin(Record& r, Text key) {
    r.clear();
    r.key = key;
    r.add<Patient>();
}

}  // namespace

TEST_CASE("overview: a code is unmapped when no national system stands for it, and counts once a patient") {
    cmd::Overview o(kNational, "national.csv", populations());
    Record r;
    begin(r, "1");
    for (int i = 0; i < 2; ++i)
        code(r, r.add<Observation>().code, {coding("local", "A1", "Letter"), coding("other", "9", "")});
    code(r, r.add<Condition>().code,
         {coding("local", "B2", "x"), coding("http://snomed.info/sct", "1", "y")});
    r.add<Condition>().code.text = "typed by hand";
    o.see(r);
    begin(r, "2");
    code(r, r.add<MedicationRequest>().medication_codeable_concept, {coding("drugs", "C3", "Soap")});
    code(r, r.add<Observation>().code, {coding("local", "A1", "Letter")});
    o.see(r);
    const auto found = o.unmapped();
    REQUIRE(found.size() == 2);
    CHECK(found[0].code == "A1");
    CHECK(found[0].term == "Letter");
    CHECK(found[0].patients == 2);
    CHECK(found[0].entries == 3);
    CHECK(found[1].code == "C3");
    CHECK(found[1].patients == 1);
}

TEST_CASE("overview: each patient is in one group; held ones and leftovers in none") {
    cmd::Overview o(kNational, "national.csv", populations());
    Record r;
    const auto see = [&](auto change) {
        begin(r, "k");
        change(*static_cast<Patient*>(r.items[0].entity));
        o.see(r);
    };
    see([](Patient& p) { p.deceased_date_time = "2020"; });
    see([&](Patient&) { r.add<EpisodeOfCare>().status = "active"; });
    see([&](Patient&) { r.add<EpisodeOfCare>().period.end = "2021-01-01"; });
    see([](Patient& p) { p.active = "false"; });
    see([&](Patient&) {
        EpisodeOfCare& e = r.add<EpisodeOfCare>();
        e.status = "active";
        e.type.add(r.arena).coding.add(
            r.arena, coding("https://gpswitch.org/CodeSystem/registration-type", "temporary", ""));
    });
    see([&](Patient& p) {
        p.meta.tag.add(r.arena, coding("http://terminology.hl7.org/CodeSystem/v3-ActReason", "HTEST", ""));
    });
    see([](Patient&) {});
    see([&](Patient&) { r.held = "X-001"; });
    r.clear();
    o.see(r);
    std::string said;
    for (const auto& g : o.patient_groups()) said += g.name + " " + std::to_string(g.n) + "; ";
    CHECK(said == "registered 1; temporary 1; left 2; dead 1; test 1; registration not known 1; ");
}

TEST_CASE("overview: a list of national systems of another shape is refused") {
    CHECK_THROWS_AS(cmd::Overview("url,name,why\n", "n.csv", populations()), MappingError);
    CHECK_THROWS_AS(cmd::Overview("system,name,why\na,b\n", "n.csv", populations()), MappingError);
}
