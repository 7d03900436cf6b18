#pragma once
#include <array>

#include "core/system/tpp/codes.hpp"
#include "core/util/hash.hpp"

/// Rows to entities: what is the same for every table. The mapping set decides; this only joins.
namespace gpswitch::tpp {

using record::Entity;
using record::EntityKind;
using record::Fate;
using record::Record;
using record::Role;

/// A row of the record at hand. Cells are as the rules see them: moments in ISO form, ids that mean none
/// empty, ids of lookups as their words.
struct Row {
    std::size_t table = 0;
    std::uint32_t row = 0;  ///< index into Record::rows
    std::size_t slot = 0;
    Key key = kNoKey;
    Text key_text;
    Text* cells = nullptr;
    Text* given = nullptr;  ///< the same as they stand in the file
    std::uint32_t cell_count = 0;
    std::uint64_t filled[2] = {0, 0};
    const char* bad = nullptr;
    bool live = true;       ///< not settled
    bool pressure = false;  ///< a systolic reading that stands for the whole blood pressure
    const mapping::Route* route = nullptr;
    /// What the cells could not hold: ids without words, days that stand for none, days and flags that are
    /// none.
    List<record::Rest> rest;
    std::uint32_t unreadable = 0;             ///< days and flags that are none, told of
    std::uint32_t first_item = 0, items = 0;  ///< what it was made into
};

/// Where links lead: implemented by the patient's assembly and by the practice's.
struct Links {
    virtual ~Links() = default;
    /// The reference to the entity of a patient's row of that table; empty when it leads nowhere.
    virtual Text target(EntityKind kind, Text table, Text cell) = 0;
    virtual bool has_row(const Row& row, Text table) = 0;
};

/// Columns by number: position in the table's header; "X.Here" asks whether X names the practice, or nothing;
/// "X.Concept" is the SNOMED CT concept that the row's codes say, its own or that of its CTV3 code;
/// "X.Removed" asks whether a later row removed this one, which stays.
int column_number(const Extract& extract, Text table, Text column);

/// Makes entities from rows by routes and column rules. One per cursor; not thread-safe.
class Maker : public mapping::RowFacts, public mapping::CellWriter {
  public:
    Maker(const Extract& extract, const mapping::MappingSet& mapping);

    void begin(Record& record, Links& links);
    Row load(std::size_t table, std::size_t slot);
    const mapping::Route* route(Row& row);
    /// Makes what the row's route says, applies the column rules, claims the row.
    void make(Row& row, Text patient_key);
    /// Settles the row as the deliveries or the route say. False when it makes something or says "part".
    bool settle_verdict(Row& row);
    bool settle(Row& row);
    /// Applies the rules of the row's table for `made` to an item that another row made, and claims the row
    /// as part.
    void join(Row& row, std::uint32_t item, std::string_view made);
    /// The number of a coded entry, where the row says that it is one; as it stands, it may be none.
    Text number_of(const Row& row) const;
    /// Every cell into an Observation of words: nothing is lost, and the ledger says that it is less than it
    /// was.
    void as_text(Row& row);

    Text id_of(EntityKind kind, Text table, Text patient_key, Text key, Text part = {});
    /// The reference to a practice-wide entity made from the row with this key, which is then asked for;
    /// empty when there is no such row.
    Text practice(EntityKind kind, Text table, Text cell);
    /// Who did it: the role that the person had at that place, the latest to begin; else the person.
    Text role_of(Text person, Text place);
    struct Rota {
        bool known = false;
        Text name, branch;
    };
    /// A rota by its id, as its row has it.
    const Rota& rota(Text id);
    /// The branch that it is held at; empty when it names none.
    Text rota_place(Text id) {
        return practice(EntityKind::Location, "SROrganisationBranch", rota(id).branch);
    }
    /// The person of a role.
    Text person_of(Text profile);
    Text staff_of(Text profile);  ///< by its id
    void issue(const Row& row, Severity severity, const char* code, std::string message, Text column = {},
               const char* hint = "");
    void degrade(Text reason, EntityKind kind) { record_->degradations.push_back({reason, kind}); }

