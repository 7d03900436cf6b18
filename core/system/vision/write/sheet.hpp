#pragma once
#include "core/layout/layout.hpp"
#include "core/layout/rows.hpp"

/// The live layout ("0.18") as it is written: where its columns are, and the form of its cells.
namespace gpswitch::vision::write {

using record::Text;

inline constexpr std::string_view kVersion = "0.18";

/// Numbers of the tables and columns that the writer's own logic fills. Found once, by name.
struct Places {
    explicit Places(const layout::Layout& layout);
    std::size_t practice, staff, patient, encounter, journal, referral;
    struct {
        int code, snomed, dmd, rubric, text, subset, episode, entity, value1_name, value1, units1,
            value2_name, value2, units2, end, date, time, packsize, links, imms_status, imms_source, compound,
            document, hcp;
    } j;
    struct {
        int active, nhs, surname, address, address_1, address_2, address_3, address_5, number, removed, gp,
            gp_usual;
    } p;
    struct {
        int address, address_1, address_5;
    } o;
    struct {
        int session, links, hcp, number, time;
    } e;
    int referral_links;
    struct {
        int surname, forename, code, service, type;
    } s;
    /// By table and column: the values table that has the column's words; -1: any text may stand there.
    std::vector<std::vector<int>> words;
    /// By the same: words that write.csv sets itself.
    std::vector<std::vector<std::vector<Text>>> set_words;
};

/// No header, CR LF, UTF-8, quotes where needed; days yyyyMMdd, times HHmm.
class Sheet : public layout::Dialect {
  public:
    Sheet() { header = false; }

  protected:
    bool append_cell(std::string& out, Text cell, const mapping::Cell& column) const override;
};

}  // namespace gpswitch::vision::write
