#include "core/summary/summary.hpp"

#include <doctest/doctest.h>

#include "core/util/error.hpp"

using namespace gpswitch;
using summary::Summary;

namespace {

// Two tables whose fates add up to 5 and 4, by hand; one resource type.
constexpr const char* kLedger = R"({"ledger":1,"balanced":true,"patients":{"read":3,"held":1},
"tables":[{"table":"Admin_Patient","bytes":90,"read":5,"fates":{"migrated":3,"merged":0,"lookup":0,"deleted":1,"superseded":0,"excluded":0,"held":1}},
{"table":"Coding","bytes":40,"read":4,"fates":{"migrated":0,"merged":0,"lookup":4,"deleted":0,"superseded":0,"excluded":0,"held":0}}],
"resources":[{"type":"Patient","written":1203,"made":0}],
"degraded":[{"reason":"value-wider","type":"Patient","count":1},{"reason":"reference-dangling","type":"Encounter","count":7}],
"rules":[],"issues":{},"absent":["letters & <scans>"],"warnings":[]})";

Summary sample() {
    Summary s;
    s.command = "switch";
    s.version = "9.9.9";
    s.ods = "Z99999";
    s.system = "emis";
    s.headline = "Nothing in this extract was lost.";
    summary::add_ledger(s, kLedger);
    s.held.push_back({"Admin_Patient", "patients.csv:3", "unreadable"});
    s.gates = {{"map", summary::Outcome::reserved, "5 rows", 1.25},
               {"diff", summary::Outcome::not_run, "a gate before it failed", {}}};
    return s;
}

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("summary: a ledger becomes tables, totals and what is never there") {
    const Summary s = sample();
    CHECK(s.patients == 3);
    CHECK(s.patients_held == 1);
    CHECK(s.rows() == 9);
    CHECK(s.rows("migrated") == 3);
    CHECK(s.rows("lookup") == 4);
    CHECK(s.rows("held") == 1);
    CHECK(s.written() == 1203);
    CHECK(s.absent == std::vector<std::string>{"letters & <scans>"});
}

TEST_CASE("summary: what is no ledger is refused") {
    Summary s;
    CHECK_THROWS_AS(summary::add_ledger(s, "{}"), InputError);
    CHECK_THROWS_AS(summary::add_ledger(s, "no json"), InputError);
}

TEST_CASE("summary: findings are counted by code and severity, and ranked gravest first") {
    Summary s;
    Issue note{Severity::information, "A-001", "", 0, 0, "", "", "a note", "do nothing"};
    Issue wrong{Severity::error, "B-001", "", 0, 0, "", "", "the first says this", ""};
    summary::add_finding(s, note);
    summary::add_finding(s, wrong);
    wrong.message = "the second says that";
    summary::add_finding(s, wrong);
    Issue milder = wrong;
    milder.severity = Severity::warning;
    summary::add_finding(s, milder, "the title of the rule");
    summary::rank(s);
    REQUIRE(s.findings.size() == 3);
    CHECK(s.findings[0].severity == Severity::error);
    CHECK(s.findings[0].n == 2);
    CHECK(s.findings[0].says == "the first says this");
    CHECK(s.findings[1].says == "the title of the rule");
    CHECK(s.findings[2].hint == "do nothing");
    CHECK(s.findings_of(Severity::error) == 2);
}

TEST_CASE("summary: degradations and codes are ranked by how many they touch") {
    Summary s = sample();
    s.unmapped = {{"a", "1", "", 2, 9}, {"a", "2", "", 5, 5}, {"a", "0", "", 2, 9}};
    summary::rank(s);
    CHECK(s.degraded.front().reason == "reference-dangling");
    CHECK(s.unmapped[0].code == "2");
    CHECK(s.unmapped[1].code == "0");
    CHECK(s.unmapped[2].code == "1");
}

