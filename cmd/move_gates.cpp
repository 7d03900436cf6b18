// What each gate of a move does: the same as the command of its name, on the folder's own files.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "cmd/findings.hpp"
#include "cmd/inspection.hpp"
#include "cmd/move.hpp"
#include "cmd/overview.hpp"
#include "cmd/profile_check.hpp"
#include "cmd/signals.hpp"
#include "cmd/talk.hpp"
#include "cmd/version.hpp"
#include "cmd/words.hpp"
#include "core/diff/diff.hpp"
#include "core/io/file.hpp"
#include "core/pipeline/export.hpp"
#include "core/pipeline/pipeline.hpp"
#include "core/report/writer.hpp"
#include "core/util/error.hpp"

namespace gpswitch::cmd {
namespace {

using nlohmann::ordered_json;
using summary::Outcome;

/// Findings of these gates are in the folder's files, and counted in the report: not said one by one.
struct Silent : IssueSink {
    void add(const Issue&) override {}
};

/// Findings as lines in a file of the folder, by the names things have in it.
class FindingsFile : public IssueSink {
  public:
    FindingsFile(const std::string& path, std::string folder) : file_(path), folder_(std::move(folder)) {}
    void add(const Issue& issue) override {
        Issue copy = issue;
        if (copy.member.starts_with(folder_)) copy.member.erase(0, folder_.size());
        file_.write(copy.json() + "\n");
    }
    void publish() { file_.publish(); }

  private:
    io::OutputFile file_;
    std::string folder_;
};

/// A whole file of findings under this name; none when there are none.
void write_findings(const std::vector<Issue>& found, const std::string& path, const std::string& place) {
    if (found.empty()) return;
    io::OutputFile file(path);
    for (Issue issue : found) {
        issue.member = within(issue.member, place);
        file.write(issue.json() + "\n");
    }
    file.publish();
}

/// What the target holds back, entry by entry, as lines of held.jsonl, and how often for which reason.
class HeldFile : public IssueSink {
  public:
    explicit HeldFile(const std::string& path, IssueSink& next) : file_(path), next_(next) {}
    /// An entry; the issue that says why comes after it, if there is one.
    void hold(const std::string& resource, const std::string& code) {
        if (said_) rest();
        waiting_[resource] = code;
    }
    void add(const Issue& issue) override {
        said_ = true;
        if (issue.severity >= Severity::error && waiting_.erase(issue.resource) > 0) write(issue);
        next_.add(issue);
    }
    /// Writes what no issue spoke of: the entries of a patient who is held back whole.
    void rest() {
        for (const auto& [resource, code] : waiting_) {
            Issue issue;
            issue.severity = Severity::error;
            issue.code = code;
            issue.message = "its patient is held back";
            issue.resource = resource;
            write(issue);
        }
        waiting_.clear();
        said_ = false;
    }
    void publish() {
        rest();
        if (entries_ > 0) file_.publish();
    }
    std::uint64_t entries() const { return entries_; }
    ordered_json reasons() const {
        ordered_json out = ordered_json::array();
        for (const auto& [what, n] : reasons_)
            out.push_back({{"type", what.first}, {"says", what.second}, {"count", n}});
        return out;
    }

