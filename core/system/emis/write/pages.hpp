#pragma once
#include <deque>
#include <unordered_map>

#include "core/system/emis/write/sheet.hpp"

/// A record as rows of the layout: which entity stands in which row, and its fields in their cells.
namespace gpswitch::emis::write {

using record::Record;

/// A row in the making. Cells are views into the record or the writer's arena.
struct Draft {
    Tab tab{};
    Text key;
    Text* cells = nullptr;
    std::uint64_t from_rest = 0;  ///< bit per cell: the source's own text
    std::uint64_t kinds = 0;      ///< bit per EntityKind that stands in the row
    int code = -1;                ///< index of the code in its CodeId
    int parent = -1;              ///< draft of the entry above it
    std::vector<std::uint32_t> items, children;
    bool first = false;  ///< the person's row was made from it as well: before others of the same day
    bool written = false;
};

/// Writes one record. One per worker, used again; not thread-safe.
class Pages : private mapping::CellSink, private mapping::RowFacts {
  public:
    explicit Pages(const Layout& layout) : layout_(layout) {}
    /// Fills drafts and codes from the record. Says what cannot be carried through `loss` and `hold`.
    void fill(const Record& record, Text practice_guid, Text as_of);

    std::deque<Draft> drafts;  ///< stay where they are while more are added
    std::vector<CodeUse> codes;
    /// What has no cell: item, field path, why.
    struct Loss {
        std::uint32_t item;
        std::string path;
        std::string_view why;
        std::string_view reason;  ///< degradation
    };
    std::vector<Loss> losses;
    /// Items that must not be written as what they are, and the issue code that says why.
    struct Held {
        std::uint32_t item;
        std::string_view code, why;
    };
    std::vector<Held> held;
    /// Of each item: an Appointment's slot, a role's practitioner: "Type/id" of the row it shares; empty.
    std::vector<Text> shared;
    Text latest;  ///< greatest day of recording

    /// Order in which the drafts are written.
    std::vector<std::uint32_t> order();
    const Record& record() const { return *record_; }
    /// A slot that somebody has: its booking belongs in the same row.
    bool taken(std::uint32_t item) const {
        return routes_[item] != nullptr && !routes_[item]->rows.empty() &&
               routes_[item]->rows[0].variant == "Slot:busy";
    }

  private:
    // pages.cpp
    void route();
    Text key_of_item(std::uint32_t item, Tab tab);
    std::uint32_t draft(Tab tab, Text key);
    void item(std::uint32_t i);
    void rest(std::uint32_t i);
    void lose(Text path, std::string_view why, std::string_view reason = "field-not-carried");
    void set(Draft& d, std::string_view column, Text value);
    Text practice_key(Text reference) { return arena_.join(std::string_view(&kLater, 1), reference); }
    std::optional<std::uint32_t> item_of(Text reference) const;
    Text key_of_reference(const record::Reference& r, std::string_view column);

    // unwritten.cpp: what stands in no cell, or in one that is too short for it
    void lengths();
    void uncovered(std::uint32_t i, const Entity& entity);
    void unwritten(const record::Type& type, const void* object, const Cover& cover, Text path);
    void unwritten_items(const record::Field& f, const void* object,
                         const std::vector<const mapping::ColumnRule*>& by, Text path);

    // CellSink
    void put(int column, Text cell) override;
    bool empty(int column) const override;
    Text code_of(const mapping::ColumnRule& rule, const record::Concept& c) override;
    Text key_of(const mapping::ColumnRule& rule, const record::Reference& reference) override;
    void lost(const mapping::ColumnRule& rule, const char* why) override;

    // specials.cpp, people.cpp, entries.cpp, results.cpp, bookings.cpp: what the rules call part
    void specials(std::uint32_t i, Draft& d);
    void street(Draft& d);
    /// The entity as it is written: with its drug, its own labels only, its current name and address first.
    const Entity& as_written(std::uint32_t i);
    const Entity& with_drug(std::uint32_t i);
    void person(const record::Patient& p, Draft& d);
    void demographic(const record::Concept& c, Text list, Text part, Draft& person);
    void history(const record::EpisodeOfCare& e);
    void encounter(const record::Encounter& e, Draft& d);
    void condition(const record::Condition& c, Draft& d);
    void observation(std::uint32_t i, std::uint32_t draft);
    void result_in_words(const record::Observation& o, Draft& d);
    void unit(const record::Quantity& q, Draft& d, std::string_view column);
    void dosage(std::uint32_t i, const List<record::Dosage>& list, Text path, Draft& d);
    const record::Patient& current_first(const record::Patient& p);
    void component(std::uint32_t i, std::uint32_t parent, std::uint32_t n);
    void immunization(const record::Immunization& im, Draft& d);
    void referral(const record::ServiceRequest& s, Draft& d);
    void plan(std::uint32_t i, Draft& d);
    void provenance(const record::Provenance& p, Draft& d);
    void organisation(const record::Organization& o, Draft& d);
    void location(const record::Location& l, Draft& d);
    void staff(std::uint32_t i, Draft& d);
    void session(const record::Schedule& s, Draft& d);
    void slot(const record::Slot& s, Draft& d);
    void appointment(const record::Appointment& a, Draft& d);
    void parents();

    // labels.cpp
    bool inherited(const Entity& e, Text label) const;
    const Entity& own_labels(std::uint32_t i);
    void restricted(std::uint32_t i);

    // codes.cpp
    /// Index into codes; -1 when there is nothing to give an id to. `route` says what the code needs.
    int use_of(const record::Concept& c, bool drug, const mapping::WriteRoute* route);
    void need(CodeUse& use, std::string_view category, int strength);
    void check_reading();
    // RowFacts about the draft at hand
    Text cell(int column) const override;
    bool under(int column, Text code) const override;
    bool past(int column) const override;
    bool has_row(Text table) const override;
    bool has_children() const override;
    enum class Reading : std::uint8_t { same, variant, other, dangerous };
    Reading reading_of(Draft& d);
    /// Gives the row's code what it lacks for the entry to be read as what it is; says how it is read then.
    Reading make_readable(Draft& d);
    void say_reading(const Draft& d, Reading reading);

    const Layout& layout_;
    Arena arena_;
    const Record* record_ = nullptr;
    Text as_of_, organisation_, patient_;
    std::vector<const mapping::WriteRoute*> routes_;
    std::vector<std::vector<std::uint32_t>> item_drafts_;
    std::unordered_map<Text, std::uint32_t> by_reference_;
    std::array<std::unordered_map<Text, std::uint32_t>, kTabs> by_key_;
    std::unordered_map<std::string, int> code_index_;
    Draft* at_ = nullptr;
    const mapping::WriteRoute* at_route_ = nullptr;
    std::uint32_t at_item_ = 0;
    bool at_rest_ = false;
};

}  // namespace gpswitch::emis::write
