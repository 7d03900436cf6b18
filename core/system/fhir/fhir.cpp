#include "core/system/fhir/fhir.hpp"

namespace gpswitch::fhir {
namespace {

struct Fhir : record::System {
    std::string_view name() const override { return "fhir"; }
    std::string_view summary() const override {
        return "standard-form package: FHIR R4 UK Core NDJSON with its ledger";
    }
    std::string_view profiles() const override { return record::kStandardProfiles; }
    bool reads() const override { return true; }
    bool writes() const override { return true; }
    std::vector<std::string_view> versions() const override { return {"R4 (4.0.1)"}; }

    record::Recognition recognise(const archive::Place& files) const override {
        bool manifest = false, ndjson = false;
        for (std::size_t i = 0; i < files.members().size(); ++i) {
            const std::string& n = files.members()[i].name;
            if (n == kManifest)
                manifest = files.bytes(i).substr(0, 4096).find("\"package\"") != std::string_view::npos;
            if (n.ends_with(".ndjson") && n.find('/') == std::string::npos &&
                record::kind_of(n.substr(0, n.size() - 7)))
                ndjson = true;
        }
        if (manifest) return {100, "has a standard-form manifest.json"};
        if (ndjson) return {80, "has NDJSON files named after FHIR resource types"};
        return {0, "no manifest.json and no NDJSON file named after a resource type"};
    }
    std::unique_ptr<record::Source> open(const record::SourceOptions& options) const override {
        return open_package(options);
    }
    std::unique_ptr<record::Target> create(const record::TargetOptions& options) const override {
        return create_package(options);
    }
};

}  // namespace

const record::System& system() {
    static const Fhir instance;
    return instance;
}

}  // namespace gpswitch::fhir
