#include <algorithm>
#include <cstring>

#include "core/record/fit.hpp"
#include "core/record/json.hpp"
#include "core/record/plan.hpp"
#include "core/util/text.hpp"

namespace gpswitch::record {
namespace {

/// Where a value stands, as a chain of names on the stack; made into a text only when somebody asks.
struct Path {
    const Path* up = nullptr;
    Text name;                ///< of a member
    std::int64_t index = -1;  ///< of an item; -1: a member

    Text text(Arena& arena) const {
        std::string out;
        append(out);
        return arena.copy(out);
    }

  private:
    void append(std::string& out) const {
        if (up != nullptr) up->append(out);
        if (index >= 0) {
            out += '[';
            out += std::to_string(index);
            out += ']';
        } else {
            if (!out.empty()) out += '.';
            out += name;
        }
    }
};

/// Equal, looking first where names and URLs that differ do differ: length and last byte.
bool same(Text a, Text b) { return a.size() == b.size() && (a.empty() || (a.back() == b.back() && a == b)); }

/// Nothing but the reason that we give for what is absent (fit.hpp).
bool is_absent(const json::Value& v) {
    if (v.kind == json::Kind::array) return v.items.size == 1 && is_absent(*v.items[0]);
    if (v.kind != json::Kind::object || v.members.size == 0) return false;
    const json::Member& m = v.members[0];
    if (v.members.size == 1 && m.name == "extension" && m.value->kind == json::Kind::array) {
        if (m.value->items.size != 1) return false;
        const json::Value& e = *m.value->items[0];
        return e.kind == json::Kind::object && e.members.size == 2 &&
               e.text_of("url") == "http://hl7.org/fhir/StructureDefinition/data-absent-reason" &&
               e.text_of("valueCode") == "unknown";
    }
    return std::all_of(v.members.begin(), v.members.end(),
                       [](const json::Member& inner) { return is_absent(*inner.value); });
}

/// A displaced value on its way back.
struct Displaced {
    const json::Value* extension;
    Text url, path;
    const json::Value* value;  ///< typed, or a string that is JSON
    bool json;
};

struct Reader {
    ReadContext& c;
    bool no_row = false;
    std::vector<Displaced> displaced = {};

    Text raw(const json::Value& v) {
        std::string text;
        json::append(text, v);
        return c.arena->copy(text);
    }

    void rest(const json::Value& v, const Path& path) {
        c.entity->rest.add(*c.arena, {path.text(*c.arena), raw(v)});
    }

    void bad(const json::Value& v, const Path& path, const char* why) {
        if (c.on_bad_value) c.on_bad_value(path.text(*c.arena), v.offset, why);
        rest(v, path);
    }

    static bool fits(const json::Value& v, Kind kind) {
        switch (kind) {
            case Kind::boolean: return v.kind == json::Kind::boolean;
            case Kind::integer:
            case Kind::decimal: return v.kind == json::Kind::number;
            default: return v.kind == json::Kind::string;
        }
    }

    void item(const json::Value& v, const Field& f, void* object, const Path& path) {
        if (f.kind == Kind::structure) {
            if (v.kind != json::Kind::object) return bad(v, path, "an object is expected here");
            void* target = f.list ? add_item(items_at(object, f), *f.type, *c.arena) : at(object, f);
            return structure(v, *f.type, target, path);
        }
        if (f.kind != Kind::raw && !fits(v, f.kind))
            return bad(v, path, "a value of another JSON type is expected here");
        if (f.kind != Kind::raw && v.text.empty()) return bad(v, path, "FHIR allows no empty text");
        const Text text = f.kind == Kind::raw ? raw(v) : v.text;
        if (f.list)
            texts_at(object, f).add(*c.arena) = text;
        else
            text_at(object, f) = text;
    }

