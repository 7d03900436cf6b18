#pragma once
#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>

#include "core/layout/layout.hpp"
#include "core/layout/text_index.hpp"

/// A record as rows of a layout: which entity stands in which row, and its fields in their cells.
namespace gpswitch::layout {

/// A cell that is the key of a practice-wide entity begins with this and goes on with "Type/id": the key is
/// known when that entity has been committed.
inline constexpr char kLater = '\x01';

/// A row in the making. Cells are views into the record or the writer's arena, in the model's own form: days
/// as 2020-05-01, moments as "2020-05-01 10:00:00".
struct Draft {
    std::size_t table = 0;
    Text key;
    Text* cells = nullptr;
    std::uint64_t from_rest = 0;  ///< bit per cell: the source's own text
    std::uint64_t kinds = 0;      ///< bit per EntityKind that stands in the row
    int code = -1;                ///< the brick's number of what it is coded as
    int parent = -1;              ///< draft of the entry above it
    List<std::uint32_t> items, children;
    bool first = false;    ///< written before others without a parent
    bool written = false;  ///< nothing of it is to be written
};

/// Drafts that stay where they are while more are added; the room is kept for the next record.
class Drafts {
  public:
    Draft& operator[](std::size_t n) { return blocks_[n / kBlock][n % kBlock]; }
    const Draft& operator[](std::size_t n) const { return blocks_[n / kBlock][n % kBlock]; }
    std::size_t size() const { return size_; }
    bool empty() const { return size_ == 0; }
    void clear() { size_ = 0; }
    Draft& emplace_back() {
        if (size_ == blocks_.size() * kBlock) blocks_.push_back(std::make_unique<Draft[]>(kBlock));
        Draft& d = (*this)[size_++];
        d = {};
        return d;
    }
    Draft& back() { return (*this)[size_ - 1]; }

    template <class Of, class D>
    struct Place {
        Of* of;
        std::size_t n;
        D& operator*() const { return (*of)[n]; }
        Place& operator++() { return ++n, *this; }
        bool operator==(const Place& other) const { return n == other.n; }
    };
    Place<Drafts, Draft> begin() { return {this, 0}; }
    Place<Drafts, Draft> end() { return {this, size_}; }
    Place<const Drafts, const Draft> begin() const { return {this, 0}; }
    Place<const Drafts, const Draft> end() const { return {this, size_}; }

  private:
    static constexpr std::size_t kBlock = 256;
    std::vector<std::unique_ptr<Draft[]>> blocks_;
    std::size_t size_ = 0;
};

/// Findings of every brick (gpswitch-report(5)).
inline constexpr const char* kLost = "WRITE-001";       ///< no column for something of an entry
inline constexpr const char* kNoPlace = "WRITE-002";    ///< no place for an entry: held
inline constexpr const char* kNoLabel = "WRITE-003";    ///< confidential, and no flag to say so: held
inline constexpr const char* kDangerous = "WRITE-004";  ///< would be taken for something else: held

inline constexpr std::string_view kOne = "the layout has room for one";
inline constexpr std::string_view kOthers =
    "two entries of one row say different things: the first is written";
inline constexpr std::string_view kTooLong = "longer than the layout allows: written whole";
inline constexpr std::string_view kLonger = "longer-than-layout";
inline constexpr std::string_view kNotCarried = "field-not-carried";
inline constexpr std::string_view kInstead = "another-value-read";

/// What has no cell: item, field path, why.
struct Loss {
    std::uint32_t item;
    Text path;
    std::string_view why;
    std::string_view reason;  ///< degradation
    Text place = {};          ///< the path with indexes, for Pages::say_all; empty where they are not known
};
/// Items that must not be written as what they are, and the issue code that says why.
struct Held {
    std::uint32_t item;
    std::string_view code, why;
};

/// Writes one record; a brick derives its own. One per worker, used again; not thread-safe.
class Pages : protected mapping::CellSink, protected mapping::RowFacts {
  public:
    /// `id_base`: what the systems of the supplier's own identifiers begin with; the table's name follows.
    Pages(const Layout& layout, Text id_base) : layout_(layout), id_base_(id_base) {}
    ~Pages() override = default;
    Pages(const Pages&) = delete;
    Pages& operator=(const Pages&) = delete;

