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
        std::sort(here_.begin(), here_.end(), Less());
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

    void spill() {
        std::sort(here_.begin(), here_.end(), Less());
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
