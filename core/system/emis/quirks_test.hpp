#pragma once
// For the tests of this brick: small extracts made row by row, run, and looked at as FHIR JSON.
#include <doctest/doctest.h>

#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

#include "core/io/test_folder.hpp"
#include "core/system/contract_test.hpp"
#include "core/system/emis/emis.hpp"
#include "core/system/emis/layout.hpp"
#include "core/system/emis/versions.hpp"
#include "core/util/hash.hpp"
#include "core/util/text.hpp"

namespace gpswitch::emis_test {

using Json = nlohmann::json;
using Cells = std::map<std::string, std::string>;

inline const std::string kRoot = GPSWITCH_SOURCE_DIR;
inline const std::string kSnomed = "http://snomed.info/sct";
inline const std::string kRead = "http://read.info/readv2";
inline const std::string kOds = "https://fhir.nhs.uk/Id/ods-organization-code";

/// The GUID of that name, as references and identifiers have it; guid() is as EMIS writes it.
inline std::string bare(const std::string& name) {
    const UuidText u = uuid_v5({"emis-test", name});
    return upper(std::string_view(u.data(), u.size()));
}
inline std::string guid(const std::string& name) { return "{" + bare(name) + "}"; }

inline mapping::MappingSet& tables() {
    static const auto set = mapping::MappingSet::load(kRoot + "/mappings/emis/1.0.0");
    return *set;
}

/// What came out of an extract.
struct Run {
    std::vector<Json> entities;
    std::map<std::string, std::string> raw;  ///< "Type/id" to JSON
    std::vector<Issue> issues;
    std::string fates;
    std::unique_ptr<ledger::Ledger> ledger;
    record::Census census;

