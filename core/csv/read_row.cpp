#include <cstring>

#include "core/csv/blocks.hpp"
#include "core/csv/csv.hpp"

#if defined(__x86_64__)
#include <immintrin.h>

/// Compiled for processors that not every machine has: read_row() asks before it calls.
#define GPSWITCH_WIDE __attribute__((target("avx2,bmi,bmi2,popcnt")))

namespace gpswitch::csv {
namespace {
using namespace detail;

/// Two halves of a block instead of four quarters.
struct WideClassifier {
    GPSWITCH_WIDE Masks operator()(const char* p) const {
        const __m256i a = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p));
        const __m256i b = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p + 32));
        Masks m;
        m.quote = same(a, b, _mm256_set1_epi8('"'));
        m.separator = same(a, b, _mm256_set1_epi8(','));
        m.line_end = same(a, b, _mm256_set1_epi8('\n')) | same(a, b, _mm256_set1_epi8('\r'));
        m.nul = same(a, b, _mm256_setzero_si256());
        m.high = bits(a, b);
        return m;
    }
    GPSWITCH_WIDE static Mask bits(__m256i a, __m256i b) {
        return static_cast<std::uint32_t>(_mm256_movemask_epi8(a)) |
               Mask{static_cast<std::uint32_t>(_mm256_movemask_epi8(b))} << 32;
    }
    GPSWITCH_WIDE static Mask same(__m256i a, __m256i b, __m256i c) {
        return bits(_mm256_cmpeq_epi8(a, c), _mm256_cmpeq_epi8(b, c));
    }
};

/// Reads and splits in one go, as long as nothing is out of the ordinary. Every cell that begins with a quote
/// ends with one here: other rows are odd.
GPSWITCH_WIDE bool read(std::string_view bytes, Cells& cells, std::size_t& length) {
    const WideClassifier classify;
    const char* const begin = bytes.data();
    const char* const end = begin + bytes.size();
    QuoteTracker quotes;
    const char* start = begin;
    std::uint32_t n = 0;
    bool high = false, one_line = true;
    Mask low = 0, high_cells = 0;  // which cells hold something
    for (const char* p = begin; p < end; p += kBlock) {
        char room[kBlock];
        const Masks m = classify(block_at(p, end, room));
        const QuoteTracker::Step s = quotes.step(m);
        const Mask row_ends = m.line_end & ~s.inside;
        const Mask before = below_lowest(row_ends);
        if (((s.odd | s.doubled | m.nul) & before) != 0) return false;
        high |= (m.high & before) != 0;
        one_line &= (m.line_end & s.inside & before) == 0;
        Mask ends = m.separator & ~s.inside & before;
        if (row_ends != 0) ends |= row_ends & (Mask{0} - row_ends);
        for (; ends != 0; ends &= ends - 1) {
            const char* const stop = p + std::countr_zero(ends);
            if (n == cells.room) return false;
            const bool quoted = start < stop && *start == '"';
            const char* const from = start + (quoted ? 1 : 0);
            const auto size = static_cast<std::size_t>(stop - from) - (quoted ? 1 : 0);
            cells.data[n] = {from, size};
            const Mask there = size != 0 ? Mask{1} << (n & 63) : 0;
            low |= n < 64 ? there : 0;
            high_cells |= n < 64 ? 0 : there;
            ++n;
            start = stop + 1;
        }
        if (row_ends != 0) {
            const char* const stop = p + std::countr_zero(row_ends);
            if (stop > end) return false;
            cells.size = n;
            cells.filled[0] = low;
            cells.filled[1] = high_cells;
            length = static_cast<std::size_t>(stop - begin);
            cells.ascii = !high;
            cells.one_line = one_line;
            return true;
        }
    }
    return false;
}

}  // namespace

bool read_row(std::string_view bytes, Cells& cells, std::size_t& length) {
    static const bool here = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") &&
                             __builtin_cpu_supports("bmi2") && __builtin_cpu_supports("popcnt");
    return here && read(bytes, cells, length);
}

}  // namespace gpswitch::csv

#else

namespace gpswitch::csv {
bool read_row(std::string_view, Cells&, std::size_t&) { return false; }
}  // namespace gpswitch::csv

#endif
