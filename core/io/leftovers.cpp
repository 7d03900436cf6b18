#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <vector>

#include "core/io/posix.hpp"

namespace gpswitch::io::detail {

int hold(const std::string& path) {
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd >= 0) ::flock(fd, LOCK_EX | LOCK_NB);
    return fd;
}

void remove_leftovers(const std::string& folder, const std::string& name) {
    DIR* entries = ::opendir(folder.c_str());
    if (entries == nullptr) return;
    const std::string prefix = "." + name + ".partial-";
    std::vector<std::string> found;
    while (const dirent* e = ::readdir(entries))
        if (const std::string_view n = e->d_name; n.starts_with(prefix))
            found.push_back(folder + "/" + std::string(n));
    ::closedir(entries);
    for (const std::string& path : found) {
        const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
        if (fd < 0) continue;
        struct stat s {};
        const bool ours = ::fstat(fd, &s) == 0 && s.st_uid == ::geteuid() && (s.st_mode & 077) == 0;
        std::error_code ignored;
        if (ours && ::flock(fd, LOCK_EX | LOCK_NB) == 0) std::filesystem::remove_all(path, ignored);
        ::close(fd);
    }
}

}  // namespace gpswitch::io::detail
