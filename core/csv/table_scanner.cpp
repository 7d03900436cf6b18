// Rows of a table, and one field of a row: what an index needs of a file.
#include <cstring>

#include "core/csv/broken_rows.hpp"
#include "core/csv/csv.hpp"

namespace gpswitch::csv {
namespace {

// Fields of a good row, without splitting it.
std::size_t count_fields(std::string_view row, char separator) {
    std::size_t n = 1;
    bool inside = false;
    for (const char c : row) {
        if (c == '"') inside = !inside;
        n += !inside && c == separator ? 1 : 0;
    }
    return n;
}

std::string_view plain_field(std::string_view row, int n, char separator) {
    for (; n > 0; --n) {
        const std::size_t at = row.find(separator);
        if (at == std::string_view::npos) return {};
        row.remove_prefix(at + 1);
    }
    return row.substr(0, row.find(separator));
}

}  // namespace

std::string_view field_at(std::string_view row, int n, Dialect dialect) {
    if (n < 0) return {};
    if (!dialect.quotes) return plain_field(row, n, dialect.separator);
    const char* p = row.data();
    const char* const end = p + row.size();
    for (int i = 0; p <= end; ++i) {
        const char* start = p;
        const char* stop;
        if (p < end && *p == '"') {
            start = ++p;
            while (true) {
                const char* q =
                    static_cast<const char*>(std::memchr(p, '"', static_cast<std::size_t>(end - p)));
                if (q == nullptr) return {};
                if (q + 1 < end && q[1] == '"') {
                    p = q + 2;
                    continue;
                }
                stop = q;
                p = q + 1;
                break;
            }
        } else {
            const char* q = p == end ? nullptr
                                     : static_cast<const char*>(std::memchr(
                                           p, dialect.separator, static_cast<std::size_t>(end - p)));
            stop = p = q == nullptr ? end : q;
        }
        if (i == n) return {start, static_cast<std::size_t>(stop - start)};
        if (p >= end || *p != dialect.separator) return {};
        ++p;
    }
    return {};
}

TableScanner::TableScanner(std::string_view bytes, Dialect dialect, std::size_t columns, bool headed)
    : bytes_(bytes), columns_(columns), dialect_(dialect), scan_(bytes, dialect) {
    RowSpan header;
    if (headed) scan_.next(header);
}

bool TableScanner::next(RowSpan& span) {
    if (!scan_.next(span)) return false;
    span.offset += base_;
    if (span.state != State::good || !dialect_.quotes) return true;
    const std::string_view row = bytes_.substr(span.offset, span.length);
    const std::size_t line_end = row.find('\n');
    if (line_end == std::string_view::npos || count_fields(row, dialect_.separator) == columns_) return true;
    span.state = State::unterminated_quote;
    span.length = line_end > 0 && row[line_end - 1] == '\r' ? line_end - 1 : line_end;
    base_ = span.offset + line_end + 1;
    scan_ = Scanner(bytes_.substr(base_), dialect_);
    return true;
}

bool stand_at_the_end(std::string_view head, std::span<const std::string> rows, std::size_t columns,
                      Dialect dialect) {
    std::string bytes(head);
    for (const std::string& row : rows) bytes += row + "\r\n";
    TableScanner scan(bytes, dialect, columns, !head.empty());
    RowSpan span;
    for (const std::string& row : rows)
        if (!scan.next(span) || span.state == State::good ||
            std::string_view(bytes).substr(span.offset, span.length) != row)
            return false;
    return !scan.next(span);
}

}  // namespace gpswitch::csv
