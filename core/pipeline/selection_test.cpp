#include "core/pipeline/selection.hpp"

#include <doctest/doctest.h>

#include "core/io/file.hpp"
#include "core/ledger/ledger.hpp"
#include "core/pipeline/pipeline.hpp"
#include "core/util/error.hpp"

using namespace gpswitch;
using namespace gpswitch::pipeline;
using record::Fate;

namespace {

const std::string kRules = GPSWITCH_SOURCE_DIR "/mappings/rules/population.csv";
constexpr std::string_view kTypes = "https://gpswitch.org/CodeSystem/registration-type";

Populations rules() { return Populations::load(io::read_all(kRules), kRules); }

record::Patient& person(record::Record& r, std::string_view nhs = "9990000018") {
    r.key = "p1";
    auto& p = r.add<record::Patient>();
    auto& id = p.identifier.add(r.arena);
    id.system = "https://fhir.nhs.uk/Id/nhs-number";
    id.value = nhs;
    return p;
}

void registration(record::Record& r, std::string_view status, std::string_view type) {
    auto& e = r.add<record::EpisodeOfCare>();
    e.status = status;
    auto& c = e.type.add(r.arena).coding.add(r.arena);
    c.system = kTypes;
    c.code = type;
}

}  // namespace

TEST_CASE("population: the first fact that fits says it") {
    struct Row {
        const char* why;
        std::function<void(record::Record&)> make;
        const char* population;
    };
    const Row rows[] = {
        {"nothing is said of a registration", [](auto& r) { person(r); }, "registered"},
        {"an open registration", [](auto& r) { person(r), registration(r, "active", "regular"); },
         "registered"},
        {"an open one with an end that is still to come",
         [](auto& r) {
             person(r), registration(r, "active", "regular");
             static_cast<record::EpisodeOfCare*>(r.items.back().entity)->period.end = "2030-01-01";
         },
         "registered"},
        {"one with an end, of which nobody says that it is open",
         [](auto& r) {
             person(r), registration(r, "", "regular");
             static_cast<record::EpisodeOfCare*>(r.items.back().entity)->period.end = "2020-01-01";
         },
         "left"},
        {"private counts as registered", [](auto& r) { person(r), registration(r, "active", "private"); },
         "registered"},
        {"a temporary one", [](auto& r) { person(r), registration(r, "active", "temporary"); }, "temporary"},
        {"an emergency", [](auto& r) { person(r), registration(r, "active", "emergency"); }, "temporary"},
        {"temporary once, regular now",
         [](auto& r) {
             person(r), registration(r, "finished", "temporary"), registration(r, "active", "regular");
         },
         "registered"},
        {"regular and temporary at one time",
         [](auto& r) {
             person(r), registration(r, "active", "temporary"), registration(r, "active", "regular");
         },
         "registered"},
        {"all over", [](auto& r) { person(r), registration(r, "finished", "regular"); }, "left"},
        {"over: a temporary one that ended has left",
         [](auto& r) { person(r), registration(r, "finished", "temporary"); }, "left"},
        {"said not to be active", [](auto& r) { person(r).active = "false"; }, "left"},
        {"dead with a date",
         [](auto& r) { person(r).deceased_date_time = "2020", registration(r, "finished", "regular"); },
         "dead"},
        {"dead, nobody knows when", [](auto& r) { person(r).deceased_boolean = "true"; }, "dead"},
        {"said not to be dead", [](auto& r) { person(r).deceased_boolean = "false"; }, "registered"},
        {"a test person, dead too",
         [](auto& r) {
             auto& p = person(r);
             p.deceased_boolean = "true";
             auto& tag = p.meta.tag.add(r.arena);
             tag.system = "http://terminology.hl7.org/CodeSystem/v3-ActReason";
             tag.code = "HTEST";
         },
         "test"},
    };
    const Populations table = rules();
    for (const Row& row : rows) {
        record::Record r;
        row.make(r);
        CHECK_MESSAGE(table.of(r) == row.population, row.why);
    }
    CHECK(table.names() == std::vector<std::string>{"test", "dead", "left", "temporary", "registered"});
}