    /// Fills the drafts from the record, and says what cannot be carried. `practice` stands where the
    /// patient names no other; `as_of` is the day of the data.
    void fill(const Record& record, Text practice, Text as_of);

    /// Before fill(): finds each item's route. Those of a kind that never has a place are in `held` then: no
    /// other entry is written in another way for their sake.
    void decide(const Record& record);
    /// These items (ascending) are no longer in the record.
    void forget(std::span<const std::uint32_t> items);
    /// What decide() found is true of no record any more.
    void forget() { decided_ = nullptr; }

    Drafts drafts;
    std::vector<Loss> losses;
    std::vector<Held> held;
    std::size_t without_place = 0;  ///< so many of `held` come first: by their route, in the record's order
    /// Say as well what is no loss to anybody but a comparison: what other fields say again, and how the
    /// system it came from kept the entry.
    bool say_all = false;

    /// Drafts in the order in which they are written: parents before children.
    std::vector<std::uint32_t> order();
    const Record& record() const { return *record_; }
    const mapping::WriteRoute* route(std::uint32_t item) const { return routes_[item]; }
    /// Key of the item's first row; empty when it has none.
    Text row_key(std::uint32_t item) const {
        const auto& own = item_drafts_[item];
        return own.empty() || drafts[own[0]].written ? Text() : drafts[own[0]].key;
    }
    /// Key of the row that an entry is made again of, when it has no row of its own; empty: not known.
    virtual Text made_again_key(std::uint32_t item) {
        static_cast<void>(item);
        return {};
    }
    /// Items, and keys of rows of which whoever reads makes an entry besides.
    std::vector<std::pair<std::uint32_t, Text>> besides;
    /// Fields of the model that a loss concerns: its path, or those of the rules of its column. Empty when
    /// nothing is lost by it.
    std::vector<std::string> fields_of(const Loss& loss) const;
    /// A column of the item's rows is for something at that declared path ("performer.display").
    bool has_column_for(std::uint32_t item, Text path) const;

  protected:
    // --- what a brick adds ---

    /// Forgets the record before.
    virtual void begin() {}
    /// The entity as it is written: a drug that is a resource of its own, the name of today first.
    virtual const Entity& as_written(std::uint32_t i);
    /// The item's own key for a row of that table, where its identifiers do not say it; empty otherwise.
    /// This, shared_key and made_key say the same as long as the record is the same: they are asked once.
    virtual Text own_key(std::uint32_t i, std::size_t table) {
        static_cast<void>(i), static_cast<void>(table);
        return {};
    }
    /// Where the person's rows belong by default; the patient's own practice unless a brick says otherwise.
    virtual void belongs(const record::Patient& patient) {
        if (!patient.managing_organization.reference.empty())
            practice_ = later(patient.managing_organization.reference);
    }
    /// After the rules of a row: what they call part.
    virtual void special(std::uint32_t i, std::uint32_t draft_number) = 0;
    /// When all items have their rows.
    virtual void finish() {}
    /// The key of a row that the item shares with another entity; empty when it has one of its own.
    virtual Text shared_key(std::uint32_t i, std::size_t table) {
        static_cast<void>(i), static_cast<void>(table);
        return {};
    }
    /// For an entity without a key of this supplier's. Lives as long as the record or the writer's arena.
    virtual Text made_key(EntityKind kind, Text id) = 0;
    /// The same for an item of the record.
    virtual Text made_key_of(std::uint32_t i) {
        return made_key(record_->items[i].kind, record_->items[i].entity->id);
    }
    /// The key that a row of another patient's, or of the practice's, will have.
    virtual Text later(Text reference) { return arena_.join(std::string_view(&kLater, 1), reference); }
    /// A column of the row that a cell leads to, as whoever reads will see it.
    virtual Text through(const Draft& d, int cell, Text name) const {
        static_cast<void>(d), static_cast<void>(cell), static_cast<void>(name);
        return {};
    }
    /// What the code in the cell stands under, as whoever reads will see it.
    virtual bool below(const Draft& d, int cell, Text code) const {
        static_cast<void>(d), static_cast<void>(cell), static_cast<void>(code);
        return false;
    }
    /// Whoever reads finds a row of that table for the draft.
    virtual bool companion(const Draft& d, Text table) const;
    /// The layout's own logic writes the identifier.
    virtual bool writes(const record::Item& item, const record::Identifier& identifier) const {
        static_cast<void>(item), static_cast<void>(identifier);
        return false;
    }
    /// Kept beside the fields, but another row of the layout's own logic writes it.
    virtual bool elsewhere(const record::Item& item, const record::Rest& rest) const {
        static_cast<void>(item), static_cast<void>(rest);
        return false;
    }
    /// Cells longer than the layout allows; a brick adds those of its own tables.
    virtual void lengths();

