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

/// What the rules say of every entry they make.
Text status_of(const std::vector<mapping::ColumnRule>& rules) {
    for (const mapping::ColumnRule& r : rules)
        if (r.transform == mapping::Transform::constant && r.path == "status") return r.args[0];
    return {};
}

}  // namespace

int Pages::use_of(const record::Concept& c, bool drug, const mapping::WriteRoute* route) {
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
        if (other) lose("code", "a code of another system: its words are written", "code-not-carried");
        const bool plain = category.empty() && parent.empty() && (c.text.empty() || c.text == display);
        use.id = drug && !use.dmd.empty() ? use.dmd
                 : plain && !use.description.empty() && !drug
                     ? use.description
                     : made_id({use.snomed, use.description, use.read, use.dmd, use.term, category, parent});
        lose("code", "no EMIS code id: one is written that only this extract knows", "code-id-made");
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
}

Text Pages::code_of(const mapping::ColumnRule& rule, const record::Concept& c) {
    const bool drug = at_->tab == Tab::Prescribing_DrugRecord || at_->tab == Tab::Prescribing_IssueRecord;
    const bool main = rule.column == layout_.columns(at_->tab).code;
    const int use = use_of(c, drug, main && at_->tab == Tab::CareRecord_Observation ? at_route_ : nullptr);
    if (use < 0) return {};
    CodeUse& code = codes[static_cast<std::size_t>(use)];
    if (main) at_->code = use;
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

Text Pages::cell(int column) const {
    if (column < Layout::kThrough - 1) return at_->cells[column];
    if (column == Layout::kThrough - 1 || at_->code < 0) return {};
    const CodeUse& use = codes[static_cast<std::size_t>(at_->code)];
    if (use.strength < 0) return {};
    const auto is = [&](std::string_view name) {
        return (column - Layout::kThrough) % 100 == layout_.column(Tab::Coding_ClinicalCode, name);
    };
    if (is("ReadTermId")) return use.read;
    if (is("SnomedCTConceptId")) return use.snomed;
    if (is("EmisCodeCategoryDescription")) return use.category.empty() ? kPlainCategory : Text(use.category);
    if (is("Term")) return use.term;
    return {};
}

bool Pages::under(int, Text wanted) const {
    if (at_->code < 0) return false;
    const CodeUse& use = codes[static_cast<std::size_t>(at_->code)];
    if (use.strength < 0) return false;
    const Text parent = stub(use.parent).first;
    if (wanted.size() != 5) return use.snomed == wanted || parent == wanted;
    while (!wanted.empty() && wanted.back() == '.') wanted.remove_suffix(1);
    const bool read = use.read.size() == 5;
    return read ? Text(use.read).starts_with(wanted) : parent.size() == 5 && parent.starts_with(wanted);
}

bool Pages::past(int column) const {
    const Text day = cell(column).substr(0, 10);
    return day.size() == 10 && (as_of_.empty() || day <= as_of_);
}

bool Pages::has_row(Text table) const {
    const auto tab = tab_named(table);
    if (!tab || static_cast<std::size_t>(*tab) >= kTabs) return false;
    const auto& index = by_key_[static_cast<std::size_t>(*tab)];
    const auto it = index.find(at_->key);
    return it != index.end() && !drafts[it->second].written;
}

bool Pages::has_children() const { return !at_->children.empty(); }

Pages::Reading Pages::reading_of(Draft& d) {
    at_ = &d;
    const mapping::Route* route = layout_.set().first(shape(d.tab).name, *this);
    if (route == nullptr) return Reading::dangerous;
    Reading reading = Reading::same;
    for (const std::uint32_t i : d.items) {
        const EntityKind kind = record_->items[i].kind;
        const mapping::Made* made = nullptr;
        for (const mapping::Made& m : route->makes)
            if (m.kind == kind) made = &m;
        const bool grave = kind == EntityKind::AllergyIntolerance || kind == EntityKind::Immunization;
        if (made == nullptr) {
            reading = grave ? Reading::dangerous : std::max(reading, Reading::other);
            continue;
        }
        const std::string& written = routes_[i]->rows[0].variant;
        const std::size_t colon = written.find(':');
        if (kind == EntityKind::AllergyIntolerance ||
            (colon == std::string::npos ? "" : written.substr(colon + 1)) == made->variant)
            continue;
        // Given or not given is what matters; by whom, or why not, is less.
        const bool turned = grave && status_of(layout_.rules(routes_[i]->rows[0])) !=
                                         status_of(layout_.set().rules(made->rules));
        reading = turned ? Reading::dangerous : std::max(reading, Reading::variant);
    }
    for (const mapping::Made& m : route->makes) {
        const bool here = (d.kinds >> static_cast<unsigned>(m.kind) & 1u) != 0;
        if (here) continue;
        const bool grave = m.kind == EntityKind::AllergyIntolerance || m.kind == EntityKind::Immunization;
        reading = grave ? Reading::dangerous : std::max(reading, Reading::other);
    }
    return reading;
}

// Every coded entry is read as the mapping set would read it; what its code lacks for that is given to it,
// and what still would be read as something else is said, or held where it matters.
void Pages::check_reading() {
    std::vector<std::pair<Draft*, Reading>> found;
    for (Draft& d : drafts)
        if (d.tab == Tab::CareRecord_Observation && !d.items.empty())
            found.emplace_back(&d, make_readable(d));
    // What a later entry gave to a code counts for the earlier ones with that code as well.
    for (auto& [d, before] : found) {
        if (d->code >= 0) codes[static_cast<std::size_t>(d->code)].entry = true;
        say_reading(*d, std::max(before, reading_of(*d)));
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
            reading = reading_of(d);
            if (reading != Reading::same && !routes_[i]->parent.empty() && use->parent.empty()) {
                use->parent = routes_[i]->parent;
                reading = reading_of(d);
            }
            if (reading != Reading::same) *use = before;
        }
        if (reading != Reading::same && !route.parent.empty() && use->parent.empty()) {
            use->parent = route.parent;
            reading = reading_of(d);
            if (reading != Reading::same) use->parent.clear();
        }
    }
    return reading;
}

void Pages::say_reading(const Draft& d, Reading reading) {
    if (reading == Reading::same) return;
    at_item_ = d.items[0];
    if (reading == Reading::dangerous) {
        for (const std::uint32_t i : d.items)
            held.push_back({i, "EMIS-WRITE-004", "whoever reads the row would take it for something else"});
    } else if (reading == Reading::variant) {
        lose("category", "the code has another category in the layout");
    } else {
        lose("resourceType", "whoever reads the row would take it for another kind of entry",
             "kind-not-carried");
    }
}

}  // namespace gpswitch::emis::write
