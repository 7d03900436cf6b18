#pragma once
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/archive/archive.hpp"
#include "core/record/record.hpp"

/// The contract between systems ("bricks") and everything else: Source reads patients, Target writes them.
namespace gpswitch {

namespace ledger {
class Ledger;
}
namespace mapping {
class MappingSet;
}

namespace record {

struct Exporter;

/// A table (or member, or resource type) of the source, for the ledger.
struct Table {
    std::string name;    ///< the supplier's table name, or resource type
    std::string member;  ///< where it lies, as messages call it
    std::uint64_t bytes = 0;
    std::uint64_t rows = 0;  ///< rows registered: every one of them must be settled
    /// Names of its files inside the place, when it lies in several (deliveries); Row::part leads here.
    std::vector<std::string> parts = {};
};

struct PatientEntry {
    std::string key;           ///< source key
    std::uint64_t weight = 1;  ///< rows, for sharing out the work
};

/// What a Source knows after its indexing pass.
struct Census {
    std::string system;    ///< "emis"
    std::string version;   ///< as detected ("8.2"); may be empty
    std::string practice;  ///< the supplier's own key of the practice, as used in ids
    std::string ods;       ///< its ODS code; may be empty
    std::string as_of;     ///< moment of the data, ISO 8601, from the source itself; may be empty
    std::vector<PatientEntry> patients;  ///< ascending by key
    std::vector<Table> tables;
    std::vector<std::string> absent;    ///< what this source never carries, in sentences
    std::vector<std::string> warnings;  ///< what the source itself says is missing ("data in transit")
    /// Filters it was cut down with, in words ("population: registered, test"): not a whole practice. Empty:
    /// whole.
    std::vector<std::string> selection;
    struct Input {
        std::string name, sha256;
        std::uint64_t bytes = 0;
    };
    std::vector<Input> inputs;  ///< members read; sha256 may be empty until inputs_hashed
    bool source_codes = true;   ///< records come in source codes and need the mapping's second stage
};

/// Reads some of the patients, or the leftovers, one record at a time.
struct Cursor {
    virtual ~Cursor() = default;
    /// Fills `record` (cleared first) with the next patient; false at the end. Views live until the record is
    /// cleared. A patient that cannot be read is still a record: `held` says why. Throws InputError when
    /// input breaks off.
    virtual bool next(Record& record) = 0;
    /// Begins anew with these patients and keeps what it has looked up on the way: codes, staff, places. Only
    /// between records. False, and nothing done: it cannot, and the Source is asked for another.
    virtual bool again(std::span<const std::uint32_t>) { return false; }
};

/// A system we can read. Opening makes one indexing pass and knows from then on who is in it.
struct Source {
    virtual ~Source() = default;
    virtual const Census& census() const = 0;
    /// A cursor over these patients (indexes into census().patients), in the given order. Called from several
    /// threads; each cursor is used by one. What a record holds does not depend on those before it.
    virtual std::unique_ptr<Cursor> read(std::span<const std::uint32_t> patients) = 0;
    /// Everything that is left when all patients have been read and all needs found: rows of no known
    /// patient, practice- wide entities nobody referred to, lookup tables. Call once, last, on one thread.
    virtual std::unique_ptr<Cursor> leftovers() = 0;
    /// Adds the practice-wide entity (and entities made from the same row) to `record`, with its rows and
    /// claims. False when it is not there. Called on one thread, once per need; may add needs of its own to
    /// the record.
    virtual bool find(const Need& need, Record& record) = 0;
    /// Issues found while indexing (structure, headers, members). Those about rows travel with the records.
    virtual const std::vector<Issue>& issues() const = 0;
};

/// Where the records come from, for the target's own bookkeeping.
struct Origin {
    const Census* census = nullptr;
    std::string mapping_id, mapping_version, mapping_sha256;  ///< empty for a standard source
    /// Identity of the input: equal for two runs over the same input with the same mapping.
    std::string fingerprint;
};

/// Where an earlier, interrupted run stopped.
struct Checkpoint {
    std::uint64_t patients = 0;  ///< patients already committed, in census order: skip these
    bool complete = false;       ///< the earlier run finished with the same fingerprint
};

/// A record ready to be written; made by Target::encode in a worker. The members are filled by the pipeline
/// afterwards.
struct Encoded {
    virtual ~Encoded() = default;
    bool patient = false;  ///< counts for the checkpoint: a patient, also a held one
    std::string fates, held,
        issues;              ///< JSON Lines about this record's rows, for targets that keep the account
    std::uint64_t rows = 0;  ///< lines in `fates`
};

/// A system we can write. encode() runs in the workers; the rest on one thread, in order.
struct Target {
    virtual ~Target() = default;
    /// Throws TargetError when an earlier run into this target came from a different input or mapping.
    virtual Checkpoint begin(const Origin& origin) = 0;
    virtual std::unique_ptr<Encoded> encode(const Record& record) const = 0;
    /// Just before encode(), in the same worker, and before the rows get their fates: says what this target
    /// cannot carry of the record (degradations, issues) and takes out the entries it must hold (hold.hpp).
    virtual void limit(Record&) const {}
    /// Whether it keeps the account of its records (Encoded::fates, held, issues): it is made only then.
    virtual bool keeps_account() const { return true; }
    /// Rows that a batch should have: so many that handing it over costs nothing, so few that little is lost
    /// in a crash.
    virtual std::uint64_t batch_rows() const { return 8192; }
    /// A held patient is encoded as a record without key and items: nothing but its account is written.
    /// One transaction per call; patients come in census order, practice-wide entities before the first that
    /// needs them.
    virtual void commit(std::span<const std::unique_ptr<Encoded>> records) = 0;
    /// An issue that belongs to no record (structure, headers).
    virtual void add(const Issue&) {}
    /// Makes the result visible under its final name; nothing before this call may look finished. The ledger
    /// balances.
    virtual void publish(const ledger::Ledger& ledger) = 0;
};

/// How sure a system is that a place is its own.
struct Recognition {
    int certainty = 0;  ///< 0 not mine; 100 certain
    std::string reason;
};

struct SourceOptions {
    std::string place;  ///< as the user gave it, without the prefix
    std::shared_ptr<archive::Place> files;
    mapping::MappingSet* mapping = nullptr;  ///< the source binds its columns; nullptr for standard systems
    bool show_values = false;
    /// ODS code or the supplier's own key of the one practice to read; empty: the only one there is. Rows of
    /// other practices are settled as excluded, by name.
    std::string practice;
    /// ISO 8601: deliveries of later moments are not read, their rows settled as excluded; empty: everything.
    std::string as_of;
    /// Read an extract with tables missing, as a sample: each is an error finding, and no list may say
    /// "none".
    bool incomplete = false;
};

struct TargetOptions {
    std::string place;
    bool overwrite = false;
    /// An instance of its own of System::mapping_id() for the target to bind; nullptr for standard systems.
    std::shared_ptr<mapping::MappingSet> mapping{};
};

/// One thing a system's layout cannot carry, as data: shown in gpswitch-systems(5), used by diff to explain.
struct CannotCarry {
    std::string entity, field, why;  ///< field empty: the whole entity
};

/// The table of profiles of the standard form (System::profiles).
inline constexpr std::string_view kStandardProfiles = "fhir-r4-ukcore";

/// A brick. Stateless; one static instance each, listed in core/system/all.cpp.
struct System {
    virtual ~System() = default;
    virtual std::string_view name() const = 0;
    /// One line for `gpswitch systems`.
    virtual std::string_view summary() const = 0;
    virtual bool reads() const { return false; }
    virtual bool writes() const { return false; }
    /// Versions read, newest first ("8.2").
    virtual std::vector<std::string_view> versions() const { return {}; }
    virtual std::vector<std::string_view> absent() const { return {}; }
    /// As its tables say: `set` is that of mapping_id(). Without it only what no mapping set decides.
    virtual std::vector<CannotCarry> cannot_carry(const mapping::MappingSet* set = nullptr) const {
        static_cast<void>(set);
        return {};
    }
    /// Id of the mapping set its records need ("emis"); empty for standard systems.
    virtual std::string_view mapping_id() const { return {}; }
    /// The table of profiles that the text of its files is judged by, as mappings/profiles/NAME.txt; empty:
    /// its files are no FHIR. Records are judged by the table of the standard form, kStandardProfiles.
    virtual std::string_view profiles() const { return {}; }
    /// Looks at member names and first bytes only.
    virtual Recognition recognise(const archive::Place& files) const = 0;
    virtual std::unique_ptr<Source> open(const SourceOptions& options) const;
    virtual std::unique_ptr<Target> create(const TargetOptions& options) const;
    /// Opens `options.files` (one place or several joined: a bulk extract and its deltas) for a verbatim
    /// copy; see exporter.hpp. `practice` and `as_of` cut it down. UsageError when the system has no export,
    /// or not with these options.
    virtual std::unique_ptr<Exporter> exporter(const SourceOptions& options) const;
};

}  // namespace record
}  // namespace gpswitch
