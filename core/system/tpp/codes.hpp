#pragma once
#include "core/system/tpp/extract.hpp"

/// Codes of SystmOne as codings: CTV3, TPP's own, SNOMED CT, dm+d and Multilex.
namespace gpswitch::tpp {

inline constexpr Text kSnomed = "http://snomed.info/sct";
inline constexpr Text kCtv3 = "http://read.info/ctv3";
/// Codes that begin with Y: TPP's own, wherever they stand; in no release of CTV3.
inline constexpr Text kLocal = "https://gpswitch.org/CodeSystem/tpp-local-code";
inline constexpr Text kDmd = "https://dmd.nhs.uk";
inline constexpr Text kMultilexProduct = "https://gpswitch.org/CodeSystem/multilex-product";
inline constexpr Text kMultilexPack = "https://gpswitch.org/CodeSystem/multilex-pack";
/// A class of drugs by its Multilex number; no file of the extract has words for it.
inline constexpr Text kMultilexAction = "https://gpswitch.org/CodeSystem/multilex-action-group";
/// Ids that stand in a SNOMED CT column and are none: kept, and never taken for SNOMED CT.
inline constexpr Text kNoSnomed = "https://gpswitch.org/CodeSystem/tpp-snomed-column";

/// What is said of one thing in both schemes; empty cells are empty.
struct Coded {
    Text ctv3, ctv3_text, snomed, snomed_text;
    bool empty() const { return ctv3.empty() && snomed.empty() && ctv3_text.empty() && snomed_text.empty(); }
};

/// Reads what it needs of reference tables and keeps it. One per cursor; not thread-safe.
class Codes {
  public:
    explicit Codes(const Extract& extract) : extract_(extract) {}
    /// SNOMED CT first, then CTV3 or TPP's own code; the text is the words that were chosen, or those of the
    /// code. A row without SNOMED CT gets the one concept that SRCtv3ToSnomed has for its code, marked as not
    /// chosen; of several none. True when something was written.
    bool concept_of(const Coded& coded, Arena& arena, record::Concept& out);
    /// The SNOMED CT concept that it is coded with: its own, or the one of its CTV3 code; empty when none.
    Text concept_code(const Coded& coded);
    /// dm+d, Multilex product and pack, and the name as text.
    bool drug_of(Text dmd, Text product, Text pack, Text name, Arena& arena, record::Concept& out);
    /// A Multilex product with its CTV3 drug code and words.
    bool product_of(Text product, Arena& arena, record::Concept& out);
    /// Term of a CTV3 code; empty when the extract has none.
    Text term(Text ctv3);

  private:
    Text snomed_for(Text ctv3);
    Text words_of(Text product, Arena& arena);
    Text kept(std::unordered_map<std::string, Text>& cache, Text key, Text table, Text column, bool only);
    const Extract& extract_;
    Arena arena_;
    std::unordered_map<std::string, Text> terms_, maps_;
};

}  // namespace gpswitch::tpp
