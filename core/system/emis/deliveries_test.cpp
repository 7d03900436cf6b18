// Several deliveries in one place: their order, what a newer row does to an older one, and what a delete
// means. Facts: the notes on the format, sections 3 and 4 and the quirks named.
#include "core/system/emis/series_test.hpp"

using namespace gpswitch;
using namespace gpswitch::emis_test;

namespace {
const char* const kObs = "CareRecord_Observation";
}

TEST_CASE("emis: a delta's row replaces the older row whole, and its new rows are added") {
    Series s;
    s.bulk.code("cough", kFinding, "Cough");
    s.bulk.obs("o", "cough", {{"AssociatedText", "dry"}, {"EffectiveDate", "2020-02-03"}});
    s.bulk.obs("same", "cough");
    Small& d = s.delta(2);
    d.obs("o", "cough", {{"EffectiveDate", "2020-02-05"}});
    d.obs("new", "cough");
    d.obs("same", "cough", {{"ProcessingId", "9"}});
    const Run r = s.run();
    const Json o = r.one("Observation", "o");
    CHECK(o["effectiveDateTime"] == "2020-02-05");
    CHECK(!o.contains("note"));  // full rows, not patches
    CHECK(r.one("Observation", "new")["code"]["text"] == "Cough");
    CHECK(r.all_fates(kObs, "o") == Fates{"migrated", "superseded:newer-row-of-same-key"});
    CHECK(r.all_fates(kObs, "same") == Fates{"migrated", "superseded:repeated-row"});
    CHECK(r.found("EMIS-BATCH-001") == 1);
    CHECK(r.found("EMIS-KEY-001") == 0);
    CHECK(r.census.as_of == "2026-03-02T04:00:00+00:00");
    // The address of a row says its file.
    CHECK(r.fates.find("\"member\":\"delta_2_CareRecord_Observation_20260302040000_") != std::string::npos);
}

TEST_CASE("emis quirk 13: batches go by time stamp, whatever their numbers and their ProcessingIds") {
    Series s;
    s.bulk.code("cough", kFinding, "Cough");
    s.bulk.prefix = "bulk_900_";
    s.bulk.obs("o", "cough", {{"AssociatedText", "first"}, {"ProcessingId", "5000"}});
    s.next("delta_5_", "20260303040000")
        .obs("o", "cough", {{"AssociatedText", "last"}, {"ProcessingId", "1"}});
    s.next("delta_4_", "20260302040000")
        .obs("o", "cough", {{"AssociatedText", "middle"}, {"ProcessingId", "77"}});
    const Run r = s.run();
    CHECK(r.one("Observation", "o")["note"][0]["text"] == "last");
    CHECK(r.all_fates(kObs, "o").size() == 3);
    CHECK(r.found("EMIS-BATCH-003") == 1);  // 900, then 4
}

TEST_CASE("emis: inside one delivery ProcessingId decides, and file order where it is equal") {
    Series s;
    s.bulk.code("cough", kFinding, "Cough");
    s.bulk.obs("a", "cough", {{"AssociatedText", "old"}});
    s.bulk.obs("b", "cough", {{"AssociatedText", "old"}});
    Small& d = s.delta(2);
    d.obs("a", "cough", {{"AssociatedText", "winner"}, {"ProcessingId", "10"}});
    d.obs("a", "cough", {{"AssociatedText", "loser"}, {"ProcessingId", "9"}});
    d.obs("b", "cough", {{"AssociatedText", "loser"}, {"ProcessingId", "2"}});
    d.obs("b", "cough", {{"AssociatedText", "winner"}, {"ProcessingId", "2"}});
    const Run r = s.run();
    CHECK(r.one("Observation", "a")["note"][0]["text"] == "winner");
    CHECK(r.one("Observation", "b")["note"][0]["text"] == "winner");
}

