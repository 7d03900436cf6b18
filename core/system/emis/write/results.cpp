// Results: components as rows of their own, and values that are no numbers.
#include <cstring>

#include "core/json/json.hpp"
#include "core/record/json.hpp"
#include "core/system/emis/write/helpers.hpp"

namespace gpswitch::emis::write {

void Pages::observation(std::uint32_t i, std::uint32_t number) {
    const auto& o = as<record::Observation>(record_->items[i]);
    unit(o.value_quantity, drafts[number], "NumericUnit");
    result_in_words(o, drafts[number]);
    for (std::uint32_t n = 0; n < o.component.size; ++n) component(i, number, n);
}

// A unit without words: its code is the unit.
void Pages::unit(const record::Quantity& q, Draft& d, std::string_view column) {
    if (q.unit.empty()) set(d, column, q.code);
}

// The layout has numbers for values: any other result stands in the words beside the code.
void Pages::result_in_words(const record::Observation& o, Draft& d) {
    // A code without words is said as it is: a result must not vanish for want of a display.
    const auto words_of = [&](const record::Concept& c) -> Text {
        if (!c.text.empty() || c.coding.empty()) return c.text;
        return c.coding[0].display.empty() ? arena_.join("code ", c.coding[0].code) : c.coding[0].display;
    };
    Text words;
    const bool reading = at_ != &drafts[item_drafts_[at_item_][0]];
    const auto say = [&](Text path, Text own, bool coded) {
        if (!own.empty()) words = words.empty() ? own : arena_.join(words, "; ", own);
        if (own.empty() && !coded) return;
        if (!reading)
            lose(path,
                 own.empty() ? "a result without words" : "a result that is no number: written in words",
                 "value-as-text");
    };
    const auto filled = [](const record::Concept& c) { return !c.coding.empty() || !c.text.empty(); };
    say("valueCodeableConcept", words_of(o.value_codeable_concept), filled(o.value_codeable_concept));
    say("valueString", o.value_string, false);
    say("valueBoolean", o.value_boolean, false);
    say("valueInteger", o.value_integer, false);
    say("valueDateTime", o.value_date_time, false);
    say("dataAbsentReason", words_of(o.data_absent_reason), filled(o.data_absent_reason));
    if (reading && !words.empty())
        lose("component", "a result that is no number: written in words", "value-as-text");
    if (words.empty()) return;
    Text& text = d.cells[layout_.column(d.table, "AssociatedText")];
    text = text.empty() ? arena_.join("Result: ", words) : arena_.join("Result: ", words, "\n", text);
}

// A reading is an observation of its own: what it does not say itself it has from the whole.
void Pages::component(std::uint32_t i, std::uint32_t parent, std::uint32_t n) {
    const auto& whole = as<record::Observation>(record_->items[i]);
    const record::ObservationComponent& c = whole.component[n];
    record::Observation reading = whole;
    reading.meta.security = own_labels(i).meta.security;
    reading.identifier = {};
    reading.component = {};
    reading.has_member = {};
    reading.derived_from = {};
    reading.rest = {};
    reading.category = {};
    reading.code = c.code;
    reading.value_quantity = c.value_quantity;
    reading.interpretation = c.interpretation;
    reading.reference_range = c.reference_range;
    reading.note = c.note;
    reading.value_codeable_concept = c.value_codeable_concept;
    reading.value_string = c.value_string;
    reading.value_boolean = c.value_boolean;
    reading.value_integer = c.value_integer;
    reading.value_date_time = c.value_date_time;
    reading.data_absent_reason = c.data_absent_reason;
    reading.value_time = {};
    reading.value_range = {};
    reading.value_ratio = {};
    reading.value_period = {};
    const Text place = arena_.join("component[", std::to_string(n), "].");
    record::ReadContext context;
    context.arena = &arena_;
    context.entity = &reading;
    for (const record::Rest& r : whole.rest) {
        if (!r.path.starts_with(place)) {
            // The n-th of several cells of one name: the parent's, then the readings'.
            std::uint32_t times = 0, before = 0;
            for (const record::Rest& other : whole.rest) {
                if (other.path != r.path) continue;
                if (&other < &r) ++before;
                ++times;
            }
            const std::uint32_t mine = times == 3 ? n + 1 : times == 2 ? n : 99;
            if (before == mine && whole.component.size == 2) reading.rest.add(arena_, r);
            continue;
        }
        const record::Field* f = record::type_of<record::Observation>().find(r.path.substr(place.size()));
        if (f == nullptr) continue;
        json::Parser parser;
        json::Error error;
        const Text whole_json = arena_.join("{\"", f->name, "\":", r.value, "}");
        if (const json::Value* v = parser.parse(whole_json, arena_, error); v != nullptr && !error) {
            std::memset(static_cast<char*>(record::at(static_cast<void*>(&reading), *f)), 0,
                        f->list              ? sizeof(record::AnyList)
                        : f->type != nullptr ? f->type->size
                                             : sizeof(Text));
            record::read_json(*v, record::type_of<record::Observation>(), &reading, {}, context);
        }
    }
    // A key of another system's, or one that another row has, would make two readings one.
    const bool own = !c.source_key.empty() && from_here(whole) &&
                     !by_key_[static_cast<std::size_t>(Tab::CareRecord_Observation)].find(c.source_key);
    const Text key = own ? c.source_key
                         : arena_.copy(text_of(guid_of(EntityKind::Observation,
                                                       arena_.join(whole.id, "/", std::to_string(n)))));
    const std::uint32_t number = draft(Tab::CareRecord_Observation, key);
    Draft& d = drafts[number];
    d.kinds |= std::uint64_t{1} << static_cast<unsigned>(EntityKind::Observation);
    at_ = &d;
    at_rest_ = true;
    for (const record::Rest& r : reading.rest)
        if (const std::size_t dot = r.path.find('.');
            dot != Text::npos && r.path.starts_with(shape(tab_of(d)).name))
            put(layout_.column(d.table, r.path.substr(dot + 1)), r.value);
    at_rest_ = false;
    mapping::TurnRound turn(layout_.set(), reading, EntityKind::Observation, arena_);
    const auto& rules = layout_.set().rules(shape(tab_of(d)).name, "Observation");
    in_component_ = true;
    turn.row(turned(rules, EntityKind::Observation), *this, true);
    in_component_ = false;
    result_in_words(reading, d);
    unit(reading.value_quantity, d, "NumericUnit");
    for (std::uint32_t r = 1; r < c.reference_range.size; ++r)
        lose("component.referenceRange", "the layout has room for one");
    set(d, "ParentObservationGuid", drafts[parent].key);
    d.parent = static_cast<int>(parent);
    drafts[parent].children.add(arena_) = number;
    item_drafts_[i].add(arena_) = number;
    at_ = &drafts[parent];
}

}  // namespace gpswitch::emis::write
