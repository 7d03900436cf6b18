#include <algorithm>

#include "core/record/json.hpp"
#include "core/system/sqlite/schema.hpp"
#include "core/system/sqlite/test_store.hpp"
#include "core/util/error.hpp"

using namespace gpswitch;
using namespace gpswitch::record;
using namespace gpswitch::sqlite::test;

namespace {

std::string json_of(const Record& r) {
    std::string out;
    for (const Item& i : r.items) {
        append_json(out, i.kind, *i.entity);
        out += '\n';
    }
    return out;
}

void same_items(const Record& a, const Record& b) {
    REQUIRE(a.items.size() == b.items.size());
    for (std::size_t i = 0; i < a.items.size(); ++i) {
        CAPTURE(name_of(a.items[i].kind));
        REQUIRE(a.items[i].kind == b.items[i].kind);
        CHECK(equal(a.items[i].entity, b.items[i].entity, type_of(a.items[i].kind)));
    }
}

// Reads everything and has the ledger check it.
struct Everything {
    std::vector<std::unique_ptr<Record>> patients, practice;
    std::unique_ptr<ledger::Ledger> ledger;
};

Everything read_all(Source& source) {
    Everything all;
    all.ledger = std::make_unique<ledger::Ledger>(source.census());
    auto keep = [&](std::unique_ptr<Record> r, std::vector<std::unique_ptr<Record>>& where) {
        ledger::Account account;
        ledger::account(account, *r, ledger::settle(*r, source.census()));
        all.ledger->add(account);
        where.push_back(std::move(r));
    };
    for (std::uint32_t p = 0; p < source.census().patients.size(); ++p) {
        const std::uint32_t one[] = {p};
        auto r = std::make_unique<Record>();
        REQUIRE(source.read(one)->next(*r));
        for (const Need& n : r->needs) {
            auto found = std::make_unique<Record>();
            const bool again = std::any_of(all.practice.begin(), all.practice.end(),
                                           [&](const auto& x) { return x->items[0].entity->id == n.id; });
            if (!again && source.find(n, *found)) keep(std::move(found), all.practice);
        }
        keep(std::move(r), all.patients);
    }
    const auto rest = source.leftovers();
    for (auto r = std::make_unique<Record>(); rest->next(*r); r = std::make_unique<Record>())
        keep(std::move(r), all.practice);
    return all;
}

}  // namespace

TEST_CASE("sqlite: every field of every entity survives the store") {
    io::TestFolder folder;
    Package package;
    // Two patients with one entity of each type, and practice-wide ones in a record of their own.
    for (const char* key : {"p1", "p2"}) {
        package.records.push_back(std::make_unique<Record>());
        Record& r = *package.records.back();
        r.key = key;
        package.census.patients.push_back({key, 1});
        int n = key[1] * 100000;
        for (std::size_t k = kEntityKinds; k-- > static_cast<std::size_t>(EntityKind::Patient);)
            fill(&r.add(static_cast<EntityKind>(k)), type_of(static_cast<EntityKind>(k)), r.arena, n);
    }
    for (std::size_t k = 0; k < static_cast<std::size_t>(EntityKind::Patient); ++k) {
        package.records.push_back(std::make_unique<Record>());
        Record& r = *package.records.back();
        int n = 0;
        fill(&r.add(static_cast<EntityKind>(k)), type_of(static_cast<EntityKind>(k)), r.arena, n);
    }
    const std::string path = folder / "practice.db";
    package.import(path);
    CHECK(integrity(path) == "ok");

    const auto source = open(path);
    const Everything all = read_all(*source);
    CHECK_NOTHROW(all.ledger->check());
    REQUIRE(all.patients.size() == 2);
    for (std::size_t p = 0; p < 2; ++p) {
        same_items(*package.records[p], *all.patients[p]);
        CHECK(json_of(*package.records[p]) == json_of(*all.patients[p]));
    }
    REQUIRE(all.practice.size() == package.records.size() - 2);
    for (std::size_t i = 0; i < all.practice.size(); ++i)
        same_items(*package.records[i + 2], *all.practice[i]);
}

TEST_CASE("sqlite: thin entities survive too") {
    io::TestFolder folder;
    Package package;
    Record& r = package.patient("p", 1);
    auto& empty = r.add<Observation>();
    static_cast<void>(empty);
    auto& odd = r.add<Observation>();
    odd.id = "odd";
    odd.code.coding.add(r.arena);  // an empty coding
    odd.component.add(r.arena);    // an empty component
    odd.component.add(r.arena).code.text = "second";
    odd.identifier.add(r.arena);
    odd.note.add(r.arena);
    odd.value_quantity.value = "28.0";
    auto& dosage = r.add<MedicationRequest>().dosage_instruction;
    dosage.add(r.arena);
    dosage.add(r.arena).route.coding.add(r.arena).code = "oral";
    auto& raw = r.add<QuestionnaireResponse>();
    for (const char* item : {R"({"linkId":"1","text":"a,b]"})", R"({ "linkId" : "\u0032" })", "7"})
        raw.item.add(r.arena) = item;
    const std::string path = folder / "practice.db";
    package.import(path);
    const auto source = open(path);
    same_items(r, *read_all(*source).patients.at(0));
    CHECK(ask(path, "SELECT valueQuantity_value FROM Observation WHERE id='odd'") == "28.0");
    CHECK(ask(path, "SELECT typeof(valueQuantity_value) FROM Observation WHERE id='odd'") == "text");
}

