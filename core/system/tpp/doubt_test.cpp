// What is missing, or cannot be read for certain, is never taken for the harmless: it is kept, and told of.
#include <filesystem>

#include "core/system/tpp/test_extract.hpp"

using namespace gpswitch;
using namespace gpswitch::tpp_test;

namespace {

using Fates = std::vector<std::string>;
const std::string kSnomed = "http://snomed.info/sct", kCtv3 = "http://read.info/ctv3";

/// A practice with a doctor and one patient, and a moment of 1 March 2026.
struct Practice : Extract {
    Practice() {
        add("SROrganisation", {{"RowIdentifier", "900"}, {"ID", kHere}, {"Name", "Here"}});
        add("SRStaffMember", {{"RowIdentifier", "11"}, {"StaffName", "Dr Ada Drama"}});
        add("SRStaffMemberProfile",
            {{"RowIdentifier", "21"}, {"IDStaffMember", "11"}, {"IDOrganisation", kHere}});
        below("X0003", "H33..").below("Xa1pQ", "14L..");
    }
    Practice& patient(const std::string& id, const Cells& more = {}) {
        Extract::patient(id, more);
        return *this;
    }
    Practice& row(const std::string& table, const std::string& id, Cells more = {}) {
        more.insert({{"RowIdentifier", id}, {"IDPatient", "1"}, {"DateEvent", "03 Feb 2020 09:10:00"}});
        add(table, more);
        return *this;
    }
    Practice& code(const std::string& id, const std::string& ctv3, Cells more = {}) {
        more.insert({{"CTV3Code", ctv3}, {"SNOMEDCode", "-1"}});
        return row("SRCode", id, more);
    }
    Practice& drug(const std::string& id, Cells more = {}) {
        more.insert({{"NameOfMedication", "Something 5mg"}, {"DateMedicationStart", "03 Feb 2020 00:00:00"}});
        return row("SRPrimaryCareMedication", id, more);
    }
};

std::string status(const Json& e) { return e.value("status", ""); }

}  // namespace

TEST_CASE("tpp: a death has its time of day, and one whose day cannot be read is a death all the same") {
    Practice e;
    e.patient("1", {{"DateDeath", "01 Feb 2026 13:45"}})
        .patient("2", {{"DateDeath", "31 Feb 2026 00:00"}})
        .patient("3", {{"DateDeath", "01 Feb 2026 00:00"}})
        .patient("4")
        .patient("5", {{"DateDeath", "31 Dec 9999 00:00"}});
    const Run r = e.run();
    CHECK(r.one("Patient", "SRPatient", "1")["deceasedDateTime"] == "2026-02-01T13:45:00+00:00");
    const Json unread = r.one("Patient", "SRPatient", "2");
    CHECK(unread["deceasedBoolean"] == true);
    CHECK(Run::rest(unread, "SRPatient.DateDeath") == "31 Feb 2026 00:00");
    CHECK(r.one("Patient", "SRPatient", "3")["deceasedDateTime"] == "2026-02-01");
    for (const char* alive : {"4", "5"})
        CHECK(r.one("Patient", "SRPatient", alive).dump().find("deceased") == std::string::npos);
    CHECK(r.found("TPP-VALUE-001") == 1);
}

TEST_CASE("tpp: a day with a time where the field holds a day alone: the day is read, the time is kept") {
    Practice e;
    e.patient("1");
    e.row("SRImmunisation", "1", {{"DateExpiry", "01 Feb 2027 13:45:00"}});
    e.row("SRPatientRelationship", "1",
          {{"RelationshipWithDateOfBirth", "02 Feb 1970 06:30:00"}, {"DateEnded", "05 May 2020 10:00:00"}});
    const Run r = e.run();
    const Json dose = r.one("Immunization", "SRImmunisation", "1"),
               person = r.one("RelatedPerson", "SRPatientRelationship", "1");
    CHECK(dose["expirationDate"] == "2027-02-01");
    CHECK(Run::rest(dose, "SRImmunisation.DateExpiry") == "01 Feb 2027 13:45:00");
    CHECK(person["birthDate"] == "1970-02-02");
    CHECK(person["period"]["end"] == "2020-05-05T10:00:00+01:00");
    CHECK(r.found("TPP-VALUE-001") == 0);
}

