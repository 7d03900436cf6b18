#include "cmd/check_output.hpp"

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "cmd/rules.hpp"
#include "cmd/version.hpp"
#include "cmd/words.hpp"
#include "core/io/file.hpp"
#include "core/util/error.hpp"

namespace gpswitch::cmd {
namespace {

std::unique_ptr<IssueWriter> writer(ReportStream& stream, const CommonOptions& common, std::uint64_t most) {
    return make_issue_writer(stream.format(), stream.output(),
                             {.title = "gpswitch validate",
                              .version = std::string(version()),
                              .describe = find_rule,
                              .most = most,
                              .shows_values = common.show_values});
}

std::string a_scorecard(const std::string& text) {
    return text.ends_with(".json") || text.ends_with(".html") ? ""
                                                              : "a name ending in .html or .json expected";
}

std::string a_number(const std::string& text) {
    const bool digits =
        !text.empty() && text.size() <= 18 && text.find_first_not_of("0123456789") == std::string::npos;
    return digits ? "" : "a number of findings expected";
}

}  // namespace

void with_check_output(CLI::App& command, CheckOutputOptions& o) {
    command
        .add_option("--max-findings", o.most,
                    "Write this many findings at most; all are counted (default: all)")
        ->type_name("N")
        ->default_str("")
        ->check(CLI::Validator([](std::string& t) { return a_number(t); }, ""));
    command.add_option("--baseline", o.baseline, "Findings of a former run (jsonl): write only what is new")
        ->type_name("FILE");
    auto* card =
        command
            .add_option("--scorecard", o.scorecards,
                        "Counts without patient data, to be published; .html or .json by name (repeatable)")
            ->type_name("FILE")
            ->expected(1)
            ->take_all()
            ->allow_extra_args(false)
            ->check(CLI::Validator([](std::string& t) { return a_scorecard(t); }, ""));
    command.add_option("--title", o.title, "What the scorecard is of; it is published as given")
        ->type_name("TEXT")
        ->needs(card);
}

CheckOutput::CheckOutput(const Context& context, const CheckOutputOptions& options,
                         const profile::Table* table)
    : context_(context),
      options_(options),
      stream_(context.options),
      writer_(writer(stream_, context.options, options.most)),
      sieve_(*this),
      all_(&sieve_),
      fresh_(writer_.get()) {
    if (!options.baseline.empty()) {
        const auto file = io::MappedFile::open(options.baseline);
        baseline_ = std::make_unique<Baseline>(Baseline::read(file->bytes(), options.baseline));
    }
    if (!options.scorecards.empty() && table != nullptr)
        card_ = std::make_unique<profile::Scorecard>(
            *table, profile::Scorecard::Options{
                        .title = options.title, .version = std::string(version()), .describe = find_rule});
}

CheckOutput::~CheckOutput() = default;

void CheckOutput::Sieve::add(const Issue& issue) {
    if (to.card_) to.card_->add(issue);
    if (to.baseline_ && to.baseline_->has(issue)) return;
    to.fresh_.add(issue);
}

std::string CheckOutput::finish() {
    writer_->finish();
    stream_.publish();
    for (const std::string& place : options_.scorecards) {
        if (!card_) break;
        io::OutputFile file(place);
        file.write(place.ends_with(".html") ? card_->html() : card_->json());
        file.publish();
    }
    std::string out;
    if (baseline_)
        out +=
            fmt::format("Against {}: {} new, {} known, {} gone\n", options_.baseline,
                        grouped(writer_->total()), grouped(baseline_->known()), grouped(baseline_->gone()));
    const CommonOptions& common = context_.options;
    const bool said = stream_.format() == Format::text && common.output.empty() && common.format.empty();
    if (writer_->not_written() > 0 && !said) out += not_shown(writer_->not_written()) + '\n';
    return out;
}

}  // namespace gpswitch::cmd
