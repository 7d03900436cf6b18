#pragma once
#include <bit>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/mapping/fold.hpp"
#include "core/record/record.hpp"

/// Mapping sets: which row becomes what, which column feeds which field, what a value means. Data under
/// mappings/, described for their authors in gpswitch-mapping(5). Loaded once, immutable and thread-safe
/// afterwards.
///
///   mappings/emis/1.0.0/mapping.json
///   {"mapping":1,"id":"emis","version":"1.0.0","parent":null,"source":{"system":"emis",
///                                       "versions":[...]},"standard":"FHIR R4 UK
///                                       Core","date":"2026-03-01","approval":"...",
///                                       "values":{"sex":{"source":"https://gpswitch.org/CodeSystem/emis-sex",
///                                                        "target":"http://hl7.org/fhir/administrative-gender"}},
///                                       (a table whose targets are plain words, booleans for example, has no
///                                       "target"; one whose sources differ by case has "case":true)
///                                       "hashes":{"routes.csv":"sha256...","columns.csv":"...","values/sex.csv":"..."}}
///   routes.csv    table,order,when,entity,why
///                 when:   terms joined by "and", each perhaps after "not": empty(Col) equals(Col,text)
///                 in(Col,list)
///                         past(Col) has-word(Col,list) under(Col,code) has-row(TABLE) has-children()
///                         always(); empty is always(). past: the day in the cell is not after the moment the
///                         extract was made; an end that is still to come has not ended anything, and what is
///                         no day is not past. has-word: a word of the cell begins with an entry of the list.
///                         Cells are trimmed and compared ignoring ASCII case, but for codes in under().
///                         Another way is another route.
///                 entity: products separated by spaces, `Type` or `Type:variant`; or one settle word
///                 (Route::settles)
///   columns.csv   table,column,entity,field,transform,values,since,until,why
///                 entity: `Type`, `Type:variant`, or `*` for every product of the table's routes. For one
///                 column and field
///                         the most specific row wins. `rest` and `ignore` without a field speak of the whole
///                         column: they give way to any more specific row, and themselves replace every less
///                         specific one.
///                 since, until: first and last version of the source for which the row holds; empty is no
///                 limit
///   values/x.csv  source,target,display,equivalence,reverse,why
///                 equivalence: FHIR's words; without a target, and only then, unmatched. reverse: yes, or
///                 empty
///   lists/x.csv   source,why                    (lists for in(); no targets)
///   tables.csv    table,column,since,until,why  every column of every table the source can have (for
///   totality)
namespace gpswitch::mapping {

using record::Entity;
using record::EntityKind;
using record::Field;
using record::Record;
using record::Text;

// ---- routes
// ------------------------------------------------------------------------------------------------------

/// What a predicate may ask about the row at hand. Implemented by bricks.
struct RowFacts {
    virtual ~RowFacts() = default;
    /// Value of a column, trimmed or not; `column` is the number given by ColumnNumbers.
    virtual Text cell(int column) const = 0;
    /// A number for the code in the cell of a plain column: rows with the same one have the same answers to
    /// under() of that column and the same cells in the columns reached through it. 0: no code, or no
    /// promise.
    virtual std::uint32_t code(int) const { return 0; }
    /// The column's code, or one of its ancestors, is `code` or stands below it.
    virtual bool under(int column, Text code) const = 0;
    /// The column holds a day, and it is not after the moment the extract was made.
    virtual bool past(int column) const = 0;
    /// The row has a companion in that table (same key).
    virtual bool has_row(Text table) const = 0;
    virtual bool has_children() const = 0;
};

/// How a brick numbers the columns of its tables; "CodeId.Term" is a column of the row that CodeId refers to.
/// -1: the table can never have it (the mapping set is then refused). A number modulo kMostColumns is the
/// place of the cell in its row, or of the one that it is reached through.
inline constexpr int kMostColumns = 1 << 16;
using ColumnNumbers = std::function<int(Text table, Text column)>;

/// `Type` or `Type:variant`; the variant only selects column rules ("Appointment:noshow").
struct Made {
    EntityKind kind;
    std::string variant;
    std::uint16_t rules;  ///< index for MappingSet::rules()
};
struct Route {
    std::string table;
    int order = 0;
    std::string when;         ///< as written
    std::vector<Made> makes;  ///< in order; the first is the row's own, the others as well
    /// Instead of entities a route may settle: "deleted", "superseded", "excluded:reason", "lookup:reason",
    /// "held:reason", or "part" (the row only completes another row's entity; the brick says which).
    std::string settles;
    int line = 0;  ///< in routes.csv
    /// Written "+Type": joins its products to the first other route that holds, unless that makes the type
    /// already.
    bool adds = false;
};

// ---- columns
// -----------------------------------------------------------------------------------------------------

/// Transforms, closed set; what each does to a non-empty cell. Arguments in parentheses, separated by '|'.
///   text            verbatim                       trim            without spaces at the ends
///   boolean         true/false/1/0, any case       decimal integer checked; verbatim
///   date(P)         day cut to the precision in column P (Y YM YMD YMDT U, any case; empty is YMD); without
///   P: a day.
///                   U sets nothing, the cell goes to rest. A time of 00:00:00 behind the day is dropped, no
///                   other
///   date-time(T)    day, and the time of day in column T with the UK offset; a T of 00:00:00 or empty is no
///   time.
///                   Without T: "yyyy-MM-dd HH:mm:ss". A field that must be an instant takes 00:00:00 for a
///                   time, and a day without any goes to rest. The hour that comes twice is noted in
///                   `inferred`
///   time-on(D)      a time of day on the date in column D
///   code            for `values`: the cell waits in the field for the second stage
///   identifier(S)   an Identifier with system S   telecom(S|U)    a ContactPoint with that system and use
///   append          one more item of a list of texts (address.line, name.given)
///   note            an Annotation                  note(P)         the same, the text preceded by "P: "
///   label(S|C|D)    when the cell is true: a Coding in the field (meta.security, meta.tag)
///   flag(V)         when the cell is true: the constant V
///   concept         the code the cell refers to, as the brick knows it (CodeableConcept)
///   term            the CodeableConcept's text
///   reference(E)    a reference to entity type E made from the row the cell names
///   part            joined by the brick's assembly code into `field` (named for the reader and for
///   totality); with
///                   `values` when the brick lets it wait there for the second stage
///   constant(V)     column is empty: V is written into the field of every entity of that kind. For a
///   Concept: S|C|D rest            kept verbatim in the entity's `rest` under "Table.Column" ignore not
///   carried, for the reason in `why`
///
/// A cell of spaces only counts as empty, except for `text`. A value the field cannot hold (a date, number,
/// boolean that is none, a time for a day) goes to rest with an issue. A single field is written once: what
/// comes later and differs goes to rest. Constants are written last, where nothing else is.
enum class Transform : std::uint8_t {
    text,
    trim,
    boolean,
    decimal,
    integer,
    date,
    date_time,
    time_on,
    code,
    identifier,
    telecom,
    append,
    note,
    label,
    flag,
    concept_,
    term,
    reference,
    part,
    constant,
    rest,
    ignore,
};

/// What a field holds, as far as transforms care.
enum class Shape : std::uint8_t {
    none,
    text,
    concept_,
    coding,
    reference,
    annotation,
    identifier,
    contact,
    other
};

/// A step down from an entity to the structure that holds a field; lists are entered at item 0, made when
/// missing.
struct Step {
    std::uint32_t offset;
    bool list;
    const record::Type* type;
};

struct ColumnRule {
    int column = -1;  ///< number; -1 for constants
    /// The rule has nothing to do when this cell of the row is empty.
    bool needs(const std::uint64_t* filled) const {
        const auto place = static_cast<unsigned>(column) % kMostColumns;
        return place >= 128 || (filled[place / 64] >> (place % 64) & 1) != 0;
    }
    Text name;    ///< column name as written
    Text origin;  ///< "Table.Column"
    Transform transform;
    std::vector<Text> args;
    std::optional<EntityKind> refers;  ///< for reference(E)
    int arg_column = -1;               ///< for date(P), date-time(T), time-on(D)
    std::vector<Step> steps;
    const Field* field = nullptr;  ///< nullptr for rest and ignore
    int values = -1;               ///< index of the values table
    Text values_system;            ///< source system of that table
    Text path;                     ///< field path as written
    Text entity;                   ///< as written: "*", "Type" or "Type:variant"
    Text arg_origin;               ///< "Table.P" for arg_column
    Shape shape = Shape::none;     ///< of the field
    Text why;
    int line = 0;  ///< in columns.csv
};

/// What the two transforms that need the brick's joins do; and where bad values go.
struct CellWriter {
    virtual ~CellWriter() = default;
    /// Leaves `out` empty when the cell means nothing to it: the cell then goes to rest. So does
    /// reference_to.
    virtual void concept_of(const ColumnRule& rule, Text cell, record::Concept& out) = 0;
    virtual void reference_to(const ColumnRule& rule, Text cell, record::Reference& out) = 0;
    /// The cell's value is impossible (a date, a number, a boolean): it has been put into rest; make an issue
    /// of it.
    virtual void bad_value(const ColumnRule& rule, Text cell, const char* why) = 0;
    /// The text must live as long as the record: fields are views into it.
    virtual Text cell(int column) const = 0;
    /// Which of the row's first 128 cells hold something, one bit each; two words. nullptr: not known.
    const std::uint64_t* filled = nullptr;
};

/// Applies the column rules of one route product to a row. No allocation but in the arena.
/// Every non-empty cell of the row ends in a field, in rest, waits (record.pending), or has a rule that says
/// part/ignore. A Pending::object may stand in item 0 of a list (contact.gender). Lists move when they grow:
/// such a list must not be added to between this and the second stage.
void apply(const std::vector<ColumnRule>& rules, CellWriter& cells, Record& record, std::uint32_t item);

/// Which rules of a product a row calls for: constants always, those that do nothing to a row never, the
/// others when their cell holds something. Found by the cells that do, without a look at each rule.
class Calls {
  public:
    explicit Calls(const std::vector<ColumnRule>& rules);
    /// Calls `visit(rule)` for each, in the order of the rules.
    template <class Visit>
    void each(const std::vector<ColumnRule>& rules, const std::uint64_t* filled, Visit visit) const {
        for (std::size_t w = 0; w < always_.size(); ++w) {
            std::uint64_t called = always_[w];
            for (std::size_t half = 0; half < 2; ++half)
                for (std::uint64_t cells = filled[half] & columns_[half]; cells != 0; cells &= cells - 1)
                    called |= by_column_[(half * 64 + static_cast<std::size_t>(std::countr_zero(cells))) *
                                             always_.size() +
                                         w];
            for (; called != 0; called &= called - 1)
                visit(rules[w * 64 + static_cast<std::size_t>(std::countr_zero(called))]);
        }
    }

