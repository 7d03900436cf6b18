// MappedFile, SpoolFile, and what happens when a mapped file becomes shorter.
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <map>
#include <mutex>

#include "core/io/file.hpp"
#include "core/io/posix.hpp"
#include "core/util/error.hpp"

namespace gpswitch::io {
namespace {
constexpr std::size_t kCopied = 16 * 1024;

FileStamp stamp_of(const struct stat& s) {
    return {s.st_dev, s.st_ino, static_cast<std::uint64_t>(s.st_size),
            std::int64_t{s.st_mtim.tv_sec} * 1'000'000'000 + s.st_mtim.tv_nsec};
}

void need_plain(const std::string& path, const struct stat& s) {
    if (S_ISREG(s.st_mode)) return;
    throw InputError(path + (S_ISDIR(s.st_mode) ? ": is a folder, a file is needed" : ": not a plain file"),
                     "input is read in more than one place at once; save it in a file first");
}

/// Closes a descriptor at the end of a scope.
struct Descriptor {
    int fd;
    ~Descriptor() { ::close(fd); }
};

void read_exactly(int fd, char* to, std::size_t size, const std::string& path) {
    for (std::size_t done = 0; done < size;) {
        const ssize_t n = ::pread(fd, to + done, size - done, static_cast<off_t>(done));
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) throw InputError(path + ": " + detail::reason(errno));
        if (n == 0) throw InputError(path + ": became shorter while it was read");
        done += static_cast<std::size_t>(n);
    }
}

/// Where the mappings are and how long: what lies outside must not be let go, it would be lost.
struct Mappings {
    std::mutex mutex;
    std::map<const char*, std::size_t> sizes;
};
Mappings& mappings() {
    static auto* const all = new Mappings;  // mapped files may live as long as the process
    return *all;
}

const char* map(int fd, std::size_t size, const std::string& name) {
    void* p = ::mmap(nullptr, size, PROT_READ, MAP_SHARED, fd, 0);
    if (p == MAP_FAILED) throw InputError(name + ": cannot be mapped: " + detail::reason(errno));
    const std::lock_guard lock(mappings().mutex);
    mappings().sizes[static_cast<const char*>(p)] = size;
    return static_cast<const char*>(p);
}

void unmap(const char* data, std::size_t size) {
    const std::lock_guard lock(mappings().mutex);
    mappings().sizes.erase(data);
    ::munmap(const_cast<char*>(data), size);
}

void on_sigbus(int, siginfo_t* info, void*) {
    if (info->si_code != BUS_ADRERR) {  // not about a file: a defect, let it crash as it would have
        std::signal(SIGBUS, SIG_DFL);
        std::raise(SIGBUS);
        return;
    }
    static constexpr char kText[] =
        "gpswitch: input file became shorter while it was read, or its disk failed; nothing was published\n";
    [[maybe_unused]] const ssize_t n = ::write(STDERR_FILENO, kText, sizeof kText - 1);
    ::_exit(3);
}
}  // namespace

void install_sigbus_handler() {
    struct sigaction action {};
    action.sa_sigaction = on_sigbus;
    action.sa_flags = SA_SIGINFO;
    sigemptyset(&action.sa_mask);
    ::sigaction(SIGBUS, &action, nullptr);
}

FileStamp stamp_of(const std::string& path) {
    struct stat s {};
    if (::stat(path.c_str(), &s) != 0) throw InputError(path + ": " + detail::reason(errno));
    need_plain(path, s);
    return stamp_of(s);
}

void check_unchanged(const std::string& path, const FileStamp& stamp) {
    struct stat s {};
    const char* what = nullptr;
    if (::stat(path.c_str(), &s) != 0) {
        what = "was removed";
    } else if (const FileStamp now = stamp_of(s); now.device != stamp.device || now.inode != stamp.inode) {
        what = "was replaced";
    } else if (now.size != stamp.size) {
        what = now.size < stamp.size ? "became shorter" : "became longer";
    } else if (now != stamp) {
        what = "was written to";
    }
    if (what != nullptr)
        throw InputError(path + ": " + what + " while it was read",
                         "wait until the extract is complete, then run again");
}

std::shared_ptr<MappedFile> MappedFile::open(const std::string& path) {
    // O_NONBLOCK: opening a pipe that nobody writes to must fail, not wait.
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) throw InputError(path + ": " + detail::reason(errno));
    const Descriptor closed_at_end{fd};
    struct stat s {};
    if (::fstat(fd, &s) != 0) throw InputError(path + ": " + detail::reason(errno));
    need_plain(path, s);

