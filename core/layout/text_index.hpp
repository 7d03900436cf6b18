#pragma once
#include <cstring>
#include <optional>
#include <vector>

#include "core/record/type.hpp"

namespace gpswitch::layout {

/// Numbers by text, made anew for each record: emptying it costs nothing, and its room stays. The texts must
/// live until then. Not thread-safe.
class TextIndex {
  public:
    void clear() {
        size_ = 0;
        if (++time_ == 0) slots_.assign(slots_.size(), {}), time_ = 1;
    }
    std::optional<std::uint32_t> find(record::Text key) const {
        if (size_ == 0) return std::nullopt;
        const Slot& s = slots_[place(key)];
        return s.time == time_ && s.value != kForgotten ? std::optional(s.value) : std::nullopt;
    }
    /// Unless it has a number already.
    void add(record::Text key, std::uint32_t value) {
        if (size_ * 2 >= slots_.size()) grow();
        Slot& s = slots_[place(key)];
        if (s.time == time_ && s.value != kForgotten) return;
        if (s.time != time_) ++size_;
        s = {key, hash(key), value, time_};
    }
    /// Its text may get another number.
    void forget(record::Text key) {
        if (size_ == 0) return;
        Slot& s = slots_[place(key)];
        if (s.time == time_) s.value = kForgotten;
    }

  private:
    static constexpr std::uint32_t kForgotten = ~std::uint32_t{0};
    struct Slot {
        record::Text key;
        std::uint64_t hash = 0;
        std::uint32_t value = 0, time = 0;  ///< of another time: empty
    };
    static std::uint64_t hash(record::Text s) {
        std::uint64_t h = s.size() * 0x9E3779B97F4A7C15ull;
        const auto mix = [&h](std::uint64_t word) {
            h = (h ^ word) * 0xBF58476D1CE4E5B9ull;
            h ^= h >> 32;
        };
        while (s.size() >= 8) {
            std::uint64_t word;
            std::memcpy(&word, s.data(), sizeof word);
            mix(word);
            s.remove_prefix(8);
        }
        std::uint64_t word = 0;
        if (!s.empty()) std::memcpy(&word, s.data(), s.size());
        mix(word);
        return h;
    }
    /// Where the text is, or would be.
    std::size_t place(record::Text key) const {
        const std::uint64_t h = hash(key);
        std::size_t at = h & (slots_.size() - 1);
        while (slots_[at].time == time_ && (slots_[at].hash != h || slots_[at].key != key))
            at = (at + 1) & (slots_.size() - 1);
        return at;
    }
    void grow() {
        std::vector<Slot> old(slots_.empty() ? 64 : slots_.size() * 2);
        old.swap(slots_);
        for (const Slot& s : old)
            if (s.time == time_) slots_[place(s.key)] = s;
    }
    std::vector<Slot> slots_;
    std::size_t size_ = 0;
    std::uint32_t time_ = 1;
};

}  // namespace gpswitch::layout
