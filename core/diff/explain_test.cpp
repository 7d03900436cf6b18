#include "core/diff/explain.hpp"

#include <doctest/doctest.h>

#include "core/diff/memory_source.hpp"
#include "core/util/error.hpp"

using namespace gpswitch;
using namespace gpswitch::diff;
using namespace gpswitch::diff::test;
using mapping::Carry;
using record::AllergyIntolerance;
using record::Condition;
using record::EntityKind;
using record::MedicationRequest;
using record::Observation;
using record::Patient;
using record::Record;

namespace {

struct Nobody : Writer {
    std::vector<Difference> all;
    void patient(const PatientDifferences& p) override {
        all.insert(all.end(), p.differences.begin(), p.differences.end());
    }
    void finish(const Totals&) override {}
};

/// One patient, AFTER read from a layout.
struct Layout {
    MemorySource before, after;
    Options options;
    Nobody out;
    Layout() {
        fill_clinic(before, 1);
        fill_clinic(after, 1);
        options.layout = true;
        options.code_systems = {{"http://snomed.info/sct", Codes::shared}};
    }
    void declare(const char* entity, const char* field, Carry::How how, const char* to = "") {
        options.carry.push_back({entity, field, to, "declared", how, 0});
    }
    Totals run() {
        out = {};
        return compare({&before, {}}, {&after, {}}, options, out);
    }
    /// The one rule that explained it; empty: none did.
    std::string rule() {
        const Totals t = run();
        return t.unexplained == 0 && t.rules.size() == 1 ? t.rules.begin()->first : std::string();
    }
};

/// A Target that says of each item what the test has it say.
struct Foresees : record::Foresight {
    using Say = std::function<void(const Record&, std::uint32_t, std::vector<record::Foreseen>&)>;
    explicit Foresees(Say s) : say(std::move(s)) {}
    void foresee(const Record& r, std::vector<record::Foreseen>& out) const override {
        for (std::uint32_t i = 0; i < r.items.size(); ++i) say(r, i, out);
    }
    Say say;
};

record::Coding coding(const char* system, const char* code, const char* display = "") {
    return {system, {}, code, display, {}, {}, {}};
}
constexpr const char* kSnomed = "http://snomed.info/sct";
constexpr const char* kLocal = "https://gpswitch.org/CodeSystem/example-local";

}  // namespace

TEST_CASE("diff: numbers of equal value, whatever their places") {
    for (const auto& [a, b] :
         {std::pair("5.0", "5.000"), std::pair("120", "120.000"), std::pair("0", "0.00"),
          std::pair("-1.50", "-1.5"), std::pair("0.5", "00.50"), std::pair("100", "100.")}) {
        CAPTURE(a);
        CHECK(same_number(a, b));
        CHECK(same_number(b, a));
    }
    for (const auto& [a, b] : {std::pair("5.0", "5.01"), std::pair("120", "12"), std::pair("1", "-1"),
                               std::pair("10", "1"), std::pair("0.05", "0.5"), std::pair("", "0"),
                               std::pair("1e3", "1000"), std::pair("about 5", "5")}) {
        CAPTURE(a);
        CHECK_FALSE(same_number(a, b));
    }
}

TEST_CASE("diff: what any layout does is explained where AFTER is one, and nowhere else") {
    struct Row {
        const char* rule;
        void (*change)(Record&);
    };
    const Row rows[] = {
        {"*: the number with other places",
         [](Record& r) { nth<Observation>(r).value_quantity.value = "81.500"; }},
        {"*.coding: the layout's own code beside it",
         [](Record& r) { nth<Observation>(r).code.coding.add(r.arena) = coding(kLocal, "x"); }},
        {"*.identifier: keys of the system it lies in",
         [](Record& r) {
             auto& i = nth<Observation>(r).identifier.add(r.arena);
             i.system = "https://gpswitch.org/Id/example/Table";
             i.value = "7";
         }},
        {"*.inferred: said by whoever read it",
         [](Record& r) { nth<Observation>(r).inferred.add(r.arena) = "status: assumed final"; }},
        {"*.rest: a column that the model has no field for",
         [](Record& r) {
             nth<Observation>(r).rest.add(r.arena) = {"Table.Column", "1"};
         }},
    };
    for (const Row& row : rows) {
        CAPTURE(row.rule);
        Layout l;
        l.after.change(0, row.change);
        CHECK(l.rule() == row.rule);
        l.options.layout = false;
        CHECK(l.run().unexplained == 1);
    }
}

