// Deliveries made into one state. Rows are whole rows, not patches: the newest of a key counts.
#include <algorithm>
#include <set>

#include "core/system/emis/extract.hpp"
#include "core/util/hash.hpp"
#include "core/util/text.hpp"

#include <fmt/format.h>

namespace gpswitch::emis {
namespace {

bool event(Tab tab) { return shape(tab).key.empty(); }

}  // namespace

void Extract::put(TableFile& t, std::size_t slot, Verdict verdict) {
    if (t.verdicts.empty()) t.verdicts.assign(t.rows.size(), Verdict::live);
    if (t.verdicts[slot] == Verdict::live) t.verdicts[slot] = verdict;
}

const Extract::Life* Extract::life_of(std::uint64_t patient) const {
    const auto it = lives_.find(static_cast<std::uint32_t>(patient));
    return it == lives_.end() ? nullptr : &it->second;
}

bool Extract::left_agreement() const {
    bool left = false;
    for (std::size_t b = 0; b < batches().size(); ++b) {
        if (batches()[b].use != Use::read) continue;
        const auto it = sharing_[b].find(practice_);
        left = it != sharing_[b].end() && it->second.deleted;
    }
    return left;
}

bool Extract::disabled_in(std::uint16_t batch, const Key& organisation) const {
    const auto it = sharing_[batch].find(organisation.empty() ? practice_ : organisation);
    return it != sharing_[batch].end() && it->second.disabled;
}

void Extract::merge() {
    bool deltas = !replacing_.empty();
    std::size_t read = 0;
    for (const Batch& b : batches()) {
        if (b.use != Use::read) continue;
        ++read;
        deltas = deltas || !b.bulk;
    }
    if (read > 1) merge_patients();
    for (TableFile& t : tables_) {
        if (shape(t.tab).patient.empty() || t.parts.empty()) continue;
        // Side files have no place in the order of deliveries: they go with their patient.
        if (t.tab >= Tab::Side_RegistrationStatus && !lives_.empty())
            for (std::size_t slot = 0; slot < t.rows.size(); ++slot)
                if (const Life* life = life_of(t.patient(slot)); life != nullptr && life->gone)
                    put(t, slot, Verdict::patient_deleted);
        if (t.tab == Tab::Side_RegistrationStatus) {
            // The whole history each time: the last file replaces the others.
            for (std::size_t s = 0; s < t.rows.size(); ++s)
                if (t.part_at(t.offset(s)) + 1 < t.parts.size()) put(t, s, Verdict::newer_row);
            continue;
        }
        const bool one = read < 2 && t.parts.size() < 2;
        if (t.tab == Tab::Appointment_Slot) {
            if (!one || slot_twice(t)) merge_slots(t);
        } else if (!one && t.tab != Tab::Admin_Patient) {
            merge_table(t);
        }
    }
}

// ---- patients

void Extract::merge_patients() {
    KeyMap<std::vector<const PatientRow*>> by_patient;
    std::map<std::uint16_t, std::size_t> of_practice;
    for (const PatientRow& r : patient_rows_) {
        if (batches()[r.batch].use != Use::read || others_.contains(r.organisation)) continue;
        by_patient[r.key].push_back(&r);
        ++of_practice[r.batch];
    }
    // A bulk in which the practice has nobody, or does not share, replaces nothing.
    std::erase_if(replacing_, [&](std::uint16_t b) {
        const auto it = sharing_[b].find(practice_);
        if (of_practice[b] != 0 && (it == sharing_[b].end() || it->second.activated)) return false;
        issues.push_back(issue(batches()[b].origin, 0, Severity::warning, "EMIS-BULK-003",
                               fmt::format("the {} brings no patient of the practice: it replaces nothing",
                                           batches()[b].name())));
        return true;
    });
    for (auto& [key, rows] : by_patient) merge_patient(rows);
    for (const std::uint16_t b : replacing_) {
        std::size_t gone = 0, kept = 0;
        for (const auto& [key, rows] : by_patient) {
            if (std::ranges::any_of(rows, [&](const PatientRow* r) { return r->batch == b; })) continue;
            if (std::ranges::none_of(rows, [&](const PatientRow* r) { return r->batch < b; })) continue;
            const Life* life = life_of(patients.at(key));
            const bool cut = life != nullptr && std::ranges::any_of(life->cuts, [&](const Cut& c) {
                                 return c.batch == b && c.verdict == Verdict::not_in_bulk;
                             });
            ++(cut ? gone : kept);
        }
        issues.push_back(
            issue(batches()[b].origin, 0, Severity::warning, "EMIS-BULK-002",
                  fmt::format("the {} replaces what came before: {} patients that it does not have are "
                              "deleted, {} who left or died before it are kept",
                              batches()[b].name(), gone, kept)));
    }
}

void Extract::merge_patient(std::vector<const PatientRow*>& rows) {
    std::ranges::sort(rows, [](const PatientRow* a, const PatientRow* b) {
        return std::tie(a->batch, a->processing, a->address) < std::tie(b->batch, b->processing, b->address);
    });
    TableFile& t = tables_[static_cast<std::size_t>(Tab::Admin_Patient)];
    const std::uint64_t patient = patients.at(rows.front()->key);
    const auto slot_of = [&](const PatientRow* r) {
        const auto it = std::lower_bound(t.rows.begin(), t.rows.end(), patient << 40 | r->address);
        return static_cast<std::size_t>(it - t.rows.begin());
    };
    Life life;
    const PatientRow* state = nullptr;  // the row that counts
    bool present = false;
    const auto cut = [&](std::uint16_t batch, Verdict verdict) { life.cuts.push_back({batch, verdict}); };
    auto next_bulk = replacing_.begin();
    const auto bulks_until = [&](std::uint16_t batch) {
        for (; next_bulk != replacing_.end() && *next_bulk <= batch; ++next_bulk) {
            if (state == nullptr) continue;
            const bool here =
                std::ranges::any_of(rows, [&](const PatientRow* r) { return r->batch == *next_bulk; });
            if (here) {
                cut(*next_bulk, Verdict::not_in_bulk);
                continue;
            }
            // Outside the scope window: leaving the extract is no deletion.
            if (!present || state->left) continue;
            cut(*next_bulk, Verdict::not_in_bulk);
            put(t, slot_of(state), Verdict::not_in_bulk);
            present = false;
        }
    };
    const bool practice_left = left_agreement();
    for (const PatientRow* r : rows) {
        if (r->bad) continue;
        bulks_until(r->batch);
        const bool delta = !batches()[r->batch].bulk;
        if (!r->deleted) {
            // A changed start is a correction while the registration is open or ends alike, of one type; else
            // it is another registration.
            const bool newer = state != nullptr && state->batch != r->batch;
            const bool another = newer && present && !state->start.empty() && state->start < r->start &&
                                 (state->type != r->type || (!state->end.empty() && state->end != r->end));
            if (another)
                put(t, slot_of(state), Verdict::former);
            else if (newer)
                put(t, slot_of(state),
                    same_row(t, state->address, r->address) ? Verdict::repeated : Verdict::newer_row);
            state = r;
            present = true;
            continue;
        }
        if (disabled_in(r->batch, r->organisation)) {
            put(t, slot_of(r), Verdict::agreement_disabled);
            continue;
        }
        if (!delta && state == nullptr) continue;  // a bulk's own row: its route says what becomes of it
        if (state == nullptr || !present) {
            put(t, slot_of(r), state == nullptr ? Verdict::left_scope_unknown : Verdict::left_scope);
            continue;
        }
        if (state->left && !practice_left) {
            put(t, slot_of(r), Verdict::left_scope);
            continue;
        }
        // An active patient: deleted, and all that came before with the row.
        const bool back = std::ranges::any_of(rows, [&](const PatientRow* other) {
            return other->batch == r->batch && !other->deleted && !other->bad &&
                   std::tie(other->processing, other->address) > std::tie(r->processing, r->address);
        });
        cut(static_cast<std::uint16_t>(r->batch + (back ? 0 : 1)), Verdict::patient_deleted);
        put(t, slot_of(state), Verdict::deleted_later);
        put(t, slot_of(r), Verdict::delete_row);
        present = false;
    }
    bulks_until(static_cast<std::uint16_t>(batches().size()));
    life.gone = state != nullptr && !present;
    if (!life.cuts.empty() || life.gone) lives_.emplace(static_cast<std::uint32_t>(patient), std::move(life));
}

// ---- rows with a key in their patient

bool Extract::same_row(const TableFile& t, std::uint64_t a, std::uint64_t b) const {
    Arena arena;
    RowText first, second;
    t.read_at(a, arena, first);
    t.read_at(b, arena, second);
    const int processing = t.header.find("ProcessingId");
    for (std::size_t c = 0; c < first.cells.size() && c < second.cells.size(); ++c)
        if (static_cast<int>(c) != processing && first.cells[c] != second.cells[c]) return false;
    return first.cells.size() == second.cells.size();
}

std::vector<Extract::Version> Extract::versions_of(const TableFile& t, std::size_t first,
                                                   std::size_t last) const {
    std::vector<Version> out;
    Arena arena;
    RowText row;
    std::string text;
    const int processing = t.header.find("ProcessingId");
    for (std::size_t s = first; s < last; ++s) {
        if (t.verdict(s) != Verdict::live) continue;
        arena.clear();
        t.read(s, arena, row);
        if (row.bad != nullptr) continue;  // what cannot be read has no key to go by
        Version v{};
        v.slot = static_cast<std::uint32_t>(s);
        v.address = t.offset(s);
        v.batch = t.part_of(s).batch;
        v.patient = t.patient(s);
        v.deleted = is_true(t.cell(row, "Deleted"));
        v.order = static_cast<std::uint64_t>(
            std::max<std::int64_t>(0, to_integer(t.cell(row, "ProcessingId")).value_or(0)));
        if (event(t.tab)) {
            text.clear();
            for (std::size_t c = 0; c < row.cells.size(); ++c)
                if (static_cast<int>(c) != processing) text.append(row.cells[c]) += '\n';
            v.key = key_of(text);
        } else {
            v.key = key_of(t.cell(row, shape(t.tab).key));
        }
        // A row of nobody is known by the patient it names, too.
        if (v.patient == TableFile::kNobody && t.tab != Tab::Appointment_Slot) {
            const Key who = key_of(t.cell(row, shape(t.tab).patient));
            v.key.high ^= who.low * 0x9E3779B97F4A7C15ull;
            v.key.low ^= who.high;
        }
        out.push_back(v);
    }
    std::sort(out.begin(), out.end(), [](const Version& a, const Version& b) {
        return std::tie(a.key, a.batch, a.order, a.address) < std::tie(b.key, b.batch, b.order, b.address);
    });
    return out;
}

// While an agreement is disabled nothing is deleted: its delete rows say nothing.
void Extract::drop_disabled(TableFile& t, std::vector<Version>& versions) {
    if (!ever_disabled_) return;
    std::erase_if(versions, [&](const Version& v) {
        if (!v.deleted || v.batch >= batches().size() || batches()[v.batch].bulk) return false;
        Arena arena;
        RowText row;
        t.read_at(v.address, arena, row);
        if (!disabled_in(v.batch, key_of(t.cell(row, "OrganisationGuid")))) return false;
        put(t, v.slot, Verdict::agreement_disabled);
        return true;
    });
}

void Extract::merge_table(TableFile& t) {
    for (std::size_t first = 0; first < t.rows.size();) {
        const std::uint64_t patient = t.patient(first);
        std::size_t last = first + 1;
        while (last < t.rows.size() && t.patient(last) == patient) ++last;
        const Life* life = life_of(patient);
        const Part& oldest = t.part_of(first);
        // Rows of one bulk alone are left to whoever reads the patient.
        const bool one_bulk = &oldest == &t.part_of(last - 1) && oldest.batch < batches().size() &&
                              batches()[oldest.batch].bulk;
        if (life != nullptr || !one_bulk) {
            std::vector<Version> versions = versions_of(t, first, last);
            drop_disabled(t, versions);
            for (std::size_t i = 0; i < versions.size();) {
                std::size_t end = i + 1;
                while (end < versions.size() && versions[end].key == versions[i].key) ++end;
                settle_versions(t, std::span(versions).subspan(i, end - i), life);
                i = end;
            }
        }
        first = last;
    }
}

void Extract::settle_versions(TableFile& t, std::span<Version> versions, const Life* life) {
    const Version& last = versions.back();
    Verdict verdict = Verdict::live;
    if (life != nullptr) {
        std::uint16_t earliest = 0xFFFF;
        for (const Cut& c : life->cuts) {
            if (event(t.tab) && c.verdict == Verdict::not_in_bulk) continue;  // what happened is not undone
            if (c.batch > last.batch && c.batch < earliest) {
                earliest = c.batch;
                verdict = c.verdict;
            }
        }
    }
    if (!last.deleted && verdict != Verdict::live) put(t, last.slot, verdict);
    bool removed = false, replaced = false;
    for (std::size_t i = versions.size() - 1; i-- > 0;) {
        const Version& v = versions[i];
        if (v.batch == last.batch && t.part_at(v.address) == t.part_at(last.address)) {
            replaced = replaced || !v.deleted;
            continue;  // twice in one file: settled when the patient is read
        }
        if (last.deleted && !v.deleted && !removed && !replaced) {
            put(t, v.slot, Verdict::deleted_later);
            removed = true;
        } else {
            put(t, v.slot, same_row(t, v.address, last.address) ? Verdict::repeated : Verdict::newer_row);
        }
    }
    const bool delta = last.batch < batches().size() && !batches()[last.batch].bulk;
    if (last.deleted && delta && versions.size() == 1) put(t, last.slot, Verdict::delete_unknown);
    if (!last.deleted && verdict == Verdict::live) keep_columns(t, versions);
}

// A version of the extract may lack columns that an older row of the key has filled (free text in 7.1): that
// is no evidence that they are empty now.
void Extract::keep_columns(TableFile& t, std::span<const Version> versions) {
    const Version& last = versions.back();
    const Part& own = t.parts[t.part_at(last.address)];
    if (own.header.columns.size() == t.header.columns.size()) return;
    Arena arena;
    RowText row;
    for (std::size_t i = versions.size() - 1; i-- > 0;) {
        const Version& v = versions[i];
        if (v.deleted) return;
        t.read_at(v.address, arena, row);
        for (std::size_t c = 0; c < row.cells.size() && c < t.header.columns.size(); ++c) {
            if (row.cells[c].empty() || own.header.find(t.header.columns[c]) >= 0) continue;
            t.kept_from.emplace(last.address, v.address);
            if (t.verdict(v.slot) == Verdict::newer_row) t.verdicts[v.slot] = Verdict::text_kept;
            return;
        }
    }
}

// ---- slots: their key is their own, and a later row may have another patient in it or none

// One bulk has a slot once; a merged copy has the rows of those who held it before, too.
bool Extract::slot_twice(const TableFile& t) {
    std::vector<std::uint64_t> seen;
    seen.reserve(t.rows.size());
    Arena arena;
    RowText row;
    for (std::size_t s = 0; s < t.rows.size(); ++s) {
        if (t.verdict(s) != Verdict::live) continue;
        arena.clear();
        t.read(s, arena, row);
        if (row.bad == nullptr) seen.push_back(key_of(t.cell(row, "SlotGuid")).low);
    }
    std::sort(seen.begin(), seen.end());
    return std::adjacent_find(seen.begin(), seen.end()) != seen.end();
}

void Extract::merge_slots(TableFile& t) {
    std::vector<Version> versions = versions_of(t, 0, t.rows.size());
    drop_disabled(t, versions);
    for (std::size_t i = 0; i < versions.size();) {
        std::size_t end = i + 1;
        while (end < versions.size() && versions[end].key == versions[i].key) ++end;
        settle_slot(t, std::span(versions).subspan(i, end - i));
        i = end;
    }
    for (std::size_t s = 0; s < t.rows.size(); ++s) {
        const Life* life = counts(t.verdict(s)) ? life_of(t.patient(s)) : nullptr;
        if (life == nullptr || !life->gone) continue;
        Arena arena;
        RowText row;
        t.read(s, arena, row);
        if (row.bad != nullptr || is_true(t.cell(row, "Deleted"))) continue;
        put(t, s, Verdict::live);
        t.verdicts[s] = Verdict::left_slot;
    }
}

void Extract::settle_slot(TableFile& t, std::span<Version> versions) {
    const Version& last = versions.back();
    const bool in_bulk = replacing_.empty() || last.batch >= replacing_.back();
    if (!in_bulk && !last.deleted) {
        // A bulk that replaces has all slots but those of people outside its window.
        const bool patient = last.patient != TableFile::kNobody;
        const Life* life = patient ? life_of(last.patient) : nullptr;
        const bool replaced = life != nullptr && std::ranges::any_of(life->cuts, [&](const Cut& c) {
                                  return c.batch == replacing_.back() && c.verdict == Verdict::not_in_bulk;
                              });
        if (!patient || (replaced && !life->gone)) put(t, last.slot, Verdict::not_in_bulk);
    }
    const bool delta = last.batch < batches().size() && !batches()[last.batch].bulk;
    if (last.deleted && delta && versions.size() == 1) put(t, last.slot, Verdict::delete_unknown);
    std::set<std::uint64_t> seen = {last.patient};
    bool removed = false;
    for (std::size_t i = versions.size() - 1; i-- > 0;) {
        const Version& v = versions[i];
        const bool fresh = seen.insert(v.patient).second;
        if (t.part_at(v.address) == t.part_at(last.address) && v.patient == last.patient) continue;
        if (last.deleted && !v.deleted && !removed && v.patient == last.patient) {
            put(t, v.slot, Verdict::deleted_later);
            removed = true;
        } else if (fresh && !v.deleted && v.patient != TableFile::kNobody) {
            put(t, v.slot, Verdict::cancelled);  // the booking was taken away
            removed = true;
        } else {
            put(t, v.slot, same_row(t, v.address, last.address) ? Verdict::repeated : Verdict::newer_row);
        }
    }
}

// ---- for a verbatim copy

void Extract::settle_repeats() {
    for (TableFile& t : tables_) {
        if (shape(t.tab).patient.empty() || t.tab == Tab::Appointment_Slot) continue;
        for (std::size_t first = 0; first < t.rows.size();) {
            std::size_t last = first + 1;
            while (last < t.rows.size() && t.patient(last) == t.patient(first)) ++last;
            std::vector<Version> versions = versions_of(t, first, last);
            for (std::size_t i = 0; i + 1 < versions.size(); ++i)
                if (versions[i].key == versions[i + 1].key)
                    put(t, versions[i].slot,
                        same_row(t, versions[i].address, versions[i + 1].address) ? Verdict::repeated
                                                                                  : Verdict::newer_row);
            first = last;
        }
    }
}

}  // namespace gpswitch::emis
