// Quirks of the extract, by their number in the notes on the format: the clinical rows.
#include "core/system/emis/quirks_test.hpp"

using namespace gpswitch;
using namespace gpswitch::emis_test;

TEST_CASE("emis quirk 49: the category of the code decides, not the entry type") {
    Small x;
    x.code("weight", kValue, "Weight", "22A");
    x.code("rota", kImms, "First rotavirus vaccination", "65d0");
    x.code("ref", kReferral, "Referral", "8H43");
    x.obs("weight", "weight", {{"ObservationType", "Referral"}, {"Value", "81.000"}});
    x.obs("rota", "rota", {{"ObservationType", "Observation"}});
    x.obs("ref", "ref", {{"ObservationType", "Value"}});
    const Run r = x.run();
    CHECK(r.none("ServiceRequest", "weight"));
    CHECK(rest(r.one("Observation", "weight"), "CareRecord_Observation.ObservationType").size() == 1);
    CHECK(r.one("Immunization", "rota")["status"] == "completed");
    CHECK(r.none("Observation", "ref"));
    CHECK(r.made("ServiceRequest", "ref").size() == 1);
}

TEST_CASE("emis: an allergy category alone, or the entry type alone, makes an allergy") {
    Small x;
    x.code("penicillin", kAllergy, "Allergy to penicillin", "14L1", "91936005");
    x.code("second", "Allergy and adverse reactions", "Allergy to egg", "SN582");
    x.code("strawberry", kFinding, "Allergy to strawberry", "ESCTST91938");
    x.obs("category", "penicillin", {{"ObservationType", "Observation"}, {"AssociatedText", "Rash"}});
    x.obs("second", "second");
    x.obs("type", "strawberry", {{"ObservationType", "Allergy"}});
    const Run r = x.run();
    for (const char* name : {"category", "second", "type"}) {
        CAPTURE(name);
        CHECK(reference(r.one("AllergyIntolerance", name)["patient"]) == link(r.one("Patient", "p")));
        CHECK(r.none("Observation", name));
    }
    CHECK(r.one("AllergyIntolerance", "category")["note"].size() == 1);
    CHECK(r.one("AllergyIntolerance", "category")["note"][0]["text"] == "Rash");
}

TEST_CASE(
    "emis quirk 50: a value never takes an entry away: an allergy with one is an allergy and an "
    "observation") {
    Small x;
    x.code("aspirin", kAllergy, "Allergy to aspirin", "14L5");
    x.code("fh", kFamily, "FH: diabetes", "1252");
    x.code("ref", kReferral, "Referral", "8H54");
    x.code("mmr", kImms, "MMR vaccination", "65M1");
    for (const char* name : {"aspirin", "fh", "ref", "mmr"})
        x.obs(name, name, {{"Value", "2.500"}, {"NumericUnit", "units"}, {"ObservationType", "Value"}});
    const Run r = x.run();
    const std::pair<const char*, const char*> kinds[] = {{"aspirin", "AllergyIntolerance"},
                                                         {"fh", "FamilyMemberHistory"},
                                                         {"ref", "ServiceRequest"},
                                                         {"mmr", "Immunization"}};
    const std::pair<const char*, const char*> categories[] = {
        {"aspirin", kAllergy}, {"fh", kFamily}, {"ref", kReferral}, {"mmr", kImms}};
    for (const auto& [name, kind] : kinds) {
        CAPTURE(name);
        CHECK(r.made(kind, name).size() == 1);
        const Json o = r.one("Observation", name);
        CHECK(r.raw.at(link(o)).find("\"value\":2.500") != std::string::npos);
        CHECK(o["valueQuantity"]["unit"] == "units");
    }
    for (const auto& [name, category] : categories)
        CHECK(r.one("Observation", name)["category"][0]["text"] == category);
}

