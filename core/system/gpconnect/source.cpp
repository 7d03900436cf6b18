#include "core/system/gpconnect/source.hpp"

#include "core/mapping/mapping.hpp"
#include "core/record/exporter.hpp"
#include "core/system/gpconnect/gpconnect.hpp"
#include "core/system/gpconnect/readers.hpp"
#include "core/util/error.hpp"

namespace gpswitch::gpconnect {
namespace {

class PatientCursor : public record::Cursor {
  public:
    PatientCursor(const Opened& opened, std::span<const std::uint32_t> patients)
        : opened_(opened), patients_(patients.begin(), patients.end()) {}
    bool next(record::Record& record) override {
        record.clear();
        if (at_ == patients_.size()) return false;
        const std::uint32_t bundle = opened_.index.patients.at(patients_[at_++]);
        read_bundle(opened_, opened_.index.bundles[bundle], record, parser_);
        return true;
    }

  private:
    const Opened& opened_;
    std::vector<std::uint32_t> patients_;
    std::size_t at_ = 0;
    json::Parser parser_;
};

/// Practice-wide resources nobody needed, some hundred a record, then bundles that are no patient's or are
/// not read, then files that cannot be.
class LeftoverCursor : public record::Cursor {
  public:
    LeftoverCursor(const Opened& opened, std::vector<bool>& found) : opened_(opened), found_(found) {}
    bool next(record::Record& record) override {
        record.clear();
        int n = 0;
        for (; shared_ < found_.size() && n < 500; ++shared_) {
            if (found_[shared_]) continue;
            found_[shared_] = true;
            read_shared(opened_, shared_, record, parser_, false);
            ++n;
        }
        if (n != 0) return true;
        for (; bundle_ < opened_.index.bundles.size(); ++bundle_) {
            const BundleInfo& b = opened_.index.bundles[bundle_];
            if (b.read_as_patient()) continue;
            read_bundle(opened_, b, record, parser_);
            record.key = {};
            ++bundle_;
            return true;
        }
        if (fault_ == opened_.index.faults.size()) return false;
        read_fault(opened_, opened_.index.faults[fault_++], record);
        return true;
    }

  private:
    const Opened& opened_;
    std::vector<bool>& found_;
    std::uint32_t shared_ = 0;
    std::size_t bundle_ = 0, fault_ = 0;
    json::Parser parser_;
};

class GpConnectSource : public record::Source {
  public:
    GpConnectSource(std::shared_ptr<archive::Place> place, std::shared_ptr<const Tables> tables,
                    const std::string& practice) {
        opened_.place = std::move(place);
        opened_.tables = std::move(tables);
        opened_.index = build_index(*opened_.place, *opened_.tables, practice);
        for (const std::string_view sentence : system().absent())
            opened_.index.census.absent.emplace_back(sentence);
        found_.resize(opened_.index.shared.size());
    }
    const record::Census& census() const override { return opened_.index.census; }
    std::unique_ptr<record::Cursor> read(std::span<const std::uint32_t> patients) override {
        return std::make_unique<PatientCursor>(opened_, patients);
    }
    std::unique_ptr<record::Cursor> leftovers() override {
        return std::make_unique<LeftoverCursor>(opened_, found_);
    }
    bool find(const record::Need& need, record::Record& record) override {
        if (need.handle >= found_.size()) return false;
        if (found_[need.handle]) return true;
        found_[need.handle] = true;
        read_shared(opened_, static_cast<std::uint32_t>(need.handle), record, parser_, true);
        return true;
    }
    const std::vector<Issue>& issues() const override { return opened_.index.issues; }

  private:
    Opened opened_;
    std::vector<bool> found_;
    json::Parser parser_;
};

// "resourceType" : "Bundle", with quotes as they stand or escaped.
bool says_bundle(std::string_view text) {
    for (std::size_t at = text.find("resourceType"); at != std::string_view::npos;
         at = text.find("resourceType", at + 1)) {
        std::size_t value = text.find_first_not_of("\\\": \t\r\n", at + 12);
        if (value != std::string_view::npos && text.substr(value).starts_with("Bundle")) return true;
    }
    return false;
}

bool says_gpconnect(std::string_view text) {
    for (std::string_view mark : {"CareConnect-GPC", "GPConnect-", "fhir.nhs.uk/STU3"})
        if (text.find(mark) != std::string_view::npos) return true;
    return false;
}

// The first 64 KiB; nothing of a file that cannot be opened.
std::string_view head_of(const archive::Place& files, std::size_t member) {
    try {
        return files.bytes(member).substr(0, std::size_t{64} * 1024);
    } catch (const InputError&) { return {}; }
}

class GpConnect : public record::System {
  public:
    std::string_view name() const override { return "gpconnect"; }
    std::string_view summary() const override {
        return "GP Connect Access Record: Structured (FHIR STU3 bundles)";
    }
    bool reads() const override { return true; }
    std::vector<std::string_view> versions() const override { return {"1"}; }
    std::string_view mapping_id() const override { return "gpconnect"; }
    std::string_view profiles() const override { return "fhir-stu3-gpconnect"; }
    std::vector<std::string_view> absent() const override {
        return {
            "the bytes of documents, only their description and address",
            "the audit trail, or who looked at the record",
            "appointments, tasks, or the practice's sessions and staff beyond those "
            "named in the record",
            "consents and sharing preferences (national opt-out, SCR, SMS)",
            "what the patient or the practice marked as confidential; lists say so "
            "with a warning code",
            "more than the first step of a chain of related problems",
        };
    }
    record::Recognition recognise(const archive::Place& files) const override {
        int looked = 0;
        for (std::size_t m = 0; m < files.members().size() && looked < 20; ++m) {
            const std::string_view head = head_of(files, m);
            if (head.find("resourceType") == std::string_view::npos) continue;
            ++looked;
            if (says_bundle(head) && says_gpconnect(head))
                return {95, "a bundle with GP Connect profiles in " + files.members()[m].name};
        }
        return {0, looked == 0 ? "no JSON with a resourceType in it" : "no bundle with GP Connect profiles"};
    }
    std::unique_ptr<record::Source> open(const record::SourceOptions& options) const override {
        if (options.mapping == nullptr)
            throw MappingError("GP Connect records need the mapping set gpconnect");
        if (options.files->members().empty())
            throw InputError(options.place + ": no file in it",
                             "give a JSON file, or a folder or archive of them");
        return open_source(options.files, Tables::load(options.mapping->folder()), options.practice);
    }
    std::unique_ptr<record::Exporter> exporter(const record::SourceOptions& options) const override {
        return open_exporter(options);
    }
};

}  // namespace

std::unique_ptr<record::Source> open_source(std::shared_ptr<archive::Place> place,
                                            std::shared_ptr<const Tables> tables,
                                            const std::string& practice) {
    return std::make_unique<GpConnectSource>(std::move(place), std::move(tables), practice);
}

const record::System& system() {
    static const GpConnect s;
    return s;
}

}  // namespace gpswitch::gpconnect
