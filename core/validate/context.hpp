#pragma once
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/validate/validate.hpp"

/// What the rules share: one record, looked at from all sides. Made per record; views live as long as the
/// record.
namespace gpswitch::validate {

using record::EntityKind;
using record::Field;
using record::Item;
using record::Text;

/// The way from an entity to a value, for the path in a finding.
struct Step {
    const Field* field;
    std::uint32_t index;
};
using Trail = std::vector<Step>;
std::string path_of(const Trail& trail);

/// Sees every value of an entity, empty ones left out, in declaration order.
struct Visitor {
    virtual ~Visitor() = default;
    virtual void text(const Field& field, Text value, const Trail& trail) = 0;
    virtual void structure(const record::Type& type, const void* object, const Trail& trail) = 0;
};
void visit(const Item& item, Visitor& visitor);

class Context {
  public:
    Context(const record::Record& record, const Rules& rules, IssueSink& sink);

    const record::Record& record;
    const Rules& rules;

    /// The item that "Type/id" names; nullptr when it is not in this record.
    const Item* find(Text reference) const;
    /// The report or panel that has this result; nullptr when there is none. Results of panels in a circle
    /// have none.
    const Item* panel_of(const Item& item) const;
    const record::Patient* patient() const { return patient_; }
    /// Day (or month, or year) of birth and of death; empty when not known.
    Text birth() const { return patient_ == nullptr ? Text() : patient_->birth_date; }
    bool dead() const;
    Text death() const { return patient_ == nullptr ? Text() : patient_->deceased_date_time; }
    /// Moment of the data, from the source; empty when it does not say.
    Text as_of() const { return rules.census == nullptr ? Text() : Text(rules.census->as_of); }
    /// The day lies before (after) the moment of the data; false when either is not known.
    bool past(Text date) const;
    bool future(Text date) const;
    const mapping::Safeguards& safeguards() const {
        return rules.safeguards == nullptr ? mapping::strictest() : *rules.safeguards;
    }
    /// Dead, or no longer registered: the patient is marked inactive, or has registrations and none is open.
    bool gone() const { return dead() || left_; }

    /// A finding about an entity; `more` follows the rule's title.
    void report(std::string_view code, const Item& item, const std::string& path = {},
                const std::string& more = {});
    void report(std::string_view code, const std::string& more);

  private:
    void find_panels();
    IssueSink& sink_;
    std::unordered_map<std::string, const Item*> items_;
    std::unordered_map<const Item*, const Item*> panels_;
    const record::Patient* patient_ = nullptr;
    bool left_ = false;
};

/// "Observation/<id>", or the type alone when the id may not be shown.
std::string label(const Item& item);
bool has_code(const record::Concept& concept_, std::string_view code);
/// Negative, zero, positive: as far as both dates are precise, to the day.
int compare_days(Text a, Text b);
/// Some coding or some words.
inline bool said(const record::Concept& c) { return !c.coding.empty() || !c.text.empty(); }
/// An active AllergyIntolerance that is no assertion of absence.
bool active_allergy(const Context& c, const Item& item);
/// A registration that still holds.
bool registration_open(const record::EpisodeOfCare& e);
/// The date exists and is of this age of the world.
bool usable(Text date);
/// "Type/id" of an entity of the patient's; empty for anything else (URLs, practice-wide, identifiers).
Text internal(Text reference);
/// Where a finding about the item lies: member and line of its own row, else of any row it has a part of.
void address(const record::Record& record, const record::Census* census, const Item& item, Issue& issue);
/// First filled field of these names; nullptr when there is none.
const Field* first_filled(const Item& item, std::initializer_list<std::string_view> names);

// The rules, one function a family; each reports what it finds.
void check_allergies(Context& c);      ///< ALG
void check_allergy_lists(Context& c);  ///< ALG
void check_authors(Context& c);        ///< AUT
void check_contents(Context& c);       ///< CODE, RPT
void check_dates(Context& c);          ///< DATE
void check_doubles(Context& c);        ///< DUP
void check_gaps(Context& c);           ///< INC, LST
void check_structure(Context& c);      ///< REF, ID, PAT
void check_labels(Context& c);         ///< LBL
void check_medication(Context& c);     ///< MED
void check_repeats(Context& c);        ///< MED
void check_nhs_numbers(Context& c);    ///< NHS
void check_measurements(Context& c);   ///< OBS
void check_person(Context& c);         ///< PAT, REG
void check_problems(Context& c);       ///< PRB
void check_numbers(Context& c);        ///< QTY
void check_recalls(Context& c);        ///< REC

}  // namespace gpswitch::validate
