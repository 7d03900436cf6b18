// The extract's versions, told by headers alone; which column came when: the notes on the format, section 2.
#include "core/system/emis/series_test.hpp"

using namespace gpswitch;
using namespace gpswitch::emis_test;

namespace {

/// A small practice with something in every column that came or went.
void fill(Small& x) {
    x.code("cough", kFinding, "Cough");
    x.code("asthma", kCondition, "Asthma", "H33");
    x.drug_code("drug", "Metformin 500mg tablets", "");
    x.row("CareRecord_Consultation", "ConsultationGuid", "c", {{"ConsultationType", "Face to face"}});
    x.obs("o", "cough", {{"AssociatedText", "dry"}, {"NumericOperator", "<"}, {"Value", "1.000"}});
    x.obs("problem", "asthma");
    x.problem("problem", {{"Comment", "mild"}, {"ProblemStatusDescription", "Active Problem"}});
    x.drug("d", {{"ExpiryDate", "2027-01-01 00:00:00"}});
    x.issue("i", "d", {{"ExpiryDate", "2027-01-01 00:00:00"}, {"IssueMethodDescription", "Print"}});
    x.history("2001-01-01", "Registered");
    x.add("Admin_Location", {{"LocationGuid", guid("main")}, {"LocationName", "Main"}});
    x.add("Admin_OrganisationLocation", {{"LocationGuid", guid("main")}, {"IsMainLocation", "1"}});
}

}  // namespace

TEST_CASE("emis: each version is told by its headers, and read") {
    // 5.2 has the headers of 5.3, and 5.4 to 6.0 those of 7.0: the newest that fits is said.
    const std::pair<const char*, const char*> versions[] = {
        {"8.2", "8.2"}, {"8.1", "8.1"}, {"8.0", "8.0"}, {"7.1", "7.1"}, {"7.0", "7.0"}, {"6.0", "7.0"},
        {"5.5", "7.0"}, {"5.4", "7.0"}, {"5.3", "5.3"}, {"5.2", "5.3"}, {"5.1", "5.1"}, {"5.0", "5.0"}};
    for (const auto& [version, told] : versions) {
        CAPTURE(version);
        Small x;
        fill(x);
        const std::string v = version;
        const bool eight = v >= "8", texts = v != "7.1";
        x.as_version(v);
        if (v < "8") x.prefix = "1-900_";
        const Run r = x.run();
        CHECK(r.census.version == told);
        CHECK(r.found("EMIS-VERSION-001") == 0);
        CHECK(r.found("EMIS-HEAD-002") == 0);
        CHECK(r.found("EMIS-HEAD-003") == 0);
        CHECK(r.made("Patient", "p").size() == 1);
        const Json o = r.one("Observation", "o");
        CHECK(o.contains("note") == texts);
        CHECK(o["valueQuantity"].contains("comparator") == eight);
        CHECK(r.one("Condition", "problem").contains("note") == texts);
        CHECK(r.one("EpisodeOfCare", "p").contains("statusHistory") == eight);
        CHECK(r.one("Encounter", "c")["status"] == "finished");
    }
}

TEST_CASE(
    "emis quirk 78: the expiry of an authorisation is read from the issue, or from the drug since 8.1") {
    for (const char* version : {"8.0", "8.1"}) {
        CAPTURE(version);
        Small x;
        x.drug_code("drug", "Metformin 500mg tablets", "");
        x.drug("d", {{"ExpiryDate", "2027-01-01 00:00:00"}});
        x.issue("i", "d", {{"ExpiryDate", std::string(version) == "8.0" ? "2027-01-01 00:00:00" : ""}});
        x.as_version(version);
        const Run r = x.run();
        const bool moved = std::string(version) == "8.1";
        CHECK((r.raw.at(link(r.one("MedicationRequest", moved ? "d" : "i"))).find("2027-01-01") !=
               std::string::npos));
    }
}

TEST_CASE(
    "emis quirk 66: a 7.1 delta has no text columns: stored text is kept, and later texts count again") {
    Series s;
    s.bulk.code("cough", kFinding, "Cough");
    s.bulk.code("asthma", kCondition, "Asthma", "H33");
    s.bulk.as_version("7.0");
    s.bulk.obs("o", "cough", {{"AssociatedText", "dry"}});
    s.bulk.obs("q", "cough", {{"AssociatedText", "dry"}});
    s.bulk.obs("problem", "asthma");
    s.bulk.problem("problem", {{"Comment", "mild"}});
    Small& d = s.delta(2);
    d.as_version("7.1");
    d.obs("o", "cough", {{"EffectiveDate", "2020-02-05"}});
    d.obs("q", "cough", {{"EffectiveDate", "2020-02-05"}});
    d.problem("problem", {{"EndDate", "2021-01-01"}, {"EndDatePrecision", "YMD"}});
    Small& e = s.delta(3);
    e.as_version("8.0");
    e.obs("q", "cough", {{"EffectiveDate", "2020-02-06"}});  // the column is there, and empty
    const Run r = s.run();
    CHECK(r.census.version == "8.0");
    const Json o = r.one("Observation", "o");
    CHECK(o["effectiveDateTime"] == "2020-02-05");
    CHECK(o["note"][0]["text"] == "dry");
    CHECK(!r.one("Observation", "q").contains("note"));
    const Json problem = r.one("Condition", "problem");
    CHECK(problem["note"][0]["text"] == "mild");
    CHECK(problem.dump().find(R"({"url":"value","valueDateTime":"2021-01-01"})") != std::string::npos);
    CHECK(r.all_fates("CareRecord_Observation", "o") ==
          Fates{"migrated", "superseded:newer-row-without-its-columns"});
}

TEST_CASE("emis: an older bulk and newer deltas are one table, each row by its own header") {
    Series s;
    s.bulk.code("cough", kFinding, "Cough");
    s.bulk.as_version("5.1");
    s.bulk.prefix = "1-900_";
    s.bulk.obs("old", "cough", {{"ClinicianUserInRoleGuid", guid("doctor")}, {"AssociatedText", "dry"}});
    Small& d = s.delta(2);
    d.obs("new", "cough", {{"AssociatedText", "wet"}, {"Abnormal", "true"}});
    const Run r = s.run();
    CHECK(r.one("Observation", "old")["note"][0]["text"] == "dry");
    CHECK(reference(r.one("Observation", "old")["performer"][0]) ==
          link(r.one("PractitionerRole", "doctor")));
    CHECK(r.one("Observation", "new")["note"][0]["text"] == "wet");
    CHECK(r.census.version == "8.2");
    CHECK(r.found("EMIS-BATCH-006") == 1);
}

TEST_CASE("emis: headers of no published version: the nearest is named, and values are kept") {
    Small x;
    x.code("cough", kFinding, "Cough");
    x.headers["Admin_Patient"].push_back("Shoe");
    x.rows["Admin_Patient"][0]["Shoe"] = "39";
    std::erase(x.headers["Appointment_Slot"], "ServiceSetting");
    const Run r = x.run();
    CHECK(r.census.version == "8.2");
    CHECK(r.found("EMIS-VERSION-001") == 1);
    CHECK(r.found("EMIS-HEAD-002") == 1);
    CHECK(r.found("EMIS-HEAD-003") == 1);
    CHECK(rest(r.one("Patient", "p"), "Admin_Patient.Shoe") == std::vector<std::string>{"39"});
}
