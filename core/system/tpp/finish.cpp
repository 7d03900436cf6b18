// What stands on an entity after the rules of the mapping set, and still has to be joined or completed.
#include <algorithm>

#include "core/record/component.hpp"
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
        case EntityKind::Encounter:
            participants(row, item);
            places(row, item);
            break;
        case EntityKind::Appointment: finish_appointment(row, item); break;
        case EntityKind::Slot: finish_slot(row, item); break;
        case EntityKind::Consent: finish_consent(row, item); break;
        case EntityKind::QuestionnaireResponse: {
            auto& q = entity<record::QuestionnaireResponse>(item);
            if (const Text form = cell(row, "IDQuestionnaire"); !form.empty())
                q.questionnaire = record_->arena.join(kIdBase, "SRQuestionnaire/", form);
            break;
        }
        case EntityKind::DocumentReference: finish_document(row, item); break;
        case EntityKind::Schedule: {
            auto& s = entity<record::Schedule>(item);
            if (s.actor.empty()) s.actor.add(record_->arena).display = "no staff named";
            break;
        }
        default: break;
    }
    if (name(row) != "SRCode" || item != row.first_item) return;
    keep_unread(row, item);
    if (const Coded c = coded(row); !c.ctv3.empty() || !c.snomed.empty()) return;
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
    const bool says = position(row, "IsNumeric") >= 0;
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
        case EntityKind::Immunization:
            codes_.concept_of(coded(row), arena, entity<record::Immunization>(item).vaccination_procedure);
            return undated(item);
        default: break;
    }
    if (name(row) != "SRCode") return;
    auto& o = entity<record::Observation>(item);
    const record::Concept whole = o.code;
    put(codes_, coded(row), arena, o.code);
    value_of(row, item);
    if (!row.pressure) return;
    record::split_reading(*record_, item, row.key_text);
    o.code = whole;
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
    if (!said.text.empty()) return;
    issue(row, Severity::warning, "TPP-CODE-002", "an allergy that names no substance", "IDDrugCode",
          "look it up in SystmOne: nobody can be warned by it");
}

void Maker::finish_referral(Row& row, std::uint32_t item) {
    if (name(row) != "SRReferralOut") return;
    Arena& arena = record_->arena;
    auto& s = entity<record::ServiceRequest>(item);
    const Coded reason{cell(row, "PrimaryDiagnosis"), {}, cell(row, "SNOMEDPrimaryDiagnosis"), {}};
    if (!reason.empty()) codes_.concept_of(reason, arena, s.reason_code.add(arena));
    const Text id = given(row, "ServiceOffered");
    if (const Text words = cell(row, "ServiceOffered");
        !words.empty() && !mapping_.in_list("unset-services", id))
        s.order_detail.add(arena).text = words;
    const bool named = !s.requester.reference.empty() || !s.requester.identifier.value.empty();
    if (!named) s.requester.reference = role_of(cell(row, "IDDoneBy"), given(row, "IDOrganisationDoneAt"));
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
    if (const int length = minutes_between(cell(row, "DateStart"), cell(row, "DateEnd"));
        a.minutes_duration.empty() && length > 0)
        a.minutes_duration = arena.copy(std::to_string(length));
    booked(row, row.route->makes.size() == 1, a.delivery_channel, a.description, a);
    const Text column = name(row) == "SRVisit" ? "CurrentStatus" : "AppointmentStatus";
    if (cell(row, column).empty() || a.status != "pending") return;
    issue(row, Severity::warning, "TPP-STATUS-001",
          "the status of an appointment is a word that is not known", column,
          "the word is kept beside the appointment");
}

void Maker::finish_slot(Row& row, std::uint32_t item) {
    auto& s = entity<record::Slot>(item);
    booked(row, false, s.delivery_channel, s.comment, s);
}

// What appointments copy from their rota is said once, on the rota.
void Maker::booked(const Row& row, bool alone, record::Concept& channel, Text& words, Entity& entity) {
    Arena& arena = record_->arena;
    const mapping::Values& values = mapping_.values(mapping_.values_index("telephone"));
    const Text telephone = cell(row, "TelephoneAppointment");
    if (const mapping::ValueRow* v = values.find(telephone); v != nullptr && !v->target.empty())
        channel.coding.add(arena) = {values.target_system, {}, v->target, v->display, {}, {}, {}};
    else if (v == nullptr)
        keep(row, entity, "TelephoneAppointment");
    const Text own = cell(row, "RotaName");
    if (own.empty()) return;
    const Rota& known = rota(cell(row, "IDRota"));
    if (alone || !known.known || known.name != own) words = own;
}

