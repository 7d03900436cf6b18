// What several rows say of one thing: problems, blood pressures, consultations and their appointments,
// referrals.
#include <algorithm>

#include "core/record/component.hpp"
#include "core/system/tpp/patient.hpp"
#include "core/util/text.hpp"

namespace gpswitch::tpp {

// The code wins in all that both rows say; the problem adds its end and its weight.
void PatientCursor::problems() {
    for (Row& r : rows("SRProblem")) {
        if (!r.live || r.route == nullptr) continue;
        if (r.route->settles != "part") {
            // Its code is not in the extract: it stands alone.
            const auto item = item_of(r, EntityKind::Condition);
            if (!item) continue;
            problem_status(r, *item);
            if (maker_.cell(r, "IDCode").empty()) continue;
            maker_.keep(r, maker_.entity<record::Condition>(*item), "IDCode");
            maker_.issue(r, Severity::information, "TPP-REF-001",
                         "leads to no such entry of this patient; the id is kept", "IDCode",
                         "it may have come with an earlier delivery, or never: ask the site");
            continue;
        }
        Row* code = row("SRCode", maker_.cell(r, "IDCode"));
        const auto item = code == nullptr ? std::nullopt : item_of(*code, EntityKind::Condition);
        if (!item) {
            maker_.as_text(r);
            continue;
        }
        if (const Row& first = rows("SRProblem")[problem_of_.at(code->key)]; &first != &r) {
            // A second problem of the same code: what it says is kept, and the first one stays as it is.
            record_->claim(r.row, *item, Role::part, "SRProblem");
            maker_.keep_all(r, maker_.entity<record::Condition>(*item));
            const bool differ = open_problem(r) != open_problem(first);
            maker_.issue(r, differ ? Severity::warning : Severity::information, "TPP-PROB-001",
                         differ ? "two problems of one code, one of them over: the open one counts"
                                : "a second problem of one code: the first counts");
            continue;
        }
        maker_.join(r, *item, "Condition");
        problem_status(r, *item);
        auto& condition = maker_.entity<record::Condition>(*item);
        if (code->first_item != *item) {
            const record::Item& actual = record_->items[code->first_item];
            condition.actual_problem.reference =
                record_->arena.join(record::name_of(actual.kind), "/", actual.entity->id);
        }
        for (const Text column : {"DateEventRecorded", "DateEvent", "CTV3Code"})
            if (maker_.cell(r, column) != maker_.cell(*code, column))
                maker_.keep(r, maker_.entity<record::Condition>(*item), column);
    }
}

// Open until the end has passed: an end that is still to come ends nothing.
bool PatientCursor::open_problem(const Row& problem) const {
    const Text end = maker_.cell(problem, "DateEnd").substr(0, 10);
    return end.empty() || end > Text(extract_.census.as_of).substr(0, 10);
}

void PatientCursor::problem_status(const Row& problem, std::uint32_t item) {
    const Text end = maker_.cell(problem, "DateEnd").substr(0, 10);
    const bool open = open_problem(problem);
    const mapping::Values& states = maker_.mapping().values(maker_.mapping().values_index("problem-status"));
    const mapping::ValueRow* v = states.find(open ? "open" : "ended");
    auto& c = maker_.entity<record::Condition>(item);
    // What is active has no end in R4: one that is still to come is kept beside it.
    if (open && !end.empty()) {
        c.abatement_date_time = {};
        maker_.keep(problem, c, "DateEnd");
    }
    if (v == nullptr) return;
    c.clinical_status.coding.add(record_->arena) = {
        states.target_system, {}, v->target, v->display, {}, {}, {}};
}

// Systolic and diastolic are rows of their own: paired by consultation and moment when there is one of each,
// or as many of each in rows that follow one another. A pair that is not sure stays two entries.
void PatientCursor::find_pressures() {
    const mapping::MappingSet& m = maker_.mapping();
    const auto in = [&](const Row& r, Text list) {
        return m.in_list(list, maker_.cell(r, "CTV3Code")) || m.in_list(list, maker_.cell(r, "SNOMEDCode"));
    };
    const Rows& all = rows("SRCode");
    std::map<std::pair<Text, Text>, std::pair<std::vector<std::uint32_t>, std::vector<std::uint32_t>>> at;
    for (std::uint32_t i = 0; i < all.size(); ++i) {
        const Row& r = all[i];
        const bool alone = r.live && r.route != nullptr && r.route->makes.size() == 1 &&
                           r.route->makes[0].kind == EntityKind::Observation;
        const Text comparator = maker_.cell(r, "NumericComparator");
        const bool said =
            comparator.empty() || m.values(m.values_index("operator")).find(comparator) != nullptr;
        if (!alone || !said || !is_decimal(maker_.number_of(r))) continue;
        const bool high = in(r, "systolic");
        if (!high && !in(r, "diastolic")) continue;
        const Text event = maker_.cell(r, "IDEvent"), when = maker_.cell(r, "DateEvent");
        if (when.empty()) continue;
        // Without a consultation: typed in at one moment.
        auto& pair = at[{event.empty() ? maker_.cell(r, "DateEventRecorded") : event, when}];
        (high ? pair.first : pair.second).push_back(i);
    }
    for (auto& [key, pair] : at) {
        auto& [highs, lows] = pair;
        if (highs.size() != lows.size()) continue;
        const auto by_key = [&](std::uint32_t a, std::uint32_t b) { return all[a].key < all[b].key; };
        std::sort(highs.begin(), highs.end(), by_key);
        std::sort(lows.begin(), lows.end(), by_key);
        bool next = true;
        for (std::size_t i = 0; i < highs.size(); ++i)
            next = next && all[lows[i]].key == all[highs[i]].key + 1;
        if (highs.size() > 1 && !next) continue;
        for (std::size_t i = 0; i < highs.size(); ++i) {
            pressures_.emplace(highs[i], lows[i]);
            readings_.insert(lows[i]);
        }
    }
}

// One entry, as two readings of one cuff are. No row has a code for it: the mapping set gives one.
void PatientCursor::pressure(Row& systolic, Row& diastolic) {
    const auto rules = maker_.mapping().rules_index("SRCode", "Observation:blood-pressure");
    if (!rules) return;
    const mapping::Route* own = systolic.route;
    mapping::Route whole = *own;
    whole.makes[0].variant = "blood-pressure";
    whole.makes[0].rules = *rules;
    systolic.pressure = true;
    systolic.route = &whole;
    maker_.make(systolic, record_->key);
    systolic.route = own;
    const std::uint32_t item = systolic.first_item;
    const std::size_t claims = record_->claims.size();
    maker_.make(diastolic, record_->key);
    record::fold_reading(*record_, item, claims, diastolic.key_text);
    record_->claim(diastolic.row, item, Role::part, "SRCode");
    diastolic.items = 0;
    diastolic.first_item = item;
}

// Exactly one of two columns leads to what was booked; many lead to appointments of other practices, never
// sent.
void PatientCursor::event_links() {
    for (Row& r : rows("SREventLink")) {
        if (!r.live) continue;
        const Text appointment = maker_.cell(r, "IDAppointment"), visit = maker_.cell(r, "IDVisit");
        Row* event = row("SREvent", maker_.cell(r, "IDEvent"));
        const auto item = event == nullptr ? std::nullopt : item_of(*event, EntityKind::Encounter);
        if (!item) {
            r.live = false;
            record_->settle(r.row, Fate::held, "TPP-LINK-001");
            maker_.issue(r, Severity::information, "TPP-LINK-001",
                         "links a consultation that is not in the extract: held", "IDEvent");
            continue;
        }
        if (!appointment.empty() && !visit.empty())
            maker_.issue(r, Severity::warning, "TPP-LINK-002",
                         "leads to an appointment and to a visit: never both; both are kept", "IDVisit",
                         "look the consultation up in SystmOne");
        maker_.join(r, *item, "Encounter");
        auto& e = maker_.entity<record::Encounter>(*item);
        for (const auto& [table, column, id] :
             {std::tuple<Text, Text, Text>{"SRAppointment", "IDAppointment", appointment},
              {"SRVisit", "IDVisit", visit}}) {
            if (id.empty()) continue;
            const Text to = target(EntityKind::Appointment, table, id);
            if (to.empty())
                maker_.keep(r, e, column);
            else
                e.appointment.add(record_->arena).reference = to;
        }
    }
}

void PatientCursor::referral_status(Text table, Text of, Text id, Text words) {
    for (Row& r : rows(table)) {
        if (!r.live || r.route == nullptr || r.route->settles != "part") continue;
        Row* referral = row(of, maker_.cell(r, id));
        const auto item = referral == nullptr ? std::nullopt : item_of(*referral, EntityKind::ServiceRequest);
        if (!item) {
            maker_.as_text(r);
            continue;
        }
        maker_.join(r, *item, "ServiceRequest");
        auto& s = maker_.entity<record::ServiceRequest>(*item);
        const Text said = maker_.cell(r, words), day = maker_.cell(r, "DateEvent");
        record::Annotation& note = s.note.add(record_->arena);
        note.text = record_->arena.join("Status: ", said.empty() ? Text("not given") : said,
                                        day.empty() ? "" : ", ", day);
    }
}

// What was said last counts; a word that is no answer takes none away.
void PatientCursor::messages() {
    record::Consent* last = nullptr;
    for (Row& r : rows("SRSmsConsent")) {
        const auto item = r.live ? item_of(r, EntityKind::Consent) : std::nullopt;
        if (!item) continue;
        auto& c = maker_.entity<record::Consent>(*item);
        if (c.status != "active") continue;
        const bool later = last == nullptr || c.date_time >= last->date_time;
        record::Consent* former = later ? last : &c;
        if (later) last = &c;
        if (former == nullptr) continue;
        former->status = "inactive";
        former->inferred.add(record_->arena) = "status: a later row says it anew";
    }
}

void PatientCursor::appointment_parts() {
    Arena& arena = record_->arena;
    for (Row& r : rows("SRAppointmentFlags")) {
        if (!r.live || r.route == nullptr || r.route->settles != "part") continue;
        Row* appointment = row("SRAppointment", maker_.cell(r, "IDAppointment"));
        const auto item =
            appointment == nullptr ? std::nullopt : item_of(*appointment, EntityKind::Appointment);
        if (!item) {
            maker_.as_text(r);
            continue;
        }
        maker_.join(r, *item, "Appointment");
        auto& a = maker_.entity<record::Appointment>(*item);
        const Text words = maker_.cell(r, "Flag");
        a.comment = a.comment.empty() ? words : arena.join(a.comment, "; ", words);
    }
    for (const auto& [table, column] :
         {std::pair<Text, Text>{"SRAppointment", "IDProfileClinician"}, {"SRVisit", "IDProfileAssigned"}})
        for (Row& r : rows(table)) {
            const auto item = r.live ? item_of(r, EntityKind::Appointment) : std::nullopt;
            if (!item) continue;
            auto& a = maker_.entity<record::Appointment>(*item);
            for (const mapping::Made& m : r.route->makes)
                if (m.kind == EntityKind::Slot)
                    a.slot.add(arena).reference =
                        arena.join("Slot/", maker_.id_of(EntityKind::Slot, table, {}, r.key_text));
            record::AppointmentParticipant& who = a.participant.add(arena);
            who.actor.reference = arena.join("Patient/", record_->patient_id);
            who.status = "accepted";
            if (const Text place = maker_.rota_place(maker_.cell(r, "IDRota")); !place.empty()) {
                record::AppointmentParticipant& where = a.participant.add(arena);
                where.actor.reference = place;
                where.status = "accepted";
            }
            const Text profile = maker_.cell(r, column), person = maker_.cell(r, "IDClinician");
            if (profile.empty() && person.empty()) continue;
            if (!profile.empty() && !person.empty() && maker_.staff_of(profile) != person)
                maker_.keep(r, a, "IDClinician");
            record::AppointmentParticipant& clinician = a.participant.add(arena);
            clinician.status = "accepted";
            clinician.actor.reference =
                maker_.practice(EntityKind::PractitionerRole, "SRStaffMemberProfile", profile);
            if (clinician.actor.reference.empty()) clinician.actor.reference = maker_.role_of(person, {});
            if (clinician.actor.reference.empty())
                clinician.actor.identifier = {arena.join(kIdBase, "SRStaffMemberProfile"),
                                              profile.empty() ? person : profile};
        }
}

}  // namespace gpswitch::tpp
