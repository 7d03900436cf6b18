// Several practices in one agreement, several agreements in one place, a moment to stop at, files that are
// missing, double, packed or strange.
#include "core/system/emis/series_test.hpp"

using namespace gpswitch;
using namespace gpswitch::emis_test;

namespace {

/// A second practice beside the first one, with a patient of its own.
void second_practice(Small& x, const std::string& ods = "Z77777") {
    x.add("Agreements_SharingOrganisation", {{"OrganisationGuid", guid("other")}, {"IsActivated", "true"}});
    x.add("Admin_Organisation",
          {{"OrganisationGuid", guid("other")}, {"OrganisationName", "Other Surgery"}, {"ODSCode", ods}});
    x.patient("theirs", {{"OrganisationGuid", guid("other")}});
    x.code("cough", kFinding, "Cough");
    x.obs("ours", "cough");
    x.obs("not ours", "cough", {{"PatientGuid", guid("theirs")}, {"OrganisationGuid", guid("other")}});
    x.session();
    x.slot("our slot");
    x.add("Appointment_Session",
          {{"AppointmentSessionGuid", guid("their session")}, {"OrganisationGuid", guid("other")}});
    x.add("Appointment_SessionUser",
          {{"SessionGuid", guid("their session")}, {"UserInRoleGuid", guid("doctor")}});
    x.slot("their slot", {{"OrganisationGuid", guid("other")}, {"SessionGuid", guid("their session")}});
}
record::SourceOptions practice(const std::string& which) {
    record::SourceOptions o;
    o.practice = which;
    return o;
}

}  // namespace

TEST_CASE("emis: several practices and none chosen: the run stops and lists them") {
    Series s;
    second_practice(s.bulk);
    const std::string e = s.error();
    CHECK(e.find("patients of 2 practices") != std::string::npos);
    CHECK(e.find("Z99999 Test Surgery") != std::string::npos);
    CHECK(e.find("Z77777 Other Surgery (" + bare("other") + ", 1 patient)") != std::string::npos);
    CHECK(e.find("--practice") != std::string::npos);
}

TEST_CASE("emis: the rows of one practice, by ODS code or GUID; the others' are excluded by name") {
    for (const std::string& which : {std::string("z77777"), guid("other"), lower(bare("other"))}) {
        CAPTURE(which);
        Series s;
        second_practice(s.bulk);
        const Run r = s.run(practice(which));
        CHECK(r.census.practice == bare("other"));
        CHECK(r.census.ods == "Z77777");
        CHECK(r.of("Patient").size() == 1);
        CHECK(r.made("Observation", "not ours").size() == 1);
        CHECK(r.none("Observation", "ours"));
        CHECK(r.all_fates("Admin_Patient", "p") == Fates{"excluded:other-practice"});
        CHECK(r.all_fates("CareRecord_Observation", "ours") == Fates{"excluded:other-practice"});
        CHECK(r.all_fates("Appointment_Slot", "our slot") == Fates{"excluded:other-practice"});
        CHECK(r.all_fates("Appointment_Session", "session") == Fates{"excluded:other-practice"});
        CHECK(r.made("Slot", "their slot").size() == 1);
        CHECK(r.made("Schedule", "their session").size() == 1);
        CHECK(r.all_fates("Admin_UserInRole", "doctor") == Fates{"migrated"});
    }
}

TEST_CASE("emis: a PatientGuid that two practices have is two people's; each gets the rows of its own") {
    Series s;
    second_practice(s.bulk);
    s.bulk.patient("p", {{"OrganisationGuid", guid("other")}, {"Surname", "Elsewhere"}});
    s.bulk.obs("theirs too", "cough", {{"OrganisationGuid", guid("other")}});
    const Run r = s.run(practice("Z99999"));
    CHECK(r.one("Patient", "p")["name"][0]["family"] == "Test");
    CHECK(r.made("Observation", "ours").size() == 1);
    CHECK(r.all_fates("CareRecord_Observation", "theirs too") == Fates{"excluded:other-practice"});
    CHECK(r.all_fates("Admin_Patient", "p") == Fates{"excluded:other-practice", "migrated"});
}

