// Coded entries, problems, allergies, medicines, immunisations: each trap of the format's notes.
#include "core/system/tpp/test_extract.hpp"

using namespace gpswitch;
using namespace gpswitch::tpp_test;

namespace {

const std::string kSnomed = "http://snomed.info/sct", kCtv3 = "http://read.info/ctv3",
                  kLocal = "https://gpswitch.org/CodeSystem/tpp-local-code", kDmd = "https://dmd.nhs.uk";

/// One patient, the hierarchy of a handful of codes, and a moment of 1 March 2026.
struct Practice : Extract {
    Practice() {
        patient("1");
        below("X0003", "H33..").below("X0003", "SN53.").below("Xa1pQ", "SN53.").below("Xa1pQ", "14L..");
        below("X0001", "7L0..").below("X0001", "2469.").below("Xa1px", "12C1.");
    }
    Practice& code(const std::string& id, const std::string& ctv3, Cells more = {}) {
        more.insert({{"RowIdentifier", id},
                     {"IDPatient", "1"},
                     {"CTV3Code", ctv3},
                     {"CTV3Text", "words of " + id},
                     {"SNOMEDCode", "-1"},
                     {"IsNumeric", "FALSE"},
                     {"NumericValue", "0"},
                     {"DateEvent", "03 Feb 2020 09:10:00"}});
        add("SRCode", more);
        return *this;
    }
    Practice& problem(const std::string& id, const std::string& of, Cells more = {}) {
        more.insert({{"RowIdentifier", id},
                     {"IDPatient", "1"},
                     {"IDCode", of},
                     {"DateEvent", "03 Feb 2020 09:10:00"}});
        add("SRProblem", more);
        return *this;
    }
    Practice& drug(const std::string& id, Cells more = {}) {
        more.insert({{"RowIdentifier", id},
                     {"IDPatient", "1"},
                     {"NameOfMedication", "Something 5mg"},
                     {"DateMedicationStart", "03 Feb 2020 00:00:00"},
                     {"IsRepeatMedication", "FALSE"}});
        add("SRPrimaryCareMedication", more);
        return *this;
    }
};

std::string status(const Json& e) { return e.value("status", ""); }
std::string clinical(const Json& e) { return e["clinicalStatus"]["coding"][0]["code"]; }

}  // namespace

TEST_CASE("tpp: the hierarchy says what a coded entry is, the first of the list that holds") {
    Practice e;
    e.code("1", "7L0..")
        .code("2", "14L..")
        .code("3", "12C1.")
        .code("4", "H33..")
        .code("5", "44P..")
        .code("6", "");
    const Run r = e.run();
    CHECK(r.made("Procedure", "SRCode", "1").size() == 1);
    CHECK(r.made("AllergyIntolerance", "SRCode", "2").size() == 1);
    CHECK(r.made("FamilyMemberHistory", "SRCode", "3").size() == 1);
    CHECK(r.made("Condition", "SRCode", "4").size() == 1);
    CHECK(r.made("Observation", "SRCode", "5").size() == 1);
    CHECK(r.made("Observation", "SRCode", "6").size() == 1);
}

TEST_CASE("tpp: an allergic disorder keeps its Condition beside the AllergyIntolerance") {
    Practice e;
    e.code("1", "SN53.").code("2", "14L..");
    const Run r = e.run();
    CHECK(r.made("AllergyIntolerance", "SRCode", "1").size() == 1);
    CHECK(r.made("Condition", "SRCode", "1").size() == 1);
    CHECK(r.made("Condition", "SRCode", "2").empty());
}

TEST_CASE("tpp trap 47: the case of a CTV3 code counts, and so do its dots") {
    Practice e;
    e.below("X0003", "XaBVJ");
    e.code("1", "XaBVJ").code("2", "Xabvj").code("3", "H33");
    const Run r = e.run();
    CHECK(r.made("Condition", "SRCode", "1").size() == 1);
    CHECK(r.made("Condition", "SRCode", "2").empty());
    CHECK(r.made("Condition", "SRCode", "3").empty());
    CHECK(code_of(r.one("Observation", "SRCode", "2")["code"], kCtv3) == "Xabvj");
}