TEST_CASE(
    "diff: a layout changes no value, takes no national code and adds none of a system that was there") {
    using Change = void (*)(Record&);
    for (const Change change :
         {Change([](Record& r) { nth<Observation>(r).value_quantity.value = "81.51"; }),
          Change([](Record& r) { nth<Observation>(r).code.coding[0].code = "1"; }),
          Change([](Record& r) { nth<Observation>(r).code.coding.size = 0; }),
          Change([](Record& r) { nth<Observation>(r).code.coding.add(r.arena) = coding(kSnomed, "2"); }),
          Change([](Record& r) {
              nth<Observation>(r).component.size = 0, nth<Observation>(r, 1).component.size = 1;
          }),
          Change([](Record& r) { remove_nth<Observation>(r); })}) {
        Layout l;
        l.after.change(0, change);
        CHECK(l.run().unexplained == 1);
    }
}

TEST_CASE("diff: a code of the other system's own may go when its words stay, even an allergy's") {
    for (const bool stay : {true, false}) {
        Layout l;
        l.before.change(0, [](Record& r) {
            nth<AllergyIntolerance>(r).code = {};
            nth<AllergyIntolerance>(r).code.coding.add(r.arena) = coding(kLocal, "A1", "Allergy to candles");
        });
        l.after.change(0, [stay](Record& r) {
            nth<AllergyIntolerance>(r).code = {};
            nth<AllergyIntolerance>(r).code.coding.add(r.arena) =
                coding("urn:layout", "9", stay ? "Allergy to candles" : "Allergy");
        });
        const Totals t = l.run();
        CHECK(t.unexplained == (stay ? 0 : 1));
        CHECK(t.never == (stay ? 0 : 1));
    }
}

TEST_CASE("diff: what AFTER says it inferred is explained, but for what may never be lost") {
    Layout l;
    l.after.change(0, [](Record& r) {
        auto& o = nth<Observation>(r);
        o.status = "final";
        o.inferred.add(r.arena) = "status, issued: not in the extract, assumed final";
    });
    const Totals t = l.run();
    CHECK(t.unexplained == 0);
    CHECK(t.rules.contains("Observation.status: inferred: not in the extract, assumed final"));
    // A resolved allergy does not become an active one by inference.
    Layout never;
    const auto status = [](const char* code) {
        return [code](Record& r) {
            auto& a = nth<AllergyIntolerance>(r);
            a.clinical_status.coding.add(r.arena) = coding("urn:status", code);
            if (code == std::string("active")) a.inferred.add(r.arena) = "clinicalStatus: assumed active";
        };
    };
    never.before.change(0, status("resolved"));
    never.after.change(0, status("active"));
    CHECK(never.run().unexplained == 1);
}

TEST_CASE("diff: a loss is explained when it was foreseen of that very entry and field, and of no other") {
    const auto no_note = [](Record& r) { nth<Observation>(r, 1).note.size = 0; };
    const auto with_note = [](Record& r) { nth<Observation>(r, 1).note.add(r.arena).text = "see letter"; };
    const auto says = [](std::string_view id, const char* path, record::Foreseen::How how) {
        return [=](const Record& r, std::uint32_t i, std::vector<record::Foreseen>& out) {
            if (r.items[i].entity->id == id) out.push_back({i, how, path, "no column"});
        };
    };
    using How = record::Foreseen::How;
    Layout l;
    l.before.change(0, no_note);
    l.after.change(0, no_note);
    l.before.change(0, with_note);
    std::string lost, other;
    l.before.change(0, [&](Record& r) {
        lost = nth<Observation>(r, 1).id;
        other = nth<Observation>(r, 0).id;
    });
    l.run();
    CHECK(l.run().unexplained == 1);
    for (const auto& [id, path, how, explained] :
         std::vector<std::tuple<std::string, const char*, How, bool>>{
             {lost, "note", How::lost, true},
             {lost, "note.text", How::lost, true},
             {lost, "valueQuantity", How::lost, false},
             {lost, "not", How::lost, false},
             // Nothing is left of it.
             {lost, "note", How::first, false},
             {other, "note", How::lost, false}}) {
        CAPTURE(id);
        CAPTURE(std::string(path));
        CAPTURE(lost);
        CAPTURE(static_cast<int>(how));
        Foresees target(says(id, path, how));
        l.options.foresight = {&target};
        CHECK(l.run().unexplained == (explained ? 0 : 1));
    }
    // What AFTER has instead must be a part of it.
    l.after.change(0, [](Record& r) { nth<Observation>(r, 1).note.add(r.arena).text = "another"; });
    Foresees target(says(lost, "note", How::lost));
    l.options.foresight = {&target};
    CHECK(l.run().unexplained == 1);
}

