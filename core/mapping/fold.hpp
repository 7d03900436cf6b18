#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_set>

#include "core/util/text.hpp"

/// Texts compared ignoring ASCII case, looked up by view without a copy.
namespace gpswitch::mapping {

struct FoldHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view s) const {
        std::uint64_t h = 14695981039346656037u;  // FNV-1a
        for (const char c : s) {
            const char low = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
            h = (h ^ static_cast<unsigned char>(low)) * 1099511628211u;
        }
        return h;
    }
};
struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view s) const { return std::hash<std::string_view>{}(s); }
};
struct FoldEqual {
    using is_transparent = void;
    bool operator()(std::string_view a, std::string_view b) const { return same_ignoring_case(a, b); }
};
using FoldSet = std::unordered_set<std::string, FoldHash, FoldEqual>;

}  // namespace gpswitch::mapping
