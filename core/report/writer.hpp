#pragma once
#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/report/issue.hpp"

/// Findings in the formats people and machines read. The order of the issues is the order in which they were
/// given; there is no cap on their number.
///
///   text     one line an issue (Issue::text), then a line of totals
///   jsonl    one JSON object a line (Issue::json)
///   junit    JUnit XML: a test case each; errors are failures, fatal ones errors, the rest passes with its
///   text sarif    SARIF 2.1.0: information is "note"; a CSV field number is properties.column, not a
///   region's startColumn outcome  one FHIR R4 OperationOutcome
namespace gpswitch {

/// Takes the bytes of a report, in order. Errors: whatever it throws passes through.
using Output = std::function<void(std::string_view)>;

enum class Format : std::uint8_t { text, jsonl, junit, sarif, outcome };
/// By the name used with --format; nothing when there is no such format.
std::optional<Format> format_of(std::string_view name);
/// "text, jsonl, junit, sarif, outcome"
const std::vector<std::string_view>& format_names();

struct WriterOptions {
    std::string title = "gpswitch";  ///< what ran: name of the JUnit suite, "gpswitch validate"
    std::string version;             ///< of gpswitch, for SARIF
    /// A sentence on an issue code for SARIF's rules; may be empty, may return empty text.
    std::function<std::string(std::string_view code)> describe;
};

/// Writes as issues come and counts them. Memory doesn't grow with their number, except junit: its first line
/// needs the totals, so its text is held until finish().
class IssueWriter : public IssueSink {
  public:
    void add(const Issue& issue) final;
    /// Ends the document; call once, last. Without it junit, sarif and outcome are not whole.
    virtual void finish() = 0;
    std::uint64_t count(Severity severity) const { return counts_[static_cast<std::size_t>(severity)]; }
    std::uint64_t total() const { return total_; }
    /// "3 findings: 1 error, 2 warnings"; "no findings"
    std::string totals() const;

  protected:
    virtual void write(const Issue& issue) = 0;

  private:
    std::array<std::uint64_t, 4> counts_{};
    std::uint64_t total_ = 0;
};

std::unique_ptr<IssueWriter> make_issue_writer(Format format, Output output, WriterOptions options = {});

}  // namespace gpswitch