  private:
    std::vector<std::uint64_t> always_;     ///< one bit a rule
    std::vector<std::uint64_t> by_column_;  ///< the same for each of the first 128 columns
    std::uint64_t columns_[2] = {0, 0};     ///< those that call for a rule
};
/// The same for a row whose filled cells are known (CellWriter::filled).
void apply(const std::vector<ColumnRule>& rules, const Calls& calls, CellWriter& cells, Record& record,
           std::uint32_t item);

/// Walks the steps from an entity; the structure that holds the field.
void* descend(void* entity, const std::vector<Step>& steps, Arena& arena);

// ---- values
// ------------------------------------------------------------------------------------------------------

struct ValueRow {
    std::string source, target, display, equivalence, why;
    bool reverse = false;
    int line = 0;
};
struct Values {
    std::string name, source_system, target_system;
    std::vector<ValueRow> rows;
    bool case_sensitive = false;  ///< "case": true in mapping.json; Read codes 9T1.. and 9t1.. differ
    /// Trimmed, ignoring case; the row with source "*" when nothing else fits; nullptr when there is none
    /// either.
    const ValueRow* find(Text source) const;
    /// The row to use when writing `target` back; nullptr when it cannot be reversed.
    const ValueRow* reverse(Text target) const;
    std::unordered_map<std::string, std::size_t, TextHash, std::equal_to<>> index;  ///< source to row
    std::unordered_map<std::string, std::size_t, FoldHash, FoldEqual>
        index_any_case;  ///< empty when case_sensitive
};

/// A column a table can have (tables.csv), for totality and for a source's own look at its headers.
struct TableColumn {
    std::string table, column, since, until, why;
};

// ---- the set
// -----------------------------------------------------------------------------------------------------

/// What `mappings check` finds; empty when all is well.
struct Problem {
    std::string file;
    int line = 0;
    std::string message;
};

class MappingSet {
  public:
    /// Loads mappings/ID/VERSION and verifies hashes. Throws MappingError (exit 5): missing folder or file,
    /// bad hash, bad CSV, unknown entity, field, transform, predicate, list or values table - with file and
    /// line.
    static std::shared_ptr<MappingSet> load(const std::string& folder);
    /// Every problem instead of the first: hashes, syntax, chain to the parent, totality over tables.csv
    /// (every column of every table mapped for every entity its routes make, or ignored with a reason), every
    /// target code in its value set (mappings/valuesets/*.csv: system,code,display), reverse rows unique per
    /// target, equivalence words FHIR's. The value sets are those of folder/../../valuesets.
    static std::vector<Problem> check(const std::string& folder);

