#pragma once
#include <atomic>
#include <functional>
#include <memory>
#include <string_view>

#include "core/ledger/ledger.hpp"
#include "core/mapping/mapping.hpp"
#include "core/mapping/safeguards.hpp"
#include "core/pipeline/selection.hpp"
#include "core/record/system.hpp"

/// From Source to Target: reads in workers, maps, settles, encodes; commits on the calling thread in census
/// order, so that the result does not depend on the number of jobs.
namespace gpswitch::pipeline {

struct Options {
    std::string place;  ///< where the source lies: no part of the result
    unsigned jobs = 1;
    /// The mapping's second stage; nullptr for standard sources.
    const mapping::MappingSet* mapping = nullptr;
    /// Inheritance of labels and marks of gaps, after the mapping; nullptr: the strictest.
    const mapping::Safeguards* safeguards = nullptr;
    /// Records are seen as they are, however loose their labels: to check a standard source.
    bool as_is = false;
    /// Sees every issue, in a stable order, on the calling thread; may be nullptr.
    IssueSink* issues = nullptr;
    /// Extra look at every record after mapping (validate); called in the workers, adds to record.issues. May
    /// be empty.
    std::function<void(record::Record&)> inspect;
    /// Patients the run is for; nullptr: all.
    const Selection* selection = nullptr;
    /// Rows done and rows in all; called on the calling thread after each batch. May be empty.
    std::function<void(std::uint64_t done, std::uint64_t total)> progress;
    /// Hears of each entry that the target held back (Target::limit): "Condition/id", and the code of its
    /// issue. In a stable order, on the calling thread, those of a record before its issues; may be empty.
    std::function<void(const std::string& resource, const std::string& code)> held;
    /// Set from a signal handler: the run stops after the batch in hand with Error(130).
    const std::atomic<bool>* interrupted = nullptr;
};

/// Moves everything and publishes when the ledger balances. Returns the ledger.
/// Errors: whatever Source and Target throw; LedgerError (nothing is published); Error(130) when interrupted.
std::unique_ptr<ledger::Ledger> run(record::Source& source, record::Target& target,
                                    const record::Origin& origin, const Options& options);

/// A target that writes nothing: for validate and --dry-run.
std::unique_ptr<record::Target> nowhere();

/// Identity of an input with all that decides what is made of it: equal inputs, equal fingerprints. `rules`:
/// the hash of the tables that Options::safeguards were loaded from.
std::string fingerprint(const record::Census& census, const mapping::MappingSet* mapping,
                        const Selection* selection = nullptr, std::string_view rules = {});

}  // namespace gpswitch::pipeline
