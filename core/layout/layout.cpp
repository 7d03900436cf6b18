#include "core/layout/layout.hpp"

#include <algorithm>
#include <bit>
#include <stdexcept>

#include "core/io/file.hpp"

namespace gpswitch::layout {
namespace {

Cover empty_cover(const record::Type& type, const std::string& path = {}) {
    Cover c;
    for (const record::Field& f : type.fields)
        c.paths.push_back(path.empty() ? std::string(f.name) : path + "." + std::string(f.name));
    c.how.assign(type.fields.size(), Cover::How::nothing);
    c.inner.resize(type.fields.size());
    c.by.resize(type.fields.size());
    return c;
}

// "dosageInstruction.text": a step into the list, and a whole field there.
void add_to(Cover& c, const record::Type& type, Text path, const mapping::ColumnRule& rule) {
    const std::size_t dot = path.find('.');
    const record::Field* f = type.find(path.substr(0, dot));
    if (f == nullptr) return;
    const auto i = static_cast<std::size_t>(f - type.fields.data());
    c.by[i].push_back(&rule);
    if (dot == Text::npos || f->type == nullptr) {
        c.how[i] = Cover::How::whole;
        return;
    }
    if (c.how[i] == Cover::How::nothing) c.how[i] = Cover::How::inside;
    if (!c.inner[i]) c.inner[i] = std::make_unique<Cover>(empty_cover(*f->type, c.paths[i]));
    add_to(*c.inner[i], *f->type, path.substr(dot + 1), rule);
}

void add_rules(Cover& all, const record::Type& type, const std::vector<mapping::ColumnRule>& rules) {
    for (const mapping::ColumnRule& rule : rules)
        if (!rule.path.empty()) add_to(all, type, rule.path, rule);
}

// A field that is written whole leaves something out only when it leads elsewhere or is one of several
// numbers; what is named for whoever reads, the layout's own logic takes care of.
bool may_lose(const Cover& c, const record::Type& type, std::size_t i) {
    const record::Field& f = type.fields[i];
    if (c.how[i] == Cover::How::inside) return true;
    if (c.how[i] == Cover::How::nothing) {
        static const record::Address nowhere{};
        return &type == &record::type_of<record::Address>() || !said_elsewhere(type, &nowhere, f);
    }
    return (f.type == &record::type_of<record::Reference>() ||
            f.type == &record::type_of<record::ContactPoint>()) &&
           std::ranges::none_of(c.by[i], [](const mapping::ColumnRule* r) {
               return r->transform == mapping::Transform::part;
           });
}

void mark_open(Cover& c, const record::Type& type) {
    for (std::size_t i = 0; i < type.fields.size(); ++i) {
        if (may_lose(c, type, i)) c.open[i / 64] |= std::uint64_t{1} << (i % 64);
        if (c.how[i] == Cover::How::inside) mark_open(*c.inner[i], *type.fields[i].type);
    }
    constexpr int kFew = 4;
    c.few_open = std::popcount(c.open[0]) + std::popcount(c.open[1]) <= kFew;
    for (std::size_t i = 0; c.few_open && i < type.fields.size(); ++i)
        if ((c.open[i / 64] >> (i % 64) & 1) != 0) c.open_fields.push_back(static_cast<std::uint8_t>(i));
}

// Fields of which no rule writes anything, with what stands below those that have a column for a part.
void uncovered(const record::Type& type, const Cover& cover, const std::string& entity,
               const std::string& path, std::vector<record::CannotCarry>& out) {
    for (std::size_t i = 0; i < type.fields.size(); ++i) {
        const record::Field& f = type.fields[i];
        const std::string here = path.empty() ? std::string(f.name) : path + "." + std::string(f.name);
        if (cover.how[i] == Cover::How::inside)
            uncovered(*f.type, *cover.inner[i], entity, here, out);
        else if (cover.how[i] == Cover::How::nothing && !said_elsewhere(type, nullptr, f))
            out.push_back({entity, here, kNoColumn});
    }
}

void of_kind(const mapping::MappingSet& set, const WriteSet& write, EntityKind kind,
             std::vector<record::CannotCarry>& out) {
    const record::Type& type = record::type_of(kind);
    const std::string entity(record::name_of(kind));
    const auto& routes = write.routes(kind);
    const bool rows = std::ranges::any_of(
        routes, [](const mapping::WriteRoute& r) { return r.fate == mapping::WriteRoute::Fate::rows; });
    if (!rows) {
        if (!routes.empty()) out.push_back({entity, "", routes.back().why});
        return;
    }
    Cover all = empty_cover(type);
    std::vector<bool> own(type.fields.size(), false);
    for (const mapping::WriteRoute& route : routes) {
        for (const mapping::WrittenRow& row : route.rows)
            add_rules(all, type, set.rules(write.tables()[row.table].name, row.variant));
        for (std::size_t f = 0; f < own.size(); ++f) own[f] = own[f] || route.own[f];
    }
    for (std::size_t f = 0; f < own.size(); ++f)
        if (own[f]) all.how[f] = Cover::How::whole;
    uncovered(type, all, entity, {}, out);
}

}  // namespace

// A name in one text is written where its parts would be, a unit in words is the unit.
bool said_elsewhere(const record::Type& type, const void* object, const record::Field& f) {
    if (&type == &record::type_of<record::HumanName>()) return f.name == "text";
    if (&type == &record::type_of<record::Address>())
        return f.name == "type" ||
               (f.name == "text" &&
                (object == nullptr || !static_cast<const record::Address*>(object)->line.empty()));
    if (&type == &record::type_of<record::Quantity>()) return f.name == "system" || f.name == "code";
    if (&type == &record::type_of<record::Coding>()) return f.name != "code" && f.name != "system";
    if (&type == &record::type_of<record::Dosage>()) return f.name == "sequence";
    return false;
}

Layout::Layout(std::shared_ptr<mapping::MappingSet> set, std::string_view version) : set_(std::move(set)) {
    // Tables before the set is bound: the numbers are theirs.
    write_ = WriteSet::load(*set_);
    set_->bind(
        [this](Text table_name, Text name) {
            const int number = write_->table_index(table_name);
            if (number < 0) return kThrough - 1;
            const std::size_t dot = name.find('.');
            const int at = column(static_cast<std::size_t>(number), name.substr(0, dot));
            if (at < 0) return kThrough - 1;
            if (dot == Text::npos) return at;
            const Text through = name.substr(dot + 1);
            std::size_t n = 0;
            while (n < names_.size() && names_[n] != through) ++n;
            if (n == names_.size()) names_.emplace_back(through);
            if (names_.size() > kMostNames) throw std::logic_error("too many columns of other rows");
            return at + kThrough * (1 + static_cast<int>(n));
        },
        std::string(version));
    for (const mapping::WrittenTable& t : write_->tables()) {
        using mapping::Cell;
        columns_.push_back({t.find(Cell::patient), t.find(Cell::practice), t.find(Cell::key),
                            t.find(Cell::label), t.find(Cell::code)});
        flags_ = flags_ || columns_.back().label >= 0;
    }
    for (const mapping::WrittenTable& t : write_->tables()) {
        auto& columns = limited_.emplace_back();
        for (std::size_t c = 0; c < t.cells.size(); ++c)
            if (t.cells[c].max != 0 && t.cells[c].format != mapping::Cell::Format::guid)
                columns.push_back(static_cast<std::uint32_t>(c));
    }
    for (std::size_t k = 0; k < record::kEntityKinds; ++k) {
        const auto& routes = write_->routes(static_cast<EntityKind>(k));
        no_place_[k] = static_cast<EntityKind>(k) != EntityKind::Patient && !routes.empty() &&
                       std::ranges::all_of(
                           routes, [](const auto& r) { return r.fate == mapping::WriteRoute::Fate::held; });
        for (const mapping::WriteRoute& route : routes) {
            const record::Type& type = record::type_of(static_cast<EntityKind>(k));
            Cover& all = covers_.emplace_back(empty_cover(type));
            for (const mapping::WrittenRow& row : route.rows) {
                rules_.push_back(&set_->rules(table(row.table).name, row.variant));
                turned_.emplace_back(*rules_.back(), type);
                add_rules(all, type, *rules_.back());
                for (const mapping::ColumnRule& rule : *rules_.back())
                    if (rule.transform == mapping::Transform::identifier)
                        all.identifiers.push_back(rule.args[0]);
            }
            mark_open(all, type);
            for (std::size_t f = 0; f < type.fields.size(); ++f)
                if (route.own[f]) all.open[f / 64] &= ~(std::uint64_t{1} << (f % 64));
        }
    }
}

std::size_t Layout::table_named(std::string_view name) const {
    const int n = write_->table_index(name);
    if (n < 0) throw std::logic_error("cells.csv lacks the table " + std::string(name));
    return static_cast<std::size_t>(n);
}

std::vector<record::CannotCarry> cannot_carry(const mapping::MappingSet& set) {
    std::vector<record::CannotCarry> out;
    if (!io::exists(set.folder() + "/write.csv")) return out;
    const auto write = WriteSet::load(set);
    for (std::size_t k = 0; k < record::kEntityKinds; ++k)
        of_kind(set, *write, static_cast<EntityKind>(k), out);
    return out;
}

}  // namespace gpswitch::layout
