#include "core/diff/foreseen.hpp"

#include "core/diff/path.hpp"
#include "core/record/made_number.hpp"
#include "core/util/text.hpp"

namespace gpswitch::diff {
namespace {

using How = record::Foreseen::How;

std::string named(record::EntityKind kind, std::string_view id) {
    return std::string(record::name_of(kind)) + "/" + std::string(id);
}

// What is known later is said as "\x01Type/id": keys are made of the id in one of two ways.
void add_key(Prediction& p, const std::string& key) {
    if (!key.starts_with('\x01')) return p.keys.push_back(lower(key));
    const std::size_t slash = key.find('/');
    const auto kind = record::kind_of(std::string_view(key).substr(1, slash - 1));
    if (!kind || slash == std::string::npos) return;
    const std::string id = key.substr(slash + 1);
    const auto number = record::made_number(*kind, id);
    p.keys.push_back(lower(id));
    p.keys.emplace_back(number.data(), number.size());
}

}  // namespace

void Predictions::ask(const std::vector<const record::Foresight*>& targets, const record::Record& record) {
    std::vector<record::Foreseen> all;
    for (const record::Foresight* t : targets) t->foresee(record, all);
    for (record::Foreseen& f : all) {
        const record::Item& item = record.items[f.item];
        auto& place = record::practice_wide(item.kind) ? practice_ : patient_;
        Prediction& p = place[named(item.kind, item.entity->id)];
        switch (f.how) {
            case How::held:
                p.missing = "held: " + f.why;
                p.held = true;
                break;
            case How::derived:
            case How::other:
                if (!p.held) p.missing = std::string(record::name_of(item.kind)) + ": " + f.why;
                if (f.how == How::other) p.another = true, keys_of(item);
                break;
            case How::made: another_.insert(lower(f.why)); break;
            case How::key: add_key(p, f.why); break;
            default: p.fields.push_back(std::move(f));
        }
    }
}

void Predictions::next_patient() {
    patient_.clear();
    another_.clear();
}

void Predictions::keys_of(const record::Item& item) {
    const auto number = record::made_number(item.kind, item.entity->id);
    another_.emplace(number.data(), number.size());
    another_.insert(lower(item.entity->id));
    for (const record::Identifier& i : item.entity->identifier)
        if (i.system.starts_with(record::kRowId)) another_.insert(lower(i.value));
}

void Predictions::add(record::EntityKind kind, std::string_view id, const Prediction& said) {
    Prediction& p = (record::practice_wide(kind) ? practice_ : patient_)[named(kind, id)];
    for (record::Foreseen f : said.fields) {
        f.path = without_indexes(f.path);  // its lists are not the other's
        p.fields.push_back(std::move(f));
    }
    p.keys.insert(p.keys.end(), said.keys.begin(), said.keys.end());
    if (said.held || p.missing.empty()) p.missing = said.missing;
    p.held = p.held || said.held;
    p.another = p.another || said.another;
}

const Prediction* Predictions::of(record::EntityKind kind, std::string_view id) const {
    const auto& place = record::practice_wide(kind) ? practice_ : patient_;
    if (place.empty()) return nullptr;
    const auto it = place.find(named(kind, id));
    return it == place.end() ? nullptr : &it->second;
}

const std::string& Predictions::gone(std::string_view name) const {
    static const std::string none;
    for (const auto* place : {&patient_, &practice_})
        if (const auto it = place->find(std::string(name)); it != place->end()) return it->second.missing;
    return none;
}

bool Predictions::another(const record::Entity& read) const {
    if (another_.empty()) return false;
    for (const record::Identifier& i : read.identifier)
        if (i.system.starts_with(record::kRowId) && another_.contains(lower(i.value))) return true;
    return false;
}

}  // namespace gpswitch::diff
