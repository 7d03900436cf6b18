#include "core/layout/pages.hpp"

#include "core/record/made_number.hpp"

namespace gpswitch::layout {

void Pages::fill(const Record& record, Text practice, Text as_of) {
    record_ = &record;
    as_of_ = as_of;
    drafts.clear();
    losses.clear();
    held.clear();
    besides.clear();
    patient_ = {};
    by_reference_.clear();
    by_key_.resize(layout_.tables());
    for (auto& m : by_key_) m.clear();
    arena_.clear();
    practice_ = arena_.copy(practice);
    const auto n = static_cast<std::uint32_t>(record.items.size());
    item_drafts_.assign(n, {});
    keys_.assign(n, {});
    begin();
    route();
    in_vain_ = !held.empty();
    for (std::uint32_t i = 0; i < n && !in_vain_; ++i) in_vain_ = held_for_label(i);
    for (std::uint32_t i = 0; i < n; ++i) item(i);
    finish();
    for (std::uint32_t i = 0; i < n; ++i) restricted(i);
    with_patient();
    if (held.empty()) lengths();
    // Few, and in import as well: those of the practice.
    if (say_all || record.patient_id.empty())
        for (Draft& d : drafts)
            if (!d.items.empty() && !d.written) say_sort(d);
    for (Draft& d : drafts) {
        const int at = layout_.columns(d.table).practice;
        if (at >= 0 && d.cells[at].empty()) d.cells[at] = practice_;
    }
}

// Whose patient is not written is not written either: it would be nobody's, and without the patient's label.
void Pages::with_patient() {
    const auto patient = std::ranges::find_if(
        held, [&](const Held& h) { return record_->items[h.item].kind == EntityKind::Patient; });
    if (patient == held.end()) return;
    const std::string_view code = patient->code;
    for (std::uint32_t i = 0; i < record_->items.size(); ++i)
        if (record_->items[i].kind != EntityKind::Patient) hold(i, code, "its patient is held back");
}

void Pages::decide(const Record& record) {
    record_ = &record;
    held.clear();
    routes_.clear();
    numbers_.assign(record.items.size(), {});
    for (const record::Item& item : record.items) {
        routes_.push_back(layout_.write().first(item.kind, *item.entity));
        if (layout_.no_place(item.kind))
            hold(static_cast<std::uint32_t>(routes_.size() - 1), kNoPlace, routes_.back()->why);
    }
    decided_ = &record;
}

void Pages::forget(std::span<const std::uint32_t> items) {
    std::uint32_t i = 0;
    std::erase_if(routes_, [&](const auto*) { return std::ranges::binary_search(items, i++); });
    i = 0;
    std::erase_if(numbers_, [&](const auto&) { return std::ranges::binary_search(items, i++); });
}

std::array<char, 18> Pages::number_of(std::uint32_t i) {
    const record::Item& item = record_->items[i];
    if (decided_ != record_) return record::made_number(item.kind, item.entity->id);
    if (numbers_[i][0] == 0) numbers_[i] = record::made_number(item.kind, item.entity->id);
    return numbers_[i];
}

void Pages::route() {
    if (decided_ != record_) {
        decide(*record_);
        decided_ = nullptr;
        held.clear();
    }
    const auto n = static_cast<std::uint32_t>(record_->items.size());
    for (std::uint32_t i = 0; i < n; ++i) {
        const record::Item& item = record_->items[i];
        if (routes_[i] != nullptr && routes_[i]->fate == mapping::WriteRoute::Fate::held)
            hold(i, kNoPlace, routes_[i]->why);
        by_reference_.add(arena_.join(record::name_of(item.kind), "/", item.entity->id), i);
        if (item.kind != EntityKind::Patient || !has_rows(i)) continue;
        patient_ = find_key(i, routes_[i]->rows[0].table);
        belongs(*static_cast<const record::Patient*>(item.entity));
    }
    without_place = held.size();
}

Text Pages::key_of_item(std::uint32_t i, std::size_t table) {
    Key& known = keys_[i];
    if (known.key.data() == nullptr || known.table != table) {
        const Text key = find_key(i, table);
        keys_[i] = {table, key};
        return key;
    }
    return known.key;
}

// A record from this supplier gets its own key back; another one a key made of its id.
Text Pages::find_key(std::uint32_t i, std::size_t table) {
    const record::Item& item = record_->items[i];
    Text other;
    for (const record::Identifier& id : item.entity->identifier) {
        if (!id.system.starts_with(id_base_)) continue;
        const Text name = id.system.substr(id_base_.size());
        if (name == layout_.table(table).name) return id.value;
        if (layout_.write().table_index(name) >= 0) other = id.value;
    }
    if (const Text own = own_key(i, table); !own.empty()) return own;
    if (!other.empty()) return other;
    if (const Text shared = shared_key(i, table); !shared.empty()) return shared;
    return made_key_of(i);
}

std::uint32_t Pages::draft(std::size_t table, Text key) {
    auto& index = by_key_[table];
    if (!key.empty())
        if (const auto known = index.find(key)) return *known;
    const auto n = static_cast<std::uint32_t>(drafts.size());
    if (!key.empty()) index.add(key, n);
    Draft& d = drafts.emplace_back();
    d.table = table;
    d.key = key;
    const std::size_t cells = layout_.table(table).cells.size();
    d.cells = static_cast<Text*>(arena_.take(sizeof(Text) * cells, alignof(Text)));
    for (std::size_t c = 0; c < cells; ++c) new (d.cells + c) Text{};
    const Layout::Columns& at = layout_.columns(table);
    if (at.patient >= 0 && !record_->patient_id.empty()) d.cells[at.patient] = patient_;
    if (at.key >= 0 && !key.empty()) d.cells[at.key] = key;
    return n;
}

void Pages::item(std::uint32_t i) {
    if (!has_rows(i)) return;
    const record::Item& item = record_->items[i];
    at_item_ = i;
    at_route_ = routes_[i];
    const Entity& entity = as_written(i);
    mapping::TurnRound turn(layout_.set(), entity, item.kind, arena_);
    for (std::size_t r = 0; r < at_route_->rows.size(); ++r)
        if (!at_route_->rows[r].by_brick && !one_row(i, r, entity, turn)) return;
    if (!in_vain_) uncovered(i, entity, turn.filled());
}

// False when the item is held for want of room.
bool Pages::one_row(std::uint32_t i, std::size_t r, const Entity& entity, mapping::TurnRound& turn) {
    const record::Item& item = record_->items[i];
    const mapping::WrittenRow& row = at_route_->rows[r];
    const bool keyed = layout_.columns(row.table).key >= 0;
    const std::uint32_t number = draft(row.table, keyed ? key_of_item(i, row.table) : Text{});
    const std::uint64_t bit = std::uint64_t{1} << static_cast<unsigned>(item.kind);
    if ((drafts[number].kinds & bit) != 0) {
        hold(i, kNoPlace, "the layout has room for one of its kind in that row");
        return false;
    }
    drafts[number].kinds |= bit;
    drafts[number].items.add(arena_) = i;
    item_drafts_[i].add(arena_) = number;
    at_ = &drafts[number];
    if (r == 0)
        rest(i);
    else
        put_rest(entity);
    at_ = &drafts[number];
    for (const auto& s : row.sets) put(s.cell, s.value);
    // The last that takes what is left of a list.
    const bool last = std::all_of(at_route_->rows.begin() + static_cast<std::ptrdiff_t>(r) + 1,
                                  at_route_->rows.end(), [](const auto& later) { return later.by_brick; });
    turn.row(layout_.turned(row), *this, last);
    special(i, number);
    at_ = &drafts[number];
    if (row.optional && !says_something(*item.entity)) at_->written = true;
    return true;
}

bool Pages::says_something(const Entity& entity) const {
    const Layout::Columns& k = layout_.columns(at_->table);
    const mapping::WrittenTable& table = layout_.table(at_->table);
    for (const record::SourceRow& s : entity.source)
        if (s.table == table.name) return true;
    for (int c = 0; c < static_cast<int>(table.cells.size()); ++c)
        if (!at_->cells[c].empty() && c != k.patient && c != k.practice && c != k.key) return true;
    return false;
}

void Pages::put_rest(const Entity& e) {
    const std::string& table = layout_.table(at_->table).name;
    at_rest_ = true;
    for (const record::Rest& r : e.rest) {
        if (r.path.size() <= table.size() || !r.path.starts_with(table) || r.path[table.size()] != '.')
            continue;
        const int c = layout_.column(at_->table, r.path.substr(table.size() + 1));
        if (c >= 0 && !elsewhere(record_->items[at_item_], r)) put(c, r.value);
    }
    at_rest_ = false;
}

// Verbatim cells of the source, kept beside the fields.
void Pages::rest(std::uint32_t i) {
    const record::Item& item = record_->items[i];
    std::uint32_t number = 0;
    for (const record::Rest& e : item.entity->rest) {
        const auto lost = [&, place = nth("rest", number++)](std::string_view why) {
            lose(e.path, why, kNotCarried, place);
        };
        const std::size_t dot = e.path.find('.');
        const int table = layout_.write().table_index(e.path.substr(0, dot));
        if (table < 0 || dot == Text::npos) {
            if (!elsewhere(item, e)) lost("kept beside the fields, and no column of the layout");
            continue;
        }
        const int c = layout_.column(static_cast<std::size_t>(table), e.path.substr(dot + 1));
        if (c < 0) {
            lost("a column that the written version does not have");
            continue;
        }
        if (static_cast<std::size_t>(table) != at_->table) {
            // Another row of the entry takes it, or nothing does; the brick's own logic spreads the events.
            if (std::ranges::none_of(at_route_->rows, [&](const auto& row) {
                    return row.table == static_cast<std::size_t>(table);
                }))
                lost("kept beside the fields, and no row of the entry has the column");
            continue;
        }
        if (elsewhere(item, e)) continue;
        at_rest_ = true;
        if (at_->cells[c].empty())
            put(c, e.value);
        else if (at_->cells[c] != e.value)
            lost("kept beside the fields, and its column says something else");
        at_rest_ = false;
    }
}

void Pages::lose(Text path, std::string_view why, std::string_view reason, Text place) {
    for (auto l = losses.rbegin(); l != losses.rend() && l->item == at_item_; ++l)
        if (l->path == path && l->place == place) return;
    losses.push_back({at_item_, arena_.copy(path), why, reason, place});
}

Text Pages::nth(Text front, std::uint32_t i) {
    return say_all ? arena_.join(front, "[", std::to_string(i), "]") : Text();
}

void Pages::set(Draft& d, std::string_view name, Text value) {
    if (value.empty()) return;
    const int c = column(d.table, name);
    if (c >= 0 && d.cells[c].empty()) d.cells[c] = value;
}

int Pages::column(std::size_t table, std::string_view name) const {
    const std::uint64_t mixed =
        (reinterpret_cast<std::uintptr_t>(name.data()) ^ table << 40) * 0x9E3779B97F4A7C15ull;
    Found& known = found_[mixed >> 53];
    if (known.name != name.data() || known.length != name.size() || known.table != table)
        known = {name.data(), name.size(), table, layout_.column(table, name)};
    return known.column;
}

void Pages::put(int column, Text cell) {
    if (!Layout::is_cell(column) || cell.empty()) return;
    Text& to = at_->cells[column];
    const std::uint64_t bit = std::uint64_t{1} << static_cast<unsigned>(column);
    if (to.empty()) {
        to = cell;
        if (at_rest_) at_->from_rest |= bit;
        return;
    }
    if (to == cell || (at_->from_rest & bit) != 0) return;
    lose(layout_.table(at_->table).cells[static_cast<std::size_t>(column)].column, kOthers);
}

int Pages::table_number(std::string_view name) const {
    constexpr std::size_t kTables = ~std::size_t{0};  // no table's number
    Found& known = found_[(reinterpret_cast<std::uintptr_t>(name.data()) * 0x9E3779B97F4A7C15ull) >> 53];
    if (known.name != name.data() || known.length != name.size() || known.table != kTables)
        known = {name.data(), name.size(), kTables, layout_.write().table_index(name)};
    return known.column;
}

bool Pages::empty(int column) const { return !Layout::is_cell(column) || at_->cells[column].empty(); }

Text Pages::key_of_reference(const record::Reference& r, std::string_view column) {
    if (r.reference.empty()) {
        if (!r.identifier.value.empty() && r.identifier.system.starts_with(id_base_) &&
            r.identifier.system.substr(id_base_.size()) == column)
            return r.identifier.value;
        return {};
    }
    const std::size_t slash = r.reference.find('/');
    const auto kind = record::kind_of(r.reference.substr(0, slash));
    if (!kind || slash == Text::npos) return {};
    if (record::practice_wide(*kind)) return later(r.reference);
    const auto to = item_of(r.reference);
    if (!to) return made_key(*kind, r.reference.substr(slash + 1));
    if (routes_[*to] == nullptr || routes_[*to]->rows.empty()) return {};
    return key_of_item(*to, routes_[*to]->rows[0].table);
}

Text Pages::key_of(const mapping::ColumnRule& rule, const record::Reference& r) {
    if (r.reference.empty()) return key_of_reference(r, rule.name);
    const Text kind = r.reference.substr(0, r.reference.find('/'));
    const bool staff = rule.args[0] == "PractitionerRole" && kind == "Practitioner";
    return kind == rule.args[0] || staff ? key_of_reference(r, rule.name) : Text{};
}

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

}  // namespace gpswitch::layout
