#include "core/system/sqlite/reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstring>

namespace gpswitch::sqlite {

using record::AnyList;
using record::EntityKind;
using record::Record;
using record::Text;

namespace {

/// What nobody may do without: a patient with such a row unread would have a shorter list than is true.
bool vital(EntityKind kind) {
    return kind == EntityKind::Patient || kind == EntityKind::AllergyIntolerance ||
           kind == EntityKind::MedicationStatement || kind == EntityKind::MedicationRequest;
}

bool is_coding(const Table& table) { return &table == &schema().of(Child::coding); }

/// An element that says what such an entity is, or who the patient is.
bool vital(EntityKind kind, Text path) {
    const Text top = path.substr(0, path.find_first_of(".["));
    if (kind == EntityKind::Patient) return top == "identifier" || top == "name";
    return vital(kind) && (top == "code" || top == "clinicalStatus" || top == "verificationStatus" ||
                           top.starts_with("medication"));
}

}  // namespace

Reader::Reader(Database& db, std::string name) : db_(db), name_(std::move(name)) {
    for (std::size_t k = 0; k < record::kEntityKinds; ++k) {
        const Table& t = schema().tables[k];
        const std::string select =
            fmt::format("SELECT row,seq,{} FROM {} WHERE ", t.column_list(), quoted(t.name));
        by_patient_[k] = db.prepare(select + "patient=? ORDER BY row");
        by_row_[k] = db.prepare(select + "row=?");
        by_id_[k] =
            db.prepare(fmt::format("SELECT row FROM {} WHERE id=? AND patient IS NULL", quoted(t.name)));
    }
    for (std::size_t c = 0; c < kChildren; ++c) {
        const Table& t = schema().of(static_cast<Child>(c));
        by_parent_[c] = db.prepare(
            fmt::format("SELECT parent,type,{}{} FROM {} WHERE parent BETWEEN ? AND ? ORDER BY parent,row",
                        is_coding(t) ? "path," : "", t.column_list(), quoted(t.name)));
    }
    context_.on_reference = [this](Text reference) { need(reference, *record_); };
}

void Reader::start(Record& record) {
    record_ = &record;
    context_.arena = &record.arena;
    got_.clear();
    needed_.clear();
}

void Reader::patient(std::int64_t number, Record& record, std::vector<Place>& places) {
    start(record);
    for (std::size_t k = 0; k < record::kEntityKinds; ++k) {
        const auto kind = static_cast<EntityKind>(k);
        Statement& s = by_patient_[k].bind(1, number);
        while (s.step())
            got_.push_back({{kind, s.integer(0)}, s.integer(1), take(schema().of(kind), s, 2, record)});
        s.reset();
    }
    std::sort(got_.begin(), got_.end(), [](const Got& a, const Got& b) { return a.place.row < b.place.row; });
    const std::int64_t first = patient_row(number, 0), last = patient_row(number, kMaxSeq);
    children(record, first, last);
    // Entities that were moved here from elsewhere by hand keep their keys, and so do their children.
    for (const Got& g : got_)
        if (g.place.row < first || g.place.row > last) children(record, g.place.row, g.place.row);
    std::stable_sort(got_.begin(), got_.end(), [](const Got& a, const Got& b) { return a.seq < b.seq; });
    record.items.clear();
    places.clear();
    for (const Got& g : got_) {
        record.items.push_back({g.place.kind, g.entity, {}});
        places.push_back(g.place);
    }
}

bool Reader::entity(EntityKind kind, std::int64_t row, Record& record) {
    start(record);
    Statement& s = by_row_[static_cast<std::size_t>(kind)].bind(1, row);
    const bool found = s.step();
    if (found) got_.push_back({{kind, row}, s.integer(1), take(schema().of(kind), s, 2, record)});
    s.reset();
    if (found) children(record, row, row);
    return found;
}

std::int64_t Reader::find(EntityKind kind, std::string_view id) {
    Statement& s = by_id_[static_cast<std::size_t>(kind)].bind(1, id);
    const std::int64_t row = s.step() ? s.integer(0) : 0;
    s.reset();
    return row;
}

void Reader::not_understood(const Table& table, Text path, const char* why, bool grave,
                            Record& record) const {
    finding(table, kind_, context_.entity->id, path, why, record);
    record.incomplete = true;
    Issue& issue = record.issues.back();
    issue.hint = "it is kept as text, and the record is marked as incomplete";
    if (!grave) return;
    issue.severity = Severity::error;
    issue.hint = "the whole patient is held back";
    record.held = issue.code;
}

void Reader::finding(const Table& table, EntityKind kind, Text id, Text path, const char* why,
                     Record& record) const {
    Issue issue;
    issue.code = "SQLITE-ROW-001";
    issue.member = fmt::format("{}!{}", name_, table.name);
    issue.resource = fmt::format("{}/{}", record::name_of(kind), id);
    issue.path = path;
    issue.message = why;
    issue.hint = "a hand has been in the store: import again from the package";
    record.issues.push_back(std::move(issue));
}

record::Entity* Reader::take(const Table& table, Statement& s, int first_column, Record& record) {
    record::Entity& entity = record.add(static_cast<EntityKind>(table.number));
    context_.entity = &entity;
    kind_ = static_cast<EntityKind>(table.number);
    values(table, s, first_column, reinterpret_cast<char*>(&entity), record);
    return &entity;
}

void Reader::values(const Table& table, Statement& s, int column, char* object, Record& record) {
    for (const Column& c : table.columns) {
        const Text text = record.arena.copy(s.text(column++));
        if (text.empty()) continue;
        if (c.list != nullptr) {
            list(table, c, text, object + c.offset - c.list->offset, record);
            continue;
        }
        *reinterpret_cast<Text*>(object + c.offset) = text;
        if (c.reference) need(text, record);
    }
}

// `object` is the structure that has the list.
void Reader::list(const Table& table, const Column& column, Text text, char* object, Record& record) {
    const record::Field& f = *column.list;
    json::Error error;
    const json::Value* v = parser_.parse(text, record.arena, error);
    if (v == nullptr || v->kind != json::Kind::array) {
        not_understood(table, column.name, "not a list in JSON", vital(kind_, column.name), record);
        context_.entity->rest.add(record.arena, {record.arena.copy(column.name), text});
        return;
    }
    for (std::uint32_t i = 0; i < v->items.size; ++i) {
        const json::Value& item = *v->items[i];
        if (f.kind == record::Kind::structure) {
            record::read_json(item, *f.type, add_item(record::items_at(object, f), *f.type, record.arena),
                              f.name, context_);
        } else if (f.kind == record::Kind::raw) {
            // As it was written, to the next comma or the end of the list.
            const std::size_t end = i + 1 < v->items.size ? v->items[i + 1]->offset - 1 : text.size() - 1;
            record::texts_at(object, f).add(record.arena) = text.substr(item.offset, end - item.offset);
        } else {
            record::texts_at(object, f).add(record.arena) = item.text;
        }
    }
}

void Reader::children(Record& record, std::int64_t first_row, std::int64_t last_row) {
    for (std::size_t c = 0; c < kChildren; ++c) {
        const Table& table = schema().of(static_cast<Child>(c));
        Statement& s = by_parent_[c].bind(1, first_row).bind(2, last_row);
        auto got = got_.begin();
        while (s.step()) {
            const std::int64_t parent = s.integer(0);
            while (got != got_.end() && got->place.row < parent) ++got;
            // Rows put in by hand may have a key that an entity of another type has.
            const Got* const first = got != got_.end() && got->place.row == parent ? &*got : nullptr;
            auto own = got;
            while (own != got_.end() && own->place.row == parent &&
                   record::name_of(own->place.kind) != s.text(1))
                ++own;
            if (own == got_.end() || own->place.row != parent) {
                stray(table, s, first, record);
                continue;
            }
            context_.entity = own->entity;
            kind_ = own->place.kind;
            if (static_cast<Child>(c) == Child::coding)
                coding(s, *own, record);
            else if (!child(table, s, *own, record))
                stray(table, s, &*own, record);
        }
        s.reset();
    }
}

bool Reader::child(const Table& table, Statement& s, const Got& got, Record& record) {
    bool taken = false;
    for (const ChildList& list : schema().of(got.place.kind).children) {
        if (list.table != &table) continue;
        auto& items = *reinterpret_cast<AnyList*>(reinterpret_cast<char*>(got.entity) + list.offset);
        values(table, s, 2, static_cast<char*>(add_item(items, *table.type, record.arena)), record);
        taken = true;
    }
    return taken;
}

// A row that its entity (`got`: one that has its key) has no place for. Where no entity has the key, somebody
// took the entry out and left this; an entity that was moved to another patient has taken its rows with it.
void Reader::stray(const Table& table, Statement& s, const Got* got, Record& record) {
    const auto kind = record::kind_of(s.text(1));
    if (kind && has_parent(table, *kind, s.integer(0))) return;
    if (got == nullptr)
        return finding(table, kind.value_or(EntityKind::Patient), {}, {}, "is left of an entry that is gone",
                       record);
    context_.entity = got->entity;
    kind_ = got->place.kind;
    not_understood(table, {}, "is of another type than its entry", vital(kind_), record);
    void* lost = record.arena.take(table.type->size, alignof(std::max_align_t));
    std::memset(lost, 0, table.type->size);
    values(table, s, is_coding(table) ? 3 : 2, static_cast<char*>(lost), record);
    keep(record.arena.join(table.name, ":", s.text(1)), lost, table, record);
}

void Reader::keep(Text path, const void* object, const Table& table, Record& record) {
    std::string json;
    record::append_json(json, object, *table.type);
    context_.entity->rest.add(record.arena, {path, record.arena.copy(json)});
}

bool Reader::has_parent(const Table& table, EntityKind kind, std::int64_t parent) {
    const auto& lists = schema().of(kind).children;
    if (!is_coding(table) &&
        std::none_of(lists.begin(), lists.end(), [&](const ChildList& l) { return l.table == &table; }))
        return false;
    Statement& entity = by_row_[static_cast<std::size_t>(kind)].bind(1, parent);
    const bool found = entity.step();
    entity.reset();
    return found;
}

namespace {

// The list of codings that a path leads to ("code", "component[0].code"); nullptr when it leads nowhere.
AnyList* at_path(const Table& table, char* object, std::string_view path) {
    const auto direct = table.coding_at.find(path);
    if (direct != table.coding_at.end()) return reinterpret_cast<AnyList*>(object + direct->second);
    const std::size_t open = path.find('['), close = path.find("].", open);
    if (close == std::string_view::npos) return nullptr;
    std::uint32_t i = 0;
    const auto number = std::from_chars(path.data() + open + 1, path.data() + close, i);
    if (number.ec != std::errc() || number.ptr != path.data() + close) return nullptr;
    for (const ChildList& list : table.children) {
        if (list.name != path.substr(0, open)) continue;
        const auto& items = *reinterpret_cast<const AnyList*>(object + list.offset);
        if (i >= items.size) return nullptr;
        return at_path(*list.table, items.data + i * list.table->type->size, path.substr(close + 2));
    }
    return nullptr;
}

}  // namespace

void Reader::coding(Statement& s, const Got& got, Record& record) {
    static const record::Type& type = record::type_of<record::Coding>();
    const Table& table = schema().of(Child::coding);
    AnyList* codings = at_path(schema().of(got.place.kind), reinterpret_cast<char*>(got.entity), s.text(2));
    if (codings != nullptr) {
        values(table, s, 3, static_cast<char*>(add_item(*codings, type, record.arena)), record);
        return;
    }
    not_understood(table, s.text(2), "the path leads to no concept", vital(kind_), record);
    record::Coding lost{};
    values(table, s, 3, reinterpret_cast<char*>(&lost), record);
    keep(record.arena.join("coding:", s.text(2)), &lost, table, record);
}

void Reader::need(Text reference, Record& record) {
    const std::size_t slash = reference.find('/');
    if (slash == Text::npos) return;
    const auto kind = record::kind_of(reference.substr(0, slash));
    if (!kind || !record::practice_wide(*kind) || !needed_.insert(reference).second) return;
    record.needs.push_back({*kind, reference.substr(slash + 1), 0});
}

}  // namespace gpswitch::sqlite
