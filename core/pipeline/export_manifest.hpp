#pragma once
#include <string>
#include <vector>

#include "core/archive/archive.hpp"
#include "core/pipeline/export.hpp"

/// manifest.json of an EXPORT, both ways. See gpswitch-export(5).
namespace gpswitch::pipeline {

struct SealedMember {
    std::string name, table;
    std::uint64_t rows = 0, bytes = 0;
    std::string sha256;
};

/// Rows held back by the export, verbatim, one JSON object a line.
inline constexpr std::string_view kExportHeld = "held/rows.ndjson";

std::string manifest_of(const ExportResult& result, const std::vector<SealedMember>& members);

struct Manifest {
    ExportResult result;
    std::vector<SealedMember> members;
};
/// Throws InputError naming `origin` when it cannot be read as one.
Manifest read_manifest(std::string_view text, const std::string& origin);

}  // namespace gpswitch::pipeline
