#include "core/system/synthetic/synthetic.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>

#include "core/system/contract_test.hpp"
#include "core/system/synthetic/maker.hpp"
#include "core/system/synthetic/options.hpp"
#include "core/system/synthetic/tables.hpp"
#include "core/util/nhs_number.hpp"
#include "core/validate/validate.hpp"

using namespace gpswitch;
using namespace gpswitch::synthetic;
using record::EntityKind;
using record::Field;
using record::Item;
using record::Record;
using record::Text;
using record::Type;

namespace {

std::unique_ptr<record::Source> open(const std::string& place) {
    record::SourceOptions options;
    options.place = place;
    return synthetic::system().open(options);
}

/// Every record of a practice: patients, then the practice-wide rest.
template <class See>
void each_record(record::Source& source, See see) {
    std::vector<std::uint32_t> all(source.census().patients.size());
    for (std::uint32_t i = 0; i < all.size(); ++i) all[i] = i;
    Record record;
    const auto cursor = source.read(all);
    while (cursor->next(record)) see(record);
    const auto rest = source.leftovers();
    while (rest->next(record)) see(record);
}

std::string json_of(const Record& record) {
    std::string out;
    for (const Item& i : record.items) record::append_json(out, i.kind, *i.entity), out += '\n';
    return out;
}

template <class T>
const T& as(const Item& i) {
    return static_cast<const T&>(*i.entity);
}

/// "Type.field" of everything that is filled somewhere in an object.
void filled(const void* object, const Type& type, std::set<std::string>& out) {
    for (const Field& f : type.fields) {
        if (record::is_empty(object, f)) continue;
        out.insert(std::string(type.name) + "." + std::string(f.name));
        if (f.type == nullptr) continue;
        if (!f.list) {
            filled(record::at(object, f), *f.type, out);
            continue;
        }
        const auto& list = record::items_at(object, f);
        for (std::uint32_t i = 0; i < list.size; ++i) filled(list.data + i * f.type->size, *f.type, out);
    }
}

/// "Type.field" of all that is declared under a type.
void declared(const Type& type, std::set<std::string>& out) {
    for (const Field& f : type.fields)
        if (out.insert(std::string(type.name) + "." + std::string(f.name)).second && f.type != nullptr)
            declared(*f.type, out);
}

/// What stays empty even with fields=all, and why.
const std::set<std::string> kNever = {
    "Patient.link",  // a link to a person who is not in the practice
    "PatientLink.other", "PatientLink.type",
    "Meta.profile",  // the pipeline claims profiles
};

struct Sink : IssueSink {
    std::vector<Issue> errors;
    std::size_t warnings = 0;
    void add(const Issue& i) override {
        if (i.severity == Severity::error || i.severity == Severity::fatal) errors.push_back(i);
        if (i.severity == Severity::warning) ++warnings;
    }
};

}  // namespace

TEST_CASE("synthetic: keeps the contract of a source") {
    const auto make = [] { return open("patients=40,seed=7"); };
    contract::source(make, nullptr);
    const auto source = make();
    contract::references(contract::everything(*source, nullptr));
    const auto all = [] { return open("patients=25,seed=3,fields=all"); };
    contract::source(all, nullptr);
}

TEST_CASE("synthetic: a patient is the same whatever the count") {
    const auto few = open("patients=3,seed=7"), many = open("patients=300,seed=7"),
               other = open("patients=3,seed=8");
    for (std::uint32_t i = 0; i < 3; ++i) {
        Record a, b, c;
        REQUIRE(few->read(std::span(&i, 1))->next(a));
        REQUIRE(many->read(std::span(&i, 1))->next(b));
        REQUIRE(other->read(std::span(&i, 1))->next(c));
        CHECK(json_of(a) == json_of(b));
        CHECK(json_of(a) != json_of(c));
    }
}

TEST_CASE("synthetic: options") {
    const Options o = parse_options("seed=9,patients=12,size=550,fields=all");
    CHECK(o.patients == 12);
    CHECK(o.seed == 9);
    CHECK(o.size == 550);
    CHECK(o.all_fields);
    CHECK(parse_options("").patients == 1000);
    CHECK(parse_options("patients=5").text() == parse_options("seed=1,patients=5,size=50").text());
    for (const char* wrong :
         {"patients=0", "patients=", "patients", "patients=-1", "patients=1e3", "patients=800001",
          "patients=99999999999999999999", "size=0", "size=5001", "seed=x", "seed=18446744073709551616",
          "fields=some", "people=5", "patients=1,patients=2", ",patients=1"})
        CHECK_THROWS_AS_MESSAGE(parse_options(wrong), UsageError, wrong);
}

