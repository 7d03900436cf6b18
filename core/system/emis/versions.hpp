#pragma once
#include <span>

#include "core/mapping/mapping.hpp"
#include "core/system/emis/layout.hpp"

/// Versions of the extract, told by the headers of a delivery. Which column came when is in tables.csv of the
/// mapping set. Facts: the supplier's change history; files carry no version number.
namespace gpswitch::emis {

/// Versions whose headers differ, newest first: 8.2, 8.1, 8.0, 7.1, 7.0, 5.3, 5.1, 5.0. 5.4 to 7.0 are alike,
/// and so are 5.2 and 5.3: the newest of them stands for all.
std::span<const std::string_view> versions();

struct Detected {
    std::string version;
    bool exact = false;  ///< every file has the columns of that version and no known other
};
/// The newest version that fits every header of a delivery; when none does, the newest that has all the
/// columns that only some versions have. `headers`: by table, nullptr for a table without a file.
Detected detect_version(const mapping::MappingSet& mapping, std::span<const Header* const> headers);

/// The version has that column (tables.csv, and the three that 7.1 went without).
bool has_column(const mapping::TableColumn& column, std::string_view version);
/// The version has that table.
bool has_table(const mapping::MappingSet& mapping, Tab tab, std::string_view version);
/// A column that is named in the change history and was never seen: no version demands it.
bool never_seen(std::string_view column);

}  // namespace gpswitch::emis
