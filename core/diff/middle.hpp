#pragma once
#include <memory>
#include <string>
#include <vector>

#include "core/diff/ahead.hpp"
#include "core/diff/diff.hpp"
#include "core/diff/foreseen.hpp"
#include "core/diff/pairing.hpp"
#include "core/diff/patients.hpp"

/// The records that lay between the two sides (Options::between): who is who by way of them, and what Targets
/// say of them.
namespace gpswitch::diff {

class Middle {
  public:
    explicit Middle(const Options& options) : options_(options), between_(options.between.get()) {}

    bool there() const { return between_ != nullptr; }
    bool origin() const { return there() && between_->origin; }
    const Side& side() const { return between_->side; }

    /// Who of BEFORE is who of AFTER, by way of this. Reads all three sides once.
    std::vector<PatientMatch> match(const Side& before, const Side& after);
    /// The record of that patient of BEFORE, after the Targets have been asked about it; nullptr: none.
    record::Record* record(std::uint32_t before);
    /// Asks the Targets about it.
    void ask(const record::Record& record);
    /// Pairs the entries of all three, and hands on what was said of those here. `a` and `m` without what is
    /// practice-wide.
    void learn(const record::Record& a, const record::Record& m, const record::Record& b, Predictions& before,
               Predictions& after);
    /// Hands on what was said of one entry to its partners; either may be empty.
    void hand_on(record::EntityKind kind, std::string_view here, std::string_view before_id,
                 std::string_view after_id, Predictions& before, Predictions& after) const;

    /// Entries of the last patient that are one by way of this.
    std::vector<std::pair<std::uint32_t, std::uint32_t>> pairs;
    /// By index of AFTER's entries: the entry here that it was made of, when BEFORE has none of it.
    std::vector<const record::Item*> made_of;
    /// What was said of the entries here: by AFTER's Target, and by BEFORE's.
    const Predictions& by_after() const { return by_after_; }
    const Predictions& by_before() const { return by_before_; }

  private:
    void pair(const record::Record& a, const record::Record& m, const record::Record& b,
              const Predictions& before);
    const Options& options_;
    const Between* between_;
    std::vector<std::uint32_t> place_;  ///< by BEFORE's patients
    std::unique_ptr<Ahead> reader_;
    Predictions by_after_, by_before_;
    EntityPairs to_, from_;
};

}  // namespace gpswitch::diff