TEST_CASE("emis quirk 51: a report heading with range numbers and no value: the ranges do not fail or show") {
    Small x;
    x.code("lipids", "Biochemistry", "Lipids", "EMISR4QLI1");
    x.code("chol", "Biochemistry", "Cholesterol", "44P");
    x.obs("head", "lipids", {{"NumericRangeLow", "40.000"}, {"NumericRangeHigh", "75.000"}});
    x.obs("result", "chol", {{"ParentObservationGuid", guid("head")}, {"Value", "6.100"}});
    const Run r = x.run();
    const Json report = r.one("DiagnosticReport", "head");
    CHECK(report["result"].size() == 1);
    CHECK(!report.contains("referenceRange"));
    CHECK(rest(report, "CareRecord_Observation.NumericRangeLow") == std::vector<std::string>{"40.000"});
}

TEST_CASE("emis quirk 52: a row without a code keeps its words, says so, and has the code FHIR demands") {
    Small x;
    x.obs("o", "", {{"AssociatedText", "Text is all there is"}});
    x.obs("a", "", {{"ObservationType", "Allergy"}, {"AssociatedText", "Allergic to something"}});
    const Run r = x.run();
    CHECK(first_code(r.one("Observation", "o")["code"]) == "UNK");
    CHECK(r.one("Observation", "o")["note"][0]["text"] == "Text is all there is");
    CHECK(first_code(r.one("AllergyIntolerance", "a")["code"]) == "UNK");
    CHECK(r.found("EMIS-CODE-002") == 2);
}

TEST_CASE("emis quirk 53: a child whose parent was never sent stands alone with the id") {
    Small x;
    x.code("hb", kBlood, "Haemoglobin", "423");
    x.code("request", "Investigation requests", "X-ray requested", "EMISREQ535");
    x.obs("child", "hb", {{"ParentObservationGuid", guid("never sent")}, {"Value", "121.000"}});
    x.obs("asked", "request", {{"ParentObservationGuid", guid("never sent")}});
    const Run r = x.run();
    const std::string path = "CareRecord_Observation.ParentObservationGuid";
    CHECK(rest(r.one("Observation", "child"), path).size() == 1);
    CHECK(rest(r.one("ServiceRequest", "asked"), path).size() == 1);  // once, not twice
    CHECK(r.found("EMIS-REF-002") == 2);
}

TEST_CASE("emis quirk 54: links to problems that are nowhere are dropped, the rows stay") {
    Small x;
    x.code("cough", kFinding, "Cough");
    x.drug_code("drug", "Aspirin", "");
    x.obs("o", "cough", {{"ProblemGuid", guid("nowhere")}});
    x.drug("d", {{"ProblemObservationGuid", guid("nowhere")}});
    const Run r = x.run();
    const Json o = r.one("Observation", "o");
    CHECK(o.dump().find(bare("nowhere")) != std::string::npos);
    CHECK(o.dump().find("\"Condition/") == std::string::npos);
    CHECK(r.made("MedicationRequest", "d").size() == 1);
}

TEST_CASE("emis quirk 55: a problem on a family history, an allergy or a value makes both") {
    Small x;
    x.code("fh", kFamily, "FH: diabetes", "1252");
    x.code("allergy", kAllergy, "Allergy to penicillin", "14L1");
    x.code("value", kBlood, "Haemoglobin", "423");
    for (const char* name : {"fh", "allergy"}) x.obs(name, name), x.problem(name);
    x.obs("value", "value", {{"Value", "88.000"}});
    x.problem("value", {{"Comment", "Watch"}});
    const Run r = x.run();
    const std::pair<const char*, const char*> kinds[] = {
        {"fh", "FamilyMemberHistory"}, {"allergy", "AllergyIntolerance"}, {"value", "Observation"}};
    for (const auto& [name, kind] : kinds) {
        CAPTURE(name);
        const Json problem = r.one("Condition", name), entry = r.one(kind, name);
        CHECK(first_code(problem["category"][0]) == "problem-list-item");
        CHECK(reference(extension(problem, "ActualProblem")["valueReference"]) == link(entry));
        CHECK(problem["code"]["text"].get<std::string>().size() > 3);
    }
    CHECK(r.one("Condition", "value")["note"].size() == 1);
    CHECK(!r.one("Observation", "value").contains("note"));
}

