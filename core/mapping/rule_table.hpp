#pragma once
#include <functional>
#include <string>
#include <string_view>
#include <vector>

/// The small CSV tables under mappings/rules: lists of codes and thresholds that checks of every record need.
namespace gpswitch::mapping {

/// Ends the reading with MappingError: "NAME:LINE: why".
using FailRow = std::function<void(const std::string& why)>;

/// Calls `row` for every row, its cells trimmed. Errors: MappingError with `name` and line: another header
/// than `columns` ("system,code,..."), another number of cells, an empty first or second cell, no header at
/// all.
void read_rule_table(std::string_view text, const std::string& name, const std::string& columns,
                     const std::function<void(const std::vector<std::string_view>&, const FailRow&)>& row);

}  // namespace gpswitch::mapping