  private:
    void write(const Issue& issue) {
        ++entries_;
        ++reasons_[{issue.resource.substr(0, issue.resource.find('/')), issue.message}];
        file_.write(issue.json() + "\n");
    }
    io::OutputFile file_;
    IssueSink& next_;
    std::map<std::string, std::string> waiting_;
    std::map<std::pair<std::string, std::string>, std::uint64_t> reasons_;
    std::uint64_t entries_ = 0;
    bool said_ = false;
};

GateRecord record_of(Outcome outcome, std::string says, const ordered_json& facts = ordered_json::object()) {
    return {{"", outcome, std::move(says), {}}, facts.dump()};
}

std::string held_words(const ledger::Ledger& ledger) {
    const std::uint64_t held = ledger.rows(record::Fate::held);
    if (held == 0) return ", none held back";
    return fmt::format(", {} held back", grouped(held));
}

}  // namespace

Outcome Move::outcome_of(std::uint64_t held, const Findings& findings) const {
    if (findings.at_least(options_.stop_on) > 0) return Outcome::failed;
    return held > 0 || findings.at_least(Severity::error) > 0 ? Outcome::reserved : Outcome::passed;
}

GateRecord Move::export_gate() {
    const record::Census& census = source_.census();
    const std::string files = count(census.inputs.size(), "file", "files");
    if (!source_.mapping)
        return record_of(
            Outcome::passed,
            fmt::format("{} of {}, in standard form already: read where it lies", files, census.system));
    work_.remove("export");
    work_.remove("collected.jsonl");
    const auto mapping =
        context_.load_mapping(fmt::format("{}@{}", source_.mapping->id(), source_.mapping->version()));
    // What the copy cannot have any more is said here, or nowhere.
    IssueList found;
    found.issues = refusals(*source_.files, source_.place);
    const std::uint64_t refused = found.issues.size();
    Progress progress;
    pipeline::ExportOptions how;
    how.output = work_.in("export");
    how.mapping = mapping.get();
    how.practice = context_.options.practice;
    how.as_of = context_.options.as_of;
    how.issues = &found;
    how.progress = [&progress](std::uint64_t done, std::uint64_t total) { progress(done, total); };
    how.interrupted = &interrupted();
    const pipeline::ExportResult result = pipeline::export_to(*source_.system, {source_.sealed}, how);
    write_findings(found.issues, work_.in("collected.jsonl"), source_.place);
    Silent silent;
    Findings findings(&silent);
    for (const Issue& issue : found.issues) findings.add(issue);
    const std::uint64_t written = result.rows(record::Fate::migrated), held = result.rows(record::Fate::held),
                        settled = result.read() - written - held;
    std::string says =
        fmt::format("{} of {}: {} copied word for word", files, census.system, count(written, "row", "rows"));
    if (settled > 0) says += fmt::format(", {} left out by name", grouped(settled));
    if (held > 0) says += fmt::format(", {} held back", grouped(held));
    if (refused > 0) says += fmt::format(", {} refused", count(refused, "member", "members"));
    return record_of(outcome_of(held + refused, findings),
                     says + fmt::format(", {} sealed", count(result.members, "file", "files")),
                     {{"rows", written},
                      {"leftOut", settled},
                      {"held", held},
                      {"refused", refused},
                      {"resealed", result.resealed}});
}

GateRecord Move::map_gate() {
    work_.remove("package");
    work_.remove("unfound.jsonl");
    OpenSource source = context_.open_source(before(), work_.path());
    const auto target = systems::find("fhir")->create({work_.in("package"), true, {}});
    Silent silent;
    Findings findings(&silent);
    const auto ledger = context_.move(source, *target, findings);
    write_findings(context_.selection().unfound(), work_.in("unfound.jsonl"), {});
    const std::uint64_t refused = source.files == nullptr ? 0 : source.files->refused().size();
    const Outcome outcome = outcome_of(ledger->rows(record::Fate::held) + refused, findings);
    return record_of(outcome,
                     fmt::format("{} of {}: {} written{}", count(ledger->read(), "row", "rows"),
                                 count(ledger->patients(), "patient", "patients"),
                                 count(ledger->written(), "entry", "entries"), held_words(*ledger)),
                     {{"refusedMembers", refused}});
}

GateRecord Move::validate_gate() {
    OpenSource source = context_.open_source(package(), work_.path());
    FindingsFile file(work_.in("findings.jsonl"), work_.path() + '/');
    Findings findings(&file);
    const std::string national = context_.rule_file("national-code-systems.csv"),
                      population = context_.rule_file("population.csv");
    Inspection inspection(source, context_);
    Overview overview(io::read_all(national), national,
                      pipeline::Populations::load(io::read_all(population), population));
    const auto target = pipeline::nowhere();
    const auto see = [&](record::Record& record) {
        overview.see(record);
        inspection(record);
    };
    WithoutReferences others(findings);
    IssueSink& records = options_.no_profiles ? static_cast<IssueSink&>(findings) : others;
    context_.move(source, *target, records, see, true);
    inspection.finish(records);
    ordered_json not_checked = ordered_json::object();
    if (!options_.no_profiles) {
        ProfileCheck profiles(context_, options_.profiles, profile::Scope::whole);
        profiles.check(*source.files, ProfileCheck::members(*source.files), findings);
        for (const auto& [what, times] : profiles.not_checked()) not_checked[what] = times;
    }
    file.publish();

    constexpr std::size_t kListed = 1000;
    const auto unmapped = overview.unmapped();
    ordered_json facts = {{"patients", ordered_json::object()},
                          {"unmappedCodes", unmapped.size()},
                          {"unmapped", ordered_json::array()},
                          {"profiles", !options_.no_profiles},
                          {"notChecked", not_checked}};
    for (const auto& group : overview.patient_groups()) facts["patients"][group.name] = group.n;
    for (std::size_t i = 0; i < std::min(kListed, unmapped.size()); ++i)
        facts["unmapped"].push_back({{"system", unmapped[i].system},
                                     {"code", unmapped[i].code},
                                     {"term", unmapped[i].term},
                                     {"patients", unmapped[i].patients},
                                     {"entries", unmapped[i].entries}});
    const std::uint64_t errors = findings.at_least(Severity::error);
    return record_of(outcome_of(0, findings),
                     fmt::format("{} of severity error or worse, {}",
                                 errors == 0 ? "no finding" : count(errors, "finding", "findings"),
                                 count(findings.count(Severity::warning), "warning", "warnings")),
                     facts);
}

GateRecord Move::import_gate() {
    OpenSource source = context_.open_source(package(), work_.path());
    // What an interrupted run had given its name to already is whole, and ours: it is written again.
    const bool again = work_.begun() == "import" && !systems::goes_on(*target_.system);
    const auto target = context_.create_target(target_, context_.options.overwrite || again);
    work_.remove("held.jsonl");
    Silent silent;
    Findings findings(&silent);
    HeldFile held(work_.in("held.jsonl"), findings);
    const auto ledger = context_.move(
        source, *target, held, {}, false,
        [&held](const std::string& resource, const std::string& code) { held.hold(resource, code); });
    held.publish();
    // Whose Patient the target held back is not in it, although the package was whole.
    const std::uint64_t patients = ledger->written(record::EntityKind::Patient);
    return record_of(
        outcome_of(ledger->rows(record::Fate::held), findings),
        fmt::format("{} of {} into {}{}", count(ledger->written(), "entry", "entries"),
                    count(patients, "patient", "patients"),
                    options_.rehearse ? "a store that is thrown away" : options_.target,
                    held.entries() == 0 ? "" : fmt::format(", {} held back", grouped(held.entries()))),
        {{"written", ledger->written()},
         {"patients", patients},
         {"held", held.entries()},
         {"heldBy", held.reasons()}});
}

GateRecord Move::read_back_gate() {
    if (!target_.system->reads())
        return record_of(Outcome::not_run, fmt::format("{} cannot be read", target_.system->name()));
    OpenSource source = context_.open_source(after(), work_.path());
    Silent silent;
    Findings findings(&silent);
    const auto target = pipeline::nowhere();
    const auto ledger = context_.move(source, *target, findings);
    const std::uint64_t patients = ledger->written(record::EntityKind::Patient);
    const ordered_json written = ordered_json::parse(work_.done().back().facts);
    const auto expected = written.at("patients").get<std::uint64_t>();
    // A supplier's layout makes other entries of the same rows: diff says whether they are as predicted.
    const bool standard = target_.system->mapping_id().empty();
    const bool whole = patients == expected && ledger->rows(record::Fate::held) == 0 &&
                       (!standard || ledger->written() == written.at("written").get<std::uint64_t>());
    std::string says = fmt::format("{} of {} found", count(ledger->written(), "entry", "entries"),
                                   count(patients, "patient", "patients"));
    if (!whole)
        says += fmt::format("; {} of {} were written",
                            count(written.at("written").get<std::uint64_t>(), "entry", "entries"),
                            count(expected, "patient", "patients"));
    return record_of(whole ? outcome_of(0, findings) : Outcome::failed, says,
                     {{"entries", ledger->written()}, {"patients", patients}});
}

GateRecord Move::diff_gate() {
    if (!target_.system->reads())
        return record_of(Outcome::not_run, fmt::format("{} cannot be read", target_.system->name()));
    OpenSource from = context_.open_source(before(), work_.path()),
               to = context_.open_source(after(), work_.path());
    context_.select(from, true);
    context_.select(to, true);
    io::OutputFile file(work_.in("differences.jsonl"));
    const auto writer =
        diff::make_writer(Format::jsonl, [&file](std::string_view text) { file.write(text); },
                          {.title = "gpswitch switch", .version = std::string(version()), .describe = {}});
    CompareOptions how;
    const diff::Totals t = context_.compare(from, to, std::move(how), *writer);
    file.publish();
    ordered_json by = ordered_json::object();
    for (const auto& [what, n] : t.unexplained_by)
        by[fmt::format("{} {}", diff::to_text(what.first), record::name_of(what.second))] = n;
    return record_of(t.differences() == 0 ? Outcome::passed : Outcome::failed,
                     fmt::format("{} equal, {} explained, {} unexplained", count(t.equal, "entry", "entries"),
                                 grouped(t.explained), grouped(t.unexplained)),
                     {{"patients", t.patients_paired},
                      {"equal", t.equal},
                      {"explained", t.explained},
                      {"unexplained", t.unexplained},
                      {"neverExplainable", t.never},
                      {"rules", t.rules},
                      {"unexplainedBy", by}});
}

}  // namespace gpswitch::cmd