TEST_CASE("emis quirk 21: an ODS code that two practices share asks for the GUID") {
    Series s;
    second_practice(s.bulk, "Z99999");
    const std::string e = s.error(practice("Z99999"));
    CHECK(e.find("share the ODS code") != std::string::npos);
    CHECK(e.find(bare("other")) != std::string::npos);
    CHECK(s.run(practice(bare("practice"))).of("Patient").size() == 1);
}

TEST_CASE("emis: a practice that is not there is an error, not an empty run") {
    Series s;
    CHECK(s.error(practice("X00000")).find("no patients of practice X00000; there are: Z99999") !=
          std::string::npos);
}

TEST_CASE("emis: with a practice chosen only its own state in the agreement stops the run") {
    Series s;
    second_practice(s.bulk);
    s.bulk.rows["Agreements_SharingOrganisation"][1]["Disabled"] = "true";
    CHECK(s.error().find("is disabled") != std::string::npos);
    CHECK(s.error(practice("Z77777")).find("is disabled") != std::string::npos);
    CHECK(s.run(practice("Z99999")).found("EMIS-AGR-003") == 1);
}

TEST_CASE("emis: two sharing agreements in one place: the practice chosen says which is read") {
    Series s;
    s.bulk.sub = "one/2026-03-01/";
    Small& d = s.next("bulk_1_", "20260302040000");
    d.sub = "two/2026-03-02/";
    d.agreement = "another agreement";
    d.rows.clear();
    d.add("Agreements_SharingOrganisation", {{"OrganisationGuid", guid("other")}, {"IsActivated", "true"}});
    d.add("Admin_Organisation", {{"OrganisationGuid", guid("other")}, {"ODSCode", "Z77777"}});
    d.patient("theirs", {{"OrganisationGuid", guid("other")}});
    CHECK(s.error().find("2 sharing agreements") != std::string::npos);
    const Run r = s.run(practice("Z77777"));
    CHECK(r.made("Patient", "theirs").size() == 1);
    CHECK(r.all_fates("Admin_Patient", "p") == Fates{"excluded:other-agreement"});
    CHECK(r.found("EMIS-BATCH-005") == 1);
}

TEST_CASE("emis: deliveries after the moment asked for are not read, and their rows are excluded by name") {
    for (const char* moment : {"2026-03-02", "2026-03-02T04:00:00", "2026-03-02T04:00:00Z"}) {
        CAPTURE(moment);
        Series s;
        s.bulk.code("cough", kFinding, "Cough");
        s.delta(2).obs("o", "cough");
        Small& d = s.delta(3);
        d.obs("o", "cough", {{"AssociatedText", "later"}});
        d.add("Admin_UserInRole", {{"UserInRoleGuid", guid("doctor")}, {"Surname", "Later"}});
        record::SourceOptions o;
        o.as_of = moment;
        const Run r = s.run(o);
        CHECK(!r.one("Observation", "o").contains("note"));
        CHECK(r.all_fates("CareRecord_Observation", "o") ==
              Fates{"excluded:delivery-after-moment", "migrated"});
        CHECK(r.all_fates("Admin_UserInRole", "doctor") ==
              Fates{"excluded:delivery-after-moment", "lookup:nobody-refers-to-it"});
        CHECK(r.census.as_of == "2026-03-02T04:00:00+00:00");
    }
    Series s;
    record::SourceOptions o;
    o.as_of = "2026-02-28";
    CHECK(s.error(o).find("later than the moment") != std::string::npos);
}

TEST_CASE(
    "emis quirk 14: deliveries in folders of any name and order are read in the order of their time stamps") {
    Series s;
    s.bulk.sub = "z/";
    s.bulk.code("cough", kFinding, "Cough");
    s.bulk.obs("o", "cough", {{"AssociatedText", "old"}});
    Small& d = s.delta(2);
    d.sub = "a/deep/er/";
    d.obs("o", "cough", {{"AssociatedText", "new"}});
    const Run r = s.run();
    CHECK(r.one("Observation", "o")["note"][0]["text"] == "new");
    CHECK(r.found("EMIS-BATCH-004") == 0);
}

