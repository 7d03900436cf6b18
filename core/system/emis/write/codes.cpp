// Codes on the way back: which id, and what the coding tables must say so that the routes read the entry as
// what it is.
#include <algorithm>

#include "core/system/emis/code_systems.hpp"
#include "core/system/emis/codes.hpp"
#include "core/system/emis/write/pages.hpp"
#include "core/util/hash.hpp"
#include "core/util/text.hpp"

namespace gpswitch::emis::write {
namespace {

// An id that nobody can take for one of EMIS's or of SNOMED CT's: 15 digits from the name, and a partition
// (99) that neither has.
std::string made_id(std::initializer_list<Text> parts) {
    const UuidText u = uuid_v5(parts);
    std::uint64_t n = 0;
    for (const char c : u)
        if (c != '-') n = n * 31 + static_cast<unsigned char>(c);
    std::string digits = std::to_string(n % 1'000'000'000'000'000ull);
    return "1" + std::string(15 - digits.size(), '0') + digits + "990";
}

/// "64572001|Disease": code and words.
std::pair<Text, Text> stub(Text parent) {
    const std::size_t bar = parent.find('|');
    return {parent.substr(0, bar), bar == Text::npos ? parent : parent.substr(bar + 1)};
}

}  // namespace

// The same code of the same list, in the same role, is the same use: lists of codings are shared by entries.
int Pages::use_of(const record::Concept& c, bool drug, const mapping::WriteRoute* route, Text path) {
    const auto place = reinterpret_cast<std::uintptr_t>(c.coding.begin()) ^
                       reinterpret_cast<std::uintptr_t>(c.text.data()) << 7 ^
                       reinterpret_cast<std::uintptr_t>(route) >> 3;
    Known& known = known_[(place * 0x9E3779B97F4A7C15ull) >> 56];
    const bool same = known.time == time_ && known.coding == c.coding.begin() &&
                      known.codings == c.coding.size && known.text.data() == c.text.data() &&
                      known.text.size() == c.text.size() && known.drug == drug && known.route == route;
    if (!same) {
        known = {c.coding.begin(), c.coding.size, c.text, drug, route, time_, -1, false, false};
        known.use = new_use(c, drug, route, known.other, known.made);
    }
    if (known.other) lose(path, "a code of another system: its words are written", "code-not-carried");
    if (known.made)
        lose(path, "no EMIS code id: one is written that only this extract knows", "code-id-made");
    return known.use;
}

int Pages::new_use(const record::Concept& c, bool drug, const mapping::WriteRoute* route, bool& from_other,
                   bool& made) {
    const record::Coding* own = nullptr;
    CodeUse use;
    use.drug = drug;
    use.item = at_item_;
    Text display;
    for (const record::Coding& k : c.coding) {
        if (k.system == (drug ? kDrugId : kCodeId)) own = own == nullptr ? &k : own;
        if (k.system == kSnomed && use.snomed.empty()) {
            use.snomed = k.code;
            use.description = k.description_id;
        }
        if (k.system == kConceptId) use.snomed = use.snomed.empty() ? std::string(k.code) : use.snomed;
        if (k.system == kRead && use.read.empty()) use.read = k.code;
        if (k.system == kLocal && use.read.empty()) use.read = k.code;
        if (k.system == kDmd) use.dmd = k.code;
        if (display.empty()) display = k.display;
    }
    if (drug && use.dmd.empty() && own == nullptr) use.dmd = use.snomed;
    const Text category = route == nullptr ? Text{} : Text(route->category);
    const Text parent = route == nullptr ? Text{} : Text(route->parent);
    if (own != nullptr) {
        use.id = own->code;
        use.term = own->display;
        // Without words of its own the code was in no code table: it is in none now.
        if (own->display.empty() && use.snomed.empty() && use.read.empty() && use.dmd.empty())
            use.strength = -1;
    } else {
        use.term = c.text.empty() ? display : c.text;
        if (use.term.empty() && !c.coding.empty()) use.term = c.coding[0].code;
        if (use.term.empty()) return -1;
        bool other = false;
        for (const record::Coding& k : c.coding)
            other = other || (k.system != kSnomed && k.system != kRead && k.system != kLocal &&
                              k.system != kDmd && k.system != kConceptId);
        const bool unknown = c.coding.size == 1 && c.coding[0].code == "UNK";
        if (unknown) return -1;
        from_other = other;
        const bool plain = category.empty() && parent.empty() && (c.text.empty() || c.text == display);
        use.id = drug && !use.dmd.empty() ? use.dmd
                 : plain && !use.description.empty() && !drug
                     ? use.description
                     : made_id({use.snomed, use.description, use.read, use.dmd, use.term, category, parent});
        made = true;
    }
    std::string key = use.id;
    if (const auto it = code_index_.find(key); it != code_index_.end()) return it->second;
    codes.push_back(std::move(use));
    return code_index_[std::move(key)] = static_cast<int>(codes.size() - 1);
}

void Pages::need(CodeUse& use, std::string_view category, int strength) {
    if (use.strength < 0 || category.empty() || use.strength >= strength) return;
    use.strength = strength;
    use.category = category;
    ++use.changes;
    use.number = 0;
}

// A drug has its words, its dm+d code and EMIS's own: codes of another list beside them have no column.
void Pages::drug_codes(Text path, const record::Concept& c, const CodeUse& use) {
    const Text front = arena_.join(path, ".coding");
    std::uint32_t n = 0;
    for (const record::Coding& k : c.coding) {
        const Text place = nth(front, n++);
        if (k.code.empty() || k.code == Text(use.dmd) || (k.system == kDrugId && k.code == Text(use.id)))
            continue;
        lose(front, "the layout has the dm+d code of a drug alone", "code-not-carried", place);
    }
}

Text Pages::code_of(const mapping::ColumnRule& rule, const record::Concept& c) {
    const bool drug =
        tab_of(*at_) == Tab::Prescribing_DrugRecord || tab_of(*at_) == Tab::Prescribing_IssueRecord;
    const bool main = rule.column == layout_.columns(at_->table).code;
    const int use = use_of(c, drug, main && tab_of(*at_) == Tab::CareRecord_Observation ? at_route_ : nullptr,
                           in_component_ ? Text("component.code") : rule.path);
    if (use < 0) return {};
    CodeUse& code = codes[static_cast<std::size_t>(use)];
    // Of two entries of one row the first has its code in the cell.
    if (main && (at_->code < 0 || at_->cells[rule.column].empty())) at_->code = use;
    if (drug) drug_codes(rule.path, c, code);
    if (!drug && code.strength >= 0) {
        // Codes that say what somebody is are of their category wherever they stand.
        for (const auto& [values, category] : {std::pair<Text, Text>("ethnicity", "Ethnicity"),
                                               std::pair<Text, Text>("marital-status", "Marital status")}) {
            const int index = layout_.set().values_index(values);
            if (index < 0 || code.read.empty()) continue;
            const auto& table = layout_.set().values(index).index;
            if (table.find(code.read) != table.end()) need(code, category, 1);
        }
    }
    return arena_.copy(code.id);
}

// --- what a reader would make of a row ---

Text Pages::through(const Draft& d, int, Text name) const {
    if (d.code < 0) return {};
    const CodeUse& use = codes[static_cast<std::size_t>(d.code)];
    if (use.strength < 0) return {};
    if (name == "ReadTermId") return use.read;
    if (name == "SnomedCTConceptId") return use.snomed;
    if (name == "EmisCodeCategoryDescription")
        return use.category.empty() ? kPlainCategory : Text(use.category);
    if (name == "Term") return use.term;
    return {};
}

bool Pages::below(const Draft& d, int, Text wanted) const {
    if (d.code < 0) return false;
    const CodeUse& use = codes[static_cast<std::size_t>(d.code)];
    if (use.strength < 0) return false;
    const Text parent = stub(use.parent).first;
    if (wanted.size() != 5) return use.snomed == wanted || parent == wanted;
    while (!wanted.empty() && wanted.back() == '.') wanted.remove_suffix(1);
    const bool read = use.read.size() == 5;
    return read ? Text(use.read).starts_with(wanted) : parent.size() == 5 && parent.starts_with(wanted);
}

// What through() and below() say is the same for the same words, codes, category and parent. Codes in free
// text may be as many as entries: only so many are kept.
std::uint32_t Pages::code(int column) const {
    constexpr std::size_t kMost = 20'000;
    if (at_->code < 0 || column != layout_.columns(at_->table).code) return 0;
    const CodeUse& use = codes[static_cast<std::size_t>(at_->code)];
    if (use.strength < 0 || use.number != 0) return use.strength < 0 ? 0 : use.number;
    std::string seen;
    for (const std::string* part : {&use.read, &use.snomed, &use.category, &use.parent, &use.term})
        (seen += *part) += '\x1f';
    if (const auto known = numbers_.find(seen); known != numbers_.end()) return use.number = known->second;
    if (numbers_.size() >= kMost) return 0;
    return use.number = numbers_.emplace(std::move(seen), static_cast<std::uint32_t>(numbers_.size() + 1))
                            .first->second;
}

// Every coded entry is read as the mapping set would read it; what its code lacks for that is given to it,
// and what still would be read as something else is said, or held where it matters.
void Pages::check_reading() {
    struct Entry {
        Draft* draft;
        Reading before;
        int changes;  ///< of its code
    };
    std::vector<Entry> found;
    const auto changes = [&](const Draft& d) {
        return d.code < 0 ? 0 : codes[static_cast<std::size_t>(d.code)].changes;
    };
    for (Draft& d : drafts) {
        if (tab_of(d) != Tab::CareRecord_Observation || d.items.empty()) continue;
        const Reading reading = make_readable(d);
        found.push_back({&d, reading, changes(d)});
    }
    // What a later entry gave to a code counts for the earlier ones with that code as well.
    for (const auto& [d, before, then] : found) {
        if (d->code >= 0) codes[static_cast<std::size_t>(d->code)].entry = true;
        if (before != Reading::same || changes(*d) != then) say_reading(*d, std::max(before, reading_of(*d)));
    }
}

Pages::Reading Pages::make_readable(Draft& d) {
    CodeUse* use = d.code < 0 ? nullptr : &codes[static_cast<std::size_t>(d.code)];
    const std::uint32_t main = d.items[0];
    const mapping::WriteRoute& route = *routes_[main];
    // The source's own word for the category, where the entry keeps it.
    if (record_->items[main].kind == EntityKind::Observation && use != nullptr && use->strength >= 0) {
        const auto& o = *static_cast<const record::Observation*>(record_->items[main].entity);
        const int index = layout_.set().values_index("emis-code-category");
        for (const record::Concept& c : o.category)
            for (const record::Coding& k : c.coding)
                if (index >= 0 && k.system == layout_.set().values(index).source_system)
                    need(*use, k.code, 3);
    }
    Reading reading = reading_of(d);
    if (reading == Reading::same || use == nullptr) {
        if (reading == Reading::same) {
            // Whoever else uses the code must not change it.
            if (use != nullptr && !route.category.empty() && !use->category.empty())
                need(*use, use->category, 2);
            return reading;
        }
    } else if (use->strength >= 0) {
        for (const std::uint32_t i : d.items) {
            if (reading == Reading::same) break;
            if (routes_[i]->category.empty() || use->strength >= 2) continue;
            const CodeUse before = *use;
            use->category = routes_[i]->category;
            use->strength = 2;
            ++use->changes;
            use->number = 0;
            reading = reading_of(d);
            if (reading != Reading::same && !routes_[i]->parent.empty() && use->parent.empty()) {
                use->parent = routes_[i]->parent;
                ++use->changes;
                use->number = 0;
                reading = reading_of(d);
            }
            if (reading != Reading::same) *use = before;
        }
        if (reading != Reading::same && !route.parent.empty() && use->parent.empty()) {
            use->parent = route.parent;
            ++use->changes;
            use->number = 0;
            reading = reading_of(d);
            if (reading != Reading::same) {
                use->parent.clear();
                use->number = 0;
            }
        }
    }
    return reading;
}

}  // namespace gpswitch::emis::write
