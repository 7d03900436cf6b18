#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <optional>

#include "core/record/json.hpp"
#include "core/system/sqlite/meta.hpp"
#include "core/system/sqlite/reader.hpp"
#include "core/system/sqlite/sqlite.hpp"
#include "core/util/error.hpp"
#include "core/util/hash.hpp"

namespace gpswitch::sqlite {
namespace {

using record::EntityKind;
using record::kEntityKinds;
using record::Record;
using record::Text;

constexpr std::string_view kMagic{"SQLite format 3\0", 16};

[[noreturn]] void refuse(const std::string& name, const Failure& f) {
    if (f.unfinished())
        throw InputError(name + ": import was interrupted; run it again to resume",
                         "a journal of the interrupted run lies beside the file");
    throw InputError(name + ": cannot be read: " + f.text, f.damaged() ? "restore it, or import again" : "");
}

template <class Work>
auto reading(const std::string& name, Work work) -> decltype(work()) {
    try {
        return work();
    } catch (const Failure& f) { refuse(name, f); }
}

/// A patient's rows in one table: their slots follow each other.
struct Run {
    std::int64_t patient;
    std::uint64_t first_slot, rows;
};

/// Where each row has its slot in the ledger: practice-wide rows first, then patient by patient.
struct TableIndex {
    std::optional<std::uint16_t> table;       ///< index into Census::tables; none when empty
    std::vector<std::int64_t> practice_rows;  ///< ascending; the place is the slot
    std::vector<bool> found;                  ///< practice-wide rows that were asked for
    std::vector<Run> runs;                    ///< ascending by patient

    const Run* run_of(std::int64_t patient) const {
        const auto it = std::lower_bound(runs.begin(), runs.end(), patient,
                                         [](const Run& r, std::int64_t p) { return r.patient < p; });
        return it != runs.end() && it->patient == patient ? &*it : nullptr;
    }
};

struct Person {
    std::int64_t number;
    std::string id;
};

class StoreSource;

class PatientCursor : public record::Cursor {
  public:
    PatientCursor(const StoreSource& source, std::span<const std::uint32_t> patients);
    bool next(Record& record) override;

  private:
    const StoreSource& source_;
    std::vector<std::uint32_t> patients_;
    std::size_t next_ = 0;
    std::unique_ptr<Database> db_;
    Reader reader_;
    std::vector<Reader::Place> places_;
};

class StoreSource : public record::Source {
  public:
    explicit StoreSource(const record::SourceOptions& options) : path_(options.place), files_(options.files) {
        name_ = std::filesystem::path(path_).filename().string();
        reading(path_, [&] {
            locate();
            db_ = connect();
            const Meta meta = check();
            describe(meta);
            index_patients();
            for (std::size_t k = 0; k < kEntityKinds; ++k) index(static_cast<EntityKind>(k));
            reader_ = std::make_unique<Reader>(*db_, name_);
        });
    }

    const record::Census& census() const override { return census_; }
    const std::vector<Issue>& issues() const override { return issues_; }
    std::unique_ptr<record::Cursor> read(std::span<const std::uint32_t> patients) override {
        return reading(path_, [&] { return std::make_unique<PatientCursor>(*this, patients); });
    }

    bool find(const record::Need& need, Record& record) override {
        return reading(path_, [&] {
            TableIndex& t = tables_[static_cast<std::size_t>(need.kind)];
            const std::int64_t row = reader_->find(need.kind, need.id);
            const auto it = std::lower_bound(t.practice_rows.begin(), t.practice_rows.end(), row);
            if (row == 0 || it == t.practice_rows.end() || *it != row) return false;
            practice_wide(need.kind, static_cast<std::size_t>(it - t.practice_rows.begin()), record);
            return true;
        });
    }

    /// One record for each practice-wide entity nobody asked for, then one for each patient number without a
    /// patient.
    std::unique_ptr<record::Cursor> leftovers() override;

    const std::string& path() const { return path_; }
    const std::string& name() const { return name_; }
    const Person& person(std::uint32_t patient) const { return people_[patient]; }

    /// A connection of its own; holds a read transaction, so that nothing changes under us.
    std::unique_ptr<Database> connect() const {
        auto db = bytes_.empty() ? std::make_unique<Database>(path_, Database::Use::read)
                                 : std::make_unique<Database>(bytes_);
        db->exec("PRAGMA query_only=1; PRAGMA cache_size=-16384; BEGIN");
        return db;
    }

