#include "core/system/emis/patient.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/record/json.hpp"
#include "core/util/text.hpp"

namespace gpswitch::emis {

namespace {

/// Order in which entities are made: what others lead to comes first.
constexpr Tab kOrder[] = {
    Tab::Admin_Patient,           Tab::Admin_PatientHistory,    Tab::CareRecord_Consultation,
    Tab::CareRecord_Observation,  Tab::CareRecord_Problem,      Tab::CareRecord_ObservationReferral,
    Tab::CareRecord_Diary,        Tab::Prescribing_DrugRecord,  Tab::Prescribing_IssueRecord,
    Tab::Appointment_Slot,        Tab::Audit_RegistrationAudit, Tab::Audit_PatientAudit,
    Tab::Side_RegistrationStatus, Tab::Side_OriginalTerm,
};

}  // namespace

bool settle_verdict(Maker& maker, Row& row) {
    Record& record = maker.record();
    const Verdict v = maker.extract().table(row.tab).verdict(record.rows[row.row].slot);
    if (counts(v)) return false;
    const Outcome out = outcome(v);
    record.settle(row.row, out.fate, out.rule);
    row.live = false;
    if (v == Verdict::delete_unknown || v == Verdict::left_scope_unknown)
        maker.issue(row, Severity::warning, "EMIS-DEL-001", "deletes a row that no delivery brought", {},
                    "a delivery before it may be missing");
    if (v == Verdict::delete_ambiguous)
        maker.issue(row, Severity::error, "EMIS-DEL-002",
                    "deletes without a patient a row that several patients have: nothing is deleted", {},
                    "look the entry up in the source system");
    return true;
}

bool PatientCursor::next(Record& record) {
    record.clear();
    if (at_ == patients_.size()) return false;
    record_ = &record;
    maker_.begin(record, *this);
    for (Rows& r : rows_) r.clear();
    for (auto& m : by_key_) m.clear();
    children_.clear();
    pressures_.clear();
    last_issue_.clear();
    former_.clear();
    encounter_reference_ = {};
    const std::uint32_t patient = patients_[at_++];
    record.key = extract_.census.patients[patient].key;
    record.incomplete = extract_.incomplete();
    record.patient_id = maker_.id_of(EntityKind::Patient, Tab::Admin_Patient, record.key, record.key);
    load(patient);
    find_children();
    route();
    make();
    return true;
}

Row* PatientCursor::row(Tab tab, const Key& key) {
    auto& index = by_key_[static_cast<std::size_t>(tab)];
    const std::uint32_t* place = index.find(key);
    if (place == nullptr) return nullptr;
    Row& r = rows(tab)[*place];
    return r.live ? &r : nullptr;
}

void PatientCursor::load(std::uint32_t patient) {
    for (Tab tab : kOrder) {
        std::size_t& end = end_of_last_[static_cast<std::size_t>(tab)];
        const auto [first, last] = extract_.table(tab).slots_of(patient, end);
        end = last;
        for (std::size_t slot = first; slot < last; ++slot) rows(tab).push_back(maker_.load(tab, slot));
        for (Row& r : rows(tab))
            if (!settle_verdict(maker_, r) && r.bad != nullptr) unreadable(r);
        if (tab == Tab::Admin_Patient)
            for (Row& r : rows(tab))
                if (r.live && extract_.table(tab).verdict(record_->rows[r.row].slot) == Verdict::former) {
                    former_.push_back(r);
                    r.live = false;
                }
        drop_repeats(tab);
    }
}

void PatientCursor::unreadable(Row& row) {
    row.live = false;
    record_->settle(row.row, Fate::held, "unreadable-row");
    record_->incomplete = true;
    maker_.issue(row, Severity::error, "EMIS-ROW-001", fmt::format("the row cannot be read: {}", row.bad), {},
                 "the row is held back; ask the supplier for the extract again");
    bool grave = row.tab == Tab::Admin_Patient || row.tab == Tab::Prescribing_DrugRecord ||
                 row.tab == Tab::Prescribing_IssueRecord;
    if (row.tab == Tab::CareRecord_Observation) {
        // Is it an allergy? When even its code cannot be made out, it might be.
        grave = maker_.cell(row, "CodeId").empty() || !maker_.code_of(row).known;
        if (!grave) {
            maker_.route(row);
            grave = row.route != nullptr && makes(row, EntityKind::AllergyIntolerance);
        }
    }
    if (!grave) return;
    record_->held = "EMIS-ROW-002";
    maker_.issue(row, Severity::error, "EMIS-ROW-002",
                 "the whole patient is held back: an identity, allergy or medication row cannot be read", {},
                 "the patient's rows are kept under held/ until the row is put right");
}

bool PatientCursor::contradicted(const Row& a, const Row& b) const {
    const auto& columns = extract_.table(a.tab).header.columns;
    for (std::size_t c = 0; c < columns.size() && c < a.cell_count && c < b.cell_count; ++c)
        if (trim(a.cells[c]) != trim(b.cells[c]) && maker_.mapping().in_list("identity-columns", columns[c]))
            return true;
    return false;
}

void PatientCursor::drop_repeats(Tab tab) {
    Rows& all = rows(tab);
    auto& index = by_key_[static_cast<std::size_t>(tab)];
    const int processing = extract_.table(tab).header.find("ProcessingId");
    auto order = [&](const Row& r) {
        return std::pair(to_integer(maker_.cell(r, "ProcessingId")).value_or(0), r.offset);
    };
    auto same = [&](const Row& a, const Row& b) {
        for (std::uint32_t c = 0; c < a.cell_count; ++c)
            if (static_cast<int>(c) != processing && a.cells[c] != b.cells[c]) return false;
        return true;
    };
    for (std::uint32_t i = 0; i < all.size(); ++i) {
        Row& r = all[i];
        if (!r.live) continue;
        Key key = r.key;
        if (shape(tab).key.empty()) {
            std::string text;
            for (std::uint32_t c = 0; c < r.cell_count; ++c)
                if (static_cast<int>(c) != processing) text += std::string(r.cells[c]) + "\n";
            key = key_of(text);
        }
        const auto [place, fresh] = index.emplace(key, i);
        if (fresh) continue;
        Row& other = all[*place];
        const bool equal = same(r, other);
        const bool undecided = tab == Tab::Admin_Patient && !equal && contradicted(r, other);
        if (undecided) {
            record_->held = "EMIS-PAT-001";
            maker_.issue(r, Severity::error, "EMIS-PAT-001",
                         "two rows claim one patient with different facts: the patient is held back", {},
                         "a person must decide which row is right");
        }
        Row& loser = order(other) < order(r) ? other : r;
        if (&loser == &other) *place = i;
        loser.live = false;
        // Who decides which row is right needs both: neither is superseded.
        if (undecided)
            record_->settle(loser.row, Fate::held, "EMIS-PAT-001");
        else
            record_->settle(loser.row, Fate::superseded, equal ? "repeated-row" : "newer-row-of-same-key");
        if (!equal && !undecided)
            maker_.issue(loser, Severity::information, "EMIS-KEY-001",
                         "the same key again: the row with the greater ProcessingId counts");
    }
}

void PatientCursor::find_children() {
    const Rows& all = rows(Tab::CareRecord_Observation);
    for (std::uint32_t i = 0; i < all.size(); ++i) {
        if (!all[i].live || is_true(maker_.cell(all[i], "Deleted"))) continue;
        const Text parent = maker_.cell(all[i], "ParentObservationGuid");
        if (!parent.empty() && key_of(parent) != all[i].key) children_[key_of(parent)].push_back(i);
    }
}

bool PatientCursor::has_children(const Row& row) { return children_.contains(row.key); }

bool PatientCursor::has_row(const Row& row, Text table) {
    // The texts are the mapping set's own: the same one asks again and again.
    if (table.data() != asked_table_.data() || table.size() != asked_table_.size()) {
        asked_table_ = table;
        asked_tab_ = tab_named(table);
    }
    const auto tab = asked_tab_;
    if (!tab) return false;
    // Of a slot: a later row of it, with another patient in it or none.
    if (*tab == Tab::Appointment_Slot && row.tab == *tab)
        return extract_.table(*tab).verdict(record_->rows[row.row].slot) == Verdict::cancelled;
    const Row* other = this->row(*tab, row.key);
    return other != nullptr && !is_true(maker_.cell(*other, "Deleted"));
}

bool PatientCursor::makes(const Row& row, EntityKind kind) const {
    if (row.route == nullptr) return false;
    for (const mapping::Made& m : row.route->makes)
        if (m.kind == kind) return true;
    return false;
}

void PatientCursor::settle_all(Fate fate, Text rule) {
    for (Row& r : former_) record_->settle(r.row, Fate::superseded, "newer-row-of-same-key");
    former_.clear();
    for (Tab tab : kOrder)
        for (Row& r : rows(tab)) {
            if (!r.live) continue;
            r.live = false;
            record_->settle(r.row, fate, rule);
        }
}

void PatientCursor::route() {
    for (Row& r : rows(Tab::Admin_Patient)) {
        if (!r.live) continue;
        maker_.route(r);
        const bool settled = maker_.settle(r);
        if (!settled) continue;
        // The patient goes as a whole: what the source says of the person holds for the rows.
        const record::Settlement s = record_->settlements.back();
        settle_all(s.fate, s.rule);
    }
    for (Tab tab : kOrder) {
        if (tab == Tab::Admin_Patient) continue;
        for (Row& r : rows(tab)) {
            if (!r.live) continue;
            maker_.route(r);
            maker_.settle(r);
        }
    }
    find_blood_pressures();
}

void PatientCursor::make() {
    const bool person_here = std::any_of(rows(Tab::Admin_Patient).begin(), rows(Tab::Admin_Patient).end(),
                                         [](const Row& r) { return r.live; });
    if (!person_here && record_->held.empty()) {
        for (Tab tab : kOrder)
            if (std::any_of(rows(tab).begin(), rows(tab).end(), [](const Row& r) { return r.live; }))
                record_->held = "EMIS-PAT-002";
    }
    if (!person_here)
        return settle_all(Fate::held,
                          record_->held.empty() ? "EMIS-PAT-002" : std::string_view("EMIS-ROW-002"));
    for (Tab tab : kOrder) {
        // Problem and referral rows complete the entry with their key; only those without one stand alone.
        if (tab == Tab::CareRecord_Problem || tab == Tab::CareRecord_ObservationReferral) continue;
        for (std::uint32_t i = 0; i < rows(tab).size(); ++i) {
            Row& r = rows(tab)[i];
            if (!r.live || (tab == Tab::CareRecord_Observation && in_pressure_[i])) continue;
            if (r.route == nullptr)
                as_text(r);
            else if (r.route->settles != "part")
                maker_.make(r, record_->key);
            if (tab == Tab::Admin_Patient) person(r);
        }
    }
    former_registrations();
    status_history();
    coded_demographics();
    for (Row& r : rows(Tab::CareRecord_Observation))
        if (pressures_.contains(r.key) && r.live) make_blood_pressure(r);
    parents();
    problems();
    original_terms();
    referrals();
    documents();
    medication();
    appointments();
    audits();
}

std::optional<std::uint32_t> PatientCursor::item_of(const Row& row, EntityKind kind) const {
    for (std::uint32_t i = row.first_item; i < row.first_item + row.items; ++i)
        if (record_->items[i].kind == kind) return i;
    return std::nullopt;
}

void PatientCursor::refer(List<record::Reference>& list, std::uint32_t item) {
    const record::Item& i = record_->items[item];
    list.add(record_->arena).reference = record_->arena.join(record::name_of(i.kind), "/", i.entity->id);
}

void PatientCursor::inherit_labels(std::uint32_t from, std::uint32_t to) {
    auto& labels = record_->items[to].entity->meta.security;
    for (const record::Coding& label : record_->items[from].entity->meta.security) {
        const bool there = std::any_of(labels.begin(), labels.end(), [&](const record::Coding& l) {
            return l.system == label.system && l.code == label.code;
        });
        if (!there) labels.add(record_->arena, label);
    }
}

// A row that no route takes is kept in words: nothing is lost, and the ledger says that it is less than it
// was.
void PatientCursor::as_text(Row& row) {
    row.first_item = static_cast<std::uint32_t>(record_->items.size());
    row.items = 1;
    auto& o = record_->add<record::Observation>();
    o.id = maker_.id_of(EntityKind::Observation, row.tab, record_->key, row.key_text);
    o.status = "unknown";
    o.subject.reference = record_->arena.join("Patient/", record_->patient_id);
    o.code.text = shape(row.tab).name;
    record_->claim(row.row, Role::primary, shape(row.tab).name);
    const Header& header = extract_.table(row.tab).header;
    for (std::uint32_t c = 0; c < row.cell_count; ++c)
        if (!row.cells[c].empty())
            o.rest.add(record_->arena,
                       {record_->arena.join(shape(row.tab).name, ".", header.columns[c]), row.cells[c]});
    maker_.degrade("row-as-text", EntityKind::Observation);
    maker_.issue(row, Severity::warning, "EMIS-ROUTE-001",
                 "no route of the mapping set fits: the row is kept as text");
}

Text PatientCursor::target(EntityKind kind, Text cell, Record&) {
    switch (kind) {
        case EntityKind::PractitionerRole:
        case EntityKind::Practitioner: return maker_.practice_reference(kind, Tab::Admin_UserInRole, cell);
        case EntityKind::Organization: return maker_.practice_reference(kind, Tab::Admin_Organisation, cell);
        case EntityKind::Location: return maker_.practice_reference(kind, Tab::Admin_Location, cell);
        case EntityKind::Schedule: return maker_.practice_reference(kind, Tab::Appointment_Session, cell);
        default: break;
    }
    const Key key = key_of(cell);
    const bool encounter = kind == EntityKind::Encounter;
    if (encounter && key == last_encounter_ && !encounter_reference_.empty()) return encounter_reference_;
    for (Tab tab : {Tab::CareRecord_Consultation, Tab::CareRecord_Observation, Tab::CareRecord_Problem,
                    Tab::Prescribing_DrugRecord, Tab::Prescribing_IssueRecord, Tab::Appointment_Slot,
                    Tab::CareRecord_Diary, Tab::Admin_Patient}) {
        const Row* r = row(tab, key);
        if (r == nullptr || !makes(*r, kind)) continue;
        // Made already, or to be made: then its id is what make() will give it.
        const auto item = item_of(*r, kind);
        const Text id =
            item ? record_->items[*item].entity->id
                 : maker_.id_of(kind, tab, record::practice_wide(kind) ? Text{} : record_->key, r->key_text);
        const Text reference = record_->arena.join(record::name_of(kind), "/", id);
        // The entries of a consultation stand together.
        if (encounter) last_encounter_ = key, encounter_reference_ = reference;
        return reference;
    }
    return {};
}

}  // namespace gpswitch::emis
