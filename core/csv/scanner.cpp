#include <cstring>

#include "core/csv/blocks.hpp"
#include "core/csv/csv.hpp"

namespace gpswitch::csv {
namespace {
using namespace detail;

bool is_line_end(char c) { return c == '\n' || c == '\r'; }

/// Where the next line end is, or the end.
const char* find_line_end(const char* p, const char* end) {
    const Classifier classify{Dialect{}};
    for (; end - p >= static_cast<std::ptrdiff_t>(kBlock); p += kBlock) {
        const Mask m = classify(p).line_end;
        if (m != 0) return p + std::countr_zero(m);
    }
    while (p < end && !is_line_end(*p)) ++p;
    return p;
}

/// How far one attempt to read a row got.
struct Attempt {
    enum Result : std::uint8_t { row, broken, odd } result;
    const char* stop;                      ///< row: its end. broken: where it broke. odd: unused
    const char* first_line_end = nullptr;  ///< the first one met, in quotes or not
    bool nul = false;
};

/// Reads with masks; gives up with `odd` where only reading byte by byte tells what is meant.
/// A line end in quotes before `doom` means that the row will break there: see Scanner::doom_.
Attempt read_blocks(const char* begin, const char* end, const char* doom, Dialect dialect) {
    const Classifier classify(dialect);
    QuoteTracker quotes;
    Attempt a{Attempt::broken, end, nullptr, false};
    for (const char* p = begin; p < end; p += kBlock) {
        char room[kBlock];
        const Masks m = classify(block_at(p, end, room));
        const QuoteTracker::Step s = quotes.step(m);
        const Mask row_ends = m.line_end & ~s.inside;
        const Mask before = below_lowest(row_ends);
        if ((s.odd & before) != 0) {
            a.result = Attempt::odd;
            return a;
        }
        const Mask crossed = m.line_end & s.inside & before;
        if (crossed != 0 && a.first_line_end == nullptr) {
            const char* at = p + std::countr_zero(crossed);
            if (at < end) a.first_line_end = at;
            if (at < doom) {
                a.stop = doom;
                return a;
            }
        }
        a.nul |= (m.nul & before) != 0;
        if (row_ends != 0) {
            a.result = Attempt::row;
            a.stop = p + std::countr_zero(row_ends);
            return a;
        }
    }
    if (!quotes.inside()) a.result = Attempt::row;
    return a;
}

/// The same, byte by byte, by the letter of the rules. Never returns `odd`.
Attempt read_bytes(const char* begin, const char* end, const char* doom, Dialect dialect) {
    Attempt a{Attempt::broken, end, nullptr, false};
    bool field_starts = true;
    for (const char* p = begin; p < end; ++p) {
        if (field_starts && *p == '"') {
            for (++p;; ++p) {
                if (p == end) return a;
                if (*p == '"') {
                    if (p + 1 == end || p[1] != '"') break;
                    ++p;
                } else if (is_line_end(*p)) {
                    if (a.first_line_end == nullptr) a.first_line_end = p;
                    if (p < doom) {
                        a.stop = doom;
                        return a;
                    }
                } else {
                    a.nul |= *p == 0;
                }
            }
            if (++p == end) break;
            if (*p != dialect.separator && !is_line_end(*p)) {
                a.stop = p;
                return a;
            }
        }
        if (is_line_end(*p)) {
            a.result = Attempt::row;
            a.stop = p;
            return a;
        }
        a.nul |= *p == 0;
        field_starts = *p == dialect.separator;
    }
    a.result = Attempt::row;
    return a;
}
}  // namespace

std::string_view to_text(State s) {
    switch (s) {
        case State::good: return "good";
        case State::unterminated_quote: return "unterminated-quote";
        case State::text_after_quote: return "text-after-quote";
        case State::nul: return "nul";
        case State::not_utf8: return "not-utf8";
    }
    return "";
}

Scanner::Scanner(std::string_view bytes, Dialect dialect) : bytes_(bytes), dialect_(dialect) {
    if (bytes.starts_with("\xEF\xBB\xBF")) at_ = bom_ = 3;
}

void Scanner::skip_blank() {
    const char* const begin = bytes_.data();
    const std::uint64_t from = at_;
    while (at_ < bytes_.size() && is_line_end(begin[at_])) ++at_;
    blank_ += at_ - from;
}

bool Scanner::next(RowSpan& row) {
    if (at_ < bytes_.size() && is_line_end(bytes_[at_])) skip_blank();
    if (at_ >= bytes_.size()) return false;
    const char* const begin = bytes_.data() + at_;
    const char* const end = bytes_.data() + bytes_.size();
    const char* const doom = bytes_.data() + doom_;

    Attempt a = read_blocks(begin, end, doom, dialect_);
    if (a.result == Attempt::odd) a = read_bytes(begin, end, doom, dialect_);
    const char* stop = a.stop;
    row.state = a.nul ? State::nul : State::good;
    if (a.result == Attempt::broken) {
        if (a.first_line_end != nullptr) {
            doom_ = static_cast<std::uint64_t>(a.stop - bytes_.data());
            stop = a.first_line_end;
            row.state = State::unterminated_quote;
        } else if (a.stop == end) {
            row.state = State::unterminated_quote;
        } else {
            stop = find_line_end(a.stop, end);
            row.state = State::text_after_quote;
        }
    }
    row.offset = at_;
    row.length = static_cast<std::uint64_t>(stop - begin);
    at_ += row.length;
    if (stop < end) {
        const std::uint64_t n = *stop == '\r' && stop + 1 < end && stop[1] == '\n' ? 2 : 1;
        at_ += n;
        line_ends_ += n;
    }
    return true;
}

}  // namespace gpswitch::csv
