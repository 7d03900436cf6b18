#pragma once
#include <array>

#include "core/system/emis/write/sheet.hpp"

/// A record as rows of the layout: what the layout's tables cannot say.
namespace gpswitch::emis::write {

using layout::Draft;
using record::Record;

inline Tab tab_of(const Draft& d) { return static_cast<Tab>(d.table); }

/// Writes one record. One per worker, used again; not thread-safe.
class Pages : public layout::Pages {
  public:
    explicit Pages(const Layout& layout);

    std::vector<CodeUse> codes;
    /// Of each item: an Appointment's slot, a role's practitioner: "Type/id" of the row it shares; empty.
    std::vector<Text> shared;
    /// A slot that somebody has: its booking belongs in the same row.
    bool taken(std::uint32_t item) const {
        return route(item) != nullptr && !route(item)->rows.empty() &&
               route(item)->rows[0].variant == "Slot:busy";
    }

  private:
    // pages.cpp
    void begin() override;
    const Entity& as_written(std::uint32_t i) override;
    void special(std::uint32_t i, std::uint32_t draft_number) override;
    void finish() override;
    Text shared_key(std::uint32_t i, std::size_t table) override;
    Text made_key(EntityKind kind, Text id) override;
    bool writes(const record::Item& item, const record::Identifier& identifier) const override;
    bool elsewhere(const record::Item& item, const record::Rest& rest) const override;
    void lengths() override;
    void put(int column, Text cell) override;
    std::uint32_t draft(Tab tab, Text key) {
        return layout::Pages::draft(static_cast<std::size_t>(tab), key);
    }

    // specials.cpp, people.cpp, entries.cpp, results.cpp, bookings.cpp: what the rules call part
    void street(Draft& d);
    void registered_otherwise(std::uint32_t i);
    void person(const record::Patient& p, Draft& d);
    void number_status(const record::Concept& c, Draft& d);
    void demographic(const record::Concept& c, Text list, Text part, Draft& person);
    void history(const record::EpisodeOfCare& e);
    void encounter(const record::Encounter& e, Draft& d);
    void condition(const record::Condition& c, Draft& d);
    void observation(std::uint32_t i, std::uint32_t draft);
    void result_in_words(const record::Observation& o, Draft& d);
    void unit(const record::Quantity& q, Draft& d, std::string_view column);
    void component(std::uint32_t i, std::uint32_t parent, std::uint32_t n);
    bool prescribed_elsewhere(std::uint32_t i) const;
    void find_elsewhere();
    void dose_in_words(const record::Quantity& dose, Draft& d);
    void immunization(const record::Immunization& im, Draft& d);
    void referral(const record::ServiceRequest& s, Draft& d);
    void last_issue(const record::MedicationStatement& s);
    void over(Text status);
    void plan(std::uint32_t i, Draft& d);
    void document(const record::DocumentReference& r, Draft& d);
    void provenance(const record::Provenance& p, Draft& d);
    void organisation(const record::Organization& o, Draft& d);
    void location(const record::Location& l, Draft& d);
    void staff(std::uint32_t i, Draft& d);
    void session(const record::Schedule& s, Draft& d);
    void slot(const record::Slot& s, Draft& d);
    void appointment(const record::Appointment& a, Draft& d);
    void parents();

    // codes.cpp
    /// Index into codes; -1 when there is nothing to give an id to. `route` says what the code needs.
    /// `path`: of the concept in the entity, for what is said of it.
    int use_of(const record::Concept& c, bool drug, const mapping::WriteRoute* route, Text path = "code");
    bool in_component_ = false;
    int new_use(const record::Concept& c, bool drug, const mapping::WriteRoute* route, bool& from_other,
                bool& made);
    void drug_codes(Text path, const record::Concept& c, const CodeUse& use);
    void need(CodeUse& use, std::string_view category, int strength);
    void check_reading();
    Text code_of(const mapping::ColumnRule& rule, const record::Concept& c) override;
    Text through(const Draft& d, int cell, Text name) const override;
    bool below(const Draft& d, int cell, Text code) const override;
    std::uint32_t code(int column) const override;
    /// Gives the row's code what it lacks for the entry to be read as what it is; says how it is read then.
    Reading make_readable(Draft& d);

    const Layout& layout_;
    std::vector<const record::MedicationStatement*> elsewhere_;  ///< courses of another organisation
    std::unordered_map<std::string, int> code_index_;
    /// What a reader sees of a code, and a number for it.
    mutable std::unordered_map<std::string, std::uint32_t> numbers_;
    /// Concepts by where they stand in memory, for one record.
    struct Known {
        const record::Coding* coding = nullptr;
        std::uint32_t codings = 0;
        Text text;
        bool drug = false;
        const mapping::WriteRoute* route = nullptr;
        std::uint64_t time = 0;  ///< of another record: empty
        int use = -1;
        bool other = false, made = false;  ///< of another system; its id is made
    };
    std::array<Known, 256> known_{};
    std::uint64_t time_ = 0;
};

}  // namespace gpswitch::emis::write
