#include "core/profile/stream.hpp"

#include <algorithm>
#include <condition_variable>
#include <cstring>
#include <exception>
#include <mutex>
#include <thread>

#include "core/profile/rules.hpp"
#include "core/util/text.hpp"

namespace gpswitch::profile {
namespace {

/// Small enough that a piece, where its values are and what becomes of it stay in a processor's own cache.
constexpr std::size_t kChunk = std::size_t{256} << 10;
constexpr std::string_view kMark = "\xEF\xBB\xBF";

std::size_t line_end(std::string_view s, std::size_t from) {
    const void* p = from < s.size() ? std::memchr(s.data() + from, '\n', s.size() - from) : nullptr;
    return p == nullptr ? s.size() : static_cast<std::size_t>(static_cast<const char*>(p) - s.data());
}

bool blank(std::string_view s) { return s.find_first_not_of(" \t\r\n") == std::string_view::npos; }

}  // namespace

/// A part of the work: some whole lines of a file, or a whole file; and what was found. Line numbers count
/// from 1 within it until it is passed on. Pieces are written by different workers: each has its cache lines.
struct alignas(128) Stream::Piece {
    std::size_t file = 0;
    std::string_view text;
    std::size_t room = 0;  ///< readable from text.data() on
    std::string_view all;  ///< the whole file, without a byte order mark
    bool whole = false;    ///< a file that is not open yet, or one document
    bool opened = false;   ///< `text` is set
    bool first = false;    ///< of its file
    std::vector<Issue> issues;
    std::vector<Link> links;
    std::uint64_t resources = 0, refused = 0, bytes = 0, lines = 0;
    std::exception_ptr error;
    bool done = false;
};

/// One worker: a document and a checker that are used again and again.
struct alignas(128) Stream::Worker {
    Worker(const Table& table, const CheckOptions& options)
        : document(table.atoms()), checker(table, options) {}

    Document document;
    Checker checker;
    std::vector<Finding> found;

    /// The document is parsed, or `error` says why not; the text begins in `first_line`.
    void check(bool parsed, const json::Error& error, std::string_view text, std::uint64_t first_line,
               Piece& piece) {
        found.clear();
        ++piece.resources;
        if (parsed) {
            const std::size_t before = piece.links.size();
            checker.check(document, found, &piece.links);
            const auto begin = static_cast<std::uint64_t>(text.data() - piece.all.data());
            for (std::size_t i = before; i < piece.links.size(); ++i)
                piece.links[i].document = begin & 0xFFFFFFFFFFFF;
        } else {
            ++piece.refused;
            Finding f;
            f.severity = Severity::fatal;
            f.code = "FHIR-JSON-001";
            f.offset = static_cast<std::uint32_t>(std::min<std::uint64_t>(error.offset, text.size()));
            f.message = "this is not JSON: " + error.message;
            f.source = find_rule(f.code)->source;
            found.push_back(std::move(f));
        }
        std::size_t counted = 0, start = 0;
        std::uint64_t line = first_line;
        for (Finding& f : found) {
            const std::size_t at = std::min<std::size_t>(f.offset, text.size());
            for (std::size_t i = counted; i < at; ++i)
                if (text[i] == '\n') {
                    ++line;
                    start = i + 1;
                }
            counted = std::max(counted, at);
            Issue& issue = piece.issues.emplace_back();
            issue.severity = f.severity;
            issue.code = f.code;
            issue.line = line;
            issue.column = at - std::min(start, at) + 1;
            issue.resource = std::move(f.resource);
            issue.path = std::move(f.path);
            issue.message = std::move(f.message);
            issue.source = std::move(f.source);
        }
    }

    void lines(Piece& piece) {
        const std::string_view text = piece.text;
        const bool together = document.look_through(text, piece.room);
        json::Error error;
        for (std::size_t at = 0; at < text.size();) {
            const std::size_t end = line_end(text, at);
            ++piece.lines;
            std::string_view line = text.substr(at, end - at);
            if (line.ends_with('\r')) line.remove_suffix(1);
            if (!line.empty() && (line[0] == '{' || !blank(line))) {
                const bool good = together ? document.parse_line(line, error)
                                           : document.parse(line, piece.room - at, error);
                check(good, error, line, piece.lines, piece);
            }
            at = end + 1;
        }
    }

    void whole(Piece& piece) {
        json::Error error;
        const bool good = document.parse(piece.text, piece.room, error);
        check(good, error, piece.text, 1, piece);
    }

    /// One resource a line? By the name, else by the first line.
    bool by_line(std::string_view bytes, const std::string& name) {
        const std::string lower_name = lower(name);
        if (lower_name.ends_with(".ndjson") || lower_name.ends_with(".jsonl")) return true;
        if (lower_name.ends_with(".json")) return false;
        const std::size_t end = line_end(bytes, 0);
        json::Error error;
        return end < bytes.size() && !blank(bytes.substr(end)) &&
               document.parse(bytes.substr(0, end), bytes.size(), error);
    }
};

/// One check of many files: hands out the pieces, and passes on what was found in their order.
class Stream::Run {
  public:
    Run(Stream& stream, std::span<const StreamFile> files, IssueSink& sink)
        : s_(stream), files_(files), sink_(sink), ring_(stream.workers_.size() * 4) {}

    void run() {
        struct Stop {
            Run& run;
            ~Stop() {
                const std::lock_guard lock(run.mutex_);
                run.over_ = true;
                run.moved_.notify_all();
            }
        };
        std::vector<std::jthread> threads;
        const Stop stop{*this};
        for (std::size_t j = 1; j < s_.workers_.size(); ++j)
            threads.emplace_back([this, j] { work(*s_.workers_[j]); });
        lead(*s_.workers_[0]);
    }

