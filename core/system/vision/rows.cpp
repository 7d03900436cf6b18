#include "core/system/vision/rows.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "core/util/civil_time.hpp"
#include "core/util/text.hpp"

namespace gpswitch::vision {
namespace {

constexpr int kVirtual = mapping::kMostColumns;

bool positive(Text number) {
    double v = 0;
    number = trim(number);
    const auto r = std::from_chars(number.data(), number.data() + number.size(), v);
    return !number.empty() && r.ec == std::errc() && r.ptr == number.data() + number.size() && v > 0;
}

}  // namespace

int column_number(Text table, Text column) {
    struct Word {
        Text word;
        Through through;
    };
    static constexpr Word kWords[] = {{"", Through::plain},
                                      {"Partial", Through::partial},
                                      {"Read", Through::read},
                                      {"Positive", Through::positive},
                                      {"Known", Through::known}};
    for (std::size_t t = 0; t < kTabs; ++t) {
        const Tab tab = static_cast<Tab>(t);
        if (!same_ignoring_case(shape(tab).name, table)) continue;
        const std::size_t dot = column.find('.');
        const int at = position(tab, column.substr(0, dot));
        const Text word = dot == Text::npos ? Text{} : column.substr(dot + 1);
        for (const Word& w : kWords)
            if (at >= 0 && w.word == word) return at + kVirtual * static_cast<int>(w.through);
    }
    return -1;
}

Maker::Maker(const Extract& extract, const mapping::MappingSet& mapping)
    : extract_(extract),
      mapping_(mapping),
      codes_(mapping),
      practice_ids_({"vision", extract.census.practice}),
      units_(mapping.values_index("entity-unit")),
      pressure_(mapping.values_index("pressure")),
      second_(mapping.values_index("second-value")),
      second_unit_(mapping.values_index("second-value-unit")),
      drinking_(mapping.values_index("drinking")),
      smoking_(mapping.values_index("smoking")),
      participant_(mapping.values_index("participant")),
      episode_(mapping.values_index("episode")),
      subset_of_(mapping.values_index("subset-of")) {
    const std::size_t n = extract.tables().size();
    routers_.resize(n);
    following_.resize(n);
    prefixes_.resize(n);
    for (const TableFile& t : extract.tables()) {
        systems_.push_back(kept_.join(kIdBase, t.name));
        auto& origins = origins_.emplace_back();
        for (std::size_t c = 0; t.shape != nullptr && c < t.shape->columns.size(); ++c)
            origins[c] = kept_.join(t.name, ".", t.shape->columns[c]);
    }
}

void Maker::begin(Record& record, Links& links) {
    record_ = &record;
    links_ = &links;
    patient_ = {};
    nameless_.clear();
    ++serial_;
}

std::uint64_t Maker::line_of(const TableFile& table, std::size_t slot, const RowText& text) {
    Following& f = following_[static_cast<std::size_t>(&table - extract_.tables().data())];
    const std::uint64_t address = table.offset(slot);
    const std::uint64_t line = f.address != 0 && f.address == address ? f.line : table.line(slot);
    f = {text.next, line + text.lines};
    return line;
}

Row Maker::load(std::size_t table, std::size_t slot) {
    const TableFile& t = extract_.table(table);
    RowText text;
    t.read(slot, record_->arena, text);
    Row r;
    r.table = table;
    r.slot = slot;
    r.bad = text.bad;
    r.cells = text.cells;
    r.cell_count = text.count;
    r.filled[0] = text.filled;
    r.row = static_cast<std::uint32_t>(record_->rows.size());
    const std::size_t part = t.part_at(t.offset(slot));
    r.delivery = t.parts[part].delivery;
    if (t.shape != nullptr) {
        r.key_text = cell(r, t.shape->key);
        r.key = key_of(r.key_text);
    }
    record_->rows.push_back({static_cast<std::uint16_t>(table), slot, line_of(t, slot, text), r.key_text,
                             text.raw, static_cast<std::uint16_t>(part)});
    if (text.undefined && t.parts[part].use == Use::read)
        issue(r, Severity::warning, "VISION-BYTE-002",
              "bytes that mean nothing in Windows-1252: kept as control characters", -1,
              "look at the entry in Vision: a character may have been lost there");
    return r;
}

void Maker::prepare(Row& row) {
    const Shape& s = shape_of(row);
    Arena& arena = record_->arena;
    bool whole = false;
    for (std::size_t i = 0; i < kMostDays && s.days[i] >= 0; ++i) {
        const int column = s.days[i];
        const Text given = cell(row, column);
        if (given.empty()) continue;
        const Day day = day_of(given, arena);
        if (day.full.empty() && day.partial.empty()) continue;  // the rule that takes it tells of it
        row.cells[column] = day.full;
        row.partial[i] = day.partial;
        whole = whole || (i == 0 && !day.full.empty());
    }
    if (s.time >= 0 && static_cast<std::uint32_t>(s.time) < row.cell_count) {
        const Text given = cell(row, s.time);
        const Text time = time_of(given, arena);
        row.cells[s.time] = time;
        // A time without its day has no home; midnight is a time here, and nobody would keep it.
        if (!time.empty() && (!whole || time == "00:00:00"))
            row.rest.add(arena) = {origin(row, s.time), given};
    }
    if (s.tab != Tab::journal) return;
    row.code = &codes_.find(cell(row, journal::CODE));
    find_subset(row);
}

// What an entry is that does not say it: an allergy must not become a note because one letter is missing.
void Maker::find_subset(Row& row) {
    const Text given = cell(row, journal::SUBSET);
    if (mapping_.in_list("subsets", given)) return;
    row.strange_subset = true;
    row.subset = given;
    for (const mapping::ValueRow& v : mapping_.values(subset_of_).rows) {
        if (!says(row, v.source)) continue;
        row.cells[journal::SUBSET] = v.target;
        row.filled[0] |= std::uint64_t{1} << journal::SUBSET;
        return;
    }
}

/// "CERTAINTY": the column holds something; "ENTITY=REPEATS": this; "CODE=14L..": a Read code at or below it.
bool Maker::says(const Row& row, Text what) const {
    const std::size_t equals = std::min(what.find('='), what.size());
    const int column = position(Tab::journal, what.substr(0, equals));
    if (column < 0) return false;
    if (equals == what.size()) return !cell(row, column).empty();
    const Text wanted = what.substr(equals + 1);
    if (column == journal::CODE) return !row.code->read.empty() && row.code->read.starts_with(stem(wanted));
    return same_ignoring_case(cell(row, column), wanted);
}

Text Maker::known_day(const Row& row, int column) const {
    const Shape& s = shape_of(row);
    for (std::size_t i = 0; i < kMostDays; ++i)
        if (s.days[i] == column && !row.partial[i].empty()) return row.partial[i];
    const Text d = cell(row, column);
    return civil_time::is_day(d) ? d : Text{};
}

Text Maker::day(const Row& row, int column) const {
    const Shape& s = shape_of(row);
    for (std::size_t i = 0; i < kMostDays; ++i)
        if (s.days[i] == column && !row.partial[i].empty()) return row.partial[i];
    return cell(row, column);
}

Text Maker::cell(int column) const {
    const int at = column % kVirtual;
    const auto through = static_cast<Through>(column / kVirtual);
    const Text value = static_cast<std::uint32_t>(at) < at_->cell_count ? at_->cells[at] : Text{};
    switch (through) {
        case Through::plain: return value;
        case Through::partial: {
            const Shape& s = shape_of(*at_);
            for (std::size_t i = 0; i < kMostDays; ++i)
                if (s.days[i] == at) return at_->partial[i];
            return {};
        }
        case Through::read: return at_->code == nullptr ? Text{} : at_->code->read;
        case Through::known: return known_day(*at_, at).empty() ? Text{} : Text("true");
        case Through::positive: return positive(value) ? Text("true") : Text{};
    }
    return value;
}

std::uint32_t Maker::code(int column) const {
    return column == journal::CODE && at_->code != nullptr ? at_->code->number : 0;
}

// Read codes are their own hierarchy: what stands below begins with it.
bool Maker::under(int, Text wanted) const {
    return at_->code != nullptr && !at_->code->read.empty() && at_->code->read.starts_with(stem(wanted));
}

// The extract says what was so at its moment: an end on a later day has not come.
bool Maker::past(int column) const {
    const Text d = day(*at_, column % kVirtual);
    const Text as_of = Text(extract_.census.as_of).substr(0, 10);
    if (d.empty() || d[0] < '0' || d[0] > '9' || (d.size() > 4 && d[4] != '-')) return false;
    return as_of.empty() || d <= as_of.substr(0, d.size());
}

const mapping::Route* Maker::route(Row& row) {
    auto& router = routers_[row.table];
    if (router == nullptr) router = std::make_unique<mapping::Router>(mapping_, name(row));
    look_at(row);
    row.route = router->first(*this);
    return row.route;
}

bool Maker::settle_unread(Row& row) {
    const TableFile& t = extract_.table(row.table);
    const Use use = t.part_of(row.slot).use;
    const bool known = t.shape != nullptr;
    if (use == Use::later)
        record_->settle(row.row, Fate::excluded, "delivery-after-moment");
    else if (use == Use::full_copy)
        record_->settle(row.row, Fate::excluded, "full-extract-repeats-incremental");
    else if (!known && mapping_.in_list("not-gp-tables", t.name))
        record_->settle(row.row, Fate::excluded, "not-a-gp-record");
    else if (!known)
        record_->settle(row.row, Fate::held, "VISION-TABLE-002");
    else
        return false;
    row.live = false;
    return true;
}

Text Maker::id_of(EntityKind kind, std::size_t table, Text patient_key, Text key, Text part) {
    UuidText u;
    const Text name = extract_.table(table).name;
    if (patient_key.empty()) {
        u = practice_ids_.id({name, patient_key, key, record::name_of(kind), part});
    } else {
        Prefix& p = prefixes_[table];
        if (p.serial != serial_) p = {serial_, practice_ids_.with({name, patient_key})};
        u = p.ids.id({key, record::name_of(kind), part});
    }
    return record_->arena.copy({u.data(), u.size()});
}

Text Maker::patient_reference() {
    if (patient_.empty()) patient_ = record_->arena.join("Patient/", record_->patient_id);
    return patient_;
}

void Maker::make_one(Row& row, const mapping::Made& made, Text patient_key) {
    const auto item = static_cast<std::uint32_t>(record_->items.size());
    Entity& e = record_->add(made.kind);
    const Text key = row.key_text;
    e.id = id_of(made.kind, row.table, patient_key, key);
    making_ = made.kind;
    record::Identifier& id = e.identifier.add(record_->arena);
    id.system = systems_[row.table];
    id.value = key;
    if (const record::Field* f = record::patient_field(made.kind);
        f != nullptr && !record_->patient_id.empty())
        static_cast<record::Reference*>(record::at(&e, *f))->reference = patient_reference();
    record_->claim(row.row, Role::primary, name(row));
    look_at(row);
    mapping::apply(mapping_.rules(made.rules), mapping_.calls(made.rules), *this, *record_, item);
    if (item == row.first_item)
        for (const record::Rest& r : row.rest) e.rest.add(record_->arena, r);
    finish(row, item, made.variant);
}

// A row without an id gets one of its bytes; of two that are the same each gets its own.
void Maker::name_it(Row& row) {
    issue(row, Severity::warning, "VISION-KEY-003",
          "the row has no id: no later change or deletion can name it", shape_of(row).key,
          "ask the supplier for its id");
    const Text raw = record_->rows[row.row].raw;
    const std::uint32_t n = ++nameless_[raw];
    const UuidText u = n == 1 ? uuid_v5({raw}) : uuid_v5({raw, fmt::format("{}", n)});
    row.key_text = record_->arena.copy({u.data(), u.size()});
}

void Maker::make(Row& row, Text patient_key) {
    row.first_item = static_cast<std::uint32_t>(record_->items.size());
    if (row.key_text.empty()) name_it(row);
    for (const mapping::Made& m : row.route->makes) make_one(row, m, patient_key);
    row.items = static_cast<std::uint32_t>(record_->items.size()) - row.first_item;
}

void Maker::join(Row& row, std::uint32_t item, std::string_view made) {
    record_->claim(row.row, item, Role::part, name(row));
    look_at(row);
    making_ = record_->items[item].kind;
    if (const auto rules = mapping_.rules_index(name(row), made))
        mapping::apply(mapping_.rules(*rules), mapping_.calls(*rules), *this, *record_, item);
    const std::size_t colon = made.find(':');
    finish(row, item, colon == Text::npos ? Text{} : made.substr(colon + 1));
}

Text Maker::origin(const Row& row, int column) {
    return origins_[row.table][static_cast<std::size_t>(column)];
}

void Maker::keep(const Row& row, Entity& entity, int column) {
    if (const Text value = cell(row, column); !value.empty())
        entity.rest.add(record_->arena, {origin(row, column), value});
}

Text Maker::practice(EntityKind kind, Tab tab, Text key_text) {
    const Key key = key_of(key_text);
    const auto t = extract_.at(tab);
    if (key == kNoKey || !t) return {};
    auto place = std::ranges::find(practice_, kind, &Place::kind);
    if (place == practice_.end()) place = practice_.insert(practice_.end(), {kind, {}});
    auto it = place->found.find(key);
    if (it == place->found.end()) {
        const auto slot = extract_.find(tab, key);
        if (!slot) return {};
        const TableFile& file = extract_.table(*t);
        RowText row;
        file.read(*slot, kept_, row);
        const UuidText u = practice_ids_.id({file.name, {}, trim(key_text), record::name_of(kind), {}});
        const Text reference = kept_.join(record::name_of(kind), "/", Text(u.data(), u.size()));
        Found f{reference,
                reference.substr(record::name_of(kind).size() + 1),
                static_cast<std::uint64_t>(*t) << 32 | *slot,
                0,
                {}};
        if (tab == Tab::staff) f.type = row.cell(staff::HCP_TYPE);
        it = place->found.emplace(key, f).first;
    }
    Found& f = it->second;
    if (f.asked != serial_) record_->needs.push_back({kind, f.id, f.handle});
    f.asked = serial_;
    return f.reference;
}

// Most rows name the same few people in the same words.
Text Maker::staff(Text given, bool by_code) {
    const Key cell_key = key_of(given);
    if (cell_key == kNoKey) return {};
    auto& known = people_[by_code ? 1 : 0];
    auto it = known.find(cell_key);
    if (it == known.end()) {
        Text id = given;
        if (by_code) {
            const auto slot = extract_.staff_by_code(cell_key);
            if (!slot) return {};
            const TableFile& file = extract_.table(*extract_.at(Tab::staff));
            RowText row;
            file.read(*slot, kept_, row);
            id = row.cell(vision::staff::ID);
        } else {
            id = staff_id(given, kept_);
            if (!extract_.find(Tab::staff, key_of(id))) id = trim(given);
        }
        const Text reference = practice(EntityKind::PractitionerRole, Tab::staff, id);
        if (reference.empty()) return {};
        const auto place = std::ranges::find(practice_, EntityKind::PractitionerRole, &Place::kind);
        Found f = place->found.at(key_of(id));
        f.id = kept_.copy(id);
        it = known.emplace(cell_key, f).first;
        return f.reference;
    }
    if (it->second.asked != serial_) {
        it->second.asked = serial_;
        return practice(EntityKind::PractitionerRole, Tab::staff, it->second.id);
    }
    return it->second.reference;
}

Text Maker::staff_type(Text given, bool by_code) {
    const auto& known = people_[by_code ? 1 : 0];
    const auto it = known.find(key_of(given));
    return it == known.end() ? Text{} : it->second.type;
}

void Maker::reference_to(const mapping::ColumnRule& rule, Text value, record::Reference& out) {
    const bool by_code = rule.name == "HCP_CODE";
    if (rule.refers == EntityKind::Organization)
        out.reference = practice(EntityKind::Organization, Tab::practice, value);
    else
        out.reference = staff(value, by_code);
    if (!out.reference.empty()) return;
    out.identifier.system = rule.refers == EntityKind::Organization
                                ? Text("https://gpswitch.org/Id/vision/practice")
                            : by_code ? Text("https://gpswitch.org/Id/vision/professional-code")
                                      : Text("https://gpswitch.org/Id/vision/staff");
    out.identifier.value =
        rule.refers == EntityKind::Organization || by_code ? value : staff_id(value, record_->arena);
    degrade("reference-dangling", making_);
    issue(*at_, Severity::information, "VISION-REF-001",
          "leads to a row that is not in the extract; the id is kept", rule.column % kVirtual, kMissing);
}

void Maker::bad_value(const mapping::ColumnRule& rule, Text value, const char* why) {
    degrade("value-impossible", making_);
    // A time of day is read by the rule of its date.
    const bool argument = rule.arg_column >= 0 && trim(value) != trim(cell(rule.column)) &&
                          trim(value) == trim(cell(rule.arg_column));
    issue(*at_, Severity::warning, "VISION-VALUE-001", fmt::format("{}; kept as it is", why),
          (argument ? rule.arg_column : rule.column) % kVirtual,
          "it stands beside the entry, in no field: look it up in Vision");
}

void Maker::issue(const Row& row, Severity severity, const char* code, std::string message, int column,
                  const char* hint) {
    const TableFile& t = extract_.table(row.table);
    Issue i;
    i.severity = severity;
    i.code = code;
    i.member = t.part_of(row.slot).origin;
    i.line = record_->rows[row.row].line;
    if (column >= 0 && t.shape != nullptr) {
        // As the file counts.
        const auto& place = t.part_of(row.slot).place;
        const auto at = std::ranges::find(place, column);
        i.column = static_cast<std::uint64_t>(at == place.end() ? column : at - place.begin()) + 1;
        i.path = origin(row, column);
    }
    if (!row.key_text.empty()) i.resource = fmt::format("{}/{}", t.name, row.key_text);
    i.message = std::move(message);
    i.hint = hint;
    // A row that makes several entries is said once.
    for (auto o = record_->issues.rbegin();
         o != record_->issues.rend() && o->line == i.line && o->member == i.member; ++o)
        if (o->code == i.code && o->path == i.path && o->message == i.message) return;
    record_->issues.push_back(std::move(i));
}

}  // namespace gpswitch::vision