    std::shared_ptr<MappedFile> file(new MappedFile);
    file->path_ = path;
    file->stamp_ = stamp_of(s);
    const auto size = static_cast<std::size_t>(s.st_size);
    if (size == 0) return file;
    if (size <= kCopied) {
        file->copy_ = std::make_unique<char[]>(size);
        read_exactly(fd, file->copy_.get(), size, path);
        file->data_ = file->copy_.get();
    } else {
        file->data_ = map(fd, size, path);
    }
    file->size_ = size;
    return file;
}

MappedFile::~MappedFile() {
    if (data_ != nullptr && copy_ == nullptr) unmap(data_, size_);
}

void let_go(std::string_view part) {
    if (part.empty()) return;
    const std::lock_guard lock(mappings().mutex);
    auto found = mappings().sizes.upper_bound(part.data());
    if (found == mappings().sizes.begin()) return;
    --found;
    const auto from = static_cast<std::size_t>(part.data() - found->first);
    if (from + part.size() > found->second) return;
    // The page the part begins in goes too, and that it ends in when the mapping does: parts follow each
    // other.
    constexpr std::size_t kPage = 4096;
    const std::size_t first = from / kPage * kPage;
    std::size_t end = from + part.size();
    if (end != found->second) end = end / kPage * kPage;
    if (end > first) ::madvise(const_cast<char*>(found->first) + first, end - first, MADV_DONTNEED);
}

void MappedFile::check() const {
    if (!spool_) check_unchanged(path_, stamp_);
}

SpoolFile::SpoolFile(const std::string& folder) : folder_(folder) {
    fd_ = ::open(folder.c_str(), O_TMPFILE | O_RDWR | O_EXCL | O_CLOEXEC, 0600);
    if (fd_ < 0 && (errno == EOPNOTSUPP || errno == EISDIR || errno == EINVAL)) {  // NFS and old kernels
        std::string path = folder + "/.gpswitch-spool-XXXXXX";
        fd_ = ::mkostemp(path.data(), O_CLOEXEC);
        if (fd_ >= 0) ::unlink(path.c_str());
    }
    if (fd_ < 0)
        throw TargetError(folder + ": cannot unpack here: " + detail::reason(errno),
                          "choose another folder for it with --spool");
}

SpoolFile::~SpoolFile() {
    if (fd_ >= 0) ::close(fd_);
}

void SpoolFile::expect(std::uint64_t bytes) {
    const std::uint64_t left = space_left(folder_);
    if (bytes <= left) return;
    throw TargetError(folder_ + ": unpacking needs " + detail::shown_bytes(bytes) + ", " +
                          detail::shown_bytes(left) + " are free",
                      "make room, or choose another folder for it with --spool");
}

void SpoolFile::write(std::string_view bytes) {
    buffer_ += bytes;
    size_ += bytes.size();
    if (buffer_.size() >= detail::kBuffer) flush();
}

void SpoolFile::flush() {
    const int error = detail::write_all(fd_, buffer_);
    buffer_.clear();
    if (error != 0)
        throw TargetError("unpacking into the folder " + folder_ + " failed after " +
                              detail::shown_bytes(size_) + ": " + detail::reason(error) +
                              "; nothing is left there",
                          "make room, or choose another folder for it with --spool");
}

std::shared_ptr<MappedFile> SpoolFile::map(const std::string& name) {
    flush();
    buffer_ = {};
    std::shared_ptr<MappedFile> file(new MappedFile);
    file->path_ = name;
    file->spool_ = true;
    file->stamp_.size = size_;
    if (size_ != 0) {
        file->data_ = io::map(fd_, static_cast<std::size_t>(size_), name);
        file->size_ = static_cast<std::size_t>(size_);
    }
    ::close(fd_);
    fd_ = -1;
    return file;
}

}  // namespace gpswitch::io
