#include "core/diff/practice.hpp"

#include <algorithm>
#include <stdexcept>

#include "core/record/json.hpp"

namespace gpswitch::diff {

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
        follow(side, before, found);
    }
}

void Practice::leftovers(const Side& side, bool before) {
    const auto cursor = side.source->leftovers();
    record::Record record;
    while (cursor && cursor->next(record)) {
        if (side.prepare) side.prepare(record);
        record::thaw(record);
        if (record.held.empty())
            for (const record::Item& item : record.items) take(before, item, true);
        else if (before)
            held(record);
        // A free slot is the only one to name its session, maybe.
        needs(side, before, record);
    }
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
    if (judge_.pair(key.first, a, b, d) == Judge::Verdict::equal)
        ++totals_.equal;
    else
        differences_.push_back(std::move(d));
}

std::vector<Difference> Practice::finish() {
    for (const auto& [key, text] : halves_[0].waiting) {
        record::Record record;
        differences_.push_back(judge_.only_before(key.first, parse(key, text, record)));
    }
    for (const auto& [key, text] : halves_[1].waiting) {
        record::Record record;
        differences_.push_back(Judge::only_after(key.first, parse(key, text, record)));
    }
    std::stable_sort(differences_.begin(), differences_.end(), [](const Difference& x, const Difference& y) {
        const std::string& p = x.before.empty() ? x.after : x.before;
        const std::string& q = y.before.empty() ? y.after : y.before;
        return x.entity != y.entity ? x.entity < y.entity : p < q;
    });
    return std::move(differences_);
}

}  // namespace gpswitch::diff