TEST_CASE("tpp trap 48: codes that begin with Y are TPP's own, also of vaccinations") {
    Practice e;
    e.code("1", "Y1234")
        .add("SRImmunisation", {{"RowIdentifier", "1"}, {"IDPatient", "1"}, {"ImmsReadCode", "Y1c2d"}});
    const Run r = e.run();
    CHECK(code_of(r.one("Observation", "SRCode", "1")["code"], kLocal) == "Y1234");
    CHECK(code_of(r.one("Observation", "SRCode", "1")["code"], kCtv3).empty());
    CHECK(r.one("Immunization", "SRImmunisation", "1").dump().find(kLocal) != std::string::npos);
}

TEST_CASE("tpp trap 49: SNOMED CT comes by SRCtv3ToSnomed when the row has none, and only when it is one") {
    Practice e;
    e.add("SRCtv3ToSnomed", {{"Ctv3Code", "H33.."}, {"SnomedCode", "195967001"}});
    e.add("SRCtv3ToSnomed", {{"Ctv3Code", "44P.."}, {"SnomedCode", "195967001"}})
        .add("SRCtv3ToSnomed", {{"Ctv3Code", "44P.."}, {"SnomedCode", "38341003"}});
    e.code("1", "H33..")
        .code("2", "44P..")
        .code("3", "H33..", {{"SNOMEDCode", "38341003"}})
        .code("4", "", {{"SNOMEDCode", "12345678901234567890"}});
    const Run r = e.run();
    CHECK(code_of(r.one("Condition", "SRCode", "1")["code"], kSnomed) == "195967001");
    CHECK(code_of(r.one("Observation", "SRCode", "2")["code"], kSnomed).empty());
    CHECK(code_of(r.one("Condition", "SRCode", "3")["code"], kSnomed) == "38341003");
    // Twenty digits are no SNOMED CT id; they are kept, as what they are not.
    CHECK(code_of(r.one("Observation", "SRCode", "4")["code"], kSnomed).empty());
    CHECK(r.one("Observation", "SRCode", "4").dump().find("12345678901234567890") != std::string::npos);
}

TEST_CASE("tpp trap 50: a number is a value only where the row says so") {
    Practice e;
    e.code("1", "44P..", {{"NumericValue", "0"}}).code("2", "44P..", {{"NumericValue", "-1.0"}});
    e.code("3", "44P..",
           {{"IsNumeric", "TRUE"},
            {"NumericValue", "5.10"},
            {"NumericUnit", "mmol/L"},
            {"NumericComparator", "<"}});
    e.code("4", "44P..", {{"IsNumeric", "TRUE"}, {"NumericValue", "5"}, {"NumericComparator", "~"}});
    e.code("5", "44P..", {{"IsNumeric", "TRUE"}, {"NumericValue", "a few"}});
    e.code("6", "H33..", {{"NumericValue", "7.5"}, {"NumericUnit", "kg"}});
    const Run r = e.run();
    CHECK_FALSE(r.one("Observation", "SRCode", "1").contains("valueQuantity"));
    CHECK_FALSE(r.one("Observation", "SRCode", "2").contains("valueQuantity"));
    const Json value = r.one("Observation", "SRCode", "3")["valueQuantity"];
    CHECK(value.dump() == R"({"comparator":"<","unit":"mmol/L","value":5.1})");
    CHECK(Run::rest(r.one("Observation", "SRCode", "4"), "SRCode.NumericComparator") == "~");
    CHECK(Run::rest(r.one("Observation", "SRCode", "5"), "SRCode.NumericValue") == "a few");
    // No value, and not lost.
    CHECK(Run::rest(r.one("Condition", "SRCode", "6"), "SRCode.NumericValue") == "7.5");
}

