// Vision extracts, without headers: one file of the sample practice is the fuzzed one, by the first byte; the
// others are whole.
#include <algorithm>
#include <filesystem>

#include "core/fuzz/fuzz.hpp"
#include "core/io/file.hpp"
#include "core/mapping/mapping.hpp"
#include "core/system/vision/vision.hpp"

using namespace gpswitch;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const auto set = mapping::MappingSet::load(GPSWITCH_SOURCE_DIR "/mappings/vision/1.0.0");
    static const auto tables = [] {
        std::vector<std::pair<std::string, std::string>> files;
        for (const auto& e : std::filesystem::directory_iterator(GPSWITCH_SOURCE_DIR "/testdata/vision"))
            files.emplace_back(e.path().filename().string(), io::read_all(e.path().string()));
        std::sort(files.begin(), files.end());
        for (auto& [name, text] : files)  // a few rows of each: speed
            if (text.size() > 6000) text.resize(text.rfind('\n', 6000) + 1);
        return files;
    }();
    if (size == 0) return 0;
    const auto place = std::make_shared<fuzz::MemoryPlace>();
    const std::size_t chosen = data[0] % tables.size();
    for (std::size_t i = 0; i < tables.size(); ++i)
        place->add(tables[i].first, i == chosen
                                        ? std::string(reinterpret_cast<const char*>(data) + 1, size - 1)
                                        : tables[i].second);
    record::SourceOptions options;
    options.place = "box";
    options.files = place;
    options.mapping = set.get();
    try {
        fuzz::drain(*vision::system().open(options));
    } catch (const InputError&) {
    } catch (const UsageError&) {}
    return 0;
}
