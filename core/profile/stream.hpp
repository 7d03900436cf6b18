#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/profile/links.hpp"
#include "core/report/issue.hpp"

namespace gpswitch::profile {

/// What was looked at. `not_checked` over everything so far.
struct StreamTotals {
    std::uint64_t resources = 0, bytes = 0, refused = 0;
    NotChecked not_checked;
    Tally tally;  ///< with CheckOptions::tally
};

struct StreamOptions {
    CheckOptions check;
    unsigned jobs = 1;
    Scope scope = Scope::open;
    std::string spool_folder;  ///< for what does not fit in memory; empty: /tmp
    /// Called with parts of a file that will not be read again, from any worker: what is mapped can be let
    /// go.
    std::function<void(std::string_view)> leave;
    /// Called after each piece of about a quarter of a MiB, on the thread that called check().
    std::function<void(const StreamTotals&)> progress;
};

/// A file to be checked.
struct StreamFile {
    std::string name;        ///< what issues call it
    std::uint64_t size = 0;  ///< bytes
    /// Its bytes, which live until finish(); called once, from any worker.
    std::function<std::string_view()> open;
};

/// Checks files of resources and passes what is found on as issues, in the order of the files and their text,
/// the same whatever the number of jobs. A file is NDJSON (one resource a line; blank lines, CRLF and a byte
/// order mark are put up with) or one JSON document: by its name, else by whether its first line is a whole
/// object. A line that is not JSON is one issue, and the next line is read. Workers share the files, and of
/// NDJSON the lines. Issues are passed on by the calling thread. Memory: a few MiB a job, and for the largest
/// line or document about five times its size. Errors: what `open` and the sink throw ends the check.
class Stream {
  public:
    Stream(const Table& table, StreamOptions options);
    ~Stream();
    void check(std::span<const StreamFile> files, IssueSink& sink);
    /// `name`: what issues call the file.
    void check(std::string_view bytes, const std::string& name, IssueSink& sink);
    /// What only all files together can tell; see Links. Once, last.
    void finish(IssueSink& sink) { links_.finish(sink, totals_.not_checked); }
    const StreamTotals& totals() const { return totals_; }

  private:
    struct Worker;
    struct Piece;
    class Run;
    const Table& table_;
    StreamOptions options_;
    StreamTotals totals_;
    Links links_;
    std::vector<std::unique_ptr<Worker>> workers_;
};

}  // namespace gpswitch::profile
