// What the column rules call part: joins and inferences of the reading side, turned round.
#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "core/json/json.hpp"
#include "core/record/json.hpp"
#include "core/system/emis/rows.hpp"
#include "core/system/emis/write/pages.hpp"
#include "core/util/civil_time.hpp"
#include "core/util/hash.hpp"
#include "core/util/text.hpp"

namespace gpswitch::emis::write {
namespace {

constexpr Text kNhsNumber = "https://fhir.nhs.uk/Id/nhs-number";
constexpr Text kInvalidNumber = "https://gpswitch.org/Id/invalid-nhs-number";

template <class T>
const T& as(const record::Item& item) {
    return *static_cast<const T*>(item.entity);
}

bool inferred(const Entity& e, Text begin) {
    return std::any_of(e.inferred.begin(), e.inferred.end(), [&](Text t) { return t.starts_with(begin); });
}

/// It has a key of EMIS's own.
bool from_here(const Entity& e) {
    return std::any_of(e.identifier.begin(), e.identifier.end(),
                       [](const record::Identifier& i) { return i.system.starts_with(kIdBase); });
}

const record::Rest* rest_of(const Entity& e, Text path) {
    for (const record::Rest& r : e.rest)
        if (r.path == path) return &r;
    return nullptr;
}

}  // namespace

void Pages::specials(std::uint32_t i, Draft& d) {
    const record::Item& item = record_->items[i];
    at_ = &d;
    switch (item.kind) {
        case EntityKind::Patient: return person(as<record::Patient>(item), d);
        case EntityKind::EpisodeOfCare: return history(as<record::EpisodeOfCare>(item));
        case EntityKind::Encounter: return encounter(as<record::Encounter>(item), d);
        case EntityKind::Condition: return condition(as<record::Condition>(item), d);
        case EntityKind::Immunization: return immunization(as<record::Immunization>(item), d);
        case EntityKind::ServiceRequest: return referral(as<record::ServiceRequest>(item), d);
        case EntityKind::MedicationRequest: return plan(as<record::MedicationRequest>(item), d);
        case EntityKind::Provenance: return provenance(as<record::Provenance>(item), d);
        case EntityKind::Organization: return organisation(as<record::Organization>(item), d);
        case EntityKind::Location: return location(as<record::Location>(item), d);
        case EntityKind::Practitioner:
        case EntityKind::PractitionerRole: return staff(i, d);
        case EntityKind::Schedule: return session(as<record::Schedule>(item), d);
        case EntityKind::Slot: return slot(as<record::Slot>(item), d);
        case EntityKind::Appointment:
            shared[i] = as<record::Appointment>(item).slot.empty()
                            ? Text{}
                            : as<record::Appointment>(item).slot[0].reference;
            return appointment(as<record::Appointment>(item), d);
        default: return;
    }
}

// Fewer lines than columns: a line that begins with a number is the street's.
void Pages::street(Draft& d) {
    Text& house = d.cells[layout_.column(d.tab, "HouseNameFlatNumber")];
    Text& number = d.cells[layout_.column(d.tab, "NumberAndStreet")];
    Text& village = d.cells[layout_.column(d.tab, "Village")];
    const bool digit = !house.empty() && house[0] >= '0' && house[0] <= '9';
    if (!village.empty() || house.empty() || (!number.empty() && !digit)) return;
    village = number;
    number = house;
    house = {};
}

// A drug may be a resource of its own: the rows name it themselves.
const Entity& Pages::with_drug(std::uint32_t i) {
    const record::Item& item = record_->items[i];
    const auto named = [&](const auto& e) -> const Entity& {
        if (!e.medication_codeable_concept.coding.empty() || !e.medication_codeable_concept.text.empty() ||
            record::is_empty(&e.medication_reference, record::type_of<record::Reference>()))
            return e;
        const auto to = item_of(e.medication_reference.reference);
        auto* copy = arena_.make<std::decay_t<decltype(e)>>();
        *copy = e;
        copy->medication_reference = {};
        if (to && record_->items[*to].kind == EntityKind::Medication)
            copy->medication_codeable_concept = as<record::Medication>(record_->items[*to]).code;
        else
            copy->medication_codeable_concept.text = e.medication_reference.display;
        if (copy->medication_codeable_concept.coding.empty() &&
            copy->medication_codeable_concept.text.empty())
            held.push_back({i, "EMIS-WRITE-004", "which drug it is cannot be said"});
        return *copy;
    };
    if (item.kind == EntityKind::MedicationRequest) return named(as<record::MedicationRequest>(item));
    if (item.kind == EntityKind::MedicationStatement) return named(as<record::MedicationStatement>(item));
    return *item.entity;
}

void Pages::person(const record::Patient& p, Draft& d) {
    for (const record::Identifier& id : p.identifier) {
        if (id.system != kNhsNumber && id.system != kInvalidNumber) continue;
        if (!d.cells[layout_.column(d.tab, "NhsNumber")].empty() &&
            d.cells[layout_.column(d.tab, "NhsNumber")] != id.value) {
            lose("identifier", "the layout has room for one NHS number");
            continue;
        }
        set(d, "NhsNumber", id.value);
        set(d, "NHSNumberStatus", id.verification_status.text);
    }
    street(d);
    if (p.name.size > 1) lose("name", "the layout has room for one name");
    if (p.address.size > 1) lose("address", "the layout has room for one address");
    if (p.contact.size > 1) lose("contact", "the layout has room for one contact");
    if (p.deceased_boolean == "true" && p.deceased_date_time.empty())
        lose("deceasedBoolean", "the layout has a date of death only");
    for (const record::Coding& tag : p.meta.tag)
        if (tag.code == "HTEST") set(d, "DummyType", "true");
    demographic(p.ethnic_category, "ethnicity-categories", "ethnicity", d);
    demographic(p.marital_status, "marital-status-categories", "marital-status", d);
}

// Ethnicity and marital status stand in coded observations: the one it was read from, or a new one without a
// date.
void Pages::demographic(const record::Concept& c, Text list, Text part, Draft& person) {
    if (c.coding.empty() && c.text.empty()) return;
    const Text category = list == "ethnicity-categories" ? Text("Ethnicity") : Text("Marital status");
    const Entity& patient = *record_->items[at_item_].entity;
    for (const record::SourceRow& r : patient.source) {
        if (r.table != shape(Tab::CareRecord_Observation).name) continue;
        Draft& row = drafts[draft(Tab::CareRecord_Observation, r.key)];
        row.first = true;
    }
    const int use = use_of(c, false, nullptr);
    const bool own = std::any_of(c.coding.begin(), c.coding.end(), [](const record::Coding& k) {
        return k.system == "https://gpswitch.org/CodeSystem/emis-code-id";
    });
    if (own && use >= 0) return need(codes[static_cast<std::size_t>(use)], category, 3);
    // No row says it yet.
    const int values = layout_.set().values_index(part);
    const mapping::ValueRow* back = nullptr;
    for (const record::Coding& k : c.coding)
        if (values >= 0 && k.system == layout_.set().values(values).target_system)
            back = layout_.set().values(values).reverse(k.code);
    if (back == nullptr) return lose(part, "no code of the layout means this");
    record::Concept read;
    record::Coding& coding = read.coding.add(arena_);
    coding.system = "http://read.info/readv2";
    coding.code = arena_.copy(back->source);
    coding.display = arena_.copy(back->display);
    const UuidText u = uuid_v5({"emis", "written", person.key, part});
    Draft& row = drafts[draft(Tab::CareRecord_Observation, arena_.copy(upper(Text(u.data(), u.size()))))];
    row.code = use_of(read, false, nullptr);
    CodeUse& code = codes[static_cast<std::size_t>(row.code)];
    need(code, category, 3);
    row.cells[layout_.columns(row.tab).code] = arena_.copy(code.id);
}

void Pages::history(const record::EpisodeOfCare& e) {
    std::vector<Text> days, times;
    for (const record::Rest& r : e.rest) {
        if (r.path == "Admin_PatientHistory.HistoryDate") days.push_back(r.value);
        if (r.path == "Admin_PatientHistory.HistoryTime") times.push_back(r.value);
    }
    std::size_t day = 0;
    for (const record::EpisodeStatus& s : e.status_history) {
        Draft& d = drafts[draft(Tab::Admin_PatientHistory, {})];
        mapping::Civil c;
        if (!s.period.start.empty() && mapping::civil_of(s.period.start, arena_, c)) {
            set(d, "HistoryDate", c.day);
            set(d, "HistoryTime", c.time.empty() ? Text("00:00:00") : c.time);
        } else if (day < days.size()) {
            set(d, "HistoryDate", days[day++]);
        }
        if (!s.text.empty()) {
            set(d, "StatusDescription", s.text);
            continue;
        }
        const int values = layout_.set().values_index("registration-status");
        const mapping::ValueRow* back = values < 0 ? nullptr : layout_.set().values(values).reverse(s.status);
        if (back != nullptr)
            set(d, "StatusDescription", arena_.copy(back->source));
        else
            lose("statusHistory", "no word of the layout means this status");
    }
}

void Pages::encounter(const record::Encounter& e, Draft& d) {
    for (const record::EncounterParticipant& p : e.participant) {
        const auto is = [&](Text code) {
            for (const record::Concept& t : p.type)
                for (const record::Coding& c : t.coding)
                    if (c.code == code) return true;
            return false;
        };
        const char* column = is("PPRF")               ? "ClinicianUserInRoleGuid"
                             : is("ENT") || is("REC") ? "EnteredByUserInRoleGuid"
                                                      : nullptr;
        const Text key = column == nullptr ? Text{} : key_of_reference(p.individual, column);
        if (key.empty() || !d.cells[layout_.column(d.tab, column)].empty())
            lose("participant", "the layout has one clinician and one who typed");
        else
            set(d, column, key);
    }
    // The booking is known by its slot.
    for (const record::Reference& r : e.appointment)
        if (const auto to = item_of(r.reference))
            if (const auto& a = as<record::Appointment>(record_->items[*to]);
                !a.slot.empty() && !from_here(a))
                d.cells[layout_.column(d.tab, "AppointmentSlotGuid")] = practice_key(a.slot[0].reference);
}

void Pages::condition(const record::Condition& c, Draft& d) {
    const bool problem = d.tab == Tab::CareRecord_Problem;
    for (const record::RelatedProblem& r : c.related_problem) {
        const bool plain = r.type == "parent";
        if (plain == problem) continue;  // the plain link is the entry's, any other the problem's
        const Text key = key_of_reference(r.target, {});
        if (key.empty()) {
            lose("relatedProblem", "leads to nothing that is written");
        } else if (plain) {
            set(d, "ProblemGuid", key);
        } else {
            set(d, "ParentProblemObservationGuid", key);
            const int values = layout_.set().values_index("problem-relationship");
            const mapping::ValueRow* back =
                values < 0 ? nullptr : layout_.set().values(values).reverse(r.type);
            if (back != nullptr) set(d, "ParentProblemRelationship", arena_.copy(back->source));
        }
    }
}

void Pages::observation(std::uint32_t i, std::uint32_t number) {
    const auto& o = as<record::Observation>(record_->items[i]);
    result_in_words(o, drafts[number]);
    for (std::uint32_t n = 0; n < o.component.size; ++n) component(i, number, n);
}

// The layout has numbers for values: any other result stands in the words beside the code.
void Pages::result_in_words(const record::Observation& o, Draft& d) {
    const record::Concept& coded = o.value_codeable_concept;
    Text words = !coded.text.empty()    ? coded.text
                 : coded.coding.empty() ? o.value_string
                                        : coded.coding[0].display;
    for (const Text other : {o.value_boolean, o.value_integer, o.value_date_time})
        if (words.empty()) words = other;
    if (words.empty() && !o.data_absent_reason.coding.empty()) words = o.data_absent_reason.coding[0].display;
    if (words.empty()) return;
    Text& text = d.cells[layout_.column(d.tab, "AssociatedText")];
    text = text.empty() ? arena_.join("Result: ", words) : arena_.join("Result: ", words, "\n", text);
    lose("value[x]", "a result that is no number: written in words", "value-as-text");
}

// A reading is an observation of its own: what it does not say itself it has from the whole.
void Pages::component(std::uint32_t i, std::uint32_t parent, std::uint32_t n) {
    const auto& whole = as<record::Observation>(record_->items[i]);
    const record::ObservationComponent& c = whole.component[n];
    record::Observation reading = whole;
    reading.identifier = {};
    reading.component = {};
    reading.has_member = {};
    reading.derived_from = {};
    reading.rest = {};
    reading.category = {};
    reading.code = c.code;
    reading.value_quantity = c.value_quantity;
    reading.interpretation = c.interpretation;
    reading.reference_range = c.reference_range;
    reading.note = c.note;
    reading.value_codeable_concept = c.value_codeable_concept;
    const Text place = arena_.join("component[", std::to_string(n), "].");
    record::ReadContext context;
    context.arena = &arena_;
    context.entity = &reading;
    for (const record::Rest& r : whole.rest) {
        if (!r.path.starts_with(place)) {
            // The n-th of several cells of one name: the parent's, then the readings'.
            std::uint32_t times = 0, before = 0;
            for (const record::Rest& other : whole.rest) {
                if (other.path != r.path) continue;
                if (&other < &r) ++before;
                ++times;
            }
            const std::uint32_t mine = times == 3 ? n + 1 : times == 2 ? n : 99;
            if (before == mine && whole.component.size == 2) reading.rest.add(arena_, r);
            continue;
        }
        const record::Field* f = record::type_of<record::Observation>().find(r.path.substr(place.size()));
        if (f == nullptr) continue;
        json::Parser parser;
        json::Error error;
        const Text whole_json = arena_.join("{\"", f->name, "\":", r.value, "}");
        if (const json::Value* v = parser.parse(whole_json, arena_, error); v != nullptr && !error) {
            std::memset(static_cast<char*>(record::at(static_cast<void*>(&reading), *f)), 0,
                        f->list              ? sizeof(record::AnyList)
                        : f->type != nullptr ? f->type->size
                                             : sizeof(Text));
            record::read_json(*v, record::type_of<record::Observation>(), &reading, {}, context);
        }
    }
    const Text key =
        c.source_key.empty()
            ? arena_.copy(guid_of(EntityKind::Observation, arena_.join(whole.id, "/", std::to_string(n))))
            : c.source_key;
    const std::uint32_t number = draft(Tab::CareRecord_Observation, key);
    Draft& d = drafts[number];
    d.kinds |= std::uint64_t{1} << static_cast<unsigned>(EntityKind::Observation);
    at_ = &d;
    at_rest_ = true;
    for (const record::Rest& r : reading.rest)
        if (const std::size_t dot = r.path.find('.');
            dot != Text::npos && r.path.starts_with(shape(d.tab).name))
            put(layout_.column(d.tab, r.path.substr(dot + 1)), r.value);
    at_rest_ = false;
    mapping::TurnRound turn(layout_.set(), reading, EntityKind::Observation, arena_);
    turn.row(layout_.set().rules(shape(d.tab).name, "Observation"), *this, true);
    set(d, "ParentObservationGuid", drafts[parent].key);
    d.parent = static_cast<int>(parent);
    drafts[parent].children.push_back(number);
    item_drafts_[i].push_back(number);
    at_ = &drafts[parent];
}

// Written for whoever reads: an item for each thing that the plain columns have no place for.
void Pages::immunization(const record::Immunization& im, Draft& d) {
    const int column = layout_.column(d.tab, "Qualifiers");
    if (!d.cells[column].empty()) return;
    std::string xml;
    const auto add = [&](Text key, Text value) {
        if (value.empty()) return;
        xml += fmt::format("<Item key=\"{}\" value=\"", key);
        for (const char c : value) switch (c) {
                case '&': xml += "&amp;"; break;
                case '<': xml += "&lt;"; break;
                case '>': xml += "&gt;"; break;
                case '"': xml += "&quot;"; break;
                default: xml += c;
            }
        xml += "\"/>";
    };
    const auto words = [](const record::Concept& c) {
        return c.text.empty() && !c.coding.empty() ? c.coding[0].display : c.text;
    };
    add("BatchNumber", im.lot_number);
    add("Manufacturer", im.manufacturer.display);
    add("ExpiryDate", im.expiration_date);
    add("Site", words(im.site));
    add("Route", words(im.route));
    if (!xml.empty()) d.cells[column] = arena_.join("<Qualifiers>", xml, "</Qualifiers>");
}

void Pages::referral(const record::ServiceRequest& s, Draft& d) {
    // This practice received it: the clinician stands where the target does.
    if (d.tab != Tab::CareRecord_Observation || !inferred(s, "performer:")) return;
    for (const record::Reference& r : s.performer)
        if (r.reference.starts_with("PractitionerRole/") || !r.identifier.value.empty()) {
            const Text key = key_of_reference(r, "ClinicianUserInRoleGuid");
            if (!key.empty()) set(d, "ClinicianUserInRoleGuid", key);
        }
}

void Pages::plan(const record::MedicationRequest& m, Draft& d) {
    if (d.tab == Tab::Prescribing_DrugRecord) {
        const auto repeats = to_integer(m.dispense_request.number_of_repeats_allowed);
        if (repeats) set(d, "NumberOfIssuesAuthorised", arena_.copy(std::to_string(*repeats + 1)));
    } else if (d.cells[layout_.column(d.tab, "DrugRecordGuid")].empty()) {
        for (const record::Reference& r : m.based_on)
            if (const auto to = item_of(r.reference);
                to && routes_[*to] != nullptr && routes_[*to]->fate == mapping::WriteRoute::Fate::rows)
                set(d, "DrugRecordGuid", key_of_reference(r, "DrugRecordGuid"));
    }
}

void Pages::provenance(const record::Provenance& p, Draft& d) {
    if (d.tab == Tab::Audit_PatientAudit) {
        Text key;
        for (const record::Reference& r : p.target)
            if (key.empty()) key = key_of_reference(r, "ItemGuid");
        set(d, "ItemGuid", key);
        if (key.empty()) lose("target", "leads to nothing that is written");
    }
    if (!p.occurred_date_time.empty()) {
        // A day without a time of day: the instant was made of it.
        d.cells[layout_.column(d.tab, "ModifiedDate")] = p.occurred_date_time;
        if (rest_of(p, shape(d.tab).name) == nullptr) d.cells[layout_.column(d.tab, "ModifiedTime")] = {};
        for (const record::Rest& r : p.rest)
            if (r.path.ends_with(".ModifiedTime")) d.cells[layout_.column(d.tab, "ModifiedTime")] = r.value;
    }
    if (p.agent.size > 1) lose("agent", "the layout has room for one person");
}

void Pages::organisation(const record::Organization& o, Draft& d) {
    if (o.part_of.reference.empty()) return;
    // The commissioner is the first of the two that may stand above; a parent stands there when it does not
    // serve.
    const char* column = rest_of(o, "Admin_Organisation.CCGOrganisationGuid") == nullptr
                             ? "CCGOrganisationGuid"
                             : "ParentOrganisationGuid";
    set(d, column, practice_key(o.part_of.reference));
}

void Pages::location(const record::Location& l, Draft& d) {
    const Text own = d.key;
    street(d);
    const auto link = [&](Text organisation) {
        Draft& row = drafts[draft(Tab::Admin_OrganisationLocation, {})];
        row.cells[layout_.column(row.tab, "OrganisationGuid")] = organisation;
        row.cells[layout_.column(row.tab, "LocationGuid")] = own;
        row.items.push_back(at_item_);
    };
    if (!l.managing_organization.reference.empty()) link(practice_key(l.managing_organization.reference));
    for (const record::Rest& r : l.rest)
        if (r.path == "Admin_OrganisationLocation.OrganisationGuid")
            link(r.value.starts_with("Organization/") ? practice_key(r.value) : r.value);
}

void Pages::staff(std::uint32_t i, Draft& d) {
    if (record_->items[i].kind == EntityKind::PractitionerRole) {
        shared[i] = as<record::PractitionerRole>(record_->items[i]).practitioner.reference;
        return;
    }
    const auto& p = as<record::Practitioner>(record_->items[i]);
    if (p.name.size > 1) lose("name", "the layout has room for one name");
    if (p.name.empty()) return;
    const int given = layout_.column(d.tab, "GivenName"), family = layout_.column(d.tab, "Surname");
    if (inferred(p, "name.family:")) {
        if (d.cells[given].empty()) d.cells[given] = d.cells[family];
        d.cells[family] = {};
    } else if (d.cells[family].empty() && d.cells[given].empty() && !inferred(p, "name.text:")) {
        d.cells[family] = p.name[0].text;
    }
}

void Pages::session(const record::Schedule& s, Draft& d) {
    const Text own = d.key;
    for (const record::Reference& r : s.actor) {
        const Text key = key_of_reference(r, "UserInRoleGuid");
        const bool staff = r.reference.starts_with("Practitioner");
        if (r.reference.starts_with("Location/") || (!staff && r.reference.empty() && key.empty())) continue;
        if (!staff && !r.reference.empty()) {
            lose("actor", "the layout has staff and a place");
            continue;
        }
        Draft& row = drafts[draft(Tab::Appointment_SessionUser, {})];
        row.cells[layout_.column(row.tab, "SessionGuid")] = own;
        row.cells[layout_.column(row.tab, "UserInRoleGuid")] = key;
        row.items.push_back(at_item_);
    }
    // The day alone when there is no time.
    for (const auto& [value, column] :
         {std::pair(s.planning_horizon.start, "StartDate"), std::pair(s.planning_horizon.end, "EndDate")})
        if (value.size() == 10) set(d, column, value);
}

void Pages::slot(const record::Slot& s, Draft& d) {
    mapping::Civil a, b;
    if (s.end.empty() || !mapping::civil_of(s.start, arena_, a) || !mapping::civil_of(s.end, arena_, b))
        return;
    // The end is the start plus minutes: the number that leads there.
    const auto minutes = [](const mapping::Civil& c) {
        return to_integer(c.time.substr(0, 2)).value_or(0) * 60 + to_integer(c.time.substr(3, 2)).value_or(0);
    };
    if (a.time.size() < 8 || b.time.size() < 8) return;
    std::int64_t n = minutes(b) - minutes(a);
    if (a.day != b.day) n += 24 * 60;
    if (civil_time::add_minutes(s.start, static_cast<int>(n)) == s.end)
        set(d, "PlannedDurationInMinutes", arena_.copy(std::to_string(n)));
    else
        lose("end", "the layout has minutes of one day");
}

void Pages::appointment(const record::Appointment& a, Draft& d) {
    if (a.minutes_duration.empty() && !a.end.empty()) {
        record::Slot s{};
        s.start = a.start;
        s.end = a.end;
        slot(s, d);
    }
    if (a.slot.size > 1) lose("slot", "the layout has one slot for a booking");
}

// Reports, panels and batteries name their members; here the member names what is above it.
void Pages::parents() {
    const auto link = [&](std::uint32_t i, const record::Reference& r) {
        const auto to = item_of(r.reference);
        if (!to || item_drafts_[i].empty() || item_drafts_[*to].empty()) return;
        const std::uint32_t above = item_drafts_[i][0], below = item_drafts_[*to][0];
        Draft& child = drafts[below];
        if (child.tab != Tab::CareRecord_Observation || drafts[above].tab != child.tab || above == below)
            return;
        if (child.parent >= 0) {
            if (child.parent == static_cast<int>(above)) return;
            at_item_ = *to;
            return lose("hasMember", "the layout has one entry above another");
        }
        at_ = &child;
        set(child, "ParentObservationGuid", drafts[above].key);
        child.parent = static_cast<int>(above);
        drafts[above].children.push_back(below);
    };
    for (std::uint32_t i = 0; i < record_->items.size(); ++i) {
        const record::Item& item = record_->items[i];
        if (item.kind == EntityKind::DiagnosticReport) {
            for (const auto& r : as<record::DiagnosticReport>(item).result) link(i, r);
            for (const auto& r : as<record::DiagnosticReport>(item).specimen) link(i, r);
        } else if (item.kind == EntityKind::Observation) {
            for (const auto& r : as<record::Observation>(item).has_member) link(i, r);
            for (const auto& r : as<record::Observation>(item).derived_from)
                if (r.reference.starts_with("DiagnosticReport/")) link(i, r);
        }
    }
    // Entries that nothing can point to keep the key of what is above them themselves.
    const int column = layout_.column(Tab::CareRecord_Observation, "ParentObservationGuid");
    const auto& index = by_key_[static_cast<std::size_t>(Tab::CareRecord_Observation)];
    for (std::uint32_t n = 0; n < drafts.size(); ++n) {
        Draft& d = drafts[n];
        if (d.tab != Tab::CareRecord_Observation || d.parent >= 0 || d.cells[column].empty()) continue;
        std::string normal;
        normal_guid(d.cells[column], normal);
        if (const auto it = index.find(Text(normal)); it != index.end() && it->second != n) {
            d.parent = static_cast<int>(it->second);
            drafts[it->second].children.push_back(n);
        }
    }
}

// A label is carried by the row's own flag, or by that of the row it stands beside; where there is none the
// entry is held.
void Pages::restricted(std::uint32_t i) {
    const record::Item& item = record_->items[i];
    if (routes_[i] == nullptr || routes_[i]->fate != mapping::WriteRoute::Fate::rows) return;
    constexpr Text kOwn = "https://gpswitch.org/CodeSystem/confidentiality";
    bool labelled = false, other = false;
    for (const record::Coding& c : item.entity->meta.security) {
        const bool loose = c.code == "N" || c.code == "L" || c.code == "U" || c.code == "M";
        labelled = labelled || !loose;
        other = other || (c.system == kOwn && c.code != "staff-restricted");
    }
    if (!labelled) return;
    at_item_ = i;
    if (item.kind == EntityKind::Provenance) {
        // Whoever reads gives it the labels of what it names.
        for (const record::Reference& r : as<record::Provenance>(item).target)
            if (const auto to = item_of(r.reference);
                to && !record_->items[*to].entity->meta.security.empty())
                return;
    }
    bool carried = false;
    for (const std::uint32_t n : item_drafts_[i]) {
        Draft& d = drafts[n];
        const int column = layout_.columns(d.tab).confidential;
        if (column < 0) continue;
        const int spine = layout_.column(d.tab, "SpineSensitive");
        const bool on_spine = spine >= 0 && d.cells[spine] == "true";
        const bool staff = std::any_of(item.entity->meta.security.begin(), item.entity->meta.security.end(),
                                       [](const record::Coding& c) { return c.code == "staff-restricted"; });
        if (!on_spine || staff) {
            if (other && !on_spine)
                lose("meta.security", "said by the one flag that the layout has, which is stricter",
                     "label-tightened");
            if (d.cells[column].empty() || same_ignoring_case(d.cells[column], "false") ||
                d.cells[column] == "0")
                d.cells[column] = "true";
        }
        carried = true;
    }
    if (!carried)
        held.push_back({i, "EMIS-WRITE-003", "it is confidential, and its row has no flag to say so"});
}

}  // namespace gpswitch::emis::write