// Whether it permits or refuses follows from the route.
void Maker::finish_consent(Row& row, std::uint32_t item) {
    const mapping::Values& types = mapping_.values(mapping_.values_index("consent-provision"));
    for (const mapping::Made& m : row.route->makes) {
        const mapping::ValueRow* v = m.kind == EntityKind::Consent ? types.find(m.variant) : nullptr;
        if (v != nullptr)
            entity<record::Consent>(item).provision = record_->arena.join(R"({"type":")", v->target, R"("})");
    }
}

void Maker::finish_document(Row& row, std::uint32_t item) {
    auto& d = entity<record::DocumentReference>(item);
    const Text at = cell(row, "DateEventRecorded");
    if (at.size() > 10 && civil_time::is_day(at.substr(0, 10)))
        d.date = record_->arena.copy(civil_time::uk_instant(at.substr(0, 10), at.substr(11)));
    else
        keep(row, d, "DateEventRecorded");
}

// A number is a value only where the row says that it is one; elsewhere 0 and -1 fill the column.
Text Maker::number_of(const Row& row) const {
    const bool says = position(row, "IsNumeric") >= 0;
    const Text number = cell(row, "NumericValue");
    const bool numeric =
        says ? is_true(cell(row, "IsNumeric")) : !number.empty() && !no_id(number) && number != "0.0";
    return numeric ? number : Text{};
}

