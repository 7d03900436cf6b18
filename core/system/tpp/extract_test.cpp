// Deliveries merged, practices kept apart, the shared record cut, headers that change.
#include "core/system/tpp/test_extract.hpp"

using namespace gpswitch;
using namespace gpswitch::tpp_test;
using Fates = std::vector<std::string>;

namespace {

Cells weight(const std::string& id, const std::string& patient, const std::string& value, Cells more = {}) {
    more.insert({{"RowIdentifier", id},
                 {"IDPatient", patient},
                 {"CTV3Code", "22A.."},
                 {"IsNumeric", "TRUE"},
                 {"NumericValue", value},
                 {"DateEvent", "03 Feb 2020 00:00:00"}});
    return more;
}

}  // namespace

TEST_CASE("tpp: a changed row replaces the one with its id, as a whole") {
    Extract e;
    e.patient("1").add("SRCode", weight("7", "1", "70")).deliver();
    e.add("SRCode", weight("7", "1", "71")).deliver();
    const Run r = e.run();
    CHECK(r.one("Observation", "SRCode", "7")["valueQuantity"]["value"] == 71);
    CHECK(r.fate("SRCode", "7") == Fates{"superseded:newer-row-of-same-key", "migrated"});
}

TEST_CASE("tpp trap 8: a row sent again unchanged is the same row") {
    Extract e;
    e.patient("1").add("SRCode", weight("7", "1", "70")).deliver();
    e.add("SRCode", weight("7", "1", "70")).deliver();
    CHECK(e.run().fate("SRCode", "7") == Fates{"superseded:repeated-row", "migrated"});
}

TEST_CASE("tpp trap 35: a removal names no patient, and removes the row all the same") {
    Extract e;
    e.patient("1").add("SRCode", weight("7", "1", "70")).add("SRCode", weight("8", "1", "71")).deliver();
    e.add("SRCode", {{"RowIdentifier", "7"}, {"RemovedData", "1"}, {"IDPatient", ""}}).deliver();
    const Run r = e.run();
    CHECK(r.made("Observation", "SRCode", "7").empty());
    CHECK(r.made("Observation", "SRCode", "8").size() == 1);
    CHECK(r.fate("SRCode", "7") == Fates{"deleted:removed-by-later-row", "deleted:removal"});
}

TEST_CASE("tpp: a removal of what nobody brought is told, and takes nothing") {
    Extract e;
    e.patient("1").add("SRCode", weight("7", "1", "70")).deliver();
    e.add("SRCode", {{"RowIdentifier", "9"}, {"RemovedData", "1"}, {"IDPatient", ""}}).deliver();
    const Run r = e.run();
    CHECK(r.fate("SRCode", "9") == Fates{"deleted:removal-of-unknown-row"});
    CHECK(r.found("TPP-DEL-001") == 1);
    CHECK(r.made("Observation", "SRCode", "7").size() == 1);
}

TEST_CASE("tpp: what was removed can come back") {
    Extract e;
    e.patient("1").add("SRCode", weight("7", "1", "70")).deliver();
    e.add("SRCode", {{"RowIdentifier", "7"}, {"RemovedData", "1"}}).deliver();
    e.add("SRCode", weight("7", "1", "72")).deliver();
    const Run r = e.run();
    CHECK(r.one("Observation", "SRCode", "7")["valueQuantity"]["value"] == 72);
}

TEST_CASE("tpp: the removal of a patient removes the whole record") {
    Extract e;
    e.patient("1")
        .patient("2")
        .add("SRCode", weight("7", "1", "70"))
        .add("SRCode", weight("8", "2", "71"))
        .deliver();
    e.add("SRPatient", {{"RowIdentifier", "1"}, {"RemovedData", "1"}}).deliver();
    const Run r = e.run();
    CHECK(r.census.patients.size() == 1);
    CHECK(r.fate("SRCode", "7") == Fates{"deleted:patient-removed"});
    CHECK(r.fate("SRPatient", "1") == Fates{"deleted:removed-by-later-row", "deleted:removal"});
    CHECK(r.made("Observation", "SRCode", "8").size() == 1);
}

TEST_CASE("tpp traps 9 and 12: what is absent from a later file is not deleted") {
    Extract e;
    e.patient("1").add("SRCode", weight("7", "1", "70")).deliver();
    e.patient("1").deliver();
    CHECK(e.run().made("Observation", "SRCode", "7").size() == 1);
}

