#pragma once
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "cmd/common_options.hpp"
#include "cmd/exit_code.hpp"

namespace CLI {
class App;
}

namespace gpswitch::cmd {

class Context;
using Run = std::function<ExitCode(Context&)>;

/// What a command's --help ends with.
struct Help {
    std::vector<std::string> examples;  ///< two or three whole command lines
    std::string page;                   ///< "gpswitch-map(1)"
};

/// The command line: every command with its options, parsed before a file is touched.
class Commands {
  public:
    Commands();
    ~Commands();
    Commands(const Commands&) = delete;
    Commands& operator=(const Commands&) = delete;

    /// Adds a command; `parent` for one below another ("mappings list"). Options are added to what is
    /// returned.
    CLI::App* add(const std::string& name, const std::string& summary, Run run, Help help,
                  CLI::App* parent = nullptr);
    /// Adds a command that only holds others.
    CLI::App* add_group(const std::string& name, const std::string& summary, Help help);

    /// What was asked for. `run` is empty when the answer is `text` already (--help, --version).
    struct Asked {
        Run run;
        std::string text;
    };
    /// Throws UsageError, with the nearest command or option as the hint.
    Asked parse(const std::vector<std::string>& arguments);

    CommonOptions common;

  private:
    std::unique_ptr<CLI::App> app_;
    Run chosen_;
};

// One line and one file for each command, in the order of a migration. See commands.cpp.
void add_export(Commands& commands);
void add_map(Commands& commands);
void add_validate(Commands& commands);
void add_import(Commands& commands);
void add_diff(Commands& commands);
void add_switch(Commands& commands);
void add_mappings(Commands& commands);
void add_systems(Commands& commands);
void add_all(Commands& commands);

}  // namespace gpswitch::cmd
