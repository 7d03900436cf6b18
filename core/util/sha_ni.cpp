#include "core/util/sha_ni.hpp"

#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>

#include <utility>

#define GPSWITCH_SHA __attribute__((target("sha,sse4.1,ssse3")))
#define GPSWITCH_SHA_INLINE __attribute__((target("sha,sse4.1,ssse3"), always_inline)) inline

namespace gpswitch::sha_ni {
namespace {

alignas(64) constexpr std::uint32_t kRound[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

GPSWITCH_SHA_INLINE __m128i load(const void* p) { return _mm_loadu_si128(static_cast<const __m128i*>(p)); }
GPSWITCH_SHA_INLINE void store(void* p, __m128i v) { _mm_storeu_si128(static_cast<__m128i*>(p), v); }

/// One stream of SHA-256: its state in the order the instructions want, and sixteen words of the message.
struct Stream {
    __m128i abef, cdgh, abef_before, cdgh_before;
    __m128i w[4];

    GPSWITCH_SHA_INLINE void begin(const std::uint32_t* state) {
        const __m128i abcd = load(state), efgh = load(state + 4);
        const __m128i badc = _mm_shuffle_epi32(abcd, 0xB1), hgfe = _mm_shuffle_epi32(efgh, 0x1B);
        abef = _mm_alignr_epi8(badc, hgfe, 8);
        cdgh = _mm_blend_epi16(hgfe, badc, 0xF0);
    }
    GPSWITCH_SHA_INLINE void end(std::uint32_t* state) const {
        const __m128i feba = _mm_shuffle_epi32(abef, 0x1B), dchg = _mm_shuffle_epi32(cdgh, 0xB1);
        store(state, _mm_blend_epi16(feba, dchg, 0xF0));
        store(state + 4, _mm_alignr_epi8(dchg, feba, 8));
    }
    /// Four rounds; G of 16.
    template <int G>
    GPSWITCH_SHA_INLINE void rounds(const unsigned char* data) {
        constexpr int kNow = G & 3, kNext = (G + 1) & 3, kThird = (G + 2) & 3, kLast = (G + 3) & 3;
        if constexpr (G < 4) {
            const __m128i big_endian = _mm_set_epi64x(0x0c0d0e0f08090a0bLL, 0x0405060700010203LL);
            w[kNow] = _mm_shuffle_epi8(load(data + 16 * G), big_endian);
        } else {
            const __m128i seven_back = _mm_alignr_epi8(w[kLast], w[kThird], 4);
            w[kNow] = _mm_sha256msg2_epu32(_mm_add_epi32(_mm_sha256msg1_epu32(w[kNow], w[kNext]), seven_back),
                                           w[kLast]);
        }
        const __m128i k = _mm_add_epi32(w[kNow], load(kRound + 4 * G));
        cdgh = _mm_sha256rnds2_epu32(cdgh, abef, k);
        abef = _mm_sha256rnds2_epu32(abef, cdgh, _mm_shuffle_epi32(k, 0x0E));
    }
    GPSWITCH_SHA_INLINE void keep() {
        abef_before = abef;
        cdgh_before = cdgh;
    }
    GPSWITCH_SHA_INLINE void add() {
        abef = _mm_add_epi32(abef, abef_before);
        cdgh = _mm_add_epi32(cdgh, cdgh_before);
    }
};

template <int... G>
GPSWITCH_SHA_INLINE void block(Stream& s, const unsigned char* data, std::integer_sequence<int, G...>) {
    (s.rounds<G>(data), ...);
}
template <int... G>
GPSWITCH_SHA_INLINE void blocks_of_both(Stream& a, const unsigned char* x, Stream& b, const unsigned char* y,
                                        std::integer_sequence<int, G...>) {
    ((a.rounds<G>(x), b.rounds<G>(y)), ...);
}

/// Four rounds of SHA-1; G of 20. `before` is what a to d were four rounds ago.
template <int G>
GPSWITCH_SHA_INLINE void sha1_rounds(__m128i& abcd, __m128i& before, __m128i e, __m128i (&w)[4],
                                     const unsigned char* data) {
    constexpr int kNow = G & 3, kNext = (G + 1) & 3, kThird = (G + 2) & 3, kLast = (G + 3) & 3;
    if constexpr (G < 4) {
        const __m128i reversed = _mm_set_epi64x(0x0001020304050607LL, 0x08090a0b0c0d0e0fLL);
        w[kNow] = _mm_shuffle_epi8(load(data + 16 * G), reversed);
    } else {
        w[kNow] =
            _mm_sha1msg2_epu32(_mm_xor_si128(_mm_sha1msg1_epu32(w[kNow], w[kNext]), w[kThird]), w[kLast]);
    }
    const __m128i in = G == 0 ? _mm_add_epi32(e, w[kNow]) : _mm_sha1nexte_epu32(before, w[kNow]);
    before = abcd;
    abcd = _mm_sha1rnds4_epu32(abcd, in, G / 5);
}
template <int... G>
GPSWITCH_SHA_INLINE void sha1_block(__m128i& abcd, __m128i& before, __m128i e, __m128i (&w)[4],
                                    const unsigned char* data, std::integer_sequence<int, G...>) {
    (sha1_rounds<G>(abcd, before, e, w, data), ...);
}

}  // namespace

bool here() {
    static const bool known = [] {
        unsigned a = 0, b = 0, c = 0, d = 0;
        if (__get_cpuid(1, &a, &b, &c, &d) == 0) return false;
        const bool sse = (c & bit_SSSE3) != 0 && (c & bit_SSE4_1) != 0;
        return sse && __get_cpuid_count(7, 0, &a, &b, &c, &d) != 0 && (b & bit_SHA) != 0;
    }();
    return known;
}

GPSWITCH_SHA void sha1(std::uint32_t* state, const unsigned char* data, std::size_t blocks) {
    __m128i abcd = _mm_shuffle_epi32(load(state), 0x1B);
    __m128i e = _mm_set_epi32(static_cast<int>(state[4]), 0, 0, 0);
    for (; blocks > 0; --blocks, data += 64) {
        const __m128i abcd_before = abcd, e_before = e;
        __m128i before = abcd, w[4];
        sha1_block(abcd, before, e, w, data, std::make_integer_sequence<int, 20>{});
        e = _mm_sha1nexte_epu32(before, e_before);
        abcd = _mm_add_epi32(abcd, abcd_before);
    }
    store(state, _mm_shuffle_epi32(abcd, 0x1B));
    state[4] = static_cast<std::uint32_t>(_mm_extract_epi32(e, 3));
}

GPSWITCH_SHA void sha256(std::uint32_t* state, const unsigned char* data, std::size_t blocks) {
    Stream s;
    s.begin(state);
    for (; blocks > 0; --blocks, data += 64) {
        s.keep();
        block(s, data, std::make_integer_sequence<int, 16>{});
        s.add();
    }
    s.end(state);
}

GPSWITCH_SHA void sha256_both(std::uint32_t* state1, const unsigned char* data1, std::uint32_t* state2,
                              const unsigned char* data2, std::size_t blocks) {
    Stream a, b;
    a.begin(state1);
    b.begin(state2);
    for (; blocks > 0; --blocks, data1 += 64, data2 += 64) {
        a.keep();
        b.keep();
        blocks_of_both(a, data1, b, data2, std::make_integer_sequence<int, 16>{});
        a.add();
        b.add();
    }
    a.end(state1);
    b.end(state2);
}

}  // namespace gpswitch::sha_ni

#else

namespace gpswitch::sha_ni {
bool here() { return false; }
void sha1(std::uint32_t*, const unsigned char*, std::size_t) {}
void sha256(std::uint32_t*, const unsigned char*, std::size_t) {}
void sha256_both(std::uint32_t*, const unsigned char*, std::uint32_t*, const unsigned char*, std::size_t) {}
}  // namespace gpswitch::sha_ni

#endif
