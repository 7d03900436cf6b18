#include "core/record/component.hpp"

#include <algorithm>

#include "core/record/clinical.hpp"
#include "core/record/json.hpp"

namespace gpswitch::record {
namespace {

// Fields of a reading that neither the component nor its parent carries: what differs in them goes to rest.
const std::vector<const Field*>& not_carried() {
    static const auto* const fields = [] {
        constexpr Text kCarried[] = {
            "id",     "meta",          "identifier",     "sourceRow",      "rest",
            "code",   "valueQuantity", "interpretation", "referenceRange", "note",
            "status", "subject",       "category",       "inferred",       "extension"};
        auto* out = new std::vector<const Field*>;
        for (const Field& f : type_of<Observation>().fields)
            if (std::ranges::find(kCarried, f.name) == std::end(kCarried)) out->push_back(&f);
        return out;
    }();
    return *fields;
}

/// Values that wait for the mapping's second stage go where their fields went.
void move_pending(Record& record, std::uint32_t from, const Observation& reading, std::uint32_t to,
                  ObservationComponent& c) {
    for (Pending& p : record.pending) {
        if (p.item != from) continue;
        if (p.object == &reading.value_quantity) {
            p.object = &c.value_quantity;
        } else if (p.object == static_cast<const void*>(&reading)) {
            const Field* f = type_of<ObservationComponent>().find(p.field->name);
            if (f != nullptr) {
                p.object = &c;
                p.field = f;
            }
        }
        p.item = to;
    }
}

}  // namespace

void fold_reading(Record& record, std::uint32_t whole, std::size_t claims, Text source_key) {
    const auto made = static_cast<std::uint32_t>(record.items.size() - 1);
    auto& reading = *static_cast<Observation*>(record.items[made].entity);
    auto& w = *static_cast<Observation*>(record.items[whole].entity);
    ObservationComponent& c = w.component.add(record.arena);
    c.code = reading.code;
    c.value_quantity = reading.value_quantity;
    c.interpretation = reading.interpretation;
    c.reference_range = reading.reference_range;
    c.note = reading.note;
    c.source_key = source_key;
    const Text place = record.arena.join("component[", std::to_string(w.component.size - 1), "]");
    for (const Coding& label : reading.meta.security) {
        bool there = false;
        for (const Coding& l : w.meta.security)
            there = there || (l.system == label.system && l.code == label.code);
        if (!there) w.meta.security.add(record.arena, label);
    }
    for (const Field* field : not_carried()) {
        const Field& f = *field;
        if (is_empty(&reading, f) || equal(&reading, &w, f)) continue;
        std::string mine, theirs;
        append_json_value(mine, &reading, f);
        if (!is_empty(&w, f)) append_json_value(theirs, &w, f);
        if (mine != theirs)
            w.rest.add(record.arena, {record.arena.join(place, ".", f.name), record.arena.copy(mine)});
    }
    for (const Rest& r : reading.rest) w.rest.add(record.arena, r);
    move_pending(record, made, reading, whole, c);
    record.items.pop_back();
    record.claims.resize(claims);
}

void split_reading(Record& record, std::uint32_t whole, Text source_key) {
    auto& w = *static_cast<Observation*>(record.items[whole].entity);
    ObservationComponent& c = w.component.add(record.arena);
    c.code = w.code;
    c.value_quantity = w.value_quantity;
    c.source_key = source_key;
    w.code = {};
    w.value_quantity = {};
    for (Pending& p : record.pending)
        if (p.item == whole && p.object == &w.value_quantity) p.object = &c.value_quantity;
}

}  // namespace gpswitch::record
