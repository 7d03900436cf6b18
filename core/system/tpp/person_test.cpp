// People, staff, registrations, appointments: each trap of the format's notes.
#include "core/system/tpp/test_extract.hpp"

using namespace gpswitch;
using namespace gpswitch::tpp_test;

namespace {

struct Practice : Extract {
    Practice() {
        add("SROrganisation",
            {{"RowIdentifier", "900"}, {"ID", kHere}, {"Name", "Here"}, {"IDCcg", "5"}, {"IDTrust", "6"}});
        add("SROrganisation",
            {{"RowIdentifier", "901"}, {"ID", "Y54321"}, {"Name", "There"}, {"MadeObsolete", "TRUE"}});
        add("SROrganisation", {{"RowIdentifier", "902"}, {"ID", ""}, {"Name", "Nameless"}});
        add("SRCcg", {{"RowIdentifier", "5"}, {"Name", "Commissioners"}})
            .add("SRTrust", {{"RowIdentifier", "6"}, {"Name", "Dead trust"}});
        add("SRStaffMember", {{"RowIdentifier", "11"}, {"StaffName", "Dr Ada Drama"}});
        profile("20", "11", kHere, "01 Jan 2010 00:00:00")
            .profile("21", "11", kHere, "01 Jan 2016 00:00:00")
            .profile("23", "11", "Y54321", "01 Jan 2005 00:00:00");
    }
    Practice& profile(const std::string& id, const std::string& person, const std::string& place,
                      const std::string& start, Cells more = {}) {
        more.insert({{"RowIdentifier", id},
                     {"IDStaffMember", person},
                     {"IDOrganisation", place},
                     {"DateEmploymentStart", start}});
        add("SRStaffMemberProfile", more);
        return *this;
    }
    Practice& code(const std::string& id, Cells more) {
        more.insert({{"RowIdentifier", id},
                     {"IDPatient", "1"},
                     {"CTV3Code", "22A.."},
                     {"DateEvent", "03 Feb 2020 00:00:00"}});
        add("SRCode", more);
        return *this;
    }
    Practice& registration(const std::string& id, const std::string& words, Cells more = {}) {
        more.insert({{"RowIdentifier", id},
                     {"IDPatient", "1"},
                     {"RegistrationStatus", words},
                     {"DateRegistration", "01 Jan 2015 00:00:00"}});
        add("SRPatientRegistration", more);
        return *this;
    }
};

std::string key_of(const Run& r, const std::string& reference) {
    for (const Json& e : r.entities)
        if (e["resourceType"].get<std::string>() + "/" + e["id"].get<std::string>() == reference)
            return e["identifier"][0]["value"];
    return {};
}
std::string performer(const Run& r, const std::string& code) {
    return r.one("Observation", "SRCode", code)["performer"][0].value("reference", "");
}

}  // namespace

TEST_CASE(
    "tpp traps 28 and 32: a person is resolved by the place, and of several roles there the last counts") {
    Practice e;
    e.patient("1").add("SREvent", {});
    e.code("1", {{"IDDoneBy", "11"}, {"IDOrganisationDoneAt", kHere}})
        .code("2", {{"IDDoneBy", "11"}, {"IDOrganisationDoneAt", "Y54321"}});
    const Run r = e.run();
    CHECK(key_of(r, performer(r, "1")) == "21");
    CHECK(key_of(r, performer(r, "2")) == "23");
}

TEST_CASE(
    "tpp trap 29: a person without a role at that place is the person, and one whom nobody knows is the "
    "place") {
    Practice e;
    e.add("SRStaffMember", {{"RowIdentifier", "12"}, {"StaffName", "Locum"}}).patient("1");
    e.code("1", {{"IDDoneBy", "12"}, {"IDOrganisationDoneAt", kHere}})
        .code("2", {{"IDDoneBy", "99"}, {"IDOrganisationDoneAt", kHere}});
    e.code("3", {{"IDDoneBy", "-1"}});
    const Run r = e.run();
    CHECK(performer(r, "1").starts_with("Practitioner/"));
    CHECK(performer(r, "2").starts_with("Organization/"));
    CHECK(r.one("Observation", "SRCode", "2")["performer"][0]["identifier"]["value"] == "99");
    CHECK_FALSE(r.one("Observation", "SRCode", "3").contains("performer"));
}