TEST_CASE("tpp trap 51: a value on a procedure code is a measurement; elsewhere it takes no entry away") {
    Practice e;
    const Cells value = {{"IsNumeric", "TRUE"}, {"NumericValue", "5"}};
    e.code("1", "7L0..", value).code("2", "2469.").code("3", "H33..", value).code("4", "14L..", value);
    const Run r = e.run();
    CHECK(r.made("Procedure", "SRCode", "1").empty());
    CHECK(r.made("Observation", "SRCode", "1").size() == 1);
    CHECK(r.made("Observation", "SRCode", "2").size() == 1);
    CHECK(r.made("Condition", "SRCode", "3").size() == 1);
    CHECK(r.one("Observation", "SRCode", "3")["valueQuantity"]["value"] == 5);
    CHECK(r.made("AllergyIntolerance", "SRCode", "4").size() == 1);
    CHECK(r.made("Observation", "SRCode", "4").size() == 1);
}

TEST_CASE("tpp trap 52: a problem keeps its Condition whatever its code is") {
    Practice e;
    e.words("61", "Major");
    e.code("1", "44P..").problem("9", "1", {{"Severity", "61"}});
    const Run r = e.run();
    CHECK(r.made("Observation", "SRCode", "1").size() == 1);
    const Json c = r.one("Condition", "SRCode", "1");
    CHECK(c["category"][0]["coding"][0]["code"] == "problem-list-item");
    CHECK(c.dump().find("\"major\"") != std::string::npos);
}

TEST_CASE("tpp trap 53: of two problems with one code the first counts, and the second is kept") {
    Practice e;
    e.words("61", "Major").words("62", "Minor");
    e.code("1", "H33..");
    e.problem("8", "1", {{"Severity", "61"}})
        .problem("9", "1", {{"Severity", "62"}, {"DateEnd", "01 Jan 2021 00:00:00"}});
    const Run r = e.run();
    const Json c = r.one("Condition", "SRCode", "1");
    CHECK(clinical(c) == "active");
    CHECK(Run::rest(c, "SRProblem.DateEnd") == "2021-01-01");
    CHECK(r.fate("SRProblem", "9") == std::vector<std::string>{"merged"});
}

TEST_CASE("tpp trap 54: a problem is open until its end has passed, and open again when the end is cleared") {
    Practice e;
    e.code("1", "H33..").code("2", "H33..").code("3", "H33..");
    e.problem("1", "1")
        .problem("2", "2", {{"DateEnd", "01 Jan 2021 00:00:00"}})
        .problem("3", "3", {{"DateEnd", "01 Jan 2030 00:00:00"}});
    e.deliver();
    e.problem("2", "2", {{"DateEnd", ""}}).deliver();
    const Run r = e.run();
    CHECK(clinical(r.one("Condition", "SRCode", "1")) == "active");
    CHECK(clinical(r.one("Condition", "SRCode", "2")) == "active");
    CHECK_FALSE(r.one("Condition", "SRCode", "2").contains("abatementDateTime"));
    CHECK(clinical(r.one("Condition", "SRCode", "3")) == "active");
    CHECK(Run::rest(r.one("Condition", "SRCode", "3"), "SRProblem.DateEnd") == "2030-01-01");
}

TEST_CASE("tpp trap 55: where a problem and its code differ, the code wins and both are kept") {
    Practice e;
    e.code("1", "H33..").problem("9", "1", {{"DateEvent", "05 May 2021 00:00:00"}});
    const Json c = e.run().one("Condition", "SRCode", "1");
    CHECK(c["onsetDateTime"] == "2020-02-03T09:10:00+00:00");
    CHECK(Run::rest(c, "SRProblem.DateEvent") == "2021-05-05");
}

TEST_CASE("tpp: a problem whose code is not in the extract stands alone") {
    Practice e;
    e.problem("9", "777", {{"CTV3Code", "H33.."}});
    const Json c = e.run().one("Condition", "SRProblem", "9");
    CHECK(code_of(c["code"], kCtv3) == "H33..");
    CHECK(clinical(c) == "active");
}

TEST_CASE("tpp: an asserted absence of allergies is an entry of its own") {
    Practice e;
    e.code("1", "1151.").code("2", "", {{"SNOMEDCode", "716186003"}});
    const Run r = e.run();
    CHECK(r.made("AllergyIntolerance", "SRCode", "1").size() == 1);
    CHECK(r.made("AllergyIntolerance", "SRCode", "2").size() == 1);
}

