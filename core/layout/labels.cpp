// Labels of confidentiality: which are the entry's own, and where the layout says them.
#include <cstring>

#include "core/layout/pages.hpp"
#include "core/util/text.hpp"

namespace gpswitch::layout {
namespace {

constexpr Text kOwn = "https://gpswitch.org/CodeSystem/confidentiality";

bool loose(Text code) { return code == "N" || code == "L" || code == "U" || code == "M"; }

}  // namespace

// Whoever reads lets it inherit them again from the entry whose row has the flag: from its consultation or
// problem only when a row of its own leads there. Where no row has a flag nothing is inherited.
bool Pages::inherited(std::uint32_t i, Text label) const {
    const Entity& e = *record_->items[i].entity;
    return std::any_of(e.inferred.begin(), e.inferred.end(), [&](Text t) {
        constexpr Text kFront = "meta.security: ", kFrom = " inherited from ";
        if (!t.starts_with(kFront) || !t.substr(kFront.size()).starts_with(label)) return false;
        const Text rest = t.substr(kFront.size() + label.size());
        return rest.starts_with(kFrom) && leads_to(i, rest.substr(kFrom.size()));
    });
}

bool Pages::leads_to(std::uint32_t i, Text type) const {
    if (!layout_.flags()) return false;
    const auto kind = record::kind_of(type);
    // A sample gets them along the result's own link to it, which not every layout has.
    if (kind == EntityKind::Observation && record_->items[i].kind == EntityKind::Specimen) {
        for (std::uint32_t n = 0; n < record_->items.size(); ++n)
            if (record_->items[n].kind == EntityKind::Observation && has_rows(n))
                for (const mapping::ColumnRule& rule : layout_.rules(routes_[n]->rows[0]))
                    if (rule.path == "specimen") return true;
        return false;
    }
    if ((kind != EntityKind::Encounter && kind != EntityKind::Condition) || !has_rows(i)) return true;
    for (const mapping::WrittenRow& row : routes_[i]->rows)
        for (const mapping::ColumnRule& rule : layout_.rules(row))
            if (rule.transform == mapping::Transform::reference && rule.refers == kind) return true;
    return false;
}

const Entity& Pages::own_labels(std::uint32_t i) {
    const record::Item& item = record_->items[i];
    const auto& labels = item.entity->meta.security;
    if (std::none_of(labels.begin(), labels.end(),
                     [&](const record::Coding& c) { return inherited(i, c.code); }))
        return *item.entity;
    const record::Type& type = record::type_of(item.kind);
    void* copy = arena_.take(type.size, alignof(std::max_align_t));
    std::memcpy(copy, static_cast<const void*>(item.entity), type.size);
    auto& out = *static_cast<Entity*>(copy);
    out.meta.security = {};
    for (const record::Coding& c : labels)
        if (!inherited(i, c.code)) out.meta.security.add(arena_, c);
    return out;
}

// The row has a flag for any label (cells.csv: label). One that another column of the row has said already
// needs it only when it is the flag's own.
bool Pages::said_by_flag(std::uint32_t i, Draft& d, bool other) {
    const int column = layout_.columns(d.table).label;
    if (column < 0) return false;
    const auto& labels = record_->items[i].entity->meta.security;
    bool own = false, said = false;
    for (const mapping::WrittenRow& row : routes_[i]->rows) {
        if (row.table != d.table) continue;
        for (const mapping::ColumnRule& rule : layout_.rules(row)) {
            if (rule.transform != mapping::Transform::label || rule.path != "meta.security") continue;
            if (rule.column == column && rule.args[0] == kOwn)
                own = own || std::any_of(labels.begin(), labels.end(),
                                         [&](const record::Coding& c) { return c.code == rule.args[1]; });
            else if (rule.column != column && Layout::is_cell(rule.column))
                said = said || d.cells[rule.column] == "true";
        }
    }
    if (said && !own) return true;
    if (other && !said)
        lose("meta.security", "said by the one flag that the layout has, which is stricter",
             "label-tightened");
    Text& cell = d.cells[column];
    if (cell.empty() || same_ignoring_case(cell, "false") || cell == "0") cell = "true";
    return true;
}

// Where no row has a flag, whoever has a label is held.
bool Pages::held_for_label(std::uint32_t i) const {
    const record::Item& item = record_->items[i];
    const auto& labels = item.entity->meta.security;
    return !layout_.flags() && item.kind != EntityKind::Provenance && has_rows(i) &&
           std::any_of(labels.begin(), labels.end(), [](const record::Coding& c) { return !loose(c.code); });
}

// A label is carried by the row's own flag, or by that of the row it stands beside; where there is none the
// entry is held.
void Pages::restricted(std::uint32_t i) {
    const record::Item& item = record_->items[i];
    if (!has_rows(i)) return;
    bool labelled = false, other = false;
    for (const record::Coding& c : item.entity->meta.security) {
        if (inherited(i, c.code)) continue;
        labelled = labelled || !loose(c.code);
        other = other || (c.system == kOwn && c.code != "staff-restricted");
    }
    if (!labelled) return;
    at_item_ = i;
    if (item.kind == EntityKind::Provenance) {
        // Whoever reads gives it the labels of what it names.
        for (const record::Reference& r : as<record::Provenance>(item).target)
            if (const auto to = item_of(r.reference);
                to && !record_->items[*to].entity->meta.security.empty())
                return;
    }
    bool carried = false;
    for (const std::uint32_t n : item_drafts_[i]) carried = said_by_flag(i, drafts[n], other) || carried;
    if (!carried) hold(i, kNoLabel, "it is confidential, and its row has no flag to say so");
}

}  // namespace gpswitch::layout
