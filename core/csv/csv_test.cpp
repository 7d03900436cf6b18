#include <doctest/doctest.h>

#include <stdexcept>
#include <string>

#include "core/csv/csv.hpp"

using namespace gpswitch;
using csv::Dialect;
using csv::State;

namespace {
std::string scanned(std::string_view bytes, Dialect dialect = {}) {
    std::string out;
    csv::Scanner scan(bytes, dialect);
    csv::RowSpan row;
    while (scan.next(row)) {
        if (!out.empty()) out += " / ";
        out += bytes.substr(row.offset, row.length);
        if (row.state != State::good) out += " <" + std::string(csv::to_text(row.state)) + ">";
    }
    return out;
}

std::string split_text(std::string_view row, Dialect dialect = {}) {
    Arena arena;
    std::vector<std::string_view> cells;
    const State state = csv::split(row, dialect, arena, cells);
    std::string out;
    for (auto c : cells) out += "[" + std::string(c) + "]";
    if (state != State::good) out += "<" + std::string(csv::to_text(state)) + ">";
    return out;
}

using namespace std::string_literals;
}  // namespace

TEST_CASE("csv scanner: where rows end") {
    struct Row {
        std::string bytes, rows;
        const char* why;
    };
    const Row rows[] = {
        {"", "", "nothing is no row"},
        {"a,b", "a,b", "the last line end may be missing"},
        {"a\nb\r\nc\rd\n", "a / b / c / d", "LF, CRLF and a lone CR"},
        {"\n\r\na\n\n\r\rb", "a / b", "blank lines are no rows"},
        {" \n", " ", "a space is not blank"},
        {"\"a\r\nb\",c\nd", "\"a\r\nb\",c / d", "line ends in quotes"},
        {"\"a\"\"\n\"\"b\"\nc", "\"a\"\"\n\"\"b\" / c", "doubled quotes beside a line end"},
        {"\"\"\n\"\"\"\"\n", "\"\" / \"\"\"\"", "empty, and one quote"},
        {"a\"b\nc\"d\ne,\"f\ng\"", "a\"b / c\"d / e,\"f\ng\"", "a quote in an unquoted field is a character"},
        {"\xEF\xBB\xBF\"a\nb\"\nc", "\"a\nb\" / c", "a quote right behind the mark opens a field"},
        {"\"a\nb", "\"a <unterminated-quote> / b", "cut off by the end: costs its own line"},
        {"\"a", "\"a <unterminated-quote>", "cut off in its first line"},
        {"\"", "\" <unterminated-quote>", "nothing but the quote"},
        {"\"a\"b,c\nd", "\"a\"b,c <text-after-quote> / d", "text behind a closing quote"},
        {"\"a\"b,\"c\nd\",e\nf", "\"a\"b,\"c <text-after-quote> / d\",e / f",
         "ends at its first line end, in quotes too"},
        {"x,\"a\n\"b\",c\n\"d\",e\n", "x,\"a <unterminated-quote> / \"b\",c / \"d\",e",
         "a stray quote: broken beyond the first line end, so cut there"},
        {"\"a\"b\r\nc", "\"a\"b <text-after-quote> / c", "CRLF behind a broken row"},
        {"a\0b\nc"s, "a\0b <nul> / c"s, "a NUL"},
        {"\"a\nb\0\"\nc"s, "\"a\nb\0\" <nul> / c"s, "a NUL does not change where the row ends"},
        {"\"a\0\nb"s, "\"a\0 <unterminated-quote> / b"s, "quotes before NUL"},
        {"\"" + std::string(200, 'a') + "\"\nb", "\"" + std::string(200, 'a') + "\" / b", "across blocks"},
        {"\"" + std::string(62, 'a') + "\"", "\"" + std::string(62, 'a') + "\"",
         "exactly a block, no line end"},
        {"\"" + std::string(61, 'a') + "\"\"\"\nb", "\"" + std::string(61, 'a') + "\"\"\" / b",
         "a doubled quote across blocks"},
        {"\"" + std::string(62, 'a') + "\"x\nb", "\"" + std::string(62, 'a') + "\"x <text-after-quote> / b",
         "text after the quote in the next block"},
        {std::string(64, 'a') + "\"b\nc\"", std::string(64, 'a') + "\"b / c\"",
         "literal quote that begins a block"},
        {std::string(63, 'a') + ",\"b\nc\"", std::string(63, 'a') + ",\"b\nc\"",
         "separator that ends a block"},
    };
    for (const auto& row : rows) {
        CAPTURE(row.why);
        CHECK(scanned(row.bytes) == row.rows);
    }
    CHECK(scanned("a\t\"b\nc\"", {'\t', false}) == "a\t\"b / c\"");
    CHECK(scanned("a\t\"b\nc\",d\n", {'\t', true}) == "a\t\"b <unterminated-quote> / c\",d");
}

