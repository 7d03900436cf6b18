#pragma once
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/archive/archive.hpp"
#include "core/json/json.hpp"
#include "core/profile/definitions.hpp"
#include "core/util/arena.hpp"

namespace gpswitch::profile {

/// The definitions of packages as published, in the order read; a later one of the same URL wins.
struct Sources {
    std::vector<std::pair<std::string, std::string>> packages;
    std::map<std::string, json::Value*> structures, value_sets, code_systems;  ///< by canonical URL
    std::vector<std::string> order;  ///< URLs of structures as they came
    std::string fhir_version;        ///< "4.0" or "3.0": what the first structure is of
    std::size_t last_package = 0;    ///< where in `order` the last package begins
    std::vector<Unchecked> refused;  ///< resources left out, with the reason

    /// What the packages build on when they hold no types of their own: a table that was made before.
    std::shared_ptr<const Definitions> base;

    std::deque<Arena> arenas;
    std::vector<std::shared_ptr<archive::Place>> places;
};

/// Reads every StructureDefinition, ValueSet and CodeSystem of a package: a .tgz, any other archive, a
/// folder, or one JSON file, each file one resource or a Bundle of them. The first structure decides for FHIR
/// R4 or STU3; those of another version are left out and listed. The name and version come from package.json,
/// else from the file's name. Errors: InputError when the place cannot be read, a file is not JSON, or
/// nothing in it is of use.
void read_package(const std::string& path, Sources& sources);
/// The same from a place that is open; `path` is what messages call it.
void read_package(const std::shared_ptr<archive::Place>& place, const std::string& path, Sources& sources);

/// Builds types from their snapshots, profiles from their differentials over the whole chain of bases, and
/// the value sets that required and extensible bindings name. What cannot be done is listed in `unchecked`,
/// with the element: a base that is missing or leads in a circle, a discriminator that is not understood.
/// Errors: InputError when the base types are not there.
Definitions compile(const Sources& sources);

/// The value set's codes as far as the code systems at hand say; `missing` tells why they are not all.
ValueSet expand(const std::string& url, const Sources& sources);

/// The table as text, see gpswitch-profiles(5); ends with the SHA-256 of all before. Same definitions, same
/// bytes.
std::string to_text(const Definitions& definitions);

/// The definitions a table was written from; its hash is not checked. InputError when it is no table.
Definitions from_text(std::string_view text);

}  // namespace gpswitch::profile