TEST_CASE("tpp: a beginning that cannot be read is none: what has ended is not still to come") {
    Practice e;
    e.patient("1").drug("1", {{"DateMedicationStart", "31 Feb 2010"}, {"DateMedicationEnd", "28 Mar 2010"}});
    const Run r = e.run();
    const Json order = r.one("MedicationRequest", "SRPrimaryCareMedication", "1");
    CHECK(status(order) == "completed");
    CHECK(Run::rest(order, "SRPrimaryCareMedication.DateMedicationStart") == "31 Feb 2010");
    CHECK(status(r.one("MedicationStatement", "SRPrimaryCareMedication", "1")) == "completed");
    for (const Json& m : r.of("MedicationRequest")) CHECK(status(m) == "completed");
    CHECK(r.found("TPP-VALUE-001") == 1);
}

TEST_CASE("tpp: a note whose day of deletion cannot be read is not deleted in silence") {
    Practice e;
    e.patient("1");
    e.row("SRSpecialNotes", "1", {{"Note", "Beware"}, {"DateDeleted", "31 Feb 2020"}});
    e.row("SRSpecialNotes", "2", {{"Note", "Gone"}, {"DateDeleted", "03 Feb 2020"}});
    e.row("SRSpecialNotes", "3", {{"Note", "Open"}, {"DateDeleted", "31 Dec 9999"}});
    const Run r = e.run();
    CHECK(status(r.one("Flag", "SRSpecialNotes", "1")) == "active");
    CHECK(Run::rest(r.one("Flag", "SRSpecialNotes", "1"), "SRSpecialNotes.DateDeleted") == "31 Feb 2020");
    CHECK(r.fate("SRSpecialNotes", "2")[0].starts_with("deleted"));
    CHECK(r.fate("SRSpecialNotes", "3") == Fates{"migrated"});
    CHECK(r.found("TPP-VALUE-001") == 1);
}

TEST_CASE(
    "tpp: days that cannot be read are kept of addresses, numbers, statuses and named GPs; an end is an "
    "end") {
    Practice e;
    e.patient("1").words("101", "Home");
    e.row("SRPatientAddressHistory", "1",
          {{"NameOfRoad", "Drama Road"},
           {"AddressType", "101"},
           {"DateEvent", "30 Feb 2010"},
           {"DateTo", "31 Feb 2020"}});
    e.row("SRPatientContactDetails", "1", {{"ContactNumber", "01632 960001"}, {"DateEvent", "32 Jan 2010"}});
    e.row("SRPatientRegistration", "1", {{"RegistrationStatus", "GMS"}, {"DateRegistration", "01 Jan 2015"}});
    e.row("SRRecordStatus", "1", {{"MedicalRecordStatus", "2"}, {"DateEvent", "33 Jan 2010"}});
    e.row("SRGPPracticeHistory", "1",
          {{"IDPractice", kHere}, {"IDProfileRegisteredGP", "21"}, {"DateTo", "34 Jan 2010"}});
    const Run r = e.run();
    const Json p = r.one("Patient", "SRPatient", "1");
    CHECK(p["address"][0]["use"] == "old");
    CHECK(Run::rest(p, "SRPatientAddressHistory.DateTo") == "31 Feb 2020");
    CHECK(Run::rest(p, "SRPatientAddressHistory.DateEvent") == "30 Feb 2010");
    CHECK(Run::rest(p, "SRPatientContactDetails.DateEvent") == "32 Jan 2010");
    CHECK(Run::rest(p, "SRGPPracticeHistory.DateTo") == "34 Jan 2010");
    CHECK(p.dump().find("PractitionerRole/") == std::string::npos);
    CHECK(Run::rest(r.one("EpisodeOfCare", "SRPatientRegistration", "1"), "SRRecordStatus.DateEvent") ==
          "33 Jan 2010");
    CHECK(r.found("TPP-VALUE-001") == 5);
}

