#include "cmd/carry_table.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "cmd/words.hpp"

namespace gpswitch::cmd {
namespace {

using mapping::Carry;
using record::EntityKind;

/// What reading adds takes nothing away.
bool takes_away(const Carry& c) { return c.how != Carry::How::made && c.how != Carry::How::order; }

std::string_view top(std::string_view field) { return field.substr(0, field.find('.')); }

}  // namespace

CarryTable::CarryTable(const Context& context) {
    for (const record::System* s : systems::all()) {
        if (!systems::place_is_file(*s)) continue;
        Column column{std::string(s->name()), s->writes(), {}};
        const auto set =
            s->mapping_id().empty() ? nullptr : context.load_mapping(std::string(s->mapping_id()));
        if (s->writes())
            for (const record::CannotCarry& c : s->cannot_carry(set.get()))
                column.declared.push_back({c.entity, c.field, {}, c.why});
        if (set)
            for (Carry& c : mapping::load_carry(*set)) column.declared.push_back(std::move(c));
        columns_.push_back(std::move(column));
    }
}

char CarryTable::mark(const Column& column, EntityKind kind, std::string_view field) const {
    char out = column.writes ? 'x' : '.';
    for (const Carry& c : column.declared) {
        if (!takes_away(c) || (c.entity != record::name_of(kind) && c.entity != "*")) continue;
        // What has no column at all is declared by the tables of the layout, not by a line of carry.csv.
        const bool never = c.line == 0 || c.how == Carry::How::absent;
        if (c.field.empty() && never) return '-';
        if (field.empty()) {
            if (c.entity != "*") out = '~';
            continue;
        }
        if (top(c.field) != field) continue;
        if (c.field == field && never) return '-';
        out = '~';
    }
    return out;
}

std::string CarryTable::text() const {
    std::vector<std::vector<std::string>> rows(1);
    rows[0].push_back("ENTRY, FIELD");
    for (const Column& c : columns_) rows[0].push_back(c.system);
    const auto add = [&](std::string name, EntityKind kind, std::string_view field) {
        std::vector<std::string> row = {std::move(name)};
        for (const Column& c : columns_) row.emplace_back(1, mark(c, kind, field));
        if (field.empty() ||
            std::any_of(row.begin() + 1, row.end(), [](const auto& m) { return m == "-" || m == "~"; }))
            rows.push_back(std::move(row));
    };
    for (std::size_t k = 0; k < record::kEntityKinds; ++k) {
        const auto kind = static_cast<EntityKind>(k);
        const std::string name(record::name_of(kind));
        add(name, kind, {});
        if (std::all_of(columns_.begin(), columns_.end(), [&](const Column& c) {
                const char m = mark(c, kind, {});
                return m != '~';
            }))
            continue;
        for (const record::Field& f : record::type_of(kind).fields) {
            const bool named = std::any_of(columns_.begin(), columns_.end(), [&](const Column& c) {
                return std::any_of(c.declared.begin(), c.declared.end(), [&](const Carry& d) {
                    return d.entity == name && top(d.field) == f.name;
                });
            });
            if (named) add("  " + std::string(f.name), kind, f.name);
        }
    }
    return aligned(rows);
}

std::string CarryTable::json() const {
    using nlohmann::ordered_json;
    ordered_json out = ordered_json::array();
    for (const Column& column : columns_)
        for (const Carry& c : column.declared) {
            ordered_json one = {{"system", column.system}, {"entity", c.entity}};
            if (!c.field.empty()) one["field"] = c.field;
            one["how"] = mapping::to_text(c.how);
            if (!c.to.empty()) one["to"] = c.to;
            one["why"] = c.why;
            one["rule"] = c.entity + (c.field.empty() ? "" : "." + c.field) + ": " + c.why;
            out.push_back(one);
        }
    return out.dump(2) + '\n';
}

}  // namespace gpswitch::cmd
