#include "core/system/tpp/practice.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/util/text.hpp"

namespace gpswitch::tpp {
namespace {
constexpr std::size_t kChunk = 500;  // rows in a record of leftovers
}

Practice::Practice(const Extract& extract, const mapping::MappingSet& mapping)
    : maker_(extract, mapping), extract_(extract) {
    for (const TableFile& t : extract.tables()) taken_.emplace_back(t.of_patients ? 0 : t.rows.size(), false);
}

bool Practice::find(const record::Need& need, Record& record) {
    const auto table = static_cast<std::size_t>(need.handle >> 32);
    const auto slot = static_cast<std::uint32_t>(need.handle);
    maker_.begin(record, *this);
    if (extract_.table(table).of_patients) return beside(table, slot);
    if (taken_[table][slot]) return false;
    Row row = maker_.load(table, slot);
    // What cannot be made stays for the leftovers, which give it its fate.
    if (row.bad != nullptr || maker_.route(row) == nullptr || !row.route->settles.empty()) return false;
    taken_[table][slot] = true;
    maker_.make(row, {});
    if (maker_.name(row) == "SRRota") rota_facts(row);
    return true;
}

// The row is the appointment's: the slot is made beside it, and says nothing of the patient.
bool Practice::beside(std::size_t table, std::size_t slot) {
    Record& record = maker_.record();
    Row row = maker_.load(table, slot);
    if (row.bad != nullptr || maker_.route(row) == nullptr) return false;
    mapping::Route own = *row.route;
    std::erase_if(own.makes, [](const mapping::Made& m) { return !record::practice_wide(m.kind); });
    row.route = &own;
    maker_.make(row, {});
    for (record::Item& item : record.items) item.made = "the slot of a booked appointment";
    record.claims.clear();
    record.rows.clear();
    record.issues.clear();
    record.degradations.clear();
    return !record.items.empty();
}

void Practice::read_rotas() {
    rotas_known_ = true;
    const auto appointments = extract_.named("SRAppointment");
    if (!appointments) return;
    const TableFile& t = extract_.table(*appointments);
    for (std::size_t s = 0; s < t.rows.size(); ++s) {
        if (t.verdict(s) != Verdict::live || t.broken.contains(t.offset(s))) continue;
        const Part& p = t.part_of(s);
        const Text text = t.raw_at(t.offset(s));
        const auto cell = [&](Text column) {
            return trim(csv::field_at(text, p.header.find(column), p.dialect));
        };
        const Key rota = id_key(cell("IDRota"));
        if (rota == kNoKey) continue;
        Rota& r = rotas_[rota];
        const std::string start = moment(cell("DateStart")).substr(0, 10);
        if (!start.empty() && (r.first.empty() || start < r.first)) r.first = start;
        if (const Text profile = cell("IDProfileClinician"); !no_id(profile))
            r.clinicians.insert(std::string(profile));
    }
}

// Older extracts do not say when a rota begins, and none says rightly whose it is: its appointments do.
void Practice::rota_facts(const Row& row) {
    if (!rotas_known_) read_rotas();
    const auto it = rotas_.find(row.key);
    if (it == rotas_.end()) return;
    Record& record = maker_.record();
    auto& schedule = maker_.entity<record::Schedule>(row.first_item);
    if (schedule.planning_horizon.start.empty() && !it->second.first.empty()) {
        schedule.planning_horizon.start = record.arena.copy(it->second.first);
        schedule.inferred.add(record.arena) = "planningHorizon.start: the first appointment of the rota";
    }
    for (const std::string& profile : it->second.clinicians) {
        const Text to = maker_.practice(EntityKind::PractitionerRole, "SRStaffMemberProfile", profile);
        if (to.empty()) continue;
        if (schedule.actor.size == 1 && schedule.actor[0].reference.empty()) schedule.actor = {};
        schedule.actor.add(record.arena).reference = to;
    }
}

void Practice::unreadable(Row& row) {
    maker_.record().settle(row.row, Fate::held, "unreadable-row");
    maker_.issue(row, Severity::error, "TPP-ROW-001", fmt::format("the row cannot be read: {}", row.bad), {},
                 "the row is held back; ask for the extract again");
}

// The flags of a slot that nobody has booked are the slot's.
void Practice::flags_of(const Row& appointment) {
    const auto table = extract_.named("SRAppointmentFlags");
    if (!table) return;
    const TableFile& t = extract_.table(*table);
    if (!std::exchange(flags_known_, true)) {
        const auto [first, last] = t.slots_of(TableFile::kNobody);
        for (std::size_t s = first; s < last; ++s) {
            if (t.verdict(s) != Verdict::live || t.broken.contains(t.offset(s))) continue;
            const Part& p = t.part_of(s);
            const Text id = csv::field_at(t.raw_at(t.offset(s)), p.header.find("IDAppointment"), p.dialect);
            flags_[id_key(id)].push_back(static_cast<std::uint32_t>(s));
        }
    }
    const auto it = appointment.key == kNoKey ? flags_.end() : flags_.find(appointment.key);
    if (it == flags_.end()) return;
    for (const std::uint32_t slot : it->second) {
        if (!flags_taken_.insert(slot).second) continue;
        Row flag = maker_.load(*table, slot);
        if (flag.bad != nullptr) {
            unreadable(flag);
            continue;
        }
        maker_.join(flag, appointment.first_item, "Slot");
        auto& s = maker_.entity<record::Slot>(appointment.first_item);
        const Text words = maker_.cell(flag, "Flag");
        s.comment = s.comment.empty() ? words : maker_.record().arena.join(s.comment, "; ", words);
    }
}

void Practice::left_over(std::size_t table, std::size_t slot) {
    Record& record = maker_.record();
    const TableFile& t = extract_.table(table);
    Row row = maker_.load(table, slot);
    if (maker_.settle_verdict(row)) return;
    if (row.bad != nullptr) return unreadable(row);
    maker_.route(row);
    if (maker_.settle(row)) return;
    if (!t.of_patients) return record.settle(row.row, Fate::lookup, "nobody-refers-to-it");
    // An appointment of a patient who is not there is held with its slot.
    const bool slot_of_nobody = row.route != nullptr && !row.route->makes.empty() &&
                                std::ranges::all_of(row.route->makes, [](const mapping::Made& m) {
                                    return record::practice_wide(m.kind);
                                });
    if (slot_of_nobody) {
        maker_.make(row, {});
        if (t.name == "SRAppointment") flags_of(row);
        return;
    }
    record.settle(row.row, Fate::held, "no-such-patient");
    maker_.issue(row, Severity::error, "TPP-PAT-003",
                 "belongs to a patient who is not in SRPatient: the row is held back",
                 t.shape.through.empty() ? t.shape.patient : t.shape.through,
                 "kept under held/; a delivery with the patient may be missing");
}

// Rows of patients first: what they refer to is asked for before the practice-wide rows that nobody asked for
// are settled.
bool Practice::rest(Record& record) {
    record.clear();
    maker_.begin(record, *this);
    for (; !orphans_done_ || table_ < extract_.tables().size(); ++table_, slot_ = 0) {
        if (table_ == extract_.tables().size()) {
            orphans_done_ = true;
            table_ = 0;
            if (!record.rows.empty()) return true;
        }
        const TableFile& t = extract_.table(table_);
        if (t.of_patients == orphans_done_) continue;
        const auto [first, last] =
            t.of_patients ? t.slots_of(TableFile::kNobody) : std::pair{std::size_t{0}, t.rows.size()};
        for (; first + slot_ < last; ++slot_) {
            if (record.rows.size() >= kChunk) return true;
            const bool taken = t.of_patients
                                   ? t.name == "SRAppointmentFlags" && flags_taken_.contains(first + slot_)
                                   : taken_[table_][slot_];
            if (!taken) left_over(table_, first + slot_);
        }
    }
    return !record.rows.empty();
}

}  // namespace gpswitch::tpp
