#pragma once
#include <cstdint>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/record/record.hpp"
#include "core/summary/summary.hpp"

namespace gpswitch::cmd {

/// What a summary says of a practice beyond its ledger: how many patients are registered, have left, have
/// died; and which codes no national code system stands for, by the patients they touch. Looks at records in
/// standard form; called in the workers, thread-safe. Memory: about 200 bytes a code.
class Overview {
  public:
    /// `national`: mappings/rules/national-code-systems.csv, with the columns system, name, why.
    /// Errors: MappingError with `name` when it is not of that shape.
    Overview(std::string_view national, const std::string& name);
    void see(const record::Record& record);

    /// Groups with their numbers, in a fixed order; without those nobody is in.
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
    std::uint64_t registered_ = 0, left_ = 0, dead_ = 0, unknown_ = 0;
    std::mutex mutex_;
};

}  // namespace gpswitch::cmd
