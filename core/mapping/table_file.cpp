#include "core/mapping/table_file.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>

#include "core/csv/csv.hpp"
#include "core/io/file.hpp"
#include "core/util/error.hpp"

namespace gpswitch::mapping::detail {

std::vector<TableRow> read_table(const std::string& folder, Text name, std::initializer_list<Text> columns,
                                 Arena& arena, Problems& problems) {
    std::vector<TableRow> out;
    std::string_view bytes;
    try {
        bytes = arena.copy(io::read_all(fmt::format("{}/{}", folder, name)));
    } catch (const Error& e) {
        problems.add(name, 0, e.what());
        return out;
    }
    csv::Scanner scan(bytes);
    csv::LineIndex lines(bytes);
    csv::RowSpan span;
    std::vector<std::string_view> cells;
    bool header = true;
    while (scan.next(span)) {
        lines.add(span.offset);
        const int line = static_cast<int>(lines.line_of(span.offset));
        csv::State state = span.state;
        if (state == csv::State::good)
            state = csv::split(bytes.substr(span.offset, span.length), {}, arena, cells);
        if (state != csv::State::good) {
            problems.add(name, line, fmt::format("cannot be read: {}", csv::to_text(state)));
            continue;
        }
        for (auto& cell : cells) cell = trim(cell);
        if (header) {
            header = false;
            if (!std::ranges::equal(cells, columns)) {
                problems.add(name, line, fmt::format("the columns must be {}", fmt::join(columns, ",")));
                return out;
            }
        } else if (cells.size() != columns.size()) {
            problems.add(name, line,
                         fmt::format("has {} cells, the header {}", cells.size(), columns.size()));
        } else {
            out.push_back({line, cells});
        }
    }
    if (header)
        problems.add(name, 0, fmt::format("is empty; the columns must be {}", fmt::join(columns, ",")));
    return out;
}

std::vector<std::string> csv_files(const std::string& folder) {
    namespace fs = std::filesystem;
    std::vector<std::string> out;
    std::error_code error;
    for (fs::recursive_directory_iterator it(folder, error), end; !error && it != end; it.increment(error))
        if (it->is_regular_file() && it->path().extension() == ".csv")
            out.push_back(it->path().lexically_relative(folder).generic_string());
    if (error) throw MappingError(fmt::format("cannot read the folder {}: {}", folder, error.message()));
    std::ranges::sort(out);
    return out;
}

int compare_versions(Text a, Text b) {
    const auto next = [](Text& s) {
        const std::size_t dot = s.find('.');
        const Text part = s.substr(0, dot);
        s = dot == Text::npos ? Text{} : s.substr(dot + 1);
        return part;
    };
    while (!a.empty() || !b.empty()) {
        const Text x = next(a), y = next(b);
        const auto m = to_integer(x.empty() ? "0" : x), n = to_integer(y.empty() ? "0" : y);
        const int order = m && n ? (*m < *n ? -1 : *m > *n ? 1 : 0) : x.compare(y);
        if (order != 0) return order < 0 ? -1 : 1;
    }
    return 0;
}

bool in_versions(Text version, Text since, Text until) {
    if (version.empty()) return true;
    return (since.empty() || compare_versions(version, since) >= 0) &&
           (until.empty() || compare_versions(version, until) <= 0);
}

}  // namespace gpswitch::mapping::detail