    void field(const json::Value& v, const Field& f, void* object, const Path& path) {
        if (!f.list) {
            if (v.kind == json::Kind::array && f.kind != Kind::raw)
                return bad(v, path, "a single value is expected here, not a list");
            return item(v, f, object, path);
        }
        if (v.kind != json::Kind::array) return bad(v, path, "a list is expected here");
        for (std::uint32_t i = 0; i < v.items.size; ++i) item(*v.items[i], f, object, Path{&path, {}, i});
    }

    // An identifier of a resource that R4 lets have fewer (json_write.cpp).
    static bool more_identifier(const json::Value& e, Text url) {
        constexpr Text kTail = "identifier";
        if (url.size() != kOwn.size() + kTail.size() || !url.starts_with(kOwn) || !url.ends_with(kTail))
            return false;
        const json::Value* v = e.find("valueIdentifier");
        return e.members.size == 2 && v != nullptr && v->kind == json::Kind::object;
    }

    static bool has_joined_form(const Field& f) {
        return f.kind == Kind::structure && !f.type->joined.empty();
    }

    // The row that the first identifier names, unless the extensions name a primary row or say "none".
    void implied_row(Entity& entity) {
        const SourceRow row = row_of_identifier(entity);
        if (no_row || row.table.empty()) return;
        for (const SourceRow& r : entity.source)
            if (r.role == row.role) return;
        entity.source.add(*c.arena);
        for (std::uint32_t i = entity.source.size - 1; i > 0; --i) entity.source[i] = entity.source[i - 1];
        entity.source[0] = row;
    }

    // An element that FHIR wants, or its "_name".
    static bool needed(const Type& type, Text name) {
        if (type.plan == nullptr) return false;
        if (name.starts_with('_')) name.remove_prefix(1);
        for (const Plan::Need& n : type.plan->needs)
            if (same(type.fields[n.field].name, name)) return true;
        return false;
    }

    // A part that the writer had to give, with "_valueCode" for what is primitive.
    static bool absent_part(const json::Value& e, const Field& f) {
        const json::Member& v = e.members[e.members[0].name == "url" ? 1 : 0];
        Text name = v.name;
        if (name.starts_with('_')) name.remove_prefix(1);
        return name == f.value && is_absent(*v.value);
    }

    // Only an extension of exactly the declared shape goes to its field; anything else about it would be
    // lost.
    bool plain_extension(const json::Value& e, const Field& f, const void* object) {
        if (!f.list && !is_empty(object, f)) return false;
        if (e.members.size != 2) return false;
        if (f.value.empty() || (has_joined_form(f) && e.find(f.value) == nullptr))
            return e.find("extension") != nullptr && e.find("extension")->kind == json::Kind::array;
        const json::Value* v = e.find(f.value);
        if (v == nullptr) return false;
        if (has_joined_form(f)) return v->kind == json::Kind::string && !v->text.empty();
        return f.kind == Kind::structure ? v->kind == json::Kind::object
                                         : fits(*v, f.kind) && !v->text.empty();
    }

    // An extension of exactly the shape that the writer gives a displaced value.
    bool was_displaced(const json::Value& e, Text url) {
        if ((url != kDisplaced && url != kVerbatim) || e.members.size != 2) return false;
        const json::Value* list = e.find("extension");
        if (list == nullptr || list->kind != json::Kind::array || list->items.size != 2) return false;
        const json::Value &where = *list->items[0], &what = *list->items[1];
        if (where.text_of("url") != "path" || where.text_of("valueString").empty() || what.members.size != 2)
            return false;
        const bool json = what.text_of("url") == "json";
        const json::Member& v = what.members[what.members[0].name == "url" ? 1 : 0];
        if (json ? v.value->kind != json::Kind::string : url == kVerbatim) return false;
        displaced.push_back({&e, url, where.text_of("valueString"), v.value, json});
        return true;
    }

