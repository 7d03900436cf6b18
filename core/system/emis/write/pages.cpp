#include "core/system/emis/write/pages.hpp"

#include <algorithm>
#include <cstring>

#include "core/system/emis/rows.hpp"
#include "core/util/text.hpp"

namespace gpswitch::emis::write {

void Pages::fill(const Record& record, Text practice_guid, Text as_of) {
    record_ = &record;
    as_of_ = as_of;
    drafts.clear();
    codes.clear();
    losses.clear();
    held.clear();
    latest = patient_ = {};
    code_index_.clear();
    by_reference_.clear();
    for (auto& m : by_key_) m.clear();
    arena_.clear();
    organisation_ = arena_.copy(practice_guid);
    const auto n = static_cast<std::uint32_t>(record.items.size());
    item_drafts_.assign(n, {});
    shared.assign(n, {});
    route();
    for (std::uint32_t i = 0; i < n; ++i) item(i);
    parents();
    check_reading();
    for (std::uint32_t i = 0; i < n; ++i) restricted(i);
    lengths();
    for (Draft& d : drafts) {
        const Layout::Columns& at = layout_.columns(d.tab);
        // A member of staff may be half a row so far.
        if (at.organisation >= 0 && at.key != at.organisation && d.tab != Tab::Admin_UserInRole &&
            d.cells[at.organisation].empty())
            d.cells[at.organisation] = organisation_;
    }
}

void Pages::route() {
    const auto n = static_cast<std::uint32_t>(record_->items.size());
    routes_.assign(n, nullptr);
    for (std::uint32_t i = 0; i < n; ++i) {
        const record::Item& item = record_->items[i];
        by_reference_.emplace(arena_.join(record::name_of(item.kind), "/", item.entity->id), i);
        routes_[i] = layout_.write().first(item.kind, *item.entity);
        if (routes_[i] != nullptr && routes_[i]->fate == mapping::WriteRoute::Fate::held)
            held.push_back({i, "EMIS-WRITE-002", routes_[i]->why});
        if (item.kind != EntityKind::Patient) continue;
        patient_ = key_of_item(i, Tab::Admin_Patient);
        const auto& p = *static_cast<const record::Patient*>(item.entity);
        if (!p.managing_organization.reference.empty())
            organisation_ = practice_key(p.managing_organization.reference);
    }
}

std::optional<std::uint32_t> Pages::item_of(Text reference) const {
    const auto it = by_reference_.find(reference);
    return it == by_reference_.end() ? std::nullopt : std::optional(it->second);
}

// A record from EMIS gets its own key back; another one its id.
Text Pages::key_of_item(std::uint32_t i, Tab tab) {
    const record::Item& item = record_->items[i];
    Text other;
    for (const record::Identifier& id : item.entity->identifier) {
        if (!id.system.starts_with(kIdBase)) continue;
        const Text table = id.system.substr(kIdBase.size());
        if (table == shape(tab).name) return id.value;
        if (tab_named(table)) other = id.value;
    }
    if (!other.empty()) return other;
    // Entities that share a row.
    const auto follow = [&](Text reference) -> Text {
        const auto to = item_of(reference);
        return to && *to != i ? key_of_item(*to, tab) : Text{};
    };
    Text key;
    if (item.kind == EntityKind::MedicationStatement) {
        for (const record::Reference& r :
             static_cast<const record::MedicationStatement*>(item.entity)->based_on)
            if (key.empty()) key = follow(r.reference);
    } else if (item.kind == EntityKind::EpisodeOfCare) {
        key = patient_;
    } else if (item.kind == EntityKind::Condition) {
        key = follow(static_cast<const record::Condition*>(item.entity)->actual_problem.reference);
    }
    return key.empty() ? arena_.copy(guid_of(item.kind, item.entity->id)) : key;
}

std::uint32_t Pages::draft(Tab tab, Text key) {
    auto& index = by_key_[static_cast<std::size_t>(tab)];
    if (!key.empty())
        if (const auto it = index.find(key); it != index.end()) return it->second;
    const auto n = static_cast<std::uint32_t>(drafts.size());
    if (!key.empty()) index.emplace(key, n);
    Draft& d = drafts.emplace_back();
    d.tab = tab;
    d.key = key;
    const std::size_t cells = layout_.table(tab).cells.size();
    d.cells = static_cast<Text*>(arena_.take(sizeof(Text) * cells, alignof(Text)));
    for (std::size_t c = 0; c < cells; ++c) new (d.cells + c) Text{};
    const Layout::Columns& at = layout_.columns(tab);
    if (at.patient >= 0 && !record_->patient_id.empty()) d.cells[at.patient] = patient_;
    if (at.key >= 0 && !key.empty()) d.cells[at.key] = key;
    if (at.processing >= 0) d.cells[at.processing] = kExtract;
    return n;
}

void Pages::item(std::uint32_t i) {
    const mapping::WriteRoute* route = routes_[i];
    if (route == nullptr || route->fate != mapping::WriteRoute::Fate::rows) return;
    const record::Item& item = record_->items[i];
    at_item_ = i;
    at_route_ = route;
    const Entity& entity = as_written(i);
    mapping::TurnRound turn(layout_.set(), entity, item.kind, arena_);
    for (std::size_t r = 0; r < route->rows.size(); ++r) {
        const mapping::WrittenRow& row = route->rows[r];
        const Tab tab = layout_.tab(row.table);
        if (row.optional && tab != Tab::CareRecord_ObservationReferral) continue;  // rows of its own logic
        const bool event = shape(tab).key.empty();
        const std::uint32_t number = draft(tab, event ? Text{} : key_of_item(i, tab));
        const std::uint64_t bit = std::uint64_t{1} << static_cast<unsigned>(item.kind);
        if ((drafts[number].kinds & bit) != 0) {
            held.push_back({i, "EMIS-WRITE-002", "the layout has room for one of its kind in that row"});
            return;
        }
        drafts[number].kinds |= bit;
        drafts[number].items.push_back(i);
        item_drafts_[i].push_back(number);
        at_ = &drafts[number];
        if (r == 0) rest(i);
        at_ = &drafts[number];
        if (r != 0)
            for (const record::Rest& e : item.entity->rest)
                if (e.path.starts_with(shape(tab).name) && e.path.size() > shape(tab).name.size() &&
                    e.path[shape(tab).name.size()] == '.') {
                    const int c = layout_.column(tab, e.path.substr(shape(tab).name.size() + 1));
                    at_rest_ = true;
                    if (c >= 0) put(c, e.value);
                    at_rest_ = false;
                }
        for (const auto& s : row.sets) put(s.cell, s.value);
        turn.row(layout_.rules(row), *this, r + 1 == route->rows.size());
        specials(i, drafts[number]);
        if (tab == Tab::CareRecord_Observation && item.kind == EntityKind::Observation)
            observation(i, number);
        at_ = &drafts[number];
        if (row.optional) {
            const Layout::Columns& k = layout_.columns(tab);
            bool said = std::any_of(item.entity->source.begin(), item.entity->source.end(),
                                    [&](const record::SourceRow& s) { return s.table == shape(tab).name; });
            for (std::size_t c = 0; c < layout_.table(tab).cells.size() && !said; ++c)
                said = !at_->cells[c].empty() && static_cast<int>(c) != k.patient &&
                       static_cast<int>(c) != k.organisation && static_cast<int>(c) != k.key &&
                       static_cast<int>(c) != k.processing;
            if (!said) at_->written = true;  // nothing to write
        }
    }
    uncovered(i, entity);
}

// Verbatim cells of the source, kept beside the fields.
void Pages::rest(std::uint32_t i) {
    const record::Item& item = record_->items[i];
    for (const record::Rest& e : item.entity->rest) {
        const std::size_t dot = e.path.find('.');
        const auto tab = tab_named(e.path.substr(0, dot));
        if (!tab || static_cast<std::size_t>(*tab) >= kTabs || dot == Text::npos) {
            if (!e.path.starts_with("component["))
                lose(e.path, "kept beside the fields, and no column of the layout");
            continue;
        }
        const int c = layout_.column(*tab, e.path.substr(dot + 1));
        if (c < 0) {
            lose(e.path, "a column that the written version does not have");
            continue;
        }
        if (*tab != at_->tab) {
            // Another row of the entry takes it, or nothing does; the brick's own logic spreads the events.
            if (std::ranges::none_of(at_route_->rows,
                                     [&](const auto& row) { return layout_.tab(row.table) == *tab; }))
                lose(e.path, "kept beside the fields, and no row of the entry has the column");
            continue;
        }
        // Readings of a blood pressure leave theirs with the whole: the parent's own comes first.
        if (item.kind == EntityKind::Observation) {
            int times = 0;
            for (const record::Rest& o : item.entity->rest) times += o.path == e.path ? 1 : 0;
            if (times == 2 && static_cast<const record::Observation*>(item.entity)->component.size == 2)
                continue;
        }
        at_rest_ = true;
        if (at_->cells[c].empty())
            put(c, e.value);
        else if (at_->cells[c] != e.value)
            lose(e.path, "kept beside the fields, and its column says something else");
        at_rest_ = false;
    }
}

void Pages::lose(Text path, std::string_view why, std::string_view reason) {
    for (auto l = losses.rbegin(); l != losses.rend() && l->item == at_item_; ++l)
        if (l->path == path) return;
    losses.push_back({at_item_, std::string(path), why, reason});
}

void Pages::set(Draft& d, std::string_view column, Text value) {
    const int c = layout_.column(d.tab, column);
    if (c >= 0 && d.cells[c].empty()) d.cells[c] = value;
}

void Pages::put(int column, Text cell) {
    if (column < 0 || column >= Layout::kThrough - 1 || cell.empty()) return;
    Text& to = at_->cells[column];
    const std::uint64_t bit = std::uint64_t{1} << static_cast<unsigned>(column);
    if (to.empty()) {
        to = cell;
        if (at_rest_) at_->from_rest |= bit;
        if (at_->code < 0 && column == layout_.columns(at_->tab).code)
            if (const auto it = code_index_.find(std::string(cell)); it != code_index_.end())
                at_->code = it->second;
        return;
    }
    if (to == cell || (at_->from_rest & bit) != 0) return;
    lose(layout_.table(at_->tab).cells[static_cast<std::size_t>(column)].column,
         "two entries of one row say different things: the first is written");
}

bool Pages::empty(int column) const {
    return column < 0 || column >= Layout::kThrough - 1 || at_->cells[column].empty();
}

Text Pages::key_of_reference(const record::Reference& r, std::string_view column) {
    if (r.reference.empty()) {
        if (!r.identifier.value.empty() && r.identifier.system.starts_with(kIdBase) &&
            r.identifier.system.substr(kIdBase.size()) == column)
            return r.identifier.value;
        return {};
    }
    const std::size_t slash = r.reference.find('/');
    const auto kind = record::kind_of(r.reference.substr(0, slash));
    if (!kind || slash == Text::npos) return {};
    if (record::practice_wide(*kind)) return practice_key(r.reference);
    const auto to = item_of(r.reference);
    if (!to) return arena_.copy(guid_of(r.reference));
    const mapping::WriteRoute* route = routes_[*to];
    if (route == nullptr || route->rows.empty()) return {};
    return key_of_item(*to, layout_.tab(route->rows[0].table));
}

Text Pages::key_of(const mapping::ColumnRule& rule, const record::Reference& r) {
    if (r.reference.empty()) return key_of_reference(r, rule.name);
    const Text kind = r.reference.substr(0, r.reference.find('/'));
    const bool staff = rule.args[0] == "PractitionerRole" && kind == "Practitioner";
    return kind == rule.args[0] || staff ? key_of_reference(r, rule.name) : Text{};
}

void Pages::lost(const mapping::ColumnRule& rule, const char* why) { lose(rule.path, why); }

// Parents before children, and children in the order their parent has them.
std::vector<std::uint32_t> Pages::order() {
    std::vector<std::uint32_t> out;
    std::vector<bool> done(drafts.size());
    const auto add = [&](auto& self, std::uint32_t d) -> void {
        if (done[d]) return;
        done[d] = true;
        if (!drafts[d].written) out.push_back(d);
        for (const std::uint32_t c : drafts[d].children) self(self, c);
    };
    for (const bool first : {true, false})
        for (std::uint32_t d = 0; d < drafts.size(); ++d)
            if (drafts[d].parent < 0 && (drafts[d].first || !first)) add(add, d);
    for (std::uint32_t d = 0; d < drafts.size(); ++d) add(add, d);
    return out;
}

}  // namespace gpswitch::emis::write
