#pragma once
#include "core/mapping/mapping.hpp"

/// What transforms need to know about fields: what they hold, and whether a text may stand there.
namespace gpswitch::mapping::detail {

Shape shape_of(const Field* field);

/// May this text stand in a field of that kind? (JSON without quotes, dates.) Any text may in most kinds.
bool fits(record::Kind kind, Text value);

/// A CodeableConcept, or the structure that looks like one (AllergyStatus).
struct Words {
    gpswitch::List<record::Coding>* coding;
    Text* text;
};
Words words_of(void* object, const record::Type& type);

/// true/false/1/0 in any case; nothing when it is neither.
std::optional<bool> to_boolean(Text s);

/// Puts `coding` in unless one with that system and code is there.
void add_coding(gpswitch::List<record::Coding>& list, const record::Coding& coding, Arena& arena);

}  // namespace gpswitch::mapping::detail
