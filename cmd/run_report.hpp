#pragma once
#include <chrono>
#include <map>
#include <string>
#include <string_view>

#include "cmd/context.hpp"
#include "cmd/exit_code.hpp"
#include "cmd/findings.hpp"
#include "core/ledger/ledger.hpp"

namespace gpswitch::cmd {

/// Entries that a target held back: "Condition/id" and the code of the issue.
using HeldEntries = std::map<std::string, std::string, std::less<>>;

/// What a run of map, validate or import came to; said on stderr, and written with --report. No patient data.
struct RunReport {
    std::string command = {};
    const OpenSource* source = nullptr;
    const ledger::Ledger* ledger = nullptr;
    const Findings* findings = nullptr;
    const Findings* decisive = nullptr;  ///< those that decide the answer, when not all do
    std::string target = {};             ///< as the user gave it; empty for validate
    bool show_values = false;
    bool dry_run = false;  ///< nothing was written
    std::chrono::system_clock::time_point started = std::chrono::system_clock::now();
    ExitCode exit = ExitCode::ok;
    const HeldEntries* held_entries = nullptr;  ///< by the target; may be nullptr
    std::string next = {};                      ///< the command to run next; may be empty

    /// "Nothing in this extract was lost", or what was held back; one sentence.
    std::string headline() const;
    /// Shape described in gpswitch-report(5).
    std::string json() const;
    std::string markdown() const;
    /// The page of core/summary.
    std::string html() const;
    std::string text() const;

    /// 1 when rows were held back or there are findings of `fail_on` or graver.
    ExitCode answer(Severity fail_on) const;
    /// Sets `exit`, says the summary, writes --report. Returns `exit`.
    ExitCode finish(const CommonOptions& options);
};

/// "2026-03-01T08:00:00Z"
std::string utc(std::chrono::system_clock::time_point when);

/// The first bytes of a file are those of a report written by gpswitch.
bool is_report(std::string_view head);

}  // namespace gpswitch::cmd
