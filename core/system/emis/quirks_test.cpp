// Quirks of the extract, by their number in the notes on the format: files, codes, people, appointments.
#include "core/system/emis/quirks_test.hpp"

using namespace gpswitch;
using namespace gpswitch::emis_test;

TEST_CASE("emis quirks 1, 3, 4 and 8: columns are found by name, in whatever order") {
    Small x;
    x.code("cough", kFinding, "Cough", "171");
    x.obs("o", "cough", {{"AssociatedText", "At night"}, {"ConsultationGuid", guid("nowhere")}});
    for (auto& [table, columns] : x.headers) std::reverse(columns.begin(), columns.end());
    const Json o = x.run().one("Observation", "o");
    CHECK(o["note"][0]["text"] == "At night");
    CHECK(o["effectiveDateTime"] == "2020-02-03");
    CHECK(coded(o["code"], kRead) == "171..");
}

TEST_CASE("emis quirk 2: an unknown column's text is kept and reported") {
    Small x;
    x.code("cough", kFinding, "Cough");
    x.headers["CareRecord_Observation"].push_back("Mood");
    x.obs("o", "cough", {{"Mood", "cheerful"}});
    const Run r = x.run();
    CHECK(rest(r.one("Observation", "o"), "CareRecord_Observation.Mood") ==
          std::vector<std::string>{"cheerful"});
    CHECK(r.found("EMIS-HEAD-003") == 1);
}

TEST_CASE("emis quirk 5: misspelled headers are accepted") {
    Small x;
    x.drug_code("drug", "Aspirin", "");
    x.drug("d", {{"ClinicanUserInRoleGuid", guid("doctor")}});
    for (std::string& c : x.headers["Prescribing_DrugRecord"])
        if (c == "ClinicianUserInRoleGuid") c = "ClinicanUserInRoleGuid";
    const Run r = x.run();
    CHECK(reference(r.one("MedicationRequest", "d")["requester"]) ==
          link(r.one("PractitionerRole", "doctor")));
    CHECK(r.found("EMIS-HEAD-003") == 0);
}

TEST_CASE("emis quirks 6, 82 and 83: transport as text or boolean, no target, UBRN with leading zeros") {
    Small x;
    x.code("ref", kReferral, "Referral to dermatology", "8H43");
    x.obs("words", "ref");
    x.referral("words", {{"TransportRequired", "None Required"}, {"ReferralUBRN", "000123450007"}});
    x.obs("flag", "ref");
    x.referral("flag", {{"TransportRequired", "false"}, {"ReferralUrgency", "2 Week Wait"}});
    const Run r = x.run();
    const Json words = r.one("ServiceRequest", "words"), flag = r.one("ServiceRequest", "flag");
    CHECK(extension(words, "referral-transport") == extension(flag, "referral-transport"));
    CHECK(words["identifier"][1]["system"] == "https://fhir.nhs.uk/Id/ubr-number");
    CHECK(words["identifier"][1]["value"] == "000123450007");
    CHECK(!flag.contains("performer"));
    CHECK(flag["priority"] == "urgent");
    CHECK(rest(flag, "CareRecord_ObservationReferral.ReferralUrgency") ==
          std::vector<std::string>{"2 Week Wait"});
}

