#include "core/diff/fields.hpp"

#include <algorithm>
#include <cstddef>
#include <deque>
#include <unordered_map>

#include "core/record/json.hpp"

namespace gpswitch::diff {
namespace {

using record::Field;
using record::Type;
using FieldKind = FieldDifference::Kind;

// Where a field stands on each side: items of lists may have other places.
struct At {
    std::string before, after;
    At below(std::string_view name) const {
        const auto add = [&](const std::string& p) {
            return p.empty() ? std::string(name) : p + "." + std::string(name);
        };
        return {add(before), add(after)};
    }
    At item(std::size_t i, std::size_t j) const {
        return {before + "[" + std::to_string(i) + "]", after + "[" + std::to_string(j) + "]"};
    }
};

struct Walker {
    bool values;
    std::vector<FieldDifference>& out;
    Explain* explain = nullptr;

    void add(FieldKind kind, const std::string& path, std::string before, std::string after) {
        if (!values) before.clear(), after.clear();
        out.push_back({kind, path, std::move(before), std::move(after)});
    }

    static std::string json(const void* item, const Type& type) {
        std::string s;
        record::append_json(s, item, type);
        return s;
    }

    void structure(const void* a, const void* b, const Type& type, const At& path) {
        for (const Field& f : type.fields) {
            if (type.resource && f.name == "id") continue;
            const At here = path.below(f.name);
            if (f.list)
                list(a, b, type, f, here);
            else if (f.kind == record::Kind::structure)
                single(a, b, type, f, here);
            else
                text(a, b, type, f, here);
        }
    }

    void text(const void* x, const void* y, const Type& owner, const Field& f, const At& path) {
        const record::Text a = text_at(x, f), b = text_at(y, f);
        if (a == b) return;
        const FieldKind kind = a.empty()   ? FieldKind::only_after
                               : b.empty() ? FieldKind::only_before
                                           : FieldKind::changed;
        if (explain != nullptr && explain->accepts({kind, without_indexes(path.before), owner, x, y, f,
                                                    path.before, path.after, a, b, nullptr}))
            return;
        add(kind, path.before, std::string(a), std::string(b));
    }

    // One side has nothing there: asked for as a whole, then part by part.
    bool accepted(FieldKind kind, const At& path, const Type& owner, const void* x, const void* y,
                  const Field& f, const void* object) {
        if (explain == nullptr) return false;
        const std::string plain = without_indexes(path.before);
        if (explain->accepts({kind, plain, owner, x, y, f, path.before, path.after, {}, {}, object}))
            return true;
        if (f.kind != record::Kind::structure || !explain->inside(plain)) return false;
        const std::vector<std::uint64_t> nothing(f.type->size / sizeof(std::uint64_t) + 1);
        std::vector<FieldDifference> left;
        const std::vector<std::string> fired = explain->fired;
        Walker within{false, left, explain};
        if (kind == FieldKind::only_before)
            within.structure(object, nothing.data(), *f.type, path);
        else
            within.structure(nothing.data(), object, *f.type, path);
        if (left.empty()) return true;
        explain->fired = fired;
        return false;
    }

