// The parts of the page that count: rows, entries, findings, differences.
#include <fmt/format.h>

#include <algorithm>

#include "core/report/words.hpp"
#include "core/summary/html.hpp"

namespace gpswitch::summary::page {
namespace {

constexpr std::size_t kRanked = 10;

std::string head(std::initializer_list<std::pair<std::string_view, std::string_view>> columns) {
    std::string out = "<div class=\"scroll\"><table><thead><tr>";
    for (const auto& [title, css] : columns)
        out += fmt::format("<th scope=\"col\"{}>{}</th>",
                           css.empty() ? "" : fmt::format(" class=\"{}\"", css), title);
    return out + "</tr></thead><tbody>\n";
}

std::string tail(std::size_t all, std::string_view where) {
    std::string out = "</tbody></table></div>\n";
    if (all > kRanked)
        out +=
            fmt::format("<p class=\"note\">and {} more, in {}</p>\n", words::grouped(all - kRanked), where);
    return out;
}

std::string bar_of(const Table& t) {
    std::vector<Part> parts;
    for (const Count& f : t.fates) parts.push_back({f.name, f.n});
    return stacked_bar(parts);
}

}  // namespace

std::string rows_by_table(const Summary& s) {
    if (s.tables.empty()) return {};
    std::string out =
        "<div class=\"scroll\"><table><thead><tr><th scope=\"col\">Table of the source</th><th "
        "scope=\"col\" class=\"n\">Rows</th><th scope=\"col\" class=\"wide\"></th>";
    for (const FateMeaning& f : fates())
        out +=
            fmt::format("<th scope=\"col\" class=\"n\" title=\"{1}\"><span class=\"key {0}\"></span>{0}</th>",
                        f.name, escaped(f.meaning));
    out += "</tr></thead><tbody>\n";
    for (const Table& t : s.tables) {
        out += fmt::format("<tr><th scope=\"row\">{}</th>{}<td class=\"wide\">{}</td>", escaped(t.name),
                           number_cell(fmt::format("table:{}:read", t.name), t.rows), bar_of(t));
        for (const Count& f : t.fates) out += number_cell(fmt::format("table:{}:{}", t.name, f.name), f.n);
        out += "</tr>\n";
    }
    out += "</tbody><tfoot><tr><th scope=\"row\">All</th>" + number_cell("fate:read", s.rows()) + "<td></td>";
    for (const FateMeaning& f : fates()) out += number_cell(fmt::format("fate:{}", f.name), s.rows(f.name));
    out += "</tr></tfoot></table></div>\n";
    std::string note = "Every row has exactly one fate, and the fates add up.";
    for (const FateMeaning& f : fates()) note += fmt::format(" {}: {}.", f.name, f.meaning);
    return section("rows", "What became of every row", out, note);
}

std::string resources(const Summary& s) {
    if (s.resources.empty()) return {};
    std::uint64_t most = 0;
    for (const Resource& r : s.resources) most = std::max(most, r.written);
    std::string out = head({{"Type", ""}, {"Written", "n"}, {"", "half"}});
    for (const Resource& r : s.resources)
        out += fmt::format("<tr><th scope=\"row\">{}</th>{}<td>{}</td></tr>\n", escaped(r.type),
                           number_cell("resource:" + r.type, r.written), bar(r.written, most));
    out += "</tbody><tfoot><tr><th scope=\"row\">All</th>" + number_cell("", s.written()) +
           "<td></td></tr></tfoot></table></div>\n";
    return section("resources", "Entries written, by type", out);
}

std::string degraded(const Summary& s) {
    if (s.degraded.empty()) return {};
    // By reason, most first; the types in the order of their number.
    std::vector<std::pair<std::uint64_t, std::string>> reasons;
    for (const Degraded& d : s.degraded) {
        const auto at = std::find_if(reasons.begin(), reasons.end(),
                                     [&d](const auto& r) { return r.second == d.reason; });
        if (at == reasons.end())
            reasons.emplace_back(d.n, d.reason);
        else
            at->first += d.n;
    }
    std::stable_sort(reasons.begin(), reasons.end(),
                     [](const auto& a, const auto& b) { return a.first > b.first; });
    std::string out = head({{"Why", ""}, {"Number", "n"}, {"Where", ""}});
    for (const auto& [n, reason] : reasons) {
        std::vector<std::string> types;
        for (const Degraded& d : s.degraded)
            if (d.reason == reason) types.push_back(fmt::format("{} {}", d.type, words::grouped(d.n)));
        out += fmt::format("<tr><th scope=\"row\">{}</th>{}<td>{}</td></tr>\n", escaped(reason),
                           number_cell("degraded:" + reason, n), escaped(words::joined(types)));
    }
    return section("degraded", "Carried over in a lesser form", out + tail(0, ""),
                   "All of it is in the new system, with the source's own words beside it.");
}

std::string unmapped(const Summary& s) {
    if (s.unmapped.empty()) return {};
    std::string out = head({{"Code", ""}, {"Patients", "n"}, {"Entries", "n"}});
    for (std::size_t i = 0; i < std::min(kRanked, s.unmapped.size()); ++i) {
        const UnmappedCode& c = s.unmapped[i];
        // The last part of the address is what people call the system.
        const std::string system = c.system.substr(c.system.find_last_of("/:") + 1);
        out +=
            fmt::format("<tr><th scope=\"row\">{} <span class=\"hint mono\">{} ({})</span></th>{}{}</tr>\n",
                        escaped(c.term.empty() ? "(no term)" : c.term), escaped(c.code), escaped(system),
                        number_cell("", c.patients), number_cell("", c.entries));
    }
    return section("unmapped", "Codes without a national equivalent",
                   out + tail(static_cast<std::size_t>(s.unmapped_in_all), "gates.json"),
                   "Kept as they are, with their text; ranked by the patients they touch.");
}

std::string findings(const Summary& s) {
    if (s.findings.empty()) return {};
    std::string out = head({{"Severity", ""}, {"Code", ""}, {"What it says", ""}, {"Number", "n"}});
    for (const Finding& f : s.findings)
        out += fmt::format(
            "<tr><td><span class=\"tag {0}\">{0}</span></td><td "
            "class=\"mono\">{1}</td><td>{2}{3}</td>{4}</tr>\n",
            to_text(f.severity), escaped(f.code), escaped(f.says),
            f.hint.empty() ? "" : fmt::format("<span class=\"hint\">{}</span>", escaped(f.hint)),
            number_cell(fmt::format("finding:{}:{}", f.code, to_text(f.severity)), f.n));
    return section("findings", "Findings", out + "</tbody></table></div>\n",
                   "Each has an address in issues.ndjson of the package or in findings.jsonl; the codes are "
                   "explained in gpswitch-report(5).");
}

std::string differences(const Summary& s) {
    if (!s.differences) return {};
    const Differences& d = *s.differences;
    std::string out = "<table><tbody>\n";
    const auto line = [&out](std::string_view name, std::string_view key, std::uint64_t n) {
        out += fmt::format("<tr><th scope=\"row\">{}</th>{}</tr>\n", escaped(name), number_cell(key, n));
    };
    line("Patients compared", "differences:patients", d.patients);
    line("Entries equal, field by field", "differences:equal", d.equal);
    line("Entries that differ as predicted", "differences:explained", d.explained);
    line("Entries that differ otherwise", "", d.unexplained);
    if (d.never > 0) line("of those, losses that nothing can explain", "", d.never);
    out += "</tbody></table>\n";
    if (!d.rules.empty()) {
        out +=
            "<table><thead><tr><th scope=\"col\">Explained by</th><th scope=\"col\" "
            "class=\"n\">Entries</th></tr></thead><tbody>\n";
        for (const Count& r : d.rules) line(r.name, "", r.n);
        out += "</tbody></table>\n";
    }
    if (!d.unexplained_by.empty()) {
        out +=
            "<table><thead><tr><th scope=\"col\">Unexplained</th><th scope=\"col\" "
            "class=\"n\">Entries</th></tr></thead><tbody>\n";
        for (const Count& r : d.unexplained_by) line(r.name, "", r.n);
        out += "</tbody></table>\n";
    }
    return section(
        "differences", "Read back and compared", out,
        s.command == "switch" ? "The source, mapped again, against what the target gives back." : "");
}

}  // namespace gpswitch::summary::page
