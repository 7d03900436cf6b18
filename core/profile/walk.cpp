#include "core/profile/walk.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <unordered_set>

#include "core/profile/rules.hpp"
#include "core/profile/wording.hpp"
#include "core/util/text.hpp"

namespace gpswitch::profile {

using Kind = Node::Kind;

namespace {

std::string by(const Rule& r) { return fmt::format("[{}]", r.source); }

}  // namespace

Checker::Checker(const Table& table, CheckOptions options) : walk_(std::make_unique<Walk>(table, options)) {}
Checker::~Checker() = default;
void Checker::check(Document& document, std::vector<Finding>& out, std::vector<Link>* links) {
    Walk& w = *walk_;
    if (w.doc != &document) w.evaluator = std::make_unique<Evaluator>(w.table, document);
    w.doc = &document;
    w.out = &out;
    w.links = links;
    w.patient = 0;
    w.steps.clear();
    w.later.clear();
    w.resources.clear();
    w.pool_used = 0;
    w.entries.clear();
    w.entry_ids.clear();
    w.entry_names.clear();
    w.entries_read = false;
    w.entry_hint = 0;
    w.told_places.clear();
    w.first_finding = out.size();
    if (document[0].kind != Kind::object)
        w.report(Severity::error, "FHIR-RES-001", 0, "a resource is an object");
    else
        w.resource(0, false);
    std::stable_sort(out.begin() + static_cast<std::ptrdiff_t>(w.first_finding), out.end(),
                     [](const Finding& a, const Finding& b) { return a.offset < b.offset; });
}

std::string_view Checker::Walk::name_of(const Step& s) const {
    if (s.rule == nullptr) return s.type == 0 ? "resourceType" : table.info(s.type).name;
    const std::string_view at = doc->whole().substr((*doc)[s.node].key_at);
    std::string_view name = at.substr(0, at.find('"'));
    if (name.find('\\') != std::string_view::npos) name = table.atoms().name((*doc)[s.node].key);
    return name.starts_with('_') ? name.substr(1) : name;
}

std::string Checker::Walk::path() const {
    std::string p;
    for (const Step& s : steps) {
        if (s.is_index) {
            p += fmt::format("[{}]", s.index);
            continue;
        }
        if (!p.empty()) p += '.';
        p += name_of(s);
    }
    return p;
}

std::string Checker::Walk::resource_label() const {
    if (resources.empty()) return "";
    const std::uint32_t n = resources.back();
    const std::uint32_t type = doc->member(n, known.resource_type), id = doc->member(n, known.id);
    std::string label;
    if (type != 0 && (*doc)[type].kind == Kind::string) label = text(type);
    if (id != 0 && (*doc)[id].kind == Kind::string && (options.show_values || may_be_shown(text(id))))
        label += "/" + std::string(text(id));
    return label;
}

std::string Checker::Walk::shown(std::uint32_t n) const {
    const Node& node = (*doc)[n];
    if (!options.show_values || node.kind >= Kind::array) return "";
    return ": " + gpswitch::shown(doc->text(node));
}

void Checker::Walk::report(Severity severity, std::string_view code, std::uint32_t offset,
                           std::string message, std::string_view more_path) {
    Finding f;
    f.severity = severity;
    f.code = code;
    f.offset = offset;
    f.path = path();
    f.path += more_path;
    f.source = source_of(message, code);
    f.message = std::move(message);
    // Two profiles may demand the same. All are looked through only when one of this code is known at the
    // place.
    const std::size_t place = std::hash<std::string_view>{}(f.path) ^ std::hash<std::string_view>{}(f.code);
    const bool fresh = told_places.insert(place).second;
    for (std::size_t i = out->size(); !fresh && i > first_finding; --i) {
        const Finding& o = (*out)[i - 1];
        if (o.offset == f.offset && o.code == f.code && o.path == f.path && o.message == f.message) return;
    }
    f.resource = resource_label();
    if (counter != nullptr) counter->found(severity);
    out->push_back(std::move(f));
}

std::size_t Checker::Walk::profiles_of(std::uint32_t n, TypeId type, Overlays& overlays, bool contained) {
    std::size_t claimed = 0;
    const auto not_at_hand = [this](std::string_view url) {
        if (counter != nullptr) counter->unknown_profile();
        cannot("profile " + url_shown(url) + " (claimed, not at hand)");
    };
    const std::uint32_t meta = doc->member(n, known.meta);
    const std::uint32_t list = meta == 0 ? 0 : doc->member(meta, known.profile);
    if (list != 0 && (*doc)[list].kind == Kind::array)
        for (std::uint32_t i = list + 1; i < (*doc)[list].next; i = (*doc)[i].next) {
            if ((*doc)[i].kind != Kind::string) continue;
            const std::string_view url = text(i);
            const ProfileInfo* p = table.profile(url);
            if (p == nullptr) {
                if (url != "http://hl7.org/fhir/StructureDefinition/" + std::string(table.info(type).name))
                    not_at_hand(url);
                continue;
            }
            if (p->type != type) {
                report(Severity::error, "FHIR-PROF-001", (*doc)[i].begin,
                       fmt::format("the profile is one of {}", table.info(p->type).name), ".meta.profile");
                continue;
            }
            overlays.add(&p->root);
            ++claimed;
        }
    if (steps.size() == 1)
        for (const std::string& url : options.profiles)
            if (const ProfileInfo* p = table.profile(url); p != nullptr && p->type == type) {
                overlays.add(&p->root);
                ++claimed;
            }
    if (claimed == 0 && options.use_defaults && !contained)
        if (const ProfileInfo* p = table.default_of(type)) overlays.add(&p->root);
    return claimed;
}

TypeId Checker::Walk::type_of_resource(std::uint32_t n) const {
    const std::uint32_t m = doc->member(n, known.resource_type);
    return m != 0 && (*doc)[m].kind == Kind::string ? table.type(text(m)) : TypeId{0};
}

void Checker::Walk::resource(std::uint32_t n, bool contained, const Overlays* given) {
    const std::uint32_t member = doc->member(n, known.resource_type);
    const std::uint32_t offset = (*doc)[n].begin;
    const auto wrong = [&](std::string_view code, std::uint32_t at, const std::string& message) {
        const bool top = steps.empty();
        if (top) steps.emplace_back();
        report(Severity::error, code, at, message, top ? "" : ".resourceType");
        if (top) steps.pop_back();
    };
    if (member == 0 || (*doc)[member].kind != Kind::string)
        return wrong("FHIR-RES-001", offset, "a resource has to say of which type it is: resourceType");
    const TypeId type = table.type(text(member));
    if (type == 0 || table.info(type).kind != Type::Kind::resource || table.info(type).is_abstract)
        return wrong("FHIR-RES-002", (*doc)[member].begin,
                     fmt::format("FHIR R4 has no resource of this type{} [{}]", shown(member),
                                 find_rule("FHIR-RES-002")->source));
    const bool top = steps.empty();
    if (top) steps.push_back({.node = n, .type = type});
    if (!top) steps.back().type = type;
    const std::uint32_t outer_root = root;
    if (!contained) root = n;
    resources.push_back(n);
    doc->nodes[n].type = type;
    Overlays overlays;
    profiles_of(n, type, overlays, contained);
    if (given != nullptr)
        for (const Rule* o : *given) overlays.add(o);
    if (links != nullptr && !contained) resource_link(n, type);
    if (counter != nullptr) counter->enter(type, overlays.begin(), overlays.end(), contained);
    if (type == known.bundle) doubled_entries(n);
    object(n, table.info(type).shape, overlays, true);
    if (table.derives(type, known.domain_resource) && doc->member(n, known.contained) != 0) contained_used(n);
    for (const Rule* o : overlays) checks(n, o->checks);
    if (counter != nullptr) counter->leave();
    if (!later.empty()) context_invariants();
    resources.pop_back();
    root = outer_root;
    if (top) steps.pop_back();
}

/// A name that the type has not: an unknown element, or one of another spelling.
void Checker::Walk::unknown(std::uint32_t n) {
    const Node& m = (*doc)[n];
    const std::string key = doc->key(m);
    const bool named = options.show_values || like_an_element(key);
    TypeId at = steps.empty() ? TypeId{0} : steps.back().type;
    if (table.info(at).name == "BackboneElement" && !resources.empty()) at = (*doc)[resources.back()].type;
    const TypeInfo& type = table.info(at);
    report(Severity::error, "FHIR-ELEM-001", m.key_at,
           fmt::format("there is no such element here{}{}", named ? "" : " (its name is not shown)",
                       type.name.empty() ? "" : fmt::format(" [{}]", type.name)),
           named ? (steps.empty() ? "" : ".") + gpswitch::shown(key) : "");
    doubled_keys(n);
}

/// What is not looked into otherwise may still not have a name twice.
void Checker::Walk::doubled_keys(std::uint32_t n) {
    const Node& o = (*doc)[n];
    if (o.kind == Kind::object) {
        std::unordered_set<std::string> keys;
        for (std::uint32_t i = n + 1; i < o.next; i = (*doc)[i].next)
            if (!keys.insert(doc->key((*doc)[i])).second)
                report(Severity::error, "FHIR-JSON-002", (*doc)[i].key_at,
                       "the same name twice in one object");
    }
    if (o.kind >= Kind::array)
        for (std::uint32_t i = n + 1; i < o.next; i = (*doc)[i].next) doubled_keys(i);
}

void Checker::Walk::object(std::uint32_t n, const Shape& shape, const Overlays& overlays,
                           bool whole_resource) {
    std::array<Seen, 128> seen;
    std::fill_n(seen.begin(), shape.elements.size(), Seen{0, 0, 0});
    std::uint64_t here[2] = {0, 0};
    const auto is_here = [&here](std::size_t e) { return (here[e >> 6] >> (e & 63) & 1) != 0; };
    const std::uint32_t end = (*doc)[n].next;
    std::uint32_t resource_types = 0;
    for (std::uint32_t i = n + 1; i < end; i = (*doc)[i].next) {
        const Node& m = (*doc)[i];
        const Shape::Slot* slot = m.key == 0 ? nullptr : shape.find(m.key);
        if (slot == nullptr) {
            if (whole_resource && m.key == known.resource_type) {
                if (++resource_types > 1)
                    report(Severity::error, "FHIR-JSON-002", m.key_at, "the same name twice in one object",
                           ".resourceType");
                continue;
            }
            unknown(i);
            continue;
        }
        Seen& s = seen[slot->element];
        here[slot->element >> 6] |= std::uint64_t{1} << (slot->element & 63);
        std::uint32_t& place = slot->underscore ? s.sibling : s.node;
        if (place != 0 ||
            ((s.node | s.sibling) != 0 && s.type != slot->type && shape.elements[slot->element]->choice)) {
            const Rule& r = *shape.elements[slot->element];
            const std::uint32_t other = place != 0 ? place : s.node | s.sibling;
            if ((*doc)[other].key == m.key)
                report(Severity::error, "FHIR-JSON-002", m.key_at, "the same name twice in one object",
                       "." + doc->key(m));
            else
                report(Severity::error, "FHIR-ELEM-008", m.key_at, "only one of the choices may be given",
                       "." + std::string(r.label));
            continue;
        }
        place = i;
        s.type = slot->type;
    }
    const bool beside = table.info(shape.type).kind == Type::Kind::primitive;
    if ((*doc)[n].count == 0 ||
        ((*doc)[n].count == 1 && !whole_resource && !beside && (*doc)[n + 1].key == known.id))
        report(Severity::error, "FHIR-ELEM-006", (*doc)[n].begin, "an element has to have content");
    if (overlays.over) cannot(fmt::format("more than {} profiles of one place", Overlays::kMost));
    for (const std::uint8_t e : shape.required)
        if (!is_here(e)) absent(n, *shape.elements[e]);
    for (const Rule* o : overlays)
        for (const std::uint16_t i : o->wanted) {
            const Rule& c = o->children[i];
            if (const Shape::Slot* slot = shape.find(c.name); slot != nullptr) {
                if (!is_here(slot->element)) absent(n, c);
                continue;
            }
            // What a profile says of one type of a choice does not concern the others.
            for (std::size_t e = 0; e < shape.elements.size(); ++e)
                if (shape.elements[e]->name == c.name && !is_here(e)) absent(n, c);
        }
    for (std::size_t half = 0; half < 2; ++half)
        for (std::uint64_t left = here[half]; left != 0; left &= left - 1) {
            const std::size_t e = half * 64 + static_cast<std::size_t>(__builtin_ctzll(left));
            const Rule& r = *shape.elements[e];
            Overlays inner;
            for (const Rule* o : overlays)
                if (const Rule* c = o->child(r.name)) inner.add(c);
            element(n, shape, r, seen[e], inner);
        }
    for (const Check* c : shape.checks) check(n, *c);
}

void Checker::Walk::absent(std::uint32_t parent, const Rule& r) {
    const std::uint32_t at = (*doc)[parent].begin;
    const std::string place = "." + std::string(r.label);
    if (r.min > 0)
        return report(Severity::error, "FHIR-ELEM-002", at, fmt::format("this element is required {}", by(r)),
                      place);
    for (const Rule& s : r.slices)
        if (s.min > 0)
            report(Severity::error, "FHIR-SLICE-001", at,
                   fmt::format("at least {} of the slice {} {}", s.min, s.slice, by(s)), place);
}

void Checker::Walk::counts(std::uint32_t n, std::size_t count, const Rule& r, const Overlays& inner) {
    const auto each = [&](const Rule& rule) {
        if (count > rule.max)
            report(Severity::error, rule.max == 0 ? "FHIR-ELEM-004" : "FHIR-ELEM-003", (*doc)[n].begin,
                   rule.max == 0 ? fmt::format("this element may not be given {}", by(rule))
                                 : fmt::format("at most {}, not {} {}", rule.max, count, by(rule)));
        if (count < rule.min)
            report(Severity::error, "FHIR-ELEM-002", (*doc)[n].begin,
                   fmt::format("at least {}, not {} {}", rule.min, count, by(rule)));
    };
    if (r.many) each(r);
    for (const Rule* c : inner) each(*c);
}

/// A list of overlays for as long as an element is looked at, with the memory of earlier ones.
struct Checker::Walk::Lent {
    Lent(Walk& w, std::size_t count, const Overlays& each) : walk(w), place(w.pool_used++) {
        if (walk.pool.size() <= place) walk.pool.emplace_back();
        list = std::move(walk.pool[place]);
        list.assign(count, each);
    }
    ~Lent() {
        walk.pool[place] = std::move(list);
        --walk.pool_used;
    }
    Lent(const Lent&) = delete;
    Lent& operator=(const Lent&) = delete;
    Walk& walk;
    std::size_t place;
    std::vector<Overlays> list;
};

void Checker::Walk::element(std::uint32_t, const Shape& shape, const Rule& r, const Seen& seen,
                            const Overlays& inner) {
    const TypeUse* use = r.types.empty() ? nullptr : &r.types[seen.type < r.types.size() ? seen.type : 0];
    const std::uint32_t main = seen.node, side = seen.sibling;
    const std::uint32_t any = main != 0 ? main : side;
    const Node& node = (*doc)[any];
    steps.push_back({.node = any,
                     .shape = &shape,
                     .rule = &r,
                     .type = use != nullptr       ? use->type
                             : r.shape != nullptr ? r.shape->type
                                                  : TypeId{0}});
    struct Leave {
        std::vector<Step>& steps;
        ~Leave() { steps.pop_back(); }
    } leave{steps};
    for (const std::uint32_t part : {main, side}) {
        if (part == 0) continue;
        doc->nodes[part].name = r.name;
        if (use != nullptr) doc->nodes[part].type = use->type;
        const bool array = (*doc)[part].kind == Kind::array;
        if (array != r.many) {
            if ((*doc)[part].kind == Kind::null)
                report(Severity::error, "FHIR-ELEM-007", (*doc)[part].begin,
                       "null is no value; leave the element out");
            else
                report(Severity::error, "FHIR-ELEM-005", (*doc)[part].begin,
                       r.many ? "this element repeats: an array is expected"
                              : "this element does not repeat: no array is expected");
            return doubled_keys(part);
        }
        if (array && (*doc)[part].count == 0) {
            report(Severity::error, "FHIR-ELEM-006", (*doc)[part].begin, "an array may not be empty");
            return;
        }
    }
    if (main != 0 && side != 0) doc->nodes[side].flags |= Node::kSkip;
    if (r.choice)
        for (const Rule* c : inner) {
            if (c->types.empty()) continue;
            const auto fits = [&](const TypeUse& u) { return table.derives(use->type, u.type); };
            if (std::none_of(c->types.begin(), c->types.end(), fits))
                report(Severity::error, "FHIR-ELEM-009", node.begin,
                       fmt::format("the type {} is not allowed here {}", table.info(use->type).name, by(*c)));
        }
    if (!r.many) {
        counts(any, 1, r, inner);
        if (inner.size == 0) return item(shape, r, use, main, side, inner);
        Lent mine(*this, 1, inner);
        slices(any, use, any, inner, mine.list);
        return item(shape, r, use, main, side, mine.list[0]);
    }
    // The items of both arrays, side by side.
    std::uint32_t i = main == 0 ? 0 : main + 1, k = side == 0 ? 0 : side + 1;
    const std::uint32_t i_end = main == 0 ? 0 : (*doc)[main].next, k_end = side == 0 ? 0 : (*doc)[side].next;
    const std::size_t count =
        std::max(main == 0 ? 0 : (*doc)[main].count, side == 0 ? 0 : (*doc)[side].count);
    counts(any, count, r, inner);
    bool sliced = false;
    for (const Rule* c : inner) sliced = sliced || !c->slices.empty();
    std::optional<Lent> mine;
    if (sliced) {
        mine.emplace(*this, count, inner);
        slices(any, use, any, inner, mine->list);
    }
    for (std::uint32_t index = 0; index < count; ++index) {
        const std::uint32_t value = i < i_end ? i : 0, beside = k < k_end ? k : 0;
        steps.push_back({.index = index, .is_index = true, .type = steps.back().type});
        item(shape, r, use, value, beside, sliced ? mine->list[index] : inner);
        steps.pop_back();
        if (value != 0) i = (*doc)[i].next;
        if (beside != 0) k = (*doc)[k].next;
    }
}

void Checker::Walk::item(const Shape& shape, const Rule& r, const TypeUse* use, std::uint32_t n,
                         std::uint32_t sibling, const Overlays& given) {
    const bool beside = sibling != 0 && (*doc)[sibling].kind != Kind::null;
    if (n != 0 && (*doc)[n].kind == Kind::null && beside) {
        doc->nodes[n].sibling = sibling;
        n = 0;
    }
    const TypeInfo* type = use == nullptr ? nullptr : &table.info(use->type);
    const std::uint32_t value = n != 0 ? n : sibling;
    if (n != 0 ? (*doc)[n].kind == Kind::null : !beside)
        return report(Severity::error, "FHIR-ELEM-007", (*doc)[value].begin,
                      "null is no value; leave the element out");
    Node& node = doc->nodes[value];
    node.name = r.name;
    if (use != nullptr) node.type = use->type;
    const bool is_primitive = type != nullptr && type->kind == Type::Kind::primitive;
    if (counter != nullptr && n != 0)
        for (const Rule* c : given) counter->fill(*c);
    if (is_primitive) {
        if (beside) {
            if ((*doc)[sibling].kind != Kind::object)
                return report(Severity::error, "FHIR-PRIM-001", (*doc)[sibling].begin,
                              "beside a value only an object may stand");
            if (n != 0) node.sibling = sibling;
            object(sibling, type->shape, given, false);
        }
        if (n == 0) {  // only extensions: there is no value to check
            if ((*doc)[sibling].count == 1 && (*doc)[sibling + 1].key == known.id)
                report(Severity::error, "FHIR-ELEM-006", (*doc)[sibling].begin,
                       "an element has to have content");
            return;
        }
        if (!primitive(n, *type, r)) return;
    } else if (node.kind != Kind::object) {
        return report(
            Severity::error, "FHIR-PRIM-001", node.begin,
            fmt::format("an object is expected, not {}", kKinds[static_cast<std::size_t>(node.kind)]));
    }
    // Copied when there is something to add.
    Overlays own;
    const Overlays* all = &given;
    const auto mine = [&]() -> Overlays& {
        if (all == &given) own = given;
        all = &own;
        return own;
    };
    const auto more = [&](const TypeUse& u) {
        if (u.profiles.size() == 1) mine().add(u.profiles[0]);
    };
    if (use != nullptr && !use->profiles.empty()) more(*use);
    for (const Rule* c : given)
        for (const TypeUse& u : c->types)
            if (use != nullptr && u.type == use->type) more(u);
    if (!is_primitive) {
        if (type != nullptr && type->kind == Type::Kind::resource) {
            const TypeId actual = type_of_resource(value);
            const auto is = [&](const TypeUse& u) { return table.derives(actual, u.type); };
            for (const Rule* c : given) {
                if (c->types.empty() || actual == 0) continue;
                if (std::none_of(c->types.begin(), c->types.end(), is))
                    report(
                        Severity::error, "FHIR-ELEM-009", node.begin,
                        fmt::format("the type {} is not allowed here {}", table.info(actual).name, by(*c)));
                for (const TypeUse& u : c->types)
                    if (is(u)) more(u);
            }
            resource(value, r.name == known.contained, all);
        } else {
            if (use != nullptr && use->type == known.extension) extension(value, shape, r, mine());
            object(value, r.shape != nullptr ? *r.shape : type->shape, *all, false);
            if (use != nullptr && use->type == known.reference) reference(value, use, given);
            if (use != nullptr) known_ids(value, use->type);
        }
    }
    if (r.valued) values(value, use, r);
    for (const Rule* c : *all) {
        if (c->valued) values(value, use, *c);
        checks(value, c->checks);
    }
    checks(value, r.checks);
}

}  // namespace gpswitch::profile
