#include "core/record/fit.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include "core/record/fitting.hpp"
#include "core/record/json.hpp"
#include "core/record/plan.hpp"
#include "core/util/text.hpp"

namespace gpswitch::record {
namespace {

using Demand = Plan::Demand;

constexpr Text kControls = "FHIR R4 string: no control characters but tab and line breaks";

bool control(char c) { return static_cast<unsigned char>(c) < 0x20 && c != '\t' && c != '\n' && c != '\r'; }
bool space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

/// Bits of a byte: it may stand in an id; it is a blank or below.
constexpr std::uint8_t kIdLetter = 1, kBlank = 2;
constexpr std::array<std::uint8_t, 256> kLetters = [] {
    std::array<std::uint8_t, 256> t{};
    for (int c = 0; c <= ' '; ++c) t[static_cast<std::size_t>(c)] = kBlank;
    for (const char c : Text("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-."))
        t[static_cast<unsigned char>(c)] = kIdLetter;
    return t;
}();

bool has_form(Text s, Text form) {
    std::uint8_t all = kIdLetter, any = 0;
    for (const char c : s) {
        const std::uint8_t l = kLetters[static_cast<unsigned char>(c)];
        all &= l;
        any |= l;
    }
    if (form == "id") return all != 0 && s.size() <= 64;
    // Nearly always: nothing in it that could be wrong.
    if ((any & kBlank) == 0) return true;
    if (form == "uri") return std::none_of(s.begin(), s.end(), space);
    // Words with one blank between them.
    if (space(s.front()) || space(s.back())) return false;
    for (std::size_t i = 1; i < s.size(); ++i)
        if (space(s[i]) && space(s[i - 1])) return false;
    return true;
}

bool among(const std::vector<Text>& words, Text s) {
    return std::binary_search(words.begin(), words.end(), s);
}

/// Where the structure is that has the field at the end of the path.
const char* holder(const void* object, const std::vector<const Field*>& path) {
    const char* here = static_cast<const char*>(object);
    for (std::size_t i = 0; i + 1 < path.size(); ++i) here += path[i]->offset;
    return here;
}

/// The codings of a Coding, a CodeableConcept or what is declared like one.
std::pair<const Coding*, std::uint32_t> codings(const void* item, const Type& type) {
    if (&type == &type_of<Coding>()) return {static_cast<const Coding*>(item), 1};
    const Field* f = type.find("coding");
    if (f == nullptr) return {nullptr, 0};
    const AnyList& list = items_at(item, *f);
    return {reinterpret_cast<const Coding*>(list.data), list.size};
}

bool is_one_of(const void* item, const Type& type, const std::vector<Text>& words) {
    const auto [first, n] = codings(item, type);
    std::string both;
    for (std::uint32_t i = 0; i < n; ++i) {
        both.assign(first[i].system);
        both += '|';
        const std::size_t at = both.size();
        both += first[i].code;
        if (among(words, both)) return true;
        both.resize(at);
        both += '*';
        if (!first[i].code.empty() && among(words, both)) return true;
    }
    return false;
}

bool has_word(const void* holder, const Field& f, const std::vector<Text>& words) {
    const auto one = [&](Text s) { return std::find(words.begin(), words.end(), s) != words.end(); };
    if (f.kind != Kind::structure) return !f.list && one(text_at(holder, f));
    if (f.list) return false;
    const auto [first, n] = codings(at(holder, f), *f.type);
    return std::any_of(first, first + n, [&](const Coding& c) { return one(c.code); });
}

/// A reference within the package to a resource of another type, or one that says so. Others lead elsewhere,
/// or nowhere.
bool leads_astray(const Reference& r, const std::vector<Text>& types) {
    const Text to = r.reference;
    if (r.type.empty())
        for (const Text type : types)
            if (to.size() > type.size() && to[type.size()] == '/' && to.starts_with(type)) return false;
    const std::size_t slash = to.find('/');
    if (slash == Text::npos || slash == 0 || to.find(':') < slash || to.find('/', slash + 1) != Text::npos)
        return !r.type.empty() && !among(types, r.type);
    return !among(types, to.substr(0, slash));
}

/// Compared as far as both are precise; moments with different offsets to the day.
bool before(Text a, Text b) {
    const bool exact = a.size() == 25 && b.size() == 25 && a.substr(19) == b.substr(19);
    const std::size_t n = exact ? 19 : std::min({a.size(), b.size(), std::size_t{10}});
    return a.substr(0, n) < b.substr(0, n);
}

/// Item `i` of the field (or the field) may stay.
bool stays(const Plan::Test& t, const void* holder, std::uint32_t i) {
    const Field& f = t.field();
    if (f.kind != Kind::structure) {
        const Text s = f.list ? texts_at(holder, f)[i] : text_at(holder, f);
        if (s.empty()) return true;
        switch (t.demand) {
            case Demand::codes: return among(t.words, s);
            case Demand::form: return has_form(s, t.words[0]);
            case Demand::least: {
                const auto n = to_integer(s);
                return n && *n >= t.least && *n <= 2147483647;
            }
            default: return true;
        }
    }
    const void* item = f.list ? items_at(holder, f).data + i * f.type->size : at(holder, f);
    switch (t.demand) {
        case Demand::refers_to:
            return f.type != &type_of<Reference>() ||
                   !leads_astray(*static_cast<const Reference*>(item), t.words);
        case Demand::codes: return is_empty(item, *f.type) || is_one_of(item, *f.type, t.words);
        default: return true;
    }
}

/// Which of the identifiers with the system stays: the first that is not of old, else the first.
std::uint32_t kept_of(const List<Identifier>& list, Text system) {
    std::uint32_t first = list.size;
    for (std::uint32_t i = list.size; i-- > 0;)
        if (list[i].system == system &&
            (first == list.size || list[i].use != "old" || list[first].use == "old"))
            first = i;
    return first;
}

/// The test has something to take away. `visit(i)` for each item, with 0 for what is no list.
template <class Visit>
bool failing(const Plan::Test& t, const void* object, Visit visit) {
    if (t.path[0]->list && t.path.size() > 1) {  // a field of each item
        if (!t.when.holds(object)) return false;
        const AnyList& list = items_at(object, *t.path[0]);
        bool any = false;
        for (std::uint32_t i = 0; i < list.size; ++i)
            if (!is_empty(list.data + i * t.path[0]->type->size, t.field())) any = visit(i) || any;
        return any;
    }
    const char* here = holder(object, t.path);
    const Field& f = t.field();
    if (t.demand == Demand::displaced) {
        if (is_empty(here, f) || !t.when.holds(object)) return false;
        if (!f.list) return visit(0);
        bool any = false;
        for (std::uint32_t i = 0; i < items_at(here, f).size; ++i) any = visit(i) || any;
        return any;
    }
    if (t.demand == Demand::single) {
        const auto& list = *static_cast<const List<Identifier>*>(at(static_cast<const void*>(here), f));
        const std::uint32_t kept = kept_of(list, t.words[0]);
        bool any = false;
        for (std::uint32_t i = 0; i < list.size; ++i)
            if (i != kept && list[i].system == t.words[0]) any = visit(i) || any;
        return any;
    }
    bool any = false;
    const std::uint32_t n = f.list ? items_at(here, f).size : 1;
    for (std::uint32_t i = 0; i < n; ++i)
        if (!stays(t, here, i)) any = visit(i) || any;
    return any;
}

/// Takes away what does not fit, and keeps it among the extensions.
class Displacer {
  public:
    Displacer(Entity& entity, Arena& arena, bool texts, std::vector<Misfit>* out)
        : entity_(entity), arena_(arena), texts_(texts), out_(out) {}

