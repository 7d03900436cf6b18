#include "core/diff/diff.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "core/diff/memory_source.hpp"
#include "core/diff/path.hpp"
#include "core/util/error.hpp"

using namespace gpswitch;
using namespace gpswitch::diff;
using namespace gpswitch::diff::test;
using record::AllergyIntolerance;
using record::Condition;
using record::Encounter;
using record::EntityKind;
using record::FhirList;
using record::Flag;
using record::Item;
using record::MedicationRequest;
using record::Observation;
using record::Patient;
using record::Practitioner;
using record::Record;
using record::Reference;
using record::Slot;
using record::Text;
using record::type_of;

namespace {

struct Collector : Writer {
    std::vector<PatientDifferences> patients;
    Totals totals;
    void patient(const PatientDifferences& p) override { patients.push_back(p); }
    void finish(const Totals& t) override { totals = t; }
    const Difference* find(Kind kind, EntityKind entity) const {
        for (const auto& p : patients)
            for (const Difference& d : p.differences)
                if (d.kind == kind && d.entity == entity) return &d;
        return nullptr;
    }
};

struct Clinics {
    MemorySource before, after;
    Options options;
    Collector out;
    explicit Clinics(int patients = 6) {
        fill_clinic(before, patients);
        fill_clinic(after, patients);
    }
    const Totals& run() {
        out = {};
        out.totals = compare({&before, {}}, {&after, {}}, options, out);
        const Totals& t = out.totals;
        // Every entity of either side is counted once.
        std::uint64_t lost = 0, gained = 0;
        for (const auto& [what, n] : t.unexplained_by) {
            if (what.first == Kind::only_before) lost += n;
            if (what.first == Kind::only_after) gained += n;
        }
        CHECK(t.entities_before + gained == t.equal + t.explained + t.unexplained);
        CHECK(t.entities_after + lost <= t.equal + t.explained + t.unexplained);
        return out.totals;
    }
};

// Other ids everywhere, references with them; the source rows stay.
void rekey(Record& r) {
    const auto other = [&](Text s) { return r.arena.join("new-", s); };
    for (const Item& item : r.items) {
        item.entity->id = other(item.entity->id);
        for_each_reference(item.entity, type_of(item.kind), [&](Reference& ref) {
            const std::size_t slash = ref.reference.find('/');
            ref.reference =
                r.arena.join(ref.reference.substr(0, slash + 1), "new-", ref.reference.substr(slash + 1));
        });
    }
    r.patient_id = other(r.patient_id);
}

}  // namespace

TEST_CASE("diff: equal sides have no differences and are read once") {
    Clinics c;
    const Totals& t = c.run();
    CHECK(t.differences() == 0);
    CHECK(t.explained == 0);
    CHECK(t.patients_paired == 6);
    CHECK(t.equal == 6 * kClinicEntities + 2);
    CHECK(t.entities_before == t.equal);
    CHECK(c.before.reads == 6);
    CHECK(c.after.reads == 6);
    CHECK(c.out.patients.empty());
}

TEST_CASE("diff: the order of patients and of entities within a patient says nothing") {
    Clinics c;
    c.after.reverse();
    c.after.change_all([](Record& r) { std::reverse(r.items.begin(), r.items.end()); });
    CHECK(c.run().differences() == 0);
    CHECK(c.after.reads == 6);
}

TEST_CASE("diff: other ids on the other side, references following") {
    Clinics c;
    c.after.change_all(rekey);
    CHECK(c.run().differences() == 0);
    CHECK(c.out.totals.paired_by.at("source key") == 6);

    // Without source rows: by hash, and what differs by code and time.
    const auto forget = [](Record& r) {
        for (const Item& i : r.items) i.entity->source.size = 0;
    };
    c.before.change_all(forget);
    c.after.change_all(forget);
    CHECK(c.run().differences() == 0);
    c.after.change(2, [](Record& r) { nth<Observation>(r).value_quantity.value = "81.5"; });
    CHECK(c.run().differences() == 1);
    const Difference* d = c.out.find(Kind::changed, EntityKind::Observation);
    REQUIRE(d != nullptr);
    REQUIRE(d->fields.size() == 1);
    CHECK(d->fields[0].path == "valueQuantity.value");
    CHECK(d->fields[0].before.empty());
}

