#include "core/io/file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <array>

#include "core/io/posix.hpp"
#include "core/util/error.hpp"

namespace gpswitch::io {
namespace detail {

int write_all(int fd, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t n = ::write(fd, bytes.data(), bytes.size());
        if (n < 0) {
            if (errno == EINTR) continue;
            return errno;
        }
        if (n == 0) return EIO;
        bytes.remove_prefix(static_cast<std::size_t>(n));
    }
    return 0;
}

namespace {
std::string_view without_end_slashes(std::string_view path) {
    while (path.size() > 1 && path.back() == '/') path.remove_suffix(1);
    return path;
}
}  // namespace

std::string folder_of(const std::string& path) {
    const std::string_view p = without_end_slashes(path);
    const std::size_t slash = p.rfind('/');
    if (slash == std::string_view::npos) return ".";
    return slash == 0 ? "/" : std::string(p.substr(0, slash));
}

std::string name_of(const std::string& path) {
    const std::string_view p = without_end_slashes(path);
    return std::string(p.substr(p.rfind('/') + 1));
}

std::string as_named(const std::string& path) {
    std::string out = path.starts_with("./") ? path.substr(2) : path;
    const std::size_t mark = out.find(".partial-");
    if (mark == std::string::npos) return out;
    const std::size_t slash = out.rfind('/', mark), dot = slash == std::string::npos ? 0 : slash + 1;
    if (out[dot] != '.') return out;
    std::size_t end = out.find('/', mark);
    if (end == std::string::npos) end = out.size();
    return out.substr(0, dot) + out.substr(dot + 1, mark - dot - 1) + out.substr(end);
}

void sync_folder(const std::string& folder) {
    const int fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return;
    ::fsync(fd);
    ::close(fd);
}

std::string shown_bytes(unsigned long long bytes) {
    static constexpr std::array<const char*, 5> kUnits = {" bytes", " kB", " MB", " GB", " TB"};
    std::size_t unit = 0;
    unsigned long long rest = 0;
    for (; bytes >= 1000 && unit + 1 < kUnits.size(); ++unit) {
        rest = bytes % 1000;
        bytes /= 1000;
    }
    std::string text = std::to_string(bytes);
    if (unit > 0) text += "." + std::to_string(rest / 100);
    return text + kUnits[unit];
}
}  // namespace detail

std::uint64_t space_left(const std::string& folder) {
    struct statvfs s {};
    if (::statvfs(folder.c_str(), &s) != 0)
        throw TargetError(folder + ": cannot tell how much space is left: " + detail::reason(errno));
    return std::uint64_t{s.f_bavail} * s.f_frsize;
}

std::string read_all(const std::string& path) {
    constexpr std::size_t kLimit = 1u << 30;
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) throw InputError(path + ": " + detail::reason(errno));
    std::string out;
    std::string buffer(64 * 1024, '\0');
    ssize_t n = 0;
    while (out.size() <= kLimit &&
           ((n = ::read(fd, buffer.data(), buffer.size())) > 0 || (n < 0 && errno == EINTR)))
        if (n > 0) out.append(buffer, 0, static_cast<std::size_t>(n));
    const int error = errno;
    ::close(fd);
    if (n < 0) throw InputError(path + ": " + detail::reason(error));
    if (out.size() > kLimit) throw InputError(path + ": over 1 GiB, which is not what is expected here");
    return out;
}

bool exists(const std::string& path) {
    struct stat s {};
    return ::lstat(path.c_str(), &s) == 0;
}

bool is_folder(const std::string& path) {
    struct stat s {};
    return ::stat(path.c_str(), &s) == 0 && S_ISDIR(s.st_mode);
}

}  // namespace gpswitch::io
