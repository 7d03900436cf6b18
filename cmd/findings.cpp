#include "cmd/findings.hpp"

#include <spdlog/spdlog.h>

#include "cmd/talk.hpp"

namespace gpswitch::cmd {
namespace {
constexpr std::uint64_t kShown = 10;
}

void Findings::add(const Issue& issue) {
    ++counts_[static_cast<std::size_t>(issue.severity)];
    ++codes_[{-static_cast<int>(issue.severity), issue.code}];
    if (next_ != nullptr) {
        next_->add(issue);
        return;
    }
    const bool all = talk_options().verbosity > 0;
    if (!all && (issue.severity < Severity::error || shown_ > kShown)) return;
    if (!all && shown_++ == kShown) {
        spdlog::info("... and more: -v shows them all");
    } else if (talk_options().format == LogFormat::json) {
        say_json("finding", "finding", issue.json());
    } else {
        spdlog::info("{}", issue.text());
    }
}

std::uint64_t Findings::at_least(Severity severity) const {
    std::uint64_t n = 0;
    for (auto i = static_cast<std::size_t>(severity); i < counts_.size(); ++i) n += counts_[i];
    return n;
}

std::vector<Findings::Code> Findings::codes() const {
    std::vector<Code> out;
    for (const auto& [key, n] : codes_) out.push_back({static_cast<Severity>(-key.first), key.second, n});
    return out;
}

ReportStream::ReportStream(const CommonOptions& options) {
    if (!options.format.empty()) format_ = *format_of(options.format);
    const std::string place = options.output.empty() && !options.format.empty() ? "-" : options.output;
    if (place.empty() && options.log_format == LogFormat::json) format_ = Format::jsonl;
    if (!place.empty()) file_ = std::make_unique<io::OutputFile>(place);
}

Output ReportStream::output() {
    if (file_) return [this](std::string_view bytes) { file_->write(bytes); };
    return [](std::string_view bytes) { say_text(bytes); };
}

void ReportStream::publish() {
    if (file_) file_->publish();
}

}  // namespace gpswitch::cmd
