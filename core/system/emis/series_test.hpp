#pragma once
// For tests of several deliveries: a bulk and what follows it, in one place.
#include <memory>

#include "core/system/emis/quirks_test.hpp"

namespace gpswitch::emis_test {

using Fates = std::vector<std::string>;

class Series {
  public:
    Series() {
        bulk.prefix = "bulk_1_";
        bulk.stamp = "20260301040000";
    }
    /// The next delivery, empty but for the sharing agreement.
    Small& next(const std::string& prefix, const std::string& stamp) {
        auto& x = *later.emplace_back(std::make_unique<Small>());
        x.rows.clear();
        x.add("Agreements_SharingOrganisation",
              {{"OrganisationGuid", guid("practice")}, {"IsActivated", "true"}});
        x.prefix = prefix;
        x.stamp = stamp;
        x.ids = bulk.ids;
        return x;
    }
    Small& delta(int day) {
        return next("delta_" + std::to_string(day) + "_",
                    "202603" + std::string(day < 10 ? "0" : "") + std::to_string(day) + "040000");
    }
    Small& rebulk(int day) {
        Small& x = delta(day);
        x.prefix = "bulk_" + std::to_string(day) + "_";
        return x;
    }
    Run run(record::SourceOptions o = {}) {
        bulk.write(place);
        for (const auto& x : later) x->write(place);
        return emis_test::run(place.path, std::move(o));
    }
    std::string error(record::SourceOptions o = {}) {
        try {
            run(std::move(o));
        } catch (const InputError& e) { return std::string(e.what()) + " | " + e.hint(); }
        return {};
    }
    Small bulk;
    std::vector<std::unique_ptr<Small>> later;
    io::TestFolder place;
};

}  // namespace gpswitch::emis_test
