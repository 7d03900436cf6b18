#include "cmd/output.hpp"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <string>

#include "core/io/file.hpp"
#include "core/util/error.hpp"

namespace gpswitch::cmd {

void print(std::string_view text) {
    if (std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0) return;
    io::note_write_error(errno);
    throw TargetError(std::string("stdout: ") + std::strerror(errno));
}

}  // namespace gpswitch::cmd
