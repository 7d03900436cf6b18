// Rows of a layout as bytes, and what its tables say that it cannot carry.
#include "core/layout/layout.hpp"

#include <doctest/doctest.h>

#include "core/layout/rows.hpp"
#include "core/mapping/mapping.hpp"

using namespace gpswitch;
using layout::Dialect;

namespace {

mapping::WrittenTable table() {
    mapping::WrittenTable t{"T", {}};
    for (const char* name : {"A", "B", "C"}) t.cells.push_back({name, "", {}, 0, 0, 0});
    t.cells[1].format = mapping::Cell::Format::decimal;
    t.cells[1].places = 2;
    t.cells[2].standing = "none";
    return t;
}
std::string row(const Dialect& d, std::vector<record::Text> cells) {
    std::string out;
    layout::Patches patches;
    cells.resize(3);
    d.append_row(out, table(), 0, cells, patches);
    return layout::patched(out, patches, 0, [](record::Text to) { return "<" + std::string(to) + ">"; });
}

}  // namespace

TEST_CASE("layout: rows are quoted always or when needed, with what stands in an empty cell") {
    Dialect d;
    CHECK(d.header_line(table()) == "A,B,C\r\n");
    CHECK(row(d, {"x", "1.5"}) == "x,1.50,none\r\n");
    CHECK(row(d, {"a,b", "1.125", "say \"no\""}) == "\"a,b\",1.125,\"say \"\"no\"\"\"\r\n");
    CHECK(row(d, {"two\nlines"}) == "\"two\nlines\",,none\r\n");
    CHECK(row(d, {"\x01Organization/o", "2"}) == "<Organization/o>,2.00,none\r\n");
    d.quotes = Dialect::Quotes::always;
    d.line_end = "\n";
    d.header = false;
    CHECK(d.header_line(table()).empty());
    CHECK(row(d, {"x", "", "\x01Organization/o"}) == "\"x\",\"\",\"<Organization/o>\"\n");
}

TEST_CASE("layout: Windows-1252 says what it has as one byte, and never a question mark for the rest") {
    Dialect d;
    d.encoding = Dialect::Encoding::windows1252;
    CHECK(row(d, {"\u00a3\u00bd \u20ac\u2019"}) == "\xa3\xbd \x80\x92,,none\r\n");
    CHECK(row(d, {"\u0081"}) == "\x81,,none\r\n");
    CHECK(row(d, {"\u0141ukasz \U0001F600"}) == "{U+0141}ukasz {U+1F600},,none\r\n");
    CHECK(d.can_write("caf\u00e9 \u2013"));
    CHECK_FALSE(d.can_write("\u0141ukasz"));
    CHECK_FALSE(d.can_write("\u2265 5"));
}

TEST_CASE("layout: what a layout cannot carry stands in its tables") {
    const auto set = mapping::MappingSet::load(std::string(GPSWITCH_SOURCE_DIR) + "/mappings/emis/1.0.0");
    const auto list = layout::cannot_carry(*set);
    const auto why = [&](std::string_view entity, std::string_view field) -> std::string {
        for (const record::CannotCarry& c : list)
            if (c.entity == entity && c.field == field) return c.why;
        return "carried";
    };
    CHECK(why("Flag", "") == "The layout has no table for it");
    CHECK(why("Medication", "") == "Written in the rows that name the drug");
    CHECK(why("Patient", "photo") == layout::kNoColumn);
    CHECK(why("Observation", "referenceRange.text") == layout::kNoColumn);
    // What a column, or the layout's own logic, writes.
    CHECK(why("Observation", "referenceRange.low") == "carried");
    CHECK(why("Observation", "component") == "carried");
    CHECK(why("Patient", "maritalStatus") == "carried");
    CHECK(why("Patient", "") == "carried");
    CHECK(why("Observation", "meta") == "carried");
}
