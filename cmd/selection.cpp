#include "cmd/selection.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <sstream>

#include "core/io/file.hpp"
#include "core/util/error.hpp"
#include "core/util/nhs_number.hpp"
#include "core/util/text.hpp"

namespace gpswitch::cmd {
namespace {

constexpr std::string_view kNumbers =
    "ten digits with a right check digit, one a line in a file; # begins a comment";

void add_number(pipeline::Selection& selection, std::string_view text, const std::string& origin) {
    const std::string digits = nhs_number::parse(text);
    if (digits.empty())
        throw UsageError(fmt::format("{}: not a valid NHS number (it is not shown here)", origin),
                         std::string(kNumbers));
    selection.add_number(digits, origin);
}

void add_file(pipeline::Selection& selection, const std::string& path) {
    std::istringstream text(io::read_all(path == "-" ? "/dev/stdin" : path));
    const std::string name = path == "-" ? "standard input" : path;
    std::string line;
    bool any = false;
    for (int number = 1; std::getline(text, line); ++number) {
        const std::string_view word = trim(std::string_view(line).substr(0, line.find('#')));
        if (word.empty()) continue;
        add_number(selection, word, fmt::format("{}:{}", name, number));
        any = true;
    }
    if (!any)
        throw UsageError(fmt::format("--patient: there is no NHS number in {}", name), std::string(kNumbers));
}

std::vector<std::string> words_of(const std::vector<std::string>& given) {
    std::vector<std::string> out;
    for (const std::string& list : given) {
        std::istringstream text(list);
        for (std::string word; std::getline(text, word, ',');) out.emplace_back(trim(word));
    }
    return out;
}

class WithMore : public record::Source {
  public:
    WithMore(std::unique_ptr<record::Source> inner, std::vector<Issue> issues,
             const std::vector<std::string>& selection)
        : inner_(std::move(inner)), issues_(std::move(issues)) {
        issues_.insert(issues_.end(), inner_->issues().begin(), inner_->issues().end());
        if (selection.empty()) return;
        census_ = std::make_unique<record::Census>(inner_->census());
        auto& words = census_->selection;
        for (const std::string& word : selection)
            if (std::find(words.begin(), words.end(), word) == words.end()) words.push_back(word);
    }
    const record::Census& census() const override { return census_ ? *census_ : inner_->census(); }
    std::unique_ptr<record::Cursor> read(std::span<const std::uint32_t> patients) override {
        return inner_->read(patients);
    }
    std::unique_ptr<record::Cursor> leftovers() override { return inner_->leftovers(); }
    bool find(const record::Need& need, record::Record& record) override {
        return inner_->find(need, record);
    }
    const std::vector<Issue>& issues() const override { return issues_; }

  private:
    std::unique_ptr<record::Source> inner_;
    std::unique_ptr<record::Census> census_;  ///< only where a selection changes it
    std::vector<Issue> issues_;
};

}  // namespace

std::shared_ptr<pipeline::Selection> selection_of(const CommonOptions& options,
                                                  const std::function<std::string()>& population_rules) {
    auto out = std::make_shared<pipeline::Selection>();
    for (const std::string& text : options.patients) {
        if (text == "-" || text.starts_with('@'))
            add_file(*out, text == "-" ? text : text.substr(1));
        else
            add_number(*out, text, "--patient");
    }
    const auto populations = words_of(options.populations);
    // An empty variable of a script must not mean everyone.
    if (populations.empty() && !options.populations.empty())
        throw UsageError("--population: none is named", "all, or one or more of them with commas between");
    if (populations.empty() || populations == std::vector<std::string>{"all"}) return out;
    const std::string path = population_rules();
    out->set_populations(populations, pipeline::Populations::load(io::read_all(path), path));
    return out;
}

void check_practice_and_moment(const CommonOptions& options, const record::Census& census,
                               const std::string& address) {
    std::string_view practice = trim(options.practice);
    if (practice.starts_with('{') && practice.ends_with('}'))
        practice = practice.substr(1, practice.size() - 2);
    if (!practice.empty() && !same_ignoring_case(practice, census.ods) &&
        !same_ignoring_case(practice, census.practice))
        throw InputError(fmt::format("{}: holds practice {}, not {}", address,
                                     census.ods.empty() ? shown(census.practice) : shown(census.ods),
                                     shown(options.practice)),
                         "leave --practice out, or name the source of that practice");
    if (options.as_of.empty()) return;
    if (census.as_of.empty())
        throw InputError(fmt::format("{}: does not say of which moment it is", address),
                         "--as-of chooses among the deliveries of an extract: leave it out here");
    const std::size_t n = std::min(census.as_of.size(), options.as_of.size());
    if (census.as_of.compare(0, n, options.as_of, 0, n) > 0)
        throw InputError(fmt::format("{}: is as of {}, after {}", address, census.as_of, options.as_of),
                         "what is merged or mapped already cannot be taken back: go to the extract itself");
}

std::unique_ptr<record::Source> with_more(std::unique_ptr<record::Source> inner, std::vector<Issue> issues,
                                          const std::vector<std::string>& selection) {
    return std::make_unique<WithMore>(std::move(inner), std::move(issues), selection);
}

}  // namespace gpswitch::cmd
