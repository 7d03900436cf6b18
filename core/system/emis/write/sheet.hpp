#pragma once
#include "core/mapping/write.hpp"
#include "core/system/emis/extract.hpp"

/// The layout being written, and rows on their way to it.
namespace gpswitch::emis::write {

using mapping::WriteSet;
using record::Entity;
using record::EntityKind;

/// The one version written; newest that is published.
inline constexpr std::string_view kVersion = "8.2";
/// Extract number: in the file names and, as ProcessingId, on every row.
inline constexpr std::string_view kExtract = "1";

/// Which fields of a type some rule of a route writes, however deep.
struct Cover {
    enum class How : std::uint8_t { nothing, whole, inside };
    std::vector<How> how;                                     ///< by index in Type::fields
    std::vector<std::unique_ptr<Cover>> inner;                ///< the same; of those with `inside`
    std::vector<std::vector<const mapping::ColumnRule*>> by;  ///< the same; rules that name the field
};

/// The mapping set bound to the columns that are written. Immutable and thread-safe.
class Layout {
  public:
    explicit Layout(std::shared_ptr<mapping::MappingSet> set);
    const mapping::MappingSet& set() const { return *set_; }
    const WriteSet& write() const { return *write_; }
    const mapping::WrittenTable& table(Tab tab) const {
        return write_->tables()[index_[static_cast<std::size_t>(tab)]];
    }
    Tab tab(std::size_t index) const { return tabs_[index]; }
    /// Number of a column; -1 when the version has none.
    int column(Tab tab, std::string_view name) const { return table(tab).find(name); }
    /// Rules of one row of a route, found once.
    const std::vector<mapping::ColumnRule>& rules(const mapping::WrittenRow& row) const {
        return *rules_.at(&row);
    }
    const Cover& cover(const mapping::WriteRoute& route) const { return covers_.at(&route); }

    /// Numbers above this are columns of the code that a column refers to.
    static constexpr int kThrough = 10000;
    struct Columns {
        int patient = -1, organisation = -1, key = -1, confidential = -1, code = -1, processing = -1;
    };
    const Columns& columns(Tab tab) const { return columns_[static_cast<std::size_t>(tab)]; }

  private:
    std::shared_ptr<mapping::MappingSet> set_;
    std::shared_ptr<const WriteSet> write_;
    std::array<std::size_t, kTabs> index_{};
    std::vector<Tab> tabs_;
    std::array<Columns, kTabs> columns_{};
    std::unordered_map<const mapping::WrittenRow*, const std::vector<mapping::ColumnRule>*> rules_;
    std::unordered_map<const mapping::WriteRoute*, Cover> covers_;
};

/// A cell that is the key of a practice-wide entity begins with this and goes on with "Type/id": the key is
/// known when that entity has been committed.
inline constexpr char kLater = '\x01';

/// A category that no list of the mapping set names: the entry is an observation.
inline constexpr Text kPlainCategory = "Symptoms and Findings";

/// 36 characters with the dashes of a GUID, in any case.
bool guid_form(Text s);
/// GUID of an entity that has no key of EMIS's: its id when that is a UUID, else one made from its name.
/// Upper case, no braces.
std::string guid_of(EntityKind kind, Text id);
/// The same for the "Type/id" of a later cell.
std::string guid_of(Text reference);

/// Rows as bytes of their files.
struct Patch {
    Tab tab;
    std::size_t offset;  ///< of 36 characters
};
/// Appends the row in the layout's form: quoted, defaults where a cell is empty, CRLF. Later cells become the
/// GUID of their entity and are noted in `patches`.
void append_row(std::string& out, const mapping::WrittenTable& table, std::span<const Text> cells, Tab tab,
                std::vector<Patch>* patches);
/// The header line.
std::string header(const mapping::WrittenTable& table);

/// A code as it is used, for the coding tables.
struct CodeUse {
    std::string id, term, read, snomed, description, dmd, category, parent;
    bool drug = false;
    /// How sure the category is: 0 a default, 1 by a list, 2 what the entry must be, 3 the source's own word.
    int strength = 0;
    bool entry = false;      ///< a coded entry stands on it: its category says what the entry is
    std::uint32_t item = 0;  ///< that used it first
};

}  // namespace gpswitch::emis::write
