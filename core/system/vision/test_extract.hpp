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
#include "core/system/vision/layout.hpp"
#include "core/system/vision/vision.hpp"

namespace gpswitch::vision_test {

using Json = nlohmann::json;
using Cells = std::map<std::string, std::string>;
using vision::Tab;

inline const std::string kRoot = GPSWITCH_SOURCE_DIR;
inline const std::string kService = "9001", kOds = "Z99998", kMoment = "2026-03-01-000500";

inline mapping::MappingSet& tables() {
    static const auto set = mapping::MappingSet::load(kRoot + "/mappings/vision/1.0.0");
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
    /// Those made from the row with that id.
    std::vector<Json> made(const std::string& type, const std::string& table, const std::string& key) const {
        std::vector<Json> out;
        for (const Json& e : of(type))
            for (const Json& id : e.value("identifier", Json::array()))
                if (id.value("system", "") == "https://gpswitch.org/Id/vision/" + table &&
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
    Json entry(const std::string& type, const std::string& key = "1") const {
        return one(type, "journal", key);
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

/// An extract of one practice: one delivery, or several. Every delivery has all six files, unless without().
class Extract {
  public:
    Extract& add(Tab tab, Cells cells) {
        const vision::Shape& s = vision::shape(tab);
        if (s.service >= 0 && tab != Tab::practice) cells.try_emplace("SERVICE_ID", kService);
        if (s.action >= 0) cells.try_emplace("ACTION", "I");
        now_[tab].push_back(std::move(cells));
        return *this;
    }
    Extract& patient(const std::string& pid = "5001", Cells more = {}) {
        more.try_emplace("PID", pid);
        more.try_emplace("SURNAME", "Drama");
        more.try_emplace("SEX", "F");
        more.try_emplace("DATE_OF_BIRTH", "19600201");
        more.try_emplace("ACTIVE", "R");
        more.try_emplace("REGISTERED_DATE", "20150401");
        return add(Tab::patient, more);
    }
    /// A row of the journal of patient 5001; id 1 unless told.
    Extract& entry(Cells cells) {
        cells.try_emplace("PID", "5001");
        cells.try_emplace("ID", "1");
        cells.try_emplace("DATE", "20260203");
        cells.try_emplace("SUBSET", "C");
        cells.try_emplace("CONTEXT", "A");
        return add(Tab::journal, cells);
    }
    Extract& staff(const std::string& id, Cells more = {}) {
        more.try_emplace("ID", id);
        more.try_emplace("SURNAME", "Stage");
        more.try_emplace("HCP_TYPE", "A");
        return add(Tab::staff, more);
    }
    Extract& without(Tab tab) {
        left_out_.push_back(tab);
        return *this;
    }
    Extract& test_pack() {
        test_pack_ = true;
        return *this;
    }
    /// The bytes of a file instead of its rows.
    Extract& verbatim(Tab tab, std::string bytes) {
        verbatim_[tab] = std::move(bytes);
        return *this;
    }
    static std::string name(Tab tab, const std::string& moment, const std::string& extract = "INCREMENTAL") {
        return extract + "_" + kOds + "_" + std::string(vision::shape(tab).file_type) + "-" + moment + ".csv";
    }
    std::string line(Tab tab, const Cells& cells) const {
        const vision::Shape& s = vision::shape(tab);
        const auto columns = test_pack_ ? s.test : s.columns.subspan(0, s.live);
        std::string out;
        for (const std::string_view& c : columns) {
            if (&c != &columns.front()) out += ',';
            const auto it = cells.find(std::string(c));
            csv::append_field(out, it == cells.end() ? "" : it->second, {}, true);
        }
        return out + "\r\n";
    }
    /// Ends a delivery: "2026-03-01-000500", then a day later each.
    Extract& deliver(const std::string& moment = {}, const std::string& extract = "INCREMENTAL") {
        const std::string when = moment.empty() ? "2026-03-0" + std::to_string(++count_) + "-000500" : moment;
        if (count_ <= 1 && !now_.contains(Tab::practice))
            now_[Tab::practice].push_back({{"ID", kService}, {"IDENTIFIER", kOds}, {"NAME", "Drama Street"}});
        for (std::size_t t = 0; t < vision::kTabs; ++t) {
            const Tab tab = static_cast<Tab>(t);
            if (std::ranges::find(left_out_, tab) != left_out_.end()) continue;
            if (test_pack_ && vision::shape(tab).test.empty()) continue;
            std::string text;
            for (const Cells& cells : now_[tab]) text += line(tab, cells);
            if (const auto it = verbatim_.find(tab); it != verbatim_.end()) text = it->second;
            folder.put(name(tab, when, extract), text);
        }
        now_.clear();
        verbatim_.clear();
        left_out_.clear();
        return *this;
    }
    std::unique_ptr<record::Source> open(const std::string& practice = {}, const std::string& as_of = {},
                                         bool incomplete = false) {
        if (!now_.empty() || !verbatim_.empty()) deliver();
        record::SourceOptions o;
        o.place = folder.path;
        o.files = archive::Place::open(folder.path);
        o.mapping = &tables();
        o.practice = practice;
        o.as_of = as_of;
        o.incomplete = incomplete;
        return vision::system().open(o);
    }
    Run run(const std::string& practice = {}, const std::string& as_of = {}) {
        const auto source = open(practice, as_of);
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
    std::map<Tab, std::vector<Cells>> now_;
    std::map<Tab, std::string> verbatim_;
    std::vector<Tab> left_out_;
    bool test_pack_ = false;
    int count_ = 0;
};

inline std::string code_of(const Json& concept_, const std::string& system) {
    for (const Json& c : concept_.value("coding", Json::array()))
        if (c.value("system", "") == system) return c.value("code", "");
    return {};
}
inline const std::string kReadV2 = "http://read.info/readv2", kSnomedCt = "http://snomed.info/sct";

}  // namespace gpswitch::vision_test
