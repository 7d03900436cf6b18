#pragma once
#include <string>

#include "core/record/system.hpp"

namespace gpswitch::record {

/// The file a row stands in, as a finding names it. Of a table in several files Table::member is the first of
/// them, or a pattern ("practice/*.json"); Table::parts names all of them without what stands before.
inline std::string member_of(const Table& table, const Row& row) {
    if (row.part >= table.parts.size()) return table.member;
    const std::string& first = table.parts[0];
    std::size_t before = table.member.find('*');
    if (before == std::string::npos)
        before = table.member.ends_with(first) ? table.member.size() - first.size() : 0;
    return table.member.substr(0, before) + table.parts[row.part];
}

}  // namespace gpswitch::record
