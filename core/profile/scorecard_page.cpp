// The scorecard as a page to be published.
#include <fmt/format.h>

#include <algorithm>

#include "core/profile/scorecard.hpp"
#include "core/report/page.hpp"
#include "core/report/words.hpp"

namespace gpswitch::profile {
namespace {

using page::escaped;
using page::number_cell;
using words::grouped;

/// Cut, not rounded: 100 % is said only of all, and 0 % only of none.
std::string percent(std::uint64_t part, std::uint64_t whole) {
    if (whole == 0) return "\u2013";
    if (part == 0) return "0 %";
    const std::uint64_t tenths = part == whole
                                     ? 1000
                                     : static_cast<std::uint64_t>(static_cast<long double>(part) * 1000 /
                                                                  static_cast<long double>(whole));
    if (tenths == 0) return "< 0.1 %";
    return tenths == 1000 ? "100 %" : fmt::format("{}.{} %", tenths / 10, tenths % 10);
}

/// For the eye; the figures stand beside it.
std::string bar(std::uint64_t part, std::uint64_t whole) {
    const std::uint64_t width = whole == 0 ? 0 : part * 100 / whole;
    return fmt::format(
        "<svg class=\"bar\" viewBox=\"0 0 100 10\" preserveAspectRatio=\"none\" aria-hidden=\"true\" "
        "focusable=\"false\"><rect width=\"{}\" height=\"10\"/></svg>",
        part > 0 && width == 0 ? 1 : width);
}

/// "https://fhir.hl7.org.uk/StructureDefinition/UKCore-Patient" -> "UKCore-Patient"
std::string short_name(std::string_view url) {
    const std::size_t slash = url.rfind('/');
    return std::string(slash == std::string_view::npos ? url : url.substr(slash + 1));
}

std::string section(std::string_view id, std::string_view title, std::string_view note,
                    const std::string& body) {
    if (body.empty()) return {};
    return fmt::format(
        "<section aria-labelledby=\"{0}\"><h2 id=\"{0}\">{1}</h2>\n<p "
        "class=\"note\">{2}</p>\n{3}</section>\n",
        id, title, note, body);
}

/// Columns that begin with '#' are numbers.
std::string table(std::string_view caption, std::initializer_list<std::string_view> columns,
                  const std::string& rows) {
    if (rows.empty()) return {};
    std::string out =
        fmt::format("<div class=\"scroll\"><table><caption>{}</caption>\n<thead><tr>", escaped(caption));
    for (const std::string_view c : columns) {
        const bool number = c.starts_with('#');
        out += fmt::format("<th scope=\"col\"{}>{}</th>", number ? " class=\"n\"" : "",
                           c.substr(number ? 1 : 0));
    }
    return out + "</tr></thead>\n<tbody>\n" + rows + "</tbody></table></div>\n";
}

std::string row_head(std::string_view text, std::string_view css = "any") {
    return fmt::format("<tr><th scope=\"row\" class=\"{}\">{}</th>", css, text);
}

}  // namespace

class ScorecardPage {
  public:
    explicit ScorecardPage(const Scorecard& card) : card_(card) {}

    std::string text() const {
        const auto& options = card_.options_;
        return page::head("FHIR R4 and UK Core scorecard",
                          options.title.empty() ? "Scorecard" : options.title, options.version) +
               answer() + tiles() + types() + rules() + must_support_of_all() + extensions() + not_checked() +
               made_with() +
               page::foot(
                   "<p>This page holds counts, and the names that FHIR and its profiles give to things. It "
                   "holds "
                   "no value, name, number, date, text or identifier from the data that was checked.</p>");
    }

  private:
    static constexpr std::size_t kMostTypes = 5, kMostElements = 10;  ///< of a rule; the JSON has all

    std::uint64_t grave() const { return card_.findings(Severity::fatal) + card_.findings(Severity::error); }