TEST_CASE("emis: a delete row deletes, itself and the row it removes; what is unknown is said") {
    Series s;
    s.bulk.code("cough", kFinding, "Cough");
    for (const char* name : {"gone", "gone too", "back"}) s.bulk.obs(name, "cough");
    const auto remove = [](Small& x, const std::string& name, bool patient) {
        x.add("CareRecord_Observation", {{"ObservationGuid", guid(name)},
                                         {"PatientGuid", patient ? guid("p") : ""},
                                         {"Deleted", "true"}});
    };
    Small& d = s.delta(2);
    remove(d, "gone", true);
    remove(d, "gone too", false);  // takes the patient of the row it removes
    remove(d, "back", true);
    remove(d, "never sent", true);
    s.delta(3).obs("back", "cough");
    const Run r = s.run();
    const Fates deleted{"deleted:deleted", "deleted:deleted-by-later-row"};
    CHECK(r.all_fates(kObs, "gone") == deleted);
    CHECK(r.all_fates(kObs, "gone too") == deleted);
    CHECK(r.all_fates(kObs, "back") ==
          Fates{"migrated", "superseded:newer-row-of-same-key", "superseded:repeated-row"});
    CHECK(r.all_fates(kObs, "never sent") == Fates{"deleted:delete-of-unknown-row"});
    CHECK(r.found("EMIS-DEL-001") == 1);
    CHECK(r.of("Observation").size() == 1);
}

TEST_CASE("emis: a delete without a patient that fits rows of two patients deletes neither") {
    Series s;
    s.bulk.patient("q");
    s.bulk.code("cough", kFinding, "Cough");
    s.bulk.obs("o", "cough");
    s.bulk.obs("o", "cough", {{"PatientGuid", guid("q")}});
    s.delta(2).add(kObs, {{"ObservationGuid", guid("o")}, {"PatientGuid", ""}, {"Deleted", "true"}});
    const Run r = s.run();
    CHECK(r.all_fates(kObs, "o") == Fates{"held:EMIS-DEL-002", "migrated", "migrated"});
    CHECK(r.found("EMIS-DEL-002") == 1);
}

TEST_CASE("emis quirk 24: a patient who left or died and leaves the scope is kept whole") {
    for (const char* column : {"DateOfDeath", "DateOfDeactivation"}) {
        CAPTURE(column);
        Series s;
        s.bulk.patient("q", {{column, "2020-01-01"}});
        s.bulk.code("cough", kFinding, "Cough");
        s.bulk.obs("o", "cough", {{"PatientGuid", guid("q")}});
        s.delta(2).add("Admin_Patient", {{"PatientGuid", guid("q")}, {"Deleted", "true"}});
        const Run r = s.run();
        CHECK(r.made("Patient", "q").size() == 1);
        CHECK(r.one("Observation", "o")["code"]["text"] == "Cough");
        CHECK(r.all_fates("Admin_Patient", "q") == Fates{"excluded:left-extract-scope", "migrated"});
    }
}

TEST_CASE("emis quirk 24: when the practice has left the agreement, deletes of patients are real") {
    Series s;
    s.bulk.patient("q", {{"DateOfDeactivation", "2020-01-01"}});
    Small& d = s.delta(2);
    d.rows.clear();
    d.add("Agreements_SharingOrganisation", {{"IsActivated", "true"}, {"Deleted", "true"}});
    d.add("Admin_Patient", {{"PatientGuid", guid("q")}, {"Deleted", "true"}});
    const Run r = s.run();
    CHECK(r.none("Patient", "q"));
    CHECK(r.all_fates("Admin_Patient", "q") == Fates{"deleted:deleted", "deleted:deleted-by-later-row"});
    CHECK(r.found("EMIS-AGR-001") == 1);
}

TEST_CASE("emis quirk 25: the delete of an active patient takes the clinical rows with it") {
    Series s;
    s.bulk.patient("q");
    s.bulk.code("cough", kFinding, "Cough");
    s.bulk.obs("o", "cough", {{"PatientGuid", guid("q")}});
    s.bulk.session();
    s.bulk.slot("s", {{"PatientGuid", guid("q")}});
    s.delta(2).add("Admin_Patient", {{"PatientGuid", guid("q")}, {"Deleted", "true"}});
    const Run r = s.run();
    CHECK(r.none("Patient", "q"));
    CHECK(r.none("Observation", "o"));
    CHECK(r.all_fates("Admin_Patient", "q") == Fates{"deleted:deleted", "deleted:deleted-by-later-row"});
    CHECK(r.all_fates(kObs, "o") == Fates{"deleted:patient-deleted"});
    CHECK(r.all_fates("Appointment_Slot", "s") == Fates{"excluded:appointment-of-deleted-patient"});
}