    /// `column` is a literal, or lives as long as the mapping set: where it stands is remembered by its
    /// address.
    Text cell(const Row& row, std::string_view column) const;
    /// The cell as it stands in the file.
    Text given(const Row& row, std::string_view column) const;
    /// The file has a day there which is none of the calendar: something happened, and nobody knows when.
    bool unreadable_day(const Row& row, std::string_view column) const {
        return cell(row, column).empty() && !given(row, column).empty() && !sentinel(given(row, column));
    }
    /// "Table.Column", for rest and issues.
    Text origin(const Row& row, Text column);
    void keep(const Row& row, Entity& entity, Text column);
    /// Every cell that says something beyond whose row it is.
    void keep_all(const Row& row, Entity& entity);
    Text name(const Row& row) const { return extract_.table(row.table).name; }
    Codes& codes() { return codes_; }
    Record& record() { return *record_; }
    const Extract& extract() const { return extract_; }
    const mapping::MappingSet& mapping() const { return mapping_; }
    template <class T>
    T& entity(std::uint32_t item) {
        return *static_cast<T*>(record_->items[item].entity);
    }
    Coded coded(const Row& row) const;

    // RowFacts and CellWriter, about the row at hand
    Text cell(int column) const override;
    bool under(int column, Text code) const override;
    bool past(int column) const override;
    bool has_row(Text table) const override { return links_->has_row(*at_, table); }
    bool has_children() const override { return false; }
    void concept_of(const mapping::ColumnRule&, Text, record::Concept&) override {}
    void reference_to(const mapping::ColumnRule& rule, Text cell, record::Reference& out) override;
    void bad_value(const mapping::ColumnRule& rule, Text cell, const char* why) override;

  private:
    void look_at(Row& row) {
        at_ = &row;
        filled = row.filled;
    }
    void read_cells(Row& row, const RowText& text);
    int position(const Row& row, std::string_view column) const;
    Text reading(Row& row, const Column& column, Text given);
    Text moment_of(Row& row, const Column& column, Text given);
    Text flag_of(Row& row, const Column& column, Text given);
    void make_one(Row& row, const mapping::Made& made, Text patient_key);
    void keep_rest(const Row& row, Entity& entity);
    // finish.cpp: what the rules leave to be joined
    void finish(Row& row, std::uint32_t item);
    void keep_unread(const Row& row, std::uint32_t item);
    void finish_coded(Row& row, std::uint32_t item);
    void finish_allergy(Row& row, std::uint32_t item);
    void finish_referral(Row& row, std::uint32_t item);
    void finish_appointment(Row& row, std::uint32_t item);
    void finish_slot(Row& row, std::uint32_t item);
    void finish_document(Row& row, std::uint32_t item);
    void finish_consent(Row& row, std::uint32_t item);
    void booked(const Row& row, bool alone, record::Concept& channel, Text& words, Entity& entity);
    void finish_medication(Row& row, std::uint32_t item);
    void prescription_type(const Row& row, record::MedicationRequest& request);
    void finish_staff(Row& row, std::uint32_t item);
    void finish_organization(Row& row, std::uint32_t item);
    void finish_immunization(Row& row, std::uint32_t item);
    void value_of(Row& row, std::uint32_t item);
    void participants(Row& row, std::uint32_t item);
    void places(Row& row, std::uint32_t item);
    void undated(std::uint32_t item);

    const Extract& extract_;
    const mapping::MappingSet& mapping_;
    mutable Codes codes_;  ///< remembers what it looked up
    std::vector<std::unique_ptr<mapping::Router>> routers_;
    std::vector<std::vector<const Column*>> columns_;  ///< by table and header position
    std::vector<std::pair<int, bool>> keys_;  ///< by table: position of the key, and whether it is an id
    struct Position {
        const char* name = nullptr;
        std::size_t length = 0;
        int position = -1;
    };
    mutable std::vector<std::array<Position, 128>> positions_;  ///< by table
    Record* record_ = nullptr;
    Links* links_ = nullptr;
    Row* at_ = nullptr;
    EntityKind making_ = EntityKind::Patient;
    RowText scratch_;
    Arena kept_;
    struct Found {
        Text reference, id;
        std::uint64_t handle = 0, asked = 0;
    };
    /// Two numbers as one key of a map.
    struct Pair {
        std::uint64_t a, b;
        bool operator==(const Pair&) const = default;
        struct Hash {
            std::size_t operator()(const Pair& p) const {
                return (p.a * 0x9E3779B97F4A7C15ull ^ p.b) * 0xD6E8FEB86659FD93ull >> 7;
            }
        };
    };
    std::unordered_map<Pair, Found, Pair::Hash> practice_;     ///< by kind and table, and key
    std::unordered_map<Pair, std::string, Pair::Hash> roles_;  ///< by person and place: the profile
    std::unordered_map<std::string, Text> lookups_;
    std::unordered_map<Key, Rota> rotas_;
    std::uint64_t serial_ = 0;
};

inline constexpr std::string_view kIdBase = "https://gpswitch.org/Id/tpp/";

}  // namespace gpswitch::tpp