  private:
    Piece& slot(std::uint64_t number) { return ring_[number % ring_.size()]; }

    void work(Worker& worker) {
        std::unique_lock lock(mutex_);
        while (true) {
            moved_.wait(lock, [this] { return over_ || taken_ - passed_on_ < ring_.size(); });
            if (over_ || !take(worker)) return;
            do_one(worker, slot(taken_ - 1), lock);
        }
    }

    /// The calling thread: checks like the others, and passes on.
    void lead(Worker& worker) {
        std::unique_lock lock(mutex_);
        while (true) {
            while (passed_on_ < taken_ && slot(passed_on_).done) {
                Piece& piece = slot(passed_on_);
                lock.unlock();
                pass_on(piece);
                lock.lock();
                ++passed_on_;
                moved_.notify_all();
            }
            if (taken_ - passed_on_ < ring_.size() && take(worker)) {
                do_one(worker, slot(taken_ - 1), lock);
                continue;
            }
            if (passed_on_ == taken_) return;
            moved_.wait(lock, [this] { return slot(passed_on_).done; });
        }
    }

    /// Puts the next piece into its slot; false: there is none.
    bool take(Worker& worker) {
        if (over_ || file_ == files_.size()) return false;
        Piece& piece = slot(taken_);
        piece = Piece{};
        piece.file = file_;
        ++taken_;
        if (rest_.empty()) {
            piece.first = true;
            const StreamFile& file = files_[file_];
            if (file.size <= kChunk) {
                piece.whole = true;
                ++file_;
                return true;
            }
            try {
                all_ = rest_ = text_of(file);
                if (!worker.by_line(rest_, file.name)) {
                    piece.whole = piece.opened = true;
                    piece.text = piece.all = rest_;
                    piece.room = rest_.size();
                    rest_ = {};
                }
            } catch (...) {
                piece.error = std::current_exception();
                rest_ = {};
            }
            if (piece.whole || piece.error) {
                ++file_;
                return true;
            }
        }
        const std::size_t end = std::min(line_end(rest_, std::min(kChunk, rest_.size())) + 1, rest_.size());
        piece.opened = true;
        piece.all = all_;
        piece.text = rest_.substr(0, end);
        piece.room = rest_.size();
        rest_.remove_prefix(end);
        if (rest_.empty()) ++file_;
        return true;
    }

    static std::string_view text_of(const StreamFile& file) {
        std::string_view bytes = file.open();
        if (bytes.starts_with(kMark)) bytes.remove_prefix(kMark.size());
        return bytes;
    }

    void do_one(Worker& worker, Piece& piece, std::unique_lock<std::mutex>& lock) {
        lock.unlock();
        if (!piece.error) try {
                if (!piece.opened) {
                    piece.text = piece.all = text_of(files_[piece.file]);
                    piece.room = piece.text.size();
                    piece.whole = !worker.by_line(piece.text, files_[piece.file].name);
                }
                if (piece.whole)
                    worker.whole(piece);
                else
                    worker.lines(piece);
                piece.bytes = piece.text.size();
                if (s_.options_.leave) s_.options_.leave(piece.text);
            } catch (...) { piece.error = std::current_exception(); }
        lock.lock();
        piece.done = true;
        moved_.notify_all();
    }

    void pass_on(Piece& piece) {
        if (piece.error) std::rethrow_exception(piece.error);
        if (piece.first) {
            line_ = 0;
            member_ = s_.links_.member(files_[piece.file].name, piece.all, !piece.whole);
        }
        s_.links_.add(member_, piece.links);
        piece.links = {};
        for (Issue& i : piece.issues) {
            i.line += line_;
            i.member = files_[piece.file].name;
            sink_.add(i);
        }
        piece.issues = {};
        line_ += piece.lines;
        s_.totals_.resources += piece.resources;
        s_.totals_.refused += piece.refused;
        s_.totals_.bytes += piece.bytes;
        if (s_.options_.progress) s_.options_.progress(s_.totals_);
    }

    Stream& s_;
    std::span<const StreamFile> files_;
    IssueSink& sink_;
    std::mutex mutex_;
    std::condition_variable moved_;
    // All below under the mutex, but a piece that was taken and is not done belongs to its worker.
    std::vector<Piece> ring_;
    std::uint64_t taken_ = 0, passed_on_ = 0;
    std::size_t file_ = 0;         ///< the next to take from
    std::string_view all_, rest_;  ///< of that file, when it is begun: all, and what is not taken yet
    bool over_ = false;
    // Of the calling thread:
    std::uint64_t line_ = 0;    ///< lines before the piece that is passed on
    std::uint32_t member_ = 0;  ///< number of its file
};

Stream::Stream(const Table& table, StreamOptions options)
    : table_(table), options_(std::move(options)), links_(table, options_.scope, options_.spool_folder) {
    for (unsigned j = 0; j < std::max(1u, options_.jobs); ++j)
        workers_.push_back(std::make_unique<Worker>(table_, options_.check));
}
Stream::~Stream() = default;

void Stream::check(std::span<const StreamFile> files, IssueSink& sink) {
    Run(*this, files, sink).run();
    totals_.not_checked.clear();
    totals_.tally = {};
    for (const auto& w : workers_) {
        for (const auto& [what, times] : w->checker.not_checked()) totals_.not_checked[what] += times;
        if (options_.check.tally) totals_.tally.add(w->checker.tally());
    }
}

void Stream::check(std::string_view bytes, const std::string& name, IssueSink& sink) {
    const StreamFile file{name, bytes.size(), [bytes] { return bytes; }};
    check(std::span(&file, 1), sink);
}

}  // namespace gpswitch::profile
