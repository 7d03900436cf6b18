#pragma once
#include "core/system/vision/codes.hpp"
#include "core/system/vision/extract.hpp"
#include "core/util/hash.hpp"

/// Rows to entities: what is the same for every table. The mapping set decides; this only joins.
namespace gpswitch::vision {

using record::Entity;
using record::EntityKind;
using record::Fate;
using record::Record;
using record::Role;

/// A row of the record at hand.
struct Row {
    std::size_t table = 0;  ///< index into Extract::tables()
    std::uint32_t row = 0;  ///< index into Record::rows
    std::size_t slot = 0;
    Key key = kNoKey;
    Text key_text;
    Text* cells = nullptr;  ///< days are ISO once prepared, and empty when only a part of them is known
    std::uint32_t cell_count = 0;
    std::uint64_t filled[2] = {0, 0};
    std::array<Text, kMostDays> partial;  ///< of the shape's days
    const KnownCode* code = nullptr;      ///< journal
    std::uint16_t delivery = 0;
    const char* bad = nullptr;
    bool live = true;  ///< not settled
    const mapping::Route* route = nullptr;
    bool strange_subset = false;              ///< SUBSET is none that is known
    Text subset;                              ///< as it was given, then
    List<record::Rest> rest;                  ///< what the cells could not hold
    std::uint32_t first_item = 0, items = 0;  ///< what it was made into
};

/// Where links lead: implemented by the patient's assembly and by the practice's.
struct Links {
    virtual ~Links() = default;
    /// "Encounter/<id>" of the consultation with this id, "Condition/<id>" of the problem; empty when it
    /// leads nowhere.
    virtual Text encounter(Text id) = 0;
    virtual Text problem(Text id) = 0;
    /// The number of the patient within the practice.
    virtual Text patient_number() = 0;
};

/// Columns by number: position in the live layout, + kVirtual times one of these.
/// known: "true" when the column holds a day, or a part of one.
enum class Through : int { plain, partial, read, positive, known };
int column_number(Text table, Text column);

/// Makes entities from rows by routes and column rules. One per cursor; not thread-safe.
class Maker : public mapping::RowFacts, public mapping::CellWriter {
  public:
    Maker(const Extract& extract, const mapping::MappingSet& mapping);

    void begin(Record& record, Links& links);
    Row load(std::size_t table, std::size_t slot);
    /// Days and times as the rules want them; what they cannot hold goes to rest. Once it is known to count.
    void prepare(Row& row);
    const mapping::Route* route(Row& row);
    /// Makes what the row's route says, applies the column rules, claims the row.
    void make(Row& row, Text patient_key);
    /// Settles a row of a file that is not read. False when it is.
    bool settle_unread(Row& row);
    /// Applies the rules of the row's table for `made` to an item that another row made, and claims the row
    /// as part.
    void join(Row& row, std::uint32_t item, std::string_view made);

    Text id_of(EntityKind kind, std::size_t table, Text patient_key, Text key, Text part = {});
    Text patient_reference();
    /// The reference to a practice-wide entity, which is then asked for; empty when there is no such row.
    Text practice(EntityKind kind, Tab tab, Text key);
    Text staff(Text cell, bool by_code);
    void issue(const Row& row, Severity severity, const char* code, std::string message, int column = -1,
               const char* hint = "");
    void degrade(Text reason, EntityKind kind) { record_->degradations.push_back({reason, kind}); }

    static Text cell(const Row& row, int column) {
        return static_cast<std::uint32_t>(column) < row.cell_count ? trim(row.cells[column]) : Text{};
    }
    /// A day that is known whole or in part; empty when there is none.
    Text day(const Row& row, int column) const;
    /// The same, and empty when it is no day of the calendar.
    Text known_day(const Row& row, int column) const;
    /// "journal.CODE", for rest and issues; a literal of the layout's making.
    Text origin(const Row& row, int column);
    void keep(const Row& row, Entity& entity, int column);
    const Shape& shape_of(const Row& row) const { return *extract_.table(row.table).shape; }
    Text name(const Row& row) const { return extract_.table(row.table).name; }
    Codes& codes() { return codes_; }
    Record& record() { return *record_; }
    const Extract& extract() const { return extract_; }
    const mapping::MappingSet& mapping() const { return mapping_; }
    template <class T>
    T& entity(std::uint32_t item) {
        return *static_cast<T*>(record_->items[item].entity);
    }

