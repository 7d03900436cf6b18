#include "core/diff/project.hpp"

#include <stdexcept>

#include "core/diff/guard.hpp"
#include "core/util/error.hpp"

namespace gpswitch::diff {
namespace {

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

}  // namespace

Projection::Projection(const std::vector<record::CannotCarry>& declared) {
    for (const record::CannotCarry& d : declared) {
        bool used = false;
        for (EntityKind kind : kinds_of(d.entity)) {
            const std::string name(record::name_of(kind));
            const auto k = static_cast<std::size_t>(kind);
            if (d.field.empty()) {
                whole_[k] = name + ": " + std::string(d.why);
                used = true;
                continue;
            }
            Path path = resolve(type_of(kind), d.field);
            if (path.empty()) continue;
            const std::string field(d.field);
            fields_[k].push_back({field, name + "." + field + ": " + std::string(d.why), std::move(path)});
            used = true;
        }
        if (!used)
            throw std::logic_error("diff: cannot_carry names no field of the record model: " +
                                   std::string(d.entity) + "." + std::string(d.field));
    }
}

void Projection::apply(EntityKind kind, record::Entity& before, const record::Entity& after,
                       std::vector<std::string>& fired) const {
    for (const Rule& rule : fields_[static_cast<std::size_t>(kind)]) {
        if (!any_at(&before, rule.path) || any_at(&after, rule.path)) continue;
        if (!guarded(kind, before, rule.field).empty()) continue;
        clear_at(&before, rule.path);
        fired.push_back(rule.name);
    }
}

std::string Projection::missing(EntityKind kind, const record::Entity& before) const {
    return guarded(kind, before).empty() ? whole_[static_cast<std::size_t>(kind)] : std::string();
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
