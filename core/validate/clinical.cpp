#include <algorithm>
#include <array>

#include "core/validate/context.hpp"

/// What a clinician would stumble over. Codes tested here are the standard form's own (FHIR and UK Core code
/// systems); clinical codes come from tables.
namespace gpswitch::validate {
namespace {

const record::AllergyIntolerance& allergy(const Item& i) {
    return static_cast<const record::AllergyIntolerance&>(*i.entity);
}
const record::MedicationRequest& request(const Item& i) {
    return static_cast<const record::MedicationRequest&>(*i.entity);
}

// The table's row for a concept; nullptr when it asserts nothing.
const NoKnownAllergy* asserted(const Context& c, const record::Concept& code) {
    for (const record::Coding& coding : code.coding)
        for (const NoKnownAllergy& row : c.rules.no_known_allergy)
            if (row.system == coding.system && row.code == coding.code) return &row;
    return nullptr;
}

bool active(const record::AllergyIntolerance& a) {
    if (has_code(a.verification_status, "refuted") || has_code(a.verification_status, "entered-in-error"))
        return false;
    const bool said = !a.clinical_status.coding.empty();
    bool yes = !said;
    for (const record::Coding& coding : a.clinical_status.coding) yes = yes || coding.code == "active";
    return yes && a.clinical_status.end.end_date.empty();
}

bool in_scope(const NoKnownAllergy& row, const record::AllergyIntolerance& a) {
    if (row.scope == "any" || a.category.empty()) return true;
    return std::find(a.category.begin(), a.category.end(), Text(row.scope)) != a.category.end();
}

// The assertion an entity makes; nullptr when it makes none, or no longer.
const NoKnownAllergy* assertion(const Context& c, const Item& item) {
    if (item.kind == EntityKind::AllergyIntolerance)
        return active(allergy(item)) ? asserted(c, allergy(item).code) : nullptr;
    if (item.kind == EntityKind::Observation) {
        const auto& o = static_cast<const record::Observation&>(*item.entity);
        return o.status == "entered-in-error" || o.status == "cancelled" ? nullptr : asserted(c, o.code);
    }
    if (item.kind != EntityKind::Condition) return nullptr;
    const auto& condition = static_cast<const record::Condition&>(*item.entity);
    if (has_code(condition.verification_status, "entered-in-error")) return nullptr;
    return asserted(c, condition.code);
}

// An entry of the past is no contradiction: the allergy was found later.
bool older(const Item& item, const record::AllergyIntolerance& a) {
    if (item.kind == EntityKind::AllergyIntolerance) return false;
    const Field* f = first_filled(item, {"effectiveDateTime", "onsetDateTime", "recordedDate", "issued"});
    const Text known = a.recorded_date.empty() ? a.onset_date_time : a.recorded_date;
    return f != nullptr && !known.empty() && compare_days(record::text_at(item.entity, *f), known) < 0;
}

bool nameless(const record::AllergyIntolerance& a) {
    if (!a.code.coding.empty() || !a.code.text.empty()) return false;
    for (const record::AllergyReaction& r : a.reaction)
        if (!r.substance.coding.empty() || !r.substance.text.empty()) return false;
    return true;
}

bool repeat(const record::MedicationRequest& m) {
    for (const char* code : {"continuous", "continuous-repeating-dispensing"})
        if (has_code(m.course_of_therapy_type, code)) return true;
    return has_code(m.prescription_type, "repeat") || has_code(m.prescription_type, "repeat-dispensing");
}

// What an entity derives from, by the names of its fields; empty ones don't count.
std::array<std::string_view, 2> origins(EntityKind kind) {
    switch (kind) {
        case EntityKind::MedicationRequest: return {"basedOn"};
        case EntityKind::MedicationStatement: return {"basedOn", "derivedFrom"};
        case EntityKind::Observation: return {"derivedFrom"};
        case EntityKind::Condition: return {"actualProblem"};
        case EntityKind::DiagnosticReport: return {"result"};
        case EntityKind::Provenance: return {"target"};
        default: return {};
    }
}

bool as_restricted(const record::Entity& derived, const record::Entity& origin) {
    const auto& own = derived.meta.security;
    return std::all_of(origin.meta.security.begin(), origin.meta.security.end(),
                       [&](const record::Coding& label) {
                           return std::any_of(own.begin(), own.end(), [&](const record::Coding& l) {
                               return l.system == label.system && l.code == label.code;
                           });
                       });
}

}  // namespace

void check_allergies(Context& c) {
    for (const Item& item : c.record.items) {
        const NoKnownAllergy* row = assertion(c, item);
        if (row == nullptr) continue;
        for (const Item& other : c.record.items) {
            if (other.kind != EntityKind::AllergyIntolerance || !active(allergy(other))) continue;
            if (asserted(c, allergy(other).code) != nullptr || !in_scope(*row, allergy(other)) ||
                older(item, allergy(other)))
                continue;
            c.report("VAL-ALG-001", item, "code", "see " + label(other));
            break;
        }
    }
    for (const Item& item : c.record.items)
        if (item.kind == EntityKind::AllergyIntolerance && nameless(allergy(item)))
            c.report("VAL-ALG-002", item, "code");
}

void check_medication(Context& c) {
    for (const Item& item : c.record.items) {
        if (item.kind != EntityKind::MedicationRequest || request(item).intent != "order") continue;
        bool authorised = false;
        for (const record::Reference& r : request(item).based_on) {
            const Item* plan = c.find(r.reference);
            authorised =
                authorised || (plan != nullptr && plan->kind == item.kind && request(*plan).intent == "plan");
        }
        if (!authorised) c.report("VAL-MED-001", item, "basedOn");
    }
    if (!c.gone()) return;
    for (const Item& item : c.record.items) {
        if (item.kind != EntityKind::MedicationRequest) continue;
        const record::MedicationRequest& m = request(item);
        if (m.intent == "plan" && m.status == "active" && repeat(m)) c.report("VAL-MED-002", item, "status");
    }
}

void check_problems(Context& c) {
    for (const Item& item : c.record.items) {
        if (item.kind != EntityKind::Condition) continue;
        const auto& p = static_cast<const record::Condition&>(*item.entity);
        bool problem = false;
        for (const record::Concept& category : p.category)
            problem = problem || has_code(category, "problem-list-item");
        const bool linked = !p.actual_problem.reference.empty() || !p.actual_problem.identifier.value.empty();
        if (problem && p.code.coding.empty() && p.code.text.empty() && !linked)
            c.report("VAL-PRB-001", item, "code");
    }
}

void check_recalls(Context& c) {
    if (!c.gone()) return;
    for (const Item& item : c.record.items) {
        if (item.kind == EntityKind::ServiceRequest) {
            const auto& s = static_cast<const record::ServiceRequest&>(*item.entity);
            const bool recall = s.intent == "plan" || s.intent == "proposal";
            if (recall && (s.status == "active" || s.status == "on-hold"))
                c.report("VAL-REC-001", item, "status");
        }
        if (item.kind == EntityKind::Task) {
            const Text status = static_cast<const record::Task&>(*item.entity).status;
            const bool closed = status.empty() || status == "completed" || status == "cancelled" ||
                                status == "rejected" || status == "failed" || status == "entered-in-error";
            if (!closed) c.report("VAL-REC-001", item, "status");
        }
    }
}

void check_labels(Context& c) {
    for (const Item& item : c.record.items) {
        for (std::string_view name : origins(item.kind)) {
            if (name.empty()) continue;
            const Field& f = *record::type_of(item.kind).find(name);
            const std::uint32_t n = f.list ? record::items_at(item.entity, f).size : 1;
            for (std::uint32_t i = 0; i < n; ++i) {
                const void* at = f.list ? record::items_at(item.entity, f).data + i * f.type->size
                                        : record::at(item.entity, f);
                const Item* origin = c.find(static_cast<const record::Reference*>(at)->reference);
                if (origin == nullptr || origin == &item || as_restricted(*item.entity, *origin->entity))
                    continue;
                c.report("VAL-LBL-001", item, "meta.security", "see " + label(*origin));
            }
        }
    }
}

}  // namespace gpswitch::validate
