// cmd/validate.cpp: findings in an extract, a package or a store. See gpswitch-validate(1).
#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <algorithm>
#include <mutex>
#include <tuple>

#include "cmd/commands.hpp"
#include "cmd/context.hpp"
#include "cmd/output.hpp"
#include "cmd/run_report.hpp"
#include "cmd/version.hpp"
#include "core/io/file.hpp"
#include "core/pipeline/pipeline.hpp"
#include "core/system/all.hpp"
#include "core/util/error.hpp"
#include "core/validate/validate.hpp"

namespace gpswitch::cmd {
namespace {

struct ValidateOptions {
    std::string source;
    bool list_rules = false;
};

std::string listed() {
    std::string out;
    for (const validate::Rule& r : validate::rules())
        out += fmt::format("{} {}: {}\n    {}\n    Source: {}\n    What to do: {}\n", r.code,
                           to_text(r.severity), r.title, r.why, r.source, r.hint);
    return out;
}

/// The consistency rules, applied while the records pass by in the workers.
class Inspection {
  public:
    Inspection(const OpenSource& source, const Context& context) : census_(source.census()) {
        validate::Rules rules;
        const auto table = [&](const char* name, auto load) {
            const std::string path = context.rule_file(name);
            return load(io::read_all(path), path);
        };
        rules.no_known_allergy = table("no-known-allergy.csv", validate::load_no_known_allergy);
        rules.list_codes = table("list-code.csv", validate::load_list_codes);
        rules.plausible = table("plausible.csv", validate::load_plausible);
        rules.safeguards = &context.safeguards();
        rules.census = &census_;
        checker_ = validate::consistency(std::move(rules));
    }
    void operator()(record::Record& record) {
        IssueList found;
        checker_->check(record, found);
        record.issues.insert(record.issues.end(), std::make_move_iterator(found.issues.begin()),
                             std::make_move_iterator(found.issues.end()));
        const std::scoped_lock lock(mutex_);
        practice_.see(record, &census_);
    }
    /// Findings over all patients; sorted, because the workers saw them in any order.
    void finish(IssueSink& sink) const {
        IssueList found;
        practice_.finish(found);
        std::sort(found.issues.begin(), found.issues.end(), [](const Issue& a, const Issue& b) {
            return std::tie(a.code, a.member, a.line, a.resource, a.path) <
                   std::tie(b.code, b.member, b.line, b.resource, b.path);
        });
        for (const Issue& issue : found.issues) sink.add(issue);
    }

  private:
    const record::Census& census_;
    std::unique_ptr<validate::Checker> checker_;
    validate::PracticeChecker practice_;
    std::mutex mutex_;
};

std::string title_of(std::string_view code) {
    const validate::Rule* rule = validate::find_rule(code);
    return rule == nullptr ? "" : std::string(rule->title);
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

    RunReport report{.command = "validate"};
    OpenSource source = context.open_source(o.source);
    ReportStream stream(common);
    const auto writer = make_issue_writer(
        stream.format(), stream.output(),
        {.title = "gpswitch validate", .version = std::string(version()), .describe = title_of});
    Findings findings(writer.get());
    Inspection inspection(source, context);
    const auto target = pipeline::nowhere();
    const auto ledger = context.move(
        source, *target, findings, [&inspection](record::Record& record) { inspection(record); },
        source.mapping == nullptr);
    inspection.finish(findings);
    writer->finish();
    stream.publish();
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
