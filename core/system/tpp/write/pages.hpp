#pragma once
#include <array>
#include <map>
#include <set>

#include "core/system/tpp/write/sheet.hpp"

/// A record as rows of the layout: what the layout's tables cannot say.
namespace gpswitch::tpp::write {

/// Writes one record. One per worker, used again; not thread-safe.
class Pages : public layout::Pages {
  public:
    Pages(const Layout& layout, const Sheet& sheet);

    std::vector<CodeUse> codes;
    /// Rows of SRImmunisationContent: id, product, antigen.
    std::map<std::string, std::pair<std::string, std::string>> contents;
    /// Rows of SRMedicationReadCodeDetails: product, code, words.
    std::set<std::array<std::string, 3>> products;
    /// Of each item: an Appointment's slot: "Slot/id" of the row it shares; empty.
    std::vector<Text> shared;
    /// Id of words in the tables of words, as long as the record is there; `fresh` when it may be the first
    /// time that this worker asks.
    Text id_of_words(Text column, Text words, bool& fresh);
    bool taken(std::uint32_t item) const {
        return route(item) != nullptr && !route(item)->rows.empty() &&
               route(item)->rows[0].variant == "Slot:busy";
    }

  private:
    void begin() override;
    void special(std::uint32_t i, std::uint32_t draft_number) override;
    void finish() override;
    Text own_key(std::uint32_t i, std::size_t table) override;
    Text shared_key(std::uint32_t i, std::size_t table) override;
    Text made_key(EntityKind kind, Text id) override;
    Text made_key_of(std::uint32_t i) override;
    void belongs(const record::Patient&) override {}  // every row belongs to the one practice
    Text through(const Draft& d, int cell, Text name) const override;
    bool below(const Draft& d, int cell, Text code) const override;
    bool companion(const Draft& d, Text table) const override;
    bool writes(const record::Item& item, const record::Identifier& identifier) const override;
    bool elsewhere(const record::Item& item, const record::Rest& rest) const override;
    void lengths() override;
    void no_moment(const Draft& d, const mapping::Cell& cell, Text value);
    Text code_of(const mapping::ColumnRule&, const record::Concept&) override { return {}; }
    Text key_of(const mapping::ColumnRule& rule, const record::Reference& reference) override;

    using layout::Pages::draft;
    std::uint32_t draft(std::string_view table, Text key) {
        std::size_t& known = tables_[table.data()];
        if (known == 0) known = layout_.table_named(table) + 1;
        return layout::Pages::draft(known - 1, key);
    }
    bool in(const Draft& d, std::string_view table) const { return layout_.table(d.table).name == table; }
    Text number(std::string n) { return arena_.copy(n); }
    /// Key of the n-th of several rows of an entity: the source's own where there are as many of its rows.
    Text nth_key(std::uint32_t i, std::string_view table, std::uint32_t n, std::uint32_t of);
    /// What the entity kept of a table whose rows this logic makes: into the one row, or lost.
    void rest_of_table(std::uint32_t i, std::string_view table, const std::vector<std::uint32_t>& rows);
    /// Person and place of whoever did it.
    Text doer(Draft& d, const record::Reference& r);
    std::string label_of(Text system, Text code) const;

    // people.cpp
    void person(std::uint32_t i, Draft& d);
    void names(const record::Patient& p, Draft& d);
    void addresses(std::uint32_t i, const record::Patient& p);
    void contacts(std::uint32_t i, const record::Patient& p);
    void practitioners(std::uint32_t i, const record::Patient& p);
    void demographic(std::uint32_t i, const record::Concept& c, Text values);
    void named_gp(const record::EpisodeOfCare& e);
    void registration(std::uint32_t i, Draft& d);
    void relative(const record::RelatedPerson& p, Draft& d);
    void organisation(const record::Organization& o, Draft& d);
    void staff(std::uint32_t i, Draft& d);

    // entries.cpp
    void encounter(std::uint32_t i, Draft& d);
    void places(const record::Encounter& e, Draft& d);
    void links(std::uint32_t i, const record::Encounter& e, Draft& d);
    void medication(std::uint32_t i, Draft& d);
    void drug(const record::Concept& c, Draft& d);
    static bool acute(const record::MedicationRequest& m);
    void status_word(const record::MedicationRequest& m, Draft& d);
    void ended(std::uint32_t i, const record::MedicationRequest& m, Draft& d);
    void supply(std::uint32_t i, const record::MedicationRequest& m, Draft& d);
    const record::Item* made_of(const record::Item& item) const;
    Text made_again_key(std::uint32_t i) override;
    void besides_orders();
    void made_otherwise(const record::Item& item, const record::Item& of);
    Text last_issue(const record::Item& of) const;
    Text end_of(const record::Item& of) const;
    bool another_dose(std::uint32_t i);
    void counted(std::uint32_t i, Text issued);
    void dose(const record::Quantity& q, Draft& d);
    void immunization(const record::Immunization& im, Draft& d);
    void declined(const record::Immunization& im, Draft& d);
    void document(const record::DocumentReference& r, Draft& d);
    void consent(const record::Consent& c, Draft& d);
    void performers(const record::Observation& o);
    void answered(const record::QuestionnaireResponse& r, Draft& d);
    void referral(std::uint32_t i, Draft& d);
    void statuses(std::uint32_t i, const record::ServiceRequest& s, Draft& d, const char* table,
                  const char* of_column, const char* word_column);
    void appointment(std::uint32_t i, Draft& d);
    void booked(const record::Concept& channel, Text words, Draft& d);
    void flags(std::uint32_t i, const record::Appointment& a, Draft& d);
    void made_again();
    void not_made_again(const record::Item& item);

    // codes.cpp
    /// The concept in the row's four columns of codes and words.
    /// `path`: of the concept in its entry.
    void coded(std::uint32_t i, const record::Concept& c, Draft& d, const char* path = "code");
    void words_of(const record::Concept& c, Text& snomed, Text& ctv3, Text& text, bool own, const char* path);
    void value(const record::Quantity& q, Draft& d, bool component = false);
    void problem(std::uint32_t i, Draft& d);
    void sensitivity(const record::AllergyIntolerance& a, Draft& d);
    void components(std::uint32_t i, std::uint32_t parent);
    /// The number of the component that is the systolic reading of a blood pressure; nothing when it is none.
    std::optional<std::uint32_t> systolic(const record::Observation& o, const Draft& whole) const;
    void further_problems(std::uint32_t i, const Draft& code);
    void actual_problems();
    void check_reading();
    Text code_cell(Draft& d);

    const Layout& layout_;
    const Sheet& sheet_;
    std::unordered_map<std::string, std::string> known_words_;  ///< ids, by column and words
    std::string asked_words_;
    std::unordered_map<const char*, std::size_t> tables_;  ///< by the address of a name, from 1
    std::unordered_map<Text, std::uint32_t> courses_;      ///< statements by the plan they rest on
    std::set<Text> problems_;                              ///< keys of coded rows that have a problem
};

}  // namespace gpswitch::tpp::write
