// What whoever reads makes of a row: by the routes of the same mapping set, and the same look at codes.
#include "core/system/vision/write/pages.hpp"
#include "core/util/text.hpp"

namespace gpswitch::vision::write {
namespace {

bool grave(EntityKind kind) {
    return kind == EntityKind::AllergyIntolerance || kind == EntityKind::Immunization;
}

Text variant_of(Text made) {
    const std::size_t colon = made.find(':');
    return colon == Text::npos ? Text{} : made.substr(colon + 1);
}

bool positive(Text number) {
    return is_decimal(number) && number[0] != '-' && number.find_first_of("123456789") != Text::npos;
}

/// Of a vaccination: given, whoever gave it, or not.
bool given(Text variant) { return variant == "given" || variant == "sourced" || variant == "elsewhere"; }

}  // namespace

Text Pages::read_of(const Draft& d) const { return codes_.find(d.cells[at_place_.j.code]).read; }

Text Pages::through(const Draft& d, int cell, Text name) const {
    if (name == "Read") return read_of(d);
    if (name == "Positive") return positive(d.cells[cell]) ? Text("true") : Text{};
    if (name == "Document")
        return layout_.set().in_list("document-entities", d.cells[cell]) ? Text("true") : Text{};
    return {};
}

bool Pages::below(const Draft& d, int, Text wanted) const {
    const Text read = read_of(d);
    return !read.empty() && read.starts_with(stem(wanted));
}

// The same code is read the same way in every row.
std::uint32_t Pages::code(int column) const {
    return at_->table == at_place_.journal && column == at_place_.j.code
               ? codes_.find(at_->cells[column]).number
               : 0;
}

const mapping::Made* Pages::made(const mapping::Route& route, EntityKind kind) const {
    for (const mapping::Made& m : route.makes)
        if (m.kind == kind) return &m;
    return nullptr;
}

// By whom it was given, or why it was not, may need a column more.
void Pages::readable_immunization(Draft& d, std::uint32_t i) {
    const Text wanted = variant_of(routes_[i]->rows[0].variant);
    const auto read_as = [&]() -> Text {
        at_ = &d;
        const mapping::Route* r = read_by();
        const mapping::Made* m = r == nullptr ? nullptr : made(*r, EntityKind::Immunization);
        return m == nullptr ? Text{} : Text(m->variant);
    };
    if (wanted == "contraindicated" && read_as() != wanted) {
        const auto& lists = layout_.write().routes(EntityKind::Immunization);
        for (const mapping::WriteRoute& r : lists)
            if (r.fate == mapping::WriteRoute::Fate::rows && r.rows[0].variant == "Immunization:not-done")
                for (const auto& s : r.rows[0].sets) put(s.cell, s.value);
        lose("statusReason", "the layout says refused or advised: it says advised");
    }
    if (wanted == "elsewhere" && d.cells[at_place_.j.imms_source].empty() && read_as() != wanted) {
        const int values = layout_.set().values_index("imms-source");
        const mapping::ValueRow* back = values < 0 ? nullptr : layout_.set().values(values).reverse("false");
        if (back != nullptr) d.cells[at_place_.j.imms_source] = back->source;
    }
}

// Consent to a vaccination and invitations have codes of procedures: among vaccinations they are known by
// their words for what they are.
void Pages::readable_observation(Draft& d) {
    const auto as_observation = [&] {
        at_ = &d;
        const mapping::Route* r = read_by();
        return r != nullptr && r->makes.size() == 1 && r->makes[0].kind == EntityKind::Observation;
    };
    Text& subset = d.cells[at_place_.j.subset];
    const Text usual = subset;
    if ((d.from_rest >> at_place_.j.subset & 1) != 0 || as_observation()) return;
    for (const mapping::WriteRoute& r : layout_.write().routes(EntityKind::Immunization)) {
        if (r.fate != mapping::WriteRoute::Fate::rows) continue;
        for (const auto& s : r.rows[0].sets)
            if (s.cell == at_place_.j.subset) subset = s.value;
        break;
    }
    if (!as_observation()) subset = usual;
}

// Where the patient has no usual doctor in the layout, the one column that is read is the registration's.
void Pages::doctors_of(Draft& d, const mapping::Route* route) {
    Text& gp = d.cells[at_place_.p.gp];
    const mapping::Made* patient = route == nullptr ? nullptr : made(*route, EntityKind::Patient);
    if (gp.empty() || (d.from_rest >> at_place_.p.gp & 1) != 0 || patient == nullptr ||
        patient->variant == "regular")
        return;
    d.cells[at_place_.p.gp_usual] = gp;
    gp = {};
}

void Pages::check_reading(Draft& d) {
    if (d.items.empty() || d.written) return;
    for (const std::uint32_t i : d.items) {
        const EntityKind kind = record_->items[i].kind;
        if (kind == EntityKind::MedicationRequest || kind == EntityKind::MedicationStatement) return;
        if (kind == EntityKind::Immunization) readable_immunization(d, i);
        if (kind == EntityKind::Observation && d.items.size == 1) readable_observation(d);
    }
    at_ = &d;
    const mapping::Route* route = read_by();
    bool held_all = route == nullptr;
    for (const std::uint32_t i : d.items) {
        if (route == nullptr) break;
        at_item_ = i;
        const EntityKind kind = record_->items[i].kind;
        const Text wanted = variant_of(routes_[i]->rows[0].variant);
        const mapping::Made* m = made(*route, kind);
        if (m == nullptr) {
            // What a relative has had would be the patient's own.
            if (grave(kind) || wanted == "not-done" || kind == EntityKind::FamilyMemberHistory)
                held_all = true;
            else
                lose("resourceType", "whoever reads the row would take it for another kind of entry",
                     "kind-not-carried");
        } else if (kind == EntityKind::Immunization ? given(wanted) != given(m->variant)
                                                    : wanted == "not-done" && m->variant != wanted) {
            held_all = true;
        } else if (kind == EntityKind::Observation && wanted == "blood-pressure" && m->variant != wanted) {
            lose("category", "no blood pressure of two values: the layout does not say what kind it is");
        } else if (kind == EntityKind::Patient && wanted == "regular" && m->variant != wanted) {
            lose("generalPractitioner", "the layout has a usual GP for registered patients only");
        }
    }
    if (d.table == at_place_.patient) doctors_of(d, route);
    if (route != nullptr)
        for (const mapping::Made& m : route->makes) {
            if ((d.kinds >> static_cast<unsigned>(m.kind) & 1u) != 0) continue;
            held_all = held_all || grave(m.kind);
        }
    if (!held_all) return;
    for (const std::uint32_t i : d.items)
        hold(i, layout::kDangerous, "whoever reads the row would take it for something else");
}

}  // namespace gpswitch::vision::write