    // --- what bricks use ---

    /// record::made_number of an item: made once, however often the record is filled.
    std::array<char, 18> number_of(std::uint32_t i);
    std::uint32_t draft(std::size_t table, Text key);
    Text key_of_item(std::uint32_t item, std::size_t table);
    void lose(Text path, std::string_view why, std::string_view reason = kNotCarried, Text place = {});
    /// "front[3]", for lose(); empty when nobody asks.
    Text nth(Text front, std::uint32_t i);
    /// Says that the item must not be written.
    void hold(std::uint32_t item, std::string_view code, std::string_view why) {
        held.push_back({item, code, why});
    }
    /// The cell, unless something stands there.
    void set(Draft& d, std::string_view name, Text value);
    /// Number of a column, remembered by the address of its name: for names that stay where they are.
    int column(std::size_t table, std::string_view name) const;
    /// The same for tables; -1 when there is none.
    int table_number(std::string_view name) const;
    std::optional<std::uint32_t> item_of(Text reference) const { return by_reference_.find(reference); }
    /// The key that a reference leads to; empty when it leads to nothing that is written.
    Text key_of_reference(const record::Reference& r, std::string_view column);
    bool too_long(Text cell, const mapping::Cell& column) const;
    const Entity& own_labels(std::uint32_t i);
    bool has_rows(std::uint32_t item) const {
        return routes_[item] != nullptr && routes_[item]->fate == mapping::WriteRoute::Fate::rows;
    }
    bool from_here(const Entity& e) const {
        return std::any_of(e.identifier.begin(), e.identifier.end(),
                           [&](const record::Identifier& i) { return i.system.starts_with(id_base_); });
    }
    /// Rules that no line of write.csv names, made ready once.
    const mapping::TurnRules& turned(const std::vector<mapping::ColumnRule>& rules, EntityKind kind) {
        return turned_.try_emplace(&rules, rules, record::type_of(kind)).first->second;
    }
    // entries.cpp
    const Entity& with_drug(std::uint32_t i);
    const record::Patient& current_first(const record::Patient& p);
    /// Several dosages joined in one column of words; one in no words holds the entry. `for_patient`: an
    /// instruction for the patient alone has a column of its own.
    void dosage(std::uint32_t i, const List<record::Dosage>& list, Text path, Draft& d,
                std::string_view column, bool for_patient);
    /// The rows of `rest` in the table of the draft at hand into its cells, as the source's own text.
    void put_rest(const Entity& e);

    /// The route by which whoever reads takes the row at hand; nullptr when it takes none.
    const mapping::Route* read_by();
    // reading.cpp: what whoever reads makes of a row. Reading::dangerous: of an allergy or a vaccination.
    enum class Reading : std::uint8_t { same, variant, other, dangerous };
    Reading reading_of(Draft& d);
    void say_reading(Draft& d, Reading reading);
    /// What the sort of entry that the row will be read as says otherwise, or has no field for.
    void say_sort(Draft& d);