TEST_CASE("diff: N planted faults are exactly N unexplained differences") {
    struct Fault {
        const char* what;
        Kind kind;
        EntityKind entity;
        const char* path;
        const char* never;
        std::vector<std::pair<std::size_t, Build>> changes;  ///< of AFTER
    };
    const Fault faults[] = {
        {"dose changed",
         Kind::changed,
         EntityKind::MedicationRequest,
         "dosageInstruction[0].text",
         "a dose",
         {{0, [](Record& r) { nth<MedicationRequest>(r).dosage_instruction[0].text = "two daily"; }}}},
        {"date changed",
         Kind::changed,
         EntityKind::Observation,
         "effectiveDateTime",
         "",
         {{0, [](Record& r) { nth<Observation>(r).effective_date_time = "2020-01-03"; }}}},
        {"date less precise",
         Kind::changed,
         EntityKind::Encounter,
         "period.start",
         "",
         {{1, [](Record& r) { nth<Encounter>(r).period.start = "2020-01"; }}}},
        {"code changed",
         Kind::changed,
         EntityKind::Condition,
         "code.coding[0].code",
         "an active problem",
         {{1, [](Record& r) { nth<Condition>(r).code.coding[0].code = "44054006"; }}}},
        {"component changed",
         Kind::changed,
         EntityKind::Observation,
         "component[1].valueQuantity.value",
         "",
         {{1, [](Record& r) { nth<Observation>(r, 1).component[1].value_quantity.value = "81"; }}}},
        {"allergy missing",
         Kind::only_before,
         EntityKind::AllergyIntolerance,
         "",
         "an allergy",
         {{2, [](Record& r) { remove_nth<AllergyIntolerance>(r); }}}},
        {"row under another patient",
         Kind::moved,
         EntityKind::Observation,
         "",
         "",
         {{2, [](Record& r) { remove_nth<Observation>(r); }},
          {3,
           [](Record& r) {
               Record other;
               clinic_patient(other, 2);
               auto& o = r.add<Observation>();
               record::copy(&nth<Observation>(other), &o, type_of<Observation>(), r.arena);
               o.subject.reference = "Patient/pat-3";
           }}}},
        {"row doubled",
         Kind::only_after,
         EntityKind::Encounter,
         "",
         "",
         {{3,
           [](Record& r) {
               const Encounter copy = nth<Encounter>(r);
               r.add<Encounter>() = copy;
               r.items.back().entity->id = "enc-3-again";
           }}}},
        {"row doubled with its id",
         Kind::only_after,
         EntityKind::Flag,
         "",
         "",
         {{3,
           [](Record& r) {
               const Flag copy = nth<Flag>(r);
               r.add<Flag>() = copy;
           }}}},
        {"label removed",
         Kind::changed,
         EntityKind::Condition,
         "meta.security[0]",
         "a confidentiality label",
         {{4, [](Record& r) { nth<Condition>(r).meta.security.size = 0; }}}},
        {"order of list changed",
         Kind::changed,
         EntityKind::List,
         "entry",
         "",
         {{4, [](Record& r) { std::swap(nth<FhirList>(r).entry[0], nth<FhirList>(r).entry[1]); }}}},
        {"list entry missing",
         Kind::changed,
         EntityKind::List,
         "entry[1]",
         "",
         {{5,
           [](Record& r) {
               auto& e = nth<FhirList>(r).entry;
               e[1] = e[2];
               e.size = 2;
           }}}},
        {"belongs to another patient by its own word",
         Kind::changed,
         EntityKind::Flag,
         "subject.reference",
         "",
         {{5, [](Record& r) { nth<Flag>(r).subject.reference = "Patient/pat-0"; }}}},
        {"NHS number changed",
         Kind::changed,
         EntityKind::Patient,
         "identifier[0].value",
         "",
         {{5, [](Record& r) { nth<Patient>(r).identifier[0].value = "9990000077"; }}}},
    };
    Clinics all;
    for (const Fault& fault : faults) {
        CAPTURE(fault.what);
        Clinics c;
        for (const auto& [patient, change] : fault.changes) {
            c.after.change(patient, change);
            all.after.change(patient, change);
        }
        CHECK(c.run().differences() == 1);
        const Difference* d = c.out.find(fault.kind, fault.entity);
        REQUIRE(d != nullptr);
        CHECK(d->never == fault.never);
        CHECK(d->severity() == Severity::error);
        if (*fault.path != 0) {
            REQUIRE(d->fields.size() == 1);
            CHECK(d->fields[0].path == fault.path);
        }
        if (fault.kind == Kind::moved) CHECK(d->moved_to == "Patient/pat-3");
    }
    CHECK(all.run().differences() == std::size(faults));
}

