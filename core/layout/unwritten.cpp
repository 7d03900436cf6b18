// What an entity holds and no cell of its rows says, however deep it stands.
#include "core/layout/pages.hpp"

namespace gpswitch::layout {
namespace {

using mapping::ColumnRule;
using mapping::Transform;
using record::Field;

constexpr std::string_view kOne = "the layout has room for one";

std::size_t characters(Text utf8) {
    return static_cast<std::size_t>(
        std::count_if(utf8.begin(), utf8.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

bool reached(const ColumnRule& rule, const record::ContactPoint& c) {
    return rule.transform == Transform::telecom && c.system == rule.args[0] &&
           (rule.args.size() < 2 || c.use == rule.args[1]);
}

}  // namespace

bool Pages::too_long(Text cell, const mapping::Cell& column) const {
    return column.max != 0 && cell.size() > column.max && cell[0] != kLater &&
           column.format != mapping::Cell::Format::guid && characters(cell) > column.max;
}

// One field that rules name as a whole: lists of which a rule takes what fits.
void Pages::unwritten_items(const Field& f, const void* object, const std::vector<const ColumnRule*>& by,
                            Text path) {
    if (f.type != &record::type_of<record::Reference>() && f.type != &record::type_of<record::ContactPoint>())
        return;
    // Named for whoever reads: the layout's own logic takes care of it.
    if (std::any_of(by.begin(), by.end(),
                    [](const ColumnRule* r) { return r->transform == Transform::part; }))
        return;
    const char* data = static_cast<const char*>(record::at(object, f));
    std::uint32_t n = 1;
    if (f.list) {
        const record::AnyList& list = record::items_at(object, f);
        data = list.data;
        n = list.size;
    }
    for (std::uint32_t i = 0; i < n; ++i, data += f.type->size) {
        if (f.type == &record::type_of<record::ContactPoint>()) {
            const auto& c = *reinterpret_cast<const record::ContactPoint*>(data);
            if (!c.value.empty() &&
                std::none_of(by.begin(), by.end(), [&](const ColumnRule* r) { return reached(*r, c); }))
                lose(path, "the layout has no column for contacts of that kind");
            continue;
        }
        const auto& r = *reinterpret_cast<const record::Reference*>(data);
        const bool words = r.reference.empty() && r.identifier.value.empty();
        // Nobody is named; and what is made again by whoever reads is found again, too.
        if (words && (r.display.empty() || r.display == "Unknown")) continue;
        const auto to = item_of(r.reference);
        if (to && routes_[*to] != nullptr && routes_[*to]->fate == mapping::WriteRoute::Fate::derived)
            continue;
        const bool named = std::any_of(by.begin(), by.end(), [&](const ColumnRule* rule) {
            return rule->transform == Transform::reference ? !words && !key_of(*rule, r).empty()
                                                           : words && rule->path.ends_with(".display");
        });
        if (!named)
            lose(path, words ? "named in words only: the layout has room for a key"
                             : "leads to what the layout cannot name there");
    }
}

void Pages::unwritten_field(const Field& f, const void* object, const Cover& cover, std::size_t n,
                            Text path) {
    if (cover.how[n] == Cover::How::whole) return unwritten_items(f, object, cover.by[n], path);
    if (!f.list) return unwritten(*f.type, record::at(object, f), *cover.inner[n], path);
    const record::AnyList& list = record::items_at(object, f);
    if (list.size > 1) lose(path, kOne);
    for (std::uint32_t i = 0; i < list.size; ++i)
        unwritten(*f.type, list.data + i * f.type->size, *cover.inner[n], path);
}

void Pages::unwritten(const record::Type& type, const void* object, const Cover& cover, Text path) {
    for (std::size_t i = 0; i < type.fields.size(); ++i) {
        const Field& f = type.fields[i];
        if (record::is_empty(object, f)) continue;
        if (cover.how[i] == Cover::How::nothing && said_elsewhere(type, object, f)) continue;
        const Text here = arena_.join(path, ".", f.name);
        if (cover.how[i] == Cover::How::nothing)
            lose(here, kNoColumn);
        else
            unwritten_field(f, object, cover, i, here);
    }
}

// A cell that is longer than the layout allows is written whole: whoever loads it has to know.
void Pages::lengths() {
    for (const Draft& d : drafts) {
        const mapping::WrittenTable& table = layout_.table(d.table);
        for (std::size_t c = 0; c < table.cells.size(); ++c) {
            if (!too_long(d.cells[c], table.cells[c])) continue;
            // A reading stands in the whole that it was taken out of.
            const Draft* of = &d;
            while (of->items.empty() && of->parent >= 0) of = &drafts[static_cast<std::size_t>(of->parent)];
            at_item_ = of->items.empty() ? 0 : of->items[0];
            lose(table.cells[c].column, kTooLong, kLonger);
        }
    }
}

void Pages::uncovered(std::uint32_t i, const Entity& entity) {
    const record::Item& item = record_->items[i];
    const record::Type& type = record::type_of(item.kind);
    const Cover& cover = layout_.cover(*at_route_);
    for (std::size_t f = 0; f < type.fields.size(); ++f) {
        const Field& field = type.fields[f];
        if (at_route_->own[f] || record::is_empty(&entity, field)) continue;
        // What was inferred will be inferred again.
        if (inferred(entity, arena_.join(field.name, ":"))) continue;
        if (cover.how[f] == Cover::How::nothing)
            lose(field.name, kNoColumn);
        else
            unwritten_field(field, &entity, cover, f, field.name);
    }
    if (!entity.extensions.empty()) lose("extension", kNoColumn);
    if (!entity.contained.empty()) lose("contained", kNoColumn);
    unwritten_identifiers(item, entity);
}

void Pages::unwritten_identifiers(const record::Item& item, const Entity& entity) {
    for (const record::Identifier& id : entity.identifier) {
        bool said = id.system.starts_with(id_base_) || writes(item, id);
        for (const mapping::WrittenRow& row : at_route_->rows)
            for (const ColumnRule& rule : layout_.rules(row))
                said = said || (rule.transform == Transform::identifier && rule.args[0] == id.system);
        if (said) continue;
        return lose("identifier", "an identifier of another system: the layout has no column for it",
                    "identifier-not-carried");
    }
}

}  // namespace gpswitch::layout
