// Values of a journal row: one number or text, two of a blood pressure, and what a second one means.
#include "core/system/vision/rows.hpp"
#include "core/util/text.hpp"

namespace gpswitch::vision {

// The unit of the data area where the row has none.
Text Maker::unit_of(const Row& row, int column, bool& implied) {
    const Text given = cell(row, column);
    if (!given.empty()) return given;
    const mapping::ValueRow* v = mapping_.values(units_).find(cell(row, journal::ENTITY));
    if (v == nullptr) return {};
    implied = true;
    return v->target;
}

void Maker::finish_observation(Row& row, std::uint32_t item, bool is_pressure) {
    auto& o = entity<record::Observation>(item);
    if (is_pressure) return pressure(row, o);
    value_of(row, o);
    second_value(row, o);
}

void Maker::value_of(const Row& row, record::Observation& o) {
    Arena& arena = record_->arena;
    const Text value = cell(row, journal::VALUE1), name = cell(row, journal::VALUE1_NAME);
    if (value.empty()) {
        keep(row, o, journal::VALUE1_NAME);
        keep(row, o, journal::VALUE1_UNITS);
        return;
    }
    if (!name.empty() && mapping_.in_list("note-names", name)) {
        o.note.add(arena).text = arena.join(name, ": ", value);
        keep(row, o, journal::VALUE1_UNITS);
        return;
    }
    if (!name.empty()) keep(row, o, journal::VALUE1_NAME);
    bool implied = false;
    const Text unit = unit_of(row, journal::VALUE1_UNITS, implied);
    const Text number = number_of(value, arena);
    if (number.empty()) {
        o.value_string = value;
        keep(row, o, journal::VALUE1_UNITS);
        return;
    }
    o.value_quantity.value = number;
    o.value_quantity.unit = unit;
    if (implied) o.inferred.add(arena) = "valueQuantity.unit: the unit of the data area";
}

// Systolic and diastolic in one row.
void Maker::pressure(const Row& row, record::Observation& o) {
    Arena& arena = record_->arena;
    const mapping::Values& parts = mapping_.values(pressure_);
    for (const mapping::ValueRow& part : parts.rows) {
        const bool first = part.source == "VALUE1";
        const Text value = cell(row, first ? journal::VALUE1 : journal::VALUE2);
        record::ObservationComponent& c = o.component.add(arena);
        c.code.coding.add(arena) = {kSnomed, {}, part.target, part.display, {}, {}, {}};
        bool implied = false;
        Text unit = unit_of(row, first ? journal::VALUE1_UNITS : journal::VALUE2_UNITS, implied);
        if (unit.empty()) {
            const mapping::ValueRow* v = mapping_.values(units_).find("BP");
            implied = v != nullptr;
            if (v != nullptr) unit = v->target;
        }
        c.value_quantity.value = number_of(value, arena);
        if (c.value_quantity.value.empty()) c.value_string = value;
        c.value_quantity.unit = c.value_quantity.value.empty() ? Text{} : unit;
        if (implied && first) o.inferred.add(arena) = "component.valueQuantity.unit: that of blood pressures";
    }
    keep(row, o, journal::VALUE1_NAME);
    keep(row, o, journal::VALUE2_NAME);
}

// A second value means something by the code alone: weight has the body mass index there.
void Maker::second_value(const Row& row, record::Observation& o) {
    Arena& arena = record_->arena;
    const Text value = cell(row, journal::VALUE2);
    const Text read = row.code->read;
    const mapping::Values& meanings = mapping_.values(second_);
    const mapping::ValueRow* meaning = read.empty() ? nullptr : meanings.find(read.substr(0, 3));
    const bool status =
        meaning != nullptr && (meaning->target == "alcohol-status" || meaning->target == "smoking-status");
    // Ten a day is not never, whatever the second value leaves out.
    const Text amount = cell(row, journal::VALUE1);
    const bool none = amount.find_first_not_of("0.") == Text::npos;
    const bool never = status && value.empty() && none && mapping_.in_list("status-by-value", read);
    if (value.empty() && !never) {
        keep(row, o, journal::VALUE2_NAME);
        keep(row, o, journal::VALUE2_UNITS);
        return;
    }
    record::ObservationComponent& c = o.component.add(arena);
    if (meaning != nullptr) {
        c.code.coding.add(arena) = {
            meanings.target_system, {}, meaning->target, meaning->display, {}, {}, {}};
        c.code.text = meaning->display;
        keep(row, o, journal::VALUE2_NAME);
    } else {
        const Text name = cell(row, journal::VALUE2_NAME);
        c.code.text = name.empty() ? Text("Second value") : name;
    }
    if (status) {
        const mapping::Values& words =
            mapping_.values(meaning->target == "alcohol-status" ? drinking_ : smoking_);
        const mapping::ValueRow* v = words.find(never ? Text("0") : value);
        if (never) o.inferred.add(arena) = "component: an empty second value stands for never";
        if (v != nullptr) {
            c.value_codeable_concept.coding.add(arena) = {
                words.target_system, {}, v->target, v->display, {}, {}, {}};
            c.value_codeable_concept.text = v->display;
            keep(row, o, journal::VALUE2_UNITS);
            return;
        }
    }
    const Text number = number_of(value, arena);
    if (number.empty()) {
        c.value_string = value;
        keep(row, o, journal::VALUE2_UNITS);
        return;
    }
    c.value_quantity.value = number;
    c.value_quantity.unit = cell(row, journal::VALUE2_UNITS);
    if (!c.value_quantity.unit.empty() || meaning == nullptr) return;
    if (const mapping::ValueRow* v = mapping_.values(second_unit_).find(read.substr(0, 3)))
        c.value_quantity.unit = v->target;
}

}  // namespace gpswitch::vision