TEST_CASE("emis quirks 7 and 40: the main location goes first, 1 or true; loops and gaps are tolerated") {
    Small x;
    for (const char* name : {"other", "main", "loop"})
        x.add("Admin_Organisation", {{"OrganisationGuid", guid(name)}, {"OrganisationName", name}});
    x.rows["Admin_Organisation"][3]["CCGOrganisationGuid"] = guid("loop");
    x.rows["Admin_Organisation"][0]["MainLocationGuid"] = guid("place");
    x.rows["Admin_Organisation"][0]["CCGOrganisationGuid"] = guid("loop");
    x.rows["Admin_Organisation"][0]["ParentOrganisationGuid"] = guid("never sent");
    x.add("Admin_Location", {{"LocationGuid", guid("place")}, {"ParentLocationGuid", guid("never sent")}});
    for (const auto& [org, main] : {std::pair("other", "0"), std::pair("main", "1")})
        x.add("Admin_OrganisationLocation",
              {{"LocationGuid", guid("place")}, {"OrganisationGuid", guid(org)}, {"IsMainLocation", main}});
    const Run r = x.run();
    CHECK(reference(r.one("Location", "place")["managingOrganization"]) ==
          link(r.one("Organization", "main")));
    CHECK(reference(r.one("Organization", "practice")["partOf"]) == link(r.one("Organization", "loop")));
    CHECK(!r.one("Organization", "loop").contains("partOf"));
    CHECK(r.one("Location", "place")["partOf"]["identifier"]["value"] == bare("never sent"));
}

TEST_CASE("emis quirks 9 and 10: both file name patterns, their GUID without braces") {
    Small x;
    x.code("cough", kFinding, "Cough");
    x.obs("o", "cough", {{"ClinicianUserInRoleGuid", lower(guid("doctor"))}});
    for (const char* prefix : {"1-95771_", "291_", "bulk_7_"}) {
        CAPTURE(prefix);
        x.prefix = prefix;
        io::TestFolder folder;
        x.write(folder);
        const Run r = run(folder.path);
        CHECK(r.one("Observation", "o")["code"]["text"] == "Cough");
        // Keys of cells have braces, and any case.
        CHECK(reference(r.one("Observation", "o")["performer"][0]) ==
              link(r.one("PractitionerRole", "doctor")));
    }
}

TEST_CASE("emis quirk 11: a missing file fails the batch") {
    Small x;
    x.write();
    std::filesystem::remove(x.folder / x.file_name("CareRecord_Diary"));
    CHECK_THROWS_AS(run(x.folder.path), InputError);
}

TEST_CASE("emis quirk 12: the same row twice counts once, and the account says so") {
    Small x;
    x.code("cough", kFinding, "Cough");
    x.obs("o", "cough");
    x.obs("o", "cough");
    x.session();
    x.slot("s");
    for (int i = 0; i < 2; ++i)
        x.add("Appointment_SessionUser",
              {{"SessionGuid", guid("session")}, {"UserInRoleGuid", guid("doctor")}});
    for (int i = 0; i < 2; ++i)
        x.add("Audit_RegistrationAudit",
              {{"PatientGuid", guid("p")}, {"ModifiedDate", "2024-01-01"}, {"ModifiedTime", "10:00:00"}});
    const Run r = x.run();
    CHECK(r.made("Observation", "o").size() == 1);
    CHECK(r.one("Schedule", "session")["actor"].size() == 1);
    CHECK(r.of("Provenance").size() == 1);
    CHECK(r.all_fates("CareRecord_Observation", "o") ==
          std::vector<std::string>{"migrated", "superseded:repeated-row"});
    std::size_t repeated = 0;
    for (std::size_t at = 0; (at = r.fates.find("repeated-row", at)) != std::string::npos; ++at) ++repeated;
    CHECK(repeated == 3);
}

TEST_CASE("emis quirks 15, 16 and 41: only staff who are named, and a dangling id is kept and reported") {
    Small x;
    x.code("cough", kFinding, "Cough");
    x.add("Admin_UserInRole", {{"UserInRoleGuid", guid("unused")}, {"Surname", "Unused"}});
    x.obs("o", "cough", {{"ClinicianUserInRoleGuid", guid("doctor")}});
    x.obs("lost", "cough", {{"ClinicianUserInRoleGuid", guid("never sent")}});
    const Run r = x.run();
    CHECK(r.none("Practitioner", "unused"));
    CHECK(reference(r.one("Observation", "o")["performer"][0]) == link(r.one("PractitionerRole", "doctor")));
    CHECK(r.one("Observation", "lost")["performer"][0]["identifier"]["value"] == bare("never sent"));
    CHECK(r.found("EMIS-REF-001") == 1);
}