TEST_CASE("csv scanner: bytes are accounted for") {
    const std::string text = "\xEF\xBB\xBF\r\n\na,b\r\n\rc\n\n";
    csv::Scanner scan(text);
    csv::RowSpan row;
    std::uint64_t rows = 0;
    while (scan.next(row)) rows += row.length;
    CHECK(scan.bom_bytes() == 3);
    CHECK(scan.blank_bytes() == 5);
    CHECK(scan.line_end_bytes() == 3);
    CHECK(rows == 4);
    CHECK(scan.offset() == text.size());
    csv::Scanner mark("\xEF\xBB\xBF");
    CHECK(!mark.next(row));
    CHECK(mark.bom_bytes() == 3);
}

// Each of these took the time of (file size)^2 in some draft or in other people's parsers. 32 MB each: linear
// is milliseconds, quadratic is days.
TEST_CASE("csv scanner: linear on hostile bytes") {
    struct Row {
        const char *head, *repeated, *tail, *why;
    };
    const Row rows[] = {
        {"", "x\",\"\n", "", "every line would run to the end of the file"},
        {"", "x\",\"\n", "\"z", "... to text behind a quote at the end"},
        {"\"", "a\n", "", "an unclosed quote early, no other quote"},
        {"\"", "\"\"\n", "", "doubled quotes to the end"},
        {"", "\"\n", "", "alternating quotes and line ends"},
        {"", "\"", "", "quotes only"},
        {"", "\n", "", "line ends only"},
        {"", "\",\"\n", "", "quotes around separators"},
        {"a\"", "\"\r\"\"\r,\"", "\"b", "CR, doubled and odd quotes"},
    };
    for (const auto& row : rows) {
        CAPTURE(row.why);
        std::string text = row.head;
        while (text.size() < 32u << 20) text += row.repeated;
        text += row.tail;
        csv::Scanner scan(text);
        csv::RowSpan span;
        std::uint64_t bytes = 0;
        while (scan.next(span)) bytes += span.length;
        CHECK(bytes + scan.blank_bytes() + scan.line_end_bytes() == text.size());
    }
}

TEST_CASE("csv split: fields") {
    struct Row {
        std::string row, fields;
        const char* why;
    };
    const Row rows[] = {
        {"", "[]", "an empty row has one empty field"},
        {"a,b,", "[a][b][]", "a separator at the end starts a field"},
        {",,", "[][][]", "empty fields"},
        {"\"a\",\"\",\"b,c\"", "[a][][b,c]", "quoted"},
        {"\"a\"\"b\",\"\"\"\"\"\",c", "[a\"b][\"\"][c]", "doubled quotes"},
        {"\"a\r\nb\",c", "[a\r\nb][c]", "line ends in quotes stay"},
        {" a , \"b\" ", "[ a ][ \"b\" ]", "spaces belong to the field, and a quote after one is a character"},
        {"a\"b,c\"\"d,\"e\"", "[a\"b][c\"\"d][e]", "quotes in unquoted fields are characters"},
        {"a,\"b", "[a]<unterminated-quote>", "what was found so far"},
        {"a,\"b\"c,d", "[a]<text-after-quote>", "what was found so far"},
        {"a,\"b\"\n,d", "[a]<text-after-quote>", "a line end behind a closing quote is text in a row"},
        {"a\nb,c", "[a\nb][c]", "a line end outside quotes is text in a row"},
        {"a\0,b"s, "[a\0][b]<nul>"s, "NUL"},
        {"caf\xC3\xA9,\xE2\x82\xAC", "[caf\xC3\xA9][\xE2\x82\xAC]", "UTF-8"},
        {"a,caf\xE9", "[a][caf\xE9]<not-utf8>", "Windows-1252"},
        {"x\"y,caf\xE9", "[x\"y][caf\xE9]<not-utf8>", "the slow way looks too"},
        {std::string(70, 'a') + ",\"" + std::string(70, 'b') + "\"\"\",c",
         "[" + std::string(70, 'a') + "][" + std::string(70, 'b') + "\"][c]", "across blocks"},
    };
    for (const auto& row : rows) {
        CAPTURE(row.why);
        CHECK(split_text(row.row) == row.fields);
    }
    CHECK(split_text("a|\"b|c\"|d", {'|', true}) == "[a][b|c][d]");
    CHECK(split_text("a\t\"b\t\"\"", {'\t', false}) == "[a][\"b][\"\"]");
}

