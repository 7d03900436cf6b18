#include "core/system/vision/practice.hpp"

#include <fmt/format.h>

#include "core/util/text.hpp"

namespace gpswitch::vision {
namespace {
constexpr std::size_t kChunk = 500;  // rows in a record of leftovers
}

Practice::Practice(const Extract& extract, const mapping::MappingSet& mapping)
    : maker_(extract, mapping), extract_(extract) {
    for (const TableFile& t : extract.tables())
        taken_.emplace_back(t.of_patients() ? 0 : t.rows.size(), false);
}

bool Practice::find(const record::Need& need, Record& record) {
    const auto table = static_cast<std::size_t>(need.handle >> 32);
    const auto slot = static_cast<std::uint32_t>(need.handle);
    maker_.begin(record, *this);
    if (taken_[table][slot]) return false;
    Row row = maker_.load(table, slot);
    maker_.prepare(row);
    // What cannot be made stays for the leftovers, which give it its fate.
    if (row.bad != nullptr || maker_.route(row) == nullptr) return false;
    taken_[table][slot] = true;
    maker_.make(row, {});
    return true;
}

void Practice::left_over(std::size_t table, std::size_t slot) {
    Record& record = maker_.record();
    const TableFile& t = extract_.table(table);
    Row row = maker_.load(table, slot);
    if (maker_.settle_unread(row)) return;
    if (t.superseded.size() > slot && t.superseded[slot] && row.bad == nullptr)
        return record.settle(row.row, Fate::superseded, "newer-row-of-same-key");
    const Text service = row.bad == nullptr ? Maker::cell(row, t.shape->service) : Text{};
    const bool other = extract_.several() && !service.empty() && service != extract_.census.practice;
    if (other) return record.settle(row.row, Fate::excluded, "other-practice");
    const Key pid = t.of_patients() ? key_of(Maker::cell(row, 0)) : kNoKey;
    const auto removed = t.of_patients() ? extract_.removed_in(pid) : std::nullopt;
    if (row.bad != nullptr) {
        record.settle(row.row, Fate::held, "unreadable-row");
        return maker_.issue(row, Severity::error, "VISION-ROW-001",
                            fmt::format("the row cannot be read: {}", row.bad), -1,
                            "the row is held back; ask for the extract again");
    }
    if (!t.of_patients()) return record.settle(row.row, Fate::lookup, "nobody-refers-to-it");
    const bool late = removed && row.delivery > *removed;
    if (removed) {
        const bool removal =
            t.shape->tab == Tab::patient && same_ignoring_case(Maker::cell(row, t.shape->action), "D");
        record.settle(row.row, Fate::deleted,
                      removal ? "removal"
                      : late  ? "row-of-deleted-patient"
                              : "patient-deleted");
        if (late)
            maker_.issue(row, Severity::warning, "VISION-DEL-002",
                         "came after its patient was deleted: left out", -1,
                         "was the deletion meant? ask the practice");
        return;
    }
    record.settle(row.row, Fate::held, "no-such-patient");
    maker_.issue(row, Severity::error, "VISION-PAT-003",
                 "belongs to a patient who is not in the patient file: the row is held back", 0,
                 "kept under held/; a delivery with the patient may be missing");
}

// Rows of patients first: what they refer to is asked for before the practice-wide rows that nobody asked for
// are settled.
bool Practice::rest(Record& record) {
    record.clear();
    maker_.begin(record, *this);
    for (; !orphans_done_ || table_ < extract_.tables().size(); ++table_, slot_ = 0) {
        if (table_ == extract_.tables().size()) {
            orphans_done_ = true;
            table_ = 0;
            if (!record.rows.empty()) return true;
        }
        const TableFile& t = extract_.table(table_);
        if (t.of_patients() == orphans_done_) continue;
        const auto [first, last] =
            t.of_patients() ? t.slots_of(TableFile::kNobody) : std::pair{std::size_t{0}, t.rows.size()};
        for (; first + slot_ < last; ++slot_) {
            if (record.rows.size() >= kChunk) return true;
            if (t.of_patients() || !taken_[table_][slot_]) left_over(table_, first + slot_);
        }
    }
    return !record.rows.empty();
}

}  // namespace gpswitch::vision