void Maker::value_of(Row& row, std::uint32_t item) {
    auto& o = entity<record::Observation>(item);
    const Text number = number_of(row);
    if (number.empty()) return;
    // SystmOne writes plain decimals: an exponent is no number of it.
    if (!is_decimal(number) || number.find_first_of("eE") != Text::npos) {
        keep(row, o, "NumericValue");
        keep(row, o, "NumericUnit");
        degrade("value-impossible", EntityKind::Observation);
        issue(row, Severity::warning, "TPP-VALUE-001", "not a number; kept as it is", "NumericValue");
        return;
    }
    const Text comparator = cell(row, "NumericComparator"), unit = cell(row, "NumericUnit");
    const mapping::Values& values = mapping_.values(mapping_.values_index("operator"));
    const mapping::ValueRow* v = values.find(comparator);
    // Neither "exactly" nor anything else that a number can say.
    if (v == nullptr && !comparator.empty()) {
        o.value_string = record_->arena.join(comparator, " ", number, unit.empty() ? "" : " ", unit);
        degrade("value-unmatched", EntityKind::Observation);
        return issue(row, Severity::warning, "TPP-VALUE-001",
                     "a comparator that is not known: the value is kept in words", "NumericComparator",
                     "look it up in SystmOne: is the number exact?");
    }
    o.value_quantity.value = number;
    o.value_quantity.unit = unit;
    if (v == nullptr) return;
    if (!v->target.empty()) o.value_quantity.comparator = v->target;
    // "About" has no comparator of its own, and must not be read as "exactly".
    if (v->equivalence == "unmatched") {
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
    if (known.text.empty() && cell(row, "IDMultiLexDMD").empty())
        issue(row, Severity::warning, "TPP-CODE-002", "a medicine that names no drug", "NameOfMedication",
              "look it up in SystmOne: nobody can prescribe by it");
    if (const Text status = cell(row, "DrugStatus");
        !status.empty() && !mapping_.in_list("drug-status", status))
        issue(row, Severity::warning, "TPP-STATUS-002",
              "a drug status that is not known: it changes nothing but where its words say so, and is kept",
              "DrugStatus", "look the medicine up in SystmOne: may the practice issue it?");
    Entity& entry = *record_->items[item].entity;
    const bool alone = row.route->makes.size() == 1;  // prescribed elsewhere: no request has these beside it
    const bool issue = name(row) == "SRPrimaryCareMedication";
    const Text day = cell(row, "DateEvent");
    if ((request || alone) && day != cell(row, issue ? "DateMedicationStart" : "DateMedicationTemplateStart"))
        keep(row, entry, "DateEvent");
    if (!request) {
        for (const Text column :
             {"IsOtherMedication", "IsDentalMedication", "IsHospitalMedication", "IsRepeatMedication"})
            if (alone && is_true(cell(row, column))) entry.rest.add(arena, {origin(row, column), "TRUE"});
        return;
    }
    auto& r = entity<record::MedicationRequest>(item);
    if (const Text quantity = cell(row, "MedicationQuantity"); !quantity.empty()) {
        r.dispense_request.quantity.quantity_text = quantity;
        const Amount a = amount(quantity);
        r.dispense_request.quantity.value = a.value;
        r.dispense_request.quantity.unit = a.unit;
    }
    if (issue) {
        const int days = minutes_between(cell(row, "DateMedicationStart").substr(0, 10),
                                         cell(row, "DateMedicationEnd").substr(0, 10)) /
                         (24 * 60);
        if (days > 0)
            r.dispense_request.expected_supply_duration.value = arena.copy(std::to_string(days));
        else
            keep(row, r, "DateMedicationEnd");
    }
    if (r.dispense_request.expected_supply_duration.value.empty())
        r.dispense_request.expected_supply_duration = {};
    prescription_type(row, r);
    const auto most = to_integer(cell(row, "MaxIssues"));
    if (most && *most >= 1)
        r.dispense_request.number_of_repeats_allowed = arena.copy(std::to_string(*most - 1));
    if (!most || *most < 1) keep(row, r, "MaxIssues");
}

// Repeat dispensing is a kind of prescription; what else a status says has no field.
void Maker::prescription_type(const Row& row, record::MedicationRequest& request) {
    const mapping::Values& types = mapping_.values(mapping_.values_index("prescription-type"));
    const Text word = cell(row, "DrugStatus");
    const mapping::ValueRow* v = types.find(word);
    if (v == nullptr) return keep(row, request, "DrugStatus");
    request.prescription_type = {};
    request.prescription_type.coding.add(record_->arena) = {
        types.target_system, {}, v->target, v->display, {}, {}, {}};
    request.prescription_type.text = word;
}

void Maker::finish_immunization(Row& row, std::uint32_t item) {
    if (name(row) == "SRCode") return finish_coded(row, item);
    Arena& arena = record_->arena;
    auto& i = entity<record::Immunization>(item);
    codes_.concept_of(coded(row), arena, i.vaccination_procedure);
    // A code that came without words is no words of it.
    for (const record::Coding& c : i.vaccination_procedure.coding)
        if (i.vaccination_procedure.text == c.code) i.vaccination_procedure.text = {};
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
    if (const Text dose = cell(row, "Dose"); !dose.empty()) {
        const Amount a = plain_amount(dose);
        i.dose_quantity.quantity_text = dose;
        i.dose_quantity.value = a.value;
        i.dose_quantity.unit = a.unit;
    }
    if (const Text part = cell(row, "VaccPart"); !part.empty()) {
        // The words of the schedule, not the number of the lookup.
        record::ImmunizationProtocol& p = i.protocol_applied.add(arena);
        const auto n = to_integer(part);
        (n && *n > 0 ? p.dose_number_positive_int : p.dose_number_string) = part;
    }
    undated(item);
}

void Maker::undated(std::uint32_t item) {
    auto& i = entity<record::Immunization>(item);
    if (!i.occurrence_date_time.empty()) return;
    i.occurrence_string = "Unknown";
    i.inferred.add(record_->arena) = "occurrenceString: no date is given";
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
    if (p.active.empty()) p.active = is_true(cell(row, "Obsolete")) ? "false" : "true";
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
        p.individual.reference = doer ? role_of(id, given(row, "IDOrganisationDoneAt"))
                                      : practice(EntityKind::PractitionerRole, "SRStaffMemberProfile", id);
        if (!p.individual.reference.empty()) continue;
        p.individual.identifier = {arena.join(kIdBase, doer ? "SRStaffMember" : "SRStaffMemberProfile"), id};
        degrade("reference-dangling", EntityKind::Encounter);
        issue(row, Severity::information, "TPP-REF-001",
              "leads to a row that is not in the extract; the id is kept", part.source,
              "staff who have left may be missing: ask the site");
    }
}

// Where it happened in words is no branch: a place of its own.
void Maker::places(Row& row, std::uint32_t item) {
    auto& e = entity<record::Encounter>(item);
    if (const Text words = cell(row, "ContactEventLocation"); !words.empty())
        e.location.add(record_->arena).location.display = words;
    // As the row has it: what is here says nothing elsewhere, and everything of two columns.
    const Text done = given(row, "IDOrganisationDoneAt"), unit = given(row, "IDOrganisation");
    const Text at = !done.empty() ? done : !unit.empty() ? unit : Text(extract_.practice());
    e.service_provider.reference = practice(EntityKind::Organization, "SROrganisation", at);
    if (e.service_provider.reference.empty()) keep(row, e, "IDOrganisationDoneAt");
    if (unit != at || e.service_provider.reference.empty()) keep(row, e, "IDOrganisation");
}

}  // namespace gpswitch::tpp
