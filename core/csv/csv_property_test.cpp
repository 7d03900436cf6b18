#include <doctest/doctest.h>

#include <random>
#include <string>

#include "core/csv/csv.hpp"
#include "core/util/text.hpp"

// The Scanner and split() against the rules of csv.hpp written down the plainest way: one state machine, one
// byte at a time, no memory of earlier rows (and so quadratic where the Scanner is not).
using namespace gpswitch;
using csv::Dialect;
using csv::State;

namespace {
bool line_end(char c) { return c == '\n' || c == '\r'; }

/// Reads a row's structure from `at`. Returns where it ends, or npos when its quotes go wrong before that.
/// With `whole`, the row is one row: line ends outside quotes are text. `state` is good or what went wrong.
std::size_t plain_end(std::string_view s, std::size_t at, Dialect d, bool whole, State& state,
                      std::vector<std::string>* cells) {
    enum { start, bare, quoted, closed } now = start;
    std::string cell;
    state = State::good;
    for (; at < s.size(); ++at) {
        const char c = s[at];
        if (now == quoted) {
            if (c == '"')
                now = closed;
            else
                cell += c;
            continue;
        }
        if (now == closed && c == '"') {
            cell += c;
            now = quoted;
            continue;
        }
        if (c == d.separator) {
            if (cells != nullptr) cells->push_back(cell);
            cell.clear();
            now = start;
            continue;
        }
        if (line_end(c) && !whole) return at;
        if (now == closed) {
            state = State::text_after_quote;
            return std::string::npos;
        }
        if (now == start && c == '"' && d.quotes) {
            now = quoted;
            continue;
        }
        cell += c;
        now = bare;
    }
    if (now == quoted) {
        state = State::unterminated_quote;
        return std::string::npos;
    }
    if (cells != nullptr) cells->push_back(cell);
    return at;
}

State plain_split(std::string_view row, Dialect d, std::vector<std::string>& cells) {
    State state;
    cells.clear();
    if (plain_end(row, 0, d, true, state, &cells) == std::string::npos) return state;
    if (row.find('\0') != std::string_view::npos) return State::nul;
    return valid_utf8(row) ? State::good : State::not_utf8;
}

/// Checks a whole file; returns the number of rows.
std::size_t compare(std::string_view s, Dialect d) {
    csv::Scanner scan(s, d);
    csv::RowSpan row;
    Arena arena;
    std::vector<std::string_view> cells;
    std::vector<std::string> expected;
    std::size_t at = s.substr(0, 3) == "\xEF\xBB\xBF" ? 3 : 0, n = 0;
    std::uint64_t blank = 0, ends = 0, in_rows = 0;
    for (;; ++n) {
        for (; at < s.size() && line_end(s[at]); ++at) ++blank;
        if (at == s.size()) break;
        State state;
        std::size_t end = plain_end(s, at, d, false, state, nullptr);
        if (end == std::string::npos) end = std::min(s.find_first_of("\r\n", at), s.size());
        const State own = plain_split(s.substr(at, end - at), d, expected);
        REQUIRE(scan.next(row));
        REQUIRE(row.offset == at);
        REQUIRE(row.length == end - at);
        // The state is that of the row's own bytes, and it is good exactly when the whole row was.
        REQUIRE(row.state == (own == State::not_utf8 ? State::good : own));
        REQUIRE((state == State::good) == (row.state == State::good || row.state == State::nul));
        REQUIRE(csv::split(s.substr(at, end - at), d, arena, cells) == own);
        REQUIRE(cells.size() == expected.size());
        for (std::size_t i = 0; i < cells.size(); ++i) REQUIRE(cells[i] == expected[i]);
        in_rows += row.length;
        at = end;
        const std::size_t from = at;
        if (at < s.size()) at += s.substr(at, 2) == "\r\n" ? 2 : 1;
        ends += at - from;
        arena.clear();
    }
    REQUIRE(!scan.next(row));
    REQUIRE(scan.blank_bytes() == blank);
    REQUIRE(scan.line_end_bytes() == ends);
    REQUIRE(scan.bom_bytes() + blank + ends + in_rows == s.size());
    return n;
}
}  // namespace

