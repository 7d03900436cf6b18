#include "core/system/tpp/layout.hpp"

#include <fmt/format.h>

#include <array>

#include "core/csv/csv.hpp"
#include "core/io/file.hpp"
#include "core/system/tpp/manifest.hpp"
#include "core/util/error.hpp"
#include "core/util/text.hpp"

namespace gpswitch::tpp {
namespace {

// Row ids of reference files change from copy to copy; those files are keyed by what they say. Files that are
// not split belong to nobody: every practice of a delivery has the same ones.
constexpr std::array<Shape, 32> kShapes = {{
    {.table = "SRPatient", .patient = "RowIdentifier"},
    {.table = "SRMapping", .split = false},
    {.table = "SRMappingGroup", .split = false},
    {.table = "SRConfiguredListOption", .split = false},
    {.table = "SRCtv3", .key = "Ctv3Code", .split = false},
    {.table = "SRCtv3Hierarchy", .key = "Ctv3CodeParent", .second = "Ctv3CodeChild", .split = false},
    {.table = "SRCtv3ToSnomed", .key = "Ctv3Code", .second = "SnomedCode", .split = false},
    {.table = "SRCtv3ToVersion2", .key = "Ctv3Code", .second = "Version2Code", .split = false},
    {.table = "SRMedicationReadCodeDetails",
     .key = "IDMultiLexProduct",
     .second = "DrugReadCode",
     .split = false},
    {.table = "SRImmunisationContent", .split = false},
    {.table = "SRTemplate", .split = false},
    {.table = "SRQuestionnaire", .split = false},
    {.table = "SRCcg", .split = false},
    {.table = "SRTrust", .split = false},
    {.table = "SROrganisation", .name = "ID", .split = false},
    {.table = "SROrganisationBranch", .split = false},
    {.table = "SRStaff", .split = false},
    {.table = "SRStaffMember", .stays = true, .split = false},
    {.table = "SRStaffMemberProfile", .needs = "IDStaffMember", .stays = true, .split = false},
    {.table = "SRStaffMemberProfileRole", .split = false},
    {.table = "SRAppointmentFlags", .through = "IDAppointment", .parent = "SRAppointment"},
    {.table = "SRActivityEvent", .unique = false},
    {.table = "SRCarePlanReview", .unique = false},
    {.table = "SRDischargeDelay", .unique = false},
    {.table = "SRFreeText", .unique = false},
    {.table = "SRBedClosure", .unique = false},
    {.table = "SRSectionAppeal", .unique = false},
    {.table = "SRMHAWOL", .unique = false},
    {.table = "SRTask", .unique = false},
}};

Type type_named(std::string_view word) {
    struct Word {
        std::string_view word;
        Type type;
    };
    // layout.csv's own words, and those of a licensee's specification.
    static constexpr std::array<Word, 17> kWords = {{{"text", Type::text},
                                                     {"id", Type::id},
                                                     {"code", Type::code},
                                                     {"boolean", Type::boolean},
                                                     {"date", Type::date},
                                                     {"day", Type::day},
                                                     {"integer", Type::integer},
                                                     {"decimal", Type::decimal},
                                                     {"lookup", Type::lookup},
                                                     {"option", Type::option},
                                                     {"practice", Type::practice},
                                                     {"Date and Time", Type::date},
                                                     {"Numeric - Integer", Type::integer},
                                                     {"Numeric - Real", Type::decimal},
                                                     {"Text - Fixed", Type::text},
                                                     {"Text - Variable", Type::text}}};
    for (const Word& w : kWords)
        if (same_ignoring_case(w.word, word)) return w.type;
    return Type::text;
}

}  // namespace

const Column* Table::find(std::string_view column) const {
    for (const Column& c : columns)
        if (same_ignoring_case(c.name, column)) return &c;
    return nullptr;
}

Shape shape_of(std::string_view table) {
    for (const Shape& s : kShapes)
        if (!s.table.empty() && same_ignoring_case(s.table, table)) return s;
    return {};
}

Table& Layout::get(std::string_view table) {
    const auto it = index_.find(table);
    if (it != index_.end()) return tables_[it->second];
    index_.emplace(std::string(table), tables_.size());
    tables_.push_back({std::string(table), {}, false});
    return tables_.back();
}

const Table* Layout::find(std::string_view table) const {
    const auto it = index_.find(table);
    return it == index_.end() ? nullptr : &tables_[it->second];
}

Layout Layout::load(const std::string& folder) {
    Layout out;
    const std::string file = folder + "/layout.csv";
    if (!io::exists(file)) throw MappingError(file + ": missing from the mapping set");
    const std::string text = io::read_all(file);
    csv::Scanner scan(text);
    csv::RowSpan span;
    Arena arena;
    std::vector<std::string_view> cells;
    for (std::size_t line = 1; scan.next(span); ++line) {
        const auto state =
            csv::split(std::string_view(text).substr(span.offset, span.length), {}, arena, cells);
        if (state != csv::State::good || cells.size() != 4)
            throw MappingError(fmt::format("{}:{}: four fields are expected", file, line));
        if (line == 1) continue;
        Table& table = out.get(cells[0]);
        table.mapped = true;
        table.columns.push_back({std::string(cells[1]), type_named(cells[2]), std::string(cells[3]), true});
    }
    return out;
}

void Layout::add_specification(std::string_view bytes, const std::string& origin) {
    const csv::Dialect dialect{separator_of(bytes), true};
    csv::Scanner scan(bytes, dialect);
    csv::RowSpan span;
    Arena arena;
    std::vector<std::string_view> cells;
    Header header;
    while (scan.next(span)) {
        // Descriptions may hold any byte: only the names matter here.
        static_cast<void>(csv::split(bytes.substr(span.offset, span.length), dialect, arena, cells));
        if (header.columns.empty()) {
            for (const auto c : cells) header.add(std::string(trim(c)));
            if (header.find("TableName") < 0 || header.find("ColumnName") < 0)
                throw InputError(
                    origin + ":1: no columns TableName and ColumnName: not a table specification",
                    "take the file out, or ask for the specification again");
            continue;
        }
        const auto cell = [&](std::string_view column) {
            const int at = header.find(column);
            return at < 0 || static_cast<std::size_t>(at) >= cells.size()
                       ? std::string_view{}
                       : trim(cells[static_cast<std::size_t>(at)]);
        };
        std::string_view table = cell("TableName");
        const std::string_view column = cell("ColumnName");
        if (table.empty() || column.empty()) continue;
        Table& t = get(table);
        if (t.find(column) != nullptr) continue;
        const std::string_view leads = cell("LinkedTable");
        Type type = type_named(cell("ColumnDataType"));
        if (same_ignoring_case(leads, "SRMapping")) type = Type::lookup;
        if (same_ignoring_case(leads, "SRConfiguredListOption")) type = Type::option;
        if (type == Type::integer && starts_with_ignoring_case(column, "ID")) type = Type::id;
        t.columns.push_back({std::string(column), type, std::string(leads), false});
    }
}

void Header::add(std::string name) {
    index.emplace(name, static_cast<int>(columns.size()));
    columns.push_back(std::move(name));
}

int Header::find(std::string_view column) const {
    const auto it = index.find(column);
    return it == index.end() ? -1 : it->second;
}

}  // namespace gpswitch::tpp
