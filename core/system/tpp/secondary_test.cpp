// The tables beside the core of a GP record that have an entity: consents, groups, questionnaires, inward
// referrals, waiting lists.
#include "core/system/tpp/test_extract.hpp"

using namespace gpswitch;
using namespace gpswitch::tpp_test;

namespace {
struct Practice : Extract {
    Practice() { patient("1"); }
    Practice& row(const std::string& table, const std::string& id, Cells more = {}) {
        more.insert({{"RowIdentifier", id}, {"IDPatient", "1"}, {"DateEvent", "03 Feb 2020 09:10:00"}});
        add(table, more);
        return *this;
    }
};
std::string status(const Json& e) { return e.value("status", ""); }
}  // namespace

TEST_CASE("tpp: consent to text messages: the latest answer counts, and a refusal is a refusal") {
    Practice e;
    e.row("SRSmsConsent", "1", {{"SmsConsent", "Yes"}, {"DateEvent", "03 Feb 2018 00:00:00"}});
    e.row("SRSmsConsent", "2", {{"SmsConsent", "No"}, {"DateEvent", "03 Feb 2020 00:00:00"}});
    e.row("SRSmsConsent", "3", {{"SmsConsent", "Yes"}, {"DateEvent", "03 Feb 2019 00:00:00"}});
    e.row("SRSmsConsent", "4", {{"SmsConsent", "Perhaps"}, {"DateEvent", "03 Feb 2021 00:00:00"}});
    const Run r = e.run();
    const auto one = [&](const char* id) { return r.one("Consent", "SRSmsConsent", id); };
    CHECK(status(one("1")) == "inactive");
    CHECK(status(one("2")) == "active");
    CHECK(status(one("3")) == "inactive");
    CHECK(one("2")["provision"]["type"] == "deny");
    CHECK(one("1")["provision"]["type"] == "permit");
    CHECK(one("2")["category"][0]["text"] == "Text messages");
    CHECK(one("2")["dateTime"] == "2020-02-03");
    // A word that is no answer takes none away.
    CHECK(status(one("4")) == "inactive");
    CHECK_FALSE(one("4").contains("provision"));
    CHECK(Run::rest(one("4"), "SRSmsConsent.SmsConsent") == "Perhaps");
}

TEST_CASE("tpp: online services are consents, ended when they were taken away; what they allow is kept") {
    Practice e;
    e.row("SROnlineServices", "1", {{"Appointments", "TRUE"}, {"ViewRecord", "FALSE"}});
    e.row("SROnlineServices", "2", {{"Appointments", "TRUE"}, {"DateDeleted", "03 Feb 2021 00:00:00"}});
    e.row("SRSystmOnline", "1", {{"ViewRecord", "TRUE"}, {"DateEventRecorded", "01 Jan 2019 00:00:00"}});
    const Run r = e.run();
    CHECK(status(r.one("Consent", "SROnlineServices", "1")) == "active");
    CHECK(status(r.one("Consent", "SROnlineServices", "2")) == "inactive");
    CHECK(Run::rest(r.one("Consent", "SROnlineServices", "1"), "SROnlineServices.Appointments") == "TRUE");
    CHECK(Run::rest(r.one("Consent", "SROnlineServices", "1"), "SROnlineServices.ViewRecord") == "FALSE");
    CHECK(r.one("Consent", "SRSystmOnline", "1")["dateTime"] == "2019-01-01");
}

TEST_CASE("tpp: consent to a vaccination is no vaccination; a refusal that stands is one not given") {
    Practice e;
    e.row("SRImmunisationConsent", "1",
          {{"ConsentedToVacc", "TRUE"}, {"RefusalOrConsentCurrent", "TRUE"}, {"VaccName", "Flu"}});
    e.row("SRImmunisationConsent", "2", {{"ConsentedToVacc", "TRUE"}, {"RefusalOrConsentCurrent", "FALSE"}});
    e.row("SRImmunisationConsent", "3", {{"ConsentedToVacc", "FALSE"}, {"RefusalOrConsentCurrent", "TRUE"}});
    e.row("SRImmunisationConsent", "4", {{"ConsentedToVacc", "FALSE"}, {"RefusalOrConsentCurrent", "FALSE"}});
    const Run r = e.run();
    CHECK(status(r.one("Consent", "SRImmunisationConsent", "1")) == "active");
    CHECK(Run::rest(r.one("Consent", "SRImmunisationConsent", "1"), "SRImmunisationConsent.VaccName") ==
          "Flu");
    CHECK(status(r.one("Consent", "SRImmunisationConsent", "2")) == "inactive");
    CHECK(status(r.one("Immunization", "SRImmunisationConsent", "3")) == "not-done");
    CHECK(r.one("Consent", "SRImmunisationConsent", "4")["provision"]["type"] == "deny");
    CHECK(r.of("Immunization").size() == 1);
}

