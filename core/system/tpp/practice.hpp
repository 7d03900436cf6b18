#pragma once
#include <set>

#include "core/system/tpp/rows.hpp"

/// Practice-wide entities on demand, and at the end every row that no patient and no need has taken.
namespace gpswitch::tpp {

class Practice : private Links {
  public:
    Practice(const Extract& extract, const mapping::MappingSet& mapping);
    /// Source::find: `handle` is table << 32 | slot.
    bool find(const record::Need& need, Record& record);
    /// The next chunk of what is left; false at the end.
    bool rest(Record& record);

  private:
    Text target(EntityKind, Text, Text) override { return {}; }
    bool has_row(const Row&, Text) override { return false; }
    void unreadable(Row& row);
    bool beside(std::size_t table, std::size_t slot);
    void rota_facts(const Row& row);
    void read_rotas();
    void left_over(std::size_t table, std::size_t slot);
    void flags_of(const Row& appointment);

    Maker maker_;
    const Extract& extract_;
    std::vector<std::vector<bool>> taken_;  ///< by table; practice-wide ones only
    /// What the appointments of a rota say of it: the first day, and who saw patients (profiles).
    struct Rota {
        std::string first;
        std::set<std::string> clinicians;
    };
    std::unordered_map<Key, Rota> rotas_;  ///< once asked for
    bool rotas_known_ = false;
    /// Flags of nobody's appointments by appointment, once asked for; and those that a slot has.
    std::unordered_map<Key, std::vector<std::uint32_t>> flags_;
    std::unordered_set<std::size_t> flags_taken_;
    bool flags_known_ = false;
    std::size_t table_ = 0, slot_ = 0;
    bool orphans_done_ = false;
};

}  // namespace gpswitch::tpp
