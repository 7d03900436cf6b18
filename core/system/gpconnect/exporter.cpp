#include "core/record/exporter.hpp"

#include <set>

#include "core/mapping/mapping.hpp"
#include "core/system/gpconnect/index.hpp"
#include "core/system/gpconnect/source.hpp"
#include "core/util/error.hpp"
#include "core/util/hash.hpp"

namespace gpswitch::gpconnect {
namespace {

/// Every file as it is; a row is a bundle.
class BundleExporter : public record::Exporter {
  public:
    BundleExporter(std::shared_ptr<archive::Place> place, const Tables& tables, const std::string& practice)
        : place_(std::move(place)) {
        Index index = build_index(*place_, tables, practice);
        census_ = std::move(index.census);
        issues_ = std::move(index.issues);
        for (const Fault& f : index.faults) issues_.push_back(f.issue);  // copied all the same, and said
        bundles_.resize(place_->members().size());
        others_.resize(place_->members().size());
        for (const BundleInfo& b : index.bundles) {
            ++bundles_[b.member];
            if (b.settled == kOtherPractice) ++others_[b.member];
        }
        for (std::size_t i = 0; i < others_.size(); ++i)
            if (others_[i] != 0 && others_[i] != bundles_[i])
                throw InputError(place_->members()[i].origin + ": holds bundles of several practices",
                                 "a file is copied whole or not at all: give one file for each practice");
        census_.tables = {{"Bundle", "*.json", 0, index.bundles.size()}};
        census_.inputs.clear();
        for (std::size_t i = 0; i < place_->members().size(); ++i) {
            const std::string_view bytes = place_->bytes(i);
            census_.tables[0].bytes += bytes.size();
            census_.inputs.push_back({place_->members()[i].name, sha256_hex(bytes), bytes.size()});
        }
    }
    const record::Census& census() const override { return census_; }
    const std::vector<Issue>& issues() const override { return issues_; }
    void write(record::ExportWriter& out) override {
        for (std::size_t i = 0; i < place_->members().size(); ++i) {
            if (others_[i] != 0) {
                out.settle(0, record::Fate::excluded, kOtherPractice, others_[i]);
                continue;
            }
            out.member(place_->members()[i].name, 0);
            out.write(place_->bytes(i), bundles_[i]);
        }
    }

  private:
    std::shared_ptr<archive::Place> place_;
    record::Census census_;
    std::vector<Issue> issues_;
    std::vector<std::uint64_t> bundles_, others_;  ///< in each member; of them another practice's
};

}  // namespace

std::unique_ptr<record::Exporter> open_exporter(const record::SourceOptions& options) {
    if (options.mapping == nullptr) throw MappingError("GP Connect records need the mapping set gpconnect");
    if (!options.as_of.empty())
        throw UsageError("an export as of a date is not available for gpconnect",
                         "a bundle is as of the moment it was asked for: give the files of that date");
    return std::make_unique<BundleExporter>(options.files, *Tables::load(options.mapping->folder()),
                                            options.practice);
}

}  // namespace gpswitch::gpconnect
