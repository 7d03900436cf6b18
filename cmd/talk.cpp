#include "cmd/talk.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/spdlog.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <mutex>

#include "cmd/words.hpp"
#include "core/report/issue.hpp"

namespace gpswitch::cmd {
namespace {

TalkOptions current;
bool bar_shown = false;
constexpr std::string_view kClearLine = "\r\033[K";

std::string stamp(spdlog::log_clock::time_point when) {
    const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(when.time_since_epoch()).count();
    return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", fmt::gmtime(static_cast<std::time_t>(ms / 1000)),
                       ms % 1000);
}

std::string_view name_of_level(spdlog::level::level_enum level) {
    switch (level) {
        case spdlog::level::trace: return "trace";
        case spdlog::level::debug: return "debug";
        case spdlog::level::info: return "info";
        case spdlog::level::warn: return "warning";
        default: return "error";
    }
}

void write_text(std::string_view text) {
    if (bar_shown) std::fwrite(kClearLine.data(), 1, kClearLine.size(), stderr);
    bar_shown = false;
    std::fwrite(text.data(), 1, text.size(), stderr);
}

void write_line(std::string line) { write_text(line += '\n'); }

/// Not one of spdlog's own sinks: lines must clear the bar first, and its patterns cannot escape for JSON.
class StderrSink : public spdlog::sinks::base_sink<std::mutex> {
  protected:
    void sink_it_(const spdlog::details::log_msg& m) override {
        const std::string_view text{m.payload.data(), m.payload.size()};
        if (current.format == LogFormat::json)
            write_line(fmt::format(R"({{"time":"{}","level":"{}","message":{}}})", stamp(m.time),
                                   name_of_level(m.level), json_quote(text)));
        else if (m.level >= spdlog::level::warn)
            write_line(fmt::format("gpswitch: {}: {}", name_of_level(m.level), text));
        else
            write_line(std::string(text));
    }
    void flush_() override { std::fflush(stderr); }
};

/// A bar wider than the terminal would wrap, and "\r" would no longer take it back.
std::size_t terminal_width() {
    winsize size{};
    if (::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col < 20) return 79;
    return size.ws_col - 1u;
}

}  // namespace

void set_up_talk(const TalkOptions& options) {
    current = options;
    auto logger = std::make_shared<spdlog::logger>("gpswitch", std::make_shared<StderrSink>());
    if (options.quiet)
        logger->set_level(spdlog::level::err);
    else if (options.verbosity >= 2)
        logger->set_level(spdlog::level::trace);
    else if (options.verbosity == 1)
        logger->set_level(spdlog::level::debug);
    else
        logger->set_level(spdlog::level::info);
    spdlog::set_default_logger(std::move(logger));
}

const TalkOptions& talk_options() { return current; }

void say_error(const std::string& message, const std::string& hint) {
    if (current.format == LogFormat::json) {
        const std::string more = hint.empty() ? "" : R"(,"hint":)" + json_quote(hint);
        write_line(fmt::format(R"({{"time":"{}","level":"error","message":{}{}}})",
                               stamp(spdlog::log_clock::now()), json_quote(message), more));
        return;
    }
    write_line("gpswitch: error: " + message);
    if (!hint.empty()) write_line("gpswitch: hint: " + hint);
}

void say_text(std::string_view text) {
    if (!current.quiet) write_text(text);
}

void say_json(std::string_view message, std::string_view name, std::string_view json_object) {
    if (current.format != LogFormat::json || current.quiet) return;
    write_line(fmt::format(R"({{"time":"{}","level":"info","message":{},"{}":{}}})",
                           stamp(spdlog::log_clock::now()), json_quote(message), name, json_object));
}

Progress::Progress(std::string_view unit)
    : on_(current.progress && !current.quiet && current.format == LogFormat::text &&
          ::isatty(STDERR_FILENO) == 1),
      json_(current.progress && !current.quiet && current.format == LogFormat::json),
      unit_(unit),
      start_(std::chrono::steady_clock::now()),
      drawn_(start_) {}

Progress::~Progress() {
    if (!bar_shown) return;
    std::fwrite(kClearLine.data(), 1, kClearLine.size(), stderr);
    bar_shown = false;
}

void Progress::operator()(std::uint64_t done, std::uint64_t total) {
    if (!on_ && !json_) return;
    const auto now = std::chrono::steady_clock::now();
    if (json_) {
        if (now - drawn_ < std::chrono::seconds(5)) return;
        drawn_ = now;
        const double seconds = std::chrono::duration<double>(now - start_).count();
        say_json("progress", "progress", progress_json(done, total, seconds, unit_));
        return;
    }
    if (now - drawn_ < std::chrono::milliseconds(100)) return;
    drawn_ = now;
    std::string line = progress_line(done, total, std::chrono::duration<double>(now - start_).count(), unit_);
    line.resize(std::min(line.size(), terminal_width()));
    std::fwrite(kClearLine.data(), 1, kClearLine.size(), stderr);
    std::fwrite(line.data(), 1, line.size(), stderr);
    std::fflush(stderr);
    bar_shown = true;
}

std::string progress_json(std::uint64_t done, std::uint64_t total, double seconds, std::string_view unit) {
    const double rate = seconds > 0 ? static_cast<double>(done) / seconds : 0;
    std::string out = fmt::format(R"({{"unit":{},"done":{},"total":{},"rate":{})", json_quote(unit), done,
                                  total, static_cast<std::uint64_t>(rate));
    if (rate > 0 && done <= total)
        out += fmt::format(R"(,"secondsLeft":{})",
                           static_cast<std::uint64_t>(static_cast<double>(total - done) / rate));
    return out + "}";
}

std::string progress_line(std::uint64_t done, std::uint64_t total, double seconds, std::string_view unit) {
    const double share =
        total == 0 ? 1.0 : std::min(1.0, static_cast<double>(done) / static_cast<double>(total));
    const auto filled = static_cast<std::size_t>(share * 20);
    const double rate = seconds > 0 ? static_cast<double>(done) / seconds : 0;
    std::string out =
        fmt::format("[{}{}] {:3.0f} %  {} of {} {}", std::string(filled, '#'), std::string(20 - filled, '.'),
                    share * 100, grouped(done), grouped(total), unit);
    if (rate > 0 && done < total)
        out += fmt::format("  {}/s  {} left", grouped(static_cast<std::uint64_t>(rate)),
                           clock(static_cast<double>(total - done) / rate));
    return out;
}

}  // namespace gpswitch::cmd
