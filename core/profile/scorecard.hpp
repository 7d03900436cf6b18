#pragma once
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/profile/stream.hpp"
#include "core/profile/table.hpp"
#include "core/report/issue.hpp"
#include "core/report/rule_info.hpp"

namespace gpswitch::profile {

/// A run of validate in counts, to be published: how often each rule, by type and element, and which elements
/// that must be supported are filled. Everything in it is a number or a word of the table, of gpswitch, or of
/// the title that the user gave: no text of the input, not even a name of a file, an element or an extension
/// that the table does not have. The same findings and tally in any order of work give the same bytes; no
/// clock, no place.
///
///     profile::Scorecard card(table, {.title = "System X", .version = "0.1.0"});
///     for (const Issue& i : issues) card.add(i);
///     card.count(stream.totals());
///     write(card.html());
class Scorecard {
  public:
    struct Options {
        std::string title = {};    ///< of the page; shown as given
        std::string version = {};  ///< of gpswitch
        const RuleInfo* (*describe)(std::string_view code) = nullptr;
    };
    Scorecard(const Table& table, Options options) : table_(table), options_(std::move(options)) {}

    void add(const Issue& issue);
    void count(const StreamTotals& totals);
    /// Entries of a type that were read but not checked as resources: of a source in other words than FHIR's.
    void count(std::string_view type, std::uint64_t entries);

    /// Shape described in gpswitch-report(5).
    std::string json() const;
    std::string html() const;

    // What both are made of.
    struct Found {
        std::uint64_t count = 0;
        std::map<std::string, std::uint64_t> types,
            elements;  ///< by name; "" where it cannot be told or said
    };
    struct Type {
        std::uint64_t resources = 0, with_errors = 0, errors = 0, warnings = 0;
        bool checked = false;  ///< as a resource: with_errors is known
    };
    std::uint64_t resources() const;
    /// Of those that were checked one by one.
    std::uint64_t checked() const;
    std::uint64_t without_error() const;
    std::uint64_t findings(Severity severity) const;

  private:
    friend class ScorecardPage;
    std::string element(const Issue& issue, const std::string& type) const;
    const Table& table_;
    Options options_;
    std::map<std::pair<int, std::string>, Found> rules_;  ///< by severity, gravest first, and code
    std::map<std::string, Type> types_;
    Tally tally_;
    std::uint64_t unreadable_ = 0;
};

}  // namespace gpswitch::profile