TEST_CASE("csv: random hostile bytes are read as the rules say") {
    struct Row {
        std::string alphabet;
        const char* why;
    };
    using namespace std::string_literals;
    const Row rows[] = {
        {"\"\n", "quotes and line ends only"},
        {"\",\n", "every state within a few bytes"},
        {"\"\",,\n\rab", "CRLF by chance"},
        {"\"\",\nabcdefgh", "fields of some length"},
        {"\"\",\n\r\0a\xC3\xA9"s, "NUL and half characters"},
        {"\",abcdefghijklmnopqrstuvwxyz", "long rows across blocks"},
        {"\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n", "rare quotes"},
    };
    std::mt19937 random(20250101);
    std::size_t seen = 0;
    for (const auto& row : rows) {
        CAPTURE(row.why);
        for (int i = 0; i < 3000; ++i) {
            std::string s = i % 50 == 0 ? "\xEF\xBB\xBF" : "";
            const std::size_t length = random() % (i % 10 == 0 ? 700 : 90);
            while (s.size() < length) s += row.alphabet[random() % row.alphabet.size()];
            CAPTURE(s);
            seen += compare(s, {i % 7 == 0 ? 'a' : ',', i % 11 != 0});
        }
    }
    CHECK(seen > 50'000);
}

TEST_CASE("csv: damage to a well-formed file costs few rows") {
    std::mt19937 random(7);
    for (int i = 0; i < 500; ++i) {
        std::string s;
        for (int r = 0; r < 40; ++r) {
            for (int c = 0; c < 8; ++c) {
                std::string value;
                for (std::size_t k = random() % 12; k > 0; --k)
                    value += "ab,\"\n \xC3"[random() % (r % 9 == 0 ? 7 : 2)];
                csv::append_field(s, value, {}, true);
                s += c == 7 ? "\r\n" : ",";
            }
        }
        const std::string whole = s;
        switch (i % 4) {
            case 0: s[random() % s.size()] = '"'; break;
            case 1: s.erase(random() % s.size(), 1); break;
            case 2: s.insert(random() % s.size(), 1, "\"\n\r,"[random() % 4]); break;
            default: s.resize(random() % s.size()); break;
        }
        CAPTURE(s);
        compare(s, {});
        compare(whole, {});
    }
}

TEST_CASE("csv: a row read in one pass is what Scanner and split() make of it") {
    using namespace std::string_literals;
    const std::string alphabets[] = {"\",\nab"s, "\"\",,\n\rabcdefgh"s, "ab,\"\n\0\xC3\xA9"s,
                                     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa,,,\""s};
    std::mt19937 random(20260301);
    std::size_t taken = 0;
    std::vector<std::string_view> split;
    for (int i = 0; i < 12'000; ++i) {
        const std::string& alphabet = alphabets[static_cast<std::size_t>(i) % 4];
        std::string s;
        // Half of the files are well formed, so that many rows are.
        for (std::size_t rows = random() % 4 + 1; rows > 0 && i % 2 == 0; --rows) {
            for (std::size_t cells = random() % 40 + 1; cells > 0; --cells) {
                s += '"';
                for (std::size_t n = random() % 30; n > 0; --n)
                    if (const char c = alphabet[random() % alphabet.size()]; c != '"') s += c;
                s += cells > 1 ? "\"," : "\"\r\n";
            }
        }
        for (std::size_t n = random() % 200; i % 2 != 0 && s.size() < n;)
            s += alphabet[random() % alphabet.size()];
        // Nothing beyond the last byte may be read: the sanitizers watch a block of the exact size.
        const std::vector<char> exact(s.begin(), s.end());
        const std::string_view bytes(exact.data(), exact.size());
        CAPTURE(s);
        csv::Scanner scan(bytes);
        csv::RowSpan span;
        Arena arena;
        while (scan.next(span)) {
            std::string_view room[40];
            csv::Cells cells{room, 40};
            std::size_t length = 0;
            if (!csv::read_row(bytes.substr(span.offset), cells, length)) continue;
            ++taken;
            REQUIRE(length == span.length);
            REQUIRE(span.state == State::good);
            const State state = csv::split(bytes.substr(span.offset, span.length), {}, arena, split);
            REQUIRE((state == State::good || (state == State::not_utf8 && !cells.ascii)));
            REQUIRE(split == std::vector<std::string_view>(room, room + cells.size));
            REQUIRE(cells.one_line ==
                    (bytes.substr(span.offset, span.length).find_first_of("\r\n") == std::string_view::npos));
            if (cells.one_line) REQUIRE(csv::LineIndex::count(bytes.substr(span.offset, length)) == 0);
            for (std::uint32_t c = 0; c < cells.size; ++c)
                REQUIRE((cells.filled[c / 64] >> (c % 64) & 1) == (room[c].empty() ? 0 : 1));
        }
    }
    if (taken == 0) MESSAGE("skipped: this processor has no AVX2");
    CHECK((taken == 0 || taken > 5'000));
}
