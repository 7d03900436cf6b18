#include "core/diff/readings.hpp"

#include <algorithm>

#include "core/diff/explain.hpp"

namespace gpswitch::diff {
namespace {

using record::EntityKind;
using record::Observation;
using record::Text;

// Neither a code nor words: a code that says so counts for none.
bool says_nothing(const record::Concept& c) {
    return c.text.empty() && std::all_of(c.coding.begin(), c.coding.end(), [](const record::Coding& k) {
               return (k.code.empty() || k.code == "UNK") && (k.display.empty() || k.code == "UNK");
           });
}

bool same_code(const record::Concept& a, const record::Concept& b) {
    for (const record::Coding& x : a.coding)
        for (const record::Coding& y : b.coding)
            if (!x.code.empty() && x.code == y.code && x.system == y.system) return true;
    const Text words = !a.text.empty() ? a.text : a.coding.empty() ? Text() : a.coding[0].display;
    if (words.empty()) return says_nothing(a) && says_nothing(b);
    if (b.text == words) return true;
    for (const record::Coding& y : b.coding)
        if (y.display == words) return true;
    return false;
}

bool same_reading(const record::ObservationComponent& c, const Observation& o) {
    if (!same_code(c.code, o.code)) return false;
    const Text a = c.value_quantity.value, b = o.value_quantity.value;
    return a.empty() ? b.empty() : same_number(a, b);
}

}  // namespace

void Readings::find(const record::Record& before, const record::Record& after, const EntityPairs& pairs) {
    components_.clear();
    entries_.clear();
    if (pairs.only_after.empty()) return;
    for (const auto& [i, j] : pairs.pairs) {
        if (before.items[i].kind != EntityKind::Observation) continue;
        const auto& whole = static_cast<const Observation&>(*before.items[i].entity);
        const auto& there = static_cast<const Observation&>(*after.items[j].entity);
        if (whole.component.empty() || there.has_member.empty()) continue;
        for (const std::uint32_t n : pairs.only_after) {
            if (after.items[n].kind != EntityKind::Observation || entries_.contains(after.items[n].entity))
                continue;
            const auto& reading = static_cast<const Observation&>(*after.items[n].entity);
            bool member = false;
            for (const record::Reference& r : there.has_member)
                member =
                    member || (r.reference.starts_with("Observation/") && r.reference.ends_with(reading.id));
            for (std::uint32_t c = 0; member && c < whole.component.size; ++c) {
                if (components_.contains(&whole.component[c]) || !same_reading(whole.component[c], reading))
                    continue;
                components_.insert(&whole.component[c]);
                entries_.insert(&reading);
                break;
            }
        }
    }
}

}  // namespace gpswitch::diff
