#include <algorithm>
#include <functional>
#include <set>
#include <unordered_map>

#include "core/profile/compile.hpp"
#include "core/util/error.hpp"

namespace gpswitch::profile {
namespace {

using json::Value;
using Codes = std::map<std::string, std::set<std::string>>;

/// A code system as a tree: every code with its parents.
struct Tree {
    std::vector<std::string> codes;
    std::unordered_map<std::string, std::vector<std::string>> parents;
    std::unordered_map<std::string, const Value*> concepts;

    void add(const Value& list, const std::string& parent) {
        for (const Value* c : list.items) {
            const std::string code(c->text_of("code"));
            codes.push_back(code);
            concepts[code] = c;
            if (!parent.empty()) parents[code].push_back(parent);
            if (const Value* properties = c->find("property"))
                for (const Value* p : properties->items)
                    if (const auto name = p->text_of("code"); name == "subsumedBy" || name == "parent")
                        parents[code].emplace_back(p->text_of("valueCode"));
            if (const Value* inner = c->find("concept")) add(*inner, code);
        }
    }
    bool below(const std::string& code, const std::string& top, int depth = 0) const {
        if (code == top) return true;
        const auto found = parents.find(code);
        if (found == parents.end() || depth > 64) return false;
        return std::any_of(found->second.begin(), found->second.end(),
                           [&](const std::string& p) { return below(p, top, depth + 1); });
    }
    bool has_property(const std::string& code, std::string_view name, std::string_view value) const {
        const Value* properties = concepts.at(code)->find("property");
        if (properties == nullptr) return false;
        for (const Value* p : properties->items)
            for (const json::Member& m : p->members)
                if (m.name.starts_with("value") && p->text_of("code") == name && m.value->text == value)
                    return true;
        return false;
    }
};

struct Expander {
    const Sources& s;
    std::string missing;
    std::set<std::string> open;

    void lack(const std::string& reason) {
        if (missing.empty()) missing = reason;
    }

    bool filter(const Value& f, const Tree& tree, std::set<std::string>& kept) {
        const std::string property(f.text_of("property")), op(f.text_of("op")), value(f.text_of("value"));
        std::function<bool(const std::string&)> good;
        if (op == "is-a") good = [&](const std::string& c) { return tree.below(c, value); };
        if (op == "descendent-of")
            good = [&](const std::string& c) { return c != value && tree.below(c, value); };
        if (op == "is-not-a") good = [&](const std::string& c) { return !tree.below(c, value); };
        if (op == "=" && property != "concept" && property != "code")
            good = [&](const std::string& c) { return tree.has_property(c, property, value); };
        if (!good) {
            lack("a filter by " + property + " " + op);
            return false;
        }
        std::erase_if(kept, [&](const std::string& c) { return !good(c); });
        return true;
    }

    /// One include (or exclude); what it holds.
    Codes part(const Value& include) {
        Codes out;
        const std::string system(include.text_of("system"));
        const Value* concepts = include.find("concept");
        const Value* filters = include.find("filter");
        if (concepts != nullptr) {
            for (const Value* c : concepts->items) out[system].emplace(c->text_of("code"));
        } else if (!system.empty()) {
            const auto found = s.code_systems.find(system);
            if (found == s.code_systems.end() || found->second->text_of("content") != "complete") {
                lack(system + " is not at hand");
                return out;
            }
            Tree tree;
            if (const Value* list = found->second->find("concept")) tree.add(*list, "");
            std::set<std::string> kept(tree.codes.begin(), tree.codes.end());
            if (filters != nullptr)
                for (const Value* f : filters->items)
                    if (!filter(*f, tree, kept)) return out;
            out[system] = std::move(kept);
        }
        if (const Value* sets = include.find("valueSet"))
            for (const Value* v : sets->items) {
                const Codes other = whole(std::string(canonical(v->text)));
                if (system.empty() && concepts == nullptr && out.empty()) {
                    out = other;
                    continue;
                }
                for (auto& [name, codes] : out)
                    std::erase_if(codes, [&, key = name](const std::string& c) {
                        const auto o = other.find(key);
                        return o == other.end() || !o->second.contains(c);
                    });
            }
        return out;
    }

    Codes whole(const std::string& url) {
        Codes out;
        const auto found = s.value_sets.find(url);
        if (found == s.value_sets.end()) {
            lack("it is in none of the packages");
            return out;
        }
        if (!open.insert(url).second) {
            lack("value sets that include each other");
            return out;
        }
        const Value* compose = found->second->find("compose");
        const Value* includes = compose == nullptr ? nullptr : compose->find("include");
        if (includes == nullptr) {
            lack("it does not say what it includes");
        } else {
            for (const Value* i : includes->items)
                for (auto& [system, codes] : part(*i)) out[system].insert(codes.begin(), codes.end());
            if (const Value* excludes = compose->find("exclude"))
                for (const Value* i : excludes->items)
                    for (const auto& [system, codes] : part(*i))
                        for (const auto& c : codes) out[system].erase(c);
        }
        open.erase(url);
        return out;
    }
};

}  // namespace

ValueSet expand(const std::string& url, const Sources& sources) {
    ValueSet out;
    out.url = url;
    const auto found = sources.value_sets.find(url);
    if (found != sources.value_sets.end()) out.version = found->second->text_of("version");
    Expander e{.s = sources, .missing = {}, .open = {}};
    for (auto& [system, codes] : e.whole(url)) {
        auto& list = out.codes[system];
        list.assign(codes.begin(), codes.end());
    }
    out.missing = e.missing;
    return out;
}

namespace {

void bindings_of(const Element& e, std::set<std::string>& out) {
    if (e.strength != Strength::none) out.insert(e.value_set);
    for (const SliceTest& t : e.tests)
        if (t.kind == SliceTest::Kind::in_set) out.insert(t.value);
    for (const Element& c : e.children) bindings_of(c, out);
    for (const Element& c : e.slices) bindings_of(c, out);
}

}  // namespace

Definitions compile(const Sources& sources) {
    Definitions out;
    if (sources.base && sources.fhir_version == "3.0")
        throw InputError("a package of FHIR STU3, without the types of STU3",
                         "give the types first: gpswitch mappings import --profiles STU3 --profiles PACKAGE");
    if (sources.base) out = *sources.base;
    out.packages.insert(out.packages.end(), sources.packages.begin(), sources.packages.end());
    out.unchecked.insert(out.unchecked.end(), sources.refused.begin(), sources.refused.end());
    compile_types(sources, out);
    Profiles(sources, out).all();
    std::set<std::string> sets;
    for (const auto& [name, t] : out.types) bindings_of(t.root, sets);
    for (const auto& [url, p] : out.profiles) bindings_of(p.root, sets);
    // What the base lists already stays, unless a package says it anew.
    for (const std::string& url : sets)
        if (!out.value_sets.contains(url) || sources.value_sets.contains(url))
            out.value_sets[url] = expand(url, sources);
    const auto order = [](const Unchecked& a, const Unchecked& b) {
        return std::tie(a.where, a.reason) < std::tie(b.where, b.reason);
    };
    std::sort(out.unchecked.begin(), out.unchecked.end(), order);
    const auto same = [](const Unchecked& a, const Unchecked& b) {
        return a.where == b.where && a.reason == b.reason;
    };
    out.unchecked.erase(std::unique(out.unchecked.begin(), out.unchecked.end(), same), out.unchecked.end());
    return out;
}

}  // namespace gpswitch::profile
