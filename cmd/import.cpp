// cmd/import.cpp: a source into a target system; a raw extract is mapped on the way. See gpswitch-import(1).
#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "cmd/commands.hpp"
#include "cmd/context.hpp"
#include "cmd/run_report.hpp"
#include "cmd/target.hpp"
#include "cmd/words.hpp"
#include "core/io/file.hpp"
#include "core/pipeline/pipeline.hpp"
#include "core/system/all.hpp"
#include "core/util/error.hpp"

namespace gpswitch::cmd {
namespace {

struct ImportOptions {
    std::string source, target;
};

/// What a run that writes would refuse in what stands at the target already.
void try_target(const systems::Address& target, const OpenSource& source, const Context& context) {
    if (context.options.overwrite || !io::exists(target.place)) return;
    if (!systems::goes_on(*target.system)) return context.need_free(target.place);
    record::SourceOptions options;
    options.place = target.place;
    options.files = context.open_place(target.place, target.place);
    const auto store = target.system->open(options);
    const record::Census &there = store->census(), &here = source.census();
    // By the supplier's own key, and by the ODS code where one of them has none.
    const bool keyed = !there.practice.empty() && !here.practice.empty();
    const std::string &a = keyed ? there.practice : there.ods, &b = keyed ? here.practice : here.ods;
    if (!a.empty() && !b.empty() && a != b)
        throw TargetError(fmt::format("{}: holds another practice", target.place),
                          "one store holds one practice: choose another name");
}

ExitCode run(const ImportOptions& o, Context& context) {
    const CommonOptions& common = context.options;
    const systems::Address address = target_address("import", o.target);
    context.need_free_report();
    need_apart(systems::parse(o.source).place, address.place);

    RunReport report{.command = "import", .target = o.target};
    OpenSource source = context.open_source(o.source, address.place);
    if (common.dry_run) try_target(address, source, context);
    const auto target =
        common.dry_run ? pipeline::nowhere() : context.create_target(address, common.overwrite);
    Findings findings;
    HeldEntries held;
    const auto ledger = context.move(
        source, *target, findings, {}, false,
        [&held](const std::string& resource, const std::string& code) { held.emplace(resource, code); });
    report.held_entries = &held;
    report.source = &source;
    report.ledger = ledger.get();
    report.findings = &findings;
    report.dry_run = common.dry_run;
    if (!common.dry_run)
        report.next = fmt::format("gpswitch diff {} {}", shell_word(o.source), shell_word(o.target));
    return report.finish(common);
}

}  // namespace

void add_import(Commands& commands) {
    auto o = std::make_shared<ImportOptions>();
    auto* c = commands.add("import", "Load a source into a target system; again to resume or to update",
                           [o](Context& context) { return run(*o, context); },
                           {{"gpswitch import practice.zip practice.db",
                             "gpswitch import practice-extract/ sqlite:practice.db --report import.json"},
                            "gpswitch-import(1)"});
    c->add_option("SOURCE", o->source, "What to read: a package, a store, or a raw extract")->required();
    c->add_option("TARGET", o->target, "Where to: system:place, or a name ending in .db for SQLite")
        ->required();
    with_overwrite(*c, commands.common, "Start afresh: replace the target instead of updating it");
    with_jobs(*c, commands.common);
    with_selection(*c, commands.common);
    with_mapping(*c, commands.common);
    with_dry_run(*c, commands.common);
    with_report(*c, commands.common);
    with_spool(*c, commands.common);
    with_incomplete(*c, commands.common);
    with_show_values(*c, commands.common);
    with_talk(*c, commands.common);
}

}  // namespace gpswitch::cmd
