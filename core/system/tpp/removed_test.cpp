// What was removed, what leads nowhere, and what is said twice: nothing comes back that is gone, and no id is
// lost.
#include "core/system/tpp/test_extract.hpp"

using namespace gpswitch;
using namespace gpswitch::tpp_test;

namespace {

using Fates = std::vector<std::string>;

/// A practice with a doctor and one patient, and a moment of 1 March 2026.
struct Practice : Extract {
    Practice() {
        add("SROrganisation", {{"RowIdentifier", "900"}, {"ID", kHere}, {"Name", "Here"}});
        add("SRStaffMember", {{"RowIdentifier", "11"}, {"StaffName", "Dr Ada Drama"}});
        add("SRStaffMemberProfile",
            {{"RowIdentifier", "21"}, {"IDStaffMember", "11"}, {"IDOrganisation", kHere}});
        patient("1").below("X0003", "H33..");
    }
    Practice& row(const std::string& table, const std::string& id, Cells more = {}) {
        more.insert({{"RowIdentifier", id}, {"IDPatient", "1"}, {"DateEvent", "03 Feb 2020 09:10:00"}});
        add(table, more);
        return *this;
    }
    /// As SystmOne sends it: nothing but the id and that it is gone.
    Practice& removal(const std::string& table, const std::string& id) {
        add(table, {{"RowIdentifier", id}, {"RemovedData", "1"}});
        return *this;
    }
};

std::string status(const Json& e) { return e.value("status", ""); }
std::string clinical(const Json& e) { return e["clinicalStatus"]["coding"][0]["code"]; }

}  // namespace

TEST_CASE("tpp trap 52: a problem whose coded entry is removed goes with it, and is told of") {
    Practice e;
    e.row("SRCode", "1", {{"CTV3Code", "H33.."}})
        .row("SRProblem", "8", {{"IDCode", "1"}, {"CTV3Code", "H33.."}});
    e.row("SRCode", "2", {{"CTV3Code", "H33.."}}).row("SRProblem", "9", {{"IDCode", "2"}});
    e.deliver();
    e.removal("SRCode", "1").removal("SRCode", "2").deliver();
    e.row("SRCode", "2", {{"CTV3Code", "H33.."}});
    const Run r = e.run();
    CHECK(r.made("Condition", "SRProblem", "8").empty());
    CHECK(r.fate("SRProblem", "8") == Fates{"deleted:coded-entry-removed"});
    CHECK(r.found("TPP-PROB-002") == 1);
    // The other one was sent again.
    CHECK(clinical(r.one("Condition", "SRCode", "2")) == "active");
    CHECK(r.of("Condition").size() == 1);
}

TEST_CASE("tpp: who was removed and comes back has nothing of what was there before") {
    Practice e;
    e.words("61", "Interpreter");
    e.row("SRDrugSensitivity", "1", {{"IDMultiLexAction", "812"}})
        .row("SRCode", "1", {{"CTV3Code", "H33.."}});
    e.row("SRAppointment", "1", {{"AppointmentStatus", "61"}})
        .add("SRAppointmentFlags", {{"RowIdentifier", "1"}, {"IDAppointment", "1"}, {"Flag", "61"}});
    e.row("SRPatientRegistration", "1", {{"RegistrationStatus", "GMS"}}).deliver();
    e.removal("SRPatient", "1").deliver();
    e.patient("1", {{"Surname", "Again"}});
    e.row("SRCode", "2", {{"CTV3Code", "H33.."}});
    const Run r = e.run();
    CHECK(r.one("Patient", "SRPatient", "1")["name"][0]["family"] == "Again");
    for (const char* table :
         {"SRDrugSensitivity", "SRCode", "SRAppointment", "SRAppointmentFlags", "SRPatientRegistration"})
        CHECK_MESSAGE(r.fate(table, "1") == Fates{"deleted:patient-removed"}, table);
    CHECK(r.of("AllergyIntolerance").empty());
    CHECK(r.of("Condition").size() == 1);
    CHECK(r.made("Condition", "SRCode", "2").size() == 1);
}

