#include <algorithm>

#include "core/diff/diff.hpp"
#include "core/mapping/rule_table.hpp"

namespace gpswitch::diff {

std::vector<CodeSystem> load_code_systems(std::string_view csv, const std::string& name) {
    static constexpr std::string_view kCodes[] = {"own", "shared", "nothing"};
    std::vector<CodeSystem> out;
    mapping::read_rule_table(
        csv, name, "system,codes,why", [&](const auto& cells, const mapping::FailRow& fail) {
            const auto codes = std::ranges::find(kCodes, cells[1]);
            if (codes == std::end(kCodes)) fail("codes is own, shared or nothing");
            if (std::ranges::any_of(out, [&](const CodeSystem& s) { return s.system == cells[0]; }))
                fail("the system stands in another row already");
            out.push_back({std::string(cells[0]), static_cast<Codes>(codes - std::begin(kCodes))});
        });
    return out;
}

}  // namespace gpswitch::diff
