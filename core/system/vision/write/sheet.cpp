#include "core/system/vision/write/sheet.hpp"

#include <stdexcept>

#include "core/util/civil_time.hpp"

namespace gpswitch::vision::write {
namespace {

int need(const layout::Layout& layout, std::size_t table, std::string_view column) {
    const int c = layout.column(table, column);
    if (c < 0) throw std::logic_error("cells.csv lacks the column " + std::string(column));
    return c;
}

}  // namespace

Places::Places(const layout::Layout& l)
    : practice(l.table_named("practice")),
      staff(l.table_named("staff")),
      patient(l.table_named("patient")),
      encounter(l.table_named("encounter")),
      journal(l.table_named("journal")),
      referral(l.table_named("referral")) {
    const auto at = [&](std::size_t table) {
        return [&l, table](std::string_view column) { return need(l, table, column); };
    };
    const auto jc = at(journal);
    j = {jc("CODE"),         jc("SNOMED_CODE"),   jc("DMD_CODE"),      jc("RUBRIC"),       jc("TEXT"),
         jc("SUBSET"),       jc("EPISODE"),       jc("ENTITY"),        jc("VALUE1_NAME"),  jc("VALUE1"),
         jc("VALUE1_UNITS"), jc("VALUE2_NAME"),   jc("VALUE2"),        jc("VALUE2_UNITS"), jc("END_DATE"),
         jc("DATE"),         jc("TIME"),          jc("DRUG_PACKSIZE"), jc("LINKS"),        jc("IMMS_STATUS"),
         jc("IMMS_SOURCE"),  jc("IMMS_COMPOUND"), jc("DOCUMENT_ID"),   jc("HCP")};
    const auto pc = at(patient);
    p = {pc("ACTIVE"),       pc("NHS_NUMBER"),   pc("SURNAME"),   pc("ADDRESS"),
         pc("ADDRESS_1"),    pc("ADDRESS_2"),    pc("ADDRESS_3"), pc("ADDRESS_5"),
         pc("PRACT_NUMBER"), pc("REMOVED_DATE"), pc("GP"),        pc("GP_USUAL")};
    const auto oc = at(practice);
    o = {oc("ADDRESS"), oc("ADDRESS_1"), oc("ADDRESS_5")};
    const auto ec = at(encounter);
    e = {ec("SESSION"), ec("LINKS"), ec("HCP"), ec("PRACT_NUMBER"), ec("TIME")};
    referral_links = need(l, referral, "LINKS");
    const auto sc = at(staff);
    s = {sc("SURNAME"), sc("FORENAME"), sc("GMP_CODE"), sc("SERVICE_ID"), sc("HCP_TYPE")};

    words.resize(l.tables());
    set_words.resize(l.tables());
    for (std::size_t t = 0; t < l.tables(); ++t) {
        words[t].assign(l.table(t).cells.size(), -1);
        set_words[t].resize(l.table(t).cells.size());
    }
    for (std::size_t k = 0; k < record::kEntityKinds; ++k)
        for (const mapping::WriteRoute& route : l.write().routes(static_cast<record::EntityKind>(k)))
            for (const mapping::WrittenRow& row : route.rows) {
                for (const auto& word : row.sets)
                    set_words[row.table][static_cast<std::size_t>(word.cell)].push_back(word.value);
                for (const mapping::ColumnRule& rule : l.rules(row))
                    if (rule.values >= 0 && layout::Layout::is_cell(rule.column) &&
                        l.set().values(rule.values).find("*") == nullptr)
                        words[row.table][static_cast<std::size_t>(rule.column)] = rule.values;
            }
}

bool Sheet::append_cell(std::string& out, Text cell, const mapping::Cell& column) const {
    using Format = mapping::Cell::Format;
    if (column.format == Format::date && cell.size() == 10 && civil_time::is_day(cell)) {
        out += cell.substr(0, 4);
        out += cell.substr(5, 2);
        out += cell.substr(8);
        return false;
    }
    if (column.format == Format::date && (cell.size() == 7 || cell.size() == 4) &&
        civil_time::is_date_time(cell)) {
        out += cell.substr(0, 4);
        out += cell.size() == 7 ? cell.substr(5) : Text("00");
        out += "00";
        return false;
    }
    if (column.format == Format::time && cell.size() == 8 && civil_time::is_time(cell)) {
        // Midnight is what stands where nobody knows the time.
        if (cell != "00:00:00") out.append(cell, 0, 2).append(cell, 3, 2);
        return false;
    }
    return append_text(out, cell);
}

}  // namespace gpswitch::vision::write
