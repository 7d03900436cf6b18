#include <doctest/doctest.h>

#include "core/mapping/test_set.hpp"
#include "core/util/error.hpp"

using namespace gpswitch::mapping;

TEST_CASE("mapping: predicates") {
    struct Row {
        const char* when;
        bool holds;
        const char* why;
    };
    const Row rows[] = {
        {"", true, "nothing asked: always"},
        {"always()", true, "said in words"},
        {"equals(Kind,Problem)", true, "spaces around the cell and case do not matter"},
        {"equals(Kind,problem )", true, "nor around the argument"},
        {"not equals(Kind,Problem)", false, "negated"},
        {"empty(Blank)", true, "spaces only are empty"},
        {"empty(Nothing)", true, "no cell at all"},
        {"not empty(Kind) and equals(Kind,problem)", true, "both"},
        {"empty(Kind) and equals(Kind,problem)", false, "one is not enough"},
        {"in(Kind,problems)", true, "in the list"},
        {"in(Free,problems)", false, "not in the list"},
        {"equals(Free,Salt and pepper (ground), fine)", true,
         "text may hold and, commas, balanced parentheses"},
        {"past(Ended)", true, "a day that has been"},
        {"not past(Ending)", true, "a day that is still to come"},
        {"has-word(Free,words)", true, "a word that begins with an entry, in any case"},
        {"has-word(Kind,words)", false, "not in the middle of a word"},
        {"under(Code,14L..)", true, "the code or one above it"},
        {"under(Code,14l..)", false, "codes differ by case"},
        {"has-row(Problem)", true, "companion"},
        {"has-row(Plan)", false, "no companion"},
        {"not  has-children ( )  and always()", true, "spaces anywhere"},
        {"equals(CodeId.Category,Allergy)", true, "a column of the row referred to"},
    };
    for (const auto& row : rows) {
        CAPTURE(row.when);
        CAPTURE(row.why);
        TestSet set;
        set.files["routes.csv"] =
            "table,order,when,entity,why\nObs,1,\"" + std::string(row.when) + "\",Observation,\n";
        const auto loaded = set.load();
        std::vector<std::string> names;
        loaded->bind(numbers_into(names), "");
        TestRow facts(names, {{"Kind", " PROBLEM "},
                              {"Blank", "  "},
                              {"Code", "14L1."},
                              {"Ended", "2025-12-31"},
                              {"Ending", "2031-01-01"},
                              {"CodeId.Category", "allergy"},
                              {"Free", "salt AND pepper (ground), fine"}});
        facts.tables = {"Problem"};
        facts.below = {"14L.."};
        CHECK((loaded->first("Obs", facts) != nullptr) == row.holds);
        CHECK(loaded->first("Nowhere", facts) == nullptr);
    }
}

TEST_CASE("mapping: predicates that are not understood are refused") {
    struct Row {
        const char *when, *message;
    };
    const Row rows[] = {
        {"equals(Kind)", "routes.csv:2: equals is written equals(Column,text)"},
        {"equals(Kind,)", "equals is written"},
        {"in(Kind,nolist)", "there is no lists/nolist.csv"},
        {"empty()", "empty is written"},
        {"empty(A,B)", "empty is written"},
        {"past()", "past is written past(Column)"},
        {"has-word(Kind)", "has-word is written has-word(Column,list)"},
        {"has-row()", "has-row is written"},
        {"has-children(x)", "has-children is written"},
        {"not always()", "never holds"},
        {"matches(Kind,x)", "unknown predicate \"matches\""},
        {"empty(Kind) or empty(Code)", "joined by \"and\""},
        {"empty(Kind) and", "joined by \"and\""},
        {"empty(Kind", "expected at"},
        {"Kind=x", "expected at"},
    };
    for (const auto& row : rows) {
        CAPTURE(row.when);
        TestSet set;
        set.files["routes.csv"] =
            "table,order,when,entity,why\nObs,1,\"" + std::string(row.when) + "\",Observation,\n";
        std::string message;
        try {
            set.load();
        } catch (const gpswitch::MappingError& e) { message = e.what(); }
        CHECK(message.find(row.message) != std::string::npos);
    }
}

