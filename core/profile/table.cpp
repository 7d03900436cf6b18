#include "core/profile/table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <functional>

#include "core/util/error.hpp"
#include "core/util/hash.hpp"

namespace gpswitch::profile {

namespace {

/// `f` with its escapes undone, in `kept` when there are any.
std::string_view undone(std::string_view f, std::deque<std::string>& kept) {
    if (f.find('\\') == std::string_view::npos) return f;
    std::string out;
    for (std::size_t i = 0; i < f.size(); ++i) {
        if (f[i] != '\\' || i + 1 == f.size()) {
            out += f[i];
            continue;
        }
        const char c = f[++i];
        out += c == 't' ? '\t' : c == 'n' ? '\n' : c == 'r' ? '\r' : c;
    }
    return kept.emplace_back(std::move(out));
}

std::string_view cut(std::string_view& s, char at) {
    const std::size_t i = std::min(s.find(at), s.size());
    const std::string_view out = s.substr(0, i);
    s.remove_prefix(std::min(i + 1, s.size()));
    return out;
}

}  // namespace

const std::vector<std::pair<std::string_view, std::string_view>>& CodeSet::all() const {
    std::call_once(once_, [this] {
        std::string_view system;
        for (std::string_view rest = lines; !rest.empty();) {
            std::string_view line = cut(rest, '\n');
            const bool goes_on = line.starts_with("  ");
            std::string_view first = cut(line, '\t');
            if (!goes_on) system = undone(first.substr(1), kept_);
            while (!line.empty()) codes_.emplace_back(undone(cut(line, '\t'), kept_), system);
        }
        std::sort(codes_.begin(), codes_.end());
    });
    return codes_;
}

bool CodeSet::has(std::string_view system, std::string_view code) const {
    return std::binary_search(all().begin(), all().end(), std::pair(code, system));
}

bool CodeSet::has(std::string_view code) const {
    const auto at = std::lower_bound(all().begin(), all().end(), std::pair(code, std::string_view{}));
    return at != all().end() && at->first == code;
}

namespace {

constexpr std::pair<std::string_view, Primitive> kPrimitives[] = {{"base64Binary", Primitive::base64},
                                                                  {"boolean", Primitive::boolean},
                                                                  {"canonical", Primitive::canonical},
                                                                  {"code", Primitive::code},
                                                                  {"date", Primitive::date},
                                                                  {"dateTime", Primitive::date_time},
                                                                  {"decimal", Primitive::decimal},
                                                                  {"id", Primitive::id},
                                                                  {"instant", Primitive::instant},
                                                                  {"integer", Primitive::integer},
                                                                  {"markdown", Primitive::markdown},
                                                                  {"oid", Primitive::oid},
                                                                  {"positiveInt", Primitive::positive_int},
                                                                  {"string", Primitive::string},
                                                                  {"time", Primitive::time},
                                                                  {"unsignedInt", Primitive::unsigned_int},
                                                                  {"uri", Primitive::uri},
                                                                  {"url", Primitive::url},
                                                                  {"uuid", Primitive::uuid},
                                                                  {"xhtml", Primitive::xhtml}};

}  // namespace

/// Reads the table in one pass; what refers to something further down is settled at the end.
class Loader {
  public:
    Loader(Table& table, std::string_view text, const std::string& name)
        : t_(table), text_(text), rest_(text), name_(name) {}
    void run();

  private:
    struct Line {
        std::size_t depth = 0;
        std::string_view head, fields;
    };
    [[noreturn]] void fail(const std::string& what) const {
        throw MappingError(
            fmt::format("{}:{}: {}", name_, line_, what),
            "make the table again: scripts/make-profiles, or gpswitch mappings import --profiles");
    }
    bool next(Line& line);
    std::string_view plain(std::string_view field);
    void check_hash();
    void read_types();
    void section(const Line& line);
    void type(std::string_view fields);
    void profile(std::string_view fields);
    void value_set(std::string_view fields);
    void element(const Line& line, Rule& out, std::string_view source);
    void field(std::string_view f, Rule& out);
    void read_type_uses(std::string_view f, Rule& out);
    void check(const Line& line, std::vector<Check>& out, std::string_view source);
    void test(std::string_view f, Rule& out);
    TypeId type_id(std::string_view name);
    const CodeSet* set(std::string_view url) { return &t_.sets_[url]; }
    const json::Value* value(std::string_view json);
    void children(std::vector<Rule>& into, std::vector<Check>& checks, std::size_t depth,
                  std::string_view source, const std::string& path, bool defined);
    void finish();
    void slots(Shape& shape);
    void settle_profile(Rule& rule);
    Atom stem(std::string_view label, bool& choice);

