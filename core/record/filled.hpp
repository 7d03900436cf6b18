#pragma once
#include <emmintrin.h>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>

#include "core/record/type.hpp"

namespace gpswitch::record {

/// Which fields of an object hold something: one bit a field, found by one look at every text and list in it,
/// not by asking field after field.
struct Filled {
    std::uint64_t words[2] = {0, 0};

    Filled(const void* object, const Type& type) {
        const char* p = static_cast<const char*>(object);
        std::size_t slot = 0;
        for (std::size_t n = 1; n < type.blocks.size(); n += 64) {
            const std::size_t last = std::min<std::size_t>(n + 64, type.blocks.size());
            std::uint64_t holding = 0;
            for (std::size_t i = n; i < last; ++i)
                holding |= std::uint64_t{holds_something(p + (i - 1) * Type::kBlock)} << (i - n);
            for (; holding != 0; holding &= holding - 1) {
                const std::size_t i = n + static_cast<std::size_t>(std::countr_zero(holding));
                look(p, type, type.blocks[i - 1], type.blocks[i]);
            }
            slot = type.blocks[last - 1];
        }
        look(p, type, slot, type.slots.size());
    }
    bool among(const std::uint64_t (&fields)[2]) const {
        return ((words[0] & fields[0]) | (words[1] & fields[1])) != 0;
    }
    template <class Each>
    void each(const std::uint64_t (&fields)[2], Each visit) const {
        for (std::size_t w = 0; w < 2; ++w)
            for (std::uint64_t bits = words[w] & fields[w]; bits != 0; bits &= bits - 1)
                visit(w * 64 + static_cast<std::size_t>(std::countr_zero(bits)));
    }

  private:
    static bool holds_something(const char* block) {
        const auto sixteen = [&](int n) {
            return _mm_loadu_si128(reinterpret_cast<const __m128i*>(block + 16 * n));
        };
        static_assert(Type::kBlock == 64);
        const __m128i all =
            _mm_or_si128(_mm_or_si128(sixteen(0), sixteen(1)), _mm_or_si128(sixteen(2), sixteen(3)));
        return _mm_movemask_epi8(_mm_cmpeq_epi8(all, _mm_setzero_si128())) != 0xFFFF;
    }
    void look(const char* object, const Type& type, std::size_t first, std::size_t last) {
        std::uint64_t low = 0, high = 0;
        for (std::size_t n = first; n < last; ++n) {
            const Type::Slot& slot = type.slots[n];
            std::uint64_t word;
            std::memcpy(&word, object + slot.offset, sizeof word);
            const std::uint64_t there = (word & slot.mask) != 0 ? 1 : 0;
            low |= slot.field < 64 ? there << slot.field : 0;
            high |= slot.field < 64 ? 0 : there << (slot.field & 63);
        }
        words[0] |= low;
        words[1] |= high;
    }
};

}  // namespace gpswitch::record
