// People and places: what the column rules call part in their rows.
#include "core/system/tpp/codes.hpp"
#include "core/system/tpp/write/pages.hpp"
#include "core/util/text.hpp"

namespace gpswitch::tpp::write {

using layout::as;
using layout::inferred;
using layout::rest_of;

void Pages::person(std::uint32_t i, Draft& d) {
    const auto& p = current_first(as<record::Patient>(record_->items[i]));
    Text number;
    for (const record::Identifier& id : p.identifier) {
        if (!writes(record_->items[i], id)) continue;
        if (!number.empty()) {
            lose("identifier", "the layout has room for one NHS number");
            continue;
        }
        number = id.value;
        set(d, "NHSNumber", id.value);
        const auto& values = layout_.set().values(layout_.set().values_index("spine-matched"));
        for (const record::Coding& c : id.verification_status.coding)
            if (const mapping::ValueRow* back = values.reverse(c.code); back != nullptr)
                set(d, "SpineMatched", back->source == "TRUE" ? Text("true") : Text("false"));
            else
                lose("identifier.verificationStatus", "the layout says verified or nothing");
    }
    names(p, d);
    if (!p.birth_date.empty() && d.cells[column(d.table, "DateBirth")].empty()) {
        set(d, "DateBirth",
            p.birth_date.size() == 4   ? arena_.join(p.birth_date, "-01-01")
            : p.birth_date.size() == 7 ? arena_.join(p.birth_date, "-01")
                                       : p.birth_date);
        if (p.birth_date.size() < 10) lose("birthDate", "the layout has a whole day only");
    }
    if (p.deceased_boolean == "true" && p.deceased_date_time.empty())
        lose("deceasedBoolean", "the layout has a date of death only");
    if (!record::is_empty(&p.nominated_pharmacy, record::type_of<record::Reference>()))
        lose("nominatedPharmacy", layout::kNoColumn);
    addresses(i, p);
    contacts(i, p);
    practitioners(i, p);
    at_item_ = i;
    demographic(i, p.ethnic_category, "ethnicity");
    demographic(i, p.marital_status, "marital-status");
}

void Pages::names(const record::Patient& p, Draft& d) {
    if (p.name.empty()) return;
    const record::HumanName& n = p.name[0];
    if (n.family.empty() && n.given.empty() && !n.text.empty()) {
        set(d, "Surname", n.text);
        lose("name", "a name in one text: written as the surname");
    }
    if (!n.suffix.empty()) lose("name.suffix", layout::kNoColumn);
    if (!n.text.empty() && (!n.family.empty() || !n.given.empty())) lose("name.text", layout::kNoColumn);
    if (!n.period.start.empty() || !n.period.end.empty()) lose("name.period", layout::kNoColumn);
    for (std::uint32_t k = 1; k < p.name.size; ++k) {
        const record::HumanName& other = p.name[k];
        const Text former = d.cells[column(d.table, "PreviousSurname")];
        const bool plain = other.given.empty() && other.prefix.empty() && other.suffix.empty();
        if ((other.use == "old" || other.use == "maiden") && former.empty() && !other.family.empty()) {
            set(d, "PreviousSurname", other.family);
            if (plain && other.use == "old") continue;
        }
        lose("name", "the layout has one name and a former surname");
    }
}

void Pages::addresses(std::uint32_t i, const record::Patient& p) {
    const auto& uses = layout_.set().values(layout_.set().values_index("address-use"));
    const auto& types = layout_.set().values(layout_.set().values_index("address-type"));
    std::vector<std::uint32_t> rows;
    for (std::uint32_t n = 0; n < p.address.size; ++n) {
        const record::Address& a = p.address[n];
        rows.push_back(
            draft("SRPatientAddressHistory", nth_key(i, "SRPatientAddressHistory", n, p.address.size)));
        Draft& d = drafts[rows.back()];
        if (p.address.size == 1) rest_of_table(i, "SRPatientAddressHistory", rows);
        const auto& l = a.line;
        const bool number = !l.empty() && !l[0].empty() && l[0][0] >= '0' && l[0][0] <= '9';
        const bool house = l.size > 1 && !(l.size == 2 && number);
        if (l.empty()) set(d, "NameOfRoad", a.text);
        std::uint32_t at = 0;
        if (house) set(d, "NameOfBuilding", l[at++]);
        if (at < l.size) set(d, "NameOfRoad", l[at++]);
        Text rest;
        for (; at < l.size; ++at) {
            if (!rest.empty()) lose("address.line", "more lines than the layout has: joined in the last");
            rest = rest.empty() ? l[at] : arena_.join(rest, ", ", l[at]);
        }
        set(d, "NameOfLocality", rest);
        set(d, "NameOfTown", a.city);
        set(d, "NameOfCounty", a.district);
        set(d, "FullPostCode", a.postal_code);
        for (const auto& [column, when] :
             {std::pair<const char*, Text>{"DateEvent", a.period.start}, {"DateTo", a.period.end}}) {
            mapping::Civil c;
            if (when.empty()) continue;
            if (mapping::civil_of(when, arena_, c) && c.day.size() == 10)
                set(d, column, c.time.empty() ? c.day : arena_.join(c.day, " ", c.time));
            else
                lose("address.period", "the layout has a whole day only");
        }
        const mapping::ValueRow* word = types.reverse(a.type);
        if (word == nullptr || word->source == "Official") word = uses.reverse(a.use);
        if (word != nullptr) set(d, "AddressType", arena_.copy(word->source));
        if (word == nullptr && !a.use.empty() && !(a.use == "old" && !a.period.end.empty()))
            lose("address.use", "no word of the layout means this");
        if (word == nullptr || types.reverse(a.type) == nullptr ||
            types.reverse(a.type)->source == "Official") {
            if (!a.type.empty() && !from_here(p)) lose("address.type", "no word of the layout means this");
        } else if (!a.use.empty() && uses.reverse(a.use) != word) {
            lose("address.use", "one word of the layout for use and type");
        }
        if (!a.text.empty() && !l.empty()) lose("address.text", layout::kNoColumn);
        if (!a.state.empty()) lose("address.state", layout::kNoColumn);
        if (!a.country.empty()) lose("address.country", layout::kNoColumn);
    }
    if (p.address.size != 1) rest_of_table(i, "SRPatientAddressHistory", rows);
}

void Pages::contacts(std::uint32_t i, const record::Patient& p) {
    const auto& uses = layout_.set().values(layout_.set().values_index("contact-use"));
    const auto& systems = layout_.set().values(layout_.set().values_index("contact-system"));
    std::uint32_t of = 0;
    bool mail = false;
    const auto in_row = [&](const record::ContactPoint& c) { return c.system != "email"; };
    for (const record::ContactPoint& c : p.telecom) of += in_row(c) ? 1 : 0;
    std::vector<std::uint32_t> rows;
    for (const record::ContactPoint& c : p.telecom) {
        if (!in_row(c)) {
            if (std::exchange(mail, true)) lose("telecom", "the layout has room for one e-mail address");
            continue;
        }
        const auto n = static_cast<std::uint32_t>(rows.size());
        rows.push_back(draft("SRPatientContactDetails", nth_key(i, "SRPatientContactDetails", n, of)));
        Draft& d = drafts[rows.back()];
        if (of == 1) rest_of_table(i, "SRPatientContactDetails", rows);
        set(d, "ContactNumber", c.value);
        if (c.system.empty() || !c.rank.empty())
            lose("telecom", "the layout has a number and what it is for", layout::kInstead);
        const mapping::ValueRow* word = c.system == "phone" ? uses.reverse(c.use) : systems.reverse(c.system);
        if (word != nullptr) set(d, "ContactType", arena_.copy(word->source));
        if (word == nullptr && c.system == "phone" && !c.use.empty())
            lose("telecom.use", "no word of the layout means this");
        if (word == nullptr && c.system != "phone")
            lose("telecom.system", "no word of the layout means this");
        mapping::Civil day;
        if (mapping::civil_of(c.period.start, arena_, day) && day.day.size() == 10)
            set(d, "DateEvent", day.time.empty() ? day.day : arena_.join(day.day, " ", day.time));
        if (!c.period.end.empty()) lose("telecom.period.end", "a number of the layout has no end");
    }
    if (of != 1) rest_of_table(i, "SRPatientContactDetails", rows);
}

// A row has a practice and the named GP there. What is over is kept beside the fields; the current row is one
// that keeps neither.
void Pages::practitioners(std::uint32_t i, const record::Patient& p) {
    std::vector<std::uint32_t> rows;
    std::uint32_t kept = 0;
    for (const record::SourceRow& r : p.source) kept += r.table == "SRGPPracticeHistory" ? 1 : 0;
    const auto add = [&](std::uint32_t of) {
        const auto n = static_cast<std::uint32_t>(rows.size());
        rows.push_back(draft("SRGPPracticeHistory", nth_key(i, "SRGPPracticeHistory", n, of)));
    };
    while (rows.size() < kept) add(kept);
    rest_of_table(i, "SRGPPracticeHistory", rows);
    std::vector<bool> past;
    for (const std::uint32_t r : rows) {
        const Draft& d = drafts[r];
        past.push_back(!d.cells[column(d.table, "IDPractice")].empty() ||
                       !d.cells[column(d.table, "IDProfileRegisteredGP")].empty());
    }
    for (const record::Reference& r : p.general_practitioner) {
        const Text to = r.reference;
        const bool staff = to.starts_with("Practitioner");
        if (!staff && !to.starts_with("Organization/")) {
            lose("generalPractitioner", "named in words only: the layout has room for a key");
            continue;
        }
        const char* name = staff ? "IDProfileRegisteredGP" : "IDPractice";
        // A practice begins a row; its GP comes behind it. Of a GP and a practice alone, it is the GP's.
        std::size_t at = 0;
        const bool pair = !from_here(p) && p.general_practitioner.size == 2 && !staff;
        const auto fits = [&](const Draft& d) {
            return d.cells[column(d.table, name)].empty() &&
                   (pair || d.cells[column(d.table, "IDProfileRegisteredGP")].empty());
        };
        while (at < rows.size() && (past[at] || !fits(drafts[rows[at]]))) ++at;
        if (at == rows.size()) {
            add(~0u);
            past.push_back(false);
        }
        set(drafts[rows[at]], name, later(to));
    }
}

// Ethnicity and marital status stand in coded rows: the one it was read from, or a new one without a date.
void Pages::demographic(std::uint32_t i, const record::Concept& c, Text name) {
    if (c.coding.empty() && c.text.empty()) return;
    const auto& values = layout_.set().values(layout_.set().values_index(name));
    const Text path = name == "ethnicity" ? "ethnicCategory" : "maritalStatus";
    const mapping::ValueRow* back = nullptr;
    bool other = false;
    for (const record::Coding& k : c.coding) {
        // The row it was read from is an entry of its own.
        const bool own = (k.system == kCtv3 || k.system == kLocal) && values.find(k.code) != nullptr;
        if (own && from_here(*record_->items[i].entity)) return;
        if (k.system == values.target_system && back == nullptr)
            back = values.reverse(k.code);
        else
            other = true;
    }
    if (back == nullptr) return lose(path, "no code of the layout means this");
    if (other)
        lose(arena_.join(path, ".coding"), "a code of another system: the layout has its own",
             "code-not-carried");
    const Text key = number(
        made_number(EntityKind::Patient, record_->items[i].entity->id, name == "ethnicity" ? 901 : 902));
    Draft& row = drafts[draft("SRCode", key)];
    row.first = true;
    set(row, "CTV3Code", arena_.copy(back->source));
    set(row, "CTV3Text", arena_.copy(back->display));
    CodeUse use;
    use.ctv3 = back->source;
    use.text = back->display;
    codes.push_back(std::move(use));
}

// One named GP, who stands with the patient.
void Pages::named_gp(const record::EpisodeOfCare& e) {
    if (e.care_manager.reference.empty()) return;
    for (const record::Item& item : record_->items) {
        if (item.kind != EntityKind::Patient) continue;
        for (const record::Reference& r : as<record::Patient>(item).general_practitioner)
            if (r.reference == e.care_manager.reference) return;
    }
    lose("careManager", "the layout has one named GP, the patient's", layout::kInstead);
}

void Pages::registration(std::uint32_t i, Draft& d) {
    const auto& e = as<record::EpisodeOfCare>(record_->items[i]);
    if (!e.managing_organization.reference.empty())
        set(d, "IDOrganisation", later(e.managing_organization.reference));
    named_gp(e);
    const auto& types = layout_.set().values(layout_.set().values_index("registration-type"));
    for (const record::Concept& c : e.type) {
        const mapping::ValueRow* back = nullptr;
        for (const record::Coding& k : c.coding)
            if (k.system == types.target_system && back == nullptr) back = types.reverse(k.code);
        const bool word = !c.text.empty() && types.find(c.text) != nullptr;
        if (word || from_here(e))
            set(d, "RegistrationStatus", c.text);
        else if (back != nullptr)
            set(d, "RegistrationStatus", arena_.copy(back->source));
        else
            lose("type", "no word of the layout means this");
    }
    const auto& states = layout_.set().values(layout_.set().values_index("registration-status"));
    std::vector<std::uint32_t> rows;
    std::uint32_t n = 0;
    for (const record::EpisodeStatus& s : e.status_history) {
        const auto back = std::ranges::find_if(
            states.rows, [&](const mapping::ValueRow& v) { return v.why == s.text && v.target == s.status; });
        mapping::Civil c;
        if (back == states.rows.end() || !mapping::civil_of(s.period.start, arena_, c)) {
            lose("statusHistory", "no word of the layout means this status");
            continue;
        }
        rows.push_back(draft("SRRecordStatus", nth_key(i, "SRRecordStatus", n++, e.status_history.size)));
        Draft& row = drafts[rows.back()];
        set(row, "MedicalRecordStatus", arena_.copy(back->source));
        set(row, "DateEvent", c.time.empty() ? c.day : arena_.join(c.day, " ", c.time));
    }
    rest_of_table(i, "SRRecordStatus", rows);
    at_ = &d;
}

void Pages::relative(const record::RelatedPerson& p, Draft& d) {
    if (!p.name.empty()) {
        const record::HumanName& n = p.name[0];
        Text words = n.text;
        if (words.empty()) {
            for (const Text t : n.prefix) words = words.empty() ? t : arena_.join(words, " ", t);
            for (const Text t : n.given) words = words.empty() ? t : arena_.join(words, " ", t);
            if (!n.family.empty()) words = words.empty() ? n.family : arena_.join(words, " ", n.family);
            if (!words.empty()) lose("name", "the layout has one text for a name");
        }
        set(d, "RelationshipWithName", words);
        if (!n.use.empty()) lose("name", "the layout has one text for a name");
    }
    if (p.name.size > 1) lose("name", "the layout has room for one name");
    for (const record::Identifier& id : p.identifier)
        if (id.system == "https://fhir.nhs.uk/Id/nhs-number" ||
            id.system.ends_with("CodeRelationshipWithUser"))
            set(d, "CodeRelationshipWithUser", id.value);
}

void Pages::organisation(const record::Organization& o, Draft& d) {
    if (!in(d, "SROrganisation")) return;
    set(d, "RowIdentifier", number(made_number(EntityKind::Organization, o.id)));
    const int id = column(d.table, "ID");
    if (o.identifier.empty() || d.cells[id] == made_key(EntityKind::Organization, o.id))
        lose("identifier", "no ODS code: one is written that only this extract knows", "code-id-made");
    // Two columns for telephones: the first rule of both takes the first number.
    Text& second = d.cells[column(d.table, "SecondaryTelephone")];
    second = {};
    int phones = 0;
    for (const record::ContactPoint& c : o.telecom)
        if (c.system == "phone" && c.use == "work" && ++phones == 2) second = c.value;
    if (o.part_of.reference.empty()) return;
    // Which of the two tables above it has the row is known by its key.
    if (from_here(o))
        set(d, "IDCcg", later(o.part_of.reference));
    else
        lose("partOf", "the layout has commissioners and trusts above an organisation");
}

void Pages::staff(std::uint32_t i, Draft& d) {
    const record::Item& item = record_->items[i];
    if (item.kind == EntityKind::PractitionerRole) {
        const auto& r = as<record::PractitionerRole>(item);
        for (const record::Identifier& id : r.identifier)
            if (id.system == "https://fhir.hl7.org.uk/Id/gmp-number") set(d, "GmpID", id.value);
        // Whoever did something is found by the place: one without a place is at the practice.
        set(d, "IDOrganisation", practice_);
        // A role of nobody would not be read: somebody unknown has it.
        if (d.cells[column(d.table, "IDStaffMember")].empty())
            set(d, "IDStaffMember", later(arena_.join("PractitionerRole/", r.id, "#person")));
        return;
    }
    const auto& p = as<record::Practitioner>(item);
    if (say_all && p.active.empty())
        lose("active", "the layout says of everybody whether they are obsolete", layout::kInstead);
    set(d, "Obsolete", p.active == "false" ? Text("true") : Text("false"));
    const auto& types = layout_.set().values(layout_.set().values_index("national-id-type"));
    for (const record::Identifier& id : p.identifier) {
        if (!writes(item, id)) continue;
        if (!d.cells[column(d.table, "IDNational")].empty()) {
            lose("identifier", "the layout has room for one number of a register");
            continue;
        }
        set(d, "IDNational", id.value);
        const mapping::ValueRow* back = types.reverse(id.system);
        set(d, "NationalIdType",
            !id.type.text.empty() && types.find(id.type.text) != nullptr ? id.type.text
            : back != nullptr                                            ? arena_.copy(back->source)
                                                                         : Text{});
    }
    const bool one_text = !p.name.empty() && p.name[0].text.empty();
    if (one_text) lose("name", "the layout has one text for a name", layout::kInstead);
    if (p.name.size > 1) lose("name", "the layout has room for one name");
    if (!one_text) return;
    Text words;
    for (const Text t : p.name[0].prefix) words = words.empty() ? t : arena_.join(words, " ", t);
    for (const Text t : p.name[0].given) words = words.empty() ? t : arena_.join(words, " ", t);
    if (!p.name[0].family.empty())
        words = words.empty() ? p.name[0].family : arena_.join(words, " ", p.name[0].family);
    set(d, "StaffName", words);
}

}  // namespace gpswitch::tpp::write
