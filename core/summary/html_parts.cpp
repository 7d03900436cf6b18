// The parts of the page that are not about rows: the answer, the gates, what an extract cannot show.
#include <fmt/format.h>

#include "core/report/words.hpp"
#include "core/summary/html.hpp"

namespace gpswitch::summary::page {
namespace {

/// A tick, an exclamation mark, a cross or a dash, in the colour of the text around it.
std::string mark(Outcome outcome) {
    std::string_view path, colour;
    switch (outcome) {
        case Outcome::passed:
            path = "M6.5 12.5l3.6 3.6 7.4-8";
            colour = "var(--good)";
            break;
        case Outcome::reserved:
            path = "M12 6.5v7.2M12 17v.4";
            colour = "var(--fair)";
            break;
        case Outcome::failed:
            path = "M7.5 7.5l9 9M16.5 7.5l-9 9";
            colour = "var(--bad)";
            break;
        case Outcome::not_run:
            path = "M7.5 12h9";
            colour = "var(--soft)";
            break;
    }
    return fmt::format(
        R"(<svg viewBox="0 0 24 24" aria-hidden="true" focusable="false"><circle cx="12" cy="12" r="11" fill="{}"/>)"
        R"(<path d="{}" fill="none" stroke="#fff" stroke-width="2.4" stroke-linecap="round" stroke-linejoin="round"/></svg>)",
        colour, path);
}

std::string_view said(Outcome outcome) {
    switch (outcome) {
        case Outcome::passed: return "passed";
        case Outcome::reserved: return "to look at";
        case Outcome::failed: return "failed";
        case Outcome::not_run: return "not run";
    }
    return {};
}

std::string answer_of(const Summary& s) {
    if (s.answer == Outcome::failed)
        return s.gates.empty() ? "The answer is no" : "Stopped: the answer is no";
    if (s.answer == Outcome::reserved) return "Complete, with something to look at";
    return "Complete";
}

std::string tile(const std::string& figure, std::string_view words_, bool alert = false) {
    return fmt::format("<div class=\"tile{}\"><b>{}</b><span>{}</span></div>\n", alert ? " alert" : "",
                       figure, escaped(words_));
}

std::string list(const std::vector<std::string>& items) {
    std::string out = "<ul class=\"plain\">";
    for (const auto& item : items) out += "<li>" + escaped(item) + "</li>";
    return out + "</ul>\n";
}

std::string fact(std::string_view name, std::string_view value, bool mono = false) {
    if (value.empty()) return {};
    return fmt::format("<dt>{}</dt><dd{}>{}</dd>\n", escaped(name), mono ? " class=\"mono\"" : "",
                       escaped(value));
}

/// A few files with their hashes; of many, how many they are and where their hashes stand.
std::string hashes(std::string_view name, const std::vector<FileHash>& files, std::string_view where) {
    constexpr std::size_t kFew = 4;
    if (files.empty()) return {};
    std::uint64_t bytes = 0;
    for (const FileHash& f : files) bytes += f.bytes;
    if (files.size() > kFew)
        return fact(name, fmt::format("{} files, {} bytes; each with its SHA-256 in {}", files.size(),
                                      words::grouped(bytes), where));
    std::string out;
    for (const FileHash& f : files)
        out += fmt::format("<dt>{}</dt><dd>{}, {} bytes<br><span class=\"mono\">SHA-256 {}</span></dd>\n",
                           name, escaped(f.path), words::grouped(f.bytes), escaped(f.sha256));
    return out;
}

}  // namespace

std::string banner(const Summary& s) {
    return fmt::format(
        "<div class=\"{} banner\" role=\"status\">{}<div><strong>{}</strong><p>{}</p></div></div>\n",
        to_text(s.answer), mark(s.answer), escaped(answer_of(s)), escaped(s.headline));
}

std::string tiles(const Summary& s) {
    std::string out = "<div class=\"tiles\">\n";
    if (!s.tables.empty()) {
        std::uint64_t carried = 0;
        for (const Resource& r : s.resources)
            if (r.type == "Patient") carried = r.written;
        out +=
            tile(number("patients:written", carried),
                 carried == s.patients ? (carried == 1 ? "patient, the only one" : "patients, all there are")
                                       : fmt::format("of {} patients", words::grouped(s.patients)));
        out += tile(number("rows:read", s.rows()), "source rows, each with one fate");
        out += tile(number("resources:written", s.written()), "entries written");
        const std::uint64_t held = s.rows("held");
        out += tile(number("rows:held", held), held == 1 ? "row held back" : "rows held back", held > 0);
    }
    if (s.differences)
        out += tile(number("differences:unexplained", s.differences->unexplained),
                    s.differences->unexplained == 1 ? "difference unexplained" : "differences unexplained",
                    s.differences->unexplained > 0);
    else if (!s.tables.empty()) {
        const std::uint64_t errors = s.findings_of(Severity::error) + s.findings_of(Severity::fatal);
        out += tile(words::grouped(errors),
                    errors == 1 ? "finding of severity error" : "findings of severity error", errors > 0);
    }
    return out + "</div>\n";
}

std::string gates(const Summary& s) {
    if (s.gates.empty()) return {};
    std::string out = "<ol class=\"gates\">\n";
    for (const Gate& g : s.gates)
        out += fmt::format(
            "<li data-gate=\"{}\" data-outcome=\"{}\">{}<b>{}</b><span>{}</span><i><span "
            "class=\"tag {}\">{}</span> {}</i></li>\n",
            escaped(g.name), to_text(g.outcome), mark(g.outcome), escaped(g.name), escaped(g.says),
            g.outcome == Outcome::failed     ? "error"
            : g.outcome == Outcome::reserved ? "warning"
                                             : "information",
            said(g.outcome), g.seconds ? fmt::format("{:.1f} s", *g.seconds) : "");
    return section("gates", "The gates, in their order", out + "</ol>\n",
                   "Each is passed before the next begins; at the first that fails the move stops.");
}

std::string limits(const Summary& s) {
    std::string out;
    if (!s.warnings.empty()) out += section("warnings", "The source itself says", list(s.warnings));
    if (!s.absent.empty())
        out +=
            section("absent", "What was never in this extract", list(s.absent),
                    "No tool can carry over what the supplier does not hand over. Look for these by another "
                    "way.");
    return out;
}

std::string not_checked(const Summary& s) {
    if (s.not_checked.empty()) return {};
    return section("not-checked", "Not checked", list(s.not_checked_words()),
                   "What validate met and could not judge. It is neither right nor wrong.");
}

std::string patients(const Summary& s) {
    if (s.patient_groups.empty()) return {};
    std::uint64_t most = 0;
    for (const Count& g : s.patient_groups) most = std::max(most, g.n);
    std::string out =
        "<table><thead><tr><th scope=\"col\">Patients</th><th scope=\"col\" class=\"n\">Number</th><th "
        "scope=\"col\" class=\"half\"></th></tr></thead><tbody>\n";
    for (const Count& g : s.patient_groups)
        out += fmt::format("<tr><th scope=\"row\">{}</th>{}<td>{}</td></tr>\n", escaped(g.name),
                           number_cell("group:" + g.name, g.n), bar(g.n, most));
    return section("patients", "Patients carried over", out + "</tbody></table>\n");
}

std::string held(const Summary& s) {
    const std::uint64_t all = s.rows("held");
    if (s.held.empty()) return {};
    std::string out =
        "<div class=\"scroll\"><table><thead><tr><th scope=\"col\">Where it stands</th><th "
        "scope=\"col\">Table</th><th scope=\"col\">Why</th></tr></thead><tbody>\n";
    constexpr std::size_t kShown = 20;
    for (std::size_t i = 0; i < std::min(kShown, s.held.size()); ++i)
        out += fmt::format(
            "<tr class=\"held-row\"><td class=\"mono\">{}</td><td>{}</td><td class=\"mono\">{}</td></tr>\n",
            escaped(s.held[i].address), escaped(s.held[i].table), escaped(s.held[i].rule));
    out += "</tbody></table></div>\n";
    if (all > kShown)
        out += fmt::format(
            "<p class=\"note\">and {} more: all of them, word for word, are in "
            "package/held/rows.ndjson</p>\n",
            words::grouped(all - kShown));
    return section("held", "Rows held back", out,
                   "They are not in the new system. They are kept word for word beside the package; someone "
                   "has to decide on each.");
}

std::string held_entries(const Summary& s) {
    if (s.held_entries.empty()) return {};
    std::string out =
        "<div class=\"scroll\"><table><thead><tr><th scope=\"col\">Entries</th><th scope=\"col\" "
        "class=\"n\">Number</th><th scope=\"col\">Why</th></tr></thead><tbody>\n";
    for (const HeldEntries& h : s.held_entries)
        out += fmt::format("<tr class=\"held-row\"><th scope=\"row\">{}</th>{}<td>{}</td></tr>\n",
                           escaped(h.type), number_cell("held:" + h.type, h.n), escaped(h.says));
    return section(
        "held-entries", "Entries that the new system has no place for", out + "</tbody></table></div>\n",
        "They were not written, and have to be carried over by hand: each of them is in held.jsonl.");
}

std::string origins(const Summary& s) {
    const std::string out =
        "<dl>\n" + fact("Source", s.source) +
        fact("System", s.system + (s.system_version.empty() ? "" : ' ' + s.system_version)) +
        fact("Practice", s.practice) + fact("ODS code", s.ods) + fact("As of", s.as_of) +
        fact("Selection", words::joined(s.selection)) + hashes("Read", s.inputs, "package/manifest.json") +
        fact("Mapping set", s.mapping) +
        fact("", s.mapping_sha256.empty() ? "" : "SHA-256 " + s.mapping_sha256, true) +
        fact("Target", s.target) + hashes("Written", s.outputs, "certificate.json") +
        fact("gpswitch", s.version) + "</dl>\n";
    return section("origins", "Where it came from, and how to check it", out);
}

}  // namespace gpswitch::summary::page
