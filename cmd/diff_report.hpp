#pragma once
#include <chrono>
#include <string>

#include "cmd/common_options.hpp"
#include "cmd/exit_code.hpp"
#include "core/diff/diff.hpp"

namespace gpswitch::cmd {

/// What a comparison came to; said on stderr, and written with --report. No patient data.
struct DiffReport {
    std::string before = {}, after = {};  ///< as the user gave them
    std::string system_before = {}, system_after = {};
    diff::Totals totals = {};
    std::chrono::system_clock::time_point started = std::chrono::system_clock::now();

    std::string headline() const;
    /// Shapes described in gpswitch-report(5).
    std::string json() const;
    std::string markdown() const;
    /// The page of core/summary.
    std::string html() const;
    /// Says the headline, writes --report. 1 when anything is unexplained.
    ExitCode finish(const CommonOptions& options);
};

}  // namespace gpswitch::cmd
