#pragma once
#include "core/mapping/mapping.hpp"
#include "core/record/filled.hpp"

/// The way back: records into a supplier's rows. columns.csv says which field a column feeds; two more files
/// say what it cannot. Loaded once, immutable and thread-safe afterwards.
///
/// cells.csv: table, column, format, default, max, role, why. The columns of the one version that is written,
/// tables and columns in file order.
///
/// - format: text guid code integer decimal(N) date time date-time boolean
///
/// - default: what an empty cell says
///
/// - max: the layout's limit in characters; a brick says what is longer, and cuts nothing
///
/// - role: what the layout's own logic puts there or looks for, several words with spaces: key (the row's
/// own), patient (the key of the person), practice (filled with the patient's practice where it is empty),
/// code (of what the entry is), label (the flag that says whatever label the row has no column of its own
/// for)
///
/// write.csv: entity, order, when, rows, sets, category, parent, brick, why. Which entity becomes which rows;
/// the first line of an entity that holds wins.
///
/// - when: terms joined by "and", each perhaps after "not": always() empty(path) equals(path,text)
/// begins(path,text) coded(path,code) same(path,path) from(TABLE) part(TABLE) rest(Table.Column). A list at
/// the end of a path holds when one of its items does; of lists on the way the first item is looked at. from:
/// the entity's own key is of that table. part: a row of that table is among its source rows.
///
/// - rows: `TABLE` or `TABLE:variant`, separated by spaces; the variant names the column rules to turn round.
/// With "?" behind it a row is only written when something of the entity stands in it; those of a table with
/// "+" behind it are made by the layout's own logic. Or one word: `derived`
/// (made again by whoever reads), `held` (the layout has no place for it; `why` says what is missing)
///
/// - sets: Column=value, separated by ";", in the first of the rows that has the column
///
/// - category, parent: what a code needs so that the routes read the entity as what it is: the category, and
/// a code it stands under
///
/// - brick: fields that the layout's own logic writes, or that whoever reads makes again
namespace gpswitch::mapping {

struct Cell {
    enum class Format : std::uint8_t { text, guid, code, integer, decimal, date, time, date_time, boolean };
    std::string column, standing;  ///< standing: the default
    Format format = Format::text;
    std::uint8_t places = 0;  ///< decimal
    std::uint32_t max = 0;    ///< 0: no limit known
    enum Role : std::uint8_t { key = 1, patient = 2, practice = 4, code = 8, label = 16 };
    std::uint8_t roles = 0;
};
struct WrittenTable {
    std::string name;
    std::vector<Cell> cells;
    /// Index into cells; -1 when the version has no such column.
    int find(Text column) const;
    /// The first with that role; -1 when none has it.
    int find(Cell::Role role) const;
};

/// A row that an entity becomes, and the rules to turn round.
struct WrittenRow {
    std::size_t number = 0;  ///< among all rows of all routes of the set
    std::size_t table = 0;   ///< index into WriteSet::tables
    std::string variant;     ///< "Observation:laboratory"
    bool optional = false;
    bool by_brick = false;  ///< the layout's own logic makes the rows of this table
    struct Set {
        int cell;
        std::string value;
    };
    std::vector<Set> sets;
};
struct WriteRoute {
    enum class Fate : std::uint8_t { rows, derived, held };
    std::size_t number = 0;  ///< among all routes of the set
    EntityKind kind{};
    int order = 0, line = 0;
    Fate fate = Fate::rows;
    std::vector<WrittenRow> rows;
    std::string category, parent, why;
    /// Top-level fields that some row, rule or the layout's own logic takes care of, by index in
    /// Type::fields.
    std::vector<bool> covered;
    /// Those of them that every entity has (id, source ...), that name the patient, or that are the layout's
    /// own logic's: nothing of them has to have a column.
    std::vector<bool> own;
};

class WriteSet {
  public:
    /// write.csv and cells.csv beside the set's own files. Throws MappingError with file and line; also when
    /// the set has neither.
    static std::shared_ptr<const WriteSet> load(const MappingSet& set);
    /// What is wrong with the two files; nothing when the folder has neither.
    static std::vector<Problem> check(const MappingSet& set);

    const std::vector<WrittenTable>& tables() const { return tables_; }
    int table_index(Text name) const;  ///< -1 when there is none
    /// The route an entity takes; nullptr when no line holds.
    const WriteRoute* first(EntityKind kind, const Entity& entity) const;
    const std::vector<WriteRoute>& routes(EntityKind kind) const {
        return routes_[static_cast<std::size_t>(kind)];
    }
    ~WriteSet();

