#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "core/validate/context.hpp"

/// What a clinician would stumble over. Codes tested here are the standard form's own (FHIR and UK Core code
/// systems); clinical codes come from tables.
namespace gpswitch::validate {
namespace {

const record::AllergyIntolerance& allergy(const Item& i) {
    return static_cast<const record::AllergyIntolerance&>(*i.entity);
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

std::string kind_of_list(const Context& c, const record::FhirList& list) {
    for (const record::Coding& coding : list.code.coding)
        for (const ListCode& row : c.rules.list_codes)
            if (row.system == coding.system && row.code == coding.code) return row.kind;
    return {};
}

bool is_problem(const record::Condition& p) {
    return std::any_of(p.category.begin(), p.category.end(), [](const record::Concept& category) {
        return has_code(category, "problem-list-item");
    });
}

// The problem that stands above; nullptr when there is none in the record.
const Item* above(const Context& c, const Item& item) {
    for (const record::RelatedProblem& r :
         static_cast<const record::Condition&>(*item.entity).related_problem)
        if (r.type == "parent") return c.find(r.target.reference);
    return nullptr;
}

// Each circle is reported once, at the first of its problems.
void check_circles(Context& c) {
    std::unordered_set<const Item*> done;
    for (const Item& item : c.record.items) {
        if (item.kind != EntityKind::Condition) continue;
        std::unordered_set<const Item*> way;
        const Item* at = &item;
        while (at != nullptr && at->kind == EntityKind::Condition && !done.contains(at) &&
               way.insert(at).second)
            at = above(c, *at);
        if (at != nullptr && way.contains(at)) c.report("VAL-PRB-002", *at, "relatedProblem");
        done.insert(way.begin(), way.end());
    }
}

}  // namespace

bool active_allergy(const Context& c, const Item& item) {
    return item.kind == EntityKind::AllergyIntolerance && active(allergy(item)) &&
           asserted(c, allergy(item).code) == nullptr;
}

void check_allergy_lists(Context& c) {
    std::unordered_map<std::string, const Item*> listed;
    const Item* list_item = nullptr;
    for (const Item& item : c.record.items) {
        if (item.kind != EntityKind::List) continue;
        const auto& list = static_cast<const record::FhirList&>(*item.entity);
        if (kind_of_list(c, list) != "allergies") continue;
        list_item = &item;
        for (const record::ListEntry& e : list.entry) listed.emplace(std::string(e.item.reference), &item);
        if (!c.safeguards().says_none(list)) continue;
        const auto there = std::find_if(c.record.items.begin(), c.record.items.end(),
                                        [&](const Item& other) { return active_allergy(c, other); });
        if (there != c.record.items.end())
            c.report("VAL-ALG-003", item, "emptyReason", "see " + label(*there));
    }
    if (list_item == nullptr || listed.empty()) return;
    for (const Item& item : c.record.items)
        if (active_allergy(c, item) && !listed.contains("AllergyIntolerance/" + std::string(item.entity->id)))
            c.report("VAL-ALG-004", item, "", "see " + label(*list_item));
}

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

void check_problems(Context& c) {
    for (const Item& item : c.record.items) {
        if (item.kind != EntityKind::Condition) continue;
        const auto& p = static_cast<const record::Condition&>(*item.entity);
        const bool linked = !p.actual_problem.reference.empty() || !p.actual_problem.identifier.value.empty();
        if (is_problem(p) && p.code.coding.empty() && p.code.text.empty() && !linked)
            c.report("VAL-PRB-001", item, "code");
        if (is_problem(p) && has_code(p.clinical_status, "active") && c.past(p.abatement_date_time))
            c.report("VAL-PRB-003", item, "abatementDateTime");
    }
    check_circles(c);
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
    std::uint32_t last = 0;
    for (const mapping::MissingLabel& m : c.safeguards().missing_labels(c.record)) {
        // One finding for all the labels that one entity should have from another.
        const std::uint32_t pair = m.item * 31u + m.from + 1;
        if (pair == last) continue;
        last = pair;
        c.report("VAL-LBL-001", c.record.items[m.item], "meta.security",
                 m.item == m.from ? "its content has one" : "see " + label(c.record.items[m.from]));
    }
}

}  // namespace gpswitch::validate
