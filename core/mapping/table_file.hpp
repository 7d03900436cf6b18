#pragma once
#include <initializer_list>
#include <string>
#include <vector>

#include "core/mapping/mapping.hpp"

/// Reading the CSV tables of a mapping set. Problems are collected, never thrown.
namespace gpswitch::mapping::detail {

struct Problems {
    std::vector<Problem> list;
    void add(Text file, int line, std::string message) {
        list.push_back({std::string(file), line, std::move(message)});
    }
};

struct TableRow {
    int line = 0;
    std::vector<Text> cells;  ///< one per column asked for, trimmed; views into the arena
};

/// The rows of a CSV file with exactly these columns, in this order. A row that cannot be read is a problem
/// and left out.
std::vector<TableRow> read_table(const std::string& folder, Text name, std::initializer_list<Text> columns,
                                 Arena& arena, Problems& problems);

/// Every CSV file below `folder`, as hashes name them: "routes.csv", "values/sex.csv". Sorted.
std::vector<std::string> csv_files(const std::string& folder);

/// Versions by their numbers: -1, 0, 1 for a before, equal to, after b ("5.9" is before "5.10").
int compare_versions(Text a, Text b);
/// `version` is within [since, until]; empty says nothing.
bool in_versions(Text version, Text since, Text until);

}  // namespace gpswitch::mapping::detail