TEST_CASE("tpp: staff who are removed stay the authors of what they wrote, and are no longer active") {
    Practice e;
    e.row("SRCode", "1", {{"CTV3Code", "H33.."}, {"IDDoneBy", "11"}, {"IDProfileEnteredBy", "21"}});
    e.add("SRStaffMember", {{"RowIdentifier", "12"}, {"StaffName", "Dr Bo Drama"}}).deliver();
    e.removal("SRStaffMember", "11")
        .removal("SRStaffMemberProfile", "21")
        .removal("SRStaffMember", "12")
        .deliver();
    e.add("SRStaffMember", {{"RowIdentifier", "12"}, {"StaffName", "Dr Bo Drama"}});
    e.row("SRCode", "2", {{"CTV3Code", "H33.."}, {"IDDoneBy", "12"}});
    const Run r = e.run();
    const Json person = r.one("Practitioner", "SRStaffMember", "11"),
               role = r.one("PractitionerRole", "SRStaffMemberProfile", "21");
    CHECK(person["name"][0]["text"] == "Dr Ada Drama");
    CHECK(person["active"] == false);
    CHECK(role["active"] == false);
    CHECK(
        r.one("Condition", "SRCode", "1").dump().find("PractitionerRole/" + role["id"].get<std::string>()) !=
        std::string::npos);
    CHECK(r.found("TPP-REF-001") == 0);
    CHECK(r.fate("SRStaffMember", "11") == Fates{"migrated", "deleted:removal"});
    // Sent again: as if nothing had been.
    CHECK(r.one("Practitioner", "SRStaffMember", "12")["active"] == true);
}

TEST_CASE("tpp: the id of a template or a code that is not there is kept beside the entry") {
    Practice e;
    e.row("SRPrimaryCareMedication", "1",
          {{"NameOfMedication", "A"}, {"IsRepeatMedication", "TRUE"}, {"IDRepeatTemplate", "424242"}});
    e.row("SRPrimaryCareMedication", "2",
          {{"NameOfMedication", "B"}, {"IsRepeatMedication", "FALSE"}, {"IDRepeatTemplate", "77"}});
    e.row("SRRepeatTemplate", "77", {{"NameOfMedication", "B"}});
    e.row("SRProblem", "3", {{"IDCode", "454545"}, {"CTV3Code", "H33.."}});
    const Run r = e.run();
    const auto order = [&](const char* id) {
        return r.one("MedicationRequest", "SRPrimaryCareMedication", id);
    };
    CHECK(Run::rest(order("1"), "SRPrimaryCareMedication.IDRepeatTemplate") == "424242");
    CHECK(Run::rest(order("2"), "SRPrimaryCareMedication.IDRepeatTemplate") == "77");
    CHECK(Run::rest(r.one("Condition", "SRProblem", "3"), "SRProblem.IDCode") == "454545");
    CHECK(r.found("TPP-REF-001") == 2);
    CHECK(r.found("TPP-MED-001") == 1);
}

TEST_CASE("tpp: an issue of what is prescribed elsewhere is not said to be without a template") {
    Practice e;
    e.row("SRRepeatTemplate", "77", {{"NameOfMedication", "B"}, {"DrugStatus", "Hospital"}});
    e.row("SRPrimaryCareMedication", "1",
          {{"NameOfMedication", "B"}, {"IsRepeatMedication", "TRUE"}, {"IDRepeatTemplate", "77"}});
    const Run r = e.run();
    CHECK(r.made("MedicationStatement", "SRRepeatTemplate", "77").size() == 1);
    for (const Issue& i : r.issues) {
        CHECK(i.message.find("not in the extract") == std::string::npos);
        CHECK(i.message.find("without its template") == std::string::npos);
    }
    CHECK(Run::rest(r.one("MedicationRequest", "SRPrimaryCareMedication", "1"),
                    "SRPrimaryCareMedication.IDRepeatTemplate") == "77");
}

TEST_CASE("tpp: an appointment keeps the clinician whom its profile does not mean") {
    Practice e;
    e.add("SRStaffMember", {{"RowIdentifier", "12"}, {"StaffName", "Dr Bo Drama"}});
    e.row("SRAppointment", "1", {{"IDProfileClinician", "21"}, {"IDClinician", "12"}});
    e.row("SRAppointment", "2", {{"IDProfileClinician", "21"}, {"IDClinician", "11"}});
    const Run r = e.run();
    CHECK(Run::rest(r.one("Appointment", "SRAppointment", "1"), "SRAppointment.IDClinician") == "12");
    CHECK(Run::rest(r.one("Appointment", "SRAppointment", "2"), "SRAppointment.IDClinician").empty());
}

