#include "core/system/emis/versions.hpp"

#include <algorithm>

#include "core/util/text.hpp"

namespace gpswitch::emis {
namespace {

constexpr std::string_view kVersions[] = {"8.2", "8.1", "8.0", "7.1", "7.0", "5.3", "5.1", "5.0"};

struct Place {
    std::string_view table, column;
};
// Withdrawn in 7.1, back in 8.0.
constexpr Place kWithdrawn[] = {{"CareRecord_Diary", "AssociatedText"},
                                {"CareRecord_Observation", "AssociatedText"},
                                {"CareRecord_Problem", "Comment"}};
constexpr std::string_view kNeverSeen[] = {"ReferralTargetClinician", "ReferralTargetDepartment"};

// "5.10" would come after "5.9": numbers, not texts.
std::pair<int, int> number(std::string_view version) {
    const std::size_t dot = version.find('.');
    return {static_cast<int>(to_integer(version.substr(0, dot)).value_or(0)),
            dot == std::string_view::npos
                ? 0
                : static_cast<int>(to_integer(version.substr(dot + 1)).value_or(0))};
}

/// Columns too many or too few for a version.
int misfits(const mapping::MappingSet& mapping, std::span<const Header* const> headers,
            std::string_view version) {
    int n = 0;
    for (std::size_t i = 0; i < headers.size(); ++i) {
        if (headers[i] == nullptr) continue;
        const Tab tab = static_cast<Tab>(i);
        if (!has_table(mapping, tab, version)) {
            ++n;
            continue;
        }
        for (const mapping::TableColumn& c : mapping.table_columns(shape(tab).name)) {
            if (never_seen(c.column)) continue;
            n += (headers[i]->find(c.column) >= 0) != has_column(c, version) ? 1 : 0;
        }
        // Taken out of every file in 5.3.
        if (headers[i]->find("AgreementGuid") >= 0 && number(version) >= std::pair(5, 3)) ++n;
    }
    return n;
}

}  // namespace

std::span<const std::string_view> versions() { return kVersions; }

bool never_seen(std::string_view column) {
    return std::ranges::any_of(kNeverSeen, [&](auto c) { return same_ignoring_case(c, column); });
}

bool has_column(const mapping::TableColumn& c, std::string_view version) {
    if (!c.since.empty() && number(version) < number(c.since)) return false;
    if (!c.until.empty() && number(c.until) < number(version)) return false;
    return version != "7.1" || std::ranges::none_of(kWithdrawn, [&](const Place& p) {
               return same_ignoring_case(p.table, c.table) && same_ignoring_case(p.column, c.column);
           });
}

bool has_table(const mapping::MappingSet& mapping, Tab tab, std::string_view version) {
    const auto& columns = mapping.table_columns(shape(tab).name);
    return columns.empty() ||
           std::ranges::any_of(columns, [&](const auto& c) { return has_column(c, version); });
}

Detected detect_version(const mapping::MappingSet& mapping, std::span<const Header* const> headers) {
    Detected best;
    int fewest = -1;
    for (const std::string_view v : kVersions) {
        const int n = misfits(mapping, headers, v);
        if (fewest >= 0 && n >= fewest) continue;
        fewest = n;
        best = {std::string(v), n == 0};
    }
    return best;
}

}  // namespace gpswitch::emis