TEST_CASE("synthetic: NHS numbers are of the test range, valid, and each somebody's own") {
    std::set<std::string> seen;
    for (std::uint32_t i = 0; i < 20'000; ++i) {
        const std::string n = test_nhs_number(i);
        CHECK(n.starts_with("999"));
        CHECK(nhs_number::parse(n) == n);
        CHECK(!nhs_number::in_issued_range(n));
        CHECK(seen.insert(n).second);
        if (i % 8 == 0) CHECK(seen.insert(test_nhs_number(i, true)).second);
    }
    CHECK(nhs_number::parse(test_nhs_number(kMostPatients - 1)).size() == 10);
}

TEST_CASE("synthetic: the numbers are SplitMix64's") {
    // The published generator's first outputs for the seed 0.
    Random random(0);
    CHECK(random.next() == 0xE220A8397B1DCDAFu);
    CHECK(random.next() == 0x6E789E6AA1B965F4u);
    CHECK(random.next() == 0x06C45D188009454Fu);
}

TEST_CASE("synthetic: the check digit") {
    // 999410170: 90+81+72+28+6+0+4+21+0 = 302, which is 5 more than 27 times 11, and 11 - 5 is 6.
    CHECK(test_nhs_number(0) == "9994101706");
}

TEST_CASE("synthetic: the practice that production has, in proportion") {
    const auto source = open("patients=2000,seed=1,size=110");
    std::map<EntityKind, std::size_t> n;
    std::vector<std::size_t> sizes;
    std::size_t rows = 0, orders = 0, entities = 0;
    std::uint64_t weight = 0;
    for (const auto& p : source->census().patients) weight += p.weight;
    each_record(*source, [&](const Record& r) {
        if (r.key.empty()) return;
        sizes.push_back(r.items.size());
        entities += r.items.size();
        for (const Item& i : r.items) {
            ++n[i.kind];
            if (i.kind == EntityKind::Observation) rows += 1 + as<record::Observation>(i).component.size;
            if (i.kind == EntityKind::DiagnosticReport) ++rows;
            if (i.kind == EntityKind::MedicationRequest && as<record::MedicationRequest>(i).intent == "order")
                ++orders;
        }
    });
    const auto about = [](std::uint64_t total, double want) {
        const double each = static_cast<double>(total) / 2000;
        CHECK_MESSAGE(each > want * 0.75, each << " where " << want << " are expected");
        CHECK_MESSAGE(each < want * 1.25, each << " where " << want << " are expected");
    };
    about(rows, 110);
    about(n[EntityKind::Encounter], 27);
    about(orders, 32);
    about(n[EntityKind::MedicationStatement], 8.6);
    about(n[EntityKind::Condition], 4.6);
    about(weight, static_cast<double>(entities) / 2000);
    std::sort(sizes.begin(), sizes.end());
    CHECK_MESSAGE(sizes.back() > 20 * sizes[1000], sizes.back() << " and " << sizes[1000]);
}

