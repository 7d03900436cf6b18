#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstdio>
#include <stdexcept>

#include "core/io/file.hpp"
#include "core/io/posix.hpp"
#include "core/util/error.hpp"

namespace gpswitch::io {
namespace {
/// Where a chain of symbolic links leads, so that the links stay what they are.
std::string behind_links(const std::string& path) {
    char* real = ::realpath(path.c_str(), nullptr);
    if (real == nullptr) return path;
    std::string out = real;
    ::free(real);
    return out;
}
std::atomic<bool> gone{false};
}  // namespace

bool reader_gone() { return gone; }
void note_write_error(int error) {
    if (error == EPIPE) gone = true;
}

OutputFile::OutputFile(const std::string& path) : path_(path) {
    struct stat s {};
    if (path == "-") {
        fd_ = STDOUT_FILENO;
        direct_ = true;
        std::signal(SIGPIPE, SIG_IGN);
        return;
    }
    if (::stat(path.c_str(), &s) == 0 && !S_ISREG(s.st_mode)) {
        if (S_ISDIR(s.st_mode)) throw TargetError(path + ": is a folder, a file is to be written");
        fd_ = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
        direct_ = true;
        std::signal(SIGPIPE, SIG_IGN);
    } else {
        if (::lstat(path.c_str(), &s) == 0 && S_ISLNK(s.st_mode)) path_ = behind_links(path);
        const std::string name = detail::name_of(path_);
        if (name.empty() || path_.back() == '/') throw TargetError(path + ": not a name for a file");
        detail::remove_leftovers(detail::folder_of(path_), name);
        partial_ = detail::folder_of(path_) + "/." + name + ".partial-XXXXXX";
        fd_ = ::mkostemp(partial_.data(), O_CLOEXEC);
        if (fd_ < 0)
            partial_.clear();
        else
            ::flock(fd_, LOCK_EX | LOCK_NB);
    }
    if (fd_ < 0) {
        const int error = errno;
        throw TargetError(detail::as_named(path) + ": cannot be written: " + detail::reason(error),
                          detail::hint_for(error));
    }
}

OutputFile::~OutputFile() { discard(); }

void OutputFile::discard() {
    if (fd_ >= 0 && fd_ != STDOUT_FILENO) ::close(fd_);
    fd_ = -1;
    if (!partial_.empty()) ::unlink(partial_.c_str());
    partial_.clear();
    buffer_.clear();
}

void OutputFile::fail(const std::string& what, int error) {
    const bool removed = !partial_.empty();
    if (path_ == "-") note_write_error(error);
    discard();
    throw TargetError((path_ == "-" ? "standard output" : detail::as_named(path_)) + ": " + what + ": " +
                          detail::reason(error) +
                          (removed ? "; what was written is removed" : "; what was written is incomplete"),
                      direct_ ? "" : detail::hint_for(error));
}

void OutputFile::write(std::string_view bytes) {
    // What is gathered already goes out as it is.
    constexpr std::size_t kGathered = 16 * 1024;
    if (fd_ < 0) throw std::logic_error("written to after it failed or was published: " + path_);
    size_ += bytes.size();
    if (bytes.size() < kGathered && buffer_.size() + bytes.size() < detail::kBuffer) {
        buffer_ += bytes;
        return;
    }
    flush();
    if (const int error = detail::write_all(fd_, bytes); error != 0) fail("cannot be written", error);
}

void OutputFile::flush() {
    const int error = detail::write_all(fd_, buffer_);
    buffer_.clear();
    if (error != 0) fail("cannot be written", error);
}

void OutputFile::publish() {
    if (fd_ < 0) throw std::logic_error("published after it failed or was published: " + path_);
    flush();
    // Pipes and devices have nothing to sync and say EINVAL; a file system may find only now that it is full.
    if (::fsync(fd_) != 0 && errno != EINVAL && errno != EROFS && errno != ENOTSUP)
        fail("cannot be written", errno);
    const int fd = fd_;
    fd_ = -1;
    if (fd != STDOUT_FILENO && ::close(fd) != 0 && errno != EINTR) fail("cannot be written", errno);
    if (direct_) return;
    if (::rename(partial_.c_str(), path_.c_str()) != 0) fail("cannot be given its name", errno);
    partial_.clear();
    detail::sync_folder(detail::folder_of(path_));
}

}  // namespace gpswitch::io
