// Quirks of the extract, by their number in the notes on the format: immunisations, medication,
// confidentiality; and what FHIR demands of every entity.
#include <set>

#include "core/system/emis/quirks_test.hpp"

using namespace gpswitch;
using namespace gpswitch::emis_test;

TEST_CASE("emis: declined, consent and invited codes never become a given immunisation") {
    Small x;
    struct Row {
        const char *name, *term, *read, *snomed, *becomes;
    };
    const Row rows[] = {
        {"flu", "Administration of first inactivated seasonal influenza vaccination", "65ED1",
         "985151000000100", "completed"},
        {"local", "Travel vaccination pack given", "EMISNQTR1", "", "completed"},
        {"declined", "Coronavirus vaccination first dose declined", "^ESCT1324741", "1324741000000101",
         "not-done"},
        {"local declined", "Shingles vaccination declined by patient", "EMISNQSH1", "", "not-done"},
        {"refused", "Refused pertussis immunisation", "68NB1", "", ""},
        {"not given", "Coronavirus vaccination second dose not given", "^ESCT1324791", "1324791000000106",
         "not-done"},
        {"local not given", "Shingles vaccination NOT GIVEN", "EMISNQSH2", "", "not-done"},
        {"contra", "Seasonal influenza vaccination contraindicated", "8I2F0", "822951000000107", "not-done"},
        {"local contra", "Shingles vaccination contra-indicated", "EMISNQSH3", "", "not-done"},
        {"consent", "Consent given for seasonal influenza vaccination", "68NV", "822991000000104", ""},
        {"local consent", "Verbal consent for shingles vaccination", "EMISNQSH4", "", ""},
        {"no consent", "No consent for MMR", "", "171280006", ""},
        {"invited", "Seasonal influenza vaccination invitation letter sent", "9OX51", "", ""},
        {"local invited", "Seasonal influenza vaccination invitation letter sent", "EMISNQIN23", "", ""},
        {"missed", "Patient did not attend immunisation clinic", "EMISNQSH5", "", ""},
        {"due", "Shingles vaccination overdue", "EMISNQSH6", "", ""},
    };
    for (const Row& row : rows) {
        x.code(row.name, kImms, row.term, row.read, row.snomed);
        x.obs(row.name, row.name, {{"ObservationType", "Immunisation"}});
    }
    const Run r = x.run();
    for (const Row& row : rows) {
        CAPTURE(row.term);
        if (std::string(row.becomes).empty()) {
            CHECK(r.none("Immunization", row.name));
            CHECK(r.one("Observation", row.name)["category"][0]["text"] == kImms);
            continue;
        }
        const Json i = r.one("Immunization", row.name);
        CHECK(i["status"] == row.becomes);
        CHECK(i["occurrenceDateTime"] == "2020-02-03");
        CHECK(extension(i, "VaccinationProcedure")["valueCodeableConcept"]["text"] == row.term);
        CHECK(i.value("primarySource", false) == (i["status"] == "completed"));
    }
    CHECK(first_code(r.one("Immunization", "local declined")["statusReason"]) == "PATOBJ");
    CHECK(first_code(r.one("Immunization", "local contra")["statusReason"]) == "MEDPREC");
}

TEST_CASE("emis: an immunisation given by another is a report of it") {
    Small x;
    x.code("flu", kImms, "Seasonal influenza vaccination given by other healthcare provider", "65E20",
           "955651000000100");
    x.obs("o", "flu");
    const Json i = x.run().one("Immunization", "o");
    CHECK(i["status"] == "completed");
    CHECK(i["primarySource"] == false);
    CHECK(inferred(i, "primarySource"));
}

