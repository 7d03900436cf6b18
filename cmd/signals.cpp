#include "cmd/signals.hpp"

#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <string_view>

namespace gpswitch::cmd {
namespace {

std::atomic<bool> stop{false}, announce{false};
static_assert(std::atomic<bool>::is_always_lock_free, "a signal handler may only touch lock-free atomics");

void on_signal(int) {
    stop.store(true);
    if (!announce.load()) return;
    constexpr std::string_view text =
        "\ninterrupted: stopping after the batch in hand; again to stop at once\n";
    [[maybe_unused]] const auto written = ::write(STDERR_FILENO, text.data(), text.size());
}

}  // namespace

const std::atomic<bool>& interrupted() { return stop; }

void announce_interrupts(bool on) { announce.store(on); }

void install_signal_handlers() {
    sigset_t ours;
    ::sigemptyset(&ours);
    for (const int number : {SIGINT, SIGTERM, SIGHUP}) {
        struct sigaction now {};
        if (::sigaction(number, nullptr, &now) == 0 && now.sa_handler == SIG_IGN) continue;
        struct sigaction action {};
        action.sa_handler = on_signal;
        action.sa_flags = static_cast<int>(SA_RESETHAND) | SA_RESTART;
        ::sigaction(number, &action, nullptr);
        ::sigaddset(&ours, number);
    }
    // A parent may have blocked them; a run that nobody can stop politely would be killed.
    ::sigprocmask(SIG_UNBLOCK, &ours, nullptr);
    ::signal(SIGPIPE, SIG_IGN);
    ::signal(SIGXFSZ, SIG_IGN);  // a file that may not grow is a full disk: said, and rolled back
}

void harden_process() {
    const rlimit none{0, 0};
    ::setrlimit(RLIMIT_CORE, &none);
    ::umask(077);
}

}  // namespace gpswitch::cmd
