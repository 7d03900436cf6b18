#include "core/mapping/write.hpp"

#include <doctest/doctest.h>

#include "core/mapping/test_set.hpp"

using namespace gpswitch;
using namespace gpswitch::mapping;

namespace {

constexpr const char* kCellsHeader = "table,column,format,default,max,role,why\n";
constexpr const char* kWriteHeader = "entity,order,when,rows,sets,category,parent,brick,why\n";

/// The tiny set with a layout: every entity held but for `lines`.
struct Layout : TestSet {
    std::string cells =
        "Person,Key,text,,,key patient,\nPerson,Deleted,boolean,false,,,\nPerson,Sex,code,,1,,\n"
        "Person,Born,date,,,,\nObs,Key,text,,,key,\nObs,Code,code,,,code,\nObs,Kind,code,,,,\n"
        "Obs,Note,text,,,,\n";
    std::string lines =
        "Patient,10,always(),Person,,,,,\n"
        "Observation,5,\"equals(status,amended)\",held,,,,,nothing says so\n"
        "Observation,10,\"coded(category,lab) and not empty(note)\",Obs,Kind=Lab,,,,\n"
        "Observation,20,always(),Obs:other Person?,,,,,\n";
    void finish() {
        files["cells.csv"] = kCellsHeader + cells;
        files["write.csv"] = kWriteHeader + lines;
        for (std::size_t k = 0; k < record::kEntityKinds; ++k) {
            const std::string name(record::name_of(static_cast<EntityKind>(k)));
            if (lines.find("\n" + name + ",") == std::string::npos && !lines.starts_with(name + ","))
                files["write.csv"] += name + ",10,always(),held,,,,,no table\n";
        }
    }
};

std::string all(const std::vector<Problem>& problems) {
    std::string out;
    for (const Problem& p : problems) out += p.file + ":" + std::to_string(p.line) + ": " + p.message + "\n";
    return out;
}

/// Cells by column name; codes and references as they are written.
struct Cells : CellSink {
    std::vector<std::string>& names;
    std::map<std::string, std::string> cells;
    std::vector<std::string> losses;
    explicit Cells(std::vector<std::string>& columns) : names(columns) {}
    const std::string& name(int column) const { return names.at(static_cast<std::size_t>(column)); }
    void put(int column, Text cell) override {
        if (empty(column)) cells[name(column)] = cell;
    }
    bool empty(int column) const override { return !cells.contains(name(column)); }
    Text code_of(const ColumnRule&, const record::Concept& c) override { return c.text; }
    Text key_of(const ColumnRule&, const record::Reference& r) override { return r.reference; }
    void lost(const ColumnRule& rule, const char*) override { losses.emplace_back(rule.path); }
};

/// The cells of a row by way of an entity and back.
struct RoundTrip {
    std::map<std::string, std::string> cells;
    std::vector<std::string> losses;
    RoundTrip(const std::string& entity, const std::vector<std::string>& rules,
              std::map<std::string, Text> row) {
        TestSet set;
        set.one_table(entity, rules);
        const auto loaded = set.load();
        std::vector<std::string> names;
        loaded->bind(numbers_into(names), "1");
        TestRow source(names, std::move(row));
        record::Record record;
        record.add(*record::kind_of(entity));
        mapping::apply(loaded->rules("T", entity), source, record, 0);
        loaded->apply(record);
        Arena arena;
        TurnRound turn(*loaded, *record.items[0].entity, record.items[0].kind, arena);
        Cells sink(names);
        turn.row(loaded->rules("T", entity), sink, true);
        cells = sink.cells;
        losses = sink.losses;
    }
};

}  // namespace

TEST_CASE("mapping: a layout with its lines") {
    Layout set;
    set.finish();
    const auto loaded = set.load();
    CHECK(all(MappingSet::check(set.folder())) == "");
    const auto write = WriteSet::load(*loaded);
    record::Record record;
    auto& o = record.add<record::Observation>();
    const auto line = [&] { return write->first(EntityKind::Observation, o)->order; };
    CHECK(line() == 20);
    o.note.add(record.arena).text = "words";
    CHECK(line() == 20);
    o.category.add(record.arena).coding.add(record.arena).code = "lab";
    CHECK(line() == 10);
    o.status = "amended";
    CHECK(line() == 5);
    CHECK(write->first(EntityKind::Observation, o)->fate == WriteRoute::Fate::held);
    const WriteRoute& other = write->routes(EntityKind::Observation)[2];
    REQUIRE(other.rows.size() == 2);
    CHECK(other.rows[0].variant == "Observation:other");
    CHECK(other.rows[1].optional);
}

