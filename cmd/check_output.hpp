#pragma once
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "cmd/context.hpp"
#include "cmd/findings.hpp"
#include "core/profile/scorecard.hpp"
#include "core/report/baseline.hpp"

namespace CLI {
class App;
}

namespace gpswitch::cmd {

/// --max-findings, --baseline, --scorecard, --title
struct CheckOutputOptions {
    std::uint64_t most = std::numeric_limits<std::uint64_t>::max();
    std::string baseline;
    std::vector<std::string> scorecards;  ///< .html or .json by name
    std::string title;
};
void with_check_output(CLI::App& command, CheckOutputOptions& o);

/// Where the findings of validate go: all are counted, and into the scorecard; those that a baseline does not
/// know are written and decide the answer.
class CheckOutput : public IssueSink {
  public:
    /// Reads the baseline. `table`: the words of a scorecard, needed when one is asked for; has to live as
    /// long. Errors: UsageError when a scorecard stands in the way, InputError for a baseline.
    CheckOutput(const Context& context, const CheckOutputOptions& options, const profile::Table* table);
    ~CheckOutput() override;
    void add(const Issue& issue) override { all_.add(issue); }
    /// Every finding, and those that the baseline does not know (all, without one).
    const Findings& all() const { return all_; }
    const Findings& fresh() const { return fresh_; }
    /// nullptr when none is asked for.
    profile::Scorecard* scorecard() { return card_.get(); }
    /// Ends and publishes the findings and the scorecards; what is left to say to a person.
    std::string finish();

  private:
    struct Sieve : IssueSink {
        explicit Sieve(CheckOutput& output) : to(output) {}
        void add(const Issue& issue) override;
        CheckOutput& to;
    };
    const Context& context_;
    const CheckOutputOptions& options_;
    ReportStream stream_;
    std::unique_ptr<IssueWriter> writer_;
    std::unique_ptr<Baseline> baseline_;
    std::unique_ptr<profile::Scorecard> card_;
    Sieve sieve_;
    Findings all_, fresh_;
};

}  // namespace gpswitch::cmd
