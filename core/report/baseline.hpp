#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/report/issue.hpp"

namespace gpswitch {

/// The findings of a former run, to tell what is new in this one.
///
///     Baseline known = Baseline::read(text, "findings.jsonl");
///     if (!known.has(issue)) show(issue);
///     known.gone();  // at the end
///
/// A finding is the same as one of the former run when code, resource, path, and the name of the file are the
/// same; the folders and archives that the file lies in, line, column and words may differ. Each of the
/// former run stands for one of this run: of two equal findings against one, the second is new. Memory: 24
/// bytes for each line read. Not thread-safe.
class Baseline {
  public:
    /// Reads JSON Lines as Format::jsonl writes them; blank lines, CRLF and a byte order mark are put up
    /// with. Errors: InputError with `name` and line when a line is not a finding.
    static Baseline read(std::string_view text, const std::string& name);

    /// Whether the former run has it still; takes it off.
    bool has(const Issue& issue);
    /// Findings of the former run, those that came again, and those that have not.
    std::uint64_t size() const { return size_; }
    std::uint64_t known() const { return known_; }
    std::uint64_t gone() const { return size_ - known_; }

  private:
    struct Entry {
        std::uint64_t a, b, count;
    };
    static Entry entry(const Issue& issue);
    std::vector<Entry> entries_;  ///< sorted
    std::uint64_t size_ = 0, known_ = 0;
};

}  // namespace gpswitch
