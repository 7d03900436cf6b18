// cmd/validate.cpp: findings in an extract, a package or a store. See gpswitch-validate(1).
#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "cmd/commands.hpp"
#include "cmd/context.hpp"
#include "cmd/inspection.hpp"
#include "cmd/output.hpp"
#include "cmd/profile_check.hpp"
#include "cmd/run_report.hpp"
#include "cmd/talk.hpp"
#include "cmd/version.hpp"
#include "core/pipeline/pipeline.hpp"
#include "core/system/all.hpp"
#include "core/util/error.hpp"
#include "core/validate/validate.hpp"

namespace gpswitch::cmd {
namespace {

/// Passes on all but what the references between a package's resources (FHIR-LINK-003 and -005) say with the
/// very place.
struct WithoutReferences : IssueSink {
    explicit WithoutReferences(IssueSink& next) : next_(next) {}
    void add(const Issue& issue) override {
        if (issue.code != "VAL-REF-001" && issue.code != "VAL-REF-003") next_.add(issue);
    }

  private:
    IssueSink& next_;
};

struct ValidateOptions {
    std::string source;
    bool list_rules = false;
    std::vector<std::string> profiles;
    bool no_profiles = false;
};

std::string listed() {
    std::string out;
    for (const validate::Rule& r : validate::rules())
        out += fmt::format("{} {}: {}\n    {}\n    Source: {}\n    What to do: {}\n", r.code,
                           to_text(r.severity), r.title, r.why, r.source, r.hint);
    return out;
}

/// Resources that are in no package: files of JSON as they are, which no system reads.
ExitCode check_files(const ValidateOptions& o, const Context& context, const archive::Place& files,
                     const std::vector<std::size_t>& members) {
    ReportStream stream(context.options);
    const auto writer = make_issue_writer(
        stream.format(), stream.output(),
        {.title = "gpswitch validate", .version = std::string(version()), .describe = rule_title});
    Findings findings(writer.get());
    for (const Issue& i : refusals(files, systems::parse(o.source).place)) findings.add(i);
    ProfileCheck profiles(context, o.profiles, ProfileCheck::scope(files, members));
    profiles.check(files, members, findings);
    writer->finish();
    stream.publish();
    say_text(profiles.summary());
    return findings.at_least(context.options.fail_on) == 0 ? ExitCode::ok : ExitCode::negative;
}

/// The place, when it holds resources and nothing that a system recognises.
std::shared_ptr<archive::Place> loose_resources(const ValidateOptions& o, const Context& context) {
    const systems::Address address = systems::parse(o.source);
    if (o.no_profiles || (address.system != nullptr && address.system->name() != "fhir")) return nullptr;
    auto files = context.open_place(address.place, {});
    for (const record::System* s : systems::all())
        if (s->reads() && systems::place_is_file(*s) && s->recognise(*files).certainty > 0) return nullptr;
    return ProfileCheck::members(*files).empty() ? nullptr : files;
}

ExitCode run(const ValidateOptions& o, Context& context) {
    if (o.list_rules) {
        print(listed());
        return ExitCode::ok;
    }
    if (o.source.empty())
        throw UsageError("validate: SOURCE is required", "gpswitch validate --help shows what it takes");
    const CommonOptions& common = context.options;
    if (!common.output.empty()) {
        context.need_free(common.output);
        need_apart(systems::parse(o.source).place, common.output);
    }
    context.need_free_report();

    if (const auto files = loose_resources(o, context))
        return check_files(o, context, *files, ProfileCheck::members(*files));
    RunReport report{.command = "validate"};
    OpenSource source = context.open_source(o.source);
    ReportStream stream(common);
    const auto writer = make_issue_writer(
        stream.format(), stream.output(),
        {.title = "gpswitch validate", .version = std::string(version()), .describe = rule_title});
    Findings findings(writer.get());
    const bool resources = source.system->name() == "fhir" && !o.no_profiles;
    WithoutReferences others(findings);
    IssueSink& records = resources ? static_cast<IssueSink&>(others) : findings;
    Inspection inspection(source, context);
    const auto target = pipeline::nowhere();
    const auto ledger = context.move(
        source, *target, records, [&inspection](record::Record& record) { inspection(record); },
        source.mapping == nullptr);
    inspection.finish(records);
    std::string checked;
    if (resources) {
        ProfileCheck profiles(context, o.profiles, profile::Scope::whole);
        profiles.check(*source.files, ProfileCheck::members(*source.files), findings);
        checked = profiles.summary();
    }
    writer->finish();
    stream.publish();
    say_text(checked);
    report.source = &source;
    report.ledger = ledger.get();
    report.findings = &findings;
    if (report.answer(common.fail_on) == ExitCode::ok)
        report.next = source.mapping ? fmt::format("gpswitch map {} -o practice.zip", shell_word(o.source))
                                     : fmt::format("gpswitch import {} practice.db", shell_word(o.source));
    return report.finish(common);
}

}  // namespace

void add_validate(Commands& commands) {
    auto o = std::make_shared<ValidateOptions>();
    auto* c = commands.add("validate", "Check an extract, a package or a store; findings with addresses",
                           [o](Context& context) { return run(*o, context); },
                           {{"gpswitch validate practice-extract/",
                             "gpswitch validate practice.zip --format jsonl -o findings.jsonl",
                             "gpswitch validate practice.db --fail-on warning"},
                            "gpswitch-validate(1)"});
    c->add_option("SOURCE", o->source, "What to check: [system:]file, folder or archive");
    c->add_option(
         "--profile", o->profiles,
         "Table of profiles instead of the shipped one, or a profile's URL that resources have to satisfy; "
         "may be given again")
        ->type_name("TABLE|URL")
        ->allow_extra_args(false);
    c->add_flag("--no-profiles", o->no_profiles, "Do not check resources against FHIR and its profiles");
    c->add_flag("--list-rules", o->list_rules,
                "Show the consistency rules, with reason and source, and stop");
    with_output(*c, commands.common, "FILE", "Where to write the findings; - for stdout (default: stderr)",
                false);
    with_overwrite(*c, commands.common, "Replace what exists under the output's name");
    with_format(*c, commands.common);
    with_fail_on(*c, commands.common);
    with_jobs(*c, commands.common);
    with_selection(*c, commands.common);
    with_mapping(*c, commands.common);
    with_report(*c, commands.common);
    with_spool(*c, commands.common);
    with_incomplete(*c, commands.common);
    with_show_values(*c, commands.common);
    with_talk(*c, commands.common);
}

}  // namespace gpswitch::cmd
