#pragma once
#include "core/system/vision/repeats.hpp"
#include "core/system/vision/rows.hpp"

/// One patient's rows of all tables joined into a record.
namespace gpswitch::vision {

class PatientCursor : public record::Cursor, private Links {
  public:
    PatientCursor(const Extract& extract, const mapping::MappingSet& mapping,
                  std::span<const std::uint32_t> patients);
    bool next(Record& record) override;
    bool again(std::span<const std::uint32_t> patients) override {
        patients_.assign(patients.begin(), patients.end());
        at_ = 0;
        return true;
    }

  private:
    using Rows = std::vector<Row>;
    Rows& rows(Tab tab) { return rows_[static_cast<std::size_t>(tab)]; }
    /// The live row with this id; nullptr when there is none.
    Row* row(Tab tab, Text id);
    static bool makes(const Row& row, EntityKind kind);

    // Links
    Text encounter(Text id) override;
    Text problem(Text id) override;
    Text patient_number() override;

    // versions.cpp: what deliveries make of a patient's rows
    void load(std::uint32_t patient);
    bool of_other_practice(Row& row);
    void unreadable(Row& row);
    bool may_be_grave(const Row& row) const;
    void person_versions();
    bool another_registration(const Row& older, const Row& newer);
    void corrected(const Row& now);
    bool contradicted(const Row& a, const Row& b) const;
    bool same_row(const Row& a, const Row& b) const;
    void versions(Tab tab);
    bool two_entries(const Row& older, const Row& newer);
    bool grave(const Row& row) const;
    void settle_all(Fate fate, Text rule);

    void route();
    void make();
    std::optional<std::uint32_t> item_of(const Row& row, EntityKind kind) const;
    Row* person_row();

    // person.cpp
    void person(Row& row);
    void registrations();
    void registration_type(const Row& row, std::uint32_t item);
    void ethnicity(Row& person);

    // medication.cpp
    void problems_beside();
    void documents();
    void medication();
    void acute(Row& row);
    void issue_of(Row& row);
    std::uint32_t imply_plan(Row& row, std::uint32_t order, Text variant, const char* why);
    Row* master_of(const Row& issue);
    Prescribed prescribed(const Row& row) const;

    Maker maker_;
    const Extract& extract_;
    std::vector<std::uint32_t> patients_;
    std::size_t at_ = 0;
    Record* record_ = nullptr;
    std::array<Rows, kTabs> rows_;
    std::array<std::unordered_map<Key, std::uint32_t>, kTabs> by_key_;
    std::array<std::size_t, kTabs> end_of_last_{};
    std::vector<Row> former_;  ///< rows of the patient from before another registration; not live
    int born_ = -1;            ///< delivery from which rows count; -1: from the first
    int died_ = -1;            ///< delivery that deleted what there was before
    std::unordered_map<Text, Text>
        references_;                      ///< of links, by token with its letter; in the record's arena
    std::vector<std::uint32_t> masters_;  ///< repeat masters, in the journal
    std::vector<Prescribed> repeats_;     ///< the same, as the rule wants them
    /// Repeat masters: how many issues, the day of the last.
    std::unordered_map<std::uint32_t, std::pair<std::uint32_t, Text>> issues_;
    std::unordered_map<Text, const mapping::ValueRow*> ethnic_;  ///< by Read code, for good
    Arena kept_;
};

}  // namespace gpswitch::vision