TEST_CASE(
    "emis quirk 17: a code that is not in the code table is kept by its id, marked, and no row is lost") {
    Small x;
    x.obs("o", "", {{"CodeId", "9008001000006116"}, {"AssociatedText", "Code to follow"}});
    const Run r = x.run();
    const Json o = r.one("Observation", "o");
    CHECK(o["code"]["text"] == "9008001000006116");
    CHECK(first_code(o["code"]) == "9008001000006116");
    CHECK(o["note"][0]["text"] == "Code to follow");
    CHECK(r.found("EMIS-CODE-001") == 1);
}

TEST_CASE("emis quirk 18: one CodeId with a row for each parent keeps every way up") {
    Small x;
    x.code("diabetes", kCondition, "Diabetes mellitus", "C10");
    x.code("register", kCondition, "Register", "EMISNQLO9");
    // No Read code of its own: a disorder only through its second parent.
    x.code("local", kCondition, "Type 2 diabetes", "EMISNQDI2", "", "register");
    x.code("local", kCondition, "Type 2 diabetes", "EMISNQDI2", "", "diabetes");
    x.obs("o", "local");
    const Run r = x.run();
    CHECK(r.made("Condition", "o").size() == 1);
    CHECK(r.none("Observation", "o"));
}

TEST_CASE("emis quirk 21: organisations with one ODS code stay apart") {
    Small x;
    x.add("Admin_Organisation", {{"OrganisationGuid", guid("old")}, {"ODSCode", "Z99999"}});
    x.code("ref", kReferral, "Referral", "8H43");
    x.obs("o", "ref");
    x.referral("o", {{"ReferralTargetOrganisationGuid", guid("old")}});
    const Run r = x.run();
    const Json old = r.one("Organization", "old"), practice = r.one("Organization", "practice");
    CHECK(old["id"] != practice["id"]);
    CHECK(old["identifier"][1]["value"] == practice["identifier"][1]["value"]);
    CHECK(reference(r.one("ServiceRequest", "o")["performer"][0]) == link(old));
}

TEST_CASE("emis quirks 24 to 26: a deleted patient row is out of scope: excluded by name, appointments too") {
    Small x;
    x.code("cough", kFinding, "Cough");
    x.rows["Admin_Patient"].clear();
    x.add("Admin_Patient", {{"PatientGuid", guid("p")}, {"Deleted", "true"}});
    x.obs("o", "cough");
    x.session();
    x.slot("s", {{"PatientGuid", guid("p")}});
    const Run r = x.run();
    CHECK(r.of("Patient").empty());
    for (const char* name : {"p", "o", "s"}) {
        CAPTURE(name);
        CHECK(r.fate(name).find("excluded") != std::string::npos);
        CHECK(r.fate(name).find("left-extract-scope") != std::string::npos);
    }
}

TEST_CASE("emis quirks 23, 27, 70 and 72: what the extract never carries is said") {
    const auto absent = emis::system().absent();
    const auto says = [&](const char* words) {
        return std::any_of(absent.begin(), absent.end(),
                           [&](auto a) { return a.find(words) != std::string_view::npos; });
    };
    CHECK(says("consultation headings"));
    CHECK(says("registration history"));
    CHECK(says("files travel by another route"));
}