TEST_CASE("emis quirk 64: batch, maker, site and product only where the qualifiers plainly say them") {
    Small x;
    x.code("mmr", kImms, "MMR vaccination", "65M1");
    x.code("arm", "EMIS Qualifier", "Left upper arm", "", "368208006");
    const std::string full =
        "<Qualifiers>\r\n <Qualifier key=\"BatchNumber\" value=\"EX0001\"/><Qualifier key='Manufacturer' "
        "value=\"A &amp; B\" />"
        "<Qualifier key=\"Site\" codeId=\"" +
        x.id_of("arm") +
        "\" value=\"Left arm\"></Qualifier>"
        "<Qualifier key=\"Route\" value=\"Intramuscular\"/><Qualifier key=\"Expiry Date\" "
        "value=\"2021-09-30\"/></Qualifiers>";
    x.obs("none", "mmr");
    x.obs("full", "mmr", {{"Qualifiers", full}});
    const char* broken[] = {"<Qualifiers><Qualifier key=",
                            "<Q><I key=\"BatchNumber\" value=\"X\"/>",
                            "not XML at all",
                            "<Q><I key=\"BatchNumber\" value=\"&bomb;\"/></Q>",
                            "<!DOCTYPE x><Q/>",
                            "<I key=\"BatchNumber\" value=\"X\"",
                            "<Q><I key=\"BatchNumber\" value=\"X\"/><I key=\"BatchNumber\" value=\"Y\"/></Q>",
                            "<Q><I key=\"ExpiryDate\" value=\"01/02/2021\"/></Q>"};
    for (const char* xml : broken) x.obs(xml, "mmr", {{"Qualifiers", xml}});
    const Run r = x.run();
    const std::vector<std::string> fields = {"lotNumber", "manufacturer", "site", "route", "expirationDate"};
    for (const std::string& field : fields) CHECK(!r.one("Immunization", "none").contains(field));
    const Json i = r.one("Immunization", "full");
    CHECK(i["lotNumber"] == "EX0001");
    CHECK(i["manufacturer"]["display"] == "A & B");
    CHECK(i["site"]["text"] == "Left arm");
    CHECK(coded(i["site"], kSnomed) == "368208006");
    CHECK(i["route"]["text"] == "Intramuscular");
    CHECK(i["expirationDate"] == "2021-09-30");
    CHECK(rest(i, "CareRecord_Observation.Qualifiers") == std::vector<std::string>{full});
    for (const char* xml : broken) {
        CAPTURE(xml);
        const Json b = r.one("Immunization", xml);
        for (const std::string& field : fields) CHECK(!b.contains(field));
        CHECK(rest(b, "CareRecord_Observation.Qualifiers") == std::vector<std::string>{xml});
    }
}

TEST_CASE("emis quirk 65: an allergy's status is assumed, and said to be; its qualifiers are kept") {
    Small x;
    x.code("latex", kAllergy, "Allergy to latex", "14LJ");
    x.obs("o", "latex", {{"Qualifiers", "<Q><I key=\"Severity\" value=\"Severe\"/></Q>"}});
    const Json a = x.run().one("AllergyIntolerance", "o");
    CHECK(first_code(a["clinicalStatus"]) == "active");
    CHECK(first_code(a["verificationStatus"]) == "unconfirmed");
    CHECK(inferred(a, "clinicalStatus, verificationStatus"));
    CHECK(!a.contains("reaction"));
    CHECK(!a.contains("criticality"));
    CHECK(rest(a, "CareRecord_Observation.Qualifiers").size() == 1);
}

TEST_CASE("emis: \"no known allergy\" is an entry of its own; nothing recorded is none at all") {
    Small x;
    x.code("none", "Allergy and adverse reactions", "No known allergy", "1151", "716186003");
    x.patient("q");
    x.obs("o", "none");
    const Run r = x.run();
    CHECK(coded(r.one("AllergyIntolerance", "o")["code"], kSnomed) == "716186003");
    CHECK(r.of("AllergyIntolerance").size() == 1);
}

