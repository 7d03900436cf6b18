#pragma once
#include "core/system/emis/extract.hpp"

namespace gpswitch::emis {

/// Keys of one patient's rows to a number; emptied for the next patient without giving anything back. A node
/// of std::unordered_map a row is the dearest thing about loading one.
class KeyIndex {
  public:
    void clear() {
        size_ = 0;
        if (++round_ != 0) return;
        cells_.clear();  // after four billion patients the rounds begin anew
        round_ = 1;
    }
    /// The number under the key; nullptr when there is none.
    std::uint32_t* find(const Key& key) {
        if (size_ == 0) return nullptr;
        Cell& c = at(key);
        return c.round == round_ ? &c.number : nullptr;
    }
    /// The number under the key, which is this one when there was none, and then true. Valid until the next
    /// call.
    std::pair<std::uint32_t*, bool> emplace(const Key& key, std::uint32_t number) {
        if ((size_ + 1) * 2 > cells_.size()) grow();
        Cell& c = at(key);
        if (c.round == round_) return {&c.number, false};
        c = {key, number, round_};
        ++size_;
        return {&c.number, true};
    }

  private:
    struct Cell {
        Key key;
        std::uint32_t number = 0, round = 0;
    };
    /// The key's cell, or the free one where it belongs.
    Cell& at(const Key& key) {
        const std::size_t last = cells_.size() - 1;
        std::uint64_t h = (key.high ^ key.low * 0x9E3779B97F4A7C15ull) * 0xD6E8FEB86659FD93ull;
        h ^= h >> 32;
        std::size_t i = h & last;
        while (cells_[i].round == round_ && !(cells_[i].key == key)) i = (i + 1) & last;
        return cells_[i];
    }
    void grow() {
        std::vector<Cell> before = std::move(cells_);
        cells_.assign(before.empty() ? 64 : before.size() * 2, Cell{});
        for (const Cell& c : before)
            if (c.round == round_) at(c.key) = c;
    }
    std::vector<Cell> cells_;  ///< a power of two
    std::size_t size_ = 0;
    std::uint32_t round_ = 1;
};

}  // namespace gpswitch::emis