TEST_CASE("emis quirk 26: a deleted patient who comes back has the appointments that are not sent again") {
    Series s;
    s.bulk.patient("q");
    s.bulk.code("cough", kFinding, "Cough");
    s.bulk.obs("old", "cough", {{"PatientGuid", guid("q")}});
    s.bulk.obs("sent again", "cough", {{"PatientGuid", guid("q")}});
    s.bulk.session();
    s.bulk.slot("s", {{"PatientGuid", guid("q")}});
    s.delta(2).add("Admin_Patient", {{"PatientGuid", guid("q")}, {"Deleted", "true"}});
    Small& d = s.delta(3);
    d.patient("q");
    d.obs("sent again", "cough", {{"PatientGuid", guid("q")}});
    const Run r = s.run();
    CHECK(r.made("Patient", "q").size() == 1);
    CHECK(r.one("Appointment", "s")["status"] == "booked");
    CHECK(r.made("Observation", "sent again").size() == 1);
    CHECK(r.all_fates(kObs, "old") == Fates{"deleted:patient-deleted"});
    CHECK(r.all_fates(kObs, "sent again") == Fates{"migrated", "superseded:repeated-row"});
}

TEST_CASE("emis quirk 22: a later bulk deletes what it does not have, but not people outside its window") {
    Series s;
    s.bulk.patient("left", {{"DateOfDeactivation", "2019-01-01"}});
    s.bulk.patient("dropped");
    s.bulk.code("cough", kFinding, "Cough");
    s.bulk.obs("stays", "cough");
    s.bulk.obs("goes", "cough");
    s.bulk.obs("of left", "cough", {{"PatientGuid", guid("left")}});
    s.bulk.obs("of dropped", "cough", {{"PatientGuid", guid("dropped")}});
    s.bulk.history("2001-01-01", "Registered");
    Small& b = s.rebulk(9);
    b.patient("p");
    b.obs("stays", "cough");
    b.obs("new", "cough");
    const Run r = s.run();
    CHECK(r.all_fates(kObs, "stays") == Fates{"migrated", "superseded:repeated-row"});
    CHECK(r.all_fates(kObs, "goes") == Fates{"deleted:not-in-later-bulk"});
    CHECK(r.all_fates(kObs, "of left") == Fates{"migrated"});
    CHECK(r.all_fates(kObs, "of dropped") == Fates{"deleted:not-in-later-bulk"});
    CHECK(r.made("Patient", "left").size() == 1);
    CHECK(r.none("Patient", "dropped"));
    // What happened is not undone: an event row that the bulk does not repeat stays.
    CHECK(r.one("EpisodeOfCare", "p")["statusHistory"].size() == 1);
    CHECK(r.found("EMIS-BULK-002") == 1);
}

TEST_CASE("emis quirk 22: a bulk while the practice is switched off replaces nothing") {
    Series s;
    s.bulk.code("cough", kFinding, "Cough");
    s.bulk.obs("o", "cough");
    Small& b = s.rebulk(9);
    b.rows.clear();
    b.add("Agreements_SharingOrganisation", {{"IsActivated", "false"}});
    const Run r = s.run();
    CHECK(r.made("Observation", "o").size() == 1);
    CHECK(r.found("EMIS-AGR-002") == 1);
    CHECK(r.found("EMIS-BULK-003") == 1);
}

TEST_CASE("emis: a disabled agreement stops the run by its newest state only") {
    Series s;
    const auto disable = [](Small& x) {
        x.rows["Agreements_SharingOrganisation"].clear();
        x.add("Agreements_SharingOrganisation", {{"IsActivated", "true"}, {"Disabled", "true"}});
    };
    SUBCASE("disabled now") {
        disable(s.delta(2));
        CHECK(s.error().find("is disabled") != std::string::npos);
    }
    SUBCASE("disabled once, when every patient was deleted, and enabled again") {
        Small& d = s.delta(2);
        disable(d);
        d.add("Admin_Patient", {{"PatientGuid", guid("p")}, {"Deleted", "true"}});
        s.delta(3);
        const Run r = s.run();
        CHECK(r.made("Patient", "p").size() == 1);
        CHECK(r.all_fates("Admin_Patient", "p") == Fates{"excluded:agreement-disabled", "migrated"});
    }
}