    Table& t_;
    std::string_view text_, rest_;
    const std::string& name_;
    std::size_t line_ = 0;
    Line held_;
    bool has_held_ = false;
    json::Parser parser_;
    std::unordered_map<std::string_view, Shape*> by_path_;
    std::vector<std::pair<std::string_view, std::string_view>> default_urls_;
};

bool Loader::next(Line& line) {
    if (has_held_) {
        has_held_ = false;
        line = held_;
        return true;
    }
    if (rest_.empty()) return false;
    ++line_;
    std::string_view all = cut(rest_, '\n');
    line.depth = std::min(all.find_first_not_of(' '), all.size());
    all.remove_prefix(line.depth);
    line.head = cut(all, '\t');
    line.fields = all;
    return true;
}

std::string_view Loader::plain(std::string_view f) { return undone(f, t_.kept_); }

TypeId Loader::type_id(std::string_view name) {
    const auto [at, fresh] = t_.type_ids_.try_emplace(name, static_cast<TypeId>(t_.types_.size()));
    if (fresh) {
        t_.types_.emplace_back().name = name;
        t_.types_.back().shape.type = at->second;
    }
    return at->second;
}

const json::Value* Loader::value(std::string_view text) {
    json::Error error;
    const std::string_view kept = t_.kept_.emplace_back("[" + std::string(text) + "]");
    const json::Value* v = parser_.parse(kept, t_.arena_, error);
    if (v == nullptr || v->items.size != 1) fail("not a JSON value");
    return v->items[0];
}

void Loader::check_hash() {
    const auto at = text_.rfind("sha256\t");
    if (!text_.starts_with("gpswitch-profiles\t1\n")) fail("not a table of profiles of version 1");
    if (at == std::string_view::npos || at + 72 != text_.size()) fail("the table is cut short");
    t_.sha256_ = text_.substr(at + 7, 64);
    if (sha256_hex(text_.substr(0, at)) != t_.sha256_) fail("its content has another SHA-256 than it says");
    rest_ = text_.substr(0, at);
}

Atom Loader::stem(std::string_view label, bool& choice) {
    choice = label.ends_with("[x]");
    return t_.atoms_.add(choice ? label.substr(0, label.size() - 3) : label);
}

void Loader::read_type_uses(std::string_view f, Rule& out) {
    while (!f.empty()) {
        std::string_view one;
        int depth = 0;
        std::size_t i = 0;
        for (; i < f.size() && (depth > 0 || f[i] != '|'); ++i)
            depth += f[i] == '{' || f[i] == '(' ? 1 : f[i] == '}' || f[i] == ')' ? -1 : 0;
        one = f.substr(0, i);
        f.remove_prefix(std::min(i + 1, f.size()));
        TypeUse use;
        const std::size_t end = std::min(one.find_first_of("({"), one.size());
        use.type = type_id(one.substr(0, end));
        one.remove_prefix(end);
        if (one.starts_with('(')) {
            const std::size_t close = one.find(')');
            for (std::string_view list = one.substr(1, close - 1); !list.empty();)
                use.targets.push_back(type_id(cut(list, ',')));
            one.remove_prefix(close + 1);
        }
        while (one.starts_with('{')) {
            const std::size_t close = one.find('}');
            use.urls.push_back(one.substr(1, close - 1));
            one.remove_prefix(close + 1);
        }
        out.types.push_back(std::move(use));
    }
}

void Loader::test(std::string_view f, Rule& out) {
    const std::size_t a = f.find(' '), b = f.find(' ', a + 1);
    if (a == std::string_view::npos || b == std::string_view::npos) fail("a test that says nothing");
    const std::string_view path = f.substr(0, a), op = f.substr(a + 1, b - a - 1), rest = f.substr(b + 1);
    Test t;
    for (std::string_view p = path; !p.empty();) t.path.push_back(t_.atoms_.add(cut(p, '.')));
    using Kind = SliceTest::Kind;
    if (op == "=") {
        t.kind = Kind::equals;
        t.value = value(rest);
    } else if (op == "~") {
        t.kind = Kind::pattern;
        t.value = value(rest);
    } else if (op == "is") {
        t.kind = Kind::type;
        for (std::string_view names = rest; !names.empty();) t.types.push_back(type_id(cut(names, '|')));
    } else if (op == "exists") {
        t.kind = Kind::exists;
    } else if (op == "absent") {
        t.kind = Kind::absent;
    } else if (op == "in") {
        t.kind = Kind::in_set;
        t.set = set(rest);
    } else {
        t.kind = Kind::unsupported;
    }
    out.tests.push_back(std::move(t));
}

void Loader::field(std::string_view f, Rule& out) {
    if (f.empty()) return;
    const std::string_view rest = f.substr(1);
    const auto number = [](std::string_view s) {
        std::uint32_t n = 0;
        std::from_chars(s.data(), s.data() + s.size(), n);
        return n;
    };
    switch (f[0]) {
        case 't': return read_type_uses(f.substr(2), out);
        case 'b':
            out.strength = f[1] == '!' ? Strength::required : Strength::extensible;
            out.set = set(f.substr(2));
            return;
        case '#': out.content = rest; return;
        case '=': out.fixed = value(plain(rest)); return;
        case '~': out.pattern = value(plain(rest)); return;
        case '>': out.min_value = plain(rest); return;
        case '<': out.max_value = plain(rest); return;
        case 'l': out.max_length = number(f.substr(4)); return;
        case 'S': out.must_support = true; return;
        case 'M':
        case 'd': return;
        case '?': return test(plain(rest), out);
        case 's':
            out.slicing = f.starts_with("slicing=closed") ? SliceRules::closed
                          : f == "slicing=openAtEnd"      ? SliceRules::open_at_end
                                                          : SliceRules::open;
            out.ordered = f.ends_with(",ordered");
            return;
        default: break;
    }
    const auto dots = f.find("..");
    if (dots == std::string_view::npos) fail("a field that has no meaning: " + std::string(f));
    if (dots > 0) out.min = number(f.substr(0, dots));
    const std::string_view max = f.substr(dots + 2);
    if (!max.empty() && max != "*") out.max = number(max);
}

void Loader::check(const Line& line, std::vector<Check>& out, std::string_view source) {
    std::string_view fields = line.fields;
    Check c;
    c.key = line.head.substr(1);
    c.error = cut(fields, '\t') == "error";
    c.source = source;
    const std::string_view text = plain(fields);
    auto& e = t_.expressions_[text];
    if (!e) {
        std::string reason;
        e = Expression::compile(text, t_.atoms_, reason);
        if (!e)
            t_.unchecked_.push_back({std::string(source) + "!" + std::string(c.key), "invariant: " + reason});
    }
    c.expression = e.get();
    if (e) out.push_back(c);
}

/// The lines below the one just read, one level deeper. `path` is that of the type's element around them.
void Loader::children(std::vector<Rule>& into, std::vector<Check>& checks, std::size_t depth,
                      std::string_view source, const std::string& path, bool defined) {
    Line line;
    // Rules hold their children by value and others point to them: read first, then moved to their place.
    while (next(line)) {
        if (line.depth < depth) {
            held_ = line;
            has_held_ = true;
            break;
        }
        if (line.head.starts_with('!')) {
            check(line, checks, source);
            continue;
        }
        if (line.head.starts_with('@')) continue;
        into.emplace_back();
        Rule& r = into.back();
        const std::size_t colon = line.head.find(':');
        r.label = line.head.substr(0, colon);
        if (colon != std::string_view::npos) r.slice = plain(line.head.substr(colon + 1));
        r.name = stem(r.label, r.choice);
        r.source = source;
        for (std::string_view f = line.fields; !f.empty();) field(cut(f, '\t'), r);
        if (!defined) {
            std::vector<Rule> below;
            children(below, r.checks, depth + 1, source, path, false);
            for (Rule& b : below) (b.slice.empty() ? r.children : r.slices).push_back(std::move(b));
            continue;
        }
        r.many = r.max != 1;
        std::vector<Rule> below;
        const std::string inner = path + '.' + std::string(r.label);
        children(below, r.checks, depth + 1, source, inner, true);
        if (below.empty()) continue;
        Shape& s = t_.shapes_.emplace_back();
        s.path = inner;
        s.own = std::move(below);
        r.shape = &s;
        by_path_[s.path] = &s;
    }
}

void Loader::type(std::string_view f) {
    const TypeId id = type_id(cut(f, '\t'));
    TypeInfo& info = t_.types_[id];
    const std::string_view kind = cut(f, '\t');
    info.kind = kind == "primitive"  ? Type::Kind::primitive
                : kind == "resource" ? Type::Kind::resource
                                     : Type::Kind::complex;
    const std::string_view base = cut(f, '\t');
    const TypeId base_id = base.empty() ? TypeId{0} : type_id(base);
    t_.types_[id].base = base_id;
    t_.types_[id].is_abstract = f == "abstract";
    for (const auto& [name, p] : kPrimitives)
        if (name == info.name) t_.types_[id].primitive = p;
    Shape& shape = t_.types_[id].shape;
    shape.path = t_.types_[id].name;
    children(shape.own, shape.own_checks, 1, t_.types_[id].name, shape.path, true);
    by_path_[shape.path] = &shape;
}

void Loader::profile(std::string_view f) {
    const std::string_view url = cut(f, '\t');
    ProfileInfo& p = t_.profiles_[url];
    p.url = url;
    p.version = cut(f, '\t');
    p.type = type_id(cut(f, '\t'));
    p.base = cut(f, '\t');
    p.status = f;
    p.root.source = url;
    Line line;
    while (next(line)) {
        if (line.depth == 1 && line.head.starts_with('@')) {
            p.contexts.emplace_back(line.head.substr(1), plain(line.fields));
            continue;
        }
        held_ = line;
        has_held_ = true;
        break;
    }
    children(p.root.children, p.root.checks, 1, url, "", false);
}

void Loader::value_set(std::string_view f) {
    const std::string_view url = cut(f, '\t');
    CodeSet& s = t_.sets_[url];
    s.url = url;
    cut(f, '\t');
    s.missing = f;
    Line line;
    const char* from = rest_.data();
    const char* to = from;
    while (next(line)) {
        if (line.depth == 0) {
            held_ = line;
            has_held_ = true;
            break;
        }
        to = rest_.data();
    }
    s.lines = std::string_view(from, static_cast<std::size_t>(to - from));
}

void Loader::section(const Line& line) {
    std::string_view f = line.fields;
    if (line.depth != 0) fail("a line that belongs to nothing");
    if (line.head == "type") return type(f);
    if (line.head == "profile") return profile(f);
    if (line.head == "valueset") return value_set(f);
    if (line.head == "default") {
        const std::string_view name = cut(f, '\t');
        default_urls_.emplace_back(name, f);
    } else if (line.head == "package") {
        const std::string_view name = cut(f, '\t');
        t_.packages_.emplace_back(name, f);
    } else if (line.head == "unchecked") {
        const std::string_view where = cut(f, '\t');
        t_.unchecked_.push_back({std::string(plain(where)), std::string(plain(f))});
    } else if (line.head != "gpswitch-profiles") {
        fail("a section that is not known: " + std::string(line.head));
    }
}

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
        bool needed = c.min > 0;
        for (const Rule& s : c.slices) needed = needed || s.min > 0;
        if (needed) rule.wanted.push_back(static_cast<std::uint16_t>(i));
    }
}

