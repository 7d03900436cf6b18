#include "core/diff/fields.hpp"

#include <deque>
#include <unordered_map>

#include "core/record/json.hpp"

namespace gpswitch::diff {
namespace {

using record::Field;
using record::Type;
using FieldKind = FieldDifference::Kind;

struct Walker {
    bool values;
    std::vector<FieldDifference>& out;

    void add(FieldKind kind, const std::string& path, std::string before, std::string after) {
        if (!values) before.clear(), after.clear();
        out.push_back({kind, path, std::move(before), std::move(after)});
    }

    static std::string json(const void* item, const Type& type) {
        std::string s;
        record::append_json(s, item, type);
        return s;
    }

    void structure(const void* a, const void* b, const Type& type, const std::string& path) {
        for (const Field& f : type.fields) {
            if (type.resource && f.name == "id") continue;
            const std::string here = path.empty() ? std::string(f.name) : path + "." + std::string(f.name);
            if (f.list)
                list(a, b, f, here);
            else if (f.kind == record::Kind::structure)
                single(at(a, f), at(b, f), *f.type, here);
            else
                text(text_at(a, f), text_at(b, f), here);
        }
    }

    void text(record::Text a, record::Text b, const std::string& path) {
        if (a == b) return;
        const FieldKind kind = a.empty()   ? FieldKind::only_after
                               : b.empty() ? FieldKind::only_before
                                           : FieldKind::changed;
        add(kind, path, std::string(a), std::string(b));
    }

    void single(const void* a, const void* b, const Type& type, const std::string& path) {
        const bool none_a = is_empty(a, type), none_b = is_empty(b, type);
        if (none_a && none_b) return;
        // What has a single part is named by it: "meta.security[0]", not "meta".
        if ((none_a || none_b) && filled(none_a ? b : a, type) > 1)
            return add(none_a ? FieldKind::only_after : FieldKind::only_before, path,
                       none_a ? "" : json(a, type), none_a ? json(b, type) : "");
        structure(a, b, type, path);
    }

    static int filled(const void* object, const Type& type) {
        int n = 0;
        for (const Field& f : type.fields) n += is_empty(object, f) ? 0 : 1;
        return n;
    }

    // An item as text: for structures their JSON, which is equal exactly when they are.
    static std::string item(const void* object, const Field& f, std::uint32_t i) {
        if (f.kind != record::Kind::structure) return std::string(texts_at(object, f)[i]);
        return json(items_at(object, f).data + i * f.type->size, *f.type);
    }

    void list(const void* a, const void* b, const Field& f, const std::string& path) {
        std::vector<std::string> x, y;
        for (std::uint32_t i = 0; i < items_at(a, f).size; ++i) x.push_back(item(a, f, i));
        for (std::uint32_t i = 0; i < items_at(b, f).size; ++i) y.push_back(item(b, f, i));
        if (x == y) return;
        std::size_t head = 0, tail = 0;
        const std::size_t n = std::min(x.size(), y.size());
        while (head < n && x[head] == y[head]) ++head;
        while (tail < n - head && x[x.size() - 1 - tail] == y[y.size() - 1 - tail]) ++tail;

        std::unordered_map<std::string_view, std::deque<std::size_t>> places;
        for (std::size_t j = head; j < y.size() - tail; ++j) places[y[j]].push_back(j);
        std::vector<bool> taken(y.size(), false);
        std::vector<std::size_t> left;  // of BEFORE
        std::size_t last = 0;
        bool ordered = true;
        for (std::size_t i = head; i < x.size() - tail; ++i) {
            const auto it = places.find(x[i]);
            if (it == places.end() || it->second.empty()) {
                left.push_back(i);
                continue;
            }
            const std::size_t j = it->second.front();
            it->second.pop_front();
            taken[j] = true;
            if (j < last) ordered = false;
            last = j;
        }
        if (!ordered) add(FieldKind::order, path, joined(x), joined(y));
        rest(a, b, f, path, x, y, left, taken, head, tail);
    }

    void rest(const void* a, const void* b, const Field& f, const std::string& path,
              const std::vector<std::string>& x, const std::vector<std::string>& y,
              const std::vector<std::size_t>& left, const std::vector<bool>& taken, std::size_t head,
              std::size_t tail) {
        const auto indexed = [&](std::size_t i) { return path + "[" + std::to_string(i) + "]"; };
        std::size_t next = 0;
        for (std::size_t j = head; j < y.size() - tail; ++j) {
            if (taken[j]) continue;
            if (next == left.size()) {
                add(FieldKind::only_after, indexed(j), {}, y[j]);
                continue;
            }
            const std::size_t i = left[next++];
            if (f.kind == record::Kind::structure)
                structure(items_at(a, f).data + i * f.type->size, items_at(b, f).data + j * f.type->size,
                          *f.type, indexed(i));
            else
                add(FieldKind::changed, indexed(i), x[i], y[j]);
        }
        for (; next < left.size(); ++next)
            add(FieldKind::only_before, indexed(left[next]), x[left[next]], {});
    }

    static std::string joined(const std::vector<std::string>& items) {
        std::string out;
        for (const std::string& s : items) out += (out.empty() ? "" : ", ") + s;
        return out;
    }
};

}  // namespace

bool same(record::EntityKind kind, record::Entity& before, const record::Entity& after) {
    const record::Text id = before.id;
    before.id = after.id;
    const bool equal = record::equal(&before, &after, record::type_of(kind));
    before.id = id;
    return equal;
}

void compare_fields(record::EntityKind kind, const record::Entity& before, const record::Entity& after,
                    bool values, std::vector<FieldDifference>& out) {
    Walker{values, out}.structure(&before, &after, record::type_of(kind), {});
}

}  // namespace gpswitch::diff
