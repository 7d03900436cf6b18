#pragma once
#include <doctest/doctest.h>

#include <fstream>
#include <sstream>

#include "core/json/json.hpp"
#include "core/record/json.hpp"
#include "core/validate/validate.hpp"

/// What the tests of the rules share: records from lines of JSON, findings as text.
namespace gpswitch::validate::test {

inline std::string table(const std::string& name) {
    std::ifstream file(std::string(GPSWITCH_SOURCE_DIR) + "/mappings/rules/" + name, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

inline const mapping::Safeguards& shipped_safeguards() {
    static const mapping::Safeguards all = [] {
        mapping::Safeguards s;
        s.load_labels(table("labels.csv"), "labels.csv");
        s.load_empty_reasons(table("empty-reason.csv"), "empty-reason.csv");
        return s;
    }();
    return all;
}
inline const Rules& shipped() {
    static const Rules rules{load_no_known_allergy(table("no-known-allergy.csv"), "no-known-allergy.csv"),
                             load_list_codes(table("list-code.csv"), "list-code.csv"),
                             load_plausible(table("plausible.csv"), "plausible.csv"), &shipped_safeguards(),
                             nullptr};
    return rules;
}

// A record from one JSON resource a line.
inline void fill(record::Record& r, const std::string& lines) {
    r.clear();
    r.key = "key";
    json::Parser parser;
    std::istringstream in(lines);
    for (std::string line; std::getline(in, line);) {
        if (line.empty()) continue;
        json::Error error;
        const json::Value* v = parser.parse(r.arena.copy(line), r.arena, error);
        REQUIRE_MESSAGE(v != nullptr, error.message);
        const auto kind = record::kind_of(v->text_of("resourceType"));
        REQUIRE(kind);
        record::ReadContext c;
        c.arena = &r.arena;
        record::Entity& e = r.add(*kind);
        record::read_json(*v, *kind, e, c);
        if (*kind == record::EntityKind::Patient) r.patient_id = e.id;
    }
}

/// Rules that every entry of few words breaks: left out of the findings unless a test is about them.
inline bool bare(const Issue& i) {
    for (const char* code : {"VAL-AUT-001", "VAL-CODE-001", "VAL-DATE-006", "VAL-PAT-002", "VAL-PAT-003",
                             "VAL-MED-004", "VAL-RPT-001"})
        if (i.code == code) return true;
    return false;
}

/// "VAL-REF-001 Observation/o encounter; ..." in the order found. `only`: one rule's findings.
inline std::string found(const record::Record& r, const Rules& rules, const std::string& only = {}) {
    IssueList list;
    check_record(r, rules, list);
    std::string out;
    for (const Issue& i : list.issues) {
        if (only.empty() ? bare(i) : i.code != only) continue;
        out += (out.empty() ? "" : "; ") + i.code + " " + i.resource + (i.path.empty() ? "" : " " + i.path);
    }
    return out;
}
inline std::string found(const record::Record& r) { return found(r, shipped()); }

inline const std::string kPatient = R"({"resourceType":"Patient","id":"p","birthDate":"1950-03-01"})"
                                    "\n";
inline const std::string kDead =
    R"({"resourceType":"Patient","id":"p","birthDate":"1950-03-01","deceasedDateTime":"2021-05-06"})"
    "\n";

inline std::string patient_with(const std::string& more) {
    return R"({"resourceType":"Patient","id":"p",)" + more + "}\n";
}
inline std::string nhs(const std::string& value, const std::string& more = "") {
    return patient_with(R"("identifier":[{"system":"https://fhir.nhs.uk/Id/nhs-number",)" + more +
                        R"("value":")" + value + R"("}])");
}
inline std::string allergy(const std::string& id, const std::string& code, const std::string& more = "") {
    return R"({"resourceType":"AllergyIntolerance","id":")" + id +
           R"(","code":{"coding":[{"system":"http://snomed.info/sct","code":")" + code + "\"}]}" + more +
           "}\n";
}
inline std::string observation(const std::string& id, const std::string& more) {
    return R"({"resourceType":"Observation","id":")" + id + "\"" + more + "}\n";
}
inline std::string request(const std::string& id, const std::string& intent, const std::string& status,
                           const std::string& more = "") {
    return R"({"resourceType":"MedicationRequest","id":")" + id + R"(","intent":")" + intent +
           R"(","status":")" + status + "\"" + more + "}\n";
}
inline const std::string kRepeat =
    R"(,"courseOfTherapyType":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/medicationrequest-course-of-therapy","code":"continuous"}]})";
inline const std::string kActive = R"(,"clinicalStatus":{"coding":[{"code":"active"}]})";
inline const std::string kNka = "716186003", kNoDrug = "409137002", kNuts = "91935009";

struct Row {
    const char* why;
    std::string record, expect;
};
/// `only`: the rule the rows are about; empty: all but the bare ones.
inline void check(const std::vector<Row>& rows, const std::string& only = {},
                  const Rules& rules = shipped()) {
    for (const Row& row : rows) {
        CAPTURE(row.why);
        record::Record r;
        fill(r, row.record);
        CHECK(found(r, rules, only) == row.expect);
    }
}

}  // namespace gpswitch::validate::test
