#include "core/system/emis/practice.hpp"

#include <fmt/format.h>

#include "core/system/emis/patient.hpp"
#include "core/util/text.hpp"

namespace gpswitch::emis {
namespace {
constexpr std::size_t kChunk = 500;  // rows in a record of leftovers
}

Practice::Practice(const Extract& extract, const mapping::MappingSet& mapping)
    : maker_(extract, mapping), extract_(extract) {
    for (std::size_t i = 0; i < kTabs; ++i)
        if (shape(static_cast<Tab>(i)).patient.empty())
            taken_[i].assign(extract.table(static_cast<Tab>(i)).rows.size(), false);
}

bool Practice::take(Tab tab, std::uint32_t slot) {
    auto&& t = taken_[static_cast<std::size_t>(tab)][slot];
    const bool fresh = !t;
    t = true;
    return fresh;
}

Text Practice::target(EntityKind kind, Text cell, Record&) {
    switch (kind) {
        case EntityKind::PractitionerRole:
        case EntityKind::Practitioner: return maker_.practice_reference(kind, Tab::Admin_UserInRole, cell);
        case EntityKind::Organization: return maker_.practice_reference(kind, Tab::Admin_Organisation, cell);
        case EntityKind::Location: return maker_.practice_reference(kind, Tab::Admin_Location, cell);
        case EntityKind::Schedule: return maker_.practice_reference(kind, Tab::Appointment_Session, cell);
        default: return {};
    }
}

bool Practice::find(const record::Need& need, Record& record) {
    const Tab tab = static_cast<Tab>(need.handle >> 32);
    const auto slot_number = static_cast<std::uint32_t>(need.handle);
    maker_.begin(record, *this);
    const bool of_patient = !shape(tab).patient.empty();
    if (!of_patient && taken_[static_cast<std::size_t>(tab)][slot_number]) return false;
    Row row = maker_.load(tab, slot_number);
    // What cannot be made stays for the leftovers, which give it its fate.
    if (row.bad != nullptr || maker_.route(row) == nullptr || !row.route->settles.empty()) return false;
    if (!of_patient) take(tab, slot_number);
    if (of_patient) {
        slot(row, true);
        return true;
    }
    maker_.make(row, {});
    settle_repeats(tab, row);
    if (tab == Tab::Admin_Location) location(row);
    if (tab == Tab::Appointment_Session) schedule(row);
    if (tab == Tab::Admin_UserInRole) {
        Text practitioner;
        for (const record::Item& i : record.items)
            if (i.kind == EntityKind::Practitioner) practitioner = i.entity->id;
        for (const record::Item& i : record.items)
            if (i.kind == EntityKind::PractitionerRole)
                static_cast<record::PractitionerRole*>(i.entity)->practitioner.reference =
                    record.arena.join("Practitioner/", practitioner);
    }
    return true;
}

// Rows of the same key before this one: the last counts.
void Practice::settle_repeats(Tab tab, const Row& row) {
    for (std::uint32_t other : extract_.find(tab, row.key)) {
        if (!take(tab, other)) continue;
        const Row repeat = maker_.load(tab, other);
        maker_.record().settle(repeat.row, Fate::superseded, "newer-row-of-same-key");
    }
}

void Practice::location(Row& row) {
    Record& record = maker_.record();
    auto& location = maker_.entity<record::Location>(row.first_item);
    bool main = false;
    for (std::uint32_t s : extract_.find(Tab::Admin_OrganisationLocation, row.key)) {
        if (!take(Tab::Admin_OrganisationLocation, s)) continue;
        Row link = maker_.load(Tab::Admin_OrganisationLocation, s);
        if (link.bad != nullptr) {
            record.settle(link.row, Fate::held, "unreadable-row");
            continue;
        }
        maker_.route(link);
        if (maker_.settle(link)) continue;
        maker_.join(link, row.first_item, "Location");
        const Text organisation = maker_.cell(link, "OrganisationGuid");
        const Text id =
            maker_.practice_target(EntityKind::Organization, Tab::Admin_Organisation, organisation);
        const Text flag = maker_.cell(link, "IsMainLocation");
        const bool is_main = is_true(flag);
        if (!location.managing_organization.reference.empty() && (main || !is_main)) {
            location.rest.add(record.arena, {"Admin_OrganisationLocation.OrganisationGuid", organisation});
            continue;
        }
        if (!location.managing_organization.reference.empty())
            location.rest.add(record.arena, {"Admin_OrganisationLocation.OrganisationGuid",
                                             location.managing_organization.reference});
        main = is_main;
        if (id.empty())
            location.rest.add(record.arena, {"Admin_OrganisationLocation.OrganisationGuid", organisation});
        else
            location.managing_organization.reference = record.arena.join("Organization/", id);
    }
}

void Practice::schedule(Row& row) {
    Record& record = maker_.record();
    auto& schedule = maker_.entity<record::Schedule>(row.first_item);
    for (std::uint32_t s : extract_.find(Tab::Appointment_SessionUser, row.key)) {
        if (!take(Tab::Appointment_SessionUser, s)) continue;
        Row user = maker_.load(Tab::Appointment_SessionUser, s);
        if (user.bad != nullptr) {
            unreadable(user);
            continue;
        }
        maker_.route(user);
        if (maker_.settle(user)) continue;
        const Text guid = maker_.cell(user, "UserInRoleGuid");
        const Text id = maker_.practice_target(EntityKind::PractitionerRole, Tab::Admin_UserInRole, guid);
        const Text reference = record.arena.join("PractitionerRole/", id);
        bool there = false;
        for (const record::Reference& actor : schedule.actor)
            there = there || (!id.empty() && actor.reference == reference);
        if (there) {
            record.settle(user.row, Fate::superseded, "repeated-row");
            continue;
        }
        maker_.join(user, row.first_item, "Schedule");
        record::Reference& actor = schedule.actor.add(record.arena);
        if (!id.empty()) {
            actor.reference = reference;
            continue;
        }
        std::string normal;
        normal_guid(guid, normal);
        actor.identifier = {record.arena.join(kIdBase, "UserInRoleGuid"), record.arena.copy(normal)};
        maker_.degrade("reference-dangling", EntityKind::Schedule);
        maker_.issue(user, Severity::warning, "EMIS-REF-001",
                     "leads to a row that is not in the extract; the id is kept",
                     "Appointment_SessionUser.UserInRoleGuid", kMissingRow);
    }
    // Where planning begins is needed whoever is there; FHIR wants at least one actor.
    if (schedule.actor.empty()) schedule.actor.add(record.arena).display = "no staff named";
}

void Practice::slot(Row& row, bool of_patient) {
    Record& record = maker_.record();
    if (of_patient) {
        // The row itself is the appointment's; the slot is made beside it.
        maker_.make(row, {});
        for (std::size_t i = record.items.size(); i-- > 0;)
            if (!record::practice_wide(record.items[i].kind)) {
                record.items.erase(record.items.begin() + static_cast<std::ptrdiff_t>(i));
                std::erase_if(record.pending, [&](const record::Pending& p) { return p.item == i; });
            }
        for (record::Item& item : record.items) item.made = "the slot of a booked appointment";
        record.claims.clear();
        record.rows.clear();
        record.issues.clear();
        record.degradations.clear();
    }
    const auto [start, end] = slot_times(maker_, row);
    for (const record::Item& item : record.items) {
        if (item.kind != EntityKind::Slot) continue;
        auto& s = *static_cast<record::Slot*>(item.entity);
        if (s.identifier.empty() || s.identifier[0].value != row.key_text) continue;
        if (s.start.empty()) s.start = record.arena.copy(start);
        if (s.end.empty()) s.end = record.arena.copy(end);
        auto keep = [&](const char* column, bool lost) {
            if (const Text value = maker_.cell(row, column); lost && !value.empty())
                s.rest.add(record.arena, {record.arena.join("Appointment_Slot.", column), value});
        };
        keep("AppointmentDate", s.start.empty());
        keep("PlannedDurationInMinutes", s.end.empty());
    }
}

void Practice::unreadable(Row& row) {
    maker_.record().settle(row.row, Fate::held, "unreadable-row");
    maker_.issue(row, Severity::error, "EMIS-ROW-001", fmt::format("the row cannot be read: {}", row.bad), {},
                 "the row is held back; ask the supplier for the extract again");
}

void Practice::orphan(Tab tab, std::size_t slot_number) {
    Record& record = maker_.record();
    Row row = maker_.load(tab, slot_number);
    if (settle_verdict(maker_, row)) return;
    if (row.bad != nullptr) { return unreadable(row); }
    maker_.route(row);
    if (maker_.settle(row)) return;
    if (tab == Tab::Appointment_Slot && maker_.cell(row, "PatientGuid").empty() && row.route != nullptr) {
        maker_.make(row, {});
        return slot(row, false);
    }
    record.settle(row.row, Fate::held, "no-such-patient");
    maker_.issue(row, Severity::error, "EMIS-REF-004",
                 "belongs to a patient who is not in Admin_Patient: the row is held back",
                 record.arena.join(shape(tab).name, ".", shape(tab).patient),
                 "kept under held/; ask the supplier for the patient's row");
}

void Practice::unreferenced(Tab tab, std::uint32_t slot_number) {
    Record& record = maker_.record();
    Row row = maker_.load(tab, slot_number);
    if (settle_verdict(maker_, row)) return;
    if (row.bad != nullptr) { return unreadable(row); }
    maker_.route(row);
    if (!maker_.settle(row)) record.settle(row.row, Fate::lookup, "nobody-refers-to-it");
}

bool Practice::rest(Record& record) {
    record.clear();
    maker_.begin(record, *this);
    while (!orphans_done_) {
        if (rest_tab_ == kAllTabs) {
            orphans_done_ = true;
            rest_tab_ = rest_slot_ = 0;
            break;
        }
        const Tab tab = static_cast<Tab>(rest_tab_);
        if (!shape(tab).patient.empty()) {
            const auto [first, last] = extract_.table(tab).slots_of(TableFile::kNobody);
            while (first + rest_slot_ < last) {
                if (record.rows.size() >= kChunk) return true;
                orphan(tab, first + rest_slot_++);
            }
        }
        ++rest_tab_;
        rest_slot_ = 0;
        if (!record.rows.empty()) return true;
    }
    for (; rest_tab_ < kTabs; ++rest_tab_, rest_slot_ = 0) {
        const Tab tab = static_cast<Tab>(rest_tab_);
        const auto& taken = taken_[rest_tab_];
        for (; rest_slot_ < taken.size(); ++rest_slot_) {
            if (record.rows.size() >= kChunk) return true;
            if (!taken[rest_slot_]) unreferenced(tab, static_cast<std::uint32_t>(rest_slot_));
        }
    }
    return !record.rows.empty();
}

}  // namespace gpswitch::emis
