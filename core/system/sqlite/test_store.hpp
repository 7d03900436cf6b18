#pragma once
// For tests only: records, runs and dumps.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "core/io/test_folder.hpp"
#include "core/ledger/ledger.hpp"
#include "core/record/record.hpp"
#include "core/record/system.hpp"
#include "core/system/sqlite/database.hpp"
#include "core/system/sqlite/sqlite.hpp"

namespace gpswitch::sqlite::test {

/// Fills every field of every level with distinct text, lists with two items, so that nothing can be
/// forgotten.
void fill(void* object, const record::Type& type, Arena& arena, int& n, int depth = 0);

/// A package of made-up patients, with practice-wide entities they refer to.
class Package {
  public:
    record::Census census;
    std::string fingerprint = "f1";

    /// Adds a patient with a few entries; `seed` decides what is in them.
    record::Record& patient(const std::string& key, int seed);
    record::Record& organization(const std::string& id, int seed);
    /// Runs the import, all of it, or only the first `stop_after` batches without publishing.
    void import(const std::string& path, std::size_t batch = 2, std::size_t stop_after = SIZE_MAX,
                bool overwrite = false) const;
    record::Checkpoint begin(record::Target& target) const;

    std::vector<std::unique_ptr<record::Record>>
        records;  ///< practice-wide ones where a pipeline would put them
};

/// What `.dump` shows: schema and all rows of all tables in key order, in SQL literals.
std::string dump(const std::string& path);
std::string integrity(const std::string& path);
/// Runs SQL; the first column of the first row.
std::string ask(const std::string& path, const std::string& sql);
/// All rows, columns with '|' and rows with '\n'.
std::string table(const std::string& path, const std::string& sql);

std::unique_ptr<record::Source> open(const std::string& path);

}  // namespace gpswitch::sqlite::test