TEST_CASE("synthetic: has every kind of thing that goes wrong") {
    const auto source = open("patients=1200,seed=5");
    std::map<std::string, std::size_t> n;
    std::set<EntityKind> kinds;
    each_record(*source, [&](const Record& r) {
        for (const Item& i : r.items) {
            kinds.insert(i.kind);
            for (const auto& label : i.entity->meta.security) ++n["label " + std::string(label.code)];
            if (i.kind == EntityKind::Patient) {
                const auto& p = as<record::Patient>(i);
                n["dead"] += !p.deceased_date_time.empty();
                n["dead without a date"] += p.deceased_boolean == "true";
                n["month of birth"] += p.birth_date.size() == 7;
                n["more than ASCII"] += std::any_of(p.name[0].family.begin(), p.name[0].family.end(),
                                                    [](char c) { return c < 0; });
                bool current = false;
                for (const auto& id : p.identifier) {
                    current = current || (id.system == "https://fhir.nhs.uk/Id/nhs-number" && id.use.empty());
                    n["superseded number"] += id.use == "old";
                }
                n["no NHS number"] += !current;
                for (const auto& t : p.telecom)
                    if (t.system == "phone")
                        CHECK((t.value.starts_with("01632 960") || t.value.starts_with("07700 900")));
                for (const auto& a : p.address) CHECK(a.postal_code.starts_with("ZZ99 "));
            }
            if (i.kind == EntityKind::EpisodeOfCare) {
                const auto& e = as<record::EpisodeOfCare>(i);
                ++n["registration " + std::string(e.type[0].coding[0].code)];
                n["left"] += e.status == "finished";
                n["history"] += e.status_history.size > 1;
            }
            if (i.kind == EntityKind::Observation) {
                const auto& o = as<record::Observation>(i);
                n["two components"] += o.component.size == 2;
                n["year only"] += o.effective_date_time.size() == 4;
                n["panel in a panel"] += !o.has_member.empty();
                n["local code"] +=
                    o.code.coding[0].system == "https://gpswitch.org/CodeSystem/synthetic-local";
                for (const auto& note : o.note) n["long text"] += note.text.size() > 1000;
            }
            if (i.kind == EntityKind::DiagnosticReport)
                n["panel"] += as<record::DiagnosticReport>(i).result.size >= 4;
            if (i.kind == EntityKind::Condition) {
                const auto& c = as<record::Condition>(i);
                n["problem tree"] += !c.related_problem.empty();
                n["diagnosis"] += c.clinical_status.coding.empty();
            }
            if (i.kind == EntityKind::AllergyIntolerance)
                n["no known allergies"] +=
                    as<record::AllergyIntolerance>(i).code.coding[0].code == "716186003";
            if (i.kind == EntityKind::Immunization)
                n["declined"] += as<record::Immunization>(i).status == "not-done";
            if (i.kind == EntityKind::MedicationRequest) {
                const auto& m = as<record::MedicationRequest>(i);
                n["post-dated"] += m.intent == "order" && m.authored_on > kAsOf;
                n["active repeat"] += m.intent == "plan" && m.status == "active";
            }
            if (i.kind == EntityKind::DocumentReference)
                n["bytes"] += !as<record::DocumentReference>(i).content[0].attachment.data.empty();
        }
    });
    for (const char* thing : {"label staff-restricted",
                              "label not-for-patient-access",
                              "label sensitive",
                              "label third-party",
                              "dead",
                              "dead without a date",
                              "month of birth",
                              "more than ASCII",
                              "superseded number",
                              "no NHS number",
                              "registration temporary",
                              "registration private",
                              "left",
                              "history",
                              "two components",
                              "year only",
                              "panel in a panel",
                              "local code",
                              "long text",
                              "panel",
                              "problem tree",
                              "diagnosis",
                              "no known allergies",
                              "declined",
                              "post-dated",
                              "active repeat",
                              "bytes"})
        CHECK_MESSAGE(n[thing] > 0, thing);
    for (std::size_t k = 0; k < record::kEntityKinds; ++k) {
        const auto kind = static_cast<EntityKind>(k);
        const bool rare = kind == EntityKind::Medication || kind == EntityKind::AuditEvent;
        CHECK_MESSAGE(kinds.contains(kind) == !rare, record::name_of(kind));
    }
}

TEST_CASE("synthetic: with fields=all every declared field is filled somewhere") {
    const auto source = open("patients=1500,seed=2,size=30,fields=all");
    std::set<std::string> want, have;
    each_record(*source, [&](const Record& r) {
        for (const Item& i : r.items) filled(i.entity, record::type_of(i.kind), have);
    });
    for (std::size_t k = 0; k < record::kEntityKinds; ++k)
        declared(record::type_of(static_cast<EntityKind>(k)), want);
    for (const std::string& field : want) {
        const std::string last = field.substr(field.find('.'));
        if (last == ".contained" || last == ".extension") continue;  // what the model does not know
        CHECK_MESSAGE(have.contains(field) != kNever.contains(field), field);
    }
}

TEST_CASE("synthetic: what may stand in a code is said in fill.csv") {
    std::set<std::string> all;
    for (std::size_t k = 0; k < record::kEntityKinds; ++k)
        declared(record::type_of(static_cast<EntityKind>(k)), all);
    std::size_t used = 0;
    for (const std::string& field : all) used += Tables::get().fill(field) != nullptr;
    for (const char* any : {"*.id", "*.language", "*.contained", "*.extension", "*.inferred", "*.sourceRow"})
        used += Tables::get().fill(any) != nullptr;
    CHECK_MESSAGE(used == Tables::get().fills(), "a row of fill.csv names no field");
}

TEST_CASE("synthetic: validate finds no errors") {
    validate::Rules rules;
    rules.no_known_allergy = {{"http://snomed.info/sct", "716186003", "No known allergy", "any", ""}};
    for (const char* place : {"patients=400,seed=7", "patients=150,seed=7,fields=all"}) {
        const auto source = open(place);
        rules.census = &source->census();
        Sink sink;
        std::size_t entities = 0;
        each_record(*source, [&](const Record& r) {
            entities += r.items.size();
            validate::check_record(r, rules, sink);
        });
        for (const Issue& i : sink.errors) CHECK_MESSAGE(false, i.code << " " << i.resource << " " << i.path);
        // With every field filled, facts need not agree with each other.
        const std::size_t most = source->census().patients.size() == 400 ? entities / 50 : entities / 20;
        CHECK_MESSAGE(sink.warnings < most, sink.warnings << " warnings in " << entities);
    }
}
