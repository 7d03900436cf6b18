#include "core/system/tpp/write/pages.hpp"

#include "core/system/tpp/codes.hpp"
#include "core/system/tpp/rows.hpp"
#include "core/system/tpp/values.hpp"
#include "core/util/text.hpp"

namespace gpswitch::tpp::write {

using layout::as;

namespace {

constexpr Text kOds = "https://fhir.nhs.uk/Id/ods-organization-code";

bool staff_kind(Text reference) {
    return reference.starts_with("PractitionerRole/") || reference.starts_with("Practitioner/");
}

}  // namespace

Pages::Pages(const Layout& layout, const Sheet& sheet)
    : layout::Pages(layout, kIdBase), layout_(layout), sheet_(sheet) {}

void Pages::begin() {
    codes.clear();
    contents.clear();
    products.clear();
    problems_.clear();
    shared.assign(record_->items.size(), {});
    courses_.clear();
    for (std::uint32_t i = 0; i < record_->items.size(); ++i)
        if (record_->items[i].kind == EntityKind::MedicationStatement)
            for (const record::Reference& r : as<record::MedicationStatement>(record_->items[i]).based_on)
                courses_.emplace(r.reference, i);
}

void Pages::finish() {
    actual_problems();
    made_again();
    check_reading();
}

Text Pages::made_key(EntityKind kind, Text id) { return number(made_number(kind, id)); }

Text Pages::made_key_of(std::uint32_t i) {
    const auto n = number_of(i);
    return arena_.copy({n.data(), n.size()});
}

Text Pages::id_of_words(Text column, Text words, bool& fresh) {
    constexpr std::size_t kMost = 20'000;  // words in free text are not kept without end
    ((asked_words_ = column) += '\x1f') += words;
    if (const auto known = known_words_.find(asked_words_); known != known_words_.end()) return known->second;
    fresh = true;
    std::string id = lookup_number(column, words);
    if (known_words_.size() >= kMost) return number(std::move(id));
    return known_words_.emplace(asked_words_, std::move(id)).first->second;
}

// A problem stands on its code: the row of each has a key of its own.
Text Pages::own_key(std::uint32_t i, std::size_t table) {
    const record::Item& item = record_->items[i];
    if (item.kind != EntityKind::Condition || layout_.table(table).name != "SRProblem") return {};
    for (const record::SourceRow& r : item.entity->source)
        if (r.table == "SRProblem") return r.key;
    return {};
}

// An organisation is known by its ODS code, a role of nobody by the role.
Text Pages::shared_key(std::uint32_t i, std::size_t table) {
    const record::Item& item = record_->items[i];
    if (item.kind != EntityKind::Organization || layout_.table(table).name != "SROrganisation") return {};
    for (const record::Identifier& id : item.entity->identifier)
        if (id.system == kOds && !id.value.empty()) return id.value;
    return {};
}

Text Pages::nth_key(std::uint32_t i, std::string_view table, std::uint32_t n, std::uint32_t of) {
    const record::Item& item = record_->items[i];
    std::uint32_t rows = 0;
    Text own;
    for (const record::SourceRow& r : item.entity->source)
        if (r.table == table && rows++ == n) own = r.key;
    if (rows == of && !own.empty()) return own;
    return number(made_number(item.kind, item.entity->id, n + 1));
}

void Pages::rest_of_table(std::uint32_t i, std::string_view table, const std::vector<std::uint32_t>& rows) {
    const Entity& e = *record_->items[i].entity;
    if (rows.size() == 1) {
        at_ = &drafts[rows[0]];
        return put_rest(e);
    }
    // Row after row, each with its columns: a column that comes again begins the next row.
    std::vector<std::vector<const record::Rest*>> of;
    for (const record::Rest& r : e.rest) {
        if (r.path.size() <= table.size() || !r.path.starts_with(table) || r.path[table.size()] != '.')
            continue;
        if (of.empty() || std::ranges::any_of(of.back(), [&](const auto* o) { return o->path == r.path; }))
            of.emplace_back();
        of.back().push_back(&r);
    }
    const std::size_t t = layout_.table_named(table);
    for (std::size_t n = 0; n < of.size(); ++n)
        for (const record::Rest* r : of[n]) {
            const int c = layout_.column(t, r->path.substr(table.size() + 1));
            if (of.size() != rows.size() || c < 0) {
                lose(r->path, "kept beside the fields, and of which of several rows cannot be told");
                continue;
            }
            Draft& d = drafts[rows[n]];
            d.cells[c] = r->value;
            d.from_rest |= std::uint64_t{1} << static_cast<unsigned>(c);
        }
}

// The person stands in one column, the place where the role is in another.
Text Pages::doer(Draft& d, const record::Reference& r) {
    if (!staff_kind(r.reference)) return {};
    set(d, "IDOrganisationDoneAt", later(arena_.join(r.reference, "#place")));
    return later(arena_.join(r.reference, "#person"));
}

Text Pages::key_of(const mapping::ColumnRule& rule, const record::Reference& r) {
    if (!Layout::is_cell(rule.column)) return {};
    const Text table = layout_.leads(at_->table, rule.column);
    if (r.reference.empty()) {
        const bool own = !r.identifier.value.empty() && r.identifier.system.starts_with(kIdBase) &&
                         r.identifier.system.substr(kIdBase.size()) == table;
        return own ? r.identifier.value : Text{};
    }
    const bool person =
        same_ignoring_case(rule.name, "IDDoneBy") || same_ignoring_case(rule.name, "IDAuthorisedBy");
    if (person) return doer(*at_, r);
    if (table == "SRStaffMember")
        return staff_kind(r.reference) ? later(arena_.join(r.reference, "#person")) : Text{};
    if (table == "SRStaffMemberProfile") return staff_kind(r.reference) ? later(r.reference) : Text{};
    const Text kind = r.reference.substr(0, r.reference.find('/'));
    return kind == rule.args[0] ? key_of_reference(r, rule.name) : Text{};
}

Text Pages::through(const Draft& d, int cell, Text name) const {
    if (name != "Here") return {};
    const Text value = d.cells[cell];
    return value.empty() || value == practice_ ? Text("true") : Text("false");
}

bool Pages::companion(const Draft& d, Text table) const {
    return table == "SRProblem" && in(d, "SRCode") && problems_.contains(d.key);
}

bool Pages::writes(const record::Item& item, const record::Identifier& id) const {
    switch (item.kind) {
        case EntityKind::Patient:
            return id.system == "https://fhir.nhs.uk/Id/nhs-number" ||
                   id.system == "https://gpswitch.org/Id/invalid-nhs-number";
        case EntityKind::RelatedPerson: return id.system == "https://fhir.nhs.uk/Id/nhs-number";
        case EntityKind::PractitionerRole: return id.system == "https://fhir.hl7.org.uk/Id/gmp-number";
        case EntityKind::Practitioner: {
            const auto& values = layout_.set().values(layout_.set().values_index("national-id-type"));
            return values.reverse(id.system) != nullptr ||
                   id.system == "https://gpswitch.org/Id/tpp/national-id";
        }
        default: return false;
    }
}

// Of two problems of one code the entry keeps what the second says: it is not the first's.
bool Pages::elsewhere(const record::Item& item, const record::Rest& rest) const {
    if (item.kind != EntityKind::Condition || !rest.path.starts_with("SRProblem.")) return false;
    int rows = 0;
    for (const record::SourceRow& r : item.entity->source) rows += r.table == "SRProblem" ? 1 : 0;
    return rows > 1;
}

// Too long, or with characters that the bytes do not have.
void Pages::lengths() {
    layout::Pages::lengths();
    for (const Draft& d : drafts) {
        const mapping::WrittenTable& table = layout_.table(d.table);
        for (std::size_t c = 0; c < table.cells.size(); ++c) {
            if (d.cells[c].empty() || d.cells[c][0] == kLater) continue;
            no_moment(d, table.cells[c], d.cells[c]);
            if (sheet_.can_write(d.cells[c])) continue;
            at_item_ = d.items.empty() ? 0 : d.items[0];
            lose(table.cells[c].column, "a character that Windows-1252 does not have: written by its number",
                 "character-by-number");
        }
    }
}

// Words for who did it: those of the first.
void Pages::performers(const record::Observation& o) {
    for (std::uint32_t n = 1; n < o.performer.size; ++n) {
        const record::Reference& r = o.performer[n];
        if (r.reference.empty() && r.identifier.value.empty() && (say_all || !r.display.empty()))
            lose("performer", "the layout has the words of the first alone", layout::kNotCarried,
                 nth("performer", n));
    }
}

// Midnight is how the layout writes a day without a time, and two days stand for none.
void Pages::no_moment(const Draft& d, const mapping::Cell& cell, Text value) {
    using Format = mapping::Cell::Format;
    if ((cell.format != Format::date && cell.format != Format::date_time) || value.size() < 10) return;
    const bool day = sentinel_day(value.substr(0, 10));
    if (!day && (value.size() != 19 || value[4] != '-' || value.substr(11) != "00:00:00")) return;
    for (const std::uint32_t i : d.items) {
        at_item_ = i;
        lose(cell.column,
             day ? "a day that stands for none in the layout" : "midnight is no time in the layout");
    }
}

void Pages::special(std::uint32_t i, std::uint32_t draft_number) {
    const record::Item& item = record_->items[i];
    Draft& d = drafts[draft_number];
    at_ = &d;
    switch (item.kind) {
        case EntityKind::Patient: return person(i, d);
        case EntityKind::EpisodeOfCare: return registration(i, d);
        case EntityKind::RelatedPerson: return relative(as<record::RelatedPerson>(item), d);
        case EntityKind::Organization: return organisation(as<record::Organization>(item), d);
        case EntityKind::Practitioner:
        case EntityKind::PractitionerRole: return staff(i, d);
        case EntityKind::Schedule:
            for (const record::Reference& r : as<record::Schedule>(item).actor)
                if (!r.reference.empty() && !r.reference.starts_with("Location/"))
                    lose("actor", "the layout says who in the appointments");
            return;
        case EntityKind::Slot: {
            const auto& slot = as<record::Slot>(item);
            return booked(slot.delivery_channel, slot.comment, d);
        }
        case EntityKind::DocumentReference: return document(as<record::DocumentReference>(item), d);
        case EntityKind::Consent: return consent(as<record::Consent>(item), d);
        case EntityKind::QuestionnaireResponse: return answered(as<record::QuestionnaireResponse>(item), d);
        case EntityKind::Encounter: return encounter(i, d);
        case EntityKind::Condition: return problem(i, d);
        case EntityKind::Observation:
            if (!in(d, "SRCode")) return;
            performers(as<record::Observation>(item));
            coded(i, as<record::Observation>(item).code, d);
            value(as<record::Observation>(item).value_quantity, d);
            return components(i, draft_number);
        case EntityKind::Procedure: return coded(i, as<record::Procedure>(item).code, d);
        case EntityKind::FamilyMemberHistory: {
            const auto& f = as<record::FamilyMemberHistory>(item);
            return coded(i, f.condition.empty() ? record::Concept{} : f.condition[0].code, d,
                         "condition.code");
        }
        case EntityKind::AllergyIntolerance: {
            const auto& a = as<record::AllergyIntolerance>(item);
            return in(d, "SRCode") ? coded(i, a.code, d) : sensitivity(a, d);
        }
        case EntityKind::MedicationRequest:
        case EntityKind::MedicationStatement: return medication(i, d);
        case EntityKind::Immunization:
            if (in(d, "SRImmunisation")) immunization(as<record::Immunization>(item), d);
            if (in(d, "SRImmunisationConsent")) declined(as<record::Immunization>(item), d);
            return;
        case EntityKind::ServiceRequest: return referral(i, d);
        case EntityKind::Appointment: return appointment(i, d);
        default: return;
    }
}

}  // namespace gpswitch::tpp::write