TEST_CASE("emis quirks 73 and 74: IsActive overrides dates, and an inferred end is marked") {
    Small x;
    x.drug_code("drug", "Warfarin 1mg tablets", "42217511000001103");
    x.drug("active", {{"CancellationDate", "2019-01-01"}});
    x.issue("after", "active", {{"EffectiveDate", "2025-05-05"}});
    x.drug("stopped", {{"IsActive", "false"}, {"CancellationDate", "2024-01-01"}});
    x.drug("by issue", {{"IsActive", "false"}});
    x.issue("early", "by issue", {{"EffectiveDate", "2021-01-10"}, {"CourseDurationInDays", "10"}});
    x.issue("last", "by issue", {{"EffectiveDate", "2021-03-10"}, {"CourseDurationInDays", "56"}});
    x.drug("by start",
           {{"IsActive", "false"}, {"EffectiveDate", "2001-01-01"}, {"EffectiveDatePrecision", "Y"}});
    const Run r = x.run();
    const Json active = r.one("MedicationStatement", "active");
    CHECK(active["status"] == "active");
    CHECK(!active["effectivePeriod"].contains("end"));
    CHECK(!inferred(active, "effectivePeriod"));
    CHECK(r.one("MedicationRequest", "active")["status"] == "active");
    CHECK(rest(r.one("MedicationRequest", "active"), "Prescribing_DrugRecord.CancellationDate") ==
          std::vector<std::string>{"2019-01-01"});
    CHECK(extension(active, "LastIssueDate")["valueDateTime"] == "2025-05-05");
    const Json stopped = r.one("MedicationStatement", "stopped");
    CHECK(stopped["status"] == "stopped");
    CHECK(stopped["effectivePeriod"]["end"] == "2024-01-01");
    CHECK(!inferred(stopped, "effectivePeriod"));
    const Json issue = r.one("MedicationStatement", "by issue");
    CHECK(issue["status"] == "completed");
    CHECK(issue["effectivePeriod"]["end"] == "2021-05-05");
    CHECK(inferred(issue, "effectivePeriod.end"));
    const Json start = r.one("MedicationStatement", "by start");
    CHECK(start["effectivePeriod"]["end"] == "2001");
    CHECK(inferred(start, "effectivePeriod.end"));
}

TEST_CASE(
    "emis quirks 75 and 76: an issue always has a plan, an implied one when its authorisation is not there") {
    Small x;
    x.drug_code("drug", "Amoxicillin 500mg capsules", "39732411000001106");
    x.drug("deleted", {{"Deleted", "true"}});
    x.drug("d");
    x.issue("alone", "", {{"Dosage", "One three times a day"}, {"Quantity", "21.000"}});
    x.issue("not sent", "never sent");
    x.issue("orphan", "deleted");
    x.issue("ordinary", "d");
    const Run r = x.run();
    for (const char* name : {"alone", "not sent", "orphan"}) {
        CAPTURE(name);
        const auto all = r.made("MedicationRequest", name);
        REQUIRE(!all.empty());
        Json order, plan;
        for (const Json& m : r.of("MedicationRequest"))
            if (m.dump().find(bare(name)) != std::string::npos) (m["intent"] == "order" ? order : plan) = m;
        REQUIRE(plan.is_object());
        // An id that leads nowhere stays beside the plan.
        CHECK(reference(order["basedOn"].back()) == link(plan));
        CHECK(order["basedOn"].size() == (name == std::string("alone") ? 1 : 2));
        CHECK(plan["intent"] == "plan");
        CHECK(inferred(plan, "authorisation"));
        CHECK(first_code(plan["courseOfTherapyType"]) == "acute");
        CHECK(plan["medicationCodeableConcept"] == order["medicationCodeableConcept"]);
        CHECK(plan.value("dosageInstruction", Json()) == order.value("dosageInstruction", Json()));
    }
    CHECK(reference(r.one("MedicationRequest", "ordinary")["basedOn"][0]) ==
          link(r.one("MedicationRequest", "d")));
    CHECK(r.found("EMIS-MED-001") == 3);
}

