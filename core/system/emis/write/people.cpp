// People and places: what the column rules call part in their rows.
#include "core/system/emis/code_systems.hpp"
#include "core/system/emis/write/helpers.hpp"
#include "core/util/hash.hpp"
#include "core/util/text.hpp"

namespace gpswitch::emis::write {

// Fewer lines than columns: a line that begins with a number is the street's.
void Pages::street(Draft& d) {
    Text& house = d.cells[layout_.column(d.table, "HouseNameFlatNumber")];
    Text& number = d.cells[layout_.column(d.table, "NumberAndStreet")];
    Text& village = d.cells[layout_.column(d.table, "Village")];
    const bool digit = !house.empty() && house[0] >= '0' && house[0] <= '9';
    if (!village.empty() || house.empty() || (!number.empty() && !digit)) return;
    village = number;
    number = house;
    house = {};
}

// Whose registration is of another type has a usual GP in the columns for one elsewhere: the plain ones are
// the registration's own then.
void Pages::registered_otherwise(std::uint32_t i) {
    const auto regular = [](const record::EpisodeOfCare& e) {
        return std::ranges::any_of(e.type, [](const record::Concept& t) {
            return std::ranges::any_of(t.coding, [](const record::Coding& k) { return k.code == "regular"; });
        });
    };
    bool any = false;
    for (std::uint32_t n = 0; n < record_->items.size(); ++n) {
        if (record_->items[n].kind != EntityKind::EpisodeOfCare || !has_rows(n)) continue;
        const auto& e = as<record::EpisodeOfCare>(record_->items[n]);
        any = any || !e.type.empty();
        if (e.type.empty() || regular(e)) return;
    }
    if (!any) return;
    record::Patient other = as<record::Patient>(record_->items[i]);
    other.general_practitioner = {};
    at_route_ = routes_[i] = layout_.write().first(EntityKind::Patient, other);
}

void Pages::person(const record::Patient& p, Draft& d) {
    for (const record::Identifier& id : p.identifier) {
        if (id.system != kNhsNumber && id.system != kInvalidNumber) continue;
        if (!d.cells[layout_.column(d.table, "NhsNumber")].empty() &&
            d.cells[layout_.column(d.table, "NhsNumber")] != id.value) {
            lose("identifier", "the layout has room for one NHS number");
            continue;
        }
        set(d, "NhsNumber", id.value);
        number_status(id.verification_status, d);
    }
    street(d);
    if (!p.name.empty() && p.name[0].family.empty() && p.name[0].given.empty() && !p.name[0].text.empty()) {
        set(d, "Surname", p.name[0].text);
        lose("name", "a name in one text: written as the surname");
    }
    if (p.name.size > 1) lose("name", "the layout has room for one name");
    if (p.address.size > 1) lose("address", "the layout has room for one address");
    if (p.contact.size > 1) lose("contact", "the layout has room for one contact");
    if (p.deceased_boolean == "true" && p.deceased_date_time.empty())
        lose("deceasedBoolean", "the layout has a date of death only");
    for (const record::Coding& tag : p.meta.tag)
        if (tag.code == "HTEST") {
            set(d, "DummyType", "true");
            if (at_route_->rows[0].variant == "Patient:regular")
                lose("generalPractitioner", "a test person is registered nowhere in the layout");
        }
    demographic(p.ethnic_category, "ethnicity-categories", "ethnicity", d);
    demographic(p.marital_status, "marital-status-categories", "marital-status", d);
}

// The source's own word, else the layout's for the code.
void Pages::number_status(const record::Concept& c, Draft& d) {
    const auto& words = layout_.set().values(layout_.set().values_index("nhs-number-status"));
    Text word = c.text;
    for (const record::Coding& k : c.coding)
        if (const mapping::ValueRow* back = word.empty() ? words.reverse(k.code) : nullptr; back != nullptr)
            word = arena_.copy(back->source);
    set(d, "NHSNumberStatus", word);
    if (c.coding.empty() || (!word.empty() && words.find(word) != nullptr)) return;
    lose("identifier.verificationStatus.coding", "no word of the layout means this");
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
    const bool own = std::any_of(c.coding.begin(), c.coding.end(),
                                 [](const record::Coding& k) { return k.system == kCodeId; });
    if (own && use >= 0) return need(codes[static_cast<std::size_t>(use)], category, 3);
    // No row says it yet.
    const int values = layout_.set().values_index(part);
    const mapping::ValueRow* back = nullptr;
    for (const record::Coding& k : c.coding)
        if (values >= 0 && k.system == layout_.set().values(values).target_system)
            back = layout_.set().values(values).reverse(k.code);
    const Text path = part == "ethnicity" ? Text("ethnicCategory") : Text("maritalStatus");
    if (back == nullptr) return lose(path, "no code of the layout means this");
    if (c.coding.size > 1) lose(path, "one code of the layout stands for it", "code-not-carried");
    record::Concept read;
    record::Coding& coding = read.coding.add(arena_);
    coding.system = kRead;
    coding.code = arena_.copy(back->source);
    coding.display = arena_.copy(back->display);
    const UuidText u = uuid_v5({"emis", "written", person.key, part});
    Draft& row = drafts[draft(Tab::CareRecord_Observation, arena_.copy(upper(Text(u.data(), u.size()))))];
    row.code = use_of(read, false, nullptr);
    CodeUse& code = codes[static_cast<std::size_t>(row.code)];
    need(code, category, 3);
    row.cells[layout_.columns(row.table).code] = arena_.copy(code.id);
}

void Pages::history(const record::EpisodeOfCare& e) {
    // What was no day or no time of day waits beside, in the order of the changes.
    std::vector<Text> days, times;
    for (const record::Rest& r : e.rest) {
        if (r.path == "Admin_PatientHistory.HistoryDate") days.push_back(r.value);
        if (r.path == "Admin_PatientHistory.HistoryTime") times.push_back(r.value);
    }
    std::size_t day = 0;
    // Of which change a time was is not known when there are several.
    const bool one = e.status_history.size == 1;
    if (!one && !times.empty())
        lose("Admin_PatientHistory.HistoryTime", "of which change it is cannot be told");
    for (const record::EpisodeStatus& s : e.status_history) {
        Draft& d = drafts[draft(Tab::Admin_PatientHistory, {})];
        mapping::Civil c;
        if (!s.period.start.empty() && mapping::civil_of(s.period.start, arena_, c)) {
            set(d, "HistoryDate", c.day);
            set(d, "HistoryTime",
                one && !times.empty() ? times[0]
                : c.time.empty()      ? Text("00:00:00")
                                      : c.time);
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

void Pages::organisation(const record::Organization& o, Draft& d) {
    if (o.part_of.reference.empty()) return;
    // The commissioner is the first of the two that may stand above; a parent stands there when it does not
    // serve.
    const char* column = rest_of(o, "Admin_Organisation.CCGOrganisationGuid") == nullptr
                             ? "CCGOrganisationGuid"
                             : "ParentOrganisationGuid";
    set(d, column, later(o.part_of.reference));
}

void Pages::location(const record::Location& l, Draft& d) {
    const Text own = d.key;
    street(d);
    const auto link = [&](Text organisation) {
        Draft& row = drafts[draft(Tab::Admin_OrganisationLocation, {})];
        row.cells[layout_.column(row.table, "OrganisationGuid")] = organisation;
        row.cells[layout_.column(row.table, "LocationGuid")] = own;
        row.items.add(arena_) = at_item_;
    };
    if (!l.managing_organization.reference.empty()) link(later(l.managing_organization.reference));
    for (const record::Rest& r : l.rest)
        if (r.path == "Admin_OrganisationLocation.OrganisationGuid")
            link(r.value.starts_with("Organization/") ? later(r.value) : r.value);
}

void Pages::staff(std::uint32_t i, Draft& d) {
    if (record_->items[i].kind == EntityKind::PractitionerRole) {
        shared[i] = as<record::PractitionerRole>(record_->items[i]).practitioner.reference;
        return;
    }
    const auto& p = as<record::Practitioner>(record_->items[i]);
    if (p.name.size > 1) lose("name", "the layout has room for one name");
    if (p.name.empty()) return;
    const int given = layout_.column(d.table, "GivenName"), family = layout_.column(d.table, "Surname");
    if (inferred(p, "name.family:")) {
        if (d.cells[given].empty()) d.cells[given] = d.cells[family];
        d.cells[family] = {};
    } else if (d.cells[family].empty() && d.cells[given].empty() && !inferred(p, "name.text:")) {
        d.cells[family] = p.name[0].text;
    }
}

}  // namespace gpswitch::emis::write
