// What a move leaves behind when its gates are done: the summary in its forms, and the certificate.
#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <set>

#include "cmd/inspection.hpp"
#include "cmd/move.hpp"
#include "cmd/run_report.hpp"
#include "cmd/version.hpp"
#include "cmd/words.hpp"
#include "core/io/file.hpp"
#include "core/summary/certificate.hpp"

namespace gpswitch::cmd {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;
using summary::Outcome;
using summary::Summary;

/// Files that tell of this run (when, how fast, where to): the certificate's content hash leaves them out.
const std::vector<std::string> kOfThisRun = {"gates.json", "report.html", "report.json", "report.txt",
                                             "timings.json"};
/// Held rows and codes named in the report; all of them are in the package.
constexpr std::size_t kHeldListed = 1000;

/// Calls `each` with every line of a JSON Lines file; nothing when there is no such file.
void for_lines(const std::string& path, const std::function<void(const json&)>& each) {
    if (!io::exists(path)) return;
    const auto file = io::MappedFile::open(path);
    std::string_view rest = file->bytes();
    while (!rest.empty()) {
        const auto end = std::min(rest.find('\n'), rest.size());
        if (end > 0) each(json::parse(rest.substr(0, end)));
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
}

Issue issue_of(const json& line) {
    static const std::vector<Severity> kSeverities = {Severity::information, Severity::warning,
                                                      Severity::error, Severity::fatal};
    Issue out;
    for (const Severity s : kSeverities)
        if (line.at("severity") == to_text(s)) out.severity = s;
    out.code = line.at("code");
    out.message = line.at("message");
    out.hint = line.value("hint", "");
    return out;
}

/// What was settled in making the copy: the ledger is of the copy alone.
void add_export(Summary& s, const std::string& folder) {
    if (!io::exists(folder + "/manifest.json")) return;
    summary::add_export(s, io::read_all(folder + "/manifest.json"));
    for_lines(folder + "/held/rows.ndjson", [&s](const json& line) {
        if (s.held.size() >= kHeldListed) return;
        const std::string table = line.at("table");
        s.held.push_back(
            {table, fmt::format("{}:{}", table, line.at("line").get<std::uint64_t>()), line.at("rule")});
    });
}

/// Findings of every gate, each once: what the copy still has is found again in mapping it.
void add_findings(Summary& s, const Workspace& work) {
    std::set<std::string> mapped;
    const auto name = [](const json& line) {
        std::string out;
        for (const char* key : {"code", "member", "line", "column", "resource", "path", "message"})
            out += (line.contains(key) ? line[key].dump() : "") + '\x1f';
        return out;
    };
    if (io::exists(work.in("collected.jsonl")))
        for_lines(work.in("package/issues.ndjson"), [&](const json& line) { mapped.insert(name(line)); });
    for (const char* file : {"collected.jsonl", "package/issues.ndjson", "unfound.jsonl", "findings.jsonl"})
        for_lines(work.in(file), [&](const json& line) {
            if (file == std::string_view("collected.jsonl") && mapped.contains(name(line))) return;
            const Issue issue = issue_of(line);
            summary::add_finding(s, issue, rule_title(issue.code));
        });
}

void add_held(Summary& s, const std::string& path, const record::Census& census, std::string_view place) {
    std::map<std::string, std::string> members;
    for (const record::Table& t : census.tables) members[t.name] = within(t.member, place);
    for_lines(path, [&](const json& line) {
        if (s.held.size() >= kHeldListed) return;
        const std::uint64_t at = line.value("line", std::uint64_t{0});
        const std::string table = line.at("table");
        const std::string member = line.value("member", members[table]);
        s.held.push_back({table, member + (at == 0 ? "" : fmt::format(":{}", at)), line.value("rule", "")});
    });
}

void add_facts(Summary& s, const std::string& gate, const ordered_json& facts) {
    if (gate == "export") {
        s.refused = facts.value("refused", std::uint64_t{0});
    } else if (gate == "import") {
        for (const ordered_json& h : facts.value("heldBy", ordered_json::array()))
            s.held_entries.push_back({h.at("type"), h.at("says"), h.at("count")});
    } else if (gate == "validate") {
        for (const auto& [name, n] : facts.at("patients").items()) s.patient_groups.push_back({name, n});
        s.unmapped_in_all = facts.at("unmappedCodes");
        if (!facts.value("profiles", true))
            s.not_checked.push_back({"FHIR and its profiles: --no-profiles", 0});
        for (const auto& [what, n] : facts.at("notChecked").items()) s.not_checked.push_back({what, n});
        for (const ordered_json& c : facts.at("unmapped"))
            s.unmapped.push_back(
                {c.at("system"), c.at("code"), c.at("term"), c.at("patients"), c.at("entries")});
    } else if (gate == "diff" && facts.contains("equal")) {
        summary::Differences d{facts.at("patients"),
                               facts.at("equal"),
                               facts.at("explained"),
                               facts.at("unexplained"),
                               facts.at("neverExplainable"),
                               {},
                               {}};
        for (const auto& [rule, n] : facts.at("rules").items()) d.rules.push_back({rule, n});
        for (const auto& [what, n] : facts.at("unexplainedBy").items()) d.unexplained_by.push_back({what, n});
        s.differences = std::move(d);
    }
}

}  // namespace

std::string within(std::string_view member, std::string_view place) {
    std::string_view rest = member;
    if (rest.starts_with(place)) rest.remove_prefix(place.size());
    rest.remove_prefix(std::min(rest.find_first_not_of("/!"), rest.size()));
    return std::string(rest.empty() ? member : rest);
}

namespace {

/// The answer for someone who was not there.
std::string headline_of(const Summary& s, const std::string& stopped_at) {
    const std::string all = count(s.rows(), "row", "rows");
    if (!stopped_at.empty()) {
        std::string out = fmt::format("The move stopped at the gate {}.", stopped_at);
        if (s.differences && s.differences->unexplained > 0)
            out += fmt::format(
                " {} between what was in the old system and what the new one gives back: it must not be "
                "used.",
                count(s.differences->unexplained, "unexplained difference", "unexplained differences"));
        else if (stopped_at == "read back")
            out += " What was written does not read back whole: it must not be used.";
        else
            out += " Nothing was written to the target.";
        return out;
    }
    const std::uint64_t held = s.rows("held"), excluded = s.rows("excluded");
    std::string out;
    if (held > 0) {
        out = fmt::format("{} of {} {} held back and {} not in the new system", grouped(held), all,
                          held == 1 ? "was" : "were", held == 1 ? "is" : "are");
        if (s.patients_held > 0)
            out += fmt::format(", {} whole among them", count(s.patients_held, "patient", "patients"));
        out += excluded > 0 ? fmt::format("; a named policy left out {}", grouped(excluded)) : "";
        out += "; every other row was carried over or accounted for";
    } else if (s.refused > 0) {
        out = fmt::format(
            "{} of the source could not be unpacked, and what was in {} is not known; each of the {} that "
            "were "
            "read has exactly one fate",
            count(s.refused, "member", "members"), s.refused == 1 ? "it" : "them", all);
    } else {
        // What the target has no place for is not lost, but it is not there either.
        out =
            s.entries_held() > 0 ? "Every row of this extract was read" : "Nothing in this extract was lost";
        if (excluded > 0)
            out += fmt::format(" but what a named policy left out ({} of {})", grouped(excluded), all);
        out += fmt::format(": each of its {} has exactly one fate", all);
    }
    if (const std::uint64_t n = s.entries_held(); n > 0)
        out +=
            fmt::format("; {} {} no place in the new system, and {} held back with the reason in held.jsonl",
                        count(n, "entry", "entries"), n == 1 ? "has" : "have", n == 1 ? "is" : "are");
    if (s.differences) {
        out += ", and the new system gives back what was written";
        if (s.differences->explained > 0)
            out += fmt::format(", but for {} that {} predicted",
                               count(s.differences->explained, "difference", "differences"),
                               s.differences->explained == 1 ? "was" : "were");
    }
    out += ".";
    if (!s.selection.empty())
        out += fmt::format(" A selection, not a whole practice: {}.", joined(s.selection));
    return out;
}

}  // namespace

Summary Move::summary() const {
    const record::Census& census = source_.census();
    Summary s;
    s.command = "switch";
    s.version = version();
    s.started = utc(started_);
    s.rehearsal = options_.rehearse;
    s.source = source_.address;
    s.system = census.system;
    s.system_version = census.version;
    s.practice = census.practice;
    s.ods = census.ods;
    s.as_of = census.as_of;
    s.target = options_.rehearse ? "none: a rehearsal" : options_.target;
    s.target_system = target_.system->name();
    s.system_says = source_.system->summary();
    s.target_says = target_.system->summary();
    if (source_.mapping) {
        s.mapping = fmt::format("{}@{}", source_.mapping->id(), source_.mapping->version());
        s.mapping_sha256 = source_.mapping->sha256();
    }
    for (const auto& input : census.inputs) s.inputs.push_back({input.name, input.sha256, input.bytes});
    s.selection = census.selection;
    s.absent = census.absent;
    s.warnings = census.warnings;
    if (const std::string ledger = work_.in("package/ledger.json"); io::exists(ledger)) {
        summary::add_ledger(s, io::read_all(ledger));
        add_export(s, work_.in("export"));
        add_held(s, work_.in("package/held/rows.ndjson"), census, source_.place);
    }
    add_findings(s, work_);
    for (const GateRecord& r : work_.done()) add_facts(s, r.gate.name, ordered_json::parse(r.facts));
    s.gates = gates_;
    std::string stopped_at;
    for (const summary::Gate& g : gates_) {
        if (g.outcome == Outcome::failed) stopped_at = g.name;
        if (g.outcome == Outcome::reserved && s.answer == Outcome::passed) s.answer = Outcome::reserved;
    }
    if (!stopped_at.empty()) s.answer = Outcome::failed;
    if (const bool written = std::any_of(
            gates_.begin(), gates_.end(),
            [](const summary::Gate& g) { return g.name == "import" && g.outcome != Outcome::not_run; });
        written && !options_.rehearse)
        s.outputs = summary::hash_files(target_.place);
    s.headline = headline_of(s, stopped_at);
    summary::rank(s);
    return s;
}

void Move::write_reports(const Summary& s) {
    if (const std::string ledger = work_.in("package/ledger.json"); io::exists(ledger))
        work_.write("ledger.json", io::read_all(ledger));
    work_.write("report.html", summary::html(s));
    work_.write("report.json", summary::json(s));
    work_.write("report.txt", summary::text(s));
    ordered_json timings = {{"timings", 1},
                            {"started", s.started},
                            {"ended", utc(std::chrono::system_clock::now())},
                            {"jobs", context_.options.jobs},
                            {"gates", ordered_json::array()}};
    for (const summary::Gate& g : s.gates) {
        timings["gates"].push_back({{"gate", g.name}});
        if (g.seconds)
            timings["gates"].back()["seconds"] =
                static_cast<double>(static_cast<std::int64_t>(*g.seconds * 1000)) / 1000;
        else if (g.outcome != Outcome::not_run)
            timings["gates"].back()["earlierRun"] = true;
    }
    work_.write("timings.json", timings.dump(2) + '\n');
}

void Move::write_certificate(const Summary& s) {
    summary::CertificateFacts facts;
    facts.version = s.version;
    facts.source_json = ordered_json({{"system", s.system},
                                      {"version", s.system_version},
                                      {"practice", s.practice},
                                      {"ods", s.ods},
                                      {"asOf", s.as_of},
                                      {"fingerprint", source_.origin.fingerprint}})
                            .dump();
    facts.mapping_json = source_.mapping ? ordered_json({{"id", source_.mapping->id()},
                                                         {"version", source_.mapping->version()},
                                                         {"sha256", source_.mapping->sha256()}})
                                               .dump()
                                         : "null";
    facts.target = s.target;
    facts.target_system = s.target_system;
    facts.target_files = s.outputs;
    facts.rehearsal = s.rehearsal;
    facts.gates = s.gates;
    if (io::exists(work_.in("ledger.json"))) facts.ledger_json = io::read_all(work_.in("ledger.json"));
    facts.of_this_run = kOfThisRun;
    work_.close();
    work_.write(summary::kCertificate, summary::certificate(work_.path(), facts));
}

}  // namespace gpswitch::cmd
