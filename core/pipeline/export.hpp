#pragma once
#include <atomic>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "core/record/exporter.hpp"

/// `gpswitch export`: collect, verify, merge deltas, seal.
namespace gpswitch::pipeline {

struct ExportOptions {
    std::string output;  ///< a folder, .zip or .tar.zst; empty: nothing is written (--dry-run)
    bool overwrite = false;
    /// Of the system that reads the places; nullptr where it needs none.
    mapping::MappingSet* mapping = nullptr;
    std::string practice, as_of;  ///< as in record::SourceOptions
    bool show_values = false;
    IssueSink* issues = nullptr;  ///< sees every issue; may be nullptr
    std::function<void(std::uint64_t done, std::uint64_t total)> progress;  ///< rows; may be empty
    const std::atomic<bool>* interrupted = nullptr;                         ///< Error(130) when it is set
};

/// What became of the rows of one table: rows read = written + settled ones, by fate and rule.
struct ExportTable {
    std::string name, member;
    std::uint64_t read = 0, written = 0;
    std::map<std::pair<record::Fate, std::string>, std::uint64_t> settled;
};

struct ExportResult {
    record::Census
        census;  ///< as_of, practice, inputs with their hashes, what is never in it; without its patients
    std::uint64_t patients = 0;
    std::vector<ExportTable> tables;
    std::uint64_t members = 0, bytes = 0;
    bool resealed = false;  ///< the input was one whole EXPORT already: copied byte for byte
    std::uint64_t read() const;
    std::uint64_t rows(record::Fate fate) const;  ///< Fate::migrated: written
};

/// Writes the EXPORT of one or several places of one system (one bulk extract, its deltas). Places that are
/// EXPORTs are checked against their seals first. Nothing stands under the output's name before all of it is
/// written. Errors: InputError (incomplete, changed, two systems), UsageError (no export for the system),
/// TargetError, LedgerError when a row has no fate or two, Error(130).
ExportResult export_to(const record::System& system,
                       const std::vector<std::shared_ptr<archive::Place>>& places,
                       const ExportOptions& options);

}  // namespace gpswitch::pipeline
