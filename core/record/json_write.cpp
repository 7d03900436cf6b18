#include "core/record/json.hpp"

namespace gpswitch::record {
namespace {

void scalar(std::string& out, Kind kind, Text text) {
    switch (kind) {
        case Kind::boolean:
        case Kind::integer:
        case Kind::decimal:
        case Kind::raw: out += text; return;
        default: json::append_string(out, text);
    }
}

constexpr std::uint32_t kAny = 0xffffffff;

// How many identifiers R4 lets a resource have; the rest of them become extensions.
std::uint32_t most_identifiers(EntityKind kind) {
    if (kind == EntityKind::QuestionnaireResponse) return 1;
    return kind == EntityKind::Provenance || kind == EntityKind::AuditEvent ? 0 : kAny;
}

/// What the first identifier says of an entity's rows.
enum class Rows : std::uint8_t {
    implied,       ///< it names the first row, the only primary one
    contradicted,  ///< it names a row, and the entity has no primary one
    apart,         ///< it names none, or the rows are all said
};
Rows rows_of(const Entity& entity) {
    const SourceRow named = row_of_identifier(entity);
    if (named.table.empty()) return Rows::apart;
    std::uint32_t primary = 0;
    for (const SourceRow& row : entity.source) primary += row.role == named.role ? 1 : 0;
    if (primary == 0) return Rows::contradicted;
    const SourceRow& first = entity.source[0];
    const bool same = first.role == named.role && first.table == named.table && first.key == named.key;
    return same && primary == 1 ? Rows::implied : Rows::apart;
}
bool nothing_to_say(const void* object) {
    const auto& entity = *static_cast<const Entity*>(object);
    switch (rows_of(entity)) {
        case Rows::implied: return entity.source.size == 1;
        case Rows::contradicted: return false;
        default: return entity.source.empty();
    }
}

struct Writer {
    std::string& out;
    std::uint32_t identifiers = kAny;

    void comma() {
        if (out.back() != '{' && out.back() != '[') out += ',';
    }

    void value(const void* object, const Field& f, std::uint32_t i) {
        if (f.kind == Kind::structure)
            structure(f.list ? items_at(object, f).data + i * f.type->size : at(object, f), *f.type);
        else
            scalar(out, f.kind, f.list ? texts_at(object, f)[i] : text_at(object, f));
    }

    void element(const void* object, const Type& type, std::size_t n) {
        const Field& f = type.fields[n];
        comma();
        out += type.keys[n];
        if (!f.list) return value(object, f, 0);
        out += '[';
        for (std::uint32_t i = 0; i < items_at(object, f).size; ++i) {
            if (i != 0) out += ',';
            value(object, f, i);
        }
        out += ']';
    }

    // As one text; what has no such form as an extension with parts.
    void joined(const void* object, const Field& f, std::string_view key) {
        const Type& type = *f.type;
        if (!can_join(object, type)) {
            out += "{\"url\":\"";
            out += f.url;
            out += '"';
            extensions(object, type);
            out += '}';
            return;
        }
        out += key;
        out += '"';
        for (std::size_t i = 0; i < type.joined.size(); ++i) {
            const Text part = text_at(object, type.fields[type.joined[i]]);
            if (part.empty()) break;
            if (i != 0) out += type.separator;
            json::append_escaped(out, part);
        }
        out += "\"}";
    }

    // The rows of an entity: the one that its identifier names is not named again.
    void rows(const void* object, const Type& type, std::size_t n) {
        const Rows r = rows_of(*static_cast<const Entity*>(object));
        if (r == Rows::contradicted) {
            comma();
            out += type.keys[n];
            out += "\"none\"}";
        }
        extension(object, type, n, r == Rows::implied ? 1 : 0);
    }

    // One {"url":...} per item of the field.
    void extension(const void* object, const Type& type, std::size_t n, std::uint32_t first) {
        const Field& f = type.fields[n];
        const std::uint32_t size = f.list ? items_at(object, f).size : 1;
        for (std::uint32_t i = first; i < size; ++i) {
            comma();
            if (f.where == Where::self) {
                out += texts_at(object, f)[i];
                continue;
            }
            if (f.kind == Kind::structure && !f.type->joined.empty()) {
                joined(f.list ? items_at(object, f).data + i * f.type->size : at(object, f), f, type.keys[n]);
                continue;
            }
            out += type.keys[n];
            if (f.value.empty())
                extensions(f.list ? items_at(object, f).data + i * f.type->size : at(object, f), *f.type);
            else
                value(object, f, i);
            out += '}';
        }
    }

    void extensions(const void* object, const Type& type) {
        bool any = false;
        const auto open = [&] {
            if (any) return;
            comma();
            out += "\"extension\":[";
            any = true;
        };
        if (type.resource && identifiers != kAny) {
            const List<Identifier>& all = static_cast<const Entity*>(object)->identifier;
            for (std::uint32_t i = identifiers; i < all.size; ++i) {
                open();
                comma();
                out += "{\"url\":\"" + std::string(kOwn) + "identifier\",\"valueIdentifier\":";
                structure(&all[i], type_of<Identifier>());
                out += '}';
            }
        }
        for (std::size_t n = 0; n < type.fields.size(); ++n) {
            const Field& f = type.fields[n];
            if (f.where == Where::element) continue;
            const bool source = type.resource && f.type == &type_of<SourceRow>();
            if (source ? nothing_to_say(object) : is_empty(object, f)) continue;
            open();
            if (source)
                rows(object, type, n);
            else
                extension(object, type, n, 0);
        }
        if (any) out += ']';
    }

    void members(const void* object, const Type& type, bool resource) {
        bool extended = !resource;
        if (extended) extensions(object, type);
        for (std::size_t n = 0; n < type.fields.size(); ++n) {
            const Field& f = type.fields[n];
            // A resource's extensions come before its own elements, where base R4 has them.
            if (!extended && f.where != Where::element) {
                extensions(object, type);
                extended = true;
            }
            if (f.where != Where::element || is_empty(object, f)) continue;
            if (resource && identifiers != kAny && f.name == "identifier")
                one_identifier(object, f);
            else
                element(object, type, n);
        }
    }

    void one_identifier(const void* object, const Field& f) {
        if (identifiers == 0) return;
        comma();
        out += "\"identifier\":";
        structure(items_at(object, f).data, *f.type);
    }

    void structure(const void* object, const Type& type) {
        out += '{';
        members(object, type, false);
        out += '}';
    }
};

}  // namespace

void append_json(std::string& out, EntityKind kind, const Entity& entity) {
    const Type& type = type_of(kind);
    out += "{\"resourceType\":\"";
    out += type.name;
    out += '"';
    Writer{out, most_identifiers(kind)}.members(&entity, type, true);
    out += '}';
}

void append_json(std::string& out, const void* object, const Type& type) {
    Writer{out, kAny}.structure(object, type);
}

void append_json_value(std::string& out, const void* object, const Field& f) {
    Writer w{out, kAny};
    if (!f.list) return w.value(object, f, 0);
    out += '[';
    for (std::uint32_t i = 0; i < items_at(object, f).size; ++i) {
        if (i != 0) out += ',';
        w.value(object, f, i);
    }
    out += ']';
}

}  // namespace gpswitch::record