TEST_CASE("tpp traps 72 and 73: a sensitivity to a class of drugs keeps the number of the class") {
    Practice e;
    e.add("SRMedicationReadCodeDetails",
          {{"IDMultiLexProduct", "4001"}, {"DrugReadCode", "x00aa"}, {"DrugReadCodeDesc", "Amoxicillin"}});
    e.add("SRDrugSensitivity",
          {{"RowIdentifier", "1"}, {"IDPatient", "1"}, {"IDDrugCode", "4001"}, {"IDMultiLexAction", "-1"}});
    e.add("SRDrugSensitivity",
          {{"RowIdentifier", "2"}, {"IDPatient", "1"}, {"IDDrugCode", "0"}, {"IDMultiLexAction", "812"}});
    e.add("SRDrugSensitivity", {{"RowIdentifier", "3"},
                                {"IDPatient", "1"},
                                {"IDDrugCode", "4001"},
                                {"DateEnded", "01 Jan 2020 00:00:00"}});
    e.add("SRDrugSensitivity", {{"RowIdentifier", "4"},
                                {"IDPatient", "1"},
                                {"IDDrugCode", "4001"},
                                {"DateEnded", "01 Jan 2040 00:00:00"}});
    const Run r = e.run();
    const Json product = r.one("AllergyIntolerance", "SRDrugSensitivity", "1");
    CHECK(product["code"]["text"] == "Amoxicillin");
    CHECK(code_of(product["code"], kCtv3) == "x00aa");
    CHECK(product["category"][0] == "medication");
    CHECK(code_of(r.one("AllergyIntolerance", "SRDrugSensitivity", "2")["code"],
                  "https://gpswitch.org/CodeSystem/multilex-action-group") == "812");
    CHECK(clinical(r.one("AllergyIntolerance", "SRDrugSensitivity", "3")) == "inactive");
    CHECK(clinical(r.one("AllergyIntolerance", "SRDrugSensitivity", "4")) == "active");
}

TEST_CASE("tpp trap 68: what was prescribed elsewhere is a statement and never an order") {
    for (const char* flag : {"IsOtherMedication", "IsDentalMedication", "IsHospitalMedication"}) {
        Practice e;
        e.drug("1", {{flag, "TRUE"}});
        e.drug("2", {{flag, "TRUE"}, {"IsRepeatMedication", "TRUE"}, {"IDRepeatTemplate", "3"}});
        const Run r = e.run();
        CHECK(r.of("MedicationRequest").empty());
        CHECK(r.of("MedicationStatement").size() == 2);
    }
    Practice e;
    e.add(
        "SRRepeatTemplate",
        {{"RowIdentifier", "3"}, {"IDPatient", "1"}, {"NameOfMedication", "x"}, {"DrugStatus", "Hospital"}});
    CHECK(e.run().of("MedicationRequest").empty());
}

TEST_CASE("tpp trap 65: an acute is over when its end has passed, though nobody says so") {
    Practice e;
    e.drug("1", {{"DateMedicationEnd", "10 Feb 2020 00:00:00"}})
        .drug("2", {{"DateMedicationEnd", "10 Mar 2026 00:00:00"}});
    const Run r = e.run();
    CHECK(status(r.one("MedicationStatement", "SRPrimaryCareMedication", "1")) == "completed");
    CHECK(status(r.one("MedicationStatement", "SRPrimaryCareMedication", "2")) == "active");
}

TEST_CASE("tpp trap 64: a prescription for a day to come is still to be issued") {
    Practice e;
    e.drug("1", {{"DateEvent", "20 Feb 2026 00:00:00"},
                 {"DateMedicationStart", "10 Mar 2026 00:00:00"},
                 {"DateMedicationEnd", "20 Mar 2026 00:00:00"}});
    const Json order = e.run().one("MedicationRequest", "SRPrimaryCareMedication", "1");
    CHECK(status(order) == "active");
    CHECK(order["authoredOn"] == "2026-03-10");
    CHECK(Run::rest(order, "SRPrimaryCareMedication.DateEvent") == "2026-02-20");
}

