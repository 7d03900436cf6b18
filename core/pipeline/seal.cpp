#include "core/pipeline/seal.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "core/archive/joined_place.hpp"
#include "core/pipeline/export_manifest.hpp"
#include "core/util/error.hpp"
#include "core/util/hash.hpp"
#include "core/util/text.hpp"

namespace gpswitch::pipeline {
namespace {

constexpr std::string_view kHint =
    "an export stays as it was sealed: take it from where it came from again, or make it again";

/// Cut short or otherwise broken it still is a seal: then reading it says what is wrong.
bool is_manifest(std::string_view text) {
    const auto j = nlohmann::json::parse(text, nullptr, false);
    if (j.is_discarded()) return text.substr(0, 256).find("\"export\"") != std::string_view::npos;
    return j.is_object() && j.contains("export");
}

std::optional<std::size_t> manifest_in(const archive::Place& place) {
    for (std::size_t i = 0; i < place.members().size(); ++i)
        if (place.members()[i].name == kExportManifest && is_manifest(place.bytes(i))) return i;
    return std::nullopt;
}

void check(const archive::Place& place, std::size_t manifest) {
    const auto& members = place.members();
    std::set<std::string> expected;
    for (const SealedMember& sealed :
         read_manifest(place.bytes(manifest), members[manifest].origin).members) {
        const auto it = std::find_if(members.begin(), members.end(),
                                     [&](const auto& m) { return m.name == sealed.name; });
        if (it == members.end())
            throw InputError(
                members[manifest].origin + " names " + shown(sealed.name) + ", which is not there",
                std::string(kHint));
        const auto i = static_cast<std::size_t>(it - members.begin());
        if (it->size != sealed.bytes || sha256_hex(place.bytes(i)) != sealed.sha256)
            throw InputError(it->origin + " was changed after the export was sealed (size or SHA-256)",
                             std::string(kHint));
        expected.insert(sealed.name);
    }
    for (const auto& m : members)
        if (m.name != kExportManifest && !expected.contains(m.name))
            throw InputError(m.origin + " was added after the export was sealed", std::string(kHint));
    if (!place.refused().empty())
        throw InputError(members[manifest].origin + ": beside it was added " +
                             shown(place.refused()[0].name) + ": " + place.refused()[0].reason,
                         std::string(kHint));
}

}  // namespace

bool is_sealed(const archive::Place& place) { return manifest_in(place).has_value(); }

std::optional<record::Census> sealed_census(const archive::Place& place) {
    const auto at = manifest_in(place);
    if (!at) return std::nullopt;
    return read_manifest(place.bytes(*at), place.members()[*at].origin).result.census;
}

std::optional<Issue> held_in_export(const archive::Place& place) {
    const auto at = manifest_in(place);
    if (!at) return std::nullopt;
    const archive::Member& manifest = place.members()[*at];
    const std::uint64_t held =
        read_manifest(place.bytes(*at), manifest.origin).result.rows(record::Fate::held);
    if (held == 0) return std::nullopt;
    Issue i;
    i.severity = Severity::error;
    i.code = "EXPORT-HELD-001";
    i.member = manifest.origin;
    i.message = std::to_string(held) + (held == 1 ? " row was" : " rows were") +
                " held back when the export was made, and cannot be read here";
    i.hint = std::string("they stand verbatim in ") + std::string(kExportHeld) + ": look at them there";
    return i;
}

std::shared_ptr<archive::Place> unsealed(std::shared_ptr<archive::Place> place) {
    const auto at = manifest_in(*place);
    if (!at) return place;
    check(*place, *at);
    return archive::without(std::move(place), {std::string(kExportManifest), std::string(kExportHeld)});
}

}  // namespace gpswitch::pipeline
