#include "core/mapping/shape.hpp"

#include "core/util/civil_time.hpp"

namespace gpswitch::mapping::detail {

using record::Coding;
using record::Kind;
using record::type_of;

Shape shape_of(const Field* field) {
    if (field == nullptr) return Shape::none;
    if (field->kind == Kind::raw) return Shape::other;
    if (field->kind != Kind::structure) return Shape::text;
    const record::Type* t = field->type;
    if (t == &type_of<record::Concept>() || t == &type_of<record::AllergyStatus>()) return Shape::concept_;
    if (t == &type_of<Coding>()) return Shape::coding;
    if (t == &type_of<record::Reference>()) return Shape::reference;
    if (t == &type_of<record::Annotation>()) return Shape::annotation;
    if (t == &type_of<record::Identifier>() || t == &type_of<record::LogicalId>()) return Shape::identifier;
    if (t == &type_of<record::ContactPoint>()) return Shape::contact;
    return Shape::other;
}

bool fits(Kind kind, Text value) {
    switch (kind) {
        case Kind::boolean: return value == "true" || value == "false";
        case Kind::integer:
            return to_integer(value).has_value() && is_decimal(value);  // no leading zeros in JSON
        case Kind::decimal: return is_decimal(value);
        case Kind::date: return value.size() <= 10 && civil_time::is_date_time(value);
        case Kind::date_time: return civil_time::is_date_time(value);
        case Kind::instant: return value.size() > 10 && civil_time::is_date_time(value);
        case Kind::time: return civil_time::is_time(value);
        case Kind::raw:
        case Kind::structure: return false;
        default: return true;
    }
}

Words words_of(void* object, const record::Type& type) {
    if (&type == &type_of<record::AllergyStatus>()) {
        auto* status = static_cast<record::AllergyStatus*>(object);
        return {&status->coding, &status->text};
    }
    auto* words = static_cast<record::Concept*>(object);
    return {&words->coding, &words->text};
}

std::optional<bool> to_boolean(Text s) {
    if (s == "1" || same_ignoring_case(s, "true")) return true;
    if (s == "0" || same_ignoring_case(s, "false")) return false;
    return std::nullopt;
}

void add_coding(gpswitch::List<Coding>& list, const Coding& coding, Arena& arena) {
    for (const Coding& c : list)
        if (c.system == coding.system && c.code == coding.code) return;
    list.add(arena, coding);
}

}  // namespace gpswitch::mapping::detail