    /// Registers and claims the rows of a patient's entities.
    void account(std::int64_t number, const std::vector<Reader::Place>& places, Record& record) const {
        std::array<std::uint64_t, kEntityKinds> used{};
        for (std::uint32_t i = 0; i < places.size(); ++i) {
            const auto k = static_cast<std::size_t>(places[i].kind);
            const Run* run = tables_[k].run_of(number);
            if (run == nullptr || used[k] == run->rows)
                throw InputError(path_ + ": changed while it was being read", "run it again");
            add_row(k, run->first_slot + used[k]++, i, record);
        }
    }

    bool leftover(Record& record);

  private:
    void locate();
    Meta check();
    void describe(const Meta& meta);
    void index_patients();
    void index(EntityKind kind);
    bool practice_leftover(Record& record);
    bool orphan(Record& record);

    void add_row(std::size_t kind, std::uint64_t slot, std::uint32_t item, Record& record) const {
        record::Row row;
        row.table = *tables_[kind].table;
        row.slot = slot;
        row.key = record.items[item].entity->id;
        record.rows.push_back(row);
        record.claims.push_back(
            {static_cast<std::uint32_t>(record.rows.size() - 1), item, record::Role::primary});
    }

    void practice_wide(EntityKind kind, std::size_t slot, Record& record) {
        TableIndex& t = tables_[static_cast<std::size_t>(kind)];
        t.found[slot] = true;
        if (!reader_->entity(kind, t.practice_rows[slot], record))
            throw InputError(path_ + ": changed while it was being read", "run it again");
        add_row(static_cast<std::size_t>(kind), slot, static_cast<std::uint32_t>(record.items.size() - 1),
                record);
    }

