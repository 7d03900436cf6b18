// cmd/validate.cpp: findings in an extract, a package or a store. See gpswitch-validate(1).
#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <algorithm>

#include "cmd/check_output.hpp"
#include "cmd/commands.hpp"
#include "cmd/context.hpp"
#include "cmd/inspection.hpp"
#include "cmd/output.hpp"
#include "cmd/profile_check.hpp"
#include "cmd/rules.hpp"
#include "cmd/run_report.hpp"
#include "cmd/talk.hpp"
#include "core/pipeline/pipeline.hpp"
#include "core/system/all.hpp"
#include "core/util/error.hpp"

namespace gpswitch::cmd {
namespace {

struct ValidateOptions {
    std::string source;
    bool list_rules = false;
    std::vector<std::string> profiles;
    bool no_profiles = false;
    CheckOutputOptions output;
};

/// What was checked and what could not be; in a log of JSON one message, because a person is to read it.
void say_checked(const std::string& words) {
    if (words.empty()) return;
    say_json("what was checked", "profiles", json_quote(words));
    if (talk_options().format != LogFormat::json) say_text(words);
}

/// Where profiles are read, and what a scorecard takes its words from; nullptr when neither is asked for.
std::unique_ptr<ProfileCheck> profile_check(const ValidateOptions& o, const Context& context,
                                            profile::Scope scope, bool checks) {
    const bool scored = !o.output.scorecards.empty();
    if (!checks && !scored) return nullptr;
    return std::make_unique<ProfileCheck>(context, o.profiles, scope, record::kStandardProfiles, scored);
}

/// Resources that are in no package: files of JSON as they are, which no system reads.
ExitCode check_files(const ValidateOptions& o, const Context& context, const archive::Place& files,
                     const std::vector<std::size_t>& members) {
    const auto profiles = profile_check(o, context, ProfileCheck::scope(files, members), true);
    CheckOutput output(context, o.output, &profiles->table());
    for (const Issue& i : refusals(files, systems::parse(o.source).place)) output.add(i);
    profiles->check(files, members, output);
    if (auto* card = output.scorecard()) card->count(profiles->totals());
    const std::string words = output.finish();
    say_checked(profiles->summary() + words);
    return output.fresh().at_least(context.options.fail_on) == 0 ? ExitCode::ok : ExitCode::negative;
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

/// What was checked as resources, and what was read of other types or in other words.
void score(profile::Scorecard& card, const ProfileCheck& profiles, const ledger::Ledger& ledger) {
    card.count(profiles.totals());
    for (std::size_t i = 0; i < record::kEntityKinds; ++i) {
        const auto kind = static_cast<record::EntityKind>(i);
        if (ledger.written(kind) > 0) card.count(record::name_of(kind), ledger.written(kind));
    }
}

ExitCode run(const ValidateOptions& o, Context& context) {
    if (o.list_rules) {
        print(listed_rules());
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
    std::vector<std::string> taken = {common.output, common.report};
    for (const std::string& card : o.output.scorecards) {
        if (std::find(taken.begin(), taken.end(), card) != taken.end())
            throw UsageError(fmt::format("validate: {} is asked for twice", card),
                             "each file needs a name of its own");
        taken.push_back(card);
        context.need_free(card);
        need_apart(systems::parse(o.source).place, card);
    }

    if (const auto files = loose_resources(o, context))
        return check_files(o, context, *files, ProfileCheck::members(*files));
    RunReport report{.command = "validate"};
    OpenSource source = context.open_source(o.source);
    // A package is checked as the text it is, with line and column; everything else as its standard form.
    const std::string_view judged_by = source.system->profiles();
    const bool package = judged_by == record::kStandardProfiles;
    const auto profiles = profile_check(o, context, profile::Scope::whole, !o.no_profiles);
    CheckOutput output(context, o.output, profiles == nullptr ? nullptr : &profiles->table());
    WithoutReferences others(output);
    IssueSink& records = package && !o.no_profiles ? static_cast<IssueSink&>(others) : output;
    Inspection inspection(source, context,
                          !package && !o.no_profiles ? &profiles->form(source.census()) : nullptr);
    const auto target = pipeline::nowhere();
    const auto ledger = context.move(
        source, *target, records, [&inspection](record::Record& record) { inspection(record); },
        source.mapping == nullptr);
    inspection.finish(records);
    std::string words;
    if (!o.no_profiles) {
        if (package) profiles->check(*source.files, ProfileCheck::members(*source.files), output);
        words = profiles->summary();
    }
    if (!package && !judged_by.empty() && !o.no_profiles) {
        ProfileCheck text(context, {}, profile::Scope::open, judged_by);
        LenientProfiles lenient(output);
        text.check(*source.files, ProfileCheck::members(*source.files, judged_by), lenient);
        words += text.summary();
    }
    if (auto* card = output.scorecard()) score(*card, *profiles, *ledger);
    words += output.finish();
    say_checked(words);
    report.source = &source;
    report.ledger = ledger.get();
    report.findings = &output.all();
    report.decisive = &output.fresh();
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
                "Show the rules of FHIR and of consistency, with reason and source, and stop");
    with_check_output(*c, o->output);
    with_output(*c, commands.common, "FILE", "Where to write the findings; - for stdout (default: stderr)",
                false);
    with_overwrite(*c, commands.common, "Replace what exists under the output's name");
    with_format(*c, commands.common, true);
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
