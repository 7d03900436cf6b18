#pragma once
#include <cstdint>
#include <string>

namespace gpswitch::synthetic {

/// What stands after "synthetic:", as in "patients=5000,seed=7". Order is free, each once.
struct Options {
    std::uint32_t patients = 1000;  ///< 1 to kMostPatients
    std::uint64_t seed = 1;
    /// Observations of an average patient, 1 to 5000; everything else in proportion. Production has about
    /// 550.
    std::uint32_t size = 50;
    /// Fill every declared field now and then, not only those that a GP system has.
    bool all_fields = false;

    /// In one order, defaults included: equal for equal records.
    std::string text() const;
};

/// So many valid NHS numbers of the 999 range there are for current patients.
inline constexpr std::uint32_t kMostPatients = 800'000;

/// Errors: UsageError for an unknown, doubled or empty option, or a value out of range.
Options parse_options(const std::string& place);

}  // namespace gpswitch::synthetic
