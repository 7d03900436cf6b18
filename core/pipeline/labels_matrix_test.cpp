// Labels never loosen, whatever the entity, the label, the source and the target.
#include <doctest/doctest.h>

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>

#include "core/diff/memory_source.hpp"
#include "core/io/test_folder.hpp"
#include "core/mapping/write.hpp"
#include "core/pipeline/pipeline.hpp"
#include "core/system/all.hpp"

using namespace gpswitch;
using record::EntityKind;
using record::Record;
using record::Text;

namespace {

struct Label {
    const char *system, *code;
};
constexpr Label kLabels[] = {
    {"https://gpswitch.org/CodeSystem/confidentiality", "staff-restricted"},
    {"https://gpswitch.org/CodeSystem/confidentiality", "not-for-patient-access"},
    {"https://gpswitch.org/CodeSystem/confidentiality", "sensitive"},
    {"https://gpswitch.org/CodeSystem/confidentiality", "third-party"},
    {"http://terminology.hl7.org/CodeSystem/v3-Confidentiality", "R"},
    {"http://terminology.hl7.org/CodeSystem/v3-Confidentiality", "V"},
};

bool has(const record::Entity& e, const Label& label) {
    for (const record::Coding& c : e.meta.security)
        if (c.system == label.system && c.code == label.code) return true;
    return false;
}
void put(Record& r, record::Entity& e, const Label& label) {
    record::Coding& c = e.meta.security.add(r.arena);
    c.system = label.system;
    c.code = label.code;
}

/// One patient a label, each with one entry of every kind that has it.
struct Labelled : diff::test::MemorySource {
    Labelled() {
        for (std::size_t l = 0; l < std::size(kLabels); ++l)
            add("p" + std::to_string(l), [l](Record& r) {
                auto& patient = r.add<record::Patient>("made for a test");
                patient.id = r.arena.join("p", std::to_string(l));
                r.patient_id = patient.id;
                for (std::size_t k = static_cast<std::size_t>(EntityKind::Patient) + 1;
                     k < record::kEntityKinds; ++k) {
                    const auto kind = static_cast<EntityKind>(k);
                    record::Entity& e = r.add(kind, "made for a test");
                    e.id = r.arena.join("e", std::to_string(l), "-", std::to_string(k));
                    put(r, e, kLabels[l]);
                    const Text owner = r.arena.join("Patient/", patient.id);
                    if (const record::Field* f = record::patient_field(kind))
                        static_cast<record::Reference*>(record::at(&e, *f))->reference = owner;
                    else
                        static_cast<record::Appointment&>(e).participant.add(r.arena).actor.reference = owner;
                }
            });
    }
};

std::unique_ptr<record::Source> open(const std::string& system, const std::string& place) {
    record::SourceOptions o;
    o.place = place;
    o.files = archive::Place::open(place);
    return systems::find(system)->open(o);
}
void move(record::Source& source, const std::string& system, const std::string& place) {
    record::TargetOptions o;
    o.place = place;
    const auto target = systems::find(system)->create(o);
    record::Origin origin;
    origin.census = &source.census();
    origin.fingerprint = "f";
    pipeline::run(source, *target, origin, {});
}

// Every entry of every patient still has its patient's label.
void check_all(record::Source& source) {
    std::set<std::pair<std::size_t, EntityKind>> seen;
    for (std::uint32_t p = 0; p < source.census().patients.size(); ++p) {
        const std::uint32_t one[] = {p};
        Record r;
        REQUIRE(source.read(one)->next(r));
        CHECK(r.held.empty());
        const auto l = static_cast<std::size_t>(r.patient_id.back() - '0');
        for (const record::Item& item : r.items) {
            if (item.kind == EntityKind::Patient) continue;
            CAPTURE(record::name_of(item.kind));
            CAPTURE(kLabels[l].code);
            CHECK(has(*item.entity, kLabels[l]));
            seen.emplace(l, item.kind);
        }
    }
    CHECK(seen.size() ==
          std::size(kLabels) * (record::kEntityKinds - 1 - static_cast<std::size_t>(EntityKind::Patient)));
}

}  // namespace

