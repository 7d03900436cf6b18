// cmd/export.cpp: collect, verify, merge deltas, seal. See gpswitch-export(1).
#include "core/pipeline/export.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <CLI/CLI.hpp>

#include "cmd/commands.hpp"
#include "cmd/context.hpp"
#include "cmd/export_report.hpp"
#include "cmd/signals.hpp"
#include "cmd/talk.hpp"
#include "core/pipeline/seal.hpp"
#include "core/system/all.hpp"
#include "core/util/error.hpp"

namespace gpswitch::cmd {
namespace {

struct ExportOptions {
    std::vector<std::string> sources;
};

/// The places of one system, opened.
struct Places {
    const record::System* system = nullptr;
    std::vector<std::shared_ptr<archive::Place>> open;
};

Places open_all(const std::vector<std::string>& sources, const Context& context, IssueSink& issues) {
    Places out;
    for (const std::string& source : sources) {
        const systems::Address address = systems::parse(source);
        // Says what is there instead; a place that is no file cannot be opened to find out.
        if (address.system != nullptr && !systems::place_is_file(*address.system))
            (void)address.system->exporter({});
        const auto place = context.open_place(address.place, context.options.output);
        const auto* system = address.system != nullptr ? address.system : &systems::recognise(*place);
        if (out.system != nullptr && system != out.system)
            throw InputError(
                fmt::format("{} is {}, but {} is {}", sources[0], out.system->name(), source, system->name()),
                "one export is of one practice in one system: a bulk extract and its deltas");
        out.system = system;
        for (const Issue& issue : refusals(*place, address.place)) issues.add(issue);
        if (const auto held = pipeline::held_in_export(*place)) issues.add(*held);
        out.open.push_back(place);
    }
    return out;
}

ExitCode run(const ExportOptions& o, Context& context) {
    const CommonOptions& common = context.options;
    if (common.output == "-")
        throw UsageError("export: an export has many files and cannot go to stdout",
                         "name a folder, a .zip or a .tar.zst");
    if (common.report.ends_with(".html"))
        throw UsageError("export: there is no report of an export as a page",
                         "name a file that ends in .json or .md");
    context.need_free(common.output);
    context.need_free_report();
    for (const std::string& source : o.sources) need_apart(systems::parse(source).place, common.output);

    ExportReport report{.sources = o.sources, .target = common.output, .dry_run = common.dry_run};
    Findings findings;
    const Places places = open_all(o.sources, context, findings);
    std::shared_ptr<mapping::MappingSet> mapping;
    if (!places.system->mapping_id().empty())
        mapping = context.load_mapping(common.mapping.empty() ? std::string(places.system->mapping_id())
                                                              : common.mapping);
    {
        Progress progress;
        pipeline::ExportOptions options;
        options.output = common.dry_run ? "" : common.output;
        options.overwrite = common.overwrite;
        options.mapping = mapping.get();
        options.practice = common.practice;
        options.as_of = common.as_of;
        options.show_values = common.show_values;
        options.issues = &findings;
        options.progress = [&](std::uint64_t done, std::uint64_t total) { progress(done, total); };
        options.interrupted = &interrupted();
        report.result = pipeline::export_to(*places.system, places.open, options);
    }
    report.findings = &findings;
    for (const auto& place : places.open) report.refused += place->refused().size();
    report.next = fmt::format("gpswitch map {} -o practice.zip", shell_word(common.output));
    return report.finish(common);
}

}  // namespace

void add_export(Commands& commands) {
    auto o = std::make_shared<ExportOptions>();
    auto* c = commands.add("export", "Collect an extract and its deltas into a sealed, verbatim copy",
                           [o](Context& context) { return run(*o, context); },
                           {{"gpswitch export practice-extract.zip -o export/",
                             "gpswitch export emis:practice-extract/ -o export.tar.zst --as-of 2026-03-31",
                             "gpswitch export practice-extract/ -o nothing/ --dry-run"},
                            "gpswitch-export(1)"});
    c->add_option("SOURCE", o->sources, "What to collect: [system:]file, folder or archive; several make one")
        ->required();
    with_output(*c, commands.common, "EXPORT", "Export to write: a folder, .zip or .tar.zst (required)",
                true);
    with_overwrite(*c, commands.common, "Replace what exists under the output's name");
    with_practice(*c, commands.common);
    with_dry_run(*c, commands.common);
    with_mapping(*c, commands.common);
    with_report(*c, commands.common);
    with_spool(*c, commands.common);
    with_show_values(*c, commands.common);
    with_talk(*c, commands.common);
}

}  // namespace gpswitch::cmd
