#pragma once
#include <optional>
#include <string>

#include "core/record/clinical.hpp"
#include "core/record/person.hpp"
#include "core/record/practice.hpp"
#include "core/report/issue.hpp"

namespace gpswitch::record {

/// Every entity the model knows, practice-wide ones first. The order is the order of files in a package.
enum class EntityKind : std::uint8_t {
    Organization,
    Location,
    HealthcareService,
    Practitioner,
    PractitionerRole,
    Schedule,
    Slot,
    CareTeam,
    Group,
    Patient,
    RelatedPerson,
    EpisodeOfCare,
    Encounter,
    List,
    Condition,
    Observation,
    QuestionnaireResponse,
    DiagnosticReport,
    Specimen,
    AllergyIntolerance,
    Immunization,
    FamilyMemberHistory,
    Procedure,
    Medication,
    MedicationStatement,
    MedicationRequest,
    ServiceRequest,
    DocumentReference,
    Appointment,
    Flag,
    Consent,
    Task,
    Provenance,
    AuditEvent,
};
inline constexpr std::size_t kEntityKinds = 34;

const Type& type_of(EntityKind kind);
/// By FHIR resource type name.
std::optional<EntityKind> kind_of(std::string_view resource_type);
/// Organization to Group: not part of any one patient's record.
constexpr bool practice_wide(EntityKind kind) { return kind <= EntityKind::Group; }
inline std::string_view name_of(EntityKind kind) { return type_of(kind).name; }
template <class T>
EntityKind kind_of_type() {
    static const EntityKind kind = *kind_of(type_of<T>().name);
    return kind;
}
/// The field that says whose the entity is ("subject", "patient", "for"); nullptr for Patient, Appointment
/// (its participants say) and the practice-wide ones. Its reference is "Patient/<id>".
const Field* patient_field(EntityKind kind);

/// A row of the source, as the ledger knows it. table: index into Census::tables; slot: 0 to that table's
/// rows - 1, unique.
struct Row {
    std::uint16_t table = 0;
    std::uint64_t slot = 0;
    std::uint64_t line = 0;  ///< 1-based line in the member, 0 when it has none
    Text key;
    Text raw;  ///< the row verbatim, so that it can be held
};

/// What became of a row (design section 5). unsettled is a defect.
enum class Fate : std::uint8_t { unsettled, migrated, merged, lookup, deleted, superseded, excluded, held };
inline constexpr std::size_t kFates = 8;
std::string_view to_text(Fate fate);

enum class Role : std::uint8_t { primary, part };

/// An entity made from a row. Only entities in Record::items count.
struct Claim {
    std::uint32_t row;   ///< index into Record::rows
    std::uint32_t item;  ///< index into Record::items
    Role role;
};
/// A row that no entity claims, and why. `rule` names a rule in the mapping set or the brick.
struct Settlement {
    std::uint32_t row;
    Fate fate;
    Text rule;
};
/// Something that came over in a lesser form; counted in the ledger under `degraded`.
struct Degradation {
    Text reason;  ///< "code-unmapped", "value-unmapped", "row-as-text", "reference-dangling" ...
    EntityKind kind;
};
/// A practice-wide entity that this record refers to. `handle` means something to the Source only.
struct Need {
    EntityKind kind;
    Text id;
    std::uint64_t handle;
};

/// A value that stands in its field in the source's words and waits for the mapping's second stage.
struct Pending {
    std::uint32_t item;  ///< index into Record::items
    void* object;        ///< the structure that has the field (in the arena; stable from now on)
    const Field*
        field;  ///< a primitive (code, string, boolean) or a Concept (single or list: one is appended)
    std::uint16_t values;  ///< index of the values table in the mapping set
    Text raw;              ///< the source's value
    Text origin;           ///< "Admin_Patient.Sex": where it stood, for rest and issues
};

struct Item {
    EntityKind kind;
    Entity* entity;
    Text made;  ///< why it exists, when no row of the source is its own ("implied plan"); empty otherwise
};

class Record;
/// Makes every list of every entity the record's own, for who wants to change one in place (record::freeze).
void thaw(Record& record);

/// One patient's record, or (Cursor of leftovers, Source::find) practice-wide entities and rows of no known
/// patient. Filled by a Source, changed by the mapping, read by a Target. Everything in it lives in its arena
/// or the source's mapped files until clear(). One per worker; not thread-safe.
class Record {
  public:
    Arena arena;
    Text key;         ///< source key of the patient; empty for leftovers
    Text patient_id;  ///< id of the Patient entity
    std::vector<Item> items;
    std::vector<Row> rows;
    std::vector<Claim> claims;
    std::vector<Settlement> settlements;
    std::vector<Degradation> degradations;
    std::vector<Need> needs;
    std::vector<Pending> pending;
    std::vector<Issue> issues;
    /// Not empty: nothing of this record is written; every row in it is held for this reason (an issue code).
    std::string held;
    /// Part of it could not be read: no list of this patient may say "none".
    bool incomplete = false;

    /// A new entity of type T, empty, owned by the record.
    template <class T>
    T& add(Text made = {}) {
        T* e = arena.make<T>();
        items.push_back({kind_of_type<T>(), e, made});
        return *e;
    }
    Entity& add(EntityKind kind, Text made = {});
    /// The entity added last is made from this row. Also adds to its `source`.
    void claim(std::uint32_t row, Role role, Text table_name);
    void claim(std::uint32_t row, std::uint32_t item, Role role, Text table_name);
    void settle(std::uint32_t row, Fate fate, Text rule) { settlements.push_back({row, fate, rule}); }
    void clear();
};

}  // namespace gpswitch::record
