#pragma once
#include <memory>
#include <string>

#include "cmd/common_options.hpp"
#include "core/pipeline/selection.hpp"

/// --patient, --population, --practice and --as-of, as given to what they choose. NHS numbers are never said
/// again.
namespace gpswitch::cmd {

/// `population_rules`: where rules/population.csv is; asked for only with --population.
/// Errors: UsageError (not an NHS number, an unknown population), InputError when @FILE cannot be read.
std::shared_ptr<pipeline::Selection> selection_of(const CommonOptions& options,
                                                  const std::function<std::string()>& population_rules);

/// InputError when the source is another practice than --practice, or of a later moment than --as-of.
void check_practice_and_moment(const CommonOptions& options, const record::Census& census,
                               const std::string& address);

/// `inner` with more findings, and with the filters of this run in its census.
std::unique_ptr<record::Source> with_more(std::unique_ptr<record::Source> inner, std::vector<Issue> issues,
                                          const std::vector<std::string>& selection);

}  // namespace gpswitch::cmd
