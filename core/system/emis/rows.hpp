#pragma once
#include <functional>

#include "core/system/emis/codes.hpp"
#include "core/util/hash.hpp"

/// Rows to entities: what is the same for every table. The mapping set decides; this only joins.
namespace gpswitch::emis {

using record::Entity;
using record::EntityKind;
using record::Fate;
using record::Record;
using record::Role;

/// A row of the record at hand.
struct Row {
    Tab tab{};
    std::uint32_t row = 0;  ///< index into Record::rows
    Key key;
    Text key_text;  ///< the row's own key, normal form, without the patient's
    Text* cells = nullptr;
    std::uint32_t cell_count = 0;
    std::uint64_t offset = 0;
    std::uint64_t filled[2] = {0, 0};  ///< RowText::filled
    const char* bad = nullptr;
    bool live = true;  ///< neither deleted nor superseded
    const mapping::Route* route = nullptr;
    const Code* code = nullptr;  ///< of the column `code_at`, once it was asked for
    int code_at = -1;
    std::uint32_t first_item = 0,
                  items = 0;  ///< what it was made into: Record::items [first_item, first_item + items)
};

/// Where links lead: implemented by the patient's assembly and by the practice's.
struct Links {
    virtual ~Links() = default;
    /// The reference ("Condition/<id>") to the entity of this type that the GUID in `cell` leads to; empty
    /// when it leads nowhere. Lives as long as the record.
    virtual Text target(EntityKind kind, Text cell, Record& record) = 0;
    virtual bool has_row(const Row& row, Text table) = 0;
    virtual bool has_children(const Row& row) = 0;
};

/// Columns by number: a header position, or a column of the code that a position refers to.
int column_number(const Extract& extract, Text table, Text column);

/// Makes entities from rows by routes and column rules. One per cursor; not thread-safe.
class Maker : public mapping::RowFacts, public mapping::CellWriter {
  public:
    Maker(const Extract& extract, const mapping::MappingSet& mapping)
        : extract_(extract),
          mapping_(mapping),
          episode_(mapping.values_index("episode")),
          participant_(mapping.values_index("participant")),
          codes_(extract, mapping) {}

    void begin(Record& record, Links& links) {
        record_ = &record;
        links_ = &links;
        patient_ = {};
        ++serial_;
    }
    /// Reads a row of the extract into the record's rows and arena.
    Row load(Tab tab, std::size_t slot);
    /// Which route the row takes; nullptr when none fits.
    const mapping::Route* route(Row& row);
    /// Makes what the row's route says, applies the column rules, claims the row. A row without a route
    /// becomes text.
    void make(Row& row, Text patient_key);
    /// Settles the row as the route's settle word says. False when the route makes entities or says "part".
    bool settle(Row& row);
    /// Applies the rules of `table` for `made` to an item that another row made, and claims the row as part
    /// of it.
    void join(Row& row, std::uint32_t item, std::string_view made);
    /// Unknown columns of this file: their cells go to rest.
    void keep_unknown(const Row& row, Entity& entity);

    /// Name-based id of an entity made from a row.
    Text id_of(EntityKind kind, Tab tab, Text patient_key, Text key, Text part = {});
    /// "Patient/<id>" of the record at hand.
    Text patient_reference();
    /// The id of a practice-wide entity made from the row with this key; empty when there is no such row.
    Text practice_target(EntityKind kind, Tab tab, Text cell) { return practice(kind, tab, cell).id; }
    /// The same as a reference.
    Text practice_reference(EntityKind kind, Tab tab, Text cell) {
        return practice(kind, tab, cell).reference;
    }
    /// Asks for a practice-wide entity that this patient's row stands for.
    void practice_need(EntityKind kind, const Row& row);
    void issue(const Row& row, Severity severity, const char* code, std::string message, Text path = {},
               const char* hint = "");
    void degrade(Text reason, EntityKind kind) { record_->degradations.push_back({reason, kind}); }

