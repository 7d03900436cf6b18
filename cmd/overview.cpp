#include "cmd/overview.hpp"

#include <algorithm>

#include "core/csv/csv.hpp"
#include "core/util/error.hpp"

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

enum class Group { registered, left, dead, unknown };

Group group_of(const record::Record& record) {
    const record::Patient* patient = nullptr;
    bool episodes = false, open = false;
    for (const record::Item& item : record.items) {
        if (item.kind == EntityKind::Patient)
            patient = static_cast<const record::Patient*>(item.entity);
        else if (item.kind == EntityKind::EpisodeOfCare) {
            const auto* e = static_cast<const record::EpisodeOfCare*>(item.entity);
            episodes = true;
            open = open || (e->period.end.empty() && e->status != "finished" && e->status != "cancelled");
        }
    }
    if (patient == nullptr) return Group::unknown;
    if (patient->deceased_boolean == "true" || !patient->deceased_date_time.empty()) return Group::dead;
    if (patient->active == "false" || (episodes && !open)) return Group::left;
    return episodes ? Group::registered : Group::unknown;
}

}  // namespace

Overview::Overview(std::string_view national, const std::string& name) {
    csv::Scanner scan(national);
    csv::RowSpan span;
    Arena arena;
    std::vector<std::string_view> cells;
    bool header = true;
    while (scan.next(span)) {
        const bool good =
            csv::split(national.substr(span.offset, span.length), {}, arena, cells) == csv::State::good;
        if (!good || cells.size() != 3 || (header && cells[0] != "system"))
            throw MappingError(name + ": the columns system,name,why are expected", "restore the file");
        if (!header) national_.emplace(cells[0]);
        header = false;
    }
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
    const Group group = group_of(record);
    const std::scoped_lock lock(mutex_);
    for (auto& [code, use] : here) {
        Use& all = codes_[code];
        // Not the one seen first: that depends on the number of jobs.
        if (all.patients == 0 || use.term < all.term) all.term = use.term;
        ++all.patients;
        all.entries += use.entries;
    }
    (group == Group::dead         ? dead_
     : group == Group::left       ? left_
     : group == Group::registered ? registered_
                                  : unknown_)++;
}

std::vector<summary::Count> Overview::patient_groups() const {
    std::vector<summary::Count> out;
    for (const auto& [name, n] : {std::pair{"registered", registered_}, std::pair{"left", left_},
                                  std::pair{"dead", dead_}, std::pair{"registration not known", unknown_}})
        if (n > 0) out.push_back({name, n});
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
