#include <charconv>

#include "core/mapping/rule_table.hpp"
#include "core/util/error.hpp"
#include "core/validate/context.hpp"

/// The tables under mappings/rules that the rules need.
namespace gpswitch::validate {

namespace {

bool known_scope(std::string_view s) {
    return s == "any" || s == "medication" || s == "food" || s == "environment";
}

}  // namespace

std::vector<NoKnownAllergy> load_no_known_allergy(std::string_view csv, const std::string& name) {
    std::vector<NoKnownAllergy> out;
    mapping::read_rule_table(
        csv, name, "system,code,display,scope,why", [&](const auto& cells, const mapping::FailRow& fail) {
            if (!known_scope(cells[3])) fail("scope is any, medication, food or environment");
            for (const NoKnownAllergy& other : out)
                if (other.system == cells[0] && other.code == cells[1])
                    fail("the code stands in another row already");
            out.push_back({std::string(cells[0]), std::string(cells[1]), std::string(cells[2]),
                           std::string(cells[3]), std::string(cells[4])});
        });
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