    std::string path_, name_;
    std::shared_ptr<archive::Place> files_;
    std::string_view bytes_;  ///< of the database, when it lies in an archive
    std::unique_ptr<Database> db_;
    std::unique_ptr<Reader> reader_;
    record::Census census_;
    std::vector<Issue> issues_;
    std::vector<Person> people_;       ///< as census_.patients
    std::vector<std::int64_t> known_;  ///< their numbers, ascending
    std::vector<std::int64_t> orphans_;
    std::array<TableIndex, kEntityKinds> tables_;
    std::size_t left_kind_ = 0, left_slot_ = 0, left_orphan_ = 0;
};

// A plain file is read where it is; inside an archive it is one member, which SQLite reads from memory.
void StoreSource::locate() {
    std::error_code none;
    std::ifstream file(path_, std::ios::binary);
    std::string start(kMagic.size(), '\0');
    const bool plain = std::filesystem::is_regular_file(path_, none) &&
                       file.read(start.data(), static_cast<std::streamsize>(start.size()));
    if (plain && start == kMagic) {
        Sha256 hash;
        hash.add(start);
        std::string block(1u << 20, '\0');
        std::uint64_t size = start.size();
        while (file.read(block.data(), static_cast<std::streamsize>(block.size())) || file.gcount() > 0) {
            hash.add(std::string_view(block).substr(0, static_cast<std::size_t>(file.gcount())));
            size += static_cast<std::uint64_t>(file.gcount());
        }
        census_.inputs.push_back({name_, hash.hex(), size});
        return;
    }
    if (files_ != nullptr && files_->members().size() == 1 && files_->bytes(0).starts_with(kMagic)) {
        bytes_ = files_->bytes(0);
        census_.inputs.push_back({files_->members()[0].name, sha256_hex(bytes_), bytes_.size()});
        return;
    }
    if (!std::filesystem::exists(path_, none)) throw InputError(path_ + ": no such file");
    throw InputError(path_ + ": is not an SQLite database");
}

Meta StoreSource::check() {
    if (!is_store(*db_)) throw InputError(path_ + ": an SQLite database, but not a gpswitch store");
    const Meta meta = read_meta(*db_);
    if (meta.at(kComplete) != "1")
        throw InputError(path_ + ": import was interrupted; run it again to resume",
                         "an unfinished store is not read");
    if (meta.at(kSchema) != schema().hash)
        throw InputError(path_ + ": was made by another version of gpswitch",
                         "read it with that version, or import again");
    return meta;
}

void StoreSource::describe(const Meta& meta) {
    census_.system = "sqlite";
    census_.version = meta.at(kFormatKey);
    census_.practice = meta.at(kPractice);
    census_.ods = meta.at(kOds);
    census_.as_of = meta.at(kAsOf);
    census_.absent = sentences(meta.at(kAbsent));
    census_.selection = sentences(meta.at(kSelection));
    census_.warnings = sentences(meta.at(kWarnings));
    census_.source_codes = false;
}

void StoreSource::index_patients() {
    Statement all = db_->prepare("SELECT number,key,id FROM gpswitch_patient ORDER BY key");
    while (all.step()) {
        census_.patients.push_back({std::string(all.text(1)), 0});
        people_.push_back({all.integer(0), std::string(all.text(2))});
        known_.push_back(all.integer(0));
    }
    std::sort(known_.begin(), known_.end());
}

void StoreSource::index(EntityKind kind) {
    TableIndex& t = tables_[static_cast<std::size_t>(kind)];
    const std::string table = quoted(record::name_of(kind));
    Statement practice =
        db_->prepare(fmt::format("SELECT row FROM {} WHERE patient IS NULL ORDER BY row", table));
    while (practice.step()) t.practice_rows.push_back(practice.integer(0));
    t.found.assign(t.practice_rows.size(), false);
    std::uint64_t rows = t.practice_rows.size();
    Statement patients = db_->prepare(
        fmt::format("SELECT patient,count(*) FROM {} WHERE patient IS NOT NULL GROUP BY patient", table));
    while (patients.step()) {
        const auto n = static_cast<std::uint64_t>(patients.integer(1));
        t.runs.push_back({patients.integer(0), rows, n});
        rows += n;
        if (!std::binary_search(known_.begin(), known_.end(), t.runs.back().patient))
            orphans_.push_back(t.runs.back().patient);
    }
    for (std::uint32_t p = 0; p < people_.size(); ++p)
        if (const Run* run = t.run_of(people_[p].number)) census_.patients[p].weight += run->rows;
    if (rows == 0) return;
    t.table = static_cast<std::uint16_t>(census_.tables.size());
    census_.tables.push_back(
        {std::string(record::name_of(kind)), fmt::format("{}!{}", name_, record::name_of(kind)), 0, rows});
}

PatientCursor::PatientCursor(const StoreSource& source, std::span<const std::uint32_t> patients)
    : source_(source),
      patients_(patients.begin(), patients.end()),
      db_(source.connect()),
      reader_(*db_, source.name()) {}

bool PatientCursor::next(Record& record) {
    record.clear();
    if (next_ == patients_.size()) return false;
    return reading(source_.path(), [&] {
        const std::uint32_t p = patients_[next_++];
        const Person& person = source_.person(p);
        record.key = source_.census().patients[p].key;
        record.patient_id = person.id;
        reader_.patient(person.number, record, places_);
        source_.account(person.number, places_, record);
        return true;
    });
}

bool StoreSource::practice_leftover(Record& record) {
    for (; left_kind_ < kEntityKinds; ++left_kind_, left_slot_ = 0) {
        const std::vector<bool>& found = tables_[left_kind_].found;
        while (left_slot_ < found.size() && found[left_slot_]) ++left_slot_;
        if (left_slot_ == found.size()) continue;
        practice_wide(static_cast<EntityKind>(left_kind_), left_slot_, record);
        return true;
    }
    return false;
}

// Rows of a patient number that no patient has: only a hand can have made them. They are held, as JSON.
bool StoreSource::orphan(Record& record) {
    if (left_orphan_ == 0) {
        std::sort(orphans_.begin(), orphans_.end());
        orphans_.erase(std::unique(orphans_.begin(), orphans_.end()), orphans_.end());
    }
    if (left_orphan_ == orphans_.size()) return false;
    const std::int64_t number = orphans_[left_orphan_++];
    std::vector<Reader::Place> places;
    reader_->patient(number, record, places);
    account(number, places, record);
    record.held.clear();  // row by row, all of them
    for (std::uint32_t i = 0; i < record.items.size(); ++i) {
        std::string json;
        record::append_json(json, record.items[i].kind, *record.items[i].entity);
        record.rows[i].raw = record.arena.copy(json);
        record.settle(i, record::Fate::held, "SQLITE-ORPHAN-001");
        Issue issue;
        issue.severity = Severity::error;
        issue.code = "SQLITE-ORPHAN-001";
        issue.member = census_.tables[record.rows[i].table].member;
        issue.resource = fmt::format("{}/{}", record::name_of(record.items[i].kind), record.rows[i].key);
        issue.message = "belongs to a patient number that gpswitch_patient does not have: held";
        record.issues.push_back(std::move(issue));
    }
    record.items.clear();
    record.claims.clear();
    record.needs.clear();
    return true;
}

bool StoreSource::leftover(Record& record) {
    record.clear();
    return reading(path_, [&] { return practice_leftover(record) || orphan(record); });
}

std::unique_ptr<record::Cursor> StoreSource::leftovers() {
    struct Leftovers : record::Cursor {
        explicit Leftovers(StoreSource& s) : source(s) {}
        bool next(Record& record) override { return source.leftover(record); }
        StoreSource& source;
    };
    return std::make_unique<Leftovers>(*this);
}

}  // namespace

std::unique_ptr<record::Source> open_store(const record::SourceOptions& options) {
    return std::make_unique<StoreSource>(options);
}

}  // namespace gpswitch::sqlite