TEST_CASE("diff: two patients' rows swapped are two moves") {
    Clinics c;
    for (int n : {0, 1})
        c.after.change(static_cast<std::size_t>(n), [n](Record& r) {
            Record other;
            clinic_patient(other, 1 - n);
            record::copy(&nth<AllergyIntolerance>(other), &nth<AllergyIntolerance>(r),
                         type_of<AllergyIntolerance>(), r.arena);
        });
    // The allergies have neither date nor another code: pairing them by code would hide the swap in ids
    // alone.
    c.run();
    CHECK(c.out.totals.differences() == 2);
}

TEST_CASE("diff: what is declared is explained and counted, and must then be equal") {
    Clinics c;
    c.options.cannot_carry = {{"Observation", "note", "no room for notes"},
                              {"Encounter", "", "no consultations"},
                              {"*", "language", "not kept"}};
    c.after.change_all([](Record& r) {
        nth<Observation>(r).note.size = 0;
        remove_nth<Encounter>(r);
    });
    c.options.list_explained = true;
    CHECK(c.run().differences() == 0);
    CHECK(c.out.totals.explained == 12);
    CHECK(c.out.totals.rules.at("Observation.note: no room for notes") == 6);
    CHECK(c.out.totals.rules.at("Encounter: no consultations") == 6);
    CHECK(c.out.find(Kind::changed, EntityKind::Observation)->code() == "DIFF-EXP-001");

    // A field that is lost beside a declared one is not explained by it.
    c.after.change(0, [](Record& r) { nth<Observation>(r).value_quantity.value = {}; });
    CHECK(c.run().differences() == 1);
    // Nor is a note that became another.
    c.after.change(1, [](Record& r) { nth<Observation>(r).note.add(r.arena).text = "other"; });
    CHECK(c.run().differences() == 2);
    CHECK(c.out.totals.fields == 2);
}

TEST_CASE("diff: nested fields are projected in every list item") {
    Clinics c;
    c.options.cannot_carry = {{"Observation", "component.valueQuantity", "codes only"}};
    c.after.change(0, [](Record& r) {
        for (auto& component : nth<Observation>(r, 1).component) component.value_quantity = {};
    });
    CHECK(c.run().differences() == 0);
    c.after.change(0, [](Record& r) { nth<Observation>(r, 1).component[0].value_quantity.value = "120"; });
    CHECK(c.run().differences() == 1);
}

