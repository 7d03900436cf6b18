#include "core/diff/pairing.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <deque>
#include <functional>
#include <unordered_map>

#include "core/diff/path.hpp"
#include "core/record/json.hpp"
#include "core/record/made_number.hpp"
#include "core/util/hash.hpp"
#include "core/util/text.hpp"

namespace gpswitch::diff {
namespace {

using record::Entity;
using record::EntityKind;
using record::Field;
using record::Item;
using record::Record;
using record::Text;

// Never part of a text in the record: separates the parts of a key.
constexpr char kUnit = '\x1f';

std::string row_key(const Entity& e) {
    std::vector<std::string> rows;
    for (const record::SourceRow& r : e.source)
        rows.push_back(std::string(r.table) + kUnit + std::string(r.key) + kUnit + std::string(r.role));
    std::sort(rows.begin(), rows.end());
    std::string out;
    for (const std::string& r : rows) out += r + kUnit;
    return out;
}

std::string identifier_key(const Entity& e) {
    std::vector<std::string> all;
    for (const record::Identifier& i : e.identifier)
        if (!i.value.empty()) all.push_back(std::string(i.system) + kUnit + std::string(i.value));
    std::sort(all.begin(), all.end());
    std::string out;
    for (const std::string& i : all) out += i + kUnit;
    return out;
}

std::string uuid_of(Text text) { return text.size() == 36 ? lower(text) : std::string(); }

// Layouts that want numbers for keys have them made of the id.
std::string made_number(const Item& i) {
    const auto number = record::made_number(i.kind, i.entity->id);
    return {number.data(), number.size()};
}
std::string number_key(const Item& item) {
    for (const record::Identifier& i : item.entity->identifier)
        if (i.system.starts_with(record::kRowId) && i.value.size() == 18) return std::string(i.value);
    return {};
}

// A number that a layout made of an id which another has for a key.
std::string number_of_key(const Item& item) {
    const std::string uuid = key_uuid(*item.entity);
    if (uuid.empty()) return {};
    const auto number = record::made_number(item.kind, uuid);
    return {number.data(), number.size()};
}

std::string row_value(const Entity& e) {
    for (const record::Identifier& i : e.identifier)
        if (i.system.starts_with(record::kRowId)) return lower(i.value);
    return {};
}

std::string id_key(const Entity& e) { return std::string(e.id); }

// The same kinds and ids in the same order: the usual case, and then nothing need be looked up.
bool in_step(const Record& a, const Record& b) {
    if (a.items.size() != b.items.size()) return false;
    for (std::size_t i = 0; i < a.items.size(); ++i) {
        const Item &x = a.items[i], &y = b.items[i];
        if (x.kind != y.kind || x.entity->id != y.entity->id || x.entity->id.empty()) return false;
    }
    return true;
}

struct Matcher {
    const Record& before;
    const Record& after;
    EntityPairs& out;

    using Key = std::function<std::string(const Item&)>;

    // Pairs what has equal keys, in order; the rest stays where it is.
    void stage(const Key& key) { stage(key, key); }
    void stage(const Key& key, const Key& other) {
        if (out.only_before.empty() || out.only_after.empty()) return;
        std::unordered_map<std::string, std::deque<std::uint32_t>> waiting;
        for (std::uint32_t j : out.only_after) {
            std::string k = full(other, after.items[j]);
            if (!k.empty()) waiting[std::move(k)].push_back(j);
        }
        std::vector<bool> taken(after.items.size(), false);
        std::vector<std::uint32_t> left;
        for (std::uint32_t i : out.only_before) {
            const auto it = waiting.find(full(key, before.items[i]));
            if (it == waiting.end() || it->second.empty()) {
                left.push_back(i);
                continue;
            }
            out.pairs.emplace_back(i, it->second.front());
            taken[it->second.front()] = true;
            it->second.pop_front();
        }
        out.only_before.swap(left);
        std::erase_if(out.only_after, [&](std::uint32_t j) { return taken[j]; });
    }

    // Kinds whose ids or rows mean the same on both sides: then another id is another entity.
    std::array<bool, record::kEntityKinds> keyed() const {
        std::array<bool, record::kEntityKinds> kinds{};
        for (const auto& [i, j] : out.pairs) kinds[static_cast<std::size_t>(before.items[i].kind)] = true;
        return kinds;
    }

