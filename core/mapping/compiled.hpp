#pragma once
#include "core/mapping/mapping.hpp"
#include "core/mapping/predicates.hpp"
#include "core/mapping/table_file.hpp"

/// A mapping set as the files of this folder see it.
namespace gpswitch::mapping {
namespace detail {

template <class T>
using ByName = std::unordered_map<std::string, T, FoldHash, FoldEqual>;

/// A row of columns.csv, its entity and transform understood.
struct ColumnRow {
    int line = 0;
    Text table, column, entity, field, since, until, why;
    std::optional<EntityKind> kind;  ///< nothing for `*`
    Text variant;
    Transform transform = Transform::text;
    std::vector<Text> args;
    int values = -1;

    int specificity() const { return !kind ? 0 : variant.empty() ? 1 : 2; }
    bool about(Text wanted_table, EntityKind wanted, Text wanted_variant) const {
        return same_ignoring_case(table, wanted_table) &&
               (!kind || (*kind == wanted && (variant.empty() || variant == wanted_variant)));
    }
    /// rest or ignore of the whole column, rather than of one field.
    bool whole_column() const {
        return field.empty() && (transform == Transform::rest || transform == Transform::ignore);
    }
};

/// What MappingSet::rules(index) is for.
struct RuleSet {
    Text table;
    EntityKind kind;
    std::string variant;
    int line = 0;  ///< of the route or column row that asks for it first
    std::string made() const;
};

struct TableRoutes {
    std::vector<Route> routes;
    std::vector<std::vector<Test>> tests;  ///< of each route
    std::vector<Text> whys;
    /// Additive routes ("+Type"), as indexes into `routes`; their products join the first other route that
    /// holds.
    std::vector<std::size_t> added;
    /// joined[i * 2^added + mask]: route i with the products of the additive routes in `mask`.
    std::vector<Route> joined;
    RouteProgram program;  ///< built by bind
    /// The route with what is added to it; nullptr when none was taken.
    const Route* route(RouteProgram::Taken taken) const {
        if (taken.route < 0) return nullptr;
        return &joined[(static_cast<std::size_t>(taken.route) << added.size()) + taken.mask];
    }
};

/// A row of tables.csv.
struct SourceColumn {
    int line = 0;
    Text table, column, since, until;
};

Text name_of(Transform transform);
/// "telecom(phone|home)" to its parts. Returns what is wrong, or nothing.
std::string parse_transform(Text written, Transform& transform, std::vector<Text>& args);
/// The column that an argument names (date, date-time, time-on); empty when none.
Text arg_column(const ColumnRow& row);

/// `Type` or `Type:variant`; false when there is no such type.
bool parse_made(Text written, EntityKind& kind, Text& variant);

/// Walks `path` down from `type`. Returns what is wrong, or nothing.
std::string resolve(const record::Type& type, Text path, std::vector<Step>& steps, const Field*& field);

}  // namespace detail

struct MappingSet::Impl {
    Arena arena;
    std::string parent;  ///< empty: the first of its chain
    std::vector<std::string> versions;
    detail::ByName<FoldSet> lists;
    detail::ByName<detail::TableRoutes> routes;
    std::vector<detail::ColumnRow> columns;
    std::vector<detail::RuleSet> rule_sets;
    detail::ByName<std::vector<std::uint16_t>> rule_sets_of;  ///< by table
    detail::ByName<std::vector<ColumnRule>> elements;
    std::vector<detail::SourceColumn> source_columns;
    detail::ByName<std::vector<TableColumn>> table_columns;
    bool has_tables_file = false;

    /// Reads a folder as far as it can be read; nullptr when there is no mapping.json to speak of.
    static std::shared_ptr<MappingSet> read(const std::string& folder, detail::Problems& problems);

    /// The rule set for that product, added when missing.
    std::uint16_t rule_set(Text table, EntityKind kind, Text variant, int line);
};

namespace detail {

// The steps of loading, in this order. Each adds to the problems and goes on.
void load_values(const std::string& folder, std::vector<Values>& values, Arena& arena, Problems& problems);
void load_lists(const std::string& folder, MappingSet::Impl& impl, Problems& problems);
void load_source_columns(const std::string& folder, MappingSet::Impl& impl, Problems& problems);
void load_routes(const std::string& folder, MappingSet::Impl& impl, Problems& problems);
void load_columns(const std::string& folder, MappingSet::Impl& impl, const std::vector<Values>& values,
                  Problems& problems);

/// The rules of every rule set for one version of the source (empty: all versions), columns not numbered.
std::vector<std::vector<ColumnRule>> compile(MappingSet::Impl& impl, const std::vector<Values>& values,
                                             Text version, Problems& problems);
void compile_elements(MappingSet::Impl& impl, const std::vector<Values>& values, Text version);

}  // namespace detail
}  // namespace gpswitch::mapping