TEST_CASE("mapping: check finds in a layout") {
    struct Row {
        const char *file, *from, *to, *problem;
    };
    const Row rows[] = {
        {"write", "always(),Person,", "always(),Persons,", "there is no table \"Persons\" in cells.csv"},
        {"write", "Patient,10,", "Patent,10,", "\"Patent\" is no entity"},
        {"write", "coded(category,lab)", "coded(status,lab)", "status holds no code"},
        {"write", "coded(category,lab)", "coded(kategory,lab)", "has no field \"kategory\""},
        {"write", "coded(category,lab)", "like(category,lab)", "\"like\" is no condition"},
        {"write", "not empty(note)", "not empty(note,x)", "empty has the wrong arguments"},
        {"write", "Kind=Lab", "King=Lab", "no row of this line has the column in \"King=Lab\""},
        {"write", "Observation,20,", "Observation,10,", "the orders of an entity are numbers that grow"},
        {"write", "nothing says so", "", "held needs a reason in `why`"},
        {"write", "Observation,20,always()", "Observation,20,empty(note)",
         "not every Observation has a line: the last one must hold always"},
        {"cells", "Obs,Kind,code", "Obs,Kind,kode", "\"kode\" is no format"},
        {"cells", "Obs,Kind,code", "Obs,Kin,code", "column Obs.Kin is not in tables.csv"},
        {"cells", "Obs,Kind,code", "Obs,Code,code", "Obs.Code is empty or there twice"},
    };
    for (const Row& row : rows) {
        CAPTURE(row.problem);
        Layout set;
        std::string& text = std::string(row.file) == "write" ? set.lines : set.cells;
        const std::size_t at = text.find(row.from);
        REQUIRE(at != std::string::npos);
        text.replace(at, std::string(row.from).size(), row.to);
        set.finish();
        set.write();
        CHECK(all(MappingSet::check(set.folder())).find(row.problem) != std::string::npos);
    }
}

TEST_CASE("mapping: cells come back from the fields they went into") {
    using Row = std::map<std::string, Text>;
    struct Case {
        const char* entity;
        std::vector<std::string> rules;
        Row row, back;
    };
    const Case cases[] = {
        {"Patient", {"S,Patient,gender,code,sex"}, {{"S", "F"}}, {{"S", "F"}}},
        {"Observation",
         {"D,Observation,effectiveDateTime,date(P)", "P,Observation,effectiveDateTime,part"},
         {{"D", "2020-05-01"}, {"P", "YM"}},
         {{"D", "2020-05-01"}, {"P", "YM"}}},
        {"Observation",
         {"D,Observation,recorded,date-time(T)", "T,Observation,recorded,part"},
         {{"D", "2020-07-01"}, {"T", "09:30:00"}},
         {{"D", "2020-07-01"}, {"T", "09:30:00"}}},
        {"Observation",
         {"D,Observation,recorded,date-time(T)", "T,Observation,recorded,part"},
         {{"D", "2020-07-01"}},
         {{"D", "2020-07-01"}, {"T", "00:00:00"}}},
        {"Condition",
         {"A,Condition,note,note", "M,Condition,note,note(Message)"},
         {{"A", "seen"}, {"M", "call"}},
         {{"A", "seen"}, {"M", "call"}}},
        {"Patient", {"I,Patient,identifier,identifier(urn:x)"}, {{"I", "7"}}, {{"I", "7"}}},
        {"Patient",
         {"P,Patient,telecom,telecom(phone|home)", "M,Patient,telecom,telecom(phone|mobile)"},
         {{"M", "07700900001"}},
         {{"M", "07700900001"}}},
        {"Patient",
         {"A,Patient,meta.security,label(urn:s|A)", "A,Patient,meta.security,label(urn:s|R)",
          "B,Patient,meta.security,label(urn:s|B)", "B,Patient,meta.security,label(urn:s|R)"},
         {{"B", "true"}},
         {{"B", "true"}}},
    };
    for (const Case& c : cases) {
        CAPTURE(c.rules[0]);
        const RoundTrip r(c.entity, c.rules, c.row);
        CHECK(r.cells == std::map<std::string, std::string>(c.back.begin(), c.back.end()));
    }
}

TEST_CASE("mapping: what no cell can say is lost by name") {
    TestSet set;
    set.one_table("Observation",
                  {"D,Observation,effectiveDateTime,date", ",Observation,status,constant(final)"});
    const auto loaded = set.load();
    std::vector<std::string> names;
    loaded->bind(numbers_into(names), "1");
    record::Record record;
    auto& o = record.add<record::Observation>();
    o.effective_date_time = "2020-07-01T09:30:00+01:00";
    o.status = "preliminary";
    Cells sink(names);
    TurnRound(*loaded, o, EntityKind::Observation, record.arena)
        .row(loaded->rules("T", "Observation"), sink, true);
    CHECK(sink.cells == std::map<std::string, std::string>{{"D", "2020-07-01"}});
    CHECK(sink.losses == std::vector<std::string>{"effectiveDateTime", "status"});
}
