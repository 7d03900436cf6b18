#include "cmd/commands.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>

#include "cmd/suggest.hpp"
#include "cmd/version.hpp"
#include "core/util/error.hpp"

namespace gpswitch::cmd {

void add_all(Commands& commands) {
    add_export(commands);
    add_map(commands);
    add_validate(commands);
    add_import(commands);
    add_diff(commands);
    add_switch(commands);
    add_mappings(commands);
    add_systems(commands);
}

namespace {

/// CLI11's layout with a space after the comma, a line before the usage, and without its labels of types.
class HelpText : public CLI::Formatter {
  public:
    HelpText() {
        column_width(33);
        label("Positionals", "Arguments");
        label("SUBCOMMAND", "COMMAND");
        label("Subcommands", "Commands");
    }
    std::string make_option_name(const CLI::Option* option, bool positional) const override {
        std::string name = CLI::Formatter::make_option_name(option, positional);
        const auto comma = name.find(',');
        if (comma != std::string::npos) name.insert(comma + 1, 1, ' ');
        return name;
    }
    std::string make_option_opts(const CLI::Option* option) const override {
        if (option->get_positional() || option->get_type_size() == 0) return {};
        return ' ' + option->get_type_name();
    }
    std::string make_usage(const CLI::App* app, std::string name) const override {
        return '\n' + CLI::Formatter::make_usage(app, name);
    }
};

std::string footer(const Help& help) {
    std::string out = "EXAMPLES\n";
    for (const auto& example : help.examples) out += "  " + example + '\n';
    return out + "\nSee " + help.page + ".";
}

std::string footer_with_exit_codes(const Help& help) {
    std::string out = "EXIT CODES\n";
    for (const auto& [code, meaning] : kExitMeanings)
        out += fmt::format("{:>5}  {}\n", static_cast<int>(code), meaning);
    return out + '\n' + footer(help);
}

std::vector<std::string> names_of_commands(const CLI::App& app) {
    std::vector<std::string> names;
    for (const auto* sub : app.get_subcommands([](const CLI::App*) { return true; }))
        names.push_back(sub->get_name());
    return names;
}

/// "gpswitch mappings show", as the user would type it.
std::string path_of(const CLI::App& app) {
    return app.get_parent() == nullptr ? app.get_name() : path_of(*app.get_parent()) + ' ' + app.get_name();
}

/// How messages begin: "mappings show: ", nothing for gpswitch itself.
std::string prefix(const CLI::App& app) {
    return app.get_parent() == nullptr ? "" : path_of(app).substr(std::string("gpswitch ").size()) + ": ";
}

std::string see_help(const CLI::App& app) { return path_of(app) + " --help lists them"; }

std::string meant_or_help(const std::string& meant, const CLI::App& app) {
    return meant.empty() ? see_help(app) : fmt::format("did you mean '{}'?", meant);
}

/// Throws when `word` is an option the command does not have. CLI11 only says "not expected", and says it
/// last.
void check_option(const std::string& word, const CLI::App& app) {
    const bool is_long = word.starts_with("--");
    const std::string name = is_long ? word.substr(2, word.find('=') - 2) : word.substr(1, 1);
    std::vector<std::string> known;
    for (const auto* option : app.get_options()) {
        const auto& names = is_long ? option->get_lnames() : option->get_snames();
        if (std::find(names.begin(), names.end(), name) != names.end()) return;
        for (const auto& one : option->get_lnames()) known.push_back(one);
    }
    const std::string meant = nearest(name, known);
    throw UsageError(
        fmt::format("{}there is no option '{}{}'", prefix(app), is_long ? "--" : "-", echo(name)),
        meant_or_help(meant.empty() ? "" : "--" + meant, app));
}

/// Follows the words to the command they name; throws with a suggestion at a word that is neither command nor
/// option.
void check_words(const std::vector<std::string>& arguments, const CLI::App& root) {
    const CLI::App* app = &root;
    for (const auto& word : arguments) {
        if (word == "--") return;
        if (word.size() > 1 && word.front() == '-') {
            check_option(word, *app);
            continue;
        }
        const auto names = names_of_commands(*app);
        if (names.empty()) continue;
        if (std::find(names.begin(), names.end(), word) == names.end())
            throw UsageError(fmt::format("{}there is no command '{}'", prefix(*app), echo(word)),
                             meant_or_help(nearest(word, names), *app));
        app = app->get_subcommand(word);
    }
    if (arguments.empty() || (!names_of_commands(*app).empty() && arguments.back().front() != '-')) {
        const auto names = names_of_commands(*app);
        std::string list;
        for (const auto& name : names) list += (list.empty() ? "" : ", ") + name;
        throw UsageError(fmt::format("{}a command is needed: {}", prefix(*app), list),
                         path_of(*app) + " --help says more");
    }
}

/// CLI11's words, but for the commonest slip: "--output: 1 required FILE missing" is "--output needs a value:
/// FILE".
std::string plain(std::string message) {
    const std::string_view before = ": 1 required ", after = " missing";
    const auto at = message.find(before);
    if (at == std::string::npos || !message.ends_with(after)) return message;
    message.resize(message.size() - after.size());
    return message.replace(at, before.size(), " needs a value: ");
}

}  // namespace

Commands::Commands()
    : app_(std::make_unique<CLI::App>("Moves GP records between clinical systems and accounts for every row.",
                                      "gpswitch")) {
    app_->formatter(std::make_shared<HelpText>());
    app_->require_subcommand(1);
    app_->set_help_flag("-h,--help", "Print this help");
    app_->set_version_flag("--version", version_text(), "Print the version and the libraries");
    app_->footer(footer_with_exit_codes(
        {{"gpswitch map practice-extract/ -o practice.zip", "gpswitch import practice.zip practice.db",
          "gpswitch diff practice.zip practice.db"},
         "gpswitch(1)"}));
}

Commands::~Commands() = default;

CLI::App* Commands::add(const std::string& name, const std::string& summary, Run run, Help help,
                        CLI::App* parent) {
    CLI::App* command = (parent != nullptr ? parent : app_.get())->add_subcommand(name, summary);
    command->group("Commands");
    command->footer(footer(help));
    command->final_callback([this, run] { chosen_ = run; });
    return command;
}

CLI::App* Commands::add_group(const std::string& name, const std::string& summary, Help help) {
    CLI::App* command = app_->add_subcommand(name, summary);
    command->group("Commands");
    command->footer(footer(help));
    command->require_subcommand(1);
    return command;
}

Commands::Asked Commands::parse(const std::vector<std::string>& arguments) {
    check_words(arguments, *app_);
    try {
        app_->parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
    } catch (const CLI::CallForHelp&) { return {{}, app_->help()}; } catch (const CLI::CallForVersion& e) {
        return {{}, std::string(e.what()) + '\n'};
    } catch (const CLI::ExtrasError&) {
        const auto extra = app_->remaining(true);
        const auto* command = app_.get();
        while (!command->get_subcommands().empty()) command = command->get_subcommands().front();
        throw UsageError(fmt::format("{}one argument too many: '{}'", prefix(*command), echo(extra.front())),
                         path_of(*command) + " --help shows what it takes");
    } catch (const CLI::ParseError& e) {
        const auto* command = app_.get();
        while (!command->get_subcommands().empty()) command = command->get_subcommands().front();
        throw UsageError(prefix(*command) + plain(e.what()),
                         path_of(*command) + " --help shows what it takes");
    }
    return {chosen_, {}};
}

}  // namespace gpswitch::cmd
