#pragma once
#include <map>
#include <string>
#include <vector>

/// The files of mapping sets as the `mappings` commands show them. What they mean is core/mapping's business.
namespace gpswitch::cmd {

/// A folder ROOT/ID/VERSION with a mapping.json.
struct SetFolder {
    std::string id, version, folder;
    std::string name() const { return id + '@' + version; }
};

/// Every set under the roots, by id, then by version (5.9 before 5.10), in the order of the roots.
std::vector<SetFolder> find_sets(const std::vector<std::string>& roots);

/// What mapping.json says; a word like "(unreadable)" in `status` when it cannot be read.
struct SetInfo {
    std::string system, status, standard, date, approval, parent, sha256;
    std::vector<std::string> versions;  ///< of the source
};
SetInfo read_info(const SetFolder& set);

/// A CSV file as rows of cells by column name; rows that cannot be read are left out (`mappings check` names
/// them).
struct Sheet {
    std::vector<std::map<std::string, std::string>> rows;
};
Sheet read_sheet(const std::string& path);

}  // namespace gpswitch::cmd
