#pragma once
#include <atomic>

namespace gpswitch::cmd {

/// SIGINT, SIGTERM and SIGHUP set this; a run then stops after the batch in hand and ends with exit code 130.
/// A second signal ends the process at once: what is unpublished stays unpublished.
const std::atomic<bool>& interrupted();

/// Whether the first signal is answered with a line on stderr; no by default. For people only: not in a log
/// of JSON lines.
void announce_interrupts(bool on);

/// Call once, in main. Signals that were ignored at start (nohup, background jobs) stay ignored; SIGPIPE
/// always is, so that a closed pipe is an error of write() and not the silent end of half a migration.
void install_signal_handlers();

/// No core dumps (they would hold patient data) and new files readable by their owner only. Call once, in
/// main.
void harden_process();

}  // namespace gpswitch::cmd
