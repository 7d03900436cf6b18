// What an entity holds and no cell of its rows says, however deep it stands.
#include "core/layout/pages.hpp"
#include "core/mapping/safeguards.hpp"

namespace gpswitch::layout {
namespace {

using mapping::ColumnRule;
using mapping::Transform;
using record::Field;

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
                            Text path, Text place) {
    const char* data = static_cast<const char*>(record::at(object, f));
    std::uint32_t n = 1;
    if (f.list) {
        const record::AnyList& list = record::items_at(object, f);
        data = list.data;
        n = list.size;
    }
    for (std::uint32_t i = 0; i < n; ++i, data += f.type->size) {
        const Text here = !f.list || place.empty() ? place : nth(place, i);
        if (f.type == &record::type_of<record::ContactPoint>()) {
            const auto& c = *reinterpret_cast<const record::ContactPoint*>(data);
            if (!c.value.empty() &&
                std::none_of(by.begin(), by.end(), [&](const ColumnRule* r) { return reached(*r, c); }))
                lose(path, "the layout has no column for contacts of that kind", kNotCarried, here);
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
            lose(path,
                 words ? "named in words only: the layout has room for a key"
                       : "leads to what the layout cannot name there",
                 kNotCarried, here);
    }
}

void Pages::unwritten_field(const Field& f, const void* object, const Cover& cover, std::size_t n,
                            Text place) {
    const Text path = cover.paths[n];
    if (cover.how[n] == Cover::How::whole) return unwritten_items(f, object, cover.by[n], path, place);
    const auto inside = [&](Text front) { return front.empty() ? front : arena_.join(front, "."); };
    if (!f.list) return unwritten(*f.type, record::at(object, f), *cover.inner[n], inside(place));
    const record::AnyList& list = record::items_at(object, f);
    // The first is written.
    for (std::uint32_t i = 1; i < list.size; ++i)
        lose(path, kOne, kNotCarried, place.empty() ? place : nth(place, i));
    for (std::uint32_t i = 0; i < list.size; ++i)
        unwritten(*f.type, list.data + i * f.type->size, *cover.inner[n],
                  place.empty() ? place : inside(nth(place, i)));
}

void Pages::unwritten(const record::Type& type, const void* object, const Cover& cover, Text place) {
    static constexpr std::uint64_t kEvery[2] = {~std::uint64_t{0}, ~std::uint64_t{0}};
    const auto one = [&](std::size_t i) {
        const Field& f = type.fields[i];
        const Text here = place.empty() ? place : arena_.join(place, f.name);
        if (cover.how[i] != Cover::How::nothing) {
            if ((cover.open[i / 64] >> (i % 64) & 1) != 0) unwritten_field(f, object, cover, i, here);
            return;
        }
        if (!said_elsewhere(type, object, f))
            lose(cover.paths[i], kNoColumn, kNotCarried, here);
        else if (say_all)
            lose(cover.paths[i], "its other fields say it", kNotCarried, here);
    };
    if (!say_all && cover.few_open) {
        for (const std::uint8_t i : cover.open_fields)
            if (!record::is_empty(object, type.fields[i])) one(i);
        return;
    }
    record::Filled(object, type).each(say_all ? kEvery : cover.open, one);
}

// A cell that is longer than the layout allows is written whole: whoever loads it has to know.
void Pages::lengths() {
    for (const Draft& d : drafts) {
        const mapping::WrittenTable& table = layout_.table(d.table);
        for (const std::uint32_t c : layout_.limited(d.table)) {
            if (!too_long(d.cells[c], table.cells[c])) continue;
            // A reading stands in the whole that it was taken out of.
            const Draft* of = &d;
            while (of->items.empty() && of->parent >= 0) of = &drafts[static_cast<std::size_t>(of->parent)];
            at_item_ = of->items.empty() ? 0 : of->items[0];
            lose(table.cells[c].column, kTooLong, kLonger);
        }
    }
}

void Pages::uncovered(std::uint32_t i, const Entity& entity, const record::Filled& filled) {
    const record::Item& item = record_->items[i];
    const record::Type& type = record::type_of(item.kind);
    const Cover& cover = layout_.cover(*at_route_);
    // A copy may have its lists in another order.
    const bool own = say_all && &entity == item.entity;
    // What was inferred will be inferred again.
    const auto inferred = [&](Text name) {
        return std::any_of(entity.inferred.begin(), entity.inferred.end(), [&](Text t) {
            return t.size() > name.size() && t[name.size()] == ':' && t.starts_with(name);
        });
    };
    filled.each(cover.open, [&](std::size_t f) {
        const Field& field = type.fields[f];
        if (inferred(field.name)) return;
        if (cover.how[f] == Cover::How::nothing)
            lose(field.name, kNoColumn);
        else
            unwritten_field(field, &entity, cover, f, own ? field.name : Text());
    });
    if (!entity.extensions.empty()) lose("extension", kNoColumn);
    if (!entity.contained.empty()) lose("contained", kNoColumn);
    unwritten_identifiers(item, entity, cover);
    unwritten_marks(entity);
    if (say_all) unwritten_base(entity);
}

// Marks of one system ("not shown outside the practice") in a layout that has no flag for them.
void Pages::unwritten_marks(const Entity& entity) {
    for (const record::Coding& c : entity.meta.tag) {
        if (!c.system.starts_with("https://gpswitch.org/") || c.system == mapping::kMarkSystem) continue;
        const auto flags = [&](const mapping::ColumnRule& rule) {
            return rule.transform == mapping::Transform::label && rule.path == "meta.tag" &&
                   std::ranges::find(rule.args, c.code) != rule.args.end();
        };
        if (std::ranges::none_of(at_route_->rows, [&](const mapping::WrittenRow& row) {
                return std::ranges::any_of(layout_.rules(row), flags);
            }))
            lose("meta.tag", kNoColumn);
    }
}

// How the system that it came from kept it.
void Pages::unwritten_base(const Entity& entity) {
    constexpr std::string_view kWhy = "how another system keeps its entries has no column";
    if (!entity.language.empty()) lose("language", kWhy);
    if (!entity.meta.version_id.empty()) lose("meta.versionId", kWhy);
    if (!entity.meta.last_updated.empty()) lose("meta.lastUpdated", kWhy);
    if (!entity.meta.source.empty()) lose("meta.source", kWhy);
    if (std::any_of(entity.meta.tag.begin(), entity.meta.tag.end(),
                    [](const record::Coding& c) { return !c.system.starts_with("https://gpswitch.org/"); }))
        lose("meta.tag", kWhy);
}

void Pages::unwritten_identifiers(const record::Item& item, const Entity& entity, const Cover& cover) {
    for (std::uint32_t i = 0; i < entity.identifier.size; ++i) {
        const record::Identifier& id = entity.identifier[i];
        const Text place = &entity == item.entity ? nth("identifier", i) : Text();
        if (id.system.starts_with(id_base_) || writes(item, id) ||
            std::ranges::find(cover.identifiers, id.system) != cover.identifiers.end()) {
            if (say_all) identifier_parts(id, place);
            continue;
        }
        lose("identifier", "an identifier of another system: the layout has no column for it",
             "identifier-not-carried", place);
    }
}

// What is said about a number that is written.
void Pages::identifier_parts(const record::Identifier& id, Text place) {
    for (const Field& f : record::type_of<record::Identifier>().fields) {
        if (f.name == "system" || f.name == "value" || f.name == "use" || record::is_empty(&id, f)) continue;
        const Text path = arena_.join("identifier.", f.name);
        if (!has_column_for(at_item_, path))
            lose(path, kNoColumn, kNotCarried, place.empty() ? place : arena_.join(place, ".", f.name));
    }
}

}  // namespace gpswitch::layout
