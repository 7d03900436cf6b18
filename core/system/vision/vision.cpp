#include "core/system/vision/vision.hpp"

#include "core/layout/layout.hpp"
#include "core/system/vision/exporter.hpp"
#include "core/system/vision/patient.hpp"
#include "core/system/vision/practice.hpp"
#include "core/system/vision/write/target.hpp"
#include "core/util/error.hpp"
#include "core/util/text.hpp"

namespace gpswitch::vision {
namespace {

constexpr std::string_view kAbsent[] = {
    "appointments, slots and sessions",
    "documents: the files behind letters and attachments; only their ids are there",
    "free text, reason, status and urgency of referrals",
    "which repeat master an issue belongs to: the one of the same drug is taken",
    "who typed an entry, and when in the day",
    "middle names, former names, next of kin, languages, the status of the NHS number",
    "parts of a panel or report held together, reference ranges, comparators of values",
    "the significance of problems, and which of them belong together",
    "the type of registration of those who have left or died, unless an earlier delivery has it",
    "active users of the practice and check sums: their columns are not published",
};

class VisionSource : public record::Source {
  public:
    VisionSource(const record::SourceOptions& options, mapping::MappingSet& mapping)
        : extract_(options, mapping), mapping_(bound(mapping)), practice_(extract_, mapping_) {
        extract_.census.absent.assign(std::begin(kAbsent), std::end(kAbsent));
    }

    const record::Census& census() const override { return extract_.census; }
    const std::vector<Issue>& issues() const override { return extract_.issues; }
    std::unique_ptr<record::Cursor> read(std::span<const std::uint32_t> patients) override {
        return std::make_unique<PatientCursor>(extract_, mapping_, patients);
    }
    bool find(const record::Need& need, Record& record) override { return practice_.find(need, record); }

    struct Leftovers : record::Cursor {
        Leftovers(Practice& p, const Extract& e) : practice(p), extract(e) {}
        bool next(Record& record) override {
            if (practice.rest(record)) return true;
            extract.check_files();
            return false;
        }
        Practice& practice;
        const Extract& extract;
    };
    std::unique_ptr<record::Cursor> leftovers() override {
        return std::make_unique<Leftovers>(practice_, extract_);
    }

  private:
    const mapping::MappingSet& bound(mapping::MappingSet& mapping) {
        mapping.bind([](Text table, Text column) { return column_number(table, column); },
                     extract_.census.version);
        return mapping;
    }
    Extract extract_;
    const mapping::MappingSet& mapping_;
    Practice practice_;
};

/// "INCREMENTAL_CLINICAL_A99999-(name)-V1.0.0_2026-03-01-000500.zip"
bool zip_name(std::string_view name) {
    const std::string base = upper(name.substr(name.rfind('/') + 1));
    const auto has = [&](std::string_view word) { return base.find(word) != std::string::npos; };
    const bool extract =
        base.starts_with("FULL_") || base.starts_with("INCREMENTAL_") || base.starts_with("ADDITIONAL_");
    return extract && base.ends_with(".ZIP") && (has("_PATIENT_") || has("_CLINICAL_") || has("_ADMIN_"));
}

struct Vision : record::System {
    std::string_view name() const override { return "vision"; }
    std::string_view summary() const override {
        return "Vision (Cegedim) CSV bulk extract, first delivery and changes";
    }
    bool reads() const override { return true; }
    bool writes() const override { return true; }
    std::vector<record::CannotCarry> cannot_carry(const mapping::MappingSet* set) const override {
        return set == nullptr ? std::vector<record::CannotCarry>{} : layout::cannot_carry(*set);
    }
    std::unique_ptr<record::Target> create(const record::TargetOptions& options) const override {
        return write::create(options);
    }
    std::vector<std::string_view> versions() const override { return {"0.18", "test-pack"}; }
    std::vector<std::string_view> absent() const override { return {std::begin(kAbsent), std::end(kAbsent)}; }
    std::string_view mapping_id() const override { return "vision"; }

    record::Recognition recognise(const archive::Place& files) const override {
        int tables = 0, zips = 0;
        for (const archive::Member& m : files.members()) {
            zips += zip_name(m.name) ? 1 : 0;
            const auto parts = file_name(m.name);
            if (!parts) continue;
            for (std::size_t t = 0; t < kTabs; ++t)
                tables += shape(static_cast<Tab>(t)).file_type == parts->type ? 1 : 0;
        }
        if (tables > 0)
            return {100, "files named like INCREMENTAL_..._journal_data_extract-...: a Vision extract"};
        if (zips > 0) return {90, "zips named like INCREMENTAL_CLINICAL_...: a Vision extract"};
        return {0, "no file named like INCREMENTAL_..._patient_data_extract-..."};
    }
    std::unique_ptr<record::Source> open(const record::SourceOptions& options) const override {
        if (options.mapping == nullptr) throw MappingError("a Vision extract needs a mapping set");
        return std::make_unique<VisionSource>(options, *options.mapping);
    }
    std::unique_ptr<record::Exporter> exporter(const record::SourceOptions& options) const override {
        return open_exporter(options, {std::begin(kAbsent), std::end(kAbsent)});
    }
};

}  // namespace

const record::System& system() {
    static const Vision instance;
    return instance;
}

}  // namespace gpswitch::vision
