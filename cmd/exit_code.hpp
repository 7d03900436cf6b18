#pragma once
#include <string_view>

namespace gpswitch::cmd {

/// How a run ended; the only place that says so in code. The table in gpswitch(1) is compared with this one
/// by scripts/check-man. Scripts treat a code they do not know as failure.
enum class ExitCode : int {
    ok = 0,
    negative = 1,
    usage = 2,
    input = 3,
    target = 4,
    mapping = 5,
    ledger = 6,
    defect = 70,
    interrupted = 130,
};

struct ExitMeaning {
    ExitCode code;
    std::string_view meaning;
};

inline constexpr ExitMeaning kExitMeanings[] = {
    {ExitCode::ok, "done; nothing to report"},
    {ExitCode::negative, "ran to the end, and the answer is no: differences, findings, rows held back"},
    {ExitCode::usage, "wrong usage"},
    {ExitCode::input, "input missing, unreadable, cut short, or not what it claims to be"},
    {ExitCode::target, "target could not be written; the message says what can be resumed"},
    {ExitCode::mapping, "mapping tables missing, inconsistent, or of the wrong version"},
    {ExitCode::ledger, "the ledger does not balance: a defect, nothing is published"},
    {ExitCode::defect, "a defect in gpswitch"},
    {ExitCode::interrupted, "interrupted"},
};

}  // namespace gpswitch::cmd