    static std::string full(const Key& key, const Item& item) {
        std::string k = key(item);
        if (!k.empty()) k += static_cast<char>(item.kind);
        return k;
    }
};

// First of these that the type declares and the entity fills.
constexpr std::array<std::string_view, 6> kCodes = {"code", "vaccineCode", "medicationCodeableConcept",
                                                    "type", "class",       "status"};
constexpr std::array<std::string_view, 21> kTimes = {"effectiveDateTime",
                                                     "effectivePeriod",
                                                     "onsetDateTime",
                                                     "occurrenceDateTime",
                                                     "occurrencePeriod",
                                                     "performedDateTime",
                                                     "performedPeriod",
                                                     "authoredOn",
                                                     "authored",
                                                     "period",
                                                     "start",
                                                     "dateTime",
                                                     "date",
                                                     "executionPeriod",
                                                     "effective",
                                                     "collection",
                                                     "receivedTime",
                                                     "recordedDate",
                                                     "issued",
                                                     "occurredDateTime",
                                                     "recorded"};

std::string json_of(const Entity& e, const Field& f) {
    std::string s;
    record::append_json_value(s, &e, f);
    return s;
}

// A concept by its first code alone: displays and further codings may differ between two renderings of one
// entry.
std::string code_of(const Entity& e, const Field& f) {
    const auto first = [](const record::Concept& c) {
        if (c.coding.empty()) return std::string(c.text);
        return std::string(c.coding[0].system) + kUnit + std::string(c.coding[0].code);
    };
    if (f.type != &record::type_of<record::Concept>()) return json_of(e, f);
    if (!f.list) return first(*static_cast<const record::Concept*>(at(&e, f)));
    return first(*reinterpret_cast<const record::Concept*>(items_at(&e, f).data));
}

template <std::size_t N>
const Field* filled(const Entity& e, const record::Type& type, const std::array<std::string_view, N>& names) {
    for (std::string_view name : names)
        if (const Field* f = type.find(name); f != nullptr && !record::is_empty(&e, *f)) return f;
    return nullptr;
}

// "Condition/a" of BEFORE: "Condition/b" of AFTER.
using Names = std::unordered_map<std::string, std::string>;

std::string name_of(const Item& i) {
    return std::string(record::name_of(i.kind)) + "/" + std::string(i.entity->id);
}

Names paired_names(const Record& before, const Record& after, const EntityPairs& pairs) {
    Names out;
    if (pairs.only_before.empty() || pairs.only_after.empty()) return out;
    for (const auto& [i, j] : pairs.pairs) out.emplace(name_of(before.items[i]), name_of(after.items[j]));
    return out;
}

std::string time_of(EntityKind kind, const Entity& e) {
    const Field* time = filled(e, type_of(kind), kTimes);
    return time == nullptr ? std::string() : std::string(time->name) + kUnit + json_of(e, *time);
}

// The entries of the patient it refers to, by AFTER's names, and its time.
std::string refers(const Item& item, const Names* names) {
    std::vector<std::string> to;
    for_each_reference(item.entity, type_of(item.kind), [&](record::Reference& r) {
        const auto kind = record::kind_of(r.reference.substr(0, r.reference.find('/')));
        if (!kind || *kind == EntityKind::Patient || record::practice_wide(*kind)) return;
        std::string name(r.reference);
        if (names != nullptr) {
            const auto it = names->find(name);
            if (it == names->end()) return;
            name = it->second;
        }
        to.push_back(std::move(name));
    });
    if (to.empty()) return {};
    std::sort(to.begin(), to.end());
    std::string key = time_of(item.kind, *item.entity);
    for (const std::string& t : to) key += kUnit + t;
    if (const Field* intent = type_of(item.kind).find("intent"))
        key += kUnit + std::string(text_at(item.entity, *intent));
    return key;
}

std::string words_and_time(EntityKind kind, const Entity& e) {
    const record::Type& type = type_of(kind);
    const Field* code = filled(e, type, kCodes);
    const std::string time = time_of(kind, e);
    if (time.empty() || code == nullptr || code->type != &record::type_of<record::Concept>()) return {};
    const auto& c = code->list ? *reinterpret_cast<const record::Concept*>(items_at(&e, *code).data)
                               : *static_cast<const record::Concept*>(at(&e, *code));
    std::string words(c.text.empty() && !c.coding.empty() ? c.coding[0].display : c.text);
    if (words.empty()) return {};
    if (const Field* intent = type.find("intent")) words += kUnit + std::string(text_at(&e, *intent));
    return words + kUnit + time;
}

}  // namespace

std::string key_uuid(const Entity& entity) {
    for (const record::Identifier& i : entity.identifier)
        if (i.system.starts_with(record::kRowId)) return uuid_of(i.value);
    return {};
}

std::string source_key(const Entity& entity) {
    std::string key = row_key(entity);
    return key.empty() ? identifier_key(entity) : key;
}

std::string canonical_hash(EntityKind kind, const Entity& entity) {
    thread_local Arena arena;
    arena.clear();
    const record::Type& type = type_of(kind);
    auto* copy =
        static_cast<Entity*>(std::memset(arena.take(type.size, alignof(std::max_align_t)), 0, type.size));
    record::copy(&entity, copy, type, arena);
    copy->id = {};
    copy->source.size = 0;
    copy->meta.profile.size = 0;
    for_each_reference(copy, type, [](record::Reference& r) {
        const Text name = r.reference.substr(0, r.reference.find('/'));
        const auto to = record::kind_of(name);
        if (to && !record::practice_wide(*to)) r.reference = name;
    });
    std::string json;
    record::append_json(json, kind, *copy);
    return sha256_hex(json);
}

std::string code_and_time(EntityKind kind, const Entity& entity) {
    const record::Type& type = type_of(kind);
    const Field* code = filled(entity, type, kCodes);
    const Field* time = filled(entity, type, kTimes);
    if (time == nullptr && (code == nullptr || code->name == "status")) return {};
    std::string key;
    if (code != nullptr) key += std::string(code->name) + kUnit + code_of(entity, *code);
    key += kUnit;
    if (time != nullptr) key += std::string(time->name) + kUnit + json_of(entity, *time);
    if (const Field* intent = type.find("intent")) key += kUnit + std::string(text_at(&entity, *intent));
    return key;
}

void pair_entities(const Record& before, const Record& after, EntityPairs& out, const Predictions* foreseen,
                   const std::vector<std::pair<std::uint32_t, std::uint32_t>>& known) {
    out.pairs.clear();
    out.only_before.clear();
    out.only_after.clear();
    if (in_step(before, after)) {
        for (std::uint32_t i = 0; i < before.items.size(); ++i) out.pairs.emplace_back(i, i);
        return;
    }
    out.pairs = known;
    std::vector<bool> done_before(before.items.size()), done_after(after.items.size());
    for (const auto& [i, j] : known) done_before[i] = done_after[j] = true;
    for (std::uint32_t i = 0; i < before.items.size(); ++i)
        if (!done_before[i]) out.only_before.push_back(i);
    for (std::uint32_t j = 0; j < after.items.size(); ++j)
        if (!done_after[j]) out.only_after.push_back(j);
    Matcher m{before, after, out};
    m.stage([](const Item& i) { return id_key(*i.entity); });
    m.stage([](const Item& i) { return row_key(*i.entity); });
    const std::array<bool, record::kEntityKinds> keyed = m.keyed();
    m.stage([](const Item& i) { return identifier_key(*i.entity); });
    // The key of its row, as the Target said.
    for (std::size_t n = 0; n < 2; ++n)
        m.stage(
            [&](const Item& i) {
                const Prediction* p = foreseen == nullptr ? nullptr : foreseen->of(i.kind, *i.entity);
                return p == nullptr || p->keys.size() <= n ? std::string() : p->keys[n];
            },
            [&](const Item& i) { return foreseen == nullptr ? std::string() : row_value(*i.entity); });
    m.stage([](const Item& i) { return uuid_of(i.entity->id); },
            [](const Item& i) { return key_uuid(*i.entity); });
    m.stage([](const Item& i) { return key_uuid(*i.entity); },
            [](const Item& i) { return uuid_of(i.entity->id); });
    m.stage(made_number, number_key);
    m.stage(number_key, made_number);
    // Two layouts that made their keys of the same id.
    m.stage(number_of_key, number_key);
    m.stage(number_key, number_of_key);
    m.stage(number_key);
    m.stage([](const Item& i) { return key_uuid(*i.entity); });
    // The patients are paired already; each record has one.
    m.stage(
        [](const Item& i) { return i.kind == EntityKind::Patient ? std::string("patient") : std::string(); });
    // What was said to be held is nothing that was read at the same time.
    const auto open = [&](const Item& i) {
        const Prediction* p = foreseen == nullptr ? nullptr : foreseen->of(i.kind, *i.entity);
        return !keyed[static_cast<std::size_t>(i.kind)] && (p == nullptr || !p->held);
    };
    m.stage([&](const Item& i) { return open(i) ? canonical_hash(i.kind, *i.entity) : std::string(); });
    // What refers to the same entries at the same time; the same code; the same words for it; the time.
    const Names names = paired_names(before, after, out);
    const auto refers_as = [&](const Item& i, const Names* to) {
        const std::string key = open(i) ? refers(i, to) : std::string();
        return key.empty() ? key : key + kUnit + code_and_time(i.kind, *i.entity);
    };
    m.stage([&](const Item& i) { return refers_as(i, &names); },
            [&](const Item& i) { return refers_as(i, nullptr); });
    m.stage([&](const Item& i) { return open(i) ? refers(i, &names) : std::string(); },
            [&](const Item& i) { return open(i) ? refers(i, nullptr) : std::string(); });
    m.stage([&](const Item& i) { return open(i) ? code_and_time(i.kind, *i.entity) : std::string(); });
    m.stage([&](const Item& i) { return open(i) ? words_and_time(i.kind, *i.entity) : std::string(); });
    // A consultation or a booking is known by when it was, a document by its date: what kind it was each
    // system says anew.
    m.stage([&](const Item& i) {
        const bool dated = i.kind == EntityKind::Encounter || i.kind == EntityKind::DocumentReference ||
                           i.kind == EntityKind::Appointment;
        return dated && open(i) ? time_of(i.kind, *i.entity) : std::string();
    });
    std::sort(out.pairs.begin(), out.pairs.end());
}

}  // namespace gpswitch::diff
