#pragma once
#include <array>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/report/issue.hpp"
#include "core/report/rule_info.hpp"

/// Findings in the formats people and machines read. The order of the issues is the order in which they were
/// given (html: by rule); there is no cap on their number unless one is asked for.
///
///   text     one line an issue (Issue::text), then a line of totals
///   jsonl    one JSON object a line (Issue::json)
///   junit    JUnit XML: a test case each, with properties; errors are failures, fatal ones errors, the rest
///            passes with its text
///   sarif    SARIF 2.1.0: information is "note"; a column is properties.column, not a region's startColumn,
///            because it counts fields or bytes
///   outcome  one FHIR R4 OperationOutcome; file, line, column and source in HL7's extensions for them
///   html     one page, by rule and kind, with every count and the first places of each kind
namespace gpswitch {

/// Takes the bytes of a report, in order. Errors: whatever it throws passes through.
using Output = std::function<void(std::string_view)>;

enum class Format : std::uint8_t { text, jsonl, junit, sarif, outcome, html };
/// By the name used with --format; nothing when there is no such format.
std::optional<Format> format_of(std::string_view name);
/// "text, jsonl, junit, sarif, outcome, html"
const std::vector<std::string_view>& format_names();

struct WriterOptions {
    std::string title = "gpswitch";  ///< what ran: name of the JUnit suite, "gpswitch validate"
    std::string version = {};        ///< of gpswitch, for SARIF and html
    /// What is known of an issue code; may be empty, may return nullptr.
    std::function<const RuleInfo*(std::string_view code)> describe = {};
    /// How many to write; the others are counted, and their number is said where the format has a place.
    std::uint64_t most = std::numeric_limits<std::uint64_t>::max();
    bool shows_values = false;  ///< messages may hold patient data; html says so
};

/// Writes as issues come and counts them. Memory doesn't grow with their number, except junit: its first line
/// needs the totals, so its text is held until finish().
class IssueWriter : public IssueSink {
  public:
    explicit IssueWriter(std::uint64_t most) : most_(most) {}
    void add(const Issue& issue) final;
    /// Ends the document; call once, last. Without it junit, sarif, outcome and html are not whole.
    virtual void finish() = 0;
    /// All that were added, whether written or not.
    std::uint64_t count(Severity severity) const { return counts_[static_cast<std::size_t>(severity)]; }
    std::uint64_t total() const { return total_; }
    std::uint64_t written() const { return total_ < most_ ? total_ : most_; }
    std::uint64_t not_written() const { return total_ - written(); }
    /// "3 findings: 1 error, 2 warnings"; "no findings"
    std::string totals() const;

  protected:
    virtual void write(const Issue& issue) = 0;

  private:
    std::array<std::uint64_t, 4> counts_{};
    std::uint64_t total_ = 0, most_;
};

std::unique_ptr<IssueWriter> make_issue_writer(Format format, Output output, WriterOptions options = {});

/// "47 more findings are not shown"; for those that the cap kept back.
std::string not_shown(std::uint64_t n);

}  // namespace gpswitch