TEST_CASE(
    "emis quirks 28 and 29: registration history in order, ends where the next begins, no type claimed") {
    Small x;
    x.history("2019-05-13", "Registered", "09:10:00");
    x.history("2008-04-01", "Registered");
    x.history("2019-05-13", "Deducted at GP request", "09:00:00");
    x.history("2020-01-01", "Registered by moonlight");
    const Json e = x.run().one("EpisodeOfCare", "p");
    const Json& h = e["statusHistory"];
    REQUIRE(h.size() == 4);
    const char* statuses[] = {"active", "finished", "active", "active"};
    for (std::size_t i = 0; i < 4; ++i) CHECK(h[i]["status"] == statuses[i]);
    CHECK(h[0]["period"]["start"] == "2008-04-01");
    CHECK(h[1]["period"]["end"] == "2019-05-13T09:10:00+01:00");
    CHECK(h[2]["period"]["start"] == "2019-05-13T09:10:00+01:00");
    CHECK(!h[3]["period"].contains("end"));
    CHECK(h[3]["extension"][0]["valueString"] == "Registered by moonlight");
    CHECK(inferred(e, "statusHistory[3].status"));
    CHECK(!inferred(e, "statusHistory[1].status"));
}

TEST_CASE("emis quirks 31 and 32: no registration date is none; types are trimmed, new ones kept as text") {
    Small x;
    x.patient("undated", {{"DateOfRegistration", ""}, {"PatientTypeDescription", "  Community Registered"}});
    x.patient("new", {{"PatientTypeDescription", "Lunar Resident"}});
    const Run r = x.run();
    const Json undated = r.one("EpisodeOfCare", "undated");
    CHECK(!undated.contains("period"));
    CHECK(first_code(undated["type"][0]) == "community");
    CHECK(r.one("EpisodeOfCare", "new")["type"][0]["text"] == "Lunar Resident");
    CHECK(r.one("EpisodeOfCare", "new")["status"] == "active");
}

TEST_CASE("emis quirk 33: dummy patients, by flag or by type, are tagged and have no registration type") {
    Small x;
    x.patient("flag", {{"DummyType", "true"}});
    x.patient("type", {{"PatientTypeDescription", "Dummy"}});
    const Run r = x.run();
    for (const char* name : {"flag", "type"}) {
        CAPTURE(name);
        CHECK(r.one("Patient", name)["meta"]["tag"][0]["code"] == "HTEST");
        CHECK(!r.one("EpisodeOfCare", name).contains("type"));
        CHECK(rest(r.one("EpisodeOfCare", name), "Admin_Patient.PatientTypeDescription").size() == 1);
    }
    CHECK(!r.one("Patient", "p")["meta"].contains("tag"));
}

TEST_CASE("emis quirk 34: a temporary patient's address is temporary") {
    Small x;
    x.rows["Admin_Patient"][0]["Town"] = "Copperfell";
    x.patient("t", {{"PatientTypeDescription", "Temporary"}, {"Town", "Holiday Park"}});
    const Run r = x.run();
    CHECK(r.one("Patient", "p")["address"][0]["use"] == "home");
    CHECK(r.one("Patient", "t")["address"][0]["use"] == "temp");
}

TEST_CASE(
    "emis quirks 35 and 36: placeholder, wrong and shared NHS numbers merge nobody; nothing is verified") {
    Small x;
    x.patient("zeros", {{"NhsNumber", "0000000000"}});
    x.patient("nines", {{"NhsNumber", "9999999999"}});
    x.patient("wrong", {{"NhsNumber", "9990042045"}});
    x.patient("a", {{"NhsNumber", "9990042047"}});
    x.patient("b", {{"NhsNumber", "9990042047"}});
    const Run r = x.run();
    CHECK(r.of("Patient").size() == 6);
    const auto number = [&](const char* name, const std::string& system) {
        std::string found;
        const Json patient = r.one("Patient", name);
        for (const Json& id : patient["identifier"])
            if (id["system"] == system) {
                found = id["value"];
                CHECK(!id.contains("extension"));
            }
        return found;
    };
    for (const char* bad : {"zeros", "nines", "wrong"}) {
        CAPTURE(bad);
        CHECK(number(bad, "https://fhir.nhs.uk/Id/nhs-number").empty());
        CHECK(number(bad, "https://gpswitch.org/Id/invalid-nhs-number").size() == 10);
    }
    CHECK(number("a", "https://fhir.nhs.uk/Id/nhs-number") == "9990042047");
    CHECK(number("b", "https://fhir.nhs.uk/Id/nhs-number") == "9990042047");
    CHECK(r.found("EMIS-NHS-001") == 3);
    CHECK(r.found("EMIS-NHS-002") == 1);
}

