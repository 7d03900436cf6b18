#pragma once
#include <cstdint>
#include <string>
#include <string_view>

/// What the pages of findings and of scorecards share: one file without a script, which loads nothing; light
/// or dark as the reader's system has it, light on paper.
namespace gpswitch::page {

/// Everything up to <main>, that included. `what` stands small above the title.
std::string head(std::string_view what, std::string_view title, std::string_view version);
/// The end of <main>, a footer with these words (HTML) and the end of the page.
std::string foot(std::string_view words);

/// Text for HTML, quotes included.
std::string escaped(std::string_view text);
/// "<td class=n>1,234</td>"
std::string number_cell(std::uint64_t n);
/// One figure with what it counts, for <div class=tiles>.
std::string tile(const std::string& figure, std::string_view words, std::string_view css = {});
/// A word in the colour of its severity: "error".
std::string tag(std::string_view severity);
/// A source as a link to where it is defined when it is an address, else as text. Nothing is loaded by it.
std::string source(std::string_view source);

}  // namespace gpswitch::page
