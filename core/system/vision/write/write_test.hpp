#pragma once
// For the tests of the Vision Target: records written as a delivery, and read back.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "core/archive/archive.hpp"
#include "core/io/test_folder.hpp"
#include "core/mapping/mapping.hpp"
#include "core/system/all.hpp"
#include "core/system/contract_test.hpp"

namespace gpswitch::vision_write_test {

inline const std::string kRoot = GPSWITCH_SOURCE_DIR;

inline std::shared_ptr<mapping::MappingSet> loaded(const std::string& id = "vision") {
    return mapping::MappingSet::load(kRoot + "/mappings/" + id + "/1.0.0");
}

inline std::unique_ptr<record::Source> open(const char* system, const std::string& place,
                                            mapping::MappingSet* set) {
    record::SourceOptions o;
    o.place = place;
    if (std::string_view(system) != "synthetic") o.files = archive::Place::open(place);
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

/// From a source into a new delivery.
inline Move write(record::Source& source, const mapping::MappingSet* mapping, const std::string& place,
                  unsigned jobs = 1) {
    Move m;
    const auto target = systems::find("vision")->create({place, false, loaded()});
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

/// Cells of the rows of a table.
inline std::vector<std::vector<std::string>> rows(const std::string& folder, const std::string& table) {
    std::vector<std::vector<std::string>> out;
    for (const auto& [name, bytes] : files(folder)) {
        if (name.find("_" + table + "_data_extract-") == std::string::npos) continue;
        std::vector<std::string> cells(1);
        bool quoted = false;
        for (const char c : bytes) {
            if (c == '"') {
                quoted = !quoted;
            } else if (c == ',' && !quoted) {
                cells.emplace_back();
            } else if (c == '\n' && !quoted) {
                out.push_back(std::move(cells));
                cells.assign(1, {});
            } else if (c != '\r') {
                cells.back() += c;
            }
        }
    }
    return out;
}

using Resources = std::map<std::string, std::string>;

/// A package of a few resources, one patient "p", written and read back.
struct Written {
    io::TestFolder folder;
    Move move;
    contract::Everything back;
    explicit Written(const Resources& resources) {
        Resources all = {
            {"Patient", R"({"resourceType":"Patient","id":"p","birthDate":"1980-01-02"})"},
            {"Encounter",
             R"({"resourceType":"Encounter","id":"e","status":"finished","class":{"code":"AMB"},"subject":{"reference":"Patient/p"},"period":{"start":"2020-05-01"}})"}};
        for (const auto& [type, lines] : resources) all[type] = lines;
        for (const auto& [type, lines] : all) folder.put("package/" + type + ".ndjson", lines + "\n");
        const auto package = open("fhir", folder / "package", nullptr);
        move = write(*package, nullptr, folder / "extract");
        const auto set = loaded();
        const auto extract = open("vision", folder / "extract", set.get());
        back = contract::everything(*extract, set.get());
    }
    std::vector<nlohmann::json> of(const std::string& type) const {
        std::vector<nlohmann::json> out;
        for (const auto& [id, json] : back.entities)
            if (id.starts_with(type + "/")) out.push_back(nlohmann::json::parse(json));
        return out;
    }
    std::vector<std::vector<std::string>> cells(const std::string& table) const {
        return rows(folder / "extract", table);
    }
    /// A finding of the write about that element ("Patient.telecom").
    bool said(const std::string& path) const {
        return std::ranges::any_of(move.issues.issues,
                                   [&](const Issue& i) { return i.code == "WRITE-001" && i.path == path; });
    }
};

inline constexpr const char* kSubject = R"("subject":{"reference":"Patient/p"})";
inline constexpr const char* kPatient = R"("patient":{"reference":"Patient/p"})";

/// Columns of the journal, in the live layout.
enum Journal : std::size_t {
    PID,
    ID,
    DATE,
    RECORDED_DATE,
    CODE,
    SNOMED_CODE,
    BNF_CODE,
    HCP,
    HCP_TYPE,
    GMS,
    EPISODE,
    TEXT,
    RUBRIC,
    DRUG_FORM,
    DRUG_STRENGTH,
    DRUG_PACKSIZE,
    DMD_CODE,
    IMMS_STATUS,
    IMMS_COMPOUND,
    IMMS_SOURCE,
    IMMS_BATCH,
    IMMS_REASON,
    IMMS_METHOD,
    IMMS_SITE,
    ENTITY,
    VALUE1_NAME,
    VALUE1,
    VALUE1_UNITS,
    VALUE2_NAME,
    VALUE2,
    VALUE2_UNITS,
    END_DATE,
    TIME,
    CONTEXT,
    CERTAINTY,
    SEVERITY,
    LINKS,
    LINKS_EXT,
    SERVICE_ID,
    ACTION,
    SUBSET,
    DOCUMENT_ID,
    COLUMNS
};

}  // namespace gpswitch::vision_write_test
