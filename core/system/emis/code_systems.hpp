#pragma once
#include <string_view>

/// Systems of the codings that EMIS codes are written with and read back from; the codes are the extract's.
namespace gpswitch::emis {

inline constexpr std::string_view kSnomed = "http://snomed.info/sct";
inline constexpr std::string_view kRead = "http://read.info/readv2";
/// EMIS's and other local codes of the column ReadTermId.
inline constexpr std::string_view kLocal = "https://fhir.hl7.org.uk/Id/egton-codes";
inline constexpr std::string_view kDmd = "https://dmd.nhs.uk";
inline constexpr std::string_view kCodeId = "https://gpswitch.org/CodeSystem/emis-code-id";
/// Concept ids of EMIS's own SNOMED CT namespaces: in no release.
inline constexpr std::string_view kConceptId = "https://gpswitch.org/CodeSystem/emis-concept-id";
inline constexpr std::string_view kDrugId = "https://fhir.hl7.org.uk/Id/emis-drug-codes";

}  // namespace gpswitch::emis
