#include "cmd/version.hpp"

#include <fmt/format.h>

namespace gpswitch::cmd {

std::string_view version() { return GPSWITCH_VERSION; }

std::string version_text() {
    return fmt::format("gpswitch {}\nbuilt with {}", version(), GPSWITCH_LIBRARIES);
}

}  // namespace gpswitch::cmd
