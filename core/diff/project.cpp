#include "core/diff/project.hpp"

#include <stdexcept>

#include "core/diff/guard.hpp"
#include "core/util/error.hpp"

namespace gpswitch::diff {
namespace {

using mapping::Carry;
using record::EntityKind;
using record::kEntityKinds;

// The kinds a declaration speaks of; none when the name is unknown.
std::vector<EntityKind> kinds_of(std::string_view entity) {
    if (const auto kind = record::kind_of(entity)) return {*kind};
    std::vector<EntityKind> all;
    if (entity == "*" || entity.empty())
        for (std::size_t k = 0; k < kEntityKinds; ++k) all.push_back(static_cast<EntityKind>(k));
    return all;
}

bool has(const List<record::Coding>& all, std::string_view code) {
    for (const record::Coding& c : all)
        if (c.code == code) return true;
    return false;
}

// Both are named after the same row.
bool same_row(const record::Entity& a, const record::Entity& b) {
    for (const record::Identifier& x : a.identifier)
        for (const record::Identifier& y : b.identifier)
            if (x.system.starts_with(record::kRowId) && x.system == y.system && x.value == y.value)
                return true;
    return false;
}

// The entity's code stands in that field of the patient.
bool repeats(EntityKind kind, const record::Entity& e, const record::Entity& patient, const Path& path) {
    const record::Field* code = type_of(kind).find("code");
    if (path.empty() || code == nullptr || code->list || code->type != &record::type_of<record::Concept>())
        return false;
    const void* at = &patient;
    for (const record::Field* f : path) {
        if (f->list) return false;
        at = record::at(at, *f);
    }
    if (path.back()->type != &record::type_of<record::Concept>()) return false;
    for (const record::Coding& c : static_cast<const record::Concept*>(at)->coding)
        for (const record::Coding& o : static_cast<const record::Concept*>(record::at(&e, *code))->coding)
            if (!c.code.empty() && c.code == o.code && c.system == o.system) return true;
    return false;
}

// What tells where a label came from: it came from the layout's, now.
void drop_label_notes(record::Entity& e) {
    std::uint32_t kept = 0;
    for (const record::Text note : e.inferred)
        if (!note.starts_with("meta.security:")) e.inferred[kept++] = note;
    e.inferred.size = kept;
}

}  // namespace

Projection::Projection(const Options& options)
    : systems_(options.code_systems),
      layout_(options.layout || options.siblings),
      siblings_(options.siblings) {
    for (const record::CannotCarry& d : options.cannot_carry)
        add(std::string(d.entity), std::string(d.field), Carry::How::lost, {}, std::string(d.why));
    for (const Carry& c : options.carry) add(c.entity, c.field, c.how, c.to, c.why);
}

void Projection::add(const std::string& entity, const std::string& field, Carry::How how,
                     const std::string& to, const std::string& why) {
    if (how == Carry::How::absent) return;
    if (how == Carry::How::label) {
        labels_.push_back({to, entity + "." + field + ": " + why});
        return;
    }
    bool used = false;
    for (EntityKind kind : kinds_of(entity)) {
        const std::string name = entity == "*" ? "*" : std::string(record::name_of(kind));
        const auto k = static_cast<std::size_t>(kind);
        if (field.empty()) {
            if (how == Carry::How::unreferred)
                unreferred_[k] = name + ": " + why;
            else if (how == Carry::How::made)
                made_[k].push_back(
                    {name + ": " + why, resolve(type_of(EntityKind::Patient), to), record::kind_of(to)});
            else
                whole_[k] = name + ": " + why;
            used = true;
            continue;
        }
        Path path = resolve(type_of(kind), field);
        if (path.empty()) continue;
        fields_[k].push_back({field, name + "." + field + ": " + why, how, std::move(path), to});
        used = true;
    }
    if (!used)
        throw std::logic_error("diff: cannot_carry names no field of the record model: " + entity + "." +
                               field);
}

// The longest that fits decides.
Codes Projection::codes(std::string_view system) const {
    const CodeSystem* best = nullptr;
    for (const CodeSystem& s : systems_) {
        const bool open = s.system.ends_with('*');
        const bool fits = open ? system.starts_with(std::string_view(s.system).substr(0, s.system.size() - 1))
                               : system == s.system;
        if (fits && (best == nullptr || s.system.size() > best->system.size())) best = &s;
    }
    return best == nullptr ? Codes::own : best->codes;
}

std::string Projection::missing(EntityKind kind, const record::Entity& before) const {
    return guarded(kind, before).empty() ? whole_[static_cast<std::size_t>(kind)] : std::string();
}

std::string Projection::made(EntityKind kind, const record::Entity& after,
                             const record::Record* whole) const {
    if (!layout_) return {};
    for (const record::Text note : after.inferred)
        if (note.starts_with("the whole entry")) return "*: the whole entry is inferred";
    if (whole == nullptr) return {};
    for (const Made& made : made_[static_cast<std::size_t>(kind)])
        for (const record::Item& item : whole->items)
            if ((made.of == item.kind && item.entity != &after && same_row(after, *item.entity)) ||
                (item.kind == EntityKind::Patient && repeats(kind, after, *item.entity, made.path)))
                return made.name;
    return {};
}

std::string Projection::relabel(record::Entity& before, record::Entity& after) const {
    for (const Label& label : labels_) {
        if (!has(after.meta.security, label.to)) continue;
        bool lost = false;
        for (const record::Coding& c : before.meta.security) lost = lost || !has(after.meta.security, c.code);
        if (!lost) continue;
        before.meta.security = after.meta.security;
        drop_label_notes(before);
        drop_label_notes(after);
        return label.name;
    }
    return {};
}

Ignored::Ignored(const std::vector<std::string>& paths) {
    for (const std::string& text : paths) {
        const std::size_t dot = text.find('.');
        bool used = false;
        if (dot != std::string::npos && dot != 0)
            for (EntityKind kind : kinds_of(std::string_view(text).substr(0, dot))) {
                Path path = resolve(type_of(kind), std::string_view(text).substr(dot + 1));
                if (path.empty()) continue;
                paths_[static_cast<std::size_t>(kind)].push_back(std::move(path));
                used = true;
            }
        if (!used)
            throw UsageError("no such element to leave out: " + text,
                             "write it as Type.path, e.g. Patient.meta.lastUpdated");
    }
}

void Ignored::clear(EntityKind kind, record::Entity& entity) const {
    for (const Path& path : paths_[static_cast<std::size_t>(kind)])
        if (any_at(&entity, path)) clear_at(&entity, path);
}

}  // namespace gpswitch::diff
