#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "core/json/json.hpp"
#include "core/ledger/ledger.hpp"
#include "core/system/sqlite/meta.hpp"
#include "core/system/sqlite/sqlite.hpp"
#include "core/system/sqlite/writer.hpp"
#include "core/util/civil_time.hpp"
#include "core/util/error.hpp"

namespace gpswitch::sqlite {
namespace {

namespace fs = std::filesystem;

/// How the connection of an import is set.
/// journal_mode=DELETE: a killed run leaves a journal with which the next one goes back to its last commit, a
/// finished one leaves nothing beside the database, which then opens from a read-only folder. (A WAL would
/// leave two more files, and gains nothing: nobody reads meanwhile, locking_mode is EXCLUSIVE. A bulk import
/// mostly appends pages, and those need no journal.) synchronous=NORMAL: one flush less a commit; publish()
/// ends with EXTRA. A cache of 64 MB holds the batch in hand, so that pages are not written twice. Pages of
/// 16 KB take a tenth less time than those of 4 to fill and to index; a store that is there keeps its own.
constexpr const char* kSettings =
    "PRAGMA page_size=16384; PRAGMA journal_mode=DELETE; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-65536;"
    "PRAGMA temp_store=MEMORY; PRAGMA foreign_keys=OFF";

/// Removes what a run that was killed between its last commit and its end has left: a journal with nothing in
/// it, which SQLite passes over and never deletes. It deletes one that it may no longer persist, under its
/// own lock. Source: SQLite, "PRAGMA journal_mode".
constexpr const char* kDropJournal =
    "PRAGMA locking_mode=NORMAL; PRAGMA journal_mode=PERSIST; PRAGMA journal_mode=DELETE;";

/// Days and instants of any offset; a day is no earlier than a moment in it.
bool earlier(const std::string& a, const std::string& b) {
    const auto uk = [](std::string s) {
        if (s.ends_with("Z")) s = s.substr(0, s.size() - 1) + "+00:00";
        const std::string moved = civil_time::add_minutes(s, 0);
        return moved.empty() ? s : moved;
    };
    const std::string x = uk(a), y = uk(b);
    const std::size_t n = std::min({x.size(), y.size(), std::size_t{19}});
    return x.compare(0, n, y, 0, n) < 0;
}

class Store : public record::Target {
  public:
    explicit Store(const record::TargetOptions& options)
        : path_(options.place), overwrite_(options.overwrite) {
        const fs::path p(path_);
        work_ = overwrite_ ? (p.parent_path() / ("." + p.filename().string() + ".partial")).string() : path_;
    }

    record::Checkpoint begin(const record::Origin& origin) override {
        return guarded("opening it", [&] {
            origin_ = meta_of(origin);
            if (origin.census != nullptr)
                for (const auto& p : origin.census->patients) keys_.push_back(p.key);
            std::sort(keys_.begin(), keys_.end());
            if (overwrite_) keep_only_resumable();
            create_file();
            open();
            return resume();
        });
    }

    std::unique_ptr<record::Encoded> encode(const record::Record& record) const override {
        return sqlite::encode(record);
    }

    void commit(std::span<const std::unique_ptr<record::Encoded>> records) override {
        if (complete_ || records.empty()) return;
        guarded("writing a batch", [&] {
            std::uint64_t patients = 0;
            Transaction transaction(*db_, "BEGIN IMMEDIATE");
            for (const auto& r : records) {
                const auto& record = static_cast<const EncodedRecord&>(*r);
                refuse_shared_key(record.key);
                writer_->write(record);
                keep_held(r->held);
                if (r->patient) ++patients;
            }
            if (patients != 0) set_meta(*db_, kPatientsCommitted, std::to_string(patients_ + patients));
            transaction.commit();
            patients_ += patients;
        });
    }

    void publish(const ledger::Ledger& ledger) override {
        if (!complete_) {
            guarded("finishing it", [&] {
                db_->exec("PRAGMA synchronous=EXTRA");
                Transaction transaction(*db_, "BEGIN IMMEDIATE");
                writer_->settle_practice_wide();
                db_->exec(indexes_ddl());
                db_->exec(std::string(views_ddl()));
                keep_ledger(ledger.json());
                set_meta(*db_, kPatientsKept, std::to_string(kept()));
                db_->exec(fmt::format("DELETE FROM gpswitch_meta WHERE key='{}'", kRun));
                set_meta(*db_, kComplete, "1");
                transaction.commit();
            });
        }
        writer_.reset();
        guarded("closing it", [&] { db_->exec(kDropJournal); });
        db_.reset();
        if (overwrite_) rename_into_place();
    }

