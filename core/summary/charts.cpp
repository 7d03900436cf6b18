#include <fmt/format.h>

#include <algorithm>

#include "core/summary/html.hpp"

namespace gpswitch::summary::page {
namespace {

constexpr double kWidth = 1000;
/// The narrowest part that is still seen on paper: two rows in a million are the ones that matter.
constexpr double kNarrowest = 12;

std::string open_svg() {
    return R"(<svg class="bar" viewBox="0 0 1000 10" preserveAspectRatio="none" aria-hidden="true" focusable="false">)";
}

}  // namespace

std::string stacked_bar(const std::vector<Part>& parts) {
    std::uint64_t all = 0, shown = 0;
    for (const Part& p : parts) {
        all += p.n;
        if (p.n > 0) ++shown;
    }
    std::string out = open_svg();
    const double to_share = kWidth - kNarrowest * static_cast<double>(shown);
    double x = 0;
    for (const Part& p : parts) {
        if (p.n == 0) continue;
        const double width = kNarrowest + to_share * static_cast<double>(p.n) / static_cast<double>(all);
        out +=
            fmt::format(R"(<rect class="{}" x="{:.1f}" y="0" width="{:.1f}" height="10"/>)", p.css, x, width);
        x += width;
    }
    return out + "</svg>";
}

std::string bar(std::uint64_t n, std::uint64_t most) {
    const double width =
        n == 0 || most == 0
            ? 0
            : std::max(kNarrowest / 2, kWidth * static_cast<double>(n) / static_cast<double>(most));
    return fmt::format(R"({}<rect class="one" x="0" y="0" width="{:.1f}" height="10"/></svg>)", open_svg(),
                       width);
}

}  // namespace gpswitch::summary::page
