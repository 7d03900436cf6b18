#pragma once
#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/record/system.hpp"
#include "core/util/error.hpp"

/// The account of every source row (design section 5): registered by the reader, settled exactly once.
namespace gpswitch::ledger {

/// A row's fate with the resources made from it; made in a worker from a finished record.
struct RowFate {
    std::uint32_t row;  ///< index into Record::rows
    record::Fate fate;
    record::Text rule;
};

/// Settles every row of the record: claimed rows become migrated or merged, settled ones as settled, all of
/// them held when the record is held. Throws LedgerError when a row is neither claimed nor settled, or both,
/// naming table and line. Entities without a claim must have `made`. Runs in the workers; pure.
std::vector<RowFate> settle(const record::Record& record, const record::Census& census);

/// Appends one line per row: {"table","line","key","fate","rule","resources":["Observation/..."]}. Runs in
/// the workers.
void append_fates(std::string& out, const record::Record& record, const std::vector<RowFate>& fates,
                  const record::Census& census);
/// Appends one line per held row: {"table","line","key","rule","raw"} ("base64" instead of raw when it is not
/// UTF-8).
void append_held(std::string& out, const record::Record& record, const std::vector<RowFate>& fates,
                 const record::Census& census);

/// What records add to the account; made in a worker, small, outlives the records.
struct Account {
    struct Entry {
        std::uint16_t table;
        record::Fate fate;
        std::uint16_t rule;  ///< index into `rules`; 0 (which is empty) for migrated and merged
        std::uint64_t slot, line;
    };
    std::vector<Entry> rows;
    std::vector<std::string> rules{std::string{}};
    std::array<std::uint32_t, record::kEntityKinds> written{}, made{}, held{};
    struct Degraded {
        std::string reason;
        record::EntityKind kind;
        std::uint32_t count;
    };
    std::vector<Degraded> degraded;  ///< each reason and kind once
    std::array<std::uint32_t, 4> issues{};
    std::uint32_t patients = 0, patients_held = 0;
    std::vector<std::string> excluded_by;  ///< set by the pipeline: for each patient left out, the rule
};
/// Adds what this record adds.
void account(Account& to, const record::Record& record, const std::vector<RowFate>& fates);

/// Counts; on one thread, in commit order.
class Ledger {
  public:
    explicit Ledger(const record::Census& census);

    /// Adds a record's fates, entities and degradations. Throws LedgerError when a row had been settled
    /// before.
    void add(const Account& account);
    void add(const Issue& issue);

    /// Throws LedgerError naming the table when registered and settled rows differ.
    void check() const;
    bool balanced() const;
    /// ledger.json as in design section 5, pretty-printed.
    std::string json() const;

    std::uint64_t rows(record::Fate fate) const;
    std::uint64_t written(record::EntityKind kind) const;
    std::uint64_t written() const;
    std::uint64_t read() const;
    std::uint64_t issues(Severity severity) const;
    std::uint64_t patients() const { return patients_; }
    std::uint64_t held_patients() const { return held_patients_; }
    /// What was left out, by rule ("population:left"): whole patients, and rows, theirs included.
    struct Excluded {
        std::uint64_t patients = 0, rows = 0;
    };
    const std::map<std::string, Excluded>& excluded() const { return excluded_; }
    const std::map<std::pair<std::string, std::string>, std::uint64_t>& degraded() const { return degraded_; }

  private:
    struct TableCount {
        record::Table table;
        std::array<std::uint64_t, record::kFates> fates{};
        std::vector<std::uint64_t> seen;  ///< one bit a slot
    };
    std::vector<TableCount> tables_;
    std::array<std::uint64_t, record::kEntityKinds> written_{}, made_{};
    std::map<std::pair<std::string, std::string>, std::uint64_t> degraded_;  ///< (reason, type)
    std::map<std::string, std::uint64_t> rules_;
    std::map<std::string, Excluded> excluded_;
    std::array<std::uint64_t, 4> issues_{};
    std::vector<std::string> absent_, warnings_;
    std::uint64_t held_patients_ = 0, patients_ = 0, excluded_patients_ = 0, held_entities_ = 0;
};

}  // namespace gpswitch::ledger