TEST_CASE("emis quirk 77: a drug without a dm+d id is its name alone; a drug code to come keeps its id") {
    Small x;
    x.drug_code("drug", "Dr Marlow's soothing cream (special)", "");
    x.drug("d", {{"Dosage", " Apply thinly \"as directed\" "},
                 {"Quantity", "0.500"},
                 {"QuantityUnit", "x 100 gram"}});
    x.drug("late", {{"CodeId", "9008001000033119"}});
    x.drug("none", {{"CodeId", ""}});
    const Run r = x.run();
    const Json d = r.one("MedicationRequest", "d");
    CHECK(coded(d["medicationCodeableConcept"], "https://dmd.nhs.uk").empty());
    CHECK(d["medicationCodeableConcept"]["text"] == "Dr Marlow's soothing cream (special)");
    CHECK(d["dosageInstruction"][0]["text"] == " Apply thinly \"as directed\" ");
    CHECK(r.raw.at(link(d)).find("\"value\":0.500") != std::string::npos);
    CHECK(d["dispenseRequest"]["quantity"]["unit"] == "x 100 gram");
    CHECK(r.one("MedicationRequest", "late")["medicationCodeableConcept"]["text"] == "9008001000033119");
    for (const char* type : {"MedicationRequest", "MedicationStatement"})
        CHECK(first_code(r.one(type, "none")["medicationCodeableConcept"]) == "UNK");
    CHECK(r.found("EMIS-CODE-002") == 1);
}

TEST_CASE(
    "emis quirks 78, 79, 80 and 81: expiry of either row, no limit stated, exponents as typed, consultation "
    "by issue") {
    Small x;
    x.drug_code("drug", "Ramipril", "42381611000001104");
    x.row("CareRecord_Consultation", "ConsultationGuid", "c", {});
    x.drug(
        "d",
        {{"ExpiryDate", "2026-12-31 00:00:00"}, {"NumberOfIssuesAuthorised", ""}, {"NumberOfIssues", "3"}});
    x.drug("six", {{"NumberOfIssuesAuthorised", "6"}});
    x.drug("zero", {{"NumberOfIssuesAuthorised", "0"}});
    x.issue("i", "d",
            {{"Compliance", "5.600000024E-1"},
             {"ConsultationGuid", guid("c")},
             {"ExpiryDate", "2025-01-01 00:00:00"}});
    const Run r = x.run();
    const Json d = r.one("MedicationRequest", "d"), i = r.one("MedicationRequest", "i");
    CHECK(extension(d, "RepeatInformation").dump().find("2026-12-31") != std::string::npos);
    CHECK(extension(i, "RepeatInformation").dump().find("2025-01-01") != std::string::npos);
    CHECK(!d.value("dispenseRequest", Json::object()).contains("numberOfRepeatsAllowed"));
    const Json six = r.one("MedicationRequest", "six"), zero = r.one("MedicationRequest", "zero");
    CHECK(six["dispenseRequest"]["numberOfRepeatsAllowed"] == 5);
    const std::string authorised = "Prescribing_DrugRecord.NumberOfIssuesAuthorised";
    CHECK(rest(six, authorised) == std::vector<std::string>{"6"});  // once
    CHECK(!zero.value("dispenseRequest", Json::object()).contains("numberOfRepeatsAllowed"));
    CHECK(rest(zero, authorised) == std::vector<std::string>{"0"});
    CHECK(rest(i, "Prescribing_IssueRecord.Compliance") == std::vector<std::string>{"5.600000024E-1"});
    CHECK(reference(i["encounter"]) == link(r.one("Encounter", "c")));
}

