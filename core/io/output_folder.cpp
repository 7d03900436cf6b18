#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <filesystem>
#include <stdexcept>

#include "core/io/file.hpp"
#include "core/io/posix.hpp"
#include "core/util/error.hpp"

namespace gpswitch::io {
namespace {
namespace fs = std::filesystem;

/// Renames in one step under `flags`; where the file system knows none, `fallback` does it.
template <class Fallback>
int rename_with(const std::string& from, const std::string& to, unsigned flags, Fallback fallback) {
    if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), flags) == 0) return 0;
    return errno == EINVAL || errno == ENOSYS || errno == ENOTSUP ? fallback() : errno;
}

int plain_rename(const std::string& from, const std::string& to) {
    return ::rename(from.c_str(), to.c_str()) == 0 ? 0 : errno;
}

void sync_folders(const std::string& top) {
    std::error_code ignored;
    for (const auto& entry : fs::recursive_directory_iterator(top, ignored))
        if (entry.is_directory(ignored) && !entry.is_symlink(ignored)) detail::sync_folder(entry.path());
    detail::sync_folder(top);
}
}  // namespace

OutputFolder::OutputFolder(const std::string& path, bool overwrite) : final_(path), overwrite_(overwrite) {
    while (final_.size() > 1 && final_.back() == '/') final_.pop_back();
    const std::string name = detail::name_of(final_);
    if (name.empty() || name == "." || name == "..")
        throw UsageError("'" + path + "' is not a name for a new folder",
                         "give the folder a name of its own");
    if (!overwrite && exists(final_))
        throw UsageError(final_ + ": exists already", "choose another name, or pass --overwrite");
    detail::remove_leftovers(detail::folder_of(final_), name);
    partial_ = detail::folder_of(final_) + "/." + name + ".partial-XXXXXX";
    if (::mkdtemp(partial_.data()) == nullptr) {
        const int error = errno;
        throw TargetError(final_ + ": cannot be made: " + detail::reason(error), detail::hint_for(error));
    }
    held_ = detail::hold(partial_);
}

OutputFolder::~OutputFolder() {
    if (held_ >= 0) ::close(held_);
    if (published_) return;
    std::error_code ignored;
    fs::remove_all(partial_, ignored);
}

void OutputFolder::publish() {
    if (published_) throw std::logic_error("published twice: " + final_);
    sync_folders(partial_);
    if (overwrite_ && exists(final_)) {
        replace();
        return;
    }
    const int error = rename_with(partial_, final_, RENAME_NOREPLACE, [this] {
        return exists(final_) ? EEXIST : plain_rename(partial_, final_);
    });
    if (error != 0) throw TargetError(final_ + ": cannot be given its name: " + detail::reason(error));
    published_ = true;
    detail::sync_folder(detail::folder_of(final_));
}

void OutputFolder::replace() {
    std::string old = partial_;
    const int error = rename_with(partial_, final_, RENAME_EXCHANGE, [&] {
        old = partial_ + "-replaced";
        if (const int e = plain_rename(final_, old); e != 0) return e;
        const int e = plain_rename(partial_, final_);
        if (e != 0) plain_rename(old, final_);
        return e;
    });
    if (error != 0)
        throw TargetError(final_ + ": cannot be replaced: " + detail::reason(error) + "; it is as it was");
    published_ = true;
    detail::sync_folder(detail::folder_of(final_));
    std::error_code failed;
    fs::remove_all(old, failed);
    if (failed)
        throw TargetError(
            final_ + ": is in place, but the one it replaces could not be removed: " + failed.message(),
            "remove " + old + " by hand");
}

}  // namespace gpswitch::io