TEST_CASE("tpp: groups of patients are flags of their members") {
    Practice e;
    e.row("SRPatientGroups", "1", {{"Name", "The Manse"}, {"GroupType", "Home"}, {"Members", "12"}});
    e.row("SRPatientGroups", "2", {{"Name", "Old home"}, {"DateRemoved", "03 Feb 2021 00:00:00"}});
    const Run r = e.run();
    const Json now = r.one("Flag", "SRPatientGroups", "1");
    CHECK(status(now) == "active");
    CHECK(now["code"]["text"] == "The Manse");
    CHECK(now["category"][0]["text"] == "Home");
    CHECK(Run::rest(now, "SRPatientGroups.Members") == "12");
    CHECK(status(r.one("Flag", "SRPatientGroups", "2")) == "inactive");
}

TEST_CASE("tpp: an answered questionnaire says that it was, and which; its answers came with no column") {
    Practice e;
    e.row("SREvent", "1").row("SRAnsweredQuestionnaire", "1", {{"IDQuestionnaire", "33"}, {"IDEvent", "1"}});
    e.row("SRFreeText", "1", {{"Question", "How are you?"}, {"FreeText", "Well."}, {"IDEvent", "1"}});
    const Run r = e.run();
    const Json q = r.of("QuestionnaireResponse")[0];
    CHECK(q["identifier"]["value"] == "1");
    CHECK(q["questionnaire"] == "https://gpswitch.org/Id/tpp/SRQuestionnaire/33");
    CHECK(q["authored"] == "2020-02-03T09:10:00+00:00");
    CHECK(q.contains("encounter"));
    const Json words = r.of("Observation")[0];
    CHECK(words["code"]["text"] == "How are you?");
    CHECK(words["note"][0]["text"] == "Well.");
}

TEST_CASE("tpp: inward referrals and waiting lists are requests; their statuses and ends are kept") {
    Practice e;
    e.row("SRReferralIn", "1", {{"PrimaryReason", "Wound care"}, {"DateReferral", "01 Feb 2020 00:00:00"}});
    e.row("SRReferralIn", "2", {{"DateDischarge", "01 Mar 2020 00:00:00"}});
    e.row("SRReferralInStatusDetails", "1", {{"IDReferralIn", "1"}, {"StatusOfReferralIn", "Accepted"}});
    e.row("SRReferralInStatusDetails", "2", {{"IDReferralIn", "99"}, {"StatusOfReferralIn", "Accepted"}});
    e.row("SRWaitingList", "1", {{"WaitingListName", "Physiotherapy"}, {"DateDue", "01 Jun 2026 00:00:00"}});
    e.row("SRWaitingList", "2", {{"DateDeletedFromWaitingList", "01 Jun 2020 00:00:00"}});
    const Run r = e.run();
    const Json in = r.one("ServiceRequest", "SRReferralIn", "1");
    CHECK(in["code"]["text"] == "Wound care");
    CHECK(in["authoredOn"] == "2020-02-01");
    CHECK(in["note"][0]["text"].get<std::string>().find("Accepted") != std::string::npos);
    CHECK(status(r.one("ServiceRequest", "SRReferralIn", "2")) == "completed");
    CHECK(r.made("Observation", "SRReferralInStatusDetails", "2").size() == 1);
    CHECK(status(r.one("ServiceRequest", "SRWaitingList", "1")) == "active");
    CHECK(r.one("ServiceRequest", "SRWaitingList", "1")["intent"] == "plan");
    CHECK(status(r.one("ServiceRequest", "SRWaitingList", "2")) == "revoked");
}
