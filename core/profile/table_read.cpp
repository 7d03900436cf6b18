#include <charconv>

#include "core/profile/sources.hpp"
#include "core/util/error.hpp"

namespace gpswitch::profile {
namespace {

std::string plain(std::string_view f) {
    std::string out;
    for (std::size_t i = 0; i < f.size(); ++i) {
        if (f[i] != '\\' || i + 1 == f.size()) {
            out += f[i];
            continue;
        }
        const char c = f[++i];
        out += c == 't' ? '\t' : c == 'n' ? '\n' : c == 'r' ? '\r' : c;
    }
    return out;
}

std::vector<std::string> split(std::string_view line) {
    std::vector<std::string> out;
    for (std::size_t from = 0; from <= line.size();) {
        const std::size_t end = std::min(line.find('\t', from), line.size());
        out.push_back(plain(line.substr(from, end - from)));
        from = end + 1;
    }
    return out;
}

std::uint32_t number(std::string_view s) {
    if (s == "*") return kNoMax;
    std::uint32_t n = 0;
    std::from_chars(s.data(), s.data() + s.size(), n);
    return n;
}

TypeRef read_type(std::string_view s) {
    TypeRef t;
    const std::size_t end = std::min(s.find_first_of("({"), s.size());
    t.code = s.substr(0, end);
    s.remove_prefix(end);
    if (s.starts_with('(')) {
        const std::size_t close = s.find(')');
        for (std::size_t from = 1; from < close;) {
            const std::size_t comma = std::min(s.find(',', from), close);
            t.targets.emplace_back(s.substr(from, comma - from));
            from = comma + 1;
        }
        s.remove_prefix(close + 1);
    }
    while (s.starts_with('{')) {
        const std::size_t close = s.find('}');
        t.profiles.emplace_back(s.substr(1, close - 1));
        s.remove_prefix(close + 1);
    }
    return t;
}

void read_test(const std::string& f, Element& e) {
    using Kind = SliceTest::Kind;
    static constexpr std::pair<std::string_view, Kind> kOps[] = {
        {"=", Kind::equals},      {"~", Kind::pattern},     {"is", Kind::type},
        {"exists", Kind::exists}, {"absent", Kind::absent}, {"in", Kind::in_set}};
    const std::size_t a = f.find(' '), b = f.find(' ', a + 1);
    SliceTest t{Kind::unsupported, f.substr(0, a), b == std::string::npos ? "" : f.substr(b + 1)};
    for (const auto& [op, kind] : kOps)
        if (b != std::string::npos && f.substr(a + 1, b - a - 1) == op) t.kind = kind;
    e.tests.push_back(std::move(t));
}

void read_field(const std::string& f, Element& e) {
    const std::string rest = f.substr(1);
    switch (f[0]) {
        case 't': {
            int depth = 0;
            std::size_t from = 2;
            for (std::size_t i = 2; i <= f.size(); ++i) {
                const char c = i < f.size() ? f[i] : '|';
                depth += c == '(' || c == '{' ? 1 : c == ')' || c == '}' ? -1 : 0;
                if (c != '|' || depth != 0) continue;
                e.types.push_back(read_type(std::string_view(f).substr(from, i - from)));
                from = i + 1;
            }
            return;
        }
        case 'b':
            e.strength = f[1] == '!' ? Strength::required : Strength::extensible;
            e.value_set = f.substr(2);
            return;
        case '#': e.content = rest; return;
        case '=': e.fixed = rest; return;
        case '~': e.pattern = rest; return;
        case '>': e.min_value = rest; return;
        case '<': e.max_value = rest; return;
        case 'l': e.max_length = number(f.substr(4)); return;
        case 'S': e.must_support = true; return;
        case 'M': e.modifier = true; return;
        case '?': return read_test(rest, e);
        case 's':
            e.rules = f.starts_with("slicing=closed") ? SliceRules::closed
                      : f == "slicing=openAtEnd"      ? SliceRules::open_at_end
                                                      : SliceRules::open;
            e.ordered = f.ends_with(",ordered");
            return;
        case 'd': {
            const std::size_t blank = f.find(' ');
            e.discriminators.emplace_back(f.substr(2, blank - 2), f.substr(blank + 1));
            return;
        }
        default: break;
    }
    const std::size_t dots = f.find("..");
    if (dots == std::string::npos) return;
    if (dots > 0) e.min = number(std::string_view(f).substr(0, dots));
    if (dots + 2 < f.size()) e.max = number(std::string_view(f).substr(dots + 2));
}

/// A table's lines back into what they were written from.
struct Reader {
    Definitions out;
    std::vector<Element*> open;  ///< the element at each depth
    Profile* profile = nullptr;
    ValueSet* set = nullptr;
    std::string system;

