// Slots and bookings of several deliveries, and of their merged copy. Facts: the notes on the format,
// sections 3 and 4 and the quirks named.
#include "core/system/emis/series_test.hpp"

using namespace gpswitch;
using namespace gpswitch::emis_test;

namespace {

// The slot "passed on" was p's and is q's: two bookings, of which only the last stands.
void check_passed_on(const Run& r) {
    const auto both = r.made("Appointment", "passed on");
    REQUIRE(both.size() == 2);
    for (const Json& a : both) {
        const bool of_q = a["participant"][0]["actor"]["reference"] == link(r.one("Patient", "q"));
        CHECK(a["status"] == (of_q ? "booked" : "cancelled"));
    }
}

}  // namespace

TEST_CASE("emis quirk 43: a slot that comes back without its patient is a cancelled appointment") {
    Series s;
    s.bulk.patient("q");
    s.bulk.session();
    for (const char* name : {"freed", "passed on", "deleted", "deleted when free"})
        s.bulk.slot(name, {{"PatientGuid", guid("p")}});
    Small& d = s.delta(2);
    d.slot("freed");
    d.slot("passed on", {{"PatientGuid", guid("q")}});
    d.add("Appointment_Slot",
          {{"SlotGuid", guid("deleted")}, {"PatientGuid", guid("p")}, {"Deleted", "true"}});
    d.add("Appointment_Slot", {{"SlotGuid", guid("deleted when free")}, {"Deleted", "true"}});
    const Run r = s.run();
    const Json freed = r.one("Appointment", "freed");
    CHECK(freed["status"] == "cancelled");
    CHECK(!freed.contains("slot"));
    CHECK(r.one("Slot", "freed")["status"] == "free");
    check_passed_on(r);
    CHECK(r.none("Appointment", "deleted"));
    CHECK(r.all_fates("Appointment_Slot", "deleted") ==
          Fates{"deleted:deleted", "deleted:deleted-by-later-row"});
    CHECK(r.one("Appointment", "deleted when free")["status"] == "cancelled");
}

// What a merged copy of several deliveries has in one file.
TEST_CASE("emis quirk 43: a slot with several rows in one bulk is one slot, whoever held it before") {
    Small bulk;
    bulk.patient("q");
    bulk.session();
    const auto row = [&](const char* name, const char* who, const char* processing) {
        bulk.slot(name, {{"PatientGuid", *who == 0 ? "" : guid(who)}, {"ProcessingId", processing}});
    };
    row("freed", "p", "1");
    row("freed", "", "2");
    row("passed on", "q", "2");  // the order is that of ProcessingId, not of lines
    row("passed on", "p", "1");
    row("taken", "", "1");
    row("taken", "p", "2");
    const Run r = bulk.run();
    CHECK(r.one("Slot", "freed")["status"] == "free");
    CHECK(r.one("Appointment", "freed")["status"] == "cancelled");
    CHECK(r.one("Slot", "passed on")["status"] == "busy");
    check_passed_on(r);
    CHECK(r.one("Slot", "taken")["status"] == "busy");
    CHECK(r.one("Appointment", "taken")["status"] == "booked");
    CHECK(r.all_fates("Appointment_Slot", "taken") == Fates{"migrated", "superseded:newer-row-of-same-key"});
}

TEST_CASE("emis quirk 46: staff of a session are remembered when only the slots are sent") {
    Series s;
    s.bulk.session();
    s.bulk.add("Appointment_SessionUser",
               {{"SessionGuid", guid("session")}, {"UserInRoleGuid", guid("doctor")}});
    Small& d = s.delta(2);
    d.slot("s", {{"PatientGuid", guid("p")}});
    const Run r = s.run();
    CHECK(reference(r.one("Schedule", "session")["actor"][0]) == link(r.one("PractitionerRole", "doctor")));
    CHECK(r.one("Appointment", "s")["participant"].size() == 2);
}
