#include "core/record/json.hpp"

namespace gpswitch::record {
namespace {

struct Reader {
    ReadContext& c;
    bool no_row = false;

    Text raw(const json::Value& v) {
        std::string text;
        json::append(text, v);
        return c.arena->copy(text);
    }

    void rest(const json::Value& v, Text path) { c.entity->rest.add(*c.arena, {path, raw(v)}); }

    void bad(const json::Value& v, Text path, const char* why) {
        if (c.on_bad_value) c.on_bad_value(path, v.offset, why);
        rest(v, path);
    }

    Text join(Text path, Text name) { return path.empty() ? name : c.arena->join(path, ".", name); }
    Text indexed(Text path, std::uint32_t i) { return c.arena->join(path, "[", std::to_string(i), "]"); }

    static bool fits(const json::Value& v, Kind kind) {
        switch (kind) {
            case Kind::boolean: return v.kind == json::Kind::boolean;
            case Kind::integer:
            case Kind::decimal: return v.kind == json::Kind::number;
            default: return v.kind == json::Kind::string;
        }
    }

    void item(const json::Value& v, const Field& f, void* object, Text path) {
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

    void field(const json::Value& v, const Field& f, void* object, Text path) {
        if (!f.list) {
            if (v.kind == json::Kind::array && f.kind != Kind::raw)
                return bad(v, path, "a single value is expected here, not a list");
            return item(v, f, object, path);
        }
        if (v.kind != json::Kind::array) return bad(v, path, "a list is expected here");
        for (std::uint32_t i = 0; i < v.items.size; ++i) item(*v.items[i], f, object, indexed(path, i));
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

    void extension(const json::Value& e, const Type& type, void* object, Text path) {
        const Text url = e.text_of("url");
        for (const Field& f : type.fields) {
            if (f.where != Where::extension || f.url != url || !plain_extension(e, f, object)) continue;
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
            for (std::uint32_t i = 0; i < parts.items.size; ++i)
                extension(*parts.items[i], *f.type, target, indexed(join(path, f.name), i));
            return;
        }
        if (type.resource)
            c.entity->extensions.add(*c.arena) = raw(e);
        else
            rest(e, path);
    }

    void structure(const json::Value& v, const Type& type, void* object, Text path) {
        for (const json::Member& m : v.members) {
            const Text here = join(path, m.name);
            if (m.name == "extension" && m.value->kind == json::Kind::array) {
                for (std::uint32_t i = 0; i < m.value->items.size; ++i)
                    extension(*m.value->items[i], type, object, indexed(here, i));
                continue;
            }
            if (type.resource && m.name == "resourceType") continue;
            const Field* f = nullptr;
            for (const Field& candidate : type.fields)
                if (candidate.where == Where::element && candidate.name == m.name) f = &candidate;
            if (f == nullptr)
                rest(*m.value, here);
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
    reader.structure(resource, type_of(kind), &entity, {});
    reader.implied_row(entity);
}

void read_json(const json::Value& value, const Type& type, void* object, Text path, ReadContext& context) {
    Reader{context}.structure(value, type, object, path);
}

}  // namespace gpswitch::record
