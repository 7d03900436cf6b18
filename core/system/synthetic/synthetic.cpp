#include "core/system/synthetic/synthetic.hpp"

#include "core/system/synthetic/fill.hpp"
#include "core/system/synthetic/maker.hpp"
#include "core/util/hash.hpp"

namespace gpswitch::synthetic {
namespace {

using record::Record;

constexpr std::uint16_t kPracticeTable = 1;  // table 0 is that of the patients

class SyntheticSource : public record::Source {
  public:
    explicit SyntheticSource(const Options& options)
        : practice_(options), found_(practice_.rows().size(), false) {
        census_.system = "synthetic";
        census_.version = "1";
        census_.practice = practice_.name();
        census_.ods = "QZ8001";
        census_.as_of = kAsOf;
        census_.source_codes = false;
        census_.patients.reserve(options.patients);
        for (std::uint32_t i = 0; i < options.patients; ++i)
            census_.patients.push_back({patient_key(i), sketch(options, i).weight()});
        census_.tables.push_back({"patient", "synthetic/patient", 0, options.patients});
        census_.tables.push_back({"practice", "synthetic/practice", 0, practice_.rows().size()});
        // There is nothing to hash but the options and who makes the records of them.
        census_.inputs.push_back({options.text(), sha256_hex("gpswitch synthetic 1 " + options.text()), 0});
    }

    const record::Census& census() const override { return census_; }
    const std::vector<Issue>& issues() const override { return issues_; }

    struct PatientCursor : record::Cursor {
        PatientCursor(const Practice& from, std::span<const std::uint32_t> p)
            : practice(from), patients(p.begin(), p.end()) {}
        bool next(Record& record) override {
            record.clear();
            if (at == patients.size()) return false;
            Maker(practice, record).make(patients[at++]);
            return true;
        }
        const Practice& practice;
        std::vector<std::uint32_t> patients;
        std::size_t at = 0;
    };

    struct RestCursor : record::Cursor {
        explicit RestCursor(SyntheticSource& s) : source(s) {}
        bool next(Record& record) override {
            record.clear();
            while (at < source.found_.size() && source.found_[at]) ++at;
            if (at == source.found_.size()) return false;
            source.add(at++, record);
            return true;
        }
        SyntheticSource& source;
        std::uint32_t at = 0;
    };

    std::unique_ptr<record::Cursor> read(std::span<const std::uint32_t> patients) override {
        return std::make_unique<PatientCursor>(practice_, patients);
    }
    std::unique_ptr<record::Cursor> leftovers() override { return std::make_unique<RestCursor>(*this); }

    bool find(const record::Need& need, Record& record) override {
        if (need.handle < found_.size()) {
            if (found_[need.handle]) return false;
            add(static_cast<std::uint32_t>(need.handle), record);
            return true;
        }
        practice_.add_slot(booked_patient(need.handle), booked_number(need.handle), record);
        return true;
    }

  private:
    void add(std::uint32_t row, Record& record) {
        found_[row] = true;
        practice_.add(row, record);
        record.rows.push_back({kPracticeTable, row, 0, practice_.rows()[row].key, {}});
        record.claim(0, record::Role::primary, census_.tables[kPracticeTable].name);
        if (!practice_.options().all_fields) return;
        Random random(practice_.options().seed, row, 4);
        fill_entity(practice_.rows()[row].kind, *record.items[0].entity, record.arena, day_of(2020, 4, 1),
                    random, 1);
    }

    Practice practice_;
    record::Census census_;
    std::vector<Issue> issues_;
    std::vector<bool> found_;
};

class Synthetic : public record::System {
  public:
    std::string_view name() const override { return "synthetic"; }
    std::string_view summary() const override { return "made-up practices of any size"; }
    bool reads() const override { return true; }
    std::vector<std::string_view> versions() const override { return {"1"}; }
    record::Recognition recognise(const archive::Place&) const override {
        return {0, "is no file: it is asked for by name, as in synthetic:patients=1000"};
    }
    std::unique_ptr<record::Source> open(const record::SourceOptions& options) const override {
        return std::make_unique<SyntheticSource>(parse_options(options.place));
    }
};

}  // namespace

const record::System& system() {
    static const Synthetic instance;
    return instance;
}

}  // namespace gpswitch::synthetic
