#include "core/system/emis/write/pages.hpp"

#include "core/system/emis/rows.hpp"

namespace gpswitch::emis::write {

Pages::Pages(const Layout& layout) : layout::Pages(layout, kIdBase), layout_(layout) {}

void Pages::begin() {
    ++time_;
    codes.clear();
    code_index_.clear();
    shared.assign(record_->items.size(), {});
    find_elsewhere();
}

void Pages::finish() {
    parents();
    check_reading();
}

Text Pages::made_key(EntityKind kind, Text id) { return arena_.copy(text_of(guid_of(kind, id))); }

// Entities that share a row.
Text Pages::shared_key(std::uint32_t i, std::size_t table) {
    const record::Item& item = record_->items[i];
    const auto follow = [&](Text reference) -> Text {
        const auto to = item_of(reference);
        return to && *to != i ? key_of_item(*to, table) : Text{};
    };
    Text key;
    if (item.kind == EntityKind::MedicationStatement) {
        for (const record::Reference& r :
             static_cast<const record::MedicationStatement*>(item.entity)->based_on)
            if (key.empty()) key = follow(r.reference);
    } else if (item.kind == EntityKind::EpisodeOfCare) {
        key = patient_;
    } else if (item.kind == EntityKind::Condition) {
        key = follow(static_cast<const record::Condition*>(item.entity)->actual_problem.reference);
    }
    return key;
}

// Readings of a blood pressure leave theirs with the whole: the parent's own comes first.
bool Pages::elsewhere(const record::Item& item, const record::Rest& rest) const {
    if (rest.path.starts_with("component[")) return true;
    if (item.kind != EntityKind::Observation) return false;
    int times = 0;
    for (const record::Rest& o : item.entity->rest) times += o.path == rest.path ? 1 : 0;
    return times == 2 && static_cast<const record::Observation*>(item.entity)->component.size == 2;
}

void Pages::put(int column, Text cell) {
    const bool fresh = Layout::is_cell(column) && at_->cells[column].empty();
    layout::Pages::put(column, cell);
    if (fresh && at_->code < 0 && column == layout_.columns(at_->table).code)
        if (const auto it = code_index_.find(std::string(cell)); it != code_index_.end())
            at_->code = it->second;
}

void Pages::lengths() {
    layout::Pages::lengths();
    const auto term = [&](Tab tab) -> const mapping::Cell& {
        return layout_.table(tab).cells[static_cast<std::size_t>(layout_.column(tab, "Term"))];
    };
    const mapping::Cell &clinical = term(Tab::Coding_ClinicalCode), &drug = term(Tab::Coding_DrugCode);
    for (const CodeUse& use : codes)
        if (use.strength >= 0 && too_long(use.term, use.drug ? drug : clinical)) {
            at_item_ = use.item;
            lose("Term", layout::kTooLong, layout::kLonger);
        }
}

}  // namespace gpswitch::emis::write
