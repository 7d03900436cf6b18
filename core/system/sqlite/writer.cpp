#include "core/system/sqlite/writer.hpp"

#include <fmt/format.h>

namespace gpswitch::sqlite {

using record::EntityKind;

Writer::Writer(Database& db, bool replacing) : db_(db), replacing_(replacing) {
    find_patient_ = db_.prepare("SELECT number, content_hash FROM gpswitch_patient WHERE key=?");
    add_patient_ = db_.prepare("INSERT INTO gpswitch_patient VALUES(?,?,?,?,?,?)");
    change_patient_ = db_.prepare(
        "UPDATE gpswitch_patient SET id=?2,nhs_number=?3,birth_date=?4,content_hash=?5 WHERE number=?1");
    next_patient_ = db_.integer("SELECT coalesce(max(number),0)+1 FROM gpswitch_patient");
    for (std::size_t k = 0; k < record::kEntityKinds; ++k) {
        const auto kind = static_cast<EntityKind>(k);
        const std::string table = quoted(schema().of(kind).name);
        const std::int64_t first = arrival_rows(kind);
        arrivals_[k] = db_.integer(
            fmt::format("SELECT coalesce(max(row),{1}-1)-({1})+1 FROM {0} WHERE row>={1} AND row<{2}", table,
                        first, first + kPracticeRows));
        if (replacing_) continue;
        Statement ids = db_.prepare(fmt::format("SELECT id FROM {} WHERE row<0", table));
        while (ids.step()) there_.insert(identity_of(kind, ids.text(0)));
    }
}

Statement& Writer::insert_into(std::size_t table) {
    Statement& s = inserts_[table];
    if (!s) s = db_.prepare(schema().tables[table].insert());
    return s;
}

void Writer::insert(const EncodedRecord& record, const EncodedEntity& entity, const EncodedRow& row,
                    const Cell* cells, std::int64_t parent, std::int64_t patient, std::int64_t seq) {
    Statement& s = insert_into(row.table);
    const Table& table = schema().tables[row.table];
    if (table.is_child()) {
        if (row.child > kMaxChild)
            throw Failure{SQLITE_TOOBIG, fmt::format("a {} has more than {} rows in {}",
                                                     record::name_of(entity.kind), kMaxChild, table.name)};
        s.bind(1, child_row(parent, row.child)).bind(2, parent).bind(3, record::name_of(entity.kind));
        s.bind(5, seq).bind(6, std::int64_t{row.i});
    } else {
        s.bind(1, parent).bind(3, seq);
    }
    const int patient_at = table.is_child() ? 4 : 2;
    if (patient != 0) s.bind(patient_at, patient);
    bind(row.table, s, record, cells, cells + row.cells);
    s.run();
    if (patient != 0) s.bind_null(patient_at);
}

// Rows of one table mostly fill the same columns: only what this one leaves out is taken back.
void Writer::bind(std::uint32_t table, Statement& s, const EncodedRecord& record, const Cell* first,
                  const Cell* last) {
    std::vector<std::uint32_t>& bound = bound_[table];
    const Cell* c = first;
    for (const std::uint32_t parameter : bound) {
        while (c != last && c->parameter < parameter) ++c;
        if (c == last || c->parameter != parameter) s.bind_null(static_cast<int>(parameter));
    }
    bound.clear();
    for (c = first; c != last; ++c) {
        s.bind(static_cast<int>(c->parameter), record.text.view().substr(c->offset, c->length));
        bound.push_back(c->parameter);
    }
}

void Writer::remove(std::int64_t first_row, std::int64_t last_row) {
    if (removals_.empty())
        for (const Table& t : schema().tables)
            removals_.push_back(
                db_.prepare(fmt::format("DELETE FROM {} WHERE row BETWEEN ? AND ?", quoted(t.name))));
    for (const Table& t : schema().tables) {
        const bool child = t.is_child();
        removals_[t.number].bind(1, child ? child_row(first_row, 0) : first_row);
        removals_[t.number].bind(2, child ? child_row(last_row, kMaxChild) : last_row).run();
    }
}

// Where the entity goes; nothing when it is there already.
std::optional<std::int64_t> Writer::practice_row(const EncodedRecord& record, const EncodedEntity& entity) {
    if (!there_.insert(entity.identity).second) return std::nullopt;
    if (replacing_ && entity.id_length != 0) {
        const std::string table = quoted(schema().of(entity.kind).name);
        Statement old = db_.prepare(fmt::format("SELECT row FROM {} WHERE id=? AND patient IS NULL", table));
        old.bind(1, record.text.view().substr(entity.id_offset, entity.id_length));
        if (old.step()) {
            const std::int64_t row = old.integer(0);
            old.reset();
            remove(row, row);
            return row;
        }
    }
    return arrival_rows(entity.kind) + arrivals_[static_cast<std::size_t>(entity.kind)]++;
}

Writer::Whose Writer::patient_of(const EncodedRecord& record) {
    if (record.key.empty()) return {};
    find_patient_.bind(1, std::string_view(record.key));
    const bool known = find_patient_.step();
    const std::int64_t number = known ? find_patient_.integer(0) : next_patient_;
    const bool equal = known && find_patient_.text(1) == record.content_hash;
    find_patient_.reset();
    if (number > kMaxPatient) throw Failure{SQLITE_TOOBIG, fmt::format("more than {} patients", kMaxPatient)};
    if (known && !equal) {
        remove(patient_row(number, 0), patient_row(number, kMaxSeq));
        change_patient_.bind(1, number)
            .bind(2, std::string_view(record.id))
            .bind(3, std::string_view(record.nhs_number));
        change_patient_.bind(4, std::string_view(record.birth_date))
            .bind(5, std::string_view(record.content_hash))
            .run();
    } else if (!known) {
        ++next_patient_;
        add_patient_.bind(1, number)
            .bind(2, std::string_view(record.key))
            .bind(3, std::string_view(record.id));
        add_patient_.bind(4, std::string_view(record.nhs_number))
            .bind(5, std::string_view(record.birth_date));
        add_patient_.bind(6, std::string_view(record.content_hash)).run();
    }
    return {number, equal};
}

void Writer::write(const EncodedRecord& record) {
    const Whose whose = patient_of(record);
    const EncodedRow* row = record.rows.data();
    const Cell* cells = record.cells.data();
    for (const EncodedEntity& e : record.entities) {
        if (!e.practice && e.seq > kMaxSeq)
            throw Failure{SQLITE_TOOBIG, fmt::format("a patient with more than {} entries", kMaxSeq)};
        const std::optional<std::int64_t> key =
            !e.practice ? patient_row(whose.number, e.seq) : practice_row(record, e);
        const bool skip = e.practice ? !key : whose.equal;
        const std::int64_t seq = !e.practice ? e.seq : key.value_or(0) & (kPracticeRows - 1);
        for (std::uint32_t i = 0; i < e.rows; ++i, cells += row++->cells)
            if (!skip) insert(record, e, *row, cells, *key, e.practice ? 0 : whose.number, seq);
    }
}

void Writer::settle_practice_wide() {
    db_.exec("CREATE TEMP TABLE settle(old INTEGER PRIMARY KEY, seq INTEGER)");
    for (std::size_t k = 0; k < record::kEntityKinds; ++k) {
        const auto kind = static_cast<EntityKind>(k);
        const std::string table = quoted(schema().of(kind).name);
        const std::int64_t from = arrival_rows(kind), to = practice_rows(kind);
        const std::string arrived = fmt::format("row BETWEEN {} AND {}", from, from + kPracticeRows - 1);
        if (db_.integer(fmt::format("SELECT EXISTS(SELECT 1 FROM {} WHERE {})", table, arrived)) == 0)
            continue;
        const std::int64_t used = db_.integer(
            fmt::format("SELECT coalesce(max(row),{1}-1)-({1})+1 FROM {0} WHERE row BETWEEN {1} AND {2}",
                        table, to, to + kPracticeRows - 1));
        db_.exec(
            fmt::format("DELETE FROM settle; INSERT INTO settle SELECT row, {}+row_number() OVER (ORDER BY "
                        "id,row)-1 FROM {} WHERE {}",
                        used, table, arrived));
        for (std::size_t c = 0; c < kChildren; ++c)
            db_.exec(
                fmt::format("UPDATE {0} SET (row,parent,seq)=(SELECT "
                            "({1}+s.seq)*{2}+{0}.row-{0}.parent*{2},{1}+s.seq,s.seq "
                            "FROM settle s WHERE s.old={0}.parent) WHERE row BETWEEN {3} AND {4}",
                            quoted(schema().of(static_cast<Child>(c)).name), to, kMaxChild + 1,
                            child_row(from, 0), child_row(from + kPracticeRows - 1, kMaxChild)));
        db_.exec(fmt::format(
            "UPDATE {0} SET (row,seq)=(SELECT {1}+s.seq,s.seq FROM settle s WHERE s.old={0}.row) WHERE {2}",
            table, to, arrived));
    }
    db_.exec("DROP TABLE settle");
}

}  // namespace gpswitch::sqlite