TEST_CASE("emis quirk 56: a problem row without its coded entry is kept") {
    Small x;
    x.problem("alone", {{"Comment", "Nobody knows of what"}, {"SignificanceDescription", "Minor Problem"}});
    const Run r = x.run();
    const Json c = r.one("Condition", "alone");
    CHECK(first_code(c["category"][0]) == "problem-list-item");
    CHECK(c["note"][0]["text"] == "Nobody knows of what");
    CHECK(reference(c["subject"]) == link(r.one("Patient", "p")));
    CHECK(r.found("EMIS-PRB-001") == 1);
}

TEST_CASE("emis quirk 57: a deleted problem with a live entry is an ordinary diagnosis") {
    Small x;
    x.code("asthma", kCondition, "Asthma", "H33");
    x.obs("o", "asthma");
    x.problem("o", {{"Deleted", "true"}});
    const Run r = x.run();
    const Json c = r.one("Condition", "o");
    CHECK(first_code(c["category"][0]) == "encounter-diagnosis");
    CHECK(!c.contains("clinicalStatus"));
}

TEST_CASE("emis: a disorder without a problem row is an encounter diagnosis without clinical status") {
    Small x;
    x.code("asthma", kCondition, "Asthma", "H33", "195967001");
    x.code("appendix", kCondition, "Appendicectomy", "7700");
    x.obs("o", "asthma", {{"Episode", "First"}});
    x.obs("op", "appendix", {{"EffectiveDate", "1978-01-01"}, {"EffectiveDatePrecision", "Y"}});
    const Run r = x.run();
    const Json c = r.one("Condition", "o");
    CHECK(first_code(c["category"][0]) == "encounter-diagnosis");
    CHECK(!c.contains("clinicalStatus"));
    CHECK(first_code(extension(c, "ConditionEpisode")["valueCodeableConcept"]) == "first");
    CHECK(r.one("Procedure", "op")["status"] == "completed");
    CHECK(r.one("Procedure", "op")["performedDateTime"] == "1978");
}

TEST_CASE("emis quirk 58: the status of a problem decides, with or without an end date") {
    Small x;
    x.code("asthma", kCondition, "Asthma", "H33");
    x.code("gout", kCondition, "Gout", "C34");
    for (const char* name : {"past", "active", "silent"}) x.obs(name, "asthma");
    x.problem("past", {{"ProblemStatusDescription", "Past Problem"}});
    x.problem("active", {{"ProblemStatusDescription", "Active Problem"},
                         {"EndDate", "2003-01-01"},
                         {"EndDatePrecision", "YM"}});
    x.problem("silent");
    x.obs("child", "gout");
    x.problem("child",
              {{"ParentProblemObservationGuid", guid("past")}, {"ParentProblemRelationship", "Replaced"}});
    const Run r = x.run();
    CHECK(first_code(r.one("Condition", "past")["clinicalStatus"]) == "inactive");
    CHECK(!r.one("Condition", "past").contains("abatementDateTime"));
    CHECK(first_code(r.one("Condition", "active")["clinicalStatus"]) == "active");
    // FHIR has no room for the end of what is active: it stands in an extension.
    CHECK(!r.one("Condition", "active").contains("abatementDateTime"));
    CHECK(r.one("Condition", "active").dump().find(R"({"url":"value","valueDateTime":"2003-01"})") !=
          std::string::npos);
    CHECK(first_code(r.one("Condition", "silent")["clinicalStatus"]) == "active");
    CHECK(inferred(r.one("Condition", "silent"), "clinicalStatus"));
    const Json child = r.one("Condition", "child");
    CHECK(extension(child, "RelatedProblemHeader").dump().find(link(r.one("Condition", "past"))) !=
          std::string::npos);
    CHECK(rest(child, "CareRecord_Problem.ParentProblemRelationship") ==
          std::vector<std::string>{"Replaced"});
}