    const std::string& id() const { return id_; }
    const std::string& version() const { return version_; }
    const std::string& sha256() const { return sha256_; }  ///< of mapping.json
    const std::string& folder() const { return folder_; }
    const std::string& description() const { return description_; }

    /// Numbers the columns; once, before first() and before the set is shared between threads. Throws
    /// MappingError when a predicate or rule names a column the brick does not know. `version` selects rules
    /// by since/until (empty: all).
    void bind(const ColumnNumbers& numbers, const std::string& version);

    const std::vector<Route>& routes(Text table) const;
    /// The first route whose `when` holds, with the products of every additive route that holds too; nullptr
    /// when none does (then the row is not understood: text, degraded).
    const Route* first(Text table, const RowFacts& facts) const;
    const std::vector<ColumnRule>& rules(std::uint16_t index) const { return rules_[index]; }
    /// Rules for entities the brick makes without a route of its own (implied plan): "table" and
    /// "Type:variant". A variant nobody names has the rules of its Type; a Type nobody names in routes or
    /// columns of the table has none.
    const std::vector<ColumnRule>& rules(Text table, Text made) const;
    /// The index of those rules; nothing when there are none.
    std::optional<std::uint16_t> rules_index(Text table, Text made) const;
    /// Which of rules(index) a row calls for.
    const Calls& calls(std::uint16_t index) const { return calls_[index]; }
    /// For systems without tables of columns (JSON, XML): every column rule of a table, in file order. Fields
    /// of `*` rows are those that every entity has.
    const std::vector<ColumnRule>& elements(Text table) const;

