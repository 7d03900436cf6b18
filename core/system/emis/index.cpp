// One pass over every file: where rows are, and whose.
#include <algorithm>

#include "core/system/emis/extract.hpp"
#include "core/util/error.hpp"
#include "core/util/text.hpp"

namespace gpswitch::emis {
namespace {

bool coding(Tab tab) { return tab == Tab::Coding_ClinicalCode || tab == Tab::Coding_DrugCode; }

/// A row of a practice-wide table while versions of one key are compared.
struct Entry {
    Key key, second;
    std::uint16_t batch;
    std::uint64_t order;  ///< inside the delivery
    std::uint32_t slot;
};

}  // namespace

Verdict Extract::use_of(const Part& part) const {
    if (part.batch >= batches().size()) return Verdict::live;
    switch (batches()[part.batch].use) {
        case Use::read: break;
        case Use::later: return Verdict::later_delivery;
        case Use::elsewhere: return Verdict::other_agreement;
    }
    return Verdict::live;
}

// Rows are split by their organisation. A row that another practice owns stays with a patient whom only the
// chosen one has.
bool Extract::of_other_practice(const Part& part, Text row, const Key& patient) const {
    if (others_.empty()) return false;
    const Key owner = key_of(field_at(part, row, part.header.find("OrganisationGuid")));
    return others_.contains(owner) &&
           (patient.empty() || theirs_.contains(patient) || !patients.contains(patient));
}

void Extract::index(TableFile& t) {
    std::vector<std::uint64_t> apart;  // addresses of rows that are not read, and why
    std::vector<Verdict> why;
    std::vector<std::pair<std::uint64_t, Key>> lost;
    std::vector<std::uint64_t> ambiguous;
    for (Part& p : t.parts) {
        const int column = p.header.find(shape(t.tab).patient);
        const int deleted = p.header.find("Deleted");
        const Verdict use = use_of(p);
        const bool delta = p.batch < batches().size() && !batches()[p.batch].bulk;
        const bool quoted = p.dialect.quotes;
        RowScanner scan(p);
        csv::RowSpan span;
        // Rows of one patient mostly stand together.
        Text last_guid;
        Key key;
        std::uint64_t known = TableFile::kNobody;
        while (scan.next(span)) {
            const std::uint64_t address = p.base + span.offset;
            if (span.state != csv::State::good) t.broken.emplace(address, span);
            p.lines.add(span.offset);
            ++p.rows;
            const Text row = p.bytes.substr(span.offset, span.length);
            std::uint64_t patient = TableFile::kNobody;
            if (use == Verdict::live) {
                const Text guid = quoted ? field_at(row, column) : field_at(p, row, column);
                if (guid != last_guid || guid.empty()) {
                    key = guid.empty() ? Key{} : key_of(guid);
                    const auto it = key.empty() ? patients.end() : patients.find(key);
                    known = it == patients.end() ? TableFile::kNobody : it->second;
                    last_guid = guid;
                }
                patient = known;
                if (of_other_practice(p, row, key)) {
                    patient = TableFile::kNobody;
                    apart.push_back(address);
                    why.push_back(Verdict::other_practice);
                } else if (delta && key.empty() && deleted >= 0 && t.tab != Tab::Appointment_Slot &&
                           is_true(field_at(row, deleted))) {
                    const Key own = key_of(field_at(row, p.header.find(shape(t.tab).key)));
                    if (!own.empty()) lost.emplace_back(address, own);
                }
            } else {
                apart.push_back(address);
                why.push_back(use);
            }
            t.rows.push_back(patient << 40 | address);
        }
    }
    if (!lost.empty()) find_lost_deletes(t, lost, ambiguous);
    std::sort(t.rows.begin(), t.rows.end());
    if (apart.empty() && ambiguous.empty()) return;
    t.verdicts.assign(t.rows.size(), Verdict::live);
    // All of them are nobody's: their slots are in order of address.
    const auto [first, last] = t.slots_of(TableFile::kNobody);
    const auto from = t.rows.begin() + static_cast<std::ptrdiff_t>(first);
    const auto to = t.rows.begin() + static_cast<std::ptrdiff_t>(last);
    const auto at = [&](std::uint64_t address) {
        return static_cast<std::size_t>(std::lower_bound(from, to, TableFile::kNobody << 40 | address) -
                                        t.rows.begin());
    };
    for (std::size_t i = 0; i < apart.size(); ++i) t.verdicts[at(apart[i])] = why[i];
    for (const std::uint64_t a : ambiguous) t.verdicts[at(a)] = Verdict::delete_ambiguous;
}

// A delete row without a patient takes the patient of the row it removes. Clinical GUIDs are unique in one
// patient only: when several patients have it, nobody can say which row is meant.
void Extract::find_lost_deletes(TableFile& t, std::vector<std::pair<std::uint64_t, Key>>& lost,
                                std::vector<std::uint64_t>& ambiguous) {
    KeyMap<std::vector<std::uint64_t>> owners;
    for (const auto& [address, key] : lost) owners[key];
    for (const std::uint64_t row : t.rows) {
        if (row >> 40 == TableFile::kNobody) continue;
        const Part& p = t.parts[t.part_at(row & TableFile::kOffset)];
        csv::RowSpan span;
        csv::Scanner scan(p.bytes.substr((row & TableFile::kOffset) - p.base), p.dialect);
        if (!scan.next(span)) continue;
        const Text bytes = p.bytes.substr((row & TableFile::kOffset) - p.base, span.length);
        const auto it = owners.find(key_of(field_at(bytes, p.header.find(shape(t.tab).key))));
        if (it == owners.end()) continue;
        if (std::ranges::find(it->second, row >> 40) == it->second.end()) it->second.push_back(row >> 40);
    }
    for (const auto& [address, key] : lost) {
        const auto& who = owners[key];
        if (who.size() > 1) ambiguous.push_back(address);
        if (who.size() != 1) continue;
        for (std::uint64_t& row : t.rows)
            if (row == (TableFile::kNobody << 40 | address)) row = who[0] << 40 | address;
    }
}

void Extract::index_practice(TableFile& t, Lookup& lookup) {
    const bool codes = coding(t.tab), agreements = t.tab == Tab::Agreements_SharingOrganisation;
    const bool several = t.parts.size() > 1;
    std::vector<Entry> entries;
    const auto put = [&](std::size_t slot, Verdict v) {
        if (t.verdicts.empty() && v == Verdict::live) return;
        t.verdicts.resize(std::max(t.verdicts.size(), t.rows.size()), Verdict::live);
        t.verdicts[slot] = v;
    };
    for (Part& p : t.parts) {
        const int column = p.header.find(shape(t.tab).key), second = p.header.find(shape(t.tab).second);
        const int processing = codes || agreements ? -1 : p.header.find("ProcessingId");
        const int deleted = agreements ? -1 : p.header.find("Deleted");
        const Verdict use = use_of(p);
        RowScanner scan(p);
        csv::RowSpan span;
        while (scan.next(span)) {
            const std::uint64_t address = p.base + span.offset;
            if (span.state != csv::State::good) t.broken.emplace(address, span);
            p.lines.add(span.offset);
            ++p.rows;
            const auto slot = static_cast<std::uint32_t>(t.rows.size());
            t.rows.push_back(address);
            if (use != Verdict::live) {
                put(slot, use);
                continue;
            }
            const Text row = p.bytes.substr(span.offset, span.length);
            const Text cell = field_at(row, column);
            if (span.state != csv::State::good || trim(cell).empty()) continue;
            // Staff of a session belong to the practice of the session.
            if (t.tab == Tab::Appointment_Session && of_other_practice(p, row, {})) {
                their_sessions_.insert(key_of(cell));
                put(slot, Verdict::other_practice);
                continue;
            }
            if (t.tab == Tab::Appointment_SessionUser && their_sessions_.contains(key_of(cell))) {
                put(slot, Verdict::other_practice);
                continue;
            }
            // While an agreement is disabled nothing is deleted.
            if (ever_disabled_ && deleted >= 0 && !batches()[p.batch].bulk &&
                is_true(field_at(row, deleted)) &&
                disabled_in(p.batch, key_of(field_at(p, row, p.header.find("OrganisationGuid"))))) {
                put(slot, Verdict::agreement_disabled);
                continue;
            }
            Entry e{codes ? code_key(cell) : key_of(cell), {}, p.batch, 0, slot};
            if (second >= 0 && (!codes || several)) e.second = key_of(field_at(row, second));
            if (processing >= 0)
                e.order = static_cast<std::uint64_t>(
                    std::max<std::int64_t>(0, to_integer(trim(field_at(row, processing))).value_or(0)));
            entries.push_back(e);
        }
    }
    std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) {
        return std::tie(a.key, a.second, a.batch, a.order, a.slot) <
               std::tie(b.key, b.second, b.batch, b.order, b.slot);
    });
    std::vector<Entry> counted;
    for (std::size_t i = 0; i < entries.size();) {
        std::size_t end = i + 1;
        while (end < entries.size() && entries[end].key == entries[i].key &&
               entries[end].second == entries[i].second)
            ++end;
        const Entry& last = entries[end - 1];
        // Every row of a coding table and of the agreements is reference data, older ones too.
        if (agreements || (codes && !several)) {
            counted.insert(counted.end(), entries.begin() + static_cast<std::ptrdiff_t>(i),
                           entries.begin() + static_cast<std::ptrdiff_t>(end));
        } else {
            counted.push_back(last);
            if (!codes && (end - i > 1 || !batches()[t.part_of(last.slot).batch].bulk)) {
                Arena arena;
                RowText row;
                t.read(last.slot, arena, row);
                const bool gone = is_true(t.cell(row, "Deleted"));
                const std::uint16_t newest = t.part_of(last.slot).batch;
                bool removed = false;
                for (std::size_t n = end - 1; n-- > i;) {
                    const std::uint32_t s = entries[n].slot;
                    t.read(s, arena, row);
                    const bool lives = row.bad == nullptr && !is_true(t.cell(row, "Deleted"));
                    if (gone && lives && !removed && t.part_of(s).batch != newest) {
                        put(s, Verdict::deleted_later);
                        removed = true;
                    } else {
                        removed = removed || lives;
                        put(s, same_row(t, t.offset(s), t.offset(last.slot)) ? Verdict::repeated
                                                                             : Verdict::newer_row);
                    }
                }
                if (gone && end - i == 1 && !batches()[newest].bulk) put(last.slot, Verdict::delete_unknown);
            }
        }
        i = end;
    }
    if (!t.verdicts.empty()) t.verdicts.resize(t.rows.size(), Verdict::live);
    std::sort(counted.begin(), counted.end(), [&](const Entry& a, const Entry& b) {
        if (a.key != b.key) return a.key < b.key;
        if (codes && a.batch != b.batch) return a.batch > b.batch;
        return a.slot < b.slot;
    });
    for (const Entry& e : counted) {
        lookup.keys.push_back(e.key);
        lookup.slots.push_back(e.slot);
    }
}

}  // namespace gpswitch::emis
