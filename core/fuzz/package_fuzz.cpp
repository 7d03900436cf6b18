// Packages of profiles: compiled or refused; what is compiled is written, read back and checked against.
#include "core/fuzz/fuzz.hpp"
#include "core/profile/sources.hpp"
#include "core/profile/stream.hpp"
#include "core/profile/test_base.hpp"

using namespace gpswitch;

namespace {

constexpr const char* kThings =
    R"({"resourceType":"Thing","part":[{"system":"urn:red","value":"a"},{"value":"b"}],"valueString":"x","item":[{"name":"n","item":[{"name":"m"}]}]})"
    "\n"
    R"({"resourceType":"Thing","part":[],"valuePart":{"system":"urn:red"}})"
    "\n";

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto base = std::make_shared<fuzz::MemoryPlace>(), package = std::make_shared<fuzz::MemoryPlace>();
    base->add("base.json", profile::kBase);
    package->add("package.json", std::string(reinterpret_cast<const char*>(data), size));
    package->add("a.json", std::string(reinterpret_cast<const char*>(data), size));
    try {
        profile::Sources sources;
        profile::read_package(base, "base", sources);
        profile::read_package(package, "package", sources);
        const profile::Definitions found = profile::compile(sources);
        const std::string text = profile::to_text(found);
        fuzz::promise(profile::to_text(profile::from_text(text)) == text, "a table read back is what it was");
        const auto table = profile::Table::load(text, "table");
        profile::StreamOptions options;
        for (const auto& [url, p] : found.profiles) options.check.profiles.push_back(url);
        profile::Stream stream(*table, options);
        IssueList list;
        stream.check(kThings, "things.ndjson", list);
        stream.finish(list);
    } catch (const Error&) {}  // NOLINT(bugprone-empty-catch): a refusal is a good answer
    return 0;
}