TEST_CASE("tpp traps 30 and 31: a role of nobody is left out by name, and an invalid GMP code is none") {
    Practice e;
    e.profile("30", "", kHere, "")
        .profile("31", "11", kHere, "01 Jan 2020 00:00:00", {{"GmpID", "Invalid Id"}})
        .patient("1");
    e.code("1", {{"IDDoneBy", "11"}, {"IDOrganisationDoneAt", kHere}});
    const Run r = e.run();
    CHECK(r.fate("SRStaffMemberProfile", "30") ==
          std::vector<std::string>{"excluded:profile-without-person"});
    CHECK(r.one("PractitionerRole", "SRStaffMemberProfile", "31").dump().find("Invalid") ==
          std::string::npos);
}

TEST_CASE("tpp traps 25, 26 and 27: organisations are named by their code; closed ones stay") {
    Practice e;
    e.patient("1");
    e.registration("1", "GMS").registration("2", "GMS", {{"IDOrganisation", "Y54321"}});
    const Run r = e.run();
    const Json here = r.one("Organization", "SROrganisation", kHere),
               there = r.one("Organization", "SROrganisation", "Y54321");
    CHECK(here["active"] == true);
    CHECK(there["active"] == false);
    CHECK(key_of(r, here["partOf"]["reference"]) == "5");
    CHECK(Run::rest(here, "SROrganisation.IDTrust") == "6");
    CHECK(r.fate("SROrganisation", "") == std::vector<std::string>{"excluded:organisation-without-code"});
}

TEST_CASE("tpp trap 82: the name of staff is one text and is not split") {
    Practice e;
    e.patient("1");
    e.code("1", {{"IDDoneBy", "11"}, {"IDOrganisationDoneAt", kHere}});
    const Json p = e.run().one("Practitioner", "SRStaffMember", "11");
    CHECK(p["name"][0]["text"] == "Dr Ada Drama");
    CHECK_FALSE(p["name"][0].contains("family"));
}

TEST_CASE("tpp traps 36 to 39: registrations elsewhere, several words, ends, applications") {
    Practice e;
    e.patient("1");
    e.registration("1", "Contraception, GMS").registration("2", "GMS", {{"IDOrganisation", "Y54321"}});
    e.registration("3", "GMS", {{"DateDeRegistration", "01 Jan 2020 00:00:00"}})
        .registration("4", "GMS", {{"DateDeRegistration", "01 Jan 2027 00:00:00"}});
    e.registration("5", "Applied").registration("6", "Something new");
    const Run r = e.run();
    const auto episode = [&](const char* id) { return r.one("EpisodeOfCare", "SRPatientRegistration", id); };
    CHECK(episode("1")["type"][0]["coding"][0]["code"] == "regular");
    CHECK(episode("1")["type"][0]["text"] == "Contraception, GMS");
    CHECK(episode("2")["status"] == "finished");
    CHECK(key_of(r, episode("2")["managingOrganization"]["reference"]) == "Y54321");
    CHECK(episode("3")["status"] == "finished");
    CHECK(episode("4")["status"] == "active");
    CHECK(episode("5")["status"] == "planned");
    CHECK_FALSE(episode("6")["type"][0].contains("coding"));
    CHECK(episode("6")["type"][0]["text"] == "Something new");
}

TEST_CASE("tpp traps 40 and 41: verified is said only when it is; test people are tagged") {
    Practice e;
    e.patient("1", {{"NHSNumber", "9990008019"}, {"SpineMatched", "FALSE"}, {"TestPatient", "TRUE"}});
    e.patient("2", {{"NHSNumber", "9990008027"}, {"SpineMatched", "TRUE"}, {"TestPatient", "FALSE"}});
    const Run r = e.run();
    const Json one = r.one("Patient", "SRPatient", "1"), two = r.one("Patient", "SRPatient", "2");
    CHECK(one["identifier"].dump().find("Verification") == std::string::npos);
    CHECK(one["meta"]["tag"][0]["code"] == "HTEST");
    CHECK(two["identifier"].dump().find("\"01\"") != std::string::npos);
    CHECK_FALSE(two["meta"].contains("tag"));
}

TEST_CASE(
    "tpp traps 42 and 43: an address is lines, a number without digits is none, days that stand for none "
    "go") {
    Practice e;
    e.words("1", "Home").words("2", "Mobile").patient("1");
    e.add("SRPatientAddressHistory", {{"RowIdentifier", "1"},
                                      {"IDPatient", "1"},
                                      {"NumberOfBuilding", "5 Tree Road"},
                                      {"AddressType", "1"},
                                      {"DateEvent", "01 Jan 1900 00:00:00"}});
    e.add("SRPatientContactDetails",
          {{"RowIdentifier", "1"}, {"IDPatient", "1"}, {"ContactType", "2"}, {"ContactNumber", ""}});
    e.add("SRPatientContactDetails", {{"RowIdentifier", "2"},
                                      {"IDPatient", "1"},
                                      {"ContactType", "2"},
                                      {"ContactNumber", "07700 900001"}});
    const Run r = e.run();
    const Json p = r.one("Patient", "SRPatient", "1");
    CHECK(p["address"][0]["line"][0] == "5 Tree Road");
    CHECK_FALSE(p["address"][0].contains("period"));
    REQUIRE(p["telecom"].size() == 1);
    CHECK(p["telecom"][0]["use"] == "mobile");
    CHECK(r.fate("SRPatientContactDetails", "1") ==
          std::vector<std::string>{"excluded:contact-without-number"});
}

