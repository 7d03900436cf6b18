#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace gpswitch {

namespace detail {
std::string_view trim_ends(std::string_view s);
bool same_letters(const char* a, const char* b, std::size_t size);
}  // namespace detail

/// Without spaces, tabs, CR and LF at either end.
inline std::string_view trim(std::string_view s) {
    const auto solid = [](char c) { return static_cast<unsigned char>(c) > ' '; };
    return s.empty() || (solid(s.front()) && solid(s.back())) ? s : detail::trim_ends(s);
}
/// Equal when ASCII letter case is ignored.
inline bool same_ignoring_case(std::string_view a, std::string_view b) {
    return a.size() == b.size() && detail::same_letters(a.data(), b.data(), a.size());
}
std::string lower(std::string_view s);
std::string upper(std::string_view s);
bool starts_with_ignoring_case(std::string_view s, std::string_view prefix);
/// True for well-formed UTF-8 without NUL.
bool valid_utf8(std::string_view s);
/// `text` as it may be shown in a message: control characters escaped, cut at a character boundary to
/// `max_bytes` with an ellipsis. Never call it on patient data that is not asked for by --show-values.
std::string shown(std::string_view text, std::size_t max_bytes = 80);
/// Whole number without sign or with '-'; nothing when it is not one or does not fit.
std::optional<std::int64_t> to_integer(std::string_view s);
/// True for a plain decimal as FHIR allows it, exponent included:
/// -?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?
bool is_decimal(std::string_view s);
/// GUID as the key of a row: braces dropped, upper case. Returns false when `s` has not the form of a GUID;
/// `out` then holds the trimmed text in upper case, still usable as a key.
bool normal_guid(std::string_view s, std::string& out);
/// Standard base64, padded.
std::string base64(std::string_view bytes);

}  // namespace gpswitch
