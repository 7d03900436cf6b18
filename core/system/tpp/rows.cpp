#include "core/system/tpp/rows.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/util/civil_time.hpp"
#include "core/util/text.hpp"

namespace gpswitch::tpp {
namespace {

/// number = position of the column, + kHere for the question whether it names the practice, + kConcept for
/// the SNOMED CT concept of the row's codes
constexpr int kHere = mapping::kMostColumns, kConcept = 2 * kHere, kRemoved = 3 * kHere;
/// A column that these files lack reads as empty.
constexpr int kAbsent = kHere - 1;

constexpr const char* kMissing = "it may have come with an earlier delivery, or never: ask the site";

}  // namespace

int column_number(const Extract& extract, Text table, Text column) {
    const Table* known = extract.layout().find(table);
    const std::size_t dot = column.find('.');
    const Text plain = column.substr(0, dot);
    if (known == nullptr || known->find(plain) == nullptr) return -1;
    const auto t = extract.named(table);
    const int at = t ? extract.table(*t).header.find(plain) : -1;
    const Text asks = dot == Text::npos ? Text{} : column.substr(dot);
    const int question = asks.empty()         ? 0
                         : asks == ".Concept" ? kConcept
                         : asks == ".Removed" ? kRemoved
                                              : kHere;
    return (at < 0 ? kAbsent : at) + question;
}

Maker::Maker(const Extract& extract, const mapping::MappingSet& mapping)
    : extract_(extract), mapping_(mapping), codes_(extract) {
    routers_.resize(extract.tables().size());
    positions_.resize(extract.tables().size());
    for (const TableFile& t : extract.tables()) {
        const Text key = t.shape.name.empty() ? t.shape.key : t.shape.name;
        keys_.emplace_back(t.header.find(key), key == "RowIdentifier");
        auto& columns = columns_.emplace_back();
        for (const std::string& c : t.header.columns) {
            const Column* known = t.known == nullptr ? nullptr : t.known->find(c);
            columns.push_back(known != nullptr && known->mapped ? known : nullptr);
        }
    }
}

void Maker::begin(Record& record, Links& links) {
    record_ = &record;
    links_ = &links;
    ++serial_;
}

// What a cell says, by the type of its column.
Text Maker::reading(Row& row, const Column& column, Text given) {
    Arena& arena = record_->arena;
    const auto kept = [&] { row.rest.add(arena) = {origin(row, column.name), given}; };
    switch (column.type) {
        case Type::id: return no_id(given) ? Text{} : given;
        case Type::practice: return no_id(given) || given == extract_.practice() ? Text{} : given;
        case Type::boolean: return flag_of(row, column, given);
        case Type::date:
        case Type::day: return moment_of(row, column, given);
        case Type::lookup:
        case Type::option: {
            if (no_id(given)) return {};
            const bool option = column.type == Type::option;
            const auto [it, fresh] =
                lookups_.emplace(std::string(option ? "o" : "m") + std::string(given), Text{});
            if (fresh) it->second = extract_.lookup(given, option, kept_);
            if (!it->second.empty()) return it->second;
            kept();
            issue(row, Severity::warning, "TPP-LOOKUP-001",
                  "the id has no words in the extract; the id is kept", column.name,
                  "the words come with SRMapping and SRConfiguredListOption: are these files whole?");
            return {};
        }
        default: return given;
    }
}

// What is no day of the calendar is none, and is kept: nothing is taken to begin or to end on it.
Text Maker::moment_of(Row& row, const Column& column, Text given) {
    Arena& arena = record_->arena;
    const auto kept = [&] { row.rest.add(arena) = {origin(row, column.name), given}; };
    const std::string iso = moment(given);
    if (sentinel_day(iso.empty() ? given : Text(iso))) {
        kept();
        return {};
    }
    if (!iso.empty() && column.type == Type::date) return arena.copy(iso);
    const Text day = iso.empty() ? given.substr(0, 10) : Text(iso).substr(0, 10);
    const bool as_iso = given.size() == 10 || (given.size() == 19 && civil_time::is_time(given.substr(11)));
    if (iso.empty() && !(as_iso && civil_time::is_day(day))) {
        kept();
        ++row.unreadable;
        issue(row, Severity::warning, "TPP-VALUE-001",
              "not a day of the calendar; kept as it is, and read as none", column.name,
              "it stands beside the entry, in no field: look it up in SystmOne");
        return {};
    }
    const Text read = iso.empty() ? given : arena.copy(iso);
    if (column.type != Type::day || read.size() <= 10) return read;
    kept();
    return read.substr(0, 10);
}

// TRUE and FALSE, 1 and 0. Other words say yes or no by lists of the mapping set; the rest says nothing.
Text Maker::flag_of(Row& row, const Column& column, Text given) {
    if (is_true(given) || given == "0" || same_ignoring_case(given, "false")) return given;
    row.rest.add(record_->arena) = {origin(row, column.name), given};
    for (const auto& [list, read] : {std::pair<Text, Text>{"true-words", "TRUE"}, {"false-words", "FALSE"}})
        if (mapping_.in_list(list, given)) {
            issue(row, Severity::information, "TPP-FLAG-001",
                  fmt::format("a flag in other words than TRUE and FALSE: read as {}, and kept", read),
                  column.name);
            return read;
        }
    ++row.unreadable;
    issue(row, Severity::warning, "TPP-VALUE-001",
          "a flag that is neither TRUE nor FALSE; kept as it is, and taken for unknown", column.name,
          "it stands beside the entry, in no field: look it up in SystmOne");
    return {};
}

void Maker::read_cells(Row& row, const RowText& text) {
    Arena& arena = record_->arena;
    row.cell_count = static_cast<std::uint32_t>(text.cells.size());
    const std::size_t size = sizeof(Text) * (row.cell_count + 1);
    row.given = static_cast<Text*>(arena.take(size, alignof(Text)));
    row.cells = static_cast<Text*>(arena.take(size, alignof(Text)));
    const auto& columns = columns_[row.table];
    for (std::uint32_t i = 0; i < row.cell_count; ++i) {
        new (row.given + i) Text(text.cells[i]);
        const bool known = i < columns.size() && columns[i] != nullptr;
        const Text cell = text.cells[i].empty() || !known || row.bad != nullptr || !row.live
                              ? text.cells[i]
                              : reading(row, *columns[i], text.cells[i]);
        new (row.cells + i) Text(cell);
        if (!cell.empty() && i < 128) row.filled[i / 64] |= std::uint64_t{1} << (i % 64);
    }
}

Row Maker::load(std::size_t table, std::size_t slot) {
    const TableFile& t = extract_.table(table);
    t.read(slot, record_->arena, scratch_);
    Row r;
    r.table = table;
    r.slot = slot;
    r.bad = scratch_.bad;
    r.live = t.verdict(slot) == Verdict::live;
    r.row = static_cast<std::uint32_t>(record_->rows.size());
    const auto [key, by_id] = keys_[table];
    r.key_text = key < 0 || static_cast<std::size_t>(key) >= scratch_.cells.size()
                     ? Text{}
                     : scratch_.cells[static_cast<std::size_t>(key)];
    r.key = by_id ? id_key(r.key_text) : text_key(r.key_text);
    const std::size_t part = t.part_at(t.offset(slot));
    record_->rows.push_back({static_cast<std::uint16_t>(table), slot, t.line(slot), r.key_text, scratch_.raw,
                             static_cast<std::uint16_t>(part)});
    const bool undefined = scratch_.undefined;
    read_cells(r, scratch_);
    if (undefined && r.live)
        issue(r, Severity::warning, "TPP-BYTE-001",
              "bytes that mean nothing in Windows-1252: kept as control characters", {},
              "look at the entry in SystmOne: a character may have been lost there");
    return r;
}

int Maker::position(const Row& row, std::string_view column) const {
    const std::uint64_t address = reinterpret_cast<std::uintptr_t>(column.data());
    Position& known = positions_[row.table][(address * 0x9E3779B97F4A7C15ull) >> 57];
    if (known.name != column.data() || known.length != column.size())
        known = {column.data(), column.size(), extract_.table(row.table).header.find(column)};
    return static_cast<std::uint32_t>(known.position) < row.cell_count ? known.position : -1;
}

Text Maker::cell(const Row& row, std::string_view column) const {
    const int i = position(row, column);
    return i < 0 ? Text{} : row.cells[i];
}

Text Maker::given(const Row& row, std::string_view column) const {
    const int i = position(row, column);
    return i < 0 ? Text{} : row.given[i];
}

Text Maker::cell(int column) const {
    if (column >= kRemoved) {
        const TableFile& t = extract_.table(at_->table);
        return t.left.contains(t.offset(at_->slot)) ? Text("true") : Text("false");
    }
    if (column >= kConcept) return codes_.concept_code(coded(*at_));
    const int at = column % kHere;
    const Text value =
        at == kAbsent || static_cast<std::uint32_t>(at) >= at_->cell_count ? Text{} : at_->cells[at];
    if (column < kHere) return value;
    return value.empty() || value == extract_.practice() ? Text("true") : Text("false");
}

Coded Maker::coded(const Row& row) const {
    if (name(row) == "SRImmunisation")
        return {cell(row, "ImmsReadCode"), {}, cell(row, "ImmsSNOMEDCode"), {}};
    return {cell(row, "CTV3Code"), cell(row, "CTV3Text"), cell(row, "SNOMEDCode"), cell(row, "SNOMEDText")};
}

bool Maker::under(int column, Text code) const {
    const Text own = cell(column);
    return !own.empty() && extract_.under(own, code);
}

bool Maker::past(int column) const {
    const Text day = cell(column).substr(0, 10);
    const Text as_of = Text(extract_.census.as_of).substr(0, 10);
    return civil_time::is_day(day) && (as_of.empty() || day <= as_of);
}

const mapping::Route* Maker::route(Row& row) {
    auto& router = routers_[row.table];
    if (router == nullptr) router = std::make_unique<mapping::Router>(mapping_, name(row));
    look_at(row);
    row.route = router->first(*this);
    return row.route;
}

bool Maker::settle_verdict(Row& row) {
    const Verdict v = extract_.table(row.table).verdict(row.slot);
    if (v == Verdict::live) return false;
    const Outcome out = outcome(v);
    record_->settle(row.row, out.fate, out.rule);
    row.live = false;
    if (v == Verdict::no_practice) {
        record_->incomplete = true;
        issue(row, Severity::error, "TPP-ORG-001",
              "names no practice, in a delivery of several: whose it is cannot be told; held back",
              "IDOrganisationVisibleTo", "ask for an extract of this practice alone");
    }
    if (v == Verdict::removal_unknown)
        issue(row, Severity::information, "TPP-DEL-001", "removes a row that no delivery brought",
              "RemovedData", "a delivery before it may be missing");
    if (v == Verdict::code_removed)
        issue(row, Severity::warning, "TPP-PROB-002",
              "a problem whose coded entry is deleted: it is left out with it", "IDCode",
              "when the problem should stand, look it up in SystmOne");
    return true;
}

bool Maker::settle(Row& row) {
    if (row.route == nullptr || row.route->settles.empty() || row.route->settles == "part") return false;
    const Text word = row.route->settles;
    const std::size_t colon = word.find(':');
    const Text fate = word.substr(0, colon);
    Fate f = Fate::held;
    for (const Fate candidate : {Fate::deleted, Fate::excluded, Fate::lookup, Fate::superseded})
        if (fate == record::to_text(candidate)) f = candidate;
    record_->settle(row.row, f, colon == Text::npos ? word : word.substr(colon + 1));
    row.live = false;
    return true;
}

Text Maker::id_of(EntityKind kind, Text table, Text patient_key, Text key, Text part) {
    const UuidText u =
        uuid_v5({"tpp", extract_.census.practice, table, patient_key, key, record::name_of(kind), part});
    return record_->arena.copy({u.data(), u.size()});
}

void Maker::make_one(Row& row, const mapping::Made& made, Text patient_key) {
    const auto item = static_cast<std::uint32_t>(record_->items.size());
    Entity& e = record_->add(made.kind);
    // Of a row without a key, or of one of several with it: what it says.
    Text key = row.key_text;
    if (key.empty() || !extract_.table(row.table).shape.unique) {
        const UuidText u = uuid_v5({record_->rows[row.row].raw});
        key = record_->arena.join(key, key.empty() ? "" : "-", Text(u.data(), u.size()));
    }
    e.id = id_of(made.kind, name(row), patient_key, key);
    making_ = made.kind;
    record::Identifier& id = e.identifier.add(record_->arena);
    id.system = record_->arena.join(kIdBase, name(row));
    id.value = key;
    if (const record::Field* f = record::patient_field(made.kind);
        f != nullptr && !record_->patient_id.empty())
        static_cast<record::Reference*>(record::at(&e, *f))->reference =
            record_->arena.join("Patient/", record_->patient_id);
    record_->claim(row.row, Role::primary, name(row));
    look_at(row);
    mapping::apply(mapping_.rules(made.rules), mapping_.calls(made.rules), *this, *record_, item);
    keep_rest(row, e);
    finish(row, item);
}

void Maker::make(Row& row, Text patient_key) {
    row.first_item = static_cast<std::uint32_t>(record_->items.size());
    for (const mapping::Made& m : row.route->makes) {
        // What belongs to the practice (the slot of an appointment) is fetched when it is needed, not made
        // here.
        if (record::practice_wide(m.kind) && !patient_key.empty())
            record_->needs.push_back({m.kind, id_of(m.kind, name(row), {}, row.key_text),
                                      static_cast<std::uint64_t>(row.table) << 32 | row.slot});
        else
            make_one(row, m, patient_key);
    }
    row.items = static_cast<std::uint32_t>(record_->items.size()) - row.first_item;
}

void Maker::join(Row& row, std::uint32_t item, std::string_view made) {
    record_->claim(row.row, item, Role::part, name(row));
    look_at(row);
    making_ = record_->items[item].kind;
    if (const auto rules = mapping_.rules_index(name(row), made))
        mapping::apply(mapping_.rules(*rules), mapping_.calls(*rules), *this, *record_, item);
    keep_rest(row, *record_->items[item].entity);
}

void Maker::keep_rest(const Row& row, Entity& entity) {
    for (const record::Rest& r : row.rest) entity.rest.add(record_->arena, r);
    if (row.unreadable > 0) degrade("value-impossible", making_);
    const TableFile& t = extract_.table(row.table);
    for (const int i : t.unknown)
        if (static_cast<std::uint32_t>(i) < row.cell_count && !row.given[i].empty())
            entity.rest.add(record_->arena,
                            {record_->arena.join(t.name, ".", t.header.columns[static_cast<std::size_t>(i)]),
                             row.given[i]});
}

void Maker::as_text(Row& row) {
    row.first_item = static_cast<std::uint32_t>(record_->items.size());
    row.items = 1;
    auto& o = record_->add<record::Observation>();
    o.id = id_of(EntityKind::Observation, name(row), record_->key, row.key_text);
    o.status = "unknown";
    o.subject.reference = record_->arena.join("Patient/", record_->patient_id);
    o.code.text = name(row);
    record_->claim(row.row, Role::primary, name(row));
    const Header& header = extract_.table(row.table).header;
    for (std::uint32_t c = 0; c < row.cell_count && c < header.columns.size(); ++c)
        if (!row.given[c].empty()) o.rest.add(record_->arena, {origin(row, header.columns[c]), row.given[c]});
    degrade("row-as-text", EntityKind::Observation);
    issue(row, Severity::warning, "TPP-ROUTE-001",
          "no route of the mapping set fits: the row is kept as text");
}

Text Maker::origin(const Row& row, Text column) { return record_->arena.join(name(row), ".", column); }

void Maker::keep(const Row& row, Entity& entity, Text column) {
    if (const Text value = cell(row, column); !value.empty())
        entity.rest.add(record_->arena, {origin(row, column), value});
}

void Maker::keep_all(const Row& row, Entity& entity) {
    const Header& header = extract_.table(row.table).header;
    for (const std::string& column : header.columns) {
        const bool whose = mapping_.in_list("whose-columns", column);
        if (const int i = header.find(column); !whose && !row.cells[i].empty())
            entity.rest.add(record_->arena, {origin(row, column), row.cells[i]});
    }
    for (const record::Rest& r : row.rest) entity.rest.add(record_->arena, r);
}

Text Maker::practice(EntityKind kind, Text table, Text cell) {
    if (no_id(cell)) return {};
    const auto t = extract_.named(table);
    if (!t) return {};
    const auto [key_at, by_id] = keys_[*t];
    const Key key = by_id ? id_key(cell) : text_key(cell);
    const Pair known{static_cast<std::uint64_t>(kind) << 32 | *t, key};
    auto it = practice_.find(known);
    if (it == practice_.end()) {
        const auto slot = extract_.find(*t, key);
        if (!slot) return {};
        RowText row;
        extract_.table(*t).read(*slot, kept_, row);
        if (row.bad != nullptr) return {};
        // The id that the entity gets: of its own row, however others write the key.
        const Text own = row.cells[static_cast<std::size_t>(key_at)];
        const UuidText u = uuid_v5(
            {"tpp", extract_.census.practice, extract_.table(*t).name, {}, own, record::name_of(kind), {}});
        const Text reference = kept_.join(record::name_of(kind), "/", Text(u.data(), u.size()));
        it = practice_
                 .emplace(known, Found{reference, reference.substr(record::name_of(kind).size() + 1),
                                       static_cast<std::uint64_t>(*t) << 32 | *slot, 0})
                 .first;
    }
    Found& f = it->second;
    if (f.asked != serial_) record_->needs.push_back({kind, f.id, f.handle});
    f.asked = serial_;
    return f.reference;
}

Text Maker::role_of(Text person, Text place) {
    if (no_id(person)) return {};
    if (place.empty()) place = extract_.practice();
    const Pair known{id_key(person), text_key(place)};
    auto it = roles_.find(known);
    if (it == roles_.end()) it = roles_.emplace(known, extract_.profile_of(person, place)).first;
    if (!it->second.empty())
        return practice(EntityKind::PractitionerRole, "SRStaffMemberProfile", it->second);
    return practice(EntityKind::Practitioner, "SRStaffMember", person);
}

const Maker::Rota& Maker::rota(Text id) {
    const auto [it, fresh] = rotas_.emplace(id_key(id), Rota{});
    const auto t = fresh && !no_id(id) ? extract_.named("SRRota") : std::nullopt;
    const auto slot = t ? extract_.find(*t, it->first) : std::nullopt;
    if (slot)
        it->second = {true, extract_.cell(*t, *slot, "Name", kept_),
                      extract_.cell(*t, *slot, "IDBranch", kept_)};
    return it->second;
}

// Some fields take the person, not the role.
Text Maker::person_of(Text profile) {
    return practice(EntityKind::Practitioner, "SRStaffMember", staff_of(profile));
}

Text Maker::staff_of(Text profile) {
    const auto t = extract_.named("SRStaffMemberProfile");
    const auto slot = t ? extract_.find(*t, id_key(profile)) : std::nullopt;
    return slot ? extract_.cell(*t, *slot, "IDStaffMember", kept_) : Text{};
}

void Maker::reference_to(const mapping::ColumnRule& rule, Text value, record::Reference& out) {
    const bool person =
        same_ignoring_case(rule.name, "IDDoneBy") || same_ignoring_case(rule.name, "IDAuthorisedBy");
    const Text where = person ? given(*at_, "IDOrganisationDoneAt") : Text{};
    const Column* column = columns_[at_->table][static_cast<std::size_t>(rule.column)];
    const Text table = column == nullptr ? Text{} : Text(column->leads);
    if (person) {
        out.reference = role_of(value, where);
        // Nobody knows this person: the place is all that is known, where a place may stand.
        const bool place_may = rule.path.find("performer") != Text::npos || rule.path == "requester";
        if (out.reference.empty() && place_may)
            out.reference = practice(EntityKind::Organization, "SROrganisation",
                                     where.empty() ? extract_.practice() : where);
    } else if (rule.refers == EntityKind::Practitioner && table == "SRStaffMemberProfile") {
        out.reference = person_of(value);
    } else if (rule.refers && record::practice_wide(*rule.refers)) {
        out.reference = practice(*rule.refers, table, value);
    } else if (rule.refers) {
        out.reference = links_->target(*rule.refers, table, value);
    }
    const bool by_id = person && !out.reference.empty() && out.reference.starts_with("Organization/");
    if (!out.reference.empty() && !by_id) return;
    out.identifier.system = record_->arena.join(kIdBase, table);
    out.identifier.value = value;
    degrade("reference-dangling", making_);
    issue(*at_, Severity::information, "TPP-REF-001",
          rule.refers && !record::practice_wide(*rule.refers)
              ? "leads to no such entry of this patient; the id is kept"
              : "leads to a row that is not in the extract; the id is kept",
          rule.name, kMissing);
}

void Maker::bad_value(const mapping::ColumnRule& rule, Text, const char* why) {
    degrade("value-impossible", making_);
    issue(*at_, Severity::warning, "TPP-VALUE-001", fmt::format("{}; kept as it is", why), rule.name,
          "it stands beside the entry, in no field: look it up in SystmOne");
}

void Maker::issue(const Row& row, Severity severity, const char* code, std::string message, Text column,
                  const char* hint) {
    const TableFile& t = extract_.table(row.table);
    Issue i;
    i.severity = severity;
    i.code = code;
    i.member = t.part_of(row.slot).origin;
    i.line = record_->rows[row.row].line;
    if (!column.empty()) {
        if (const int at = t.header.find(column); at >= 0) i.column = static_cast<std::uint64_t>(at) + 1;
        i.path = fmt::format("{}.{}", t.name, column);
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

}  // namespace gpswitch::tpp
