// LINKS: consultations and problems that an entry belongs to.
#include "core/system/vision/rows.hpp"
#include "core/util/text.hpp"

namespace gpswitch::vision {
namespace {

template <class T>
void encounter_of(T& e, Text reference, Arena& arena) {
    if constexpr (requires { e.encounter; })
        e.encounter.reference = reference;
    else if constexpr (requires { e.context.encounter; })
        e.context.encounter.add(arena).reference = reference;
    else if constexpr (requires { e.context.reference; })
        e.context.reference = reference;
}

template <class T>
void problem_of(T& e, Text reference, Arena& arena) {
    if constexpr (requires { e.related_problem; }) {
        record::RelatedProblem& r = e.related_problem.add(arena);
        r.type = "parent";
        r.target.reference = reference;
    } else if constexpr (
        requires { e.reason_reference; } && !requires { e.performed_date_time; } &&
        !requires { e.lot_number; }) {
        e.reason_reference.add(arena).reference = reference;
    } else {
        e.problem.add(arena).reference = reference;
    }
}

}  // namespace

void Maker::link(Row& row, std::uint32_t item) {
    const Shape& s = shape_of(row);
    const int column = s.tab == Tab::journal     ? int{journal::LINKS}
                       : s.tab == Tab::encounter ? int{encounter::LINKS}
                                                 : int{referral::LINKS};
    Text list = cell(row, column);
    if (list.empty()) return;
    Arena& arena = record_->arena;
    Entity& entity = *record_->items[item].entity;
    Text found;
    const auto put = [&](Text reference, bool problem) {
        const auto to = [&](auto& e) {
            if (problem)
                problem_of(e, reference, arena);
            else
                encounter_of(e, reference, arena);
        };
        switch (record_->items[item].kind) {
            case EntityKind::Observation: return to(static_cast<record::Observation&>(entity));
            case EntityKind::Condition: return to(static_cast<record::Condition&>(entity));
            case EntityKind::Procedure: return to(static_cast<record::Procedure&>(entity));
            case EntityKind::AllergyIntolerance: return to(static_cast<record::AllergyIntolerance&>(entity));
            case EntityKind::Immunization: return to(static_cast<record::Immunization&>(entity));
            case EntityKind::FamilyMemberHistory:
                return to(static_cast<record::FamilyMemberHistory&>(entity));
            case EntityKind::ServiceRequest: return to(static_cast<record::ServiceRequest&>(entity));
            case EntityKind::DocumentReference: return to(static_cast<record::DocumentReference&>(entity));
            case EntityKind::MedicationRequest: return to(static_cast<record::MedicationRequest&>(entity));
            case EntityKind::MedicationStatement:
                return to(static_cast<record::MedicationStatement&>(entity));
            case EntityKind::Encounter: {
                auto& e = static_cast<record::Encounter&>(entity);
                if (problem)
                    e.reason_reference.add(arena).reference = reference;
                else
                    entity.rest.add(arena) = {origin(row, column), reference};
                return;
            }
            default: return;
        }
    };
    for (Text token = next_token(list); !token.empty(); token = next_token(list)) {
        const bool consultation = token.front() == 'E' || token.front() == 'e';
        const Text id = consultation ? token.substr(1) : token;
        if (id.empty()) continue;  // a lone E
        const bool itself = id == row.key_text && consultation == (s.tab == Tab::encounter) &&
                            (consultation || s.tab == Tab::journal);
        if (itself) continue;
        const Text reference = consultation ? links_->encounter(id) : links_->problem(id);
        if (reference.empty()) {
            entity.rest.add(arena) = {origin(row, column), token};
            degrade("reference-dangling", record_->items[item].kind);
            issue(row, Severity::information, "VISION-REF-002",
                  consultation ? "links a consultation that is not in the extract; the id is kept"
                               : "links an entry that is no problem of this patient; the id is kept",
                  column, kMissing);
            continue;
        }
        if (consultation && s.tab == Tab::encounter) {
            entity.rest.add(arena) = {origin(row, column), token};
            continue;
        }
        if (consultation && !found.empty()) {
            if (found == reference) continue;
            entity.rest.add(arena) = {origin(row, column), token};
            issue(row, Severity::warning, "VISION-LINK-001",
                  "links two consultations: the first counts, the other is kept beside the entry", column,
                  "look at the entry in Vision: which one is it of?");
            continue;
        }
        if (consultation) found = reference;
        put(reference, !consultation);
    }
}

}  // namespace gpswitch::vision