TEST_CASE("emis: post-dated issues stay, and what was prescribed elsewhere is a report") {
    Small x;
    x.drug_code("drug", "Levothyroxine", "39697911000001101");
    x.drug("d", {{"PrescriptionType", "Repeat Dispensing"}});
    x.issue("future", "d", {{"EffectiveDate", "2026-04-20"}, {"EnteredDate", "2025-09-01"}});
    x.issue("hospital", "d", {{"IssueMethodDescription", "Outside Hospital"}});
    const Run r = x.run();
    // The extract is of March 2026: this one has not been issued yet, and is not the last issue.
    CHECK(r.one("MedicationRequest", "future")["authoredOn"] == "2026-04-20");
    CHECK(r.one("MedicationRequest", "future")["status"] == "active");
    CHECK(inferred(r.one("MedicationRequest", "future"), "status"));
    CHECK(r.one("MedicationRequest", "hospital")["status"] == "completed");
    CHECK(extension(r.one("MedicationStatement", "d"), "MedicationStatementLastIssueDate")["valueDateTime"] ==
          "2020-02-03");
    CHECK(r.one("MedicationRequest", "hospital")["reportedBoolean"] == true);
    CHECK(!r.one("MedicationRequest", "future").contains("reportedBoolean"));
}

TEST_CASE("emis quirk 71: the label is on everything made from a confidential row, and on what is derived") {
    Small x;
    const Cells hidden = {{"IsConfidential", "true"}};
    x.code("bp", kValue, "Blood pressure", "246");
    x.code("sys", kValue, "Systolic", "2469", "", "bp");
    x.code("dia", kValue, "Diastolic", "246A", "", "bp");
    x.code("allergy", kAllergy, "Allergy to egg", "SN582");
    x.code("ref", kReferral, "Referral", "8H75");
    x.code("irish", "Ethnicity", "White Irish", "9i1");
    x.drug_code("drug", "Citalopram", "42269411000001107");
    x.row("CareRecord_Consultation", "ConsultationGuid", "c", hidden);
    x.row("CareRecord_Diary", "DiaryGuid", "diary", hidden);
    x.obs("allergy", "allergy",
          {{"IsConfidential", "true"}, {"Value", "2.000"}, {"DocumentGuid", guid("file")}});
    x.problem("allergy");
    x.obs("ref", "ref", hidden);
    x.referral("ref");
    x.obs("head", "bp");  // only one reading is confidential
    x.obs("s", "sys",
          {{"IsConfidential", "true"}, {"ParentObservationGuid", guid("head")}, {"Value", "120.000"}});
    x.obs("d", "dia", {{"ParentObservationGuid", guid("head")}, {"Value", "70.000"}});
    x.rows["CareRecord_Observation"].back()["NumericUnit"] = "mmHg";
    x.drug("plan", hidden);
    x.issue("order", "plan");  // not flagged itself
    x.issue("implied", "", hidden);
    x.obs("ethnicity", "irish", hidden);
    x.add("Audit_PatientAudit", {{"ItemGuid", guid("allergy")},
                                 {"PatientGuid", guid("p")},
                                 {"ModifiedDate", "2025-01-20"},
                                 {"ModifiedTime", "10:00:00"}});
    x.patient("hidden", hidden);
    x.add("Audit_RegistrationAudit",
          {{"PatientGuid", guid("hidden")}, {"ModifiedDate", "2025-01-20"}, {"ModifiedTime", "10:00:00"}});
    x.patient("spine", {{"SpineSensitive", "true"}});
    x.obs("open", "bp");
    const Run r = x.run();
    const std::pair<const char*, const char*> made[] = {{"Encounter", "c"},
                                                        {"ServiceRequest", "diary"},
                                                        {"AllergyIntolerance", "allergy"},
                                                        {"Observation", "allergy"},
                                                        {"Condition", "allergy"},
                                                        {"DocumentReference", "allergy"},
                                                        {"ServiceRequest", "ref"},
                                                        {"Observation", "head"},
                                                        {"MedicationRequest", "plan"},
                                                        {"MedicationStatement", "plan"},
                                                        {"MedicationRequest", "order"},
                                                        {"Observation", "ethnicity"},
                                                        {"Patient", "hidden"},
                                                        {"EpisodeOfCare", "hidden"}};
    for (const auto& [type, name] : made) {
        CAPTURE(type);
        CAPTURE(name);
        CHECK(staff_restricted(r.one(type, name)));
    }
    for (const Json& e : r.entities)
        if (e.dump().find(bare("implied")) != std::string::npos) CHECK(staff_restricted(e));
    CHECK(r.of("Provenance").size() == 2);
    for (const Json& p : r.of("Provenance")) CHECK(staff_restricted(p));
    CHECK(labelled(r.one("Patient", "spine"), "sensitive"));
    CHECK(labelled(r.one("Patient", "spine"), "R"));
    CHECK(!labelled(r.one("Patient", "spine"), "staff-restricted"));
    CHECK(!labelled(r.one("Observation", "open"), "R"));
    // The person is for everybody: nothing of a restricted entry is copied there.
    CHECK(!labelled(r.one("Patient", "p"), "R"));
    CHECK(extension(r.one("Patient", "p"), "EthnicCategory").is_null());
}

