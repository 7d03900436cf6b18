#pragma once
#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include "core/diff/diff.hpp"
#include "core/record/lines.hpp"

namespace gpswitch::diff {

/// Finds lines that need not be read, since they are the same bytes on both sides: of patients who have the
/// same types and ids in the same order, on sides whose entities are lines (record::Lines). Thread-safe.
class Twins {
  public:
    enum class Read : std::uint8_t {
        both,    ///< the lines differ, or say who the patient is
        before,  ///< the same; but reading one of them may show that the patient is held
        none,    ///< the same
    };
    using Plan = std::vector<Read>;  ///< by line; empty: both records are read whole

    /// The nth record of either side is that of the nth pair.
    Twins(const Side& before, const Side& after, std::vector<std::pair<std::uint32_t, std::uint32_t>> pairs);

    bool possible() const { return before_ != nullptr && after_ != nullptr; }
    /// What is passed over on a side.
    record::Lines::Pass pass(bool before);
    /// The plan for the nth pair; forgets it. Call once, when both records have been read.
    Plan take(std::size_t nth);

  private:
    std::shared_ptr<const Plan> plan(std::size_t nth);
    Plan make(std::size_t nth) const;

    record::Lines *before_ = nullptr, *after_ = nullptr;
    std::vector<std::pair<std::uint32_t, std::uint32_t>> pairs_;
    std::mutex mutex_;
    std::map<std::size_t, std::shared_ptr<const Plan>> plans_;
};

}  // namespace gpswitch::diff
