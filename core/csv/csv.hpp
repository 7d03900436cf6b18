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

/// good: can be split. The others are rows too: they keep their raw text and address so that they reach the
/// ledger. The state is that of the row's own bytes: split() of the same bytes says the same (and may add
/// not_utf8). A row with several troubles has the first of them in the order of this list.
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
/// A quote anywhere but at the start of a field is a character like any other.
///
/// A row whose quotes go wrong ends at its FIRST line end, in quotes or not, and scanning starts afresh
/// there: one stray quote costs the row it stands in, not the rest of the file. Where the trouble lies beyond
/// that first line end, what is left of the row is an unterminated_quote. A NUL says nothing about the
/// quotes: such a row keeps its own end. Every byte is in exactly one of: mark, row, line end, blank.
///
/// Speed: 6 GB/s on fully quoted 300-byte rows of 26 fields, in memory (one core of an AMD EPYC, -O2; SSE2,
/// which every x86-64 has, so nothing is chosen at run time); 0.5 GB/s where a literal quote in every row
/// forces reading byte by byte. Time is linear whatever the bytes are. Trying rows that break far behind
/// their first line end could be quadratic (a file of `x","` lines); but two rows that both pass the same
/// line end in quotes are in the same state from there on, so it is enough to remember where the last broken
/// one broke: whoever passes a line end in quotes before that, breaks too.
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
    void skip_blank();
    std::string_view bytes_;
    Dialect dialect_;
    std::uint64_t at_ = 0, bom_ = 0, blank_ = 0, line_ends_ = 0;
    std::uint64_t doom_ = 0;  ///< a row that passes a line end in quotes before this offset breaks
};

/// Splits a row into fields. Fields without doubled quotes are views into `row`; others are unescaped into
/// the arena. `cells` is cleared first and reused. Returns good, or why the row cannot be read (then `cells`
/// is what was found so far). UTF-8 is checked once over the row. `row` is one row: a line end outside quotes
/// is text. After unterminated_quote and text_after_quote `cells` lacks the field that went wrong; after nul
/// and not_utf8 all are there. Speed: 2.2 GB/s on those rows (1.6 GB/s together with the Scanner).
State split(std::string_view row, Dialect dialect, Arena& arena, std::vector<std::string_view>& cells);

/// Where read_row puts the fields of a row.
struct Cells {
    std::string_view* data;
    std::uint32_t room;  ///< fields that there is room for
    std::uint32_t size = 0;
    std::uint64_t filled[2] = {0, 0};  ///< bit n: field n holds something (the first 128)
    bool ascii = false;                ///< no byte of the row is beyond ASCII; otherwise check its UTF-8
    bool one_line = false;             ///< no line ends in quotes
};

/// Finds the end of the row that `bytes` begins with and splits it, in one pass over it (Scanner and split()
/// are two). False, and nothing else said, for everything out of the ordinary: a doubled quote, a quote in an
/// odd place, a NUL byte, more fields than there is room for, a row cut off. Those rows are for Scanner and
/// split(). Dialect: commas and quotes. Speed: 4 GB/s (AVX2, asked for at run time).
bool read_row(std::string_view bytes, Cells& cells, std::size_t& length);

/// The n-th field of a good row, without splitting the rest. Doubled quotes stay doubled: for keys, which
/// hold none. Empty when there is none.
std::string_view field_at(std::string_view row, int n, Dialect dialect = {});

/// The rows of a table of so many columns, below its header when it has one. A stray quote may find a partner
/// lines later, with whole rows of other patients between them: a row over several lines with another number
/// of fields than the table has columns ends at its first line end, as one with an unclosed quote does.
class TableScanner {
  public:
    TableScanner(std::string_view bytes, Dialect dialect, std::size_t columns, bool headed);
    bool next(RowSpan& span);

  private:
    std::string_view bytes_;
    std::size_t columns_;
    Dialect dialect_;
    Scanner scan_;
    std::uint64_t base_ = 0;
};

/// Line numbers for byte offsets, 1-based; built while scanning, 8 bytes for every KiB of the file. CRLF, LF
/// and a lone CR end a line, in quotes too; so a row of three lines counts as three, as in an editor.
class LineIndex {
  public:
    explicit LineIndex(std::string_view bytes = {}) : bytes_(bytes) {}
    /// Offsets must be given in ascending order, one call per row start.
    void add(std::uint64_t row_offset);
    /// The line on which `offset` lies. Thread-safe once building is over.
    std::uint64_t line_of(std::uint64_t offset) const;
    /// Line ends within a row: those in its quotes.
    static std::uint64_t count(std::string_view row);

  private:
    std::string_view bytes_;
    std::vector<std::uint64_t> lines_;  ///< the line on which each block of a KiB begins
};

/// Appends `value` as a field, quoted always or only when needed (separator, quote, CR, LF, or a byte order
/// mark in it). A row of one empty field needs always_quote: unquoted it would be a blank line. Errors:
/// std::logic_error when the dialect has no quotes and the value holds a separator or line end.
void append_field(std::string& out, std::string_view value, Dialect dialect, bool always_quote);

}  // namespace gpswitch::csv