    std::string answer() const {
        const std::uint64_t n = card_.checked(), good = card_.without_error();
        std::string says, then;
        if (n == 0)
            says = card_.resources() == 0
                       ? "Nothing was checked."
                       : fmt::format("{} read.", words::count(card_.resources(), "entry", "entries"));
        else if (good == n)
            says = n == 1 ? "The one resource is without error."
                          : fmt::format("All {} resources are without error.", grouped(n));
        else
            says = fmt::format("{} of {} resources are without error ({}).", grouped(good), grouped(n),
                               percent(good, n));
        if (card_.unreadable_ > 0)
            then = fmt::format("{} not JSON, or of no type that FHIR R4 has.",
                               card_.unreadable_ == 1 ? "1 is" : grouped(card_.unreadable_) + " are");
        return fmt::format("<div class=\"answer {}\"><p>{}</p>{}</div>\n",
                           grave() > 0                                       ? "bad"
                           : card_.findings(Severity::warning) > 0 || n == 0 ? "fair"
                                                                             : "good",
                           says, then.empty() ? "" : "<p class=\"then\">" + then + "</p>");
    }

    std::string tiles() const {
        std::string out = "<div class=\"tiles\">\n";
        out += page::tile(grouped(card_.resources()), card_.checked() == 0 ? "entries read" : "resources");
        if (card_.checked() > 0)
            out += page::tile(percent(card_.without_error(), card_.checked()), "of them without error");
        out += page::tile(grouped(grave()), "errors", grave() > 0 ? "bad" : "");
        out += page::tile(grouped(card_.findings(Severity::warning)), "warnings");
        return out + "</div>\n";
    }

    std::string types() const {
        std::string rows;
        for (const auto& [name, t] : card_.types_) {
            rows += row_head(escaped(name)) + number_cell(t.resources);
            if (t.checked)
                rows +=
                    number_cell(t.resources - t.with_errors) +
                    fmt::format("<td class=\"n\">{}</td>", percent(t.resources - t.with_errors, t.resources));
            else
                rows += "<td class=\"n\">\u2013</td><td class=\"n\">\u2013</td>";
            rows += number_cell(t.errors) + number_cell(t.warnings) + "</tr>\n";
        }
        return section(
            "types", "By type of resource",
            "Contained resources count with the resource that holds them. A resource is without error when "
            "nothing in it is an error by itself, by FHIR R4 and by its profile; the errors counted beside "
            "it are also those between resources.",
            table("Resources and findings by type",
                  {"Type", "#Resources", "#Without error", "#Share", "#Errors", "#Warnings"}, rows));
    }

    std::string rules() const {
        std::string rows, detail;
        for (const auto& [key, found] : card_.rules_) {
            const auto& [severity, code] = key;
            const RuleInfo* rule =
                card_.options_.describe == nullptr ? nullptr : card_.options_.describe(code);
            rows += row_head("<code>" + escaped(code) + "</code>", "nowrap");
            rows += fmt::format("<td class=\"any\">{}</td><td>{}</td>{}<td class=\"any soft\">{}</td></tr>\n",
                                rule == nullptr ? "" : escaped(rule->title),
                                page::tag(to_text(static_cast<Severity>(-severity))),
                                number_cell(found.count), escaped(in_types(found.types)));
            detail += elements(code, found);
        }
        if (rows.empty())
            return section("rules", "By rule", "Each rule, and how often it was broken.",
                           "<p>No rule was broken.</p>\n");
        return section("rules", "By rule", "Each rule that was broken, and how often.",
                       table("Findings by rule", {"Rule", "What is found", "Severity", "#Findings", "In"},
                             rows)) +
               section("elements", "By element",
                       "Where the rules were broken, the commonest places first. Elements that FHIR R4 does "
                       "not have are counted together: their names are text of the data.",
                       table("Findings by rule and element", {"Rule", "Element", "#Findings"}, detail));
    }

    /// The most frequent first; the rest as a number of types.
    static std::string in_types(const std::map<std::string, std::uint64_t>& by_type) {
        std::vector<std::string> out;
        const auto list = ranked(by_type);
        for (const auto& [name, n] : list)
            if (out.size() < kMostTypes && !name.empty())
                out.push_back(fmt::format("{} {}", name, grouped(n)));
        if (list.size() > kMostTypes + 1)
            out.push_back(fmt::format("{} other types", list.size() - kMostTypes));
        return words::joined(out);
    }

    static std::vector<std::pair<std::string, std::uint64_t>> ranked(
        const std::map<std::string, std::uint64_t>& by_name) {
        std::vector<std::pair<std::string, std::uint64_t>> list(by_name.begin(), by_name.end());
        std::stable_sort(list.begin(), list.end(),
                         [](const auto& a, const auto& b) { return a.second > b.second; });
        return list;
    }