void Loader::finish() {
    const TypeId count = static_cast<TypeId>(t_.types_.size());
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
    for (auto& [url, p] : t_.profiles_) settle_profile(p.root);
    for (const auto& [type_name, id] : t_.type_ids_) {
        const Atom a = t_.atoms_.add(type_name);
        if (t_.type_of_atom_.size() <= a) t_.type_of_atom_.resize(a + 1u, 0);
        t_.type_of_atom_[a] = id;
    }
    t_.defaults_.assign(t_.types_.size(), nullptr);
    for (const auto& [name, url] : default_urls_)
        if (const auto p = t_.profiles_.find(url); p != t_.profiles_.end())
            t_.defaults_[type_id(name)] = &p->second;
}

void Loader::run() {
    check_hash();
    t_.types_.emplace_back();  // number 0 is no type
    Line line;
    while (next(line)) section(line);
    Table::Known& k = t_.known_;
    const auto atom = [this](std::string_view s) { return t_.atoms_.add(s); };
    k.element = type_id("Element");
    k.resource = type_id("Resource");
    k.domain_resource = type_id("DomainResource");
    k.extension = type_id("Extension");
    k.reference = type_id("Reference");
    k.narrative = type_id("Narrative");
    k.quantity = type_id("Quantity");
    k.coding = type_id("Coding");
    k.codeable_concept = type_id("CodeableConcept");
    k.identifier = type_id("Identifier");
    k.bundle = type_id("Bundle");
    k.resource_type = atom("resourceType");
    k.id = atom("id");
    k.meta = atom("meta");
    k.profile = atom("profile");
    k.extension_a = atom("extension");
    k.modifier_extension = atom("modifierExtension");
    k.url = atom("url");
    k.value = atom("value");
    k.contained = atom("contained");
    k.reference_a = atom("reference");
    k.type = atom("type");
    k.system = atom("system");
    k.code = atom("code");
    k.coding_a = atom("coding");
    k.entry = atom("entry");
    k.full_url = atom("fullUrl");
    k.resource_a = atom("resource");
    k.div = atom("div");
    finish();
}

std::shared_ptr<const Table> Table::load(std::string_view text, const std::string& name) {
    std::shared_ptr<Table> t(new Table());
    Loader(*t, text, name).run();
    return t;
}

TypeId Table::type(std::string_view name) const {
    const Atom a = atoms_.find(name);
    return a < type_of_atom_.size() ? type_of_atom_[a] : TypeId{0};
}

bool Table::derives(TypeId t, TypeId from) const {
    for (; t != 0; t = types_[t].base)
        if (t == from) return true;
    return false;
}

const ProfileInfo* Table::profile(std::string_view url) const {
    const auto found = profiles_.find(url.substr(0, url.find('|')));
    return found == profiles_.end() ? nullptr : &found->second;
}

}  // namespace gpswitch::profile