TEST_CASE("tpp traps 14 and 15: each file has its own header, with RemovedData and without") {
    Extract e;
    e.patient("1").add("SRCode", weight("7", "1", "70", {{"SNOMEDCode", "27113001"}})).deliver();
    Cells later = weight("8", "1", "71");
    later["RemovedData"] = "0";
    e.add("SRCode", later).deliver();
    const Run r = e.run();
    CHECK(code_of(r.one("Observation", "SRCode", "7")["code"], "http://snomed.info/sct") == "27113001");
    CHECK(r.made("Observation", "SRCode", "8").size() == 1);
}

TEST_CASE("tpp trap 14: an unknown column is kept, a missing one is empty, and both are told") {
    Extract e;
    e.patient("1").add("SRCode", weight("7", "1", "70", {{"NewThing", "new"}}));
    const Run r = e.run();
    CHECK(Run::rest(r.one("Observation", "SRCode", "7"), "SRCode.NewThing") == "new");
    CHECK(r.found("TPP-HEAD-002") == 1);
    CHECK(r.found("TPP-HEAD-001") >= 1);
}

TEST_CASE("tpp: a licensee's specification makes a later column known") {
    Extract e;
    e.patient("1").add("SRCode", weight("7", "1", "70", {{"NewThing", "-1"}})).deliver();
    e.folder.put("Specification v123.csv",
                 "TableName,TableDescription,ColumnName,ColumnDescription,ColumnDataType\r\n"
                 "SRCode,\"Caf\xE9\",NewThing,An id,Numeric - Integer\r\n");
    const Run r = e.run();
    CHECK(r.found("TPP-SPEC-001") == 1);
    CHECK(r.found("TPP-HEAD-002") == 0);
}

TEST_CASE("tpp: names of columns match in any case") {
    Extract e;
    e.patient("1").add("SRCode", {{"rowidentifier", "7"}, {"IDPATIENT", "1"}, {"ctv3code", "22A.."}});
    // The table would have both spellings: one file, one column.
    e.deliver();
    e.folder.put("20260301_0200/SRCode.csv",
                 "rowidentifier,IDORGANISATIONVISIBLETO,IDPATIENT,ctv3code\r\n7,Y12345,1,22A..\r\n");
    CHECK(e.run().made("Observation", "SRCode", "7").size() == 1);
}

TEST_CASE("tpp trap 13: an unknown table is held when it has rows, and is nothing when it has none") {
    Extract e;
    e.patient("1").add("SRNewTable", {{"RowIdentifier", "1"}, {"Thing", "x"}});
    const Run r = e.run();
    CHECK(r.fate("SRNewTable", "1") == Fates{"held:TPP-TABLE-002"});
    CHECK(r.found("TPP-TABLE-002") == 1);
    Extract empty;
    empty.patient("1").deliver();
    empty.folder.put("20260301_0200/SRNewTable.csv", "RowIdentifier,Thing\r\n");
    CHECK(empty.run().found("TPP-TABLE-002") == 0);
}

TEST_CASE("tpp: tables of other settings are counted as no GP record") {
    Extract e;
    e.patient("1").add("SRTheatreBooking", {{"RowIdentifier", "1"}, {"IDPatient", "1"}});
    CHECK(e.run().fate("SRTheatreBooking", "1") == Fates{"excluded:not-a-gp-record"});
}

TEST_CASE("tpp: a needed table that is missing is refused by name") {
    Extract e;
    e.patient("1").deliver();
    std::filesystem::remove(e.folder / "20260301_0200/SRDrugSensitivity.csv");
    CHECK(e.refusal().find("not here: SRDrugSensitivity") != std::string::npos);
    std::string manifest = e.folder.get("20260301_0200/SRManifest.csv");
    const std::string line = "SRDrugSensitivity,N,N,,20260301_0200\r\n";
    manifest.erase(manifest.find(line), line.size());
    e.folder.put("20260301_0200/SRManifest.csv", manifest);
    CHECK(e.refusal().find("no file for SRDrugSensitivity") != std::string::npos);
}