TEST_CASE("sqlite: what a source says about itself") {
    io::TestFolder folder;
    Package package;
    package.census.system = "emis";
    package.census.practice = "{ABC}";
    package.census.ods = "A81001";
    package.census.as_of = "2025-03-01T02:00:00Z";
    package.census.absent = {"free text of \"sealed\" entries"};
    package.census.warnings = {"data in transit"};
    package.organization("org-2", 2);
    package.organization("org-1", 1);
    package.patient("a", 1);
    package.patient("b", 2);
    const std::string path = folder / "practice.db";
    package.import(path, 1);

    const auto source = open(path);
    const Census& c = source->census();
    CHECK(c.system == "sqlite");
    CHECK(c.practice == "{ABC}");
    CHECK(c.ods == "A81001");
    CHECK(c.as_of == "2025-03-01T02:00:00Z");
    CHECK(c.absent == package.census.absent);
    CHECK(c.warnings == package.census.warnings);
    CHECK(!c.source_codes);
    REQUIRE(c.inputs.size() == 1);
    CHECK(c.inputs[0].name == "practice.db");
    CHECK(c.inputs[0].sha256.size() == 64);
    REQUIRE(c.patients.size() == 2);
    CHECK(c.patients[1].key == "b");
    CHECK(c.patients[1].weight == 7);
    REQUIRE(c.tables.size() == 4);
    CHECK(c.tables[0].name == "Organization");
    CHECK(c.tables[0].rows == 2);
    CHECK(c.tables[0].member == "practice.db!Organization");

    // In any order, a cursor's patients; what they need, once; the rest at the end.
    const std::uint32_t order[] = {1, 0};
    const auto cursor = source->read(order);
    Record r;
    REQUIRE(cursor->next(r));
    CHECK(r.key == "b");
    CHECK(r.patient_id == "patient-b");
    REQUIRE(r.needs.size() == 1);
    CHECK(r.needs[0].id == "org-1");
    for (const Item& i : r.items) CHECK(i.entity->source.empty());
    Record org;
    CHECK(source->find(r.needs[0], org));
    CHECK(static_cast<const Organization&>(*org.items.at(0).entity).name == "Surgery 1");
    CHECK(!source->find({EntityKind::Organization, "org-9", 0}, org));
    REQUIRE(cursor->next(r));
    CHECK(r.key == "a");
    CHECK(!cursor->next(r));
    const auto rest = source->leftovers();
    REQUIRE(rest->next(r));
    CHECK(r.items.at(0).entity->id == "org-2");
    CHECK(!rest->next(r));
}

TEST_CASE("sqlite: rows put in or moved by hand are seen, and accounted for") {
    io::TestFolder folder;
    Package package;
    package.patient("a", 1);
    package.patient("b", 2);
    const std::string path = folder / "practice.db";
    package.import(path);
    struct Fault {
        const char* sql;
        std::size_t a, b, held;
        const char* why;
    };
    const Fault faults[] = {
        {"UPDATE Observation SET patient=2 WHERE id='obs-a-1'", 6, 8, 0, "a swapped patient"},
        {"CREATE TEMP TABLE t AS SELECT * FROM Observation WHERE id='obs-b-1'; UPDATE t SET row=NULL; INSERT "
         "INTO Observation SELECT * FROM t",
         6, 9, 0, "a doubled row, with whatever key SQLite gives it"},
        {"DELETE FROM List WHERE id='list-a-0'", 5, 9, 0, "a missing row"},
        {"UPDATE coding SET path='nowhere' WHERE patient=1", 5, 9, 0, "a path that leads nowhere"},
        {"UPDATE Observation SET note='broken' WHERE patient=1", 5, 9, 0, "no JSON"},
        {"UPDATE List SET patient=77 WHERE id='list-a-1'", 4, 9, 1, "a patient that is not there"},
    };
    for (const Fault& f : faults) {
        CAPTURE(f.why);
        {
            sqlite::Database db(path, sqlite::Database::Use::write);
            db.exec(f.sql);
        }
        const auto source = open(path);
        const Everything all = read_all(*source);
        CHECK_NOTHROW(all.ledger->check());
        CHECK(all.patients[0]->items.size() == f.a);
        CHECK(all.patients[1]->items.size() == f.b);
        CHECK(all.ledger->rows(Fate::held) == f.held);
    }
    const auto source = open(path);
    const Everything all = read_all(*source);
    const auto& moved = *all.patients[1]->items[3].entity;
    CHECK(moved.id == "obs-a-1");
    CHECK(static_cast<const Observation&>(moved).component.size == 1);
    CHECK(all.patients[0]->items[1].entity->rest.size != 0);
}