TEST_CASE("emis quirk 71: rows inside a confidential consultation, panel or problem have its label") {
    Small x;
    const Cells hidden = {{"IsConfidential", "true"}};
    x.code("finding", kFinding, "Cough", "171");
    x.code("asthma", kCondition, "Asthma", "H33");
    x.code("value", kValue, "Weight", "22A");
    x.drug_code("drug", "Citalopram", "42269411000001107");
    x.row("CareRecord_Consultation", "ConsultationGuid", "c", hidden);
    const std::string in = guid("c");
    x.obs("inside", "finding", {{"ConsultationGuid", in}});
    x.drug("drug");
    x.issue("issue inside", "drug", {{"ConsultationGuid", in}});
    x.row("CareRecord_Diary", "DiaryGuid", "diary inside", {{"ConsultationGuid", in}});
    x.obs("panel", "value", hidden);
    x.obs("member", "value", {{"ParentObservationGuid", guid("panel")}, {"Value", "70.000"}});
    x.obs("problem", "asthma", hidden);
    x.problem("problem");
    x.drug("for problem", {{"ProblemObservationGuid", guid("problem")}});
    x.obs("about problem", "finding", {{"ProblemGuid", guid("problem")}});
    x.obs("outside", "finding");
    x.patient("hidden", hidden);
    x.obs("of the hidden", "finding")["PatientGuid"] = guid("hidden");
    x.patient("spine", {{"SpineSensitive", "true"}});
    x.obs("of the sensitive", "finding")["PatientGuid"] = guid("spine");
    const Run r = x.run();
    const std::pair<const char*, const char*> closed[] = {
        {"Observation", "inside"},          {"MedicationRequest", "issue inside"},
        {"ServiceRequest", "diary inside"}, {"Observation", "member"},
        {"Condition", "problem"},           {"MedicationRequest", "for problem"},
        {"Observation", "about problem"},   {"Observation", "of the hidden"}};
    for (const auto& [type, name] : closed) {
        CAPTURE(type);
        CAPTURE(name);
        CHECK(staff_restricted(r.one(type, name)));
    }
    CHECK(!labelled(r.one("Observation", "outside"), "R"));
    CHECK(!labelled(r.one("MedicationRequest", "drug"), "R"));  // an issue does not close its authorisation
    // Marked on the Spine: where the person is to be found is protected. (Without tables the strictest
    // holds.)
    CHECK(labelled(r.one("EpisodeOfCare", "spine"), "sensitive"));
}

TEST_CASE("emis quirk 57: a problem whose entry is deleted goes with it, and is said") {
    Small x;
    x.code("asthma", kCondition, "Asthma", "H33");
    x.obs("o", "asthma", {{"Deleted", "true"}});
    x.problem("o");
    x.problem("alone");  // its entry is not in the extract at all: kept without a code
    const Run r = x.run();
    CHECK(r.none("Condition", "o"));
    CHECK(r.found("EMIS-PRB-002") == 1);
    CHECK(r.fates.find("its-observation-is-deleted") != std::string::npos);
    CHECK(r.made("Condition", "alone").size() == 1);
}