TEST_CASE("tpp: several practices in one delivery are split, each patient of each by itself") {
    Extract e;
    e.patient("1")
        .patient("1", {{"IDOrganisationVisibleTo", "Y99999"}})
        .patient("2", {{"IDOrganisationVisibleTo", "Y99999"}});
    e.add("SRCode", weight("7", "1", "70"))
        .add("SRCode", weight("8", "1", "71", {{"IDOrganisationVisibleTo", "Y99999"}}));
    e.deliver();
    CHECK(e.refusal().find("patients of 2 practices") != std::string::npos);
    CHECK(e.refusal("Q1").find("no patients of practice Q1") != std::string::npos);
    const Run r = e.run(kHere);
    CHECK(r.census.patients.size() == 1);
    CHECK(r.made("Observation", "SRCode", "7").size() == 1);
    CHECK(r.fate("SRCode", "8") == Fates{"excluded:other-practice"});
    CHECK(e.run("Y99999").census.patients.size() == 2);
}

TEST_CASE("tpp: a row that names no practice is held where there are several, and belongs to the only one") {
    Extract e;
    e.patient("1");
    e.add("SRCode", weight("7", "1", "70", {{"IDOrganisationVisibleTo", ""}}));
    e.deliver();
    CHECK(e.run(kHere).made("Observation", "SRCode", "7").size() == 1);
    Extract two;
    two.patient("1").patient("2", {{"IDOrganisationVisibleTo", "Y99999"}});
    two.add("SRCode", weight("7", "1", "70", {{"IDOrganisationVisibleTo", ""}}));
    two.deliver();
    const Run r = two.run(kHere);
    CHECK(r.made("Observation", "SRCode", "7").empty());
    CHECK(r.fate("SRCode", "7") == Fates{"held:TPP-ORG-001"});
}

TEST_CASE("tpp: the shared record is cut where the patient was never registered for GMS") {
    Extract e;
    e.patient("1").below("X0003", "H33..");
    e.add("SRPatientRegistration", {{"RowIdentifier", "1"},
                                    {"IDPatient", "1"},
                                    {"RegistrationStatus", "GMS"},
                                    {"IDOrganisation", "Y54321"},
                                    {"IDOrganisationRegisteredAt", kHere},
                                    {"DateRegistration", "01 Jan 2000 00:00:00"},
                                    {"DateDeRegistration", "01 Jan 2010 00:00:00"}});
    e.add("SRCode", weight("1", "1", "70", {{"IDOrganisationRegisteredAt", kHere}}));
    e.add("SRCode", weight("2", "1", "71", {{"IDOrganisationRegisteredAt", "RX999"}}));
    e.add("SRCode", weight("3", "1", "72", {{"IDOrganisationRegisteredAt", "Y54321"}}));
    e.add("SRCode", weight("4", "1", "73", {{"IDOrganisationRegisteredAt", ""}}));
    const Run r = e.run();
    CHECK(r.fate("SRCode", "1") == Fates{"migrated"});
    CHECK(r.fate("SRCode", "2") == Fates{"excluded:shared-record"});
    CHECK(r.fate("SRCode", "3") == Fates{"migrated"});
    CHECK(r.fate("SRCode", "4") == Fates{"migrated"});
    REQUIRE(r.census.warnings.size() == 1);
    CHECK(r.census.warnings[0].ends_with("SRCode 1"));
    CHECK(r.census.warnings[0].find("1 row of the shared record") != std::string::npos);
}

TEST_CASE("tpp trap 34: rows of a patient whom no SRPatient has are held, not dropped") {
    Extract e;
    e.patient("1").add("SRCode", weight("7", "4242", "70"));
    const Run r = e.run();
    CHECK(r.fate("SRCode", "7") == Fates{"held:no-such-patient"});
    CHECK(r.found("TPP-PAT-003") == 1);
}

TEST_CASE("tpp trap 61: the same appointment twice is one") {
    Extract e;
    e.words("81", "Booked").patient("1");
    for (int i = 0; i < 2; ++i)
        e.add("SRAppointment", {{"RowIdentifier", "5"},
                                {"IDPatient", "1"},
                                {"AppointmentStatus", "81"},
                                {"DateStart", "03 Feb 2026 09:00:00"},
                                {"DateEnd", "03 Feb 2026 09:10:00"}});
    const Run r = e.run();
    CHECK(r.made("Appointment", "SRAppointment", "5").size() == 1);
    CHECK(r.fate("SRAppointment", "5") == Fates{"superseded:repeated-row", "migrated"});
}