TEST_CASE("emis quirk 59: blood pressure in either order, and before its parent, is one observation") {
    Small x;
    x.code("bp", kValue, "Blood pressure", "246", "163020007");
    x.code("sys", kValue, "Systolic", "2469", "163030003", "bp");
    x.code("dia", kValue, "Diastolic", "246A", "163031004", "bp");
    const auto reading = [&](const char* name, const char* code, const char* parent, const char* value,
                             const char* unit) {
        x.obs(name, code, {{"ParentObservationGuid", guid(parent)}, {"Value", value}, {"NumericUnit", unit}});
    };
    x.obs("one", "bp");
    reading("s1", "sys", "one", "143.000", "mmHg");
    reading("d1", "dia", "one", "85.000", "mmHg");
    reading("d2", "dia", "two", "92.000", "mm Hg");
    reading("s2", "sys", "two", "151.000", "mm Hg");
    x.obs("two", "bp");
    // The code says which is which, even when the numbers say otherwise.
    x.obs("odd", "bp");
    reading("d3", "dia", "odd", "140.000", "mmHg");
    reading("s3", "sys", "odd", "90.000", "mmHg");
    x.obs("half", "sys", {{"Value", "139.000"}});
    const Run r = x.run();
    for (const auto& [name, high, low] :
         {std::tuple("one", "143", "85"), {"two", "151", "92"}, {"odd", "90", "140"}}) {
        CAPTURE(name);
        const Json bp = r.one("Observation", name);
        REQUIRE(bp["component"].size() == 2);
        CHECK(!bp.contains("valueQuantity"));
        CHECK(coded(bp["component"][0]["code"], kSnomed) == "163030003");
        CHECK(coded(bp["component"][1]["code"], kSnomed) == "163031004");
        CHECK(bp["component"][0]["valueQuantity"]["value"] == std::stod(high));
        CHECK(bp["component"][1]["valueQuantity"]["value"] == std::stod(low));
    }
    const std::string bp = r.raw.at(link(r.one("Observation", "two")));
    for (const char* child : {"s2", "d2"}) {
        CHECK(bp.find(bare(child)) != std::string::npos);
        CHECK(r.none("Observation", child));
    }
    CHECK(r.one("Observation", "half")["valueQuantity"]["value"] == 139);
}

TEST_CASE("emis quirks 60 and 61: Read codes are padded without their suffix, local codes left, case kept") {
    Small x;
    const std::tuple<const char*, const char*, const char*> codes[] = {
        {"C10-1", kRead.c_str(), "C10.."},     {"C10F", kRead.c_str(), "C10F."},
        {"9t1B", kRead.c_str(), "9t1B."},      {"9T1B", kRead.c_str(), "9T1B."},
        {"65ED1", kRead.c_str(), "65ED1"},     {"EGTON-168", "egton", "EGTON-168"},
        {"EMISNQLO9", "egton", "EMISNQLO9"},   {"^ESCT1324741", "egton", "^ESCT1324741"},
        {"ALLERGY112", "egton", "ALLERGY112"}, {"EMISREQ424", "egton", "EMISREQ424"},
    };
    int n = 0;
    for (const auto& [read, system, code] : codes) {
        const std::string name = "c" + std::to_string(n++);
        x.code(name, kFinding, "A term", read);
        x.obs(name, name);
    }
    const Run r = x.run();
    n = 0;
    for (const auto& [read, system, code] : codes) {
        CAPTURE(read);
        const Json words = r.one("Observation", "c" + std::to_string(n++))["code"];
        const bool local = std::string(system) == "egton";
        CHECK(coded(words, kRead) == (local ? "" : code));
        CHECK(coded(words, "https://fhir.hl7.org.uk/Id/egton-codes") == (local ? code : ""));
    }
}

