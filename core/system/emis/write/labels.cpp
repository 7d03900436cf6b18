// Labels of confidentiality: which are the entry's own, and where the layout says them.
#include <cstring>

#include "core/system/emis/write/helpers.hpp"
#include "core/util/text.hpp"

namespace gpswitch::emis::write {

// Whoever reads lets it inherit them again from the entry whose row has the flag.
bool Pages::inherited(const Entity& e, Text label) const {
    return std::any_of(e.inferred.begin(), e.inferred.end(), [&](Text t) {
        constexpr Text kFront = "meta.security: ";
        return t.starts_with(kFront) && t.substr(kFront.size()).starts_with(label) &&
               t.substr(kFront.size() + label.size()).starts_with(" inherited from ");
    });
}

const Entity& Pages::own_labels(std::uint32_t i) {
    const record::Item& item = record_->items[i];
    const auto& labels = item.entity->meta.security;
    if (std::none_of(labels.begin(), labels.end(),
                     [&](const record::Coding& c) { return inherited(*item.entity, c.code); }))
        return *item.entity;
    const record::Type& type = record::type_of(item.kind);
    void* copy = arena_.take(type.size, alignof(std::max_align_t));
    std::memcpy(copy, static_cast<const void*>(item.entity), type.size);
    auto& out = *static_cast<Entity*>(copy);
    out.meta.security = {};
    for (const record::Coding& c : labels)
        if (!inherited(*item.entity, c.code)) out.meta.security.add(arena_, c);
    return out;
}

// A label is carried by the row's own flag, or by that of the row it stands beside; where there is none the
// entry is held.
void Pages::restricted(std::uint32_t i) {
    const record::Item& item = record_->items[i];
    if (routes_[i] == nullptr || routes_[i]->fate != mapping::WriteRoute::Fate::rows) return;
    constexpr Text kOwn = "https://gpswitch.org/CodeSystem/confidentiality";
    bool labelled = false, other = false;
    for (const record::Coding& c : item.entity->meta.security) {
        if (inherited(*item.entity, c.code)) continue;
        const bool loose = c.code == "N" || c.code == "L" || c.code == "U" || c.code == "M";
        labelled = labelled || !loose;
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
    for (const std::uint32_t n : item_drafts_[i]) {
        Draft& d = drafts[n];
        const int column = layout_.columns(d.tab).confidential;
        if (column < 0) continue;
        const int spine = layout_.column(d.tab, "SpineSensitive");
        const bool on_spine = spine >= 0 && d.cells[spine] == "true";
        const bool staff = std::any_of(item.entity->meta.security.begin(), item.entity->meta.security.end(),
                                       [](const record::Coding& c) { return c.code == "staff-restricted"; });
        if (!on_spine || staff) {
            if (other && !on_spine)
                lose("meta.security", "said by the one flag that the layout has, which is stricter",
                     "label-tightened");
            if (d.cells[column].empty() || same_ignoring_case(d.cells[column], "false") ||
                d.cells[column] == "0")
                d.cells[column] = "true";
        }
        carried = true;
    }
    if (!carried)
        held.push_back({i, "EMIS-WRITE-003", "it is confidential, and its row has no flag to say so"});
}

}  // namespace gpswitch::emis::write