TEST_CASE("emis: a gap in the numbers, a number again, and a delivery before any bulk are said") {
    Series gap;
    gap.delta(4);
    const Run r = gap.run();
    REQUIRE(r.found("EMIS-BATCH-004") == 1);
    for (const Issue& i : r.issues)
        if (i.code == "EMIS-BATCH-004") CHECK(i.message.find("2 to 3") != std::string::npos);
    Series again;
    again.delta(2);
    again.delta(3).prefix = "delta_2_";
    CHECK(again.run().found("EMIS-BATCH-002") == 1);
    Series deltas;
    deltas.bulk.prefix = "delta_1_";
    CHECK(deltas.error().find("first delivery is no bulk") != std::string::npos);
    Series same;
    same.next("delta_2_", "20260301040000");
    CHECK(same.error().find("one time stamp") != std::string::npos);
}

TEST_CASE(
    "emis quirk 11: a file missing in any delivery, or one of no known table, fails the batch by name") {
    Series s;
    s.delta(2).headers.erase("CareRecord_Diary");
    CHECK(s.error().find("delta 2 of 2026-03-02 04:00:00 is incomplete: no file for CareRecord_Diary") !=
          std::string::npos);
    Series x;
    x.bulk.headers["CareRecord_Horoscope"] = {"PatientGuid"};
    CHECK(x.error().find("bulk 1 of 2026-03-01 04:00:00 has an extra file, for table CareRecord_Horoscope") !=
          std::string::npos);
}

TEST_CASE("emis: with tables missing on purpose the run says so, and no list says none") {
    Series s;
    for (const char* table : {"Prescribing_IssueRecord", "Coding_DrugCode"}) s.bulk.headers.erase(table);
    record::SourceOptions o;
    o.incomplete = true;
    const Run r = s.run(o);
    REQUIRE(r.found("EMIS-TABLE-001") == 1);
    for (const Issue& i : r.issues)
        if (i.code == "EMIS-TABLE-001") CHECK(i.severity == Severity::error);
    CHECK(r.census.warnings.size() == 1);
    CHECK(r.made("Patient", "p").size() == 1);
}

TEST_CASE("emis quirk 12: a whole file twice counts once; two that differ are an error") {
    Series s;
    s.bulk.code("cough", kFinding, "Cough");
    s.bulk.obs("o", "cough");
    s.bulk.write(s.place);
    const std::string name = s.bulk.file_name("CareRecord_Observation");
    const std::string bytes = s.place.get(name);
    s.place.put("copy/" + name, bytes);
    const Run r = s.run();
    CHECK(r.all_fates("CareRecord_Observation", "o") == Fates{"migrated", "superseded:repeated-row"});
    CHECK(r.found("EMIS-BATCH-002") == 1);
    s.place.put("copy/" + name, bytes + "x");
    CHECK(s.error().find("which differ") != std::string::npos);
}

TEST_CASE("emis: encrypted or packed files say what to do first") {
    Series s;
    s.bulk.write(s.place);
    const std::string name = s.bulk.file_name("CareRecord_Observation");
    std::filesystem::rename(s.place / name, s.place / (name + ".pgp"));
    std::string said;
    try {
        emis_test::run(s.place.path);
    } catch (const InputError& e) { said = std::string(e.what()) + e.hint(); }
    CHECK(said.find("is encrypted") != std::string::npos);
    CHECK(said.find("decrypt") != std::string::npos);
    // Beside the file itself it is only left over.
    CHECK(s.run().made("Patient", "p").size() == 1);
}

TEST_CASE("emis: UTF-16 is refused with what to do, with a mark or without") {
    for (const std::string& mark : {std::string("\xff\xfe"), std::string()}) {
        Series s;
        s.bulk.write(s.place);
        const std::string name = s.bulk.file_name("CareRecord_Diary");
        std::string wide = mark;
        for (const char c : s.place.get(name)) (wide += c) += '\0';
        s.place.put(name, wide);
        std::string said;
        try {
            emis_test::run(s.place.path);
        } catch (const InputError& e) { said = e.what(); }
        CHECK(said.find("UTF-16") != std::string::npos);
    }
}

TEST_CASE(
    "emis quirk 19: far fewer patients than numbers given out is a warning to compare with the list size") {
    Series s;
    s.bulk.rows["Admin_Patient"][0]["PatientNumber"] = "24000";
    CHECK(s.run().found("EMIS-BULK-001") == 1);
    Series t;
    t.bulk.rows["Admin_Patient"][0]["PatientNumber"] = "7";
    CHECK(t.run().found("EMIS-BULK-001") == 0);
}
