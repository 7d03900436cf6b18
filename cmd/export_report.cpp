#include "cmd/export_report.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "cmd/talk.hpp"
#include "cmd/version.hpp"
#include "cmd/words.hpp"
#include "core/io/file.hpp"

namespace gpswitch::cmd {

using nlohmann::ordered_json;
using record::Fate;

namespace {

struct Meaning {
    Fate fate;
    std::string_view name, text;
};
constexpr Meaning kMeanings[] = {
    {Fate::migrated, "written", "in the export as they stand"},
    {Fate::superseded, "superseded", "a newer delivery has another version"},
    {Fate::deleted, "deleted", "the source says they are deleted"},
    {Fate::excluded, "excluded", "left out by a named policy"},
    {Fate::held, "held", "held back, verbatim in held/"},
};

using Rules = std::map<std::pair<Fate, std::string>, std::uint64_t>;

Rules rules_of(const pipeline::ExportResult& result) {
    Rules out;
    for (const auto& t : result.tables)
        for (const auto& [key, n] : t.settled) out[key] += n;
    return out;
}

std::string_view name_of(Fate fate) {
    for (const Meaning& m : kMeanings)
        if (m.fate == fate) return m.name;
    return "";
}

}  // namespace

std::string ExportReport::headline() const {
    const std::string all = count(result.read(), "row", "rows");
    const std::uint64_t held = result.rows(Fate::held), excluded = result.rows(Fate::excluded);
    if (held > 0)
        return fmt::format("{} of {} held back; each of the others has exactly one fate.", grouped(held),
                           all);
    if (refused > 0)
        return fmt::format(
            "Each of the {} that were read has exactly one fate, but {} could not be unpacked: what was in "
            "it "
            "is not known.",
            all, count(refused, "member", "members"));
    if (result.resealed) return fmt::format("An export already: copied byte for byte, its {} with it.", all);
    if (excluded > 0)
        return fmt::format("Nothing in this extract was lost but what a named policy left out ({} of {}).",
                           grouped(excluded), all);
    return fmt::format("Nothing in this extract was lost: each of its {} has exactly one fate.", all);
}

std::string ExportReport::json() const {
    const double seconds = std::chrono::duration<double>(std::chrono::system_clock::now() - started).count();
    const record::Census& c = result.census;
    ordered_json inputs = ordered_json::array(), tables = ordered_json::array(),
                 rules = ordered_json::array(), codes = ordered_json::array();
    for (const auto& i : c.inputs)
        inputs.push_back({{"name", i.name}, {"bytes", i.bytes}, {"sha256", i.sha256}});
    for (const auto& t : result.tables) {
        ordered_json fates = {{"written", t.written}};
        for (const Meaning& m : kMeanings) {
            std::uint64_t n = 0;
            for (const auto& [key, rows] : t.settled) n += key.first == m.fate ? rows : 0;
            if (m.fate != Fate::migrated) fates[std::string(m.name)] = n;
        }
        tables.push_back({{"table", t.name}, {"read", t.read}, {"fates", fates}});
    }
    for (const auto& [key, n] : rules_of(result))
        rules.push_back({{"fate", name_of(key.first)}, {"rule", key.second}, {"count", n}});
    for (const auto& f : findings->codes())
        codes.push_back(
            {{"code", f.code}, {"severity", std::string(to_text(f.severity))}, {"count", f.count}});
    ordered_json out;
    out["gpswitch-report"] = 1;
    out["command"] = "export";
    out["version"] = version();
    out["started"] =
        fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::chrono::system_clock::to_time_t(started)));
    out["seconds"] = static_cast<double>(static_cast<std::int64_t>(seconds * 1000)) / 1000;
    out["exit"] = static_cast<int>(exit);
    out["headline"] = headline();
    out["source"] = {{"addresses", sources},
                     {"system", c.system},
                     {"version", c.version},
                     {"practice", c.practice},
                     {"ods", c.ods},
                     {"asOf", c.as_of},
                     {"patients", result.patients},
                     {"absent", c.absent},
                     {"warnings", c.warnings},
                     {"inputs", inputs}};
    out["target"] = target;
    if (dry_run) out["dryRun"] = true;
    out["members"] = result.members;
    out["bytes"] = result.bytes;
    out["resealed"] = result.resealed;
    out["tables"] = tables;
    out["rules"] = rules;
    out["findings"] = codes;
    return out.dump(2, ' ', false, ordered_json::error_handler_t::replace) + '\n';
}