    // RowFacts and CellWriter, about the row at hand
    Text cell(int column) const override;
    std::uint32_t code(int column) const override;
    bool under(int column, Text code) const override;
    bool past(int column) const override;
    bool has_row(Text) const override { return false; }
    bool has_children() const override { return false; }
    void concept_of(const mapping::ColumnRule&, Text, record::Concept&) override {}
    void reference_to(const mapping::ColumnRule& rule, Text cell, record::Reference& out) override;
    void bad_value(const mapping::ColumnRule& rule, Text cell, const char* why) override;

  private:
    void look_at(Row& row) {
        at_ = &row;
        filled = row.filled;
    }
    std::uint64_t line_of(const TableFile& table, std::size_t slot, const RowText& text);
    Text staff_type(Text cell, bool by_code);
    void find_subset(Row& row);
    bool says(const Row& row, Text column_and_value) const;
    void name_it(Row& row);
    void make_one(Row& row, const mapping::Made& made, Text patient_key);
    // finish.cpp: what the rules leave to be joined
    void finish(Row& row, std::uint32_t item, Text variant);
    void code_it(Row& row, std::uint32_t item);
    void check_code(const Row& row, EntityKind kind);
    void link(Row& row, std::uint32_t item);
    void keep_parts(const Row& row, std::uint32_t item);
    void finish_medication(const Row& row, std::uint32_t item);
    void finish_immunization(Row& row, std::uint32_t item);
    void finish_allergy(Row& row, std::uint32_t item);
    void finish_document(Row& row, std::uint32_t item);
    void finish_practitioner(Row& row, std::uint32_t item);
    void finish_role(Row& row, std::uint32_t item);
    void participant(Row& row, std::uint32_t item);
    bool has_usual_gp() const;
    void keep_address(const Row& row, Entity& entity, int whole, int first);
    // observations.cpp
    void finish_observation(Row& row, std::uint32_t item, bool pressure);
    void value_of(const Row& row, record::Observation& o);
    void second_value(const Row& row, record::Observation& o);
    void pressure(const Row& row, record::Observation& o);
    Text unit_of(const Row& row, int column, bool& implied);

    const Extract& extract_;
    const mapping::MappingSet& mapping_;
    Codes codes_;
    std::vector<std::unique_ptr<mapping::Router>> routers_;
    Record* record_ = nullptr;
    Links* links_ = nullptr;
    Row* at_ = nullptr;
    EntityKind making_ = EntityKind::Patient;
    Arena kept_;
    Text patient_;  ///< patient_reference(), once it was asked for
    struct Found {
        Text reference, id;
        std::uint64_t handle = 0, asked = 0;
        Text type;  ///< staff.HCP_TYPE
    };
    /// By kind and key; staff by the cell as well.
    struct Place {
        EntityKind kind;
        std::unordered_map<Key, Found> found;
    };
    std::vector<Place> practice_;
    std::unordered_map<Key, Found> people_[2];  ///< roles by the cell that names them: HCP, HCP_CODE
    struct Following {
        std::uint64_t address = 0, line = 0;
    };
    std::unordered_map<Text, std::uint32_t> nameless_;  ///< rows of the record without an id, by their bytes
    std::vector<Following> following_;  ///< by table: address behind the last row read, and its line
    std::vector<std::array<Text, kMostColumns>> origins_;  ///< by table and column, in kept_
    std::vector<Text> systems_;                            ///< of identifiers, by table
    struct Prefix {
        std::uint64_t serial = 0;
        UuidPrefix ids{{}};
    };
    std::vector<Prefix> prefixes_;  ///< of ids, by table, for the patient at hand
    UuidPrefix practice_ids_;
    std::uint64_t serial_ = 0;
    const int units_, pressure_, second_, second_unit_, drinking_, smoking_, participant_, episode_,
        subset_of_;
};

inline constexpr std::string_view kIdBase = "https://gpswitch.org/Id/vision/";
inline constexpr const char* kMissing =
    "it may have come with an earlier delivery, or never: ask the practice";

}  // namespace gpswitch::vision
