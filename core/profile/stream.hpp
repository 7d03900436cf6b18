#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "core/profile/links.hpp"
#include "core/report/issue.hpp"

namespace gpswitch::profile {

struct StreamOptions {
    CheckOptions check;
    unsigned jobs = 1;
    Scope scope = Scope::open;
    std::string spool_folder;  ///< for what does not fit in memory; empty: /tmp
};

/// What was looked at. `not_checked` over everything so far.
struct StreamTotals {
    std::uint64_t resources = 0, bytes = 0, refused = 0;
    NotChecked not_checked;
};

/// Checks files of resources and passes what is found on as issues, in the order of the text, the same
/// whatever the number of jobs. A file is NDJSON (one resource a line; blank lines, CRLF and a byte order
/// mark are put up with) or one JSON document: by its name, else by whether its first line is a whole object.
/// A line that is not JSON is one issue, and the next line is read. Memory: a few MiB a job and the largest
/// line.
class Stream {
  public:
    Stream(const Table& table, StreamOptions options)
        : table_(table), options_(std::move(options)), links_(table, options_.scope, options_.spool_folder) {}
    /// `name`: what issues call the file. `bytes` must live until finish().
    void check(std::string_view bytes, const std::string& name, IssueSink& sink);
    /// What only all files together can tell; see Links. Once, last.
    void finish(IssueSink& sink) { links_.finish(sink, totals_.not_checked); }
    const StreamTotals& totals() const { return totals_; }

  private:
    void lines(std::string_view bytes, const std::string& name, IssueSink& sink);
    void document(std::string_view bytes, const std::string& name, IssueSink& sink);
    const Table& table_;
    StreamOptions options_;
    StreamTotals totals_;
    Links links_;
};

}  // namespace gpswitch::profile