TEST_CASE("tpp: two rows that make one patient two people hold the patient") {
    Extract e;
    e.patient("1").patient("1", {{"Surname", "Other"}}).add("SRCode", weight("7", "1", "70"));
    const Run r = e.run();
    CHECK(r.of("Patient").empty());
    CHECK(r.found("TPP-PAT-001") == 1);
}

TEST_CASE("tpp: a row with too few fields is held, and with it a patient whose allergies it may be") {
    Extract e;
    e.patient("1").add("SRCode", weight("7", "1", "70")).deliver();
    e.folder.put("20260301_0200/SRCode.csv", "RowIdentifier,IDPatient,CTV3Code\r\n7,1\r\n8,1,22A..\r\n");
    const Run r = e.run();
    CHECK(r.found("TPP-ROW-001") == 1);
    CHECK(r.found("TPP-ROW-002") == 1);
    CHECK(r.of("Patient").empty());
    CHECK(r.fate("SRCode", "8").at(0).starts_with("held"));
}

TEST_CASE("tpp: of a row that cannot be read the code tells whether it may be an allergy") {
    for (const auto& [code, held] : {std::pair{"22A..", false}, {"SN53.", true}}) {
        Extract e;
        e.patient("1").below("Xa1pQ", "SN53.").deliver();
        e.folder.put("20260301_0200/SRCode.csv", std::string("RowIdentifier,IDPatient,CTV3Code\r\n7,1,") +
                                                     code + ",one too many\r\n8,1,22A..\r\n");
        const Run r = e.run();
        CHECK(r.fate("SRCode", "7").at(0).starts_with("held"));
        CHECK(r.of("Patient").empty() == held);
    }
}

TEST_CASE("tpp trap 17: a line break inside quotes is part of the text") {
    Extract e;
    e.patient("1").add("SRSpecialNotes",
                       {{"RowIdentifier", "1"}, {"IDPatient", "1"}, {"Note", "one\r\ntwo, \"three\""}});
    CHECK(e.run().one("Flag", "SRSpecialNotes", "1")["code"]["text"] == "one\r\ntwo, \"three\"");
}

TEST_CASE("tpp trap 16: bytes above 127 arrive, and the undefined ones are told of") {
    Extract e;
    e.patient("1").add("SRSpecialNotes",
                       {{"RowIdentifier", "1"}, {"IDPatient", "1"}, {"Note", "caf\xE9 \xA3 5\xB5g"}});
    e.add("SRSpecialNotes", {{"RowIdentifier", "2"}, {"IDPatient", "1"}, {"Note", "a\x81z"}});
    const Run r = e.run();
    CHECK(r.one("Flag", "SRSpecialNotes", "1")["code"]["text"] == "caf\u00E9 \u00A3 5\u00B5g");
    CHECK(r.one("Flag", "SRSpecialNotes", "2")["code"]["text"] == "a\xC2\x81z");
    CHECK(r.found("TPP-BYTE-001") == 1);
}

TEST_CASE("tpp trap 11: reference files of a practice that joins say nothing of the others") {
    Extract e;
    e.words("61", "Major")
        .patient("1")
        .add("SRCode", weight("7", "1", "70", {{"EpisodeType", "61"}}))
        .deliver();
    e.patient("5", {{"IDOrganisationVisibleTo", "Y99999"}})
        .words("61", "Something else")
        .add("SRCtv3", {{"Ctv3Code", "22A.."}, {"Ctv3Text", "Theirs"}});
    e.deliver();
    // Full, as the delivery of one that joins is.
    const std::string manifest = e.folder.get("20260302_0200/SRManifest.csv");
    std::string full;
    for (std::size_t at = 0; at < manifest.size();) {
        const std::size_t end = manifest.find('\n', at) + 1;
        std::string line = manifest.substr(at, end - at);
        if (const std::size_t flags = line.find(",Y,N,20260301_0200,"); flags != std::string::npos)
            line.replace(flags, 19, ",N,N,,");
        full += line;
        at = end;
    }
    e.folder.put("20260302_0200/SRManifest.csv", full);
    const Run r = e.run(kHere);
    CHECK(r.fate("SRMapping", "61") == Fates{"lookup:words", "excluded:other-practice"});
    CHECK(r.fate("SRCtv3", "22A..") == Fates{"excluded:other-practice"});
    CHECK(r.one("Observation", "SRCode", "7")["code"]["text"] != "Theirs");
}