    /// Inner values first, and named by where they stand before anything is taken away; put back they are
    /// last.
    void structure(void* object, const Type& type, const std::string& path) {
        std::vector<Text> inner;
        std::swap(inner, kept_);
        for (const Field& f : type.fields) {
            if (f.kind == Kind::structure) {
                const std::string name = path + (path.empty() ? "" : ".") + std::string(f.name);
                if (!f.list) {
                    if (!is_empty(object, f)) structure(at(object, f), *f.type, name);
                    continue;
                }
                const AnyList list = items_at(object, f);
                for (std::uint32_t i = 0; i < list.size; ++i)
                    structure(list.data + i * f.type->size, *f.type, name + '[' + std::to_string(i) + ']');
            } else if (texts_ && f.kind != Kind::raw) {
                texts(object, f, path);
            }
        }
        // What the last test takes away has to be back before what the first took.
        if (type.plan != nullptr)
            for (const Plan::Test& t : type.plan->tests) {
                std::vector<Text> later;
                std::swap(later, kept_);
                test(t, object, path);
                kept_.insert(kept_.end(), later.begin(), later.end());
            }
        kept_.insert(kept_.begin(), inner.begin(), inner.end());
    }

    void finish() {
        for (const Text& e : kept_) entity_.extensions.add(arena_) = e;
    }

