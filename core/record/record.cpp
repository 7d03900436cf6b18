#include "core/record/record.hpp"

#include <array>
#include <cstring>

namespace gpswitch::record {
namespace {

const std::array<const Type*, kEntityKinds>& all_types() {
    static const std::array<const Type*, kEntityKinds> types = {
        &type_of<Organization>(),
        &type_of<Location>(),
        &type_of<HealthcareService>(),
        &type_of<Practitioner>(),
        &type_of<PractitionerRole>(),
        &type_of<Schedule>(),
        &type_of<Slot>(),
        &type_of<CareTeam>(),
        &type_of<Group>(),
        &type_of<Patient>(),
        &type_of<RelatedPerson>(),
        &type_of<EpisodeOfCare>(),
        &type_of<Encounter>(),
        &type_of<FhirList>(),
        &type_of<Condition>(),
        &type_of<Observation>(),
        &type_of<QuestionnaireResponse>(),
        &type_of<DiagnosticReport>(),
        &type_of<Specimen>(),
        &type_of<AllergyIntolerance>(),
        &type_of<Immunization>(),
        &type_of<FamilyMemberHistory>(),
        &type_of<Procedure>(),
        &type_of<Medication>(),
        &type_of<MedicationStatement>(),
        &type_of<MedicationRequest>(),
        &type_of<ServiceRequest>(),
        &type_of<DocumentReference>(),
        &type_of<Appointment>(),
        &type_of<Flag>(),
        &type_of<Consent>(),
        &type_of<Task>(),
        &type_of<Provenance>(),
        &type_of<AuditEvent>(),
    };
    return types;
}

}  // namespace

const Type& type_of(EntityKind kind) { return *all_types()[static_cast<std::size_t>(kind)]; }

std::optional<EntityKind> kind_of(std::string_view resource_type) {
    // Asked of every reference: a table without collisions in sight, not a hash of the whole name.
    static constexpr std::size_t kPlaces = 256;
    const auto place = [](std::string_view s) {
        return (s.size() * 37 + static_cast<unsigned char>(s[0]) * 7u +
                static_cast<unsigned char>(s[s.size() / 2]) * 3u + static_cast<unsigned char>(s.back())) %
               kPlaces;
    };
    struct Place {
        std::string_view name;
        EntityKind kind{};
    };
    static const auto table = [&] {
        std::array<Place, kPlaces> t{};
        for (std::size_t i = 0; i < kEntityKinds; ++i) {
            std::size_t at = place(all_types()[i]->name);
            while (!t[at].name.empty()) at = (at + 1) % kPlaces;
            t[at] = {all_types()[i]->name, static_cast<EntityKind>(i)};
        }
        return t;
    }();
    if (resource_type.empty()) return std::nullopt;
    for (std::size_t at = place(resource_type); !table[at].name.empty(); at = (at + 1) % kPlaces)
        if (table[at].name == resource_type) return table[at].kind;
    return std::nullopt;
}

const Field* patient_field(EntityKind kind) {
    static const std::array<const Field*, kEntityKinds> fields = [] {
        std::array<const Field*, kEntityKinds> f{};
        for (std::size_t i = static_cast<std::size_t>(EntityKind::Patient) + 1; i < kEntityKinds; ++i) {
            for (std::string_view name : {"subject", "patient", "for"})
                if (f[i] == nullptr) f[i] = all_types()[i]->find(name);
        }
        return f;
    }();
    return fields[static_cast<std::size_t>(kind)];
}

std::string_view to_text(Fate fate) {
    static constexpr std::string_view kNames[kFates] = {"unsettled", "migrated",   "merged",   "lookup",
                                                        "deleted",   "superseded", "excluded", "held"};
    return kNames[static_cast<std::size_t>(fate)];
}

Entity& Record::add(EntityKind kind, Text made) {
    const Type& t = type_of(kind);
    void* p = arena.take(t.size, alignof(std::max_align_t));
    std::memset(p, 0, t.size);
    auto* e = static_cast<Entity*>(p);
    items.push_back({kind, e, made});
    return *e;
}

void thaw(Record& record) {
    for (const Item& item : record.items) thaw(item.entity, type_of(item.kind), record.arena);
}

void Record::claim(std::uint32_t row, Role role, Text table_name) {
    claim(row, static_cast<std::uint32_t>(items.size() - 1), role, table_name);
}

void Record::claim(std::uint32_t row, std::uint32_t item, Role role, Text table_name) {
    claims.push_back({row, item, role});
    items[item].entity->source.add(arena,
                                   {table_name, rows[row].key, role == Role::primary ? "primary" : "part"});
}

void Record::clear() {
    key = patient_id = {};
    items.clear();
    rows.clear();
    claims.clear();
    settlements.clear();
    degradations.clear();
    needs.clear();
    pending.clear();
    issues.clear();
    held.clear();
    incomplete = false;
    arena.clear();
}

}  // namespace gpswitch::record
