#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/mapping/carry.hpp"
#include "core/record/foresight.hpp"
#include "core/record/system.hpp"
#include "core/report/writer.hpp"

/// Compares two sets of records, patient by patient and field by field.
///
///     diff::Options options;
///     options.cannot_carry = after_system.cannot_carry();
///     auto writer = diff::make_writer(Format::text, output);
///     const diff::Totals t = diff::compare({before.get(), map_values}, {after.get(), {}}, options, *writer);
///     return t.differences() == 0 ? ExitCode::ok : ExitCode::negative;
///
/// **Patients** pair, in this order: as Options::pairs says; by a valid, real NHS number that one patient has
/// on either side, birth dates agreeing; by equal Patient id; by equal source key, unless NHS number and
/// birth date both contradict. Who is left stays unpaired: patients are never merged, and no similarity is
/// computed.
/// **Entities** of two paired patients pair, within their type: by id; by source rows (table, key, role); by
/// identifiers; by canonical hash (SHA-256 of their JSON without id, source rows, claimed profile and
/// references within the record); by what they refer to and when; by (code, time), (words, time), and
/// consultations and documents by time, in the given order. From the hash on it is for types of which no
/// entity of the patient paired by id or rows: else a row that came from another patient would pass for the
/// one that went. A doubled row is left over, so only in AFTER. Where one side is a layout whose keys were
/// made of the other's ids, these pair first. Practice-wide entities pair by id, by who refers to both
/// (Links), and by their own identifiers, names or times.
/// **Fields** are compared by the declarations of the record model, all but id, meta.profile and (unless
/// Options::source_rows) the source rows. References follow the pairing: a reference to an entity equals one
/// to its partner.
/// **Explained** is what was predicted: each field that differs needs a rule (explain.hpp): a declaration of
/// Options::cannot_carry or carry, or, where Options::layout says that a supplier's layout lies between, what
/// every layout does. An entity may be missing, held by the Target (Options::held), or have a label more.
/// BEFORE records that their source holds back are explained as "held: CODE", since the
/// ledger lists them. All else is unexplained. Losing an allergy, a dose, an active repeat, an active
/// problem, a warning or a confidentiality label is never explainable, whatever was declared.
///
/// Lines of a package that are the same bytes on both sides are the same entity, and are not read
/// (twins.hpp).
///
/// Memory: one record a side, about 100 bytes a patient, the practice-wide entities seen on one side only so
/// far, and up to Options::hold differences (about 300 bytes each). Time: one pass over each side when keys,
/// ids and NHS numbers agree; patients who don't agree at once are read twice. Neither side need be in the
/// other's order.
namespace gpswitch::diff {

struct Side {
    record::Source* source = nullptr;
    /// Brings a record into standard codes (the mapping's second stage); may be empty.
    std::function<void(record::Record&)> prepare;
    /// `prepare` changes nothing of a record that is whole (Record::incomplete) when it is done, but the
    /// Patient.
    bool prepares_little = false;
};

/// A person's decision that these two are one patient, whatever their numbers say.
struct PatientPair {
    std::string before_key, after_key;
};
/// Reads `before_key,after_key` rows under that header. Errors: UsageError naming `name` and the line (no
/// such column, an empty key, a key that stands twice on its side).
std::vector<PatientPair> load_pairs(std::string_view csv, const std::string& name);

/// Records that lay between the two: AFTER was made of them, and they of BEFORE; or both were made of them.
struct Between {
    Side side;
    bool origin = false;  ///< both were
    /// What AFTER's layout will not carry of them; and, of an origin, what BEFORE's will not.
    std::vector<const record::Foresight*> foresight, foresight_before;
};

/// What a code of a system is to others.
enum class Codes : std::uint8_t {
    own,     ///< the system's own: its words may stand for it
    shared,  ///< others read it: no words stand for it
    nothing  ///< it says that there is no code
};
struct CodeSystem {
    std::string system;  ///< an address, or with "*" at its end all that begin so
    Codes codes = Codes::own;
};
/// Reads system,codes,why (rules/code-systems.csv). Errors: MappingError naming `name` and the line.
std::vector<CodeSystem> load_code_systems(std::string_view csv, const std::string& name);

struct Options {
    std::vector<CodeSystem> code_systems;           ///< those of none are own
    std::vector<record::CannotCarry> cannot_carry;  ///< AFTER's; entity "*": every type that has the field
    std::vector<mapping::Carry>
        carry;  ///< what AFTER's layout carries otherwise (carry.csv of its mapping set)
    /// AFTER is read from a supplier's layout, or came by one: its own keys and codes stand beside what was
    /// there, numbers have its places, and what it infers is not a change.
    bool layout = false;
    /// Both sides were made from the same records, each in a layout of its own: what either cannot carry
    /// explains.
    bool siblings = false;
    /// Targets of the layouts that AFTER came by (begun with BEFORE's origin), asked about every record of
    /// BEFORE what they will not carry of it. Outlive the comparison.
    std::vector<const record::Foresight*> foresight;
    /// For siblings: those that BEFORE came by, asked about AFTER's.
    std::vector<const record::Foresight*> foresight_before;
    /// By way of these the patients and entries of the two sides pair. May be empty.
    std::shared_ptr<const Between> between;
    std::vector<PatientPair> pairs;
    std::vector<std::string> ignore;  ///< element paths not compared: "Patient.meta.lastUpdated", "*.issued"
    bool source_rows = false;      ///< compare the rows entities came from as well: for stores that keep them
    bool show_values = false;      ///< fill FieldDifference::before and after
    bool test_numbers = false;     ///< NHS numbers of the test range count as real (synthetic practices)
    bool list_explained = false;   ///< give explained differences to the writer, not only their counts
    std::size_t hold = 1'000'000;  ///< differences kept; a move is noticed among this many
    /// Read each side in a thread of its own; the result is the same.
    bool threads = false;
    std::function<void(std::uint64_t patients)> progress;  ///< called after each patient; may be empty
};

enum class Kind : std::uint8_t {
    changed,      ///< on both sides, not the same
    only_before,  ///< lost
    only_after,   ///< nobody knows where it came from; a doubled row is one
    moved,        ///< the same entity under another patient
};
inline constexpr std::size_t kKinds = 4;
std::string_view to_text(Kind kind);

struct FieldDifference {
    enum class Kind : std::uint8_t { changed, only_before, only_after, order };
    Kind kind = Kind::changed;
    std::string path;           ///< "component[1].valueQuantity.value"; extensions by our short names
    std::string before, after;  ///< text, or JSON of a structure; empty unless show_values
};

/// One entity that is not the same on both sides. This is what is counted, however many of its fields differ.
struct Difference {
    Kind kind = Kind::changed;
    record::EntityKind entity = record::EntityKind::Patient;
    std::string before, after;            ///< ids; empty on the side that has none
    std::string moved_to;                 ///< moved: label of the patient who has it now
    std::vector<FieldDifference> fields;  ///< changed: what is left after projection, in declaration order
    std::vector<std::string> rules;       ///< explanations that fired
    bool explained = false;               ///< nothing is left: the rules account for all of it
    std::string_view never;  ///< "an allergy" ...: why no rule could have explained it; empty otherwise

