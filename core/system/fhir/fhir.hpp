#pragma once
#include "core/record/system.hpp"

/// The standard-form package (design section 5, gpswitch-package(5)): FHIR R4 UK Core, one resource per line,
/// one file per type, with manifest.json, ledger.json, fates.ndjson, issues.ndjson and held/rows.ndjson. A
/// folder, .zip or .tar.zst.
namespace gpswitch::fhir {

const record::System& system();

/// Writes a package. "/dev/null" as place writes every member there (for measuring).
std::unique_ptr<record::Target> create_package(const record::TargetOptions& options);
/// Reads a package, or any folder of NDJSON files. A manifest, where there is one, must agree with the
/// members.
std::unique_ptr<record::Source> open_package(const record::SourceOptions& options);

/// Names of the members that are not resources.
inline constexpr std::string_view kManifest = "manifest.json";
inline constexpr std::string_view kLedger = "ledger.json";
inline constexpr std::string_view kFates = "fates.ndjson";
inline constexpr std::string_view kIssues = "issues.ndjson";
inline constexpr std::string_view kHeld = "held/rows.ndjson";

}  // namespace gpswitch::fhir
