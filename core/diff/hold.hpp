#pragma once
#include <string>
#include <vector>

#include "core/diff/diff.hpp"

namespace gpswitch::diff {

/// Keeps patients' differences until it is known whether what one patient lost is what another got; counts
/// and hands on. Memory: what it holds; from `limit` differences on, everything held is settled and handed
/// on.
class Hold {
  public:
    Hold(Totals& totals, Writer& writer, bool list_explained, std::size_t limit)
        : totals_(totals), writer_(writer), list_explained_(list_explained), limit_(limit) {}

    /// A patient's differences may be added until the next call of open() or close().
    void open(std::string before, std::string after, std::string_view paired_by);
    void changed(Difference difference);
    /// An entity without a partner. `source_key` as pairing.hpp has it.
    void alone(Difference difference, std::string source_key);
    /// Settles and hands on everything.
    void close();

  private:
    struct Loose {
        std::size_t patient, difference;
        std::string source_key;
    };
    void find_moves();
    void match(const std::vector<std::size_t>& losses, const std::vector<std::size_t>& gains, bool by_id);
    Difference& at(const Loose& l) { return held_[l.patient].differences[l.difference]; }
    void count(const Difference& d);

    Totals& totals_;
    Writer& writer_;
    bool list_explained_;
    std::size_t limit_, size_ = 0;
    std::vector<PatientDifferences> held_;
    std::vector<Loose> loose_;
    std::vector<bool> gone_;  ///< by loose_: settled as part of a move
};

}  // namespace gpswitch::diff
