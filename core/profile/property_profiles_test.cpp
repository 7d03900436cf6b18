#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <random>

#include "core/profile/test_table.hpp"

using namespace gpswitch;
using namespace gpswitch::profile;

/// Resources made from the rules of every UK Core profile pass; each with one fault planted at a place of it
/// does not, and the finding names the place.
namespace {

using Overlay = std::vector<const Rule*>;

class Maker {
  public:
    explicit Maker(std::uint32_t seed) : random_(seed) {}

    std::string resource(const ProfileInfo& p) {
        const TypeInfo& type = shipped().info(p.type);
        return fmt::format(R"({{"resourceType":"{}","meta":{{"profile":["{}"]}}{}}})", type.name, p.url,
                           members(type.shape, {&p.root}, 0, ","));
    }

  private:
    std::size_t below(std::size_t n) { return random_() % n; }

    /// The rules of the element, without slices.
    static Overlay inner_of(const Overlay& overlays, const Rule& r) {
        Overlay out;
        for (const Rule* o : overlays)
            if (const Rule* c = o->child(r.name)) out.push_back(c);
        return out;
    }

    /// Whether the rule says of something in it which value it has.
    static bool fixes(const Rule& r) {
        return r.fixed != nullptr || r.pattern != nullptr ||
               std::any_of(r.children.begin(), r.children.end(), fixes) ||
               std::any_of(r.slices.begin(), r.slices.end(),
                           [](const Rule& s) { return s.min > 0 && fixes(s); });
    }

    std::string members(const Shape& shape, const Overlay& overlays, int depth, std::string comma) {
        std::string out;
        for (const Rule* element : shape.elements) {
            const Rule& r = *element;
            const Overlay inner = inner_of(overlays, r);
            std::uint32_t least = r.min, most = r.max;
            const Rule* slice = nullptr;
            bool closed = false;
            for (const Rule* c : inner) {
                least = std::max(least, c->min);
                most = std::min(most, c->max);
                closed = closed || c->slicing == SliceRules::closed;
                for (const Rule& s : c->slices)
                    if (slice == nullptr || s.min > slice->min) slice = &s;
            }
            const bool sliced = slice != nullptr && (slice->min > 0 || (closed && least > 0));
            const bool special = r.label == "contained" || r.label == "extension" ||
                                 r.label == "modifierExtension" || r.label == "meta" ||
                                 (r.label == "text" && depth == 0) || r.label == "id" ||
                                 r.label == "comparator";
            if (most == 0 || (special && !sliced)) continue;
            const bool fixed =
                std::any_of(inner.begin(), inner.end(), [](const Rule* c) { return fixes(*c); });
            if (least == 0 && !sliced && !fixed && (depth > 0 || below(6) != 0)) continue;
            const TypeUse* use = type_of(r, inner);
            std::vector<std::string> items;
            std::vector<std::string_view> done;  // two rules may name one slice
            for (const Rule* c : inner)
                for (const Rule& s : c->slices) {
                    if (std::find(done.begin(), done.end(), s.slice) != done.end()) continue;
                    done.push_back(s.slice);
                    Overlay with = inner;
                    std::uint32_t wanted = closed && &s == slice ? 1 : 0;
                    for (const Rule* o : inner)
                        for (const Rule& same : o->slices)
                            if (same.slice == s.slice) {
                                with.push_back(&same);
                                wanted = std::max(wanted, same.min);
                            }
                    for (std::uint32_t n = 0; n < wanted; ++n) items.push_back(value(r, use, with, depth));
                }
            while (items.empty() || items.size() < least) items.push_back(value(r, use, inner, depth));
            if (items[0].empty()) continue;
            std::string key(shipped().atoms().name(r.name));
            if (r.choice) {
                std::string name(shipped().info(use->type).name);
                name[0] = static_cast<char>(std::toupper(name[0]));
                key += name;
            }
            std::string all;
            for (const std::string& i : items) all += (all.empty() ? "" : ",") + i;
            out += fmt::format(R"({}"{}":{})", comma, key, r.many ? "[" + all + "]" : items[0]);
            comma = ",";
        }
        return out;
    }

