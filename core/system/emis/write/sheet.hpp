#pragma once
#include "core/layout/pages.hpp"
#include "core/layout/rows.hpp"
#include "core/system/emis/extract.hpp"
#include "core/util/hash.hpp"

/// The layout being written, and rows on their way to it.
namespace gpswitch::emis::write {

using layout::kLater;
using record::Entity;
using record::EntityKind;

/// The one version written; newest that is published.
inline constexpr std::string_view kVersion = "8.2";
/// Extract number: in the file names and, as ProcessingId, on every row.
inline constexpr std::string_view kExtract = "1";

/// The layout with the brick's own numbers for its tables.
class Layout : public layout::Layout {
  public:
    explicit Layout(std::shared_ptr<mapping::MappingSet> set);
    using layout::Layout::column;
    using layout::Layout::columns;
    using layout::Layout::table;
    const mapping::WrittenTable& table(Tab tab) const { return table(static_cast<std::size_t>(tab)); }
    int column(Tab tab, std::string_view name) const { return column(static_cast<std::size_t>(tab), name); }
    const Columns& columns(Tab tab) const { return columns(static_cast<std::size_t>(tab)); }
};

/// A category that no list of the mapping set names: the entry is an observation.
inline constexpr Text kPlainCategory = "Symptoms and Findings";

/// 36 characters with the dashes of a GUID, in any case.
bool guid_form(Text s);
/// GUID of an entity that has no key of EMIS's: its id when that is a UUID, else one made from its name.
/// Upper case, no braces.
UuidText guid_of(EntityKind kind, Text id);
/// The same for the "Type/id" of a later cell.
UuidText guid_of(Text reference);
inline Text text_of(const UuidText& guid) { return {guid.data(), guid.size()}; }

/// Rows in the layout's form: all cells quoted, GUIDs in braces. A key that is known later is the GUID made
/// for its entity until then, 36 characters at the patch.
class Sheet : public layout::Dialect {
  public:
    Sheet() { quotes = Quotes::always; }

  protected:
    bool append_cell(std::string& out, Text cell, const mapping::Cell& column) const override;
    void append_later(std::string& out, Text reference, std::size_t table_number,
                      layout::Patches& patches) const override;
};

/// A code as it is used, for the coding tables.
struct CodeUse {
    std::string id, term, read, snomed, description, dmd, category, parent;
    bool drug = false;
    /// How sure the category is: 0 a default, 1 by a list, 2 what the entry must be, 3 the source's own word.
    int strength = 0;
    int changes = 0;                   ///< of what a reader sees of it
    mutable std::uint32_t number = 0;  ///< of what a reader sees of it; 0: not known now
    bool entry = false;                ///< a coded entry stands on it: its category says what the entry is
    std::uint32_t item = 0;            ///< that used it first
};

}  // namespace gpswitch::emis::write