    static std::string elements(const std::string& code, const Scorecard::Found& found) {
        auto list = ranked(found.elements);
        if (list.size() == 1 && list[0].first.empty()) return {};
        const std::size_t others = list.size() > kMostElements + 1 ? list.size() - kMostElements : 0;
        std::uint64_t theirs = 0;
        for (std::size_t i = kMostElements; others > 0 && i < list.size(); ++i) theirs += list[i].second;
        if (others > 0) list.resize(kMostElements);
        std::string out;
        for (const auto& [name, n] : list)
            out += row_head("<code>" + escaped(code) + "</code>", "nowrap") +
                   fmt::format("<td class=\"any\">{}</td>{}</tr>\n",
                               name.empty() ? "of no element that is in the tables"
                                            : "<code>" + escaped(name) + "</code>",
                               number_cell(n));
        if (others > 0)
            out += row_head("<code>" + escaped(code) + "</code>", "nowrap") +
                   fmt::format("<td class=\"any soft\">{} other elements</td>{}</tr>\n", others,
                               number_cell(theirs));
        return out;
    }

    std::string must_support_of_all() const {
        std::string out;
        for (const auto& [url, filled] : card_.tally_.profiles) {
            const ProfileInfo& p = *card_.table_.profile(url);
            const auto list = must_support(card_.table_, p);
            if (list.empty() || filled.resources == 0) continue;
            std::string rows;
            for (std::size_t i = 0; i < list.size(); ++i)
                rows += row_head("<code>" + escaped(list[i].path) + "</code>") +
                        number_cell(filled.elements[i]) +
                        fmt::format("<td class=\"n\">{}</td><td>{}</td></tr>\n",
                                    percent(filled.elements[i], filled.resources),
                                    bar(filled.elements[i], filled.resources));
            out += fmt::format("<h3>{}{}</h3>\n", escaped(short_name(url)),
                               p.version.empty() ? "" : " " + escaped(p.version)) +
                   table(fmt::format("{} with this profile; {} that must be supported",
                                     words::count(filled.resources, "resource", "resources"),
                                     words::count(list.size(), "element", "elements")),
                         {"Element", "#Filled in", "#Share", "<span class=\"soft\">of the resources</span>"},
                         rows);
        }
        return section(
            "must-support", "Elements that must be supported",
            "In how many resources each element that the profile marks has a value. Many facts are "
            "rightly absent: a low share is a question, not a fault.",
            out);
    }

    std::string extensions() const {
        std::string rows;
        for (const auto& [url, n] : card_.tally_.extensions)
            rows += row_head(page::source(url)) + number_cell(n) + "</tr>\n";
        if (card_.tally_.other_extensions > 0)
            rows += row_head("not in the tables") + number_cell(card_.tally_.other_extensions) + "</tr>\n";
        return section("extensions", "Extensions",
                       "How often each was used. Those that are not in the tables are counted together.",
                       table("Extensions used", {"Extension", "#Used"}, rows));
    }

    std::string not_checked() const {
        std::string rows;
        if (card_.tally_.other_profiles > 0)
            rows += row_head("profiles claimed that are not in the tables") +
                    number_cell(card_.tally_.other_profiles) + "</tr>\n";
        for (const auto& [what, n] : card_.tally_.not_checked)
            rows += row_head(escaped(what)) + number_cell(n) + "</tr>\n";
        return section("not-checked", "Not checked",
                       "What was met and could not be checked. It has neither passed nor failed.",
                       table("Not checked, and how often it was met", {"What", "#Met"}, rows));
    }

    std::string made_with() const {
        std::string out = fmt::format("<dl><dt>gpswitch</dt><dd>{}</dd>", escaped(card_.options_.version));
        for (const auto& [name, version] : card_.table_.packages())
            out += fmt::format("<dt>Definitions</dt><dd>{} {}</dd>", escaped(name), escaped(version));
        out += fmt::format("<dt>SHA-256 of the tables</dt><dd><code>{}</code></dd></dl>\n",
                           escaped(card_.table_.sha256()));
        return section("made-with", "Checked with",
                       "With the same data, program and tables this page comes out the same, byte for byte. "
                       "It bears no date and no place.",
                       out);
    }

    const Scorecard& card_;
};

std::string Scorecard::html() const { return ScorecardPage(*this).text(); }

}  // namespace gpswitch::profile
