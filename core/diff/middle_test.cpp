#include "core/diff/middle.hpp"

#include <doctest/doctest.h>

#include "core/diff/memory_source.hpp"
#include "core/record/made_number.hpp"

using namespace gpswitch;
using namespace gpswitch::diff;
using namespace gpswitch::diff::test;
using record::EntityKind;
using record::Foreseen;
using record::Observation;
using record::Record;

namespace {

struct Nobody : Writer {
    void patient(const PatientDifferences&) override {}
    void finish(const Totals&) override {}
};

/// Says of every Observation that its note is lost, or nothing.
struct Foresees : record::Foresight {
    void foresee(const Record& r, std::vector<Foreseen>& out) const override {
        for (std::uint32_t i = 0; i < r.items.size(); ++i)
            if (says && r.items[i].kind == EntityKind::Observation)
                out.push_back({i, Foreseen::How::lost, "note", "no room"});
    }
    bool says = true;
};

std::string number(EntityKind kind, const char* id) {
    const auto n = record::made_number(kind, id);
    return {n.data(), n.size()};
}

/// A patient without a number and an Observation; `key`: the id that their keys were made of.
void one(MemorySource& source, const char* id, const char* key, const char* code, bool note) {
    const auto named = [key](Record& r, EntityKind kind, record::Entity& e) {
        if (*key == '\0') return;
        record::Identifier& row = e.identifier.add(r.arena);
        row.system = "https://gpswitch.org/Id/example/Table";
        row.value = r.arena.copy(number(kind, key));
    };
    const std::string place = *key == '\0' ? "k" : number(EntityKind::Patient, key);
    source.add(place, [=](Record& r) {
        auto& p = r.add<record::Patient>();
        p.id = id;
        r.patient_id = id;
        named(r, EntityKind::Patient, p);
        auto& o = r.add<Observation>();
        o.id = id;
        named(r, EntityKind::Observation, o);
        o.code.text = code;
        if (note) o.note.add(r.arena).text = "see letter";
    });
}

}  // namespace

TEST_CASE("diff: entries pair by way of what lay between, and its losses explain") {
    for (const bool there : {true, false})
        for (const bool foreseen : {true, false}) {
            CAPTURE(there);
            CAPTURE(foreseen);
            // Nothing of AFTER's keys was made of BEFORE's.
            MemorySource before, middle, after;
            one(before, "a", "", "Peak flow", true);
            one(middle, "b", "a", "Peak flow", true);
            one(after, "c", "b", "Peak flow", false);
            Foresees target;
            target.says = foreseen;
            auto between = std::make_shared<Between>();
            between->side = {&middle, {}};
            between->foresight = {&target};
            Options options;
            options.layout = true;
            if (there) options.between = between;
            Nobody out;
            const Totals t = compare({&before, {}}, {&after, {}}, options, out);
            CHECK(t.patients_paired == (there ? 1 : 0));
            if (there) CHECK(t.paired_by.at("what lies between") == 1);
            // The patient, the entry; unpaired each counts twice.
            CHECK(t.unexplained == (!there ? 4 : foreseen ? 0 : 1));
        }
}

TEST_CASE("diff: of siblings each lacks what its own Target foresaw of their origin") {
    for (const bool of_before : {true, false}) {
        CAPTURE(of_before);
        MemorySource before, origin, after;
        one(origin, "o", "", "Peak flow", true);
        one(before, "a", "o", "Peak flow", !of_before);
        one(after, "b", "o", "Peak flow", of_before);
        Foresees target;
        auto between = std::make_shared<Between>();
        between->side = {&origin, {}};
        between->origin = true;
        Options options;
        options.siblings = true;
        options.between = between;
        Nobody out;
        (of_before ? between->foresight_before : between->foresight) = {&target};
        CHECK(compare({&before, {}}, {&after, {}}, options, out).unexplained == 0);
        // The other's foresight explains nothing.
        std::swap(between->foresight_before, between->foresight);
        CHECK(compare({&before, {}}, {&after, {}}, options, out).unexplained == 1);
    }
}
