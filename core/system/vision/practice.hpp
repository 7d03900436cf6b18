#pragma once
#include "core/system/vision/rows.hpp"

/// Practice-wide entities on demand, and at the end every row that no patient and no need has taken.
namespace gpswitch::vision {

class Practice : private Links {
  public:
    Practice(const Extract& extract, const mapping::MappingSet& mapping);
    /// Source::find: `handle` is table << 32 | slot.
    bool find(const record::Need& need, Record& record);
    /// The next chunk of what is left; false at the end.
    bool rest(Record& record);

  private:
    Text encounter(Text) override { return {}; }
    Text problem(Text) override { return {}; }
    Text patient_number() override { return {}; }
    void left_over(std::size_t table, std::size_t slot);

    Maker maker_;
    const Extract& extract_;
    std::vector<std::vector<bool>> taken_;  ///< by table; practice-wide ones only
    std::size_t table_ = 0, slot_ = 0;
    bool orphans_done_ = false;
};

}  // namespace gpswitch::vision
