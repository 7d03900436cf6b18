#include "core/system/emis/write/sheet.hpp"

#include <stdexcept>

#include "core/util/hash.hpp"
#include "core/util/text.hpp"

namespace gpswitch::emis::write {
Layout::Layout(std::shared_ptr<mapping::MappingSet> set) : layout::Layout(std::move(set), kVersion) {
    // The numbers of the tables are those of the brick.
    for (std::size_t i = 0; i < kTabs; ++i)
        if (table_named(shape(static_cast<Tab>(i)).name) != i)
            throw std::logic_error("cells.csv has the tables in another order");
}

bool guid_form(Text s) {
    if (s.size() != 36) return false;
    for (std::size_t i = 0; i < 36; ++i) {
        const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        const char c = s[i];
        const bool digit = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'F') || (c >= 'a' && c <= 'f');
        if (dash ? c != '-' : !digit) return false;
    }
    return true;
}

std::string guid_of(EntityKind kind, Text id) {
    if (guid_form(id)) return upper(id);
    const UuidText u = uuid_v5({"emis", "written", record::name_of(kind), id});
    return upper(Text(u.data(), u.size()));
}

std::string guid_of(Text reference) {
    const std::size_t slash = reference.find('/');
    const auto kind = record::kind_of(reference.substr(0, slash));
    return guid_of(kind.value_or(EntityKind::Organization), reference.substr(slash + 1));
}

bool Sheet::append_cell(std::string& out, Text cell, const mapping::Cell& column) const {
    if (column.format != mapping::Cell::Format::guid || !guid_form(cell))
        return Dialect::append_cell(out, cell, column);
    out += '{';
    for (const char ch : cell) out += ch >= 'a' && ch <= 'f' ? static_cast<char>(ch - 32) : ch;
    out += '}';
    return false;
}

void Sheet::append_later(std::string& out, Text reference, std::size_t table_number,
                         std::vector<layout::Patch>& patches) const {
    out += '{';
    patches.push_back({table_number, out.size(), {}});
    out += guid_of(reference);
    out += '}';
}

}  // namespace gpswitch::emis::write
