#include "core/system/sqlite/reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace gpswitch::sqlite {

using record::AnyList;
using record::EntityKind;
using record::Record;
using record::Text;

Reader::Reader(Database& db) : db_(db) {
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
        const bool coding = t.leading.back() == "path";
        by_parent_[c] = db.prepare(
            fmt::format("SELECT parent,type,{}{} FROM {} WHERE parent BETWEEN ? AND ? ORDER BY parent,row",
                        coding ? "path," : "", t.column_list(), quoted(t.name)));
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

record::Entity* Reader::take(const Table& table, Statement& s, int first_column, Record& record) {
    record::Entity& entity = record.add(static_cast<EntityKind>(table.number));
    context_.entity = &entity;
    values(table, s, first_column, reinterpret_cast<char*>(&entity), record);
    return &entity;
}

void Reader::values(const Table& table, Statement& s, int column, char* object, Record& record) {
    for (const Column& c : table.columns) {
        const Text text = record.arena.copy(s.text(column++));
        if (text.empty()) continue;
        if (c.list != nullptr) {
            list(c, text, object + c.offset - c.list->offset, record);
            continue;
        }
        *reinterpret_cast<Text*>(object + c.offset) = text;
        if (c.reference) need(text, record);
    }
}

// `object` is the structure that has the list.
void Reader::list(const Column& column, Text text, char* object, Record& record) {
    const record::Field& f = *column.list;
    json::Error error;
    const json::Value* v = parser_.parse(text, record.arena, error);
    if (v == nullptr || v->kind != json::Kind::array) {
        // Somebody wrote here by hand: it is kept and not understood.
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
            auto own = got;
            while (own != got_.end() && own->place.row == parent &&
                   record::name_of(own->place.kind) != s.text(1))
                ++own;
            if (own == got_.end() || own->place.row != parent) continue;
            context_.entity = own->entity;
            if (static_cast<Child>(c) == Child::coding)
                coding(s, *own, record);
            else
                child(table, s, *own, record);
        }
        s.reset();
    }
}

void Reader::child(const Table& table, Statement& s, const Got& got, Record& record) {
    for (const ChildList& list : schema().of(got.place.kind).children) {
        if (list.table != &table) continue;
        auto& items = *reinterpret_cast<AnyList*>(reinterpret_cast<char*>(got.entity) + list.offset);
        values(table, s, 2, static_cast<char*>(add_item(items, *table.type, record.arena)), record);
    }
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
    record::Coding lost{};
    values(table, s, 3, reinterpret_cast<char*>(&lost), record);
    std::string json;
    record::append_json(json, &lost, type);
    got.entity->rest.add(record.arena, {record.arena.join("coding:", s.text(2)), record.arena.copy(json)});
}

void Reader::need(Text reference, Record& record) {
    const std::size_t slash = reference.find('/');
    if (slash == Text::npos) return;
    const auto kind = record::kind_of(reference.substr(0, slash));
    if (!kind || !record::practice_wide(*kind) || !needed_.insert(reference).second) return;
    record.needs.push_back({*kind, reference.substr(slash + 1), 0});
}

}  // namespace gpswitch::sqlite