TEST_CASE("tpp traps 33 and 44: a relationship's numbers each on their own, and an NHS number is one") {
    Practice e;
    e.patient("1");
    e.add("SRPatientRelationship", {{"RowIdentifier", "1"},
                                    {"IDPatient", "1"},
                                    {"RelationshipType", "Daughter"},
                                    {"CodeRelationshipWithUser", "9990008019"},
                                    {"RelationshipWithMobileTelephone", "07700 900002"}});
    e.add("SRPatientRelationship", {{"RowIdentifier", "2"},
                                    {"IDPatient", "1"},
                                    {"RelationshipType", "Social Worker"},
                                    {"CodeRelationshipWithUser", "ABC"}});
    const Run r = e.run();
    const Json one = r.one("RelatedPerson", "SRPatientRelationship", "1");
    CHECK(one["telecom"][0]["value"] == "07700 900002");
    CHECK(one["telecom"][0]["use"] == "mobile");
    CHECK(one["identifier"].dump().find("nhs-number") != std::string::npos);
    CHECK(r.one("RelatedPerson", "SRPatientRelationship", "2")["identifier"].dump().find("nhs-number") ==
          std::string::npos);
}

TEST_CASE("tpp trap 46: the time of birth is kept only when there is one") {
    Practice e;
    e.patient("1", {{"DateBirth", "12 Jan 1950 04:30"}}).patient("2", {{"DateBirth", "12 Jan 1950 00:00"}});
    const Run r = e.run();
    CHECK(r.one("Patient", "SRPatient", "1")["birthDate"] == "1950-01-12");
    CHECK(Run::rest(r.one("Patient", "SRPatient", "1"), "SRPatient.DateBirth") == "1950-01-12 04:30:00");
    CHECK(Run::rest(r.one("Patient", "SRPatient", "2"), "SRPatient.DateBirth").empty());
}

TEST_CASE("tpp: ethnicity and marital status come from the latest coded entry, its case counting") {
    Practice e;
    e.patient("1");
    e.code("1", {{"CTV3Code", "XaJRG"}, {"DateEvent", "01 Jan 2010 00:00:00"}})
        .code("2", {{"CTV3Code", "9S1.."}, {"DateEvent", "01 Jan 2012 00:00:00"}});
    e.code("3", {{"CTV3Code", "1331."}})
        .code("4", {{"CTV3Code", "9s1.."}, {"DateEvent", "01 Jan 2020 00:00:00"}});
    const Json p = e.run().one("Patient", "SRPatient", "1");
    CHECK(p.dump().find("\"code\":\"C\"") != std::string::npos);
    CHECK(p["maritalStatus"]["coding"][0]["code"] == "S");
}

TEST_CASE("tpp trap 24: a visit and an appointment may have the same id") {
    Practice e;
    e.words("82", "Finished").patient("1");
    e.add("SRAppointment", {{"RowIdentifier", "5"},
                            {"IDPatient", "1"},
                            {"AppointmentStatus", "82"},
                            {"DateStart", "03 Feb 2026 09:00:00"},
                            {"DateEnd", "03 Feb 2026 09:10:00"}});
    e.add("SRVisit", {{"RowIdentifier", "5"},
                      {"IDPatient", "1"},
                      {"CurrentStatus", "82"},
                      {"DateRequested", "03 Feb 2026 14:00:00"},
                      {"Duration", "20"}});
    const Run r = e.run();
    CHECK(r.one("Appointment", "SRAppointment", "5")["id"] != r.one("Appointment", "SRVisit", "5")["id"]);
    CHECK(r.one("Appointment", "SRVisit", "5")["end"] == "2026-02-03T14:20:00+00:00");
}

