#include <algorithm>
#include <charconv>

#include "core/util/text.hpp"
#include "core/validate/context.hpp"

/// What an entry must say to be of use: what it is, who made it, values that can be.
namespace gpswitch::validate {
namespace {

// The field that says what an entry is; nullptr for kinds with rules of their own, or that need none.
const Field* subject_matter(EntityKind kind) {
    switch (kind) {
        case EntityKind::Observation:
        case EntityKind::Procedure:
        case EntityKind::ServiceRequest: return record::type_of(kind).find("code");
        case EntityKind::Immunization: return record::type_of(kind).find("vaccineCode");
        case EntityKind::MedicationRequest:
        case EntityKind::MedicationStatement: return record::type_of(kind).find("medicationCodeableConcept");
        default: return nullptr;
    }
}

bool nameless(const Item& item, const Field& f) {
    // A referral may say it by its reason, or in words alone.
    if (item.kind == EntityKind::ServiceRequest && first_filled(item, {"reasonCode", "orderDetail", "note"}))
        return false;
    if (said(*static_cast<const record::Concept*>(record::at(item.entity, f)))) return false;
    if (const Field* product = record::type_of(item.kind).find("medicationReference"))
        return record::is_empty(item.entity, *product);
    return true;
}

bool empty_report(const record::DiagnosticReport& r) {
    return r.result.empty() && r.conclusion.empty() && r.conclusion_code.empty() &&
           r.presented_form.empty() && r.imaging_study.empty() && r.note.empty();
}

// Entries somebody must answer for.
bool needs_author(EntityKind kind) {
    switch (kind) {
        case EntityKind::Encounter:
        case EntityKind::Condition:
        case EntityKind::Observation:
        case EntityKind::AllergyIntolerance:
        case EntityKind::Immunization:
        case EntityKind::Procedure:
        case EntityKind::MedicationRequest:
        case EntityKind::ServiceRequest: return true;
        default: return false;
    }
}

bool has_author(const Item& item) {
    return first_filled(item, {"recorder", "performer", "asserter", "requester", "participant", "author",
                               "resultsInterpreter", "reportOrigin"}) != nullptr;
}

// The consultation's people answer for what is in it, a panel's or report's for its results, a plan's for its
// issues.
bool answered_for(const Context& c, const Item& item) {
    if (has_author(item)) return true;
    for (const char* name : {"encounter", "context"}) {
        const Field* f = record::type_of(item.kind).find(name);
        if (f == nullptr || f->type != &record::type_of<record::Reference>() || f->list) continue;
        const Item* other =
            c.find(static_cast<const record::Reference*>(record::at(item.entity, *f))->reference);
        if (other != nullptr && has_author(*other)) return true;
    }
    if (const Item* panel = c.panel_of(item); panel != nullptr && answered_for(c, *panel)) return true;
    if (item.kind != EntityKind::MedicationRequest) return false;
    for (const record::Reference& r : static_cast<const record::MedicationRequest&>(*item.entity).based_on)
        if (const Item* plan = c.find(r.reference); plan != nullptr && has_author(*plan)) return true;
    return false;
}

// The row for this code and unit; nullptr when there is none.
const Plausible* limits(const Context& c, const record::Concept& code, const record::Quantity& q) {
    if (q.value.empty() || !q.comparator.empty()) return nullptr;
    for (const record::Coding& coding : code.coding)
        for (const Plausible& row : c.rules.plausible) {
            if (row.system != coding.system || row.code != coding.code) continue;
            for (const std::string& unit : row.units)
                if (same_ignoring_case(unit, q.unit) || same_ignoring_case(unit, q.code)) return &row;
        }
    return nullptr;
}

bool number(Text s, double& out) {
    const auto r = std::from_chars(s.data(), s.data() + s.size(), out);
    return r.ec == std::errc() && r.ptr == s.data() + s.size();
}

struct Pressure {
    double systolic = 0, diastolic = 0;
    bool has_systolic = false, has_diastolic = false;
};

void measure(Context& c, const Item& item, const record::Concept& code, const record::Quantity& q,
             const std::string& path, Pressure& pressure) {
    const Plausible* row = limits(c, code, q);
    double value = 0;
    if (row == nullptr || !number(q.value, value)) return;
    if (value < row->low || value > row->high) c.report("VAL-OBS-002", item, path);
    if (row->role == "systolic") pressure.systolic = value, pressure.has_systolic = true;
    if (row->role == "diastolic") pressure.diastolic = value, pressure.has_diastolic = true;
}

}  // namespace

void check_contents(Context& c) {
    for (const Item& item : c.record.items) {
        const Field* f = subject_matter(item.kind);
        if (f != nullptr && nameless(item, *f)) c.report("VAL-CODE-001", item, std::string(f->name));
        if (item.kind == EntityKind::DiagnosticReport &&
            empty_report(static_cast<const record::DiagnosticReport&>(*item.entity)))
            c.report("VAL-RPT-001", item, "result");
    }
}

void check_authors(Context& c) {
    for (const Item& item : c.record.items)
        if (needs_author(item.kind) && !answered_for(c, item)) c.report("VAL-AUT-001", item);
}

void check_measurements(Context& c) {
    for (const Item& item : c.record.items) {
        if (item.kind != EntityKind::Observation) continue;
        const auto& o = static_cast<const record::Observation&>(*item.entity);
        if (o.status == "entered-in-error" || o.status == "cancelled") continue;
        Pressure pressure;
        measure(c, item, o.code, o.value_quantity, "valueQuantity", pressure);
        for (std::uint32_t i = 0; i < o.component.size; ++i)
            measure(c, item, o.component[i].code, o.component[i].value_quantity,
                    "component[" + std::to_string(i) + "].valueQuantity", pressure);
        for (const record::Reference& r : o.has_member) {
            const Item* member = c.find(r.reference);
            if (member == nullptr || member->kind != EntityKind::Observation) continue;
            const auto& m = static_cast<const record::Observation&>(*member->entity);
            const Plausible* row = limits(c, m.code, m.value_quantity);
            double value = 0;
            if (row == nullptr || !number(m.value_quantity.value, value)) continue;
            if (row->role == "systolic") pressure.systolic = value, pressure.has_systolic = true;
            if (row->role == "diastolic") pressure.diastolic = value, pressure.has_diastolic = true;
        }
        if (pressure.has_systolic && pressure.has_diastolic && pressure.diastolic >= pressure.systolic)
            c.report("VAL-OBS-001", item, o.component.empty() ? "hasMember" : "component");
    }
}

}  // namespace gpswitch::validate