  private:
    void test(const Plan::Test& t, void* object, const std::string& path) {
        const Field& f = t.field();
        std::string name = path;
        for (const Field* step : t.path) name += (name.empty() ? "" : ".") + std::string(step->name);
        std::vector<std::uint32_t> gone;
        failing(t, object, [&](std::uint32_t i) {
            gone.push_back(i);
            return true;
        });
        if (t.path[0]->list && t.path.size() > 1) return each(t, object, path, gone);
        char* here = const_cast<char*>(holder(object, t.path));
        for (const std::uint32_t i : gone)
            keep(here, f, i, f.list ? name + '[' + std::to_string(i) + ']' : name, t.why);
        if (gone.empty()) return;
        if (!f.list) {
            std::memset(at(here, f), 0, f.kind == Kind::structure ? f.type->size : sizeof(Text));
            return;
        }
        AnyList& list = items_at(here, f);
        const std::size_t size = f.kind == Kind::structure ? f.type->size : sizeof(Text);
        for (std::size_t g = gone.size(); g-- > 0;) {
            std::memmove(list.data + gone[g] * size, list.data + (gone[g] + 1) * size,
                         (list.size - gone[g] - 1) * size);
            --list.size;
        }
    }

    /// A field of the items of a list.
    void each(const Plan::Test& t, void* object, const std::string& path,
              const std::vector<std::uint32_t>& items) {
        const Field &list = *t.path[0], &f = t.field();
        for (const std::uint32_t i : items) {
            char* item = items_at(object, list).data + i * list.type->size;
            keep(item, f, 0,
                 path + (path.empty() ? "" : ".") + std::string(list.name) + '[' + std::to_string(i) + "]." +
                     std::string(f.name),
                 t.why);
            std::memset(at(item, f), 0, f.kind == Kind::structure ? f.type->size : sizeof(Text));
        }
    }

    /// {"url":..., "extension":[{path},{value}]}; what FHIR has no value for as its JSON.
    void keep(const void* holder, const Field& f, std::uint32_t i, const std::string& path, Text why) {
        static constexpr Text kTypes[] = {"Reference", "CodeableConcept", "Coding", "Period", "Identifier"};
        std::string json;
        Text name = "valueString";
        if (f.kind == Kind::structure) {
            append_json(json, f.list ? items_at(holder, f).data + i * f.type->size : at(holder, f), *f.type);
            if (std::find(std::begin(kTypes), std::end(kTypes), f.type->name) != std::end(kTypes) &&
                f.type != &type_of<LogicalId>())
                return add(kDisplaced, path, arena_.join("value", f.type->name), json, why,
                           f.where == Where::extension);
            name = {};
        } else {
            const Text s = f.list ? texts_at(holder, f)[i] : text_at(holder, f);
            if (f.kind == Kind::date_time) name = "valueDateTime";
            if (f.kind == Kind::boolean) name = "valueBoolean";
            if (f.kind == Kind::boolean)
                json = s;
            else
                json::append_string(json, s);
        }
        add(kDisplaced, path, name, json, why, f.where == Where::extension);
    }

    void texts(void* object, const Field& f, const std::string& path) {
        const std::string name = path + (path.empty() ? "" : ".") + std::string(f.name);
        const auto one = [&](Text& s, const std::string& where) {
            if (std::none_of(s.begin(), s.end(), control)) return;
            std::string clean, json;
            for (const char c : s)
                if (control(c))
                    clean += "\xEF\xBF\xBD";
                else
                    clean += c;
            json::append_string(json, s);
            s = arena_.copy(clean);
            add(kVerbatim, where, {}, json, kControls);
        };
        if (!f.list) return one(text_at(object, f), name);
        for (std::uint32_t i = 0; i < texts_at(object, f).size; ++i)
            one(texts_at(object, f)[i], name + '[' + std::to_string(i) + ']');
    }

    /// `name` empty: the value's JSON as a text.
    void add(Text url, const std::string& path, Text name, const std::string& json, Text why,
             bool extension = false) {
        std::string e =
            "{\"url\":\"" + std::string(url) + "\",\"extension\":[{\"url\":\"path\",\"valueString\":";
        json::append_string(e, path);
        e += name.empty() ? "},{\"url\":\"json\",\"valueString\":" : "},{\"url\":\"value\",\"";
        if (name.empty()) {
            json::append_string(e, json);
        } else {
            e += name;
            e += "\":" + json;
        }
        e += "}]}";
        kept_.push_back(arena_.copy(e));
        if (out_ != nullptr) out_->push_back({path, why, extension});
    }

