#pragma once
#include <sqlite3.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

/// SQLite's C interface with owners. Everything that goes wrong is a Failure; Source and Target turn it into
/// their Error.
namespace gpswitch::sqlite {

struct Failure {
    int code;          ///< SQLite's extended result code
    std::string text;  ///< what went wrong, in words; never patient data
    bool damaged() const { return (code & 0xFF) == SQLITE_CORRUPT || (code & 0xFF) == SQLITE_NOTADB; }
    bool busy() const { return (code & 0xFF) == SQLITE_BUSY || (code & 0xFF) == SQLITE_LOCKED; }
    /// An interrupted writer's journal lies beside the file, and we may only read.
    bool unfinished() const { return code == SQLITE_READONLY_ROLLBACK || code == SQLITE_READONLY_RECOVERY; }
};

class Statement;

/// A connection; used by one thread at a time.
class Database {
  public:
    enum class Use { read, write };
    Database(const std::string& path, Use use);
    /// A read-only connection to a database that lies in memory; `bytes` must outlive it.
    explicit Database(std::string_view bytes);
    ~Database();
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;

    /// Runs statements without results, or ignores their results.
    void exec(const std::string& sql);
    Statement prepare(std::string_view sql);
    /// The first column of the first row; empty or 0 when there is none.
    std::string text(std::string_view sql);
    std::int64_t integer(std::string_view sql);
    [[noreturn]] void fail() const;
    sqlite3* handle() const { return db_; }

  private:
    sqlite3* db_ = nullptr;
};

/// A prepared statement. Texts are bound without a copy: they must live until the next step().
class Statement {
  public:
    Statement() = default;
    Statement(Database& db, sqlite3_stmt* statement) : db_(&db), statement_(statement) {}
    ~Statement() { sqlite3_finalize(statement_); }
    Statement(Statement&& o) noexcept : db_(o.db_), statement_(std::exchange(o.statement_, nullptr)) {}
    Statement& operator=(Statement&& o) noexcept {
        std::swap(db_, o.db_);
        std::swap(statement_, o.statement_);
        return *this;
    }
    explicit operator bool() const { return statement_ != nullptr; }

    Statement& bind(int at, std::int64_t value) {
        if (sqlite3_bind_int64(statement_, at, value) != SQLITE_OK) db_->fail();
        return *this;
    }
    /// Empty text is NULL.
    Statement& bind(int at, std::string_view value) {
        const int rc = value.empty() ? sqlite3_bind_null(statement_, at)
                                     : sqlite3_bind_text64(statement_, at, value.data(), value.size(),
                                                           SQLITE_STATIC, SQLITE_UTF8);
        if (rc != SQLITE_OK) db_->fail();
        return *this;
    }
    void bind_null(int at) { sqlite3_bind_null(statement_, at); }
    /// True when there is a row.
    bool step() {
        const int rc = sqlite3_step(statement_);
        if (rc == SQLITE_ROW) return true;
        if (rc != SQLITE_DONE) failed();
        return false;
    }
    void reset() { sqlite3_reset(statement_); }
    /// Runs a statement that gives no rows.
    void run() {
        step();
        reset();
    }
    std::int64_t integer(int column) const { return sqlite3_column_int64(statement_, column); }
    int columns() const { return sqlite3_column_count(statement_); }
    /// Lives until the next step() or reset().
    std::string_view text(int column) const {
        const auto* p = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
        if (p == nullptr) return {};
        return {p, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
    }

  private:
    [[noreturn]] void failed();
    Database* db_ = nullptr;
    sqlite3_stmt* statement_ = nullptr;
};

/// Rolls back unless committed.
class Transaction {
  public:
    Transaction(Database& db, const char* begin) : db_(db) { db.exec(begin); }
    ~Transaction() {
        if (open_) sqlite3_exec(db_.handle(), "ROLLBACK", nullptr, nullptr, nullptr);
    }
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;
    void commit() {
        db_.exec("COMMIT");
        open_ = false;
    }

  private:
    Database& db_;
    bool open_ = true;
};

}  // namespace gpswitch::sqlite
