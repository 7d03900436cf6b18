#include "core/mapping/rule_table.hpp"

#include <algorithm>

#include "core/csv/csv.hpp"
#include "core/util/error.hpp"
#include "core/util/text.hpp"

namespace gpswitch::mapping {

void read_rule_table(std::string_view text, const std::string& name, const std::string& columns,
                     const std::function<void(const std::vector<std::string_view>&, const FailRow&)>& row) {
    csv::Scanner scan(text);
    csv::RowSpan span;
    csv::LineIndex lines(text);
    Arena arena;
    std::vector<std::string_view> cells;
    const auto width = static_cast<std::size_t>(std::count(columns.begin(), columns.end(), ',')) + 1;
    const std::size_t first = columns.find(','), second = columns.find(',', first + 1);
    const std::string needed =
        columns.substr(0, first) + " and " + columns.substr(first + 1, second - first - 1) + " are needed";
    bool header = true;
    while (scan.next(span)) {
        lines.add(span.offset);
        const FailRow fail = [&](const std::string& why) {
            throw MappingError(name + ":" + std::to_string(lines.line_of(span.offset)) + ": " + why);
        };
        const std::string_view line = text.substr(span.offset, span.length);
        if (csv::split(line, {}, arena, cells) != csv::State::good || cells.size() != width)
            fail("the columns " + columns + " are expected");
        for (std::string_view& cell : cells) cell = trim(cell);
        if (header) {
            std::string given;
            for (std::string_view cell : cells) given += (given.empty() ? "" : ",") + std::string(cell);
            if (given != columns) fail("the header is not " + columns);
            header = false;
            continue;
        }
        if (cells[0].empty() || cells[1].empty()) fail(needed);
        row(cells, fail);
    }
    if (header) throw MappingError(name + ": no rows");
}

}  // namespace gpswitch::mapping