TEST_CASE("diff: a loss in one item of a list excuses no other") {
    using How = record::Foreseen::How;
    for (const char* path : {"component[0].valueQuantity", "component[1].valueQuantity", "component[1]",
                             "component.valueQuantity", "component[10].valueQuantity"}) {
        Layout l;
        l.after.change(0, [](Record& r) { nth<Observation>(r, 1).component[1].value_quantity = {}; });
        Foresees target([&](const Record& r, std::uint32_t i, std::vector<record::Foreseen>& out) {
            if (r.items[i].entity->id == "bp-0") out.push_back({i, How::lost, path, "no column"});
        });
        l.options.foresight = {&target};
        CAPTURE(std::string(path));
        const std::string_view p(path);
        CHECK(l.run().unexplained ==
              (p.starts_with("component[0]") || p.starts_with("component[10]") ? 1 : 0));
    }
}

TEST_CASE("diff: a layout's own code is made anew where that was foreseen, for the same words only") {
    struct Row {
        const char *system, *display;
        bool foreseen;
        int unexplained;
    };
    for (const Row& row : {Row{kLocal, "Peak flow", true, 0}, Row{kLocal, "Peak flow", false, 1},
                           Row{kLocal, "Peak flow at home", true, 1}, Row{kSnomed, "Peak flow", true, 1}}) {
        CAPTURE(std::string(row.system));
        CAPTURE(std::string(row.display));
        Layout l;
        const auto coded = [](const char* system, const char* code, const char* display) {
            return [=](Record& r) {
                nth<Observation>(r).code.coding.size = 0;
                nth<Observation>(r).code.coding.add(r.arena) = coding(system, code, display);
            };
        };
        l.before.change(0, coded(row.system, "17", "Peak flow"));
        l.after.change(0, coded(row.system, "4711", row.display));
        Foresees target([&](const Record& r, std::uint32_t i, std::vector<record::Foreseen>& out) {
            if (row.foreseen && r.items[i].kind == EntityKind::Observation)
                out.push_back({i, record::Foreseen::How::own, "", "made"});
        });
        l.options.foresight = {&target};
        CHECK(l.run().unexplained == static_cast<std::uint64_t>(row.unexplained));
    }
}

TEST_CASE("diff: what AFTER inferred excuses another value only where the field was said to be lost") {
    for (const bool foreseen : {true, false}) {
        Layout l;
        l.before.change(0, [](Record& r) { nth<Observation>(r).status = "amended"; });
        l.after.change(0, [](Record& r) {
            nth<Observation>(r).status = "final";
            nth<Observation>(r).inferred.add(r.arena) = "status: assumed final";
        });
        Foresees target([&](const Record& r, std::uint32_t i, std::vector<record::Foreseen>& out) {
            if (foreseen && r.items[i].kind == EntityKind::Observation)
                out.push_back({i, record::Foreseen::How::lost, "status", "no column"});
        });
        l.options.foresight = {&target};
        CHECK(l.run().unexplained == (foreseen ? 0 : 1));
    }
}

TEST_CASE("diff: a dose joined with another is explained where it was foreseen; a dose that is gone never") {
    for (const bool joined : {true, false})
        for (const bool foreseen : {true, false}) {
            Layout l;
            l.before.change(0, [](Record& r) {
                nth<MedicationRequest>(r).dosage_instruction.add(r.arena).text = "two at night";
            });
            l.after.change(0, [&](Record& r) {
                auto& text = nth<MedicationRequest>(r).dosage_instruction[0].text;
                if (joined) text = r.arena.join(text, "; two at night");
            });
            Foresees target([&](const Record& r, std::uint32_t i, std::vector<record::Foreseen>& out) {
                if (foreseen && r.items[i].kind == EntityKind::MedicationRequest)
                    out.push_back({i, record::Foreseen::How::lost, "dosageInstruction", "joined"});
            });
            l.options.foresight = {&target};
            CAPTURE(joined);
            CAPTURE(foreseen);
            CHECK(l.run().unexplained == (joined && foreseen ? 0 : 1));
        }
}

