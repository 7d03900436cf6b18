#include <unordered_map>

#include "core/validate/context.hpp"

/// Authorisations and their issues.
namespace gpswitch::validate {
namespace {

const record::MedicationRequest& request(const Item& i) {
    return static_cast<const record::MedicationRequest&>(*i.entity);
}

bool repeat(const record::MedicationRequest& m) {
    for (const char* code : {"continuous", "continuous-repeating-dispensing"})
        if (has_code(m.course_of_therapy_type, code)) return true;
    return has_code(m.prescription_type, "repeat") || has_code(m.prescription_type, "repeat-dispensing");
}

bool active_repeat(const Item& item) {
    return item.kind == EntityKind::MedicationRequest && request(item).intent == "plan" &&
           request(item).status == "active" && repeat(request(item));
}

// What the drug is, for comparison: its first coding, else its words or the product it refers to.
std::string drug(const record::MedicationRequest& m) {
    const record::Concept& c = m.medication_codeable_concept;
    if (!c.coding.empty() && !c.coding[0].code.empty())
        return std::string(c.coding[0].system) + "|" + std::string(c.coding[0].code);
    if (!c.text.empty()) return "text|" + std::string(c.text);
    return std::string(m.medication_reference.reference);
}

bool dosed(const record::MedicationRequest& m) {
    for (const record::Dosage& d : m.dosage_instruction)
        if (!d.text.empty() || !d.patient_instruction.empty() || !d.timing.empty() ||
            !d.dose_and_rate.empty())
            return true;
    return false;
}

}  // namespace

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

void check_repeats(Context& c) {
    std::unordered_map<std::string, const Item*> first;
    for (const Item& item : c.record.items) {
        if (!active_repeat(item)) continue;
        const record::MedicationRequest& m = request(item);
        if (const std::string what = drug(m); !what.empty()) {
            const auto [other, fresh] = first.emplace(what, &item);
            if (!fresh)
                c.report("VAL-MED-003", item, "medicationCodeableConcept", "see " + label(*other->second));
        }
        if (!dosed(m)) c.report("VAL-MED-004", item, "dosageInstruction");
        if (c.past(m.review_date)) c.report("VAL-MED-005", item, "reviewDate");
        if (c.past(m.repeat_information.authorisation_expiry_date))
            c.report("VAL-MED-006", item, "repeatInformation.authorisationExpiryDate");
    }
}

}  // namespace gpswitch::validate