TEST_CASE("emis quirk 36: an NHS number status that comes after all is not lost") {
    Small x;
    x.patient("v", {{"NhsNumber", "9990042047"}, {"NHSNumberStatus", "Verified"}});
    x.patient("w", {{"NhsNumber", "9990042055"}, {"NHSNumberStatus", "Dubious"}});
    const Run r = x.run();
    CHECK(r.one("Patient", "v").dump().find("NHSNumberVerificationStatusEngland") != std::string::npos);
    CHECK(r.one("Patient", "w").dump().find("Dubious") != std::string::npos);
}

TEST_CASE("emis quirk 37: ethnicity and marital status come from the latest coded entry") {
    Small x;
    x.code("irish", "Ethnicity", "White Irish", "9i1");
    x.code("african", "Ethnicity", "African", "9t1B");
    x.code("refused", "Ethnicity", "Not stated", "9iG");
    x.code("married", "Marital status", "Married", "1332");
    x.code("widowed", "Marital status", "Widowed", "1335");
    x.obs("e1", "african", {{"EffectiveDate", "2001-01-01"}});
    x.obs("e2", "irish", {{"EffectiveDate", "2012-01-01"}});
    // A date that means nothing is not the latest, whatever it says.
    x.obs("e3", "african", {{"EffectiveDate", "2030-01-01"}, {"EffectiveDatePrecision", "U"}});
    x.obs("m1", "widowed", {{"EffectiveDate", "2020-01-01"}});
    x.obs("m2", "married", {{"EffectiveDate", "2006-01-01"}});
    x.patient("q");
    x.obs("q1", "irish", {{"EffectiveDate", "2004-01-01"}, {"PatientGuid", guid("q")}});
    x.obs("q2", "refused", {{"EffectiveDate", "2015-01-01"}, {"PatientGuid", guid("q")}});
    const Run r = x.run();
    const Json p = r.one("Patient", "p"), q = r.one("Patient", "q");
    CHECK(first_code(extension(p, "EthnicCategory")["valueCodeableConcept"]) == "B");
    CHECK(first_code(p["maritalStatus"]) == "W");
    // "Not stated" has a category letter of its own: an older answer does not come back.
    CHECK(first_code(extension(q, "EthnicCategory")["valueCodeableConcept"]) == "Z");
    for (const char* name : {"e1", "e2", "e3", "m1", "m2", "q1", "q2"}) CHECK(!r.none("Observation", name));
}

TEST_CASE(
    "emis quirks 38 and 39: people without names; staff names cleaned, as typed beside; no date of 1899") {
    Small x;
    x.code("cough", kFinding, "Cough");
    x.patient("nameless", {{"Surname", ""}});
    const auto staff = [&](const char* name, Cells cells) {
        cells["UserInRoleGuid"] = guid(name);
        x.add("Admin_UserInRole", cells);
        x.obs(std::string("by ") + name, "cough", {{"ClinicianUserInRoleGuid", guid(name)}});
    };
    staff("given", {{"GivenName", "Imogen Featherstone"}, {"ContractStartDate", "1899-12-31"}});
    staff("nobody", {{"ContractStartDate", "1899-01-01"}});
    staff("spaces",
          {{"GivenName", "  Ivo"}, {"Surname", " Quarrington"}, {"ContractStartDate", "2001-02-03"}});
    const Run r = x.run();
    CHECK(!r.one("Patient", "nameless").contains("name"));
    CHECK(r.one("Practitioner", "given")["name"][0]["family"] == "Imogen Featherstone");
    CHECK(inferred(r.one("Practitioner", "given"), "name.family"));
    CHECK(r.one("Practitioner", "nobody")["name"][0]["text"] == "Unknown");
    const Json spaces = r.one("Practitioner", "spaces");
    CHECK(spaces["name"][0]["given"][0] == "Ivo");
    CHECK(spaces["name"][0]["family"] == "Quarrington");
    CHECK(rest(spaces, "Admin_UserInRole.GivenName") == std::vector<std::string>{"  Ivo"});
    CHECK(rest(spaces, "Admin_UserInRole.Surname") == std::vector<std::string>{" Quarrington"});
    CHECK(!r.one("PractitionerRole", "given").contains("period"));
    CHECK(rest(r.one("PractitionerRole", "nobody"), "Admin_UserInRole.ContractStartDate").size() == 1);
    CHECK(r.one("PractitionerRole", "spaces")["period"]["start"] == "2001-02-03");
}