  private:
    /// Runs `work`; what SQLite reports becomes a TargetError that says what is safe.
    template <class Work>
    auto guarded(const char* doing, Work work) -> decltype(work()) {
        if (broken_) throw std::logic_error("a store is used again after it failed");
        try {
            return work();
        } catch (const Failure& f) {
            broken_ = true;
            const bool anything = db_ != nullptr && started_;
            if (!anything && created_) {
                db_.reset();
                remove_with_journal(work_);
            }
            throw TargetError(
                fmt::format("{}: {}: {}", path_, doing, f.text),
                anything ? fmt::format("what was not committed is rolled back, {} patients are safely in; "
                                       "put it right and run "
                                       "the same command again: it goes on from there",
                                       patients_)
                         : std::string("nothing was changed; put it right and run the same command again"));
        }
    }

    // An overwriting run that was killed goes on when it was for the same input; any other remains are thrown
    // away.
    void keep_only_resumable() {
        std::error_code none;
        if (fs::is_directory(path_, none))
            throw TargetError(path_ + ": a folder, not a database file", "nothing was changed; name a file");
        if (!fs::exists(work_, none)) return;
        try {
            Database db(work_, Database::Use::write);
            db.exec("PRAGMA locking_mode=EXCLUSIVE; BEGIN EXCLUSIVE");
            const Meta m = is_store(db) ? read_meta(db) : Meta{};
            if (m.at(kFingerprint) == origin_.at(kFingerprint) && m.at(kSchema) == schema().hash &&
                m.at(kFormatKey) == origin_.at(kFormatKey))
                return;
        } catch (const Failure& f) {
            if (f.busy()) throw;
        }
        remove_with_journal(work_);
    }

    static void remove_with_journal(const std::string& path) {
        for (const char* suffix : {"", "-journal", "-wal", "-shm"}) ::unlink((path + suffix).c_str());
    }

