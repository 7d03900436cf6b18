// What stands on an entity after the rules of the mapping set, and still has to be joined or completed.
#include <fmt/format.h>

#include <algorithm>

#include "core/system/vision/rows.hpp"
#include "core/util/text.hpp"

namespace gpswitch::vision {
namespace {

/// Constants write into a name or an address even when no cell did.
void prune(record::Patient& p) {
    if (!p.name.empty()) {
        const record::HumanName& n = p.name[0];
        if (n.family.empty() && n.given.empty() && n.prefix.empty()) p.name = {};
    }
    if (!p.address.empty()) {
        const record::Address& a = p.address[0];
        if (a.line.empty() && a.city.empty() && a.district.empty() && a.postal_code.empty()) p.address = {};
    }
}

bool national_code(Text code) {
    return code.size() == 8 && (code[0] == 'G' || code[0] == 'g') &&
           std::all_of(code.begin() + 1, code.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

void Maker::finish(Row& row, std::uint32_t item, Text variant) {
    const EntityKind kind = record_->items[item].kind;
    const Tab tab = shape_of(row).tab;
    if (tab == Tab::journal) {
        code_it(row, item);
        link(row, item);
        if (item == row.first_item) keep_parts(row, item);
    }
    if (tab == Tab::encounter || tab == Tab::referral) {
        link(row, item);
        keep_parts(row, item);
    }
    switch (kind) {
        case EntityKind::Observation: finish_observation(row, item, variant == "blood-pressure"); break;
        case EntityKind::AllergyIntolerance: finish_allergy(row, item); break;
        case EntityKind::Immunization: finish_immunization(row, item); break;
        case EntityKind::MedicationRequest: finish_medication(row, item); break;
        case EntityKind::DocumentReference: finish_document(row, item); break;
        case EntityKind::Encounter: participant(row, item); break;
        case EntityKind::Practitioner: finish_practitioner(row, item); break;
        case EntityKind::PractitionerRole: finish_role(row, item); break;
        case EntityKind::Organization:
            keep_address(row, entity<record::Organization>(item), practice::ADDRESS, practice::ADDRESS_1);
            break;
        case EntityKind::Patient: {
            auto& p = entity<record::Patient>(item);
            prune(p);
            keep_address(row, p, patient::ADDRESS, patient::ADDRESS_1);
            break;
        }
        case EntityKind::EpisodeOfCare: {
            auto& e = entity<record::EpisodeOfCare>(item);
            const Text gp = cell(row, patient::GP);
            const Text usual = cell(row, patient::GP_USUAL);
            if (gp.empty() || gp == usual) break;
            // The doctor of the registration; the usual one stands with the patient when they differ.
            const Text of_registration = usual.empty() || has_usual_gp() ? staff(gp, false) : Text{};
            if (of_registration.empty())
                keep(row, e, patient::GP);
            else
                e.care_manager.reference = of_registration;
            break;
        }
        default: break;
    }
}

// A member of staff among those whom the patient of the record at hand is registered with.
bool Maker::has_usual_gp() const {
    for (const record::Item& item : record_->items) {
        if (item.kind != EntityKind::Patient) continue;
        for (const record::Reference& r :
             static_cast<const record::Patient*>(item.entity)->general_practitioner)
            if (r.reference.starts_with("PractitionerRole/")) return true;
    }
    return false;
}

// The five lines again, joined by pipes; nobody promises it.
void Maker::keep_address(const Row& row, Entity& entity, int whole, int first) {
    const Text given = cell(row, whole);
    if (given.empty()) return;
    std::string lines;
    for (int i = 0; i < 5; ++i) lines += (i == 0 ? "" : "|") + std::string(cell(row, first + i));
    const auto plain = [](std::string s) {
        std::erase(s, '|');
        std::erase(s, ' ');
        return s;
    };
    if (plain(lines) != plain(std::string(given))) keep(row, entity, whole);
}

void Maker::code_it(Row& row, std::uint32_t item) {
    Arena& arena = record_->arena;
    const EntityKind kind = record_->items[item].kind;
    const Text snomed = cell(row, journal::SNOMED_CODE), words = cell(row, journal::RUBRIC);
    record::Concept said;
    const bool drug = kind == EntityKind::MedicationRequest || kind == EntityKind::MedicationStatement;
    if (drug)
        codes_.drug_of(cell(row, journal::DMD_CODE), *row.code, snomed, words, arena, said);
    else
        codes_.concept_of(*row.code, snomed, words, arena, said);
    if (item == row.first_item) check_code(row, kind);
    if (!row.code->code.term.empty() && row.code->code.term != "00" && item == row.first_item)
        keep(row, *record_->items[item].entity, journal::CODE);
    if (said.coding.empty() && said.text.empty()) {
        degrade("code-missing", kind);
        if (item == row.first_item)
            issue(row, Severity::warning, "VISION-CODE-001", "the row has no code and no words",
                  journal::CODE, "look at the entry in Vision");
        return;
    }
    switch (kind) {
        case EntityKind::Observation: entity<record::Observation>(item).code = said; break;
        case EntityKind::Condition: entity<record::Condition>(item).code = said; break;
        case EntityKind::Procedure: entity<record::Procedure>(item).code = said; break;
        case EntityKind::AllergyIntolerance: entity<record::AllergyIntolerance>(item).code = said; break;
        case EntityKind::Immunization: entity<record::Immunization>(item).vaccination_procedure = said; break;
        case EntityKind::ServiceRequest: entity<record::ServiceRequest>(item).code = said; break;
        case EntityKind::DocumentReference: entity<record::DocumentReference>(item).type = said; break;
        case EntityKind::FamilyMemberHistory: {
            auto& f = entity<record::FamilyMemberHistory>(item);
            if (f.condition.empty()) f.condition.add(arena);
            f.condition[0].code = said;
            break;
        }
        case EntityKind::MedicationRequest:
            entity<record::MedicationRequest>(item).medication_codeable_concept = said;
            break;
        case EntityKind::MedicationStatement:
            entity<record::MedicationStatement>(item).medication_codeable_concept = said;
            break;
        default: break;
    }
}

// What codes look like that are none, or that say that a transfer has left only words.
void Maker::check_code(const Row& row, EntityKind kind) {
    const Text snomed = cell(row, journal::SNOMED_CODE), dmd = cell(row, journal::DMD_CODE);
    const Code& code = row.code->code;
    const bool degraded = row.code->read.empty() ? !snomed.empty() && mapping_.in_list("degraded", snomed)
                                                 : row.code->read.starts_with("9bJ") &&
                                                       mapping_.in_list("degraded", row.code->read);
    if (degraded) {
        degrade("transfer-degraded", kind);
        issue(row, kind == EntityKind::AllergyIntolerance ? Severity::warning : Severity::information,
              "VISION-DEGRADED-001", "a transfer between practices has left only words of it", journal::CODE,
              "a clinician must look at it and enter it again");
    }
    if (code.kind == Code::Kind::words) {
        degrade("code-malformed", kind);
        issue(row, Severity::warning, "VISION-CODE-002",
              "not a Read code: kept as it is, in a code system of its own", journal::CODE);
    }
    if (!snomed.empty() && !codes_.good_id(snomed)) {
        degrade("code-malformed", kind);
        issue(row, Severity::warning, "VISION-CODE-003",
              "not a SNOMED CT concept: kept apart, and the Read code counts", journal::SNOMED_CODE);
    }
    if (!dmd.empty() && !codes_.good_id(dmd)) {
        degrade("code-malformed", kind);
        issue(row, Severity::warning, "VISION-CODE-003", "not a dm+d id: kept apart, and the name counts",
              journal::DMD_CODE);
    }
    if (code.kind == Code::Kind::local && cell(row, journal::RUBRIC).empty())
        issue(row, Severity::warning, "VISION-CODE-004",
              "a local code without words: nobody can say what it means", journal::RUBRIC,
              "look the entry up in Vision");
}

// What repeats another cell, or says the usual, is left out; anything else is kept.
void Maker::keep_parts(const Row& row, std::uint32_t item) {
    Entity& e = *record_->items[item].entity;
    const Tab tab = shape_of(row).tab;
    const auto type_of = [&](int hcp_type, int hcp, int code) {
        const Text type = cell(row, hcp_type);
        if (type.empty()) return;
        const Text of = !cell(row, hcp).empty() || code < 0 ? staff_type(cell(row, hcp), false)
                                                            : staff_type(cell(row, code), true);
        if (of != type) keep(row, e, hcp_type);
    };
    if (tab == Tab::encounter) {
        if (cell(row, encounter::PRACT_NUMBER) != links_->patient_number())
            keep(row, e, encounter::PRACT_NUMBER);
        return;  // its type waits until its person is known: participant()
    }
    if (tab == Tab::referral) {
        type_of(referral::HCP_TYPE, referral::HCP, -1);
        for (const int column :
             {referral::UNIT, referral::CONTRACTOR, referral::CONTRACT, referral::ACTION_DATE})
            if (!cell(row, column).empty())
                issue(row, Severity::information, "VISION-REFERRAL-001",
                      "a column that has always been empty is not: kept beside the referral", column);
        return;
    }
    const EntityKind kind = record_->items[item].kind;
    type_of(journal::HCP_TYPE, journal::HCP, journal::HCP_CODE);
    const Text subset = cell(row, journal::SUBSET), context = cell(row, journal::CONTEXT),
               snomed = cell(row, journal::SNOMED_CODE);
    const bool drug = subset == "A" || subset == "R" || subset == "S";
    if (!context.empty() && !same_ignoring_case(context, "A")) {
        keep(row, e, journal::CONTEXT);
        issue(row, Severity::information, "VISION-CONTEXT-001", "CONTEXT is not A: kept beside the entry",
              journal::CONTEXT, "nobody knows what another letter means: ask the supplier");
    }
    if (const Text episode = cell(row, journal::EPISODE); !episode.empty() && kind != EntityKind::Condition) {
        const mapping::ValueRow* v = mapping_.values(episode_).find(episode);
        const bool silent = v != nullptr && v->target.empty() && v->equivalence == "equivalent";
        const Text usual = subset == "S" ? Text("I") : subset;
        if (drug ? !same_ignoring_case(episode, usual) : !silent) keep(row, e, journal::EPISODE);
    }
    if (row.strange_subset) {
        if (!row.subset.empty()) e.rest.add(record_->arena) = {origin(row, journal::SUBSET), row.subset};
        degrade("value-unmapped", kind);
        if (mapping_.in_list("subsets", subset))
            issue(row, Severity::warning, "VISION-SUBSET-001",
                  fmt::format("a kind of entry that is not known: taken for subset {}, of which its other "
                              "columns are",
                              subset),
                  journal::SUBSET, "look at the entry in Vision");
        else
            issue(row, row.code->read.empty() && snomed.empty() ? Severity::error : Severity::warning,
                  "VISION-SUBSET-001",
                  "a kind of entry that is not known, and no column tells: made into what its code says",
                  journal::SUBSET, "look at the entry in Vision: is it an allergy or a medicine?");
    }
}

void Maker::finish_medication(const Row& row, std::uint32_t item) {
    auto& r = entity<record::MedicationRequest>(item);
    const Text name = cell(row, journal::VALUE1_NAME), value = cell(row, journal::VALUE1);
    const bool quantity = name.empty() || mapping_.in_list("quantity-names", name);
    const Text number = number_of(value, record_->arena);
    if (quantity && !number.empty()) {
        r.dispense_request.quantity.value = number;
    } else {
        if (quantity) r.dispense_request.quantity_text = value;
        keep(row, r, journal::VALUE1);
        if (!quantity || !value.empty()) keep(row, r, journal::VALUE1_NAME);
    }
    for (const int column :
         {journal::VALUE1_UNITS, journal::VALUE2_NAME, journal::VALUE2, journal::VALUE2_UNITS})
        keep(row, r, column);
    if (!mapping_.in_list("medication-entities", cell(row, journal::ENTITY))) keep(row, r, journal::ENTITY);
}

void Maker::finish_immunization(Row& row, std::uint32_t item) {
    Arena& arena = record_->arena;
    auto& i = entity<record::Immunization>(item);
    if (i.occurrence_date_time.empty()) {
        i.occurrence_string = "Unknown";
        i.inferred.add(arena) = "occurrenceString: no date is given";
    }
    if (!mapping_.in_list("given-words", cell(row, journal::IMMS_STATUS))) keep(row, i, journal::IMMS_STATUS);
    const Text status = cell(row, journal::IMMS_STATUS);
    const bool known = status.empty() || mapping_.in_list("given-words", status) ||
                       mapping_.in_list("refused-words", status) || mapping_.in_list("advised-words", status);
    if (!known) {
        degrade("value-unmapped", EntityKind::Immunization);
        issue(row, Severity::warning, "VISION-IMMS-001",
              "a status of a vaccination that is not known: taken as not given", journal::IMMS_STATUS,
              "look at the entry in Vision: was it given?");
    }
    const Text value = cell(row, journal::VALUE1), name = cell(row, journal::VALUE1_NAME);
    if (!value.empty() && !name.empty() && mapping_.in_list("note-names", name)) {
        i.note.add(arena).text = arena.join(name, ": ", value);
        for (const int column :
             {journal::VALUE1_UNITS, journal::VALUE2_NAME, journal::VALUE2, journal::VALUE2_UNITS})
            keep(row, i, column);
        return;
    }
    for (const int column : {journal::VALUE1_NAME, journal::VALUE1, journal::VALUE1_UNITS,
                             journal::VALUE2_NAME, journal::VALUE2, journal::VALUE2_UNITS})
        keep(row, i, column);
    if (value.empty()) return;
    issue(row, Severity::warning, "VISION-VALUE-002",
          "a vaccination has no value: the value is kept beside it, in no field", journal::VALUE1,
          "the value may be another entry's: look at both in Vision");
}

void Maker::finish_allergy(Row& row, std::uint32_t item) {
    auto& a = entity<record::AllergyIntolerance>(item);
    for (record::AllergyReaction& r : a.reaction)
        if (r.manifestation.empty())
            r.manifestation.add(record_->arena).coding.add(record_->arena) = {
                "http://terminology.hl7.org/CodeSystem/v3-NullFlavor", {}, "UNK", "unknown", {}, {}, {}};
    const bool own = same_ignoring_case(cell(row, journal::SUBSET), "L");
    if (!own || cell(row, journal::VALUE1).empty()) return;
    const bool corrupt = mapping_.in_list("corrupt-entities", cell(row, journal::ENTITY));
    degrade("value-misplaced", EntityKind::AllergyIntolerance);
    issue(row, Severity::warning, "VISION-VALUE-002",
          corrupt
              ? "an allergy with the value of a measurement, as the supplier knows them: the allergy stays, "
                "the value is kept beside it"
              : "an allergy has no value: the value is kept beside it, in no field",
          journal::VALUE1, "the value may be another entry's: look at both in Vision");
}

// DOCUMENT_ID: the second token is the id of the document, whatever the first one is.
void Maker::finish_document(Row& row, std::uint32_t item) {
    auto& d = entity<record::DocumentReference>(item);
    const Text given = cell(row, journal::DOCUMENT_ID);
    if (d.content.empty()) d.content.add(record_->arena).attachment.title = "Held outside this extract";
    const std::size_t bar = std::min(given.find('|'), given.size());
    const Text behind = given.substr(std::min(bar + 1, given.size()));
    const Text second = trim(behind.substr(0, behind.find('|')));
    if (second.empty()) {
        d.master_identifier = {};
        keep(row, d, journal::DOCUMENT_ID);
        issue(row, Severity::information, "VISION-DOC-001",
              "a letter or attachment without the id of its document", journal::DOCUMENT_ID);
        return;
    }
    d.master_identifier.value = second;
    if (given.size() != second.size() + 1) keep(row, d, journal::DOCUMENT_ID);
}

void Maker::finish_practitioner(Row& row, std::uint32_t item) {
    Arena& arena = record_->arena;
    auto& p = entity<record::Practitioner>(item);
    if (p.name.empty()) p.name.add(arena);
    record::HumanName& n = p.name[0];
    const Text forename = cell(row, staff::FORENAME);
    if (!n.family.empty()) {
        if (!forename.empty()) n.given.add(arena) = forename;
        return;
    }
    n.text = forename.empty() ? Text("Unknown") : forename;
    p.inferred.add(arena) = forename.empty() ? "name.text: no part of a name"
                                             : "name.text: the whole name stands in the forename";
}

void Maker::finish_role(Row& row, std::uint32_t item) {
    const Text code = cell(row, staff::GMP_CODE);
    auto& role = entity<record::PractitionerRole>(item);
    role.practitioner.reference =
        record_->arena.join("Practitioner/", id_of(EntityKind::Practitioner, row.table, {}, row.key_text));
    if (code.empty()) return;
    record::Identifier& id = role.identifier.add(record_->arena);
    id.system = national_code(code) ? Text("https://fhir.hl7.org.uk/Id/gmp-number")
                                    : Text("https://gpswitch.org/Id/vision/professional-code");
    id.value = code;
}

// Who saw the patient.
void Maker::participant(Row& row, std::uint32_t item) {
    Arena& arena = record_->arena;
    auto& e = entity<record::Encounter>(item);
    const bool by_code = cell(row, encounter::HCP).empty();
    const int column = by_code ? encounter::HCP_CODE : encounter::HCP;
    const Text who = cell(row, column);
    const mapping::Values& parts = mapping_.values(participant_);
    if (!who.empty() && !parts.rows.empty()) {
        const mapping::ValueRow& part = parts.rows.front();
        record::EncounterParticipant& p = e.participant.add(arena);
        p.type.add(arena).coding.add(arena) = {
            parts.target_system, {}, part.target, part.display, {}, {}, {}};
        p.individual.reference = staff(who, by_code);
        if (p.individual.reference.empty()) {
            p.individual.identifier = {by_code ? Text("https://gpswitch.org/Id/vision/professional-code")
                                               : Text("https://gpswitch.org/Id/vision/staff"),
                                       by_code ? who : staff_id(who, arena)};
            degrade("reference-dangling", EntityKind::Encounter);
            issue(row, Severity::information, "VISION-REF-001",
                  "leads to a row that is not in the extract; the id is kept", column, kMissing);
        }
    }
    const Text type = cell(row, encounter::HCP_TYPE);
    if (!type.empty() && staff_type(who, by_code) != type) keep(row, e, encounter::HCP_TYPE);
}

}  // namespace gpswitch::vision
