// What the merging does differently for a copy: it is read again, and must then say the same.
#include <algorithm>
#include <set>

#include "core/system/tpp/extract.hpp"

namespace gpswitch::tpp {

bool Extract::merges(Verdict verdict) const {
    const bool shared = purpose_ == Purpose::copy && options_.practice.empty();
    return verdict == Verdict::live || (shared && verdict == Verdict::shared_record);
}

// Merged like the rest, it stays in the copy: to leave it out is for whoever reads, or asks for one practice.
void Extract::keep_shared() {
    if (!options_.practice.empty()) return;
    for (TableFile& t : tables_)
        for (Verdict& v : t.verdicts)
            if (v == Verdict::shared_record) v = Verdict::live;
}

// What was recorded at another place belongs to the record when the patient was ever registered for GMS
// there, also by a row that has been replaced or removed since. Where only such a row says so, it stays in
// the copy, and so does its removal: who reads the copy finds the same places.
void Extract::keep_registrations() {
    const auto registrations = named("SRPatientRegistration");
    if (!registrations) return;
    TableFile& t = tables_[*registrations];
    if (t.verdicts.empty()) return;
    const std::vector<Columns> columns = columns_of(t);
    std::set<std::pair<std::uint64_t, Key>> said;  // by patient
    std::unordered_set<Key> kept;                  // rows
    const auto visit = [&](auto&& wanted, auto&& see) {
        std::vector<Key> places;
        for (const std::uint32_t slot : in_file_order(*registrations)) {
            if (!wanted(t.verdict(slot)) || t.broken.contains(t.offset(slot))) continue;
            const std::size_t part = t.part_at(t.offset(slot));
            const Text row = t.raw_at(t.offset(slot));
            gms_places(t.parts[part], row, columns[part], places);
            see(slot, row_key(t, t.parts[part], row, columns[part]), places);
        }
    };
    visit([](Verdict v) { return v == Verdict::live; },
          [&](std::uint32_t slot, Key, const std::vector<Key>& places) {
              for (const Key place : places) said.emplace(t.patient(slot), place);
          });
    visit([](Verdict v) { return v == Verdict::newer_row || v == Verdict::removed_later; },
          [&](std::uint32_t slot, Key key, const std::vector<Key>& places) {
              bool news = false;
              if (t.patient(slot) == TableFile::kNobody) return;
              for (const Key place : places) news = said.emplace(t.patient(slot), place).second || news;
              if (!news) return;
              t.put(slot, Verdict::live);
              kept.insert(key);
          });
    visit([](Verdict v) { return v == Verdict::removal; },
          [&](std::uint32_t slot, Key key, const std::vector<Key>&) {
              if (kept.contains(key)) t.put(slot, Verdict::live);
          });
}

std::vector<std::uint32_t> Extract::in_file_order(std::size_t table) const {
    const TableFile& t = tables_[table];
    std::vector<std::uint32_t> slots(t.rows.size());
    for (std::uint32_t i = 0; i < slots.size(); ++i) slots[i] = i;
    if (t.of_patients) std::ranges::sort(slots, {}, [&](std::uint32_t s) { return t.offset(s); });
    return slots;
}

}  // namespace gpswitch::tpp