    // Made by us, so that nobody else can read it from the first moment; SQLite gives its journal the same
    // mode.
    void create_file() {
        const int fd = ::open(work_.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
        if (fd >= 0) {
            ::close(fd);
            created_ = true;
            return;
        }
        if (errno == EEXIST) return;
        throw TargetError(fmt::format("{}: cannot be created: {}", path_, std::strerror(errno)),
                          "nothing was changed; choose a folder that exists and may be written");
    }

    void open() {
        std::error_code none;
        if (fs::is_directory(work_, none))
            throw TargetError(path_ + ": a folder, not a database file", "nothing was changed; name a file");
        db_ = std::make_unique<Database>(work_, Database::Use::write);
        try {
            db_->exec("PRAGMA locking_mode=EXCLUSIVE");
            if (db_->integer("SELECT count(*) FROM sqlite_schema") != 0 && !is_store(*db_)) foreign();
            db_->exec(kSettings);
        } catch (const Failure& f) {
            if (f.damaged()) foreign();
            throw;
        }
    }

    [[noreturn]] void foreign() {
        db_.reset();
        throw TargetError(path_ + ": is not a gpswitch store",
                          "nothing was changed; choose another name, or --overwrite to replace it");
    }

    // In one transaction: a store is new, goes on, starts an update, or is as it should be.
    record::Checkpoint resume() {
        Transaction transaction(*db_, "BEGIN EXCLUSIVE");
        bool update = false;
        if (db_->integer("SELECT count(*) FROM sqlite_schema") == 0) {
            db_->exec(
                fmt::format("PRAGMA application_id={}; PRAGMA user_version={};", kApplicationId, kFormat) +
                schema().ddl);
            start("import");
        } else {
            const Meta there = read_meta(*db_);
            refuse_other(there);
            complete_ = there.at(kComplete) == "1";
            const bool same = there.at(kFingerprint) == origin_.at(kFingerprint);
            patients_ = same ? std::strtoull(there.at(kPatientsCommitted).c_str(), nullptr, 10) : 0;
            update = there.at(kRun) == "update";
            if (!same) refuse_older(there);
            if (!same && !complete_)
                throw TargetError(fmt::format("{}: package or mapping changed in between: the import in it "
                                              "was begun with another one and is not "
                                              "finished",
                                              path_),
                                  "nothing was changed; finish it with the package it was begun with, or "
                                  "--overwrite to start afresh");
            if (!same) {
                complete_ = false;
                update = true;
                keep_selection(there);
                start("update");
            }
        }
        transaction.commit();
        started_ = true;
        writer_ = std::make_unique<Writer>(*db_, update);
        return {patients_, complete_};
    }

    void start(const char* run) {
        db_->exec("DELETE FROM gpswitch_meta; DELETE FROM gpswitch_ledger; DELETE FROM gpswitch_held");
        for (const auto& [key, value] : origin_.all()) set_meta(*db_, key, value);
        set_meta(*db_, kRun, run);
        set_meta(*db_, kPatientsCommitted, "0");
        set_meta(*db_, kComplete, "0");
    }

    // Patients of an earlier import stay. A whole practice that part of it is imported into again is whole; a
    // part that is not the same part as before is neither.
    void keep_selection(const Meta& there) {
        const std::string& before = there.at(kSelection);
        if (before == origin_.at(kSelection)) return;
        const bool whole = before.empty() || origin_.at(kSelection).empty();
        origin_.set(
            kSelection,
            whole ? "" : sentences(std::vector<std::string>{"parts of a practice, by different filters"}));
    }

    void refuse_other(const Meta& there) const {
        if (there.at(kSchema) != schema().hash || there.at(kFormatKey) != origin_.at(kFormatKey))
            throw TargetError(path_ + ": was made by another version of gpswitch",
                              "nothing was changed; use that version, or --overwrite to make it anew");
        for (std::string_view key : {kPractice, kOds}) {
            if (there.at(key).empty() || origin_.at(key).empty()) continue;
            if (there.at(key) == origin_.at(key)) return;
            throw TargetError(path_ + ": holds another practice",
                              "nothing was changed; one store holds one practice: choose another name");
        }
    }

    // Under one key the second patient would replace the first. A source that holds them both back never
    // comes here.
    void refuse_shared_key(std::string_view key) const {
        const auto same = std::equal_range(keys_.begin(), keys_.end(), key);
        if (key.empty() || same.second - same.first < 2) return;
        throw Failure{
            SQLITE_CONSTRAINT,
            fmt::format("patients {} to {} of the source, in the order of their keys, have the same "
                        "key, and each would replace the one before",
                        same.first - keys_.begin() + 1, same.second - keys_.begin())};
    }

    // An older state would put back what has been changed and deleted since.
    void refuse_older(const Meta& there) const {
        const std::string &now = origin_.at(kAsOf), &before = there.at(kAsOf);
        if (now.empty() || before.empty() || there.at(kSystem) != origin_.at(kSystem)) return;
        if (!earlier(now, before)) return;
        throw TargetError(
            fmt::format("{}: holds the practice as of {}, and this is older: as of {}", path_, before, now),
            "nothing was changed; import the newest data, or --overwrite to go back to this");
    }

    // A raw extract imported without a package on the way has its held rows nowhere else.
    void keep_held(std::string_view lines) {
        if (lines.empty()) return;
        Statement row = db_->prepare("INSERT OR IGNORE INTO gpswitch_held VALUES(?)");
        while (!lines.empty()) {
            const std::size_t end = lines.find('\n');
            row.bind(1, lines.substr(0, end));
            row.run();
            lines.remove_prefix(end == std::string_view::npos ? lines.size() : end + 1);
        }
    }

    // Patients in the store that the origin does not have. They are kept.
    std::uint64_t kept() {
        std::uint64_t n = 0;
        Statement all = db_->prepare("SELECT key FROM gpswitch_patient");
        while (all.step())
            if (!std::binary_search(keys_.begin(), keys_.end(), all.text(0))) ++n;
        return n;
    }

    void keep_ledger(const std::string& text) {
        set_meta(*db_, kLedger, text);
        Arena arena;
        json::Parser parser;
        json::Error error;
        const json::Value* v = parser.parse(text, arena, error);
        const json::Value* tables = v == nullptr ? nullptr : v->find("tables");
        if (tables == nullptr) throw std::logic_error("ledger.json has no tables");
        Statement row = db_->prepare("INSERT OR REPLACE INTO gpswitch_ledger VALUES(?,?,?,?,?,?,?,?,?,?)");
        for (const json::Value* t : tables->items) {
            row.bind(1, t->text_of("table")).bind(2, t->text_of("bytes")).bind(3, t->text_of("read"));
            const json::Value* fates = t->find("fates");
            for (std::size_t f = 1; f < record::kFates; ++f)
                row.bind(
                    static_cast<int>(f) + 3,
                    fates == nullptr ? "0" : fates->text_of(record::to_text(static_cast<record::Fate>(f))));
            row.run();
        }
    }

    void rename_into_place() {
        // A journal that the replaced file left would be taken for the new one's.
        for (const char* suffix : {"-journal", "-wal", "-shm"}) ::unlink((path_ + suffix).c_str());
        if (::rename(work_.c_str(), path_.c_str()) != 0)
            throw TargetError(fmt::format("{}: cannot be replaced: {}", path_, std::strerror(errno)),
                              "the finished store lies beside it as " + work_);
        const fs::path folder = fs::path(path_).parent_path();
        const int fd = ::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (fd < 0) return;
        ::fsync(fd);  // not every file system can
        ::close(fd);
    }

    std::string path_, work_;
    bool overwrite_, complete_ = false, created_ = false, started_ = false, broken_ = false;
    Meta origin_;
    std::vector<std::string> keys_;  ///< of the origin's patients, ascending
    std::unique_ptr<Database> db_;
    std::unique_ptr<Writer> writer_;
    std::uint64_t patients_ = 0;
};

}  // namespace

std::unique_ptr<record::Target> create_store(const record::TargetOptions& options) {
    return std::make_unique<Store>(options);
}

}  // namespace gpswitch::sqlite