    std::vector<Json> of(const std::string& type) const {
        std::vector<Json> out;
        for (const Json& e : entities)
            if (e["resourceType"] == type) out.push_back(e);
        return out;
    }
    /// Those of a type made from the row with that key (the name given to guid()).
    std::vector<Json> made(const std::string& type, const std::string& name) const {
        std::vector<Json> out;
        for (const Json& e : of(type))
            for (const Json& id : e.value("identifier", Json::array()))
                if (id.value("value", "") == bare(name)) {
                    out.push_back(e);
                    break;
                }
        return out;
    }
    Json one(const std::string& type, const std::string& name) const {
        const auto all = made(type, name);
        REQUIRE_MESSAGE(all.size() == 1, type << " of " << name << ": " << all.size());
        return all[0];
    }
    bool none(const std::string& type, const std::string& name) const { return made(type, name).empty(); }
    std::size_t found(const std::string& code) const {
        return static_cast<std::size_t>(
            std::count_if(issues.begin(), issues.end(), [&](const Issue& i) { return i.code == code; }));
    }
    /// All lines of fates.ndjson about a row, as "fate:rule" in the order they were settled.
    std::vector<std::string> all_fates(const std::string& table, const std::string& name) const {
        std::vector<std::string> out;
        std::istringstream lines(fates);
        for (std::string line; std::getline(lines, line);) {
            const Json f = Json::parse(line);
            if (f["table"] == table && f.value("key", "") == bare(name))
                out.push_back(f["fate"].get<std::string>() + (f.contains("rule") ? ":" : "") +
                              f.value("rule", ""));
        }
        std::sort(out.begin(), out.end());
        return out;
    }
    /// The line of fates.ndjson about a row.
    std::string fate(const std::string& name) const {
        const std::size_t at = fates.find(bare(name));
        if (at == std::string::npos) return {};
        const std::size_t line = fates.rfind('\n', at) + 1;
        return fates.substr(line, fates.find('\n', at) - line);
    }
};

inline Run run(const std::string& folder, record::SourceOptions o = {}) {
    o.place = folder;
    o.files = archive::Place::open(folder);
    o.mapping = &tables();
    const auto source = emis::system().open(o);
    contract::Everything e;
    contract::Keep target(e);
    record::Origin origin;
    origin.census = &source->census();
    IssueList issues;
    pipeline::Options options;
    options.mapping = &tables();
    options.issues = &issues;
    Run out;
    out.ledger = pipeline::run(*source, target, origin, options);
    out.issues = issues.issues;
    for (const Issue& i : source->issues())
        if (std::none_of(out.issues.begin(), out.issues.end(),
                         [&](const Issue& other) { return other.json() == i.json(); }))
            out.issues.push_back(i);
    out.fates = e.fates;
    out.census = source->census();
    out.raw = e.entities;
    for (const auto& [id, json] : e.entities) out.entities.push_back(Json::parse(json));
    CHECK(out.ledger->balanced());
    contract::references(e);
    return out;
}

inline const Run& sample() {
    static const Run r = run(kRoot + "/testdata/emis");
    return r;
}

/// One practice, one doctor, one patient ("p"), and the rows a test adds.
class Small {
  public:
    Small() {
        namespace fs = std::filesystem;
        for (const auto& file : fs::directory_iterator(kRoot + "/testdata/emis")) {
            const auto name = emis::parse_name(file.path().string());
            if (!name) continue;
            std::ifstream in(file.path(), std::ios::binary);
            std::string line;
            std::getline(in, line);
            auto& columns = headers[std::string(emis::shape(name->tab).name)];
            for (std::size_t at = 0; (at = line.find('"', at)) != std::string::npos;) {
                const std::size_t end = line.find('"', at + 1);
                columns.push_back(line.substr(at + 1, end - at - 1));
                at = end + 1;
            }
        }
        REQUIRE(headers.size() == 21);
        add("Agreements_SharingOrganisation",
            {{"OrganisationGuid", guid("practice")}, {"IsActivated", "true"}});
        add("Admin_Organisation", {{"OrganisationGuid", guid("practice")},
                                   {"OrganisationName", "Test Surgery"},
                                   {"ODSCode", "Z99999"}});
        add("Admin_UserInRole", {{"UserInRoleGuid", guid("doctor")}, {"Surname", "Doctor"}});
        patient("p");
    }
    Cells& add(const std::string& table, Cells cells) {
        if (cells.count("OrganisationGuid") == 0) cells["OrganisationGuid"] = guid("practice");
        return rows[table].emplace_back(std::move(cells));
    }
    Cells& patient(const std::string& name, Cells more = {}) {
        more.insert({{"PatientGuid", guid(name)},
                     {"PatientTypeDescription", "Regular"},
                     {"Surname", "Test"},
                     {"Sex", "F"},
                     {"DateOfBirth", "1960-01-02"},
                     {"DateOfRegistration", "2000-01-01"}});
        return add("Admin_Patient", more);
    }
    /// A code of that name; the first with its name is what rows use.
    void code(const std::string& name, const std::string& category, const std::string& term,
              const std::string& read = "", const std::string& snomed = "", const std::string& parent = "") {
        add("Coding_ClinicalCode", {{"CodeId", id_of(name)},
                                    {"Term", term},
                                    {"ReadTermId", read},
                                    {"SnomedCTConceptId", snomed},
                                    {"EmisCodeCategoryDescription", category},
                                    {"ParentCodeId", parent.empty() ? "" : id_of(parent)}});
    }
    void drug_code(const std::string& name, const std::string& term, const std::string& dmd) {
        add("Coding_DrugCode", {{"CodeId", id_of(name)}, {"Term", term}, {"DmdProductCodeId", dmd}});
    }
    std::string id_of(const std::string& name) {
        return std::to_string(700001 + ids.emplace(name, ids.size()).first->second);
    }
    /// A row of a patient table with its own key; `key` is the key's column.
    Cells& row(const std::string& table, const std::string& key, const std::string& name, Cells more) {
        more.insert({{key, guid(name)},
                     {"PatientGuid", guid("p")},
                     {"EffectiveDate", "2020-02-03"},
                     {"EffectiveDatePrecision", "YMD"},
                     {"EnteredDate", "2020-02-04"},
                     {"EnteredTime", "10:11:12"},
                     {"Deleted", "false"}});
        return add(table, more);
    }
    Cells& obs(const std::string& name, const std::string& of_code, Cells more = {}) {
        if (!of_code.empty()) more.insert({"CodeId", id_of(of_code)});
        return row("CareRecord_Observation", "ObservationGuid", name, more);
    }
    Cells& problem(const std::string& name, Cells more = {}) {
        return row("CareRecord_Problem", "ObservationGuid", name, more);
    }
    Cells& referral(const std::string& name, Cells more = {}) {
        return row("CareRecord_ObservationReferral", "ObservationGuid", name, more);
    }
    Cells& drug(const std::string& name, Cells more = {}) {
        more.insert({{"CodeId", id_of("drug")}, {"IsActive", "true"}, {"PrescriptionType", "Repeat"}});
        return row("Prescribing_DrugRecord", "DrugRecordGuid", name, more);
    }
    Cells& issue(const std::string& name, const std::string& of_drug, Cells more = {}) {
        more.insert({"CodeId", id_of("drug")});
        if (!of_drug.empty()) more.insert({"DrugRecordGuid", guid(of_drug)});
        return row("Prescribing_IssueRecord", "IssueRecordGuid", name, more);
    }
    Cells& slot(const std::string& name, Cells more = {}) {
        more.insert({{"SlotGuid", guid(name)},
                     {"AppointmentDate", "2025-01-20"},
                     {"AppointmentStartTime", "12:00:00"},
                     {"PlannedDurationInMinutes", "10"},
                     {"SessionGuid", guid("session")}});
        return add("Appointment_Slot", more);
    }
    void session(Cells more = {}) {
        more.insert({{"AppointmentSessionGuid", guid("session")},
                     {"StartDate", "2025-01-20"},
                     {"StartTime", "09:00:00"},
                     {"EndDate", "2025-01-20"},
                     {"EndTime", "12:30:00"}});
        add("Appointment_Session", more);
    }
    void history(const std::string& day, const std::string& words, const std::string& time = "00:00:00") {
        add("Admin_PatientHistory", {{"PatientGuid", guid("p")},
                                     {"HistoryDate", day},
                                     {"HistoryTime", time},
                                     {"StatusDescription", words}});
    }
    /// Headers of another version: columns and tables it lacks go, and 5.0 and 5.1 are misspelled.
    void as_version(const std::string& version) {
        for (auto it = headers.begin(); it != headers.end();) {
            const auto tab = *emis::tab_named(it->first);
            if (!emis::has_table(tables(), tab, version)) {
                it = headers.erase(it);
                continue;
            }
            std::erase_if(it->second, [&](const std::string& name) {
                for (const auto& c : tables().table_columns(it->first))
                    if (c.column == name) return !emis::has_column(c, version);
                return false;
            });
            ++it;
        }
        misspelled = version == "5.0" || version == "5.1";
    }
    static std::string misspelling(const std::string& column) {
        static const std::map<std::string, std::string> older = {
            {"ExternalUsualGP", "ExternalUsusalGP"},
            {"ExternalUsualGPOrganisation", "ExternalUsusalGPOrganisation"},
            {"ClinicianUserInRoleGuid", "ClinicanUserInRoleGuid"},
            {"PersonGuid", "PersonGUID"}};
        const auto it = older.find(column);
        return it == older.end() ? column : it->second;
    }
    std::string file_name(const std::string& table) const {
        return sub + prefix + table + "_" + stamp + "_" + bare(agreement) + ".csv";
    }
    void write() const { write(folder); }
    void write(const io::TestFolder& into) const {
        for (const auto& [table, columns] : headers) {
            std::string text;
            const auto cell = [&](const std::string& value, bool first) {
                text += first ? "\"" : ",\"";
                for (const char c : value) text += c == '"' ? std::string("\"\"") : std::string(1, c);
                text += '"';
            };
            for (std::size_t i = 0; i < columns.size(); ++i)
                cell(misspelled ? misspelling(columns[i]) : columns[i], i == 0);
            text += "\r\n";
            const auto it = rows.find(table);
            for (const Cells& r : it == rows.end() ? std::vector<Cells>{} : it->second) {
                for (std::size_t i = 0; i < columns.size(); ++i) {
                    const auto c = r.find(columns[i]);
                    cell(c == r.end() ? "" : c->second, i == 0);
                }
                text += "\r\n";
            }
            into.put(file_name(table), text);
        }
    }
    Run run() const {
        write();
        return emis_test::run(folder.path);
    }

