#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <unordered_set>
#include <vector>

#include "core/system/sqlite/database.hpp"
#include "core/system/sqlite/encode.hpp"

namespace gpswitch::sqlite {

struct IdentityHash {
    std::size_t operator()(const Identity& i) const { return i[0]; }
};

/// Writes encoded records into the tables, inside the caller's transaction.
class Writer {
  public:
    /// `replacing`: the store was complete, and practice-wide entities in it give way to those that come;
    /// otherwise what is in it came from an earlier part of this run.
    Writer(Database& db, bool replacing);

    /// A patient equal to the one there is skipped; one that differs is replaced under its number.
    void write(const EncodedRecord& record);
    /// Gives practice-wide entities their final keys, in the order of their ids. Call once, when all is
    /// written.
    void settle_practice_wide();

  private:
    struct Whose {
        std::int64_t number = 0;
        bool equal = false;  ///< what is there is what comes
    };
    Whose patient_of(const EncodedRecord& record);
    void remove(std::int64_t first_row, std::int64_t last_row);
    std::optional<std::int64_t> practice_row(const EncodedRecord& record, const EncodedEntity& entity);
    void insert(const EncodedRecord& record, const EncodedEntity& entity, const EncodedRow& row,
                const Cell* cells, std::int64_t parent, std::int64_t patient, std::int64_t seq);
    Statement& insert_into(std::size_t table);
    void bind(std::uint32_t table, Statement& s, const EncodedRecord& record, const Cell* first,
              const Cell* last);

    Database& db_;
    bool replacing_;
    std::array<Statement, record::kEntityKinds + kChildren> inserts_;
    std::array<std::vector<std::uint32_t>, record::kEntityKinds + kChildren> bound_;  ///< by the row before
    std::vector<Statement> removals_;
    Statement find_patient_, add_patient_, change_patient_;
    std::int64_t next_patient_ = 1;
    std::array<std::int64_t, record::kEntityKinds> arrivals_{};  ///< order of arrival of the next one
    std::unordered_set<Identity, IdentityHash> there_;           ///< practice-wide entities written
};

}  // namespace gpswitch::sqlite
