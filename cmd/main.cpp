// argv in, one command run, what happened out as an exit code.
#include <fmt/format.h>

#include <exception>
#include <new>
#include <string>
#include <vector>

#include "cmd/commands.hpp"
#include "cmd/context.hpp"
#include "cmd/output.hpp"
#include "cmd/signals.hpp"
#include "cmd/talk.hpp"
#include "cmd/version.hpp"
#include "core/io/file.hpp"
#include "core/util/error.hpp"

namespace gpswitch::cmd {
namespace {

ExitCode defect(const std::string& what) {
    say_error(what, fmt::format("this is a defect in gpswitch {}: please report it, without patient data",
                                version()));
    return ExitCode::defect;
}

ExitCode run(const std::vector<std::string>& arguments) {
    try {
        Commands commands;
        add_all(commands);
        const auto asked = commands.parse(arguments);
        if (!asked.run) {
            print(asked.text);
            return ExitCode::ok;
        }
        const TalkOptions talk = commands.common.talk();
        set_up_talk(talk);
        announce_interrupts(!talk.quiet && talk.format == LogFormat::text);
        Context context(commands.common);
        return asked.run(context);
    } catch (const Error& e) {
        if (io::reader_gone()) return static_cast<ExitCode>(e.exit_code());
        say_error(e.what(), e.hint());
        return static_cast<ExitCode>(e.exit_code());
    } catch (const std::bad_alloc&) {
        return defect("out of memory: fewer --jobs need less");
    } catch (const std::exception& e) { return defect(e.what()); } catch (...) {
        return defect("an exception of unknown type");
    }
}

}  // namespace
}  // namespace gpswitch::cmd

int main(int argc, char** argv) {
    using namespace gpswitch;
    cmd::harden_process();
    cmd::install_signal_handlers();
    io::install_sigbus_handler();
    cmd::set_up_talk({});
    return static_cast<int>(cmd::run({argv + 1, argv + argc}));
}
