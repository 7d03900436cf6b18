// Sessions, slots and appointments: what the column rules call part in their rows.
#include "core/system/emis/write/helpers.hpp"
#include "core/util/civil_time.hpp"
#include "core/util/text.hpp"

namespace gpswitch::emis::write {

void Pages::session(const record::Schedule& s, Draft& d) {
    const Text own = d.key;
    for (const record::Reference& r : s.actor) {
        const Text key = key_of_reference(r, "UserInRoleGuid");
        const bool staff = r.reference.starts_with("Practitioner");
        if (r.reference.starts_with("Location/") || (!staff && r.reference.empty() && key.empty())) continue;
        if (!staff && !r.reference.empty()) {
            lose("actor", "the layout has staff and a place");
            continue;
        }
        Draft& row = drafts[draft(Tab::Appointment_SessionUser, {})];
        row.cells[layout_.column(row.table, "SessionGuid")] = own;
        row.cells[layout_.column(row.table, "UserInRoleGuid")] = key;
        row.items.add(arena_) = at_item_;
    }
    // The day alone when there is no time.
    for (const auto& [value, column] :
         {std::pair(s.planning_horizon.start, "StartDate"), std::pair(s.planning_horizon.end, "EndDate")})
        if (value.size() == 10) set(d, column, value);
}

void Pages::slot(const record::Slot& s, Draft& d) {
    mapping::Civil a, b;
    if (s.end.empty() || !mapping::civil_of(s.start, arena_, a) || !mapping::civil_of(s.end, arena_, b))
        return;
    // The end is the start plus minutes: the number that leads there.
    const auto minutes = [](const mapping::Civil& c) {
        return to_integer(c.time.substr(0, 2)).value_or(0) * 60 + to_integer(c.time.substr(3, 2)).value_or(0);
    };
    if (a.time.size() < 8 || b.time.size() < 8) return;
    std::int64_t n = minutes(b) - minutes(a);
    if (a.day != b.day) n += 24 * 60;
    if (civil_time::add_minutes(s.start, static_cast<int>(n)) == s.end)
        set(d, "PlannedDurationInMinutes", arena_.copy(std::to_string(n)));
    else
        lose("end", "the layout has minutes of one day");
}

void Pages::appointment(const record::Appointment& a, Draft& d) {
    if (a.minutes_duration.empty() && !a.end.empty()) {
        record::Slot s{};
        s.start = a.start;
        s.end = a.end;
        slot(s, d);
    }
    // Whoever reads takes the patient, and the staff and the place of the session, without particulars.
    for (const record::AppointmentParticipant& p : a.participant)
        if (p.actor.reference.empty() || !p.type.empty() || !p.required.empty() || !p.period.start.empty() ||
            !p.period.end.empty())
            lose("participant", "the layout has the patient and who holds the session", layout::kInstead);
    // Whoever reads knows it by its times alone.
    const Text variant = at_route_->rows[0].variant;
    if (!a.status.empty() && variant.substr(variant.find(':') + 1) != a.status)
        lose("status", "known by the times of the booking: another state is read", layout::kInstead);
    if (a.slot.size > 1) lose("slot", "the layout has one slot for a booking");
}

}  // namespace gpswitch::emis::write