TEST_CASE("diff: some losses are never explainable, though declared") {
    struct Row {
        const char *entity, *field, *what;
        Build loss;
    };
    const Row rows[] = {
        {"AllergyIntolerance", "", "an allergy", [](Record& r) { remove_nth<AllergyIntolerance>(r); }},
        {"AllergyIntolerance", "code", "an allergy", [](Record& r) { nth<AllergyIntolerance>(r).code = {}; }},
        {"MedicationRequest", "dosageInstruction", "a dose",
         [](Record& r) { nth<MedicationRequest>(r).dosage_instruction.size = 0; }},
        {"MedicationRequest", "dosageInstruction.text", "a dose",
         [](Record& r) { nth<MedicationRequest>(r).dosage_instruction.size = 0; }},
        {"MedicationRequest", "", "an active repeat", [](Record& r) { remove_nth<MedicationRequest>(r); }},
        {"MedicationRequest", "status", "an active repeat",
         [](Record& r) { nth<MedicationRequest>(r).status = {}; }},
        {"Condition", "", "an active problem", [](Record& r) { remove_nth<Condition>(r); }},
        {"Condition", "clinicalStatus", "an active problem",
         [](Record& r) { nth<Condition>(r).clinical_status = {}; }},
        {"Flag", "", "a warning", [](Record& r) { remove_nth<Flag>(r); }},
        {"Condition", "meta", "a confidentiality label",
         [](Record& r) { nth<Condition>(r).meta.security.size = 0; }},
        {"*", "meta.security", "a confidentiality label",
         [](Record& r) { nth<Condition>(r).meta.security.size = 0; }},
        {"Condition", "meta.security.code", "a confidentiality label",
         [](Record& r) { nth<Condition>(r).meta.security.size = 0; }},
    };
    for (const Row& row : rows) {
        CAPTURE(row.entity);
        CAPTURE(row.field);
        Clinics c(1);
        c.options.cannot_carry = {{row.entity, row.field, "declared"}};
        c.after.change(0, row.loss);
        CHECK(c.run().differences() == 1);
        CHECK(c.out.totals.never == 1);
        REQUIRE(c.out.patients.size() == 1);
        const Difference& d = c.out.patients[0].differences[0];
        CHECK(d.never == row.what);
        CHECK(d.rules.empty());
        CHECK(d.code() == "DIFF-NEV-001");
    }
    // The other direction: what is not active may be declared.
    Clinics c(1);
    c.options.cannot_carry = {{"Condition", "", "no problems"}, {"MedicationRequest", "", "no drugs"}};
    const auto past = [](Record& r) {
        nth<Condition>(r).clinical_status.coding[0].code = "resolved";
        nth<MedicationRequest>(r).status = "stopped";
    };
    c.before.change(0, past);
    c.after.change(0, [](Record& r) {
        remove_nth<Condition>(r);
        remove_nth<MedicationRequest>(r);
    });
    CHECK(c.run().differences() == 0);
    CHECK(c.out.totals.explained == 2);
}

TEST_CASE("diff: records held back") {
    const auto hold_back = [](Record& r) { r.held = "EMIS-PAT-001"; };
    Clinics c;
    c.before.change(1, hold_back);
    c.after.change(1, [](Record& r) { r.items.clear(); });
    CHECK(c.run().differences() == 0);
    CHECK(c.out.totals.held_before == 1);
    CHECK(c.out.totals.explained == kClinicEntities);
    CHECK(c.out.totals.rules.at("held: EMIS-PAT-001") == kClinicEntities);

    // Held on AFTER only: nothing of it counts as there.
    Clinics d;
    d.after.change(1, hold_back);
    CHECK(d.run().differences() == kClinicEntities);
    CHECK(d.out.totals.held_after == 1);

    // Held on BEFORE and yet there: compared like any other.
    Clinics e;
    e.before.change(1, hold_back);
    e.after.change(1, [](Record& r) { nth<Observation>(r).status = "final"; });
    CHECK(e.run().differences() == 1);
}

TEST_CASE("diff: patients on one side only") {
    Clinics c;
    c.before.add("key-lost", [](Record& r) {
        clinic_patient(r, 0);
        rekey(r);
        nth<Patient>(r).identifier.size = 0;
    });
    c.after.add("key-new", [](Record& r) {
        clinic_patient(r, 20);
        for (const Item& i : r.items) i.entity->source.size = 0;
    });
    CHECK(c.run().differences() == 2 * kClinicEntities);
    CHECK(c.out.totals.unpaired_before == 1);
    CHECK(c.out.totals.unpaired_after == 1);
    REQUIRE(c.out.patients.size() == 2);
    CHECK(c.out.patients[0].before == "Patient/new-pat-0");
    CHECK(c.out.patients[0].after.empty());
    CHECK(c.out.patients[1].after == "Patient/pat-20");
}

