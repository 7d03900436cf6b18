// cmd/map.cpp: a source to a standard-form package. See gpswitch-map(1).
#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "cmd/commands.hpp"
#include "cmd/context.hpp"
#include "cmd/run_report.hpp"
#include "core/pipeline/pipeline.hpp"
#include "core/system/all.hpp"
#include "core/util/error.hpp"

namespace gpswitch::cmd {
namespace {

struct MapOptions {
    std::string source;
};

/// "practice.zip" -> "practice.db", to suggest a store.
std::string store_for(std::string name) {
    while (name.size() > 1 && name.back() == '/') name.pop_back();
    for (const std::string_view suffix : {".zip", ".tar.zst"})
        if (name.ends_with(suffix)) name.resize(name.size() - suffix.size());
    return name + ".db";
}

ExitCode run(const MapOptions& o, Context& context) {
    const CommonOptions& common = context.options;
    if (common.output == "-")
        throw UsageError("map: a package has many files and cannot go to stdout",
                         "name a folder, a .zip or a .tar.zst");
    context.need_free(common.output);
    context.need_free_report();
    need_apart(systems::parse(o.source).place, common.output);

    RunReport report{.command = "map", .target = common.output};
    OpenSource source = context.open_source(o.source, common.output);
    const auto target = common.dry_run ? pipeline::nowhere()
                                       : systems::find("fhir")->create({common.output, common.overwrite});
    Findings findings;
    const auto ledger = context.move(source, *target, findings);
    report.source = &source;
    report.ledger = ledger.get();
    report.findings = &findings;
    report.dry_run = common.dry_run;
    if (!common.dry_run)
        report.next = fmt::format("gpswitch import {} {}", shell_word(common.output),
                                  shell_word(store_for(common.output)));
    return report.finish(common);
}

}  // namespace

void add_map(Commands& commands) {
    auto o = std::make_shared<MapOptions>();
    auto* c = commands.add("map", "Turn a source into a standard-form package, with the account of every row",
                           [o](Context& context) { return run(*o, context); },
                           {{"gpswitch map practice-extract/ -o practice.zip",
                             "gpswitch map emis:practice-extract.zip -o practice/ --jobs 4 --report map.md",
                             "gpswitch map practice.db -o practice-again.zip"},
                            "gpswitch-map(1)"});
    c->add_option("SOURCE", o->source, "What to read: [system:]file, folder or archive")->required();
    with_output(*c, commands.common, "STANDARD", "Package to write: a folder, .zip or .tar.zst (required)",
                true);
    with_overwrite(*c, commands.common, "Replace what exists under the output's name");
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