TEST_CASE("emis quirk 60: a request code is a request, not the test's result") {
    Small x;
    x.code("request", "Investigation requests", "FBC requested", "EMISREQ424");
    x.obs("o", "request");
    const Run r = x.run();
    CHECK(r.one("ServiceRequest", "o")["intent"] == "order");
    CHECK(r.none("Observation", "o"));
}

TEST_CASE("emis quirk 62: ids of EMIS's own namespace are no SNOMED CT, nor ids with a wrong check digit") {
    Small x;
    x.code("own", kAllergy, "Allergy to scented candles", "ESCTAL900024", "9000241000006106");
    x.code("wrong", kFinding, "Cough", "", "49727003");
    x.code("right", kFinding, "Cough", "", "49727002");
    for (const char* name : {"own", "wrong", "right"}) x.obs(name, name);
    const Run r = x.run();
    CHECK(coded(r.one("AllergyIntolerance", "own")["code"], kSnomed).empty());
    CHECK(r.one("AllergyIntolerance", "own")["code"].dump().find("9000241000006106") != std::string::npos);
    CHECK(coded(r.one("Observation", "wrong")["code"], kSnomed).empty());
    CHECK(coded(r.one("Observation", "right")["code"], kSnomed) == "49727002");
}

TEST_CASE("emis quirk 63: a local code without any parent: the category decides") {
    Small x;
    x.code("lipids", "Biochemistry", "Lipid report", "EMISR4QLI1");
    x.code("allergy", kAllergy, "Allergy to candles", "EMISNQAL1");
    x.obs("l", "lipids", {{"Value", "1.000"}});
    x.obs("a", "allergy");
    const Run r = x.run();
    CHECK(first_code(r.one("Observation", "l")["category"][0]) == "laboratory");
    CHECK(r.made("AllergyIntolerance", "a").size() == 1);
}

TEST_CASE("emis: a DiagnosticReport only with children; nested panels keep every level") {
    Small x;
    x.code("report", "Microbiology", "Urine report", "EMISR4QUR1");
    x.code("culture", "Microbiology", "Urine culture", "EMISR4QUC1");
    x.code("organism", "Microbiology", "Organism", "EMISR4QOR1");
    x.code("specimen", "Pathology specimen", "Urine specimen", "", "119297000");
    x.code("xray", "Radiology", "Chest X-ray", "EMISR4QXR1");
    x.code("check", "Health management, screening and monitoring", "Health check", "EMISNQHE7");
    const auto below = [](const char* parent) { return Cells{{"ParentObservationGuid", guid(parent)}}; };
    x.obs("report", "report");
    x.obs("specimen", "specimen", below("report"));
    x.obs("culture", "culture", below("report"));
    x.obs("organism", "organism", below("culture"));
    x.obs("alone", "xray", {{"AssociatedText", "Lungs clear."}});
    x.obs("template", "check");
    x.obs("gone", "report");
    x.obs("deleted child", "organism", {{"ParentObservationGuid", guid("gone")}, {"Deleted", "true"}});
    const Run r = x.run();
    const Json report = r.one("DiagnosticReport", "report"), culture = r.one("Observation", "culture");
    CHECK(report["status"] == "final");
    CHECK(report["result"].size() == 1);
    CHECK(reference(report["result"][0]) == link(culture));
    CHECK(reference(report["specimen"][0]) == link(r.one("Specimen", "specimen")));
    CHECK(reference(culture["hasMember"][0]) == link(r.one("Observation", "organism")));
    for (const char* name : {"alone", "template", "gone"}) {
        CAPTURE(name);
        CHECK(r.none("DiagnosticReport", name));
        CHECK(r.one("Observation", name)["status"] == "final");
    }
    CHECK(r.one("Observation", "alone")["note"][0]["text"] == "Lungs clear.");
}