TEST_CASE("population: a table that leaves somebody out is refused") {
    const std::string header = "population,fact,system,code,why\n";
    CHECK_THROWS_AS(Populations::load(header + "dead,deceased,,,\n", "t"), MappingError);
    CHECK_THROWS_AS(Populations::load(header + "dead,killed,,,\nrest,any,,,\n", "t"), MappingError);
    CHECK_THROWS_AS(Populations::load("a,b\n", "t"), MappingError);
    CHECK(Populations::load(header + "rest,any,,,\n", "t").names().size() == 1);
}

TEST_CASE("selection: by NHS number, spaces or not; a superseded number finds nobody") {
    Selection s;
    s.add_number("9990000018", "--patient");
    s.add_number("9990000026", "list:7");
    record::Record wanted, other, old, nobody;
    person(wanted, "999 000 0018");
    person(other, "9990000034");
    person(old, "9990000026").identifier[0].use = "old";
    CHECK(s.left_out_unmapped(wanted).empty());
    CHECK(s.left_out_unmapped(other) == "patient:not-asked-for");
    CHECK(s.left_out_unmapped(old) == "patient:not-asked-for");
    CHECK(s.left_out_unmapped(nobody).empty());  // practice-wide rows
    REQUIRE(s.unfound().size() == 1);
    CHECK(s.unfound()[0].text().starts_with("list:7: error SEL-PATIENT-001"));
    CHECK(s.unfound()[0].json().find("999") == std::string::npos);
    Selection another;
    another.add_number("9990000018", "--patient");
    CHECK(s.identity() != another.identity());
    Selection of_table, of_other_table;
    of_table.set_populations({"registered"}, rules());
    const std::string other_rules = "population,fact,system,code,why\nleft,deceased,,,\nregistered,any,,,\n";
    of_other_table.set_populations({"registered"}, Populations::load(other_rules, "t"));
    CHECK(of_table.identity() != of_other_table.identity());
    CHECK(Selection().identity().empty());
}

TEST_CASE("fingerprint: differs with everything that decides what is made of an input") {
    record::Census census;
    census.system = "emis";
    census.inputs = {{"a.csv", "00", 1}};
    const std::string plain = fingerprint(census, nullptr);
    CHECK(fingerprint(census, nullptr) == plain);
    CHECK(fingerprint(census, nullptr, nullptr, "tables of rules") != plain);
    Selection selection;
    CHECK(fingerprint(census, nullptr, &selection) == plain);
    selection.add_number("9990000018", "--patient");
    CHECK(fingerprint(census, nullptr, &selection) != plain);
    census.as_of = "2026-03-01";  // the same deliveries, the later ones left out
    CHECK(fingerprint(census, nullptr) != plain);
}

TEST_CASE("selection: by population; who was held back unread is nobody's to leave out") {
    Selection s;
    s.set_populations({"registered"}, rules());
    record::Record in, out, unread, practice;
    person(in);
    person(out).deceased_boolean = "true";
    unread.key = "p2";
    unread.held = "EMIS-ROW-001";
    CHECK(s.left_out(in).empty());
    CHECK(s.left_out(out) == "population:dead");
    CHECK(s.left_out(unread).empty());
    CHECK(s.left_out(practice).empty());
}

TEST_CASE("selection: an excluded record is rows with a fate each, and nothing made of them") {
    record::Record r;
    person(r);
    for (std::uint32_t i = 0; i < 4; ++i) r.rows.push_back({0, i, i + 2, "k", "raw"});
    r.claim(0, record::Role::primary, "T");
    r.settle(1, Fate::deleted, "Deleted=true");
    r.settle(2, Fate::held, "EMIS-ROW-001");
    r.held = "EMIS-ROW-002";
    exclude(r, "population:left");
    record::Census census;
    census.tables = {{"T", "t.csv", 0, 4}};
    const auto fates = ledger::settle(r, census);
    CHECK(fates[0].fate == Fate::excluded);
    CHECK(fates[0].rule == "population:left");
    CHECK(fates[1].fate == Fate::deleted);
    CHECK(fates[1].rule == "Deleted=true");
    CHECK(fates[2].fate == Fate::excluded);
    CHECK(fates[3].fate == Fate::excluded);
    ledger::Account account;
    ledger::account(account, r, fates);
    account.excluded_by = {"population:left"};
    ledger::Ledger ledger(census);
    ledger.add(account);
    ledger.check();
    CHECK(ledger.excluded().at("population:left").patients == 1);
    CHECK(ledger.excluded().at("population:left").rows == 3);
    CHECK(ledger.held_patients() == 0);
}
