// cmd/switch.cpp: the whole move, gate by gate, and the check of what it left behind. See gpswitch-switch(1).
#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <CLI/CLI.hpp>

#include "cmd/commands.hpp"
#include "cmd/context.hpp"
#include "cmd/move.hpp"
#include "cmd/talk.hpp"
#include "cmd/words.hpp"
#include "core/summary/certificate.hpp"
#include "core/util/error.hpp"

namespace gpswitch::cmd {
namespace {

struct SwitchOptions {
    MoveOptions move;
    std::string verify;
};

ExitCode verify(const std::string& folder) {
    const summary::Verification v = summary::verify(folder);
    for (const summary::Discrepancy& d : v.discrepancies) spdlog::error("{}/{}: {}", folder, d.path, d.what);
    if (!v.discrepancies.empty()) {
        say_text(fmt::format("{} is not as it was when the move ended: {}.\n", folder,
                             count(v.discrepancies.size(), "discrepancy", "discrepancies")));
        return ExitCode::negative;
    }
    say_text(fmt::format(
        "{}: {} of {} are as they were when the move ended.\nGates: {}.\n"
        "The certificate's SHA-256, to compare with one kept elsewhere: {}\n",
        folder, count(v.files, "file", "files"), count(v.bytes, "byte", "bytes"), v.answer, v.sha256));
    return ExitCode::ok;
}

ExitCode run(const SwitchOptions& o, Context& context) {
    if (!o.verify.empty()) {
        if (!o.move.source.empty() || !context.options.output.empty() || o.move.rehearse)
            throw UsageError("switch: --verify checks a folder and moves nothing",
                             "give the folder alone: gpswitch switch --verify FOLDER");
        return verify(o.verify);
    }
    if (o.move.source.empty() || (o.move.target.empty() && !o.move.rehearse))
        throw UsageError(fmt::format("switch: {} is required", o.move.source.empty() ? "SOURCE" : "TARGET"),
                         "gpswitch switch SOURCE TARGET -o FOLDER; with --rehearse, TARGET may be left out");
    if (context.options.output.empty())
        throw UsageError("switch: --output is required", "-o FOLDER says where to leave what the move makes");
    if (context.options.output == "-")
        throw UsageError("switch: a folder cannot go to stdout", "-o FOLDER names one");
    context.need_free(context.options.output);
    context.need_free_report();
    return Move(o.move, context).run();
}

}  // namespace

void add_switch(Commands& commands) {
    auto o = std::make_shared<SwitchOptions>();
    auto* c = commands.add(
        "switch", "The whole move: export, map, validate, import, read back, diff, report",
        [o](Context& context) { return run(*o, context); },
        {{"gpswitch switch practice-extract/ practice.db -o move",
          "gpswitch switch --rehearse practice-extract/ -o rehearsal", "gpswitch switch --verify move"},
         "gpswitch-switch(1)"});
    c->add_option("SOURCE", o->move.source, "What to move: [system:]file, folder or archive");
    c->add_option("TARGET", o->move.target, "Where to: system:place, or a name ending in .db for SQLite");
    with_output(*c, commands.common, "FOLDER",
                "Folder for all that the move makes, but the target (required)", false);
    c->add_flag("--rehearse", o->move.rehearse, "Do everything against a store that is thrown away");
    c->add_option("--verify", o->verify, "Check a finished folder against its certificate; needs no network")
        ->type_name("FOLDER");
    with_severity(*c, "--stop-on", o->move.stop_on,
                  "Lowest severity at which a gate fails, before the target is touched (default: fatal)");
    c->add_option(
         "--profile", o->move.profiles,
         "Table of profiles instead of the shipped one, or a profile's URL that resources have to satisfy; "
         "may be given again")
        ->type_name("TABLE|URL")
        ->allow_extra_args(false);
    c->add_flag("--no-profiles", o->move.no_profiles,
                "Do not check the package against FHIR and its profiles");
    with_overwrite(*c, commands.common, "Replace the folder and the target, if they exist");
    with_jobs(*c, commands.common);
    with_selection(*c, commands.common);
    with_mapping(*c, commands.common);
    with_report(*c, commands.common);
    with_spool(*c, commands.common);
    with_talk(*c, commands.common);
}

}  // namespace gpswitch::cmd
