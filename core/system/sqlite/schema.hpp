#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/record/record.hpp"

/// The tables of a store, derived from the declarations of the record model.
///
/// An entity has one row in the table of its type. Single fields, nested ones too, are text columns with the
/// value verbatim ("code_text", "valueQuantity_value"); a list is one JSON column. Four lists have tables of
/// their own, whose rows carry their entity's key as `parent`: identifier, component, dosage, and coding (of
/// every single concept, also those inside identifier, component and dosage; `path` says whose: "code",
/// "component[0].code").
namespace gpswitch::sqlite {

inline constexpr std::uint32_t kApplicationId = 0x67707377;  ///< "gpsw", in the file's header
/// user_version. 2: content hashes are of the values as bound; 1: of JSON. Both are read, and only 2 is
/// written.
inline constexpr int kFormat = 2;

/// A value of an object as a column. `offset` leads from the object to the Text, or to the list.
struct Column {
    std::string name;
    std::uint32_t offset = 0;
    const record::Field* list = nullptr;  ///< not null: a list, kept as JSON
    bool reference = false;               ///< the `reference` of a Reference
};

/// The codings of a single concept.
struct Codings {
    std::string path;  ///< from the object: "code", "substitution.reason"
    std::uint32_t offset = 0;
};

struct Table;
/// A list of the entity that has a table of its own.
struct ChildList {
    std::string name;  ///< "component", "dosageInstruction"
    std::uint32_t offset = 0;
    const Table* table = nullptr;
};

enum class Child : std::uint8_t { identifier, component, dosage, coding };
inline constexpr std::size_t kChildren = 4;

struct Table {
    std::string name;
    const record::Type* type = nullptr;
    std::size_t number = 0;  ///< index into Schema::tables
    /// Columns before the values. Entities: row, patient, seq. Children: row, parent, type, patient, seq, i
    /// (coding: path).
    std::vector<std::string> leading;
    std::vector<Column> columns;
    std::vector<Codings> codings;
    std::vector<ChildList> children;
    std::unordered_map<std::string_view, std::uint32_t> coding_at;  ///< path to offset

    bool is_child() const { return number >= record::kEntityKinds; }
    std::string ddl() const;
    /// "INSERT INTO ... VALUES(?,?,...)", leading columns first.
    std::string insert() const;
    /// The value columns, quoted, with commas.
    std::string column_list() const;
};

struct Schema {
    std::array<Table, record::kEntityKinds + kChildren>
        tables;        ///< entities as EntityKind counts, then children as Child
    std::string ddl;   ///< all tables, our own too
    std::string hash;  ///< of the DDL: a store made from other declarations differs

    const Table& of(record::EntityKind kind) const { return tables[static_cast<std::size_t>(kind)]; }
    const Table& of(Child child) const {
        return tables[record::kEntityKinds + static_cast<std::size_t>(child)];
    }
};

const Schema& schema();

/// Indexes and views, made when an import is complete.
std::string indexes_ddl();
std::string_view views_ddl();

std::string quoted(std::string_view identifier);

// --- keys
// ----------------------------------------------------------------------------------------------------------
// The integer keys of all tables are computed, so that they never depend on the order of events:
//     patient's entity   patient number (24 bits) | seq (20 bits)
//     practice-wide      negative: -(kind + 1) * 2^37 + seq; seq is the rank of its id, given in publish()
//     until then         the same lower down: -(kind + 65) * 2^37 + order of arrival
//     child              key of its entity (44 bits) | running number in that entity (19 bits)

inline constexpr int kSeqBits = 20, kChildBits = 19, kPracticeBits = 37;
inline constexpr std::int64_t kMaxPatient = (std::int64_t{1} << 24) - 1;
inline constexpr std::int64_t kMaxSeq = (std::int64_t{1} << kSeqBits) - 1;
inline constexpr std::int64_t kMaxChild = (std::int64_t{1} << kChildBits) - 1;

constexpr std::int64_t patient_row(std::int64_t patient, std::int64_t seq) {
    return patient << kSeqBits | seq;
}
constexpr std::int64_t child_row(std::int64_t parent, std::int64_t n) { return parent * (kMaxChild + 1) + n; }
/// The first key of a kind's practice-wide rows; the next kind's lie below.
constexpr std::int64_t practice_rows(record::EntityKind kind) {
    return -((static_cast<std::int64_t>(kind) + 1) << kPracticeBits);
}
constexpr std::int64_t arrival_rows(record::EntityKind kind) {
    return -((static_cast<std::int64_t>(kind) + 65) << kPracticeBits);
}
inline constexpr std::int64_t kPracticeRows = std::int64_t{1} << kPracticeBits;

}  // namespace gpswitch::sqlite
