#pragma once
#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/mapping/mapping.hpp"
#include "core/record/system.hpp"

/// Which patients a run is for (--patient, --population). The rows of the others are settled as excluded, by
/// a rule that names the reason; practice-wide rows are not touched.
namespace gpswitch::pipeline {

/// The table rules/population.csv: `population,fact,system,code,why`. The first row that fits a patient says
/// the population. Facts, a closed set:
///   tag                   Patient.meta.tag has this coding
///   deceased              Patient.deceased is true or a date
///   no-open-registration  Patient.active is false, or there are EpisodesOfCare and all of them are over
///   registration-type     there are open EpisodesOfCare, and each has a type of this population
///   any                   always
class Populations {
  public:
    /// Errors: MappingError naming `name` and the line.
    static Populations load(std::string_view csv, const std::string& name);
    /// In the words of the table; of a record in standard codes. Thread-safe.
    const std::string& of(const record::Record& record) const;
    std::vector<std::string> names() const;  ///< in the order of the table
    const std::string& sha256() const { return sha256_; }

  private:
    struct Rule {
        std::string population, fact, system, code;
    };
    bool fits(const Rule& rule, const record::Record& record) const;
    std::vector<Rule> rules_;
    std::string sha256_;  ///< of the table
};

class Selection {
  public:
    /// An NHS number asked for: ten digits, valid. `origin` says where it was asked for ("--patient",
    /// "@FILE:3").
    void add_number(const std::string& ten_digits, const std::string& origin);
    /// Only these populations. Errors: UsageError when the table has no such population.
    void set_populations(std::vector<std::string> names, Populations rules);

    bool empty() const { return numbers_.empty() && populations_.empty(); }
    /// What a package says of it: "population: registered, dead", "patients: 3 by NHS number". Never a
    /// number.
    std::vector<std::string> words() const;
    /// Differs when the selection does; for the fingerprint of a run.
    std::string identity() const;

    /// The rule by which this patient is left out; empty for one who is in. By NHS number: on a record as it
    /// was read.
    std::string_view left_out_unmapped(const record::Record& record) const;
    /// By population: on a record in standard codes. A patient held back whole whose Patient could not be
    /// read is in.
    std::string_view left_out(const record::Record& record) const;
    /// Numbers that belonged to nobody, as findings (SEL-PATIENT-001); after the run.
    std::vector<Issue> unfound() const;

  private:
    struct Number {
        std::string origin;
        mutable std::atomic<bool> found = false;
    };
    std::map<std::string, Number, std::less<>> numbers_;
    std::vector<std::string> populations_;
    std::map<std::string, std::string, std::less<>> rules_;  ///< population to "population:left"
    Populations table_;
};

/// Makes the record one of rows that are excluded by `rule`: what was made from them is gone, fates the
/// source gave them (deleted, superseded, lookup) stay, held rows are excluded. `rule` outlives the record's
/// ledger account.
void exclude(record::Record& record, std::string_view rule);

/// `inner` with the selected patients and what they refer to: for diff, which needs no account of the others.
/// `rest`: with all else that is practice-wide, as a run with the same selection carries it over; no where
/// the other side may have been cut in another way. Reads every patient once. `prepare` brings a record into
/// standard codes (may be empty).
std::unique_ptr<record::Source> selected(std::unique_ptr<record::Source> inner, const Selection& selection,
                                         const std::function<void(record::Record&)>& prepare,
                                         bool rest = false);

}  // namespace gpswitch::pipeline
