#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/util/arena.hpp"

/// How a type of the record model is declared: once, as a list of fields. JSON both ways, the SQL schema, the
/// names that mapping tables may use, diff and the data dictionary are loops over these lists.
namespace gpswitch::record {

/// Every primitive value is text, as precise as the source and no more: decimals keep their places, dates
/// theirs. Views live in the record's arena (or in the mapped source). Empty is absent.
using Text = std::string_view;

enum class Kind : std::uint8_t {
    string,     ///< any text
    code,       ///< a code; no spaces at the ends
    uri,        ///< url, canonical, oid, uuid
    boolean,    ///< "true" or "false"; written without quotes
    integer,    ///< written without quotes
    decimal,    ///< written without quotes, digits verbatim
    date,       ///< YYYY, YYYY-MM or YYYY-MM-DD
    date_time,  ///< the same, or an instant with seconds and offset
    instant,    ///< date, time with seconds, offset
    time,       ///< hh:mm:ss
    raw,        ///< a JSON value verbatim (unknown extensions, contained resources)
    structure,  ///< another declared type
};

/// Where a field stands in FHIR JSON.
enum class Where : std::uint8_t {
    element,    ///< "name": value
    extension,  ///< {"url": url, value: ...} in the "extension" list of the object that has the field
    self,       ///< the list of extensions itself, verbatim (Kind::raw, list)
};

struct Type;

struct Field {
    std::string_view name;  ///< FHIR element name; for an extension our short name, as mapping tables use it
    Kind kind;
    Where where;
    bool list;
    std::string_view url;  ///< extension: its URL (inside a complex extension: the short part name)
    std::string_view
        value;  ///< extension: "valueCode", "valueReference" ...; empty: complex, its parts are extensions
    std::uint32_t offset;
    const Type* type;  ///< structure: its declaration
};

struct Type {
    std::string_view name;  ///< "Observation", "Coding"
    std::string_view
        profile;  ///< resource types: the UK Core profile claimed in meta.profile, where there is one
    std::vector<Field> fields;
    std::size_t size = 0;
    bool resource = false;
    /// Where the lengths of all texts and lists stand, inner structures included: something is there when one
    /// is not 0.
    std::vector<std::uint32_t> text_sizes, list_sizes;
    /// What the JSON writer puts before a field's value: ",\"code\":" or ",{\"url\":\"...\",\"valueCode\":";
    /// a piece of key_text, by field.
    struct Key {
        std::uint32_t at, size;
    };
    std::vector<Key> keys;
    /// A structure of texts that stands in an extension as one text: its fields in this order (indexes into
    /// `fields`), with `separator` between them. Empty: it is none of these.
    std::vector<std::uint8_t> joined = {};
    char separator = ' ';
    std::vector<char> key_text = {};
    /// Every text and list in an object, inner structures included: the field that something stands under
    /// when eight bytes at `offset` are not 0 under the mask.
    struct Slot {
        std::uint32_t offset, field;
        std::uint64_t mask;
    };
    std::vector<Slot> slots = {};
    /// Large types: the slots in the n-th kBlock bytes are blocks[n] to blocks[n + 1]; those after the last
    /// stand in what is left. Most blocks of an object hold nothing at all.
    static constexpr std::size_t kBlock = 64;
    std::vector<std::uint32_t> blocks = {};
    /// Fields as bits: elements that come before a resource's extensions, extensions, all other elements.
    static constexpr std::size_t kMostFields = 128;
    std::uint64_t head_fields[2] = {}, extension_fields[2] = {}, element_fields[2] = {};
    std::size_t rows = 0;  ///< resources: index of sourceRow
    /// What FHIR demands of its elements beyond their kind (fit.hpp); nullptr: nothing.
    std::shared_ptr<const struct Plan> plan = {};

