// Patients, registrations, staff, consultations, referrals.
#include "core/system/vision/test_extract.hpp"

using namespace gpswitch;
using namespace gpswitch::vision_test;
using Strings = std::vector<std::string>;

namespace {

Json episode(Cells cells) {
    Extract e;
    e.patient("5001", std::move(cells));
    return e.run().one("EpisodeOfCare", "patient", "5001");
}

std::string value(const Json& e, const char* list) { return e[list][0]["coding"][0]["code"]; }

}  // namespace

TEST_CASE("vision: ACTIVE is the type of registration, and left or deceased take its place") {
    for (const auto& [letter, type] : std::map<std::string, std::string>{
             {"R", "regular"}, {"T", "temporary"}, {"S", "other"}, {"P", "private"}}) {
        const Json e = episode({{"ACTIVE", letter}});
        CHECK(value(e, "type") == type);
        CHECK(e["status"] == "active");
        CHECK(e["period"]["start"] == "2015-04-01");
    }
    const Json left = episode({{"ACTIVE", "L"}, {"REMOVED_DATE", "20240601"}});
    CHECK(left["status"] == "finished");
    CHECK(left["period"]["end"] == "2024-06-01");
    CHECK_FALSE(left.contains("type"));
    CHECK(Run::rest(left, "patient.ACTIVE") == "L");
    CHECK(episode({{"ACTIVE", "D"}})["status"] == "finished");
    // A removal still to come: active until then.
    CHECK(episode({{"ACTIVE", "R"}, {"REMOVED_DATE", "20270101"}})["status"] == "active");
    CHECK(episode({{"ACTIVE", "L"}, {"REMOVED_DATE", "20270101"}})["status"] == "active");
    CHECK(episode({{"ACTIVE", "R"}, {"REMOVED_DATE", "20260101"}})["status"] == "finished");
}

TEST_CASE("vision: the type of who has left is that of an earlier delivery, when one is at hand") {
    Extract e;
    e.patient("5001", {{"ACTIVE", "P"}}).deliver();
    e.patient("5001", {{"ACTIVE", "L"}, {"REMOVED_DATE", "20260301"}, {"ACTION", "U"}});
    const Json left = e.run().one("EpisodeOfCare", "patient", "5001");
    CHECK(value(left, "type") == "private");
    CHECK(left["status"] == "finished");
    CHECK(Run::rest(left, "patient.ACTIVE") == "L");
}

TEST_CASE(
    "vision: another REGISTERED_DATE is another episode, which ends the one before when nothing else does") {
    Extract e;
    e.patient("5001", {{"REGISTERED_DATE", "20100101"}}).deliver();
    e.patient("5001", {{"REGISTERED_DATE", "20260302"}, {"ACTION", "U"}});
    const Run r = e.run();
    REQUIRE(r.of("EpisodeOfCare").size() == 2);
    const Json before = r.one("EpisodeOfCare", "patient", "5001#2010-01-01");
    CHECK(before["status"] == "finished");
    CHECK(before["period"]["end"] == "2026-03-02");
    CHECK(value(before, "type") == "regular");
    CHECK(r.one("EpisodeOfCare", "patient", "5001")["status"] == "active");
    CHECK(r.fate("patient", "5001") == Strings{"migrated", "migrated"});
}

TEST_CASE("vision: who the patient is") {
    Extract e;
    e.staff("901");
    e.patient("5001", {{"TITLE", "Ms"},
                       {"FORENAME", "Anna Beth"},
                       {"SURNAME", "Arran"},
                       {"SEX", "I"},
                       {"DATE_OF_BIRTH", "19600500"},
                       {"NHS_NUMBER", "9990007006"},
                       {"PHONE_NUMBER", "01632 960011"},
                       {"MOBILE_NUMBER", "07700 900001"},
                       {"EMAIL", "a@example.org"},
                       {"ADDRESS_1", "Flat 2"},
                       {"ADDRESS_2", "1 Drama Street"},
                       {"ADDRESS_3", "Village"},
                       {"ADDRESS_4", "Anytown"},
                       {"ADDRESS_5", "Anyshire"},
                       {"ADDRESS", "Flat 2|1 Drama Street|Village|Anytown|Anyshire"},
                       {"POSTCODE", "ZZ99 3VZ"},
                       {"PRACT_NUMBER", "17"},
                       {"GP_USUAL", "901"},
                       {"ETHNIC", "White Brit"},
                       {"SURGERY", "Village"}});
    const Run r = e.run();
    const Json p = r.one("Patient", "patient", "5001");
    CHECK(p["name"] ==
          Json::parse(R"([{"use":"official","family":"Arran","given":["Anna Beth"],"prefix":["Ms"]}])"));
    CHECK(p["gender"] == "other");
    CHECK(p["birthDate"] == "1960-05");
    CHECK(p["address"][0]["line"] == Json::parse(R"(["Flat 2","1 Drama Street","Village"])"));
    CHECK(p["address"][0]["city"] == "Anytown");
    CHECK(p["address"][0]["district"] == "Anyshire");
    CHECK(p["telecom"].size() == 3);
    CHECK(Run::rest(p, "patient.ADDRESS").empty());
    CHECK(Run::rest(p, "patient.ETHNIC") == "White Brit");  // no entry of the journal says it
    CHECK(p["generalPractitioner"].size() == 2);
    CHECK(Run::rest(r.one("EpisodeOfCare", "patient", "5001"), "patient.SURGERY") == "Village");
    // The lines count; an address that says something else is kept.
    Extract other;
    other.patient("5001", {{"ADDRESS", "Elsewhere"}, {"ADDRESS_4", "Anytown"}, {"NHS_NUMBER", "9990000000"}});
    const Run o = other.run();
    CHECK(Run::rest(o.of("Patient")[0], "patient.ADDRESS") == "Elsewhere");
    CHECK(o.found("VISION-NHS-001") == 1);
    CHECK(other.run().found("VISION-NHS-002") == 0);
}