TEST_CASE("diff: code systems are read from a table") {
    const auto all = load_code_systems(
        "system,codes,why\nhttp://a,shared,x\nhttp://b/*,shared,y\nhttp://b/none,nothing,z\n", "t.csv");
    REQUIRE(all.size() == 3);
    CHECK(all[2].codes == Codes::nothing);
    for (const char* wrong : {"system,codes,why\nhttp://a,mine,x\n", "system,codes\nhttp://a,own\n",
                              "system,codes,why\nhttp://a,own,x\nhttp://a,own,y\n"})
        CHECK_THROWS_AS(load_code_systems(wrong, "t.csv"), MappingError);
}

TEST_CASE("diff: a missing entry is explained when it was foreseen; a dangerous one only when it is held") {
    using How = record::Foreseen::How;
    for (const How how : {How::held, How::derived, How::other}) {
        Layout l;
        l.after.change(0, [](Record& r) {
            std::erase_if(r.items,
                          [](const record::Item& i) { return i.kind == EntityKind::AllergyIntolerance; });
        });
        Foresees target([how](const Record& r, std::uint32_t i, std::vector<record::Foreseen>& out) {
            if (r.items[i].kind == EntityKind::AllergyIntolerance) out.push_back({i, how, "", "X-1"});
        });
        l.options.foresight = {&target};
        const Totals t = l.run();
        CHECK(t.never == (how == How::held ? 0 : 1));
        CHECK(t.rules.contains("held: X-1") == (how == How::held));
    }
}

TEST_CASE("diff: each way of carry.csv explains what it says and no more") {
    const auto two_names = [](Record& r) { nth<Patient>(r).name.add(r.arena).family = "Before"; };
    SUBCASE("lost: only where nothing stands there any more") {
        Layout l;
        l.before.change(0, two_names);
        l.declare("Patient", "name", Carry::How::lost);
        CHECK(l.run().unexplained == 1);
        l.after.change(0, [](Record& r) { nth<Patient>(r).name.size = 0; });
        CHECK(l.run().unexplained == 0);
    }
    SUBCASE("order") {
        Layout l;
        l.before.change(0, two_names);
        l.after.change(0, two_names);
        l.after.change(0, [](Record& r) { std::swap(nth<Patient>(r).name[0], nth<Patient>(r).name[1]); });
        CHECK(l.run().unexplained == 1);
        l.declare("Patient", "name", Carry::How::order);
        CHECK(l.rule() == "Patient.name: declared");
    }
    SUBCASE("changed: to these words only") {
        Layout l;
        l.before.change(0, [](Record& r) { nth<Observation>(r).status = "final"; });
        l.after.change(0, [](Record& r) { nth<Observation>(r).status = "unknown"; });
        CHECK(l.run().unexplained == 1);
        l.declare("Observation", "status", Carry::How::changed, "final|amended");
        CHECK(l.run().unexplained == 1);
        l.declare("Observation", "status", Carry::How::changed, "amended|unknown");
        CHECK(l.rule() == "Observation.status: declared");
    }
    SUBCASE("made") {
        Layout l;
        l.after.change(0, [](Record& r) { nth<Observation>(r).status = "final"; });
        CHECK(l.run().unexplained == 1);
        l.declare("Observation", "status", Carry::How::made);
        CHECK(l.rule() == "Observation.status: declared");
        l.before.change(0, [](Record& r) { nth<Observation>(r).status = "amended"; });
        CHECK(l.run().unexplained == 1);
    }
    SUBCASE("words: only when every text of it stands in a note") {
        for (const char* words : {"Dose: 0.5 ml", "Dose: 0.5", ""}) {
            Layout l;
            const auto vaccine = [](const char* note) {
                return [note](Record& r) {
                    auto& v = r.add<record::Immunization>();
                    v.id = "vac";
                    if (note == nullptr) v.dose_quantity.value = "0.5", v.dose_quantity.unit = "ml";
                    if (note != nullptr && *note != '\0') v.note.add(r.arena).text = note;
                };
            };
            l.before.change(0, vaccine(nullptr));
            l.after.change(0, vaccine(words));
            l.declare("Immunization", "doseQuantity", Carry::How::words);
            l.declare("Immunization", "doseQuantity", Carry::How::lost);
            l.declare("Immunization", "note", Carry::How::made);
            CAPTURE(words);
            const bool all = std::string(words) == "Dose: 0.5 ml";
            CHECK(l.run().unexplained == (all ? 0 : 1));
            CHECK(l.run().never == (all ? 0 : 1));
        }
    }
    SUBCASE("label: covered by the one it names, and by no other") {
        for (const char* now : {"staff-restricted", "sensitive"}) {
            Layout l;
            l.declare("*", "meta.security", Carry::How::label, "staff-restricted");
            l.after.change(0, [now](Record& r) {
                nth<Condition>(r).meta.security.size = 0;
                nth<Condition>(r).meta.security.add(r.arena).code = now;
            });
            const bool covered = std::string(now) == "staff-restricted";
            CHECK(l.run().unexplained == (covered ? 0 : 1));
            CHECK(l.run().never == (covered ? 0 : 1));
        }
    }
    SUBCASE("a whole entry is made only when it repeats the patient's code") {
        for (const char* code : {"white", "black"}) {
            Layout l;
            const auto ethnic = [](Record& r) {
                nth<Patient>(r).ethnic_category.coding.add(r.arena) = coding("urn:ethnic", "white");
            };
            l.before.change(0, ethnic);
            l.after.change(0, ethnic);
            l.after.change(0, [code](Record& r) {
                auto& o = r.add<Observation>();
                o.id = "more";
                o.code.coding.add(r.arena) = coding("urn:ethnic", code);
            });
            l.declare("Observation", "", Carry::How::made, "ethnicCategory");
            CHECK(l.run().unexplained == (std::string(code) == "white" ? 0 : 1));
        }
    }
}