TEST_CASE("emis quirks 67 and 68: midnight is no time; entered years after the event, both dates stay") {
    Small x;
    x.code("cough", kFinding, "Cough");
    x.obs("paper", "cough",
          {{"EffectiveDate", "1978-01-01"},
           {"EffectiveDatePrecision", "Y"},
           {"EnteredDate", "2009-02-02"},
           {"EnteredTime", "00:00:00"}});
    x.obs("noon", "cough", {{"EnteredDate", "2009-07-02"}, {"EnteredTime", "12:00:00"}});
    const Run r = x.run();
    CHECK(r.one("Observation", "paper")["effectiveDateTime"] == "1978");
    CHECK(extension(r.one("Observation", "paper"), "recorded")["valueDateTime"] == "2009-02-02");
    CHECK(extension(r.one("Observation", "noon"), "recorded")["valueDateTime"] ==
          "2009-07-02T12:00:00+01:00");
}

TEST_CASE("emis: every date precision, and no more") {
    Small x;
    x.code("cough", kFinding, "Cough");
    const std::pair<const char*, const char*> cuts[] = {{"YMDT", "2019-05-17"}, {"YMD", "2019-05-17"},
                                                        {"YM", "2019-05"},      {" ym ", "2019-05"},
                                                        {"Y", "2019"},          {"U", ""}};
    for (const auto& [precision, day] : cuts)
        x.obs(precision, "cough", {{"EffectiveDate", "2019-05-17"}, {"EffectiveDatePrecision", precision}});
    const Run r = x.run();
    for (const auto& [precision, day] : cuts) {
        CAPTURE(precision);
        CHECK(r.one("Observation", precision).value("effectiveDateTime", "") == day);
    }
    CHECK(rest(r.one("Observation", "U"), "CareRecord_Observation.EffectiveDate").size() == 1);
}

TEST_CASE("emis quirk 69: dates before birth or in the future are kept as they are") {
    Small x;
    x.code("cough", kFinding, "Cough");
    x.obs("before", "cough", {{"EffectiveDate", "1899-12-31"}});
    x.obs("future", "cough", {{"EffectiveDate", "2031-01-01"}});
    const Run r = x.run();
    CHECK(r.one("Observation", "before")["effectiveDateTime"] == "1899-12-31");
    CHECK(r.one("Observation", "future")["effectiveDateTime"] == "2031-01-01");
}

TEST_CASE("emis quirk 72: a document is its GUID, beside the entry, with no content claimed") {
    Small x;
    x.code("letter", "Administration, documents and attachments", "Letter", "9N36");
    x.obs("o", "letter", {{"DocumentGuid", guid("file")}, {"AssociatedText", "Clinic"}});
    const Run r = x.run();
    const Json d = r.one("DocumentReference", "o"), o = r.one("Observation", "o");
    CHECK(d["masterIdentifier"]["value"] == bare("file"));
    CHECK(d["status"] == "current");
    CHECK(!d["content"][0]["attachment"].contains("data"));
    CHECK(!d["content"][0]["attachment"].contains("url"));
    CHECK(reference(o["derivedFrom"][0]) == link(d));
    CHECK(o["note"].size() == 1);
}

TEST_CASE("emis: the words the clinician saw win over the words of the code") {
    Small x;
    x.code("recall", "Health management, screening and monitoring", "Blood pressure recall", "EMISNQBP3");
    x.code("surgery", "EMIS Qualifier", "GP Surgery", "9N11");
    x.row("CareRecord_Diary", "DiaryGuid", "d",
          {{"CodeId", x.id_of("recall")},
           {"OriginalTerm", "BP check with Nurse Rushford"},
           {"IsActive", "true"}});
    x.row("CareRecord_Consultation", "ConsultationGuid", "c",
          {{"ConsultationSourceCodeId", x.id_of("surgery")}, {"ConsultationSourceTerm", "Walking clinic"}});
    const Run r = x.run();
    const Json d = r.one("ServiceRequest", "d");
    CHECK(d["code"]["text"] == "BP check with Nurse Rushford");
    CHECK(d["code"]["coding"][0]["display"] == "Blood pressure recall");
    CHECK(rest(d, "CareRecord_Diary.OriginalTerm").empty());
    CHECK(r.one("Encounter", "c")["type"].size() == 1);
    CHECK(r.one("Encounter", "c")["type"][0]["text"] == "Walking clinic");
    CHECK(r.one("Encounter", "c")["status"] == "finished");
}

