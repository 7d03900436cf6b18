#pragma once
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

/// Everything said to a person or a log collector goes to stderr through here: spdlog for lines, a progress
/// bar on terminals. Never patient data: callers pass counts, names of tables and origins only.
namespace gpswitch::cmd {

enum class LogFormat : std::uint8_t { text, json };

struct TalkOptions {
    bool quiet = false;  ///< errors only
    int verbosity = 0;   ///< 1: decisions, 2: tracing
    LogFormat format = LogFormat::text;
    bool progress = true;  ///< a bar, when stderr is a terminal
};

/// Sets up spdlog's default logger. May be called again (main calls it before the options are known).
/// text: the message alone, "warning: " and "error: " in front where they apply.
/// json: one object a line: {"time":"2026-03-01T08:00:00.000Z","level":"info","message":"..."}.
void set_up_talk(const TalkOptions& options);
const TalkOptions& talk_options();

/// How a run failed and what to do next (may be empty); shown at every level of quiet.
void say_error(const std::string& message, const std::string& hint);

/// Text for a person as it is, line ends included; nothing with --quiet.
void say_text(std::string_view text);

/// One JSON object as a line of its own, with time and level added; in text mode nothing.
void say_json(std::string_view message, std::string_view name, std::string_view json_object);

/// A bar on the last line of the terminal: share, what is done, rate, time left. Nothing when stderr is no
/// terminal; with JSON lines, a line every five seconds instead, terminal or not.
class Progress {
  public:
    explicit Progress(std::string_view unit = "rows");
    ~Progress();
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;
    void operator()(std::uint64_t done, std::uint64_t total);

  private:
    bool on_, json_;
    std::string_view unit_;
    std::chrono::steady_clock::time_point start_, drawn_;
};

/// The same as a JSON object: {"unit":"rows","done":1,"total":2,"rate":1,"secondsLeft":1}.
std::string progress_json(std::uint64_t done, std::uint64_t total, double seconds, std::string_view unit);

/// The bar's text; here so that it can be tested.
std::string progress_line(std::uint64_t done, std::uint64_t total, double seconds,
                          std::string_view unit = "rows");

}  // namespace gpswitch::cmd
