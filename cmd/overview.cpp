#include "cmd/overview.hpp"

#include <algorithm>

#include "core/mapping/rule_table.hpp"

namespace gpswitch::cmd {
namespace {

using record::EntityKind;

/// The element that says what an entry is: code, or medication where that is written in place.
const record::Field* code_field(EntityKind kind) {
    const record::Type& type = record::type_of(kind);
    for (const std::string_view name : {"code", "medicationCodeableConcept", "vaccinationProcedure"}) {
        const record::Field* f = type.find(name);
        if (f != nullptr && f->type == &record::type_of<record::Concept>() && !f->list) return f;
    }
    return nullptr;
}

constexpr std::string_view kNotKnown = "registration not known";

bool has_registration(const record::Record& record) {
    return std::any_of(record.items.begin(), record.items.end(),
                       [](const record::Item& item) { return item.kind == EntityKind::EpisodeOfCare; });
}

}  // namespace

Overview::Overview(std::string_view national, const std::string& name, pipeline::Populations populations)
    : populations_(std::move(populations)) {
    mapping::read_rule_table(
        national, name, "system,name,why",
        [this](const auto& cells, const mapping::FailRow&) { national_.emplace(cells[0]); });
}

const record::Coding* Overview::unmapped_in(const record::Concept& code) const {
    const record::Coding* first = nullptr;
    for (const record::Coding& c : code.coding) {
        if (national_.contains(c.system)) return nullptr;
        if (first == nullptr && !c.code.empty()) first = &c;
    }
    return first;
}

void Overview::see(const record::Record& record) {
    if (record.key.empty() || !record.held.empty()) return;
    std::map<std::pair<std::string, std::string>, Use> here;
    for (const record::Item& item : record.items) {
        if (record::practice_wide(item.kind)) continue;
        const record::Field* field = code_field(item.kind);
        if (field == nullptr) continue;
        const auto* coding =
            unmapped_in(*static_cast<const record::Concept*>(record::at(item.entity, *field)));
        if (coding == nullptr) continue;
        Use& use = here[{std::string(coding->system), std::string(coding->code)}];
        use.term = coding->display;
        ++use.entries;
    }
    // Whoever fits no rule is of the last population: with a registration, or because nothing is said of one.
    const std::string& population = populations_.of(record);
    const bool known = population != populations_.names().back() || has_registration(record);
    const std::scoped_lock lock(mutex_);
    for (auto& [code, use] : here) {
        Use& all = codes_[code];
        // Not the one seen first: that depends on the number of jobs.
        if (all.patients == 0 || use.term < all.term) all.term = use.term;
        ++all.patients;
        all.entries += use.entries;
    }
    ++groups_[known ? population : std::string(kNotKnown)];
}

std::vector<summary::Count> Overview::patient_groups() const {
    std::vector<std::string> names = populations_.names();
    std::reverse(names.begin(), names.end());
    names.emplace_back(kNotKnown);
    std::vector<summary::Count> out;
    for (const std::string& name : names)
        if (const auto it = groups_.find(name); it != groups_.end()) out.push_back({name, it->second});
    return out;
}

std::vector<summary::UnmappedCode> Overview::unmapped() const {
    summary::Summary s;
    for (const auto& [code, use] : codes_)
        s.unmapped.push_back({code.first, code.second, use.term, use.patients, use.entries});
    summary::rank(s);
    return s.unmapped;
}

}  // namespace gpswitch::cmd
