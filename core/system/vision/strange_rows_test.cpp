// Rows that say too little, too much, or something impossible: nothing dangerous may come of them in silence.
#include "core/system/vision/test_extract.hpp"

using namespace gpswitch;
using namespace gpswitch::vision_test;
using Strings = std::vector<std::string>;

namespace {

Run journal(std::vector<Cells> entries) {
    Extract e;
    e.patient();
    int n = 0;
    for (Cells& c : entries) {
        c.try_emplace("ID", std::to_string(++n));
        e.entry(std::move(c));
    }
    return e.run();
}

bool told(const Run& r, const std::string& code, Severity severity, const std::string& path = {}) {
    return std::ranges::any_of(r.issues, [&](const Issue& i) {
        return i.code == code && i.severity == severity && (path.empty() || i.path == path);
    });
}

std::string plan_of(const Json& order) {
    return order["basedOn"][0]["reference"].get<std::string>().substr(18);
}

std::string ethnicity(const Json& patient) {
    for (const Json& x : patient.value("extension", Json::array()))
        if (x.value("url", "").find("EthnicCategory") != std::string::npos)
            return x["valueCodeableConcept"]["coding"][0]["code"];
    return {};
}

}  // namespace

TEST_CASE("vision: an entry without a known subset is what its other columns say") {
    const auto made = [](Cells cells) {
        cells.try_emplace("SUBSET", "");
        const Run r = journal({std::move(cells)});
        std::string out;
        for (const char* type : {"AllergyIntolerance", "MedicationStatement", "MedicationRequest",
                                 "Immunization", "Condition", "Procedure", "Observation"})
            if (!r.of(type).empty()) out += (out.empty() ? "" : " ") + std::string(type);
        CHECK(r.found("VISION-SUBSET-001") == 1);
        return out;
    };
    CHECK(made({{"CODE", "R062.00"}, {"CERTAINTY", "255545003"}}) == "AllergyIntolerance");
    CHECK(made({{"CODE", "R062.00"}, {"SEVERITY", "24484000"}, {"SUBSET", "Z"}}) == "AllergyIntolerance");
    CHECK(made({{"CODE", "SN52.00"}}) == "AllergyIntolerance");
    CHECK(made({{"CODE", "14L1.00"}}) == "AllergyIntolerance");
    const std::string drug = "MedicationStatement MedicationRequest";
    CHECK(made({{"RUBRIC", "Methotrexate"}, {"ENTITY", "REPEATS"}, {"VALUE1", "8"}}) == drug);
    CHECK(made({{"RUBRIC", "Methotrexate"}, {"EPISODE", "R"}}) == drug);
    CHECK(made({{"RUBRIC", "Methotrexate"}, {"DMD_CODE", "42109611000001109"}}) == drug);
    CHECK(made({{"CODE", "di21.00"}, {"RUBRIC", "Methotrexate"}}) == drug);  // a chapter of drugs
    CHECK(made({{"CODE", "65E..00"}, {"IMMS_STATUS", "Given"}}) == "Immunization");
    CHECK(made({{"CODE", "R062.00"}}) == "Observation");
    // What other columns or a code say is a warning; what nobody can say is an error.
    const Run r = journal({{{"SUBSET", "Z"}, {"CODE", "di21.00"}, {"ENTITY", "REPEATS"}},
                           {{"SUBSET", ""}, {"RUBRIC", "Penicillin"}}});
    CHECK(told(r, "VISION-SUBSET-001", Severity::warning));
    CHECK(told(r, "VISION-SUBSET-001", Severity::error));
    CHECK(Run::rest(r.entry("MedicationStatement", "1"), "journal.SUBSET") == "Z");
}

TEST_CASE("vision: Read codes of lists are compared with their case") {
    const Run r = journal({{{"CODE", "9i0..00"}, {"DATE", "20200101"}},
                           {{"CODE", "9s1..00"}, {"DATE", "20210101"}},
                           {{"CODE", "9I1..00"}, {"DATE", "20220101"}},
                           {{"CODE", "9bj4.00"}},
                           {{"CODE", "9BJ0.00"}},
                           {{"CODE", "9bJ4.00"}}});
    CHECK(ethnicity(r.of("Patient")[0]) == "A");
    CHECK(r.made("AllergyIntolerance", "journal", "4").empty());
    CHECK(r.made("MedicationStatement", "journal", "5").empty());
    CHECK(r.of("AllergyIntolerance").size() == 1);
    // 9t stands beside 9T.
    CHECK(ethnicity(journal({{{"CODE", "9t00.00"}}}).of("Patient")[0]) == "A");
}

