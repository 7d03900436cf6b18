#include "core/system/vision/write/pages.hpp"

#include <algorithm>

#include "core/record/made_number.hpp"
#include "core/util/text.hpp"

namespace gpswitch::vision::write {

using layout::as;

namespace {

using Number = std::array<char, 18>;
Text text_of(const Number& number) { return {number.data(), number.size()}; }

}  // namespace

Pages::Pages(const layout::Layout& layout, const Places& places)
    : layout::Pages(layout, kIdBaseOfWriter), at_place_(places), codes_(layout.set()) {}

// Two entities of one record with the same number: the later one gets the next that is free.
void Pages::begin() {
    linked_.clear();
    moved_.clear();
    related_ = false;
    current_episode_ = -1;
    practice_reference_ = {};
    drug_ = nullptr;
    const auto n = static_cast<std::uint32_t>(record_->items.size());
    made_.assign(n, {});
    std::vector<std::pair<Number, std::uint32_t>> numbers;
    numbers.reserve(n);
    for (std::uint32_t i = 0; i < n; ++i) {
        const record::Item& item = record_->items[i];
        if (item.kind == EntityKind::Patient) {
            practice_reference_ = as<record::Patient>(item).managing_organization.reference;
            continue;
        }
        if (item.kind == EntityKind::EpisodeOfCare) {
            const auto& e = as<record::EpisodeOfCare>(item);
            const auto later_than = [&](const record::EpisodeOfCare& other) {
                if ((e.status == "active") != (other.status == "active")) return e.status == "active";
                return e.period.start > other.period.start;
            };
            if (current_episode_ < 0 || later_than(as<record::EpisodeOfCare>(
                                            record_->items[static_cast<std::uint32_t>(current_episode_)])))
                current_episode_ = static_cast<int>(i);
        }
        if (from_here(*item.entity)) continue;
        made_[i] = number_of(i);
        numbers.emplace_back(made_[i], i);
    }
    std::ranges::sort(numbers);
    const auto taken = [&](const std::string& number) {
        return std::ranges::any_of(numbers, [&](const auto& m) { return text_of(m.first) == number; }) ||
               std::ranges::any_of(moved_, [&](const auto& m) { return m.second == number; });
    };
    for (std::size_t k = 1; k < numbers.size(); ++k) {
        if (numbers[k].first != numbers[k - 1].first) continue;
        const record::Item& item = record_->items[numbers[k].second];
        std::string next(text_of(numbers[k].first));
        do next = std::to_string(std::stoull(next) + 1);
        while (taken(next));
        moved_.emplace_back(std::string(record::name_of(item.kind)) + "/" + std::string(item.entity->id),
                            next);
    }
}

Text Pages::made_key(EntityKind kind, Text id) {
    if (!moved_.empty()) {
        const std::string name = std::string(record::name_of(kind)) + "/" + std::string(id);
        for (const auto& [who, number] : moved_)
            if (who == name) return arena_.copy(number);
    }
    return arena_.copy(text_of(record::made_number(kind, id)));
}

Text Pages::made_key_of(std::uint32_t i) {
    return moved_.empty() && made_[i][0] != 0 ? arena_.copy(text_of(made_[i]))
                                              : layout::Pages::made_key_of(i);
}

// The practice is known from the start; members of staff when they have been written.
Text Pages::later(Text reference) {
    if (!reference.starts_with("Organization/")) return layout::Pages::later(reference);
    const Text known = practice_reference_.empty() ? Text(organisation) : practice_reference_;
    return known.empty() || reference == known ? practice_ : Text{};
}

Text Pages::shared_key(std::uint32_t i, std::size_t table) {
    const record::Item& item = record_->items[i];
    if (item.kind == EntityKind::EpisodeOfCare) return patient_;
    if (table != at_place_.journal) return {};
    relate();
    if (item.kind != EntityKind::MedicationStatement || plan_[i] < 0) return {};
    const auto plan = static_cast<std::uint32_t>(plan_[i]);
    if (!acute(plan)) return key_of_item(plan, table);
    return first_order_[plan] < 0 ? Text{}
                                  : key_of_item(static_cast<std::uint32_t>(first_order_[plan]), table);
}

const Entity& Pages::as_written(std::uint32_t i) {
    relate();
    const Entity& e = layout::Pages::as_written(i);
    const EntityKind kind = record_->items[i].kind;
    if (kind == EntityKind::MedicationRequest)
        drug_ = &static_cast<const record::MedicationRequest&>(e).medication_codeable_concept;
    if (kind == EntityKind::MedicationStatement)
        drug_ = &static_cast<const record::MedicationStatement&>(e).medication_codeable_concept;
    if (kind == EntityKind::Observation)
        return without_named_note(static_cast<const record::Observation&>(e));
    if (kind != EntityKind::Immunization) return e;
    // A product that is not known says nothing.
    const auto& given = static_cast<const record::Immunization&>(e);
    if (given.vaccine_code.coding.size != 1 || given.vaccine_code.coding[0].code != "UNK") return e;
    auto* copy = arena_.make<record::Immunization>();
    *copy = given;
    copy->vaccine_code.coding = {};
    return *copy;
}

// A note "REVIEW_DAT: in May" was a value with that name.
const record::Observation& Pages::without_named_note(const record::Observation& o) {
    named_ = {};
    for (std::uint32_t n = 0; n < o.note.size && o.value_quantity.value.empty(); ++n) {
        const Text words = o.note[n].text;
        const std::size_t colon = words.find(": ");
        if (colon == Text::npos || !layout_.set().in_list("note-names", words.substr(0, colon))) continue;
        named_ = {words.substr(0, colon), words.substr(colon + 2)};
        auto* copy = arena_.make<record::Observation>();
        *copy = o;
        copy->note = {};
        for (std::uint32_t other = 0; other < o.note.size; ++other)
            if (other != n) copy->note.add(arena_, o.note[other]);
        return *copy;
    }
    return o;
}

void Pages::special(std::uint32_t i, std::uint32_t number) {
    const record::Item& item = record_->items[i];
    Draft& d = drafts[number];
    at_ = &d;
    if (linked_.size() <= number) linked_.resize(number + 1);
    link_all(i, number);
    other_codes(*item.entity);
    if (const record::Concept* c = concept_of(item)) code(*c, d, code_path(item.kind));
    // What Read has no code for is known by the head of the chapter: family history.
    if (item.kind == EntityKind::FamilyMemberHistory && d.cells[at_place_.j.code].empty() &&
        !at_route_->parent.empty())
        d.cells[at_place_.j.code] = head_of(*at_route_);
    switch (item.kind) {
        case EntityKind::Organization:
            if (organisation.empty() || !organisation.ends_with(arena_.join("/", item.entity->id)))
                hold(i, layout::kNoPlace, "the layout has room for the practice alone");
            d.cells[layout_.columns(d.table).key] = practice_;
            return;
        case EntityKind::ServiceRequest:
            if (d.table == at_place_.journal) code(as<record::ServiceRequest>(item).code, d, "code");
            return;
        case EntityKind::Patient: return person(as<record::Patient>(item), d);
        case EntityKind::EpisodeOfCare: return registration(i, d);
        case EntityKind::Practitioner:
        case EntityKind::PractitionerRole: return staff(i);
        case EntityKind::Encounter: return encounter(as<record::Encounter>(item), d);
        case EntityKind::Observation: return observation(i, d);
        case EntityKind::Immunization:
            // Assumed by whoever read it: it will be assumed again.
            if (layout::inferred(*item.entity, "primarySource") &&
                (d.from_rest >> at_place_.j.imms_source & 1) == 0)
                d.cells[at_place_.j.imms_source] = {};
            if (const Text when = as<record::Immunization>(item).occurrence_string;
                !when.empty() && !layout::inferred(*item.entity, "occurrenceString")) {
                add_text(d, arena_.join("When: ", when));
                lose("occurrenceString", "the layout has a day: it stands in words", layout::kInstead);
            }
            if (!as<record::Immunization>(item).report_origin.coding.empty())
                lose("reportOrigin.coding", "who gave it stands in words");
            if (const Text dose = quantity(as<record::Immunization>(item).dose_quantity); !dose.empty())
                add_text(d, arena_.join("Dose: ", dose));
            return;
        case EntityKind::DiagnosticReport: return report(as<record::DiagnosticReport>(item), d);
        case EntityKind::DocumentReference: return document(as<record::DocumentReference>(item), d);
        case EntityKind::MedicationRequest: return request(i, d);
        case EntityKind::MedicationStatement: return statement(i, d);
        default: return;
    }
}

// The code of the route's head as it stands in CODE.
Text Pages::head_of(const mapping::WriteRoute& route) {
    const Text parent = route.parent;
    return arena_.join(parent.substr(0, parent.find('|')), "00");
}

void Pages::finish() {
    ethnicity();
    unissued();
    linked_.resize(drafts.size());
    for (std::uint32_t n = 0; n < drafts.size(); ++n) complete(drafts[n], n);
    repeats();
}

// What stands in every row, when all that belongs to it is known.
void Pages::complete(Draft& d, std::uint32_t number) {
    at_ = &d;
    if (!d.items.empty()) at_item_ = d.items[0];
    only_known_words(d);
    if (d.table == at_place_.patient) {
        joined_address(d, at_place_.p.address, at_place_.p.address_1, at_place_.p.address_5);
        check_reading(d);
    } else if (d.table == at_place_.practice) {
        joined_address(d, at_place_.o.address, at_place_.o.address_1, at_place_.o.address_5);
    } else if (d.table == at_place_.encounter || d.table == at_place_.referral) {
        write_links(d, number);
    } else if (d.table == at_place_.journal) {
        write_links(d, number);
        if (!d.items.empty() && d.cells[at_place_.j.rubric].empty() &&
            !from_here(*record_->items[d.items[0]].entity)) {
            d.cells[at_place_.j.rubric] = "Entry without a code";
            lose(code_path(record_->items[d.items[0]].kind),
                 "it has neither code nor words: the layout demands words", layout::kInstead);
        }
        same_course(d);
        check_course(d);
        check_reading(d);
    }
    const int time = d.table == at_place_.journal     ? at_place_.j.time
                     : d.table == at_place_.encounter ? at_place_.e.time
                                                      : -1;
    if (time < 0 || d.cells[time].size() != 8) return;
    if (d.cells[time] == "00:00:00")
        lose("TIME", "midnight is what stands where nobody knows the time: the day is written");
    else if (!d.cells[time].ends_with("00"))
        lose("TIME", "the layout has hours and minutes");
}

// Columns with words of their own take no others.
void Pages::only_known_words(Draft& d) {
    const auto& words = at_place_.words[d.table];
    for (std::size_t c = 0; c < words.size(); ++c) {
        if (words[c] < 0 || d.cells[c].empty()) continue;
        // What came from such a system goes back as it was.
        if ((d.from_rest >> c & 1) != 0 || layout_.set().values(words[c]).find(d.cells[c]) != nullptr ||
            std::ranges::find(at_place_.set_words[d.table][c], d.cells[c]) !=
                at_place_.set_words[d.table][c].end() ||
            (!d.items.empty() && from_here(*record_->items[d.items[0]].entity)))
            continue;
        // Of several entries in the row it is lost to those that have the column.
        const Text name = layout_.table(d.table).cells[c].column;
        for (const std::uint32_t i : d.items) {
            at_item_ = i;
            for (const mapping::WrittenRow& row : routes_[i]->rows)
                for (const mapping::ColumnRule& rule : layout_.rules(row))
                    if (rule.column == static_cast<int>(c) && rule.values >= 0 && row.table == d.table)
                        lose(name, "no word of the layout means this");
        }
        d.cells[c] = {};
    }
}

void Pages::joined_address(Draft& d, int whole, int first, int last) {
    if (!d.cells[whole].empty()) return;
    std::string all;
    bool some = false;
    for (int c = first; c <= last; ++c) {
        all += c == first ? "" : "|";
        all += d.cells[c];
        some = some || !d.cells[c].empty();
    }
    if (some) d.cells[whole] = arena_.copy(all);
}

// Of two entities in one row the first says what the row is.
void Pages::put(int column, Text cell) {
    if (layout::Layout::is_cell(column) && !at_->cells[column].empty()) {
        const bool kind = at_->table == at_place_.journal
                              ? column == at_place_.j.subset || column == at_place_.j.episode ||
                                    column == at_place_.j.entity
                              : at_->table == at_place_.patient && column == at_place_.p.active;
        if (kind) return;
    }
    // The doctor of the registration and the usual one of the patient have a column each.
    Text* const doctors =
        at_->table == at_place_.patient && column == at_place_.p.gp_usual && !at_rest_ ? at_->cells : nullptr;
    if (doctors != nullptr && !doctors[column].empty() && doctors[column] != cell &&
        doctors[at_place_.p.gp].empty()) {
        const bool usual = record_->items[at_item_].kind == EntityKind::Patient;
        doctors[at_place_.p.gp] = usual ? doctors[column] : cell;
        if (usual) doctors[column] = cell;
        return;
    }
    if (column >= layout::Layout::kThrough && partial(cell) && layout_.through_name(column) == "Partial") {
        at_->cells[layout::Layout::through_cell(column)] = cell;
        return;
    }
    layout::Pages::put(column, cell);
}

// Zero for the day or the month is how such a system says that it is not known: what came with it goes back
// so.
bool Pages::partial(Text cell) const {
    return (cell.size() == 4 || cell.size() == 7) && from_here(*record_->items[at_item_].entity);
}

void Pages::lost(const mapping::ColumnRule& rule, const char* why) {
    if (rule.transform == mapping::Transform::date || rule.transform == mapping::Transform::date_time) {
        // The rows of a report are turned round from an entry of another type: its fields lie elsewhere.
        const record::Item& item = record_->items[at_item_];
        const bool its = rule.entity.substr(0, rule.entity.find(':')) == record::name_of(item.kind);
        const void* object = its ? mapping::look_down(item.entity, rule.steps) : nullptr;
        if (object != nullptr && partial(record::text_at(object, *rule.field))) return;
    }
    // What the layout says of every entry is read of this one, too.
    if (rule.transform == mapping::Transform::constant) return lose(rule.path, why, layout::kInstead);
    layout::Pages::lost(rule, why);
}

Text Pages::key_of(const mapping::ColumnRule& rule, const record::Reference& r) {
    // A member of staff who is in no row keeps the id.
    if (r.reference.empty() && rule.args[0] == "PractitionerRole" &&
        r.identifier.system.starts_with(kIdBaseOfWriter) && r.identifier.system.ends_with("/staff"))
        return r.identifier.value;
    return layout::Pages::key_of(rule, r);
}

// A day that is known in part is past when all of it is.
bool Pages::past(int column) const {
    const Text day = cell(column).substr(0, 10);
    if (day.size() == 10) return as_of_.empty() || day <= as_of_;
    return (day.size() == 4 || day.size() == 7) && (as_of_.empty() || day <= as_of_.substr(0, day.size()));
}

bool Pages::writes(const record::Item& item, const record::Identifier& identifier) const {
    static constexpr Text kWritten[] = {
        "https://fhir.nhs.uk/Id/nhs-number", "https://gpswitch.org/Id/invalid-nhs-number",
        "https://fhir.hl7.org.uk/Id/gmp-number", "https://gpswitch.org/Id/vision/professional-code"};
    const bool person = item.kind == EntityKind::Patient || item.kind == EntityKind::PractitionerRole;
    return person && std::ranges::find(kWritten, identifier.system) != std::end(kWritten);
}

// Links that led nowhere go back to the others.
bool Pages::elsewhere(const record::Item&, const record::Rest& rest) const {
    return rest.path.ends_with(".LINKS");
}

}  // namespace gpswitch::vision::write
