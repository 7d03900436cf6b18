// What an entity holds and no cell of its rows says, however deep it stands.
#include "core/system/emis/write/helpers.hpp"
#include "core/util/text.hpp"

namespace gpswitch::emis::write {
namespace {

using mapping::ColumnRule;
using mapping::Transform;
using record::Field;

constexpr std::string_view kNoColumn = "the layout has no column for it";
constexpr std::string_view kOne = "the layout has room for one";

/// Says the same as another field that is written, or nothing of its own.
bool said_elsewhere(const record::Type& type, const void* object, const Field& f) {
    // A name in one text is written where its parts would be (people.cpp).
    if (&type == &record::type_of<record::HumanName>()) return f.name == "text";
    if (&type == &record::type_of<record::Address>())
        return f.name == "type" ||
               (f.name == "text" && !static_cast<const record::Address*>(object)->line.empty());
    // The unit in words is the unit; without words its code is written.
    if (&type == &record::type_of<record::Quantity>()) return f.name == "system" || f.name == "code";
    if (&type == &record::type_of<record::Coding>()) return f.name != "code" && f.name != "system";
    if (&type == &record::type_of<record::Dosage>()) return f.name == "sequence";
    return false;
}

std::size_t characters(Text utf8) {
    return static_cast<std::size_t>(
        std::count_if(utf8.begin(), utf8.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

bool too_long(Text cell, const mapping::Cell& column) {
    return column.max != 0 && cell.size() > column.max && cell[0] != kLater &&
           column.format != mapping::Cell::Format::guid && characters(cell) > column.max;
}

bool reached(const ColumnRule& rule, const record::ContactPoint& c) {
    return rule.transform == Transform::telecom && c.system == rule.args[0] &&
           (rule.args.size() < 2 || c.use == rule.args[1]);
}

}  // namespace

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

void Pages::unwritten(const record::Type& type, const void* object, const Cover& cover, Text path) {
    for (std::size_t i = 0; i < type.fields.size(); ++i) {
        const Field& f = type.fields[i];
        if (record::is_empty(object, f)) continue;
        const auto here = [&] { return path.empty() ? Text(f.name) : arena_.join(path, ".", f.name); };
        switch (cover.how[i]) {
            case Cover::How::nothing:
                if (!said_elsewhere(type, object, f)) lose(here(), kNoColumn);
                break;
            case Cover::How::whole: unwritten_items(f, object, cover.by[i], here()); break;
            case Cover::How::inside:
                if (!f.list) {
                    unwritten(*f.type, record::at(object, f), *cover.inner[i], here());
                    break;
                }
                const record::AnyList& list = record::items_at(object, f);
                if (list.size > 1) lose(here(), kOne);
                for (std::uint32_t n = 0; n < list.size; ++n)
                    unwritten(*f.type, list.data + n * f.type->size, *cover.inner[i], here());
                break;
        }
    }
}

// A cell that is longer than the layout allows is written whole: whoever loads it has to know.
void Pages::lengths() {
    constexpr std::string_view kLong = "longer than the layout allows: written whole";
    constexpr std::string_view kReason = "longer-than-layout";
    for (const Draft& d : drafts) {
        const mapping::WrittenTable& table = layout_.table(d.tab);
        for (std::size_t c = 0; c < table.cells.size(); ++c) {
            if (!too_long(d.cells[c], table.cells[c])) continue;
            // A reading stands in the whole that it was taken out of.
            const Draft* of = &d;
            while (of->items.empty() && of->parent >= 0) of = &drafts[static_cast<std::size_t>(of->parent)];
            at_item_ = of->items.empty() ? 0 : of->items[0];
            lose(table.cells[c].column, kLong, kReason);
        }
    }
    const auto term = [&](Tab tab) -> const mapping::Cell& {
        return layout_.table(tab).cells[static_cast<std::size_t>(layout_.column(tab, "Term"))];
    };
    const mapping::Cell &clinical = term(Tab::Coding_ClinicalCode), &drug = term(Tab::Coding_DrugCode);
    for (const CodeUse& use : codes)
        if (use.strength >= 0 && too_long(use.term, use.drug ? drug : clinical)) {
            at_item_ = use.item;
            lose("Term", kLong, kReason);
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
        switch (cover.how[f]) {
            case Cover::How::nothing: lose(field.name, kNoColumn); break;
            case Cover::How::whole: unwritten_items(field, &entity, cover.by[f], field.name); break;
            case Cover::How::inside:
                if (!field.list) {
                    unwritten(*field.type, record::at(&entity, field), *cover.inner[f], field.name);
                    break;
                }
                const record::AnyList& list = record::items_at(&entity, field);
                if (list.size > 1) lose(field.name, kOne);
                for (std::uint32_t n = 0; n < list.size; ++n)
                    unwritten(*field.type, list.data + n * field.type->size, *cover.inner[f], field.name);
                break;
        }
    }
    if (!entity.extensions.empty()) lose("extension", kNoColumn);
    if (!entity.contained.empty()) lose("contained", kNoColumn);
    for (const record::Identifier& id : entity.identifier) {
        bool said =
            id.system.starts_with(kIdBase) ||
            (item.kind == EntityKind::Patient && (id.system == kNhsNumber || id.system == kInvalidNumber));
        if (said) continue;
        for (const mapping::WrittenRow& row : at_route_->rows)
            for (const ColumnRule& rule : layout_.rules(row))
                said = said || (rule.transform == Transform::identifier && rule.args[0] == id.system);
        if (!said) {
            lose("identifier", "an identifier of another system: the layout has no column for it",
                 "identifier-not-carried");
            break;
        }
    }
}

}  // namespace gpswitch::emis::write
