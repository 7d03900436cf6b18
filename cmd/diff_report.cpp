#include "cmd/diff_report.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "cmd/run_report.hpp"
#include "cmd/talk.hpp"
#include "cmd/version.hpp"
#include "cmd/words.hpp"
#include "core/io/file.hpp"
#include "core/summary/summary.hpp"

namespace gpswitch::cmd {

using nlohmann::ordered_json;

std::string DiffReport::headline() const {
    const std::string others = fmt::format("{} equal, {} explained", count(totals.equal, "entry", "entries"),
                                           grouped(totals.explained));
    if (totals.differences() == 0) {
        // With entries they would be differences.
        const std::uint64_t alone = totals.unpaired_before + totals.unpaired_after;
        return fmt::format("No unexplained differences: {}{}.", others,
                           alone == 0 ? ""
                                      : fmt::format("; {} without entries on one side only",
                                                    count(alone, "patient", "patients")));
    }
    std::string out =
        fmt::format("{} unexplained", count(totals.unexplained, "difference is", "differences are"));
    if (totals.never > 0) out += fmt::format("; {} never explainable", grouped(totals.never));
    return fmt::format("{} ({}).", out, others);
}

std::string DiffReport::json() const {
    const double seconds = std::chrono::duration<double>(std::chrono::system_clock::now() - started).count();
    ordered_json out;
    out["gpswitch-report"] = 1;
    out["command"] = "diff";
    out["version"] = version();
    out["started"] = utc(started);
    out["seconds"] = static_cast<double>(static_cast<std::int64_t>(seconds * 1000)) / 1000;
    out["exit"] = static_cast<int>(totals.differences() == 0 ? ExitCode::ok : ExitCode::negative);
    out["headline"] = headline();
    if (totals.show_values) out["showsValues"] = true;
    out["before"] = {{"address", before},
                     {"system", system_before},
                     {"patients", totals.patients_before},
                     {"unpaired", totals.unpaired_before},
                     {"held", totals.held_before},
                     {"entities", totals.entities_before}};
    out["after"] = {{"address", after},
                    {"system", system_after},
                    {"patients", totals.patients_after},
                    {"unpaired", totals.unpaired_after},
                    {"held", totals.held_after},
                    {"entities", totals.entities_after}};
    out["pairedBy"] = totals.paired_by;
    out["entities"] = {{"equal", totals.equal},
                       {"explained", totals.explained},
                       {"unexplained", totals.unexplained},
                       {"neverExplainable", totals.never},
                       {"fields", totals.fields}};
    out["rules"] = totals.rules;
    out["unexplained"] = ordered_json::array();
    for (const auto& [what, n] : totals.unexplained_by)
        out["unexplained"].push_back({{"kind", std::string(diff::to_text(what.first))},
                                      {"type", std::string(record::name_of(what.second))},
                                      {"count", n}});
    return out.dump(2, ' ', false, ordered_json::error_handler_t::replace) + '\n';
}

std::string DiffReport::markdown() const {
    std::string out =
        fmt::format("# gpswitch diff: {}\n\n**{}**\n\n",
                    totals.differences() == 0 ? "no unexplained differences" : "differences", headline());
    if (totals.show_values)
        out += "This run was made with `--show-values`: what it wrote holds patient data.\n\n";
    out += "| | before | after |\n|---|---:|---:|\n";
    const auto line = [&out](std::string_view name, const std::string& a, const std::string& b) {
        out += fmt::format("| {} | {} | {} |\n", name, a, b);
    };
    line("Read", before, after);
    line("System", system_before, system_after);
    line("Patients", grouped(totals.patients_before), grouped(totals.patients_after));
    line("Unpaired", grouped(totals.unpaired_before), grouped(totals.unpaired_after));
    line("Held back", grouped(totals.held_before), grouped(totals.held_after));
    line("Entries", grouped(totals.entities_before), grouped(totals.entities_after));
    out += "\n## Explained\n\n";
    if (totals.rules.empty())
        out += "Nothing needed explaining.\n";
    else
        out += "| rule | entries |\n|---|---:|\n";
    for (const auto& [rule, n] : totals.rules) out += fmt::format("| {} | {} |\n", rule, grouped(n));
    out += "\n## Unexplained\n\n";
    if (totals.unexplained_by.empty())
        out += "None.\n";
    else
        out += "| what | type | entries |\n|---|---|---:|\n";
    for (const auto& [what, n] : totals.unexplained_by)
        out += fmt::format("| {} | {} | {} |\n", diff::to_text(what.first), record::name_of(what.second),
                           grouped(n));
    return out;
}

std::string DiffReport::html() const {
    summary::Summary s;
    s.command = "diff";
    s.version = version();
    s.started = utc(started);
    s.answer = totals.differences() == 0 ? summary::Outcome::passed : summary::Outcome::failed;
    s.headline = headline();
    s.shows_values = totals.show_values;
    s.source = before;
    s.system = system_before;
    s.target = after;
    s.target_system = system_after;
    summary::Differences d{
        totals.patients_paired, totals.equal, totals.explained, totals.unexplained, totals.never, {}, {}};
    for (const auto& [rule, n] : totals.rules) d.rules.push_back({rule, n});
    for (const auto& [what, n] : totals.unexplained_by)
        d.unexplained_by.push_back(
            {fmt::format("{} {}", diff::to_text(what.first), record::name_of(what.second)), n});
    s.differences = std::move(d);
    return summary::html(s);
}

ExitCode DiffReport::finish(const CommonOptions& options) {
    if (options.log_format == LogFormat::json)
        say_json("summary", "report", ordered_json::parse(json()).dump());
    else
        say_text(headline() + '\n');
    if (!options.report.empty()) {
        io::OutputFile file(options.report);
        file.write(options.report.ends_with(".md")     ? markdown()
                   : options.report.ends_with(".html") ? html()
                                                       : json());
        file.publish();
    }
    return totals.differences() == 0 ? ExitCode::ok : ExitCode::negative;
}

}  // namespace gpswitch::cmd
