#include "core/system/synthetic/options.hpp"

#include <fmt/format.h>

#include <charconv>
#include <set>

#include "core/util/error.hpp"

namespace gpswitch::synthetic {
namespace {

constexpr const char* kHint = "as in synthetic:patients=5000,seed=7,size=50,fields=usual";

std::uint64_t number(const std::string& name, const std::string& value, std::uint64_t low,
                     std::uint64_t high) {
    std::uint64_t n = 0;
    const char* end = value.data() + value.size();
    const auto [at, error] = std::from_chars(value.data(), end, n);
    if (value.empty() || at != end || error != std::errc() || n < low || n > high)
        throw UsageError(fmt::format("synthetic: {} is a whole number from {} to {}", name, low, high),
                         kHint);
    return n;
}

}  // namespace

std::string Options::text() const {
    return fmt::format("patients={},seed={},size={},fields={}", patients, seed, size,
                       all_fields ? "all" : "usual");
}

Options parse_options(const std::string& place) {
    Options o;
    std::set<std::string> seen;
    for (std::size_t at = 0; at < place.size();) {
        const std::size_t comma = std::min(place.find(',', at), place.size());
        const std::string part = place.substr(at, comma - at);
        at = comma + 1;
        const std::size_t equals = part.find('=');
        const std::string name = part.substr(0, equals);
        const std::string value = equals == std::string::npos ? std::string() : part.substr(equals + 1);
        if (name == "patients")
            o.patients = static_cast<std::uint32_t>(number(name, value, 1, kMostPatients));
        else if (name == "seed")
            o.seed = number(name, value, 0, UINT64_MAX);
        else if (name == "size")
            o.size = static_cast<std::uint32_t>(number(name, value, 1, 5000));
        else if (name == "fields" && (value == "usual" || value == "all"))
            o.all_fields = value == "all";
        else if (name == "fields")
            throw UsageError("synthetic: fields is usual or all", kHint);
        else
            throw UsageError("synthetic: there is no such option; there are patients, seed, size and fields",
                             kHint);
        if (!seen.insert(name).second) throw UsageError("synthetic: " + name + " is given twice", kHint);
    }
    return o;
}

}  // namespace gpswitch::synthetic
