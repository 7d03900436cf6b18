#include "cmd/run_report.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <map>
#include <nlohmann/json.hpp>

#include "cmd/inspection.hpp"
#include "cmd/talk.hpp"
#include "cmd/version.hpp"
#include "cmd/words.hpp"
#include "core/io/file.hpp"
#include "core/summary/summary.hpp"

namespace gpswitch::cmd {
namespace {

using nlohmann::ordered_json;
using record::Fate;

struct Meaning {
    Fate fate;
    std::string_view text;
};
constexpr Meaning kMeanings[] = {
    {Fate::migrated, "became a resource of their own"}, {Fate::merged, "part of another row's resource"},
    {Fate::lookup, "reference data, used or not"},      {Fate::deleted, "the source says they are deleted"},
    {Fate::superseded, "a newer version won"},          {Fate::excluded, "left out by a named policy"},
    {Fate::held, "held back, with a finding"},
};

std::vector<std::pair<std::string, std::uint64_t>> resources(const ledger::Ledger& ledger) {
    std::vector<std::pair<std::string, std::uint64_t>> out;
    for (std::size_t i = 0; i < record::kEntityKinds; ++i) {
        const auto kind = static_cast<record::EntityKind>(i);
        if (ledger.written(kind) > 0) out.emplace_back(record::name_of(kind), ledger.written(kind));
    }
    return out;
}

/// Items separated by commas, broken before the line gets too long; later lines begin with `indent` spaces.
std::string wrapped(const std::vector<std::string>& items, std::size_t indent) {
    std::string out;
    std::size_t column = indent;
    for (std::size_t i = 0; i < items.size(); ++i) {
        const std::string word = items[i] + (i + 1 < items.size() ? "," : "");
        if (i > 0 && column + word.size() + 1 > 96) {
            out += '\n' + std::string(indent, ' ');
            column = indent;
        } else if (i > 0) {
            out += ' ';
            ++column;
        }
        out += word;
        column += word.size();
    }
    return out;
}

ordered_json findings_json(const Findings& findings) {
    ordered_json out;
    for (const auto s : {Severity::fatal, Severity::error, Severity::warning, Severity::information})
        out[std::string(to_text(s))] = findings.count(s);
    out["codes"] = ordered_json::array();
    for (const auto& c : findings.codes())
        out["codes"].push_back(
            {{"code", c.code}, {"severity", std::string(to_text(c.severity))}, {"count", c.count}});
    return out;
}

ordered_json source_json(const OpenSource& source) {
    const record::Census& c = source.census();
    ordered_json inputs = ordered_json::array();
    for (const auto& i : c.inputs)
        inputs.push_back({{"name", i.name}, {"bytes", i.bytes}, {"sha256", i.sha256}});
    return {{"address", source.address},
            {"system", c.system},
            {"version", c.version},
            {"practice", c.practice},
            {"ods", c.ods},
            {"asOf", c.as_of},
            {"patients", c.patients.size()},
            {"absent", c.absent},
            {"warnings", c.warnings},
            {"inputs", inputs}};
}

std::string findings_words(const Findings& f) {
    std::vector<std::string> words;
    for (const auto s : {Severity::fatal, Severity::error, Severity::warning})
        if (f.count(s) > 0)
            words.push_back(count(f.count(s), to_text(s),
                                  fmt::format("{}{}", to_text(s), s == Severity::fatal ? "" : "s")));
    if (f.count(Severity::information) > 0)
        words.push_back(fmt::format("{} for information", grouped(f.count(Severity::information))));
    return words.empty() ? "none" : joined(words);
}

/// Whole patients by rule; rows that other rules left out are in the table above.
std::string left_out(const ledger::Ledger& ledger) {
    std::vector<std::string> items;
    for (const auto& [rule, n] : ledger.excluded())
        if (n.patients > 0)
            items.push_back(fmt::format("{} {} ({})", rule, count(n.patients, "patient", "patients"),
                                        count(n.rows, "row", "rows")));
    return items.empty() ? "" : "Left out:\n  " + wrapped(items, 2) + '\n';
}

std::string cell(std::string text) {
    for (std::size_t at = 0; (at = text.find('|', at)) != std::string::npos; at += 2)
        text.insert(at, 1, '\\');
    return text;
}

}  // namespace

std::string utc(std::chrono::system_clock::time_point when) {
    return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::chrono::system_clock::to_time_t(when)));
}

bool is_report(std::string_view head) {
    return head.starts_with("{\n  \"gpswitch-report\": ") || head.starts_with("# gpswitch ") ||
           head.starts_with("<!DOCTYPE html>\n<!-- gpswitch report -->");
}

