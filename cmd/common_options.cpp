#include "cmd/common_options.hpp"

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <regex>
#include <thread>

#include "cmd/suggest.hpp"
#include "cmd/words.hpp"
#include "core/util/civil_time.hpp"

namespace gpswitch::cmd {
namespace {

/// A check without a description of its own in the help.
CLI::Validator quietly(std::function<std::string(const std::string&)> check) {
    return CLI::Validator([check](std::string& text) { return check(text); }, "");
}

std::string a_number_of_jobs(const std::string& text) {
    const bool digits = !text.empty() && text.size() <= 4 &&
                        std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
    return digits && std::stoul(text) >= 1 && std::stoul(text) <= 1024 ? ""
                                                                       : "a number from 1 to 1024 expected";
}

std::string a_report(const std::string& text) {
    return text.ends_with(".json") || text.ends_with(".html") || text.ends_with(".md")
               ? ""
               : "a name ending in .json, .html or .md expected";
}

/// A day, or a moment of it, with or without an offset.
std::string a_moment(const std::string& text) {
    static const std::regex form(R"(\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}:\d{2}(Z|[+-]\d{2}:\d{2})?)?)");
    return std::regex_match(text, form) && civil_time::is_day(text.substr(0, 10))
               ? ""
               : "a day expected, as 2026-03-31, or a moment, as 2026-03-31T18:00:00";
}

std::string a_folder(const std::string& text) { return CLI::ExistingDirectory(text); }

}  // namespace

std::function<std::string(const std::string&)> one_of(std::vector<std::string> words) {
    return [words = std::move(words)](const std::string& text) -> std::string {
        if (std::find(words.begin(), words.end(), text) != words.end()) return {};
        const std::string meant = nearest(text, words);
        return fmt::format("{} expected, not '{}'{}", joined(words, "or"), echo(text),
                           meant.empty() ? "" : fmt::format(": did you mean '{}'?", meant));
    };
}

void with_output(CLI::App& command, CommonOptions& o, const std::string& type, const std::string& what,
                 bool required) {
    command.add_option("-o,--output", o.output, what)->type_name(type)->required(required);
}

void with_overwrite(CLI::App& command, CommonOptions& o, const std::string& what) {
    command.add_flag("--overwrite", o.overwrite, what);
}

void with_jobs(CLI::App& command, CommonOptions& o) {
    o.jobs = std::max(1u, std::thread::hardware_concurrency());
    command.add_option("-j,--jobs", o.jobs, "Workers (default: one for each core)")
        ->type_name("N")
        ->check(quietly(a_number_of_jobs));
}

void with_mapping(CLI::App& command, CommonOptions& o) {
    command.add_option("--mapping", o.mapping, "Mapping set (default: the newest for the system)")
        ->type_name("ID[@VERSION]");
    with_mappings_folder(command, o);
}

void with_mappings_folder(CLI::App& command, CommonOptions& o) {
    command.add_option("--mappings", o.mappings, "Folder with mapping sets, looked at first (repeatable)")
        ->type_name("FOLDER")
        ->check(quietly(a_folder))
        ->expected(1)
        ->take_all()
        ->allow_extra_args(false);  // one at a time: what follows is SOURCE
}

void with_report(CLI::App& command, CommonOptions& o) {
    command.add_option("--report", o.report, "Summary with the ledger, as .json, .html or .md by name")
        ->type_name("FILE")
        ->check(quietly(a_report));
}

void with_spool(CLI::App& command, CommonOptions& o) {
    command
        .add_option("--spool", o.spool, "Where members of archives are unpacked (default: beside the output)")
        ->type_name("FOLDER")
        ->check(quietly(a_folder));
}

void with_practice(CLI::App& command, CommonOptions& o) {
    command.add_option("--practice", o.practice, "The one practice to read, where a source holds several")
        ->type_name("ODS")
        ->check(quietly([](const std::string& text) -> std::string {
            return text.empty() ? "an ODS code expected, or the supplier's own key" : "";
        }));
    command.add_option("--as-of", o.as_of, "Leave out deliveries of later moments: 2026-03-31[T18:00:00]")
        ->type_name("DATE")
        ->check(quietly(a_moment));
}

void with_selection(CLI::App& command, CommonOptions& o) {
    command.add_option("--patient", o.patients, "Only this patient (repeatable); @FILE or - for a list")
        ->type_name("NHS-NUMBER")
        ->expected(1)
        ->take_all()
        ->allow_extra_args(false);
    command
        .add_option("--population", o.populations, "registered, left, dead, temporary, test (default: all)")
        ->type_name("LIST")
        ->expected(1)
        ->take_all()
        ->allow_extra_args(false);
    with_practice(command, o);
}

void with_dry_run(CLI::App& command, CommonOptions& o) {
    command.add_flag("--dry-run", o.dry_run, "Do everything but write");
}

void with_show_values(CLI::App& command, CommonOptions& o) {
    command.add_flag("--show-values", o.show_values, "Put values in findings: PATIENT DATA on the screen");
}

void with_incomplete(CLI::App& command, CommonOptions& o) {
    command.add_flag("--incomplete", o.incomplete,
                     "Read an extract with tables missing: a sample, not a delivery");
}

void with_format(CLI::App& command, CommonOptions& o, bool page) {
    auto words = kFormats;
    if (page) words.emplace_back("html");
    command
        .add_option("--format", o.format,
                    page ? "text, jsonl, junit, sarif, outcome (FHIR) or html"
                         : "text, jsonl, junit, sarif or outcome (FHIR)")
        ->type_name("FORMAT")
        ->check(quietly(one_of(words)));
}

void with_severity(CLI::App& command, const std::string& name, Severity& severity, const std::string& what) {
    const std::vector<std::string> words = {"information", "warning", "error", "fatal"};
    command
        .add_option_function<std::string>(
            name,
            [&severity, words](const std::string& text) {
                const auto at = std::find(words.begin(), words.end(), text) - words.begin();
                severity = static_cast<Severity>(at);
            },
            what)
        ->type_name("SEVERITY")
        ->check(quietly(one_of(words)));
}

void with_fail_on(CLI::App& command, CommonOptions& o) {
    with_severity(command, "--fail-on", o.fail_on, "Lowest severity for exit code 1 (default: error)");
}

void with_talk(CLI::App& command, CommonOptions& o) {
    command.add_flag("-q,--quiet", o.quiet, "Errors only");
    command.add_flag("-v,--verbose", o.verbosity, "Decisions; -vv: tracing");
    command
        .add_option_function<std::string>(
            "--log-format",
            [&o](const std::string& text) {
                o.log_format = text == "json" ? LogFormat::json : LogFormat::text;
            },
            "text or json, for what is said on stderr")
        ->type_name("FORMAT")
        ->check(quietly(one_of({"text", "json"})));
    command.add_flag("--no-progress", o.no_progress, "No progress bar on a terminal");
}

}  // namespace gpswitch::cmd