TEST_CASE("vision: marital status stands only with the patient; unspecified says nothing") {
    for (const auto& [letter, code] : std::map<std::string, std::string>{
             {"S", "S"}, {"M", "M"}, {"D", "D"}, {"P", "L"}, {"C", "T"}, {"W", "W"}, {"U", ""}}) {
        Extract e;
        e.patient("5001", {{"MARITAL_STATUS", letter}});
        const Run r = e.run();
        const Json p = r.of("Patient")[0];
        CHECK(
            (code.empty() ? !p.contains("maritalStatus") : p["maritalStatus"]["coding"][0]["code"] == code));
        CHECK(r.found("MAP-VALUE-001") == 0);
    }
}

TEST_CASE("vision: died, on a day or on an unknown one") {
    Extract e;
    e.patient("5001", {{"ACTIVE", "D"}}).patient("5002", {{"ACTIVE", "D"}, {"DATE_OF_DEATH", "20251224"}});
    const Run r = e.run();
    CHECK(r.one("Patient", "patient", "5001")["deceasedBoolean"] == true);
    CHECK(r.one("Patient", "patient", "5002")["deceasedDateTime"] == "2025-12-24");
}

TEST_CASE("vision: ethnicity is the latest entry of the journal; of one day the one that maps") {
    const auto ethnicity = [](std::vector<std::array<std::string, 2>> entries) -> std::string {
        Extract e;
        e.patient("5001", {{"ETHNIC", "cut off"}});
        int n = 0;
        for (const auto& [day, code] : entries)
            e.entry({{"ID", std::to_string(++n)}, {"DATE", day}, {"CODE", code}, {"RUBRIC", "words"}});
        const Json p = e.run().of("Patient")[0];
        for (const Json& x : p.value("extension", Json::array()))
            if (x.value("url", "").find("EthnicCategory") != std::string::npos)
                return x["valueCodeableConcept"]["coding"][0]["code"];
        return {};
    };
    CHECK(ethnicity({{"20160101", "134N.00"}, {"20170101", "134D.00"}}) == "R");
    CHECK(ethnicity({{"20170101", "134N.00"}, {"20160101", "134D.00"}}) == "C");
    CHECK(ethnicity({{"20170101", "134N.00"}, {"20170101", "9S...00"}}) == "C");
    CHECK(ethnicity({{"20160101", "134N.00"}, {"20170101", "9S...00"}}).empty());  // clears it
    CHECK(ethnicity({{"20160101", "H33..00"}}).empty());
}

TEST_CASE(
    "vision: staff have a type, a code of one of two kinds, and sometimes a whole name for a forename") {
    Extract e;
    e.patient("5001", {{"GP_USUAL", "901"}});
    e.staff("901", {{"HCP_TYPE", "D07"}, {"GMP_CODE", "G9999991"}, {"FORENAME", "Ada"}, {"TITLE", "Dr"}});
    e.staff("902",
            {{"HCP_TYPE", "D06"}, {"GMP_CODE", "LOC7"}, {"SURNAME", ""}, {"FORENAME", "Sister Bea Stage"}});
    e.entry({{"HCP", "90:STAFF:2"}, {"HCP_TYPE", "A"}, {"CODE", "R062.00"}});
    const Run r = e.run();
    const Json one = r.one("PractitionerRole", "staff", "901"),
               two = r.one("PractitionerRole", "staff", "902");
    CHECK(one["code"][0]["coding"][0]["code"] == "R0011");
    CHECK(one["organization"]["reference"] ==
          "Organization/" + r.one("Organization", "practice", kService)["id"].get<std::string>());
    CHECK(one["identifier"][1]["system"] == "https://fhir.hl7.org.uk/Id/gmp-number");
    CHECK(two["identifier"][1]["system"] == "https://gpswitch.org/Id/vision/professional-code");
    CHECK(r.one("Practitioner", "staff", "901")["name"][0]["given"][0] == "Ada");
    CHECK(r.one("Practitioner", "staff", "902")["name"][0]["text"] == "Sister Bea Stage");
    // HCP_TYPE repeats the type of the person; when it does not it is kept.
    const Json o = r.entry("Observation");
    CHECK(o["performer"][0]["reference"] == "PractitionerRole/" + two["id"].get<std::string>());
    CHECK(Run::rest(o, "journal.HCP_TYPE") == "A");
}

