#pragma once
#include <condition_variable>
#include <exception>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "core/diff/diff.hpp"
#include "core/record/lines.hpp"

namespace gpswitch::diff {

/// The records of some patients of a side, in order, prepared for comparison. With `threaded` they are read
/// in a thread of their own, a few ahead of the one that is looked at; the records and their order are the
/// same.
class Ahead {
  public:
    /// `pass`: for a source that is record::Lines, what is not read; may be empty.
    Ahead(const Side& side, const std::vector<std::uint32_t>& patients, bool threaded,
          record::Lines::Pass pass = {});
    ~Ahead();
    Ahead(const Ahead&) = delete;
    Ahead& operator=(const Ahead&) = delete;

    /// The next record, the caller's to change until the next call. Throws what the source threw, and
    /// std::logic_error when there are fewer records than patients.
    record::Record& next();

  private:
    void read(record::Record& into);
    void work();

    const Side& side_;
    std::unique_ptr<record::Cursor> cursor_;
    // Records go round: [taken_, made_) are ready, the one before taken_ is the caller's.
    std::vector<record::Record> ring_;
    std::size_t patients_, made_ = 0, taken_ = 0;
    bool stop_ = false;
    std::exception_ptr failure_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::thread thread_;
};

}  // namespace gpswitch::diff
