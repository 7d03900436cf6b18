#pragma once
#include <unordered_map>

#include "core/mapping/mapping.hpp"
#include "core/record/system.hpp"
#include "core/system/vision/table_file.hpp"

/// An extract opened and indexed: whose every row is, of one practice. One pass over every file. What later
/// rows make of earlier ones is settled patient by patient, when a patient is read: every row names its
/// patient.
namespace gpswitch::vision {

class Extract {
  public:
    /// Structural findings go to issues. Throws InputError when the extract cannot be used (see deliveries()
    /// and TableFile::add()), when a needed table is in no delivery (unless options.incomplete), and when
    /// patients of several practices are in it and none is chosen.
    Extract(const record::SourceOptions& options, const mapping::MappingSet& mapping);

    record::Census census;
    std::vector<Issue> issues;
    const std::vector<TableFile>& tables() const { return tables_; }
    const TableFile& table(std::size_t t) const { return tables_[t]; }
    /// Index of a table; nothing when no file has it.
    std::optional<std::size_t> at(Tab tab) const {
        const int t = at_[static_cast<std::size_t>(tab)];
        return t < 0 ? std::nullopt : std::optional(static_cast<std::size_t>(t));
    }
    /// Patients by PID: index in census.patients.
    std::unordered_map<Key, std::uint32_t> patients;
    /// The delivery that deleted a patient who is in none of the later ones; nothing: not deleted.
    std::optional<std::uint16_t> removed_in(Key pid) const {
        const auto it = removed_.find(pid);
        return it == removed_.end() ? std::nullopt : std::optional(it->second);
    }
    bool several() const { return several_; }
    bool incomplete() const { return incomplete_; }
    const Delivery& delivery(std::size_t n) const { return deliveries_.list[n]; }
    void check_files() const {
        for (const auto& p : deliveries_.places) p->check();
    }
    /// Slot of the row of a practice-wide table that counts: practice by ID, staff by ID.
    std::optional<std::uint32_t> find(Tab tab, Key key) const;
    /// Staff by the national code, of several the last; the test pack names people so.
    std::optional<std::uint32_t> staff_by_code(Key code) const;

  private:
    void open_files();
    void tell_encoding();
    void check_tables();
    void index_practice(TableFile& t);
    void read_patients();
    void choose_practice(const std::unordered_map<std::string, std::size_t>& practices);
    void index(TableFile& t);
    void guess_bulk();
    void check_empty();
    void fill_census();

    const record::SourceOptions options_;
    const mapping::MappingSet& mapping_;
    Deliveries deliveries_;
    std::vector<TableFile> tables_;
    std::array<int, kTabs> at_{-1, -1, -1, -1, -1, -1};
    std::unordered_map<Key, std::uint32_t> practices_, staff_, staff_codes_;
    std::unordered_map<Key, std::uint16_t> removed_;
    std::uint64_t unknown_patients_ = 0;  ///< journal rows of the first delivery whose PID nobody has
    bool several_ = false;                ///< practices
    bool incomplete_ = false;
};

}  // namespace gpswitch::vision
