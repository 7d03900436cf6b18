#include "core/system/tpp/write/sheet.hpp"

#include "core/record/made_number.hpp"
#include "core/util/hash.hpp"
#include "core/util/text.hpp"

namespace gpswitch::tpp::write {
namespace {

using Format = mapping::Cell::Format;

std::string digits(char first, std::uint64_t n) {
    const std::string tail = std::to_string(n % 100'000'000'000'000'000ull);
    std::string out(1, first);
    out.append(17 - tail.size(), '0');
    return out + tail;
}

std::uint64_t folded(const UuidText& u) {
    std::uint64_t n = 0;
    for (const char c : u)
        if (c != '-') n = (n << 4 | n >> 60) ^ static_cast<std::uint64_t>(c <= '9' ? c - '0' : c - 'a' + 10);
    return n * 0x9E3779B97F4A7C15ull;
}

// "2011-09-29 14:53:28" or "2011-09-29T14:53:28..." as "29 Sep 2011 14:53:28".
bool append_moment(std::string& out, Text iso, bool seconds) {
    static constexpr std::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";
    if (iso.size() < 10 || iso[4] != '-' || iso[7] != '-') return false;
    const auto month = to_integer(iso.substr(5, 2));
    if (!month || *month < 1 || *month > 12) return false;
    out += iso.substr(8, 2);
    out += ' ';
    out += kMonths.substr(static_cast<std::size_t>(*month - 1) * 3, 3);
    out += ' ';
    out += iso.substr(0, 4);
    out += ' ';
    out += iso.size() >= 19 ? iso.substr(11, seconds ? 8 : 5) : Text(seconds ? "00:00:00" : "00:00");
    return true;
}

}  // namespace

std::string made_number(EntityKind kind, Text id, std::uint64_t part) {
    const auto n = part == 0 ? record::made_number(kind, id)
                             : record::made_number(kind, std::string(id) + '/' + std::to_string(part));
    return {n.data(), n.size()};
}

std::string made_number(Text reference) {
    const std::size_t slash = reference.find('/');
    const auto kind = record::kind_of(reference.substr(0, slash));
    return made_number(kind.value_or(EntityKind::Organization), reference.substr(slash + 1), 0);
}

std::string lookup_number(Text column, Text words) {
    return digits('8', folded(uuid_v5({"tpp", "lookup", column, words})));
}

Layout::Layout(std::shared_ptr<mapping::MappingSet> set) : layout::Layout(std::move(set), kVersion) {
    const tpp::Layout types = tpp::Layout::load(this->set().folder());
    for (std::size_t t = 0; t < tables(); ++t) {
        auto& lookups = lookups_.emplace_back();
        auto& leads = leads_.emplace_back();
        const Table* known = types.find(table(t).name);
        for (std::size_t c = 0; c < table(t).cells.size(); ++c) {
            const Column* column = known == nullptr ? nullptr : known->find(table(t).cells[c].column);
            leads.emplace_back(column == nullptr ? std::string() : column->leads);
            if (column != nullptr && (column->type == Type::lookup || column->type == Type::option))
                lookups.push_back({c, column->type == Type::option});
        }
    }
}

bool Sheet::append_cell(std::string& out, Text cell, const mapping::Cell& column) const {
    switch (column.format) {
        case Format::date_time:
            if (append_moment(out, cell, true)) return false;
            break;
        case Format::date:
            if (append_moment(out, cell, false)) return false;
            break;
        case Format::boolean:
            if (cell == "true" || cell == "false") {
                out += cell == "true" ? "TRUE" : "FALSE";
                return false;
            }
            break;
        default: break;
    }
    // The key of a row that is one of several with it has more behind the number.
    if ((column.roles & mapping::Cell::key) != 0 && column.column == "RowIdentifier") {
        out += cell.substr(0, cell.find('-'));
        return false;
    }
    return append_text(out, cell);
}

}  // namespace gpswitch::tpp::write