TEST_CASE("summary: the page has each number of the ledger under a name, and loads nothing") {
    Summary s = sample();
    s.practice = "<script>alert(1)</script>\" onload=\"x";
    s.ods.clear();
    const std::string page = summary::html(s);
    CHECK(has(page, "data-n=\"table:Admin_Patient:deleted\">1<"));
    CHECK(has(page, "data-n=\"table:Coding:lookup\">4<"));
    CHECK(has(page, "data-n=\"fate:read\">9<"));
    CHECK(has(page, "data-n=\"fate:held\">1<"));
    CHECK(has(page, "data-n=\"resource:Patient\">1,203<"));
    CHECK(has(page, "data-gate=\"map\" data-outcome=\"reserved\""));
    CHECK(has(page, "patients.csv:3"));
    CHECK(has(page, "letters &amp; &lt;scans&gt;"));
    CHECK(has(page, "default-src 'none'"));
    CHECK_FALSE(has(page, "<script"));
    CHECK_FALSE(has(page, "\" onload"));
    CHECK_FALSE(has(page, "http://"));
    CHECK_FALSE(has(page, "https://"));
    CHECK_FALSE(has(page, "src="));
    CHECK_FALSE(has(page, "url("));
}

TEST_CASE("summary: entries that the target held back stand in every form, by reason, most first") {
    Summary s = sample();
    s.held_entries = {{"List", "The layout has no lists", 2}, {"Specimen", "No <place> for it", 31}};
    summary::rank(s);
    CHECK(s.entries_held() == 33);
    CHECK(s.held_entries.front().type == "Specimen");
    const std::string page = summary::html(s), text = summary::text(s), json = summary::json(s);
    CHECK(has(page, "data-n=\"held:Specimen\">31<"));
    CHECK(has(page, "No &lt;place&gt; for it"));
    CHECK(has(text, "  Specimen  31  No <place> for it\n"));
    CHECK(has(text, "  all       33  each of them is in held.jsonl\n"));
    CHECK(has(json, "\"says\": \"The layout has no lists\""));
    CHECK(text.find("  Specimen") < text.find("  List"));
}

TEST_CASE("summary: a section without content is not there, in any form") {
    Summary s;
    s.command = "map";
    s.headline = "x";
    for (const std::string& text : {summary::html(s), summary::markdown(s), summary::text(s)}) {
        CHECK_FALSE(has(text, "Rows held back"));
        CHECK_FALSE(has(text, "Gates"));
        CHECK_FALSE(has(text, "Read back"));
    }
}

TEST_CASE("summary: Markdown and text say the answer first, then the same numbers") {
    Summary s = sample();
    s.answer = summary::Outcome::failed;
    const std::string text = summary::text(s), marks = summary::markdown(s);
    CHECK(text.starts_with(
        "gpswitch switch: stopped: the answer is no\n\nNothing in this extract was lost.\n"));
    CHECK(marks.starts_with(
        "# gpswitch switch: stopped: the answer is no\n\n**Nothing in this extract was lost.**\n"));
    CHECK(has(text, "  held        1  held back, with a finding that says why\n"));
    CHECK(has(text, "  all      1,203\n"));
    CHECK(has(marks, "| Coding | 4 | . | . | 4 | . | . | . | . |\n"));
    CHECK(has(marks, "| map | reserved | 1.2 | 5 rows |\n"));
}

TEST_CASE("summary: JSON has the exit code that goes with the answer") {
    Summary s = sample();
    CHECK(has(summary::json(s), "\"exit\": 0,"));
    s.answer = summary::Outcome::reserved;
    CHECK(has(summary::json(s), "\"exit\": 1,\n  \"answer\": \"reserved\","));
}

TEST_CASE("summary: rows that an export settled itself are rows of the source, each with its fate") {
    Summary s = sample();
    summary::add_export(
        s,
        R"({"export":1,"tables":[{"table":"Admin_Patient","read":8,"fates":{"written":5,"superseded":2,"deleted":0,"excluded":0,"held":1}},
        {"table":"Other","read":3,"fates":{"written":0,"superseded":0,"deleted":0,"excluded":3,"held":0}}]})");
    REQUIRE(s.tables.size() == 3);
    CHECK(s.tables[0].rows == 8);
    CHECK(s.rows() == 15);
    CHECK(s.rows("superseded") == 2);
    CHECK(s.rows("held") == 2);
    CHECK(s.rows("excluded") == 3);
    CHECK(s.tables[2].name == "Other");
    CHECK(s.tables[2].rows == 3);
    CHECK_THROWS_AS(summary::add_export(s, "{}"), InputError);
}
