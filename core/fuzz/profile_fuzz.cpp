// Resources against the table of profiles: every finding has a place in the text, twice gives the same.
#include <cstring>

#include "core/fuzz/fuzz.hpp"
#include "core/io/file.hpp"
#include "core/profile/stream.hpp"

using namespace gpswitch;

namespace {

struct Places : IssueSink {
    std::string said;
    std::uint64_t lines = 1;
    void add(const Issue& issue) override {
        fuzz::promise(issue.line >= 1 && issue.line <= lines, "a finding is in a line of the text");
        fuzz::promise(issue.column >= 1, "a finding has a column");
        said += issue.json();
    }
};

std::string checked(const profile::Table& table, std::string_view bytes, unsigned jobs) {
    profile::StreamOptions options;
    options.jobs = jobs;
    options.scope = profile::Scope::listed;
    profile::Stream stream(table, options);
    Places places;
    for (const char c : bytes) places.lines += c == '\n' ? 1 : 0;
    stream.check(bytes, "Patient.ndjson", places);
    stream.check(bytes, "a.json", places);
    stream.finish(places);
    return places.said;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const auto file =
        io::MappedFile::open(GPSWITCH_SOURCE_DIR "/mappings/profiles/fhir-r4-ukcore.txt");
    static const auto table = profile::Table::load(file->bytes(), file->path());
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    fuzz::promise(checked(*table, bytes, 1) == checked(*table, bytes, 2), "jobs change nothing");
    return 0;
}
