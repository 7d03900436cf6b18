#include "core/system/emis/write/sheet.hpp"

#include <emmintrin.h>

#include <stdexcept>
#include <tuple>

namespace gpswitch::emis::write {
Layout::Layout(std::shared_ptr<mapping::MappingSet> set) : layout::Layout(std::move(set), kVersion) {
    // The numbers of the tables are those of the brick.
    for (std::size_t i = 0; i < kTabs; ++i)
        if (table_named(shape(static_cast<Tab>(i)).name) != i)
            throw std::logic_error("cells.csv has the tables in another order");
}

namespace {

// Sixteen characters at once.
__m128i sixteen(const char* s) { return _mm_loadu_si128(reinterpret_cast<const __m128i*>(s)); }
__m128i between(__m128i c, char first, char last) {
    return _mm_and_si128(_mm_cmpgt_epi8(c, _mm_set1_epi8(static_cast<char>(first - 1))),
                         _mm_cmplt_epi8(c, _mm_set1_epi8(static_cast<char>(last + 1))));
}
unsigned digits(__m128i c) {
    const __m128i letters = between(_mm_or_si128(c, _mm_set1_epi8(0x20)), 'a', 'f');
    return static_cast<unsigned>(_mm_movemask_epi8(_mm_or_si128(letters, between(c, '0', '9'))));
}
__m128i upper_case(__m128i c) {
    return _mm_sub_epi8(c, _mm_and_si128(between(c, 'a', 'z'), _mm_set1_epi8(0x20)));
}

constexpr std::size_t kGuid = std::tuple_size_v<UuidText>;
constexpr std::size_t kStarts[] = {0, 16, kGuid - 16};

UuidText upper_case(const char* guid) {
    UuidText out;
    for (const std::size_t at : kStarts)
        _mm_storeu_si128(reinterpret_cast<__m128i*>(out.data() + at), upper_case(sixteen(guid + at)));
    return out;
}

}  // namespace

bool guid_form(Text s) {
    if (s.size() != kGuid || s[8] != '-' || s[13] != '-' || s[18] != '-' || s[23] != '-') return false;
    constexpr std::uint64_t kDashes = 1u << 8 | 1u << 13 | 1u << 18 | 1u << 23;
    std::uint64_t found = 0;
    for (const std::size_t at : kStarts) found |= std::uint64_t{digits(sixteen(s.data() + at))} << at;
    return found == (((std::uint64_t{1} << kGuid) - 1) & ~kDashes);
}

UuidText guid_of(EntityKind kind, Text id) {
    if (guid_form(id)) return upper_case(id.data());
    return upper_case(uuid_v5({"emis", "written", record::name_of(kind), id}).data());
}

UuidText guid_of(Text reference) {
    const std::size_t slash = reference.find('/');
    const auto kind = record::kind_of(reference.substr(0, slash));
    return guid_of(kind.value_or(EntityKind::Organization), reference.substr(slash + 1));
}

bool Sheet::append_cell(std::string& out, Text cell, const mapping::Cell& column) const {
    if (column.format != mapping::Cell::Format::guid || !guid_form(cell))
        return Dialect::append_cell(out, cell, column);
    out += '{';
    out += text_of(upper_case(cell.data()));
    out += '}';
    return false;
}

void Sheet::append_later(std::string& out, Text reference, std::size_t table_number,
                         layout::Patches& patches) const {
    out += '{';
    patches.add(table_number, out.size(), {});
    out += text_of(guid_of(reference));
    out += '}';
}

}  // namespace gpswitch::emis::write
