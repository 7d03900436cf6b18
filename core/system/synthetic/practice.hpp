#pragma once
#include <string>
#include <vector>

#include "core/record/record.hpp"
#include "core/system/synthetic/dates.hpp"
#include "core/system/synthetic/options.hpp"
#include "core/system/synthetic/random.hpp"

namespace gpswitch::synthetic {

/// A practice-wide entity: one row of the source's table "practice".
struct PracticeRow {
    record::EntityKind kind;
    std::uint32_t number;  ///< among its kind
    std::string key;       ///< "Organization-0"
    std::string id;
};

/// A booking, the same seen from the patient and from the slot.
struct Booking {
    std::uint32_t schedule;
    Day day;
    int minute;  ///< of the day
};

/// Who works where and when. Small, made at opening, immutable and thread-safe; what it gives out lives as
/// long as it does.
class Practice {
  public:
    explicit Practice(const Options& options);

    const std::vector<PracticeRow>& rows() const { return rows_; }
    /// "PractitionerRole/<id>".
    record::Text reference(record::EntityKind kind, std::uint32_t number) const;
    std::uint32_t count(record::EntityKind kind) const { return counts_[static_cast<std::size_t>(kind)]; }
    /// Adds the entity of a row; not its claim.
    void add(std::uint32_t row, record::Record& record) const;
    /// Where row of this kind and number stands in rows().
    std::uint32_t row(record::EntityKind kind, std::uint32_t number) const;

    Booking booking(std::uint32_t patient, std::uint32_t n) const;
    /// "Face to face": what slots of a session at a minute of the day are for.
    record::Text slot_type(std::uint32_t schedule, int minute) const;
    /// "Slot/<id>" of the n-th booking of a patient.
    record::Text slot_reference(std::uint32_t patient, std::uint32_t n, Arena& arena) const;
    /// The slot that a booking took.
    void add_slot(std::uint32_t patient, std::uint32_t n, record::Record& record) const;

    const Options& options() const { return options_; }
    const std::string& name() const { return name_; }

  private:
    struct Look;
    void session(std::uint32_t number, Day& day, int& minute) const;
    Options options_;
    std::string name_;
    std::vector<PracticeRow> rows_;
    std::vector<std::string> references_;
    std::uint32_t first_[record::kEntityKinds]{}, counts_[record::kEntityKinds]{};
};

/// Id of a part of a synthetic practice: UUIDv5.
std::string id_of(const std::string& practice, std::string_view type, std::string_view key);

}  // namespace gpswitch::synthetic
