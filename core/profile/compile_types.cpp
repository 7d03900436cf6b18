#include <algorithm>

#include "core/profile/compile.hpp"
#include "core/util/error.hpp"

namespace gpswitch::profile {
namespace {

using json::Kind;
using json::Value;

std::uint32_t number(std::string_view text) {
    if (text == "*") return kNoMax;
    std::uint32_t n = 0;
    for (const char c : text)
        if (c >= '0' && c <= '9') n = n * 10 + static_cast<std::uint32_t>(c - '0');
    return n;
}

/// "http://hl7.org/fhirpath/System.String" stands for a primitive that an extension names.
std::string type_code(const Value& type) {
    const std::string_view code = type.text_of("code");
    if (!code.starts_with("http://hl7.org/fhirpath/")) return std::string(code);
    if (const Value* extensions = type.find("extension"))
        for (const Value* e : extensions->items)
            if (e->text_of("url").ends_with("structuredefinition-fhir-type")) {
                const std::string_view url = e->text_of("valueUrl");
                return std::string(url.empty() ? e->text_of("valueUri") : url);
            }
    return "string";
}

void read_types(const Value& types, Element& out) {
    for (const Value* t : types.items) {
        TypeRef ref{.code = type_code(*t), .profiles = {}, .targets = {}};
        const auto read = [t](std::string_view name, std::vector<std::string>& list) {
            const Value* v = t->find(name);
            if (v == nullptr) return;
            if (v->kind == json::Kind::string) list.emplace_back(canonical(v->text));  // in STU3
            for (const Value* p : v->items) list.emplace_back(canonical(p->text));
        };
        read("profile", ref.profiles);
        read("targetProfile", ref.targets);
        std::string names = ref.code;
        for (const std::string& s : ref.profiles) names += s;
        for (const std::string& s : ref.targets) names += s;
        if (names.find_first_of("(){}|,") != std::string::npos)  // the table's own marks
            throw InputError("a type or a profile of a type has brackets, a bar or a comma in its name",
                             "names of types are letters and digits, those of profiles addresses");
        // In STU3 a type is named once for each of its targets or profiles.
        const auto same = [&ref](const TypeRef& o) {
            return o.code == ref.code && o.targets.empty() == ref.targets.empty() &&
                   o.profiles.empty() == ref.profiles.empty();
        };
        const auto before = std::find_if(out.types.begin(), out.types.end(), same);
        if (before == out.types.end()) {
            out.types.push_back(std::move(ref));
            continue;
        }
        const auto add = [](std::vector<std::string>& to, const std::vector<std::string>& from) {
            for (const std::string& s : from)
                if (std::find(to.begin(), to.end(), s) == to.end()) to.push_back(s);
        };
        add(before->profiles, ref.profiles);
        add(before->targets, ref.targets);
    }
}

void read_binding(const Value& binding, Element& out) {
    const std::string_view strength = binding.text_of("strength");
    out.strength = strength == "required"     ? Strength::required
                   : strength == "extensible" ? Strength::extensible
                                              : Strength::none;
    std::string_view set = binding.text_of("valueSet");
    if (set.empty()) set = binding.text_of("valueSetUri");  // in STU3
    if (const Value* v = binding.find("valueSetReference")) set = v->text_of("reference");
    if (!set.empty()) out.value_set = canonical(set);
    // A limit beyond which not even "extensible" or "preferred" may go.
    if (const Value* extensions = binding.find("extension"))
        for (const Value* e : extensions->items)
            if (e->text_of("url").ends_with("elementdefinition-maxValueSet") &&
                out.strength != Strength::required) {
                out.strength = Strength::required;
                out.value_set = canonical(e->text_of("valueCanonical"));
            }
    if (out.value_set.empty()) out.strength = Strength::none;
}

void read_invariants(const Value& constraints, Element& out) {
    for (const Value* c : constraints.items) {
        const std::string_view key = c->text_of("key");
        // Every element and every extension has these two; they are part of what an element is.
        if (key == "ele-1" || key == "ext-1") continue;
        bool best_practice = false;
        if (const Value* extensions = c->find("extension"))
            for (const Value* e : extensions->items)
                best_practice =
                    best_practice || e->text_of("url").ends_with("elementdefinition-bestpractice");
        if (best_practice) continue;
        out.invariants.push_back(
            {std::string(key), c->text_of("severity") == "error", std::string(c->text_of("expression"))});
    }
}

void read_slicing(const Value& slicing, Element& out) {
    const std::string_view rules = slicing.text_of("rules");
    out.rules = rules == "closed"      ? SliceRules::closed
                : rules == "openAtEnd" ? SliceRules::open_at_end
                                       : SliceRules::open;
    out.ordered = slicing.text_of("ordered") == "true";
    if (const Value* list = slicing.find("discriminator")) {
        out.discriminators.clear();
        for (const Value* d : list->items)
            out.discriminators.emplace_back(d->text_of("type"), d->text_of("path"));
    }
}

std::string as_json(const Value& v) {
    std::string out;
    json::append(out, v);
    return out;
}

bool is_typed(std::string_view name, std::string_view stem) {
    return name.size() > stem.size() && name.starts_with(stem) && name[stem.size()] >= 'A' &&
           name[stem.size()] <= 'Z';
}

}  // namespace

std::string_view canonical(std::string_view url) { return url.substr(0, url.find('|')); }

void read_element(const Value& row, Element& out) {
    for (const json::Member& m : row.members) {
        const Value& v = *m.value;
        if (m.name == "min") out.min = number(v.text);
        if (m.name == "max") out.max = number(v.text);
        if (m.name == "type") {
            out.types.clear();
            read_types(v, out);
        }
        if (m.name == "contentReference") {
            const auto hash = v.text.find('#');
            out.content = v.text.substr(hash == std::string_view::npos ? 0 : hash + 1);
        }
        if (m.name == "binding") read_binding(v, out);
        if (m.name == "constraint") read_invariants(v, out);
        if (m.name == "slicing") read_slicing(v, out);
        if (m.name == "maxLength") out.max_length = number(v.text);
        if (m.name == "mustSupport") out.must_support = v.text == "true";
        if (m.name == "isModifier") out.modifier = v.text == "true";
        if (is_typed(m.name, "fixed")) out.fixed = as_json(v);
        if (is_typed(m.name, "pattern")) out.pattern = as_json(v);
        if (is_typed(m.name, "minValue")) out.min_value = as_json(v);
        if (is_typed(m.name, "maxValue")) out.max_value = as_json(v);
    }
}

std::vector<std::string> segments(const Value& row) {
    std::string_view id = row.text_of("id");
    const std::string_view path = row.text_of("path");
    std::string made;
    if (id.empty()) {
        made = path;
        if (const auto slice = row.text_of("sliceName"); !slice.empty()) made += ':' + std::string(slice);
        id = made;
    }
    std::vector<std::string> out;
    for (std::size_t from = 0; from <= id.size();) {
        const std::size_t dot = std::min(id.find('.', from), id.size());
        out.emplace_back(id.substr(from, dot - from));
        from = dot + 1;
    }
    // A slice may have a dot in its name: then the path tells where the segments end.
    const auto dots = static_cast<std::size_t>(std::count(path.begin(), path.end(), '.'));
    for (std::size_t i = 1; i < out.size() && out.size() > dots + 1;)
        if (out[i - 1].find(':') != std::string::npos) {
            out[i - 1] += '.' + out[i];
            out.erase(out.begin() + static_cast<std::ptrdiff_t>(i));
        } else {
            ++i;
        }
    return out;
}

Element* Element::child(std::string_view child_name) {
    for (Element& e : children)
        if (e.name == child_name) return &e;
    return nullptr;
}
const Element* Element::child(std::string_view child_name) const {
    for (const Element& e : children)
        if (e.name == child_name) return &e;
    return nullptr;
}
Element* Element::find_slice(std::string_view slice_name) {
    for (Element& e : slices)
        if (e.slice == slice_name) return &e;
    return nullptr;
}

namespace {

bool inherited(const Value& row, std::string_view type) {
    const Value* base = row.find("base");
    if (base == nullptr) return false;
    const std::string_view path = base->text_of("path");
    return path.substr(0, path.find('.')) != type;
}

Type one_type(const Value& structure) {
    Type t;
    t.name = structure.text_of("type");
    const std::string_view kind = structure.text_of("kind");
    t.kind = kind == "primitive-type" ? Type::Kind::primitive
             : kind == "resource"     ? Type::Kind::resource
                                      : Type::Kind::complex;
    t.abstract_type = structure.text_of("abstract") == "true";
    const std::string_view base = structure.text_of("baseDefinition");
    if (!base.empty()) t.base = base.substr(base.rfind('/') + 1);
    t.root.name = t.name;
    const Value* snapshot = structure.find("snapshot");
    const Value* rows = snapshot == nullptr ? nullptr : snapshot->find("element");
    if (rows == nullptr) return t;
    for (const Value* row : rows->items) {
        const std::vector<std::string> names = segments(*row);
        if (names.size() == 1) {
            Element root;
            read_element(*row, root);
            t.root.invariants = std::move(root.invariants);
            continue;
        }
        if (inherited(*row, t.name) || t.kind == Type::Kind::primitive) continue;
        Element* at = &t.root;
        for (std::size_t i = 1; at != nullptr && i + 1 < names.size(); ++i) at = at->child(names[i]);
        if (at == nullptr) continue;
        Element e;
        e.name = names.back();
        read_element(*row, e);
        e.rules = SliceRules::none;
        e.discriminators.clear();
        // The R4 files say "string" of Resource.id, the specification says "id".
        if (t.name == "Resource" && e.name == "id") e.types = {{.code = "id", .profiles = {}, .targets = {}}};
        at->children.push_back(std::move(e));
    }
    return t;
}

/// A type that is its own base, by whatever way, has no first element.
void refuse_circles(const std::map<std::string, Type>& types) {
    for (const auto& [name, t] : types) {
        std::size_t steps = 0;
        for (auto at = types.find(t.base); at != types.end(); at = types.find(at->second.base))
            if (++steps > types.size())
                throw InputError("the bases of the type " + name + " lead in a circle",
                                 "the definition of a type names another type as its base; mend it there");
    }
}

/// What the base type demands already need not be said again.
void drop_inherited(std::map<std::string, Type>& types) {
    for (auto& [name, t] : types)
        for (std::string base = t.base; !base.empty() && types.contains(base); base = types[base].base)
            for (const Invariant& i : types[base].root.invariants)
                std::erase_if(t.root.invariants, [&i](const Invariant& own) {
                    return own.key == i.key && own.expression == i.expression;
                });
}

}  // namespace

void compile_types(const Sources& sources, Definitions& out) {
    for (const std::string& url : sources.order) {
        const Value& s = *sources.structures.at(url);
        if (s.text_of("derivation") == "constraint" || s.text_of("kind") == "logical") continue;
        Type t = one_type(s);
        out.types[t.name] = std::move(t);
    }
    for (const char* needed : {"Element", "Resource", "Extension", "string"})
        if (!out.types.contains(needed))
            throw InputError(std::string("the packages do not define the type ") + needed,
                             "the base definitions of FHIR R4 have to be given first");
    refuse_circles(out.types);
    drop_inherited(out.types);
}

}  // namespace gpswitch::profile
