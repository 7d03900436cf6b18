#include "core/record/filled.hpp"
#include "core/record/fit.hpp"
#include "core/record/fitting.hpp"
#include "core/record/json.hpp"
#include "core/record/plan.hpp"

namespace gpswitch::record {
namespace {

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
bool nothing_to_say(const Entity& entity) {
    switch (rows_of(entity)) {
        case Rows::implied: return entity.source.size == 1;
        case Rows::contradicted: return false;
        default: return entity.source.empty();
    }
}

struct Writer {
    Bytes& out;
    std::uint32_t identifiers = kAny;
    bool fits = true;  ///< nothing met so far has to be displaced

    bool first() const { return out.back() == '{' || out.back() == '['; }
    void comma() {
        if (!first()) out.put(',');
    }
    // With the comma before it.
    void key(const Type& type, std::size_t n) {
        const std::uint32_t skip = first() ? 1 : 0;
        out.put_padded(type.key_text.data() + type.keys[n].at + skip, type.keys[n].size - skip);
    }

    void scalar(Kind kind, Text text) {
        switch (kind) {
            case Kind::boolean:
            case Kind::integer:
            case Kind::decimal:
            case Kind::raw: return out.put(text);
            default: return out.put_string(text);
        }
    }

    void value(const void* object, const Field& f, std::uint32_t i) {
        if (f.kind == Kind::structure)
            structure(f.list ? items_at(object, f).data + i * f.type->size : at(object, f), *f.type);
        else
            scalar(f.kind, f.list ? texts_at(object, f)[i] : text_at(object, f));
    }

    void list(const void* object, const Field& f) {
        if (const std::string_view made = frozen_json(items_at(object, f)); !made.empty()) {
            fits = fits && frozen_fits(items_at(object, f));
            return out.put(made);
        }
        out.put('[');
        for (std::uint32_t i = 0; i < items_at(object, f).size; ++i) {
            if (i != 0) out.put(',');
            value(object, f, i);
            if (f.kind == Kind::structure && out.back() == '}' && out.view().ends_with("{}")) {
                out.cut(out.size() - 2);
                if (!absent_parts(*f.type)) out.put(kAbsent);
            }
        }
        out.put(']');
    }

    // What has to be there and is not, said in FHIR's way.
    void absent(const Field& f) {
        comma();
        out.put(f.kind == Kind::structure ? "\"" : "\"_");
        out.put(f.name);
        out.put(f.list ? "\":[" : "\":");
        const bool parts = f.kind == Kind::structure && absent_parts(*f.type);
        if (!parts) out.put(kAbsent);
        if (f.list) out.put(']');
    }
    bool absent_parts(const Type& type) {
        if (type.plan == nullptr) return false;
        bool any = false;
        for (const Plan::Need& n : type.plan->needs) {
            if (n.when.kind != When::Kind::always || type.fields[n.field].where != Where::element) continue;
            if (!any) out.put('{');
            any = true;
            absent(type.fields[n.field]);
        }
        if (any) out.put('}');
        return any;
    }
    void needs(const void* object, const Type& type, const Filled& filled) {
        if (type.plan == nullptr) return;
        for (const Plan::Need& n : type.plan->needs)
            if (type.fields[n.field].where == Where::element && !filled.among(n.satisfied) &&
                n.when.holds(object))
                absent(type.fields[n.field]);
    }
    // The same of the parts of an extension.
    void needed_parts(const Type& type, const Filled& filled) {
        if (type.resource || type.plan == nullptr) return;
        for (const Plan::Need& n : type.plan->needs) {
            const Field& f = type.fields[n.field];
            if (f.where != Where::extension || filled.among(n.satisfied)) continue;
            key(type, n.field);
            if (f.kind != Kind::structure) {  // "_valueCode"
                out.cut(out.size() - f.value.size() - 2);
                out.put('_');
                out.put(f.value);
                out.put("\":");
            }
            out.put(kAbsent);
            out.put('}');
        }
    }

    void element(const void* object, const Type& type, std::size_t n) {
        const Field& f = type.fields[n];
        key(type, n);
        if (f.list)
            list(object, f);
        else
            value(object, f, 0);
    }

    // As one text; what has no such form as an extension with parts.
    void joined(const void* object, const Type& outer, std::size_t n) {
        const Field& f = outer.fields[n];
        const Type& type = *f.type;
        if (!can_join(object, type)) {
            comma();
            out.put("{\"url\":\"");
            out.put(f.url);
            out.put('"');
            extensions(object, type, Filled(object, type));
            out.put('}');
            return;
        }
        key(outer, n);
        out.put('"');
        for (std::size_t i = 0; i < type.joined.size(); ++i) {
            const Text part = text_at(object, type.fields[type.joined[i]]);
            if (part.empty()) break;
            if (i != 0) out.put(type.separator);
            out.put_escaped(part);
        }
        out.put("\"}");
    }

    // The rows of an entity: the one that its identifier names is not named again.
    void rows(const void* object, const Type& type, std::size_t n) {
        const Rows r = rows_of(*static_cast<const Entity*>(object));
        if (r == Rows::contradicted) {
            key(type, n);
            out.put("\"none\"}");
        }
        extension(object, type, n, r == Rows::implied ? 1 : 0);
    }

    void parts(const void* item, const Type& type) {
        const Filled filled(item, type);
        fits = fits && fits_here(item, type, filled);
        extensions(item, type, filled);
    }

