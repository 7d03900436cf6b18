#include "core/profile/sources.hpp"

#include <filesystem>

#include "core/util/error.hpp"
#include "core/util/text.hpp"

namespace gpswitch::profile {
namespace {

/// Of the FHIR that the first package is of.
bool wanted_version(const json::Value& structure, std::string& wanted) {
    const std::string_view v = structure.text_of("fhirVersion");
    if (v.empty()) return true;
    if (wanted.empty()) wanted = v.starts_with("3.0") ? "3.0" : "4.0";
    return v.starts_with(wanted);
}

void take(json::Value* resource, Sources& s) {
    if (resource->kind != json::Kind::object) return;
    const std::string_view type = resource->text_of("resourceType");
    if (type == "Bundle") {
        const json::Value* entries = resource->find("entry");
        if (entries == nullptr) return;
        for (json::Value* e : entries->items)
            if (json::Value* r = e->find("resource")) take(r, s);
        return;
    }
    const std::string url(resource->text_of("url"));
    if (url.empty()) return;
    if (type == "StructureDefinition") {
        if (!wanted_version(*resource, s.fhir_version)) {
            s.refused.push_back({url, "it is of FHIR " + std::string(resource->text_of("fhirVersion"))});
            return;
        }
        s.structures[url] = resource;
        s.order.push_back(url);
    } else if (type == "ValueSet") {
        s.value_sets[url] = resource;
    } else if (type == "CodeSystem") {
        s.code_systems[url] = resource;
    }
}

}  // namespace

void read_package(const std::string& path, Sources& sources) {
    read_package(archive::Place::open(path), path, sources);
}

void read_package(const std::shared_ptr<archive::Place>& place, const std::string& path, Sources& sources) {
    sources.places.push_back(place);
    sources.last_package = sources.order.size();
    std::string name = std::filesystem::path(path).filename().string(), version;
    const std::size_t before =
        sources.structures.size() + sources.value_sets.size() + sources.code_systems.size();
    json::Parser parser;
    for (std::size_t i = 0; i < place->members().size(); ++i) {
        const archive::Member& m = place->members()[i];
        if (!m.name.ends_with(".json") || m.name.find("/.") != std::string::npos || m.name.starts_with('.'))
            continue;
        sources.arenas.emplace_back();
        json::Error error;
        json::Value* v = parser.parse(place->bytes(i), sources.arenas.back(), error);
        if (v == nullptr)
            throw InputError(m.origin + ": not JSON: " + error.message,
                             "a FHIR package holds JSON files; take it again from where it is published");
        if (m.name == "package.json" || m.name == "package/package.json") {
            name = v->text_of("name");
            version = v->text_of("version");
            continue;
        }
        take(v, sources);
    }
    if (before == sources.structures.size() + sources.value_sets.size() + sources.code_systems.size())
        throw InputError(path + ": no StructureDefinition, ValueSet or CodeSystem in it",
                         "give a FHIR package (.tgz) or a folder of its JSON files");
    sources.packages.emplace_back(name, version);
}

}  // namespace gpswitch::profile