    std::map<std::string, std::vector<std::string>> headers;
    std::map<std::string, std::vector<Cells>> rows;
    std::map<std::string, std::size_t> ids;
    std::string prefix = "bulk_7_", stamp = "20260301000000", agreement = "agreement";
    bool misspelled = false;
    std::string sub;  ///< folder inside the place, with its slash
    io::TestFolder folder;
};

// ---- looking into FHIR JSON

/// The code of that system in a CodeableConcept; empty when there is none.
inline std::string coded(const Json& words, const std::string& system) {
    for (const Json& c : words.value("coding", Json::array()))
        if (c.value("system", "") == system) return c.value("code", "");
    return {};
}
/// The first coding's code.
inline std::string first_code(const Json& words) {
    const Json c = words.value("coding", Json::array());
    return c.empty() ? std::string{} : c[0].value("code", "");
}
/// The extension whose URL ends so; null when there is none.
inline Json extension(const Json& e, const std::string& ending) {
    for (const Json& x : e.value("extension", Json::array()))
        if (x["url"].get<std::string>().ends_with(ending)) return x;
    return {};
}
/// What rest holds under a path, in order.
inline std::vector<std::string> rest(const Json& e, const std::string& path) {
    std::vector<std::string> out;
    for (const Json& x : e.value("extension", Json::array())) {
        const std::string text = x.value("valueString", "");
        if (x["url"].get<std::string>().ends_with("/rest") && text.starts_with(path + "="))
            out.push_back(text.substr(path.size() + 1));
    }
    return out;
}
inline bool inferred(const Json& e, const std::string& path) {
    for (const Json& x : e.value("extension", Json::array()))
        if (x["url"].get<std::string>().ends_with("/inferred") &&
            x["valueString"].get<std::string>().find(path) != std::string::npos)
            return true;
    return false;
}
inline bool labelled(const Json& e, const std::string& code) {
    const Json meta = e.value("meta", Json::object());
    for (const Json& c : meta.value("security", Json::array()))
        if (c.value("code", "") == code) return true;
    return false;
}
inline bool staff_restricted(const Json& e) { return labelled(e, "staff-restricted") && labelled(e, "R"); }
inline std::string reference(const Json& e) { return e.value("reference", ""); }
inline std::string link(const Json& e) {
    return e["resourceType"].get<std::string>() + "/" + e["id"].get<std::string>();
}

// Categories of codes, in the words of the extract.
inline const char* const kAllergy = "Allergy and adverse drug reactions";
inline const char* const kCondition = "Conditions, operations and procedures";
inline const char* const kFinding = "Symptoms and Findings";
inline const char* const kValue = "Biological values";
inline const char* const kFamily = "Family history";
inline const char* const kImms = "Immunisations";
inline const char* const kBlood = "Haematology";
inline const char* const kReferral = "Referral";

}  // namespace gpswitch::emis_test
