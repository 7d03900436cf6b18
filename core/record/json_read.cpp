#include "core/record/json.hpp"

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

struct Reader {
    ReadContext& c;
    bool no_row = false;

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

    void extension(const json::Value& e, const Type& type, void* object, const Path& path) {
        const Text url = e.text_of("url");
        if (type.resource && more_identifier(e, url)) {
            auto& entity = *static_cast<Entity*>(object);
            return structure(*e.find("valueIdentifier"), type_of<Identifier>(),
                             &entity.identifier.add(*c.arena), Path{&path, "valueIdentifier"});
        }
        for (const Field& f : type.fields) {
            if (f.where != Where::extension || !same(f.url, url) || !plain_extension(e, f, object)) continue;
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
        for (const json::Member& m : v.members) {
            const Path here{&path, m.name};
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
}

void read_json(const json::Value& value, const Type& type, void* object, Text path, ReadContext& context) {
    Reader{context}.structure(value, type, object, Path{nullptr, path});
}

}  // namespace gpswitch::record
