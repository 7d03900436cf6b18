#include <algorithm>

#include "core/profile/compile.hpp"

namespace gpswitch::profile {
namespace {

std::vector<std::string> split(const std::string& path) {
    std::vector<std::string> out;
    for (std::size_t from = 0; from < path.size();) {
        const std::size_t dot = std::min(path.find('.', from), path.size());
        out.push_back(path.substr(from, dot - from));
        from = dot + 1;
    }
    return out;
}

const Element* named(const Element& e, const std::string& name) {
    if (const Element* c = e.child(name)) return c;
    return e.child(name + "[x]");
}

std::string quoted(const std::string& s) {
    std::string out;
    json::append_string(out, s);
    return out;
}

std::string joined_types(const Element& e) {
    std::string out;
    for (const TypeRef& t : e.types) out += (out.empty() ? "" : "|") + t.code;
    return out;
}

/// The elements a path leads to from a slice: the plain ones, and those in slices on the way.
void reach(const Element& e, const std::vector<std::string>& path, std::size_t at,
           std::vector<const Element*>& out) {
    if (at == path.size()) {
        out.push_back(&e);
        return;
    }
    if (path[at] == "$this") return reach(e, path, at + 1, out);
    const Element* c = named(e, path[at]);
    if (c == nullptr) return;
    reach(*c, path, at + 1, out);
    for (const Element& s : c->slices) reach(s, path, at + 1, out);
}

}  // namespace

/// What the slice says of the value at `path`, or of something on the way to it.
bool Slicing::value_test(const Element& slice, const std::string& path, SliceTest& test) const {
    std::vector<std::string> names = split(path == "$this" ? "" : path);
    if (!names.empty() && names[0] == "$this") names.erase(names.begin());
    for (std::size_t depth = names.size() + 1; depth-- > 0;) {
        std::string part;
        for (std::size_t i = 0; i < depth; ++i) part += (i == 0 ? "" : ".") + names[i];
        std::vector<const Element*> found;
        reach(slice, {names.begin(), names.begin() + static_cast<std::ptrdiff_t>(depth)}, 0, found);
        for (const Element* e : found) {
            test.path = part;
            if (!e->fixed.empty()) {
                test.kind = SliceTest::Kind::equals;
                test.value = e->fixed;
                return true;
            }
            if (!e->pattern.empty()) {
                test.kind = SliceTest::Kind::pattern;
                test.value = e->pattern;
                return true;
            }
            if (depth == names.size() && e->strength == Strength::required) {
                test.kind = SliceTest::Kind::in_set;
                test.value = e->value_set;
                return true;
            }
        }
    }
    return false;
}

void Slicing::settle_slice(const Element& sliced, Element& slice) {
    const std::vector<SliceTest> before = std::move(slice.tests);
    slice.tests.clear();
    const bool extension = sliced.name == "extension" || sliced.name == "modifierExtension";
    auto discriminators = sliced.discriminators;
    if (discriminators.empty() && extension) discriminators = {{"value", "url"}};
    if (discriminators.empty() && sliced.name.ends_with("[x]")) discriminators = {{"type", "$this"}};
    const auto unsupported = [&](const std::string& reason) {
        // What a base that was compiled before knew of the slice still holds.
        if (!before.empty()) {
            slice.tests = before;
            return;
        }
        slice.tests = {{SliceTest::Kind::unsupported, "", reason}};
        d_.unchecked.push_back({where_ + "#" + sliced.name + ":" + slice.slice, reason});
    };
    if (discriminators.empty()) return unsupported("the slicing has no discriminator");
    for (const auto& [type, path] : discriminators) {
        SliceTest test;
        test.path = path == "$this" ? "" : path;
        if (path.find('(') != std::string::npos) return unsupported("a discriminator at " + path);
        if (type == "value" || type == "pattern") {
            if (extension && path == "url" && slice.types.size() == 1 &&
                slice.types[0].profiles.size() == 1) {
                test.value = quoted(slice.types[0].profiles[0]);
            } else if (!value_test(slice, path, test)) {
                return unsupported("the slice does not say what " + path + " is");
            }
        } else if (type == "type") {
            std::vector<const Element*> found;
            reach(slice, split(path == "$this" ? "" : path), 0, found);
            test.kind = SliceTest::Kind::type;
            for (const Element* e : found) test.value = e->types.empty() ? test.value : joined_types(*e);
            if (test.value.empty())
                return unsupported("the slice does not say of which type " + path + " is");
        } else if (type == "exists") {
            std::vector<const Element*> found;
            reach(slice, split(path), 0, found);
            const bool absent = !found.empty() && found[0]->max == 0u;
            const bool present = !found.empty() && found[0]->min.value_or(0) > 0;
            if (!absent && !present) return unsupported("the slice does not say whether " + path + " exists");
            test.kind = absent ? SliceTest::Kind::absent : SliceTest::Kind::exists;
        } else {
            return unsupported("a discriminator by " + type);
        }
        slice.tests.push_back(std::move(test));
    }
}

void Slicing::settle(Element& element) {
    for (Element& c : element.children) settle(c);
    for (Element& s : element.slices) {
        settle(s);
        // A slice of a slice is told apart by what its own slicing says, else by that of the whole.
        const auto slash = s.slice.rfind('/');
        const Element* sliced = &element;
        if (slash != std::string::npos)
            if (const Element* parent = element.find_slice(s.slice.substr(0, slash)))
                if (!parent->discriminators.empty()) sliced = parent;
        settle_slice(*sliced, s);
    }
}

}  // namespace gpswitch::profile
