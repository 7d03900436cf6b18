#include "core/pipeline/export_manifest.hpp"

#include <nlohmann/json.hpp>

#include "core/util/error.hpp"
#include "core/util/version.hpp"

namespace gpswitch::pipeline {

using nlohmann::ordered_json;
using record::Fate;

namespace {

/// The fates a row of an export can have; "written" stands where a map has "migrated".
constexpr std::pair<Fate, std::string_view> kFates[] = {
    {Fate::migrated, "written"}, {Fate::superseded, "superseded"},
    {Fate::deleted, "deleted"},  {Fate::excluded, "excluded"},
    {Fate::held, "held"},
};

std::uint64_t settled(const ExportTable& t, Fate fate) {
    std::uint64_t n = fate == Fate::migrated ? t.written : 0;
    for (const auto& [key, rows] : t.settled)
        if (key.first == fate) n += rows;
    return n;
}

Fate fate_named(const std::string& name) {
    for (const auto& [fate, word] : kFates)
        if (word == name) return fate;
    throw std::runtime_error("no such fate");
}

ordered_json table_json(const ExportTable& t) {
    ordered_json fates, rules = ordered_json::array();
    for (const auto& [fate, name] : kFates) fates[std::string(name)] = settled(t, fate);
    for (const auto& [key, n] : t.settled)
        rules.push_back({{"fate", record::to_text(key.first)}, {"rule", key.second}, {"count", n}});
    ordered_json out = {{"table", t.name}, {"read", t.read}, {"fates", fates}};
    if (!rules.empty()) out["rules"] = rules;
    return out;
}

ExportTable table_of(const nlohmann::json& j) {
    ExportTable t;
    t.name = j.at("table").get<std::string>();
    t.read = j.at("read").get<std::uint64_t>();
    t.written = j.at("fates").at("written").get<std::uint64_t>();
    if (const auto rules = j.find("rules"); rules != j.end())
        for (const auto& r : *rules)
            t.settled[{fate_named(r.at("fate").get<std::string>()), r.at("rule").get<std::string>()}] =
                r.at("count").get<std::uint64_t>();
    std::uint64_t n = t.written;
    for (const auto& [key, rows] : t.settled) n += rows;
    if (n != t.read) throw std::runtime_error("the fates of " + t.name + " do not add up to its rows");
    return t;
}

}  // namespace

std::string manifest_of(const ExportResult& result, const std::vector<SealedMember>& sealed) {
    const record::Census& c = result.census;
    ordered_json inputs = ordered_json::array(), tables = ordered_json::array(),
                 members = ordered_json::array();
    for (const auto& i : c.inputs)
        inputs.push_back({{"name", i.name}, {"bytes", i.bytes}, {"sha256", i.sha256}});
    for (const ExportTable& t : result.tables) tables.push_back(table_json(t));
    for (const SealedMember& m : sealed) {
        ordered_json member = {{"name", m.name}};
        if (!m.table.empty()) member["table"] = m.table;
        member["rows"] = m.rows;
        member["bytes"] = m.bytes;
        member["sha256"] = m.sha256;
        members.push_back(member);
    }
    const ordered_json out = {{"export", 1},
                              {"gpswitch", kVersion},
                              {"asOf", c.as_of},
                              {"source",
                               {{"system", c.system},
                                {"version", c.version},
                                {"practice", c.practice},
                                {"ods", c.ods},
                                {"patients", result.patients},
                                {"inputs", inputs}}},
                              {"selection", c.selection},
                              {"tables", tables},
                              {"absent", c.absent},
                              {"warnings", c.warnings},
                              {"members", members}};
    return out.dump(2) + "\n";
}

Manifest read_manifest(std::string_view text, const std::string& origin) {
    Manifest m;
    try {
        const auto j = nlohmann::json::parse(text);
        if (j.at("export").get<int>() != 1) throw std::runtime_error("made by a newer gpswitch");
        record::Census& c = m.result.census;
        const auto& source = j.at("source");
        c.system = source.at("system").get<std::string>();
        c.version = source.at("version").get<std::string>();
        c.practice = source.at("practice").get<std::string>();
        c.ods = source.at("ods").get<std::string>();
        m.result.patients = source.at("patients").get<std::uint64_t>();
        c.as_of = j.at("asOf").get<std::string>();
        c.selection = j.at("selection").get<std::vector<std::string>>();
        c.absent = j.at("absent").get<std::vector<std::string>>();
        c.warnings = j.at("warnings").get<std::vector<std::string>>();
        for (const auto& i : source.at("inputs"))
            c.inputs.push_back({i.at("name").get<std::string>(), i.at("sha256").get<std::string>(),
                                i.at("bytes").get<std::uint64_t>()});
        for (const auto& t : j.at("tables")) m.result.tables.push_back(table_of(t));
        for (const auto& e : j.at("members")) {
            m.members.push_back({e.at("name").get<std::string>(), e.value("table", ""),
                                 e.at("rows").get<std::uint64_t>(), e.at("bytes").get<std::uint64_t>(),
                                 e.at("sha256").get<std::string>()});
            m.result.bytes += m.members.back().bytes;
        }
        m.result.members = m.members.size();
    } catch (const std::exception& e) {
        throw InputError(
            origin + " is not a manifest of an export: " + e.what(),
            "make the export again, or take the manifest away to read the files without its check");
    }
    return m;
}

}  // namespace gpswitch::pipeline
