// What other systems say of the same fact in one way, this one says in that way too: the standard form does
// not tell where a record comes from.
#include "core/system/tpp/test_extract.hpp"

using namespace gpswitch;
using namespace gpswitch::tpp_test;

namespace {

const std::string kSnomed = "http://snomed.info/sct", kCtv3 = "http://read.info/ctv3",
                  kUnits = "http://unitsofmeasure.org";

/// A practice with a doctor, a branch with a rota, and one patient.
struct Practice : Extract {
    Practice() {
        add("SROrganisation", {{"RowIdentifier", "900"}, {"ID", kHere}, {"Name", "Here"}});
        add("SROrganisation", {{"RowIdentifier", "901"}, {"ID", "Y54321"}, {"Name", "There"}});
        add("SROrganisationBranch",
            {{"RowIdentifier", "77"}, {"BranchName", "Branch"}, {"IDOrganisation", kHere}});
        add("SRStaffMember", {{"RowIdentifier", "11"}, {"StaffName", "Dr Ada Drama"}});
        add("SRStaffMemberProfile", {{"RowIdentifier", "21"},
                                     {"IDStaffMember", "11"},
                                     {"IDOrganisation", kHere},
                                     {"DateEmploymentStart", "01 Jan 2010 00:00:00"}});
        patient("1");
        below("X0003", "H33..").below("X0001", "2469.").below("X0001", "7L0..").below("Xa1px", "12C1.");
    }
    Practice& row(const std::string& table, const std::string& id, Cells more = {}) {
        more.insert({{"RowIdentifier", id}, {"IDPatient", "1"}, {"DateEvent", "03 Feb 2020 09:10:00"}});
        add(table, more);
        return *this;
    }
    Practice& reading(const std::string& id, const std::string& code, const std::string& value,
                      const std::string& when, const std::string& event = "1", Cells more = {}) {
        more.insert({{"CTV3Code", code},
                     {"IsNumeric", "TRUE"},
                     {"NumericValue", value},
                     {"NumericUnit", "mmHg"},
                     {"IDEvent", event},
                     {"DateEvent", when}});
        return row("SRCode", id, more);
    }
};

std::string key_of(const Run& r, const Json& reference) {
    for (const Json& e : r.entities)
        if (e["resourceType"].get<std::string>() + "/" + e["id"].get<std::string>() ==
            reference.value("reference", ""))
            return e["identifier"][0]["value"];
    return {};
}
std::string extension(const Json& e, const std::string& end) {
    for (const Json& x : e.value("extension", Json::array()))
        if (x.value("url", "").ends_with(end)) return x.dump();
    return {};
}

}  // namespace

TEST_CASE("tpp: a systolic and a diastolic reading of one moment are one blood pressure of two components") {
    Practice e;
    e.row("SREvent", "1");
    e.reading("3", "2469.", "142", "03 Feb 2020 09:10:00")
        .reading("2", "246A.", "88", "03 Feb 2020 09:10:00", "1", {{"NumericComparator", "~"}});
    const Run r = e.run();
    const Json o = r.one("Observation", "SRCode", "3");
    CHECK(code_of(o["code"], kSnomed) == "75367002");
    CHECK(o["category"][0]["coding"][0]["code"] == "vital-signs");
    CHECK(o["effectiveDateTime"] == "2020-02-03T09:10:00+00:00");
    CHECK(key_of(r, o["encounter"]) == "1");
    CHECK_FALSE(o.contains("valueQuantity"));
    CHECK_FALSE(o.contains("hasMember"));
    REQUIRE(o["component"].size() == 2);
    CHECK(code_of(o["component"][0]["code"], kCtv3) == "2469.");
    CHECK(o["component"][0]["valueQuantity"]["value"] == 142);
    CHECK(code_of(o["component"][1]["code"], kCtv3) == "246A.");
    CHECK(o["component"][1]["valueQuantity"]["value"] == 88);
    CHECK(Run::rest(o, "SRCode.NumericComparator") == "~");
    // The second reading is part of that entry, and none of its own.
    CHECK(r.made("Observation", "SRCode", "2").empty());
    CHECK(r.fate("SRCode", "2") == std::vector<std::string>{"merged"});
    CHECK(r.fate("SRCode", "3") == std::vector<std::string>{"migrated"});
}

