#pragma once
#include "core/system/emis/rows.hpp"

/// Practice-wide entities on demand, and at the end every row that no patient and no need has taken.
namespace gpswitch::emis {

class Practice : private Links {
  public:
    Practice(const Extract& extract, const mapping::MappingSet& mapping);
    /// Source::find: `handle` is table << 32 | slot.
    bool find(const record::Need& need, Record& record);
    /// The next chunk of what is left; false at the end. First free slots and orphans, then practice rows
    /// nobody asked for.
    bool rest(Record& record);

  private:
    Text target(EntityKind kind, Text cell, Record& record) override;
    bool has_row(const Row&, Text) override { return false; }
    bool has_children(const Row&) override { return false; }

    bool take(Tab tab, std::uint32_t slot);
    void settle_repeats(Tab tab, const Row& row);
    void location(Row& row);
    void schedule(Row& row);
    void slot(Row& row, bool of_patient);
    void unreadable(Row& row);
    void orphan(Tab tab, std::size_t slot);
    void unreferenced(Tab tab, std::uint32_t slot);

    Maker maker_;
    const Extract& extract_;
    std::array<std::vector<bool>, kTabs> taken_;  ///< practice tables only
    std::size_t rest_tab_ = 0, rest_slot_ = 0;
    bool orphans_done_ = false;
};

}  // namespace gpswitch::emis
