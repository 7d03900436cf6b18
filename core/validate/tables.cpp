#include <charconv>

#include "core/csv/csv.hpp"
#include "core/mapping/rule_table.hpp"
#include "core/util/error.hpp"
#include "core/util/text.hpp"
#include "core/validate/context.hpp"

/// The tables under mappings/rules that the rules need.
namespace gpswitch::validate {

namespace {

bool known_scope(std::string_view s) {
    return s == "any" || s == "medication" || s == "food" || s == "environment";
}

}  // namespace

std::vector<NoKnownAllergy> load_no_known_allergy(std::string_view text, const std::string& name) {
    csv::Scanner scan(text);
    csv::RowSpan span;
    csv::LineIndex lines(text);
    Arena arena;
    std::vector<std::string_view> cells;
    std::vector<NoKnownAllergy> out;
    bool header = true;
    while (scan.next(span)) {
        lines.add(span.offset);
        const auto fail = [&](const std::string& why) {
            throw MappingError(name + ":" + std::to_string(lines.line_of(span.offset)) + ": " + why);
        };
        if (csv::split(text.substr(span.offset, span.length), {}, arena, cells) != csv::State::good ||
            cells.size() != 5)
            fail("the columns system,code,display,scope,why are expected");
        if (header) {
            header = false;
            if (cells[0] != "system" || cells[1] != "code" || cells[2] != "display" || cells[3] != "scope" ||
                cells[4] != "why")
                fail("the header is not system,code,display,scope,why");
            continue;
        }
        NoKnownAllergy row{std::string(trim(cells[0])), std::string(trim(cells[1])),
                           std::string(trim(cells[2])), std::string(trim(cells[3])),
                           std::string(trim(cells[4]))};
        if (row.system.empty() || row.code.empty()) fail("system and code are needed");
        if (!known_scope(row.scope)) fail("scope is any, medication, food or environment");
        for (const NoKnownAllergy& other : out)
            if (other.system == row.system && other.code == row.code)
                fail("the code stands in another row already");
        out.push_back(std::move(row));
    }
    if (out.empty()) throw MappingError(name + ": no codes");
    return out;
}

std::vector<ListCode> load_list_codes(std::string_view csv, const std::string& name) {
    std::vector<ListCode> out;
    mapping::read_rule_table(
        csv, name, "system,code,display,kind,why", [&](const auto& cells, const mapping::FailRow& fail) {
            if (cells[3] != "allergies" && cells[3] != "ended-allergies")
                fail("kind is allergies or ended-allergies");
            out.push_back({std::string(cells[0]), std::string(cells[1]), std::string(cells[3])});
        });
    return out;
}

std::vector<Plausible> load_plausible(std::string_view csv, const std::string& name) {
    std::vector<Plausible> out;
    mapping::read_rule_table(
        csv, name, "system,code,display,role,units,low,high,why",
        [&](const auto& cells, const mapping::FailRow& fail) {
            Plausible row{std::string(cells[0]), std::string(cells[1]), std::string(cells[3]), {}, 0, 0};
            if (!row.role.empty() && row.role != "systolic" && row.role != "diastolic")
                fail("role is systolic, diastolic or empty");
            std::string_view units = cells[4];
            while (!units.empty()) {
                const std::size_t end = std::min(units.find(' '), units.size());
                if (end != 0) row.units.emplace_back(units.substr(0, end));
                units.remove_prefix(std::min(end + 1, units.size()));
            }
            if (row.units.empty()) fail("a unit is needed");
            const auto number = [&](std::string_view s, double& to) {
                const auto r = std::from_chars(s.data(), s.data() + s.size(), to);
                return r.ec == std::errc() && r.ptr == s.data() + s.size();
            };
            if (!number(cells[5], row.low) || !number(cells[6], row.high) || row.low >= row.high)
                fail("low and high are numbers, low the smaller");
            out.push_back(std::move(row));
        });
    return out;
}

}  // namespace gpswitch::validate
