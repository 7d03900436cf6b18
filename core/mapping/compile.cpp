// From rows of columns.csv to the rules of one product.
#include <fmt/format.h>

#include <algorithm>

#include "core/mapping/compiled.hpp"
#include "core/mapping/shape.hpp"

namespace gpswitch::mapping::detail {
namespace {

/// One of these kinds, or text as it comes.
bool holds(const Field& field, std::initializer_list<record::Kind> kinds) {
    return field.kind == record::Kind::string || std::ranges::find(kinds, field.kind) != kinds.end();
}

/// Why this transform cannot fill that field; empty when it can.
std::string misfit(const ColumnRow& row, const Field& field, Shape shape) {
    using record::Kind;
    const bool list = field.list;
    const auto wants = [&](Text what) {
        return fmt::format("{} needs {}; \"{}\" is none", name_of(row.transform), what, row.field);
    };
    const bool coded = shape == Shape::concept_ || shape == Shape::coding;
    switch (row.transform) {
        case Transform::text:
        case Transform::trim: return shape == Shape::text ? "" : wants("a primitive field");
        case Transform::boolean: return holds(field, {Kind::boolean}) ? "" : wants("a boolean");
        case Transform::decimal: return holds(field, {Kind::decimal}) ? "" : wants("a decimal");
        case Transform::integer:
            return holds(field, {Kind::integer, Kind::decimal}) ? "" : wants("an integer or decimal");
        case Transform::date:
            if (field.kind == Kind::instant) return "an instant needs a time of day: use date-time";
            return holds(field, {Kind::date, Kind::date_time}) ? "" : wants("a date");
        case Transform::date_time:
        case Transform::time_on:
            if (field.kind == Kind::date) return "the field holds a day: a time of day would be lost";
            return holds(field, {Kind::date_time, Kind::instant}) ? "" : wants("a date and time");
        case Transform::code:
            return shape == Shape::text || coded ? "" : wants("a code or a CodeableConcept");
        case Transform::identifier: return shape == Shape::identifier ? "" : wants("an Identifier");
        case Transform::telecom:
            return shape == Shape::contact && list ? "" : wants("a list of ContactPoint");
        case Transform::append: return shape == Shape::text && list ? "" : wants("a list of texts");
        case Transform::note: return shape == Shape::annotation && list ? "" : wants("a list of Annotation");
        case Transform::label: return coded ? "" : wants("a Coding or CodeableConcept");
        case Transform::concept_:
            return shape == Shape::concept_ && field.type == &record::type_of<record::Concept>()
                       ? ""
                       : wants("a CodeableConcept");
        case Transform::term: return shape == Shape::concept_ ? "" : wants("a CodeableConcept");
        case Transform::reference: return shape == Shape::reference ? "" : wants("a Reference");
        case Transform::flag:
        case Transform::constant:
            if (coded)
                return row.args.size() >= 2
                           ? ""
                           : fmt::format("{} for a code is system|code|display", name_of(row.transform));
            if (shape != Shape::text) return wants("a primitive field, a Coding or a CodeableConcept");
            if (row.args.size() > 1) return fmt::format("{} takes one argument here", name_of(row.transform));
            return fits(field.kind, row.args[0])
                       ? ""
                       : fmt::format("\"{}\" cannot stand in {}", row.args[0], row.field);
        case Transform::part:
        case Transform::rest:
        case Transform::ignore: return {};
    }
    return {};
}

/// `row` gives way to `other`, of the same table and product.
bool overridden(const ColumnRow& row, const ColumnRow& other) {
    if (!same_ignoring_case(row.column, other.column) || other.specificity() <= row.specificity())
        return false;
    return row.field == other.field || row.whole_column() || other.whole_column();
}

Text origin_of(MappingSet::Impl& impl, Text table, Text column) {
    return impl.arena.join(table, ".", column);
}

ColumnRule rule_of(MappingSet::Impl& impl, const ColumnRow& row, const std::vector<Values>& values) {
    ColumnRule rule{};
    rule.name = row.column;
    rule.transform = row.transform;
    rule.args = row.args;
    if (row.transform == Transform::reference) rule.refers = record::kind_of(row.args[0]);
    rule.origin = origin_of(impl, row.table, row.column);
    if (const Text arg = arg_column(row); !arg.empty()) rule.arg_origin = origin_of(impl, row.table, arg);
    rule.values = row.values;
    if (row.values >= 0) rule.values_system = values[static_cast<std::size_t>(row.values)].source_system;
    rule.path = row.field;
    rule.entity = row.entity;
    rule.why = row.why;
    rule.line = row.line;
    return rule;
}

}  // namespace

std::vector<std::vector<ColumnRule>> compile(MappingSet::Impl& impl, const std::vector<Values>& values,
                                             Text version, Problems& problems) {
    std::vector<std::vector<ColumnRule>> out;
    for (const RuleSet& set : impl.rule_sets) {
        std::vector<const ColumnRow*> rows;
        for (const ColumnRow& row : impl.columns)
            if (row.about(set.table, set.kind, set.variant) && in_versions(version, row.since, row.until))
                rows.push_back(&row);
        std::vector<ColumnRule>& rules = out.emplace_back();
        for (const ColumnRow* row : rows) {
            if (std::ranges::any_of(rows, [&](const ColumnRow* other) { return overridden(*row, *other); }))
                continue;
            ColumnRule rule = rule_of(impl, *row, values);
            if (!row->field.empty()) {
                std::string wrong = resolve(record::type_of(set.kind), row->field, rule.steps, rule.field);
                if (wrong.empty()) {
                    rule.shape = shape_of(rule.field);
                    wrong = misfit(*row, *rule.field, rule.shape);
                }
                if (!wrong.empty()) {
                    if (!row->kind) wrong += fmt::format(" (as {})", set.made());
                    problems.add("columns.csv", row->line, std::move(wrong));
                    continue;
                }
            }
            rules.push_back(std::move(rule));
        }
        // Constants fill what is still empty; what does nothing to a row comes after them.
        std::ranges::stable_sort(rules, {}, [](const ColumnRule& r) {
            if (r.transform == Transform::part || r.transform == Transform::ignore) return 2;
            return r.transform == Transform::constant ? 1 : 0;
        });
    }
    return out;
}

void compile_elements(MappingSet::Impl& impl, const std::vector<Values>& values, Text version) {
    impl.elements.clear();
    for (const ColumnRow& row : impl.columns) {
        if (!in_versions(version, row.since, row.until)) continue;
        ColumnRule rule = rule_of(impl, row, values);
        const record::Type& type = row.kind ? record::type_of(*row.kind) : record::type_of<Entity>();
        if (!row.field.empty() && resolve(type, row.field, rule.steps, rule.field).empty())
            rule.shape = shape_of(rule.field);
        impl.elements[std::string(row.table)].push_back(std::move(rule));
    }
}

}  // namespace gpswitch::mapping::detail
