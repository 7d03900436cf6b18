#pragma once
#include <stdexcept>
#include <string>

namespace gpswitch {

/// The run can't go on. Thrown anywhere, caught once in main, which prints what() and exits with exit_code().
/// The text says what happened, where, and what to do next; it never holds patient data.
class Error : public std::runtime_error {
  public:
    Error(int exit_code, const std::string& what, std::string hint = {})
        : std::runtime_error(what), exit_code_(exit_code), hint_(std::move(hint)) {}
    int exit_code() const { return exit_code_; }
    /// What to do next, one sentence; may be empty.
    const std::string& hint() const { return hint_; }

  private:
    int exit_code_;
    std::string hint_;
};

/// The options or arguments make no sense together.
struct UsageError : Error {
    explicit UsageError(const std::string& what, std::string hint = {}) : Error(2, what, std::move(hint)) {}
};
/// Input missing, unreadable, cut short, or not what it claims to be.
struct InputError : Error {
    explicit InputError(const std::string& what, std::string hint = {}) : Error(3, what, std::move(hint)) {}
};
/// The target could not be written; says what was rolled back or can be resumed.
struct TargetError : Error {
    explicit TargetError(const std::string& what, std::string hint = {}) : Error(4, what, std::move(hint)) {}
};
/// Mapping tables missing, inconsistent or of the wrong version.
struct MappingError : Error {
    explicit MappingError(const std::string& what, std::string hint = {}) : Error(5, what, std::move(hint)) {}
};
/// The ledger does not balance: a defect; nothing is published.
struct LedgerError : Error {
    explicit LedgerError(const std::string& what)
        : Error(6, what, "please report this with `gpswitch --version`") {}
};

}  // namespace gpswitch