std::string RunReport::headline() const {
    const std::uint64_t held = ledger->rows(Fate::held), excluded = ledger->rows(Fate::excluded);
    const std::string all = count(ledger->read(), "row", "rows");
    if (held > 0) {
        const std::string whole =
            ledger->held_patients() == 0
                ? ""
                : fmt::format(", with {} whole", count(ledger->held_patients(), "patient", "patients"));
        return fmt::format("{} of {} held back{}; each of the others has exactly one fate.", grouped(held),
                           all, whole);
    }
    const std::uint64_t refused = source->files == nullptr ? 0 : source->files->refused().size();
    if (refused > 0)
        return fmt::format(
            "Each of the {} that were read has exactly one fate, but {} could not be unpacked: what was in "
            "it is not known.",
            all, count(refused, "member", "members"));
    // "This extract" is as far as it goes: what a system's extract never carries is listed beside it.
    const std::string_view in = source->mapping ? "this extract" : "this source";
    if (target.empty())
        return fmt::format("Each of the {} in {} has exactly one fate, and none is held back.", all, in);
    if (excluded > 0)
        return fmt::format("Nothing in {} was lost but what a named policy left out ({} of {}).", in,
                           grouped(excluded), all);
    return fmt::format("Nothing in {} was lost: each of its {} has exactly one fate.", in, all);
}

std::string RunReport::json() const {
    const double seconds = std::chrono::duration<double>(std::chrono::system_clock::now() - started).count();
    ordered_json out;
    out["gpswitch-report"] = 1;
    out["command"] = command;
    out["version"] = version();
    out["started"] = utc(started);
    out["seconds"] = static_cast<double>(static_cast<std::int64_t>(seconds * 1000)) / 1000;
    out["exit"] = static_cast<int>(exit);
    out["headline"] = headline();
    if (show_values) out["showsValues"] = true;
    out["source"] = source_json(*source);
    if (source->mapping)
        out["mapping"] = {{"id", source->mapping->id()},
                          {"version", source->mapping->version()},
                          {"sha256", source->mapping->sha256()}};
    if (!target.empty()) out["target"] = target;
    if (dry_run) out["dryRun"] = true;
    if (!source->census().selection.empty()) out["selection"] = source->census().selection;
    out["patients"] = {{"read", ledger->patients()}, {"held", ledger->held_patients()}};
    out["findings"] = findings_json(*findings);
    if (held_entries != nullptr && !held_entries->empty())
        for (const auto& [resource, code] : *held_entries)
            out["heldEntries"].push_back({{"resource", resource}, {"code", code}});
    out["ledger"] = ordered_json::parse(ledger->json());
    return out.dump(2, ' ', false, ordered_json::error_handler_t::replace) + '\n';
}

std::string RunReport::markdown() const {
    const record::Census& c = source->census();
    std::string out = fmt::format("# gpswitch {}: {}\n\n**{}**\n\n", command,
                                  exit == ExitCode::ok ? "done" : "done, with findings", headline());
    if (show_values) out += "This run was made with `--show-values`: its findings hold patient data.\n\n";
    out += "| | |\n|---|---|\n";
    const auto line = [&out](std::string_view name, const std::string& value) {
        if (!value.empty()) out += fmt::format("| {} | {} |\n", name, cell(value));
    };
    line("Source", source->address);
    line("System", c.version.empty() ? c.system : c.system + ' ' + c.version);
    line("Practice", c.ods.empty() ? c.practice : fmt::format("{} ({})", c.ods, c.practice));
    line("As of", c.as_of);
    if (source->mapping)
        line("Mapping", fmt::format("{}@{} (SHA-256 {})", source->mapping->id(), source->mapping->version(),
                                    source->mapping->sha256()));
    line("Target", dry_run ? target + " (dry run: nothing was written)" : target);
    line("Selection", joined(c.selection));
    line("Patients", grouped(ledger->patients()));
    line("Held back whole", grouped(ledger->held_patients()));
    line("gpswitch", std::string(version()));
    out += "\n## Rows\n\n| fate | rows | meaning |\n|---|---:|---|\n";
    for (const auto& [fate, meaning] : kMeanings)
        out += fmt::format("| {} | {} | {} |\n", record::to_text(fate), grouped(ledger->rows(fate)), meaning);
    out += fmt::format("| **read** | **{}** | |\n", grouped(ledger->read()));
    if (!ledger->excluded().empty()) {
        out += "\n## Left out\n\n| rule | patients | rows |\n|---|---:|---:|\n";
        for (const auto& [rule, n] : ledger->excluded())
            out += fmt::format("| {} | {} | {} |\n", cell(rule), grouped(n.patients), grouped(n.rows));
    }
    out += "\n## Resources\n\n| type | written |\n|---|---:|\n";
    for (const auto& [type, n] : resources(*ledger)) out += fmt::format("| {} | {} |\n", type, grouped(n));
    if (!ledger->degraded().empty()) {
        out += "\n## Carried in a lesser form\n\n| reason | type | count |\n|---|---|---:|\n";
        for (const auto& [what, n] : ledger->degraded())
            out += fmt::format("| {} | {} | {} |\n", cell(what.first), cell(what.second), grouped(n));
    }
    out += "\n## Findings\n\n";
    if (findings->codes().empty())
        out += "None.\n";
    else
        out += "| severity | code | count |\n|---|---|---:|\n";
    for (const auto& f : findings->codes())
        out += fmt::format("| {} | {} | {} |\n", to_text(f.severity), cell(f.code), grouped(f.count));
    const auto list = [&out](std::string_view title, const std::vector<std::string>& items) {
        if (items.empty()) return;
        out += fmt::format("\n## {}\n\n", title);
        for (const auto& item : items) out += "- " + item + '\n';
    };
    list("Never in it", c.absent);
    list("The source itself says", c.warnings);
    return out;
}

