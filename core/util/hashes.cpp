#include "core/util/hashes.hpp"

#include <algorithm>

#include "core/util/hash.hpp"

namespace gpswitch {

std::vector<std::string> sha256_of(std::vector<std::string_view> texts) {
    std::vector<Sha256> hashes(texts.size());
    std::vector<std::size_t> order(texts.size());
    for (std::size_t i = 0; i < texts.size(); ++i) order[i] = i;
    std::ranges::sort(order, {}, [&](std::size_t i) { return texts[i].size(); });
    while (order.size() > 1) {
        const std::size_t a = order.back(), b = order[order.size() - 2];
        const std::size_t n = std::min(texts[a].size(), texts[b].size());
        Sha256::add_both(hashes[a], texts[a].substr(0, n), hashes[b], texts[b].substr(0, n));
        texts[a].remove_prefix(n);
        texts[b].remove_prefix(n);
        order.erase(order.end() - (texts[a].empty() ? 1 : 2));
    }
    for (const std::size_t i : order) hashes[i].add(texts[i]);
    std::vector<std::string> out;
    for (Sha256& hash : hashes) out.push_back(hash.hex());
    return out;
}

}  // namespace gpswitch
