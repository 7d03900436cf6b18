#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/record/system.hpp"

/// Mapping sets: which row becomes what, which column feeds which field, what a value means. Data under mappings/,
/// described for their authors in gpswitch-mapping(5). Loaded once, immutable and thread-safe afterwards.
///
///   mappings/emis/1.0.0/mapping.json   {"mapping":1,"id":"emis","version":"1.0.0","parent":null,"source":{"system":"emis",
///                                       "versions":[...]},"standard":"FHIR R4 UK Core","date":"2026-03-01","approval":"...",
///                                       "values":{"sex":{"source":"https://gpswitch.org/CodeSystem/emis-sex",
///                                                        "target":"http://hl7.org/fhir/administrative-gender"}},
///                                       "hashes":{"routes.csv":"sha256...","columns.csv":"...","values/sex.csv":"..."}}
///   routes.csv    table,order,when,entity,why
///   columns.csv   table,column,entity,field,transform,values,since,until,why
///   values/x.csv  source,target,display,equivalence,reverse,why
///   lists/x.csv   source,why                    (lists for in(); no targets)
///   tables.csv    table,column,since,until,why  every column of every table the source can have (for totality)
namespace gpswitch::mapping {

using record::Entity;
using record::EntityKind;
using record::Field;
using record::Record;
using record::Text;

// ---- routes ------------------------------------------------------------------------------------------------------

/// What a predicate may ask about the row at hand. Implemented by bricks.
struct RowFacts {
    virtual ~RowFacts() = default;
    /// Value of a column (trimmed by the caller's own rule); `column` is the number given by Columns::number().
    virtual Text cell(int column) const = 0;
    /// The column's code, or one of its ancestors, is `code` or stands below it.
    virtual bool under(int column, Text code) const = 0;
    /// The row has a companion in that table (same key).
    virtual bool has_row(Text table) const = 0;
    virtual bool has_children() const = 0;
};

/// How a brick numbers the columns of its tables; "CodeId.Term" is a column of the row that CodeId refers to.
/// -1: the table can never have it (the mapping set is then refused).
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
    /// Instead of entities a route may settle: "deleted", "excluded:reason", "lookup:reason", "held:reason", or "part" (the
    /// row only completes another row's entity; the brick says which).
    std::string settles;
    int line = 0;  ///< in routes.csv
};

// ---- columns -----------------------------------------------------------------------------------------------------

/// Transforms, closed set; what each does to a non-empty cell. Arguments in parentheses, separated by '|'.
///   text            verbatim                       trim            without spaces at the ends
///   boolean         true/false/1/0, any case       decimal integer checked; verbatim
///   date(P)         day cut to the precision in column P (Y YM YMD YMDT U); without P: a day
///   date-time(T)    day, and the time of day in column T with the UK offset; a T of 00:00:00 or empty is no time.
///                   Without T: "yyyy-MM-dd HH:mm:ss"
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
///   part            joined by the brick's assembly code into `field` (named for the reader and for totality)
///   constant(V)     column is empty: V is written into the field of every entity of that kind. For a Concept: S|C|D
///   rest            kept verbatim in the entity's `rest` under "Table.Column"
///   ignore          not carried, for the reason in `why`
enum class Transform : std::uint8_t {
    text, trim, boolean, decimal, integer, date, date_time, time_on, code, identifier, telecom, append, note, label, flag,
    concept_, term, reference, part, constant, rest, ignore,
};

/// A step down from an entity to the structure that holds a field; lists are entered at item 0, made when missing.
struct Step {
    std::uint32_t offset;
    bool list;
    const record::Type* type;
};

struct ColumnRule {
    int column = -1;             ///< number; -1 for constants
    Text name;                   ///< column name as written
    Text origin;                 ///< "Table.Column"
    Transform transform;
    std::vector<Text> args;
    int arg_column = -1;         ///< for date(P), date-time(T), time-on(D)
    std::vector<Step> steps;
    const Field* field = nullptr;  ///< nullptr for rest and ignore
    int values = -1;             ///< index of the values table
    Text path;                   ///< field path as written
};

/// What the two transforms that need the brick's joins do; and where bad values go.
struct CellWriter {
    virtual ~CellWriter() = default;
    virtual void concept_of(const ColumnRule& rule, Text cell, record::Concept& out) = 0;
    virtual void reference_to(const ColumnRule& rule, Text cell, record::Reference& out) = 0;
    /// The cell's value is impossible (a date, a number, a boolean): it has been put into rest; make an issue of it.
    virtual void bad_value(const ColumnRule& rule, Text cell, const char* why) = 0;
    virtual Text cell(int column) const = 0;
};