    /// The field that a path leads to, and the object that has it; `index` is of its last step, -1 for none.
    struct Spot {
        void* object = nullptr;
        const Field* field = nullptr;
        std::int64_t index = -1;
    };
    Spot follow(Text path, Entity& entity, const Type& type) {
        Spot spot{&entity, nullptr, -1};
        const Type* here = &type;
        while (!path.empty()) {
            if (spot.field != nullptr) {  // into what the step before leads to
                const Field& f = *spot.field;
                if (f.kind != Kind::structure || f.list != (spot.index >= 0)) return {};
                if (f.list) {
                    AnyList& list = items_at(spot.object, f);
                    if (spot.index > list.size) return {};
                    spot.object = spot.index == list.size ? add_item(list, *f.type, *c.arena)
                                                          : list.data + spot.index * f.type->size;
                } else {
                    spot.object = at(spot.object, f);
                }
                here = f.type;
            }
            const std::size_t end = std::min(path.find('.'), path.size());
            Text name = path.substr(0, end);
            path.remove_prefix(std::min(end + 1, path.size()));
            spot.index = -1;
            if (const std::size_t open = name.find('['); open != Text::npos && name.ends_with(']')) {
                const auto n = to_integer(name.substr(open + 1, name.size() - open - 2));
                if (!n || *n < 0) return {};
                spot.index = *n;
                name = name.substr(0, open);
            }
            spot.field = here->find(name);
            if (spot.field == nullptr) return {};
        }
        return spot;
    }

    const json::Value* value_of(const Displaced& d) {
        if (!d.json) return d.value;
        json::Parser parser;
        json::Error error;
        // In a list: the parser wants more of a document than a text alone.
        const json::Value* list = parser.parse(c.arena->join("[", d.value->text, "]"), *c.arena, error);
        return list == nullptr || list->items.size != 1 ? nullptr : list->items[0];
    }

    bool put_back(const Displaced& d, Entity& entity, const Type& type) {
        const json::Value* v = value_of(d);
        const Spot spot = follow(d.path, entity, type);
        if (v == nullptr || spot.field == nullptr || spot.field->list != (spot.index >= 0)) return false;
        const Field& f = *spot.field;
        const auto at_index = static_cast<std::uint32_t>(spot.index < 0 ? 0 : spot.index);
        if (f.kind == Kind::structure ? v->kind != json::Kind::object : !v->is_scalar()) return false;
        if (d.url == kVerbatim) {
            if (f.kind == Kind::structure || f.kind == Kind::raw || v->text.empty()) return false;
            if (f.list && at_index >= texts_at(spot.object, f).size) return false;
            (f.list ? texts_at(spot.object, f)[at_index] : text_at(spot.object, f)) = v->text;
            return true;
        }
        if (!f.list) {
            if (!is_empty(spot.object, f)) return false;
            if (f.kind == Kind::structure)
                structure(*v, *f.type, at(spot.object, f), Path{nullptr, d.path});
            else
                text_at(spot.object, f) = v->text;
            return true;
        }
        AnyList& list = items_at(spot.object, f);
        if (at_index > list.size) return false;
        if (f.kind == Kind::structure)
            structure(*v, *f.type, add_item(list, *f.type, *c.arena), Path{nullptr, d.path});
        else
            texts_at(spot.object, f).add(*c.arena) = v->text;
        const std::size_t size = f.kind == Kind::structure ? f.type->size : sizeof(Text);
        std::rotate(list.data + at_index * size, list.data + (list.size - 1) * size,
                    list.data + list.size * size);
        return true;
    }

    // Each into its place; in the order of the writer, which took items away from the front on. What has no
    // such place stays an extension.
    void put_all_back(Entity& entity, const Type& type) {
        for (const Displaced& d : displaced)
            if (!put_back(d, entity, type)) entity.extensions.add(*c.arena) = raw(*d.extension);
    }