  private:
    struct Tests;
    WriteSet();
    void read(const MappingSet& set, std::vector<Problem>& problems);
    std::vector<WrittenTable> tables_;
    std::array<std::vector<WriteRoute>, record::kEntityKinds> routes_;
    std::unique_ptr<Tests> tests_;
};

// ---- turning rules round ----

/// Why something is lost that is none to anybody but a comparison.
inline constexpr const char* kUnsaid = "what is not so is not said";

/// Takes the cells of a row. Implemented by bricks.
struct CellSink {
    virtual ~CellSink() = default;
    /// The column's cell, unless something stands there. `cell` must live as long as the row.
    virtual void put(int column, Text cell) = 0;
    virtual bool empty(int column) const = 0;
    /// The id of a code for this concept; empty when it has none.
    virtual Text code_of(const ColumnRule& rule, const record::Concept& concept_) = 0;
    /// The key that `reference` leads to, when it is one for this column; empty otherwise.
    virtual Text key_of(const ColumnRule& rule, const record::Reference& reference) = 0;
    /// Something of the field stands in no cell.
    virtual void lost(const ColumnRule& rule, const char* why) = 0;
};

/// Rules of a row made ready to be turned round: what they say about each other is found once. The rules must
/// live longer. Immutable and thread-safe.
class TurnRules {
  public:
    TurnRules(const std::vector<ColumnRule>& rules, const record::Type& type);

  private:
    friend class TurnRound;
    static constexpr std::uint8_t kAny = 255;
    struct One {
        const ColumnRule* rule;
        std::uint8_t field = kAny;  ///< the top one on its path, by index in Type::fields
        /// constant: a column feeds the field too. concept and term: there is one of the other.
        bool both = false;
        bool spoken = false;   ///< term: a constant below it says what it is
        bool made_up = false;  ///< concept: a constant gives its field a code
        bool last = true;      ///< no later one does the same with the field
    };
    std::vector<One> each_;
    const std::vector<ColumnRule>* rules_;
};

/// Writes one entity's fields into cells, by the rules that would have read them. One per entity: several
/// rows may share a list of notes or lines. Texts that have to be made live in the arena.
class TurnRound {
  public:
    TurnRound(const MappingSet& set, const Entity& entity, EntityKind kind, Arena& arena)
        : set_(set), entity_(entity), kind_(kind), arena_(arena), filled_(&entity, record::type_of(kind)) {}
    void row(const TurnRules& rules, CellSink& sink, bool last_row);
    /// The same with rules that are turned round this once.
    void row(const std::vector<ColumnRule>& rules, CellSink& sink, bool last_row) {
        row(TurnRules(rules, record::type_of(kind_)), sink, last_row);
    }
    /// The entity's fields that hold something.
    const record::Filled& filled() const { return filled_; }

  private:
    void one(const ColumnRule& rule, const void* object, bool last_of_field, CellSink& sink);
    void concept_(const TurnRules::One& one, const void* object, CellSink& sink);
    void label(const ColumnRule& rule, const void* object, CellSink& sink);
    void text(const ColumnRule& rule, Text value, CellSink& sink);
    void append(const ColumnRule& rule, const void* object, bool last, CellSink& sink);
    void note(const ColumnRule& rule, const void* object, bool last, CellSink& sink);
    bool fronted(const ColumnRule& rule, Text words) const;
    void without_column(const ColumnRule& rule, const gpswitch::List<record::Annotation>& list,
                        CellSink& sink) const;
    void date(const ColumnRule& rule, Text value, CellSink& sink);
    void date_time(const ColumnRule& rule, Text value, CellSink& sink);
    void time_on(const ColumnRule& rule, Text value, CellSink& sink);
    void code(const ColumnRule& rule, const void* object, CellSink& sink);
    void constant(const ColumnRule& rule, const void* object, CellSink& sink);
    std::uint32_t& used(const ColumnRule& rule);
    const MappingSet& set_;
    const Entity& entity_;
    EntityKind kind_;
    Arena& arena_;
    record::Filled filled_;
    struct Used {
        const void* field;
        std::uint32_t items;
    };
    std::vector<Used> used_;
    const std::vector<ColumnRule>* rules_ = nullptr;
};

/// Walks steps for reading: nullptr when a list on the way is empty.
const void* look_down(const void* entity, const std::vector<Step>& steps);
/// Day and time of day of an instant on UK clocks; the time is empty when there is none. False when it is no
/// date.
struct Civil {
    Text day, time;
};
bool civil_of(Text value, Arena& arena, Civil& out);

}  // namespace gpswitch::mapping