/// Applies the column rules of one route product to a row. No allocation but in the arena.
/// Every non-empty cell of the row ends in a field, in rest, waits (record.pending), or has a rule that says part/ignore.
void apply(const std::vector<ColumnRule>& rules, CellWriter& cells, Record& record, std::uint32_t item);

/// Walks the steps from an entity; the structure that holds the field.
void* descend(void* entity, const std::vector<Step>& steps, Arena& arena);

// ---- values ------------------------------------------------------------------------------------------------------

struct ValueRow {
    std::string source, target, display, equivalence, why;
    bool reverse = false;
    int line = 0;
};
struct Values {
    std::string name, source_system, target_system;
    std::vector<ValueRow> rows;
    /// Trimmed, ignoring case; the row with source "*" when nothing else fits; nullptr when there is none either.
    const ValueRow* find(Text source) const;
    /// The row to use when writing `target` back; nullptr when it cannot be reversed.
    const ValueRow* reverse(Text target) const;
    std::map<std::string, std::size_t, std::less<>> index;  ///< lower-case source to row
};

/// A column a table can have (tables.csv), for totality and for a source's own look at its headers.
struct TableColumn {
    std::string table, column, since, until, why;
};

// ---- the set -----------------------------------------------------------------------------------------------------

/// What `mappings check` finds; empty when all is well.
struct Problem {
    std::string file;
    int line = 0;
    std::string message;
};

class MappingSet {
  public:
    /// Loads mappings/ID/VERSION and verifies hashes. Throws MappingError (exit 5): missing folder or file, bad hash, bad
    /// CSV, unknown entity, field, transform, predicate, list or values table - with file and line.
    static std::shared_ptr<MappingSet> load(const std::string& folder);
    /// Every problem instead of the first: hashes, syntax, chain to the parent, totality over tables.csv (every column of
    /// every table mapped for every entity its routes make, or ignored with a reason), every target code in its value set
    /// (mappings/valuesets/*.csv: system,code,display), reverse rows unique per target, equivalence words FHIR's.
    static std::vector<Problem> check(const std::string& folder);

    const std::string& id() const { return id_; }
    const std::string& version() const { return version_; }
    const std::string& sha256() const { return sha256_; }  ///< of mapping.json
    const std::string& folder() const { return folder_; }
    const std::string& description() const { return description_; }

    /// Numbers the columns; once, before first(). Throws MappingError when a predicate or rule names a column the brick does
    /// not know. `version` selects rules by since/until (empty: all).
    void bind(const ColumnNumbers& numbers, const std::string& version);

    const std::vector<Route>& routes(Text table) const;
    /// The first route whose `when` holds; nullptr when none does (then the row is not understood: text, degraded).
    const Route* first(Text table, const RowFacts& facts) const;
    const std::vector<ColumnRule>& rules(std::uint16_t index) const { return rules_[index]; }
    /// Rules for entities the brick makes without a route of its own (implied plan): "table" and "Type:variant".
    const std::vector<ColumnRule>& rules(Text table, Text made) const;
    /// For systems without tables of columns (JSON, XML): every column rule of a table, in file order.
    const std::vector<ColumnRule>& elements(Text table) const;

    /// The columns a table can have, in the order of tables.csv.
    const std::vector<TableColumn>& table_columns(Text table) const;

    const Values& values(int index) const { return values_[static_cast<std::size_t>(index)]; }
    int values_index(Text name) const;  ///< -1 when there is none
    bool in_list(Text list, Text value) const;

    /// Second stage: replaces what waits in record.pending by the target of its values table. A mapped Concept gets the mapped
    /// coding first and keeps the source coding and text; a mapped code keeps the source's word in rest unless the row
    /// is the one to reverse. No row: the value goes to rest, the field stays empty, degradation "value-unmapped".
    /// Equivalence other than equal/equivalent: degradation "value-<equivalence>". Also sets meta.profile. Thread-safe.
    void apply(Record& record) const;

    ~MappingSet();
    struct Impl;

  private:
    MappingSet();
    std::string id_, version_, sha256_, folder_, description_;
    std::vector<std::vector<ColumnRule>> rules_;
    std::vector<Values> values_;
    std::unique_ptr<Impl> impl_;
};

/// Sets meta.profile of every entity that has a profile and claims none; for standard sources too.
void claim_profiles(Record& record);

/// Finds "emis" or "emis@1.0.0" under the given folders. Newest version
/// when none is named. Throws MappingError listing what there is.
std::string find_set(const std::vector<std::string>& roots, const std::string& id_at_version);

}  // namespace gpswitch::mapping