TEST_CASE("tpp traps 62 and 78: the flag of an unbooked slot is the slot's") {
    Practice e;
    e.words("61", "Interpreter").words("62", "Free");
    e.add("SRAppointment", {{"RowIdentifier", "30"}, {"IDPatient", "-1"}, {"AppointmentStatus", "62"}});
    e.add("SRAppointmentFlags", {{"RowIdentifier", "1"}, {"IDAppointment", "30"}, {"Flag", "61"}});
    // Of a patient who is not there, and of no appointment.
    e.add("SRAppointment", {{"RowIdentifier", "31"}, {"IDPatient", "99"}});
    e.add("SRAppointmentFlags", {{"RowIdentifier", "2"}, {"IDAppointment", "31"}, {"Flag", "61"}});
    e.add("SRAppointmentFlags", {{"RowIdentifier", "3"}, {"IDAppointment", "777"}, {"Flag", "61"}});
    const Run r = e.run();
    CHECK(r.one("Slot", "SRAppointment", "30")["comment"] == "Interpreter");
    CHECK(r.fate("SRAppointmentFlags", "1") == Fates{"merged"});
    CHECK(r.fate("SRAppointmentFlags", "2") == Fates{"held:no-such-patient"});
    CHECK(r.fate("SRAppointmentFlags", "3") == Fates{"held:no-such-patient"});
}

TEST_CASE("tpp trap 30: nothing leads to a profile without a person") {
    Practice e;
    e.add("SRStaffMemberProfile", {{"RowIdentifier", "24"}, {"IDOrganisation", kHere}, {"StaffRole", "R"}});
    e.row("SRCode", "1", {{"CTV3Code", "H33.."}, {"IDProfileEnteredBy", "24"}});
    const Run r = e.run();
    CHECK(r.fate("SRStaffMemberProfile", "24") == Fates{"excluded:profile-without-person"});
    const Json c = r.one("Condition", "SRCode", "1");
    CHECK(c["recorder"]["identifier"]["value"] == "24");
    CHECK_FALSE(c["recorder"].contains("reference"));
}

TEST_CASE(
    "tpp: a medicine or an allergy that names no substance is told of; a product has the words of its code") {
    Practice e;
    e.add("SRMedicationReadCodeDetails", {{"IDMultiLexProduct", "4001"},
                                          {"DrugReadCode", "dh71."},
                                          {"DrugReadCodeDesc", "Amoxicillin 250mg capsules"}});
    e.row("SRRepeatTemplate", "1", {{"IDMultiLexProduct", "4001"}});
    e.row("SRRepeatTemplate", "2", {{"IDMultiLexProduct", "5555"}});
    e.row("SRPrimaryCareMedication", "3", {{"IsRepeatMedication", "FALSE"}});
    e.row("SRDrugSensitivity", "1", {{"IDDrugCode", "-1"}, {"IDMultiLexAction", "-1"}});
    e.row("SRDrugSensitivity", "2", {{"IDDrugCode", "5555"}});
    e.row("SRDrugSensitivity", "3", {{"IDDrugCode", "4001"}});
    const Run r = e.run();
    CHECK(r.one("MedicationRequest", "SRRepeatTemplate", "1")["medicationCodeableConcept"]["text"] ==
          "Amoxicillin 250mg capsules");
    CHECK(r.found("TPP-CODE-002") == 4);
}

TEST_CASE("tpp: comparators have words and numbers; one that is not known leaves no exact value") {
    Practice e;
    const std::vector<std::pair<std::string, std::string>> words = {{"7", "<"},  {"8", "<="}, {"6", ">"},
                                                                    {"5", ">="}, {"4", ""},   {"<=", "<="}};
    for (std::size_t i = 0; i < words.size(); ++i)
        e.row("SRCode", std::to_string(i + 1),
              {{"CTV3Code", "44P.."},
               {"IsNumeric", "TRUE"},
               {"NumericValue", "5.2"},
               {"NumericComparator", words[i].first}});
    e.row("SRCode", "20",
          {{"CTV3Code", "44P.."},
           {"IsNumeric", "TRUE"},
           {"NumericValue", "5.2"},
           {"NumericUnit", "mmol/L"},
           {"NumericComparator", "GT"}});
    const Run r = e.run();
    for (std::size_t i = 0; i < words.size(); ++i)
        CHECK(r.one("Observation", "SRCode", std::to_string(i + 1))["valueQuantity"].value(
                  "comparator", "") == words[i].second);
    const Json unknown = r.one("Observation", "SRCode", "20");
    CHECK_FALSE(unknown.contains("valueQuantity"));
    CHECK(unknown["valueString"] == "GT 5.2 mmol/L");
    CHECK(r.found("TPP-VALUE-001") == 1);
}

