#pragma once
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/record/system.hpp"
#include "core/system/sqlite/database.hpp"

/// gpswitch_meta: what a store says about itself.
namespace gpswitch::sqlite {

inline constexpr std::string_view kFormatKey = "format", kSchema = "schema_sha256", kSystem = "system",
                                  kVersion = "system_version", kPractice = "practice", kOds = "ods",
                                  kAsOf = "as_of", kAbsent = "absent", kSelection = "selection",
                                  kWarnings = "warnings", kMappingId = "mapping_id",
                                  kMappingVersion = "mapping_version", kMappingHash = "mapping_sha256",
                                  kFingerprint = "fingerprint";
/// How far an import is. `run` is there while one is under way: "import" (the first) or "update".
inline constexpr std::string_view kRun = "run", kPatientsCommitted = "patients_committed",
                                  kComplete = "complete", kPatientsKept = "patients_kept", kLedger = "ledger";

class Meta {
  public:
    /// Empty when there is none.
    const std::string& at(std::string_view key) const;
    void set(std::string_view key, std::string value) { values_[std::string(key)] = std::move(value); }
    const std::map<std::string, std::string, std::less<>>& all() const { return values_; }

  private:
    std::map<std::string, std::string, std::less<>> values_;
};

/// Has the application id in its header. Throws Failure when the file is no database at all.
bool is_store(Database& db);
Meta read_meta(Database& db);
void set_meta(Database& db, std::string_view key, std::string_view value);
/// What is known before an import.
Meta meta_of(const record::Origin& origin);
/// A list of sentences as JSON, and back.
std::string sentences(const std::vector<std::string>& list);
std::vector<std::string> sentences(const std::string& json);

}  // namespace gpswitch::sqlite
