#include <fmt/format.h>

#include "core/profile/sources.hpp"
#include "core/util/hash.hpp"

namespace gpswitch::profile {
namespace {

/// Tabs, line ends and backslashes escaped: a field never ends a field or a line.
std::string field(std::string_view s) {
    std::string out;
    for (const char c : s) {
        if (c == '\\') {
            out += "\\\\";
        } else if (c == '\t') {
            out += "\\t";
        } else if (c == '\n') {
            out += "\\n";
        } else if (c == '\r') {
            out += "\\r";
        } else {
            out += c;
        }
    }
    return out;
}

std::string type_text(const TypeRef& t) {
    std::string out = t.code;
    for (std::size_t i = 0; i < t.targets.size(); ++i) out += (i == 0 ? '(' : ',') + t.targets[i];
    if (!t.targets.empty()) out += ')';
    for (const std::string& p : t.profiles) out += '{' + p + '}';
    return out;
}

std::string test_text(const SliceTest& t) {
    using Kind = SliceTest::Kind;
    switch (t.kind) {
        case Kind::equals: return "?" + t.path + " = " + t.value;
        case Kind::pattern: return "?" + t.path + " ~ " + t.value;
        case Kind::type: return "?" + t.path + " is " + t.value;
        case Kind::exists: return "?" + t.path + " exists ";
        case Kind::absent: return "?" + t.path + " absent ";
        case Kind::in_set: return "?" + t.path + " in " + t.value;
        case Kind::unsupported: return "?" + t.path + " unsupported " + t.value;
    }
    return "";
}

std::string rules_text(const Element& e) {
    switch (e.rules) {
        case SliceRules::none: return "";
        case SliceRules::open: return e.ordered ? "slicing=open,ordered" : "slicing=open";
        case SliceRules::closed: return e.ordered ? "slicing=closed,ordered" : "slicing=closed";
        case SliceRules::open_at_end: return "slicing=openAtEnd";
    }
    return "";
}

struct Writer {
    std::string out;

    void add(std::string_view s) {
        out += '\t';
        out += field(s);
    }

    void element(const Element& e, std::size_t depth) {
        out.append(depth, ' ');
        out += field(e.name);
        if (!e.slice.empty()) out += ':' + field(e.slice);
        if (e.min || e.max) {
            std::string card = e.min ? fmt::format("{}", *e.min) : "";
            card += "..";
            if (e.max) card += *e.max == kNoMax ? "*" : fmt::format("{}", *e.max);
            add(card);
        }
        if (!e.types.empty()) {
            std::string types = "t=";
            for (std::size_t i = 0; i < e.types.size(); ++i)
                types += (i == 0 ? "" : "|") + type_text(e.types[i]);
            add(types);
        }
        if (!e.content.empty()) add("#" + e.content);
        if (e.strength == Strength::required) add("b!" + e.value_set);
        if (e.strength == Strength::extensible) add("b+" + e.value_set);
        if (!e.fixed.empty()) add("=" + e.fixed);
        if (!e.pattern.empty()) add("~" + e.pattern);
        if (!e.min_value.empty()) add(">" + e.min_value);
        if (!e.max_value.empty()) add("<" + e.max_value);
        if (e.max_length != 0) add(fmt::format("len={}", e.max_length));
        if (e.must_support) add("S");
        if (e.modifier) add("M");
        if (e.rules != SliceRules::none) add(rules_text(e));
        for (const auto& [type, path] : e.discriminators) add("d=" + type + ' ' + path);
        for (const SliceTest& t : e.tests) add(test_text(t));
        out += '\n';
        inner(e, depth + 1);
    }

    void inner(const Element& e, std::size_t depth) {
        for (const Invariant& i : e.invariants) {
            out.append(depth, ' ');
            out += '!' + field(i.key);
            add(i.error ? "error" : "warning");
            add(i.expression);
            out += '\n';
        }
        for (const Element& c : e.children) element(c, depth);
        for (const Element& s : e.slices) element(s, depth);
    }

    void value_set(const ValueSet& v) {
        out += "valueset";
        add(v.url);
        add(v.version);
        if (!v.missing.empty()) add(v.missing);
        out += '\n';
        for (const auto& [system, codes] : v.codes) {
            out += ' ' + field(system);
            std::size_t width = system.size();
            for (const std::string& c : codes) {
                if (width > 110) {
                    out += "\n  ";
                    width = 0;
                }
                add(c);
                width += c.size() + 1;
            }
            out += '\n';
        }
    }

    void profile(const Profile& p) {
        out += "profile";
        for (const std::string& s : {p.url, p.version, p.type, p.base, p.status}) add(s);
        out += '\n';
        for (const ExtensionContext& c : p.contexts) {
            out += " @" + c.kind;
            add(c.expression);
            out += '\n';
        }
        inner(p.root, 1);
    }
};

}  // namespace

std::string to_text(const Definitions& d) {
    Writer w;
    w.out = "gpswitch-profiles\t1\n";
    for (const auto& [name, version] : d.packages) {
        w.out += "package";
        w.add(name);
        w.add(version);
        w.out += '\n';
    }
    static constexpr const char* kKinds[] = {"primitive", "complex", "resource"};
    for (const auto& [name, t] : d.types) {
        w.out += "type";
        w.add(name);
        w.add(kKinds[static_cast<std::size_t>(t.kind)]);
        w.add(t.base);
        if (t.abstract_type) w.add("abstract");
        w.out += '\n';
        w.inner(t.root, 1);
    }
    for (const auto& [url, p] : d.profiles) w.profile(p);
    for (const auto& [type, url] : d.defaults) {
        w.out += "default";
        w.add(type);
        w.add(url);
        w.out += '\n';
    }
    for (const auto& [url, v] : d.value_sets) w.value_set(v);
    for (const Unchecked& u : d.unchecked) {
        w.out += "unchecked";
        w.add(u.where);
        w.add(u.reason);
        w.out += '\n';
    }
    w.out += "sha256\t" + sha256_hex(w.out) + '\n';
    return w.out;
}

}  // namespace gpswitch::profile
