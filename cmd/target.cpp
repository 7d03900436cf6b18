#include "cmd/target.hpp"

#include <fmt/format.h>

#include <filesystem>

#include "cmd/words.hpp"
#include "core/util/error.hpp"

namespace gpswitch::cmd {

systems::Address target_address(std::string_view command, const std::string& text) {
    systems::Address address = systems::parse(text);
    if (address.system == nullptr) {
        const std::string suffix = std::filesystem::path(address.place).extension().string();
        if (suffix == ".db" || suffix == ".sqlite" || suffix == ".sqlite3")
            address.system = systems::find("sqlite");
    }
    if (address.system != nullptr && address.system->writes()) return address;
    std::vector<std::string> can;
    for (const auto* system : systems::all())
        if (system->writes()) can.push_back(fmt::format("{}:{}", system->name(), address.place));
    if (address.system != nullptr)
        throw UsageError(fmt::format("{}: {} cannot be written to", command, address.system->name()),
                         "write " + joined(can, "or"));
    throw UsageError(fmt::format("{}: '{}' does not say for which system it is", command, text),
                     "write " + joined(can, "or"));
}

}  // namespace gpswitch::cmd
