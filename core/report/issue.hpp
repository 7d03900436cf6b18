#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace gpswitch {

/// information: worth knowing. warning: kept as it is. error: held back. fatal: the result is not to be
/// trusted.
enum class Severity : std::uint8_t { information, warning, error, fatal };
std::string_view to_text(Severity s);

/// Something in the data that is not right. Never an exception, never patient data: the address leads to the
/// value.
struct Issue {
    Severity severity = Severity::warning;
    std::string code;          ///< stable, e.g. "EMIS-DATE-003"; listed in gpswitch-report(5)
    std::string member;        ///< "extract.zip!CareRecord_Observation.csv", or the file as given
    std::uint64_t line = 0;    ///< 1-based; 0 when it has no line
    std::uint64_t column = 0;  ///< 1-based field (CSV) or byte (JSON) in the line; 0 when it has none
    std::string resource;      ///< "Observation/id" or "TABLE/key" when known
    std::string path;          ///< FHIRPath or column name when known
    std::string message;       ///< one sentence, no values unless --show-values
    std::string hint;          ///< what to do; may be empty
    /// What demands it, when it is not the same for every finding of the code: URL of a profile, a type, or a
    /// page of the FHIR specification.
    std::string source = {};

    /// "extract.zip!x.csv:12:3"
    std::string address() const;
    /// "extract.zip!x.csv:12:3: warning EMIS-DATE-003: message [source] [resource path] (hint)"
    std::string text() const;
    /// One JSON object with the keys severity, code, member, line, column, resource, path, source, message,
    /// hint; no newline.
    std::string json() const;
};

/// Where issues go. Implementations are called on one thread.
struct IssueSink {
    virtual ~IssueSink() = default;
    virtual void add(const Issue& issue) = 0;
};

/// Keeps them all; for tests and small runs.
struct IssueList : IssueSink {
    void add(const Issue& issue) override { issues.push_back(issue); }
    std::vector<Issue> issues;
};

/// A JSON string literal of `s`, quotes included; bytes that are not UTF-8 become U+FFFD.
std::string json_quote(std::string_view s);

}  // namespace gpswitch
