#include "core/profile/table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "core/profile/table_loader.hpp"
#include "core/util/error.hpp"
#include "core/util/hash.hpp"

namespace gpswitch::profile {

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

void Loader::fail(const std::string& what) const {
    throw MappingError(fmt::format("{}:{}: {}", name_, line_, what),
                       "make the table again: scripts/make-profiles, or gpswitch mappings import --profiles");
}

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
    c.expression = expression(plain(fields), c.reason);
    if (c.expression == nullptr)
        t_.unchecked_.push_back(
            {std::string(source) + "!" + std::string(c.key), "invariant: " + std::string(c.reason)});
    // The checker looks for what refers to a contained resource, and for what refers to none, by itself.
    if (source == "DomainResource")
        c.when = c.key == "dom-3" ? Check::When::never : Check::When::with_contained;
    if (source == "Reference" && c.key == "ref-1") c.when = Check::When::never;
    out.push_back(c);
}

/// Compiled once; nullptr with a reason when it cannot be.
const Expression* Loader::expression(std::string_view text, std::string_view& reason) {
    const auto [at, fresh] = t_.expressions_.try_emplace(text);
    std::string why;
    if (fresh) at->second = Expression::compile(text, t_.atoms_, why);
    if (at->second == nullptr) {
        if (!fresh) Expression::compile(text, t_.atoms_, why);
        reason = t_.kept_.emplace_back(std::move(why));
    }
    return at->second.get();
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
            ProfileInfo::Context c{line.head.substr(1), plain(line.fields)};
            std::string_view reason;
            if (c.kind == "fhirpath" || c.kind == "invariant") c.expression = expression(c.text, reason);
            p.contexts.push_back(c);
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
    k.patient = atom("patient");
    k.subject = atom("subject");
    k.link = atom("link");
    k.focus = atom("focus");
    k.identifier_a = atom("identifier");
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
    Atom a = urls_.find(url);
    if (a == 0) a = urls_.find(url.substr(0, url.find('|')));
    return profile_of_[a];
}

}  // namespace gpswitch::profile