TEST_CASE("tpp: online services that are all shut permit nothing") {
    Practice e;
    e.row("SROnlineServices", "1", {{"ViewRecord", "FALSE"}, {"Appointments", "FALSE"}});
    e.row("SROnlineServices", "2", {{"ViewRecord", "FALSE"}, {"Appointments", "TRUE"}});
    e.row("SROnlineServices", "3", {{"ViewRecord", ""}, {"Appointments", "FALSE"}});
    e.row("SRSystmOnline", "1", {{"ViewRecord", "FALSE"}});
    const Run r = e.run();
    for (const auto& [table, id] :
         {std::pair{"SROnlineServices", "1"}, {"SROnlineServices", "3"}, {"SRSystmOnline", "1"}}) {
        const Json c = r.one("Consent", table, id);
        CHECK(status(c) == "inactive");
        CHECK_FALSE(c.contains("provision"));
    }
    CHECK(r.one("Consent", "SROnlineServices", "2")["provision"]["type"] == "permit");
}

TEST_CASE("tpp: tables of a patient's record that are known by name only are held, not left out") {
    for (const char* table : {"SRTask", "SRDocuments", "SRSafeguardingPersonAtRisk", "SRProblemSubstance"}) {
        Practice e;
        e.row(table, "1");
        const Run r = e.run();
        CHECK(r.fate(table, "1") == Fates{"held:TPP-TABLE-002"});
        CHECK(r.found("TPP-TABLE-002") == 1);
    }
}

TEST_CASE("tpp trap 53: of two problems with one code the one that is open counts") {
    Practice e;
    e.words("61", "Major").words("62", "Minor");
    e.row("SRCode", "1", {{"CTV3Code", "H33.."}});
    e.row("SRProblem", "1", {{"IDCode", "1"}, {"Severity", "62"}, {"DateEnd", "01 Jan 2020 00:00:00"}});
    e.row("SRProblem", "2", {{"IDCode", "1"}, {"Severity", "61"}});
    const Run r = e.run();
    const Json c = r.one("Condition", "SRCode", "1");
    CHECK(clinical(c) == "active");
    CHECK(c.dump().find("\"major\"") != std::string::npos);
    CHECK(Run::rest(c, "SRProblem.DateEnd") == "2020-01-01");
    REQUIRE(r.found("TPP-PROB-001") == 1);
    for (const Issue& i : r.issues)
        if (i.code == "TPP-PROB-001") CHECK(i.severity == Severity::warning);
}

TEST_CASE("tpp: a drug status that is not known is told of, and words that say elsewhere are believed") {
    Practice e;
    for (const auto& [id, word] : {std::pair{"1", "Hospital only"},
                                   {"2", "Prescribed elsewhere"},
                                   {"3", "Something new"},
                                   {"4", "Normal"},
                                   {"5", "16"},
                                   {"6", ""}})
        e.row("SRRepeatTemplate", id, {{"NameOfMedication", "A"}, {"DrugStatus", word}});
    const Run r = e.run();
    for (const char* id : {"1", "2"}) CHECK(r.made("MedicationRequest", "SRRepeatTemplate", id).empty());
    for (const char* id : {"3", "4", "5", "6"})
        CHECK(r.made("MedicationRequest", "SRRepeatTemplate", id).size() == 1);
    CHECK(r.found("TPP-STATUS-002") == 3);
}

TEST_CASE("tpp: a row with words and no code is told of; a registered place of -1 is none") {
    Practice e;
    e.row("SRCode", "1",
          {{"CTV3Text", "Words alone"}, {"SNOMEDCode", "-1"}, {"IDOrganisationRegisteredAt", "-1"}});
    e.row("SRCode", "2", {{"CTV3Code", "H33.."}, {"IDOrganisationRegisteredAt", "B83002"}});
    const Run r = e.run();
    CHECK(r.one("Observation", "SRCode", "1")["code"]["text"] == "Words alone");
    CHECK(r.found("TPP-CODE-001") == 1);
    CHECK(r.fate("SRCode", "2") == Fates{"excluded:shared-record"});
}