std::string ExportReport::markdown() const {
    const record::Census& c = result.census;
    std::string out = fmt::format("# gpswitch export: {}\n\n**{}**\n\n| | |\n|---|---|\n",
                                  exit == ExitCode::ok ? "done" : "done, with findings", headline());
    const auto line = [&out](std::string_view name, const std::string& value) {
        if (!value.empty()) out += fmt::format("| {} | {} |\n", name, value);
    };
    line("Source", joined(sources));
    line("System", c.version.empty() ? c.system : c.system + ' ' + c.version);
    line("Practice", c.ods.empty() ? c.practice : fmt::format("{} ({})", c.ods, c.practice));
    line("As of", c.as_of);
    line("Export", dry_run ? target + " (dry run: nothing was written)" : target);
    line("Patients", grouped(result.patients));
    line("gpswitch", std::string(version()));
    out += "\n## Rows\n\n| fate | rows | meaning |\n|---|---:|---|\n";
    for (const Meaning& m : kMeanings)
        out += fmt::format("| {} | {} | {} |\n", m.name, grouped(result.rows(m.fate)), m.text);
    out += fmt::format("| **read** | **{}** | |\n", grouped(result.read()));
    if (const Rules rules = rules_of(result); !rules.empty()) {
        out += "\n## Not in it\n\n| fate | rule | rows |\n|---|---|---:|\n";
        for (const auto& [key, n] : rules)
            out += fmt::format("| {} | {} | {} |\n", name_of(key.first), key.second, grouped(n));
    }
    out += "\n## Findings\n\n";
    out += findings->codes().empty() ? "None.\n" : "| severity | code | count |\n|---|---|---:|\n";
    for (const auto& f : findings->codes())
        out += fmt::format("| {} | {} | {} |\n", to_text(f.severity), f.code, grouped(f.count));
    return out;
}

std::string ExportReport::text() const {
    std::vector<std::vector<std::string>> rows = {{"Rows read", grouped(result.read()), ""}};
    for (const Meaning& m : kMeanings)
        if (result.rows(m.fate) > 0)
            rows.push_back({fmt::format("  {}", m.name), grouped(result.rows(m.fate)), std::string(m.text)});
    rows.push_back({"Patients", grouped(result.patients), ""});
    rows.push_back({dry_run ? "To be written" : "Written", grouped(result.members),
                    fmt::format("members, {} bytes", grouped(result.bytes))});
    std::string out = aligned(rows, {1});
    for (const auto& [key, n] : rules_of(result))
        out += fmt::format("  {} by {}: {}\n", name_of(key.first), key.second, grouped(n));
    std::vector<std::string> codes;
    for (const auto& f : findings->codes()) codes.push_back(fmt::format("{} {}", f.code, grouped(f.count)));
    out += fmt::format("Findings: {}\n{}\n", codes.empty() ? "none" : joined(codes), headline());
    if (dry_run) return out + fmt::format("Dry run: nothing was written to {}.\n", target);
    return out + "Next: " + next + '\n';
}

ExitCode ExportReport::finish(const CommonOptions& options) {
    exit = result.rows(Fate::held) > 0 || findings->at_least(options.fail_on) > 0 ? ExitCode::negative
                                                                                  : ExitCode::ok;
    if (options.log_format == LogFormat::json)
        say_json("summary", "report", ordered_json::parse(json()).dump());
    else
        say_text(text());
    if (options.report.empty()) return exit;
    io::OutputFile file(options.report);
    file.write(options.report.ends_with(".md") ? markdown() : json());
    file.publish();
    return exit;
}

}  // namespace gpswitch::cmd
