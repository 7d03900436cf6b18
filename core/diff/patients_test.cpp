#include "core/diff/patients.hpp"

#include <doctest/doctest.h>

#include "core/diff/memory_source.hpp"
#include "core/util/error.hpp"

using namespace gpswitch;
using namespace gpswitch::diff;

namespace {

Identity who(std::uint32_t index, const char* key, const char* id, const char* nhs, const char* birth) {
    return {index, key, id, nhs, birth};
}

NumberCounts count(const std::vector<Identity>& side) {
    NumberCounts n;
    for (const Identity& i : side)
        if (!i.nhs.empty()) ++n[i.nhs];
    return n;
}

std::string told(const PatientMatches& m) {
    std::string out;
    for (const PatientMatch& p : m.pairs)
        out += std::to_string(p.before) + "=" + std::to_string(p.after) + " by " + std::string(p.how) + "; ";
    for (std::uint32_t i : m.only_before) out += "-" + std::to_string(i) + " ";
    for (std::uint32_t i : m.only_after) out += "+" + std::to_string(i) + " ";
    return out;
}

}  // namespace

TEST_CASE("diff: who is who") {
    struct Row {
        const char* why;
        std::vector<Identity> before, after;
        const char* expect;
    };
    const char *n1 = "9990000018", *n2 = "9990000026";
    const Row rows[] = {
        {"number and birth date, whatever key and id",
         {who(0, "a", "x", n1, "1950-03-01")},
         {who(0, "b", "y", n1, "1950-03-01")},
         "0=0 by NHS number; "},
        {"birth dates agree as far as both go",
         {who(0, "a", "", n1, "1950")},
         {who(0, "b", "", n1, "1950-03-01")},
         "0=0 by NHS number; "},
        {"number agrees, birth date doesn't: by key",
         {who(0, "a", "", n1, "1950-03-01")},
         {who(0, "a", "", n1, "1951-03-01")},
         "0=0 by source key; "},
        {"number agrees, birth date doesn't, no key: unpaired",
         {who(0, "a", "", n1, "1950-03-01")},
         {who(0, "b", "", n1, "1951-03-01")},
         "-0 +0 "},
        {"no birth date is no agreement", {who(0, "a", "", n1, "")}, {who(0, "b", "", n1, "")}, "-0 +0 "},
        {"a number that two have pairs nobody",
         {who(0, "a", "", n1, "1950-03-01")},
         {who(0, "b", "", n1, "1950-03-01"), who(1, "c", "", n1, "1950-03-01")},
         "-0 +0 +1 "},
        {"number before key",
         {who(0, "a", "", n1, "1950-03-01"), who(1, "b", "", n2, "1960-03-01")},
         {who(0, "a", "", n2, "1960-03-01"), who(1, "b", "", n1, "1950-03-01")},
         "0=1 by NHS number; 1=0 by NHS number; "},
        {"id before key",
         {who(0, "a", "x", "", "")},
         {who(0, "a", "y", "", ""), who(1, "b", "x", "", "")},
         "0=1 by id; +0 "},
        {"a key that stands twice pairs nobody",
         {who(0, "a", "", "", "")},
         {who(0, "a", "", "", ""), who(1, "a", "", "", "")},
         "-0 +0 +1 "},
        {"one key, two people: systems that both count from one",
         {who(0, "1", "x", n1, "1950-03-01")},
         {who(0, "1", "y", n2, "1960-03-01")},
         "-0 +0 "},
        {"a number corrected is still the same person",
         {who(0, "1", "x", n1, "1950-03-01")},
         {who(0, "1", "y", n2, "1950-03-01")},
         "0=0 by source key; "},
        {"nobody", {}, {}, ""},
    };
    for (const Row& row : rows) {
        CAPTURE(row.why);
        CHECK(told(pair_patients(row.before, row.after, count(row.before), count(row.after))) == row.expect);
    }
}

