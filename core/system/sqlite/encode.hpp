#pragma once
#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/record/system.hpp"
#include "core/system/sqlite/schema.hpp"
#include "core/util/bytes.hpp"

namespace gpswitch::sqlite {

/// Identity of an entity without a patient: of (type, id), or of its content when it has no id.
using Identity = std::array<std::uint64_t, 2>;
Identity identity_of(record::EntityKind kind, std::string_view id);

/// A value that is not empty: which parameter of its table's INSERT, and where in the text.
struct Cell {
    std::uint32_t parameter;
    std::uint32_t length;
    std::uint64_t offset;
};

struct EncodedRow {
    std::uint32_t table;  ///< index into Schema::tables
    std::uint32_t cells;  ///< how many
    std::uint32_t child;  ///< children: running number in the entity and table
    std::uint32_t i;      ///< children: index in their list
};

struct EncodedEntity {
    record::EntityKind kind;
    std::uint32_t rows;  ///< its own and its children's
    std::uint32_t seq;   ///< of the patient's entities
    bool practice;       ///< belongs to no patient
    Identity identity;   ///< practice: known by this
    std::uint64_t id_offset;
    std::uint32_t id_length;
};

/// A record as rows to bind: three flat lists in order, and one buffer that has all the text.
struct EncodedRecord : record::Encoded {
    std::string key, id, nhs_number, birth_date;
    /// SHA-256 of what is bound for the patient's own entities, in their order: tables, columns, values.
    std::string content_hash;
    std::vector<EncodedEntity> entities;
    std::vector<EncodedRow> rows;
    std::vector<Cell> cells;  ///< those of a row in ascending order of parameters
    Bytes text;               ///< values one behind the other, as cells are
};

std::unique_ptr<EncodedRecord> encode(const record::Record& record);

}  // namespace gpswitch::sqlite
