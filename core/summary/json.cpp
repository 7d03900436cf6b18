#include <nlohmann/json.hpp>

#include "core/summary/summary.hpp"

namespace gpswitch::summary {
namespace {

using nlohmann::ordered_json;

ordered_json counts(const std::vector<Count>& list) {
    ordered_json out = ordered_json::object();
    for (const Count& c : list) out[c.name] = c.n;
    return out;
}

ordered_json hashes(const std::vector<FileHash>& files) {
    ordered_json out = ordered_json::array();
    for (const FileHash& f : files)
        out.push_back({{"name", f.path}, {"bytes", f.bytes}, {"sha256", f.sha256}});
    return out;
}

ordered_json rows_json(const Summary& s) {
    ordered_json fates_json = ordered_json::object();
    for (const FateMeaning& f : fates()) fates_json[std::string(f.name)] = s.rows(f.name);
    ordered_json tables = ordered_json::array();
    for (const Table& t : s.tables)
        tables.push_back({{"table", t.name}, {"read", t.rows}, {"fates", counts(t.fates)}});
    return {{"read", s.rows()}, {"fates", fates_json}, {"tables", tables}};
}

ordered_json findings_json(const Summary& s) {
    ordered_json out = ordered_json::array();
    for (const Finding& f : s.findings)
        out.push_back({{"severity", to_text(f.severity)},
                       {"code", f.code},
                       {"count", f.n},
                       {"says", f.says},
                       {"hint", f.hint}});
    return out;
}

ordered_json lists_json(const Summary& s) {
    ordered_json resources = ordered_json::array(), degraded = ordered_json::array(),
                 unmapped = ordered_json::array(), held = ordered_json::array(),
                 held_entries = ordered_json::array();
    for (const Resource& r : s.resources)
        resources.push_back({{"type", r.type}, {"written", r.written}, {"made", r.made}});
    for (const Degraded& d : s.degraded)
        degraded.push_back({{"reason", d.reason}, {"type", d.type}, {"count", d.n}});
    for (const UnmappedCode& c : s.unmapped)
        unmapped.push_back({{"system", c.system},
                            {"code", c.code},
                            {"term", c.term},
                            {"patients", c.patients},
                            {"entries", c.entries}});
    for (const HeldRow& h : s.held)
        held.push_back({{"table", h.table}, {"address", h.address}, {"rule", h.rule}});
    for (const HeldEntries& h : s.held_entries)
        held_entries.push_back({{"type", h.type}, {"says", h.says}, {"count", h.n}});
    return {{"resources", resources}, {"degraded", degraded},
            {"unmapped", unmapped},   {"unmappedInAll", s.unmapped_in_all},
            {"held", held},           {"heldEntries", held_entries}};
}

ordered_json differences_json(const Differences& d) {
    return {{"patients", d.patients},
            {"equal", d.equal},
            {"explained", d.explained},
            {"unexplained", d.unexplained},
            {"neverExplainable", d.never},
            {"rules", counts(d.rules)},
            {"unexplainedBy", counts(d.unexplained_by)}};
}

ordered_json gates_json(const Summary& s) {
    ordered_json out = ordered_json::array();
    for (const Gate& g : s.gates) {
        ordered_json gate = {{"gate", g.name}, {"outcome", to_text(g.outcome)}, {"says", g.says}};
        if (g.seconds)
            gate["seconds"] = static_cast<double>(static_cast<std::int64_t>(*g.seconds * 1000)) / 1000;
        out.push_back(std::move(gate));
    }
    return out;
}

}  // namespace

std::string json(const Summary& s) {
    ordered_json out = {{"gpswitch-report", 1}, {"command", s.command}, {"version", s.version}};
    if (!s.started.empty()) out["started"] = s.started;
    out["exit"] = s.answer == Outcome::passed ? 0 : 1;
    out["answer"] = to_text(s.answer);
    out["headline"] = s.headline;
    if (s.rehearsal) out["rehearsal"] = true;
    if (s.shows_values) out["showsValues"] = true;
    out["source"] = {{"address", s.source},       {"system", s.system}, {"version", s.system_version},
                     {"practice", s.practice},    {"ods", s.ods},       {"asOf", s.as_of},
                     {"patients", s.patients},    {"absent", s.absent}, {"warnings", s.warnings},
                     {"inputs", hashes(s.inputs)}};
    if (!s.selection.empty()) out["selection"] = s.selection;
    if (s.refused > 0) out["refusedMembers"] = s.refused;
    if (!s.mapping.empty()) out["mapping"] = {{"set", s.mapping}, {"sha256", s.mapping_sha256}};
    if (!s.target.empty())
        out["target"] = {{"address", s.target}, {"system", s.target_system}, {"files", hashes(s.outputs)}};
    out["gates"] = gates_json(s);
    out["patients"] = {{"read", s.patients}, {"held", s.patients_held}, {"groups", counts(s.patient_groups)}};
    out["rows"] = rows_json(s);
    out.update(lists_json(s));
    out["findings"] = findings_json(s);
    if (!s.not_checked.empty()) out["notChecked"] = s.not_checked_words();
    if (s.differences) out["differences"] = differences_json(*s.differences);
    return out.dump(2, ' ', false, ordered_json::error_handler_t::replace) + '\n';
}

}  // namespace gpswitch::summary