TEST_CASE("labels: every label on every kind of entry survives every pair of standard systems") {
    Labelled source;
    for (const char* first : {"fhir", "sqlite"}) {
        CAPTURE(first);
        io::TestFolder folder;
        const std::string one = folder / (std::string("one") + (first == std::string("fhir") ? "" : ".db"));
        move(source, first, one);
        const auto read = open(first, one);
        check_all(*read);
        for (const char* second : {"fhir", "sqlite"}) {
            CAPTURE(second);
            const std::string two = folder / (std::string(second) + "-2");
            move(*open(first, one), second, two);
            check_all(*open(second, two));
        }
    }
}

namespace {

// Labels of each patient's entries, by "Type/id".
using LabelsOf = std::map<std::string, std::set<std::pair<std::string, std::string>>>;
std::map<std::string, LabelsOf> labels_in(record::Source& source) {
    std::map<std::string, LabelsOf> out;
    for (std::uint32_t p = 0; p < source.census().patients.size(); ++p) {
        const std::uint32_t one[] = {p};
        Record r;
        REQUIRE(source.read(one)->next(r));
        LabelsOf& of = out[std::string(r.patient_id)];
        for (const record::Item& item : r.items) {
            auto& labels = of[std::string(record::name_of(item.kind)) + "/" + std::string(item.entity->id)];
            for (const record::Coding& c : item.entity->meta.security) labels.emplace(c.system, c.code);
        }
    }
    return out;
}

}  // namespace

TEST_CASE("labels: every label that a synthetic practice has is in every standard system it is moved to") {
    record::SourceOptions o;
    o.place = "patients=400,seed=7";
    const auto before = labels_in(*systems::find("synthetic")->open(o));
    std::set<std::string> met;
    for (const auto& [patient, entries] : before)
        for (const auto& [name, labels] : entries)
            for (const auto& label : labels) met.insert(label.second);
    for (std::size_t l = 0; l < 4; ++l) CHECK(met.contains(kLabels[l].code));
    for (const auto& [system, name] : {std::pair{"fhir", "one"}, std::pair{"sqlite", "one.db"}}) {
        CAPTURE(system);
        const io::TestFolder folder;
        move(*systems::find("synthetic")->open(o), system, folder / name);
        const auto read = open(system, folder / name);
        auto after = labels_in(*read);
        REQUIRE(after.size() == before.size());
        for (const auto& [patient, entries] : before)
            for (const auto& [entry, labels] : entries) {
                const auto& now = after[patient][entry];
                CHECK(std::includes(now.begin(), now.end(), labels.begin(), labels.end()));
            }
    }
}

// It stands in the row that says who the patient is.
static bool in_row_of_patient(const Record& r, const record::Entity& e) {
    for (const record::Item& item : r.items)
        if (item.kind == EntityKind::Patient && !item.entity->source.empty() && e.source.size == 1)
            return item.entity->source[0].table == e.source[0].table &&
                   item.entity->source[0].key == e.source[0].key;
    return false;
}

