#pragma once
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/mapping/fold.hpp"
#include "core/report/issue.hpp"

/// The tables of a SystmOne extract as data: which columns there are, what they hold and where they lead.
/// Read from layout.csv of the mapping set, and from the specification that TPP gives a licensee, when it
/// lies beside the files. Decides nothing about meaning.
namespace gpswitch::tpp {

/// What a cell of a column is. option: id of a row of SRConfiguredListOption; lookup: the same of SRMapping;
/// practice: ODS code of where a row was made, which says nothing when it is the practice itself. day: a date
/// whose field has no time of day; a time is kept beside the entry.
enum class Type : std::uint8_t {
    text,
    id,
    code,
    boolean,
    date,
    day,
    integer,
    decimal,
    lookup,
    option,
    practice
};

struct Column {
    std::string name;
    Type type = Type::text;
    std::string leads;    ///< table whose row the cell names; empty: none
    bool mapped = false;  ///< of the mapping set; otherwise only a licensee's specification has it
};

struct Table {
    std::string name;
    std::vector<Column> columns;
    /// Of the mapping set. Otherwise only a licensee's specification has it: its columns are known, no
    /// mapping is.
    bool mapped = false;
    const Column* find(std::string_view column) const;
};

/// How rows are keyed where it is not by RowIdentifier, and whose they are where no IDPatient says so.
struct Shape {
    std::string_view table;
    std::string_view key = "RowIdentifier", second = {};
    std::string_view patient = "IDPatient";
    /// Column that leads to the row of `parent` whose patient is this row's; empty: the row says so itself.
    std::string_view through = {}, parent = {};
    /// By which others lead to a row, when it is not the key: SROrganisation.ID.
    std::string_view name = {};
    /// Column without which nobody can lead to a row.
    std::string_view needs = {};
    bool stays = false;  ///< a removed row stays, as one of the past: rows of its time name it
    bool unique = true;  ///< RowIdentifier is unique in the table
    bool split = true;   ///< rows belong to the practice in IDOrganisationVisibleTo
};
/// That of a table; the usual one for tables that need no other. `table` of the answer may be empty.
Shape shape_of(std::string_view table);

class Layout {
  public:
    /// Reads layout.csv. Throws MappingError.
    static Layout load(const std::string& folder);
    /// Adds tables and columns that a licensee's table specification has and we have not. `origin` is what
    /// messages call it. Throws InputError when it is none.
    void add_specification(std::string_view bytes, const std::string& origin);

    const Table* find(std::string_view table) const;
    std::span<const Table> tables() const { return tables_; }

  private:
    Table& get(std::string_view table);
    std::vector<Table> tables_;
    std::unordered_map<std::string, std::size_t, mapping::FoldHash, mapping::FoldEqual> index_;
};

/// A header row: number of every column by name, case ignored: TPP spells one name in several ways.
struct Header {
    std::vector<std::string> columns;  ///< as the file has them
    std::unordered_map<std::string, int, mapping::FoldHash, mapping::FoldEqual> index;
    void add(std::string name);
    int find(std::string_view column) const;  ///< -1 when the file has none
};

}  // namespace gpswitch::tpp
