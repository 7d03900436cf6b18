#pragma once
#include <sys/mman.h>

#include <algorithm>
#include <memory>
#include <queue>
#include <string>
#include <string_view>
#include <vector>

#include "core/io/file.hpp"

namespace gpswitch::profile {

/// Sorts any number of plain values in bounded memory: kMost of them at once, sorted runs of the rest in
/// nameless files of the spool folder. Equal values come in any order. Errors: TargetError when the folder is
/// full. Not thread-safe.
template <class T, class Less>
class SpoolSort {
  public:
    static constexpr std::size_t kBytes = std::size_t{32} << 20;

    explicit SpoolSort(std::string folder, std::size_t most = kBytes / sizeof(T))
        : folder_(std::move(folder)), most_(most) {}

    void add(const T& value) {
        if (here_.size() == most_) spill();
        here_.push_back(value);
    }
    bool empty() const { return here_.empty() && runs_.empty(); }

    /// Calls `each` with every value, the least first; once.
    template <class Each>
    void drain(Each each) {
        sort();
        if (runs_.empty()) {
            for (const T& v : here_) each(v);
            here_ = {};
            return;
        }
        if (!here_.empty()) spill();
        here_ = {};
        const auto later = [](const Run* a, const Run* b) { return Less()(b->front(), a->front()); };
        std::priority_queue<Run*, std::vector<Run*>, decltype(later)> next(later);
        for (const auto& r : runs_) next.push(r.get());
        while (!next.empty()) {
            Run* r = next.top();
            next.pop();
            each(r->front());
            if (r->step()) next.push(r);
        }
        runs_.clear();
    }

  private:
    /// A sorted run, read from its beginning; pages that were read are given back.
    struct Run {
        static constexpr std::size_t kGiveBack = std::size_t{1} << 20;
        std::shared_ptr<io::MappedFile> file;
        std::size_t at = 0, given = 0;
        const T& front() const { return reinterpret_cast<const T*>(file->bytes().data())[at]; }
        bool step() {
            ++at;
            if (at * sizeof(T) - given >= kGiveBack) {
                ::madvise(const_cast<char*>(file->bytes().data()) + given, kGiveBack, MADV_DONTNEED);
                given += kGiveBack;
            }
            return at * sizeof(T) < file->bytes().size();
        }
    };

    /// Where Less knows of a number that comes first in its order and is spread evenly, values are brought to
    /// their parts of the whole by it before each part is sorted: most of sorting is then done in the cache.
    void sort() {
        if constexpr (requires(const T& v) { Less::spread(v); }) {
            constexpr std::size_t kParts = 4096;
            if (here_.size() >= kParts * 4) {
                const auto part_of = [](const T& v) {
                    return static_cast<std::size_t>(Less::spread(v) >> 52);
                };
                std::vector<std::size_t> end(kParts + 1, 0), at(kParts);
                for (const T& v : here_) ++end[part_of(v) + 1];
                for (std::size_t p = 0; p < kParts; ++p) {
                    end[p + 1] += end[p];
                    at[p] = end[p];
                }
                for (std::size_t p = 0; p < kParts; ++p)
                    while (at[p] < end[p + 1]) {
                        const std::size_t to = part_of(here_[at[p]]);
                        if (to == p)
                            ++at[p];
                        else
                            std::swap(here_[at[p]], here_[at[to]++]);
                    }
                for (std::size_t p = 0; p < kParts; ++p)
                    std::sort(here_.begin() + static_cast<std::ptrdiff_t>(end[p]),
                              here_.begin() + static_cast<std::ptrdiff_t>(end[p + 1]), Less());
                return;
            }
        }
        std::sort(here_.begin(), here_.end(), Less());
    }

    void spill() {
        sort();
        io::SpoolFile file(folder_);
        file.write({reinterpret_cast<const char*>(here_.data()), here_.size() * sizeof(T)});
        runs_.push_back(std::make_unique<Run>());
        runs_.back()->file = file.map("what was met");
        here_.clear();
    }

    std::string folder_;
    std::size_t most_;
    std::vector<T> here_;
    std::vector<std::unique_ptr<Run>> runs_;
};

}  // namespace gpswitch::profile