    /// The columns a table can have, in the order of tables.csv.
    const std::vector<TableColumn>& table_columns(Text table) const;

    const Values& values(int index) const { return values_[static_cast<std::size_t>(index)]; }
    int values_index(Text name) const;  ///< -1 when there is none
    bool in_list(Text list, Text value) const;

    /// Second stage: replaces what waits in record.pending by the target of its values table. A mapped
    /// Concept gets the mapped coding first and keeps the source coding and text; a mapped code keeps the
    /// source's word in rest unless the row is the one to reverse and its equivalence equal or equivalent. No
    /// row: the value goes to rest, the field stays empty, degradation "value-unmapped", issue MAP-VALUE-001.
    /// A row without target: the same as "value-unmatched", no issue. Equivalence other than
    /// equal/equivalent: degradation "value-<equivalence>". A single Coding has room for one coding: it is
    /// treated like a code, but keeps the source's coding when there is no target. Also sets meta.profile.
    /// Empties record.pending. Thread-safe.
    void apply(Record& record) const;

    ~MappingSet();
    struct Impl;

  private:
    MappingSet();
    std::string id_, version_, sha256_, folder_, description_;
    friend class Router;
    std::vector<std::vector<ColumnRule>> rules_;
    std::vector<Calls> calls_;
    std::vector<Values> values_;
    std::unique_ptr<Impl> impl_;
};

/// MappingSet::first of one table for one reader: what a row's code alone decides is found out once a code,
/// not once a row. The set must be bound and outlive it. Not thread-safe.
class Router {
  public:
    Router(const MappingSet& set, Text table);
    ~Router();
    const Route* first(const RowFacts& facts);

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;  ///< none: the table has no routes
};

/// Sets meta.profile of every entity that has a profile and claims none; for standard sources too.
void claim_profiles(Record& record);

/// The object for "hashes" in mapping.json: every CSV file of the folder with its SHA-256, as indented JSON.
/// Throws MappingError when the folder cannot be read.
std::string hashes_json(const std::string& folder);

/// Finds "emis" or "emis@1.0.0" under the given folders; the folder of the set. Newest version
/// when none is named. Throws MappingError listing what there is.
std::string find_set(const std::vector<std::string>& roots, const std::string& id_at_version);

}  // namespace gpswitch::mapping