    /// The field with this name; nullptr when there is none.
    const Field* find(std::string_view field_name) const;
    /// The extension field whose URL ends like `url` (after the last '/'), or is equal; nullptr when there is
    /// none.
    const Field* find_extension(std::string_view url) const;
};

template <class T>
const Type& type_of();

inline const void* at(const void* object, const Field& f) {
    return static_cast<const char*>(object) + f.offset;
}
inline void* at(void* object, const Field& f) { return static_cast<char*>(object) + f.offset; }
inline const Text& text_at(const void* object, const Field& f) {
    return *static_cast<const Text*>(at(object, f));
}
inline Text& text_at(void* object, const Field& f) { return *static_cast<Text*>(at(object, f)); }
inline List<Text>& texts_at(void* object, const Field& f) { return *static_cast<List<Text>*>(at(object, f)); }
inline const List<Text>& texts_at(const void* object, const Field& f) {
    return *static_cast<const List<Text>*>(at(object, f));
}
/// Fills what is derived from the fields (text_sizes, list_sizes, keys); done once, where the type is
/// declared.
void derive(Type& type);

/// A list of structures seen without its item type: item i is at data + i * field.type->size.
struct AnyList {
    char* data;
    std::uint32_t size;
    std::uint32_t capacity;  ///< 0 with items in it: frozen (see freeze)
};
inline const AnyList& items_at(const void* object, const Field& f) {
    return *static_cast<const AnyList*>(at(object, f));
}
inline AnyList& items_at(void* object, const Field& f) { return *static_cast<AnyList*>(at(object, f)); }
/// The object has a joined form: every field but the last holds something, and no separator. An empty last
/// field is left out with its separator.
bool can_join(const void* object, const Type& type);
/// Takes a joined text apart; false, and nothing done, when it is none.
bool take_apart(Text text, const Type& type, void* object);
/// A list that many objects share, with its JSON made beforehand. Nobody may change it or its items: add()
/// makes a copy in the record's own arena, thaw() does so for a whole object. `arena` must live as long as
/// the list is used.
void freeze(AnyList& list, const Type& type, Arena& arena);
/// The JSON of a frozen list, brackets included; empty when the list is none.
std::string_view frozen_json(const AnyList& list);
/// Its items can be written as what they are (fit.hpp); true when the list is not frozen.
bool frozen_fits(const AnyList& list);
void thaw(void* object, const Type& type, Arena& arena);
/// Adds an empty item to a list of structures.
void* add_item(AnyList& list, const Type& type, Arena& arena);

/// No field of it, however deep, holds anything.
bool is_empty(const void* object, const Type& type);
bool is_empty(const void* object, const Field& f);
/// Field by field, lists in order.
bool equal(const void* a, const void* b, const Type& type);
bool equal(const void* a, const void* b, const Field& f);
/// A deep copy into `arena`.
void copy(const void* from, void* to, const Type& type, Arena& arena);

// --- declaring (used by types.cpp and entities.cpp only)
// ---------------------------------------------------------
namespace declare {

struct Any {
    template <class T>
    operator T() const;  // never defined
};
template <class T, std::size_t... I>
constexpr bool takes(std::index_sequence<I...>) {
    return requires { T{(static_cast<void>(I), Any{})...}; };
}
/// T has exactly N members (its base counts as one).
template <class T, std::size_t N>
constexpr bool has_members() {
    return takes<T>(std::make_index_sequence<N>{}) && !takes<T>(std::make_index_sequence<N + 1>{});
}

template <class M>
struct Member;
template <class T, class V>
struct Member<V T::*> {
    using Class = T;
    using Value = V;
};
template <class V>
struct Shape {
    using Item = V;
    static constexpr bool list = false;
};
template <class V>
struct Shape<List<V>> {
    using Item = V;
    static constexpr bool list = true;
};

template <auto M>
Field make(std::string_view name, Kind kind, Where where, std::string_view url, std::string_view value) {
    using Class = typename Member<decltype(M)>::Class;
    using Value = typename Member<decltype(M)>::Value;
    using Item = typename Shape<Value>::Item;
    static const Class object{};
    Field f{};
    f.name = name;
    f.kind = kind;
    f.where = where;
    f.list = Shape<Value>::list;
    f.url = url;
    f.value = value;
    f.offset = static_cast<std::uint32_t>(reinterpret_cast<const char*>(&(object.*M)) -
                                          reinterpret_cast<const char*>(&object));
    if constexpr (std::is_same_v<Item, Text>) {
        f.type = nullptr;
    } else {
        f.kind = Kind::structure;
        f.type = &type_of<Item>();
    }
    return f;
}

/// A FHIR element.
template <auto M>
Field field(std::string_view name, Kind kind = Kind::string) {
    return make<M>(name, kind, Where::element, {}, {});
}
/// An extension with one value ("valueCode"), or a complex one (empty `value`; the type's fields are parts).
template <auto M>
Field extension(std::string_view name, std::string_view url, std::string_view value,
                Kind kind = Kind::string) {
    return make<M>(name, kind, Where::extension, url, value);
}

template <class T, class... F>
Type type(std::string_view name, F... fields) {
    static_assert(has_members<T, sizeof...(F)>(), "declare every member of the struct, each once");
    Type t{name, {}, {fields...}, sizeof(T), false, {}, {}, {}};
    derive(t);
    return t;
}

}  // namespace declare
}  // namespace gpswitch::record
