// SystmOne extracts: one file of the sample practice is the fuzzed one, by the first byte; the manifest is
// one of them, the others are whole.
#include <algorithm>
#include <filesystem>

#include "core/fuzz/fuzz.hpp"
#include "core/io/file.hpp"
#include "core/mapping/mapping.hpp"
#include "core/system/tpp/tpp.hpp"

using namespace gpswitch;

namespace {

/// The files with rows, and a manifest of them.
std::vector<std::pair<std::string, std::string>> sample() {
    std::vector<std::pair<std::string, std::string>> files;
    for (const auto& e : std::filesystem::directory_iterator(GPSWITCH_SOURCE_DIR "/testdata/tpp"))
        files.emplace_back(e.path().filename().string(), io::read_all(e.path().string()));
    std::sort(files.begin(), files.end());
    std::string manifest = "FileName,IsDelta,IsReference,DateExtractFrom,DateExtractTo\r\n";
    for (const auto& [name, text] : files)
        if (name != "SRManifest.csv" && !name.starts_with("SRMapping"))
            manifest += name.substr(0, name.size() - 4) + ",N,N,,20260301_0200\r\n";
    for (auto& [name, text] : files)
        if (name == "SRManifest.csv") text = manifest;
    return files;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const auto set = mapping::MappingSet::load(GPSWITCH_SOURCE_DIR "/mappings/tpp/1.0.0");
    static const auto files = sample();
    if (size == 0) return 0;
    const auto place = std::make_shared<fuzz::MemoryPlace>();
    const std::size_t chosen = data[0] % files.size();
    for (std::size_t i = 0; i < files.size(); ++i)
        place->add(files[i].first, i == chosen
                                       ? std::string(reinterpret_cast<const char*>(data) + 1, size - 1)
                                       : files[i].second);
    record::SourceOptions options;
    options.place = "box";
    options.files = place;
    options.mapping = set.get();
    try {
        fuzz::drain(*tpp::system().open(options));
    } catch (const InputError&) {
    } catch (const UsageError&) {}
    return 0;
}