// The layout has one flag, or none, and not in every table: what is written without it must not have had a
// label.
TEST_CASE("labels: nothing that has one is open in a supplier's layout") {
    for (const record::System* system : systems::all()) {
        if (!system->writes() || system->mapping_id().empty()) continue;
        CAPTURE(system->name());
        const auto set = [&] {
            return std::shared_ptr<mapping::MappingSet>(mapping::MappingSet::load(
                fmt::format("{}/mappings/{}/1.0.0", GPSWITCH_SOURCE_DIR, system->mapping_id())));
        };
        for (const Label& label : kLabels) {
            CAPTURE(label.code);
            diff::test::MemorySource source;
            source.add("p", [&label](Record& r) {
                auto& patient = r.add<record::Patient>("made for a test");
                patient.id = "p";
                r.patient_id = patient.id;
                const auto labelled = [&](EntityKind kind, Text id) -> record::Entity& {
                    record::Entity& e = r.add(kind, "made for a test");
                    e.id = id;
                    put(r, e, label);
                    static_cast<record::Reference*>(record::at(&e, *record::patient_field(kind)))->reference =
                        "Patient/p";
                    return e;
                };
                static_cast<record::Observation&>(labelled(EntityKind::Observation, "o")).code.text = "x";
                static_cast<record::Condition&>(labelled(EntityKind::Condition, "c")).code.text = "x";
                static_cast<record::AllergyIntolerance&>(labelled(EntityKind::AllergyIntolerance, "a"))
                    .code.text = "x";
                auto& plan =
                    static_cast<record::MedicationRequest&>(labelled(EntityKind::MedicationRequest, "m"));
                plan.intent = "plan";
                plan.medication_codeable_concept.text = "x";
                labelled(EntityKind::Encounter, "e");
                labelled(EntityKind::EpisodeOfCare, "r");
                labelled(EntityKind::ServiceRequest, "s");
            });
            const io::TestFolder folder;
            record::TargetOptions to;
            to.place = folder / "layout";
            to.mapping = set();
            const auto target = system->create(to);
            record::Origin origin;
            origin.census = &source.census();
            pipeline::run(source, *target, origin, {});

            record::SourceOptions from;
            from.place = folder / "layout";
            from.files = archive::Place::open(from.place);
            const auto mapping = set();
            from.mapping = mapping.get();
            const auto read = system->open(from);
            REQUIRE(read->census().patients.size() == 1);
            const std::uint32_t one[] = {0};
            Record r;
            REQUIRE(read->read(one)->next(r));
            mapping->apply(r);
            std::size_t closed = 0;
            for (const record::Item& item : r.items) {
                // What is made of the patient's own row, which has no label here.
                if (item.kind == EntityKind::Patient || in_row_of_patient(r, *item.entity)) continue;
                CAPTURE(record::name_of(item.kind));
                CHECK(!item.entity->meta.security.empty());
                ++closed;
            }
            // What the flag can say is there; another label may hold all of it.
            const auto tables = mapping::WriteSet::load(*mapping);
            const bool flag = std::ranges::any_of(tables->tables(), [](const mapping::WrittenTable& t) {
                return t.find(mapping::Cell::label) >= 0;
            });
            if (!flag)
                CHECK(closed == 0);
            else if (label.code == Text("staff-restricted"))
                CHECK(closed >= 4);
        }
    }
}

// A target that cannot carry a label must say so, or an entry would be open there without a word.
TEST_CASE("labels: no target declares that it loses them") {
    for (const record::System* system : systems::all()) {
        if (!system->writes()) continue;
        CAPTURE(system->name());
        const auto set = system->mapping_id().empty()
                             ? nullptr
                             : mapping::MappingSet::load(fmt::format(
                                   "{}/mappings/{}/1.0.0", GPSWITCH_SOURCE_DIR, system->mapping_id()));
        for (const record::CannotCarry& c : system->cannot_carry(set.get())) {
            CHECK(c.field.substr(0, 13) != "meta.security");
            CHECK(c.field != "meta");
        }
    }
}

