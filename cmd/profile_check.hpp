#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "cmd/context.hpp"
#include "cmd/talk.hpp"
#include "core/io/file.hpp"
#include "core/profile/stream.hpp"
#include "core/validate/standard_form.hpp"

namespace gpswitch::cmd {

/// Where a table of profiles that ships with gpswitch is. MappingError when it is not found.
std::string profile_table(const Context& context, std::string_view table = record::kStandardProfiles);

/// FHIR resources against the table of profiles: the one that ships, or those that --profile names.
class ProfileCheck {
  public:
    /// `profiles`: as given with --profile: a table, or the URL of a profile that resources of its type have
    /// to satisfy. Errors: MappingError when there is no table, or no such profile in it.
    /// `tally`: count what the resources are like as well (totals().tally).
    ProfileCheck(const Context& context, const std::vector<std::string>& profiles, profile::Scope scope,
                 std::string_view table = record::kStandardProfiles, bool tally = false);
    /// How whole the members of a place that is no package are: `listed` when each is called after a type,
    /// as exports do ("Patient.ndjson", "Patient.000.ndjson", "1.Patient.ndjson"), and Patient is among them.
    static profile::Scope scope(const archive::Place& files, const std::vector<std::size_t>& members);
    /// Members of the place that hold resources that the table is for: those called after a resource type and
    /// ".ndjson", and other JSON that begins with a resource, or is a file by itself. Members of a package
    /// that are none are left out.
    static std::vector<std::size_t> members(const archive::Place& files,
                                            std::string_view table = record::kStandardProfiles);
    /// Checks them, with the progress bar, then the references between them; findings in their order. Once.
    /// Error(130) when interrupted.
    void check(const archive::Place& files, const std::vector<std::size_t>& members, IssueSink& sink);
    /// For sources that are no text of FHIR: checks records as the standard form would have them. Made once;
    /// the census must outlive it.
    const validate::StandardForm& form(const record::Census& census);
    /// What could not be checked, with how often; sorted.
    std::vector<std::pair<std::string, std::uint64_t>> not_checked() const;
    /// What was checked and what could not be, for a person.
    std::string summary() const;
    const profile::Table& table() const { return *table_; }
    /// Of files and records.
    profile::StreamTotals totals() const;

  private:
    std::shared_ptr<io::MappedFile> file_;
    std::shared_ptr<const profile::Table> table_;
    profile::CheckOptions how_;
    std::unique_ptr<profile::Stream> stream_;
    std::unique_ptr<validate::StandardForm> form_;
    std::unique_ptr<Progress> progress_;
    std::uint64_t total_ = 0;  ///< bytes to check so far
};

}  // namespace gpswitch::cmd
