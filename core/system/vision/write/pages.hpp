#pragma once
#include <utility>

#include "core/layout/pages.hpp"
#include "core/system/vision/codes.hpp"
#include "core/system/vision/write/sheet.hpp"

/// A record as rows of a Vision extract: what the tables of the mapping set leave to be joined.
namespace gpswitch::vision::write {

using layout::Draft;
using record::Entity;
using record::EntityKind;
using record::Record;

class Pages : public layout::Pages {
  public:
    Pages(const layout::Layout& layout, const Places& places);
    /// "Organization/x" of the practice when it is known, for roles and sites of others; empty: not known.
    std::string organisation;

  private:
    // pages.cpp
    void begin() override;
    const Entity& as_written(std::uint32_t i) override;
    void special(std::uint32_t i, std::uint32_t draft_number) override;
    void finish() override;
    Text shared_key(std::uint32_t i, std::size_t table) override;
    Text made_key(EntityKind kind, Text id) override;
    Text made_key_of(std::uint32_t i) override;
    Text later(Text reference) override;
    bool writes(const record::Item& item, const record::Identifier& identifier) const override;
    bool elsewhere(const record::Item& item, const record::Rest& rest) const override;
    const record::Observation& without_named_note(const record::Observation& o);
    void put(int column, Text cell) override;
    void lost(const mapping::ColumnRule& rule, const char* why) override;
    Text key_of(const mapping::ColumnRule& rule, const record::Reference& reference) override;
    bool past(int column) const override;
    bool partial(Text cell) const;
    Text code_of(const mapping::ColumnRule&, const record::Concept&) override { return {}; }
    void complete(Draft& d, std::uint32_t number);
    void only_known_words(Draft& d);
    Text head_of(const mapping::WriteRoute& route);
    void joined_address(Draft& d, int whole, int first, int last);

    // links.cpp
    void link_all(std::uint32_t i, std::uint32_t draft_number);
    void to_encounter(const record::Reference& r, std::uint32_t draft_number, Text path);
    void to_problem(const record::Reference& r, std::uint32_t draft_number, Text path);
    void write_links(Draft& d, std::uint32_t number);

    // reading.cpp: what whoever reads makes of a row
    Text through(const Draft& d, int cell, Text name) const override;
    bool below(const Draft& d, int cell, Text code) const override;
    std::uint32_t code(int column) const override;
    void check_reading(Draft& d);
    void doctors_of(Draft& d, const mapping::Route* route);
    void readable_immunization(Draft& d, std::uint32_t i);
    void readable_observation(Draft& d);
    const mapping::Made* made(const mapping::Route& route, EntityKind kind) const;
    Text read_of(const Draft& d) const;

    // codes.cpp
    void code(const record::Concept& c, Draft& d, Text path);
    void drug(const record::Concept& c, Draft& d);
    Text vaccine() const;
    static Text code_path(EntityKind kind);
    void words(const record::Concept& c, Text path, Text instead = {});
    void other_codes(const Entity& entity);
    const record::Concept* concept_of(const record::Item& item) const;

    // results.cpp
    void observation(std::uint32_t i, Draft& d);
    bool pressure(const record::Observation& o, Draft& d);
    Text value(const record::Observation& o, Draft& d);
    void other_results(const record::Observation& o, Text written, Draft& d);
    void second_values(std::uint32_t i, const record::Observation& o, Draft& d);
    bool second_value(const record::Observation& o, const record::ObservationComponent& c, Draft& d);
    void value_in_words(const record::ObservationComponent& c, Draft& d);
    void report(const record::DiagnosticReport& r, Draft& d);
    Text said_value(const record::Concept& coded, std::initializer_list<Text> others, Text absent_words);
    void add_text(Draft& d, Text more);
    Text quantity(const record::Quantity& q);

    // medication.cpp
    void relate();
    bool acute(std::uint32_t i) const;
    void authorised(std::uint32_t plan, std::uint32_t order);
    void unissued();
    bool nameless(const Draft& d) const;
    void named_by(const record::Concept& own);
    void request(std::uint32_t i, Draft& d);
    void statement(std::uint32_t i, Draft& d);
    void check_course(Draft& d);
    void repeats();
    void same_course(Draft& d);

    // people.cpp
    void person(const record::Patient& p, Draft& d);
    void registration(std::uint32_t i, Draft& d);
    void ethnicity();
    void staff(std::uint32_t i);
    void encounter(const record::Encounter& e, Draft& d);
    void document(const record::DocumentReference& r, Draft& d);

    const Places& at_place_;
    mutable Codes codes_;
    /// By draft: the consultation, and the problems, that its LINKS name.
    struct Linked {
        Text encounter;
        std::vector<Text> problems;
    };
    std::vector<Linked> linked_;
    /// Of items: the plan that an issue or a course stands on, the first issue of a plan; -1: none.
    std::vector<int> plan_, first_order_;
    std::vector<bool> abroad_;  ///< plans of drugs that are prescribed elsewhere
    bool related_ = false;
    int current_episode_ = -1;
    Text practice_reference_;  ///< "Organization/x" that the patient is a patient of
    const record::Concept* drug_ = nullptr;
    std::pair<Text, Text> named_;  ///< of the observation at hand: name and value of a note that was one
    /// Of items without a number of Vision's: the one that is made of the id.
    std::vector<std::array<char, 18>> made_;
    /// Made numbers that another entity of the record had first: "Type/id" to the number it gets.
    std::vector<std::pair<std::string, std::string>> moved_;
};

inline constexpr Text kIdBaseOfWriter = "https://gpswitch.org/Id/vision/";

}  // namespace gpswitch::vision::write
