#include "core/system/vision/repeats.hpp"

#include <algorithm>

namespace gpswitch::vision {
namespace {

/// How sure it is that two rows are of one drug: 2 by dm+d, 1 by name and code.
int same_drug(const Prescribed& a, const Prescribed& b) {
    if (!a.dmd.empty() && !b.dmd.empty()) return a.dmd == b.dmd ? 2 : 0;
    const bool said = !a.code.empty() || !a.name.empty();
    return said && a.code == b.code && a.name == b.name ? 1 : 0;
}

/// As much of both days as is known.
bool before(std::string_view a, std::string_view b) {
    const std::size_t n = std::min(a.size(), b.size());
    return a.substr(0, n) < b.substr(0, n);
}

}  // namespace

int master_of(const Prescribed& issue, std::span<const Prescribed> masters) {
    if (issue.start.empty()) return -1;
    int best = -1, sure = 0;
    for (std::size_t i = 0; i < masters.size(); ++i) {
        const Prescribed& m = masters[i];
        const int same = same_drug(issue, m);
        if (same == 0 || before(issue.start, m.start) || before(m.end, issue.start)) continue;
        if (same < sure || (same == sure && m.start < masters[static_cast<std::size_t>(best)].start))
            continue;
        best = static_cast<int>(i);
        sure = same;
    }
    return best;
}

}  // namespace gpswitch::vision
