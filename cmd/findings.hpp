#pragma once
#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "cmd/common_options.hpp"
#include "core/io/file.hpp"
#include "core/report/issue.hpp"
#include "core/report/writer.hpp"

namespace gpswitch::cmd {

/// Counts findings and passes them on. Where to: a FindingsFile, or (map, import) the log: all with -v, else
/// the first errors, because the package or store keeps them all.
class Findings : public IssueSink {
  public:
    explicit Findings(IssueSink* next = nullptr) : next_(next) {}
    void add(const Issue& issue) override;
    std::uint64_t count(Severity severity) const { return counts_[static_cast<std::size_t>(severity)]; }
    std::uint64_t at_least(Severity severity) const;
    /// Ordered by severity, gravest first, then code.
    struct Code {
        Severity severity;
        std::string code;
        std::uint64_t count;
    };
    std::vector<Code> codes() const;

  private:
    IssueSink* next_;
    std::array<std::uint64_t, 4> counts_{};
    std::map<std::pair<int, std::string>, std::uint64_t> codes_;
    std::uint64_t shown_ = 0;
};

/// Where findings or differences are written: FILE with --output, stdout with "-" or when --format alone was
/// given, and otherwise stderr, as text for a person.
class ReportStream {
  public:
    explicit ReportStream(const CommonOptions& options);
    Output output();
    Format format() const { return format_; }
    /// Makes the file visible under its name.
    void publish();

  private:
    std::unique_ptr<io::OutputFile> file_;
    Format format_ = Format::text;
};

}  // namespace gpswitch::cmd
