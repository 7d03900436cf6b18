#include "core/system/sqlite/database.hpp"

#include <fmt/format.h>

#include <cstring>
#include <utility>

namespace gpswitch::sqlite {
namespace {

std::string words(int code, sqlite3* db) {
    switch (code & 0xFF) {
        case SQLITE_FULL: return "the disk is full";
        case SQLITE_READONLY: return "it, or its folder, may only be read";
        case SQLITE_BUSY:
        case SQLITE_LOCKED: return "another program is using it";
        case SQLITE_CORRUPT: return "the database is damaged";
        case SQLITE_NOTADB: return "not an SQLite database, or damaged at its start";
        case SQLITE_TOOBIG: return "a value is larger than SQLite can hold (1 GB)";
        case SQLITE_PERM: return "no permission";
        default: break;
    }
    std::string out = db != nullptr ? sqlite3_errmsg(db) : sqlite3_errstr(code);
    const int error = db != nullptr ? sqlite3_system_errno(db) : 0;
    const int primary = code & 0xFF;
    if (error != 0 && (primary == SQLITE_IOERR || primary == SQLITE_CANTOPEN))
        out += fmt::format(" ({})", std::strerror(error));
    else if (code == SQLITE_IOERR_WRITE || code == SQLITE_IOERR_TRUNCATE)
        out += " (the disk or a quota is full, or the file is at the largest size allowed)";
    return out;
}

/// Before the first connection: without a count of every allocation, and the lock that it takes.
void no_statistics() {
    static const int once = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    static_cast<void>(once);
}

}  // namespace

Database::Database(const std::string& path, Use use) {
    no_statistics();
    // With a slash in it a name is never taken for ":memory:" or a URI.
    const std::string name = path.find('/') == std::string::npos ? "./" + path : path;
    const int flags = (use == Use::read ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE) |
                      SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    const int rc = sqlite3_open_v2(name.c_str(), &db_, flags, nullptr);
    if (rc != SQLITE_OK) {
        Failure failure{rc, words(rc, db_)};
        sqlite3_close(db_);
        throw failure;
    }
    // A file is hostile until read: no functions, virtual tables or triggers of its own choosing.
    sqlite3_db_config(db_, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
    sqlite3_db_config(db_, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, nullptr);
}

Database::Database(std::string_view bytes) {
    no_statistics();
    int rc = sqlite3_open_v2(":memory:", &db_,
                             SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nullptr);
    const auto size = static_cast<sqlite3_int64>(bytes.size());
    if (rc == SQLITE_OK)
        rc = sqlite3_deserialize(db_, "main",
                                 reinterpret_cast<unsigned char*>(const_cast<char*>(bytes.data())), size,
                                 size, SQLITE_DESERIALIZE_READONLY);
    if (rc != SQLITE_OK) {
        Failure failure{rc, words(rc, db_)};
        sqlite3_close(db_);
        throw failure;
    }
    sqlite3_db_config(db_, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
    sqlite3_db_config(db_, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, nullptr);
}

Database::~Database() { sqlite3_close_v2(db_); }

void Database::fail() const {
    const int code = sqlite3_extended_errcode(db_);
    throw Failure{code, words(code, db_)};
}

void Database::exec(const std::string& sql) {
    if (sqlite3_exec(db_, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) fail();
}

Statement Database::prepare(std::string_view sql) {
    sqlite3_stmt* s = nullptr;
    if (sqlite3_prepare_v3(db_, sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT, &s,
                           nullptr) != SQLITE_OK)
        fail();
    return Statement(*this, s);
}

std::string Database::text(std::string_view sql) {
    Statement s = prepare(sql);
    return s.step() ? std::string(s.text(0)) : std::string();
}

std::int64_t Database::integer(std::string_view sql) {
    Statement s = prepare(sql);
    return s.step() ? s.integer(0) : 0;
}

void Statement::failed() {
    // Words first: a reset would overwrite them.
    const int code = sqlite3_extended_errcode(sqlite3_db_handle(statement_));
    Failure failure{code, words(code, sqlite3_db_handle(statement_))};
    sqlite3_reset(statement_);
    throw failure;
}

}  // namespace gpswitch::sqlite
