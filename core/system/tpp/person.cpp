// Who the patient is: joined from six tables.
#include <algorithm>

#include "core/system/tpp/patient.hpp"
#include "core/util/civil_time.hpp"
#include "core/util/nhs_number.hpp"
#include "core/util/text.hpp"

namespace gpswitch::tpp {
namespace {

constexpr Text kNhsNumber = "https://fhir.nhs.uk/Id/nhs-number";
constexpr Text kInvalid = "https://gpswitch.org/Id/invalid-nhs-number";

/// "2011-09-29 14:53:28" as FHIR writes it; a day as it is; empty for what is none.
std::string when(Text iso) {
    if (civil_time::is_day(iso)) return std::string(iso);
    return iso.size() == 19 ? civil_time::uk_instant(iso.substr(0, 10), iso.substr(11)) : std::string();
}

}  // namespace

void PatientCursor::person(Row& row) {
    const auto item = item_of(row, EntityKind::Patient);
    if (!item) return;
    Arena& arena = record_->arena;
    auto& patient = maker_.entity<record::Patient>(*item);
    if (!patient.name.empty()) {
        const record::HumanName& n = patient.name[0];
        if (n.family.empty() && n.given.empty() && n.prefix.empty()) patient.name = {};
    }
    if (const Text former = maker_.cell(row, "PreviousSurname"); !former.empty()) {
        record::HumanName& n = patient.name.add(arena);
        n.use = "old";
        n.family = former;
    }
    const Text birth = maker_.cell(row, "DateBirth");
    if (civil_time::is_day(birth.substr(0, 10))) {
        patient.birth_date = birth.substr(0, 10);
        // A time of birth other than midnight has no field.
        if (birth.size() > 10) maker_.keep(row, patient, "DateBirth");
    }
    // A death whose day cannot be read is a death.
    if (patient.deceased_date_time.empty() && maker_.unreadable_day(row, "DateDeath")) {
        patient.deceased_boolean = "true";
        patient.inferred.add(arena) = "deceasedBoolean: a date of death that cannot be read";
    }
    const Text matched = maker_.cell(row, "SpineMatched"), number = maker_.cell(row, "NHSNumber");
    if (number.empty()) {
        maker_.keep(row, patient, "SpineMatched");
        maker_.issue(row, Severity::information, "TPP-NHS-002", "no NHS number", "NHSNumber",
                     "the patient will not be paired by it");
        return;
    }
    record::Identifier& id = patient.identifier.add(arena);
    const std::string valid = nhs_number::parse(number);
    id.system = valid.empty() ? kInvalid : kNhsNumber;
    id.value = valid.empty() ? number : arena.copy(valid);
    // FALSE says only that nobody has looked; what is not known is not said.
    const mapping::Values& states = maker_.mapping().values(maker_.mapping().values_index("spine-matched"));
    const mapping::ValueRow* v = states.find(is_true(matched) ? "TRUE" : "FALSE");
    if (!valid.empty() && v != nullptr && !v->target.empty())
        id.verification_status.coding.add(arena) = {
            states.target_system, {}, v->target, v->display, {}, {}, {}};
    else
        maker_.keep(row, patient, "SpineMatched");
    if (!valid.empty()) return;
    maker_.degrade("nhs-number-invalid", EntityKind::Patient);
    maker_.issue(row, Severity::warning, "TPP-NHS-001",
                 "not a valid NHS number: kept, but nobody is paired by it", "NHSNumber",
                 "trace the patient on the Personal Demographics Service");
}

void PatientCursor::addresses() {
    const auto item = patient_item();
    if (!item) return;
    Arena& arena = record_->arena;
    const mapping::MappingSet& m = maker_.mapping();
    for (Row& r : rows("SRPatientAddressHistory")) {
        if (!r.live) continue;
        maker_.join(r, *item, "Patient");
        auto& patient = maker_.entity<record::Patient>(*item);
        record::Address a;
        const auto cell = [&](Text column) { return maker_.cell(r, column); };
        if (const Text house = cell("NameOfBuilding"); !house.empty()) a.line.add(arena) = house;
        // A number may be a whole line; it is never taken for a number.
        const Text n = cell("NumberOfBuilding"), road = cell("NameOfRoad");
        if (!n.empty() || !road.empty())
            a.line.add(arena) = arena.join(n, n.empty() || road.empty() ? "" : " ", road);
        if (const Text locality = cell("NameOfLocality"); !locality.empty()) a.line.add(arena) = locality;
        a.city = cell("NameOfTown");
        a.district = cell("NameOfCounty");
        a.postal_code = cell("FullPostCode");
        a.period.start = arena.copy(when(cell("DateEvent")));
        a.period.end = arena.copy(when(cell("DateTo")));
        const Text type = cell("AddressType");
        const mapping::ValueRow* use = m.values(m.values_index("address-use")).find(type);
        const mapping::ValueRow* kind = m.values(m.values_index("address-type")).find(type);
        if (use != nullptr) a.use = use->target;
        if (kind != nullptr) a.type = kind->target;
        // An end that cannot be read is an end: nobody is written to at an address that may be over.
        const bool ended = maker_.unreadable_day(r, "DateTo") ||
                           (civil_time::is_day(cell("DateTo").substr(0, 10)) &&
                            cell("DateTo").substr(0, 10) <= Text(extract_.census.as_of).substr(0, 10));
        if (ended) a.use = "old";
        const bool plain = use != nullptr && use->equivalence == "equivalent" && !ended;
        if (!type.empty() && !plain) maker_.keep(r, patient, "AddressType");
        patient.address.add(arena, a);
    }
}

void PatientCursor::contacts() {
    const auto item = patient_item();
    if (!item) return;
    Arena& arena = record_->arena;
    const mapping::MappingSet& m = maker_.mapping();
    for (Row& r : rows("SRPatientContactDetails")) {
        if (!r.live) continue;
        maker_.join(r, *item, "Patient");
        auto& patient = maker_.entity<record::Patient>(*item);
        record::ContactPoint c;
        const Text type = maker_.cell(r, "ContactType");
        const mapping::ValueRow* system = m.values(m.values_index("contact-system")).find(type);
        const mapping::ValueRow* use = m.values(m.values_index("contact-use")).find(type);
        c.system = system == nullptr ? Text("phone") : Text(system->target);
        if (use != nullptr) c.use = use->target;
        c.value = maker_.cell(r, "ContactNumber");
        c.period.start = arena.copy(when(maker_.cell(r, "DateEvent")));
        patient.telecom.add(arena, c);
        if (system == nullptr || system->equivalence != "equivalent" || use == nullptr)
            maker_.keep(r, patient, "ContactType");
    }
}

// Type and place of a registration; who has an open one here is the practice's patient.
void PatientCursor::registrations() {
    Arena& arena = record_->arena;
    const mapping::MappingSet& m = maker_.mapping();
    const mapping::Values& types = m.values(m.values_index("registration-type"));
    const Text here = extract_.practice();
    // Who has left, or was never registered, has the record here all the same.
    if (const auto person = patient_item())
        maker_.entity<record::Patient>(*person).managing_organization.reference =
            maker_.practice(EntityKind::Organization, "SROrganisation", here);
    for (Row& r : rows("SRPatientRegistration")) {
        if (!r.live) continue;
        const auto item = item_of(r, EntityKind::EpisodeOfCare);
        if (!item) continue;
        auto& e = maker_.entity<record::EpisodeOfCare>(*item);
        const Text place = maker_.cell(r, "IDOrganisation");
        e.managing_organization.reference =
            maker_.practice(EntityKind::Organization, "SROrganisation", place.empty() ? here : place);
        if (e.managing_organization.reference.empty()) maker_.keep(r, e, "IDOrganisation");
        const Text words = maker_.cell(r, "RegistrationStatus");
        const mapping::ValueRow* best = nullptr;
        for (Text rest = words; !rest.empty();) {
            const std::size_t comma = std::min(rest.find(','), rest.size());
            const mapping::ValueRow* v = types.find(trim(rest.substr(0, comma)));
            if (v != nullptr && (best == nullptr || v->line < best->line)) best = v;
            rest.remove_prefix(std::min(comma + 1, rest.size()));
        }
        if (!words.empty()) {
            record::Concept& type = e.type.add(arena);
            if (best != nullptr)
                type.coding.add(arena) = {types.target_system, {}, best->target, best->display, {}, {}, {}};
            type.text = words;
            if (best == nullptr) maker_.degrade("value-unmapped", EntityKind::EpisodeOfCare);
        }
        if (const auto person = patient_item(); person && e.status == "active") {
            auto& patient = maker_.entity<record::Patient>(*person);
            const bool regular = best != nullptr && best->target == "regular";
            if (regular && patient.general_practitioner.empty() && !e.managing_organization.reference.empty())
                patient.general_practitioner.add(arena) = e.managing_organization;
            if (const Text pharmacy = maker_.cell(r, "PreferredPharmacy"); !pharmacy.empty())
                patient.nominated_pharmacy.display = pharmacy;
        }
    }
}

// A dated list of states; each belongs to the registration in whose time it falls, else to the last before
// it.
void PatientCursor::record_status() {
    struct Change {
        Row* row;
        Text at;
    };
    std::vector<Change> changes;
    for (Row& r : rows("SRRecordStatus"))
        if (r.live) changes.push_back({&r, maker_.cell(r, "DateEvent")});
    std::stable_sort(changes.begin(), changes.end(),
                     [](const Change& a, const Change& b) { return a.at < b.at; });
    const mapping::MappingSet& m = maker_.mapping();
    const mapping::Values& states = m.values(m.values_index("registration-status"));
    for (const Change& c : changes) {
        std::optional<std::uint32_t> at, last;
        for (Row& r : rows("SRPatientRegistration")) {
            const auto item = r.live ? item_of(r, EntityKind::EpisodeOfCare) : std::nullopt;
            if (!item || r.route->makes[0].variant == "elsewhere") continue;
            last = item;
            const Text start = maker_.cell(r, "DateRegistration").substr(0, 10),
                       end = maker_.cell(r, "DateDeRegistration").substr(0, 10), day = c.at.substr(0, 10);
            if (!start.empty() && start <= day && (end.empty() || day <= end)) at = item;
        }
        if (!at) at = last;
        if (!at) {
            // Nobody said of a registration: it is kept with the person.
            const auto person = patient_item();
            if (!person) continue;
            record_->claim(c.row->row, *person, Role::part, "SRRecordStatus");
            maker_.keep_all(*c.row, maker_.entity<record::Patient>(*person));
            continue;
        }
        maker_.join(*c.row, *at, "EpisodeOfCare");
        auto& e = maker_.entity<record::EpisodeOfCare>(*at);
        record::EpisodeStatus& s = e.status_history.add(record_->arena);
        const mapping::ValueRow* v = states.find(maker_.cell(*c.row, "MedicalRecordStatus"));
        s.status = v == nullptr ? Text("active") : Text(v->target);
        s.text = v == nullptr ? maker_.cell(*c.row, "MedicalRecordStatus") : Text(v->why);
        s.period.start = record_->arena.copy(when(c.at));
        if (v == nullptr) maker_.degrade("value-unmapped", EntityKind::EpisodeOfCare);
        if (e.status_history.size > 1)
            e.status_history[e.status_history.size - 2].period.end = s.period.start;
    }
}

// The row without an end names the GP of today; SRPatientRegistration names none.
void PatientCursor::named_gp() {
    const auto item = patient_item();
    if (!item) return;
    for (Row& r : rows("SRGPPracticeHistory")) {
        if (!r.live) continue;
        maker_.join(r, *item, "Patient");
        auto& patient = maker_.entity<record::Patient>(*item);
        const Text end = maker_.cell(r, "DateTo").substr(0, 10);
        const bool current = !maker_.unreadable_day(r, "DateTo") &&
                             (end.empty() || end > Text(extract_.census.as_of).substr(0, 10));
        const Text gp = maker_.cell(r, "IDProfileRegisteredGP"), practice = maker_.cell(r, "IDPractice");
        const Text role =
            current ? maker_.practice(EntityKind::PractitionerRole, "SRStaffMemberProfile", gp) : Text{};
        const Text place = current ? maker_.practice(EntityKind::Organization, "SROrganisation",
                                                     practice.empty() ? Text(extract_.practice()) : practice)
                                   : Text{};
        for (const Text to : {place, role}) {
            auto& known = patient.general_practitioner;
            if (!to.empty() && std::none_of(known.begin(), known.end(),
                                            [&](const record::Reference& o) { return o.reference == to; }))
                known.add(record_->arena).reference = to;
        }
        if (place.empty()) maker_.keep(r, patient, "IDPractice");
        if (role.empty()) maker_.keep(r, patient, "IDProfileRegisteredGP");
        for (const Text column : {"DateFrom", "DateTo"}) maker_.keep(r, patient, column);
        if (!role.empty() && (practice.empty() || practice == extract_.practice())) care_manager(role);
    }
}

// The named GP looks after the registration that is open here; of one who has left, after the last.
void PatientCursor::care_manager(Text role) {
    record::EpisodeOfCare* last = nullptr;
    for (Row& r : rows("SRPatientRegistration")) {
        const auto item = r.live ? item_of(r, EntityKind::EpisodeOfCare) : std::nullopt;
        if (!item || r.route->makes[0].variant == "elsewhere") continue;
        auto& e = maker_.entity<record::EpisodeOfCare>(*item);
        const bool open = e.status == "active", known = last != nullptr && last->status == "active";
        if (last == nullptr || open > known || (open == known && e.period.start >= last->period.start))
            last = &e;
    }
    if (last != nullptr && last->care_manager.reference.empty()) last->care_manager.reference = role;
}

// Ethnicity and marital status stand only in coded entries: the latest counts; on one date the one that maps.
void PatientCursor::coded_demographics() {
    const auto item = patient_item();
    if (!item) return;
    const mapping::MappingSet& m = maker_.mapping();
    for (const Text table : {"ethnicity", "marital-status"}) {
        const mapping::Values& values = m.values(m.values_index(table));
        Row* best = nullptr;
        const mapping::ValueRow* value = nullptr;
        for (Row& r : rows("SRCode")) {
            if (!r.live) continue;
            const mapping::ValueRow* v = values.find(maker_.cell(r, "CTV3Code"));
            if (v == nullptr) continue;
            const Text day = maker_.cell(r, "DateEvent"),
                       before = best == nullptr ? Text{} : maker_.cell(*best, "DateEvent");
            const bool better = best == nullptr || day > before ||
                                (day == before && value->target.empty() && !v->target.empty());
            if (!better) continue;
            best = &r;
            value = v;
        }
        if (best == nullptr || value->target.empty()) continue;
        auto& patient = maker_.entity<record::Patient>(*item);
        record::Concept& out = table == "ethnicity" ? patient.ethnic_category : patient.marital_status;
        out.coding.add(record_->arena) = {
            values.target_system, {}, value->target, value->display, {}, {}, {}};
        maker_.codes().concept_of(maker_.coded(*best), record_->arena, out);
        record_->claim(best->row, *item, Role::part, "SRCode");
    }
}

// The code of a member of staff by the specification, an NHS number in practice. A parent who is younger than
// the patient, a child who is older: recorded the wrong way round.
void PatientCursor::related_persons() {
    const auto person = patient_item();
    const Text born = person ? maker_.entity<record::Patient>(*person).birth_date : Text{};
    const mapping::MappingSet& m = maker_.mapping();
    for (Row& r : rows("SRPatientRelationship")) {
        const auto item = r.live ? item_of(r, EntityKind::RelatedPerson) : std::nullopt;
        if (!item) continue;
        const Text type = maker_.cell(r, "RelationshipType");
        const Text theirs = maker_.entity<record::RelatedPerson>(*item).birth_date;
        const bool known = !born.empty() && !theirs.empty();
        if (known && ((m.in_list("elder-relations", type) && theirs >= born) ||
                      (m.in_list("younger-relations", type) && theirs <= born)))
            maker_.issue(r, Severity::warning, "TPP-REL-001",
                         "the birth dates contradict the kind of relationship", "RelationshipType",
                         "relationships are recorded both ways: look this one up in SystmOne");
        const Text code = maker_.cell(r, "CodeRelationshipWithUser");
        if (code.empty()) continue;
        record::Identifier& id = record_->items[*item].entity->identifier.add(record_->arena);
        const std::string valid = nhs_number::parse(code);
        id.system = valid.empty() ? record_->arena.join(kIdBase, "CodeRelationshipWithUser") : kNhsNumber;
        id.value = valid.empty() ? code : record_->arena.copy(valid);
    }
}

}  // namespace gpswitch::tpp
