#pragma once
#include <map>

#include "core/system/tpp/rows.hpp"

/// One patient's rows of all tables joined into a record.
namespace gpswitch::tpp {

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
    /// Rows of a table by name; none when the extract has no such file.
    Rows& rows(Text table);
    int table_of(Text table);  ///< -1: none
    /// The live row with this id; nullptr when there is none.
    Row* row(Text table, Text id);

    // Links
    Text target(EntityKind kind, Text table, Text cell) override;
    bool has_row(const Row& row, Text table) override;

    void load(std::uint32_t patient);
    void unreadable(Row& row);
    void drop_repeats(std::size_t table);
    bool contradicted(const Row& a, const Row& b) const;
    void settle_all(Fate fate, Text rule);
    void route();
    void make();
    std::optional<std::uint32_t> item_of(const Row& row, EntityKind kind) const;
    std::optional<std::uint32_t> patient_item();

    // person.cpp
    void person(Row& row);
    void addresses();
    void contacts();
    void registrations();
    void record_status();
    void named_gp();
    void care_manager(Text role);
    void coded_demographics();
    void related_persons();

    // clinical.cpp
    void problems();
    void problem_status(const Row& problem, std::uint32_t item);
    bool open_problem(const Row& problem) const;
    void find_pressures();
    void pressure(Row& systolic, Row& diastolic);
    void event_links();
    /// Rows of `table` say, by their column `id`, what became of a referral in `of`: its `words`.
    void referral_status(Text table, Text of, Text id, Text words);
    void messages();
    void appointment_parts();

    // medication.cpp
    void medication();
    void acute(Row& issue);
    void issue_of(Row& issue);
    void imply_plan(Row& issue, std::uint32_t order, Text variant, const char* why);

    Maker maker_;
    const Extract& extract_;
    std::vector<std::uint32_t> patients_;
    std::size_t at_ = 0;
    Record* record_ = nullptr;
    std::vector<Rows> rows_;                                      ///< by table
    std::vector<std::unordered_map<Key, std::uint32_t>> by_key_;  ///< by table
    std::vector<std::size_t> order_;  ///< tables of patients, what others lead to first
    std::unordered_map<std::uint32_t, std::uint32_t> pressures_;  ///< SRCode rows: systolic to its diastolic
    std::unordered_set<std::uint32_t> readings_;                  ///< those diastolic ones
    std::unordered_map<Key, std::uint32_t> problem_of_;  ///< SRCode row to the first live SRProblem row
    std::unordered_map<Key, std::pair<std::uint32_t, std::string>>
        issues_;  ///< of a template: how many, the last
    Rows none_;
    struct Named {
        const char* name = nullptr;
        std::size_t length = 0;
        int table = -1;
    };
    std::array<Named, 128> named_;
};

}  // namespace gpswitch::tpp