    void single(const void* x, const void* y, const Type& owner, const Field& f, const At& path) {
        const void *a = at(x, f), *b = at(y, f);
        const Type& type = *f.type;
        const bool none_a = is_empty(a, type), none_b = is_empty(b, type);
        if (none_a && none_b) return;
        const FieldKind kind = none_a ? FieldKind::only_after : FieldKind::only_before;
        if ((none_a || none_b) && accepted(kind, path, owner, x, y, f, none_a ? b : a)) return;
        // What has a single part is named by it: "meta.security[0]", not "meta".
        if ((none_a || none_b) && filled(none_a ? b : a, type) > 1)
            return add(kind, path.before, none_a ? "" : json(a, type), none_a ? json(b, type) : "");
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

    void list(const void* a, const void* b, const Type& owner, const Field& f, const At& path) {
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
        if (!ordered && (explain == nullptr || !explain->accepts({FieldKind::order,
                                                                  without_indexes(path.before),
                                                                  owner,
                                                                  a,
                                                                  b,
                                                                  f,
                                                                  path.before,
                                                                  path.after,
                                                                  {},
                                                                  {},
                                                                  nullptr})))
            add(FieldKind::order, path.before, joined(x), joined(y));
        std::vector<std::size_t> right;  // of AFTER
        for (std::size_t j = head; j < y.size() - tail; ++j)
            if (!taken[j]) right.push_back(j);
        rest(a, b, owner, f, path, x, y, left, right);
    }

    // What tells items of one list apart, where something does: they pair by it before they pair in order.
    static std::string sort_of(const void* object, const Field& f) {
        if (f.type == nullptr) return {};
        const auto is = [&](const Type& type) { return f.type == &type; };
        const auto first = [](const record::Concept& c) {
            return c.coding.empty() ? std::string(c.text) : std::string(c.coding[0].code);
        };
        if (is(record::type_of<record::Coding>()))
            return std::string(static_cast<const record::Coding*>(object)->system);
        if (is(record::type_of<record::Rest>()))
            return std::string(static_cast<const record::Rest*>(object)->path);
        if (is(record::type_of<record::Identifier>()))
            return std::string(static_cast<const record::Identifier*>(object)->system);
        if (is(record::type_of<record::ContactPoint>())) {
            const auto& c = *static_cast<const record::ContactPoint*>(object);
            return std::string(c.system) + " " + std::string(c.value);
        }
        if (is(record::type_of<record::HumanName>())) {
            const auto& n = *static_cast<const record::HumanName*>(object);
            return std::string(n.family) + " " + (n.given.empty() ? "" : std::string(n.given[0]));
        }
        if (is(record::type_of<record::Concept>()))
            return first(*static_cast<const record::Concept*>(object));
        if (is(record::type_of<record::Reference>())) {
            const record::Text to = static_cast<const record::Reference*>(object)->reference;
            return std::string(to.substr(0, to.find('/')));
        }
        if (const Field* actor = f.type->find("actor");
            actor != nullptr && actor->type == &record::type_of<record::Reference>())
            return sort_of(at(object, *actor), *actor);
        if (const Field* code = f.type->find("code");
            code != nullptr && !code->list && code->type == &record::type_of<record::Concept>())
            return first(*static_cast<const record::Concept*>(at(object, *code)));
        return {};
    }

    // What leads to the same one first, then what is of one sort.
    void pair_items(const void* a, const void* b, const Field& f, bool by_target,
                    std::vector<std::size_t>& left, std::vector<std::size_t>& right,
                    std::vector<std::pair<std::size_t, std::size_t>>& pairs) {
        const auto of = [&](const void* side, std::size_t i) -> const void* {
            return items_at(side, f).data + i * f.type->size;
        };
        std::erase_if(left, [&](std::size_t i) {
            const std::string sort = by_target ? std::string() : sort_of(of(a, i), f);
            const auto j = std::find_if(right.begin(), right.end(), [&](std::size_t n) {
                return by_target ? explain->same_target(*f.type, of(a, i), of(b, n))
                                 : !sort.empty() && sort_of(of(b, n), f) == sort;
            });
            if (j == right.end()) return false;
            pairs.emplace_back(i, *j);
            right.erase(j);
            return true;
        });
    }

    void rest(const void* a, const void* b, const Type& owner, const Field& f, const At& path,
              const std::vector<std::string>& x, const std::vector<std::string>& y,
              std::vector<std::size_t> left, std::vector<std::size_t> right) {
        const bool structures = f.kind == record::Kind::structure;
        const auto of = [&](const void* side, std::size_t i) -> const void* {
            return structures ? items_at(side, f).data + i * f.type->size : nullptr;
        };
        std::vector<std::pair<std::size_t, std::size_t>> pairs;
        if (structures && explain != nullptr)
            for (const bool by_target : {true, false}) pair_items(a, b, f, by_target, left, right, pairs);
        // Codes and keys of different systems are not one that changed.
        const bool apart =
            explain != nullptr && (f.type == &record::type_of<record::Coding>() ||
                                   f.type == &record::type_of<record::Identifier>() ||
                                   f.type == &record::type_of<record::Rest>() || f.name == "inferred");
        const std::size_t n = apart ? 0 : std::min(left.size(), right.size());
        for (std::size_t k = 0; k < n; ++k) pairs.emplace_back(left[k], right[k]);
        std::sort(pairs.begin(), pairs.end());
        for (const auto& [i, j] : pairs) {
            const At here = path.item(i, j);
            if (explain != nullptr && f.type == &record::type_of<record::Coding>() &&
                explain->made_anew(owner, a, b, *static_cast<const record::Coding*>(of(a, i)),
                                   *static_cast<const record::Coding*>(of(b, j))))
                continue;
            if (structures)
                structure(of(a, i), of(b, j), *f.type, here);
            else if (explain == nullptr ||
                     !explain->accepts({FieldKind::changed, without_indexes(here.before), owner, a, b, f,
                                        here.before, here.after, texts_at(a, f)[i], texts_at(b, f)[j],
                                        nullptr}))
                add(FieldKind::changed, here.before, x[i], y[j]);
        }
        for (std::size_t k = n; k < left.size(); ++k)
            if (!accepted(FieldKind::only_before, path.item(left[k], left[k]), owner, a, b, f,
                          of(a, left[k])))
                add(FieldKind::only_before, path.item(left[k], 0).before, x[left[k]], {});
        for (std::size_t k = n; k < right.size(); ++k)
            if (!accepted(FieldKind::only_after, path.item(right[k], right[k]), owner, a, b, f,
                          of(b, right[k])))
                add(FieldKind::only_after, path.item(right[k], 0).before, {}, y[right[k]]);
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
                    bool values, std::vector<FieldDifference>& out, Explain* explain) {
    Walker{values, out, explain}.structure(&before, &after, record::type_of(kind), {});
}

}  // namespace gpswitch::diff
