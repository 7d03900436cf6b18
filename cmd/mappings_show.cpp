#include "cmd/mappings_show.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "cmd/suggest.hpp"
#include "cmd/words.hpp"
#include "core/io/file.hpp"
#include "core/util/error.hpp"

namespace gpswitch::cmd {
namespace {

using Row = std::map<std::string, std::string>;

std::string get(const Row& row, const char* name) {
    const auto at = row.find(name);
    return at == row.end() ? "" : at->second;
}

std::vector<Row> where_table(const Sheet& sheet, const std::string& table) {
    std::vector<Row> out;
    std::copy_if(sheet.rows.begin(), sheet.rows.end(), std::back_inserter(out),
                 [&](const Row& row) { return get(row, "table") == table; });
    return out;
}

/// Tables in the order of their first row.
std::vector<std::string> tables_of(const Sheet& routes, const Sheet& columns) {
    std::vector<std::string> out;
    for (const auto* sheet : {&routes, &columns})
        for (const auto& row : sheet->rows)
            if (std::find(out.begin(), out.end(), get(row, "table")) == out.end())
                out.push_back(get(row, "table"));
    return out;
}

std::vector<std::string> value_tables(const SetFolder& set) {
    std::vector<std::string> out;
    std::error_code none;
    for (const auto& entry : std::filesystem::directory_iterator(set.folder + "/values", none))
        if (entry.path().extension() == ".csv") out.push_back(entry.path().stem().string());
    std::sort(out.begin(), out.end());
    return out;
}

std::string versions(const Row& row) {
    const std::string since = get(row, "since"), until = get(row, "until");
    return since.empty() && until.empty() ? "" : since + '-' + until;
}

std::string indented(const std::string& text) {
    std::string out;
    for (std::size_t at = 0; at < text.size();) {
        const auto end = std::min(text.find('\n', at), text.size() - 1);
        out += "  " + text.substr(at, end + 1 - at);
        at = end + 1;
    }
    return out;
}

std::string show_table(const std::string& table, const std::vector<Row>& routes,
                       const std::vector<Row>& columns) {
    std::string out = fmt::format("\n{}\n", table);
    std::vector<std::vector<std::string>> lines = {{"ORDER", "WHEN", "MAKES", "WHY"}};
    for (const auto& r : routes)
        lines.push_back({get(r, "order"), get(r, "when").empty() ? "always()" : get(r, "when"),
                         get(r, "entity"), get(r, "why")});
    if (!routes.empty()) out += indented(aligned(lines));
    lines = {{"COLUMN", "INTO", "TRANSFORM", "VALUES", "VERSIONS", "WHY"}};
    for (const auto& r : columns) {
        const std::string field = get(r, "field");
        lines.push_back({get(r, "column").empty() ? "-" : get(r, "column"),
                         get(r, "entity") + (field.empty() ? "" : "." + field), get(r, "transform"),
                         get(r, "values"), versions(r), get(r, "why")});
    }
    if (!columns.empty()) out += (routes.empty() ? "" : "\n") + indented(aligned(lines));
    return out;
}

std::string show_values(const SetFolder& set, const std::string& name) {
    std::vector<std::vector<std::string>> lines = {
        {"SOURCE", "TARGET", "DISPLAY", "EQUIVALENCE", "REVERSE", "WHY"}};
    for (const auto& r : read_sheet(set.folder + "/values/" + name + ".csv").rows)
        lines.push_back({get(r, "source"), get(r, "target"), get(r, "display"), get(r, "equivalence"),
                         get(r, "reverse"), get(r, "why")});
    return fmt::format("\nvalues {}\n{}", name, indented(aligned(lines)));
}

}  // namespace

std::string show_set(const SetFolder& set, const SetInfo& info, const std::string& table) {
    std::vector<std::vector<std::string>> head = {
        {"set", set.name()},         {"source", info.system + ' ' + joined(info.versions)},
        {"standard", info.standard}, {"status", info.status},
        {"parent", info.parent},     {"date", info.date},
        {"approval", info.approval}, {"sha256", info.sha256}};
    head.erase(std::remove_if(head.begin(), head.end(), [](const auto& line) { return line[1].empty(); }),
               head.end());
    std::string out = aligned(head);
    const Sheet routes = read_sheet(set.folder + "/routes.csv"),
                columns = read_sheet(set.folder + "/columns.csv");
    std::vector<std::string> tables = tables_of(routes, columns), values = value_tables(set);
    if (std::find(values.begin(), values.end(), table) != values.end()) return out + show_values(set, table);
    if (!table.empty()) {
        if (std::find(tables.begin(), tables.end(), table) == tables.end()) {
            tables.insert(tables.end(), values.begin(), values.end());
            const std::string meant = nearest(table, tables);
            throw UsageError(fmt::format("mappings show: {} has no table '{}'", set.name(), table),
                             meant.empty() ? "without a table it shows them all"
                                           : fmt::format("did you mean '{}'?", meant));
        }
        tables = {table};
        std::set<std::string> used;
        for (const auto& row : where_table(columns, table))
            if (!get(row, "values").empty()) used.insert(get(row, "values"));
        values.assign(used.begin(), used.end());
    }
    for (const auto& t : tables) out += show_table(t, where_table(routes, t), where_table(columns, t));
    for (const auto& v : values)
        if (io::exists(set.folder + "/values/" + v + ".csv")) out += show_values(set, v);
    return out;
}

}  // namespace gpswitch::cmd