    Severity severity() const { return explained ? Severity::information : Severity::error; }
    /// Stable: DIFF-CHG-001 changed, DIFF-BEF-001 only before, DIFF-AFT-001 only after, DIFF-MOV-001 moved,
    /// DIFF-NEV-001 a loss that is never explainable, DIFF-EXP-001 explained.
    std::string_view code() const;
    /// "AllergyIntolerance/<id>"
    std::string resource() const;
};

/// One patient's differences, or the practice's.
struct PatientDifferences {
    std::string before,
        after;  ///< labels: "Patient/<id>"; empty on the side where the patient is not; "practice"
    std::string_view paired_by;  ///< "pairs file", "NHS number", "id", "source key"; empty: unpaired
    std::vector<Difference> differences;
};

struct Totals {
    std::uint64_t patients_before = 0, patients_after = 0, patients_paired = 0;
    std::map<std::string, std::uint64_t> paired_by;
    std::uint64_t unpaired_before = 0, unpaired_after = 0;  ///< patients
    std::uint64_t held_before = 0, held_after = 0;          ///< patients whose record its source holds back
    std::uint64_t entities_before = 0, entities_after = 0;
    std::uint64_t equal = 0;        ///< pairs of entities that are the same
    std::uint64_t explained = 0;    ///< entities that differ as predicted
    std::uint64_t unexplained = 0;  ///< entities that differ otherwise
    std::uint64_t never = 0;        ///< of those, losses that are never explainable
    std::uint64_t fields = 0;       ///< fields in which changed entities differ, unexplained
    std::map<std::string, std::uint64_t>
        rules;  ///< explanation ("Slot: why", "Patient.photo: why", "held: CODE"): entities
    std::map<std::pair<Kind, record::EntityKind>, std::uint64_t> unexplained_by;
    bool show_values = false;

    std::uint64_t differences() const { return unexplained; }
};

/// Where differences go. Called on one thread; the text given lives until the call returns.
struct Writer {
    virtual ~Writer() = default;
    /// A patient with at least one difference to tell of; in BEFORE's order, those who are only in AFTER
    /// last, then the practice. Beyond Options::hold a patient is given as soon as the limit is reached.
    virtual void patient(const PatientDifferences& patient) = 0;
    /// Once, last.
    virtual void finish(const Totals& totals) = 0;
};

/// text: by patient, then a summary. jsonl: one object a difference with the keys of a finding (severity,
/// code, resource, path, message) and difference, patient, before, after, fields, rules; then one object
/// {"totals":...}. junit, sarif and outcome: one finding a difference. Values appear only when the
/// differences carry them.
std::unique_ptr<Writer> make_writer(Format format, Output output, WriterOptions options = {});

/// Errors: UsageError when Options::pairs or ignore name what is not there; std::logic_error when
/// cannot_carry does, or when a source does not keep the contract of Cursor; what the sources and the writer
/// throw passes through.
Totals compare(const Side& before, const Side& after, const Options& options, Writer& writer);

}  // namespace gpswitch::diff
