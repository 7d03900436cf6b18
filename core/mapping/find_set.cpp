// Finding mapping sets on disk, and the hashes of their files.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>

#include "core/io/file.hpp"
#include "core/mapping/table_file.hpp"
#include "core/util/error.hpp"
#include "core/util/hash.hpp"

namespace gpswitch::mapping {
namespace fs = std::filesystem;
namespace {

struct Found {
    std::string id, version, folder;
};

std::vector<Found> sets_below(const std::string& root) {
    std::vector<Found> out;
    std::error_code error;
    for (const auto& id : fs::directory_iterator(root, error))
        for (const auto& version : fs::directory_iterator(id.path(), error))
            if (fs::is_regular_file(version.path() / "mapping.json", error))
                out.push_back({id.path().filename(), version.path().filename(), version.path().string()});
    std::ranges::sort(out, [](const Found& a, const Found& b) {
        return a.id != b.id ? a.id < b.id : detail::compare_versions(a.version, b.version) < 0;
    });
    return out;
}

}  // namespace

std::string hashes_json(const std::string& folder) {
    std::string out = "{";
    for (const std::string& name : detail::csv_files(folder))
        out += fmt::format("{}\n  {}: \"{}\"", out.size() == 1 ? "" : ",", json_quote(name),
                           sha256_hex(io::read_all(folder + "/" + name)));
    return out + "\n}";
}

std::string find_set(const std::vector<std::string>& roots, const std::string& id_at_version) {
    const std::size_t at = id_at_version.find('@');
    const std::string id = id_at_version.substr(0, at);
    const std::string version = at == std::string::npos ? "" : id_at_version.substr(at + 1);
    const Found* best = nullptr;
    std::vector<std::string> names;
    std::vector<std::vector<Found>> all;
    for (const std::string& root : roots) all.push_back(sets_below(root));
    for (const auto& sets : all)
        for (const Found& f : sets) {
            names.push_back(f.id + "@" + f.version);
            if (f.id != id || (!version.empty() && f.version != version)) continue;
            // The same version in two places: the earlier root wins.
            if (best == nullptr || detail::compare_versions(f.version, best->version) > 0) best = &f;
        }
    if (best != nullptr) return best->folder;
    throw MappingError(fmt::format("there is no mapping set {}", id_at_version),
                       names.empty() ? fmt::format("no mapping set at all below {}", fmt::join(roots, ", "))
                                     : fmt::format("there is {}", fmt::join(names, ", ")));
}

}  // namespace gpswitch::mapping
