#include <algorithm>

#include "core/csv/csv.hpp"
#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace gpswitch::csv {
namespace {
constexpr std::uint64_t kBlock = 1024;

/// Line ends that are complete at `to` and begin at or after `from`: each LF, and each CR that no LF follows.
std::uint64_t count_line_ends(std::string_view bytes, std::uint64_t from, std::uint64_t to) {
    std::uint64_t n = 0;
    const char* p = bytes.data() + from;
    const char* const end = bytes.data() + to;
#ifdef __SSE2__
    const __m128i lf = _mm_set1_epi8('\n'), cr = _mm_set1_epi8('\r');
    while (end - p > 16) {
        __m128i sum = _mm_setzero_si128();
        for (int i = 0; i < 255 && end - p > 16; ++i, p += 16) {
            const __m128i here = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
            const __m128i next = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p + 1));
            const __m128i is_lf = _mm_cmpeq_epi8(here, lf);
            const __m128i lone_cr = _mm_andnot_si128(_mm_cmpeq_epi8(next, lf), _mm_cmpeq_epi8(here, cr));
            sum = _mm_sub_epi8(sum, _mm_or_si128(is_lf, lone_cr));
        }
        const __m128i halves = _mm_sad_epu8(sum, _mm_setzero_si128());
        n += static_cast<std::uint64_t>(_mm_cvtsi128_si64(halves)) +
             static_cast<std::uint64_t>(_mm_cvtsi128_si64(_mm_srli_si128(halves, 8)));
    }
#endif
    const char* const file_end = bytes.data() + bytes.size();
    for (; p < end; ++p) n += *p == '\n' || (*p == '\r' && (p + 1 == file_end || p[1] != '\n'));
    return n;
}
}  // namespace

void LineIndex::add(std::uint64_t row_offset) {
    if (lines_.empty()) lines_.push_back(1);
    while (lines_.size() * kBlock <= row_offset) {
        const std::uint64_t begin = (lines_.size() - 1) * kBlock;
        lines_.push_back(lines_.back() + count_line_ends(bytes_, begin, begin + kBlock));
    }
}

std::uint64_t LineIndex::count(std::string_view row) { return count_line_ends(row, 0, row.size()); }

std::uint64_t LineIndex::line_of(std::uint64_t offset) const {
    offset = std::min<std::uint64_t>(offset, bytes_.size());
    if (lines_.empty()) return 1 + count_line_ends(bytes_, 0, offset);
    const std::uint64_t block = std::min<std::uint64_t>(offset / kBlock, lines_.size() - 1);
    return lines_[block] + count_line_ends(bytes_, block * kBlock, offset);
}

}  // namespace gpswitch::csv
