#include <cstring>

#include "core/csv/blocks.hpp"
#include "core/csv/csv.hpp"
#include "core/util/text.hpp"

namespace gpswitch::csv {
namespace {
using namespace detail;

/// `inner`: a field's text between its quotes, with at least one doubled quote.
std::string_view unescape(std::string_view inner, Arena& arena) {
    char* const out = arena.text(inner.size());
    char* to = out;
    while (!inner.empty()) {
        const auto* quote = static_cast<const char*>(std::memchr(inner.data(), '"', inner.size()));
        const std::size_t n =
            quote == nullptr ? inner.size() : static_cast<std::size_t>(quote - inner.data()) + 1;
        std::memcpy(to, inner.data(), n);
        to += n;
        inner.remove_prefix(quote == nullptr ? n : n + 1);
    }
    return {out, static_cast<std::size_t>(to - out)};
}

struct Seen {
    State state = State::good;
    bool odd = false, nul = false;
    std::size_t high = std::string_view::npos;  ///< the first byte beyond ASCII
};

/// Splits with masks; `odd` when only reading byte by byte tells what is meant (cells are then worthless).
class BlockSplitter {
  public:
    BlockSplitter(std::string_view row, Dialect dialect, Arena& arena, std::vector<std::string_view>& cells)
        : row_(row), quotes_on_(dialect.quotes), classify_(dialect), arena_(arena), cells_(cells) {}

    Seen run() {
        for (std::size_t at = 0; at < row_.size(); at += kBlock) {
            const std::size_t left = row_.size() - at;
            if (left >= kBlock) {
                if (!block(row_.data() + at, at, kBlock)) return seen_;
            } else {
                char padded[kBlock] = {};
                std::memcpy(padded, row_.data() + at, left);
                if (!block(padded, at, static_cast<unsigned>(left))) return seen_;
            }
        }
        if (quotes_.inside()) {
            seen_.state = State::unterminated_quote;
        } else {
            add(row_.size());
        }
        return seen_;
    }

  private:
    bool block(const char* p, std::size_t at, unsigned count) {
        Masks m = classify_(p);
        const Mask valid = count == kBlock ? ~Mask{0} : (Mask{1} << count) - 1;
        m.quote &= valid;
        m.separator &= valid;
        m.line_end = 0;  // the row is one row: a line end is text like any other
        const QuoteTracker::Step s = quotes_.step(m, count);
        if ((s.odd & valid) != 0) {
            seen_.odd = true;
            return false;
        }
        seen_.nul |= (m.nul & valid) != 0;
        if ((m.high & valid) != 0 && seen_.high == std::string_view::npos)
            seen_.high = at + static_cast<std::size_t>(std::countr_zero(m.high & valid));
        Mask doubled = s.doubled;
        for (Mask ends = m.separator & ~s.inside; ends != 0; ends &= ends - 1) {
            const Mask in_field = doubled & below_lowest(ends);
            doubled ^= in_field;
            doubled_ |= in_field != 0;
            add(at + static_cast<std::size_t>(std::countr_zero(ends)));
        }
        doubled_ |= doubled != 0;
        return true;
    }

    void add(std::size_t end) {
        std::string_view field(row_.data() + start_, end - start_);
        if (quotes_on_ && !field.empty() && field.front() == '"') {
            field = field.substr(1, field.size() - 2);
            if (doubled_) field = unescape(field, arena_);
        }
        doubled_ = false;
        cells_.push_back(field);
        start_ = end + 1;
    }

    std::string_view row_;
    bool quotes_on_;
    Classifier classify_;
    Arena& arena_;
    std::vector<std::string_view>& cells_;
    QuoteTracker quotes_;
    Seen seen_;
    std::size_t start_ = 0;
    bool doubled_ = false;
};

/// The same, by the letter of the rules, one field after the other. Only rows with quotes in odd places come
/// here.
State split_bytes(std::string_view row, Dialect dialect, Arena& arena, std::vector<std::string_view>& cells) {
    for (std::size_t at = 0;; ++at) {
        std::size_t end = 0;
        if (at < row.size() && row[at] == '"') {
            bool doubled = false;
            for (end = at + 1;; end += 2) {
                end = row.find('"', end);
                if (end == std::string_view::npos) return State::unterminated_quote;
                if (end + 1 == row.size() || row[end + 1] != '"') break;
                doubled = true;
            }
            if (end + 1 < row.size() && row[end + 1] != dialect.separator) return State::text_after_quote;
            const std::string_view inner = row.substr(at + 1, end - at - 1);
            cells.push_back(doubled ? unescape(inner, arena) : inner);
            ++end;
        } else {
            end = row.find(dialect.separator, at);
            if (end == std::string_view::npos) end = row.size();
            cells.push_back(row.substr(at, end - at));
        }
        if (end == row.size()) return State::good;
        at = end;
    }
}
}  // namespace

State split(std::string_view row, Dialect dialect, Arena& arena, std::vector<std::string_view>& cells) {
    cells.clear();
    Seen seen = BlockSplitter(row, dialect, arena, cells).run();
    if (seen.odd) {
        cells.clear();
        seen.state = split_bytes(row, dialect, arena, cells);
        seen.nul = row.find('\0') != std::string_view::npos;
        seen.high = 0;
    }
    if (seen.state != State::good) return seen.state;
    if (seen.nul) return State::nul;
    if (seen.high != std::string_view::npos && !valid_utf8(row.substr(seen.high))) return State::not_utf8;
    return State::good;
}

}  // namespace gpswitch::csv
