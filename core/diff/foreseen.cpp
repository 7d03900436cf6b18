#include "core/diff/foreseen.hpp"

#include "core/record/made_number.hpp"
#include "core/util/text.hpp"

namespace gpswitch::diff {
namespace {

using How = record::Foreseen::How;

std::string named(record::EntityKind kind, std::string_view id) {
    return std::string(record::name_of(kind)) + "/" + std::string(id);
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
            case How::key: p.keys.push_back(lower(f.why)); break;
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

const Prediction* Predictions::of(record::EntityKind kind, const record::Entity& entity) const {
    const auto& place = record::practice_wide(kind) ? practice_ : patient_;
    if (place.empty()) return nullptr;
    const auto it = place.find(named(kind, entity.id));
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
