// Rows and fields: every byte is in exactly one place, and a field written is a field read.
#include "core/csv/csv.hpp"

#include "core/fuzz/fuzz.hpp"

using namespace gpswitch;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    for (const csv::Dialect dialect : {csv::Dialect{}, csv::Dialect{'\t', false}}) {
        csv::Scanner scan(text, dialect);
        csv::LineIndex lines(text);
        csv::RowSpan row;
        std::uint64_t in_rows = 0, end = 0;
        std::vector<std::string_view> cells, again;
        while (scan.next(row)) {
            fuzz::promise(row.offset >= end && row.offset + row.length <= size,
                          "rows lie in the text, in order");
            end = row.offset + row.length;
            in_rows += row.length;
            lines.add(row.offset);
            Arena arena;
            const csv::State state = csv::split(text.substr(row.offset, row.length), dialect, arena, cells);
            fuzz::promise(
                state == row.state || (state == csv::State::not_utf8 && row.state == csv::State::good),
                "scanner and splitter say the same of a row");
            fuzz::promise(lines.line_of(row.offset) >= 1, "lines count from 1");
            if (state != csv::State::good || !dialect.quotes) continue;
            std::string out;
            for (std::size_t i = 0; i < cells.size(); ++i) {
                if (i != 0) out += dialect.separator;
                csv::append_field(out, cells[i], dialect, cells.size() == 1);
            }
            Arena second;
            fuzz::promise(csv::split(out, dialect, second, again) == csv::State::good && again == cells,
                          "a row written is the row read");
        }
        fuzz::promise(in_rows + scan.bom_bytes() + scan.blank_bytes() + scan.line_end_bytes() == size,
                      "every byte is mark, row, line end or blank");
    }
    return 0;
}