TEST_CASE("vision: no known allergies without its dots, whatever the subset") {
    const Run r = journal({{{"CODE", "1151"}, {"SUBSET", "C"}, {"RUBRIC", "No known allergies"}},
                           {{"CODE", "1151"}, {"SUBSET", "L"}, {"RUBRIC", "No known allergies"}}});
    CHECK(r.of("Observation").empty());
    CHECK(r.of("AllergyIntolerance").size() == 2);
    CHECK(r.found("VISION-CODE-002") == 2);
}

TEST_CASE("vision: what a status calls given happened, whatever its words are; consent is no dose") {
    for (const std::string words :
         {"Hepatitis B vaccination due to occupational exposure",
          "Invitation accepted, influenza vaccination", "Tetanus vaccination recall",
          "Influenza vaccination offered and given, none declined"}) {
        const Run r =
            journal({{{"SUBSET", "I"}, {"CODE", "65E..00"}, {"IMMS_STATUS", "Given"}, {"RUBRIC", words}}});
        REQUIRE_MESSAGE(r.of("Immunization").size() == 1, words);
        CHECK(r.entry("Immunization")["status"] == "completed");
    }
    CHECK(
        journal(
            {{{"SUBSET", "I"}, {"CODE", "65E..00"}, {"IMMS_STATUS", "Given"}, {"RUBRIC", "Consent for MMR"}}})
            .of("Immunization")
            .empty());
    // A code that says refused is not overruled by a status.
    CHECK(journal({{{"SUBSET", "I"}, {"CODE", "8I3y.00"}, {"IMMS_STATUS", "Given"}}})
              .entry("Immunization")["status"] == "not-done");
}

TEST_CASE(
    "vision: an issue stands on a master that had not ended, and rows without name and code are no drug") {
    const auto row = [](const char* subset, const char* id, const char* day, const char* end, const char* dmd,
                        const char* name) {
        return Cells{{"SUBSET", subset},
                     {"ID", id},
                     {"DATE", day},
                     {"END_DATE", end},
                     {"DMD_CODE", dmd},
                     {"RUBRIC", name},
                     {"CODE", *name == 0 ? "" : "c13v.00"}};
    };
    const char* const dmd = "39113611000001102";
    const Run r = journal(
        {row("R", "1", "20230101", "20240601", dmd, "Salbutamol"),
         row("S", "2", "20250101", "", dmd, "Salbutamol"), row("S", "3", "20240601", "", dmd, "Salbutamol"),
         row("R", "4", "20230101", "", "", "Ramipril"), row("S", "5", "20250101", "", dmd, "Ramipril"),
         row("R", "6", "20230101", "", "", ""), row("S", "7", "20250101", "", "", "")});
    const auto order = [&](const std::string& id) {
        for (const Json& m : r.made("MedicationRequest", "journal", id))
            if (m["intent"] == "order") return m;
        return Json();
    };
    const auto plan = [&](const std::string& id) { return r.entry("MedicationRequest", id)["id"]; };
    CHECK(plan_of(order("2")) != plan("1"));  // after its end
    CHECK(plan_of(order("3")) == plan("1"));  // on its last day
    CHECK(r.entry("MedicationStatement", "1")["extension"].dump().find("2025") == std::string::npos);
    CHECK(plan_of(order("5")) == plan("4"));  // the same name and code; one has no dm+d id
    CHECK(plan_of(order("7")) != plan("6"));
    CHECK(r.found("VISION-MED-001") == 2);
}

TEST_CASE("vision: values without VALUE1 are kept") {
    const Cells values = {{"VALUE1_NAME", "OTHER"}, {"VALUE1_UNITS", "u1"}, {"VALUE2_NAME", "N2"},
                          {"VALUE2", "2"},          {"VALUE2_UNITS", "u2"}, {"CODE", "65E..00"},
                          {"RUBRIC", "Something"}};
    for (const std::string subset : {"I", "A", "R", "S"}) {
        CAPTURE(subset);
        Cells cells = values;
        cells["SUBSET"] = subset;
        const Run r = journal({cells});
        std::string all;
        for (const Json& e : r.entities) all += e.dump();
        for (const auto& [column, value] : values)
            if (column.starts_with("VALUE"))
                CHECK_MESSAGE(all.find("journal." + column + "=" + value) != std::string::npos, column);
    }
}

