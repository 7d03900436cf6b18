#include "core/record/hold.hpp"

#include <algorithm>

namespace gpswitch::record {

void hold(Record& record, std::span<const std::uint32_t> items, Text rule) {
    if (items.empty()) return;
    constexpr std::uint32_t kGone = ~std::uint32_t{0};
    std::vector<std::uint32_t> moved(record.items.size());
    std::vector<Item> left;
    for (std::uint32_t i = 0; i < record.items.size(); ++i) {
        const bool gone = std::ranges::binary_search(items, i);
        moved[i] = gone ? kGone : static_cast<std::uint32_t>(left.size());
        if (!gone) left.push_back(record.items[i]);
    }
    std::vector<bool> was_claimed(record.rows.size()), claimed(record.rows.size());
    std::vector<Claim> claims;
    for (Claim c : record.claims) {
        was_claimed[c.row] = true;
        if (moved[c.item] == kGone) continue;
        claimed[c.row] = true;
        c.item = moved[c.item];
        claims.push_back(c);
    }
    record.items = std::move(left);
    record.claims = std::move(claims);
    std::erase_if(record.pending, [&](const Pending& p) { return moved[p.item] == kGone; });
    for (Pending& p : record.pending) p.item = moved[p.item];
    for (std::uint32_t r = 0; r < record.rows.size(); ++r)
        if (was_claimed[r] && !claimed[r]) record.settle(r, Fate::held, rule);
}

}  // namespace gpswitch::record
