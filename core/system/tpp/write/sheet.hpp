#pragma once
#include <array>
#include <set>

#include "core/layout/pages.hpp"
#include "core/layout/rows.hpp"
#include "core/system/tpp/layout.hpp"

/// The layout being written, and rows on their way to it.
namespace gpswitch::tpp::write {

using layout::Draft;
using layout::kLater;
using record::Entity;
using record::EntityKind;
using record::Record;
using Text = record::Text;

/// The one version written: the last whose headers are known.
inline constexpr std::string_view kVersion = "93";

/// RowIdentifier of an entity that has none of TPP's: record::made_number of its kind and id (and of `part`,
/// for one of several rows). TPP's own have 11 digits at most.
std::string made_number(EntityKind kind, Text id, std::uint64_t part = 0);
/// The same for the "Type/id" of a later cell.
std::string made_number(Text reference);
/// Id of words in SRMapping or SRConfiguredListOption, by the column that uses them: 18 digits, beginning
/// with 8.
std::string lookup_number(Text column, Text words);

/// The tables bound to their columns' types. Immutable and thread-safe.
class Layout : public layout::Layout {
  public:
    explicit Layout(std::shared_ptr<mapping::MappingSet> set);
    /// Columns of a table whose words stand in SRMapping or SRConfiguredListOption.
    struct Lookup {
        std::size_t cell;
        bool option;
    };
    const std::vector<Lookup>& lookups(std::size_t table) const { return lookups_[table]; }
    /// Table that a column's cells lead to; empty when it is none.
    Text leads(std::size_t table, int cell) const { return leads_[table][static_cast<std::size_t>(cell)]; }

  private:
    std::vector<std::vector<Lookup>> lookups_;
    std::vector<std::vector<std::string>> leads_;
};

/// Rows as SystmOne writes them: Windows-1252, every cell quoted, dates with English months, TRUE and FALSE.
class Sheet : public layout::Dialect {
  public:
    Sheet() {
        quotes = Quotes::always;
        encoding = Encoding::windows1252;
    }

  protected:
    bool append_cell(std::string& out, Text cell, const mapping::Cell& column) const override;
};

/// A code as entries use it: what SRCtv3 and SRCtv3Hierarchy must say of it.
struct CodeUse {
    std::string ctv3;             ///< empty: one is made when the row is committed, of `name`
    std::string name;             ///< of a code to be made
    std::array<Text, 2> name_of;  ///< what it is made of, as long as the record is there
    std::string text;
    std::string snomed;           ///< that SRCtv3ToSnomed has for it
    std::set<std::string> roots;  ///< what it stands under
    bool entry = false;           ///< an entry stands on it: what it stands under says what the entry is
};

/// What other rows name a practice-wide entity by.
struct Known {
    std::string key;     ///< its own
    std::string person;  ///< of a role: "Practitioner/id"
    std::string place;   ///< of a role: "Organization/id"; of an organisation: the table of its row
};

}  // namespace gpswitch::tpp::write
