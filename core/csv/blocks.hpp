#pragma once
// 64 bytes at a time: which of them are quotes, separators, line ends, and which stand inside quotes. Shared
// by the Scanner, read_row() and split(); nobody else includes it. Bit i of a mask is byte i of the block.
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "core/csv/csv.hpp"
#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace gpswitch::csv::detail {

constexpr std::size_t kBlock = 64;
using Mask = std::uint64_t;

/// The block at `p`; one that the bytes end in is copied to `room` and filled up with line ends.
inline const char* block_at(const char* p, const char* end, char (&room)[kBlock]) {
    if (end - p >= static_cast<std::ptrdiff_t>(kBlock)) return p;
    std::memset(room, '\n', kBlock);
    std::memcpy(room, p, static_cast<std::size_t>(end - p));
    return room;
}

struct Masks {
    Mask quote = 0, separator = 0, line_end = 0, nul = 0, high = 0;
};

#ifdef __SSE2__
/// SSE2 is part of x86-64, so there is nothing to ask for at run time.
class Classifier {
  public:
    explicit Classifier(Dialect d)
        : separator_(_mm_set1_epi8(d.separator)), quotes_on_(d.quotes ? ~Mask{0} : Mask{0}) {}

    Masks operator()(const char* p) const {
        Masks m;
        for (unsigned i = 0; i < kBlock; i += 16) {
            const __m128i v = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p + i));
            const __m128i ends =
                _mm_or_si128(_mm_cmpeq_epi8(v, _mm_set1_epi8('\n')), _mm_cmpeq_epi8(v, _mm_set1_epi8('\r')));
            m.quote |= bits(_mm_cmpeq_epi8(v, _mm_set1_epi8('"'))) << i;
            m.separator |= bits(_mm_cmpeq_epi8(v, separator_)) << i;
            m.line_end |= bits(ends) << i;
            m.nul |= bits(_mm_cmpeq_epi8(v, _mm_setzero_si128())) << i;
            m.high |= bits(v) << i;
        }
        m.quote &= quotes_on_;
        return m;
    }

  private:
    static Mask bits(__m128i v) { return static_cast<std::uint32_t>(_mm_movemask_epi8(v)); }
    __m128i separator_;
    Mask quotes_on_;
};
#else
class Classifier {
  public:
    explicit Classifier(Dialect d) : dialect_(d) {}

    Masks operator()(const char* p) const {
        Masks m;
        for (unsigned i = 0; i < kBlock; ++i) {
            const char c = p[i];
            m.quote |= Mask{dialect_.quotes && c == '"'} << i;
            m.separator |= Mask{c == dialect_.separator} << i;
            m.line_end |= Mask{c == '\n' || c == '\r'} << i;
            m.nul |= Mask{c == 0} << i;
            m.high |= Mask{(static_cast<unsigned char>(c) & 0x80u) != 0} << i;
        }
        return m;
    }

  private:
    Dialect dialect_;
};
#endif

/// Bit i is the parity of bits 0..i.
inline Mask parity(Mask m) {
    for (unsigned shift = 1; shift < kBlock; shift *= 2) m ^= m << shift;
    return m;
}

/// Follows quotes from block to block through one row, as long as every quote stands where RFC 4180 lets it
/// stand. `odd` marks the bytes where that ends: a quote inside an unquoted field, or text after a closing
/// quote. What the masks say from the first odd byte of a row on is meaningless; the caller goes back to
/// reading byte by byte.
class QuoteTracker {
  public:
    struct Step {
        Mask inside;  ///< between quotes; the opening quote counts, the closing one doesn't
        Mask odd;
        Mask doubled;  ///< the second of two quotes that stand for one
    };
    /// `count`: how many bytes of the block belong to the row (1 to 64).
    Step step(const Masks& m, unsigned count = kBlock) {
        const Mask inside = parity(m.quote) ^ inside_before_;
        const Mask opening = m.quote & inside;
        const Mask closing = m.quote & ~inside;
        const Mask after_closing = (closing << 1) | closed_before_;
        const Mask may_open = ((m.separator << 1) | field_starts_) | after_closing;
        const Step s{inside, (opening & ~may_open) | (after_closing & ~(m.separator | m.line_end | m.quote)),
                     opening & after_closing};
        const unsigned last = count - 1;
        inside_before_ = Mask{0} - ((inside >> last) & 1);
        closed_before_ = (closing >> last) & 1;
        field_starts_ = (m.separator >> last) & 1;
        return s;
    }
    bool inside() const { return inside_before_ != 0; }

  private:
    Mask inside_before_ = 0;  ///< all ones or none
    Mask closed_before_ = 0, field_starts_ = 1;
};

/// The bits below the lowest set bit of `m`; all of them when there is none.
inline Mask below_lowest(Mask m) { return m == 0 ? ~Mask{0} : (m & (Mask{0} - m)) - 1; }

}  // namespace gpswitch::csv::detail
