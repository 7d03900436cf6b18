// People: the patient with the registration, staff, who saw whom; and documents.
#include "core/record/made_number.hpp"
#include "core/system/vision/write/pages.hpp"
#include "core/util/text.hpp"

namespace gpswitch::vision::write {

using layout::as;

void Pages::person(const record::Patient& p, Draft& d) {
    const auto& at = at_place_.p;
    for (const record::Identifier& id : p.identifier) {
        if (!writes(record_->items[at_item_], id)) continue;
        Text& cell = d.cells[at.nhs];
        if (cell.empty())
            cell = id.value;
        else if (cell != id.value)
            lose("identifier", "the layout has room for one NHS number");
    }
    const record::Patient& today = current_first(p);
    if (!today.name.empty()) {
        const record::HumanName& n = today.name[0];
        if (n.family.empty() && n.given.empty() && !n.text.empty()) {
            set(d, "SURNAME", n.text);
            lose("name", "a name in one text: written as the surname");
        }
        if (n.given.size > 1) lose("name.given", "one column has all given names: joined");
    }
    if (!today.name.empty() && !today.name[0].family.empty() && !today.name[0].text.empty())
        lose("name.text", "the parts of the name say it");
    if (!p.address.empty()) {
        if (!p.address[0].type.empty()) lose("address.type", layout::kNoColumn);
        if (!p.address[0].use.empty() && p.address[0].use != "home")
            lose("address.use", "the layout has one address, which is home", layout::kInstead);
    }
    // A line that begins with a number is the street's.
    Text& house = d.cells[at.address_1];
    Text& street = d.cells[at.address_2];
    Text& village = d.cells[at.address_3];
    const bool digit = !house.empty() && house[0] >= '0' && house[0] <= '9';
    if (digit && village.empty()) {
        village = street;
        street = house;
        house = {};
    }
}

// One registration: the active one, or the last. L and D take the place of its type.
void Pages::registration(std::uint32_t i, Draft& d) {
    const auto& e = as<record::EpisodeOfCare>(record_->items[i]);
    if (current_episode_ != static_cast<int>(i))
        return hold(i, layout::kNoPlace, "the layout has room for one registration");
    Text& removed = d.cells[at_place_.p.removed];
    if (e.status == "active" && removed.size() == 10 && (as_of_.empty() || removed <= as_of_)) {
        removed = {};
        lose("period.end", "the registration is active: an end would end it");
    }
    if (d.cells[at_place_.p.active] == "D" && e.status != "finished")
        lose("status", "the patient has died: the layout ends the registration", layout::kInstead);
    if ((e.status == "finished" || d.cells[at_place_.p.active] == "D") && (!e.type.empty()))
        lose("type", "the word for left or died takes the place of the type");
}

// Ethnicity is a coded row of the journal; nowhere else.
void Pages::ethnicity() {
    const auto n = static_cast<std::uint32_t>(record_->items.size());
    const int values = layout_.set().values_index("ethnicity");
    for (std::uint32_t i = 0; i < n && values >= 0; ++i) {
        if (record_->items[i].kind != EntityKind::Patient || !has_rows(i)) continue;
        const auto& p = as<record::Patient>(record_->items[i]);
        const mapping::Values& table = layout_.set().values(values);
        if (p.ethnic_category.coding.empty() && p.ethnic_category.text.empty()) return;
        at_item_ = i;
        const mapping::ValueRow* back = nullptr;
        Text standard, display;
        for (const record::Coding& k : p.ethnic_category.coding)
            if (k.system == table.target_system) {
                back = table.reverse(k.code);
                standard = k.code;
                display = k.display;
            }
        // The row that it was read from says it already.
        for (const Draft& d : drafts) {
            if (d.table != at_place_.journal || d.written) continue;
            const Text read = read_of(d);
            const mapping::ValueRow* said = read.empty() ? nullptr : table.find(read);
            if (said != nullptr && !standard.empty() && said->target == standard) return;
        }
        if (back == nullptr) return lose("ethnicCategory", "no code of the layout means this");
        const auto number = record::made_number(EntityKind::Observation, arena_.join(p.id, "/ethnicity"));
        Draft& d = drafts[draft(at_place_.journal, arena_.copy({number.data(), number.size()}))];
        const auto& at = at_place_.j;
        d.cells[at.code] = arena_.join(back->source, "00");
        d.cells[at.rubric] = display.empty() ? Text(back->display) : display;
        d.cells[at.subset] = "C";
        if (!as_of_.empty()) d.cells[at.date] = as_of_;
        return;
    }
}

void Pages::staff(std::uint32_t i) {
    const auto& at = at_place_.s;
    if (record_->items[i].kind == EntityKind::PractitionerRole) {
        const auto& r = as<record::PractitionerRole>(record_->items[i]);
        for (const record::Identifier& id : r.identifier)
            if (writes(record_->items[i], id)) put(at.code, id.value);
        if (r.code.size > 1) lose("code", layout::kOne);
        if (r.active == "false") lose("active", "the layout has no end of a job", layout::kInstead);
        return;
    }
    const auto& p = as<record::Practitioner>(record_->items[i]);
    if (p.name.empty()) return;
    const record::HumanName& n = p.name[0];
    Text forename;
    for (const Text given : n.given) forename = forename.empty() ? given : arena_.join(forename, " ", given);
    if (n.family.empty() && forename.empty() && !(n.text == "Unknown" && layout::inferred(p, "name.text")))
        forename = n.text;
    if (!forename.empty()) put(at.forename, forename);
}

void Pages::encounter(const record::Encounter& e, Draft& d) {
    const auto& at = at_place_.e;
    for (const record::EncounterParticipant& p : e.participant) {
        bool saw = p.type.empty();
        for (const record::Concept& t : p.type)
            for (const record::Coding& k : t.coding) saw = saw || k.code == "PPRF";
        const Text key = saw ? key_of_reference(p.individual, "staff") : Text{};
        const bool person = p.individual.reference.starts_with("Practitioner") ||
                            (p.individual.reference.empty() && !key.empty());
        if (key.empty() || !person || !d.cells[at.hcp].empty())
            lose("participant", "the layout has one clinician");
        else
            d.cells[at.hcp] = key;
    }
    if (e.status != "finished")
        lose("status", "the layout has finished consultations only", layout::kInstead);
    // Of visits the word itself says so.
    const bool visit = e.class_.code == "HH";
    const auto& set = layout_.set();
    Text& session = d.cells[at.session];
    const int words = at_place_.words[d.table][static_cast<std::size_t>(at.session)];
    if (visit && !set.in_list("visit-sessions", session)) {
        const mapping::ValueRow* back = words < 0 ? nullptr : set.values(words).reverse("visit");
        if (back != nullptr) session = back->source;
    } else if (!visit && set.in_list("visit-sessions", session)) {
        lose("class", "whoever reads the word of a visit takes it for one at home");
    }
}

// The row stands for the file, which travels by another route.
void Pages::document(const record::DocumentReference& r, Draft& d) {
    const auto& at = at_place_.j;
    if (d.cells[at.date].empty() && r.date.size() >= 10) d.cells[at.date] = r.date.substr(0, 10);
    if (!r.master_identifier.value.empty())
        lose("masterIdentifier.system", "the number of the document is the layout's", layout::kInstead);
    if (!r.content.empty() && !r.content[0].attachment.title.empty())
        lose("content.attachment.title", "documents travel by another route", layout::kInstead);
    const Text id = r.master_identifier.value;
    if (id.empty() || !d.cells[at.document].empty()) return;
    if (id.find('|') != Text::npos)
        lose("masterIdentifier", "the layout cannot have its characters there");
    else
        d.cells[at.document] = arena_.join(d.key, "|", id);
}

}  // namespace gpswitch::vision::write
