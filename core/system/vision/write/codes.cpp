// Codes: Read in CODE, SNOMED CT and dm+d in columns of their own, and the words that a user sees.
#include "core/system/vision/write/pages.hpp"
#include "core/util/text.hpp"

namespace gpswitch::vision::write {

using layout::as;

namespace {

constexpr Text kUnknown = "http://terminology.hl7.org/CodeSystem/v3-NullFlavor";
constexpr Text kNoTerm = "00";

}  // namespace

const record::Concept* Pages::concept_of(const record::Item& item) const {
    switch (item.kind) {
        case EntityKind::Observation: return &as<record::Observation>(item).code;
        case EntityKind::Condition: return &as<record::Condition>(item).code;
        case EntityKind::Procedure: return &as<record::Procedure>(item).code;
        case EntityKind::AllergyIntolerance: return &as<record::AllergyIntolerance>(item).code;
        case EntityKind::Immunization: return &as<record::Immunization>(item).vaccination_procedure;
        case EntityKind::DiagnosticReport: return &as<record::DiagnosticReport>(item).code;
        case EntityKind::DocumentReference: return &as<record::DocumentReference>(item).type;
        case EntityKind::FamilyMemberHistory: {
            const auto& f = as<record::FamilyMemberHistory>(item);
            return f.condition.empty() ? nullptr : &f.condition[0].code;
        }
        default: return nullptr;
    }
}

// A code of another system is not made into a Read code or a local one: its words are written.
void Pages::code(const record::Concept& c, Draft& d, Text path) {
    const auto& at = at_place_.j;
    const bool there = !d.cells[at.code].empty();  // the source's own, or that of another entity in the row
    Text snomed, read;
    bool other = false;
    for (const record::Coding& k : c.coding) {
        if (k.system == kSnomed || k.system == kNoSnomed)
            snomed.empty() ? void(snomed = k.code) : void(other = true);
        else if (k.system == kRead || k.system == kLocal)
            read.empty() ? void(read = k.code) : void(other = true);
        else if (k.system == kNoRead && read.empty() && !there)
            d.cells[at.code] = k.code;
        else if (k.system != kUnknown)
            other = true;
    }
    if (!read.empty() && !there && d.cells[at.code].empty()) {
        if (read.size() < 5) read = arena_.join(read, Text(".....").substr(read.size()));
        d.cells[at.code] = read.size() == 5 ? arena_.join(read, kNoTerm) : read;
    }
    if (!snomed.empty()) put(at.snomed, snomed);
    // Who has only the vaccine's name has the words of the vaccination.
    words(c, path, vaccine());
    if (other) lose(arena_.join(path, ".coding"), "a code of another system: its words are written");
}

// The name of the vaccine, where one is given.
Text Pages::vaccine() const {
    const record::Item& item = record_->items[at_item_];
    if (item.kind != EntityKind::Immunization) return {};
    const record::Concept& c = as<record::Immunization>(item).vaccine_code;
    const bool unknown = std::any_of(c.coding.begin(), c.coding.end(),
                                     [](const record::Coding& k) { return k.system == kUnknown; });
    return unknown && c.coding.size == 1 && same_ignoring_case(c.text, "unknown") ? Text{} : c.text;
}

// Where the code of an entry stands.
Text Pages::code_path(EntityKind kind) {
    switch (kind) {
        case EntityKind::Immunization: return "vaccinationProcedure";
        case EntityKind::DocumentReference: return "type";
        case EntityKind::FamilyMemberHistory: return "condition.code";
        default: return "code";
    }
}

void Pages::words(const record::Concept& c, Text path, Text instead) {
    Text said = c.text;
    // "Unknown" says something of the code, and nothing of the entry.
    for (const record::Coding& k : c.coding)
        if (said.empty() && k.system != kUnknown) said = k.display;
    if (said.empty()) said = instead;
    for (const record::Coding& k : c.coding)
        if (said.empty() && k.system != kUnknown) said = k.code;
    for (const record::Coding& k : c.coding)
        if (said.empty()) said = k.display.empty() ? k.code : k.display;
    // A local code without words came so.
    const bool own =
        c.text == said && c.coding.size == 1 && c.coding[0].code == said && c.coding[0].display.empty();
    if (said.empty() || (own && from_here(*record_->items[at_item_].entity))) return;
    put(at_place_.j.rubric, said);
    if (say_all && c.text.empty())
        lose(arena_.join(path, ".text"), "the words of its code stand there", layout::kInstead);
}

// Columns with words of their own say what one system's codes mean; another's are not read again.
void Pages::other_codes(const Entity& entity) {
    if (from_here(entity)) return;
    for (const mapping::WrittenRow& row : at_route_->rows)
        for (const mapping::ColumnRule& rule : layout_.rules(row)) {
            const record::Field* f = rule.field;
            if (rule.transform != mapping::Transform::code || rule.values < 0 || f == nullptr ||
                f->type != &record::type_of<record::Concept>())
                continue;
            const void* object = mapping::look_down(&entity, rule.steps);
            if (object == nullptr || record::is_empty(object, *f)) continue;
            const char* data = static_cast<const char*>(record::at(object, *f));
            std::uint32_t size = 1;
            if (f->list) {
                const record::AnyList& list = record::items_at(object, *f);
                data = list.data;
                size = list.size;
            }
            for (std::uint32_t n = 0; n < size; ++n, data += f->type->size)
                for (const record::Coding& k : reinterpret_cast<const record::Concept*>(data)->coding)
                    if (k.system != layout_.set().values(rule.values).target_system)
                        lose(arena_.join(rule.path, ".coding"),
                             "a code of another system: the layout has a word of its own");
        }
}

// dm+d is of SNOMED CT: an id of either is the product's.
void Pages::drug(const record::Concept& c, Draft& d) {
    const auto& at = at_place_.j;
    Text product, snomed, read;
    bool other = false;
    for (const record::Coding& k : c.coding) {
        if (k.system == kDmd || k.system == kNoDmd)
            product.empty() ? void(product = k.code) : void(other = true);
        else if (k.system == kSnomed || k.system == kNoSnomed)
            snomed.empty() ? void(snomed = k.code) : void(other = true);
        else if (k.system == kRead || k.system == kLocal || k.system == kNoRead)
            read.empty() ? void(read = k.code) : void(other = true);
        else if (k.system != kUnknown)
            other = true;
    }
    if (product.empty()) std::swap(product, snomed);
    if (!product.empty()) put(at.dmd, product);
    if (!snomed.empty()) put(at.snomed, snomed);
    if (!read.empty() && d.cells[at.code].empty())
        d.cells[at.code] = read.size() == 5 ? arena_.join(read, kNoTerm) : read;
    words(c, "medicationCodeableConcept");
    if (other) lose("medicationCodeableConcept.coding", "a code of another system: its words are written");
}

}  // namespace gpswitch::vision::write
