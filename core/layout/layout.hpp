#pragma once
#include <array>
#include <memory>
#include <vector>

#include "core/mapping/write.hpp"
#include "core/record/system.hpp"

/// Records written as tables of a supplier's layout: what is the same for every supplier. The tables of the
/// mapping set decide (cells.csv, write.csv, columns.csv turned round); a brick adds what they cannot say, by
/// deriving from Pages (pages.hpp) and Target (target.hpp).
namespace gpswitch::layout {

using mapping::WriteSet;
using record::Entity;
using record::EntityKind;
using record::Record;
using record::Text;

/// Which fields of a type some rule of a route writes, however deep.
struct Cover {
    enum class How : std::uint8_t { nothing, whole, inside };
    std::vector<How> how;                                     ///< by index in Type::fields
    std::vector<std::unique_ptr<Cover>> inner;                ///< the same; of those with `inside`
    std::vector<std::vector<const mapping::ColumnRule*>> by;  ///< the same; rules that name the field
    std::vector<std::string> paths;                           ///< the same; from the entity down
    /// Fields of which something may stand in no cell, one bit each: the others need no look.
    std::uint64_t open[2] = {0, 0};
    /// The same as numbers, when they are so few that each is looked at alone.
    bool few_open = false;
    std::vector<std::uint8_t> open_fields;
    std::vector<Text> identifiers;  ///< of an entity: systems of which a rule writes the value
};

/// A mapping set bound to the columns that are written. Tables have the numbers of their place in cells.csv.
/// Immutable and thread-safe.
class Layout {
  public:
    /// Binds `set` to the columns of `version`. Throws MappingError without cells.csv and write.csv.
    Layout(std::shared_ptr<mapping::MappingSet> set, std::string_view version);
    const mapping::MappingSet& set() const { return *set_; }
    const WriteSet& write() const { return *write_; }
    std::size_t tables() const { return write_->tables().size(); }
    const mapping::WrittenTable& table(std::size_t n) const { return write_->tables()[n]; }
    /// Throws std::logic_error when cells.csv has no such table.
    std::size_t table_named(std::string_view name) const;
    /// Number of a column; -1 when the version has none.
    int column(std::size_t table_number, std::string_view name) const {
        return table(table_number).find(name);
    }
    /// Rules of one row of a route, found once.
    const std::vector<mapping::ColumnRule>& rules(const mapping::WrittenRow& row) const {
        return *rules_[row.number];
    }
    const mapping::TurnRules& turned(const mapping::WrittenRow& row) const { return turned_[row.number]; }
    const Cover& cover(const mapping::WriteRoute& route) const { return covers_[route.number]; }
    /// Some table has a flag that says labels.
    bool flags() const { return flags_; }
    /// Every line of the kind is `held`, but for the patient's.
    bool no_place(EntityKind kind) const { return no_place_[static_cast<std::size_t>(kind)]; }
    /// Columns with a limit in characters.
    const std::vector<std::uint32_t>& limited(std::size_t table_number) const {
        return limited_[table_number];
    }

    /// Columns of the rules that are none of the table's: numbers above kThrough are those of the row that a
    /// column leads to ("CodeId.Term"), the number below it is one that is only read. Modulo kThrough they
    /// are the place of the cell.
    static constexpr int kThrough = mapping::kMostColumns;
    static constexpr bool is_cell(int column) { return column >= 0 && column < kThrough - 1; }
    /// Of a column above kThrough: the cell it is reached through, and its name.
    static int through_cell(int column) { return column % kThrough; }
    Text through_name(int column) const { return names_[static_cast<std::size_t>(column / kThrough - 1)]; }

    /// Columns by their role in cells.csv; -1 for those that the table has not.
    struct Columns {
        int patient = -1, practice = -1, key = -1, label = -1, code = -1;
    };
    const Columns& columns(std::size_t table_number) const { return columns_[table_number]; }

  private:
    static constexpr int kMostNames = 100;
    std::shared_ptr<mapping::MappingSet> set_;
    std::shared_ptr<const WriteSet> write_;
    std::vector<std::string> names_;
    std::vector<Columns> columns_;
    std::vector<const std::vector<mapping::ColumnRule>*> rules_;  ///< by WrittenRow::number
    std::vector<mapping::TurnRules> turned_;                      ///< the same
    std::vector<Cover> covers_;                                   ///< by WriteRoute::number
    std::vector<std::vector<std::uint32_t>> limited_;
    std::array<bool, record::kEntityKinds> no_place_{};
    bool flags_ = false;
};

/// What the layout has no place for, as its tables say: entities of which every line of write.csv is `held`,
/// and fields that no line's rules or own logic write. Empty when the set has no write.csv.
std::vector<record::CannotCarry> cannot_carry(const mapping::MappingSet& set);

/// Says the same as another field that is written, or nothing of its own.
bool said_elsewhere(const record::Type& type, const void* object, const record::Field& field);

inline constexpr const char* kNoColumn = "the layout has no column for it";

}  // namespace gpswitch::layout