TEST_CASE("tpp traps 66 and 67: quantity as written and as a number; a drug without dm+d is its name") {
    Practice e;
    e.drug("1", {{"MedicationQuantity", "2.5 ml"}, {"IDMultiLexDMD", "322236009"}})
        .drug("2", {{"MedicationQuantity", "one jar"}});
    const Run r = e.run();
    const Json first =
        r.one("MedicationRequest", "SRPrimaryCareMedication", "1")["dispenseRequest"]["quantity"];
    CHECK(first["value"] == 2.5);
    CHECK(first["unit"] == "ml");
    CHECK(first.dump().find("2.5 ml") != std::string::npos);
    CHECK(code_of(r.one("MedicationRequest", "SRPrimaryCareMedication", "1")["medicationCodeableConcept"],
                  kDmd) == "322236009");
    const Json second = r.one("MedicationRequest", "SRPrimaryCareMedication", "2");
    CHECK_FALSE(second["medicationCodeableConcept"].contains("coding"));
    CHECK(second["medicationCodeableConcept"]["text"] == "Something 5mg");
    CHECK(second["dispenseRequest"]["quantity"].dump().find("one jar") != std::string::npos);
}

TEST_CASE("tpp trap 24: an issue and its template may have the same id") {
    Practice e;
    e.add("SRRepeatTemplate", {{"RowIdentifier", "5"},
                               {"IDPatient", "1"},
                               {"NameOfMedication", "Something 5mg"},
                               {"MaxIssues", "6"},
                               {"DateMedicationTemplateStart", "01 Jan 2020 00:00:00"}});
    e.drug("5", {{"IsRepeatMedication", "TRUE"}, {"IDRepeatTemplate", "5"}});
    const Run r = e.run();
    const Json plan = r.one("MedicationRequest", "SRRepeatTemplate", "5"),
               issue = r.one("MedicationRequest", "SRPrimaryCareMedication", "5");
    CHECK(issue["basedOn"][0]["reference"] == "MedicationRequest/" + plan["id"].get<std::string>());
    CHECK(plan["dispenseRequest"]["numberOfRepeatsAllowed"] == 5);
    CHECK(plan.dump().find("\"valueUnsignedInt\":1") != std::string::npos);
}

TEST_CASE("tpp traps 69, 70 and 71: batch, part and content of a vaccination") {
    Practice e;
    e.words("91", "2")
        .words("92", "Booster 1")
        .add("SRImmunisationContent",
             {{"RowIdentifier", "301"}, {"Name", "Influvac"}, {"Content", "INFLUENZA"}});
    e.add("SRImmunisation", {{"RowIdentifier", "1"},
                             {"IDPatient", "1"},
                             {"VaccPart", "91"},
                             {"VaccBatchNumber", "B1"},
                             {"IDImmunisationContent", "301"}});
    e.add("SRImmunisation",
          {{"RowIdentifier", "2"}, {"IDPatient", "1"}, {"VaccPart", "92"}, {"VaccBatchNumber", "B2"}});
    const Run r = e.run();
    const Json one = r.one("Immunization", "SRImmunisation", "1"),
               two = r.one("Immunization", "SRImmunisation", "2");
    CHECK(one["lotNumber"] == "B1");
    CHECK(one["protocolApplied"][0]["doseNumberPositiveInt"] == 2);
    CHECK(one["vaccineCode"]["text"] == "Influvac (INFLUENZA)");
    CHECK(two["lotNumber"] == "B2");
    CHECK(two["protocolApplied"][0]["doseNumberString"] == "Booster 1");
}

TEST_CASE("tpp trap 22: an id without words is kept, told of, and never shown as the term") {
    Practice e;
    e.words("61", "Major")
        .add("SREvent", {{"RowIdentifier", "1"},
                         {"IDPatient", "1"},
                         {"ContactMethod", "99999"},
                         {"DateEvent", "03 Feb 2020 09:00:00"}});
    const Run r = e.run();
    const Json event = r.one("Encounter", "SREvent", "1");
    CHECK_FALSE(event.contains("type"));
    CHECK(Run::rest(event, "SREvent.ContactMethod") == "99999");
    CHECK(r.found("TPP-LOOKUP-001") == 1);
}

