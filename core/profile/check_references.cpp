#include <fmt/format.h>

#include <algorithm>

#include "core/profile/walk.hpp"

namespace gpswitch::profile {

using Kind = Node::Kind;

namespace {

bool is_id(std::string_view s) {
    if (s.empty() || s.size() > 64) return false;
    for (const char c : s)
        if (!(c >= '0' && c <= '9') && !((c | 32) >= 'a' && (c | 32) <= 'z') && c != '-' && c != '.')
            return false;
    return true;
}

}  // namespace

/// The type a reference leads to, as far as its text, Reference.type or the contained resources tell; 0:
/// unknown.
TypeId Checker::Walk::type_of_target(std::string_view url, std::uint32_t n) {
    if (url.starts_with('#') && url.size() > 1) {
        const std::uint32_t list = doc->member(root, known.contained);
        if (list != 0)
            for (std::uint32_t i = list + 1; i < (*doc)[list].next; i = (*doc)[i].next) {
                const std::uint32_t id = doc->member(i, known.id), type = doc->member(i, known.resource_type);
                if (id != 0 && type != 0 && text(id) == url.substr(1)) return table.type(text(type));
            }
        return 0;
    }
    const std::uint32_t said = doc->member(n, known.type);
    TypeId type = said != 0 && (*doc)[said].kind == Kind::string ? table.type(text(said)) : TypeId{0};
    if (url.empty() || url.starts_with('#')) return type;
    if (url.starts_with("urn:")) {
        const TypeId entry = entry_type(url);
        return entry != 0 ? entry : type;
    }
    const TypeId found = address_type(url);
    return found != 0 ? found : type;
}

/// "Type/id", alone or behind an address, with a version or not; what has another form tells nothing.
/// Source: FHIR R4, "References", the pattern of a RESTful reference.
TypeId Checker::Walk::address_type(std::string_view url) const {
    if (const auto history = url.find("/_history/"); history != std::string_view::npos)
        url = url.substr(0, history);
    const auto slash = url.rfind('/');
    if (slash == std::string_view::npos || !is_id(url.substr(slash + 1))) return 0;
    url = url.substr(0, slash);
    const auto before = url.rfind('/');
    if (before != std::string_view::npos) {
        if (!url.starts_with("http://") && !url.starts_with("https://")) return 0;
        url = url.substr(before + 1);
    }
    const TypeId found = table.type(url);
    return found != 0 && table.info(found).kind == Type::Kind::resource ? found : TypeId{0};
}

void Checker::Walk::reference(std::uint32_t n, const TypeUse* base, const Overlays& overlays) {
    const std::uint32_t m = doc->member(n, known.reference_a);
    const std::string_view url = m != 0 && (*doc)[m].kind == Kind::string ? text(m) : std::string_view{};
    if (links != nullptr) reference_link(n, m, url);
    const TypeId type = type_of_target(url, n);
    if (url.starts_with('#') && url.size() > 1) {
        const std::uint32_t list = doc->member(root, known.contained);
        bool found = false;
        if (list != 0)
            for (std::uint32_t i = list + 1; i < (*doc)[list].next && !found; i = (*doc)[i].next) {
                const std::uint32_t id = doc->member(i, known.id);
                found = id != 0 && text(id) == url.substr(1);
            }
        if (!found)
            report(Severity::error, "FHIR-LINK-002", (*doc)[m].begin,
                   "ref-1: no contained resource has this id", ".reference");
    }
    if (type == 0) return;
    const std::uint32_t said = url.empty() ? 0 : doc->member(n, known.type);
    if (said != 0 && (*doc)[said].kind == Kind::string)
        if (const TypeId other = table.type(text(said)); other != 0 && other != type)
            report(Severity::error, "FHIR-LINK-001", (*doc)[said].begin,
                   fmt::format("the reference leads to {}, not to {}", table.info(type).name,
                               table.info(other).name),
                   ".type");
    const auto allowed = [&](const TypeUse& use, std::string_view source) {
        if (use.targets.empty() || std::any_of(use.targets.begin(), use.targets.end(),
                                               [&](TypeId t) { return table.derives(type, t); }))
            return;
        std::string names;
        for (const TypeId t : use.targets)
            names += (names.empty() ? "" : ", ") + std::string(table.info(t).name);
        report(Severity::error, "FHIR-LINK-001", m != 0 ? (*doc)[m].begin : (*doc)[n].begin,
               fmt::format("a reference to {}, where only {} may be referred to [{}]", table.info(type).name,
                           names, source));
    };
    std::string_view definition = "Reference";
    for (std::size_t i = steps.size(); i-- > 0 && definition == "Reference";)
        if (steps[i].rule != nullptr) definition = steps[i].rule->source;
    allowed(*base, definition);
    for (const Rule* c : overlays)
        for (const TypeUse& use : c->types)
            if (use.type == known.reference) allowed(use, c->source);
}

/// The object that has the extension `n` among its members.
std::uint32_t Checker::Walk::holder_of(std::uint32_t n) const {
    std::uint32_t at = resources.back(), object = at;
    while (at != n) {
        if ((*doc)[at].kind == Kind::object) object = at;
        std::uint32_t i = at + 1;
        while (i < (*doc)[at].next && (*doc)[i].next <= n) i = (*doc)[i].next;
        if (i >= (*doc)[at].next) break;
        at = i;
    }
    return object;
}

/// Whether the extension `n` may stand where it does. The place is known by the element it is in, by that
/// element's type, by the way from the resource, or by what a FHIRPath selects.
bool Checker::Walk::context_fits(const ProfileInfo& p, std::uint32_t n) {
    // The steps up to the element that holds the extension: without "extension" and its index.
    std::size_t holder = steps.size();
    while (holder > 0 && steps[holder - 1].is_index) --holder;
    if (holder > 0) --holder;
    const auto fits = [&](const ProfileInfo::Context& c) {
        if (c.kind == "inside")
            return std::any_of(resources.begin(), resources.end(), [&](std::uint32_t r) {
                return table.derives((*doc)[r].type, table.type(c.text)) && table.type(c.text) != 0;
            });
        if (c.kind == "extension") return holder > 0 && steps[holder - 1].extension == c.text;
        if (c.kind == "fhirpath") {
            if (c.expression != nullptr)
                return evaluator->selects(*c.expression, resources.back(), holder_of(n));
            cannot(fmt::format("where {} may stand: {}", p.url, c.text));
            return true;
        }
        if (c.kind != "element") {
            cannot(fmt::format("where {} may stand: a context by {}", p.url, c.kind));
            return true;
        }
        if (stands_in(c.text, holder)) return true;
        // "...StructureDefinition/Name#...": an element of a profile is not told apart from one of its type.
        if (c.text.find("StructureDefinition/") != std::string_view::npos) {
            const ProfileInfo* of = table.profile(c.text.substr(0, c.text.find('#')));
            return of == nullptr || stands_in(table.info(of->type).name, holder);
        }
        return table.type(c.text.substr(0, c.text.find('.'))) == 0;  // of a type that this FHIR does not have
    };
    bool any = false, good = false;
    for (const ProfileInfo::Context& c : p.contexts) {
        if (c.kind == "invariant") continue;
        any = true;
        good = good || fits(c);
    }
    if (any && !good) return false;
    for (const ProfileInfo::Context& c : p.contexts) {
        if (c.kind != "invariant") continue;
        if (c.expression == nullptr)
            cannot(fmt::format("where {} may stand: {}", p.url, c.text));
        else
            later.push_back({c.expression, p.url, n, holder_of(n), path()});
    }
    return true;
}

/// What has to hold where extensions stand, once all of the resource is known.
void Checker::Walk::context_invariants() {
    for (const Later& l : later) {
        if (evaluator->truth(*l.expression, l.holder, resources.back(), root, l.extension) != Truth::no)
            continue;
        Finding f;
        f.code = "FHIR-EXT-003";
        f.offset = (*doc)[l.extension].begin;
        f.resource = resource_label();
        f.path = l.path;
        f.message = fmt::format("this extension may not stand here: {} [{}]", l.expression->text(), l.url);
        out->push_back(std::move(f));
    }
    later.clear();
}

/// Whether the element whose last step is before `holder` is called `wanted`: by its type, by the type it is
/// defined in, or by the way from a resource.
bool Checker::Walk::stands_in(std::string_view wanted, std::size_t holder) const {
    if (wanted == "Element") return true;
    if (holder == 0) return false;
    if (table.derives(steps[holder - 1].type, table.type(wanted)) && table.type(wanted) != 0) return true;
    std::size_t last = holder;
    while (last > 0 && steps[last - 1].is_index) --last;
    if (last == 0 || steps[last - 1].rule == nullptr) return false;
    const Step& s = steps[last - 1];
    if (s.rule->shape != nullptr && s.rule->shape->path == wanted) return true;
    const std::string_view label = s.rule->label;
    const std::string_view stem = label.ends_with("[x]") ? label.substr(0, label.size() - 3) : label;
    std::string way;
    for (std::size_t i = last; i-- > 0;) {
        const bool inner = i + 1 < last;
        const TypeInfo& type = table.info(steps[i].type);
        if (inner && type.kind == Type::Kind::resource && !type.is_abstract)
            return std::string(type.name) + way == wanted;
        if (steps[i].is_index) continue;
        if (steps[i].rule == nullptr) return false;
        for (const std::string_view l :
             inner ? std::array{steps[i].rule->label, label, label} : std::array{label, stem, name_of(s)}) {
            const std::string tail = "." + std::string(l) + way;
            if (steps[i].shape->path + tail == wanted) return true;
            for (TypeId t = table.info(steps[i].shape->type).base; t != 0 && !inner; t = table.info(t).base)
                if (std::string(table.info(t).name) + tail == wanted) return true;
            if (inner) break;
        }
        way.insert(0, "." + std::string(steps[i].rule->label));
    }
    return false;
}

void Checker::Walk::extension(std::uint32_t n, const Shape&, const Rule& r, Overlays& overlays) {
    const std::uint32_t m = doc->member(n, known.url);
    bool value = false;
    for (std::uint32_t i = n + 1; i < (*doc)[n].next; i = (*doc)[i].next) {
        const Shape::Slot* slot =
            (*doc)[i].key == 0 ? nullptr : table.info(known.extension).shape.find((*doc)[i].key);
        value = value || (slot != nullptr &&
                          table.info(known.extension).shape.elements[slot->element]->name == known.value);
    }
    const bool inner = doc->member(n, known.extension_a) != 0;
    if (value == inner && (*doc)[n].count > 0)
        report(Severity::error, "FHIR-EXT-001", (*doc)[n].begin,
               value ? "ext-1: a value or extensions, not both" : "ext-1: a value or extensions are needed");
    if (m == 0 || (*doc)[m].kind != Kind::string) return;
    const std::string_view url = text(m);
    steps.back().extension = url;
    const ProfileInfo* p = table.profile(url);
    if (p == nullptr || p->type != known.extension) {
        // Those inside an extension are known by it; others by their own address.
        if (url.find(':') != std::string_view::npos) {
            if (r.name == known.modifier_extension)
                report(Severity::warning, "FHIR-EXT-002", (*doc)[m].begin,
                       "a modifier extension that is not known: what it changes cannot be told");
            unknown_extension(url);
        }
        return;
    }
    if (counter != nullptr) counter->extension(p);
    overlays.add(&p->root);
    if (!p->contexts.empty() && !context_fits(*p, n))
        report(Severity::error, "FHIR-EXT-003", (*doc)[n].begin,
               fmt::format("this extension may not stand here [{}]", p->url));
}

/// dom-3: a contained resource is referred to, or refers to the resource it is in.
void Checker::Walk::contained_used(std::uint32_t n) {
    const std::uint32_t list = doc->member(n, known.contained);
    if (list == 0 || (*doc)[list].kind != Kind::array) return;
    const auto refers = [this](std::uint32_t i) {
        const Node& m = (*doc)[i];
        if (m.kind != Kind::string || doc->text(m).empty() || doc->text(m)[0] != '#') return false;
        const Primitive p = table.info(m.type).primitive;
        return m.name == known.reference_a || p == Primitive::canonical || p == Primitive::uri ||
               p == Primitive::url;
    };
    for (std::uint32_t i = list + 1; i < (*doc)[list].next; i = (*doc)[i].next) {
        const std::uint32_t id = doc->member(i, known.id);
        if (id == 0 || (*doc)[id].kind != Kind::string) continue;
        bool used = false;
        for (std::uint32_t k = n + 1; k < (*doc)[n].next && !used; ++k) {
            if (!refers(k)) continue;
            const std::string_view target = text(k);
            used = target.substr(1) == text(id) || (target == "#" && k > i && k < (*doc)[i].next);
        }
        if (!used)
            report(Severity::error, "FHIR-INV-001", (*doc)[i].begin,
                   "dom-3 does not hold: a contained resource that nothing refers to [DomainResource]",
                   ".contained");
    }
}

}  // namespace gpswitch::profile
