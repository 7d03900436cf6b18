#pragma once
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "core/record/foresight.hpp"

/// What Targets said beforehand of the entries of one side (record::Foresight).
namespace gpswitch::diff {

/// Of one entry.
struct Prediction {
    std::vector<record::Foreseen> fields;
    std::string missing;            ///< why the entry itself will not be there: a rule; empty otherwise
    bool held = false;              ///< it is listed for somebody to carry over
    std::vector<std::string> keys;  ///< of the rows that it will be read from, in lower case
    bool another = false;           ///< it will be read as an entry of another kind
};

class Predictions {
  public:
    /// Asks all of them about the record. Entries are known by their address, and by name when they are
    /// practice-wide or missing.
    void ask(const std::vector<const record::Foresight*>& targets, const record::Record& record);
    /// Forgets the entries of the last patient; practice-wide ones stay.
    void next_patient();
    /// The same was said of another that stands for it.
    void add(record::EntityKind kind, std::string_view id, const Prediction& said);
    /// nullptr: nothing.
    const Prediction* of(record::EntityKind kind, const record::Entity& entity) const {
        return of(kind, entity.id);
    }
    const Prediction* of(record::EntityKind kind, std::string_view id) const;
    /// "Condition/a": why it will not be there; empty otherwise.
    const std::string& gone(std::string_view name) const;
    /// A row's key that belongs to an entry that will be read as one of another kind.
    bool another(const record::Entity& read) const;

  private:
    void keys_of(const record::Item& item);
    std::unordered_map<std::string, Prediction> patient_, practice_;
    std::unordered_set<std::string> another_;
};

}  // namespace gpswitch::diff
