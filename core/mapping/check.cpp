// What `mappings check` proves beyond what loading needs: chain, totality, reasons, value sets, the way back.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>
#include <tuple>

#include "core/io/file.hpp"
#include "core/mapping/carry.hpp"
#include "core/mapping/compiled.hpp"
#include "core/mapping/shape.hpp"
#include "core/mapping/write.hpp"
#include "core/util/error.hpp"

namespace gpswitch::mapping {
namespace {

using detail::ColumnRow;
using detail::Problems;
using detail::SourceColumn;

/// Codes by system, from mappings/valuesets.
using ValueSets = std::unordered_map<std::string, std::set<std::string, std::less<>>>;

ValueSets read_value_sets(const std::string& folder, Problems& problems) {
    ValueSets out;
    std::error_code error;
    if (!std::filesystem::is_directory(folder, error)) return out;
    Arena arena;
    for (const std::string& name : detail::csv_files(folder)) {
        Problems here;
        for (const auto& row : detail::read_table(folder, name, {"system", "code", "display"}, arena, here)) {
            if (row.cells[0].empty() || row.cells[1].empty())
                here.add(name, row.line, "no system or no code");
            if (!out[std::string(row.cells[0])].emplace(row.cells[1]).second)
                here.add(name, row.line, fmt::format("\"{}\" is there twice", row.cells[1]));
        }
        for (Problem& p : here.list) problems.add("../../valuesets/" + p.file, p.line, std::move(p.message));
    }
    return out;
}

void check_chain(const std::string& folder, const std::string& version, std::string parent,
                 Problems& problems) {
    std::set<std::string> seen = {version};
    while (!parent.empty()) {
        if (!seen.insert(parent).second)
            return problems.add("mapping.json", 0,
                                fmt::format("the chain of parents goes round at {}", parent));
        const std::string file = fmt::format("{}/../{}/mapping.json", folder, parent);
        if (parent.find('/') != std::string::npos || !io::exists(file))
            return problems.add("mapping.json", 0, fmt::format("there is no parent version {}", parent));
        const auto document = nlohmann::json::parse(io::read_all(file), nullptr, false);
        const auto next = document.is_object() ? document.find("parent") : document.end();
        parent = document.is_object() && next != document.end() && next->is_string()
                     ? next->get<std::string>()
                     : "";
    }
}

void check_reasons(const MappingSet::Impl& impl, Problems& problems) {
    for (const ColumnRow& row : impl.columns)
        if (row.why.empty() && (row.transform == Transform::ignore || row.transform == Transform::rest))
            problems.add("columns.csv", row.line,
                         fmt::format("{} needs a reason in `why`", detail::name_of(row.transform)));
    for (const auto& [name, table] : impl.routes)
        for (std::size_t i = 0; i < table.routes.size(); ++i)
            if (!table.routes[i].settles.empty() && table.whys[i].empty())
                problems.add("routes.csv", table.routes[i].line,
                             fmt::format("{} needs a reason in `why`", table.routes[i].settles));
}

void check_doubles(const MappingSet::Impl& impl, Problems& problems) {
    using Key = std::tuple<std::string, std::string, Text, Text, Transform, std::vector<Text>, Text, Text>;
    std::set<Key> seen;
    for (const ColumnRow& r : impl.columns)
        if (!seen.insert({lower(r.table), lower(r.column), r.entity, r.field, r.transform, r.args, r.since,
                          r.until})
                 .second)
            problems.add("columns.csv", r.line, "says the same as an earlier row");
}

/// Tables and columns named anywhere are those of tables.csv.
void check_names(const MappingSet::Impl& impl, Problems& problems) {
    detail::ByName<FoldSet> known;
    for (const SourceColumn& c : impl.source_columns)
        if (!known[std::string(c.table)].emplace(c.column).second)
            problems.add("tables.csv", c.line, fmt::format("{}.{} is there twice", c.table, c.column));
    // "CodeId.Term": a column of the row that CodeId refers to.
    const auto has = [&](Text table, Text column) {
        const auto it = known.find(table);
        return it != known.end() &&
               (it->second.contains(column) || it->second.contains(column.substr(0, column.find('.'))));
    };
    const auto check = [&](Text file, int line, Text table, Text column) {
        if (!known.contains(table))
            problems.add(file, line, fmt::format("table {} is not in tables.csv", table));
        else if (!column.empty() && !has(table, column))
            problems.add(file, line, fmt::format("column {}.{} is not in tables.csv", table, column));
    };
    for (const ColumnRow& row : impl.columns) {
        check("columns.csv", row.line, row.table, row.column);
        if (const Text arg = detail::arg_column(row); !arg.empty())
            check("columns.csv", row.line, row.table, arg);
    }
    for (const auto& [name, table] : impl.routes)
        for (std::size_t i = 0; i < table.routes.size(); ++i) {
            check("routes.csv", table.routes[i].line, name, {});
            for (const detail::Test& test : table.tests[i]) {
                if (!test.name.empty()) check("routes.csv", table.routes[i].line, name, test.name);
                if (test.op == detail::Test::Op::has_row)
                    check("routes.csv", table.routes[i].line, test.arg, {});
            }
        }
}

/// Every column of every table has a rule for every product of the table's routes, in every version. Where
/// routes make nothing a rule for `*` will do, or for any entity when the rows complete those of other
/// tables.
void check_totality(MappingSet::Impl& impl, const std::vector<Values>& values, Problems& problems) {
    if (!impl.has_tables_file)
        return problems.add("tables.csv", 0, "is missing: without it nothing shows that all is mapped");
    FoldSet without_route;
    if (!impl.routes.empty())
        for (const SourceColumn& c : impl.source_columns)
            if (!impl.routes.contains(c.table) && without_route.emplace(c.table).second)
                problems.add("tables.csv", c.line, fmt::format("table {} has no route", c.table));
    std::vector<std::string> versions = impl.versions;
    if (versions.empty()) versions.emplace_back();
    for (const std::string& version : versions) {
        Problems known_already;
        const auto rules = detail::compile(impl, values, version, known_already);
        for (const SourceColumn& c : impl.source_columns) {
            if (!detail::in_versions(version, c.since, c.until)) continue;
            const auto it = impl.routes.find(c.table);
            bool makes = false, completes = false;
            if (it != impl.routes.end())
                for (const Route& route : it->second.routes) {
                    completes = completes || route.settles == "part";
                    for (const Made& made : route.makes) {
                        makes = true;
                        if (std::ranges::none_of(rules[made.rules], [&](const ColumnRule& r) {
                                return same_ignoring_case(r.name, c.column);
                            }))
                            problems.add("tables.csv", c.line,
                                         fmt::format("{}.{} has no rule for {}", c.table, c.column,
                                                     impl.rule_sets[made.rules].made()));
                    }
                }
            const auto for_all = [&](const ColumnRow& r) {
                return (!r.kind || completes) && same_ignoring_case(r.table, c.table) &&
                       same_ignoring_case(r.column, c.column) &&
                       detail::in_versions(version, r.since, r.until);
            };
            if (!makes && std::ranges::none_of(impl.columns, for_all))
                problems.add("tables.csv", c.line, fmt::format("{}.{} has no rule for *", c.table, c.column));
        }
    }
}

void check_codes(const MappingSet::Impl& impl, const std::vector<Values>& values, const ValueSets& sets,
                 Problems& problems) {
    for (const Values& v : values) {
        const std::string file = fmt::format("values/{}.csv", v.name);
        std::set<Text> back;
        for (const ValueRow& row : v.rows)
            if (row.reverse && !back.insert(row.target).second)
                problems.add(file, row.line, fmt::format("a second row to write {} back", row.target));
        if (v.target_system.empty()) continue;
        const auto set = sets.find(v.target_system);
        if (set == sets.end()) {
            problems.add(file, 0,
                         fmt::format("no file in valuesets has the target system {}", v.target_system));
            continue;
        }
        for (const ValueRow& row : v.rows)
            if (!row.target.empty() && !set->second.contains(row.target))
                problems.add(file, row.line, fmt::format("{} is no code of {}", row.target, v.target_system));
    }
    for (const ColumnRow& row : impl.columns) {
        if (row.args.size() < 2 || (row.transform != Transform::constant &&
                                    row.transform != Transform::label && row.transform != Transform::flag))
            continue;
        const auto set = sets.find(std::string(row.args[0]));
        if (set != sets.end() && !set->second.contains(row.args[1]))
            problems.add("columns.csv", row.line,
                         fmt::format("{} is no code of {}", row.args[1], row.args[0]));
    }
}

/// Values that end in a field which cannot hold them.
void check_targets(const std::vector<std::vector<ColumnRule>>& rules, const std::vector<Values>& values,
                   Problems& problems) {
    for (const auto& set : rules)
        for (const ColumnRule& rule : set) {
            if (rule.values < 0 || rule.shape != Shape::text) continue;
            const Values& v = values[static_cast<std::size_t>(rule.values)];
            for (const ValueRow& row : v.rows)
                if (!row.target.empty() && !detail::fits(rule.field->kind, row.target))
                    problems.add(fmt::format("values/{}.csv", v.name), row.line,
                                 fmt::format("{} cannot stand in {}", row.target, rule.path));
        }
}

}  // namespace

std::vector<Problem> MappingSet::check(const std::string& folder) {
    Problems problems;
    try {
        if (const auto set = Impl::read(folder, problems)) {
            Impl& impl = *set->impl_;
            check_chain(folder, set->version_, impl.parent, problems);
            check_reasons(impl, problems);
            check_doubles(impl, problems);
            if (impl.has_tables_file) check_names(impl, problems);
            check_totality(impl, set->values_, problems);
            check_codes(impl, set->values_, read_value_sets(folder + "/../../valuesets", problems), problems);
            check_targets(set->rules_, set->values_, problems);
            for (Problem& p : WriteSet::check(*set)) problems.list.push_back(std::move(p));
            for (Problem& p : check_carry(*set)) problems.list.push_back(std::move(p));
        }
    } catch (const Error& e) { problems.add("", 0, e.what()); }
    auto& list = problems.list;
    const auto order = [](const Problem& p) { return std::tie(p.file, p.line, p.message); };
    std::ranges::stable_sort(list, {}, order);
    list.erase(std::unique(list.begin(), list.end(),
                           [&](const Problem& a, const Problem& b) { return order(a) == order(b); }),
               list.end());
    return list;
}

}  // namespace gpswitch::mapping