    // One {"url":...} per item of the field.
    void extension(const void* object, const Type& type, std::size_t n, std::uint32_t first) {
        const Field& f = type.fields[n];
        const std::uint32_t size = f.list ? items_at(object, f).size : 1;
        for (std::uint32_t i = first; i < size; ++i) {
            if (f.where == Where::self) {
                comma();
                out.put(texts_at(object, f)[i]);
                continue;
            }
            const bool whole = f.kind == Kind::structure;
            const void* item = !whole   ? nullptr
                               : f.list ? items_at(object, f).data + i * f.type->size
                                        : at(object, f);
            if (whole && !f.type->joined.empty()) {
                joined(item, type, n);
                continue;
            }
            key(type, n);
            if (f.value.empty())
                parts(item, *f.type);
            else
                value(object, f, i);
            out.put('}');
        }
    }

    void extensions(const void* object, const Type& type, Filled filled) {
        if (type.resource) {
            // Nothing may have to be said of its rows although it has some, and the other way round.
            const std::uint64_t bit = std::uint64_t{1} << (type.rows & 63);
            std::uint64_t& word = filled.words[type.rows >> 6];
            word = nothing_to_say(*static_cast<const Entity*>(object)) ? word & ~bit : word | bit;
        }
        const List<Identifier>* more =
            type.resource && identifiers != kAny ? &static_cast<const Entity*>(object)->identifier : nullptr;
        if (more != nullptr && more->size <= identifiers) more = nullptr;
        if (more == nullptr && !filled.among(type.extension_fields)) return;
        comma();
        out.put("\"extension\":[");
        for (std::uint32_t i = identifiers; more != nullptr && i < more->size; ++i) {
            comma();
            out.put("{\"url\":\"");
            out.put(kOwn);
            out.put("identifier\",\"valueIdentifier\":");
            structure(&(*more)[i], type_of<Identifier>());
            out.put('}');
        }
        filled.each(type.extension_fields, [&](std::size_t n) {
            if (type.resource && n == type.rows)
                rows(object, type, n);
            else
                extension(object, type, n, 0);
        });
        needed_parts(type, filled);
        out.put(']');
    }

    void resource(const void* object, const Type& type) {
        const Filled filled(object, type);
        const auto write = [&](std::size_t n) {
            if (identifiers != kAny && type.fields[n].name == "identifier")
                one_identifier(object, type.fields[n]);
            else
                element(object, type, n);
        };
        // Extensions come where base R4 has them: before the resource's own elements.
        filled.each(type.head_fields, write);
        extensions(object, type, filled);
        filled.each(type.element_fields, write);
        needs(object, type, filled);
        fits = fits && fits_here(object, type, filled);
    }

    void one_identifier(const void* object, const Field& f) {
        if (identifiers == 0) return;
        comma();
        out.put("\"identifier\":");
        structure(items_at(object, f).data, *f.type);
    }

    // Every second structure is a reference and nothing beside it.
    bool plain_reference(const void* object, const Type& type) {
        static const Type& reference = type_of<Reference>();
        const auto& r = *static_cast<const Reference*>(object);
        if (&type != &reference || r.reference.empty() || !r.type.empty() || !r.display.empty() ||
            !r.identifier.system.empty() || !r.identifier.value.empty())
            return false;
        out.put("{\"reference\":");
        out.put_string(r.reference);
        out.put('}');
        return true;
    }

    void structure(const void* object, const Type& type) {
        if (plain_reference(object, type)) return;
        const Filled filled(object, type);
        const auto write = [&](std::size_t n) { element(object, type, n); };
        out.put('{');
        if (type.resource || filled.among(type.extension_fields)) extensions(object, type, filled);
        if (type.resource) filled.each(type.head_fields, write);
        filled.each(type.element_fields, write);
        if (!first()) needs(object, type, filled);
        fits = fits && fits_here(object, type, filled);
        out.put('}');
    }
};

/// What a caller with a std::string writes into first; one per thread.
Bytes& scratch() {
    thread_local Bytes bytes;
    bytes.clear();
    return bytes;
}

}  // namespace

bool append_json(Bytes& out, EntityKind kind, const Entity& entity) {
    const Type& type = type_of(kind);
    const auto write = [&](const Entity& e) {
        out.put("{\"resourceType\":\"");
        out.put(type.name);
        out.put('"');
        Writer w{out, most_identifiers(kind)};
        w.resource(&e, type);
        out.put('}');
        return w.fits;
    };
    const std::size_t begin = out.size();
    out.take_controls();
    const bool fits = write(entity);
    const bool controls = out.take_controls();
    if (fits && !controls) return true;
    // Once more, without what the standard form has no room for.
    Arena arena;
    out.cut(begin);
    write(displaced(kind, entity, arena, true, nullptr));
    out.take_controls();
    return false;
}

void append_json(std::string& out, EntityKind kind, const Entity& entity) {
    // Not scratch(): what is displaced is written there meanwhile.
    thread_local Bytes bytes;
    bytes.clear();
    append_json(bytes, kind, entity);
    out += bytes.view();
}

void append_json(std::string& out, const void* object, const Type& type) {
    Bytes& bytes = scratch();
    Writer{bytes, kAny}.structure(object, type);
    out += bytes.view();
}

void append_json_value(Bytes& out, const void* object, const Field& f) {
    Writer w{out, kAny};
    if (f.list)
        w.list(object, f);
    else
        w.value(object, f, 0);
}

void append_json_value(std::string& out, const void* object, const Field& f) {
    Bytes& bytes = scratch();
    append_json_value(bytes, object, f);
    out += bytes.view();
}

}  // namespace gpswitch::record
