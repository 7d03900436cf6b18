#include "core/record/made_number.hpp"

#include "core/util/hash.hpp"

namespace gpswitch::record {

std::array<char, 18> made_number(EntityKind kind, Text id) {
    const UuidText u = uuid_v5({"number", name_of(kind), id});
    std::uint64_t n = 0;
    int digits = 0;
    for (std::size_t i = 0; digits < 16; ++i) {
        const char c = u[i];
        if (c == '-') continue;
        n = n << 4 | static_cast<std::uint64_t>(c <= '9' ? c - '0' : c - 'a' + 10);
        ++digits;
    }
    // 10^17 to 10^18 - 1: one length, and no key of a real system is so long.
    n = 100'000'000'000'000'000u + n % 900'000'000'000'000'000u;
    std::array<char, 18> out{};
    for (std::size_t i = out.size(); i-- > 0; n /= 10) out[i] = static_cast<char>('0' + n % 10);
    return out;
}

}  // namespace gpswitch::record
