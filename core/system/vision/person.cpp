// Who the patient is, and the registrations with the practice.
#include <algorithm>

#include "core/system/vision/patient.hpp"
#include "core/util/nhs_number.hpp"
#include "core/util/text.hpp"

namespace gpswitch::vision {

void PatientCursor::person(Row& row) {
    const auto item = item_of(row, EntityKind::Patient);
    if (!item) return;
    auto& patient = maker_.entity<record::Patient>(*item);
    const Text number = Maker::cell(row, patient::NHS_NUMBER);
    if (number.empty()) {
        maker_.issue(row, Severity::information, "VISION-NHS-002", "no NHS number", patient::NHS_NUMBER,
                     "the patient will not be paired by it");
        return;
    }
    record::Identifier& id = patient.identifier.add(record_->arena);
    const std::string valid = nhs_number::parse(number);
    id.system = valid.empty() ? Text("https://gpswitch.org/Id/invalid-nhs-number")
                              : Text("https://fhir.nhs.uk/Id/nhs-number");
    id.value = valid.empty() ? number : record_->arena.copy(valid);
    if (!valid.empty()) return;
    maker_.degrade("nhs-number-invalid", EntityKind::Patient);
    maker_.issue(row, Severity::warning, "VISION-NHS-001",
                 "not a valid NHS number: kept, but nobody is paired by it", patient::NHS_NUMBER,
                 "trace the patient on the Personal Demographics Service");
}

// "Left" and "deceased" take the place of the type; an earlier delivery of the same registration still has
// it.
void PatientCursor::registration_type(const Row& row, std::uint32_t item) {
    const mapping::Values& types =
        maker_.mapping().values(maker_.mapping().values_index("registration-type"));
    const mapping::ValueRow* now = types.find(Maker::cell(row, patient::ACTIVE));
    if (now == nullptr || !now->target.empty()) return;
    auto& e = maker_.entity<record::EpisodeOfCare>(item);
    maker_.keep(row, e, patient::ACTIVE);
    const mapping::ValueRow* before = nullptr;
    const Text start = maker_.day(row, patient::REGISTERED_DATE);
    Arena& arena = record_->arena;
    for (const Row& older : rows(Tab::patient)) {
        if (older.row >= row.row || older.bad != nullptr) continue;
        // Rows that do not count any more have their days as they were written.
        const Text given = Maker::cell(older, patient::REGISTERED_DATE);
        const Day day = day_of(given, arena);
        const Text then = !day.full.empty() ? day.full : !day.partial.empty() ? day.partial : given;
        if (then != start) continue;
        const mapping::ValueRow* v = types.find(Maker::cell(older, patient::ACTIVE));
        if (v != nullptr && !v->target.empty()) before = v;
    }
    if (before == nullptr) {
        maker_.degrade("value-unmatched", EntityKind::EpisodeOfCare);
        return;
    }
    record::Concept& type = e.type.add(arena);
    type.coding.add(arena) = {types.target_system, {}, before->target, before->display, {}, {}, {}};
    type.coding.add(arena) = {types.source_system, {}, before->source, {}, {}, {}, {}};
    type.text = before->source;
    e.inferred.add(arena) = "type: from an earlier delivery, before the patient left or died";
}

// One row, one registration; an earlier delivery may have had another one, which the row of today does not
// say any more.
void PatientCursor::registrations() {
    Row* const now = person_row();
    const auto item = item_of(*now, EntityKind::EpisodeOfCare);
    if (!item) {
        for (const Row& r : former_) record_->settle(r.row, Fate::superseded, "newer-row-of-same-key");
        return;
    }
    registration_type(*now, *item);
    if (Maker::cell(*now, patient::ACTIVE).empty()) {
        auto& e = maker_.entity<record::EpisodeOfCare>(*item);
        e.inferred.add(record_->arena) = "status: nothing says of which type the registration is";
        maker_.degrade("value-missing", EntityKind::EpisodeOfCare);
        maker_.issue(*now, Severity::warning, "VISION-ACTIVE-001",
                     "no type of registration: taken for registered, unless a removal says otherwise",
                     patient::ACTIVE, "ask the practice: has the patient left, or died?");
    }
    for (std::size_t i = 0; i < former_.size(); ++i) {
        Row& r = former_[i];
        const Row& next = i + 1 < former_.size() ? former_[i + 1] : *now;
        const Text start = maker_.day(r, patient::REGISTERED_DATE);
        const auto made = static_cast<std::uint32_t>(record_->items.size());
        auto& e = record_->add<record::EpisodeOfCare>();
        e.id = maker_.id_of(EntityKind::EpisodeOfCare, r.table, record_->key, r.key_text, start);
        record::Identifier& id = e.identifier.add(record_->arena);
        id.system = record_->arena.join(kIdBase, "patient");
        id.value = record_->arena.join(r.key_text, "#", start);
        e.patient.reference = maker_.patient_reference();
        r.first_item = made;
        const Text type = Maker::cell(r, patient::ACTIVE);
        const bool lost = same_ignoring_case(type, "L") || same_ignoring_case(type, "D");
        // join() claims as part: it is this row's own.
        maker_.join(r, made, lost ? "EpisodeOfCare:left" : "EpisodeOfCare:ended");
        record_->claims.back().role = Role::primary;
        registration_type(r, made);
        auto& episode = maker_.entity<record::EpisodeOfCare>(made);
        if (!episode.period.end.empty()) continue;
        // Removed and registered again on one day: the end is never sent.
        episode.period.end = maker_.known_day(next, patient::REGISTERED_DATE);
        if (episode.period.end.empty()) continue;
        episode.inferred.add(record_->arena) = "period.end: the start of the next registration";
        maker_.degrade("end-inferred", EntityKind::EpisodeOfCare);
    }
}

// The latest entry counts; of one day the one that says a category.
void PatientCursor::ethnicity(Row& person) {
    const auto item = item_of(person, EntityKind::Patient);
    if (!item) return;
    const mapping::MappingSet& m = maker_.mapping();
    const mapping::Values& values = m.values(m.values_index("ethnicity"));
    const mapping::Values& prefixes = m.values(m.values_index("ethnicity-prefix"));
    Row* best = nullptr;
    const mapping::ValueRow* value = nullptr;
    for (Row& r : rows(Tab::journal)) {
        if (!r.live || r.code == nullptr || r.code->read.empty()) continue;
        const Text read = r.code->read;
        if (read[0] != '1' && read[0] != '9') continue;
        if (prefixes.find(read.substr(0, 2)) == nullptr && prefixes.find(read.substr(0, 3)) == nullptr)
            continue;
        const auto known = ethnic_.find(read);
        const mapping::ValueRow* v = known != ethnic_.end() ? known->second : values.find(read);
        if (known == ethnic_.end()) ethnic_.emplace(kept_.copy(read), v);
        const Text day = maker_.day(r, journal::DATE);
        const Text before = best == nullptr ? Text{} : maker_.day(*best, journal::DATE);
        const bool maps = v != nullptr && !v->target.empty();
        const bool mapped = value != nullptr && !value->target.empty();
        if (best != nullptr && (day < before || (day == before && (mapped || !maps)))) continue;
        best = &r;
        value = v;
    }
    auto& patient = maker_.entity<record::Patient>(*item);
    if (best == nullptr) return maker_.keep(person, patient, patient::ETHNIC);
    if (value == nullptr) maker_.degrade("value-unmapped", EntityKind::Patient);
    if (value == nullptr || value->target.empty()) return;
    record::Concept& out = patient.ethnic_category;
    out.coding.add(record_->arena) = {values.target_system, {}, value->target, value->display, {}, {}, {}};
    maker_.codes().concept_of(*best->code, Maker::cell(*best, journal::SNOMED_CODE),
                              Maker::cell(*best, journal::RUBRIC), record_->arena, out);
    record_->claim(best->row, *item, Role::part, "journal");
}

}  // namespace gpswitch::vision
