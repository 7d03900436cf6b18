// The summary without a browser: Markdown for a ticket, plain text for a terminal.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "core/report/words.hpp"
#include "core/summary/summary.hpp"

namespace gpswitch::summary {
namespace {

using words::aligned;
using words::grouped;

constexpr std::size_t kHeld = 20, kRanked = 15;

/// A cell of a Markdown table: bars escaped, one line.
std::string cell(std::string text) {
    for (std::size_t at = 0; (at = text.find('|', at)) != std::string::npos; at += 2)
        text.insert(at, 1, '\\');
    std::replace(text.begin(), text.end(), '\n', ' ');
    return text;
}

/// Titles and rows, from which both forms are made.
struct Part {
    std::string title;
    std::vector<std::string> columns;
    std::vector<std::size_t> right;
    std::vector<std::vector<std::string>> rows;
    std::string more;
};

std::string more_than(std::uint64_t all, std::size_t shown, std::string_view where) {
    return all > shown ? fmt::format("and {} more, in {}", grouped(all - shown), where) : "";
}

Part facts(const Summary& s) {
    Part p{"", {"", ""}, {}, {}, ""};
    const auto add = [&p](std::string_view name, std::string value) {
        if (!value.empty()) p.rows.push_back({std::string(name), std::move(value)});
    };
    add("Source", s.source);
    add("System", s.system + (s.system_version.empty() ? "" : ' ' + s.system_version));
    add("Practice", s.ods.empty() ? s.practice : fmt::format("{} ({})", s.ods, s.practice));
    add("As of", s.as_of);
    add("Selection", words::joined(s.selection));
    add("Mapping", s.mapping.empty() ? "" : fmt::format("{}, SHA-256 {}", s.mapping, s.mapping_sha256));
    add("Target", s.target);
    if (!s.tables.empty()) {
        add("Patients", grouped(s.patients));
        add("Held back whole", grouped(s.patients_held));
    }
    for (const Count& g : s.patient_groups) add("  " + g.name, grouped(g.n));
    add("gpswitch", s.version);
    return p;
}

Part gates(const Summary& s) {
    Part p{"Gates", {"gate", "", "s", ""}, {2}, {}, ""};
    for (const Gate& g : s.gates)
        p.rows.push_back({g.name, std::string(to_text(g.outcome)),
                          g.seconds ? fmt::format("{:.1f}", *g.seconds) : "", g.says});
    return p;
}

Part rows(const Summary& s) {
    Part p{"What became of every row", {"fate", "rows", "meaning"}, {1}, {}, ""};
    if (s.tables.empty()) return p;
    for (const FateMeaning& f : fates())
        p.rows.push_back({std::string(f.name), grouped(s.rows(f.name)), std::string(f.meaning)});
    p.rows.push_back({"read", grouped(s.rows()), "all of them"});
    return p;
}

Part tables(const Summary& s) {
    Part p{"By table", {"table", "read"}, {1}, {}, ""};
    for (std::size_t i = 0; i < fates().size(); ++i) {
        p.columns.emplace_back(fates()[i].name);
        p.right.push_back(i + 2);
    }
    for (const Table& t : s.tables) {
        std::vector<std::string> row = {t.name, grouped(t.rows)};
        for (const Count& f : t.fates) row.push_back(f.n == 0 ? "." : grouped(f.n));
        p.rows.push_back(std::move(row));
    }
    return p;
}

Part held(const Summary& s) {
    Part p{"Rows held back", {"where it stands", "why"}, {}, {}, ""};
    for (std::size_t i = 0; i < std::min(kHeld, s.held.size()); ++i)
        p.rows.push_back({s.held[i].address, s.held[i].rule});
    if (!s.held.empty()) p.more = more_than(s.rows("held"), kHeld, "package/held/rows.ndjson");
    return p;
}

Part held_entries(const Summary& s) {
    Part p{"Entries that the new system has no place for", {"type", "number", "why"}, {1}, {}, ""};
    for (const HeldEntries& h : s.held_entries) p.rows.push_back({h.type, grouped(h.n), h.says});
    if (!p.rows.empty())
        p.rows.push_back({"all", grouped(s.entries_held()), "each of them is in held.jsonl"});
    return p;
}

Part resources(const Summary& s) {
    Part p{"Entries written", {"type", "written"}, {1}, {}, ""};
    for (const Resource& r : s.resources) p.rows.push_back({r.type, grouped(r.written)});
    if (!p.rows.empty()) p.rows.push_back({"all", grouped(s.written())});
    return p;
}

Part degraded(const Summary& s) {
    Part p{"Carried over in a lesser form", {"why", "type", "number"}, {2}, {}, ""};
    for (std::size_t i = 0; i < std::min(kRanked, s.degraded.size()); ++i)
        p.rows.push_back({s.degraded[i].reason, s.degraded[i].type, grouped(s.degraded[i].n)});
    p.more = more_than(s.degraded.size(), kRanked, "ledger.json");
    return p;
}

Part unmapped(const Summary& s) {
    Part p{"Codes without a national equivalent", {"code", "term", "patients", "entries"}, {2, 3}, {}, ""};
    for (std::size_t i = 0; i < std::min(kRanked, s.unmapped.size()); ++i)
        p.rows.push_back({s.unmapped[i].code, s.unmapped[i].term, grouped(s.unmapped[i].patients),
                          grouped(s.unmapped[i].entries)});
    p.more = more_than(s.unmapped_in_all, kRanked, "gates.json");
    return p;
}

Part findings(const Summary& s) {
    Part p{"Findings", {"severity", "code", "number", "what it says"}, {2}, {}, ""};
    for (const Finding& f : s.findings)
        p.rows.push_back({std::string(to_text(f.severity)), f.code, grouped(f.n), f.says});
    return p;
}

std::vector<Part> differences(const Summary& s) {
    if (!s.differences) return {};
    const Differences& d = *s.differences;
    Part p{"Read back and compared", {"", "number"}, {1}, {}, ""};
    p.rows = {{"patients compared", grouped(d.patients)},
              {"entries equal", grouped(d.equal)},
              {"explained", grouped(d.explained)},
              {"unexplained", grouped(d.unexplained)}};
    Part rules{"Explained by", {"rule", "entries"}, {1}, {}, ""};
    for (const Count& r : d.rules) rules.rows.push_back({r.name, grouped(r.n)});
    Part not_explained{"Unexplained", {"what", "entries"}, {1}, {}, ""};
    for (const Count& r : d.unexplained_by) not_explained.rows.push_back({r.name, grouped(r.n)});
    return {p, rules, not_explained};
}

Part sentences(std::string_view title, const std::vector<std::string>& list) {
    Part p{std::string(title), {""}, {}, {}, ""};
    for (const std::string& one : list) p.rows.push_back({one});
    return p;
}

std::vector<Part> parts(const Summary& s) {
    std::vector<Part> out = {facts(s),
                             gates(s),
                             sentences("The source itself says", s.warnings),
                             sentences("What was never in this extract", s.absent),
                             held(s),
                             held_entries(s),
                             rows(s),
                             tables(s),
                             resources(s)};
    for (Part& p : differences(s)) out.push_back(std::move(p));
    for (Part& p : std::vector<Part>{degraded(s), unmapped(s), findings(s),
                                     sentences("Not checked", s.not_checked_words())})
        out.push_back(std::move(p));
    return out;
}

bool is_right(const Part& p, std::size_t column) {
    return std::find(p.right.begin(), p.right.end(), column) != p.right.end();
}

std::string as_markdown(const Part& p) {
    if (p.rows.empty()) return {};
    std::string out = p.title.empty() ? "" : fmt::format("## {}\n\n", p.title);
    if (p.columns.size() == 1) {
        for (const auto& row : p.rows) out += "- " + row[0] + '\n';
        return out + '\n';
    }
    const auto line = [&out](const std::vector<std::string>& cells) {
        for (const std::string& c : cells) out += "| " + cell(c) + ' ';
        out += "|\n";
    };
    line(p.columns);
    for (std::size_t i = 0; i < p.columns.size(); ++i) out += is_right(p, i) ? "|---:" : "|---";
    out += "|\n";
    for (const auto& row : p.rows) line(row);
    if (!p.more.empty()) out += '\n' + p.more + '\n';
    return out + '\n';
}

std::string as_text(const Part& p) {
    if (p.rows.empty()) return {};
    std::string out = p.title.empty() ? "" : p.title + '\n';
    if (p.columns.size() == 1) {
        for (const auto& row : p.rows) out += "  - " + row[0] + '\n';
        return out + '\n';
    }
    std::vector<std::vector<std::string>> table = p.rows;
    // Headings only where the numbers would be a riddle without them.
    if (p.columns.size() > 4) table.insert(table.begin(), p.columns);
    std::string lines = aligned(table, p.right);
    for (std::size_t at = 0; at < lines.size(); at = lines.find('\n', at) + 1) {
        if (!p.title.empty()) lines.insert(at, "  ");
    }
    out += lines;
    if (!p.more.empty()) out += "  " + p.more + '\n';
    return out + '\n';
}

std::string_view verdict(const Summary& s) {
    switch (s.answer) {
        case Outcome::passed: return "complete";
        case Outcome::reserved: return "complete, with something to look at";
        default: return "stopped: the answer is no";
    }
}

}  // namespace

std::string markdown(const Summary& s) {
    std::string out = fmt::format("# gpswitch {}{}: {}\n\n**{}**\n\n", s.command,
                                  s.rehearsal ? " (rehearsal)" : "", verdict(s), s.headline);
    if (s.shows_values) out += "This run was made with `--show-values`: its findings hold patient data.\n\n";
    for (const Part& p : parts(s)) out += as_markdown(p);
    out.pop_back();
    return out;
}

std::string text(const Summary& s) {
    std::string out = fmt::format("gpswitch {}{}: {}\n\n{}\n\n", s.command, s.rehearsal ? " (rehearsal)" : "",
                                  verdict(s), s.headline);
    if (s.shows_values) out += "This run was made with --show-values: its findings hold patient data.\n\n";
    for (const Part& p : parts(s)) out += as_text(p);
    out.pop_back();
    return out;
}

}  // namespace gpswitch::summary
