#pragma once
// For the tests of the EMIS Target: records written as an extract, and read back.
#include <algorithm>
#include <filesystem>
#include <fstream>

#include "core/system/all.hpp"
#include "core/system/emis/quirks_test.hpp"

namespace gpswitch::emis_test {

inline std::shared_ptr<mapping::MappingSet> loaded() {
    return mapping::MappingSet::load(kRoot + "/mappings/emis/1.0.0");
}

inline std::unique_ptr<record::Source> open(const char* system, const std::string& place,
                                            mapping::MappingSet* set) {
    record::SourceOptions o;
    o.place = place;
    o.files = archive::Place::open(place);
    o.mapping = set;
    return systems::find(system)->open(o);
}

struct Move {
    std::unique_ptr<ledger::Ledger> ledger;
    IssueList issues;
    std::size_t count(const std::string& code) const {
        return static_cast<std::size_t>(std::ranges::count(issues.issues, code, &Issue::code));
    }
};

/// From a source into a new extract.
inline Move write(record::Source& source, const mapping::MappingSet* mapping, const std::string& place,
                  unsigned jobs = 1) {
    Move m;
    const auto target = systems::find("emis")->create({place, false, loaded()});
    record::Origin origin;
    origin.census = &source.census();
    pipeline::Options options;
    options.jobs = jobs;
    options.mapping = mapping;
    options.issues = &m.issues;
    m.ledger = pipeline::run(source, *target, origin, options);
    return m;
}

inline std::map<std::string, std::string> files(const std::string& folder) {
    std::map<std::string, std::string> out;
    for (const auto& f : std::filesystem::directory_iterator(folder)) {
        std::ostringstream bytes;
        bytes << std::ifstream(f.path(), std::ios::binary).rdbuf();
        out[f.path().filename().string()] = bytes.str();
    }
    return out;
}

/// A package of a few resources, one patient "p", written and read back.
struct Written {
    io::TestFolder folder;
    Move move;
    contract::Everything back;
    explicit Written(const std::map<std::string, std::string>& resources) {
        std::map<std::string, std::string> all = {
            {"Patient", R"({"resourceType":"Patient","id":"p","birthDate":"1980-01-02"})"}};
        for (const auto& [type, lines] : resources) all[type] = lines;
        for (const auto& [type, lines] : all) folder.put("package/" + type + ".ndjson", lines + "\n");
        const auto package = open("fhir", folder / "package", nullptr);
        move = write(*package, nullptr, folder / "extract");
        const auto set = loaded();
        const auto extract = open("emis", folder / "extract", set.get());
        back = contract::everything(*extract, set.get());
    }
    std::vector<nlohmann::json> of(const std::string& type) const {
        std::vector<nlohmann::json> out;
        for (const auto& [id, json] : back.entities)
            if (id.starts_with(type + "/")) out.push_back(nlohmann::json::parse(json));
        return out;
    }
};

inline constexpr const char* kSubject = R"("subject":{"reference":"Patient/p"})";
inline constexpr const char* kPatient = R"("patient":{"reference":"Patient/p"})";

}  // namespace gpswitch::emis_test