    /// A type that all rules allow; of a choice whose slice has to be there, that of the slice.
    const TypeUse* type_of(const Rule& r, const Overlay& inner) {
        for (const TypeUse& u : r.types) {
            const auto allows = [&u](const Rule& c) {
                return c.types.empty() || std::any_of(c.types.begin(), c.types.end(),
                                                      [&u](const TypeUse& t) { return t.type == u.type; });
            };
            bool good = true;
            for (const Rule* c : inner) {
                good = good && allows(*c);
                for (const Rule& s : c->slices) good = good && (s.min == 0 || allows(s));
            }
            if (good) return &u;
        }
        return r.types.empty() ? nullptr : &r.types[0];
    }

    static std::string as_json(const json::Value& v) {
        std::string out;
        json::append(out, v);
        return out;
    }

    std::string value(const Rule& r, const TypeUse* use, Overlay rules, int depth) {
        for (const Rule* c : rules) {
            if (c->fixed != nullptr) return as_json(*c->fixed);
            if (c->pattern != nullptr) return as_json(*c->pattern);
        }
        Overlay all = rules;
        for (const Rule* c : rules)
            for (const TypeUse& u : c->types)
                if (use != nullptr && u.type == use->type && u.profiles.size() == 1)
                    all.push_back(u.profiles[0]);
        if (use != nullptr && use->profiles.size() == 1) all.push_back(use->profiles[0]);
        if (use == nullptr || r.shape != nullptr)
            return object(r.shape != nullptr ? *r.shape : shipped().info(use->type).shape, all, depth);
        if (shipped().info(use->type).kind == Type::Kind::resource)
            return R"({"resourceType":"Basic","code":{"text":"x"}})";
        const CodeSet* set = r.strength == Strength::required ? r.set : nullptr;
        for (const Rule* c : rules)
            if (c->strength == Strength::required) set = c->set;
        const TypeInfo& t = shipped().info(use->type);
        std::string system, code;
        if (set != nullptr && set->whole() && !set->all().empty()) {
            const auto& one = set->all()[below(set->all().size())];
            code = one.first;
            system = one.second;
        } else if (set != nullptr) {
            code = set->url.ends_with("mimetypes") ? "text/plain"
                   : set->url.ends_with("units")   ? "kg"
                                                   : "en-GB";
            system = set->url.ends_with("units") ? "http://unitsofmeasure.org" : "urn:ietf:bcp:47";
        }
        if (t.kind == Type::Kind::primitive) return code.empty() ? plain(t) : '"' + code + '"';
        if (t.name == "Reference") return reference(*use, rules);
        if (!code.empty() && t.name == "Coding")
            return fmt::format(R"({{"system":"{}","code":"{}"}})", system, code);
        if (!code.empty() && t.name == "CodeableConcept")
            return fmt::format(R"({{"coding":[{{"system":"{}","code":"{}"}}]}})", system, code);
        if (!code.empty() && t.name == "Quantity")
            return fmt::format(R"({{"value":1,"system":"{}","code":"{}"}})", system, code);
        return object(t.shape, all, depth);
    }

    std::string reference(const TypeUse& use, const Overlay& rules) {
        const std::vector<TypeId>* targets = &use.targets;
        for (const Rule* c : rules)
            for (const TypeUse& u : c->types)
                if (!u.targets.empty()) targets = &u.targets;
        if (targets->empty()) return R"({"display":"somebody"})";
        return fmt::format(R"({{"reference":"{}/a-{}"}})", shipped().info((*targets)[0]).name, below(9));
    }

