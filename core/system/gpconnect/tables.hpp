#pragma once
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/record/record.hpp"

/// The mapping set as the rewriter uses it: rules hang in a tree of element names, one tree per resource
/// type.
namespace gpswitch::gpconnect {

using record::Text;

enum class Transform : std::uint8_t {
    move,
    concept_,
    code,
    coding,
    annotation,
    minus_one,
    split,
    fold,
    into,
    as_extension,
    constant,
    rest,
    ignore,
};

struct ValueRow {
    std::string target, display, equivalence;
    bool reverse = false;
};
struct Values {
    std::string name, source_system, target_system;
    std::map<std::string, ValueRow, std::less<>> rows;  ///< by source, trimmed, lower case
    /// The row, else the row "*", else nullptr.
    const ValueRow* find(Text source) const;
};

struct Rule {
    std::string column, field;
    Transform transform = Transform::move;
    std::vector<std::string> args;
    const Values* values = nullptr;
    std::vector<const record::Field*>
        chain;  ///< from the entity; of datatypes.csv: empty, `field` is looked up on the spot
    std::vector<const record::Field*> overflow;  ///< move(F)
};

/// An element and what stands below it.
struct Element {
    std::vector<const Rule*> rules;
    std::map<std::string, std::unique_ptr<Element>, std::less<>> below;
    /// `name`, or "extension(tail)"; nullptr when the tables do not know it.
    const Element* find(std::string_view name) const;
    const Element* extension(std::string_view url) const;
};

struct Table {
    std::string name;
    record::EntityKind entity{};
    bool part = false;  ///< no entity of its own: kept with the Patient (OperationOutcome)
    Element root;
    std::vector<const Rule*> constants;
    /// A second entity of the same row (Patient: the registration as EpisodeOfCare); nullptr: none.
    std::unique_ptr<Table> also;
};

/// Immutable after load, thread-safe. Errors: MappingError with file and line.
class Tables {
  public:
    static std::shared_ptr<const Tables> load(const std::string& folder);
    const Table* find(Text resource_type) const;
    /// Rules of datatypes.csv for a type of the record model; nullptr when there are none.
    const Element* datatype(std::string_view type_name) const;
    /// A values table; MappingError when the set has none of that name.
    const Values& values(std::string_view name) const;

  private:
    friend struct Loader;
    std::map<std::string, Table, std::less<>> tables_;
    std::map<std::string, Element, std::less<>> datatypes_;
    std::map<std::string, Values, std::less<>> values_;
    std::vector<std::unique_ptr<Rule>> rules_;
};

/// "https://x/Extension-CareConnect-GPC-ActualProblem-1" gives "ActualProblem".
std::string_view tail_of(std::string_view url);

}  // namespace gpswitch::gpconnect
