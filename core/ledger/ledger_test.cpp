#include "core/ledger/ledger.hpp"

#include <doctest/doctest.h>

#include "core/util/error.hpp"

using namespace gpswitch;
using namespace gpswitch::record;

namespace {

Census census() {
    Census c;
    c.tables = {{"Obs", "x.zip!Obs.csv", 100, 3}, {"Code", "x.zip!Code.csv", 50, 1}};
    return c;
}

void rows(Record& r) {
    r.key = "P1";
    for (std::uint64_t i = 0; i < 3; ++i) r.rows.push_back({0, i, i + 2, "k", "raw"});
    r.rows.push_back({1, 0, 2, "c", "raw"});
}

ledger::Account account_of(const Record& r, const std::vector<ledger::RowFate>& fates) {
    ledger::Account a;
    ledger::account(a, r, fates);
    return a;
}

}  // namespace

TEST_CASE("ledger: every row has one fate and the fates add up") {
    const Census c = census();
    Record r;
    rows(r);
    auto& o = r.add<Observation>();
    o.id = "o1";
    r.claim(0, Role::primary, "Obs");
    r.claim(1, Role::part, "Obs");
    r.settle(2, Fate::deleted, "Deleted=true");
    r.settle(3, Fate::lookup, "code");
    const auto fates = ledger::settle(r, c);
    CHECK(fates[0].fate == Fate::migrated);
    CHECK(fates[1].fate == Fate::merged);
    CHECK(fates[2].fate == Fate::deleted);
    CHECK(fates[3].fate == Fate::lookup);
    ledger::Ledger l(c);
    CHECK_THROWS_AS(l.check(), LedgerError);
    l.add(account_of(r, fates));
    CHECK_NOTHROW(l.check());
    CHECK(l.rows(Fate::migrated) == 1);
    CHECK(l.written(EntityKind::Observation) == 1);
    CHECK(o.source.size == 2);
    std::string text;
    ledger::append_fates(text, r, fates, c);
    CHECK(text.find(
              R"({"table":"Obs","line":2,"key":"k","fate":"migrated","resources":["Observation/o1"]})") == 0);
    CHECK(l.json().find("\"balanced\": true") != std::string::npos);
}

TEST_CASE("ledger: a defect is noticed") {
    const Census c = census();
    SUBCASE("a row without a fate") {
        Record r;
        rows(r);
        CHECK_THROWS_AS(ledger::settle(r, c), LedgerError);
    }
    SUBCASE("a row settled twice") {
        Record r;
        rows(r);
        for (std::uint32_t i = 0; i < 4; ++i) r.settle(i, Fate::lookup, "x");
        r.settle(2, Fate::deleted, "y");
        CHECK_THROWS_AS(ledger::settle(r, c), LedgerError);
    }
    SUBCASE("a row settled and claimed") {
        Record r;
        rows(r);
        for (std::uint32_t i = 0; i < 4; ++i) r.settle(i, Fate::lookup, "x");
        r.add<Observation>();
        r.claim(0, Role::primary, "Obs");
        CHECK_THROWS_AS(ledger::settle(r, c), LedgerError);
    }
    SUBCASE("an entity from nowhere") {
        Record r;
        rows(r);
        for (std::uint32_t i = 0; i < 4; ++i) r.settle(i, Fate::lookup, "x");
        r.add<Observation>();
        CHECK_THROWS_AS(ledger::settle(r, c), LedgerError);
    }
    SUBCASE("the same row in two records") {
        Record r;
        rows(r);
        for (std::uint32_t i = 0; i < 4; ++i) r.settle(i, Fate::lookup, "x");
        const auto a = account_of(r, ledger::settle(r, c));
        ledger::Ledger l(c);
        l.add(a);
        CHECK_THROWS_AS(l.add(a), LedgerError);
    }
}

TEST_CASE("ledger: a held patient holds every row that would have moved") {
    const Census c = census();
    Record r;
    rows(r);
    r.add<Observation>();
    r.claim(0, Role::primary, "Obs");
    r.claim(1, Role::primary, "Obs");
    r.settle(2, Fate::deleted, "Deleted=true");
    r.settle(3, Fate::lookup, "code");
    r.held = "EMIS-ROW-001";
    const auto fates = ledger::settle(r, c);
    CHECK(fates[0].fate == Fate::held);
    CHECK(fates[0].rule == "EMIS-ROW-001");
    CHECK(fates[2].fate == Fate::deleted);
    ledger::Ledger l(c);
    l.add(account_of(r, fates));
    CHECK(l.held_patients() == 1);
    CHECK(l.written() == 0);
    std::string text;
    ledger::append_held(text, r, fates, c);
    CHECK(text.find("\"raw\":\"raw\"") != std::string::npos);
}
