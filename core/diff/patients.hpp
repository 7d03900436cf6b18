#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/diff/diff.hpp"

/// Which patient of one side is which of the other's.
namespace gpswitch::diff {

/// What pairs a patient. Kept for those patients only who do not agree at once.
struct Identity {
    std::uint32_t index = 0;  ///< into census().patients
    std::string key, id;
    std::string nhs;    ///< ten digits when valid and real; empty otherwise
    std::string birth;  ///< birth date as given
};
Identity identify(const record::Record& record, std::uint32_t index, bool test_numbers);

struct PatientMatch {
    std::uint32_t before = 0, after = 0;
    std::string_view how;
};

/// How often each NHS number stands on a side.
using NumberCounts = std::unordered_map<std::string, std::uint32_t>;

struct PatientMatches {
    std::vector<PatientMatch> pairs;  ///< in BEFORE's order
    std::vector<std::uint32_t> only_before, only_after;
};

/// Pairs the given patients: by number, unique by `before_numbers` and `after_numbers` (which count everybody
/// on that side), with agreeing birth dates; then by id; then by source key.
PatientMatches pair_patients(const std::vector<Identity>& before, const std::vector<Identity>& after,
                             const NumberCounts& before_numbers, const NumberCounts& after_numbers);

/// Pairs::before_key and after_key as indexes. Errors: UsageError when a key is not there or stands twice;
/// the message says which row, never the key.
std::vector<PatientMatch> decided(const std::vector<PatientPair>& pairs, const record::Census& before,
                                  const record::Census& after);

/// A name for a patient or entity that can be shown: its id, unless that is an NHS number.
std::string label(std::string_view type, std::string_view id);

}  // namespace gpswitch::diff
