#include <algorithm>

#include "core/profile/compile.hpp"

namespace gpswitch::profile {
namespace {

using json::Value;

constexpr std::string_view kCore = "http://hl7.org/fhir/StructureDefinition/";

std::string capital(std::string_view s) {
    std::string out(s);
    if (!out.empty() && out[0] >= 'a' && out[0] <= 'z') out[0] = static_cast<char>(out[0] - 'a' + 'A');
    return out;
}

void say(Element& mine, const Element& row) {
    if (row.min) mine.min = row.min;
    if (row.max) mine.max = row.max;
    if (!row.types.empty()) mine.types = row.types;
    if (!row.value_set.empty()) {
        mine.value_set = row.value_set;
        mine.strength = row.strength;
    }
    if (!row.fixed.empty()) mine.fixed = row.fixed;
    if (!row.pattern.empty()) mine.pattern = row.pattern;
    if (!row.min_value.empty()) mine.min_value = row.min_value;
    if (!row.max_value.empty()) mine.max_value = row.max_value;
    if (row.max_length != 0) mine.max_length = row.max_length;
    mine.must_support = mine.must_support || row.must_support;
    for (const Invariant& i : row.invariants) {
        const auto same = [&i](const Invariant& o) { return o.key == i.key; };
        if (std::none_of(mine.invariants.begin(), mine.invariants.end(), same)) mine.invariants.push_back(i);
    }
    if (row.rules != SliceRules::none) {
        mine.rules = row.rules;
        mine.ordered = row.ordered;
        if (!row.discriminators.empty()) mine.discriminators = row.discriminators;
    }
}

void mark_from_type(Element& e) {
    e.from_type = true;
    for (Element& c : e.children) mark_from_type(c);
    for (Element& c : e.slices) mark_from_type(c);
}

/// True when nothing is left that needs saying.
bool prune(Element& e) {
    std::erase_if(e.children, [](Element& c) { return prune(c); });
    std::erase_if(e.slices, [](Element& c) { return prune(c) && c.from_type; });
    if (e.from_type) return e.children.empty() && e.slices.empty();
    return e.children.empty() && e.slices.empty() && !e.min && !e.max && e.types.empty() &&
           e.strength == Strength::none && e.fixed.empty() && e.pattern.empty() && e.min_value.empty() &&
           e.max_value.empty() && e.max_length == 0 && !e.must_support && e.invariants.empty() &&
           e.rules == SliceRules::none && e.slice.empty();
}

}  // namespace

/// The base elements among which the children of `overlay` are found: of its own inline definition, of what
/// its content reference names, or of its types.
std::vector<const Element*> Profiles::children_of(const Element& overlay,
                                                  const std::vector<const Element*>& base, const Profile& p) {
    std::vector<const Element*> out;
    const auto add_type = [&](std::string name) {
        for (; d_.types.contains(name); name = d_.types.at(name).base) out.push_back(&d_.types.at(name).root);
    };
    for (const Element* b : base) {
        if (!b->children.empty()) out.push_back(b);
        if (!b->content.empty()) {
            const std::string root = b->content.substr(0, b->content.find('.'));
            const auto t = d_.types.find(root);
            const Element* at = t == d_.types.end() ? nullptr : &t->second.root;
            for (std::size_t from = root.size() + 1; at != nullptr && from < b->content.size();) {
                const std::size_t dot = std::min(b->content.find('.', from), b->content.size());
                at = at->child(std::string_view(b->content).substr(from, dot - from));
                from = dot + 1;
            }
            if (at != nullptr) out.push_back(at);
            add_type("BackboneElement");
        }
        const auto& types = overlay.types.empty() ? b->types : overlay.types;
        for (const TypeRef& t : types) add_type(t.code);
    }
    if (base.empty()) add_type(p.type);
    return out;
}

const Element* Profiles::definition(const std::vector<const Element*>& base, std::string_view name,
                                    std::string& choice) const {
    for (const Element* b : base)
        if (const Element* c = b->child(name)) return c;
    for (const Element* b : base)
        for (const Element& c : b->children) {
            if (!c.name.ends_with("[x]")) continue;
            const std::string stem = c.name.substr(0, c.name.size() - 3);
            if (name == stem) return &c;
            for (const TypeRef& t : c.types)
                if (name == stem + capital(t.code)) {
                    choice = t.code;
                    return &c;
                }
        }
    return nullptr;
}

Element* Profiles::step(Element& at, const std::string& segment, std::vector<const Element*>& base,
                        const Profile& p) {
    const auto colon = segment.find(':');
    const std::string name = segment.substr(0, colon);
    std::string slice = colon == std::string::npos ? "" : segment.substr(colon + 1);
    std::string choice;
    const Element* defined = definition(base, name, choice);
    if (defined == nullptr) return nullptr;
    Element* found = at.child(defined->name);
    if (found == nullptr) {
        at.children.emplace_back();
        found = &at.children.back();
        found->name = defined->name;
    }
    if (!choice.empty() && slice.empty()) slice = name;
    if (!slice.empty()) {
        // "a/b" is slice b of slice a.
        for (std::size_t from = 0; from <= slice.size();) {
            const std::size_t end = std::min(slice.find('/', from), slice.size());
            const std::string part = slice.substr(0, end);
            Element* s = found->find_slice(part);
            if (s == nullptr) {
                Element made = *found;
                made.slices.clear();
                made.rules = SliceRules::none;
                made.discriminators.clear();
                made.min.reset();
                made.max.reset();
                made.invariants.clear();
                made.must_support = false;
                made.slice = part;
                found->slices.push_back(std::move(made));
                s = &found->slices.back();
            }
            found = s;
            from = end + 1;
        }
        if (!choice.empty() && found->types.empty())
            found->types = {{.code = choice, .profiles = {}, .targets = {}}};
    }
    base = {defined};
    (void)p;
    return found;
}

void Profiles::types_of(const Value& structure, Element& e) {
    const std::string where = std::string(structure.text_of("url")) + "#" + e.name;
    for (TypeRef& t : e.types) {
        std::vector<std::string> names;
        bool any = false;
        for (const std::string& target : t.targets) {
            std::string name;
            if (target.starts_with(kCore) && d_.types.contains(target.substr(kCore.size())))
                name = target.substr(kCore.size());
            else if (const auto s = s_.structures.find(target); s != s_.structures.end())
                name = s->second->text_of("type");
            else if (const auto p = d_.profiles.find(target); p != d_.profiles.end())
                name = p->second.type;
            if (name.empty()) {
                d_.unchecked.push_back({where, "a reference to " + target + ", which is not at hand"});
                any = true;
            }
            any = any || name == "Resource";
            if (!name.empty() && std::find(names.begin(), names.end(), name) == names.end())
                names.push_back(name);
        }
        t.targets = any ? std::vector<std::string>{} : names;
        std::erase_if(t.profiles, [this, &t](const std::string& profile) {
            return profile == std::string(kCore) + t.code && d_.types.contains(t.code);
        });
    }
}

void Profiles::apply(const Value& row, Profile& p) {
    const std::vector<std::string> names = segments(row);
    Element said;
    said.name = names.back();
    read_element(row, said);
    types_of(*s_.structures.at(p.url), said);
    if (names.size() == 1) {
        said.min.reset();  // how often the whole may occur is for its user to say
        said.max.reset();
        said.types.clear();
        say(p.root, said);
        return;
    }
    Element* at = &p.root;
    std::vector<const Element*> base;
    for (std::size_t i = 1; i < names.size(); ++i) {
        // Below a type with one profile, what that profile says is known.
        if (i > 1 && at->types.size() == 1 && at->types[0].profiles.size() == 1 && at->children.empty() &&
            at->slices.empty())
            if (const Profile* inner = one(at->types[0].profiles[0])) {
                at->children = inner->root.children;
                for (Element& c : at->children) mark_from_type(c);
            }
        base = children_of(*at, base, p);
        at = step(*at, names[i], base, p);
        if (at == nullptr) {
            d_.unchecked.push_back(
                {p.url + "#" + std::string(row.text_of("id")), "there is no such element in " + p.type});
            return;
        }
    }
    const bool says = [&said] {
        Element probe = said;
        return !prune(probe);
    }();
    if (says && at->from_type) at->from_type = false;
    // A binding that names no value set keeps that of the base.
    if (said.value_set.empty()) {
        const Value* binding = row.find("binding");
        if (binding != nullptr && !base.empty() && !base[0]->value_set.empty()) {
            const std::string_view strength = binding->text_of("strength");
            if (strength == "required" || strength == "extensible") {
                said.value_set = base[0]->value_set;
                said.strength = strength == "required" ? Strength::required : Strength::extensible;
            }
        }
    }
    say(*at, said);
}

const Profile* Profiles::one(const std::string& url) {
    if (const auto done = d_.profiles.find(url); done != d_.profiles.end()) return &done->second;
    if (failed_.contains(url)) return nullptr;
    const auto found = s_.structures.find(url);
    if (found == s_.structures.end()) return nullptr;
    const Value& s = *found->second;
    if (s.text_of("derivation") != "constraint") return nullptr;
    const auto fail = [&](const std::string& reason) {
        failed_.insert(url);
        d_.unchecked.push_back({url, reason});
        return nullptr;
    };
    if (!open_.insert(url).second) return fail("its bases lead in a circle");
    Profile p;
    p.url = url;
    p.version = s.text_of("version");
    p.name = s.text_of("id");
    p.status = s.text_of("status");
    p.type = s.text_of("type");
    p.base = canonical(s.text_of("baseDefinition"));
    p.root.name = p.type;
    if (!d_.types.contains(p.type))
        return fail("it is a profile of the type " + p.type + ", which is not at hand");
    const bool on_type = p.base.starts_with(kCore) && d_.types.contains(p.base.substr(kCore.size()));
    if (!on_type) {
        const Profile* base = one(p.base);
        if (base == nullptr)
            return fail(failed_.contains(p.base) ? "its base " + p.base + " cannot be used"
                                                 : "its base " + p.base + " is not at hand");
        p.root = base->root;
    }
    const Value* differential = s.find("differential");
    const Value* rows = differential == nullptr ? nullptr : differential->find("element");
    if (rows != nullptr)
        for (const Value* row : rows->items) apply(*row, p);
    if (const Value* contexts = s.find("context"))
        for (const Value* c : contexts->items) {
            const bool stu3 = c->kind == json::Kind::string;  // there the kind stands beside, once for all
            const std::string kind(stu3 ? s.text_of("contextType") : c->text_of("type"));
            const std::string where(stu3 ? c->text : c->text_of("expression"));
            // There the name of a resource is said of all that is in it: profiles put such extensions on
            // codes.
            const auto type = d_.types.find(where);
            const bool inside = type != d_.types.end() && type->second.kind == Type::Kind::resource;
            if (stu3)
                p.contexts.push_back({kind == "extension" ? kind
                                      : inside            ? "inside"
                                                          : "element",
                                      where == "*" ? "Element" : where});
            else
                p.contexts.push_back({kind, where});
        }
    if (const Value* invariants = s.find("contextInvariant"))
        for (const Value* i : invariants->items) p.contexts.push_back({"invariant", std::string(i->text)});
    open_.erase(url);
    return &d_.profiles.emplace(url, std::move(p)).first->second;
}

void Profiles::all() {
    for (auto& [name, type] : d_.types) {
        const auto found = s_.structures.find(std::string(kCore) + name);
        if (found == s_.structures.end()) continue;
        const auto& structure = *found->second;
        const auto each = [&](auto& self, Element& e) -> void {
            types_of(structure, e);
            for (Element& c : e.children) self(self, c);
        };
        each(each, type.root);
    }
    // A profile that is given anew replaces the one of the base.
    for (const std::string& url : s_.order) d_.profiles.erase(url);
    for (const std::string& url : s_.order) one(url);
    for (const std::string& url : s_.order)
        if (const auto p = d_.profiles.find(url); p != d_.profiles.end())
            Slicing(d_, url).settle(p->second.root);
    for (auto& [url, p] : d_.profiles) prune(p.root);
    // The newest package's profile of a type that is called after it is the one to use when none is claimed.
    for (std::size_t i = s_.last_package; i < s_.order.size(); ++i) {
        const auto p = d_.profiles.find(s_.order[i]);
        if (p == d_.profiles.end() || p->second.type == "Extension") continue;
        if (p->second.name.ends_with('-' + p->second.type) &&
            p->second.base == std::string(kCore) + p->second.type)
            d_.defaults[p->second.type] = p->first;
    }
}

}  // namespace gpswitch::profile
