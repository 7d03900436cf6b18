// Entities as a layout of rows writes them: with their drug, the name of today first, dosages in words.
#include "core/layout/pages.hpp"

namespace gpswitch::layout {

// With its drug, its own labels only, its current name and address first.
const Entity& Pages::as_written(std::uint32_t i) {
    const Entity& e = with_drug(i);
    return record_->items[i].kind == EntityKind::Patient
               ? current_first(static_cast<const record::Patient&>(e))
               : e;
}

// A drug may be a resource of its own: the rows name it themselves.
const Entity& Pages::with_drug(std::uint32_t i) {
    const record::Item& item = record_->items[i];
    const Entity& own = own_labels(i);
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
            hold(i, kDangerous, "which drug it is cannot be said");
        return *copy;
    };
    if (item.kind == EntityKind::MedicationRequest)
        return named(static_cast<const record::MedicationRequest&>(own));
    if (item.kind == EntityKind::MedicationStatement)
        return named(static_cast<const record::MedicationStatement&>(own));
    return own;
}

// The layout has one name and one address. The one of today is written, wherever it stands in its list.
const record::Patient& Pages::current_first(const record::Patient& p) {
    const auto rank = [](Text use, std::initializer_list<Text> wanted) {
        std::size_t n = 0;
        for (const Text w : wanted) {
            if (use == w) return n;
            ++n;
        }
        return n;
    };
    // "old", "maiden", "nickname" and "anonymous" come last; so do "old" and "billing" addresses.
    const auto name = [&](const record::HumanName& n) {
        return rank(n.use, {"official", "usual", "", "temp"});
    };
    const auto place = [&](const record::Address& a) { return rank(a.use, {"home", "temp", "", "work"}); };
    const auto best = [](const auto& list, const auto& rank_of) {
        std::uint32_t at = 0;
        for (std::uint32_t i = 1; i < list.size; ++i)
            if (rank_of(list[i]) < rank_of(list[at])) at = i;
        return at;
    };
    const std::uint32_t n = best(p.name, name), a = best(p.address, place);
    if (n == 0 && a == 0) return p;
    auto* copy = arena_.make<record::Patient>();
    *copy = p;
    const auto front = [&](auto& list, const auto& from, std::uint32_t at) {
        if (at == 0) return;
        list = {};
        list.add(arena_, from[at]);
        for (std::uint32_t i = 0; i < from.size; ++i)
            if (i != at) list.add(arena_, from[i]);
    };
    front(copy->name, p.name, n);
    front(copy->address, p.address, a);
    return *copy;
}

// The layout has one dosage, in words. None of several may be left out, and what is in no words cannot be
// said: the entry is not written then.
void Pages::dosage(std::uint32_t i, const List<record::Dosage>& list, Text path, Draft& d,
                   std::string_view column, bool for_patient) {
    Text words;
    bool silent = false;
    const auto say = [&](Text text) { words = words.empty() ? text : arena_.join(words, "; ", text); };
    for (const record::Dosage& one : list) {
        if (!one.text.empty()) say(one.text);
        // What the patient is told has no column in most layouts: it stands behind the dose.
        const bool told = !for_patient && !one.patient_instruction.empty();
        if (told && words.find(one.patient_instruction) == Text::npos) say(one.patient_instruction);
        if (!one.text.empty() || told) continue;
        record::Dosage rest = one;
        rest.sequence = {};
        // An instruction for the patient alone has a column of its own.
        if (for_patient) rest.patient_instruction = {};
        silent = silent || !record::is_empty(&rest, record::type_of<record::Dosage>());
    }
    if (silent) hold(i, kDangerous, "its dosage is in no words, and the layout has only words");
    if (words.empty() || words == list[0].text) return;
    Text& cell = d.cells[layout_.column(d.table, column)];
    if (cell.empty() || cell == list[0].text) cell = words;
    lose(path, "a dosage and what the patient is told: joined in one");
}

}  // namespace gpswitch::layout
