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

struct Writer {
    std::string& out;

    void name(std::string_view n) {
        if (out.back() != '{') out += ',';
        out += '"';
        out += n;
        out += "\":";
    }

    void value(const void* object, const Field& f, std::uint32_t i) {
        if (f.kind == Kind::structure)
            structure(f.list ? items_at(object, f).data + i * f.type->size : at(object, f), *f.type);
        else
            scalar(out, f.kind, f.list ? texts_at(object, f)[i] : text_at(object, f));
    }

    void element(const void* object, const Field& f) {
        name(f.name);
        if (!f.list) return value(object, f, 0);
        out += '[';
        for (std::uint32_t i = 0; i < items_at(object, f).size; ++i) {
            if (i != 0) out += ',';
            value(object, f, i);
        }
        out += ']';
    }

    // One {"url":...} per item of the field.
    void extension(const void* object, const Field& f) {
        const std::uint32_t n = f.list ? items_at(object, f).size : 1;
        for (std::uint32_t i = 0; i < n; ++i) {
            if (out.back() != '[') out += ',';
            if (f.where == Where::self) {
                out += texts_at(object, f)[i];
                continue;
            }
            out += "{\"url\":\"";
            out += f.url;
            out += '"';
            if (f.value.empty()) {
                const void* item = f.list ? items_at(object, f).data + i * f.type->size : at(object, f);
                extensions(item, *f.type);
            } else {
                name(f.value);
                value(object, f, i);
            }
            out += '}';
        }
    }

    void extensions(const void* object, const Type& type) {
        bool any = false;
        for (const Field& f : type.fields) {
            if (f.where == Where::element || is_empty(object, f)) continue;
            if (!any) {
                name("extension");
                out += '[';
                any = true;
            }
            extension(object, f);
        }
        if (any) out += ']';
    }

    void members(const void* object, const Type& type, bool resource) {
        bool extended = !resource;
        if (extended) extensions(object, type);
        for (const Field& f : type.fields) {
            // A resource's extensions follow its contained resources (base R4 order: id, meta, ...,
            // extension, identifier).
            if (!extended && f.where != Where::element) {
                extensions(object, type);
                extended = true;
            }
            if (f.where == Where::element && !is_empty(object, f)) element(object, f);
        }
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
    Writer{out}.members(&entity, type, true);
    out += '}';
}

void append_json(std::string& out, const void* object, const Type& type) {
    Writer{out}.structure(object, type);
}

void append_json_value(std::string& out, const void* object, const Field& f) {
    Writer w{out};
    if (!f.list) return w.value(object, f, 0);
    out += '[';
    for (std::uint32_t i = 0; i < items_at(object, f).size; ++i) {
        if (i != 0) out += ',';
        w.value(object, f, i);
    }
    out += ']';
}

}  // namespace gpswitch::record
