#include "core/diff/guard.hpp"

#include <stdexcept>

namespace gpswitch::diff {
namespace {

using record::EntityKind;

bool has_code(const record::Concept& c, std::string_view code) {
    for (const record::Coding& coding : c.coding)
        if (coding.code == code) return true;
    return false;
}

// Acute plans count as repeats: the type of prescription may be the very thing that is lost.
bool active_plan(const record::Entity& e) {
    const auto& m = static_cast<const record::MedicationRequest&>(e);
    return m.intent == "plan" && (m.status == "active" || m.status == "on-hold");
}

bool active_course(const record::Entity& e) {
    return static_cast<const record::MedicationStatement&>(e).status == "active";
}

// Else it would be issued here as well.
bool prescribed_elsewhere(const record::Entity& e) {
    return has_code(static_cast<const record::MedicationStatement&>(e).prescribing_agency,
                    "prescribed-by-another-organisation");
}

bool active_problem(const record::Entity& e) {
    const auto& c = static_cast<const record::Condition&>(e);
    bool problem = false;
    for (const record::Concept& category : c.category)
        problem = problem || has_code(category, "problem-list-item");
    return problem && (has_code(c.clinical_status, "active") || has_code(c.clinical_status, "recurrence") ||
                       has_code(c.clinical_status, "relapse"));
}

// How certain an allergy is many layouts cannot say; that it is none may not be lost.
bool no_allergy(const record::Entity& e) {
    const record::Concept& c = static_cast<const record::AllergyIntolerance&>(e).verification_status;
    return has_code(c, "refuted") || has_code(c, "entered-in-error");
}

bool has_warning(const record::Entity& e) {
    return !static_cast<const record::FhirList&>(e).warning_code.empty();
}

Guard guard(EntityKind kind, std::string_view field, std::string_view what,
            bool (*applies)(const record::Entity&)) {
    Guard g{kind, false, field, what, applies, {}};
    if (field.empty()) return g;
    g.path = resolve(type_of(kind), field);
    if (g.path.empty()) throw std::logic_error("diff: no such field to guard: " + std::string(field));
    return g;
}

std::vector<Guard> make_guards() {
    std::vector<Guard> all;
    const auto add = [&](EntityKind kind, std::initializer_list<std::string_view> fields,
                         std::string_view what, bool (*applies)(const record::Entity&) = nullptr) {
        for (std::string_view field : fields) all.push_back(guard(kind, field, what, applies));
    };
    add(EntityKind::AllergyIntolerance, {"", "code", "clinicalStatus"}, "an allergy");
    add(EntityKind::AllergyIntolerance, {"verificationStatus"}, "that an allergy is none", no_allergy);
    add(EntityKind::MedicationRequest, {"dosageInstruction"}, "a dose");
    add(EntityKind::MedicationStatement, {"dosage"}, "a dose");
    add(EntityKind::Immunization, {"doseQuantity"}, "a dose");
    add(EntityKind::MedicationRequest,
        {"", "status", "intent", "medicationCodeableConcept", "medicationReference", "courseOfTherapyType",
         "prescriptionType"},
        "an active repeat", active_plan);
    add(EntityKind::MedicationStatement, {"", "status", "medicationCodeableConcept", "medicationReference"},
        "an active repeat", active_course);
    add(EntityKind::MedicationStatement, {"prescribingAgency"}, "who prescribes", prescribed_elsewhere);
    add(EntityKind::Condition, {"", "code", "clinicalStatus", "category"}, "an active problem",
        active_problem);
    add(EntityKind::Flag, {"", "code", "status"}, "a warning");
    add(EntityKind::List, {"", "warningCode"}, "a warning", has_warning);
    add(EntityKind::DocumentReference, {"securityLabel"}, "a confidentiality label");
    Guard label = guard(EntityKind::Patient, "meta.security", "a confidentiality label", nullptr);
    label.every_kind = true;
    all.push_back(label);
    return all;
}

bool concerns(const Guard& g, EntityKind kind, const record::Entity& e) {
    return (g.every_kind || g.kind == kind) && (g.applies == nullptr || g.applies(e));
}

}  // namespace

const std::vector<Guard>& guards() {
    static const std::vector<Guard> all = make_guards();
    return all;
}

std::string_view guarded(EntityKind kind, const record::Entity& before) {
    for (const Guard& g : guards())
        if (g.field.empty() && concerns(g, kind, before)) return g.what;
    return {};
}

std::string_view guarded(EntityKind kind, const record::Entity& before, std::string_view field) {
    for (const Guard& g : guards())
        if (!g.field.empty() && overlap(g.field, field) && concerns(g, kind, before) &&
            any_at(&before, g.path))
            return g.what;
    return {};
}

}  // namespace gpswitch::diff