TEST_CASE("emis quirk 56: a problem row and its entry from different deliveries meet, either way round") {
    Series s;
    s.bulk.code("asthma", kCondition, "Asthma", "H33");
    s.bulk.obs("first", "asthma");
    s.bulk.problem("second", {{"ProblemStatusDescription", "Active Problem"}});
    Small& d = s.delta(2);
    d.problem("first", {{"ProblemStatusDescription", "Past Problem"},
                        {"EndDate", "2021-01-01"},
                        {"EndDatePrecision", "YMD"}});
    d.obs("second", "asthma");
    const Run r = s.run();
    CHECK(r.one("Condition", "first")["abatementDateTime"] == "2021-01-01");
    CHECK(r.one("Condition", "second")["code"]["text"] == "Asthma");
}

TEST_CASE("emis quirk 76: an issue without its drug row moves the last issue date of the stored drug") {
    Series s;
    s.bulk.drug_code("drug", "Metformin 500mg tablets", "");
    s.bulk.drug("d", {{"EffectiveDate", "2020-01-01"}});
    s.bulk.issue("i", "d", {{"EffectiveDate", "2020-01-01"}});
    s.delta(2).issue("j", "d", {{"EffectiveDate", "2026-03-01"}});
    const Run r = s.run();
    CHECK(r.found("EMIS-MED-001") == 0);
    CHECK(r.one("MedicationStatement", "d").dump().find("2026-03-01") != std::string::npos);
}

TEST_CASE("emis quirk 17: a code that comes with a later delivery mends the rows that used it") {
    Series s;
    s.bulk.obs("o", "late");
    s.bulk.obs("p", "never");
    Small& d = s.delta(2);
    d.ids = s.bulk.ids;
    d.code("late", kFinding, "Cough");
    const Run r = s.run();
    CHECK(r.one("Observation", "o")["code"]["text"] == "Cough");
    CHECK(r.one("Observation", "p")["code"]["text"] == s.bulk.id_of("never"));
    CHECK(r.found("EMIS-CODE-001") == 1);
}

TEST_CASE("emis quirk 15: staff and organisations that came once stay for all later deliveries") {
    Series s;
    s.bulk.code("cough", kFinding, "Cough");
    s.delta(2).obs("o", "cough", {{"ClinicianUserInRoleGuid", guid("doctor")}});
    s.delta(3).add("Admin_UserInRole", {{"UserInRoleGuid", guid("doctor")}, {"Surname", "Married"}});
    const Run r = s.run();
    CHECK(reference(r.one("Observation", "o")["performer"][0]) == link(r.one("PractitionerRole", "doctor")));
    CHECK(r.one("Practitioner", "doctor")["name"][0]["family"] == "Married");
    CHECK(r.all_fates("Admin_UserInRole", "doctor") == Fates{"migrated", "superseded:newer-row-of-same-key"});
}

TEST_CASE("emis quirk 20: a change of the practice's ODS code is said, and its id stays") {
    Series s;
    s.delta(2).add("Admin_Organisation", {{"OrganisationGuid", guid("practice")},
                                          {"OrganisationName", "Test Surgery"},
                                          {"ODSCode", "Z88888"}});
    const Run r = s.run();
    CHECK(r.found("EMIS-ODS-001") == 1);
    CHECK(r.census.practice == bare("practice"));
    CHECK(r.census.ods == "Z88888");
}