TEST_CASE("emis: an end that is still to come has not ended anything") {
    Small x;
    x.rows["Admin_UserInRole"][0]["ContractEndDate"] = "2027-01-01";
    x.rows["Admin_Organisation"][0]["CloseDate"] = "2026-03-02";
    x.add("Admin_UserInRole", {{"UserInRoleGuid", guid("gone")}, {"ContractEndDate", "2026-02-28"}});
    x.code("cough", kFinding, "Cough");
    x.obs("o", "cough",
          {{"ClinicianUserInRoleGuid", guid("doctor")}, {"EnteredByUserInRoleGuid", guid("gone")}});
    x.session({{"LocationGuid", guid("place")}});
    x.add("Admin_Location", {{"LocationGuid", guid("place")}, {"CloseDate", "2031-01-01"}});
    x.slot("s");
    x.patient("t", {{"PatientTypeDescription", "Temporary"}, {"DateOfDeactivation", "2026-05-10"}});
    x.patient("l", {{"DateOfDeactivation", "2025-06-30"}});
    const Run r = x.run();
    CHECK(r.one("PractitionerRole", "doctor")["active"] == true);
    CHECK(r.one("PractitionerRole", "doctor")["period"]["end"] == "2027-01-01");
    CHECK(r.one("PractitionerRole", "gone")["active"] == false);
    CHECK(r.one("Organization", "practice")["active"] == true);
    CHECK(r.one("Location", "place")["status"] == "active");
    CHECK(r.one("EpisodeOfCare", "t")["status"] == "active");
    CHECK(r.one("EpisodeOfCare", "t")["period"]["end"] == "2026-05-10");
    CHECK(r.one("EpisodeOfCare", "l")["status"] == "finished");
}

