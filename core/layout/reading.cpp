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
    const int number = layout_.write().table_index(table);
    if (number < 0) return false;
    const auto known = by_key_[static_cast<std::size_t>(number)].find(d.key);
    return known && !drafts[*known].written;
}

Pages::Reading Pages::reading_of(Draft& d) {
    at_ = &d;
    const mapping::Route* route = layout_.set().first(layout_.table(d.table).name, *this);
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

void Pages::say_reading(const Draft& d, Reading reading) {
    if (reading == Reading::same) return;
    at_item_ = d.items[0];
    if (reading == Reading::dangerous) {
        for (const std::uint32_t i : d.items)
            hold(i, kDangerous, "whoever reads the row would take it for something else");
    } else if (reading == Reading::variant) {
        lose("category", "the code has another category in the layout");
    } else {
        lose("resourceType", "whoever reads the row would take it for another kind of entry",
             "kind-not-carried");
    }
}

}  // namespace gpswitch::layout
