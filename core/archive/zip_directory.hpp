#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace gpswitch::archive {

/// An entry of a zip's central directory.
struct ZipEntry {
    std::string_view name;     ///< the bytes, NULs included
    std::uint64_t offset = 0;  ///< of its local header
    std::uint64_t packed = 0, size = 0;
};

/// The central directory of the zip in `bytes`, in the order in which members lie in the file. libarchive
/// alone would read a zip that has lost its end up to there in silence, take a zip within a cut-off zip for
/// the whole, and unpack one piece of the file under a thousand names; so all of this is looked at before it
/// starts. Source: PKWARE APPNOTE 6.3.10, sections 4.3.12 to 4.3.16 and 4.5.3 (zip64). Errors: InputError
/// when the directory is missing, does not end the file, does not describe all of it, or has overlapping,
/// encrypted or split members.
std::vector<ZipEntry> read_zip_directory(std::string_view bytes, const std::string& where);

}  // namespace gpswitch::archive
