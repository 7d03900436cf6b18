// Which of a patient's rows count: deliveries in the order of their moments, deletions by key, patients who
// were deleted.
#include <fmt/format.h>

#include <algorithm>

#include "core/system/vision/patient.hpp"
#include "core/util/text.hpp"

namespace gpswitch::vision {
namespace {

bool deletes(const Row& row, const Shape& shape) {
    return row.bad == nullptr && same_ignoring_case(Maker::cell(row, shape.action), "D");
}

}  // namespace

void PatientCursor::load(std::uint32_t patient) {
    for (const Tab tab : {Tab::patient, Tab::encounter, Tab::journal, Tab::referral}) {
        const auto t = extract_.at(tab);
        if (!t) continue;
        std::size_t& end = end_of_last_[static_cast<std::size_t>(tab)];
        const auto [first, last] = extract_.table(*t).slots_of(patient, end);
        end = last;
        Rows& all = rows(tab);
        all.reserve(last - first);
        for (std::size_t slot = first; slot < last; ++slot) {
            Row r = maker_.load(*t, slot);
            if (!maker_.settle_unread(r) && !of_other_practice(r) && r.bad != nullptr) unreadable(r);
            all.push_back(r);
        }
        if (tab == Tab::patient)
            person_versions();
        else
            versions(tab);
    }
}

// A PID is unique in one practice only.
bool PatientCursor::of_other_practice(Row& row) {
    if (row.bad != nullptr) return false;
    const Text service = Maker::cell(row, maker_.shape_of(row).service);
    const std::string& own = extract_.census.practice;
    if (service.empty() || own.empty() || service == own) return false;
    row.live = false;
    if (extract_.several()) {
        record_->settle(row.row, Fate::excluded, "other-practice");
        return true;
    }
    record_->settle(row.row, Fate::held, "VISION-SERVICE-001");
    maker_.issue(row, Severity::error, "VISION-SERVICE-001",
                 "of a practice that none of the patients is registered with: the row is held back",
                 maker_.shape_of(row).service, "ask whose row it is");
    return true;
}

// A row with too many or too few fields: when its end stands where it should, what kind of entry it is can be
// told, and only an allergy or a medicine holds the patient.
bool PatientCursor::may_be_grave(const Row& row) const {
    const Tab tab = maker_.shape_of(row).tab;
    if (tab == Tab::patient) return true;
    if (tab != Tab::journal) return false;
    const TableFile& t = extract_.table(row.table);
    const Part& part = t.part_of(row.slot);
    const auto from_end = [&](std::size_t n) {
        return row.cell_count < n ? Text{} : trim(row.cells[row.cell_count - n]);
    };
    const Text subset = from_end(2);
    const Text action = part.place.empty() ? from_end(3) : from_end(1);
    const bool aligned = action.size() == 1 && Text("IUDiud").find(action.front()) != Text::npos;
    return !(aligned && subset.size() == 1 && Text("PICT").find(subset.front()) != Text::npos);
}

void PatientCursor::unreadable(Row& row) {
    row.live = false;
    record_->settle(row.row, Fate::held, "unreadable-row");
    record_->incomplete = true;
    maker_.issue(row, Severity::error, "VISION-ROW-001", fmt::format("the row cannot be read: {}", row.bad),
                 -1, "the row is held back; ask for the extract again");
    if (!may_be_grave(row)) return;
    record_->held = "VISION-ROW-002";
    maker_.issue(row, Severity::error, "VISION-ROW-002",
                 "the whole patient is held back: an identity, allergy or medication row cannot be read", -1,
                 "the patient's rows are kept under held/ until the row is put right");
}

bool PatientCursor::contradicted(const Row& a, const Row& b) const {
    const auto columns = maker_.shape_of(a).columns;
    for (std::size_t c = 0; c < columns.size(); ++c)
        if (maker_.mapping().in_list("identity-columns", columns[c]) &&
            Maker::cell(a, static_cast<int>(c)) != Maker::cell(b, static_cast<int>(c)))
            return true;
    return false;
}

bool PatientCursor::same_row(const Row& a, const Row& b) const {
    const int action = maker_.shape_of(a).action;
    if (a.cell_count != b.cell_count) return false;
    for (std::uint32_t c = 0; c < a.cell_count; ++c)
        if (static_cast<int>(c) != action && a.cells[c] != b.cells[c]) return false;
    return true;
}

// A deletion is of the whole record; a registration that begins on another day is another one.
void PatientCursor::person_versions() {
    Rows& all = rows(Tab::patient);
    Row* current = nullptr;
    const Shape& s = shape(Tab::patient);
    for (Row& r : all) {
        if (!r.live) continue;
        if (deletes(r, s)) {
            record_->settle(r.row, Fate::deleted, current == nullptr ? "removal-of-unknown-row" : "removal");
            r.live = false;
            if (current != nullptr) {
                record_->settle(current->row, Fate::deleted, "patient-deleted");
                current->live = false;
            }
            for (Row& f : former_) record_->settle(f.row, Fate::deleted, "patient-deleted");
            former_.clear();
            current = nullptr;
            died_ = r.delivery;
            continue;
        }
        if (current == nullptr) {
            if (died_ >= 0) born_ = r.delivery;
            current = &r;
            continue;
        }
        // Of one delivery the registration that began last is today's, wherever its row stands.
        const bool first = current->delivery == r.delivery && another_registration(r, *current);
        Row& older = first ? r : *current;
        Row& newer = first ? *current : r;
        current = &newer;
        older.live = false;
        const bool equal = same_row(older, newer);
        if (older.delivery == newer.delivery && !equal && contradicted(older, newer)) {
            record_->held = "VISION-PAT-001";
            record_->settle(older.row, Fate::held, "VISION-PAT-001");
            maker_.issue(
                newer, Severity::error, "VISION-PAT-001",
                "two rows of one delivery claim one patient with different facts: the patient is held "
                "back",
                -1, "a person must decide which row is right");
            continue;
        }
        if (another_registration(older, newer))
            former_.push_back(older);
        else
            record_->settle(older.row, Fate::superseded, equal ? "repeated-row" : "newer-row-of-same-key");
    }
    if (current != nullptr) corrected(*current);
}

// Both begin on a day that is known, and the newer begins later. What begins earlier, or on no day of the
// calendar, corrects the row before it.
bool PatientCursor::another_registration(const Row& older, const Row& newer) {
    const auto start = [&](const Row& r) -> Text {
        const Day day = day_of(Maker::cell(r, patient::REGISTERED_DATE), record_->arena);
        return day.full.empty() ? day.partial : day.full;
    };
    // Of "2015" and "2015-04-01" nobody says that they are two.
    const Text a = start(older), b = start(newer);
    const std::size_t n = std::min(a.size(), b.size());
    return a.substr(0, n) < b.substr(0, n);
}

// A registration that began after today's, or one that came between two rows of today's, was a slip that has
// been put right.
void PatientCursor::corrected(const Row& now) {
    const Text start = Maker::cell(now, patient::REGISTERED_DATE);
    const Rows& all = rows(Tab::patient);
    if (start.empty()) return;
    const auto counts = [&](const Row& r) {
        return r.bad == nullptr && static_cast<int>(r.delivery) > died_;
    };
    bool slip = std::ranges::any_of(all, [&](const Row& r) {
        return counts(r) && r.delivery < now.delivery && another_registration(now, r);
    });
    std::erase_if(former_, [&](const Row& r) {
        const bool between = std::ranges::any_of(all, [&](const Row& q) {
            return counts(q) && q.delivery < r.delivery && Maker::cell(q, patient::REGISTERED_DATE) == start;
        });
        const bool again = Maker::cell(r, patient::REGISTERED_DATE) == start;
        if (!between && !again && !another_registration(now, r)) return false;
        record_->settle(r.row, Fate::superseded, "newer-row-of-same-key");
        return slip = true;
    });
    if (slip)
        maker_.issue(
            now, Severity::warning, "VISION-REG-001",
            "an earlier delivery had another day of registration: taken for a slip that has been put "
            "right, no other registration is made of it",
            patient::REGISTERED_DATE, "look at the registrations in Vision");
    std::ranges::stable_sort(former_, {},
                             [](const Row& r) { return Maker::cell(r, patient::REGISTERED_DATE); });
}

// Deletions are by key, whatever kind of entry the row was; an update may make it another kind.
void PatientCursor::versions(Tab tab) {
    Rows& all = rows(tab);
    const Shape& s = shape(tab);
    auto& keys = by_key_[static_cast<std::size_t>(tab)];
    for (std::uint32_t i = 0; i < all.size(); ++i) {
        Row& r = all[i];
        if (!r.live) continue;
        if (died_ >= 0 && (born_ < 0 || static_cast<int>(r.delivery) < born_)) {
            r.live = false;
            const bool late = static_cast<int>(r.delivery) > died_;
            record_->settle(r.row, Fate::deleted, late ? "row-of-deleted-patient" : "patient-deleted");
            if (late)
                maker_.issue(r, Severity::warning, "VISION-DEL-002",
                             "came after its patient was deleted: left out", -1,
                             "was the deletion meant? ask the practice");
            continue;
        }
        const bool removal = deletes(r, s);
        if (r.key == kNoKey) {
            if (!removal) continue;
            maker_.issue(r, Severity::error, "VISION-KEY-003",
                         "deletes a row without saying which: that row, if it is here, stays", s.key,
                         "ask the supplier for its id");
            record_->settle(r.row, Fate::deleted, "removal-of-unknown-row");
            r.live = false;
            continue;
        }
        const auto [place, fresh] = keys.emplace(r.key, i);
        Row* const older = fresh ? nullptr : &all[place->second];
        if (removal) {
            const bool known = older != nullptr && older->live;
            record_->settle(r.row, Fate::deleted, known ? "removal" : "removal-of-unknown-row");
            r.live = false;
            if (known) {
                record_->settle(older->row, Fate::deleted, "removed-by-later-row");
                older->live = false;
            } else if (r.delivery > 0) {
                maker_.issue(r, Severity::information, "VISION-DEL-001",
                             "removes a row that no delivery brought", s.action,
                             "a delivery before it may be missing");
            }
            place->second = i;
            continue;
        }
        place->second = i;
        if (older == nullptr || !older->live) continue;
        older->live = false;
        const bool equal = same_row(*older, r);
        if (!equal && older->delivery == r.delivery && two_entries(*older, r)) continue;
        record_->settle(older->row, Fate::superseded, equal ? "repeated-row" : "newer-row-of-same-key");
        if (!equal && older->delivery == r.delivery)
            maker_.issue(*older, Severity::warning, "VISION-KEY-001",
                         "the same id again in one delivery: the later row counts");
    }
}

// What kind of entry a row is stands in SUBSET: of any other an allergy or a medicine may be lost.
bool PatientCursor::grave(const Row& row) const {
    if (maker_.shape_of(row).tab != Tab::journal) return false;
    const Text subset = Maker::cell(row, journal::SUBSET);
    return subset.size() != 1 || Text("PICTpict").find(subset.front()) == Text::npos;
}

// One id twice in one delivery, and the later row is no change of the earlier: nobody may choose between an
// allergy or a medicine and something else.
bool PatientCursor::two_entries(const Row& older, const Row& newer) {
    const bool change = same_ignoring_case(Maker::cell(newer, maker_.shape_of(newer).action), "U");
    if (change || !grave(older)) return false;
    record_->settle(older.row, Fate::held, "VISION-KEY-002");
    record_->held = "VISION-KEY-002";
    maker_.issue(
        newer, Severity::error, "VISION-KEY-002",
        "the id of an allergy or a medicine again in one delivery, with other content: the patient is "
        "held back",
        maker_.shape_of(newer).key, "a person must decide which row is right");
    return true;
}

void PatientCursor::settle_all(Fate fate, Text rule) {
    for (Rows& all : rows_)
        for (Row& r : all) {
            if (!r.live) continue;
            r.live = false;
            record_->settle(r.row, fate, rule);
        }
    for (const Row& r : former_) record_->settle(r.row, fate, rule);
    former_.clear();
}

}  // namespace gpswitch::vision
