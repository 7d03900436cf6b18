#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/mapping/safeguards.hpp"
#include "core/record/system.hpp"
#include "core/report/issue.hpp"
#include "core/report/rule_info.hpp"

/// Checks of a record in standard codes. Findings name entities and paths, never values.
///
///     validate::Rules rules;
///     rules.no_known_allergy = validate::load_no_known_allergy(io::read_all(path), path);
///     rules.census = &source.census();
///     const auto checker = validate::consistency(rules);
///     validate::PracticeChecker practice;
///     while (cursor->next(record)) { checker->check(record, sink); practice.see(record); }
///     practice.finish(sink);
namespace gpswitch::validate {

using Rule = RuleInfo;
/// All rules, by code.
const std::vector<Rule>& rules();
/// nullptr when there is no such rule.
const Rule* find_rule(std::string_view code);

/// A code that says that there is no allergy (mappings/rules/no-known-allergy.csv).
struct NoKnownAllergy {
    std::string system, code, display;
    std::string
        scope;  ///< "any", or the AllergyIntolerance.category it speaks of: medication, food, environment
    std::string why;
};
/// Reads the columns system,code,display,scope,why. Errors: MappingError with `name` and line: another
/// header, another number of columns, an unknown scope, an empty or doubled code, no code at all.
std::vector<NoKnownAllergy> load_no_known_allergy(std::string_view csv, const std::string& name);

/// What a list is of, by its code (mappings/rules/list-code.csv): "allergies" or "ended-allergies".
struct ListCode {
    std::string system, code, kind;
};
/// Reads the columns system,code,display,kind,why. Errors as above.
std::vector<ListCode> load_list_codes(std::string_view csv, const std::string& name);

/// Between what limits a measurement can be of somebody alive (mappings/rules/plausible.csv); one row for a
/// code and a set of units that mean the same.
struct Plausible {
    std::string system, code;
    std::string role;                ///< "systolic", "diastolic", or empty
    std::vector<std::string> units;  ///< as codes or words, case ignored
    double low = 0, high = 0;        ///< both still possible
};
/// Reads the columns system,code,display,role,units,low,high,why; units are separated by spaces. Errors as
/// above.
std::vector<Plausible> load_plausible(std::string_view csv, const std::string& name);

/// What the rules need to know beyond the record.
struct Rules {
    std::vector<NoKnownAllergy> no_known_allergy;
    std::vector<ListCode> list_codes;
    std::vector<Plausible> plausible;
    /// How labels are inherited and which reasons say "none"; nullptr: the strictest.
    const mapping::Safeguards* safeguards = nullptr;
    /// For the address of a finding (member and line of the entity's primary row), and for the moment of the
    /// data: without it nothing is of the future, expired or due. May be nullptr.
    const record::Census* census = nullptr;
};

/// Something that looks at one record at a time. const and thread-safe: workers share one, each with a sink
/// of its own. Consistency is the first; FHIR profile checks take the same seat.
struct Checker {
    virtual ~Checker() = default;
    virtual void check(const record::Record& record, IssueSink& sink) const = 0;
};

/// The consistency rules as a Checker.
std::unique_ptr<Checker> consistency(Rules rules);

/// Applies every rule that needs one record only, family by family; within one in the order of the entities.
/// A record that its source holds back is left alone: its issue says what is wrong. Leftovers (no key) are
/// checked for what does not need a patient.
void check_record(const record::Record& record, const Rules& rules, IssueSink& sink);

/// Rules over all patients. One thread; any order of records gives the same findings but for their order.
/// Memory: about 300 bytes a patient, 8 an entity, 200 a reference that leads out of its record.
class PracticeChecker {
  public:
    /// `census`: for addresses; may be nullptr.
    void see(const record::Record& record, const record::Census* census = nullptr);
    /// Reports; call once, last.
    void finish(IssueSink& sink) const;

  private:
    struct Stray {
        std::uint64_t target;  ///< hash of "Type/id"
        Issue issue;
    };
    std::unordered_map<std::string, std::vector<Issue>> patients_;  ///< by NHS number: whose, and where
    std::vector<std::uint64_t> entities_;                           ///< hashes of "Type/id"
    std::vector<Stray> strays_;                                     ///< references out of their records
    std::vector<std::string> numbers_;                              ///< in the order seen
};

}  // namespace gpswitch::validate