TEST_CASE("csv split: unquoted and plainly quoted fields are views") {
    const std::string row = "a,\"b\",\"c\"\"d\"";
    Arena arena;
    std::vector<std::string_view> cells{"left over"};
    REQUIRE(csv::split(row, {}, arena, cells) == State::good);
    REQUIRE(cells.size() == 3);
    CHECK(cells[0].data() == row.data());
    CHECK(cells[1].data() == row.data() + 3);
    CHECK((cells[2].data() < row.data() || cells[2].data() >= row.data() + row.size()));
}

TEST_CASE("csv line index: lines, not rows") {
    std::string text;
    std::vector<std::uint64_t> starts, lines;
    std::uint64_t line = 1;
    const char* const pieces[] = {"a\n", "\"x\ny\rz\r\n\"\r\n", "\r\n\n\rb\r", "c\r\n"};
    const std::uint64_t first[] = {0, 0, 4, 0}, blank[] = {0, 0, 3, 0}, height[] = {1, 4, 4, 1};
    for (std::size_t i = 0; i < 20'000; ++i) {
        const std::size_t k = (i * 7 + i / 3) % 4;
        starts.push_back(text.size() + first[k]);
        lines.push_back(line + blank[k]);
        text += pieces[k];
        line += height[k];
        if (i == 10'000) {
            text.append(300'000, '\n');  // a gap far wider than the distance of two marks
            line += 300'000;
        }
    }
    csv::LineIndex index(text);
    csv::Scanner scan(text);
    csv::RowSpan row;
    for (std::size_t i = 0; scan.next(row); ++i) {
        REQUIRE(row.offset == starts.at(i));
        index.add(row.offset);
    }
    for (std::size_t i = 0; i < starts.size(); ++i) REQUIRE(index.line_of(starts[i]) == lines[i]);
    CHECK(index.line_of(text.size() + 10) == line);
    CHECK(csv::LineIndex("a\r\nb").line_of(2) == 1);  // between CR and LF
    CHECK(csv::LineIndex("a\r\nb").line_of(3) == 2);
    CHECK(csv::LineIndex("a\r").line_of(2) == 2);
    CHECK(csv::LineIndex().line_of(0) == 1);
}

TEST_CASE("csv append_field: reads back") {
    struct Row {
        std::string value;
        bool always;
        std::string text;
        const char* why;
    };
    const Row rows[] = {
        {"a b", false, "a b", "nothing special"},
        {"a", true, "\"a\"", "asked for"},
        {"", false, "", "empty"},
        {"", true, "\"\"", "empty, asked for"},
        {"a,b", false, "\"a,b\"", "separator"},
        {"a\rb", false, "\"a\rb\"", "a lone CR is a line end too"},
        {"a\nb", false, "\"a\nb\"", "line end"},
        {"\"a\"", false, "\"\"\"a\"\"\"", "quotes are doubled"},
        {"\xEF\xBB\xBFz", false, "\"\xEF\xBB\xBFz\"", "would be taken for the file's mark"},
    };
    for (const auto& row : rows) {
        CAPTURE(row.why);
        std::string out;
        csv::append_field(out, row.value, {}, row.always);
        CHECK(out == row.text);
        CHECK(split_text(out) == "[" + row.value + "]");
    }
    std::string out;
    csv::append_field(out, "a\"b,c", {'\t', false}, true);
    CHECK(out == "a\"b,c");
    CHECK_THROWS_AS(csv::append_field(out, "a\tb", {'\t', false}, true), std::logic_error);
}