TEST_CASE("diff: only valid, real, current numbers pair patients") {
    struct Row {
        const char *system, *value, *use, *expect;
        bool test_numbers;
        const char* why;
    };
    const char* nhs = "https://fhir.nhs.uk/Id/nhs-number";
    const Row rows[] = {
        {nhs, "999 000 0018", "", "9990000018", true, "spaces"},
        {nhs, "9990000018", "", "", false, "test range is not real"},
        {nhs, "9990000019", "", "", true, "wrong check digit"},
        {nhs, "9990000018", "old", "", true, "superseded"},
        {"https://example.org/id", "9990000018", "", "", true, "not an NHS number"},
    };
    for (const Row& row : rows) {
        CAPTURE(row.why);
        record::Record r;
        auto& p = r.add<record::Patient>();
        auto& i = p.identifier.add(r.arena);
        i.system = row.system;
        i.value = row.value;
        i.use = row.use;
        CHECK(identify(r, 0, row.test_numbers).nhs == row.expect);
    }
}

TEST_CASE("diff: a person's decisions come first") {
    test::MemorySource before, after;
    test::fill_clinic(before, 3);
    test::fill_clinic(after, 2);
    after.add("key-9", [](record::Record& r) { test::clinic_patient(r, 2); });
    struct Count : Writer {
        void patient(const PatientDifferences&) override {}
        void finish(const Totals&) override {}
    } none;
    Options options;
    options.pairs = {{"key-2", "key-9"}};
    Totals t = compare({&before, {}}, {&after, {}}, options, none);
    CHECK(t.differences() == 0);
    CHECK(t.paired_by.at("pairs file") == 1);
    options.pairs = {{"key-0", "key-1"}};
    t = compare({&before, {}}, {&after, {}}, options, none);
    CHECK(t.differences() != 0);
    CHECK(t.paired_by.at("pairs file") == 1);
    CHECK(t.unpaired_before == 1);
    options.pairs = {{"key-7", "key-1"}};
    CHECK_THROWS_AS(compare({&before, {}}, {&after, {}}, options, none), UsageError);
    options.pairs = {{"key-0", "key-1"}, {"key-0", "key-0"}};
    CHECK_THROWS_AS(compare({&before, {}}, {&after, {}}, options, none), UsageError);
}

TEST_CASE("diff: swapped NHS numbers pair by number, and are read again") {
    test::MemorySource before, after;
    test::fill_clinic(before, 3);
    test::fill_clinic(after, 3);
    struct Count : Writer {
        void patient(const PatientDifferences&) override {}
        void finish(const Totals&) override {}
    } none;
    Options options;
    options.test_numbers = true;
    for (int n : {0, 1})
        after.change(static_cast<std::size_t>(n), [n](record::Record& r) {
            r.clear();
            r.key = n == 0 ? "key-0" : "key-1";
            test::clinic_patient(r, 1 - n);
        });
    const Totals t = compare({&before, {}}, {&after, {}}, options, none);
    CHECK(t.differences() == 0);
    CHECK(t.paired_by.at("NHS number") == 3);
    CHECK(before.reads == 5);
}

TEST_CASE("diff: pairs files") {
    const auto pairs = load_pairs("before_key,after_key\r\n a ,\"b,1\"\r\n\r\nc,d", "p.csv");
    REQUIRE(pairs.size() == 2);
    CHECK(pairs[0].before_key == "a");
    CHECK(pairs[0].after_key == "b,1");
    CHECK(load_pairs("before_key,after_key\n", "p.csv").empty());
    struct Row {
        const char *text, *message;
    };
    const Row rows[] = {
        {"", "p.csv: no header before_key,after_key"},
        {"a,b\n", "p.csv:1: the header is not before_key,after_key"},
        {"before_key,after_key\na\n", "p.csv:2: two columns are expected"},
        {"before_key,after_key\na,b\na,c\n", "p.csv:3: the key stands in another row already"},
        {"before_key,after_key\na,b\nc,b\n", "p.csv:3: the key stands in another row already"},
        {"before_key,after_key\na,\n", "p.csv:2: an empty key"},
        {"before_key,after_key\n\"a,b\n", "p.csv:2: two columns are expected"},
    };
    for (const Row& row : rows) {
        CAPTURE(row.text);
        CHECK_THROWS_WITH_AS(load_pairs(row.text, "p.csv"), row.message, UsageError);
    }
}
