#pragma once
#include <chrono>
#include <string>
#include <vector>

#include "cmd/common_options.hpp"
#include "cmd/exit_code.hpp"
#include "cmd/findings.hpp"
#include "core/pipeline/export.hpp"

namespace gpswitch::cmd {

/// What an export came to; said on stderr, and written with --report. No patient data.
struct ExportReport {
    std::vector<std::string> sources = {};
    std::string target = {};
    bool dry_run = false;
    std::uint64_t refused = 0;  ///< members of archives that were not unpacked
    pipeline::ExportResult result = {};
    const Findings* findings = nullptr;
    std::string next = {};  ///< the command to run next
    std::chrono::system_clock::time_point started = std::chrono::system_clock::now();
    ExitCode exit = ExitCode::ok;

    std::string headline() const;
    /// Shapes described in gpswitch-report(5).
    std::string json() const;
    std::string markdown() const;
    std::string text() const;
    /// Says the summary, writes --report. 1 when rows were held back or there are findings of --fail-on or
    /// graver.
    ExitCode finish(const CommonOptions& options);
};

}  // namespace gpswitch::cmd