TEST_CASE("tpp: readings that are not surely a pair stay entries of their own") {
    Practice e;
    e.row("SREvent", "1").row("SREvent", "2");
    e.reading("1", "2469.", "150", "03 Feb 2020 09:20:00");  // alone
    e.reading("2", "2469.", "140", "04 Feb 2020 09:20:00")   // another consultation
        .reading("3", "246A.", "90", "04 Feb 2020 09:20:00", "2");
    e.reading("4", "2469.", "140", "05 Feb 2020 09:20:00")  // two of one, one of the other
        .reading("5", "2469.", "141", "05 Feb 2020 09:20:00")
        .reading("6", "246A.", "90", "05 Feb 2020 09:20:00");
    e.reading("7", "2469.", "140", "06 Feb 2020 09:20:00")  // two of each, and nothing tells which with which
        .reading("8", "2469.", "141", "06 Feb 2020 09:20:00")
        .reading("9", "246A.", "90", "06 Feb 2020 09:20:00")
        .reading("10", "246A.", "91", "06 Feb 2020 09:20:00");
    e.reading("20", "2469.", "140", "07 Feb 2020 09:20:00")  // two of each, one row after the other
        .reading("21", "246A.", "90", "07 Feb 2020 09:20:00")
        .reading("22", "2469.", "150", "07 Feb 2020 09:20:00")
        .reading("23", "246A.", "95", "07 Feb 2020 09:20:00");
    e.reading("30", "2469.", "140", "08 Feb 2020 09:20:00", "1", {{"NumericValue", "high"}})
        .reading("31", "246A.", "90", "08 Feb 2020 09:20:00");             // no number
    e.reading("40", "2469.", "140", "").reading("41", "246A.", "90", "");  // no day
    const auto typed = [](const char* when) { return Cells{{"DateEventRecorded", when}}; };
    e.reading("50", "2469.", "140", "09 Feb 2020", "", typed("09 Feb 2020 09:20:00"))  // typed in apart
        .reading("51", "246A.", "90", "09 Feb 2020", "", typed("11 Feb 2020 10:20:00"));
    e.reading("60", "2469.", "160", "10 Feb 2020", "", typed("10 Feb 2020 09:20:00"))  // and together
        .reading("61", "246A.", "96", "10 Feb 2020", "", typed("10 Feb 2020 09:20:00"));
    const Run r = e.run();
    for (const char* id :
         {"1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "30", "31", "40", "41", "50", "51"})
        CHECK_FALSE(r.one("Observation", "SRCode", id).contains("component"));
    for (const auto& [high, low] : {std::pair{"20", 90}, {"22", 95}, {"60", 96}})
        CHECK(r.one("Observation", "SRCode", high)["component"][1]["valueQuantity"]["value"] == low);
}

TEST_CASE("tpp: a reading that is a problem keeps its own entry") {
    Practice e;
    e.row("SREvent", "1");
    e.reading("1", "2469.", "190", "03 Feb 2020 09:10:00")
        .reading("2", "246A.", "110", "03 Feb 2020 09:10:00");
    e.row("SRProblem", "1", {{"IDCode", "1"}});
    const Run r = e.run();
    CHECK(r.one("Observation", "SRCode", "1")["valueQuantity"]["value"] == 190);
    const Json c = r.one("Condition", "SRCode", "1");
    CHECK(extension(c, "Extension-UKCore-ActualProblem").find("Observation/") != std::string::npos);
}

TEST_CASE(
    "tpp: who the patient's doctor is: the practice, and the named GP, who looks after the registration") {
    Practice e;
    e.row("SRPatientRegistration", "1",
          {{"RegistrationStatus", "GMS"}, {"DateRegistration", "01 Jan 2015 00:00:00"}});
    e.row("SRGPPracticeHistory", "1",
          {{"IDPractice", kHere}, {"IDProfileRegisteredGP", "21"}, {"DateFrom", "01 Jan 2015 00:00:00"}});
    const Run r = e.run();
    const Json p = r.one("Patient", "SRPatient", "1");
    REQUIRE(p["generalPractitioner"].size() == 2);
    CHECK(key_of(r, p["generalPractitioner"][0]) == kHere);
    CHECK(key_of(r, p["generalPractitioner"][1]) == "21");
    CHECK(Run::rest(p, "SRGPPracticeHistory.IDPractice").empty());
    CHECK(Run::rest(p, "SRGPPracticeHistory.DateFrom") == "2015-01-01");
    const Json c = r.one("EpisodeOfCare", "SRPatientRegistration", "1");
    CHECK(key_of(r, c["careManager"]) == "21");
    CHECK(key_of(r, c["managingOrganization"]) == kHere);
}

TEST_CASE("tpp: the GP of somebody who has left looked after the last registration here") {
    Practice e;
    for (const auto& [id, start, end] :
         {std::tuple{"1", "01 Jan 2001", "01 Jan 2002"}, {"2", "01 Jan 2011", "01 Jan 2012"}})
        e.row("SRPatientRegistration", id,
              {{"RegistrationStatus", "GMS"}, {"DateRegistration", start}, {"DateDeRegistration", end}});
    e.row("SRPatientRegistration", "3",
          {{"RegistrationStatus", "GMS"}, {"DateRegistration", "01 Jan 2013"}, {"IDOrganisation", "Y54321"}});
    e.row("SRGPPracticeHistory", "1", {{"IDPractice", kHere}, {"IDProfileRegisteredGP", "21"}});
    const Run r = e.run();
    CHECK(key_of(r, r.one("Patient", "SRPatient", "1")["managingOrganization"]) == kHere);
    CHECK_FALSE(r.one("EpisodeOfCare", "SRPatientRegistration", "1").contains("careManager"));
    CHECK(key_of(r, r.one("EpisodeOfCare", "SRPatientRegistration", "2")["careManager"]) == "21");
    CHECK_FALSE(r.one("EpisodeOfCare", "SRPatientRegistration", "3").contains("careManager"));
}

TEST_CASE("tpp: a repeat that ended on a stated day was stopped, and says when") {
    Practice e;
    e.row("SRRepeatTemplate", "1",
          {{"NameOfMedication", "Something"},
           {"DateMedicationTemplateStart", "01 Jan 2020"},
           {"DateMedicationTemplateEnd", "01 Jun 2020"}});
    const Run r = e.run();
    const Json plan = r.one("MedicationRequest", "SRRepeatTemplate", "1");
    CHECK(plan["status"] == "stopped");
    CHECK(plan.dump().find("2020-06-01") != std::string::npos);
    CHECK(r.one("MedicationStatement", "SRRepeatTemplate", "1")["status"] == "stopped");
    CHECK(r.one("MedicationStatement", "SRRepeatTemplate", "1")["effectivePeriod"]["end"] == "2020-06-01");
}

TEST_CASE("tpp: a consultation says which organisation held it, and where in words") {
    Practice e;
    e.add("SRConfiguredListOption", {{"RowIdentifier", "3"}, {"ConfiguredListOption", "Patient's home"}});
    e.row("SREvent", "1",
          {{"IDOrganisationDoneAt", kHere}, {"ContactEventLocation", "3"}, {"IDBranch", "77"}});
    e.row("SREvent", "2", {{"IDOrganisationDoneAt", "Y54321"}, {"IDOrganisation", kHere}});
    // Done here, though another unit typed it.
    e.row("SREvent", "3", {{"IDOrganisationDoneAt", kHere}, {"IDOrganisation", "Y54321"}});
    const Run r = e.run();
    const Json here = r.one("Encounter", "SREvent", "1"), there = r.one("Encounter", "SREvent", "2");
    CHECK(key_of(r, r.one("Encounter", "SREvent", "3")["serviceProvider"]) == kHere);
    CHECK(Run::rest(r.one("Encounter", "SREvent", "3"), "SREvent.IDOrganisation") == "Y54321");
    CHECK(key_of(r, here["serviceProvider"]) == kHere);
    CHECK(key_of(r, there["serviceProvider"]) == "Y54321");
    CHECK_FALSE(here.contains("serviceType"));
    CHECK(key_of(r, here["location"][0]["location"]) == "77");
    CHECK(here["location"][1]["location"]["display"] == "Patient's home");
}

TEST_CASE("tpp: an appointment has its minutes, its place, its way of contact; the rota its clinicians") {
    Practice e;
    e.add("SRRota", {{"RowIdentifier", "501"}, {"Name", "Morning"}, {"IDBranch", "77"}});
    e.add("SRMapping", {{"RowIdentifier", "82"}, {"Mapping", "Finished"}});
    const Cells cells = {{"DateStart", "03 Feb 2020 09:00:00"},
                         {"DateEnd", "03 Feb 2020 09:15:00"},
                         {"AppointmentStatus", "82"},
                         {"IDProfileClinician", "21"},
                         {"IDRota", "501"},
                         {"RotaName", "Morning"},
                         {"RotaType", "GP"},
                         {"TelephoneAppointment", "TRUE"}};
    e.row("SRAppointment", "1", cells);
    Cells other = cells;
    other["RotaName"] = "Another name";
    other["TelephoneAppointment"] = "FALSE";
    e.row("SRAppointment", "2", other);
    const Run r = e.run();
    const Json a = r.one("Appointment", "SRAppointment", "1");
    CHECK(a["minutesDuration"] == 15);
    CHECK_FALSE(a.contains("description"));
    CHECK(extension(a, "DeliveryChannel").find("Telephone") != std::string::npos);
    std::vector<std::string> with;
    for (const Json& p : a["participant"]) with.push_back(key_of(r, p["actor"]));
    CHECK(with == std::vector<std::string>{"1", "77", "21"});
    CHECK(r.one("Appointment", "SRAppointment", "2")["description"] == "Another name");
    CHECK(extension(r.one("Appointment", "SRAppointment", "2"), "DeliveryChannel").empty());
    const Json s = r.one("Schedule", "SRRota", "501");
    REQUIRE(s["actor"].size() == 2);
    CHECK(key_of(r, s["actor"][0]) == "77");
    CHECK(key_of(r, s["actor"][1]) == "21");
    for (const Json& slot : r.of("Slot")) CHECK(slot["serviceType"][0]["text"] == "GP");
}

TEST_CASE("tpp: an acute prescription is a course, a plan and an order, each with what is its own") {
    Practice e;
    e.row("SREvent", "1");
    e.row("SRPrimaryCareMedication", "1",
          {{"NameOfMedication", "Something 5mg"},
           {"MedicationQuantity", "14 tablets"},
           {"MedicationDosage", "one daily"},
           {"DateMedicationStart", "03 Feb 2020 00:00:00"},
           {"DateMedicationEnd", "17 Feb 2020 00:00:00"},
           {"IDDoneBy", "11"},
           {"IDEvent", "1"},
           {"IsRepeatMedication", "FALSE"},
           {"IsOtherMedication", "FALSE"}});
    const Run r = e.run();
    Json plan, order;
    for (const Json& m : r.of("MedicationRequest")) (m["intent"] == "plan" ? plan : order) = m;
    CHECK(order["dispenseRequest"]["expectedSupplyDuration"]["value"] == 14);
    CHECK(order["dispenseRequest"]["expectedSupplyDuration"]["code"] == "d");
    CHECK_FALSE(order["dispenseRequest"].contains("validityPeriod"));
    // The source says nothing of substitution: no word of ours stands for it.
    CHECK_FALSE(order.value("substitution", Json::object()).contains("allowedCodeableConcept"));
    CHECK(plan["dispenseRequest"]["quantity"]["value"] == 14);
    CHECK_FALSE(plan["dispenseRequest"].contains("expectedSupplyDuration"));
    CHECK(plan["courseOfTherapyType"]["coding"][0]["display"] == "Short course (acute) therapy");
    CHECK(extension(plan, "MedicationRepeatInformation").find("\"valueUnsignedInt\":1") != std::string::npos);
    const Json course = r.of("MedicationStatement")[0];
    CHECK(course["effectivePeriod"]["end"] == "2020-02-17");
    CHECK_FALSE(course.contains("informationSource"));
    CHECK_FALSE(course.contains("context"));
    // Flags that say no, and what the request says already, do not stand beside the course.
    CHECK(course.dump().find("fhir/rest") == std::string::npos);
    CHECK(plan.dump().find("IsOtherMedication") == std::string::npos);
}

TEST_CASE("tpp: repeat dispensing is said as a kind of prescription; other words of its status are kept") {
    Practice e;
    for (const auto& [id, word] : {std::pair{"1", "Repeat dispensed"}, {"2", "Private"}})
        e.row("SRRepeatTemplate", id,
              {{"NameOfMedication", "Something"},
               {"DrugStatus", word},
               {"DateMedicationTemplateStart", "01 Jan 2020"}});
    const Run r = e.run();
    const auto type = [&](const char* id) {
        return extension(r.one("MedicationRequest", "SRRepeatTemplate", id), "PrescriptionType");
    };
    CHECK(type("1").find("\"repeat-dispensing\"") != std::string::npos);
    CHECK(type("2").find("\"repeat\"") != std::string::npos);
    CHECK(Run::rest(r.one("MedicationRequest", "SRRepeatTemplate", "2"), "SRRepeatTemplate.DrugStatus") ==
          "Private");
}

TEST_CASE("tpp: a code of a refused vaccination is a vaccination not given, and never one that was") {
    Practice e;
    e.row("SRCode", "1", {{"CTV3Code", "9OX5."}, {"SNOMEDCode", "315640000"}, {"SNOMEDText", "Declined"}});
    e.row("SRCode", "2", {{"SNOMEDCode", "1240661000000107"}});
    e.row("SRCode", "3", {{"SNOMEDCode", "90351000119108"}});
    const Run r = e.run();
    const Json refused = r.one("Immunization", "SRCode", "1");
    CHECK(refused["status"] == "not-done");
    CHECK(refused["statusReason"]["coding"][0]["code"] == "PATOBJ");
    CHECK(refused["occurrenceDateTime"] == "2020-02-03T09:10:00+00:00");
    CHECK(extension(refused, "VaccinationProcedure").find("315640000") != std::string::npos);
    CHECK(r.one("Immunization", "SRCode", "2")["statusReason"]["coding"][0]["code"] == "MEDPREC");
    CHECK(r.one("Immunization", "SRCode", "3")["status"] == "not-done");
    CHECK(r.of("Observation").empty());
}

TEST_CASE("tpp: a row of SRImmunisation whose code says that it was refused is no vaccination given") {
    Practice e;
    e.row("SRImmunisation", "1", {{"ImmsSNOMEDCode", "315640000"}});
    e.row("SRImmunisation", "2", {{"ImmsSNOMEDCode", "90351000119108"}});
    e.row("SRImmunisation", "3", {{"ImmsSNOMEDCode", "39343008"}});
    const Run r = e.run();
    CHECK(r.one("Immunization", "SRImmunisation", "1")["status"] == "not-done");
    CHECK(r.one("Immunization", "SRImmunisation", "1")["statusReason"]["coding"][0]["code"] == "PATOBJ");
    CHECK(r.one("Immunization", "SRImmunisation", "2")["status"] == "not-done");
    CHECK(r.one("Immunization", "SRImmunisation", "3")["status"] == "completed");
}

TEST_CASE("tpp: an appointment of a patient who never came is held, and makes no slot without its patient") {
    Practice e;
    e.add("SRMapping", {{"RowIdentifier", "81"}, {"Mapping", "Booked"}});
    e.add("SRAppointment", {{"RowIdentifier", "1"},
                            {"IDPatient", "99"},
                            {"AppointmentStatus", "81"},
                            {"DateStart", "03 Feb 2020 09:00:00"}});
    const Run r = e.run();
    CHECK(r.of("Appointment").empty());
    CHECK(r.fate("SRAppointment", "1") == std::vector<std::string>{"held:no-such-patient"});
}

TEST_CASE("tpp: the day of a referral is its own; when it was typed is kept") {
    Practice e;
    e.row("SRReferralOut", "1", {{"DateEventRecorded", "05 Feb 2020 12:00:00"}});
    const Run r = e.run();
    const Json s = r.one("ServiceRequest", "SRReferralOut", "1");
    CHECK(s["authoredOn"] == "2020-02-03T09:10:00+00:00");
    CHECK(Run::rest(s, "SRReferralOut.DateEventRecorded") == "2020-02-05 12:00:00");
}

TEST_CASE("tpp: a document has the moment it was filed when that is one") {
    Practice e;
    e.row("SRLetter", "1", {{"DateEventRecorded", "05 Feb 2020 12:00:00"}});
    e.row("SRLetter", "2", {{"DateEventRecorded", "05 Jul 2020 00:00:00"}});
    const Run r = e.run();
    CHECK(r.one("DocumentReference", "SRLetter", "1")["date"] == "2020-02-05T12:00:00+00:00");
    CHECK_FALSE(r.one("DocumentReference", "SRLetter", "2").contains("date"));
    CHECK(Run::rest(r.one("DocumentReference", "SRLetter", "2"), "SRLetter.DateEventRecorded") ==
          "2020-07-05");
}
