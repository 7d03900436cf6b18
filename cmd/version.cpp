#include "cmd/version.hpp"

#include <fmt/format.h>

#include "core/util/version.hpp"

namespace gpswitch::cmd {

std::string_view version() { return kVersion; }

std::string version_text() {
    return fmt::format("gpswitch {}\nbuilt with {}", version(), GPSWITCH_LIBRARIES);
}

}  // namespace gpswitch::cmd
