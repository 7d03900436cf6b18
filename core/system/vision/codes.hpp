#pragma once
#include <unordered_map>

#include "core/mapping/mapping.hpp"
#include "core/record/record.hpp"
#include "core/system/vision/values.hpp"

/// Codes of Vision as codings: SNOMED CT, Read v2, the practice's own, dm+d.
namespace gpswitch::vision {

inline constexpr Text kSnomed = "http://snomed.info/sct";
inline constexpr Text kRead = "http://read.info/readv2";
/// Codes of no chapter of the Read release: the practice's or the supplier's own.
inline constexpr Text kLocal = "https://gpswitch.org/CodeSystem/vision-local-code";
inline constexpr Text kDmd = "https://dmd.nhs.uk";
/// What stands in the column of codes and is none: kept, and never taken for Read.
inline constexpr Text kNoRead = "https://gpswitch.org/CodeSystem/vision-code-column";
/// The same for the columns of SNOMED CT and dm+d ids.
inline constexpr Text kNoSnomed = "https://gpswitch.org/CodeSystem/vision-snomed-column";
inline constexpr Text kNoDmd = "https://gpswitch.org/CodeSystem/vision-dmd-column";

/// A CODE, looked at once.
struct KnownCode {
    Code code;
    Text read;  ///< its five bytes when it is a Read code, else empty
    std::uint32_t number = 0;
};

/// Keeps what it has looked at. One per cursor; not thread-safe.
class Codes {
  public:
    explicit Codes(const mapping::MappingSet& mapping) : mapping_(mapping) {}
    const KnownCode& find(Text cell);
    /// SNOMED CT of the row first, then the Read or local code; the text is what the user saw. False when
    /// nothing of it says anything.
    bool concept_of(const KnownCode& code, Text snomed, Text rubric, Arena& arena, record::Concept& out);
    /// dm+d, the drug's code in Read style, and its name as text.
    bool drug_of(Text dmd, const KnownCode& code, Text snomed, Text name, Arena& arena, record::Concept& out);
    /// A concept id; remembered, for the check digit is slow to reckon.
    bool good_id(Text id);

  private:
    struct Hash {
        using is_transparent = void;
        std::size_t operator()(Text s) const { return std::hash<Text>{}(s); }
    };
    const mapping::MappingSet& mapping_;
    Arena arena_;
    std::unordered_map<Text, KnownCode, Hash, std::equal_to<>> known_;
    std::unordered_map<Text, bool, Hash, std::equal_to<>> ids_;
    KnownCode none_;
};

}  // namespace gpswitch::vision