    Text cell(const Row& row, std::string_view column) const;
    /// The code in the row's column CodeId.
    const Code& code_of(Row& row) { return code_in(row, position(row.tab, "CodeId")); }
    bool in_list(Text list, const Code& code) const;
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
    bool has_row(Text table) const override { return links_->has_row(*at_, table); }
    bool has_children() const override { return links_->has_children(*at_); }
    void concept_of(const mapping::ColumnRule& rule, Text cell, record::Concept& out) override;
    void reference_to(const mapping::ColumnRule& rule, Text cell, record::Reference& out) override;
    void bad_value(const mapping::ColumnRule& rule, Text cell, const char* why) override;

  private:
    /// The row that cell() and the others speak of.
    void look_at(Row& row) {
        at_ = &row;
        filled = row.filled;
    }
    /// The practice row can be read and is not deleted.
    bool usable(Tab tab, std::uint32_t slot);
    Text plain_guid(Text cell) const;
    Text key_text(Text key);
    /// Line of the row just read: the one before it mostly says.
    std::uint64_t line_of(const TableFile& table, std::size_t slot);
    int position(Tab tab, std::string_view column) const;
    /// The code in the row's n-th cell, looked up once a row.
    const Code& code_in(Row& row, int n) const;
    /// Column of the code table with its Read code.
    int read_column(Tab coding) const;
    // finish.cpp
    void finish(Row& row, std::uint32_t item);
    void participants(Row& row, std::uint32_t item);
    void related(Row& row, std::uint32_t item);
    void episode(Row& row, std::uint32_t item);
    void qualifiers(const Row& row, record::Immunization& out);
    void make_one(Row& row, const mapping::Made& made, Text patient_key);
    const Extract& extract_;
    const mapping::MappingSet& mapping_;
    const int episode_, participant_;  ///< indexes of values tables
    mutable Codes codes_;
    std::array<std::unique_ptr<mapping::Router>, kAllTabs> routers_;
    mutable std::array<int, 2> read_columns_{-2, -2};
    Record* record_ = nullptr;
    Links* links_ = nullptr;
    Row* at_ = nullptr;
    EntityKind making_ = EntityKind::Patient;
    Text making_id_;
    RowText scratch_;
    /// By table: where the row after the last one read begins, and its line.
    struct Following {
        std::uint64_t address = 0, line = 0;
    };
    std::array<Following, kAllTabs> following_;
    struct Position {
        const char* name = nullptr;
        std::size_t length = 0;
        int position = -1;
    };
    mutable std::array<std::array<Position, 128>, kAllTabs> positions_{};
    /// Ids of practice-wide entities, kept for good: most rows name the same few people.
    struct Practice {
        Text reference, id;
        std::uint64_t handle = 0;
        std::uint64_t asked = 0;  ///< serial of the record that has asked for it
    };
    const Practice& practice(EntityKind kind, Tab tab, Text cell);
    Arena kept_;
    Text patient_;                        ///< patient_reference(), once it was asked for
    std::array<Text, kAllTabs> systems_;  ///< of identifiers, by table; in kept_
    /// What the ids of one table and patient begin with; made again for every record.
    struct Prefix {
        std::uint64_t serial = 0;
        UuidPrefix ids{{}};
    };
    std::uint64_t serial_ = 0;  ///< records begun
    UuidPrefix practice_ids_{{}};
    bool practice_ids_known_ = false;
    std::array<Prefix, kTabs> prefixes_;
    std::array<KeyMap<Practice>, record::kEntityKinds> practice_;
};

/// What to do about a row that others lead to and that is not there.
inline constexpr const char* kMissingRow =
    "it may have come with an earlier delivery, or never: ask the supplier";

inline constexpr std::string_view kIdBase = "https://gpswitch.org/Id/emis/";

}  // namespace gpswitch::emis