    void extension(const json::Value& e, const Type& type, void* object, const Path& path) {
        const Text url = e.text_of("url");
        if (type.resource && was_displaced(e, url)) return;
        if (type.resource && more_identifier(e, url)) {
            auto& entity = *static_cast<Entity*>(object);
            return structure(*e.find("valueIdentifier"), type_of<Identifier>(),
                             &entity.identifier.add(*c.arena), Path{&path, "valueIdentifier"});
        }
        for (const Field& f : type.fields) {
            if (f.where != Where::extension || !same(f.url, url)) continue;
            if (e.members.size == 2 && needed(type, f.name) && absent_part(e, f)) return;
            if (!plain_extension(e, f, object)) continue;
            if (has_joined_form(f) && e.find(f.value) != nullptr) {
                if (f.type == &type_of<SourceRow>() && e.text_of(f.value) == "none") {
                    no_row = true;
                    return;
                }
                void* whole = f.list ? add_item(items_at(object, f), *f.type, *c.arena) : at(object, f);
                if (take_apart(e.text_of(f.value), *f.type, whole)) return;
                if (f.list) --items_at(object, f).size;
                break;
            }
            if (!f.value.empty() && !has_joined_form(f)) return item(*e.find(f.value), f, object, path);
            void* target = f.list ? add_item(items_at(object, f), *f.type, *c.arena) : at(object, f);
            const json::Value& parts = *e.find("extension");
            const Path name{&path, f.name};
            for (std::uint32_t i = 0; i < parts.items.size; ++i)
                extension(*parts.items[i], *f.type, target, Path{&name, {}, i});
            return;
        }
        if (type.resource)
            c.entity->extensions.add(*c.arena) = raw(e);
        else
            rest(e, path);
    }

    // The element of this name; `next`: behind the one found last. What we wrote stands in declared order.
    static const Field* element(const Type& type, Text name, std::size_t& next) {
        const std::size_t n = type.fields.size();
        for (std::size_t i = 0; i < n; ++i, ++next) {
            if (next == n) next = 0;
            const Field& f = type.fields[next];
            if (f.where == Where::element && same(f.name, name)) return &type.fields[next++];
        }
        return nullptr;
    }

    void structure(const json::Value& v, const Type& type, void* object, const Path& path) {
        std::size_t next = 0;
        // An item of a list that has nothing else.
        if (path.index >= 0 && !type.resource && v.members.size == 1 && is_absent(v)) return;
        for (const json::Member& m : v.members) {
            const Path here{&path, m.name};
            if (m.value->kind >= json::Kind::array && needed(type, m.name) && is_absent(*m.value)) continue;
            if (m.name == "extension" && m.value->kind == json::Kind::array) {
                for (std::uint32_t i = 0; i < m.value->items.size; ++i)
                    extension(*m.value->items[i], type, object, Path{&here, {}, i});
                continue;
            }
            if (type.resource && m.name == "resourceType") continue;
            if (const Field* f = element(type, m.name, next); f == nullptr)
                rest(*m.value, here);
            else if (type.resource && f->list && m.name == "identifier" &&
                     m.value->kind == json::Kind::object && type.name == "QuestionnaireResponse")  // R4: 0..1
                item(*m.value, *f, object, here);
            else
                field(*m.value, *f, object, here);
        }
        if (c.on_reference && &type == &type_of<Reference>()) {
            const Text r = static_cast<const Reference*>(object)->reference;
            if (!r.empty()) c.on_reference(r);
        }
    }
};

}  // namespace

void read_json(const json::Value& resource, EntityKind kind, Entity& entity, ReadContext& context) {
    context.entity = &entity;
    Reader reader{context};
    reader.structure(resource, type_of(kind), &entity, Path{});
    reader.implied_row(entity);
    if (!reader.displaced.empty()) reader.put_all_back(entity, type_of(kind));
}

void read_json(const json::Value& value, const Type& type, void* object, Text path, ReadContext& context) {
    Reader{context}.structure(value, type, object, Path{nullptr, path});
}

}  // namespace gpswitch::record