    /// An object with at least something in it.
    std::string object(const Shape& shape, const Overlay& rules, int depth) {
        std::string inner = members(shape, rules, depth + 1, "");
        for (int tries = 0; inner.empty() && tries < 200; ++tries) inner = members(shape, rules, 0, "");
        return "{" + inner + "}";
    }

    static std::string plain(const TypeInfo& t) {
        switch (t.primitive) {
            case Primitive::boolean: return "true";
            case Primitive::integer:
            case Primitive::positive_int:
            case Primitive::unsigned_int: return "1";
            case Primitive::decimal: return "0.10";
            case Primitive::date: return "\"1970-02-28\"";
            case Primitive::date_time:
            case Primitive::instant: return "\"2000-02-29T23:59:59+01:00\"";
            case Primitive::time: return "\"23:59:59\"";
            case Primitive::base64: return "\"Zm9v\"";
            case Primitive::oid: return "\"urn:oid:1.2.3\"";
            case Primitive::uuid: return "\"urn:uuid:6f3e1b38-3c1d-4c8a-9a43-0f6f2a4b5c6d\"";
            case Primitive::uri:
            case Primitive::url:
            case Primitive::canonical: return "\"http://example.org/x\"";
            default: return "\"a-1\"";
        }
    }

    std::mt19937 random_;
};

enum class Fault : std::uint8_t { unknown, null, array, empty, kind, doubled, text_for_object };
constexpr Fault kFaults[] = {Fault::unknown, Fault::null,    Fault::array,          Fault::empty,
                             Fault::kind,    Fault::doubled, Fault::text_for_object};

/// Every place of a document, and the document with a fault planted at one.
struct Planter {
    struct Place {
        const json::Value* value;
        std::string path;
        bool item;
    };
    std::vector<Place> places;
    const json::Value* target = nullptr;
    Fault fault = Fault::unknown;

    void walk(const json::Value& v, const std::string& path, bool item) {
        places.push_back({&v, path, item});
        for (const json::Member& m : v.members)
            if (m.name != "resourceType" && m.name != "meta")
                walk(*m.value, path + "." + std::string(m.name), false);
        for (std::size_t i = 0; i < v.items.size; ++i)
            walk(*v.items[i], fmt::format("{}[{}]", path, i), true);
    }

    /// Whether this fault is one at this place.
    static bool fits(Fault f, const Place& p) {
        const json::Kind k = p.value->kind;
        const bool root = p.path.find('.') == std::string::npos;
        switch (f) {
            case Fault::unknown: return k == json::Kind::object;
            case Fault::doubled: return k == json::Kind::object && p.value->members.size > 0;
            case Fault::null: return !root;
            case Fault::array: return !root;
            case Fault::empty: return !root && (k == json::Kind::string || k >= json::Kind::array);
            case Fault::kind: return k <= json::Kind::string;
            case Fault::text_for_object: return !root && k == json::Kind::object;
        }
        return false;
    }

