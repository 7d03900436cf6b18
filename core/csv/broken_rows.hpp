#pragma once
#include <span>
#include <string>
#include <string_view>

#include "core/csv/csv.hpp"

/// Rows whose quotes go wrong, put into another file.
namespace gpswitch::csv {

/// Can these rows stand, each with a CRLF, behind `head` (a header row with its line end; empty: the table
/// has none) at the end of a table of so many columns? True when who reads it finds them one by one, as
/// unreadable as they were: then no good row stands behind them that they could be read into.
bool stand_at_the_end(std::string_view head, std::span<const std::string> rows, std::size_t columns,
                      Dialect dialect);

}  // namespace gpswitch::csv
