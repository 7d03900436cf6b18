#pragma once
#include <emmintrin.h>

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <new>
#include <string_view>
#include <utility>

namespace gpswitch {

/// Text being written: grows, is not filled with zeroes first, and always has room for kSlack bytes more than
/// it was asked for, so that short pieces are copied sixteen bytes at a time. std::string costs a call a
/// piece.
class Bytes {
  public:
    static constexpr std::size_t kSlack = 64;

    Bytes() = default;
    Bytes(const Bytes&) = delete;
    Bytes& operator=(const Bytes&) = delete;
    Bytes(Bytes&& other) noexcept { swap(other); }
    Bytes& operator=(Bytes&& other) noexcept {
        swap(other);
        return *this;
    }
    ~Bytes() { std::free(data_); }

    std::string_view view() const { return {data_, size()}; }
    std::size_t size() const { return static_cast<std::size_t>(at_ - data_); }
    bool empty() const { return at_ == data_; }
    void clear() { at_ = data_; }
    /// A control character that FHIR has no room for has been escaped since the last call.
    bool take_controls() { return std::exchange(controls_, false); }
    /// Forgets what stands behind the first `n` bytes.
    void cut(std::size_t n) { at_ = data_ + n; }
    char back() const { return at_[-1]; }

    /// Room for `n` bytes and kSlack.
    void want(std::size_t n) {
        if (n + kSlack > static_cast<std::size_t>(end_ - at_)) grow(n);
    }
    void put(char c) {
        want(1);
        *at_++ = c;
    }
    void put(std::string_view s) {
        want(s.size());
        if (!s.empty()) std::memcpy(at_, s.data(), s.size());
        at_ += s.size();
    }
    /// `s` can be read up to the next multiple of sixteen bytes.
    void put_padded(const char* s, std::size_t n) {
        want(n);
        for (std::size_t i = 0; i < n; i += 16) copy16(at_ + i, s + i);
        at_ += n;
    }
    void put(std::uint64_t n) {
        char digits[20];
        std::size_t at = sizeof digits;
        do {
            digits[--at] = static_cast<char>('0' + n % 10);
            n /= 10;
        } while (n != 0);
        put(std::string_view(digits + at, sizeof digits - at));
    }
    /// As a JSON string without its quotes. `s` must be UTF-8.
    void put_escaped(std::string_view s) {
        const char* from = s.data();
        const char* const stop = from + s.size();
        for (from = put_plain(from, stop); from != stop; from = put_plain(from, stop))
            put_special(static_cast<unsigned char>(*from++));
    }
    void put_string(std::string_view s) {
        want(s.size() + 2);
        *at_++ = '"';
        put_escaped(s);
        put('"');
    }

  private:
    static void copy16(char* to, const char* from) {
        _mm_storeu_si128(reinterpret_cast<__m128i*>(to),
                         _mm_loadu_si128(reinterpret_cast<const __m128i*>(from)));
    }
    /// Which of sixteen bytes cannot stand in a JSON string as they are.
    static unsigned special(__m128i v) {
        const __m128i control = _mm_set1_epi8(0x1F);
        const __m128i any = _mm_or_si128(
            _mm_or_si128(_mm_cmpeq_epi8(v, _mm_set1_epi8('"')), _mm_cmpeq_epi8(v, _mm_set1_epi8('\\'))),
            _mm_cmpeq_epi8(_mm_min_epu8(v, control), v));
        return static_cast<unsigned>(_mm_movemask_epi8(any));
    }
    static unsigned special(const char* p) {
        return special(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p)));
    }

    /// Copies up to the first byte that needs escaping; where that is.
    const char* put_plain(const char* from, const char* stop) {
        const auto size = static_cast<std::size_t>(stop - from);
        want(size);
        if (size < 16) return size == 0 ? stop : put_short(from, stop);
        for (; stop - from >= 16; from += 16, at_ += 16) {
            copy16(at_, from);
            if (const unsigned mask = special(from); mask != 0) return ahead(from, mask);
        }
        const auto left = static_cast<std::size_t>(stop - from);
        if (left == 0) return stop;
        // The last sixteen bytes, some of them once more.
        copy16(at_ + left - 16, stop - 16);
        if (const unsigned mask = special(stop - 16) >> (16 - left); mask != 0) return ahead(from, mask);
        at_ += left;
        return stop;
    }
    /// One to fifteen bytes, gathered without reading beyond them.
    const char* put_short(const char* from, const char* stop) {
        const auto n = static_cast<std::size_t>(stop - from);
        char sixteen[16];
        std::memset(sixteen, ' ', sizeof sixteen);
        if (n >= 8) {
            std::memcpy(sixteen, from, 8);
            std::memcpy(sixteen + n - 8, stop - 8, 8);
        } else if (n >= 4) {
            std::memcpy(sixteen, from, 4);
            std::memcpy(sixteen + n - 4, stop - 4, 4);
        } else {
            sixteen[0] = from[0];
            sixteen[n / 2] = from[n / 2];
            sixteen[n - 1] = from[n - 1];
        }
        const __m128i v = _mm_loadu_si128(reinterpret_cast<const __m128i*>(sixteen));
        _mm_storeu_si128(reinterpret_cast<__m128i*>(at_), v);
        if (const unsigned mask = special(v); mask != 0) return ahead(from, mask);
        at_ += n;
        return stop;
    }
    const char* ahead(const char* from, unsigned mask) {
        const auto plain = static_cast<std::size_t>(__builtin_ctz(mask));
        at_ += plain;
        return from + plain;
    }
    void put_special(unsigned char c);
    void grow(std::size_t n);
    void swap(Bytes& other) {
        std::swap(data_, other.data_);
        std::swap(at_, other.at_);
        std::swap(end_, other.end_);
        std::swap(controls_, other.controls_);
    }
    char* data_ = nullptr;
    char* at_ = nullptr;
    char* end_ = nullptr;
    bool controls_ = false;
};

}  // namespace gpswitch