TEST_CASE(
    "emis quirks 27 and 30: a new registration is an episode beside the old one, a corrected start is not") {
    Series s;
    s.bulk.patient("again", {{"DateOfRegistration", "2000-01-01"}, {"DateOfDeactivation", "2020-05-05"}});
    s.bulk.patient("corrected", {{"DateOfRegistration", "2000-01-01"}});
    Small& d = s.delta(2);
    d.patient("again", {{"DateOfRegistration", "2022-01-01"}});
    d.patient("corrected", {{"DateOfRegistration", "2000-01-11"}});
    const Run r = s.run();
    std::map<std::string, std::string> periods;
    const std::string who = link(r.one("Patient", "again"));
    for (const Json& e : r.of("EpisodeOfCare"))
        if (reference(e["patient"]) == who)
            periods[e["period"]["start"]] =
                e["period"].value("end", "") + " " + e["status"].get<std::string>();
    CHECK(periods == std::map<std::string, std::string>{{"2000-01-01", "2020-05-05 finished"},
                                                        {"2022-01-01", " active"}});
    CHECK(r.all_fates("Admin_Patient", "again") == Fates{"migrated", "migrated"});
    CHECK(r.made("EpisodeOfCare", "corrected").size() == 1);
    CHECK(r.one("EpisodeOfCare", "corrected")["period"]["start"] == "2000-01-11");
}

TEST_CASE(
    "emis quirk 29: registered again as another type without an end: the old one ends where the new begins") {
    Series s;
    s.bulk.patient("q", {{"DateOfRegistration", "2026-02-01"}, {"PatientTypeDescription", "Temporary"}});
    s.delta(2).patient("q", {{"DateOfRegistration", "2026-03-01"}});
    const Run r = s.run();
    bool found = false;
    for (const Json& e : r.of("EpisodeOfCare"))
        if (e["period"]["start"] == "2026-02-01") {
            found = true;
            CHECK(e["period"]["end"] == "2026-03-01");
            CHECK(inferred(e, "period.end"));
        }
    CHECK(found);
}

TEST_CASE("emis: Deleted is true in any case and as 1, in deltas and in bulks; another word is said") {
    Series s;
    s.bulk.code("asthma", kCondition, "Asthma", "H33");
    for (const char* name : {"TRUE", "1", " true ", "0", "FALSE", "yes"}) s.bulk.obs(name, "asthma");
    s.bulk.obs("in bulk", "asthma", {{"Deleted", "1"}});
    s.bulk.obs("problem", "asthma");
    s.bulk.problem("problem", {{"Deleted", "1"}});
    Small& d = s.delta(2);
    for (const char* name : {"TRUE", "1", " true "})
        d.add(kObs, {{"ObservationGuid", guid(name)}, {"PatientGuid", guid("p")}, {"Deleted", name}});
    for (const char* name : {"0", "FALSE", "yes"}) d.obs(name, "asthma", {{"Deleted", name}});
    const Run r = s.run();
    for (const char* name : {"TRUE", "1", " true "}) {
        CAPTURE(name);
        CHECK(r.all_fates(kObs, name) == Fates{"deleted:deleted", "deleted:deleted-by-later-row"});
    }
    for (const char* name : {"0", "FALSE", "yes"}) {
        CAPTURE(name);
        CHECK(r.made("Condition", name).size() == 1);
    }
    CHECK(r.none("Condition", "in bulk"));
    CHECK(first_code(r.one("Condition", "problem")["category"][0]) == "encounter-diagnosis");
    CHECK(r.found("EMIS-DEL-003") == 1);
}

TEST_CASE("emis: a ProcessingId of more than 32 bits still orders rows") {
    Series s;
    s.bulk.code("cough", kFinding, "Cough");
    Small& d = s.delta(2);
    for (const auto& [words, number] : {std::pair("winner", "4294967297"), std::pair("loser", "5")}) {
        d.obs("o", "cough", {{"AssociatedText", words}, {"ProcessingId", number}});
        d.add("Admin_UserInRole",
              {{"UserInRoleGuid", guid("doctor")}, {"Surname", words}, {"ProcessingId", number}});
    }
    d.obs("by", "cough", {{"ClinicianUserInRoleGuid", guid("doctor")}});
    const Run r = s.run();
    CHECK(r.one("Observation", "o")["note"][0]["text"] == "winner");
    CHECK(r.one("Practitioner", "doctor")["name"][0]["family"] == "winner");
}

