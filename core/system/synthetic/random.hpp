#pragma once
#include <cstdint>

namespace gpswitch::synthetic {

/// SplitMix64 (Steele, Lea, Flood 2014): one step of a well-mixed counter.
constexpr std::uint64_t mix(std::uint64_t x) {
    x += 0x9E3779B97F4A7C15u;
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
    x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
    return x ^ (x >> 31);
}

/// A stream of numbers that is the same on every machine and with every library; that is why it is our own.
/// Cheap to make: one for each thing that must not depend on another. Not for secrets.
class Random {
  public:
    constexpr explicit Random(std::uint64_t seed) : state_(seed) {}
    /// The stream of part `part` of thing `thing` under a seed.
    constexpr Random(std::uint64_t seed, std::uint64_t thing, std::uint64_t part)
        : state_(mix(mix(seed) ^ mix(thing * 0x632BE59BD9B4E019u + part))) {}

    constexpr std::uint64_t next() {
        const std::uint64_t n = mix(state_);
        state_ += 0x9E3779B97F4A7C15u;
        return n;
    }
    /// 0 to n - 1; n at most 2^32 - 1, not 0.
    constexpr std::uint32_t below(std::uint32_t n) {
        return static_cast<std::uint32_t>(((next() >> 32) * n) >> 32);
    }
    /// low to high, both included.
    constexpr std::int64_t between(std::int64_t low, std::int64_t high) {
        return low >= high
                   ? low
                   : low + static_cast<std::int64_t>(below(static_cast<std::uint32_t>(high - low + 1)));
    }
    /// True `n` times in a thousand.
    constexpr bool permille(std::uint32_t n) { return below(1000) < n; }

  private:
    std::uint64_t state_;
};

}  // namespace gpswitch::synthetic