TEST_CASE("emis quirks 42, 43, 45 and 47: slots and appointments") {
    Small x;
    x.session({{"LocationGuid", guid("place")}});
    x.add("Admin_Location", {{"LocationGuid", guid("place")}});
    x.add("Appointment_SessionUser", {{"SessionGuid", guid("session")}, {"UserInRoleGuid", guid("doctor")}});
    x.add("Appointment_SessionUser", {{"SessionGuid", guid("deleted")}, {"UserInRoleGuid", guid("doctor")}});
    x.add("Appointment_Session", {{"AppointmentSessionGuid", guid("deleted")}, {"Deleted", "true"}});
    x.add("Appointment_Session", {{"AppointmentSessionGuid", guid("list")}, {"StartDate", "2025-01-20"}});
    x.slot("free");
    x.slot("blocked", {{"IsBlocked", "true"}});
    x.slot("nobody", {{"SessionGuid", guid("list")}});
    const Cells mine = {{"PatientGuid", guid("p")}};
    const auto booked = [&](const char* name, Cells more) {
        more.insert(mine.begin(), mine.end());
        x.slot(name, more);
    };
    booked("dna", {{"DidNotAttend", "true"}});
    booked("dna left", {{"DidNotAttend", "true"}, {"LeftTime", "12:09:00"}, {"SendInTime", "12:01:00"}});
    booked("left", {{"LeftTime", "12:09:00"}, {"SendInTime", "12:01:00"}});
    booked("in", {{"SendInTime", "12:01:00"}});
    booked("future", {{"AppointmentDate", "2026-07-01"}, {"SlotStatus", "Slot Booked"}});
    const Run r = x.run();
    CHECK(r.one("Slot", "free")["status"] == "free");
    CHECK(r.none("Appointment", "free"));
    CHECK(r.one("Slot", "blocked")["status"] == "busy-unavailable");
    CHECK(r.one("Slot", "free")["start"] == "2025-01-20T12:00:00+00:00");  // noon is no midnight
    const std::pair<const char*, const char*> statuses[] = {{"dna", "noshow"},
                                                            {"dna left", "noshow"},
                                                            {"left", "fulfilled"},
                                                            {"in", "arrived"},
                                                            {"future", "booked"}};
    for (const auto& [name, status] : statuses) {
        CAPTURE(name);
        const Json a = r.one("Appointment", name);
        CHECK(a["status"] == status);
        CHECK(r.one("Slot", name)["status"] == "busy");
        CHECK(reference(a["slot"][0]) == link(r.one("Slot", name)));
        // The patient, the staff and the place.
        REQUIRE(a["participant"].size() == 3);
        for (const Json& who :
             {r.one("Patient", "p"), r.one("PractitionerRole", "doctor"), r.one("Location", "place")})
            CHECK(a["participant"].dump().find(link(who)) != std::string::npos);
    }
    CHECK(r.one("Appointment", "future")["start"] == "2026-07-01T12:00:00+01:00");
    CHECK(r.one("Schedule", "list")["actor"][0]["display"] == "no staff named");
    // Staff of a session that is deleted belong to nothing, and are accounted for.
    CHECK(r.none("Schedule", "deleted"));
    CHECK(r.one("Schedule", "session")["actor"].size() == 2);  // staff and place
}

TEST_CASE("emis quirk 44: a slot of somebody who is not in Admin_Patient is held apart, with an issue") {
    Small x;
    x.session();
    x.slot("stranger", {{"PatientGuid", guid("stranger")}});
    const Run r = x.run();
    CHECK(r.none("Appointment", "stranger"));
    CHECK(r.fate("stranger").find("held") != std::string::npos);
    CHECK(r.found("EMIS-REF-004") == 1);
}

TEST_CASE("emis: a slot whose time cannot be made keeps what was given") {
    Small x;
    x.session();
    x.slot("s", {{"AppointmentStartTime", ""}, {"PatientGuid", guid("p")}});
    x.slot("f", {{"PlannedDurationInMinutes", "9999"}});
    const Run r = x.run();
    CHECK(rest(r.one("Appointment", "s"), "Appointment_Slot.AppointmentDate").size() == 1);
    CHECK(rest(r.one("Slot", "s"), "Appointment_Slot.AppointmentDate").size() == 1);
    CHECK(rest(r.one("Slot", "f"), "Appointment_Slot.PlannedDurationInMinutes") ==
          std::vector<std::string>{"9999"});
}

TEST_CASE("emis quirk 48: clinical GUIDs are unique in one patient only") {
    Small x;
    x.code("cough", kFinding, "Cough", "171");
    x.code("weight", kValue, "Weight", "22A");
    x.patient("q");
    x.obs("shared", "cough");
    x.obs("shared", "weight", {{"PatientGuid", guid("q")}, {"Value", "80.000"}, {"NumericUnit", "kg"}});
    const Run r = x.run();
    const auto both = r.made("Observation", "shared");
    REQUIRE(both.size() == 2);
    CHECK(both[0]["id"] != both[1]["id"]);
    for (const Json& o : both)
        CHECK(reference(o["subject"]) == link(r.one("Patient", o.contains("valueQuantity") ? "q" : "p")));
}