TEST_CASE("sqlite: a row that cannot be understood makes its patient incomplete, or holds him") {
    struct Fault {
        const char* sql;
        bool held;
        const char *member, *resource, *path, *kept;  // kept: the name under which the text is in `rest`
    };
    const Fault faults[] = {
        {"UPDATE Observation SET note='broken' WHERE id='obs-a-0'", false, "practice.db!Observation",
         "Observation/obs-a-0", "note", "note"},
        {"UPDATE List SET entry='[' WHERE id='list-a-1'", false, "practice.db!List", "List/list-a-1", "entry",
         "entry"},
        {"UPDATE coding SET path='nowhere' WHERE patient=1 AND type='Observation' AND path='code' AND seq=1",
         false, "practice.db!coding", "Observation/obs-a-0", "nowhere", "coding:nowhere"},
        {"UPDATE coding SET path='cod' WHERE type='AllergyIntolerance' AND patient=1", true,
         "practice.db!coding", "AllergyIntolerance/allergy", "cod", "coding:cod"},
        {"UPDATE component SET type='Flag' WHERE patient=1 AND seq=1; DELETE FROM coding WHERE path LIKE "
         "'comp%'",
         false, "practice.db!component", "Observation/obs-a-0", "", "component:Flag"},
        {"UPDATE identifier SET type='Flag' WHERE patient=1 AND type='Patient'", true,
         "practice.db!identifier", "Patient/patient-a", "", "identifier:Flag"},
        {"UPDATE Patient SET name='Smith' WHERE id='patient-a'", true, "practice.db!Patient",
         "Patient/patient-a", "name", "name"},
    };
    for (const Fault& f : faults) {
        CAPTURE(f.sql);
        io::TestFolder folder;
        Package package;
        for (const char* key : {"a", "b"}) {
            Record& r = package.patient(key, 1);
            auto& allergy = r.add<AllergyIntolerance>();
            allergy.id = "allergy";
            allergy.code.coding.add(r.arena).code = "91936005";
        }
        const std::string path = folder / "practice.db";
        package.import(path);
        {
            sqlite::Database db(path, sqlite::Database::Use::write);
            db.exec(f.sql);
        }
        const auto source = open(path);
        const Everything all = read_all(*source);
        CHECK_NOTHROW(all.ledger->check());
        const Record& a = *all.patients[0];
        CHECK(a.incomplete);
        CHECK(a.held == (f.held ? "SQLITE-ROW-001" : ""));
        REQUIRE(a.issues.size() == 1);
        CHECK(a.issues[0].code == "SQLITE-ROW-001");
        CHECK(a.issues[0].severity == (f.held ? Severity::error : Severity::warning));
        CHECK(a.issues[0].member == f.member);
        CHECK(a.issues[0].resource == f.resource);
        CHECK(a.issues[0].path == f.path);
        std::string kept;
        for (const Item& item : a.items)
            for (const Rest& rest : item.entity->rest) kept += rest.path;
        CHECK(kept == f.kept);
        CHECK(!all.patients[1]->incomplete);
        CHECK(all.patients[1]->issues.empty());
    }
}

TEST_CASE("sqlite: a row that is left of an entry that is gone is a finding, and no more") {
    io::TestFolder folder;
    Package package;
    package.patient("a", 1);
    const std::string path = folder / "practice.db";
    package.import(path);
    {
        sqlite::Database db(path, sqlite::Database::Use::write);
        db.exec("DELETE FROM Observation WHERE id='obs-a-0'; DELETE FROM coding WHERE path LIKE 'comp%'");
    }
    const auto source = open(path);
    const Everything all = read_all(*source);
    const Record& a = *all.patients.at(0);
    CHECK(!a.incomplete);
    CHECK(a.held.empty());
    std::string found;
    for (const Issue& i : a.issues) found += i.code + " " + i.member + " " + i.resource + "\n";
    CHECK(found ==
          "SQLITE-ROW-001 practice.db!component Observation/\nSQLITE-ROW-001 practice.db!coding "
          "Observation/\n");
}

TEST_CASE("sqlite: columns have distinct names, within SQLite's limits") {
    std::size_t widest = 0;
    for (const sqlite::Table& t : sqlite::schema().tables) widest = std::max(widest, t.columns.size());
    MESSAGE("widest table: " << widest << " columns");
    CHECK(widest < 1000);
    CHECK(sqlite::schema().hash.size() == 64);
}