    Entity& entity_;
    Arena& arena_;
    bool texts_;
    std::vector<Misfit>* out_;
    std::vector<Text> kept_;  ///< in the order in which they are put back
};

}  // namespace

bool When::holds(const void* object) const {
    if (kind == Kind::always) return true;
    if (kind == Kind::before_start) {
        const auto& p = *static_cast<const Period*>(object);
        return !p.start.empty() && before(p.end, p.start);
    }
    const bool any = std::any_of(terms.begin(), terms.end(), [&](const Term& t) {
        const char* here = holder(object, t.path);
        const Field& f = *t.path.back();
        return t.words.empty() ? !is_empty(here, f) : has_word(here, f, t.words);
    });
    return any == (kind == Kind::any);
}

bool fits_here(const void* object, const Type& type, const Filled& filled) {
    const Plan* plan = type.plan.get();
    if (plan == nullptr || !filled.among(plan->tested)) return true;
    for (const Plan::Test& t : plan->tests) {
        const std::size_t n = t.number;
        if ((filled.words[n / 64] >> (n % 64) & 1) == 0) continue;
        if (failing(t, object, [](std::uint32_t) { return true; })) return false;
    }
    return true;
}

bool fits(const void* object, const Type& type) {
    const Plan* plan = type.plan.get();
    if (plan == nullptr || plan->empty()) return true;
    const Filled filled(object, type);
    if (!fits_here(object, type, filled)) return false;
    bool good = true;
    filled.each(plan->within, [&](std::size_t n) {
        if (!good) return;
        const Field& f = type.fields[n];
        if (!f.list) {
            good = fits(at(object, f), *f.type);
            return;
        }
        const AnyList& list = items_at(object, f);
        if (!frozen_json(list).empty()) {
            good = frozen_fits(list);
            return;
        }
        for (std::uint32_t i = 0; good && i < list.size; ++i)
            good = fits(list.data + i * f.type->size, *f.type);
    });
    return good;
}

Entity& displaced(EntityKind kind, const Entity& entity, Arena& arena, bool texts, std::vector<Misfit>* out) {
    const Type& type = type_of(kind);
    auto* copied = static_cast<char*>(arena.take(type.size, alignof(std::max_align_t)));
    std::memset(copied, 0, type.size);
    copy(&entity, copied, type, arena);
    auto& result = *reinterpret_cast<Entity*>(copied);
    Displacer d(result, arena, texts, out);
    d.structure(copied, type, {});
    d.finish();
    return result;
}

bool has_controls(Text raw) {
    bool any = false;
    for (const char c : raw) any |= control(c);
    return any || raw.find("\\u00") != Text::npos || raw.find("\\b") != Text::npos ||
           raw.find("\\f") != Text::npos;
}

void misfits(EntityKind kind, const Entity& entity, bool texts, std::vector<Misfit>& out) {
    const Type& type = type_of(kind);
    if (!texts && fits(&entity, type)) return;
    Arena arena;
    const std::size_t first = out.size();
    displaced(kind, entity, arena, texts, &out);
    for (std::size_t i = first; i < out.size(); ++i) out[i].path.insert(0, std::string(type.name) + '.');
}

namespace {

void say(Record& record, const Item& item, const std::vector<Misfit>& found) {
    for (const Misfit& m : found) {
        if (m.extension) continue;
        Issue issue;
        issue.severity = Severity::warning;
        issue.code = "FHIR-FIT-001";
        issue.resource = std::string(name_of(item.kind)) + '/' + std::string(item.entity->id);
        issue.path = m.path;
        issue.message = "stands in an extension of the standard form: " + std::string(m.why);
        issue.hint = "nothing is lost; look at the entry in the source system";
        record.issues.push_back(std::move(issue));
        record.degradations.push_back({"element-displaced", item.kind});
    }
}

}  // namespace

void say_misfits(Record& record) {
    if (!record.held.empty()) return;
    const bool texts = std::any_of(record.rows.begin(), record.rows.end(),
                                   [](const Row& row) { return has_controls(row.raw); });
    std::vector<Misfit> found;
    for (const Item& item : record.items) {
        found.clear();
        misfits(item.kind, *item.entity, texts, found);
        say(record, item, found);
    }
}

void say_misfits(Record& record, const Item& item) {
    std::vector<Misfit> found;
    misfits(item.kind, *item.entity, true, found);
    say(record, item, found);
}

}  // namespace gpswitch::record
