// What whoever reads would make of a row, by the routes of the same mapping set.
#include "core/layout/pages.hpp"

namespace gpswitch::layout {
namespace {

/// What the rules say of every entry they make.
Text status_of(const std::vector<mapping::ColumnRule>& rules) {
    for (const mapping::ColumnRule& r : rules)
        if (r.transform == mapping::Transform::constant && r.path == "status") return r.args[0];
    return {};
}

bool grave(EntityKind kind) {
    return kind == EntityKind::AllergyIntolerance || kind == EntityKind::Immunization;
}

}  // namespace

Text Pages::cell(int column) const {
    if (Layout::is_cell(column)) return at_->cells[column];
    if (column < Layout::kThrough) return {};
    return through(*at_, Layout::through_cell(column), layout_.through_name(column));
}

bool Pages::under(int column, Text code) const { return below(*at_, column, code); }

bool Pages::past(int column) const {
    const Text day = cell(column).substr(0, 10);
    return day.size() == 10 && (as_of_.empty() || day <= as_of_);
}

bool Pages::companion(const Draft& d, Text table) const {
    const int number = table_number(table);
    if (number < 0) return false;
    const auto known = by_key_[static_cast<std::size_t>(number)].find(d.key);
    return known && !drafts[*known].written;
}

const mapping::Route* Pages::read_by() {
    if (routers_.empty()) routers_.resize(layout_.tables());
    auto& router = routers_[at_->table];
    if (router == nullptr)
        router = std::make_unique<mapping::Router>(layout_.set(), layout_.table(at_->table).name);
    return router->first(*this);
}

Pages::Reading Pages::reading_of(Draft& d) {
    at_ = &d;
    const mapping::Route* route = read_by();
    if (route == nullptr) return Reading::dangerous;
    Reading reading = Reading::same;
    for (const std::uint32_t i : d.items) {
        const EntityKind kind = record_->items[i].kind;
        const mapping::Made* made = nullptr;
        for (const mapping::Made& m : route->makes)
            if (m.kind == kind) made = &m;
        if (made == nullptr) {
            reading = grave(kind) ? Reading::dangerous : std::max(reading, Reading::other);
            continue;
        }
        const std::string& written = routes_[i]->rows[0].variant;
        const std::size_t colon = written.find(':');
        if (kind == EntityKind::AllergyIntolerance ||
            (colon == std::string::npos ? "" : written.substr(colon + 1)) == made->variant)
            continue;
        // Given or not given is what matters; by whom, or why not, is less.
        const bool turned = grave(kind) && status_of(layout_.rules(routes_[i]->rows[0])) !=
                                               status_of(layout_.set().rules(made->rules));
        reading = turned ? Reading::dangerous : std::max(reading, Reading::variant);
    }
    for (const mapping::Made& m : route->makes) {
        const bool here = (d.kinds >> static_cast<unsigned>(m.kind) & 1u) != 0;
        if (!here) reading = grave(m.kind) ? Reading::dangerous : std::max(reading, Reading::other);
    }
    return reading;
}

// What the reading side says of every entry of that sort, and this one says otherwise; and what only the sort
// that was written has.
void Pages::say_sort(Draft& d) {
    at_ = &d;
    const mapping::Route* route = layout_.set().first(layout_.table(d.table).name, *this);
    if (route == nullptr) return;
    for (const std::uint32_t i : d.items) {
        const record::Item& item = record_->items[i];
        if (!has_rows(i)) continue;
        const auto row =
            std::ranges::find_if(routes_[i]->rows, [&](const auto& r) { return r.table == d.table; });
        const auto made =
            std::ranges::find_if(route->makes, [&](const mapping::Made& m) { return m.kind == item.kind; });
        if (row == routes_[i]->rows.end() || made == route->makes.end()) continue;
        at_item_ = i;
        const auto& read = layout_.set().rules(made->rules);
        say_constants(*item.entity, read);
        if (&read != &layout_.rules(*row)) say_sort_fields(i, *row, read);
    }
}

void Pages::say_constants(const Entity& entity, const std::vector<mapping::ColumnRule>& read) {
    for (const mapping::ColumnRule& r : read) {
        if (r.transform != mapping::Transform::constant || r.field == nullptr ||
            r.shape != mapping::Shape::text || r.field->list || r.field->name == "display" ||
            std::ranges::any_of(read, [&](const mapping::ColumnRule& other) {
                return other.column >= 0 && other.path == r.path;
            }))
            continue;
        const void* object = mapping::look_down(&entity, r.steps);
        if (object == nullptr) continue;
        const Text value = record::text_at(object, *r.field);
        if (!value.empty() && value != r.args[0])
            lose(r.path, "whoever reads such a row says another thing of it", kInstead);
    }
}

void Pages::say_sort_fields(std::uint32_t i, const mapping::WrittenRow& row,
                            const std::vector<mapping::ColumnRule>& read) {
    const auto top = [](Text path) { return path.substr(0, path.find('.')); };
    const record::Type& type = record::type_of(record_->items[i].kind);
    for (const mapping::ColumnRule& r : layout_.rules(row)) {
        const Text field = top(r.path);
        const record::Field* f = type.find(field);
        if (f == nullptr || field == "inferred" || field == "meta" ||
            record::is_empty(record_->items[i].entity, *f))
            continue;
        const auto says = [&](const mapping::ColumnRule& other) { return top(other.path) == field; };
        if (std::ranges::any_of(read, says) ||
            std::ranges::any_of(routes_[i]->rows, [&](const mapping::WrittenRow& other) {
                return &other != &row && std::ranges::any_of(layout_.rules(other), says);
            }))
            continue;
        lose(field, "whoever reads the row takes it for another sort, which has no such field");
    }
}

void Pages::say_reading(Draft& d, Reading reading) {
    if (reading == Reading::same) return;
    at_item_ = d.items[0];
    if (reading == Reading::dangerous) {
        for (const std::uint32_t i : d.items)
            hold(i, kDangerous, "whoever reads the row would take it for something else");
    } else if (reading == Reading::variant) {
        if (record_->items[d.items[0]].kind == EntityKind::Observation)
            lose("category", "the code has another category in the layout");
        say_sort(d);
    } else {
        lose("resourceType", "whoever reads the row would take it for another kind of entry",
             "kind-not-carried");
    }
}

}  // namespace gpswitch::layout
