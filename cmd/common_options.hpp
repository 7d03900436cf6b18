#pragma once
#include <functional>
#include <initializer_list>
#include <string>
#include <vector>

#include "cmd/talk.hpp"
#include "core/report/issue.hpp"

namespace CLI {
class App;
}

namespace gpswitch::cmd {

/// Options that several commands share, written once here and explained once in gpswitch(1), COMMON OPTIONS.
/// A command takes the groups in which it does something.
struct CommonOptions {
    std::string output;  ///< "-" for stdout
    bool overwrite = false;
    unsigned jobs = 1;                  ///< set to the number of cores by with_jobs
    std::string mapping;                ///< ID or ID@VERSION; empty: the newest for the system
    std::vector<std::string> mappings;  ///< folders with mapping sets, before the usual ones
    std::string report;                 ///< .json, .html or .md
    std::string spool;
    std::vector<std::string> patients;     ///< NHS numbers, @FILE or -; never said again
    std::vector<std::string> populations;  ///< words, or lists of them; empty: all
    std::string practice, as_of;
    bool dry_run = false;
    bool show_values = false;
    bool incomplete = false;  ///< read an extract with tables missing, as a sample
    std::string format;       ///< of findings and differences; empty: text, for people
    Severity fail_on = Severity::error;
    bool quiet = false, no_progress = false;
    int verbosity = 0;
    LogFormat log_format = LogFormat::text;

    TalkOptions talk() const { return {quiet, verbosity, log_format, !no_progress}; }
};

/// Formats of findings and differences, see gpswitch-report(5).
inline const std::vector<std::string> kFormats = {"text", "jsonl", "junit", "sarif", "outcome"};

void with_output(CLI::App& command, CommonOptions& o, const std::string& type, const std::string& what,
                 bool required);
void with_overwrite(CLI::App& command, CommonOptions& o, const std::string& what);
void with_jobs(CLI::App& command, CommonOptions& o);
void with_mapping(CLI::App& command, CommonOptions& o);
void with_mappings_folder(CLI::App& command, CommonOptions& o);
void with_report(CLI::App& command, CommonOptions& o);
void with_spool(CLI::App& command, CommonOptions& o);
/// --practice and --as-of
void with_practice(CLI::App& command, CommonOptions& o);
/// --patient and --population, and with_practice
void with_selection(CLI::App& command, CommonOptions& o);
void with_dry_run(CLI::App& command, CommonOptions& o);
void with_show_values(CLI::App& command, CommonOptions& o);
void with_incomplete(CLI::App& command, CommonOptions& o);
/// `page`: and html, of findings.
void with_format(CLI::App& command, CommonOptions& o, bool page = false);
/// An option that takes the name of a severity.
void with_severity(CLI::App& command, const std::string& name, Severity& severity, const std::string& what);
void with_fail_on(CLI::App& command, CommonOptions& o);
/// -q, -v, --log-format, --no-progress
void with_talk(CLI::App& command, CommonOptions& o);

/// A check for CLI11: one of `words`, or an error that lists them. (CLI11's own IsMember clutters the help.)
std::function<std::string(const std::string&)> one_of(std::vector<std::string> words);

}  // namespace gpswitch::cmd
