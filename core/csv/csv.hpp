#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/util/arena.hpp"

namespace gpswitch::csv {

/// How a table is written. Quoted fields may hold separators, CR and LF; a quote inside is doubled.
struct Dialect {
    char separator = ',';
    bool quotes = true;  ///< false: a quote is a character like any other (RF2, side files)
};

/// good: can be split. The others are rows too: they keep their raw text and address so that they reach the ledger.
enum class State : std::uint8_t {
    good,
    unterminated_quote,  ///< a quoted field that the file's end (or the resynchronisation below) cuts off
    text_after_quote,    ///< "abc"x: something between a closing quote and the next separator or line end
    nul,                 ///< a NUL byte in the row
    not_utf8,            ///< found by split(), not by the scanner
};
std::string_view to_text(State s);

/// A row's place in the member: the bytes [offset, offset + length), line end excluded.
struct RowSpan {
    std::uint64_t offset = 0;
    std::uint64_t length = 0;
    State state = State::good;
};

/// Finds rows in file order without splitting them; allocates nothing; memory doesn't grow with the member.
///     csv::Scanner scan(bytes, dialect);
///     csv::RowSpan row;
///     while (scan.next(row)) use(row);
/// Line ends outside quotes: CRLF, LF, and a lone CR too.
/// Empty lines are spans of their own: next() skips them and counts them in blank_bytes().
/// A UTF-8 byte order mark at offset 0 is skipped and counted in bom_bytes().
///
/// A row that goes wrong ends at its FIRST line end, in quotes or not, and scanning starts afresh there: one stray quote
/// costs the row it stands in, not the rest of the file. Every byte is in exactly one of: mark, row, line end, blank.
/// Speed: at least 1 GB/s on 300-byte rows (SSE2/AVX2 by run time check); scanning a quote that never closes is done once.
class Scanner {
  public:
    Scanner(std::string_view bytes, Dialect dialect = {});
    bool next(RowSpan& row);
    /// Offset where the next row would start.
    std::uint64_t offset() const { return at_; }
    std::uint64_t bom_bytes() const { return bom_; }
    std::uint64_t blank_bytes() const { return blank_; }
    std::uint64_t line_end_bytes() const { return line_ends_; }

  private:
    std::string_view bytes_;
    Dialect dialect_;
    std::uint64_t at_ = 0, bom_ = 0, blank_ = 0, line_ends_ = 0;
    bool no_close_ = false;  ///< no further closing quote in the member: do not look again
};

/// Splits a row into fields. Fields without doubled quotes are views into `row`; others are unescaped into the arena.
/// `cells` is cleared first and reused. Returns good, or why the row cannot be read (then `cells` is what was found so far).
/// UTF-8 is checked once over the row.
State split(std::string_view row, Dialect dialect, Arena& arena, std::vector<std::string_view>& cells);

/// Line numbers for byte offsets, 1-based; built while scanning, about 1 byte a row.
class LineIndex {
  public:
    explicit LineIndex(std::string_view bytes = {}) : bytes_(bytes) {}
    /// Offsets must be given in ascending order, one call per row start.
    void add(std::uint64_t row_offset);
    /// The line on which `offset` lies. Thread-safe once building is over.
    std::uint64_t line_of(std::uint64_t offset) const;

  private:
    struct Mark {
        std::uint64_t offset, line;
    };
    std::string_view bytes_;
    std::vector<Mark> marks_;
    std::uint64_t rows_ = 0;
};

/// Appends `value` as a field, quoted always or only when needed.
void append_field(std::string& out, std::string_view value, Dialect dialect, bool always_quote);

}  // namespace gpswitch::csv