TEST_CASE(
    "emis: no delete of a delivery that came while the agreement was disabled counts, of whatever row") {
    Series s;
    s.bulk.code("cough", kFinding, "Cough");
    s.bulk.obs("o", "cough");
    s.bulk.session();
    s.bulk.slot("s", {{"PatientGuid", guid("p")}});
    s.bulk.add("Admin_Location", {{"LocationGuid", guid("place")}, {"LocationName", "Branch"}});
    s.bulk.add("Admin_OrganisationLocation",
               {{"LocationGuid", guid("place")}, {"OrganisationGuid", guid("practice")}});
    Small& d = s.delta(2);
    d.rows.clear();
    d.add("Agreements_SharingOrganisation", {{"IsActivated", "true"}, {"Disabled", "true"}});
    const Cells gone = {{"PatientGuid", guid("p")}, {"Deleted", "true"}};
    const auto remove = [&](const char* table, const char* key, const char* name) {
        Cells row = gone;
        row[key] = guid(name);
        d.add(table, row);
    };
    remove(kObs, "ObservationGuid", "o");
    remove("Appointment_Slot", "SlotGuid", "s");
    remove("Appointment_Session", "AppointmentSessionGuid", "session");
    remove("Admin_Location", "LocationGuid", "place");
    s.delta(3);
    const Run r = s.run();
    CHECK(r.all_fates(kObs, "o") == Fates{"excluded:agreement-disabled", "migrated"});
    CHECK(r.all_fates("Appointment_Slot", "s") == Fates{"excluded:agreement-disabled", "migrated"});
    CHECK(r.one("Appointment", "s")["status"] == "booked");
    CHECK(r.made("Schedule", "session").size() == 1);
    CHECK(r.all_fates("Appointment_Session", "session") == Fates{"excluded:agreement-disabled", "migrated"});
    // Nobody refers to the place, which is not the same as deleted.
    CHECK(r.all_fates("Admin_Location", "place") ==
          Fates{"excluded:agreement-disabled", "lookup:nobody-refers-to-it"});
}

TEST_CASE("emis quirk 37: a new ethnicity in a delta changes a patient whose own row is not sent again") {
    Series s;
    s.bulk.code("irish", "Ethnicity", "White Irish", "9i1");
    s.bulk.code("british", "Ethnicity", "White British", "9i0");
    s.bulk.code("unmapped", "Ethnicity", "A word of our own", "EMISNQET1");
    s.bulk.obs("old", "irish", {{"EffectiveDate", "2020-01-01"}});
    Small& d = s.delta(2);
    d.obs("new", "british", {{"EffectiveDate", "2025-01-01"}});
    // On one day the one that maps counts, wherever it stands.
    d.obs("same day", "unmapped", {{"EffectiveDate", "2025-01-01"}});
    const Run r = s.run();
    CHECK(first_code(extension(r.one("Patient", "p"), "EthnicCategory")["valueCodeableConcept"]) == "A");
}

TEST_CASE("emis: a row of a delta whose quotes go wrong deletes nothing and hides nothing") {
    Series s;
    s.bulk.code("cough", kFinding, "Cough");
    s.bulk.code("egg", kAllergy, "Allergy to egg", "SN582");
    s.bulk.obs("o", "cough", {{"AssociatedText", "older"}});
    s.bulk.patient("q");
    s.bulk.obs("of q", "egg", {{"PatientGuid", guid("q")}});
    Small& d = s.delta(2);
    d.obs("o", "cough", {{"AssociatedText", "newer"}});
    d.obs("of q", "egg", {{"PatientGuid", guid("q")}});
    s.bulk.write(s.place);
    d.write(s.place);
    // The delta's allergy row loses its last quote.
    const std::string file = s.place / d.file_name(kObs);
    std::ostringstream bytes;
    bytes << std::ifstream(file, std::ios::binary).rdbuf();
    std::string text = bytes.str();
    text.erase(text.rfind('"'), 1);
    std::ofstream(file, std::ios::binary) << text;
    const Run r = run(s.place.path);
    CHECK(r.one("Observation", "o")["note"][0]["text"] == "newer");
    CHECK(r.found("EMIS-ROW-001") == 1);
    // Nobody can say what it did to the allergy: the patient waits for a person.
    CHECK(r.found("EMIS-ROW-002") == 1);
    CHECK(r.none("Patient", "q"));
    CHECK(r.none("AllergyIntolerance", "of q"));
    for (const std::string& fate : r.all_fates(kObs, "of q")) CHECK(fate.starts_with("held"));
}
