// GP Connect bundles: every row has one fate, and what is made of them can be written.
#include "core/fuzz/fuzz.hpp"
#include "core/system/gpconnect/source.hpp"

using namespace gpswitch;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const auto tables = gpconnect::Tables::load(GPSWITCH_SOURCE_DIR "/mappings/gpconnect/1.0.0");
    const auto place = std::make_shared<fuzz::MemoryPlace>();
    place->add("a.json",
               R"({"resourceType":"Bundle","entry":[{"resource":{"resourceType":"Patient","id":"P0"}}]})");
    place->add("b.json", std::string(reinterpret_cast<const char*>(data), size));
    try {
        fuzz::drain(*gpconnect::open_source(place, tables));
    } catch (const InputError&) {
    } catch (const UsageError&) {}
    return 0;
}