    void section(const std::vector<std::string>& f) {
        const auto at = [&f](std::size_t i) { return i < f.size() ? f[i] : std::string(); };
        profile = nullptr;
        set = nullptr;
        open.clear();
        if (f[0] == "package") out.packages.emplace_back(at(1), at(2));
        if (f[0] == "default") out.defaults[at(1)] = at(2);
        if (f[0] == "unchecked") out.unchecked.push_back({at(1), at(2)});
        if (f[0] == "type") {
            Type& t = out.types[at(1)];
            t.name = at(1);
            t.kind = at(2) == "primitive"  ? Type::Kind::primitive
                     : at(2) == "resource" ? Type::Kind::resource
                                           : Type::Kind::complex;
            t.base = at(3);
            t.abstract_type = at(4) == "abstract";
            t.root.name = t.name;
            open = {&t.root};
        }
        if (f[0] == "profile") {
            profile = &out.profiles[at(1)];
            profile->url = at(1);
            profile->version = at(2);
            profile->type = at(3);
            profile->base = at(4);
            profile->status = at(5);
            profile->name = at(1).substr(at(1).rfind('/') + 1);
            profile->root.name = at(3);
            open = {&profile->root};
        }
        if (f[0] == "valueset") {
            set = &out.value_sets[at(1)];
            set->url = at(1);
            set->version = at(2);
            set->missing = at(3);
        }
    }

    void element(std::size_t depth, const std::vector<std::string>& f) {
        if (depth == 0 || depth > open.size())
            throw InputError("a table of profiles with a line that belongs to nothing");
        open.resize(depth);
        Element& parent = *open.back();
        if (f[0][0] == '!') {
            parent.invariants.push_back(
                {f[0].substr(1), f.size() < 2 || f[1] == "error", f.size() > 2 ? f[2] : ""});
            return;
        }
        if (f[0][0] == '@') {
            if (profile != nullptr) profile->contexts.push_back({f[0].substr(1), f.size() > 1 ? f[1] : ""});
            return;
        }
        const std::size_t colon = f[0].find(':');
        auto& list = colon == std::string::npos ? parent.children : parent.slices;
        Element& e = list.emplace_back();
        e.name = f[0].substr(0, colon);
        if (colon != std::string::npos) e.slice = f[0].substr(colon + 1);
        for (std::size_t i = 1; i < f.size(); ++i)
            if (!f[i].empty()) read_field(f[i], e);
        open.push_back(&e);
    }
};

}  // namespace

Definitions from_text(std::string_view text) {
    if (!text.starts_with("gpswitch-profiles\t1\n")) throw InputError("not a table of profiles of version 1");
    Reader r;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = std::min(text.find('\n', at), text.size());
        std::string_view line = text.substr(at, end - at);
        at = end + 1;
        const std::size_t depth = std::min(line.find_first_not_of(' '), line.size());
        line.remove_prefix(depth);
        if (r.set != nullptr && depth > 0) {
            const auto fields = split(line);
            if (depth == 1) r.system = fields[0];
            for (std::size_t i = 1; i < fields.size(); ++i) r.set->codes[r.system].push_back(fields[i]);
        } else if (depth == 0) {
            if (!line.empty()) r.section(split(line));
        } else {
            r.element(depth, split(line));
        }
    }
    return std::move(r.out);
}

}  // namespace gpswitch::profile
