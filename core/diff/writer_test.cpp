#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "core/diff/diff.hpp"
#include "core/diff/memory_source.hpp"

using namespace gpswitch;
using namespace gpswitch::diff;
using namespace gpswitch::diff::test;
using record::Record;

namespace {

std::string report(Format format, bool values) {
    MemorySource before, after;
    fill_clinic(before, 3);
    fill_clinic(after, 3);
    after.change(0, [](Record& r) {
        nth<record::MedicationRequest>(r).dosage_instruction[0].text = "two\ndaily";
        nth<record::Patient>(r).identifier[0].value = "9990000077";
        nth<record::Patient>(r).name[0].family = "SECRETOTHER";
        nth<record::Encounter>(r).status = "finished";
        nth<record::Encounter>(r).period = {};
    });
    after.change(1, [](Record& r) {
        remove_nth<record::AllergyIntolerance>(r);
        remove_nth<record::Observation>(r);
    });
    after.change(2, [](Record& r) {
        Record other;
        clinic_patient(other, 1);
        record::copy(&nth<record::Observation>(other), &r.add<record::Observation>(),
                     record::type_of<record::Observation>(), r.arena);
        remove_nth<record::Encounter>(r);
    });
    after.leftover([](Record& r) { r.add<record::Slot>().id = "slot-2"; });
    Options options;
    options.show_values = values;
    options.list_explained = true;
    options.cannot_carry = {{"Encounter", "", "no consultations"}, {"Encounter", "period", "no times"}};
    std::string out;
    const auto writer = make_writer(format, [&](std::string_view s) { out += s; });
    compare({&before, {}}, {&after, {}}, options, *writer);
    return out;
}

}  // namespace

TEST_CASE("diff: text report") {
    CHECK(report(Format::text, false) ==
          "Patient/pat-0\n"
          "  Patient/pat-0 changed\n"
          "    identifier[0].value differs\n"
          "    name[0].family differs\n"
          "  Encounter/enc-0 changed\n"
          "    status is only in AFTER\n"
          "    explained in part: Encounter.period: no times\n"
          "  MedicationRequest/med-0 changed: a dose\n"
          "    dosageInstruction[0].text differs\n"
          "Patient/pat-1\n"
          "  Observation/obs-1 stands under another patient: Patient/pat-2\n"
          "  AllergyIntolerance/alg-1 is only in BEFORE; an allergy is lost or changed, which nothing can "
          "explain\n"
          "Patient/pat-2\n"
          "  Encounter/enc-2 is only in BEFORE; rule Encounter: no consultations\n"
          "practice\n"
          "  Slot/slot-2 is only in AFTER\n"
          "patients: 3 before, 3 after, 3 paired (3 by id)\n"
          "entities: 29 before, 28 after, 23 equal, 1 explained, 6 unexplained\n"
          "explained:\n"
          "         1  Encounter.period: no times\n"
          "         1  Encounter: no consultations\n"
          "unexplained:\n"
          "         1  changed Patient\n"
          "         1  changed Encounter\n"
          "         1  changed MedicationRequest\n"
          "         1  only-before AllergyIntolerance\n"
          "         1  only-after Slot\n"
          "         1  moved Observation\n"
          "never explainable: 2\n");
}

TEST_CASE("diff: values are shown only when asked for, and said to be") {
    const std::string text = report(Format::text, true);
    CHECK(text.find("dosageInstruction[0].text \"one daily\" became \"two\\x0adaily\"") != std::string::npos);
    CHECK(text.find("values are shown: this report holds patient data") != std::string::npos);
    for (std::string_view name : format_names()) {
        CAPTURE(name);
        const std::string hidden = report(*format_of(name), false);
        for (const char* secret : {"SECRET", "9990000", "daily", "1950", "27113001", "81.50"}) {
            CAPTURE(secret);
            CHECK(hidden.find(secret) == std::string::npos);
        }
    }
}

TEST_CASE("diff: an id that is an NHS number is not shown") {
    MemorySource before, after;
    for (MemorySource* s : {&before, &after})
        s->add("9990000018", [](Record& r) {
            auto& p = r.add<record::Patient>();
            p.id = "9990000018";
            r.patient_id = p.id;
        });
    after.change(0, [](Record& r) { nth<record::Patient>(r).gender = "male"; });
    std::string out;
    for (std::string_view name : format_names()) {
        const auto writer = make_writer(*format_of(name), [&](std::string_view s) { out += s; });
        compare({&before, {}}, {&after, {}}, {}, *writer);
    }
    CHECK(out.find("9990000018") == std::string::npos);
    CHECK(out.find("Patient/(id not shown)") != std::string::npos);
}

TEST_CASE("diff: JSON Lines report") {
    std::vector<nlohmann::json> lines;
    const std::string text = report(Format::jsonl, false);
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = text.find('\n', at);
        lines.push_back(nlohmann::json::parse(text.substr(at, end - at)));
        at = end + 1;
    }
    REQUIRE(lines.size() == 8);
    CHECK(lines[0]["severity"] == "error");
    CHECK(lines[0]["code"] == "DIFF-CHG-001");
    CHECK(lines[0]["resource"] == "Patient/pat-0");
    CHECK(lines[0]["path"] == "identifier[0].value");
    CHECK(lines[0]["fields"].size() == 2);
    CHECK(lines[2]["never"] == "a dose");
    CHECK(lines[3]["difference"] == "moved");
    CHECK(lines[3]["movedTo"] == "Patient/pat-2");
    CHECK(lines[5]["severity"] == "information");
    CHECK(lines[7]["totals"]["entities"]["unexplained"] == 6);
    CHECK(lines[7]["totals"]["unexplained"].size() == 6);
    CHECK(lines[7]["totals"]["rules"]["Encounter: no consultations"] == 1);
}

TEST_CASE("diff: findings for machines") {
    const auto sarif = nlohmann::json::parse(report(Format::sarif, false));
    CHECK(sarif["runs"][0]["results"].size() == 7);
    const auto outcome = nlohmann::json::parse(report(Format::outcome, false));
    CHECK(outcome["issue"].size() == 7);
    CHECK(report(Format::junit, false).find("tests=\"7\" failures=\"6\" errors=\"0\"") != std::string::npos);
}
