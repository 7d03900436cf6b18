#include "core/record/types.hpp"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <stdexcept>

#include "core/record/fitting.hpp"
#include "core/record/json.hpp"
#include "core/record/plan.hpp"

namespace gpswitch::record {

using declare::extension;
using declare::field;
using declare::type;

#define UK "https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-"
#define OWN "https://gpswitch.org/fhir/"

template <>
const Type& type_of<Period>() {
    static const Type t = type<Period>("Period", field<&Period::start>("start", Kind::date_time),
                                       field<&Period::end>("end", Kind::date_time));
    return t;
}

template <>
const Type& type_of<LogicalId>() {
    static const Type t = type<LogicalId>("Identifier", field<&LogicalId::system>("system", Kind::uri),
                                          field<&LogicalId::value>("value"));
    return t;
}

template <>
const Type& type_of<Reference>() {
    static const Type t = type<Reference>(
        "Reference", field<&Reference::reference>("reference"), field<&Reference::type>("type", Kind::uri),
        field<&Reference::identifier>("identifier"), field<&Reference::display>("display"));
    return t;
}

template <>
const Type& type_of<Coding>() {
    static const Type t = type<Coding>(
        "Coding", field<&Coding::system>("system", Kind::uri), field<&Coding::version>("version"),
        field<&Coding::code>("code", Kind::code), field<&Coding::display>("display"),
        field<&Coding::user_selected>("userSelected", Kind::boolean),
        extension<&Coding::description_id>("descriptionId",
                                           "http://hl7.org/fhir/StructureDefinition/coding-sctdescid",
                                           "valueId", Kind::code),
        extension<&Coding::description_display>("descriptionDisplay", UK "CodingSCTDescDisplay",
                                                "valueString"));
    return t;
}

template <>
const Type& type_of<Concept>() {
    static const Type t =
        type<Concept>("CodeableConcept", field<&Concept::coding>("coding"), field<&Concept::text>("text"));
    return t;
}

template <>
const Type& type_of<Identifier>() {
    static const Type t = type<Identifier>(
        "Identifier", field<&Identifier::use>("use", Kind::code), field<&Identifier::type>("type"),
        field<&Identifier::system>("system", Kind::uri), field<&Identifier::value>("value"),
        field<&Identifier::period>("period"), field<&Identifier::assigner>("assigner"),
        extension<&Identifier::verification_status>("verificationStatus", UK "NHSNumberVerificationStatus",
                                                    "valueCodeableConcept"));
    return t;
}

template <>
const Type& type_of<Quantity>() {
    static const Type t = type<Quantity>(
        "Quantity", field<&Quantity::value>("value", Kind::decimal),
        field<&Quantity::comparator>("comparator", Kind::code), field<&Quantity::unit>("unit"),
        field<&Quantity::system>("system", Kind::uri), field<&Quantity::code>("code", Kind::code),
        extension<&Quantity::quantity_text>("quantityText", UK "MedicationQuantityText", "valueString"),
        extension<&Quantity::approximate>("approximate", OWN "ValueApproximation", "valueBoolean",
                                          Kind::boolean));
    return t;
}

template <>
const Type& type_of<Range>() {
    static const Type t = type<Range>("Range", field<&Range::low>("low"), field<&Range::high>("high"));
    return t;
}

template <>
const Type& type_of<Ratio>() {
    static const Type t = type<Ratio>("Ratio", field<&Ratio::numerator>("numerator"),
                                      field<&Ratio::denominator>("denominator"));
    return t;
}

template <>
const Type& type_of<HumanName>() {
    static const Type t =
        type<HumanName>("HumanName", field<&HumanName::use>("use", Kind::code),
                        field<&HumanName::text>("text"), field<&HumanName::family>("family"),
                        field<&HumanName::given>("given"), field<&HumanName::prefix>("prefix"),
                        field<&HumanName::suffix>("suffix"), field<&HumanName::period>("period"));
    return t;
}

template <>
const Type& type_of<Address>() {
    static const Type t = type<Address>(
        "Address", field<&Address::use>("use", Kind::code), field<&Address::type>("type", Kind::code),
        field<&Address::text>("text"), field<&Address::line>("line"), field<&Address::city>("city"),
        field<&Address::district>("district"), field<&Address::state>("state"),
        field<&Address::postal_code>("postalCode"), field<&Address::country>("country"),
        field<&Address::period>("period"));
    return t;
}

template <>
const Type& type_of<ContactPoint>() {
    static const Type t = type<ContactPoint>(
        "ContactPoint", field<&ContactPoint::system>("system", Kind::code),
        field<&ContactPoint::value>("value"), field<&ContactPoint::use>("use", Kind::code),
        field<&ContactPoint::rank>("rank", Kind::integer), field<&ContactPoint::period>("period"));
    return t;
}

template <>
const Type& type_of<Annotation>() {
    static const Type t =
        type<Annotation>("Annotation", field<&Annotation::author_reference>("authorReference"),
                         field<&Annotation::author_string>("authorString"),
                         field<&Annotation::time>("time", Kind::date_time), field<&Annotation::text>("text"));
    return t;
}

template <>
const Type& type_of<Attachment>() {
    static const Type t = type<Attachment>(
        "Attachment", field<&Attachment::content_type>("contentType", Kind::code),
        field<&Attachment::language>("language", Kind::code), field<&Attachment::data>("data"),
        field<&Attachment::url>("url", Kind::uri), field<&Attachment::size>("size", Kind::integer),
        field<&Attachment::hash>("hash"), field<&Attachment::title>("title"),
        field<&Attachment::creation>("creation", Kind::date_time));
    return t;
}

template <>
const Type& type_of<Meta>() {
    static const Type t =
        type<Meta>("Meta", field<&Meta::version_id>("versionId"),
                   field<&Meta::last_updated>("lastUpdated", Kind::instant),
                   field<&Meta::source>("source", Kind::uri), field<&Meta::profile>("profile", Kind::uri),
                   field<&Meta::security>("security"), field<&Meta::tag>("tag"));
    return t;
}

template <>
const Type& type_of<SourceRow>() {
    static const Type t = [] {
        Type row = type<SourceRow>("SourceRow", extension<&SourceRow::table>("table", "table", "valueString"),
                                   extension<&SourceRow::key>("key", "key", "valueString"),
                                   extension<&SourceRow::role>("role", "role", "valueCode", Kind::code));
        row.joined = {2, 0, 1};
        return row;
    }();
    return t;
}

template <>
const Type& type_of<Rest>() {
    static const Type t = [] {
        Type rest = type<Rest>("Rest", extension<&Rest::path>("path", "path", "valueString"),
                               extension<&Rest::value>("value", "value", "valueString"));
        rest.joined = {0, 1};
        rest.separator = '=';
        return rest;
    }();
    return t;
}

template <>
const Type& type_of<Entity>() {
    static const Type t = [] {
        Field extensions = field<&Entity::extensions>("extension", Kind::raw);
        extensions.where = Where::self;
        return type<Entity>("Entity", field<&Entity::id>("id", Kind::code), field<&Entity::meta>("meta"),
                            field<&Entity::language>("language", Kind::code),
                            field<&Entity::contained>("contained", Kind::raw),
                            field<&Entity::identifier>("identifier"), extensions,
                            extension<&Entity::inferred>("inferred", OWN "inferred", "valueString"),
                            extension<&Entity::source>("sourceRow", OWN "source", "valueString"),
                            extension<&Entity::rest>("rest", OWN "rest", "valueString"));
    }();
    return t;
}

SourceRow row_of_identifier(const Entity& entity) {
    if (entity.identifier.empty()) return {};
    const Text system = entity.identifier[0].system;
    if (!system.starts_with(kRowId)) return {};
    const std::size_t slash = system.find('/', kRowId.size());
    if (slash == Text::npos || slash + 1 == system.size() || entity.identifier[0].value.empty()) return {};
    return {system.substr(slash + 1), entity.identifier[0].value, "primary"};
}

const Field* Type::find(std::string_view field_name) const {
    for (const Field& f : fields)
        if (f.name == field_name) return &f;
    return nullptr;
}

namespace {
std::string_view tail(std::string_view url) {
    const std::size_t slash = url.rfind('/');
    return slash == std::string_view::npos ? url : url.substr(slash + 1);
}
}  // namespace

const Field* Type::find_extension(std::string_view url) const {
    for (const Field& f : fields)
        if (f.where == Where::extension && tail(f.url) == tail(url)) return &f;
    return nullptr;
}

bool can_join(const void* object, const Type& type) {
    for (std::size_t i = 0; i + 1 < type.joined.size(); ++i) {
        const Text& part = text_at(object, type.fields[type.joined[i]]);
        if (part.empty() || part.find(type.separator) != Text::npos) return false;
    }
    return !type.joined.empty();
}

bool take_apart(Text text, const Type& type, void* object) {
    std::size_t at = 0;
    for (std::size_t i = 0; i + 1 < type.joined.size(); ++i) {
        if (at > text.size()) return false;
        const std::size_t end = std::min(text.find(type.separator, at), text.size());
        if (end == at) return false;
        at = end + 1;
    }
    at = 0;
    for (std::size_t i = 0; i < type.joined.size(); ++i) {
        const bool last = i + 1 == type.joined.size();
        const std::size_t end = last ? text.size() : std::min(text.find(type.separator, at), text.size());
        text_at(object, type.fields[type.joined[i]]) = at < end ? text.substr(at, end - at) : Text{};
        at = end + 1;
    }
    return !type.joined.empty();
}

namespace {

/// What stands before the items of a frozen list.
struct alignas(std::max_align_t) Frozen {
    std::string_view json;
    bool fits;
};

void make_room(AnyList& list, const Type& type, Arena& arena, std::uint32_t capacity) {
    char* p = static_cast<char*>(arena.take(type.size * capacity, alignof(std::max_align_t)));
    if (list.size != 0) std::memcpy(p, list.data, type.size * list.size);
    list.data = p;
    list.capacity = capacity;
}

}  // namespace

void freeze(AnyList& list, const Type& type, Arena& arena) {
    if (list.size == 0) return;
    std::string json = "[";
    bool all_fit = true;
    for (std::uint32_t i = 0; i < list.size; ++i) {
        if (i != 0) json += ',';
        append_json(json, list.data + i * type.size, type);
        all_fit = all_fit && fits(list.data + i * type.size, type);
    }
    json += ']';
    // Control characters are nowhere else in JSON as we write it.
    all_fit = all_fit && json.find("\\u00") == std::string::npos;
    static_assert(sizeof(Frozen) % alignof(std::max_align_t) == 0);
    const std::size_t bytes = type.size * list.size;
    char* p = static_cast<char*>(arena.take(sizeof(Frozen) + bytes, alignof(std::max_align_t)));
    new (p) Frozen{arena.copy(json), all_fit};
    std::memcpy(p + sizeof(Frozen), list.data, bytes);
    list = {p + sizeof(Frozen), list.size, 0};
}

std::string_view frozen_json(const AnyList& list) {
    if (list.capacity != 0 || list.size == 0) return {};
    return reinterpret_cast<const Frozen*>(list.data - sizeof(Frozen))->json;
}

bool frozen_fits(const AnyList& list) {
    return list.capacity != 0 || list.size == 0 ||
           reinterpret_cast<const Frozen*>(list.data - sizeof(Frozen))->fits;
}

void thaw(void* object, const Type& type, Arena& arena) {
    for (const Field& f : type.fields) {
        if (f.kind != Kind::structure) continue;
        if (!f.list) {
            thaw(at(object, f), *f.type, arena);
            continue;
        }
        AnyList& list = items_at(object, f);
        if (list.capacity == 0 && list.size != 0) make_room(list, *f.type, arena, list.size);
        for (std::uint32_t i = 0; i < list.size; ++i) thaw(list.data + i * f.type->size, *f.type, arena);
    }
}

void* add_item(AnyList& list, const Type& type, Arena& arena) {
    if (list.size >= list.capacity) make_room(list, type, arena, list.size == 0 ? 2 : list.size * 2);
    char* item = list.data + type.size * list.size++;
    std::memset(item, 0, type.size);
    return item;
}

bool is_empty(const void* object, const Field& f) {
    if (f.list) return items_at(object, f).size == 0;  // every List has the same layout
    if (f.kind == Kind::structure) return is_empty(at(object, f), *f.type);
    return text_at(object, f).empty();
}

bool is_empty(const void* object, const Type& type) {
    const char* p = static_cast<const char*>(object);
    for (const std::uint32_t at : type.text_sizes)
        if (!reinterpret_cast<const Text*>(p + at)->empty()) return false;
    for (const std::uint32_t at : type.list_sizes)
        if (reinterpret_cast<const AnyList*>(p + at)->size != 0) return false;
    return true;
}

namespace {

/// Where a Text has its length: no standard says.
std::uint32_t place_of_length() {
    const Text three("abc", 3);
    std::uint64_t words[2];
    static_assert(sizeof(Text) == sizeof words && offsetof(AnyList, size) == 8);
    std::memcpy(words, static_cast<const void*>(&three), sizeof words);
    return words[0] == 3 ? 0 : 8;
}

void derive_slots(Type& type) {
    static const std::uint32_t length = place_of_length();
    constexpr std::uint64_t kText = ~std::uint64_t{0}, kList = 0xFFFFFFFFu;
    if (type.fields.size() > Type::kMostFields) throw std::logic_error("too many fields in one type");
    for (std::uint32_t n = 0; n < type.fields.size(); ++n) {
        const Field& f = type.fields[n];
        if (f.list) {
            type.slots.push_back({f.offset + 8, n, kList});
        } else if (f.kind == Kind::structure) {
            for (const Type::Slot& s : f.type->slots) type.slots.push_back({f.offset + s.offset, n, s.mask});
        } else {
            type.slots.push_back({f.offset + length, n, kText});
        }
    }
}

// Slots stand in the order of the object; large ones are looked at by blocks.
void derive_blocks(Type& type) {
    const auto ascending = [](const Type::Slot& a, const Type::Slot& b) { return a.offset < b.offset; };
    if (!std::is_sorted(type.slots.begin(), type.slots.end(), ascending))
        throw std::logic_error("fields are declared in the order of the struct");
    if (type.size < 4 * Type::kBlock) return;
    std::uint32_t slot = 0;
    for (std::size_t end = Type::kBlock; end <= type.size; end += Type::kBlock) {
        type.blocks.push_back(slot);
        while (slot < type.slots.size() && type.slots[slot].offset < end) ++slot;
    }
    type.blocks.push_back(slot);
}

void derive_sets(Type& type) {
    bool head = type.resource;
    for (std::size_t n = 0; n < type.fields.size(); ++n) {
        const bool element = type.fields[n].where == Where::element;
        head = head && element;
        auto& set = !element ? type.extension_fields : head ? type.head_fields : type.element_fields;
        set[n / 64] |= std::uint64_t{1} << (n % 64);
        if (type.resource && type.fields[n].type == &type_of<SourceRow>()) type.rows = n;
    }
}

void derive_keys(Type& type) {
    for (const Field& f : type.fields) {
        std::string key;
        if (f.where == Where::element) key = ",\"" + std::string(f.name) + "\":";
        if (f.where == Where::extension) {
            key = ",{\"url\":\"" + std::string(f.url) + "\"";
            if (!f.value.empty()) key += ",\"" + std::string(f.value) + "\":";
        }
        type.keys.push_back(
            {static_cast<std::uint32_t>(type.key_text.size()), static_cast<std::uint32_t>(key.size())});
        type.key_text.insert(type.key_text.end(), key.begin(), key.end());
    }
    type.key_text.resize(type.key_text.size() + 32);  // read sixteen bytes at a time, from anywhere
}

}  // namespace

void derive(Type& type) {
    for (const Field& f : type.fields) {
        if (f.list) {
            type.list_sizes.push_back(f.offset);
        } else if (f.kind == Kind::structure) {
            for (const std::uint32_t at : f.type->text_sizes) type.text_sizes.push_back(f.offset + at);
            for (const std::uint32_t at : f.type->list_sizes) type.list_sizes.push_back(f.offset + at);
        } else {
            type.text_sizes.push_back(f.offset);
        }
    }
    derive_slots(type);
    derive_blocks(type);
    derive_sets(type);
    derive_keys(type);
    type.plan = make_plan(type);
}

bool equal(const void* a, const void* b, const Field& f) {
    if (!f.list)
        return f.kind == Kind::structure ? equal(at(a, f), at(b, f), *f.type)
                                         : text_at(a, f) == text_at(b, f);
    const AnyList& x = items_at(a, f);
    const AnyList& y = items_at(b, f);
    if (x.size != y.size) return false;
    for (std::uint32_t i = 0; i < x.size; ++i) {
        if (f.kind == Kind::structure) {
            if (!equal(x.data + i * f.type->size, y.data + i * f.type->size, *f.type)) return false;
        } else if (texts_at(a, f)[i] != texts_at(b, f)[i]) {
            return false;
        }
    }
    return true;
}

bool equal(const void* a, const void* b, const Type& type) {
    for (const Field& f : type.fields)
        if (!equal(a, b, f)) return false;
    return true;
}

void copy(const void* from, void* to, const Type& type, Arena& arena) {
    for (const Field& f : type.fields) {
        if (!f.list) {
            if (f.kind == Kind::structure)
                copy(at(from, f), at(to, f), *f.type, arena);
            else
                text_at(to, f) = arena.copy(text_at(from, f));
            continue;
        }
        const AnyList& x = items_at(from, f);
        for (std::uint32_t i = 0; i < x.size; ++i) {
            if (f.kind == Kind::structure)
                copy(x.data + i * f.type->size, add_item(items_at(to, f), *f.type, arena), *f.type, arena);
            else
                texts_at(to, f).add(arena) = arena.copy(texts_at(from, f)[i]);
        }
    }
}

}  // namespace gpswitch::record