// A line of the package that is no JSON, but says whose it is: the patient is marked, and stays so.
TEST_CASE("gaps: a patient of whom a line cannot be read is marked in every system, and no list says none") {
    io::TestFolder folder;
    const std::string none =
        R"("emptyReason":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/list-empty-reason","code":"nilknown"}]})";
    const auto list = [&](const std::string& id, const std::string& patient) {
        return R"({"resourceType":"List","id":")" + id + R"(","subject":{"reference":"Patient/)" + patient +
               "\"}," + none + "}\n";
    };
    folder.put("in/Patient.ndjson",
               "{\"resourceType\":\"Patient\",\"id\":\"p\"}\n{\"resourceType\":\"Patient\",\"id\":\"q\"}\n");
    folder.put("in/List.ndjson", list("a", "p") + list("b", "q"));
    folder.put("in/Observation.ndjson",
               "{\"resourceType\":\"Observation\",\"subject\":{\"reference\":\"Patient/p\"},,}\n");
    move(*open("fhir", folder / "in"), "fhir", folder / "one");
    move(*open("fhir", folder / "one"), "sqlite", folder / "two.db");
    move(*open("sqlite", folder / "two.db"), "fhir", folder / "three");
    const std::pair<const char*, const char*> places[] = {
        {"fhir", "one"}, {"sqlite", "two.db"}, {"fhir", "three"}};
    for (const auto& [system, place] : places) {
        CAPTURE(place);
        const auto source = open(system, folder / place);
        REQUIRE(source->census().patients.size() == 2);
        for (std::uint32_t p = 0; p < 2; ++p) {
            const std::uint32_t one[] = {p};
            Record r;
            REQUIRE(source->read(one)->next(r));
            mapping::Safeguards::mark(r);
            CHECK(r.incomplete == (r.patient_id == "p"));
            for (const record::Item& item : r.items)
                if (item.kind == EntityKind::List)
                    CHECK(static_cast<const record::FhirList*>(item.entity)->empty_reason.coding[0].code ==
                          (r.patient_id == "p" ? "unavailable" : "nilknown"));
        }
    }
}

// From a bundle to a package: every label, and everything in the consultation that has it.
TEST_CASE("labels: a GP Connect consultation's label reaches all that is in it, and the package") {
    const auto set =
        mapping::MappingSet::load(std::string(GPSWITCH_SOURCE_DIR) + "/mappings/gpconnect/1.0.0");
    for (const Label& label : kLabels) {
        CAPTURE(label.code);
        io::TestFolder folder;
        const auto entry = [](const std::string& type, const std::string& more) {
            return R"(,{"resource":{"resourceType":")" + type + R"(","id":")" + type + R"(1",)" + more + "}}";
        };
        const std::string subject = R"("subject":{"reference":"Patient/P1"})",
                          patient = R"("patient":{"reference":"Patient/P1"})",
                          inside = R"("context":{"reference":"Encounter/Encounter1"})";
        folder.put(
            "in/a.json",
            R"({"resourceType":"Bundle","type":"collection","entry":[{"resource":{"resourceType":"Patient","id":"P1","identifier":[{"system":"https://fhir.nhs.uk/Id/nhs-number","value":"9990000018"}],"birthDate":"1980-02-29"}})" +
                entry("Encounter", subject + R"(,"status":"finished","meta":{"security":[{"system":")" +
                                       label.system + R"(","code":")" + label.code + R"("}]})") +
                entry("Observation", subject + "," + inside + R"(,"status":"final","code":{"text":"x"})") +
                entry("Condition", subject + "," + inside + R"(,"code":{"text":"x"})") +
                entry("MedicationRequest", subject + "," + inside + R"(,"intent":"plan","status":"active")") +
                entry("AllergyIntolerance", patient + R"(,"code":{"text":"x"})") + "]}");
        record::SourceOptions o;
        o.place = folder / "in";
        o.files = archive::Place::open(o.place);
        o.mapping = set.get();
        const auto source = systems::find("gpconnect")->open(o);
        record::TargetOptions to;
        to.place = folder / "out";
        const auto target = systems::find("fhir")->create(to);
        record::Origin origin;
        origin.census = &source->census();
        pipeline::Options options;
        options.mapping = set.get();
        pipeline::run(*source, *target, origin, options);

        const auto package = open("fhir", folder / "out");
        const std::uint32_t one[] = {0};
        Record r;
        REQUIRE(package->read(one)->next(r));
        std::set<std::string_view> closed, opened;
        for (const record::Item& item : r.items)
            (has(*item.entity, label) ? closed : opened).insert(record::name_of(item.kind));
        CHECK(closed ==
              std::set<std::string_view>{"Encounter", "Observation", "Condition", "MedicationRequest"});
        CHECK(opened == std::set<std::string_view>{"Patient", "AllergyIntolerance"});
    }
}
