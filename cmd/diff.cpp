// cmd/diff.cpp: two of anything, patient by patient, differences explained. See gpswitch-diff(1).
#include "core/diff/diff.hpp"

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <set>

#include "cmd/commands.hpp"
#include "cmd/context.hpp"
#include "cmd/diff_report.hpp"
#include "cmd/findings.hpp"
#include "cmd/version.hpp"
#include "core/io/file.hpp"
#include "core/system/all.hpp"
#include "core/util/error.hpp"

namespace gpswitch::cmd {
namespace {

struct DiffOptions {
    std::string before, after, pairs, origin;
    std::vector<std::string> ignore, via;
    bool explained = false, source_rows = false, test_numbers = false, siblings = false;
};

/// A part against the whole would give a difference for every patient that was left out of the part.
void need_same_selection(const OpenSource& before, const OpenSource& after) {
    const auto words = [](const OpenSource& s) {
        const auto& list = s.census().selection;
        return std::set<std::string>(list.begin(), list.end());
    };
    if (words(before) == words(after)) return;
    const auto said = [](const OpenSource& s) {
        const auto& list = s.census().selection;
        return fmt::format(
            "{} holds {}", s.address,
            list.empty() ? "a whole practice" : fmt::format("a selection ({})", fmt::join(list, "; ")));
    };
    throw InputError(
        fmt::format("{}, {}", said(before), said(after)),
        "give the filters it was made with (--population, --patient), and both sides are cut alike");
}

CompareOptions compare_options(const DiffOptions& o, const Context& context) {
    const CommonOptions& common = context.options;
    CompareOptions out;
    out.via = o.via;
    out.siblings = o.siblings;
    out.origin = o.origin;
    if (!o.pairs.empty()) out.pairs = diff::load_pairs(io::read_all(o.pairs), o.pairs);
    out.ignore = o.ignore;
    out.source_rows = o.source_rows;
    out.show_values = common.show_values;
    out.test_numbers = o.test_numbers;
    out.list_explained = o.explained;
    out.threads = common.jobs > 1;
    return out;
}

ExitCode run(const DiffOptions& o, Context& context) {
    const CommonOptions& common = context.options;
    for (const auto& place : {o.before, o.after}) {
        if (common.output.empty()) break;
        context.need_free(common.output);
        need_apart(systems::parse(place).place, common.output);
    }
    context.need_free_report();

    DiffReport report{.before = o.before, .after = o.after};
    CompareOptions options = compare_options(o, context);
    OpenSource before = context.open_source(o.before), after = context.open_source(o.after);
    context.select(before);
    context.select(after);
    need_same_selection(before, after);
    if (const auto nobody = context.selection().unfound(); !nobody.empty())
        throw InputError(nobody[0].text(), "a patient is compared when one side at least has the number");
    ReportStream stream(common);
    const auto writer =
        diff::make_writer(stream.format(), stream.output(),
                          {.title = "gpswitch diff", .version = std::string(version()), .describe = {}});
    report.totals = context.compare(before, after, options, *writer);
    stream.publish();
    report.system_before = before.census().system;
    report.system_after = after.census().system;
    return report.finish(common);
}

}  // namespace

void add_diff(Commands& commands) {
    auto o = std::make_shared<DiffOptions>();
    auto* c = commands.add(
        "diff", "Compare two of anything, patient by patient, and explain every difference",
        [o](Context& context) { return run(*o, context); },
        {{"gpswitch diff practice.zip practice.db", "gpswitch diff practice-extract/ practice.db --explained",
          "gpswitch diff practice.zip practice.db --format jsonl -o differences.jsonl"},
         "gpswitch-diff(1)"});
    c->add_option("BEFORE", o->before, "Records before: [system:]file, folder or archive")->required();
    c->add_option("AFTER", o->after, "Records after: the same")->required();
    with_output(*c, commands.common, "FILE", "Where to write the differences; - for stdout (default: stderr)",
                false);
    with_overwrite(*c, commands.common, "Replace what exists under the output's name");
    with_format(*c, commands.common);
    c->add_option("--pairs", o->pairs, "A person's decisions: CSV of before_key,after_key")
        ->type_name("FILE");
    c->add_option(
         "--via", o->via,
         "System the way led over, or what was written there: what it cannot carry explains (repeatable)")
        ->type_name("SYSTEM[:PLACE]")
        ->expected(1)
        ->take_all();
    auto* siblings =
        c->add_flag("--siblings", o->siblings,
                    "Both were written from the same records: what either layout cannot carry explains");
    c->add_option("--origin", o->origin, "The records that both siblings were written from")
        ->type_name("ADDRESS")
        ->needs(siblings);
    c->add_option("--ignore", o->ignore, "Element path not compared, e.g. Patient.photo (repeatable)")
        ->type_name("PATH")
        ->expected(1)
        ->take_all();
    c->add_flag("--explained", o->explained, "List explained differences too, not only their number");
    c->add_flag("--source-rows", o->source_rows, "Compare as well from which source rows entries came");
    c->add_flag("--test-numbers", o->test_numbers, "Pair by NHS numbers of the test range (999...) too");
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