    void print(const json::Value& v, std::string& out) const {
        const bool here = &v == target;
        if (here && fault == Fault::null) {
            out += "null";
            return;
        }
        if (here && fault == Fault::empty) {
            out += v.kind == json::Kind::string ? "\"\"" : v.kind == json::Kind::array ? "[]" : "{}";
            return;
        }
        if (here && fault == Fault::kind) {
            out += v.kind == json::Kind::string ? "5" : "\"x\"";
            return;
        }
        if (here && fault == Fault::text_for_object) {
            out += "\"x\"";
            return;
        }
        if (here && fault == Fault::array) out += '[';
        if (v.kind == json::Kind::object) {
            out += '{';
            bool first = true;
            for (const json::Member& m : v.members) {
                out += first ? "" : ",";
                first = false;
                json::append_string(out, m.name);
                out += ':';
                print(*m.value, out);
            }
            if (here && fault == Fault::unknown) out += std::string(first ? "" : ",") + R"("colour":"red")";
            if (here && fault == Fault::doubled) {
                out += ',';
                json::append_string(out, v.members[0].name);
                out += ':';
                json::append(out, *v.members[0].value);
            }
            out += '}';
        } else if (v.kind == json::Kind::array) {
            out += '[';
            for (std::size_t i = 0; i < v.items.size; ++i) {
                out += i == 0 ? "" : ",";
                print(*v.items[i], out);
            }
            out += ']';
        } else {
            json::append(out, v);
        }
        if (here && fault == Fault::array) out += ']';
    }
};

/// The same place, what is in it, or what it is in.
bool near(const std::string& found, const std::string& wanted) {
    return found.starts_with(wanted) || wanted.starts_with(found);
}

std::vector<const ProfileInfo*> profiles() {
    std::vector<const ProfileInfo*> out;
    std::ifstream in(GPSWITCH_SOURCE_DIR "/mappings/profiles/fhir-r4-ukcore.txt");
    for (std::string line; std::getline(in, line);) {
        if (!line.starts_with("profile\thttps://fhir.hl7.org.uk/StructureDefinition/UKCore-")) continue;
        const std::string url = line.substr(8, line.find('\t', 8) - 8);
        const ProfileInfo* p = shipped().profile(url);
        REQUIRE(p != nullptr);
        if (shipped().info(p->type).kind == Type::Kind::resource) out.push_back(p);
    }
    return out;
}

std::string told(const std::vector<Finding>& found) {
    std::string all;
    for (const Finding& f : found) all += std::string(f.code) + " " + f.path + " " + f.message + "\n";
    return all;
}

bool good_but_for_invariants(const std::vector<Finding>& found) {
    return std::all_of(found.begin(), found.end(), [](const Finding& f) {
        return f.severity < Severity::error || f.code.starts_with("FHIR-INV");
    });
}

}  // namespace

TEST_CASE("profile property: what is made from each UK Core profile passes") {
    const auto all = profiles();
    CHECK(all.size() >= 60);
    for (const ProfileInfo* p : all) {
        Maker maker(3);
        bool whole = false;
        for (int i = 0; i < 25; ++i) {
            const std::string text = maker.resource(*p);
            const auto found = found_in(text);
            CAPTURE(std::string(p->url));
            CAPTURE(text);
            CAPTURE(told(found));
            CHECK(good_but_for_invariants(found));
            whole = whole || std::none_of(found.begin(), found.end(),
                                          [](const Finding& f) { return f.severity >= Severity::error; });
        }
        CAPTURE(std::string(p->url));
        // The invariants can be kept, too. app-1 wants one of two optional elements deep in it: not made
        // here.
        CHECK((whole || p->url.ends_with("UKCore-Appointment")));
    }
}

TEST_CASE("profile property: a fault planted anywhere in it is found there") {
    std::size_t planted = 0;
    for (const ProfileInfo* p : profiles()) {
        Maker maker(5);
        for (int i = 0; i < 2; ++i) {
            const std::string text = maker.resource(*p);
            Arena arena;
            json::Parser parser;
            json::Error error;
            const json::Value* v = parser.parse(text, arena, error);
            REQUIRE(v != nullptr);
            Planter planter;
            planter.walk(*v, std::string(shipped().info(p->type).name), false);
            for (const Planter::Place& place : planter.places)
                for (const Fault fault : kFaults) {
                    if (!Planter::fits(fault, place)) continue;
                    planter.target = place.value;
                    planter.fault = fault;
                    std::string bad;
                    planter.print(*v, bad);
                    const auto found = found_in(bad);
                    ++planted;
                    const bool hit = std::any_of(found.begin(), found.end(), [&](const Finding& f) {
                        return f.severity >= Severity::error && near(f.path, place.path);
                    });
                    if (hit) continue;
                    CAPTURE(bad);
                    CAPTURE(place.path);
                    CAPTURE(static_cast<int>(fault));
                    CAPTURE(told(found));
                    CHECK(hit);
                }
        }
    }
    CHECK(planted > 3000);
}