TEST_CASE("tpp trap 75: non-urgent is not urgent") {
    Practice e;
    const std::vector<std::pair<std::string, std::string>> words = {{"Non-urgent", "routine"},
                                                                    {"Not urgent at all", "routine"},
                                                                    {"Urgent", "urgent"},
                                                                    {"2 week wait", "urgent"},
                                                                    {"Whenever", ""}};
    for (std::size_t i = 0; i < words.size(); ++i) {
        const std::string id = std::to_string(i + 1);
        e.add("SRConfiguredListOption", {{"RowIdentifier", id}, {"ConfiguredListOption", words[i].first}});
        e.add("SRReferralOut", {{"RowIdentifier", id}, {"IDPatient", "1"}, {"Urgency", id}});
    }
    const Run r = e.run();
    for (std::size_t i = 0; i < words.size(); ++i) {
        const Json referral = r.one("ServiceRequest", "SRReferralOut", std::to_string(i + 1));
        CHECK_MESSAGE(referral.value("priority", "") == words[i].second, words[i].first);
        CHECK(Run::rest(referral, "SRReferralOut.Urgency") == words[i].first);
    }
}

TEST_CASE(
    "tpp traps 74 and 77: a service that was not chosen, statuses without a day and of unknown referrals") {
    Practice e;
    e.words("175137", "Unspecified").words("131", "Cardiology");
    e.add("SRConfiguredListOption", {{"RowIdentifier", "8"}, {"ConfiguredListOption", "Sent"}});
    e.add("SRReferralOut", {{"RowIdentifier", "1"},
                            {"IDPatient", "1"},
                            {"ServiceOffered", "175137"},
                            {"TypeOfReferral", "131"}});
    for (const auto& [id, of] : {std::pair{"1", "1"}, {"2", "777"}})
        e.add(
            "SRReferralOutStatusDetails",
            {{"RowIdentifier", id}, {"IDPatient", "1"}, {"IDReferralOut", of}, {"StatusOfReferralOut", "8"}});
    const Run r = e.run();
    const Json referral = r.one("ServiceRequest", "SRReferralOut", "1");
    CHECK_FALSE(referral.contains("orderDetail"));
    CHECK(referral["note"][0]["text"] == "Status: Sent");
    CHECK(r.fate("SRReferralOutStatusDetails", "1") == std::vector<std::string>{"merged"});
    CHECK(r.made("Observation", "SRReferralOutStatusDetails", "2").size() == 1);
}

TEST_CASE("tpp trap 79: people at risk and children at risk are both flags; an empty plan is active") {
    Practice e;
    e.add("SRPersonAtRisk",
          {{"RowIdentifier", "1"}, {"IDPatient", "1"}, {"ReasonForPlan", "Neglect"}, {"ProtectionPlan", ""}});
    e.add("SRPersonAtRisk", {{"RowIdentifier", "2"},
                             {"IDPatient", "1"},
                             {"ProtectionPlan", "TRUE"},
                             {"DateRemoved", "01 Jan 2021 00:00:00"}});
    e.add("SRChildAtRisk", {{"RowIdentifier", "1"}, {"IDPatient", "1"}, {"ChildProtectionPlan", "TRUE"}});
    const Run r = e.run();
    CHECK(status(r.one("Flag", "SRPersonAtRisk", "1")) == "active");
    CHECK(status(r.one("Flag", "SRPersonAtRisk", "2")) == "inactive");
    CHECK(status(r.one("Flag", "SRChildAtRisk", "1")) == "active");
}

TEST_CASE("tpp: before IsNumeric came a number is a value of its own, and on another entry it is kept") {
    Extract e;
    e.patient("1").below("X0003", "H33..");
    for (const auto& [id, code] : {std::pair{"1", "44P.."}, {"2", "H33.."}})
        e.add("SRCode",
              {{"RowIdentifier", id}, {"IDPatient", "1"}, {"CTV3Code", code}, {"NumericValue", "5.1"}});
    const Run r = e.run();
    CHECK(r.one("Observation", "SRCode", "1")["valueQuantity"]["value"] == 5.1);
    CHECK(Run::rest(r.one("Condition", "SRCode", "2"), "SRCode.NumericValue") == "5.1");
}
