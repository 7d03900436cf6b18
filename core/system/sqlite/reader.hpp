#pragma once
#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <unordered_set>
#include <vector>

#include "core/json/json.hpp"
#include "core/record/json.hpp"
#include "core/system/sqlite/database.hpp"
#include "core/system/sqlite/schema.hpp"

namespace gpswitch::sqlite {

/// Turns rows back into entities. One per connection, used by one thread.
///
/// What cannot be understood (a hand has been in the store) is kept as text in `rest`, has a finding, and
/// makes the record incomplete; where it says what an allergy or a medication is, or who the patient is, the
/// whole patient is held.
class Reader {
  public:
    /// `name`: what messages call the store.
    Reader(Database& db, std::string name);

    /// An entity's place in the store.
    struct Place {
        record::EntityKind kind;
        std::int64_t row;
    };
    /// Adds all of a patient's entities to the record, in their order, and what they need.
    /// `places` gets where each of them lies.
    void patient(std::int64_t number, record::Record& record, std::vector<Place>& places);
    /// Adds one entity, by its key; false when there is none.
    bool entity(record::EntityKind kind, std::int64_t row, record::Record& record);
    /// The key of the practice-wide entity with this id; 0 when there is none.
    std::int64_t find(record::EntityKind kind, std::string_view id);

  private:
    struct Got {
        Place place;
        std::int64_t seq;
        record::Entity* entity;
    };
    record::Entity* take(const Table& table, Statement& s, int first_column, record::Record& record);
    /// Something of the entity in hand. `grave`: the whole patient is held for it.
    void not_understood(const Table& table, record::Text path, const char* why, bool grave,
                        record::Record& record) const;
    void finding(const Table& table, record::EntityKind kind, record::Text id, record::Text path,
                 const char* why, record::Record& record) const;
    void stray(const Table& table, Statement& s, const Got* got, record::Record& record);
    /// Into the `rest` of the entity in hand.
    void keep(record::Text path, const void* object, const Table& table, record::Record& record);
    bool has_parent(const Table& table, record::EntityKind kind, std::int64_t parent);
    void values(const Table& table, Statement& s, int first_column, char* object, record::Record& record);
    void list(const Table& table, const Column& column, record::Text text, char* object,
              record::Record& record);
    void children(record::Record& record, std::int64_t first_row, std::int64_t last_row);
    bool child(const Table& table, Statement& s, const Got& got, record::Record& record);
    void coding(Statement& s, const Got& got, record::Record& record);
    void need(record::Text reference, record::Record& record);
    void start(record::Record& record);

    Database& db_;
    std::string name_;
    json::Parser parser_;
    record::ReadContext context_;
    record::Record* record_ = nullptr;
    record::EntityKind kind_ = record::EntityKind::Patient;  ///< of context_.entity
    std::array<Statement, record::kEntityKinds> by_patient_, by_row_, by_id_;
    std::array<Statement, kChildren> by_parent_;
    std::vector<Got> got_;  ///< entities of the record in hand, by row
    std::unordered_set<record::Text> needed_;
};

}  // namespace gpswitch::sqlite