TEST_CASE("vision: numbers that FHIR writes otherwise are numbers") {
    const Run r =
        journal({{{"SUBSET", "T"}, {"CODE", "44P..00"}, {"VALUE1", ".5"}, {"VALUE1_UNITS", "ug/L"}},
                 {{"SUBSET", "R"}, {"RUBRIC", "Drops"}, {"VALUE1_NAME", "QUANTITY"}, {"VALUE1", ".5"}},
                 {{"SUBSET", "T"}, {"CODE", "44P..00"}, {"VALUE1", "007.50"}},
                 {{"SUBSET", "T"}, {"CODE", "44P..00"}, {"VALUE1", "1,5"}}});
    CHECK(r.entry("Observation", "1")["valueQuantity"]["value"] == 0.5);
    CHECK(r.entry("Observation", "1")["valueQuantity"]["unit"] == "ug/L");
    CHECK(r.entry("MedicationRequest", "2")["dispenseRequest"]["quantity"]["value"] == 0.5);
    CHECK(r.entry("Observation", "3")["valueQuantity"]["value"] == 7.5);
    CHECK(r.entry("Observation", "4")["valueString"] == "1,5");
}

TEST_CASE("vision: the second token is the id of a document even when the first is empty") {
    const Run r = journal({{{"CODE", "9N36.00"}, {"DOCUMENT_ID", "|GUID-2"}},
                           {{"CODE", "9N36.00"}, {"DOCUMENT_ID", "7|"}},
                           {{"CODE", "9N36.00"}, {"DOCUMENT_ID", "|"}},
                           {{"CODE", "9N36.00"}, {"DOCUMENT_ID", "7|GUID|x"}}});
    CHECK(r.entry("DocumentReference", "1")["masterIdentifier"]["value"] == "GUID-2");
    CHECK(Run::rest(r.entry("DocumentReference", "2"), "journal.DOCUMENT_ID") == "7|");
    CHECK_FALSE(r.entry("DocumentReference", "3").contains("masterIdentifier"));
    CHECK(Run::rest(r.entry("DocumentReference", "4"), "journal.DOCUMENT_ID") == "7|GUID|x");
    CHECK(r.found("VISION-DOC-001") == 2);
}

TEST_CASE("vision: a time that is none is told of where it stands") {
    const Run r =
        journal({{{"CODE", "R062.00"}, {"TIME", "2400"}}, {{"CODE", "R062.00"}, {"DATE", "20260231"}}});
    CHECK(told(r, "VISION-VALUE-001", Severity::warning, "journal.TIME"));
    CHECK(told(r, "VISION-VALUE-001", Severity::warning, "journal.DATE"));
    CHECK(Run::rest(r.entry("Observation", "1"), "journal.TIME") == "2400");
    CHECK(r.entry("Observation", "1")["effectiveDateTime"] == "2026-02-03");
}

TEST_CASE("vision: seven letters are no Read code") {
    const Run r =
        journal({{{"CODE", "EMISNQ1"}, {"RUBRIC", "Something"}}, {{"CODE", "asthmas"}, {"RUBRIC", "x"}}});
    CHECK(r.of("Condition").empty());
    for (const std::string id : {"1", "2"})
        CHECK(code_of(r.entry("Observation", id)["code"], kReadV2).empty());
    CHECK(r.found("VISION-CODE-002") == 2);
}

TEST_CASE("vision: rows without an id are each their own, and a deletion of nobody is told of") {
    const Cells cough = {{"ID", ""}, {"CODE", "R062.00"}};
    Cells removal = cough;
    removal["ACTION"] = "D";
    const Run r = journal({cough, cough, removal});
    CHECK(r.of("Observation").size() == 2);
    CHECK(r.of("Observation")[0]["id"] != r.of("Observation")[1]["id"]);
    CHECK(r.found("VISION-KEY-003") == 3);
    CHECK(told(r, "VISION-KEY-003", Severity::error));
    CHECK(r.fate("journal", "") == Strings{"migrated", "migrated", "deleted:removal-of-unknown-row"});
}

TEST_CASE("vision: the id of an allergy or a medicine twice in one delivery holds the patient") {
    const Cells allergy = {{"ID", "5"}, {"SUBSET", "L"}, {"CODE", "14L1.00"}, {"RUBRIC", "Penicillin"}};
    Cells other = {{"ID", "5"}, {"SUBSET", "C"}, {"CODE", "R062.00"}, {"RUBRIC", "Cough"}};
    const Run r = journal({allergy, other});
    CHECK(r.of("Patient").empty());
    CHECK(told(r, "VISION-KEY-002", Severity::error));
    CHECK(r.fate("journal", "5").front() == "held:VISION-KEY-002");
    // A change on the same day says so.
    other["ACTION"] = "U";
    const Run changed = journal({allergy, other});
    CHECK(changed.of("Observation").size() == 1);
    CHECK(changed.found("VISION-KEY-002") == 0);
    CHECK(told(changed, "VISION-KEY-001", Severity::warning));
    CHECK(journal({allergy, allergy}).of("AllergyIntolerance").size() == 1);
}

