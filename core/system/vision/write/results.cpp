// Values: one number or text, two of a blood pressure, and a second value whose meaning the code decides.
#include "core/system/vision/write/pages.hpp"
#include "core/util/text.hpp"

namespace gpswitch::vision::write {

using layout::as;

namespace {

bool coded(const record::Concept& c, const mapping::MappingSet& set, Text list) {
    for (const record::Coding& k : c.coding)
        if (set.in_list(list, k.code)) return true;
    return false;
}

Text words_of(const record::Concept& c) {
    if (!c.text.empty() || c.coding.empty()) return c.text;
    return c.coding[0].display.empty() ? c.coding[0].code : c.coding[0].display;
}

bool plain(const record::Quantity& q) {
    return is_decimal(q.value) && q.value[0] != '-' && q.value.find_first_of("123456789") != Text::npos &&
           q.comparator.empty();
}

Text unit_of(const record::Quantity& q) { return q.unit.empty() ? q.code : q.unit; }

bool about(const record::Quantity& q) { return q.approximate == "true"; }

}  // namespace

void Pages::add_text(Draft& d, Text more) {
    Text& cell = d.cells[at_place_.j.text];
    cell = cell.empty() ? more : arena_.join(cell, "\n", more);
}

// A unit alone is no amount, and must not look like one.
Text Pages::quantity(const record::Quantity& q) {
    Text said = arena_.join(about(q) ? "about " : "", q.comparator, q.value);
    for (const Text more : {unit_of(q), Text(q.quantity_text)})
        if (!more.empty()) said = said.empty() ? more : arena_.join(said, " ", more);
    return said.empty() || !q.value.empty() ? said : arena_.join("no amount, ", said);
}

void Pages::observation(std::uint32_t i, Draft& d) {
    const auto& o = as<record::Observation>(record_->items[i]);
    if (pressure(o, d)) return other_results(o, {}, d);
    if (!named_.first.empty() && d.cells[at_place_.j.value1].empty()) {
        d.cells[at_place_.j.value1_name] = named_.first;
        d.cells[at_place_.j.value1] = named_.second;
    }
    other_results(o, value(o, d), d);
    second_values(i, o, d);
}

// One result is written; what else an entry says it found stands in the text.
void Pages::other_results(const record::Observation& o, Text written, Draft& d) {
    if (from_here(o)) return;
    const std::pair<Text, Text> all[] = {
        {"valueQuantity", quantity(o.value_quantity)},
        {"valueCodeableConcept", words_of(o.value_codeable_concept)},
        {"valueString", o.value_string},
        {"valueBoolean", o.value_boolean},
        {"valueInteger", o.value_integer},
        {"valueDateTime", o.value_date_time},
        {"dataAbsentReason", words_of(o.data_absent_reason)},
    };
    for (const auto& [field, said] : all) {
        if (field == written || said.empty()) continue;
        add_text(d, arena_.join(field == "dataAbsentReason" ? "No result: " : "Result: ", said));
        lose(field, "one result has a column: this one is written in words", "value-as-text");
    }
    // A reason without words.
    if (!record::is_empty(&o.data_absent_reason, record::type_of<record::Concept>()))
        lose("dataAbsentReason", "why there is no result: written in words", "value-as-text");
}

// Systolic and diastolic in one row, known by a code that means a blood pressure.
bool Pages::pressure(const record::Observation& o, Draft& d) {
    if (!o.value_quantity.value.empty()) return false;
    const auto& set = layout_.set();
    const record::ObservationComponent* both[2] = {nullptr, nullptr};
    for (const record::ObservationComponent& c : o.component) {
        for (const int n : {0, 1}) {
            if (!coded(c.code, set, n == 0 ? "systolic" : "diastolic")) continue;
            if (both[n] != nullptr) return false;
            both[n] = &c;
        }
    }
    if (both[0] == nullptr || both[1] == nullptr || !plain(both[0]->value_quantity) ||
        !plain(both[1]->value_quantity))
        return false;
    const auto& at = at_place_.j;
    if (d.cells[at.code].empty() && at_route_ != nullptr && !at_route_->parent.empty())
        d.cells[at.code] = head_of(*at_route_);
    const Text read = read_of(d);
    bool head = false;
    for (const Text prefix : {Text("246.."), Text("662L."), Text("6623.")})
        head = head || (set.in_list("blood-pressure-codes", prefix) && !read.empty() &&
                        read.starts_with(stem(prefix)));
    if (!head || set.in_list("blood-pressure-single", read)) return false;
    const int cells[2][2] = {{at.value1, at.units1}, {at.value2, at.units2}};
    for (int n = 0; n < 2; ++n) {
        const record::ObservationComponent& c = *both[n];
        if (d.cells[cells[n][0]].empty()) d.cells[cells[n][0]] = c.value_quantity.value;
        if (!layout::inferred(o, "component.valueQuantity.unit"))
            d.cells[cells[n][1]] = unit_of(c.value_quantity);
        if (!from_here(o))
            lose("component.code", "the parts of a blood pressure have the layout's own codes",
                 layout::kInstead);
        if (!c.interpretation.empty()) lose("component.interpretation", layout::kNoColumn);
        if (!c.reference_range.empty()) lose("component.referenceRange", layout::kNoColumn);
        if (!c.note.empty()) lose("component.note", layout::kNoColumn);
    }
    if (d.cells[at.entity].empty()) d.cells[at.entity] = "BP";
    for (const record::ObservationComponent& c : o.component)
        if (&c != both[0] && &c != both[1]) value_in_words(c, d);
    return true;
}

Text Pages::said_value(const record::Concept& coded_value, std::initializer_list<Text> others,
                       Text absent_words) {
    Text said = words_of(coded_value);
    for (const Text other : others)
        if (said.empty()) said = other;
    return said.empty() ? absent_words : said;
}

// The field that it is written from.
Text Pages::value(const record::Observation& o, Draft& d) {
    const auto& at = at_place_.j;
    const record::Quantity& q = o.value_quantity;
    if (!d.cells[at.value1].empty()) return {};
    if (!q.value.empty()) {
        // A number without its "less than" would be another result.
        d.cells[at.value1] = arena_.join(q.comparator, q.value);
        if (!layout::inferred(o, "valueQuantity.unit")) set(d, "VALUE1_UNITS", unit_of(q));
        if (!q.comparator.empty())
            lose("valueQuantity", "a number with a comparator: written as text", "value-as-text");
        if (unit_of(q).empty() && !q.system.empty()) lose("valueQuantity.system", layout::kNoColumn);
        return "valueQuantity";
    }
    const std::pair<Text, Text> all[] = {{"valueCodeableConcept", words_of(o.value_codeable_concept)},
                                         {"valueString", o.value_string},
                                         {"valueBoolean", o.value_boolean},
                                         {"valueInteger", o.value_integer},
                                         {"valueDateTime", o.value_date_time},
                                         {"dataAbsentReason", words_of(o.data_absent_reason)}};
    const auto one = std::ranges::find_if(all, [](const auto& a) { return !a.second.empty(); });
    if (one == std::end(all)) return {};
    const auto [field, said] = *one;
    if (is_decimal(said))
        add_text(d, arena_.join("Result: ", said));
    else
        d.cells[at.value1] = said;
    if (field == "dataAbsentReason")
        lose(field, "why there is no result: written in words", "value-as-text");
    else if (field != "valueString" || is_decimal(said))
        lose("value[x]", "a result that is no number: written in words", "value-as-text");
    return field;
}

void Pages::second_values(std::uint32_t i, const record::Observation& o, Draft& d) {
    const auto& at = at_place_.j;
    for (const record::ObservationComponent& c : o.component)
        if (!second_value(o, c, d)) value_in_words(c, d);
    const Text read = read_of(d);
    if (!read.empty() && d.cells[at.value2].empty() && layout_.set().in_list("status-by-value", read) &&
        !layout::inferred(o, "component"))
        hold(i, layout::kDangerous, "without a second value whoever reads the row would take it for never");
}

// What a second value means is the code's to say; where the code says nothing, the column has its name.
bool Pages::second_value(const record::Observation& o, const record::ObservationComponent& c, Draft& d) {
    const auto& at = at_place_.j;
    const auto& set = layout_.set();
    if (!d.cells[at.value2].empty() && (d.from_rest >> at.value2 & 1) == 0) return false;
    const int meanings = set.values_index("second-value");
    const Text read = read_of(d);
    const mapping::ValueRow* meaning =
        meanings < 0 || read.empty() ? nullptr : set.values(meanings).find(read.substr(0, 3));
    Text kind;
    for (const record::Coding& k : c.code.coding)
        if (meanings >= 0 && k.system == set.values(meanings).target_system) kind = k.code;
    if ((meaning == nullptr ? Text{} : Text(meaning->target)) != kind) return false;
    if (meaning != nullptr && !c.value_codeable_concept.coding.empty()) {
        for (const Text table : {Text("drinking"), Text("smoking")}) {
            const int words = set.values_index(table);
            for (const record::Coding& k : c.value_codeable_concept.coding) {
                if (words < 0 || k.system != set.values(words).target_system) continue;
                const mapping::ValueRow* back = set.values(words).reverse(k.code);
                if (back == nullptr) continue;
                // Nothing there stood for never.
                if (!layout::inferred(o, "component")) d.cells[at.value2] = back->source;
                return true;
            }
        }
        return false;
    }
    const record::Quantity& q = c.value_quantity;
    if (meaning == nullptr && (words_of(c.code).empty() || d.cells[at.value1].empty())) return false;
    if (q.value.empty() && !c.value_string.empty() && !is_decimal(c.value_string)) {
        d.cells[at.value2] = c.value_string;
    } else if (!q.value.empty() && q.comparator.empty() && !about(q)) {
        d.cells[at.value2] = q.value;
        if (!q.approximate.empty()) lose("component.valueQuantity.approximate", layout::kNoColumn);
        if (unit_of(q).empty() && !q.system.empty())
            lose("component.valueQuantity.system", layout::kNoColumn);
        if (meaning == nullptr) {
            d.cells[at.units2] = unit_of(q);
        } else {
            const int units = set.values_index("second-value-unit");
            const mapping::ValueRow* usual = units < 0 ? nullptr : set.values(units).find(read.substr(0, 3));
            if (usual == nullptr || usual->target != unit_of(q)) d.cells[at.units2] = unit_of(q);
        }
    } else {
        return false;
    }
    if (meaning == nullptr) {
        if (const Text name = words_of(c.code); name != "Second value") d.cells[at.value2_name] = name;
        if (!c.code.coding.empty()) lose("component.code", "the layout has its name, and no code");
    }
    return true;
}

void Pages::value_in_words(const record::ObservationComponent& c, Draft& d) {
    lose("component", "more values than the layout has, or of another kind: written in words",
         "value-as-text");
    Text said = quantity(c.value_quantity);
    if (said.empty())
        said = said_value(c.value_codeable_concept,
                          {c.value_string, c.value_boolean, c.value_integer, c.value_date_time},
                          words_of(c.data_absent_reason));
    const Text name = words_of(c.code);
    if (!said.empty()) add_text(d, name.empty() ? said : arena_.join(name, ": ", said));
}

// The heading of a report: a row like its results.
void Pages::report(const record::DiagnosticReport& r, Draft& d) {
    record::Observation o;
    o.effective_date_time = r.effective_date_time;
    o.recorded = r.recorded;
    o.performer = r.performer;
    o.note = r.note;
    mapping::TurnRound turn(layout_.set(), o, EntityKind::Observation, arena_);
    turn.row(turned(layout_.set().rules(layout_.table(d.table).name, "Observation:laboratory"),
                    EntityKind::Observation),
             *this, true);
    if (!r.conclusion.empty()) add_text(d, r.conclusion);
    if (!r.performer.empty() && d.cells[at_place_.j.hcp].empty())
        lose("performer", "leads to what the layout cannot name there");
}

}  // namespace gpswitch::vision::write
