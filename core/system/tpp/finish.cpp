// What stands on an entity after the rules of the mapping set, and still has to be joined or completed.
#include <algorithm>

#include "core/system/tpp/rows.hpp"
#include "core/util/civil_time.hpp"
#include "core/util/text.hpp"

namespace gpswitch::tpp {
namespace {

/// A code in place of the constant that stands for none.
void put(Codes& codes, const Coded& coded, Arena& arena, record::Concept& out) {
    record::Concept c;
    if (codes.concept_of(coded, arena, c)) out = c;
}

}  // namespace

void Maker::finish(Row& row, std::uint32_t item) {
    switch (record_->items[item].kind) {
        case EntityKind::Observation:
        case EntityKind::Condition:
        case EntityKind::Procedure:
        case EntityKind::FamilyMemberHistory: finish_coded(row, item); break;
        case EntityKind::AllergyIntolerance: finish_allergy(row, item); break;
        case EntityKind::ServiceRequest: finish_referral(row, item); break;
        case EntityKind::MedicationRequest:
        case EntityKind::MedicationStatement: finish_medication(row, item); break;
        case EntityKind::Immunization: finish_immunization(row, item); break;
        case EntityKind::Practitioner:
        case EntityKind::PractitionerRole: finish_staff(row, item); break;
        case EntityKind::Organization: finish_organization(row, item); break;
        case EntityKind::Encounter: participants(row, item); break;
        case EntityKind::Appointment: finish_appointment(row, item); break;
        case EntityKind::Schedule: {
            auto& s = entity<record::Schedule>(item);
            if (s.actor.empty()) s.actor.add(record_->arena).display = "no staff named";
            break;
        }
        default: break;
    }
    if (name(row) != "SRCode" || item != row.first_item) return;
    keep_unread(row, item);
    if (!coded(row).empty()) return;
    degrade("code-missing", record_->items[item].kind);
    issue(row, Severity::warning, "TPP-CODE-001", "the row has no code at all: kept with its words",
          "CTV3Code", "look at the entry in SystmOne");
}

// What a coded entry has no use for, and what only fills the column is not: a number that is said to be none,
// words of a code that is not there.
void Maker::keep_unread(const Row& row, std::uint32_t item) {
    Entity& e = *record_->items[item].entity;
    const Coded c = coded(row);
    if (c.ctv3.empty() && !c.snomed_text.empty() && c.ctv3_text != c.snomed_text) keep(row, e, "CTV3Text");
    const bool says = extract_.table(row.table).header.find("IsNumeric") >= 0;
    // Without the column routes make no measurement beside another entry.
    const bool taken =
        says ? is_true(cell(row, "IsNumeric")) : record_->items[item].kind == EntityKind::Observation;
    if (taken) return;
    if (mapping_.in_list("number-placeholders", cell(row, "NumericValue"))) return;
    for (const Text column : {"NumericValue", "NumericUnit", "NumericComparator"}) keep(row, e, column);
}

void Maker::finish_coded(Row& row, std::uint32_t item) {
    Arena& arena = record_->arena;
    switch (record_->items[item].kind) {
        case EntityKind::Condition:
            return put(codes_, coded(row), arena, entity<record::Condition>(item).code);
        case EntityKind::Procedure:
            return put(codes_, coded(row), arena, entity<record::Procedure>(item).code);
        case EntityKind::FamilyMemberHistory: {
            auto& f = entity<record::FamilyMemberHistory>(item);
            if (f.condition.empty()) f.condition.add(arena);
            return put(codes_, coded(row), arena, f.condition[0].code);
        }
        default: break;
    }
    if (name(row) != "SRCode") return;
    put(codes_, coded(row), arena, entity<record::Observation>(item).code);
    value_of(row, item);
}

// A product, a class of drugs, or both.
void Maker::finish_allergy(Row& row, std::uint32_t item) {
    Arena& arena = record_->arena;
    auto& a = entity<record::AllergyIntolerance>(item);
    if (name(row) == "SRCode") put(codes_, coded(row), arena, a.code);
    if (name(row) != "SRDrugSensitivity") return;
    record::Concept said;
    codes_.product_of(cell(row, "IDDrugCode"), arena, said);
    if (const Text group = cell(row, "IDMultiLexAction"); !group.empty()) {
        record::Coding& c = said.coding.add(arena);
        c.system = kMultilexAction;
        c.code = group;
        if (said.text.empty()) said.text = arena.join("Drug class of Multilex action group ", group);
    }
    if (!said.coding.empty()) a.code = said;
}

void Maker::finish_referral(Row& row, std::uint32_t item) {
    if (name(row) != "SRReferralOut") return;
    Arena& arena = record_->arena;
    auto& s = entity<record::ServiceRequest>(item);
    const Coded reason{cell(row, "PrimaryDiagnosis"), {}, cell(row, "SNOMEDPrimaryDiagnosis"), {}};
    if (!reason.empty()) codes_.concept_of(reason, arena, s.reason_code.add(arena));
    const Header& header = extract_.table(row.table).header;
    const int service = header.find("ServiceOffered"), place = header.find("IDOrganisationDoneAt");
    const Text id = service < 0 ? Text{} : row.given[service];
    if (const Text words = cell(row, "ServiceOffered");
        !words.empty() && !mapping_.in_list("unset-services", id))
        s.order_detail.add(arena).text = words;
    const bool named = !s.requester.reference.empty() || !s.requester.identifier.value.empty();
    if (!named) s.requester.reference = role_of(cell(row, "IDDoneBy"), place < 0 ? Text{} : row.given[place]);
    if (named || s.requester.reference.empty()) keep(row, s, "IDDoneBy");
}

void Maker::finish_appointment(Row& row, std::uint32_t item) {
    Arena& arena = record_->arena;
    auto& a = entity<record::Appointment>(item);
    const int minutes = static_cast<int>(to_integer(cell(row, "Duration")).value_or(0));
    if (a.end.empty() && !a.start.empty()) {
        a.end = minutes > 0 ? arena.copy(civil_time::add_minutes(a.start, minutes)) : a.start;
        a.inferred.add(arena) =
            minutes > 0 ? "end: start and duration" : "end: not given, taken for the start";
    }
    const Text column = name(row) == "SRVisit" ? "CurrentStatus" : "AppointmentStatus";
    if (cell(row, column).empty() || a.status != "pending") return;
    issue(row, Severity::warning, "TPP-STATUS-001",
          "the status of an appointment is a word that is not known", column,
          "the word is kept beside the appointment");
}

// A number is a value only where the row says that it is one; elsewhere 0 and -1 fill the column.
void Maker::value_of(Row& row, std::uint32_t item) {
    auto& o = entity<record::Observation>(item);
    const bool says = extract_.table(row.table).header.find("IsNumeric") >= 0;
    const Text number = cell(row, "NumericValue");
    const bool numeric =
        says ? is_true(cell(row, "IsNumeric")) : !number.empty() && !no_id(number) && number != "0.0";
    if (!numeric || number.empty()) return;
    if (!is_decimal(number)) {
        keep(row, o, "NumericValue");
        keep(row, o, "NumericUnit");
        degrade("value-impossible", EntityKind::Observation);
        issue(row, Severity::warning, "TPP-VALUE-001", "not a number; kept as it is", "NumericValue");
        return;
    }
    o.value_quantity.value = number;
    o.value_quantity.unit = cell(row, "NumericUnit");
    const Text comparator = cell(row, "NumericComparator");
    if (comparator.empty()) return;
    const mapping::Values& values = mapping_.values(mapping_.values_index("operator"));
    const mapping::ValueRow* v = values.find(comparator);
    if (v != nullptr && !v->target.empty()) o.value_quantity.comparator = v->target;
    // "About" has no comparator of its own, and must not be read as "exactly".
    if (v == nullptr || v->equivalence == "unmatched") {
        o.value_quantity.approximate = "true";
        keep(row, o, "NumericComparator");
        degrade("value-unmatched", EntityKind::Observation);
    }
}

void Maker::finish_medication(Row& row, std::uint32_t item) {
    Arena& arena = record_->arena;
    const bool request = record_->items[item].kind == EntityKind::MedicationRequest;
    record::Concept& drug = request ? entity<record::MedicationRequest>(item).medication_codeable_concept
                                    : entity<record::MedicationStatement>(item).medication_codeable_concept;
    record::Concept known;
    if (codes_.drug_of(cell(row, "IDMultiLexDMD"), cell(row, "IDMultiLexProduct"),
                       cell(row, "IDMultiLexPack"), cell(row, "NameOfMedication"), arena, known))
        drug = known;
    if (!request) {
        for (const Text column : {"IsOtherMedication", "IsDentalMedication", "IsHospitalMedication"})
            if (is_true(cell(row, column)))
                entity<record::MedicationStatement>(item).rest.add(arena, {origin(row, column), "TRUE"});
        return;
    }
    auto& r = entity<record::MedicationRequest>(item);
    if (const Text quantity = cell(row, "MedicationQuantity"); !quantity.empty()) {
        r.dispense_request.quantity.quantity_text = quantity;
        const Amount a = amount(quantity);
        r.dispense_request.quantity.value = a.value;
        r.dispense_request.quantity.unit = a.unit;
    }
    if (r.dispense_request.expected_supply_duration.value.empty())
        r.dispense_request.expected_supply_duration = {};
    const auto most = to_integer(cell(row, "MaxIssues"));
    if (most && *most >= 1)
        r.dispense_request.number_of_repeats_allowed = arena.copy(std::to_string(*most - 1));
    if (!most || *most < 1) keep(row, r, "MaxIssues");
}

void Maker::finish_immunization(Row& row, std::uint32_t item) {
    Arena& arena = record_->arena;
    auto& i = entity<record::Immunization>(item);
    codes_.concept_of({cell(row, "ImmsReadCode"), {}, cell(row, "ImmsSNOMEDCode"), {}}, arena,
                      i.vaccination_procedure);
    const Text content = cell(row, "IDImmunisationContent");
    const auto t = extract_.named("SRImmunisationContent");
    const auto slot = t ? extract_.find(*t, id_key(content)) : std::nullopt;
    if (slot) {
        const Text product = extract_.cell(*t, *slot, "Name", arena),
                   antigen = extract_.cell(*t, *slot, "Content", arena);
        i.vaccine_code = {};
        record::Coding& c = i.vaccine_code.coding.add(arena);
        c.system = arena.join(kIdBase, "SRImmunisationContent");
        c.code = content;
        c.display = product;
        i.vaccine_code.text = product.empty() || antigen.empty() ? (product.empty() ? antigen : product)
                                                                 : arena.join(product, " (", antigen, ")");
    } else {
        keep(row, i, "IDImmunisationContent");
    }
    if (const Text part = cell(row, "VaccPart"); !part.empty()) {
        // The words of the schedule, not the number of the lookup.
        record::ImmunizationProtocol& p = i.protocol_applied.add(arena);
        const auto n = to_integer(part);
        (n && *n > 0 ? p.dose_number_positive_int : p.dose_number_string) = part;
    }
    if (!i.occurrence_date_time.empty()) return;
    i.occurrence_string = "Unknown";
    i.inferred.add(arena) = "occurrenceString: no date is given";
}

void Maker::finish_staff(Row& row, std::uint32_t item) {
    Arena& arena = record_->arena;
    if (record_->items[item].kind == EntityKind::PractitionerRole) {
        auto& role = entity<record::PractitionerRole>(item);
        const Text gmp = cell(row, "GmpID");
        if (!gmp.empty() && !same_ignoring_case(gmp, "Invalid Id")) {
            record::Identifier& id = role.identifier.add(arena);
            id.system = "https://fhir.hl7.org.uk/Id/gmp-number";
            id.value = gmp;
        }
        return;
    }
    auto& p = entity<record::Practitioner>(item);
    p.active = is_true(cell(row, "Obsolete")) ? "false" : "true";
    if (cell(row, "IDNational").empty()) keep(row, p, "NationalIdType");
    if (const Text number = cell(row, "IDNational"); !number.empty()) {
        const Text type = cell(row, "NationalIdType");
        const mapping::ValueRow* v = mapping_.values(mapping_.values_index("national-id-type")).find(type);
        record::Identifier& id = p.identifier.add(arena);
        id.system = v == nullptr ? Text("https://gpswitch.org/Id/tpp/national-id") : Text(v->target);
        id.value = number;
        if (!type.empty()) id.type.text = type;
    }
}

// The commissioner comes first: a practice's trust is a dead one.
void Maker::finish_organization(Row& row, std::uint32_t item) {
    auto& o = entity<record::Organization>(item);
    for (const auto& [column, table] : {std::pair<Text, Text>{"IDCcg", "SRCcg"}, {"IDTrust", "SRTrust"}}) {
        const Text id = cell(row, column);
        if (id.empty()) continue;
        const Text to = o.part_of.reference.empty() ? practice(EntityKind::Organization, table, id) : Text{};
        if (to.empty())
            keep(row, o, column);
        else
            o.part_of.reference = to;
    }
}

// Who saw the patient, who typed, who countersigned.
void Maker::participants(Row& row, std::uint32_t item) {
    Arena& arena = record_->arena;
    auto& e = entity<record::Encounter>(item);
    const mapping::Values& parts = mapping_.values(mapping_.values_index("participant"));
    const int place = extract_.table(row.table).header.find("IDOrganisationDoneAt");
    for (const mapping::ValueRow& part : parts.rows) {
        const Text id = cell(row, part.source);
        const bool doer = part.source == "IDDoneBy";
        const Text name_only = doer ? cell(row, "TextualEventDoneBy") : Text{};
        if (id.empty() && name_only.empty()) continue;
        record::EncounterParticipant& p = e.participant.add(arena);
        p.type.add(arena).coding.add(arena) = {
            parts.target_system, {}, part.target, part.display, {}, {}, {}};
        p.individual.display = name_only;
        if (id.empty()) continue;
        p.individual.reference = doer ? role_of(id, place < 0 ? Text{} : row.given[place])
                                      : practice(EntityKind::PractitionerRole, "SRStaffMemberProfile", id);
        if (!p.individual.reference.empty()) continue;
        p.individual.identifier = {arena.join(kIdBase, doer ? "SRStaffMember" : "SRStaffMemberProfile"), id};
        degrade("reference-dangling", EntityKind::Encounter);
        issue(row, Severity::information, "TPP-REF-001",
              "leads to a row that is not in the extract; the id is kept", part.source,
              "staff who have left may be missing: ask the site");
    }
}

}  // namespace gpswitch::tpp
