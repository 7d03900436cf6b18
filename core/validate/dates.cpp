#include "core/util/civil_time.hpp"
#include "core/util/text.hpp"
#include "core/validate/context.hpp"

/// Dates: that they exist, and that they fit a life.
namespace gpswitch::validate {
namespace {

bool is_date(record::Kind kind) {
    return kind == record::Kind::date || kind == record::Kind::date_time || kind == record::Kind::instant;
}

bool possible(record::Kind kind, Text s) {
    if (!civil_time::is_date_time(s)) return false;
    if (kind == record::Kind::date && s.size() > 10) return false;
    const auto year = to_integer(s.substr(0, 4));
    return year && *year >= 1800 && *year <= 2199;
}

// Instants with one offset compare to the second, everything else to the day.
bool after(Text start, Text end) {
    const int days = compare_days(start, end);
    if (days != 0 || start.size() != 25 || end.size() != 25 || start.substr(19) != end.substr(19))
        return days > 0;
    return start > end;
}

struct Dates : Visitor {
    Context& c;
    const Item& item;
    Dates(Context& context, const Item& i) : c(context), item(i) {}

    void text(const Field& f, Text value, const Trail& trail) override {
        if (is_date(f.kind) && !possible(f.kind, value)) c.report("VAL-DATE-001", item, path_of(trail));
    }
    void structure(const record::Type& type, const void* object, const Trail& trail) override {
        if (&type != &record::type_of<record::Period>()) return;
        const auto& p = *static_cast<const record::Period*>(object);
        period(p.start, p.end, path_of(trail));
    }
    void period(Text start, Text end, const std::string& path) {
        if (start.empty() || end.empty() || !usable(start) || !usable(end)) return;
        if (after(start, end)) c.report("VAL-DATE-004", item, path);
    }
};

struct Time {
    std::string_view field;
    bool
        event;  ///< says when something happened to the patient, not when it was written down or is to happen
};
constexpr Time kTimes[] = {
    {"effectiveDateTime", true},
    {"effectivePeriod", true},
    {"onsetDateTime", true},
    {"performedDateTime", true},
    {"performedPeriod", true},
    {"occurrenceDateTime", true},
    {"lastOccurrence", true},
    {"period", true},
    {"start", true},
    {"authoredOn", true},
    {"collection", true},
    {"effective", true},
    {"abatementDateTime", false},
    {"recordedDate", false},
    {"recorded", false},
    {"issued", false},
    {"date", false},
    {"dateTime", false},
    {"authored", false},
    {"receivedTime", false},
};

bool about_patient(EntityKind kind) {
    switch (kind) {
        case EntityKind::Patient:
        case EntityKind::RelatedPerson:
        case EntityKind::FamilyMemberHistory:
        case EntityKind::Medication:
        case EntityKind::Provenance:
        case EntityKind::AuditEvent: return false;
        default: return !record::practice_wide(kind);
    }
}

// Kinds whose events cannot follow death; registrations, papers, plans and flags can.
bool of_the_living(EntityKind kind) {
    switch (kind) {
        case EntityKind::Encounter:
        case EntityKind::Condition:
        case EntityKind::Observation:
        case EntityKind::AllergyIntolerance:
        case EntityKind::Immunization:
        case EntityKind::Procedure:
        case EntityKind::Specimen:
        case EntityKind::MedicationRequest:
        case EntityKind::Appointment: return true;
        default: return false;
    }
}

// The moment that counts: of a period or collection its start.
Text moment(const Item& item, const Field& f, std::string& path) {
    path = f.name;
    if (f.kind != record::Kind::structure) return record::text_at(item.entity, f);
    if (f.type == &record::type_of<record::Period>()) {
        path += ".start";
        return static_cast<const record::Period*>(record::at(item.entity, f))->start;
    }
    if (f.type != &record::type_of<record::SpecimenCollection>()) return {};
    path += ".collectedDateTime";
    return static_cast<const record::SpecimenCollection*>(record::at(item.entity, f))->collected_date_time;
}

void check_life(Context& c, const Item& item) {
    const bool living = of_the_living(item.kind) && usable(c.death());
    for (const Time& t : kTimes) {
        const Field* f = record::type_of(item.kind).find(t.field);
        if (f == nullptr || f->list) continue;
        std::string path;
        const Text when = moment(item, *f, path);
        if (when.empty() || !usable(when)) continue;
        if (usable(c.birth()) && compare_days(when, c.birth()) < 0) c.report("VAL-DATE-002", item, path);
        if (living && t.event && compare_days(when, c.death()) > 0) c.report("VAL-DATE-003", item, path);
    }
}

// What is planned may lie ahead: bookings, recalls, prescriptions, registrations, warnings.
bool ahead(const Item& item) {
    switch (item.kind) {
        case EntityKind::Appointment:
        case EntityKind::ServiceRequest:
        case EntityKind::MedicationRequest:
        case EntityKind::MedicationStatement:
        case EntityKind::EpisodeOfCare:
        case EntityKind::Task:
        case EntityKind::Flag:
        case EntityKind::Consent: return true;
        case EntityKind::Encounter:
            return static_cast<const record::Encounter*>(item.entity)->status == "planned";
        default: return false;
    }
}

// Kinds whose place in a life is their date.
bool needs_date(EntityKind kind) {
    switch (kind) {
        case EntityKind::Encounter:
        case EntityKind::Condition:
        case EntityKind::Observation:
        case EntityKind::AllergyIntolerance:
        case EntityKind::Immunization:
        case EntityKind::Procedure:
        case EntityKind::MedicationRequest:
        case EntityKind::DiagnosticReport: return true;
        default: return false;
    }
}

bool has_date(const Item& item) {
    for (const Time& t : kTimes) {
        const Field* f = record::type_of(item.kind).find(t.field);
        std::string path;
        if (f != nullptr && !f->list && !moment(item, *f, path).empty()) return true;
    }
    return false;
}

// A result may have its report's or panel's date.
bool dated(const Context& c, const Item& item) {
    for (const Item* at = &item; at != nullptr; at = c.panel_of(*at))
        if (has_date(*at)) return true;
    return false;
}

void check_time(Context& c, const Item& item) {
    if (needs_date(item.kind) && !dated(c, item)) c.report("VAL-DATE-006", item);
    if (ahead(item)) return;
    for (const Time& t : kTimes) {
        const Field* f = record::type_of(item.kind).find(t.field);
        if (f == nullptr || f->list) continue;
        std::string path;
        const Text when = moment(item, *f, path);
        if (t.field == "abatementDateTime" || !c.future(when)) continue;
        return c.report("VAL-DATE-005", item, path);
    }
}

}  // namespace

bool usable(Text s) { return possible(record::Kind::date_time, s); }

void check_dates(Context& c) {
    for (const Item& item : c.record.items) {
        Dates v(c, item);
        visit(item, v);
        if (item.kind == EntityKind::Appointment || item.kind == EntityKind::Slot) {
            const record::Type& type = record::type_of(item.kind);
            v.period(record::text_at(item.entity, *type.find("start")),
                     record::text_at(item.entity, *type.find("end")), "start");
        }
        if (about_patient(item.kind)) {
            check_life(c, item);
            check_time(c, item);
        }
        if (item.kind == EntityKind::Patient && usable(c.birth()) && usable(c.death()) &&
            compare_days(c.death(), c.birth()) < 0)
            c.report("VAL-DATE-002", item, "deceasedDateTime");
    }
}

}  // namespace gpswitch::validate