TEST_CASE("mapping: routes are tried in order") {
    struct Row {
        const char *kind, *code;
        bool allergy, children;
        std::size_t makes;
        const char* first;
        const char* why;
    };
    const Row rows[] = {
        {"Problem", "14L1.", true, false, 1, "AllergyIntolerance", "the first route wins"},
        {"Problem", "14L1.", true, true, 2, "Condition", "but it wants no children"},
        {"major problem", "G30..", false, false, 2, "Condition", "two products"},
        {"Problem", "", false, false, 1, "Observation", "a problem without a code is an observation"},
        {"", "", false, false, 1, "Observation", "what is left"},
    };
    TestSet set;
    const auto loaded = set.load();
    std::vector<std::string> names;
    loaded->bind(numbers_into(names), "2");
    for (const auto& row : rows) {
        CAPTURE(row.why);
        TestRow facts(names, {{"Kind", row.kind}, {"Code", row.code}});
        if (row.allergy) facts.below = {"14L.."};
        facts.children = row.children;
        const Route* route = loaded->first("obs", facts);
        REQUIRE(route != nullptr);
        CHECK(route->makes.size() == row.makes);
        CHECK(gpswitch::record::name_of(route->makes[0].kind) == row.first);
    }
    TestRow deleted(names, {{"Deleted", "TRUE"}});
    CHECK(loaded->first("Person", deleted)->settles == "deleted");
    CHECK(loaded->first("Words", deleted)->settles == "lookup:code-table");
}

TEST_CASE("mapping: the first route is found as one would by trying them all") {
    // Routes made of every second combination of six questions; rows with every combination of answers.
    const std::vector<std::string> terms = {"equals(A,x)", "in(A,problems)", "empty(B)",
                                            "under(C,1)",  "has-row(P)",     "has-children()"};
    TestSet set;
    std::string& routes = set.files["routes.csv"] = "table,order,when,entity,why\n";
    std::vector<std::vector<int>> wanted;  // per route and term: 1 must hold, -1 must not, 0 not asked
    unsigned state = 7;
    for (int order = 0; order < 60; ++order) {
        std::string when;
        std::vector<int>& w = wanted.emplace_back();
        for (const std::string& term : terms) {
            state = state * 1664525 + 1013904223;
            const unsigned pick = (state >> 16) % 4;
            w.push_back(pick == 0 ? 1 : pick == 1 ? -1 : 0);
            if (w.back() != 0)
                when += (when.empty() ? "" : " and ") + std::string(w.back() < 0 ? "not " : "") + term;
        }
        routes += "Obs," + std::to_string(order) + ",\"" + when + "\",Observation,\n";
    }
    const auto loaded = set.load();
    std::vector<std::string> names;
    loaded->bind(numbers_into(names), "");
    Router router(*loaded, "Obs");
    for (unsigned bits = 0; bits < 64; ++bits) {
        const auto bit = [&](unsigned i) { return (bits >> i & 1) != 0; };
        if (bit(0) && bit(1)) continue;  // A has one value
        TestRow row(names, {{"A", bit(0) ? "X" : bit(1) ? "problem" : "else"}, {"B", bit(2) ? "" : "b"}});
        if (bit(3)) row.below = {"1"};
        if (bit(4)) row.tables = {"P"};
        row.children = bit(5);
        int expected = -1;
        for (int i = 0; i < 60 && expected < 0; ++i) {
            bool holds = true;
            for (unsigned t = 0; t < 6; ++t)
                if (const int w = wanted[static_cast<std::size_t>(i)][t]; w != 0 && bit(t) != (w > 0))
                    holds = false;
            if (holds) expected = i;
        }
        CAPTURE(bits);
        const Route* route = loaded->first("Obs", row);
        CHECK((route == nullptr ? -1 : route->order) == expected);
        // What is under 1 has one code and what is not another: the second row of a code asks no more about
        // it.
        for (const std::uint32_t number : {0u, bit(3) ? 1u : 2u}) {
            row.number = number;
            CHECK(router.first(row) == route);
            if (number == 0) continue;
            row.below = {bit(3) ? "" : "1"};
            CHECK_MESSAGE(router.first(row) == route, "the code is known");
        }
    }
    CHECK(Router(*loaded, "None").first(TestRow(names, {})) == nullptr);
}
