#pragma once
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "cmd/common_options.hpp"
#include "core/archive/archive.hpp"
#include "core/diff/diff.hpp"
#include "core/ledger/ledger.hpp"
#include "core/mapping/mapping.hpp"
#include "core/mapping/safeguards.hpp"
#include "core/pipeline/selection.hpp"
#include "core/record/system.hpp"
#include "core/system/all.hpp"

namespace gpswitch::cmd {

/// A SOURCE opened: who is in it is known. Members are destroyed bottom up, so that views outlive their
/// users.
struct OpenSource {
    std::string address;  ///< as the user gave it
    std::string place;    ///< without the prefix
    const record::System* system = nullptr;
    std::shared_ptr<archive::Place> files;
    std::shared_ptr<archive::Place> sealed;        ///< the same with the seal of an EXPORT, where it is one
    std::shared_ptr<mapping::MappingSet> mapping;  ///< empty for a standard source
    std::unique_ptr<record::Source> source;
    record::Origin origin;

    const record::Census& census() const { return source->census(); }
};

/// Hears of each entry that a target held back: "Condition/id" and the code of the issue, before its issues.
using HeldEntry = std::function<void(const std::string& resource, const std::string& code)>;

/// How two sides are compared.
struct CompareOptions : diff::Options {
    std::vector<std::string> via;  ///< systems the way led over, or addresses of what was written there
    std::string origin;            ///< of siblings: address of what both were written from; may be empty
};

/// What every command needs from the options and the machine.
class Context {
  public:
    explicit Context(const CommonOptions& given) : options(given) {}

    /// Opens the place, finds its system by prefix or by looking, loads the mapping set it needs, makes the
    /// indexing pass. `output`: members of archives are unpacked beside it (empty: in the temporary folder)
    /// unless --spool says where.
    OpenSource open_source(const std::string& address, const std::string& output = {}) const;

    /// The target with the mapping set that its layout needs.
    std::unique_ptr<record::Target> create_target(const systems::Address& address, bool overwrite) const;
    /// The place alone, with its members unpacked as for open_source.
    std::shared_ptr<archive::Place> open_place(const std::string& place, const std::string& output) const;

    /// Everything from source to target, with the progress bar. `held` gets what the target held back.
    std::unique_ptr<ledger::Ledger> move(OpenSource& source, record::Target& target, IssueSink& issues,
                                         const std::function<void(record::Record&)>& inspect = {},
                                         bool as_is = false, const HeldEntry& held = {}) const;
    /// rules/labels.csv and rules/empty-reason.csv, read once. MappingError when one is missing or wrong.
    const mapping::Safeguards& safeguards() const;
    /// SHA-256 over these two: they decide with the mapping what a run makes of its input.
    const std::string& safeguards_sha256() const;

    /// The patients this run is for, from --patient and --population; read once. All, while `selects` is
    /// false.
    const pipeline::Selection& selection() const;

    /// A source as the pipeline would hand it to a target; a standard source is seen with the labels it has.
    /// `as_imported`: labels are inherited whatever it came from, as `import` does it.
    diff::Side side_of(OpenSource& source, bool as_imported = false) const;
    /// Leaves of the source only those patients, for a comparison: it needs no account of the others. `rest`:
    /// and all that is practice-wide, not only what they refer to.
    void select(OpenSource& source, bool rest = false) const;
    /// Compares two open sources, with the progress bar; the Targets of AFTER's layout and of those on the
    /// way are asked beforehand what they will not carry. UsageError when there is no such system.
    diff::Totals compare(OpenSource& before, OpenSource& after, CompareOptions options,
                         diff::Writer& writer) const;

    /// Folders that may hold mapping sets, in the order they are looked at: --mappings, GPSWITCH_MAPPINGS,
    /// the installed share folder, mappings/ of the source tree when this is a binary of a build folder.
    std::vector<std::string> mapping_roots() const;
    /// The set called ID or ID@VERSION. Throws MappingError listing what there is.
    std::shared_ptr<mapping::MappingSet> load_mapping(const std::string& id_at_version) const;
    /// rules/NAME in the first of these folders that has it. MappingError when none has.
    std::string rule_file(const std::string& name) const;

    /// UsageError when there is something at `path` and --overwrite was not given. "-" and devices always are
    /// free.
    void need_free(const std::string& path) const;
    /// The same for --report, where an earlier report of gpswitch may always be replaced.
    void need_free_report() const;

    const CommonOptions& options;
    /// Whether open_source says what it opened; no for a command that opens its own files again.
    bool say_sources = true;
    /// Whether --patient, --population, --practice and --as-of apply to what is opened; no for a command that
    /// opens again what it made of the selection.
    bool selects = true;

  private:
    static void declare(const mapping::MappingSet& set, diff::Options& how);
    std::unique_ptr<record::Target> asked(const record::System& system, const OpenSource& about) const;
    mutable std::unique_ptr<mapping::Safeguards> safeguards_;
    mutable std::string safeguards_sha256_;
    mutable std::shared_ptr<pipeline::Selection> selection_;
};

/// Members of the place that were refused, as findings; `place` as the user gave it.
std::vector<Issue> refusals(const archive::Place& files, const std::string& place);

/// UsageError when writing to `output` would replace `place` or the folder it lies in.
void need_apart(const std::string& place, const std::string& output);

/// `word` as a shell would need it typed.
std::string shell_word(const std::string& word);

}  // namespace gpswitch::cmd