TEST_CASE("emis: what FHIR R4 demands of each type is there, in the whole sample") {
    const std::map<std::string, std::vector<std::string>> demands = {
        {"AllergyIntolerance", {"patient", "code"}},
        {"Appointment", {"status", "participant"}},
        {"Condition", {"subject"}},
        {"DiagnosticReport", {"status", "code", "subject"}},
        {"DocumentReference", {"status", "content", "subject"}},
        {"Encounter", {"status", "class", "subject"}},
        {"EpisodeOfCare", {"status", "patient"}},
        {"FamilyMemberHistory", {"status", "patient", "relationship"}},
        {"Immunization", {"status", "vaccineCode", "patient"}},
        {"MedicationRequest", {"status", "intent", "medicationCodeableConcept", "subject"}},
        {"MedicationStatement", {"status", "medicationCodeableConcept", "subject"}},
        {"Observation", {"status", "code", "subject"}},
        {"Procedure", {"status", "subject"}},
        {"Provenance", {"target", "recorded", "agent"}},
        {"Schedule", {"actor"}},
        {"ServiceRequest", {"status", "intent", "subject"}},
        {"Slot", {"schedule", "status", "start", "end"}},
        {"Specimen", {"subject"}}};
    std::set<std::string> seen;
    for (const Json& e : sample().entities) {
        const std::string type = e["resourceType"];
        const std::string id = link(e);
        CAPTURE(id);
        seen.insert(type);
        if (const auto it = demands.find(type); it != demands.end())
            for (const std::string& element : it->second) {
                CAPTURE(element);
                CHECK(e.contains(element));
                CHECK((!e.contains(element) || !e[element].empty()));
            }
        if (type == "Immunization")
            CHECK((e.contains("occurrenceDateTime") || e.contains("occurrenceString")));
        for (const Json& h : e.value("statusHistory", Json::array()))
            CHECK((h.contains("status") && h.contains("period")));
        for (const Json& p : e.value("participant", Json::array()))
            if (type == "Appointment") CHECK((p.contains("status") && p.contains("actor")));
        // Nothing said twice: an entry of rest or a note stands once.
        std::multiset<std::string> said;
        for (const Json& n : e.value("note", Json::array()))
            said.insert("note " + n["text"].get<std::string>());
        for (const Json& x : e.value("extension", Json::array()))
            if (x["url"].get<std::string>().ends_with("/rest") && !e.contains("component"))
                said.insert(x.dump());
        for (const std::string& s : said) {
            CAPTURE(s);
            CHECK(said.count(s) == 1);
        }
    }
    for (const auto& [type, elements] : demands) {
        CAPTURE(type);
        CHECK(seen.count(type) == 1);
    }
}

TEST_CASE("emis: text comes through the sample as it was typed") {
    std::set<std::string> notes;
    for (const Json& o : sample().of("Observation"))
        for (const Json& n : o.value("note", Json::array())) notes.insert(n["text"].get<std::string>());
    for (const char* text :
         {"Says \"it hurts\", then \"\"\" again, and ends with a quote\"", ",leading, and trailing,",
          "first line\r\nsecond line\r\n\r\nfourth line", "unix\nlines\n", "old\rmac", "=1+1",
          "  kept  as typed \t", "<b>not & markup</b> &amp; ]]>", "NULL",
          "\u041f\u0440\u0438\u0432\u0435\u0442, \u4f60\u597d, \u05e9\u05dc\u05d5\u05dd, "
          "\u0645\u0631\u062d\u0628\u0627"}) {
        CAPTURE(text);
        CHECK(notes.count(text) == 1);
    }
}
