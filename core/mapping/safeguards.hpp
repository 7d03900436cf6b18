#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "core/record/record.hpp"

/// What holds for every record whatever system it came from, after the mapping: confidentiality labels are
/// inherited, and a record of which a part could not be read says so.
namespace gpswitch::mapping {

/// Marks the Patient of a record that is not whole (meta.tag), so that it is known wherever the record goes.
inline constexpr std::string_view kMarkSystem = "https://gpswitch.org/CodeSystem/record-mark";
inline constexpr std::string_view kIncomplete = "incomplete";

/// A label that an entity lacks and something it belongs to or derives from has.
struct MissingLabel {
    std::uint32_t item, from;  ///< indexes into Record::items
    const record::Coding* label;
};

/// Immutable after loading; thread-safe. One that was never loaded is the strictest: every label goes
/// everywhere, every empty list says "none".
class Safeguards {
  public:
    /// Reads mappings/rules/labels.csv (system,code,display,scope,rank,why) and
    /// mappings/rules/empty-reason.csv (system,code,display,says,why). Errors: MappingError with the name and
    /// line.
    void load_labels(std::string_view csv, const std::string& name);
    void load_empty_reasons(std::string_view csv, const std::string& name);

    /// Labels go down from a consultation, panel, report, list or problem to what is in it or belongs to it;
    /// from an authorisation to its issues, from any entity to what derives from it, and from a row to all
    /// entities that have a part of it. An audit takes the labels of what it names, a product (Medication)
    /// what all that refer to it have; these go no further. A report does not take those of its results: it
    /// only names them. Doing it again changes nothing. Labels on the Patient go to the whole record or to
    /// what concerns the person, as the table says. Each label given is noted in `inferred`. Never a label is
    /// taken away. Costs one look per entity when there are no labels.
    void inherit_labels(record::Record& record) const;
    /// What inherit_labels would add.
    std::vector<MissingLabel> missing_labels(const record::Record& record) const;

    /// Record::incomplete and the mark on the Patient become one, whichever was set.
    static void mark(record::Record& record);
    /// An empty list of an incomplete record says "unavailable"; what it said is kept in `rest`.
    void no_false_none(record::Record& record) const;
    /// The list is empty, and what it gives as reason (or that it gives none) may be taken for "there is
    /// none".
    bool says_none(const record::FhirList& list) const;

    /// All of it, in order.
    void apply(record::Record& record) const;

  private:
    enum class Scope : std::uint8_t { record, person, beside, none };
    struct Label {
        std::string system, code;
        Scope scope;
        int rank;  ///< 0: not ordered; a greater one of the same system includes it
    };
    const Label* find(const record::Coding& c) const;
    Scope scope_of(const record::Coding& c) const;
    bool restricts(const record::Coding& c) const { return scope_of(c) != Scope::none; }
    bool covers(const record::Coding& has, const record::Coding& wanted) const;
    bool reaches_record(const record::Entity& patient, const record::Coding& label) const;
    friend class LabelFlow;

    std::vector<Label> labels_;
    std::vector<std::pair<std::string, std::string>> unknown_;  ///< reasons that do not say "none"
};

/// The strictest one, for those who have no tables at hand.
const Safeguards& strictest();

}  // namespace gpswitch::mapping
