#pragma once
#include <string>
#include <vector>

#include "core/mapping/mapping.hpp"

/// carry.csv of a mapping set: what the layout does not carry as it was, beyond the fields for which it has
/// no column at all (System::cannot_carry). For `diff`, which explains by it, and for the table in
/// gpswitch-systems(5).
///
/// entity,field,how,to,why: a type or "*", a field path ("component.valueQuantity") or nothing for the whole
/// entry, and a reason in words for the reader of a report.
///
/// - lost: nothing stands there after the layout has been read back
///
/// - some: of a list some items are missing, the others are as they were
///
/// - order: the items of a list come back in another order
///
/// - words: nothing stands there, but what stood there is said in words in a note
///
/// - changed: it is said otherwise; both sides have something there; `to`: one of these words, with "|"
/// between them, when it can only be these
///
/// - made: whoever reads the layout puts something there that was not there before; a whole entry only when
/// it repeats a code that stands in `to`, a field of the patient, or comes from the row of an entry of the
/// type that `to` names
///
/// - label: confidentiality labels (field meta.security) come back as the one in `to`, which says more
///
/// - absent: for the table only: an extract of this layout never holds it
namespace gpswitch::mapping {

struct Carry {
    enum class How : std::uint8_t { lost, some, order, words, changed, made, label, absent };
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
