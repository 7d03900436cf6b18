#include <functional>

#include "core/profile/table_loader.hpp"

namespace gpswitch::profile {

void Loader::slots(Shape& shape) {
    if (shape.elements.size() > 120) fail(shape.path + ": too many elements");
    std::vector<Shape::Slot> found;
    for (std::size_t e = 0; e < shape.elements.size(); ++e) {
        const Rule& r = *shape.elements[e];
        if (r.min > 0) shape.required.push_back(static_cast<std::uint8_t>(e));
        for (std::size_t i = 0; i < r.types.size() || i == 0; ++i) {
            std::string key(t_.atoms_.name(r.name));
            bool primitive = false;
            if (i < r.types.size()) {
                const TypeInfo& info = t_.types_[r.types[i].type];
                primitive = info.kind == Type::Kind::primitive;
                if (r.choice) {
                    std::string name(info.name);
                    if (name[0] >= 'a' && name[0] <= 'z') name[0] = static_cast<char>(name[0] - 'a' + 'A');
                    key += name;
                }
            }
            const auto add = [&](const std::string& k, bool underscore) {
                found.push_back({t_.atoms_.add(k), static_cast<std::uint8_t>(e), static_cast<std::uint8_t>(i),
                                 underscore});
            };
            add(key, false);
            if (primitive) add("_" + key, true);
            if (!r.choice) break;
        }
    }
    std::size_t n = 8;
    while (n < found.size() * 2) n *= 2;
    shape.slots.assign(n, {});
    shape.mask = static_cast<std::uint32_t>(n - 1);
    for (const Shape::Slot& s : found) {
        std::uint32_t i = s.key * 2654435761u >> 16 & shape.mask;
        while (shape.slots[i].key != 0) i = (i + 1) & shape.mask;
        shape.slots[i] = s;
    }
}

/// Names become links.
void Loader::settle_profile(Rule& rule) {
    rule.valued = rule.fixed != nullptr || rule.pattern != nullptr || rule.strength != Strength::none ||
                  rule.max_length != 0 || !rule.min_value.empty() || !rule.max_value.empty();
    for (TypeUse& u : rule.types) {
        for (const std::string_view url : u.urls) {
            const auto p = t_.profiles_.find(url);
            if (p != t_.profiles_.end())
                u.profiles.push_back(&p->second.root);
            else
                t_.unchecked_.push_back({std::string(rule.source) + "#" + std::string(rule.label),
                                         "the profile " + std::string(url) + " of its type is not at hand"});
        }
        if (u.profiles.size() != u.urls.size()) u.profiles.clear();
    }
    if (!rule.content.empty()) {
        const auto s = by_path_.find(rule.content);
        if (s == by_path_.end()) fail("there is no element " + std::string(rule.content));
        rule.shape = s->second;
    }
    for (Rule& c : rule.children) settle_profile(c);
    for (Rule& s : rule.slices) settle_profile(s);
    for (std::size_t i = 0; i < rule.children.size(); ++i) {
        const Rule& c = rule.children[i];
        rule.names.push_back(c.name);
        rule.hint |= std::uint64_t{1} << (c.name & 63);
        bool needed = c.min > 0;
        for (const Rule& s : c.slices) needed = needed || s.min > 0;
        if (needed) rule.wanted.push_back(static_cast<std::uint16_t>(i));
    }
}

void Loader::finish() {
    const TypeId count = static_cast<TypeId>(t_.types_.size());
    for (const TypeInfo& t : t_.types_) {
        std::size_t steps = 0;
        for (TypeId base = t.base; base != 0; base = t_.types_[base].base)
            if (++steps > count) fail("the bases of the type " + std::string(t.name) + " lead in a circle");
    }
    // Inherited elements first. A type's base is settled before it.
    std::vector<bool> done(count, false);
    const std::function<void(TypeId)> settle = [&](TypeId id) {
        if (done[id] || id == 0) return;
        done[id] = true;
        TypeInfo& info = t_.types_[id];
        Shape& s = info.shape;
        for (const Check& c : s.own_checks) s.checks.push_back(&c);
        if (info.base == 0) return;
        settle(info.base);
        const Shape& b = t_.types_[info.base].shape;
        s.elements.insert(s.elements.begin(), b.elements.begin(), b.elements.end());
        s.checks.insert(s.checks.begin(), b.checks.begin(), b.checks.end());
    };
    const auto own = [](Shape& s) {
        for (const Rule& r : s.own) s.elements.push_back(&r);
    };
    for (TypeInfo& t : t_.types_) own(t.shape);
    for (Shape& s : t_.shapes_) own(s);
    for (TypeId id = 1; id < count; ++id) settle(id);
    for (Shape& s : t_.shapes_) {
        // Which of both it is, the element itself says; BackboneElement has all that Element has.
        s.type = type_id("BackboneElement");
    }
    const auto each_element = [&](Shape& s) {
        for (Rule& r : s.own) {
            settle_profile(r);
            if (r.shape != nullptr && !r.types.empty()) by_path_.at(r.shape->path)->type = r.types[0].type;
        }
    };
    for (TypeInfo& t : t_.types_) each_element(t.shape);
    for (Shape& s : t_.shapes_) each_element(s);
    for (Shape& s : t_.shapes_) {
        const Shape& b = t_.types_[s.type].shape;
        s.elements.insert(s.elements.begin(), b.elements.begin(), b.elements.end());
        s.checks.insert(s.checks.begin(), b.checks.begin(), b.checks.end());
    }
    for (TypeInfo& t : t_.types_) slots(t.shape);
    for (Shape& s : t_.shapes_) slots(s);
    t_.profile_of_.push_back(nullptr);
    for (auto& [url, p] : t_.profiles_) {
        settle_profile(p.root);
        t_.urls_.add(url);
        t_.profile_of_.push_back(&p);
    }
    for (const auto& [type_name, id] : t_.type_ids_) {
        const Atom a = t_.atoms_.add(type_name);
        if (t_.type_of_atom_.size() <= a) t_.type_of_atom_.resize(a + 1u, 0);
        t_.type_of_atom_[a] = id;
    }
    t_.defaults_.assign(t_.types_.size(), nullptr);
    for (const auto& [name, url] : default_urls_)
        if (const auto p = t_.profiles_.find(url); p != t_.profiles_.end())
            t_.defaults_[type_id(name)] = &p->second;
    for (const TypeInfo& t : t_.types_) t_.info_.push_back(&t);
}

}  // namespace gpswitch::profile
