#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "core/summary/summary.hpp"

/// What the parts of the page share. Not for users of the library.
namespace gpswitch::summary::page {

/// The page's style sheet: screen and paper, light only, no fonts or images to load.
extern const std::string_view kStyle;

/// Text for HTML, quotes included.
std::string escaped(std::string_view text);
/// "<td class=n data-n=...>1,234</td>"; `key` may be empty.
std::string number_cell(std::string_view key, std::uint64_t n);
/// A number in running text that check-report may look for.
std::string number(std::string_view key, std::uint64_t n);
/// <section> with its title; nothing when `body` is empty. `note` stands under the title.
std::string section(std::string_view id, std::string_view title, const std::string& body,
                    std::string_view note = {});

// The parts, in the order of the page.
std::string banner(const Summary& s);
std::string tiles(const Summary& s);
std::string gates(const Summary& s);
std::string limits(const Summary& s);
std::string not_checked(const Summary& s);
std::string rows_by_table(const Summary& s);
std::string resources(const Summary& s);
std::string patients(const Summary& s);
std::string held(const Summary& s);
std::string held_entries(const Summary& s);
std::string degraded(const Summary& s);
std::string unmapped(const Summary& s);
std::string findings(const Summary& s);
std::string differences(const Summary& s);
std::string origins(const Summary& s);

/// A bar cut into coloured parts; each non-empty part is wide enough to be seen. For the eye only: the
/// numbers stand beside it. `parts`: class and amount.
struct Part {
    std::string_view css;
    std::uint64_t n;
};
std::string stacked_bar(const std::vector<Part>& parts);
/// One bar, its length the share of `n` in `most`.
std::string bar(std::uint64_t n, std::uint64_t most);

}  // namespace gpswitch::summary::page
