#include "cmd/mappings_files.hpp"

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "core/csv/csv.hpp"
#include "core/io/file.hpp"
#include "core/util/arena.hpp"
#include "core/util/hash.hpp"

namespace gpswitch::cmd {
namespace {

namespace fs = std::filesystem;

/// The numbers of a version, so that 5.10 comes after 5.9.
std::vector<unsigned long> numbers(const std::string& version) {
    std::vector<unsigned long> out;
    for (std::size_t at = 0; at < version.size();) {
        const auto end = std::min(version.find('.', at), version.size());
        out.push_back(std::strtoul(version.substr(at, end - at).c_str(), nullptr, 10));
        at = end + 1;
    }
    return out;
}

std::vector<fs::path> folders_in(const fs::path& folder) {
    std::vector<fs::path> out;
    std::error_code none;
    for (const auto& entry : fs::directory_iterator(folder, none))
        if (entry.is_directory(none)) out.push_back(entry.path());
    return out;
}

std::string sha256_of(const std::string& path) { return sha256_hex(io::read_all(path)); }

}  // namespace

std::vector<SetFolder> find_sets(const std::vector<std::string>& roots) {
    std::vector<SetFolder> out;
    for (const auto& root : roots)
        for (const auto& id : folders_in(root))
            for (const auto& version : folders_in(id))
                if (io::exists((version / "mapping.json").string()))
                    out.push_back({id.filename().string(), version.filename().string(), version.string()});
    std::stable_sort(out.begin(), out.end(), [](const SetFolder& a, const SetFolder& b) {
        return std::pair(a.id, numbers(a.version)) < std::pair(b.id, numbers(b.version));
    });
    return out;
}

SetInfo read_info(const SetFolder& set) {
    using nlohmann::json;
    SetInfo info;
    const std::string path = set.folder + "/mapping.json";
    info.sha256 = sha256_of(path);
    const json j = json::parse(io::read_all(path), nullptr, false);
    if (!j.is_object()) {
        info.status = "(unreadable)";
        return info;
    }
    const auto text = [](const json& object, const char* name) {
        const auto at = object.find(name);
        return at != object.end() && at->is_string() ? at->get<std::string>() : std::string();
    };
    info.status = text(j, "status");
    info.standard = text(j, "standard");
    info.date = text(j, "date");
    info.approval = text(j, "approval");
    info.parent = text(j, "parent");
    if (const auto source = j.find("source"); source != j.end() && source->is_object()) {
        info.system = text(*source, "system");
        if (const auto versions = source->find("versions"); versions != source->end() && versions->is_array())
            for (const auto& v : *versions)
                if (v.is_string()) info.versions.push_back(v.get<std::string>());
    }
    return info;
}

Sheet read_sheet(const std::string& path) {
    Sheet sheet;
    const std::string bytes = io::read_all(path);
    csv::Scanner scan(bytes);
    csv::RowSpan row;
    Arena arena;
    std::vector<std::string> header;
    std::vector<std::string_view> cells;
    while (scan.next(row)) {
        if (csv::split(std::string_view(bytes).substr(row.offset, row.length), {}, arena, cells) !=
            csv::State::good)
            continue;
        if (header.empty()) {
            header.assign(cells.begin(), cells.end());
            continue;
        }
        auto& out = sheet.rows.emplace_back();
        for (std::size_t i = 0; i < std::min(cells.size(), header.size()); ++i)
            out[header[i]] = std::string(cells[i]);
    }
    return sheet;
}

}  // namespace gpswitch::cmd