TEST_CASE(
    "tpp trap 20: a flag in other words than TRUE is read when it is plain, and never taken for FALSE") {
    for (const auto& [flag, word] : {std::pair{"IsHospitalMedication", "Y"},
                                     {"IsOtherMedication", "yes"},
                                     {"IsDentalMedication", "T"}}) {
        Practice e;
        e.patient("1").drug("1", {{flag, word}});
        const Run r = e.run();
        CHECK(r.of("MedicationRequest").empty());
        CHECK(Run::rest(r.one("MedicationStatement", "SRPrimaryCareMedication", "1"),
                        std::string("SRPrimaryCareMedication.") + flag) == word);
        CHECK(r.found("TPP-FLAG-001") == 1);
    }
    Practice e;
    e.patient("1").drug("1", {{"IsHospitalMedication", "perhaps"}});
    e.row("SREvent", "1", {{"EventIncomplete", "Y"}});
    e.row("SRPersonAtRisk", "1", {{"ProtectionPlan", "Y"}})
        .row("SRPersonAtRisk", "2", {{"ProtectionPlan", "n"}});
    e.code("1", "44P..", {{"IsNumeric", "yes"}, {"NumericValue", "5"}});
    e.code("2", "44P..", {{"IsNumeric", "?"}, {"NumericValue", "6"}});
    const Run r = e.run();
    const Json order = r.one("MedicationRequest", "SRPrimaryCareMedication", "1");
    CHECK(Run::rest(order, "SRPrimaryCareMedication.IsHospitalMedication") == "perhaps");
    CHECK(status(r.one("Encounter", "SREvent", "1")) == "in-progress");
    CHECK(status(r.one("Flag", "SRPersonAtRisk", "1")) == "active");
    CHECK(status(r.one("Flag", "SRPersonAtRisk", "2")) == "inactive");
    CHECK(r.one("Observation", "SRCode", "1")["valueQuantity"]["value"] == 5);
    CHECK(Run::rest(r.one("Observation", "SRCode", "2"), "SRCode.NumericValue") == "6");
    CHECK(Run::rest(r.one("Observation", "SRCode", "2"), "SRCode.IsNumeric") == "?");
    CHECK(r.found("TPP-VALUE-001") == 2);
}

TEST_CASE("tpp: a row is removed by a plain yes; a word that is neither removes nothing and is told of") {
    Practice e;
    e.patient("1").code("1", "H33..").code("2", "H33..").code("3", "H33..").deliver();
    e.code("1", "H33..", {{"RemovedData", "Y"}})
        .code("2", "H33..", {{"RemovedData", "2"}})
        .code("3", "H33..", {{"RemovedData", "TRUE"}});
    const Run r = e.run();
    CHECK(r.fate("SRCode", "1") == Fates{"deleted:removed-by-later-row", "deleted:removal"});
    CHECK(r.fate("SRCode", "3") == Fates{"deleted:removed-by-later-row", "deleted:removal"});
    CHECK(Run::rest(r.one("Condition", "SRCode", "2"), "SRCode.RemovedData") == "2");
    CHECK(r.found("TPP-VALUE-001") == 1);
}

TEST_CASE("tpp: consent to a vaccination that says neither yes nor no is neither") {
    Practice e;
    e.patient("1");
    for (const auto& [id, word] : {std::pair{"1", ""}, {"2", "perhaps"}, {"3", "Y"}, {"4", "FALSE"}})
        e.row("SRImmunisationConsent", id,
              {{"ConsentedToVacc", word}, {"RefusalOrConsentCurrent", "TRUE"}, {"VaccName", "MMR"}});
    const Run r = e.run();
    for (const char* id : {"1", "2"}) {
        const Json c = r.one("Consent", "SRImmunisationConsent", id);
        CHECK_FALSE(c.contains("provision"));
        CHECK(status(c) == "inactive");
    }
    CHECK(r.one("Consent", "SRImmunisationConsent", "3")["provision"]["type"] == "permit");
    CHECK(status(r.one("Immunization", "SRImmunisationConsent", "4")) == "not-done");
}

TEST_CASE("tpp trap 49: a refused vaccination is one by the SNOMED CT concept of its CTV3 code too") {
    Practice e;
    e.patient("1");
    e.add("SRCtv3ToSnomed", {{"Ctv3Code", "68NE."}, {"SnomedCode", "315640000"}})
        .add("SRCtv3ToSnomed", {{"Ctv3Code", "1152."}, {"SnomedCode", "716186003"}});
    e.row("SRImmunisation", "1", {{"ImmsReadCode", "68NE."}, {"ImmsSNOMEDCode", "-1"}});
    e.row("SRImmunisation", "2", {{"ImmsReadCode", "65E.."}});
    e.code("1", "68NE.").code("2", "1152.").code("3", "68NE.", {{"SNOMEDCode", "38341003"}});
    const Run r = e.run();
    const Json refused = r.one("Immunization", "SRImmunisation", "1");
    CHECK(status(refused) == "not-done");
    CHECK(refused["statusReason"]["coding"][0]["code"] == "PATOBJ");
    CHECK(status(r.one("Immunization", "SRImmunisation", "2")) == "completed");
    CHECK(status(r.one("Immunization", "SRCode", "1")) == "not-done");
    CHECK(code_of(r.one("AllergyIntolerance", "SRCode", "2")["code"], kSnomed) == "716186003");
    // What the row says itself counts.
    CHECK(r.made("Immunization", "SRCode", "3").empty());
}

