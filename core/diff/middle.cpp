#include "core/diff/middle.hpp"

#include <algorithm>
#include <numeric>

namespace gpswitch::diff {
namespace {

constexpr std::uint32_t kNone = ~std::uint32_t{0};

struct Everybody {
    std::vector<Identity> all;
    NumberCounts numbers;

    Everybody(const Side& side, bool test_numbers) {
        std::vector<std::uint32_t> patients(side.source->census().patients.size());
        std::iota(patients.begin(), patients.end(), 0u);
        Ahead reader(side, patients, false);
        for (const std::uint32_t index : patients) {
            all.push_back(identify(reader.next(), index, test_numbers));
            if (!all.back().nhs.empty()) ++numbers[all.back().nhs];
        }
    }
};

PatientMatches matches(const Everybody& a, const Everybody& b) {
    return pair_patients(a.all, b.all, a.numbers, b.numbers);
}

}  // namespace

std::vector<PatientMatch> Middle::match(const Side& before, const Side& after) {
    const Everybody a(before, options_.test_numbers), m(between_->side, options_.test_numbers),
        b(after, options_.test_numbers);
    place_.assign(a.all.size(), kNone);
    std::vector<std::uint32_t> of_middle(m.all.size(), kNone);
    for (const PatientMatch& p : matches(a, m).pairs) place_[p.before] = p.after;
    for (const PatientMatch& p : matches(m, b).pairs) of_middle[p.before] = p.after;
    std::vector<PatientMatch> out;
    for (std::uint32_t i = 0; i < place_.size(); ++i)
        if (place_[i] != kNone && of_middle[place_[i]] != kNone)
            out.push_back({i, of_middle[place_[i]], "what lies between"});
    return out;
}

record::Record* Middle::record(std::uint32_t before) {
    by_after_.next_patient();
    by_before_.next_patient();
    if (before >= place_.size() || place_[before] == kNone) return nullptr;
    reader_ = std::make_unique<Ahead>(between_->side, std::vector<std::uint32_t>{place_[before]}, false);
    record::Record& found = reader_->next();
    if (!found.held.empty()) return nullptr;
    ask(found);
    return &found;
}

void Middle::ask(const record::Record& record) {
    by_after_.ask(between_->foresight, record);
    by_before_.ask(between_->foresight_before, record);
}

// What was made of what: BEFORE, then this, then AFTER; or both of this.
void Middle::pair(const record::Record& a, const record::Record& m, const record::Record& b,
                  const Predictions& before) {
    if (origin()) {
        pair_entities(m, a, to_, &by_before_);
        for (auto& [k, i] : to_.pairs) std::swap(k, i);
        std::ranges::sort(to_.pairs);
    } else {
        pair_entities(a, m, to_, &before);
    }
    pair_entities(m, b, from_, &by_after_);
}

void Middle::learn(const record::Record& a, const record::Record& m, const record::Record& b,
                   Predictions& before, Predictions& after) {
    pair(a, m, b, before);
    pairs.clear();
    made_of.assign(b.items.size(), nullptr);
    std::vector<std::uint32_t> of_a(m.items.size(), kNone), of_b(m.items.size(), kNone);
    for (const auto& [i, k] : to_.pairs) of_a[k] = i;
    for (const auto& [k, j] : from_.pairs) of_b[k] = j;
    for (std::uint32_t k = 0; k < m.items.size(); ++k) {
        const record::Item& item = m.items[k];
        hand_on(item.kind, item.entity->id, of_a[k] == kNone ? "" : a.items[of_a[k]].entity->id,
                of_b[k] == kNone ? "" : b.items[of_b[k]].entity->id, before, after);
        if (of_a[k] != kNone && of_b[k] != kNone) pairs.emplace_back(of_a[k], of_b[k]);
        if (of_a[k] == kNone && of_b[k] != kNone) made_of[of_b[k]] = &item;
    }
    std::ranges::sort(pairs);
}

void Middle::hand_on(record::EntityKind kind, std::string_view here, std::string_view before_id,
                     std::string_view after_id, Predictions& before, Predictions& after) const {
    if (const Prediction* p = by_after_.of(kind, here); p != nullptr && !before_id.empty())
        before.add(kind, before_id, *p);
    if (const Prediction* p = by_before_.of(kind, here); p != nullptr && !after_id.empty())
        after.add(kind, after_id, *p);
}

}  // namespace gpswitch::diff