    // CellSink
    void put(int column, Text cell) override;
    bool empty(int column) const override;
    Text key_of(const mapping::ColumnRule& rule, const record::Reference& reference) override;
    void lost(const mapping::ColumnRule& rule, const char* why) override {
        if (say_all || why != mapping::kUnsaid) lose(rule.path, why);
    }
    // RowFacts about the draft at hand
    Text cell(int column) const override;
    bool under(int column, Text code) const override;
    bool past(int column) const override;
    bool has_row(Text table) const override { return companion(*at_, table); }
    bool has_children() const override { return !at_->children.empty(); }

    const Layout& layout_;
    Arena arena_;
    const Record* record_ = nullptr;
    Text as_of_, practice_;
    Text patient_;  ///< key of the person
    std::vector<const mapping::WriteRoute*> routes_;
    std::vector<List<std::uint32_t>> item_drafts_;
    std::vector<TextIndex> by_key_;  ///< by table
    Draft* at_ = nullptr;            ///< the row at hand
    const mapping::WriteRoute* at_route_ = nullptr;
    std::uint32_t at_item_ = 0;
    bool at_rest_ = false;

  private:
    // pages.cpp
    void route();
    Text find_key(std::uint32_t item, std::size_t table);
    void with_patient();
    void item(std::uint32_t i);
    bool one_row(std::uint32_t i, std::size_t r, const Entity& entity, mapping::TurnRound& turn);
    bool says_something(const Entity& entity) const;
    // reading.cpp
    void say_constants(const Entity& entity, const std::vector<mapping::ColumnRule>& read);
    void say_sort_fields(std::uint32_t i, const mapping::WrittenRow& row,
                         const std::vector<mapping::ColumnRule>& read);
    void rest(std::uint32_t i);

    // unwritten.cpp: what stands in no cell, or in one that is too short for it
    void uncovered(std::uint32_t i, const Entity& entity, const record::Filled& filled);
    /// `place`: the path of the object with indexes and a point; "." of the entity; empty when not known.
    void unwritten(const record::Type& type, const void* object, const Cover& cover, Text place);
    void unwritten_field(const record::Field& f, const void* object, const Cover& cover, std::size_t n,
                         Text place);
    void unwritten_items(const record::Field& f, const void* object,
                         const std::vector<const mapping::ColumnRule*>& by, Text path, Text place);
    void unwritten_identifiers(const record::Item& item, const Entity& entity, const Cover& cover);
    void identifier_parts(const record::Identifier& id, Text place);
    void unwritten_marks(const Entity& entity);
    void unwritten_base(const Entity& entity);

    // labels.cpp
    bool held_for_label(std::uint32_t i) const;
    bool inherited(std::uint32_t i, Text label) const;
    bool leads_to(std::uint32_t i, Text type) const;
    void restricted(std::uint32_t i);
    bool said_by_flag(std::uint32_t i, Draft& d, bool other);

    Text id_base_;
    const Record* decided_ = nullptr;
    std::vector<std::array<char, 18>> numbers_;  ///< of a record that is decided, by item; 0: not made yet
    /// Something is held: this is not the last time, and what is lost is not asked.
    bool in_vain_ = false;
    struct Key {
        std::size_t table = 0;
        Text key;  ///< null: not asked for yet
    };
    std::vector<Key> keys_;  ///< by item
    TextIndex by_reference_;
    std::unordered_map<const void*, mapping::TurnRules> turned_;
    struct Found {
        const char* name = nullptr;
        std::size_t length = 0, table = 0;
        int column = -1;
    };
    mutable std::array<Found, 2048> found_{};
    std::vector<std::unique_ptr<mapping::Router>> routers_;  ///< by table
};

// --- small questions ---

template <class T>
const T& as(const record::Item& item) {
    return *static_cast<const T*>(item.entity);
}

/// One of its inferred values stands under a path that begins so.
inline bool inferred(const Entity& e, Text begin) {
    return std::any_of(e.inferred.begin(), e.inferred.end(), [&](Text t) { return t.starts_with(begin); });
}

/// What it keeps under that path; nullptr when it is nothing.
inline const record::Rest* rest_of(const Entity& e, Text path) {
    for (const record::Rest& r : e.rest)
        if (r.path == path) return &r;
    return nullptr;
}

}  // namespace gpswitch::layout