std::string RunReport::html() const {
    const record::Census& c = source->census();
    summary::Summary s;
    s.command = command;
    s.version = version();
    s.started = utc(started);
    s.answer = exit == ExitCode::ok ? summary::Outcome::passed : summary::Outcome::reserved;
    s.headline = headline();
    s.shows_values = show_values;
    s.source = source->address;
    s.system = c.system;
    s.system_version = c.version;
    s.practice = c.practice;
    s.ods = c.ods;
    s.as_of = c.as_of;
    s.target = target;
    s.selection = c.selection;
    if (source->mapping) {
        s.mapping = fmt::format("{}@{}", source->mapping->id(), source->mapping->version());
        s.mapping_sha256 = source->mapping->sha256();
    }
    for (const auto& input : c.inputs) s.inputs.push_back({input.name, input.sha256, input.bytes});
    summary::add_ledger(s, ledger->json());
    for (const auto& f : findings->codes())
        s.findings.push_back({f.severity, f.code, rule_title(f.code), {}, f.count});
    summary::rank(s);
    return summary::html(s);
}

std::string RunReport::text() const {
    const record::Census& c = source->census();
    std::vector<std::vector<std::string>> rows = {{"Rows read", grouped(ledger->read()), ""}};
    for (const auto& [fate, meaning] : kMeanings)
        if (ledger->rows(fate) > 0)
            rows.push_back({fmt::format("  {}", record::to_text(fate)), grouped(ledger->rows(fate)),
                            std::string(meaning)});
    rows.push_back(
        {"Patients", grouped(ledger->patients()),
         ledger->held_patients() == 0 ? "" : grouped(ledger->held_patients()) + " held back whole"});
    rows.push_back({target.empty() ? "Resources"
                    : dry_run      ? "To be written"
                                   : "Written",
                    grouped(ledger->written()), target.empty() ? "" : "resources"});
    std::string out = aligned(rows, {1});
    std::vector<std::string> items;
    for (const auto& [type, n] : resources(*ledger)) items.push_back(fmt::format("{} {}", type, grouped(n)));
    if (!items.empty()) out += "  " + wrapped(items, 2) + '\n';
    out += left_out(*ledger);
    items.clear();
    std::map<std::string, std::uint64_t> degraded;
    for (const auto& [what, n] : ledger->degraded()) degraded[what.first] += n;
    for (const auto& [reason, n] : degraded) items.push_back(fmt::format("{} {}", reason, grouped(n)));
    if (!items.empty()) out += "In a lesser form:\n  " + wrapped(items, 2) + '\n';
    out += fmt::format("Findings: {}\n", findings_words(*findings));
    items.clear();
    for (const auto& f : findings->codes())
        if (f.severity > Severity::information)
            items.push_back(fmt::format("{} {}", f.code, grouped(f.count)));
    if (!items.empty()) out += "  " + wrapped(items, 2) + '\n';
    out += headline() + '\n';
    if (!c.selection.empty())
        out += fmt::format("A selection, not a whole practice: {}.\n", joined(c.selection));
    if (dry_run) out += fmt::format("Dry run: nothing was written to {}.\n", target);
    const auto list = [&out](std::string_view title, const std::vector<std::string>& sentences) {
        if (!sentences.empty()) out += fmt::format("{}:\n", title);
        for (const auto& sentence : sentences) out += fmt::format("  - {}\n", sentence);
    };
    list("Never in it", c.absent);
    list("The source itself says", c.warnings);
    if (!next.empty()) out += "Next: " + next + '\n';
    return out;
}

ExitCode RunReport::answer(Severity fail_on) const {
    const Findings& f = decisive != nullptr ? *decisive : *findings;
    return ledger->rows(Fate::held) > 0 || f.at_least(fail_on) > 0 ? ExitCode::negative : ExitCode::ok;
}

ExitCode RunReport::finish(const CommonOptions& options) {
    exit = answer(options.fail_on);
    show_values = options.show_values;
    if (options.log_format == LogFormat::json)
        say_json("summary", "report", ordered_json::parse(json()).dump());
    else
        say_text(text());
    if (options.report.empty()) return exit;
    io::OutputFile file(options.report);
    file.write(options.report.ends_with(".md")     ? markdown()
               : options.report.ends_with(".html") ? html()
                                                   : json());
    file.publish();
    return exit;
}

}  // namespace gpswitch::cmd
