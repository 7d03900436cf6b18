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
    if (s.size() != 36 || s[8] != '-' || s[13] != '-' || s[18] != '-' || s[23] != '-') return false;
    int digits = 0;
    for (const char c : s)
        digits += static_cast<int>(static_cast<unsigned char>(c - '0') < 10) +
                  static_cast<int>(static_cast<unsigned char>((c | 0x20) - 'a') < 6);
    return digits == 32;
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
    const std::size_t at = out.size();
    out += cell;
    for (std::size_t i = at; i < out.size(); ++i)
        out[i] = static_cast<char>(out[i] & ~((out[i] >= 'a' && out[i] <= 'f') << 5));
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
