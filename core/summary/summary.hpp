#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/report/issue.hpp"

/// What a run came to, as plain counts and sentences: one model, and a renderer for each form in which people
/// and scripts read it (design section 3). No patient data: origins, counts, codes and derived ids only.
///
///     summary::Summary s{.command = "switch", .version = "0.1.0", ...};
///     summary::add_ledger(s, io::read_all("move/ledger.json"));
///     file.write(summary::html(s));
///
/// Sections that are empty are left out by every renderer. Nothing here reads a clock or touches a file.
namespace gpswitch::summary {

struct Count {
    std::string name;
    std::uint64_t n = 0;
};

/// A table of the source: its rows by fate, in the order of kFates.
struct Table {
    std::string name;
    std::uint64_t bytes = 0, rows = 0;
    std::vector<Count> fates;
};

struct Resource {
    std::string type;
    std::uint64_t written = 0, made = 0;
};

/// Something that came over in a lesser form.
struct Degraded {
    std::string reason, type;
    std::uint64_t n = 0;
};

/// A code that no national code system of the entry stands for.
struct UnmappedCode {
    std::string system, code, term;  ///< the term of the code, never what a user typed
    std::uint64_t patients = 0, entries = 0;
};

/// All findings of one code. `says` is the rule's title, or what the first of them said.
struct Finding {
    Severity severity = Severity::information;
    std::string code, says, hint;
    std::uint64_t n = 0;
};

/// A row held back. `address`: "member:line".
struct HeldRow {
    std::string table, address, rule;
};

/// Entries that the target has no place for, by reason.
struct HeldEntries {
    std::string type, says;
    std::uint64_t n = 0;
};

struct Differences {
    std::uint64_t patients = 0;  ///< paired
    std::uint64_t equal = 0, explained = 0, unexplained = 0, never = 0;
    std::vector<Count> rules;           ///< what explained, and how often
    std::vector<Count> unexplained_by;  ///< "only-before AllergyIntolerance"
};

/// passed: nothing to say. reserved: went on, and the answer is no all the same (rows held back, findings).
/// failed: the run stopped here. not_run: a gate before it failed, or there was nothing for it to do.
enum class Outcome : std::uint8_t { passed, reserved, failed, not_run };
std::string_view to_text(Outcome outcome);
std::optional<Outcome> outcome_of(std::string_view text);

struct Gate {
    std::string name;
    Outcome outcome = Outcome::not_run;
    std::string says;                 ///< a sentence without a full stop
    std::optional<double> seconds{};  ///< nothing when an earlier run did it
};

struct FileHash {
    std::string path, sha256;
    std::uint64_t bytes = 0;
};

struct Summary {
    std::string command, version;      ///< "switch", of gpswitch
    std::string started;               ///< ISO 8601, UTC
    Outcome answer = Outcome::passed;  ///< never not_run
    std::string headline;              ///< the answer in a sentence or two, for a partner
    bool rehearsal = false, shows_values = false;

    std::string source, system, system_version, practice, ods, as_of;
    std::string target, target_system;
    std::string system_says, target_says;  ///< what those systems are: "EMIS Web bulk extract"
    std::string mapping, mapping_sha256;   ///< "emis@1.0.0"
    std::vector<std::string> selection;    ///< what part of the source it is; empty: all of it
    std::vector<std::string> absent;       ///< what this kind of source never carries
    std::vector<std::string> warnings;     ///< what the source itself says is missing
    std::vector<FileHash> inputs, outputs;

    std::uint64_t refused = 0;  ///< members of an archive that were not unpacked: what they hold is not known
    std::uint64_t patients = 0, patients_held = 0;
    std::vector<Count> patient_groups;  ///< "registered", "left" ...; each patient in one
    std::vector<Table> tables;
    std::vector<Resource> resources;
    std::vector<Degraded> degraded;         ///< ranked, most first
    std::vector<UnmappedCode> unmapped;     ///< ranked by patients
    std::uint64_t unmapped_in_all = 0;      ///< codes, when the list is cut
    std::vector<Finding> findings;          ///< gravest first, then most first
    std::vector<HeldRow> held;              ///< the first of them
    std::vector<HeldEntries> held_entries;  ///< by the target; ranked, most first
    std::vector<Count> not_checked;  ///< what validate could not check, with how often; 0: not asked to
    std::optional<Differences> differences;
    std::vector<Gate> gates;

    std::uint64_t rows() const;
    std::uint64_t rows(std::string_view fate) const;
    std::uint64_t written() const;
    std::uint64_t entries_held() const;
    std::uint64_t findings_of(Severity severity) const;
    /// not_checked, in words.
    std::vector<std::string> not_checked_words() const;
};

/// The fates a row can have, and what each means to a reader who has never heard of them.
struct FateMeaning {
    std::string_view name, meaning;
};
const std::vector<FateMeaning>& fates();

/// Patients, tables, resources and degradations from a ledger.json (gpswitch-ledger(5)). Errors: InputError
/// when it is not one.
void add_ledger(Summary& summary, std::string_view ledger_json);
/// Adds the rows that an export settled itself, by its manifest.json (gpswitch-export(5)): superseded and
/// deleted in merging deltas, excluded, held. They are rows of the source, though the ledger of what was made
/// of the copy does not know them. Errors: InputError when it is not one.
void add_export(Summary& summary, std::string_view manifest_json);
/// Counts a finding; `title` is what its rule is called, empty when that is not known.
void add_finding(Summary& summary, const Issue& issue, std::string_view title = {});
/// Ranks degradations, findings and unmapped codes. Call once, before rendering.
void rank(Summary& summary);

/// One self-contained page: inline style and SVG, nothing to load, no script; for screen and paper.
/// Every number of the ledger stands in an element with a data-n attribute ("fate:held",
/// "table:Admin_Patient:migrated", "resource:Patient", "patients:read" ...), for scripts/check-report.
std::string html(const Summary& summary);
/// Markdown, for a ticket or a note.
std::string markdown(const Summary& summary);
/// Plain text of at most 100 columns, for a terminal or a mail.
std::string text(const Summary& summary);
/// Shape described in gpswitch-report(5).
std::string json(const Summary& summary);

}  // namespace gpswitch::summary
