#include "core/system/vision/patient.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/util/text.hpp"

namespace gpswitch::vision {

PatientCursor::PatientCursor(const Extract& extract, const mapping::MappingSet& mapping,
                             std::span<const std::uint32_t> patients)
    : maker_(extract, mapping), extract_(extract), patients_(patients.begin(), patients.end()) {}

bool PatientCursor::next(Record& record) {
    record.clear();
    if (at_ == patients_.size()) return false;
    record_ = &record;
    const std::uint32_t patient = patients_[at_++];
    maker_.begin(record, *this);
    for (Rows& r : rows_) r.clear();
    for (auto& m : by_key_) m.clear();
    former_.clear();
    references_.clear();
    issues_.clear();
    born_ = died_ = -1;
    record.key = extract_.census.patients[patient].key;
    record.incomplete = extract_.incomplete();
    record.patient_id = maker_.id_of(EntityKind::Patient, *extract_.at(Tab::patient), record.key, record.key);
    load(patient);
    route();
    make();
    return true;
}

Row* PatientCursor::row(Tab tab, Text id) {
    const auto& keys = by_key_[static_cast<std::size_t>(tab)];
    const auto it = keys.find(key_of(id));
    if (it == keys.end()) return nullptr;
    Row& r = rows(tab)[it->second];
    return r.live ? &r : nullptr;
}

bool PatientCursor::makes(const Row& row, EntityKind kind) {
    return row.route != nullptr && std::any_of(row.route->makes.begin(), row.route->makes.end(),
                                               [&](const mapping::Made& m) { return m.kind == kind; });
}

Text PatientCursor::encounter(Text id) {
    const Row* r = row(Tab::encounter, id);
    if (r == nullptr || !makes(*r, EntityKind::Encounter)) return {};
    Text& known = references_[record_->arena.join("E", r->key_text)];
    if (known.empty())
        known = record_->arena.join("Encounter/",
                                    maker_.id_of(EntityKind::Encounter, r->table, record_->key, r->key_text));
    return known;
}

Text PatientCursor::problem(Text id) {
    const Row* r = row(Tab::journal, id);
    if (r == nullptr || !makes(*r, EntityKind::Condition)) return {};
    Text& known = references_[r->key_text];
    if (known.empty())
        known = record_->arena.join("Condition/",
                                    maker_.id_of(EntityKind::Condition, r->table, record_->key, r->key_text));
    return known;
}

Text PatientCursor::patient_number() {
    const Row* p = person_row();
    return p == nullptr ? Text{} : Maker::cell(*p, patient::PRACT_NUMBER);
}

Row* PatientCursor::person_row() {
    for (Row& r : rows(Tab::patient))
        if (r.live) return &r;
    return nullptr;
}

std::optional<std::uint32_t> PatientCursor::item_of(const Row& row, EntityKind kind) const {
    for (std::uint32_t i = row.first_item; i < row.first_item + row.items; ++i)
        if (record_->items[i].kind == kind) return i;
    return std::nullopt;
}

void PatientCursor::route() {
    for (Rows& all : rows_)
        for (Row& r : all)
            if (r.live) {
                maker_.prepare(r);
                maker_.route(r);
            }
    for (Row& r : former_) maker_.prepare(r);
}

void PatientCursor::make() {
    if (person_row() == nullptr) {
        if (record_->held.empty()) record_->held = "VISION-PAT-002";
        return settle_all(Fate::held, "VISION-PAT-002");
    }
    for (const Tab tab : {Tab::patient, Tab::encounter, Tab::journal, Tab::referral})
        for (Row& r : rows(tab))
            if (r.live) maker_.make(r, record_->key);
    Row* const who = person_row();
    person(*who);
    ethnicity(*who);
    registrations();
    problems_beside();
    documents();
    medication();
}

}  // namespace gpswitch::vision
