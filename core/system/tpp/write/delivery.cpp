#include "core/system/tpp/write/delivery.hpp"

#include <algorithm>

namespace gpswitch::tpp::write {
namespace {

/// Files that the manifest does not list: they lie beside the zip of a delivery.
constexpr std::string_view kBeside[] = {"SRMapping", "SRMappingGroup"};

}  // namespace

std::string stamp_of(const std::string& moment) {
    Arena arena;
    mapping::Civil c;
    if (moment.size() == 19 && moment[10] == ' ')
        c = {Text(moment).substr(0, 10), Text(moment).substr(11)};
    else if (moment.empty() || !mapping::civil_of(moment, arena, c) || c.day.size() < 10)
        return "19700101_0000";
    std::string out;
    for (const char ch : c.day)
        if (ch != '-') out += ch;
    out += '_';
    out += c.time.empty() ? "0000" : std::string(c.time.substr(0, 2)) + std::string(c.time.substr(3, 2));
    return out;
}

std::string manifest_of(const Layout& layout, const Sheet& sheet, const std::string& to) {
    mapping::WrittenTable columns{"SRManifest", {}};
    for (const char* name : {"FileName", "IsDelta", "IsReference", "DateExtractFrom", "DateExtractTo"})
        columns.cells.push_back({name, "", {}, 0, 0, 0});
    std::string bytes = sheet.header_line(columns);
    layout::Patches none;
    for (std::size_t t = 0; t < layout.tables(); ++t) {
        const std::string& name = layout.table(t).name;
        if (std::ranges::find(kBeside, name) != std::end(kBeside)) continue;
        const Text reference = layout.columns(t).patient < 0 ? "Y" : "N";
        const Text cells[] = {name, "N", reference, "", to};
        sheet.append_row(bytes, columns, 0, cells, none);
    }
    return bytes;
}

}  // namespace gpswitch::tpp::write
