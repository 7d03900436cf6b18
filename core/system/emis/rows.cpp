#include "core/system/emis/rows.hpp"

#include <fmt/format.h>

#include <cstring>

#include "core/util/civil_time.hpp"
#include "core/util/hash.hpp"
#include "core/util/text.hpp"

namespace gpswitch::emis {
namespace {

/// number = position of the code column + kThroughCode * (1 + column of the code table)
constexpr int kThroughCode = mapping::kMostColumns;
/// A column that this version's file lacks reads as empty.
constexpr int kAbsent = kThroughCode - 1;

Tab coding_of(Tab tab) {
    return tab == Tab::Prescribing_DrugRecord || tab == Tab::Prescribing_IssueRecord
               ? Tab::Coding_DrugCode
               : Tab::Coding_ClinicalCode;
}

bool has_small_letter(Text text, char last) {
    bool any = false;
    for (const char c : text) any |= c >= 'a' && c <= last;  // no way out: sixteen at a time
    return any;
}

}  // namespace

int column_number(const Extract& extract, Text table, Text column) {
    const auto tab = tab_named(table);
    if (!tab) return -1;
    const std::size_t dot = column.find('.');
    const int at = extract.table(*tab).header.find(column.substr(0, dot));
    if (at < 0) return kAbsent;
    if (dot == Text::npos) return at;
    const int through = extract.table(coding_of(*tab)).header.find(column.substr(dot + 1));
    return through < 0 ? kAbsent : at + kThroughCode * (1 + through);
}

Row Maker::load(Tab tab, std::size_t slot) {
    const TableFile& t = extract_.table(tab);
    t.read(slot, record_->arena, scratch_);
    Row r;
    r.tab = tab;
    r.offset = scratch_.offset;
    r.filled[0] = scratch_.filled[0];
    r.filled[1] = scratch_.filled[1];
    r.bad = scratch_.bad;
    r.cell_count = static_cast<std::uint32_t>(scratch_.cells.size());
    r.cells = static_cast<Text*>(record_->arena.take(sizeof(Text) * (r.cell_count + 1), alignof(Text)));
    if (r.cell_count != 0)
        std::memcpy(static_cast<void*>(r.cells), scratch_.cells.data(), sizeof(Text) * r.cell_count);
    r.row = static_cast<std::uint32_t>(record_->rows.size());
    const TableShape& s = shape(tab);
    if (!s.key.empty()) {
        const Text key = cell(r, s.key);
        r.key = key_of(key);
        if (r.bad == nullptr || valid_utf8(key)) r.key_text = key_text(key);
    }
    record_->rows.push_back({static_cast<std::uint16_t>(tab), slot, line_of(t, slot), r.key_text,
                             scratch_.raw, extract_.part(tab, slot)});
    return r;
}

std::uint64_t Maker::line_of(const TableFile& table, std::size_t slot) {
    Following& f = following_[static_cast<std::size_t>(table.tab)];
    const std::uint64_t line = f.address != 0 && f.address == scratch_.offset ? f.line : table.line(slot);
    f = {scratch_.next, line + scratch_.lines};
    return line;
}

// Column names in the code are literals: where they stand is remembered by address.
int Maker::position(Tab tab, std::string_view column) const {
    auto& known = positions_[static_cast<std::size_t>(tab)];
    const std::uint64_t address = reinterpret_cast<std::uintptr_t>(column.data());
    auto& entry = known[(address * 0x9E3779B97F4A7C15ull) >> 57];
    static_assert(std::tuple_size_v<std::remove_reference_t<decltype(known)>> == 128);
    if (entry.name != column.data() || entry.length != column.size())
        entry = {column.data(), column.size(), extract_.table(tab).header.find(column)};
    return entry.position;
}

// The key as it is compared and written: a GUID in upper case without braces, anything else in upper case.
Text Maker::key_text(Text key) {
    const Text plain = plain_guid(key);
    return has_small_letter(plain, 'z') ? record_->arena.copy(upper(plain)) : plain;
}

Text Maker::cell(const Row& row, std::string_view column) const {
    const int i = position(row.tab, column);
    return i < 0 || static_cast<std::uint32_t>(i) >= row.cell_count ? Text{} : trim(row.cells[i]);
}

// GUIDs are kept as they are compared: without braces, in upper case.
Text Maker::plain_guid(Text cell) const {
    if (cell.size() != 38 || cell.front() != '{' || cell.back() != '}') return cell;
    const Text guid = cell.substr(1, 36);
    return has_small_letter(guid, 'f') ? record_->arena.copy(upper(guid)) : guid;
}

Text Maker::cell(int column) const {
    if (column >= 0 && column < kThroughCode)
        return static_cast<std::uint32_t>(column) < at_->cell_count ? plain_guid(at_->cells[column]) : Text{};
    if (column < kThroughCode) return {};
    const int through = column / kThroughCode - 1, n = column % kThroughCode;
    if (trim(cell(n)).empty()) return {};
    const Code& code = code_in(*at_, n);
    const auto i = static_cast<std::size_t>(through);
    // Lists hold Read codes as they are written everywhere else: padded, without the synonym.
    if (!code.read.empty() && through == read_column(coding_of(at_->tab))) return code.read;
    return i < code.row.cells.size() ? code.row.cells[i] : Text{};
}

const Code& Maker::code_in(Row& row, int n) const {
    if (row.code != nullptr && row.code_at == n) return *row.code;
    const bool there = n >= 0 && static_cast<std::uint32_t>(n) < row.cell_count;
    row.code = &codes_.find(coding_of(row.tab), there ? row.cells[n] : Text{});
    row.code_at = n;
    return *row.code;
}

int Maker::read_column(Tab coding) const {
    int& known = read_columns_[coding == Tab::Coding_DrugCode ? 1 : 0];
    if (known == -2) known = extract_.table(coding).header.find("ReadTermId");
    return known;
}

std::uint32_t Maker::code(int column) const {
    const int n = column % kThroughCode;
    return trim(cell(n)).empty() ? 0 : code_in(*at_, n).number;
}

bool Maker::under(int column, Text wanted) const {
    return !trim(cell(column)).empty() && codes_.under(code_in(*at_, column), wanted);
}

// The extract says what was so at its moment: an end on a later day has not come.
bool Maker::past(int column) const {
    Text day = trim(cell(column));
    if (day.size() > 10 && day[10] == ' ') day = day.substr(0, 10);
    const Text as_of = Text(extract_.census.as_of).substr(0, 10);
    return civil_time::is_day(day) && (as_of.empty() || day <= as_of);
}

bool Maker::in_list(Text list, const Code& code) const {
    return (!code.read.empty() && mapping_.in_list(list, code.read)) ||
           (!code.snomed.empty() && mapping_.in_list(list, code.snomed)) ||
           (!code.local.empty() && mapping_.in_list(list, code.local));
}

const mapping::Route* Maker::route(Row& row) {
    auto& router = routers_[static_cast<std::size_t>(row.tab)];
    if (router == nullptr) router = std::make_unique<mapping::Router>(mapping_, shape(row.tab).name);
    look_at(row);
    row.route = router->first(*this);
    return row.route;
}

bool Maker::settle(Row& row) {
    if (const Text gone = cell(row, "Deleted"); !gone.empty() && gone != "false" && !is_true(gone) &&
                                                gone != "0" && !same_ignoring_case(gone, "false"))
        issue(row, Severity::warning, "EMIS-DEL-003",
              "neither true nor false: the row is taken as not deleted",
              record_->arena.join(shape(row.tab).name, ".Deleted"), "look the entry up in the source system");
    if (row.route == nullptr || row.route->settles.empty() || row.route->settles == "part") return false;
    const Text word = row.route->settles;
    const std::size_t colon = word.find(':');
    const Text fate = word.substr(0, colon);
    const Text rule = colon == Text::npos ? word : word.substr(colon + 1);
    Fate f = Fate::held;
    for (Fate candidate : {Fate::deleted, Fate::excluded, Fate::lookup, Fate::superseded})
        if (fate == record::to_text(candidate)) f = candidate;
    record_->settle(row.row, f, rule);
    row.live = false;
    return true;
}

Text Maker::id_of(EntityKind kind, Tab tab, Text patient_key, Text key, Text part) {
    if (!practice_ids_known_) {
        practice_ids_ = UuidPrefix({"emis", extract_.census.practice});
        practice_ids_known_ = true;
    }
    UuidText u;
    if (patient_key.empty() || patient_key != record_->key) {
        u = practice_ids_.id({shape(tab).name, patient_key, key, record::name_of(kind), part});
    } else {
        Prefix& p = prefixes_[static_cast<std::size_t>(tab)];
        if (p.serial != serial_) p = {serial_, practice_ids_.with({shape(tab).name, patient_key})};
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
    // A row without a key of its own (an event) is known by where it stands; a row that is the patient's by
    // the patient's key.
    Text key = row.key_text;
    if (key.empty()) {
        const UuidText u = uuid_v5({record_->rows[row.row].raw});
        key = record_->arena.copy({u.data(), u.size()});
    }
    e.id = making_id_ = id_of(made.kind, row.tab, patient_key, key);
    making_ = made.kind;
    record::Identifier& id = e.identifier.add(record_->arena);
    Text& system = systems_[static_cast<std::size_t>(row.tab)];
    if (system.empty()) system = kept_.join(kIdBase, shape(row.tab).name);
    id.system = system;
    id.value = key;
    if (const record::Field* f = record::patient_field(made.kind);
        f != nullptr && !record_->patient_id.empty())
        static_cast<record::Reference*>(record::at(&e, *f))->reference = patient_reference();
    record_->claim(row.row, Role::primary, shape(row.tab).name);
    look_at(row);
    mapping::apply(mapping_.rules(made.rules), mapping_.calls(made.rules), *this, *record_, item);
    keep_unknown(row, e);
    finish(row, item);
}

void Maker::make(Row& row, Text patient_key) {
    row.first_item = static_cast<std::uint32_t>(record_->items.size());
    for (const mapping::Made& m : row.route->makes) {
        // What belongs to the practice (the slot of an appointment) is fetched when it is needed, not made
        // here.
        if (record::practice_wide(m.kind) && !patient_key.empty())
            practice_need(m.kind, row);
        else
            make_one(row, m, patient_key);
    }
    row.items = static_cast<std::uint32_t>(record_->items.size()) - row.first_item;
}

void Maker::join(Row& row, std::uint32_t item, std::string_view made) {
    record_->claim(row.row, item, Role::part, shape(row.tab).name);
    look_at(row);
    making_ = record_->items[item].kind;
    making_id_ = record_->items[item].entity->id;
    if (const auto rules = mapping_.rules_index(shape(row.tab).name, made))
        mapping::apply(mapping_.rules(*rules), mapping_.calls(*rules), *this, *record_, item);
    keep_unknown(row, *record_->items[item].entity);
}

void Maker::keep_unknown(const Row& row, Entity& entity) {
    for (int i : extract_.table(row.tab).unknown) {
        const Text value = static_cast<std::uint32_t>(i) < row.cell_count ? row.cells[i] : Text{};
        if (value.empty()) continue;
        entity.rest.add(
            record_->arena,
            {record_->arena.join(shape(row.tab).name, ".",
                                 extract_.table(row.tab).header.columns[static_cast<std::size_t>(i)]),
             value});
    }
}

void Maker::practice_need(EntityKind kind, const Row& row) {
    const Text id = id_of(kind, row.tab, {}, row.key_text);
    record_->needs.push_back(
        {kind, id, static_cast<std::uint64_t>(row.tab) << 32 | record_->rows[row.row].slot});
}

bool Maker::usable(Tab tab, std::uint32_t slot) {
    const TableFile& t = extract_.table(tab);
    t.read(slot, kept_, scratch_);
    const int deleted = t.header.find("Deleted");
    return scratch_.bad == nullptr &&
           (deleted < 0 || !is_true(scratch_.cells[static_cast<std::size_t>(deleted)]));
}

const Maker::Practice& Maker::practice(EntityKind kind, Tab tab, Text cell) {
    static const Practice nowhere;
    const Key key = key_of(cell);
    auto& known = practice_[static_cast<std::size_t>(kind)];
    auto it = known.find(key);
    if (it == known.end()) {
        // What leads nowhere is not kept: there may be as many of those as there are rows.
        const auto slots = extract_.find(tab, key);
        if (slots.empty() || !usable(tab, slots.back())) return nowhere;
        std::string normal;
        normal_guid(cell, normal);
        const UuidText u = uuid_v5(
            {"emis", extract_.census.practice, shape(tab).name, {}, normal, record::name_of(kind), {}});
        const Text reference = kept_.join(record::name_of(kind), "/", std::string_view(u.data(), u.size()));
        it = known
                 .emplace(key, Practice{reference, reference.substr(record::name_of(kind).size() + 1),
                                        static_cast<std::uint64_t>(tab) << 32 | slots.back(), 0})
                 .first;
    }
    Practice& p = it->second;
    if (p.asked != serial_) record_->needs.push_back({kind, p.id, p.handle});
    p.asked = serial_;
    return p;
}

void Maker::concept_of(const mapping::ColumnRule& rule, Text value, record::Concept& out) {
    const Code& code =
        rule.column < kThroughCode ? code_in(*at_, rule.column) : codes_.find(coding_of(at_->tab), value);
    codes_.concept_of(code, coding_of(at_->tab), record_->arena, out);
    if (code.known) return;
    // The code may come later or never: the row is kept, with the id as its words.
    if (out.text.empty()) out.text = record_->arena.copy(trim(value));
    degrade("code-unknown", making_);
    issue(*at_, Severity::warning, "EMIS-CODE-001", "the code is not in the code table", rule.origin,
          "it may come with a later extract; the CodeId is kept");
}

void Maker::reference_to(const mapping::ColumnRule& rule, Text value, record::Reference& out) {
    const auto kind = rule.refers;
    out.reference = kind ? links_->target(*kind, value, *record_) : Text{};
    if (!out.reference.empty()) return;
    std::string normal;
    normal_guid(value, normal);
    out.identifier.system = record_->arena.join(kIdBase, rule.name);
    out.identifier.value = record_->arena.copy(normal);
    degrade("reference-dangling", making_);
    issue(*at_, Severity::warning, "EMIS-REF-001",
          "leads to a row that is not in the extract; the id is kept", rule.origin, kMissingRow);
}

void Maker::bad_value(const mapping::ColumnRule& rule, Text, const char* why) {
    degrade("value-impossible", making_);
    issue(*at_, Severity::warning, "EMIS-VALUE-001", fmt::format("{}; kept as it is", why), rule.origin,
          "it stands beside the entry, in no field: look it up in the source system");
}

void Maker::issue(const Row& row, Severity severity, const char* code, std::string message, Text path,
                  const char* hint) {
    Issue i;
    i.severity = severity;
    i.code = code;
    i.member = extract_.origin(row.tab, record_->rows[row.row].slot);
    i.line = record_->rows[row.row].line;
    if (!path.empty()) {
        const std::size_t dot = path.find('.');
        const int column = extract_.table(row.tab).header.find(path.substr(dot == Text::npos ? 0 : dot + 1));
        if (column >= 0) i.column = static_cast<std::uint64_t>(column) + 1;
        i.path = path;
    }
    if (!row.key_text.empty()) i.resource = fmt::format("{}/{}", shape(row.tab).name, row.key_text);
    i.message = std::move(message);
    i.hint = hint;
    // A row that makes several entries is said once.
    for (auto o = record_->issues.rbegin();
         o != record_->issues.rend() && o->line == i.line && o->member == i.member; ++o)
        if (o->code == i.code && o->path == i.path && o->message == i.message) return;
    record_->issues.push_back(std::move(i));
}

}  // namespace gpswitch::emis