TEST_CASE("emis quirk 84: a referral row goes with its deleted observation; without any it stands alone") {
    Small x;
    x.code("ref", kReferral, "Referral", "8H43");
    x.obs("gone", "", {{"Deleted", "true"}});
    x.referral("gone");
    x.referral("alone", {{"ReferralUrgency", "Urgent"}});
    const Run r = x.run();
    CHECK(r.none("ServiceRequest", "gone"));
    CHECK(r.one("ServiceRequest", "alone")["priority"] == "urgent");
    std::size_t deleted = 0;
    for (std::size_t at = 0; (at = r.fates.find("its-observation-is-deleted", at)) != std::string::npos; ++at)
        ++deleted;
    CHECK(deleted == 1);
}

TEST_CASE("emis: a referral to this practice: its clinician received it, and did not ask for it") {
    Small x;
    x.code("ref", kReferral, "Referral", "8H43");
    for (const char* name : {"in", "out"}) x.obs(name, "ref", {{"ClinicianUserInRoleGuid", guid("doctor")}});
    x.referral("in", {{"ReferralTargetOrganisationGuid", guid("practice")}});
    x.referral("out");
    const Run r = x.run();
    const std::string doctor = link(r.one("PractitionerRole", "doctor"));
    const Json in = r.one("ServiceRequest", "in");
    CHECK(!in.contains("requester"));
    CHECK(in["performer"].dump().find(doctor) != std::string::npos);
    CHECK(in["performer"].dump().find(link(r.one("Organization", "practice"))) != std::string::npos);
    CHECK(reference(r.one("ServiceRequest", "out")["requester"]) == doctor);
}

TEST_CASE(
    "emis quirks 85 and 86: audits lead to what they name, or keep the id; registration changes to the "
    "person") {
    Small x;
    x.code("cough", kFinding, "Cough");
    x.obs("o", "cough");
    const auto audit = [&](const char* item, const char* mode) {
        x.add("Audit_PatientAudit",
              {{"ItemGuid", guid(item)},
               {"PatientGuid", guid("p")},
               {"ModifiedDate", "2025-01-20"},
               {"ModifiedTime", "10:31:07"},
               {"ItemType", "Observation"},
               {"ModeType", mode},
               {"UserInRoleGuid", mode == std::string("Update") ? guid("doctor") : ""}});
    };
    audit("o", "Update");
    audit("never sent", "Projected");
    x.add("Audit_RegistrationAudit", {{"PatientGuid", guid("p")}, {"ModifiedDate", "2024-07-01"}});
    const Run r = x.run();
    REQUIRE(r.of("Provenance").size() == 3);
    int seen = 0;
    for (const Json& p : r.of("Provenance")) {
        CHECK(p["recorded"].get<std::string>().size() > 10);
        CHECK(p["agent"].size() == 1);
        const Json& target = p["target"][0];
        if (reference(target) == link(r.one("Observation", "o"))) {
            CHECK(reference(p["agent"][0]["who"]) == link(r.one("PractitionerRole", "doctor")));
            seen |= 1;
        } else if (reference(target) == link(r.one("Patient", "p"))) {
            CHECK(p["agent"][0]["who"]["display"] == "Unknown");
            CHECK(inferred(p, "recorded"));
            seen |= 2;
        } else {
            CHECK(target["identifier"]["value"] == bare("never sent"));
            CHECK(p["activity"]["text"] == "Projected");
            seen |= 4;
        }
    }
    CHECK(seen == 7);
    CHECK(r.found("EMIS-REF-003") == 1);
}