TEST_CASE("tpp trap 62: an appointment of nobody is a slot") {
    Practice e;
    e.words("81", "Booked")
        .words("86", "Blocked")
        .patient("1")
        .add("SRRota", {{"RowIdentifier", "501"}, {"Name", "Morning"}});
    for (const auto& [id, word] : {std::pair{"1", "81"}, {"2", "86"}})
        e.add("SRAppointment", {{"RowIdentifier", id},
                                {"IDPatient", "-1"},
                                {"AppointmentStatus", word},
                                {"IDRota", "501"},
                                {"DateStart", "03 Feb 2026 09:00:00"},
                                {"DateEnd", "03 Feb 2026 09:10:00"}});
    const Run r = e.run();
    CHECK(r.one("Slot", "SRAppointment", "1")["status"] == "free");
    CHECK(r.one("Slot", "SRAppointment", "2")["status"] == "busy-unavailable");
    CHECK(r.of("Schedule").size() == 1);
}

TEST_CASE("tpp trap 63: statuses are known by how they begin; a word that is not known is told of") {
    const std::vector<std::pair<std::string, std::string>> words = {
        {"Cancelled by Unit", "cancelled"},
        {"Cancelled by Organisation", "cancelled"},
        {"Rejected by Service", "cancelled"},
        {"Did Not Attend", "noshow"},
        {"No Access Visit", "noshow"},
        {"Patient Walked Out", "noshow"},
        {"Finished", "fulfilled"},
        {"In Progress", "checked-in"},
        {"Waiting", "arrived"},
        {"Requested", "proposed"},
        {"Booked by Somebody", "booked"},
        {"Under Review", "pending"}};
    Practice e;
    e.patient("1");
    for (std::size_t i = 0; i < words.size(); ++i) {
        const std::string id = std::to_string(i + 1);
        e.words(id, words[i].first);
        e.add("SRAppointment", {{"RowIdentifier", id},
                                {"IDPatient", "1"},
                                {"AppointmentStatus", id},
                                {"DateStart", "03 Feb 2026 09:00:00"},
                                {"DateEnd", "03 Feb 2026 09:10:00"}});
    }
    const Run r = e.run();
    for (std::size_t i = 0; i < words.size(); ++i) {
        const Json a = r.one("Appointment", "SRAppointment", std::to_string(i + 1));
        CHECK_MESSAGE(a["status"] == words[i].second, words[i].first);
        CHECK(Run::rest(a, "SRAppointment.AppointmentStatus") == words[i].first);
    }
    CHECK(r.found("TPP-STATUS-001") == 1);
}

TEST_CASE("tpp traps 57 and 58: links to what was never sent, and to two things") {
    Practice e;
    e.words("82", "Finished")
        .patient("1")
        .add("SREvent", {{"RowIdentifier", "1"}, {"IDPatient", "1"}, {"DateEvent", "03 Feb 2026 09:00:00"}});
    e.add("SRAppointment", {{"RowIdentifier", "5"},
                            {"IDPatient", "1"},
                            {"AppointmentStatus", "82"},
                            {"DateStart", "03 Feb 2026 09:00:00"},
                            {"DateEnd", "03 Feb 2026 09:10:00"}});
    e.add("SREventLink", {{"RowIdentifier", "1"},
                          {"IDPatient", "1"},
                          {"IDEvent", "1"},
                          {"IDAppointment", "777"},
                          {"IDVisit", "-1"}});
    e.add("SREventLink", {{"RowIdentifier", "2"},
                          {"IDPatient", "1"},
                          {"IDEvent", "1"},
                          {"IDAppointment", "5"},
                          {"IDVisit", "6"}});
    const Run r = e.run();
    const Json event = r.one("Encounter", "SREvent", "1");
    REQUIRE(event["appointment"].size() == 1);
    CHECK(Run::rest(event, "SREventLink.IDAppointment") == "777");
    CHECK(Run::rest(event, "SREventLink.IDVisit") == "6");
    CHECK(r.found("TPP-LINK-002") == 1);
}

TEST_CASE("tpp trap 59: the clinician is that of the appointment, never the owner of the rota") {
    Practice e;
    e.words("82", "Finished").patient("1");
    e.add("SRAppointment", {{"RowIdentifier", "5"},
                            {"IDPatient", "1"},
                            {"AppointmentStatus", "82"},
                            {"IDProfileClinician", "21"},
                            {"IDProfileRotaOwner", "20"},
                            {"DateStart", "03 Feb 2026 09:00:00"},
                            {"DateEnd", "03 Feb 2026 09:10:00"}});
    const Run r = e.run();
    const Json a = r.one("Appointment", "SRAppointment", "5");
    REQUIRE(a["participant"].size() == 2);
    CHECK(key_of(r, a["participant"][1]["actor"]["reference"]) == "21");
}

