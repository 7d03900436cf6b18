#include "cmd/move.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "cmd/findings.hpp"
#include "cmd/target.hpp"
#include "cmd/version.hpp"
#include "cmd/words.hpp"
#include "core/io/file.hpp"
#include "core/util/error.hpp"

namespace gpswitch::cmd {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;
using summary::Outcome;

/// The system a rehearsal writes into: the target's own, and a store where none was named.
systems::Address rehearsal_of(const std::string& target, const Workspace& work) {
    systems::Address address{systems::find("sqlite"), {}};
    if (!target.empty()) address = target_address("switch", target);
    address.place = work.in(address.system->name() == "sqlite" ? "rehearsal.db" : "rehearsal");
    return address;
}

/// The first of the folders in which `place` lies, or is to lie; empty when it is in none of them.
std::string lies_in(const std::string& place, std::initializer_list<std::string> folders) {
    std::error_code none;
    const fs::path to = fs::weakly_canonical(place, none);
    for (const std::string& folder : folders) {
        const fs::path in = fs::weakly_canonical(folder, none);
        if (std::mismatch(in.begin(), in.end(), to.begin(), to.end()).first == in.end()) return folder;
    }
    return {};
}

std::string_view word(Outcome outcome) {
    switch (outcome) {
        case Outcome::passed: return "passed";
        case Outcome::reserved: return "look at";
        case Outcome::failed: return "FAILED";
        case Outcome::not_run: return "not run";
    }
    return {};
}

}  // namespace

Move::Move(const MoveOptions& options, Context& context)
    : options_(options), context_(context), work_(context.options.output) {
    context_.say_sources = false;
    target_ =
        options.rehearse ? rehearsal_of(options.target, work_) : target_address("switch", options.target);
}

std::string Move::before() const {
    return io::is_folder(work_.in("export"))
               ? fmt::format("{}:{}", source_.system->name(), work_.in("export"))
               : options_.source;
}

std::string Move::after() const { return fmt::format("{}:{}", target_.system->name(), target_.place); }

std::string Move::asked() const {
    return ordered_json({{"gpswitch", version()},
                         {"system", source_.census().system},
                         {"fingerprint", source_.origin.fingerprint},
                         {"target", options_.target},
                         {"rehearse", options_.rehearse},
                         {"stopOn", to_text(options_.stop_on)},
                         {"profiles", options_.profiles},
                         {"noProfiles", options_.no_profiles}})
        .dump();
}

// Before anything is read that takes long: what would stop the run at the end of a night.
void Move::check_places() {
    const std::string& output = context_.options.output;
    need_apart(systems::parse(options_.source).place, output);
    if (!context_.options.report.empty() && !lies_in(context_.options.report, {output, work_.path()}).empty())
        throw UsageError(
            fmt::format("switch: the report {} would lie in the folder", context_.options.report),
            "the folder has a report of its own; a copy goes elsewhere");
    if (options_.rehearse) return;
    if (const std::string folder = lies_in(target_.place, {output, work_.path()}); !folder.empty())
        throw UsageError(
            fmt::format("switch: the target {} would lie in the folder {}", options_.target, folder),
            "the folder holds what the move leaves behind; the target goes elsewhere");
}

void Move::take_over() {
    switch (work_.take_over(asked())) {
        case Workspace::Found::nothing: break;
        case Workspace::Found::same: {
            std::vector<std::string> names;
            for (const GateRecord& r : work_.done()) names.push_back(r.gate.name);
            if (!work_.begun().empty())
                spdlog::info("{}: an earlier run stopped in the gate {}{}: going on from there", work_.path(),
                             work_.begun(), names.empty() ? "" : "; done already: " + joined(names));
            else
                spdlog::info("{}: an earlier run did {} and stopped: going on from there", work_.path(),
                             joined(names));
            break;
        }
        case Workspace::Found::other:
            spdlog::info("{}: an earlier run was for another source, target or version: starting clean",
                         work_.path());
            break;
    }
    const bool may_be_there =
        work_.begun() == "import" || std::any_of(work_.done().begin(), work_.done().end(),
                                                 [](const GateRecord& r) { return r.gate.name == "import"; });
    if (!may_be_there && !options_.rehearse) context_.need_free(target_.place);
}

void Move::say(const summary::Gate& gate) const {
    spdlog::info("{:<10} {:<8} {}", gate.name, word(gate.outcome), gate.says);
}

bool Move::pass(const Step& step) {
    for (const GateRecord& r : work_.done()) {
        if (r.gate.name != step.name) continue;
        gates_.push_back(r.gate);
        say(r.gate);
        return r.gate.outcome != Outcome::failed;
    }
    work_.begin(step.name);
    context_.selects = step.selects;
    const auto start = std::chrono::steady_clock::now();
    GateRecord record = (this->*step.gate)();
    record.gate.name = step.name;
    record.gate.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    gates_.push_back(record.gate);
    say(record.gate);
    const bool passed = record.gate.outcome != Outcome::failed;
    work_.finish(std::move(record));
    return passed;
}

ExitCode Move::run() {
    static const std::vector<Step> kGates = {
        {"export", &Move::export_gate, true},        {"map", &Move::map_gate, true},
        {"validate", &Move::validate_gate, false},   {"import", &Move::import_gate, false},
        {"read back", &Move::read_back_gate, false}, {"diff", &Move::diff_gate, true},
    };
    std::string_view at = "export";
    try {
        check_places();
        source_ = context_.open_source(options_.source, work_.path());
        take_over();
        for (const Step& step : kGates) {
            at = step.name;
            if (stopped_)
                gates_.push_back({std::string(step.name), Outcome::not_run, "a gate before it failed", {}});
            else
                stopped_ = !pass(step);
        }
        at = "report";
        return report();
    } catch (const Error& e) {
        if (work_.done().empty() && work_.begun().empty()) {
            work_.discard();
            throw;
        }
        const std::string where =
            fmt::format("{}what is done is kept in {}: the same command goes on from there",
                        e.hint().empty() ? "" : "; ", work_.path());
        throw Error(e.exit_code(), fmt::format("gate {}: {}", at, e.what()), e.hint() + where);
    }
}

ExitCode Move::report() {
    summary::Summary s = summary();
    const std::string final_name = context_.options.output;
    if (options_.rehearse) work_.remove(fs::path(target_.place).filename().string());
    write_reports(s);
    write_certificate(s);
    if (!context_.options.report.empty()) {
        const std::string& name = context_.options.report;
        io::OutputFile file(name);
        file.write(name.ends_with(".html") ? summary::html(s)
                   : name.ends_with(".md") ? summary::markdown(s)
                                           : summary::json(s));
        file.publish();
    }
    work_.publish(context_.options.overwrite);
    say({"report", Outcome::passed, fmt::format("{}/report.html", final_name), {}});
    if (context_.options.log_format == LogFormat::json)
        say_json("summary", "report", ordered_json::parse(summary::json(s)).dump());
    else
        say_text(s.headline + "\nNext: gpswitch switch --verify " + shell_word(final_name) + '\n');
    return s.answer == Outcome::passed ? ExitCode::ok : ExitCode::negative;
}

}  // namespace gpswitch::cmd
