#include "core/diff/practice.hpp"

#include <algorithm>
#include <stdexcept>

#include "core/diff/pairing.hpp"
#include "core/record/json.hpp"
#include "core/record/made_number.hpp"
#include "core/util/text.hpp"

namespace gpswitch::diff {
namespace {

std::string name_of(record::EntityKind kind, std::string_view id) {
    return std::string(record::name_of(kind)) + "/" + std::string(id);
}

// The surname, or all of a name that is in one text.
std::string whole_name(const record::HumanName& name) {
    const record::Text all = name.family.empty() ? name.text : name.family;
    return all.empty() ? std::string() : "name\x1f" + std::string(all);
}

// What tells one from another whatever its id: an identifier that is no row's key, a name, or code and time.
std::string natural_key(record::EntityKind kind, const record::Entity& e) {
    const record::Identifier* first = nullptr;
    for (const record::Identifier& i : e.identifier)
        if (!i.system.starts_with(record::kRowId) && !i.value.empty() &&
            (first == nullptr || i.system < first->system))
            first = &i;
    if (first != nullptr) return std::string(first->system) + "\x1f" + std::string(first->value);
    const record::Type& type = record::type_of(kind);
    if (const record::Field* name = type.find("name"); name != nullptr && !record::is_empty(&e, *name)) {
        if (name->kind != record::Kind::structure && !name->list)
            return "name\x1f" + std::string(record::text_at(&e, *name));
        if (name->list && name->type == &record::type_of<record::HumanName>())
            return whole_name(*reinterpret_cast<const record::HumanName*>(record::items_at(&e, *name).data));
    }
    std::string rest = code_and_time(kind, e);
    return rest.empty() ? rest : "time\x1f" + rest;
}

// Keys by which a layout may name it: its id, the number made of it, and the keys of its rows that no other
// system would have by chance.
std::vector<std::string> key_forms(const record::Item& item) {
    std::vector<std::string> out;
    if (!item.entity->id.empty()) {
        const auto number = record::made_number(item.kind, item.entity->id);
        out = {lower(item.entity->id), std::string(number.data(), number.size())};
    }
    // A layout may have one row for a person and a job.
    if (item.kind == record::EntityKind::PractitionerRole) {
        const record::Text who =
            static_cast<const record::PractitionerRole*>(item.entity)->practitioner.reference;
        if (who.starts_with("Practitioner/")) {
            const auto number = record::made_number(record::EntityKind::Practitioner, who.substr(13));
            out.emplace_back(number.data(), number.size());
        }
    }
    for (const record::Identifier& i : item.entity->identifier) {
        if (!i.system.starts_with(record::kRowId)) continue;
        out.push_back(std::string(i.system) + "\x1f" + std::string(i.value));
        if (i.value.size() == 36 || i.value.size() == 18) out.push_back(lower(i.value));
        // Another layout has a number made of the same id.
        if (i.value.size() == 36) {
            const auto number = record::made_number(item.kind, out.back());
            out.emplace_back(number.data(), number.size());
        }
    }
    return out;
}

}  // namespace

void Practice::follow(const Side& side, bool before, const record::Record& record) {
    for (const record::Item& item : record.items)
        if (record::practice_wide(item.kind)) take(before, item, false);
    needs(side, before, record);
}

void Practice::needs(const Side& side, bool before, const record::Record& record) {
    Half& half = halves_[before ? 0 : 1];
    for (const record::Need& need : record.needs) {
        if (!half.asked.emplace(need.kind, std::string(need.id)).second) continue;
        record::Record found;
        if (!side.source->find(need, found)) continue;
        if (side.prepare) side.prepare(found);
        record::thaw(found);
        ask(before, found);
        follow(side, before, found);
    }
}

void Practice::leftovers(const Side& side, bool before) {
    const auto cursor = side.source->leftovers();
    record::Record record;
    while (cursor && cursor->next(record)) {
        if (side.prepare) side.prepare(record);
        record::thaw(record);
        ask(before, record);
        if (record.held.empty())
            for (const record::Item& item : record.items) take(before, item, true);
        else if (before)
            held(record);
        // A free slot is the only one to name its session, maybe.
        needs(side, before, record);
    }
}

std::string Practice::with_key(const Half& half, const Bridge& b) {
    for (const std::string& form : b.forms)
        if (const auto it = half.forms.find(Key{b.kind, form}); it != half.forms.end() && !it->second.empty())
            return it->second;
    return {};
}

void Practice::bridge(const Middle& middle, Bridge& b) {
    const std::string x = with_key(halves_[0], b), y = with_key(halves_[1], b);
    if (!x.empty() && !y.empty()) links_.same(name_of(b.kind, x), name_of(b.kind, y), true);
    middle.hand_on(b.kind, b.id, b.before ? std::string() : x, b.after ? std::string() : y, foreseen_.before,
                   foreseen_.after);
    b.before = b.before || !x.empty();
    b.after = b.after || !y.empty();
}

void Practice::between(Middle& middle, const record::Record& record) {
    middle_ = &middle;
    for (const record::Item& item : record.items) {
        if (!record::practice_wide(item.kind)) continue;
        Bridge b{item.kind, std::string(item.entity->id), key_forms(item)};
        for (const Predictions* said : {&middle.by_after(), &middle.by_before()})
            if (const Prediction* p = said->of(item.kind, *item.entity))
                b.forms.insert(b.forms.end(), p->keys.begin(), p->keys.end());
        bridge(middle, b);
        if (!b.before || !b.after) bridges_.push_back(std::move(b));
    }
    for (const record::Need& need : record.needs) {
        if (!asked_between_.emplace(need.kind, std::string(need.id)).second) continue;
        record::Record found;
        if (!middle.side().source->find(need, found)) continue;
        if (middle.side().prepare) middle.side().prepare(found);
        record::thaw(found);
        middle.ask(found);
        between(middle, found);
    }
}

void Practice::leftovers_between(Middle& middle) {
    const auto cursor = middle.side().source->leftovers();
    record::Record record;
    while (cursor && cursor->next(record)) {
        if (middle.side().prepare) middle.side().prepare(record);
        record::thaw(record);
        middle.ask(record);
        between(middle, record);
    }
}

void Practice::ask(bool before, const record::Record& record) {
    if (before)
        foreseen_.before.ask(options_.foresight, record);
    else
        foreseen_.after.ask(options_.foresight_before, record);
}

void Practice::held(const record::Record& record) {
    totals_.entities_before += record.items.size();
    totals_.explained += record.items.size();
    totals_.rules["held: " + record.held] += std::max<std::size_t>(1, record.items.size());
}

void Practice::take(bool before, const record::Item& item, bool again_is_double) {
    Half& own = halves_[before ? 0 : 1];
    Half& other = halves_[before ? 1 : 0];
    const Key key{item.kind, std::string(item.entity->id)};
    // Entities made from one row come again with each other's need.
    if (!own.seen.insert(key).second && !again_is_double) return;
    ++(before ? totals_.entities_before : totals_.entities_after);
    std::string natural = natural_key(item.kind, *item.entity);
    if (!natural.empty()) own.natural.emplace(name_of(item.kind, item.entity->id), std::move(natural));
    if (std::string uuid = key_uuid(*item.entity); !uuid.empty()) own.keys.emplace(key, std::move(uuid));
    pair_by_key(before, item);
    std::string text;
    record::append_json(text, item.kind, *item.entity);
    const auto partner = other.waiting.find(key);
    if (partner == other.waiting.end()) {
        own.waiting.emplace(key, std::move(text));
        return;
    }
    if (text == partner->second)
        ++totals_.equal;
    else
        compare(key, before ? text : partner->second, before ? partner->second : text);
    other.waiting.erase(partner);
}

void Practice::pair_by_key(bool before, const record::Item& item) {
    Half& own = halves_[before ? 0 : 1];
    const Half& other = halves_[before ? 1 : 0];
    const std::string name = name_of(item.kind, item.entity->id);
    std::vector<std::string> forms = key_forms(item);
    if (const Prediction* p = before ? foreseen_.before.of(item.kind, *item.entity) : nullptr)
        forms.insert(forms.end(), p->keys.begin(), p->keys.end());
    for (std::string& form : forms) {
        const auto partner = other.forms.find(Key{item.kind, form});
        if (partner != other.forms.end() && !partner->second.empty()) {
            const std::string there = name_of(item.kind, partner->second);
            links_.same(before ? name : there, before ? there : name, true);
        }
        const auto [known, fresh] =
            own.forms.emplace(Key{item.kind, std::move(form)}, std::string(item.entity->id));
        if (!fresh && known->second != item.entity->id) known->second.clear();
    }
}

record::Entity& Practice::parse(const Key& key, const std::string& text, record::Record& into) {
    json::Error error;
    const json::Value* value = parser_.parse(text, into.arena, error);
    if (value == nullptr)
        throw std::logic_error("diff: a practice-wide entity does not survive JSON: " + error.message);
    record::Entity& entity = into.add(key.first);
    record::ReadContext context;
    context.arena = &into.arena;
    record::read_json(*value, key.first, entity, context);
    return entity;
}

void Practice::compare(const Key& key, const std::string& before, const std::string& after) {
    record::Record record;
    record::Entity& a = parse(key, before, record);
    record::Entity& b = parse(key, after, record);
    Difference d;
    Surroundings around{&links_,
                        [this](std::string_view to) {
                            if (const std::string& rule = foreseen_.before.gone(to); !rule.empty())
                                return rule;
                            const auto kind = record::kind_of(to.substr(0, to.find('/')));
                            return kind ? judge_.projection().missing(*kind) : std::string();
                        },
                        [this](std::string_view to) { return foreseen_.after.gone(to); },
                        nullptr,
                        &foreseen_.before,
                        &foreseen_.after};
    if (judge_.pair(key.first, a, b, d, around) == Judge::Verdict::equal)
        ++totals_.equal;
    else
        differences_.push_back(std::move(d));
}

bool Practice::contradict(std::string_view before, std::string_view after) const {
    const auto a = halves_[0].natural.find(before), b = halves_[1].natural.find(after);
    if (a == halves_[0].natural.end() || b == halves_[1].natural.end()) return false;
    // A name in one text has the surname at its end.
    if (a->second.starts_with("name") && b->second.starts_with("name")) {
        const std::string_view x = std::string_view(a->second).substr(5),
                               y = std::string_view(b->second).substr(5);
        return !x.ends_with(y) && !y.ends_with(x);
    }
    // Of another sort they say nothing of each other.
    // What it is coded as each system says anew.
    return !a->second.starts_with("time") &&
           a->second.substr(0, a->second.find('\x1f')) == b->second.substr(0, b->second.find('\x1f')) &&
           a->second != b->second;
}

void Practice::pair_waiting(const Key& before, const Key& after) {
    const auto a = halves_[0].waiting.find(before);
    const auto b = halves_[1].waiting.find(after);
    if (a == halves_[0].waiting.end() || b == halves_[1].waiting.end()) return;
    const std::string x = std::move(a->second), y = std::move(b->second);
    halves_[0].waiting.erase(a);
    halves_[1].waiting.erase(b);
    compare(before, x, y);
}

void Practice::pair_linked() {
    std::size_t known = 0;
    // Comparing two may show who is who among those they refer to.
    while (links_.all().size() != known) {
        const auto all = links_.all();
        known = all.size();
        for (const auto& [from, to] : all) {
            const std::size_t x = from.find('/'), y = to.find('/');
            const auto kind = record::kind_of(std::string_view(from).substr(0, x));
            if (kind && y != std::string::npos)
                pair_waiting({*kind, from.substr(x + 1)}, {*kind, to.substr(y + 1)});
        }
    }
}

// A key that was made of the other side's id.
void Practice::pair_keys() {
    for (const bool before : {true, false}) {
        std::vector<std::pair<Key, Key>> pairs;
        for (const auto& [key, text] : halves_[before ? 0 : 1].waiting) {
            const auto& keys = halves_[before ? 0 : 1].keys;
            const auto k = keys.find(key);
            if (k == keys.end()) continue;
            const Key other{key.first, k->second};
            if (!halves_[before ? 1 : 0].waiting.contains(other)) continue;
            pairs.emplace_back(before ? key : other, before ? other : key);
        }
        for (const auto& [a, b] : pairs) links_.same(name_of(a.first, a.second), name_of(b.first, b.second));
    }
    pair_linked();
}

void Practice::pair_natural() {
    const auto natural = [&](const Half& half, const Key& key) -> const std::string* {
        const auto n = half.natural.find(name_of(key.first, key.second));
        return n == half.natural.end() ? nullptr : &n->second;
    };
    std::multimap<Key, Key> places;
    for (const auto& [key, text] : halves_[1].waiting)
        if (const std::string* n = natural(halves_[1], key))
            if (!links_.taken(name_of(key.first, key.second))) places.emplace(Key{key.first, *n}, key);
    std::vector<Key> open;
    for (const auto& [key, text] : halves_[0].waiting) open.push_back(key);
    for (const Key& key : open) {
        const std::string* n = natural(halves_[0], key);
        const std::string name = name_of(key.first, key.second);
        if (n == nullptr || !links_.after(name).empty()) continue;
        const auto it = places.find(Key{key.first, *n});
        if (it == places.end()) continue;
        if (links_.same(name, name_of(key.first, it->second.second))) places.erase(it);
    }
    pair_linked();
}

// Who refers to it has been compared: nobody on the other side does.
void Practice::unreferred(const Key& key, bool before, Difference& d) const {
    const std::string& rule = judge_.projection().unreferred(key.first);
    if (d.explained || rule.empty() || halves_[before ? 1 : 0].asked.contains(key)) return;
    d.explained = true;
    d.rules = {rule};
}

std::vector<Difference> Practice::finish() {
    for (Bridge& b : bridges_) bridge(*middle_, b);
    pair_linked();
    pair_keys();
    pair_natural();
    for (const auto& [key, text] : halves_[0].waiting) {
        record::Record record;
        Difference d = judge_.only_before(key.first, parse(key, text, record), nullptr, &foreseen_.before);
        if (links_.after(name_of(key.first, key.second)).empty()) unreferred(key, true, d);
        differences_.push_back(std::move(d));
    }
    for (const auto& [key, text] : halves_[1].waiting) {
        record::Record record;
        Difference d = judge_.only_after(key.first, parse(key, text, record), nullptr, &foreseen_.before,
                                         &foreseen_.after);
        // Of siblings neither is the elder.
        if (judge_.projection().siblings() && !links_.taken(name_of(key.first, key.second)))
            unreferred(key, false, d);
        differences_.push_back(std::move(d));
    }
    std::stable_sort(differences_.begin(), differences_.end(), [](const Difference& x, const Difference& y) {
        const std::string& p = x.before.empty() ? x.after : x.before;
        const std::string& q = y.before.empty() ? y.after : y.before;
        return x.entity != y.entity ? x.entity < y.entity : p < q;
    });
    return std::move(differences_);
}

}  // namespace gpswitch::diff