TEST_CASE("diff: an entry that the target held is explained by its code, and what leads to it") {
    Layout l;
    l.after.change(0, [](Record& r) {
        remove_nth<AllergyIntolerance>(r);
        remove_nth<record::Encounter>(r);
        for (std::size_t n = 0; n < 2; ++n) nth<Observation>(r, n).encounter = {};
    });
    const Totals lost = l.run();
    CHECK(lost.unexplained == 4);
    CHECK(lost.never == 1);
    Foresees target([](const Record& r, std::uint32_t i, std::vector<record::Foreseen>& out) {
        const std::string_view id = r.items[i].entity->id;
        if (id == "alg-0") out.push_back({i, record::Foreseen::How::held, "", "X-WRITE-004"});
        if (id == "enc-0") out.push_back({i, record::Foreseen::How::held, "", "X-WRITE-002"});
    });
    l.options.foresight = {&target};
    const Totals t = l.run();
    CHECK(t.unexplained == 0);
    CHECK(t.rules.at("held: X-WRITE-004") == 1);
    CHECK(t.rules.at("held: X-WRITE-002") == 3);
}

TEST_CASE("diff: staff with other ids pair by who refers to them, one to one, and by name") {
    const auto clinic = [](MemorySource& s, const char* id, const char* other) {
        s.add("p", [id, other](Record& r) {
            clinic_patient(r, 0);
            nth<Observation>(r).performer.add(r.arena).reference = r.arena.join("Practitioner/", id);
            nth<Observation>(r, 1).performer.add(r.arena).reference = r.arena.join("Practitioner/", other);
            r.needs.clear();
            for (const char* need : {id, other}) r.needs.push_back({EntityKind::Practitioner, need, 0});
        });
    };
    const auto doctor = [](MemorySource& s, const char* id, const char* name) {
        s.practice(EntityKind::Practitioner, id, [id, name](Record& r) {
            auto& d = r.add<record::Practitioner>();
            d.id = id;
            d.name.add(r.arena).family = name;
        });
    };
    const auto differences = [&](const char* first, const char* second, const char* b_name) {
        MemorySource before, after;
        clinic(before, "a", "b");
        doctor(before, "a", "Adams");
        doctor(before, "b", "Brown");
        clinic(after, first, second);
        doctor(after, "x", "Adams");
        doctor(after, "y", b_name);
        Options options;
        options.layout = true;
        Nobody out;
        return compare({&before, {}}, {&after, {}}, options, out).unexplained;
    };
    CHECK(differences("x", "y", "Brown") == 0);
    // The other's work is not hers, and a doctor of another name is another.
    CHECK(differences("y", "x", "Brown") == 2);
    CHECK(differences("x", "x", "Brown") == 2);
    CHECK(differences("x", "y", "Green") > 0);
}

TEST_CASE("diff: siblings may each lack what their layout cannot carry") {
    Layout l;
    l.declare("Observation", "note", Carry::How::lost);
    l.before.change(0, [](Record& r) { nth<Observation>(r).note.size = 0; });
    CHECK(l.run().unexplained == 1);
    l.options.siblings = true;
    CHECK(l.run().unexplained == 0);
    // And nothing else.
    l.after.change(0, [](Record& r) { nth<Observation>(r).status = "final"; });
    CHECK(l.run().unexplained == 1);
}
