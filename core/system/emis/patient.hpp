#pragma once
#include "core/system/emis/key_index.hpp"
#include "core/system/emis/rows.hpp"

/// One patient's rows of all tables joined into a record.
namespace gpswitch::emis {

class PatientCursor : public record::Cursor, private Links {
  public:
    PatientCursor(const Extract& extract, const mapping::MappingSet& mapping,
                  std::span<const std::uint32_t> patients)
        : maker_(extract, mapping), extract_(extract), patients_(patients.begin(), patients.end()) {}
    bool next(Record& record) override;
    bool again(std::span<const std::uint32_t> patients) override {
        patients_.assign(patients.begin(), patients.end());
        at_ = 0;
        return true;
    }

  private:
    using Rows = std::vector<Row>;
    Rows& rows(Tab tab) { return rows_[static_cast<std::size_t>(tab)]; }
    /// The live row with this key; nullptr when there is none.
    Row* row(Tab tab, const Key& key);

    // Links
    Text target(EntityKind kind, Text cell, Record& record) override;
    bool has_row(const Row& row, Text table) override;
    bool has_children(const Row& row) override;

    // patient.cpp: rows in, each with a fate or a route
    void load(std::uint32_t patient);
    void unreadable(Row& row);
    void drop_repeats(Tab tab);
    bool contradicted(const Row& a, const Row& b) const;
    void find_children();
    void route();
    void make();
    void as_text(Row& row);
    void settle_all(Fate fate, Text rule);
    bool makes(const Row& row, EntityKind kind) const;
    /// Item of that kind that the row was made into; nothing when none.
    std::optional<std::uint32_t> item_of(const Row& row, EntityKind kind) const;
    void refer(List<record::Reference>& list, std::uint32_t item);
    /// Confidentiality never loosens: what is derived from an entry carries its labels.
    void inherit_labels(std::uint32_t from, std::uint32_t to);

    // person.cpp
    void person(Row& row);
    void former_registrations();
    void status_history();
    void original_terms();
    void coded_demographics();

    // observations.cpp
    void find_blood_pressures();
    void make_blood_pressure(Row& parent);
    void component(Row& parent, Row& child);
    void parents();
    /// The observation with this row's key is in the extract, and deleted.
    bool entry_deleted(const Row& row);
    void problems();
    void parent_problem(Row& problem, record::Condition& condition, std::uint32_t item);
    void documents();
    void referrals();

    // medication.cpp
    void medication();
    void plan(Row& drug);
    void order(Row& issue);
    bool post_dated(Row& issue, std::uint32_t item);

    // appointments.cpp
    void appointments();
    void audits();

    Maker maker_;
    const Extract& extract_;
    std::vector<std::uint32_t> patients_;
    std::size_t at_ = 0;
    Record* record_ = nullptr;
    std::array<Rows, kAllTabs> rows_;
    std::array<KeyIndex, kAllTabs> by_key_;
    std::array<std::size_t, kAllTabs> end_of_last_{};  ///< slots of the patient before
    KeyMap<std::vector<std::uint32_t>> children_;      ///< observations by parent
    KeyMap<std::pair<std::uint32_t, std::uint32_t>>
        pressures_;                   ///< parent to its systolic and diastolic child
    std::vector<bool> in_pressure_;   ///< observations that became a component
    KeyMap<std::string> last_issue_;  ///< by drug record
    Key last_encounter_;              ///< what target() was last asked for, and said
    Text encounter_reference_;
    Text asked_table_;  ///< the table has_row() was last asked for, and which it is
    std::optional<Tab> asked_tab_;
    /// What a code says of a person's ethnicity and marital status.
    struct Said {
        bool found_out = false, about = false;
        const mapping::ValueRow* value = nullptr;
    };
    std::array<std::vector<Said>, 2> said_;  ///< by number of the code
    const Said& said(std::size_t kind, const Code& code);
    std::vector<Row> former_;  ///< rows of Admin_Patient about earlier registrations, oldest first
};

/// Settles a row whose fate the deliveries decided; false when it counts.
bool settle_verdict(Maker& maker, Row& row);

/// FHIR instant of a slot's start, and its end; empty when they cannot be made.
std::pair<std::string, std::string> slot_times(const Maker& maker, const Row& slot);

}  // namespace gpswitch::emis
