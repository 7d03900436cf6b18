#include "core/validate/context.hpp"

#include <algorithm>
#include <cstring>
#include <stdexcept>

#include "core/record/address.hpp"
#include "core/util/nhs_number.hpp"

namespace gpswitch::validate {
namespace {

// All bytes zero is empty, whatever the type; most of an entity is, and this is how it is passed over
// quickly.
bool untouched(const void* object, std::size_t size) {
    const auto* p = static_cast<const char*>(object);
    return size == 0 || (p[0] == 0 && std::memcmp(p, p + 1, size - 1) == 0);
}

void visit(const void* object, const record::Type& type, Trail& trail, Visitor& visitor) {
    for (const Field& f : type.fields) {
        const std::uint32_t n = f.list ? record::items_at(object, f).size : 1;
        for (std::uint32_t i = 0; i < n; ++i) {
            if (f.kind != record::Kind::structure) {
                const Text value = f.list ? record::texts_at(object, f)[i] : record::text_at(object, f);
                if (value.empty()) continue;
                trail.push_back({&f, i});
                visitor.text(f, value, trail);
                trail.pop_back();
                continue;
            }
            const void* inner =
                f.list ? record::items_at(object, f).data + i * f.type->size : record::at(object, f);
            if (untouched(inner, f.type->size)) continue;
            trail.push_back({&f, i});
            visitor.structure(*f.type, inner, trail);
            visit(inner, *f.type, trail, visitor);
            trail.pop_back();
        }
    }
}

}  // namespace

void visit(const Item& item, Visitor& visitor) {
    Trail trail;
    visit(item.entity, record::type_of(item.kind), trail, visitor);
}

std::string path_of(const Trail& trail) {
    std::string out;
    for (const Step& s : trail) {
        if (!out.empty()) out += '.';
        out += s.field->name;
        if (s.field->list) out += "[" + std::to_string(s.index) + "]";
    }
    return out;
}

Context::Context(const record::Record& r, const Rules& rs, IssueSink& sink)
    : record(r), rules(rs), sink_(sink) {
    bool registered = false, open = false;
    for (const Item& item : record.items) {
        if (!item.entity->id.empty())
            items_.emplace(std::string(record::name_of(item.kind)) + "/" + std::string(item.entity->id),
                           &item);
        if (item.kind == EntityKind::Patient && patient_ == nullptr)
            patient_ = static_cast<const record::Patient*>(item.entity);
        if (item.kind == EntityKind::EpisodeOfCare) {
            registered = true;
            open = open || registration_open(static_cast<const record::EpisodeOfCare&>(*item.entity));
        }
    }
    find_panels();
    left_ = (patient_ != nullptr && patient_->active == "false") || (registered && !open);
}

const Item* Context::find(Text reference) const {
    const auto it = items_.find(std::string(reference));
    return it == items_.end() ? nullptr : it->second;
}

void Context::find_panels() {
    for (const Item& item : record.items) {
        List<record::Reference> members;
        if (item.kind == EntityKind::DiagnosticReport)
            members = static_cast<const record::DiagnosticReport&>(*item.entity).result;
        if (item.kind == EntityKind::Observation)
            members = static_cast<const record::Observation&>(*item.entity).has_member;
        for (const record::Reference& r : members) {
            const Item* member = find(r.reference);
            if (member == nullptr) continue;
            // Walking up must end.
            const Item* above = &item;
            while (above != nullptr && above != member) above = panel_of(*above);
            if (above == nullptr) panels_.emplace(member, &item);
        }
    }
}

const Item* Context::panel_of(const Item& item) const {
    const auto it = panels_.find(&item);
    return it == panels_.end() ? nullptr : it->second;
}

bool Context::dead() const {
    return patient_ != nullptr &&
           (patient_->deceased_boolean == "true" || !patient_->deceased_date_time.empty());
}

void Context::report(std::string_view code, const Item& item, const std::string& path,
                     const std::string& more) {
    const Rule* rule = find_rule(code);
    if (rule == nullptr) throw std::logic_error("validate: no rule " + std::string(code));
    Issue issue;
    issue.severity = rule->severity;
    issue.code = rule->code;
    address(record, rules.census, item, issue);
    issue.resource = label(item);
    issue.path = path;
    issue.message = std::string(rule->title) + (more.empty() ? "" : ": " + more);
    issue.hint = rule->hint;
    sink_.add(issue);
}

void Context::report(std::string_view code, const std::string& more) {
    const Rule* rule = find_rule(code);
    if (rule == nullptr) throw std::logic_error("validate: no rule " + std::string(code));
    Issue issue;
    issue.severity = rule->severity;
    issue.code = rule->code;
    const bool shown = nhs_number::parse(record.patient_id).empty();
    issue.resource = "Patient" + (shown && !record.patient_id.empty() ? "/" + std::string(record.patient_id)
                                                                      : std::string());
    issue.message = std::string(rule->title) + (more.empty() ? "" : ": " + more);
    issue.hint = rule->hint;
    sink_.add(issue);
}

bool Context::past(Text date) const {
    return usable(date) && !as_of().empty() && compare_days(date, as_of()) < 0;
}

bool Context::future(Text date) const {
    return usable(date) && !as_of().empty() && compare_days(date, as_of()) > 0;
}

bool registration_open(const record::EpisodeOfCare& e) {
    return e.status != "finished" && e.status != "cancelled" && e.status != "entered-in-error" &&
           e.period.end.empty();
}

void address(const record::Record& record, const record::Census* census, const Item& item, Issue& issue) {
    if (census == nullptr) return;
    const auto index = static_cast<std::uint32_t>(&item - record.items.data());
    const record::Claim* best = nullptr;
    for (const record::Claim& c : record.claims)
        if (c.item == index && (best == nullptr || (c.role == record::Role::primary && best->role != c.role)))
            best = &c;
    if (best == nullptr || best->row >= record.rows.size()) return;
    const record::Row& row = record.rows[best->row];
    if (row.table >= census->tables.size()) return;
    issue.member = record::member_of(census->tables[row.table], row);
    issue.line = row.line;
}

std::string label(const Item& item) {
    const std::string type(record::name_of(item.kind));
    const Text id = item.entity->id;
    return id.empty() || !nhs_number::parse(id).empty() ? type : type + "/" + std::string(id);
}

bool has_code(const record::Concept& concept_, std::string_view code) {
    return std::any_of(concept_.coding.begin(), concept_.coding.end(),
                       [&](const record::Coding& c) { return c.code == code; });
}

int compare_days(Text a, Text b) {
    const std::size_t n = std::min({a.size(), b.size(), std::size_t{10}});
    return a.substr(0, n).compare(b.substr(0, n));
}

const Field* first_filled(const Item& item, std::initializer_list<std::string_view> names) {
    for (std::string_view name : names) {
        const Field* f = record::type_of(item.kind).find(name);
        if (f != nullptr && !record::is_empty(item.entity, *f)) return f;
    }
    return nullptr;
}

}  // namespace gpswitch::validate
