#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/profile/document.hpp"
#include "core/profile/table.hpp"
#include "core/report/issue.hpp"

namespace gpswitch::profile {

/// What is wrong with a resource, and where in its text.
struct Finding {
    Severity severity = Severity::error;
    std::string_view code;     ///< "FHIR-ELEM-002"; see gpswitch-report(5)
    std::uint32_t offset = 0;  ///< of the byte in the document
    std::string resource;      ///< "Patient/id"; of the resource the finding is in
    std::string path;          ///< "Patient.name[0].family"
    std::string message;       ///< what was expected and by which rule; no values unless asked for
};

/// A reference met, for what only the whole package can tell.
struct Met {
    std::uint32_t offset = 0;
    std::string_view text;  ///< as written; lives as long as the document
};

struct CheckOptions {
    bool show_values = false;
    /// The profile of the resource's type, from the package of profiles read last, for what claims none.
    bool use_defaults = true;
    /// Profiles that the documents' resources of their types have to satisfy whatever they claim.
    std::vector<std::string> profiles;
};

/// What was met and cannot be checked: profiles and extensions that are not in the table, value sets that
/// cannot be enumerated, invariants that cannot be compiled. With how often.
using NotChecked = std::unordered_map<std::string, std::uint64_t>;

/// Checks one document at a time; one per worker. Not thread-safe.
class Checker {
  public:
    Checker(const Table& table, CheckOptions options);
    ~Checker();
    /// Adds what is found in a parsed document, in the order of its text. `references`, when given, gets
    /// every reference met.
    void check(Document& document, std::vector<Finding>& out, std::vector<Met>* references = nullptr);
    NotChecked not_checked() const;

  private:
    struct Walk;
    std::unique_ptr<Walk> walk_;
};

}  // namespace gpswitch::profile
