#pragma once
// For the tests of this brick: small extracts made row by row, run, and looked at as FHIR JSON.
#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

#include "core/csv/csv.hpp"
#include "core/io/test_folder.hpp"
#include "core/system/contract_test.hpp"
#include "core/system/tpp/tpp.hpp"

namespace gpswitch::tpp_test {

using Json = nlohmann::json;
using Cells = std::map<std::string, std::string>;

inline const std::string kRoot = GPSWITCH_SOURCE_DIR;
inline const std::string kHere = "Y12345";

inline mapping::MappingSet& tables() {
    static const auto set = mapping::MappingSet::load(kRoot + "/mappings/tpp/1.0.0");
    return *set;
}

/// What came out of an extract.
struct Run {
    std::vector<Json> entities;
    std::vector<Issue> issues;
    std::string fates;
    std::unique_ptr<ledger::Ledger> ledger;
    record::Census census;

    std::vector<Json> of(const std::string& type) const {
        std::vector<Json> out;
        std::copy_if(entities.begin(), entities.end(), std::back_inserter(out),
                     [&](const Json& e) { return e["resourceType"] == type; });
        return out;
    }
    /// Those made from the row with that key.
    std::vector<Json> made(const std::string& type, const std::string& table, const std::string& key) const {
        std::vector<Json> out;
        for (const Json& e : of(type))
            for (const Json& id : e.value("identifier", Json::array()))
                if (id.value("system", "") == "https://gpswitch.org/Id/tpp/" + table &&
                    id.value("value", "") == key) {
                    out.push_back(e);
                    break;
                }
        return out;
    }
    Json one(const std::string& type, const std::string& table, const std::string& key) const {
        const auto all = made(type, table, key);
        REQUIRE_MESSAGE(all.size() == 1, type << " of " << table << "/" << key << ": " << all.size());
        return all[0];
    }
    /// "fate:rule" of a table's row with that key, in the order of the account.
    std::vector<std::string> fate(const std::string& table, const std::string& key) const {
        std::vector<std::string> out;
        std::istringstream lines(fates);
        for (std::string line; std::getline(lines, line);) {
            const Json j = Json::parse(line);
            if (j.value("table", "") != table || j.value("key", "") != key) continue;
            out.push_back(j.value("fate", "") +
                          (j.contains("rule") ? ":" + j["rule"].get<std::string>() : ""));
        }
        return out;
    }
    std::size_t found(const std::string& code) const {
        return static_cast<std::size_t>(
            std::count_if(issues.begin(), issues.end(), [&](const Issue& i) { return i.code == code; }));
    }
    /// The value kept beside an entity under that path; empty when there is none.
    static std::string rest(const Json& e, const std::string& path) {
        for (const Json& x : e.value("extension", Json::array())) {
            const std::string v = x.value("valueString", "");
            if (x.value("url", "").ends_with("/rest") && v.starts_with(path + "="))
                return v.substr(path.size() + 1);
        }
        return {};
    }
};

/// An extract of one practice, or several deliveries of it. Tables that every extract needs are there, empty
/// or not.
class Extract {
  public:
    Extract() {
        for (const char* table :
             {"SRPatient", "SRPatientRegistration", "SRCode", "SRProblem", "SRDrugSensitivity",
              "SRRepeatTemplate", "SRPrimaryCareMedication", "SRImmunisation", "SREvent", "SRCtv3Hierarchy"})
            needed_.emplace_back(table);
    }
    /// A row; `table` has the columns that any of its rows has, and RowIdentifier and
    /// IDOrganisationVisibleTo.
    Extract& add(const std::string& table, Cells cells) {
        cells.try_emplace("IDOrganisationVisibleTo", kHere);
        now_[table].push_back(std::move(cells));
        return *this;
    }
    Extract& patient(const std::string& id, Cells more = {}) {
        more.try_emplace("RowIdentifier", id);
        more.try_emplace("Surname", "Drama");
        more.try_emplace("Gender", "F");
        more.try_emplace("DateBirth", "01 Feb 1960 00:00");
        return add("SRPatient", more);
    }
    Extract& words(const std::string& id, const std::string& text) {
        return add("SRMapping", {{"RowIdentifier", id}, {"IdMappingGroup", "1"}, {"Mapping", text}});
    }
    Extract& below(const std::string& parent, const std::string& child) {
        return add("SRCtv3Hierarchy",
                   {{"Ctv3CodeParent", parent}, {"Ctv3CodeChild", child}, {"ChildLevel", "1"}});
    }
    /// Ends a delivery; the first is full, those after it hold changes.
    Extract& deliver(const std::string& to = {}) {
        const std::string moment = to.empty() ? "2026030" + std::to_string(++count_) + "_0200" : to;
        const bool first = last_.empty();
        std::string manifest = "FileName,IsDelta,IsReference,DateExtractFrom,DateExtractTo\r\n";
        if (first)
            for (const std::string& t : needed_) now_[t];
        for (const auto& [table, rows] : now_) {
            std::vector<std::string> columns = {"RowIdentifier", "IDOrganisationVisibleTo"};
            if (table == "SRCtv3Hierarchy")
                columns.insert(columns.end(), {"Ctv3CodeParent", "Ctv3CodeChild"});
            else if (table != "SRPatient" && std::ranges::find(needed_, table) != needed_.end())
                columns.emplace_back("IDPatient");
            for (const Cells& row : rows)
                for (const auto& [column, value] : row)
                    if (std::ranges::find(columns, column) == columns.end()) columns.push_back(column);
            std::string text;
            for (const std::string& c : columns)
                csv::append_field(text += text.empty() ? "" : ",", c, {}, true);
            text += "\r\n";
            for (const Cells& row : rows) {
                std::string line;
                for (const std::string& c : columns) {
                    if (&c != &columns.front()) line += ',';
                    const auto it = row.find(c);
                    csv::append_field(line, it == row.end() ? "" : it->second, {}, true);
                }
                text += line + "\r\n";
            }
            folder.put(moment + "/" + table + ".csv", text);
            if (table == "SRMapping") continue;
            manifest += table + (first ? ",N,N,," : ",Y,N," + last_ + ",") + moment + "\r\n";
        }
        folder.put(moment + "/SRManifest.csv", manifest);
        now_.clear();
        last_ = moment;
        return *this;
    }
    std::unique_ptr<record::Source> open(const std::string& practice = {}) {
        if (!now_.empty()) deliver();
        record::SourceOptions o;
        o.place = folder.path;
        o.files = archive::Place::open(folder.path);
        o.mapping = &tables();
        o.practice = practice;
        return tpp::system().open(o);
    }
    Run run(const std::string& practice = {}) {
        const auto source = open(practice);
        Run out;
        contract::Everything e;
        contract::Keep target(e);
        record::Origin origin;
        origin.census = &source->census();
        IssueList list;
        pipeline::Options options;
        options.jobs = 1;
        options.mapping = &tables();
        options.issues = &list;
        out.ledger = pipeline::run(*source, target, origin, options);
        out.issues = list.issues;
        for (const Issue& i : source->issues())
            if (std::none_of(out.issues.begin(), out.issues.end(),
                             [&](const Issue& o) { return o.json() == i.json(); }))
                out.issues.push_back(i);
        out.census = source->census();
        out.fates = e.fates;
        CHECK(out.ledger->balanced());
        contract::references(e);
        for (const auto& [id, json] : e.entities) out.entities.push_back(Json::parse(json));
        return out;
    }
    std::string refusal(const std::string& practice = {}) {
        try {
            static_cast<void>(open(practice));
        } catch (const InputError& e) { return e.what(); }
        return {};
    }
    io::TestFolder folder;

  private:
    std::vector<std::string> needed_;
    std::map<std::string, std::vector<Cells>> now_;
    std::string last_;
    int count_ = 0;
};

inline std::string code_of(const Json& concept_, const std::string& system) {
    for (const Json& c : concept_.value("coding", Json::array()))
        if (c.value("system", "") == system) return c.value("code", "");
    return {};
}

}  // namespace gpswitch::tpp_test