TEST_CASE("vision: a reference to nobody keeps the id") {
    Extract e;
    e.patient().staff("901").entry({{"HCP", "55:EXT_STAFF:8"}, {"CODE", "R062.00"}});
    const Run r = e.run();
    CHECK(r.entry("Observation")["performer"][0]["identifier"]["value"] == "55:EXT_STAFF:8");
    CHECK(r.found("VISION-REF-001") == 1);
}

TEST_CASE("vision: consultations are finished, and say what and where") {
    Extract e;
    e.patient("5001", {{"PRACT_NUMBER", "17"}}).staff("901");
    e.add(Tab::encounter, {{"PID", "5001"},
                           {"ID", "1"},
                           {"DATE", "20260703"},
                           {"TIME", "0910"},
                           {"HCP", "90:STAFF:1"},
                           {"HCP_TYPE", "A"},
                           {"SESSION", "G"},
                           {"LOCATION", "S"},
                           {"PRACT_NUMBER", "17"},
                           {"LINKS", "E|7|E1"}});
    e.add(Tab::encounter, {{"PID", "5001"},
                           {"ID", "2"},
                           {"DATE", "20260203"},
                           {"TIME", "9999"},
                           {"SESSION", "N"},
                           {"LOCATION", "O"},
                           {"DURATION", "10"},
                           {"TRAVEL", "5"},
                           {"PRACT_NUMBER", "18"}});
    e.entry({{"ID", "7"}, {"CODE", "H33..00"}, {"SUBSET", "P"}});
    const Run r = e.run();
    const Json one = r.one("Encounter", "encounter", "1"), two = r.one("Encounter", "encounter", "2");
    CHECK(one["status"] == "finished");
    CHECK(one["class"]["code"] == "AMB");
    CHECK(one["period"]["start"] == "2026-07-03T09:10:00+01:00");  // local time, summer and winter
    CHECK(one["type"][0]["coding"][0]["code"] == "general");
    CHECK(one["location"][0]["location"]["display"] == "Surgery");
    CHECK(one["participant"][0]["type"][0]["coding"][0]["code"] == "PPRF");
    CHECK(one["reasonReference"][0]["reference"] ==
          "Condition/" + r.entry("Condition", "7")["id"].get<std::string>());
    CHECK(Run::rest(one, "encounter.PRACT_NUMBER").empty());
    CHECK(two["class"]["code"] == "HH");
    CHECK(two["period"]["start"] == "2026-02-03");
    CHECK(Run::rest(two, "encounter.DURATION") == "10");
    CHECK(Run::rest(two, "encounter.TRAVEL") == "5");
    CHECK(Run::rest(two, "encounter.PRACT_NUMBER") == "18");
}

TEST_CASE(
    "vision: referrals have a specialty, a type and a linked reason, and four columns that are always "
    "empty") {
    Extract e;
    e.patient().staff("901").staff("903");
    e.add(Tab::encounter, {{"PID", "5001"}, {"ID", "1"}, {"DATE", "20260203"}});
    e.entry({{"ID", "7"}, {"CODE", "H33..00"}, {"SUBSET", "P"}});
    e.add(Tab::referral, {{"PID", "5001"},
                          {"ID", "1"},
                          {"DATE", "20260203"},
                          {"HCP", "90:STAFF:1"},
                          {"TO_HCP", "903"},
                          {"SPECIALTY", "340"},
                          {"TYPE", "O"},
                          {"LINKS", "E1|7"}});
    e.add(Tab::referral, {{"PID", "5001"},
                          {"ID", "2"},
                          {"DATE", "20260203"},
                          {"UNIT", "U1"},
                          {"TYPE", "V"},
                          {"LINKS", "E77|777"}});
    const Run r = e.run();
    const Json one = r.one("ServiceRequest", "referral", "1"), two = r.one("ServiceRequest", "referral", "2");
    CHECK(one["status"] == "unknown");
    CHECK(one["intent"] == "order");
    CHECK(one["category"][0]["coding"][0]["code"] == "3457005");
    CHECK(one["performerType"]["coding"][0]["code"] == "340");
    CHECK(one["orderDetail"][0]["coding"][0]["code"] == "outpatient");
    CHECK(one.contains("requester"));
    CHECK(one["performer"].size() == 1);
    CHECK(one["encounter"]["reference"] ==
          "Encounter/" + r.one("Encounter", "encounter", "1")["id"].get<std::string>());
    CHECK(one["reasonReference"][0]["reference"] ==
          "Condition/" + r.entry("Condition", "7")["id"].get<std::string>());
    CHECK(Run::rest(two, "referral.UNIT") == "U1");
    CHECK(r.found("VISION-REFERRAL-001") == 1);
    CHECK(r.found("VISION-REF-002") == 2);
    CHECK(Run::rest(two, "referral.LINKS") == "E77");
}
