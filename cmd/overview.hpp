#pragma once
#include <cstdint>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/pipeline/selection.hpp"
#include "core/record/record.hpp"
#include "core/summary/summary.hpp"

namespace gpswitch::cmd {

/// What a summary says of a practice beyond its ledger: how many patients are of each population, as for
/// --population (mappings/rules/population.csv); and which codes no national code system stands for, by the
/// patients they touch. Looks at records in standard form; called in the workers, thread-safe. Memory: about
/// 200 bytes a code.
class Overview {
  public:
    /// `national`: mappings/rules/national-code-systems.csv, with the columns system, name, why.
    /// Errors: MappingError with `name` when it is not of that shape.
    Overview(std::string_view national, const std::string& name, pipeline::Populations populations);
    void see(const record::Record& record);

    /// Populations with their numbers, the one for anyone else first; of that one apart those of whose
    /// registration nothing is said. Without those nobody is in.
    std::vector<summary::Count> patient_groups() const;
    /// Ranked by patients, then entries, then code.
    std::vector<summary::UnmappedCode> unmapped() const;

  private:
    /// The coding by which people know the code: the first. Nullptr when a national one is there, or none.
    const record::Coding* unmapped_in(const record::Concept& code) const;
    struct Use {
        std::string term;
        std::uint64_t patients = 0, entries = 0;
    };
    std::set<std::string, std::less<>> national_;
    std::map<std::pair<std::string, std::string>, Use> codes_;  ///< (system, code)
    pipeline::Populations populations_;
    std::map<std::string, std::uint64_t> groups_;
    std::mutex mutex_;
};

}  // namespace gpswitch::cmd
