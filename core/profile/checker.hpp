#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/profile/document.hpp"
#include "core/profile/table.hpp"
#include "core/profile/tally.hpp"
#include "core/report/issue.hpp"

namespace gpswitch::profile {

/// What is wrong with a resource, and where in its text.
struct Finding {
    Severity severity = Severity::error;
    std::string_view code;     ///< "FHIR-ELEM-002"; see gpswitch-report(5)
    std::uint32_t offset = 0;  ///< of the byte in the document
    std::string resource;      ///< "Patient/id"; of the resource the finding is in
    std::string path;          ///< "Patient.name[0].family"
    std::string message;       ///< what was found and expected; no values unless asked for
    std::string source = {};   ///< what asks for it: URL of a profile, of a type, or of a page of FHIR
};

/// A resource or a reference met, in 32 bytes, for what only all files together can tell.
struct Link {
    enum class Kind : std::uint8_t {
        resource,
        reference,
        about,  ///< a reference that says of whom the resource is
        apart,  ///< one that may lead to another patient: Patient.link, Observation.focus
        // once judged
        nowhere,
        doubled,
        crossing
    };
    std::uint64_t key = 0;            ///< hash of "Type/id"
    std::uint64_t patient = 0;        ///< hash of the "Patient/id" it is about; 0: of none, or not known
    std::uint64_t document : 48 = 0;  ///< where in the file its document begins
    std::uint64_t type : 16 = 0;      ///< TypeId of the resource, or of the one referred to
    std::uint32_t at = 0;             ///< offset in the document
    std::uint32_t member : 24 = 0;
    Kind kind : 8 = Kind::resource;
};

struct CheckOptions {
    bool show_values = false;
    /// The profile of the resource's type, from the package of profiles read last, for what claims none.
    bool use_defaults = true;
    /// Profiles that the documents' resources of their types have to satisfy whatever they claim.
    std::vector<std::string> profiles;
    bool tally = false;  ///< count what the resources are like, for tally()
};

/// What was met and cannot be checked: profiles and extensions that are not in the table, value sets that
/// cannot be enumerated, invariants that cannot be compiled. With how often.
using NotChecked = std::unordered_map<std::string, std::uint64_t>;

/// Checks one document at a time; one per worker. Not thread-safe.
class Checker {
  public:
    Checker(const Table& table, CheckOptions options);
    ~Checker();
    /// Adds what is found in a parsed document, in the order of its text. `links`, when given, gets the
    /// resource and every reference that leads out of it by "Type/id"; a Bundle is judged by itself.
    void check(Document& document, std::vector<Finding>& out, std::vector<Link>* links = nullptr);
    NotChecked not_checked() const;
    /// Of everything checked so far; empty unless asked for.
    Tally tally() const;

  private:
    struct Walk;
    std::unique_ptr<Walk> walk_;
};

}  // namespace gpswitch::profile
