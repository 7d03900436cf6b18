#pragma once
// What the .cpp files of this folder share; nobody else includes it.
#include <cerrno>
#include <cstring>
#include <string>
#include <string_view>

namespace gpswitch::io::detail {

/// "No space left on device"
inline std::string reason(int error) { return std::strerror(error); }

/// The hint for it: a full disk is the one that people can put right.
inline std::string hint_for(int error) {
    return error == ENOSPC || error == EFBIG || error == EDQUOT
               ? "make room, or write to another disk, and run the same command again"
               : "choose a folder that exists and may be written";
}

/// A path as people know it: "a/.b.partial-XXXXXX/c" is "a/b/c" to be, and "./b" is "b".
std::string as_named(const std::string& path);

/// Writes all of it; 0, or errno.
int write_all(int fd, std::string_view bytes);

/// The folder that holds `path` ("." when it names none), and its last component; slashes at the end don't
/// count.
std::string folder_of(const std::string& path);
std::string name_of(const std::string& path);

/// Makes a rename in `folder` last; not every file system can, and then there is nothing to be done.
void sync_folder(const std::string& folder);

/// Opens and locks a partial file or folder for as long as it is written; -1 when it cannot be opened. A file
/// system without locks is no error.
int hold(const std::string& path);
/// Removes what killed runs left for this name (".NAME.partial-XXXXXX"), of this user, and not held by a run
/// that goes on.
void remove_leftovers(const std::string& folder, const std::string& name);

/// "12.3 GB"
std::string shown_bytes(unsigned long long bytes);

constexpr std::size_t kBuffer = 1u << 20;

}  // namespace gpswitch::io::detail