TEST_CASE("vision: left or dead on a day that is none is left or dead all the same") {
    Extract e;
    e.patient("5001", {{"ACTIVE", "D"}, {"DATE_OF_DEATH", "20251332"}});
    e.patient("5002", {{"ACTIVE", "L"}, {"REMOVED_DATE", "20251332"}});
    e.patient("5003", {{"ACTIVE", "L"}, {"REMOVED_DATE", "00000000"}});
    e.patient("5004", {{"ACTIVE", ""}});
    const Run r = e.run();
    CHECK(r.one("Patient", "patient", "5001")["deceasedBoolean"] == true);
    CHECK(Run::rest(r.one("Patient", "patient", "5001"), "patient.DATE_OF_DEATH") == "20251332");
    CHECK(r.one("EpisodeOfCare", "patient", "5002")["status"] == "finished");
    CHECK(r.one("EpisodeOfCare", "patient", "5003")["status"] == "finished");
    CHECK(r.one("EpisodeOfCare", "patient", "5004")["status"] == "active");
    CHECK(told(r, "VISION-ACTIVE-001", Severity::warning, "patient.ACTIVE"));
    CHECK(r.found("VISION-ACTIVE-001") == 1);
}

TEST_CASE("vision: a day of registration that is put right makes no other registration") {
    const auto run = [](const Strings& days) {
        Extract e;
        for (const std::string& day : days) e.patient("5001", {{"REGISTERED_DATE", day}}).deliver();
        return e.run();
    };
    const Run earlier = run({"20150401", "20150104"});
    REQUIRE(earlier.of("EpisodeOfCare").size() == 1);
    CHECK(earlier.of("EpisodeOfCare")[0]["period"]["start"] == "2015-01-04");
    CHECK(earlier.found("VISION-REG-001") == 1);
    CHECK(earlier.fate("patient", "5001") == Strings{"superseded:newer-row-of-same-key", "migrated"});
    for (const Strings& back :
         {Strings{"20150401", "20150104", "20150401"}, Strings{"20150104", "20150401", "20150104"}}) {
        const Run r = run(back);
        REQUIRE(r.of("EpisodeOfCare").size() == 1);
        CHECK(r.of("EpisodeOfCare")[0]["status"] == "active");
        CHECK(r.found("VISION-REG-001") == 1);
    }
    // No day of the calendar, or none at all: nothing says that it is another one.
    for (const std::string day : {"20151332", ""})
        CHECK(run({"20150401", day}).of("EpisodeOfCare").size() == 1);
    const Run then = run({"20100101", "20150401", "20151332"});
    REQUIRE(then.of("EpisodeOfCare").size() == 2);
    CHECK_FALSE(then.one("EpisodeOfCare", "patient", "5001#2010-01-01")["period"].contains("end"));
}

TEST_CASE("vision: of two registrations in one delivery the later is today's, wherever it stands") {
    for (const bool newest_first : {false, true}) {
        CAPTURE(newest_first);
        const Cells old = {{"REGISTERED_DATE", "20100101"}, {"ACTIVE", "L"}, {"REMOVED_DATE", "20140101"}};
        const Cells now = {{"REGISTERED_DATE", "20150401"}};
        Extract e;
        e.patient("5001", newest_first ? now : old).patient("5001", newest_first ? old : now);
        const Run r = e.run();
        REQUIRE(r.of("EpisodeOfCare").size() == 2);
        CHECK(r.one("EpisodeOfCare", "patient", "5001")["status"] == "active");
        CHECK(r.one("EpisodeOfCare", "patient", "5001#2010-01-01")["period"]["end"] == "2014-01-01");
        CHECK(r.of("Patient")[0]["generalPractitioner"].size() == 1);
    }
}

TEST_CASE("vision: an empty file says no more than one that is missing") {
    Extract e;
    e.patient().deliver();
    const Run r = e.run();
    CHECK(told(r, "VISION-TABLE-003", Severity::error));
    CHECK(r.found("VISION-BULK-001") == 1);
    // Changes later on may well be none.
    Extract later;
    later.patient().entry({{"CODE", "R062.00"}}).deliver();
    later.patient().deliver();
    const Run l = later.run();
    CHECK(l.found("VISION-TABLE-003") == 0);
    CHECK(l.found("VISION-BULK-001") == 0);
}

TEST_CASE("vision: files of one delivery that differ are refused, with one of a FULL extract between them") {
    Extract e;
    e.patient().entry({{"CODE", "R062.00"}}).deliver();
    const std::string name = Extract::name(Tab::journal, kMoment);
    e.folder.put("a/" + name, e.line(Tab::journal, {{"PID", "5001"}, {"ID", "1"}, {"ACTION", "I"}}));
    e.folder.put("b/" + Extract::name(Tab::journal, kMoment, "FULL"), "");
    e.folder.put("c/" + name, "");
    CHECK(e.refusal().find("differ") != std::string::npos);
}
