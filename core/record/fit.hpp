#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/record/record.hpp"

/// What FHIR R4 and UK Core demand of an element beyond the type of its field, and what becomes of a value
/// that the standard form has no room for. The facts are tables: facts.csv (derived from the table of
/// profiles, a test compares them) and invariants.csv (written by hand, each with its rule).
///
/// The model keeps what the source said; only the standard form gives way, and gives nothing up:
///   - what may not stand in its element stands in an extension `https://gpswitch.org/fhir/element` of the
///   resource,
///     with its path, and is read back into its place ("displaced");
///   - a text with control characters has U+FFFD for each, and the whole of it in
///     `https://gpswitch.org/fhir/verbatim`;
///   - what has to be there and is not is written as absent (data-absent-reason "unknown"), and read as
///   absent.
/// Thread-safe.
namespace gpswitch::record {

/// An element that could not be written as what it is.
struct Misfit {
    std::string path;        ///< "Condition.abatementDateTime", "Observation.performer[1]"
    std::string_view why;    ///< the rule: "FHIR R4 con-4: ..."
    bool extension = false;  ///< it would have stood in an extension anyway
};

/// What the standard form displaces of the entity; adds to `out` in the order of the fields. `texts`: look
/// for control characters as well, which takes longer.
void misfits(EntityKind kind, const Entity& entity, bool texts, std::vector<Misfit>& out);
/// Control characters may be among these bytes of a source: as they are, or escaped as in JSON.
bool has_controls(Text raw);

/// Adds to the record what the standard form displaces of its entities: a finding (FHIR-FIT-001) and a
/// degradation
/// ("element-displaced") each. What stands in one extension instead of another is not worth a word.
void say_misfits(Record& record);
/// The same of one of its items, which the writer of JSON had to displace something of.
void say_misfits(Record& record, const Item& item);

/// The texts of the tables, as they were compiled in.
std::string_view fit_facts();
std::string_view fit_invariants();

inline constexpr std::string_view kDisplaced = "https://gpswitch.org/fhir/element";
inline constexpr std::string_view kVerbatim = "https://gpswitch.org/fhir/verbatim";
inline constexpr std::string_view kAbsent =
    R"({"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/data-absent-reason","valueCode":"unknown"}]})";

}  // namespace gpswitch::record
