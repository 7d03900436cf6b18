#pragma once
#include <string>
#include <vector>

#include "core/mapping/mapping.hpp"

/// carry.csv of a mapping set: what whoever reads the layout makes of it otherwise. What a Target does not
/// write is not said here: it foresees that for every entry (record::Foresight). For `diff`, which explains
/// by both, and for the table in gpswitch-systems(5).
///
/// entity,field,how,to,why: a type or "*", a field path ("component.valueQuantity") or nothing for the whole
/// entry, and a reason in words for the reader of a report.
///
/// - order: the items of a list come back in another order
///
/// - words: nothing stands there, but what stood there is said in words in a note
///
/// - changed: it is said otherwise; both sides have something there. `to` says as what: one of these words,
/// with "|" between them; "=day": a moment of the same day; "=words": words in which the earlier ones stand;
/// "=code": other words for the same code; "=beside": what stands beside it in the entry
///
/// - made: whoever reads the layout puts something there that was not there before; a whole entry only when
/// it repeats a code that stands in `to`, a field of the patient, or comes from the row of an entry of the
/// type that `to` names
///
/// - label: confidentiality labels (field meta.security) come back as the one in `to`, which says more
///
/// - unreferred: practice-wide entries of this type are not read unless an entry refers to them
///
/// - absent: for the table only: an extract of this layout never holds it
namespace gpswitch::mapping {

struct Carry {
    /// lost: of System::cannot_carry; no word of the file.
    enum class How : std::uint8_t { lost, order, words, changed, made, label, unreferred, absent };
    std::string entity, field, to, why;
    How how = How::lost;
    int line = 0;
};
std::string_view to_text(Carry::How how);

/// Empty when the set has no such file. Throws MappingError with file and line: an unknown type, field or
/// word, a row without a reason, a row that stands twice.
std::vector<Carry> load_carry(const MappingSet& set);
/// What is wrong with the file, all of it.
std::vector<Problem> check_carry(const MappingSet& set);

}  // namespace gpswitch::mapping
