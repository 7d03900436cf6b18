#pragma once
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "cmd/context.hpp"
#include "cmd/rules.hpp"
#include "core/validate/validate.hpp"

namespace gpswitch::cmd {

/// The consistency rules of validate, and FHIR with its profiles, applied while the records pass by in the
/// workers: called with a record it adds findings to it. Thread-safe.
class Inspection {
  public:
    /// Reads the rule tables (Context::rule_file); the census must outlive it.
    /// `form`: the records are checked against it as well; nullptr when their text is checked elsewhere, or
    /// not at all.
    Inspection(const OpenSource& source, const Context& context, const validate::Checker* form = nullptr);
    void operator()(record::Record& record);
    /// Findings over all patients; sorted, because the workers saw them in any order. Call once, last.
    void finish(IssueSink& sink) const;

  private:
    const record::Census& census_;
    std::unique_ptr<validate::Checker> checker_;
    const validate::Checker* form_;
    validate::PracticeChecker practice_;
    std::mutex mutex_;
};

/// Passes on all but what the references between a package's resources (FHIR-LINK-003 and -005) say with the
/// very place.
struct WithoutReferences : IssueSink {
    explicit WithoutReferences(IssueSink& next) : next_(next) {}
    void add(const Issue& issue) override {
        if (issue.code != "VAL-REF-001" && issue.code != "VAL-REF-003") next_.add(issue);
    }

  private:
    IssueSink& next_;
};

/// What only the profiles of a source's own FHIR demand (System::profiles), and FHIR itself does not, is a
/// warning. Those of GP Connect (May 2020) ask for things that no supplier was ever asked for, a code that
/// begins with a blank among them.
struct LenientProfiles : IssueSink {
    explicit LenientProfiles(IssueSink& next) : next_(next) {}
    void add(const Issue& issue) override {
        if (issue.severity != Severity::error || issue.source.starts_with("http://hl7.org/fhir/"))
            return next_.add(issue);
        Issue milder = issue;
        milder.severity = Severity::warning;
        next_.add(milder);
    }

  private:
    IssueSink& next_;
};

}  // namespace gpswitch::cmd
