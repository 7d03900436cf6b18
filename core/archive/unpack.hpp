#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/archive/archive.hpp"
#include "core/io/file.hpp"

namespace gpswitch::archive {

/// What an archive held: members sorted by name, their bytes one behind the other in `spool`.
struct Unpacked {
    struct Piece {
        Member member;
        std::uint64_t offset = 0;
    };
    std::vector<Piece> pieces;
    std::vector<Place::Refused> refused;
    std::shared_ptr<io::MappedFile> spool;
};

enum class Kind { plain, zip, seven_zip, stream };  ///< stream: a tar, or anything compressed as a whole
Kind kind_of(std::string_view bytes);

/// Unpacks what is not plain; `where` is what messages call it. Errors: see Place.
Unpacked unpack(std::string_view bytes, const std::string& where, Kind kind, const OpenOptions& options);
/// The folder for spool files.
std::string spool_folder(const OpenOptions& options);

/// Where `raw` would lie inside the place; empty, with the reason, when it is refused.
std::string safe_name(std::string_view raw, std::string& reason);

}  // namespace gpswitch::archive
