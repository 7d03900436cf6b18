#pragma once
#include <memory>
#include <optional>
#include <string_view>

#include "core/record/system.hpp"

/// An EXPORT is sealed: its manifest.json names every member with rows, bytes and SHA-256. See
/// gpswitch-export(5).
namespace gpswitch::pipeline {

inline constexpr std::string_view kExportManifest = "manifest.json";

/// Does the place hold a manifest of `gpswitch export`?
bool is_sealed(const archive::Place& place);

/// What its manifest says of the source (without patients); nothing when it is no EXPORT.
std::optional<record::Census> sealed_census(const archive::Place& place);

/// EXPORT-HELD-001 when the export holds rows back: they are beside its tables, in no count of a run that
/// reads it.
std::optional<Issue> held_in_export(const archive::Place& place);

/// The place as its supplier's system reads it: an EXPORT is checked against its manifest, which is then left
/// out; any other place comes back as it is. Reads every byte of an EXPORT once. Errors: InputError naming
/// the member that was changed, added or taken away after it was sealed.
std::shared_ptr<archive::Place> unsealed(std::shared_ptr<archive::Place> place);

}  // namespace gpswitch::pipeline