TEST_CASE("tpp: a status of a vaccination that says it was not given is believed, and kept") {
    Practice e;
    e.patient("1");
    const std::vector<std::pair<std::string, std::string>> words = {
        {"Refused", "not-done"},         {"Vaccine declined", "not-done"}, {"Not given", "not-done"},
        {"Contraindicated", "not-done"}, {"Given", "completed"},           {"", "completed"}};
    for (std::size_t i = 0; i < words.size(); ++i)
        e.row("SRImmunisation", std::to_string(i + 1), {{"VaccinationStatus", words[i].first}});
    const Run r = e.run();
    for (std::size_t i = 0; i < words.size(); ++i) {
        const Json dose = r.one("Immunization", "SRImmunisation", std::to_string(i + 1));
        CHECK_MESSAGE(status(dose) == words[i].second, words[i].first);
        CHECK(Run::rest(dose, "SRImmunisation.VaccinationStatus") == words[i].first);
    }
}

TEST_CASE("tpp: a column that only a licensee's specification describes keeps its values") {
    for (const bool with : {false, true}) {
        Practice e;
        e.patient("1");
        e.row("SRDrugSensitivity", "1", {{"IDMultiLexAction", "812"}, {"ReactionText", "ANAPHYLAXIS"}});
        e.code("1", "H33..", {{"IDNewList", "77"}}).deliver();
        if (with)
            e.folder.put("20260301_0200/Specification v155.csv",
                         "TableName,ColumnName,ColumnDataType,LinkedTable\r\n"
                         "SRDrugSensitivity,ReactionText,Text - Variable,\r\n"
                         "SRCode,IDNewList,Numeric - Integer,SRConfiguredListOption\r\n");
        const Run r = e.run();
        CHECK(Run::rest(r.one("AllergyIntolerance", "SRDrugSensitivity", "1"),
                        "SRDrugSensitivity.ReactionText") == "ANAPHYLAXIS");
        CHECK(Run::rest(r.one("Condition", "SRCode", "1"), "SRCode.IDNewList") == "77");
        CHECK(r.found("TPP-HEAD-003") == (with ? 2 : 0));
    }
}

TEST_CASE("tpp: an extract without SRCtv3Hierarchy is refused, and one that is empty is told of") {
    Practice e;
    e.patient("1").code("1", "14L..").deliver();
    const std::string folder = "20260301_0200/";
    const std::string text = e.folder.get(folder + "SRCtv3Hierarchy.csv");
    CHECK(e.run().found("TPP-TABLE-003") == 0);
    e.folder.put(folder + "SRCtv3Hierarchy.csv", text.substr(0, text.find('\n') + 1));
    const Run r = e.run();
    CHECK(r.found("TPP-TABLE-003") == 1);
    CHECK(r.census.warnings.size() == 1);
    std::string manifest = e.folder.get(folder + "SRManifest.csv");
    const auto at = manifest.find("SRCtv3Hierarchy");
    manifest.erase(at, manifest.find('\n', at) - at + 1);
    e.folder.put(folder + "SRManifest.csv", manifest);
    std::filesystem::remove(e.folder / (folder + "SRCtv3Hierarchy.csv"));
    CHECK(e.refusal().find("SRCtv3Hierarchy") != std::string::npos);
}

TEST_CASE("tpp: a file without its header is refused, and no cell of it is repeated") {
    Practice e;
    e.patient("1").drug("1").deliver();
    e.folder.put("20260301_0200/SRPrimaryCareMedication.csv", "\"1\",\"Y12345\",\"1\",\"Secret drug\"\r\n");
    std::string said = e.refusal();
    CHECK(said.find("SRPrimaryCareMedication") != std::string::npos);
    CHECK(said.find("RowIdentifier") != std::string::npos);
    CHECK(said.find("Secret") == std::string::npos);
    e.folder.put("20260301_0200/SRPrimaryCareMedication.csv", "\"1\",\"Secret\",\"Secret\"\r\n");
    CHECK(e.refusal().find("Secret") == std::string::npos);
}
