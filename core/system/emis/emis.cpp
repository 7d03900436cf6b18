#include "core/system/emis/emis.hpp"

#include "core/layout/layout.hpp"
#include "core/system/emis/exporter.hpp"
#include "core/system/emis/patient.hpp"
#include "core/system/emis/practice.hpp"
#include "core/system/emis/write/target.hpp"
#include "core/util/error.hpp"

namespace gpswitch::emis {
namespace {

constexpr std::string_view kAbsent[] = {
    "consultation headings and the order of entries in them",
    "documents: only their ids, the files travel by another route",
    "registration history before the latest registration, but for its status changes",
    "records deleted while the feed was switched off",
    "NHS number status, and consent or opt-out other than as coded entries",
};

class EmisSource : public record::Source {
  public:
    EmisSource(const record::SourceOptions& options, mapping::MappingSet& mapping)
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
            extract.check_files();  // everything has been read: was it one and the same extract all the time?
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

struct Emis : record::System {
    std::string_view name() const override { return "emis"; }
    std::string_view summary() const override { return "EMIS Web bulk extract: 21 CSV tables"; }
    bool reads() const override { return true; }
    bool writes() const override { return true; }
    std::vector<record::CannotCarry> cannot_carry(const mapping::MappingSet* set) const override {
        return set == nullptr ? std::vector<record::CannotCarry>{} : layout::cannot_carry(*set);
    }
    std::unique_ptr<record::Target> create(const record::TargetOptions& options) const override {
        return write::create(options);
    }
    std::vector<std::string_view> versions() const override {
        return {"8.2", "8.1", "8.0", "7.1", "7.0", "6.0", "5.5", "5.4", "5.3", "5.2", "5.1", "5.0"};
    }
    std::vector<std::string_view> absent() const override { return {std::begin(kAbsent), std::end(kAbsent)}; }
    std::string_view mapping_id() const override { return "emis"; }

    record::Recognition recognise(const archive::Place& files) const override {
        int tables = 0;
        for (const archive::Member& m : files.members())
            if (parse_file_name(m.name)) ++tables;
        if (tables == 0) return {0, "no file is named like an EMIS extract table"};
        return {tables >= 10 ? 100 : 60,
                std::to_string(tables) + " files are named like EMIS extract tables"};
    }
    std::unique_ptr<record::Source> open(const record::SourceOptions& options) const override {
        if (options.mapping == nullptr) throw MappingError("an EMIS extract needs a mapping set");
        return std::make_unique<EmisSource>(options, *options.mapping);
    }
    std::unique_ptr<record::Exporter> exporter(const record::SourceOptions& options) const override {
        return open_exporter(options);
    }
};

}  // namespace

const record::System& system() {
    static const Emis instance;
    return instance;
}

}  // namespace gpswitch::emis
