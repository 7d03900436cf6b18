#include "core/system/fhir/manifest.hpp"

#include <fmt/format.h>

#include <algorithm>

#include <nlohmann/json.hpp>

#include "core/record/record.hpp"
#include "core/system/fhir/fhir.hpp"
#include "core/util/error.hpp"
#include "core/util/hash.hpp"
#include "core/util/hashes.hpp"

namespace gpswitch::fhir {
namespace {

using Json = nlohmann::json;

constexpr const char* kMakeAgain = "the package was changed or cut short; make it again with gpswitch map";

/// A member as the manifest has it.
struct Promised {
    std::size_t member;
    std::string sha256;
};

std::optional<std::size_t> member_of(const archive::Place& files, std::string_view name) {
    const auto& members = files.members();
    const auto it = std::ranges::find_if(members, [&](const auto& m) { return m.name == name; });
    if (it == members.end()) return std::nullopt;
    return static_cast<std::size_t>(it - members.begin());
}

[[noreturn]] void changed(const archive::Place& files, std::size_t member) {
    throw InputError(files.members()[member].origin + " is not what the manifest says (size or SHA-256)",
                     kMakeAgain);
}

// The first that is wrong is named.
void check(const archive::Place& files, std::vector<Promised>& members) {
    std::vector<std::string_view> texts;
    for (const Promised& p : members) texts.push_back(files.bytes(p.member));
    const std::vector<std::string> hashes = sha256_of(std::move(texts));
    for (std::size_t i = 0; i < members.size(); ++i)
        if (hashes[i] != members[i].sha256) changed(files, members[i].member);
    members.clear();
}

void check_members(const archive::Place& files, const Json& manifest, const std::string& origin,
                   record::Census& census) {
    std::vector<Promised> promised;
    for (const auto& entry : manifest.at("members")) {
        const std::string name = entry.at("name");
        const auto member = member_of(files, name);
        if (!member) {
            check(files, promised);
            throw InputError(origin + " lists " + name + ", which is missing", kMakeAgain);
        }
        promised.push_back({*member, entry.value("sha256", "")});
        if (entry.value("bytes", std::uint64_t{0}) != files.bytes(*member).size()) {
            check(files, promised);
            changed(files, *member);
        }
        census.inputs.push_back({name, entry.at("sha256"), entry.at("bytes")});
    }
    check(files, promised);
}

void refuse_added(const archive::Place& files, const record::Census& census) {
    for (const auto& m : files.members()) {
        if (!m.name.ends_with(".ndjson") || !record::kind_of(m.name.substr(0, m.name.size() - 7))) continue;
        if (std::ranges::any_of(census.inputs, [&](const auto& input) { return input.name == m.name; }))
            continue;
        throw InputError(m.origin + " is not in the manifest: it was added to the package",
                         "take it out, or make the package again with gpswitch map");
    }
}

// They lie beside the resources, in no count of a run that reads these.
void say_held(const archive::Place& files, std::vector<Issue>& issues) {
    const auto member = member_of(files, kLedger);
    if (!member) return;
    std::uint64_t held = 0;
    const std::string& origin = files.members()[*member].origin;
    try {
        const Json ledger = Json::parse(files.bytes(*member));
        for (const auto& table : ledger.at("tables"))
            held += table.at("fates").at(record::to_text(record::Fate::held)).get<std::uint64_t>();
    } catch (const Json::exception& e) {
        throw InputError(origin + " is not a ledger: " + e.what(), kMakeAgain);
    }
    if (held == 0) return;
    Issue i;
    i.severity = Severity::warning;
    i.code = "FHIR-HELD-001";
    i.member = origin;
    i.message =
        fmt::format("{} held back when the package was made, and {} not among its resources",
                    held == 1 ? "1 row was" : fmt::format("{} rows were", held), held == 1 ? "is" : "are");
    i.hint = fmt::format("they stand verbatim in {}: look at them there", kHeld);
    issues.push_back(std::move(i));
}

}  // namespace

void read_manifest(const archive::Place& files, record::Census& census, std::vector<Issue>& issues) {
    const auto& members = files.members();
    const auto at = member_of(files, kManifest);
    if (!at) {
        Issue i;
        i.code = "FHIR-PKG-001";
        i.message = "no manifest.json: completeness cannot be checked";
        issues.push_back(i);
        for (std::size_t m = 0; m < members.size(); ++m)
            census.inputs.push_back({members[m].name, sha256_hex(files.bytes(m)), files.bytes(m).size()});
        return;
    }
    const std::string& origin = members[*at].origin;
    try {
        const Json manifest = Json::parse(files.bytes(*at));
        const auto& source = manifest.at("source");
        census.practice = source.value("practice", "");
        census.ods = source.value("ods", "");
        census.version = source.value("version", "");
        census.as_of = manifest.value("transactionTime", "");
        census.selection = manifest.value("selection", std::vector<std::string>{});
        census.absent = manifest.value("absent", std::vector<std::string>{});
        census.warnings = manifest.value("warnings", std::vector<std::string>{});
        check_members(files, manifest, origin, census);
    } catch (const Json::exception& e) {
        throw InputError(origin + " is not a package manifest: " + e.what(), kMakeAgain);
    }
    refuse_added(files, census);
    say_held(files, issues);
}

}  // namespace gpswitch::fhir
