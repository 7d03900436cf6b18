#include "core/profile/stream.hpp"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <thread>

#include "core/util/text.hpp"

namespace gpswitch::profile {
namespace {

constexpr std::size_t kChunk = std::size_t{1} << 20;
constexpr std::string_view kMark = "\xEF\xBB\xBF";

std::size_t line_end(std::string_view s, std::size_t from) {
    const void* p = from < s.size() ? std::memchr(s.data() + from, '\n', s.size() - from) : nullptr;
    return p == nullptr ? s.size() : static_cast<std::size_t>(static_cast<const char*>(p) - s.data());
}

bool blank(std::string_view s) { return s.find_first_not_of(" \t\r\n") == std::string_view::npos; }

/// One worker: a document and a checker that are used again and again.
struct Worker {
    Worker(const Table& table, const CheckOptions& options)
        : document(table.atoms()), checker(table, options) {}

    Document document;
    Checker checker;
    std::vector<Finding> found;

    /// `first_line`: number of the text's first line. Findings in text of one line keep its number. `begin`:
    /// where in the file it is.
    void check(std::string_view text, std::size_t room, std::uint64_t first_line, std::uint64_t begin,
               std::vector<Issue>& out, std::vector<Link>& links, StreamTotals& totals) {
        found.clear();
        json::Error error;
        ++totals.resources;
        if (document.parse(text, room, error)) {
            const std::size_t before = links.size();
            checker.check(document, found, &links);
            for (std::size_t i = before; i < links.size(); ++i) links[i].document = begin & 0xFFFFFFFFFFFF;
        } else {
            ++totals.refused;
            Finding f;
            f.severity = Severity::fatal;
            f.code = "FHIR-JSON-001";
            f.offset = static_cast<std::uint32_t>(std::min<std::uint64_t>(error.offset, text.size()));
            f.message = "this is not JSON: " + error.message;
            found.push_back(std::move(f));
        }
        std::size_t counted = 0, start = 0;
        std::uint64_t line = first_line;
        for (const Finding& f : found) {
            const std::size_t at = std::min<std::size_t>(f.offset, text.size());
            for (std::size_t i = counted; i < at; ++i)
                if (text[i] == '\n') {
                    ++line;
                    start = i + 1;
                }
            counted = std::max(counted, at);
            Issue issue;
            issue.severity = f.severity;
            issue.code = f.code;
            issue.line = line;
            issue.column = at - std::min(start, at) + 1;
            issue.resource = f.resource;
            issue.path = f.path;
            issue.message = f.message;
            out.push_back(std::move(issue));
        }
    }
};

/// Some whole lines, and what was found in them; line numbers count from 1 within it until it is passed on.
struct Piece {
    std::string_view text;
    std::size_t room = 0;
    std::uint64_t begin = 0;  ///< where in the file
    std::vector<Issue> issues;
    std::vector<Link> links;
    StreamTotals totals;
    std::uint64_t lines = 0;
};

void check_piece(Worker& worker, Piece& piece) {
    for (std::size_t at = 0; at < piece.text.size();) {
        const std::size_t end = line_end(piece.text, at);
        ++piece.lines;
        std::string_view line = piece.text.substr(at, end - at);
        if (line.ends_with('\r')) line.remove_suffix(1);
        if (!blank(line))
            worker.check(line, piece.room - at, piece.lines, piece.begin + at, piece.issues, piece.links,
                         piece.totals);
        at = end + 1;
    }
}

void add(StreamTotals& to, const StreamTotals& from) {
    to.resources += from.resources;
    to.refused += from.refused;
}

}  // namespace

void Stream::lines(std::string_view bytes, const std::string& name, IssueSink& sink) {
    std::vector<std::unique_ptr<Worker>> workers;
    const unsigned jobs = std::max(1u, options_.jobs);
    for (unsigned j = 0; j < jobs; ++j) workers.push_back(std::make_unique<Worker>(table_, options_.check));
    std::uint64_t line = 0;
    const std::uint32_t member = links_.member(name, bytes, true);
    for (std::size_t at = 0; at < bytes.size();) {
        // A few pieces for each worker; then what they found goes out in order.
        std::vector<Piece> wave;
        for (unsigned k = 0; k < jobs * 4 && at < bytes.size(); ++k) {
            const std::size_t end =
                std::min(line_end(bytes, std::min(at + kChunk, bytes.size())) + 1, bytes.size());
            Piece p;
            p.text = bytes.substr(at, end - at);
            p.room = bytes.size() - at;
            p.begin = at;
            wave.push_back(std::move(p));
            at = end;
        }
        std::atomic<std::size_t> next{0};
        const auto work = [&](unsigned j) {
            for (std::size_t i = next++; i < wave.size(); i = next++) check_piece(*workers[j], wave[i]);
        };
        std::vector<std::jthread> threads;
        for (unsigned j = 1; j < jobs && j < wave.size(); ++j) threads.emplace_back(work, j);
        work(0);
        threads.clear();
        for (Piece& p : wave) {
            for (Issue& i : p.issues) {
                i.line += line;
                i.member = name;
                sink.add(i);
            }
            line += p.lines;
            add(totals_, p.totals);
            links_.add(member, p.links);
        }
    }
    for (const auto& w : workers)
        for (const auto& [what, times] : w->checker.not_checked()) totals_.not_checked[what] += times;
}

void Stream::document(std::string_view bytes, const std::string& name, IssueSink& sink) {
    Worker worker(table_, options_.check);
    std::vector<Issue> issues;
    std::vector<Link> links;
    worker.check(bytes, bytes.size(), 1, 0, issues, links, totals_);
    links_.add(links_.member(name, bytes, false), links);
    for (Issue& i : issues) {
        i.member = name;
        sink.add(i);
    }
    for (const auto& [what, times] : worker.checker.not_checked()) totals_.not_checked[what] += times;
}

void Stream::check(std::string_view bytes, const std::string& name, IssueSink& sink) {
    totals_.bytes += bytes.size();
    if (bytes.starts_with(kMark)) bytes.remove_prefix(kMark.size());
    const std::string lower_name = lower(name);
    bool by_line = lower_name.ends_with(".ndjson") || lower_name.ends_with(".jsonl");
    if (!by_line && !lower_name.ends_with(".json")) {
        const std::size_t end = line_end(bytes, 0);
        Document first(table_.atoms());
        json::Error error;
        by_line = end < bytes.size() && !blank(bytes.substr(end)) &&
                  first.parse(bytes.substr(0, end), bytes.size(), error);
    }
    if (by_line)
        lines(bytes, name, sink);
    else
        document(bytes, name, sink);
}

}  // namespace gpswitch::profile
