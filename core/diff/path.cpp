#include "core/diff/path.hpp"

#include <cstring>
#include <span>

namespace gpswitch::diff {
namespace {

using record::AnyList;
using record::at;
using record::Field;
using record::items_at;

bool any(const void* object, std::span<const Field* const> path) {
    const Field& f = *path[0];
    if (record::is_empty(object, f)) return false;
    if (path.size() == 1) return true;
    if (!f.list) return any(at(object, f), path.subspan(1));
    const AnyList& list = items_at(object, f);
    for (std::uint32_t i = 0; i < list.size; ++i)
        if (any(list.data + i * f.type->size, path.subspan(1))) return true;
    return false;
}

void clear_field(void* object, const Field& f) {
    if (f.list)
        items_at(object, f).size = 0;
    else if (f.kind == record::Kind::structure)
        std::memset(at(object, f), 0, f.type->size);
    else
        record::text_at(object, f) = {};
}

void clear(void* object, std::span<const Field* const> path) {
    const Field& f = *path[0];
    if (path.size() == 1) return clear_field(object, f);
    if (!f.list) return clear(at(object, f), path.subspan(1));
    AnyList& list = items_at(object, f);
    std::uint32_t kept = 0;
    for (std::uint32_t i = 0; i < list.size; ++i) {
        char* item = list.data + i * f.type->size;
        const bool had = any(item, path.subspan(1));
        if (had) clear(item, path.subspan(1));
        if (had && record::is_empty(item, *f.type)) continue;
        if (kept != i) std::memcpy(list.data + kept * f.type->size, item, f.type->size);
        ++kept;
    }
    list.size = kept;
}

}  // namespace

Path resolve(const record::Type& type, std::string_view dotted) {
    Path path;
    const record::Type* here = &type;
    while (true) {
        const std::size_t dot = dotted.find('.');
        const Field* f = here == nullptr ? nullptr : here->find(dotted.substr(0, dot));
        if (f == nullptr) return {};
        path.push_back(f);
        if (dot == std::string_view::npos) return path;
        here = f->type;
        dotted.remove_prefix(dot + 1);
    }
}

bool any_at(const void* object, const Path& path) { return any(object, path); }
void clear_at(void* object, const Path& path) { clear(object, path); }

std::string without_indexes(std::string_view path) {
    std::string out;
    bool inside = false;
    for (char c : path) {
        if (c == '[') inside = true;
        if (!inside) out += c;
        if (c == ']') inside = false;
    }
    return out;
}

bool overlap(std::string_view a, std::string_view b) {
    if (a.size() > b.size()) std::swap(a, b);
    return b.substr(0, a.size()) == a && (b.size() == a.size() || b[a.size()] == '.');
}

void for_each_reference(void* object, const record::Type& type,
                        const std::function<void(record::Reference&)>& use) {
    if (&type == &record::type_of<record::Reference>()) return use(*static_cast<record::Reference*>(object));
    for (const Field& f : type.fields) {
        if (f.kind != record::Kind::structure || record::is_empty(object, f)) continue;
        if (!f.list) {
            for_each_reference(at(object, f), *f.type, use);
            continue;
        }
        const AnyList& list = items_at(object, f);
        for (std::uint32_t i = 0; i < list.size; ++i)
            for_each_reference(list.data + i * f.type->size, *f.type, use);
    }
}

}  // namespace gpswitch::diff
