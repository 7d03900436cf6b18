#include "core/system/tpp/tpp.hpp"

#include "core/layout/layout.hpp"
#include "core/system/tpp/exporter.hpp"
#include "core/system/tpp/patient.hpp"
#include "core/system/tpp/practice.hpp"
#include "core/system/tpp/write/target.hpp"
#include "core/system/tpp/zip_parts.hpp"
#include "core/util/error.hpp"
#include "core/util/text.hpp"

namespace gpswitch::tpp {
namespace {

constexpr std::string_view kAbsent[] = {
    "free text of consultations and of coded entries",
    "documents: the files behind SRLetter and SRMedia, and most letters and reports altogether",
    "problem groups and the entries linked to a problem",
    "reference ranges of results",
    "reactions, severity and certainty of allergies",
    "the end of a consultation",
    "tasks and reminders",
    "what TPP says of the extract itself: it is a feed for secondary uses, not meant for direct care",
};

class TppSource : public record::Source {
  public:
    TppSource(const record::SourceOptions& options, mapping::MappingSet& mapping)
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
        mapping.bind([this](Text table, Text column) { return column_number(extract_, table, column); },
                     extract_.census.version);
        return mapping;
    }
    Extract extract_;
    const mapping::MappingSet& mapping_;
    Practice practice_;
};

struct Tpp : record::System {
    std::string_view name() const override { return "tpp"; }
    std::string_view summary() const override {
        return "TPP SystmOne SR*.csv extract, full files and changes";
    }
    bool reads() const override { return true; }
    bool writes() const override { return true; }
    std::vector<record::CannotCarry> cannot_carry(const mapping::MappingSet* set) const override {
        return set == nullptr ? std::vector<record::CannotCarry>{} : layout::cannot_carry(*set);
    }
    std::unique_ptr<record::Target> create(const record::TargetOptions& options) const override {
        return write::create(options);
    }
    std::vector<std::string_view> versions() const override {
        return {"93", "92", "91", "90", "89", "88", "87"};
    }
    std::vector<std::string_view> absent() const override { return {std::begin(kAbsent), std::end(kAbsent)}; }
    std::string_view mapping_id() const override { return "tpp"; }

    record::Recognition recognise(const archive::Place& files) const override {
        bool manifest = false, zip = false;
        int tables = 0;
        for (const archive::Member& m : files.members()) {
            const std::string base = lower(base_name(m.name));
            manifest = manifest || base == "srmanifest.csv";
            zip = zip || (base.starts_with("srextract") && part_name(base).number >= 0);
            tables += base.starts_with("sr") && base.ends_with(".csv") ? 1 : 0;
        }
        if (manifest) return {100, "SRManifest.csv: a SystmOne extract"};
        if (zip) return {60, "SRExtract.zip, but no SRManifest.csv: an unfinished SystmOne extract"};
        if (tables >= 3)
            return {60, "files named SR*.csv, but no SRManifest.csv: an unfinished SystmOne extract"};
        return {0, "no SRManifest.csv"};
    }
    std::unique_ptr<record::Source> open(const record::SourceOptions& options) const override {
        if (options.mapping == nullptr) throw MappingError("a SystmOne extract needs a mapping set");
        return std::make_unique<TppSource>(options, *options.mapping);
    }
    std::unique_ptr<record::Exporter> exporter(const record::SourceOptions& options) const override {
        return open_exporter(options, {std::begin(kAbsent), std::end(kAbsent)});
    }
};

}  // namespace

const record::System& system() {
    static const Tpp instance;
    return instance;
}

}  // namespace gpswitch::tpp