TEST_CASE("tpp trap 78: the removal of a flag names no appointment") {
    Practice e;
    e.words("82", "Finished").words("101", "Needs a room").words("102", "Interpreter").patient("1");
    e.add("SRAppointment", {{"RowIdentifier", "5"},
                            {"IDPatient", "1"},
                            {"AppointmentStatus", "82"},
                            {"DateStart", "03 Feb 2026 09:00:00"},
                            {"DateEnd", "03 Feb 2026 09:10:00"}});
    for (const auto& [id, word] : {std::pair{"1", "101"}, {"2", "102"}})
        e.add("SRAppointmentFlags", {{"RowIdentifier", id}, {"IDAppointment", "5"}, {"Flag", word}});
    e.deliver();
    e.add("SRAppointmentFlags", {{"RowIdentifier", "1"}, {"RemovedData", "1"}, {"IDAppointment", ""}})
        .deliver();
    CHECK(e.run().one("Appointment", "SRAppointment", "5")["comment"] == "Interpreter");
}

TEST_CASE("tpp trap 56: an event that is no consultation says so") {
    Practice e;
    e.patient("1").add("SREvent", {{"RowIdentifier", "1"},
                                   {"IDPatient", "1"},
                                   {"ClinicalEvent", "FALSE"},
                                   {"EventIncomplete", "TRUE"},
                                   {"DateEvent", "03 Feb 2026 09:00:00"}});
    const Json event = e.run().one("Encounter", "SREvent", "1");
    CHECK(Run::rest(event, "SREvent.ClinicalEvent") == "FALSE");
    CHECK(event["status"] == "in-progress");
}

TEST_CASE("tpp trap 45: a parent younger than the child is told of") {
    Practice e;
    e.patient("1");
    for (const auto& [id, type, born] : {std::tuple{"1", "Mother", "01 Jan 1990 00:00:00"},
                                         {"2", "Mother", "01 Jan 1930 00:00:00"},
                                         {"3", "Son", "01 Jan 1950 00:00:00"}})
        e.add("SRPatientRelationship", {{"RowIdentifier", id},
                                        {"IDPatient", "1"},
                                        {"RelationshipType", type},
                                        {"RelationshipWithDateOfBirth", born}});
    const Run r = e.run();
    CHECK(r.found("TPP-REL-001") == 2);
    CHECK(r.of("RelatedPerson").size() == 3);
}

TEST_CASE("tpp trap 60: a rota without a beginning begins with its first appointment") {
    Practice e;
    e.words("82", "Booked").patient("1").add("SRRota", {{"RowIdentifier", "501"}, {"Name", "Morning"}});
    for (const auto& [id, start] : {std::pair{"1", "05 Feb 2026 09:00:00"}, {"2", "03 Feb 2026 09:00:00"}})
        e.add("SRAppointment", {{"RowIdentifier", id},
                                {"IDPatient", "-1"},
                                {"AppointmentStatus", "82"},
                                {"IDRota", "501"},
                                {"DateStart", start},
                                {"DateEnd", start}});
    CHECK(e.run().one("Schedule", "SRRota", "501")["planningHorizon"]["start"] == "2026-02-03");
}

TEST_CASE("tpp: a booked appointment has the slot of its rota, which says nothing of the patient") {
    Practice e;
    e.words("82", "Finished")
        .words("84", "Cancelled by Unit")
        .patient("1")
        .add("SRRota", {{"RowIdentifier", "501"}, {"Name", "Morning"}});
    for (const auto& [id, word] : {std::pair{"1", "82"}, {"2", "84"}})
        e.add("SRAppointment", {{"RowIdentifier", id},
                                {"IDPatient", "1"},
                                {"AppointmentStatus", word},
                                {"IDRota", "501"},
                                {"RotaName", "Morning"},
                                {"DatePatientArrival", "03 Feb 2026 08:55:00"},
                                {"DateStart", "03 Feb 2026 09:00:00"},
                                {"DateEnd", "03 Feb 2026 09:10:00"}});
    const Run r = e.run();
    const Json slot = r.one("Slot", "SRAppointment", "1");
    CHECK(slot["status"] == "busy");
    CHECK(key_of(r, slot["schedule"]["reference"]) == "501");
    CHECK(slot.dump().find("/rest") == std::string::npos);
    CHECK(r.one("Appointment", "SRAppointment", "1")["slot"][0]["reference"] ==
          "Slot/" + slot["id"].get<std::string>());
    CHECK_FALSE(r.one("Appointment", "SRAppointment", "2").contains("slot"));
    CHECK(Run::rest(r.one("Appointment", "SRAppointment", "2"), "SRAppointment.IDRota") == "501");
}