TEST_CASE("diff: practice-wide entities pair by id, needed or left over") {
    Clinics c;
    c.after.practice(EntityKind::Practitioner, "dr-1", [](Record& r) {
        clinic_practitioner(r, "dr-1");
        nth<Practitioner>(r).gender = "male";
    });
    c.after.leftover([](Record& r) { r.add<Slot>().id = "slot-2"; });
    CHECK(c.run().differences() == 2);
    REQUIRE(c.out.patients.size() == 1);
    CHECK(c.out.patients[0].before == "practice");
    REQUIRE(c.out.find(Kind::changed, EntityKind::Practitioner) != nullptr);
    CHECK(c.out.find(Kind::changed, EntityKind::Practitioner)->fields[0].path == "gender");
    CHECK(c.out.find(Kind::only_after, EntityKind::Slot)->after == "slot-2");

    // A left-over row that stands twice.
    Clinics d;
    d.after.leftover([](Record& r) {
        auto& s = r.add<Slot>();
        s.id = "slot-1";
        s.status = "free";
    });
    CHECK(d.run().differences() == 1);

    // Needed on one side, left over on the other; declared or not.
    Clinics e;
    e.before.leftover([](Record& r) { clinic_practitioner(r, "dr-2"); });
    e.after.change(3, [](Record& r) { r.needs.push_back({EntityKind::Practitioner, "dr-2", 7}); });
    e.after.practice(EntityKind::Practitioner, "dr-2", [](Record& r) { clinic_practitioner(r, "dr-2"); });
    CHECK(e.run().differences() == 0);
    e.before.leftover([](Record& r) { r.add<Slot>().id = "slot-3"; });
    e.options.cannot_carry = {{"Slot", "", "no free slots"}};
    CHECK(e.run().differences() == 0);
    CHECK(e.out.totals.explained == 1);
}

TEST_CASE("diff: paths may be left out, source rows may be taken in") {
    Clinics c;
    c.after.change(0, [](Record& r) {
        nth<Observation>(r).issued = "2020-01-02T00:00:00Z";
        nth<Observation>(r).source[0].key = "other";
        nth<Observation>(r).meta.profile.add(r.arena) = "p";
    });
    CHECK(c.run().differences() == 1);
    c.options.ignore = {"*.issued"};
    CHECK(c.run().differences() == 0);
    c.options.source_rows = true;
    CHECK(c.run().differences() == 1);
    for (const char* bad : {"Observation", "Observation.nothing", "Nothing.id", ".id", ""}) {
        CAPTURE(bad);
        c.options.ignore = {bad};
        CHECK_THROWS_AS(c.run(), UsageError);
    }
    c.options.ignore.clear();
    c.options.cannot_carry = {{"Observation", "nothing", "x"}};
    CHECK_THROWS_AS(c.run(), std::logic_error);
}

TEST_CASE("diff: the records are prepared before they are compared") {
    Clinics c;
    c.after.change_all([](Record& r) { nth<Flag>(r).status = "A"; });
    c.before.change_all([](Record& r) { nth<Flag>(r).status = "active"; });
    const auto prepare = [](Record& r) {
        for (const Item& i : r.items)
            if (i.kind == EntityKind::Flag) static_cast<Flag&>(*i.entity).status = "active";
    };
    CHECK(compare({&c.before, {}}, {&c.after, prepare}, c.options, c.out).differences() == 0);
}

TEST_CASE("diff: beyond the limit differences are handed on as they are") {
    Clinics c;
    c.after.change(0, [](Record& r) { remove_nth<Flag>(r); });
    c.after.change(5, [](Record& r) {
        Record other;
        clinic_patient(other, 0);
        record::copy(&nth<Flag>(other), &r.add<Flag>(), type_of<Flag>(), r.arena);
    });
    CHECK(c.run().differences() == 1);
    c.options.hold = 1;
    CHECK(c.run().differences() == 2);
    CHECK(c.out.patients.size() == 2);
}
