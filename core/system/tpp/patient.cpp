#include "core/system/tpp/patient.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/util/text.hpp"

namespace gpswitch::tpp {
namespace {

/// Made first: others lead to them.
constexpr std::array<Text, 5> kFirst = {"SRPatient", "SREvent", "SRAppointment", "SRVisit",
                                        "SRRepeatTemplate"};
/// A row of these that cannot be read holds the whole patient: who it is, an allergy, a medicine.
constexpr std::array<Text, 9> kGrave = {"SRPatient",
                                        "SRDrugSensitivity",
                                        "SRRepeatTemplate",
                                        "SRPrimaryCareMedication",
                                        "SRPlaceHolderMedication",
                                        "SROnAdmissionMedication",
                                        "SRVariableDoseCDMedication",
                                        "SROutPatientMedication",
                                        "SRTTOMedication"};

}  // namespace

PatientCursor::PatientCursor(const Extract& extract, const mapping::MappingSet& mapping,
                             std::span<const std::uint32_t> patients)
    : maker_(extract, mapping), extract_(extract), patients_(patients.begin(), patients.end()) {
    rows_.resize(extract.tables().size());
    by_key_.resize(extract.tables().size());
    for (const Text first : kFirst)
        if (const auto t = extract.named(first); t && extract.table(*t).of_patients) order_.push_back(*t);
    for (std::size_t t = 0; t < extract.tables().size(); ++t)
        if (extract.table(t).of_patients && std::find(order_.begin(), order_.end(), t) == order_.end())
            order_.push_back(t);
    std::erase_if(order_, [&](std::size_t t) { return extract.table(t).rows.empty(); });  // many are
}

bool PatientCursor::next(Record& record) {
    record.clear();
    if (at_ == patients_.size()) return false;
    record_ = &record;
    maker_.begin(record, *this);
    for (Rows& r : rows_) r.clear();
    for (auto& m : by_key_) m.clear();
    problem_of_.clear();
    pressures_.clear();
    readings_.clear();
    issues_.clear();
    const std::uint32_t patient = patients_[at_++];
    record.key = extract_.census.patients[patient].key;
    record.incomplete = extract_.incomplete();
    record.patient_id = maker_.id_of(EntityKind::Patient, "SRPatient", record.key, record.key);
    load(patient);
    route();
    make();
    return true;
}

// Names are literals or live as long as the mapping set: where they lead is remembered by their address.
int PatientCursor::table_of(Text table) {
    const std::uint64_t address = reinterpret_cast<std::uintptr_t>(table.data());
    Named& known = named_[(address * 0x9E3779B97F4A7C15ull) >> 57];
    if (known.name != table.data() || known.length != table.size()) {
        const auto t = extract_.named(table);
        known = {table.data(), table.size(), t ? static_cast<int>(*t) : -1};
    }
    return known.table;
}

PatientCursor::Rows& PatientCursor::rows(Text table) {
    const int t = table_of(table);
    none_.clear();
    return t < 0 ? none_ : rows_[static_cast<std::size_t>(t)];
}

Row* PatientCursor::row(Text table, Text id) {
    const int at = table_of(table);
    const Key key = at < 0 ? kNoKey : id_key(id);
    if (key == kNoKey) return nullptr;
    const auto t = static_cast<std::size_t>(at);
    const auto it = by_key_[t].find(key);
    if (it == by_key_[t].end()) return nullptr;
    Row& r = rows_[t][it->second];
    return r.live ? &r : nullptr;
}

void PatientCursor::load(std::uint32_t patient) {
    for (const std::size_t t : order_) {
        const auto [first, last] = extract_.table(t).slots_of(patient);
        for (std::size_t slot = first; slot < last; ++slot) rows_[t].push_back(maker_.load(t, slot));
        for (Row& r : rows_[t])
            if (!maker_.settle_verdict(r) && r.bad != nullptr) unreadable(r);
        drop_repeats(t);
    }
}

void PatientCursor::unreadable(Row& row) {
    row.live = false;
    record_->settle(row.row, Fate::held, "unreadable-row");
    record_->incomplete = true;
    maker_.issue(row, Severity::error, "TPP-ROW-001", fmt::format("the row cannot be read: {}", row.bad), {},
                 "the row is held back; ask for the extract again");
    bool grave = std::find(kGrave.begin(), kGrave.end(), maker_.name(row)) != kGrave.end();
    if (maker_.name(row) == "SRCode") {
        // Is it an allergy? When even its code cannot be made out, it might be.
        const Coded code = maker_.coded(row);
        grave = code.ctv3.empty() && code.snomed.empty();
        if (const mapping::Route* r = maker_.route(row); !grave && r != nullptr)
            grave = std::any_of(r->makes.begin(), r->makes.end(), [](const mapping::Made& m) {
                return m.kind == EntityKind::AllergyIntolerance;
            });
    }
    if (!grave) return;
    record_->held = "TPP-ROW-002";
    maker_.issue(row, Severity::error, "TPP-ROW-002",
                 "the whole patient is held back: an identity, allergy or medication row cannot be read", {},
                 "the patient's rows are kept under held/ until the row is put right");
}

bool PatientCursor::contradicted(const Row& a, const Row& b) const {
    const auto& columns = extract_.table(a.table).header.columns;
    for (std::size_t c = 0; c < columns.size() && c < a.cell_count && c < b.cell_count; ++c)
        if (a.given[c] != b.given[c] && maker_.mapping().in_list("identity-columns", columns[c])) return true;
    return false;
}

// The same id twice in one file: the last counts.
void PatientCursor::drop_repeats(std::size_t table) {
    Rows& all = rows_[table];
    auto& index = by_key_[table];
    const TableFile& t = extract_.table(table);
    for (std::uint32_t i = 0; i < all.size(); ++i) {
        Row& r = all[i];
        if (!r.live || r.key == kNoKey) continue;
        const auto [place, fresh] = index.emplace(r.key, i);
        if (fresh) continue;
        Row& older = all[place->second];
        const bool equal =
            std::equal(r.given, r.given + r.cell_count, older.given, older.given + older.cell_count);
        if (!t.shape.unique && !equal) continue;
        place->second = i;
        older.live = false;
        if (t.name == "SRPatient" && !equal && contradicted(r, older)) {
            record_->held = "TPP-PAT-001";
            record_->settle(older.row, Fate::held, "TPP-PAT-001");
            maker_.issue(r, Severity::error, "TPP-PAT-001",
                         "two rows claim one patient with different facts: the patient is held back", {},
                         "a person must decide which row is right");
            continue;
        }
        record_->settle(older.row, Fate::superseded, equal ? "repeated-row" : "newer-row-of-same-key");
        if (!equal)
            maker_.issue(older, Severity::information, "TPP-KEY-001",
                         "the same id again: the later row counts");
    }
}

bool PatientCursor::has_row(const Row& row, Text table) {
    const Text own = maker_.name(row);
    if (own == "SRCode" && table == "SRProblem") return problem_of_.contains(row.key);
    if (own == "SRProblem" && table == "SRCode")
        return this->row("SRCode", maker_.cell(row, "IDCode")) != nullptr;
    if (table == "SRPatient") {
        const Rows& people = rows("SRPatient");
        return std::any_of(people.begin(), people.end(), [](const Row& r) { return r.live; });
    }
    // The other row is the one that this row's column names.
    const Table* known = extract_.layout().find(own);
    if (known == nullptr) return false;
    for (const Column& c : known->columns)
        if (c.leads == table && this->row(table, maker_.cell(row, c.name)) != nullptr) return true;
    return false;
}

Text PatientCursor::target(EntityKind kind, Text table, Text cell) {
    const Row* r = row(table, cell);
    if (r == nullptr || r->route == nullptr) return {};
    const bool makes = std::any_of(r->route->makes.begin(), r->route->makes.end(),
                                   [&](const mapping::Made& m) { return m.kind == kind; });
    if (!makes) return {};
    return record_->arena.join(record::name_of(kind), "/",
                               maker_.id_of(kind, maker_.name(*r), record_->key, r->key_text));
}

std::optional<std::uint32_t> PatientCursor::item_of(const Row& row, EntityKind kind) const {
    for (std::uint32_t i = row.first_item; i < row.first_item + row.items; ++i)
        if (record_->items[i].kind == kind) return i;
    return std::nullopt;
}

std::optional<std::uint32_t> PatientCursor::patient_item() {
    for (Row& p : rows("SRPatient"))
        if (p.live) return item_of(p, EntityKind::Patient);
    return std::nullopt;
}

void PatientCursor::settle_all(Fate fate, Text rule) {
    for (const std::size_t t : order_)
        for (Row& r : rows_[t]) {
            if (!r.live) continue;
            r.live = false;
            record_->settle(r.row, fate, rule);
        }
}

void PatientCursor::route() {
    // Of two problems with one code the first that is open is the one, else the first; a removed one is not
    // live any more.
    Rows& problems = rows("SRProblem");
    for (std::uint32_t i = 0; i < problems.size(); ++i)
        if (problems[i].live)
            if (const Row* code = row("SRCode", maker_.cell(problems[i], "IDCode")); code != nullptr)
                if (const auto [it, fresh] = problem_of_.emplace(code->key, i);
                    !fresh && open_problem(problems[i]) && !open_problem(problems[it->second]))
                    it->second = i;
    for (const std::size_t t : order_)
        for (Row& r : rows_[t]) {
            if (!r.live) continue;
            maker_.route(r);
            maker_.settle(r);
        }
}

void PatientCursor::make() {
    const Rows& people = rows("SRPatient");
    const bool here = std::any_of(people.begin(), people.end(), [](const Row& r) { return r.live; });
    if (!here) {
        if (record_->held.empty()) record_->held = "TPP-PAT-002";
        return settle_all(Fate::held, "TPP-PAT-002");
    }
    find_pressures();
    const auto codes = extract_.named("SRCode");
    for (const std::size_t t : order_)
        for (std::uint32_t i = 0; i < rows_[t].size(); ++i) {
            Row& r = rows_[t][i];
            if (!r.live) continue;
            if (t == codes) {
                if (readings_.contains(i)) continue;
                if (const auto low = pressures_.find(i); low != pressures_.end()) {
                    pressure(r, rows_[t][low->second]);
                    continue;
                }
            }
            if (r.route == nullptr)
                maker_.as_text(r);
            else if (r.route->settles != "part")
                maker_.make(r, record_->key);
        }
    for (Row& p : rows("SRPatient"))
        if (p.live) person(p);
    addresses();
    contacts();
    registrations();
    record_status();
    named_gp();
    coded_demographics();
    related_persons();
    problems();
    event_links();
    referral_status("SRReferralOutStatusDetails", "SRReferralOut", "IDReferralOut", "StatusOfReferralOut");
    referral_status("SRReferralInStatusDetails", "SRReferralIn", "IDReferralIn", "StatusOfReferralIn");
    messages();
    appointment_parts();
    medication();
}

}  // namespace gpswitch::tpp
