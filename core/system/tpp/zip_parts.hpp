#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "core/io/file.hpp"

/// A zip split into parts (SRExtract.z01, .z02 ... SRExtract.zip, or .zip.001, .zip.002 ...) put together
/// again.
namespace gpswitch::tpp {

/// The place of a file in such a set, by its name: "a/SRExtract" and 1 for "a/SRExtract.z01"; 0 for the last
/// part or the only one ("a/SRExtract.zip"). Number -1: no part of a zip.
struct PartName {
    std::string stem;
    int number = -1;
};
PartName part_name(std::string_view path);

/// How parts make one zip: the bytes of all parts from `skip` up to `body`, then `tail`. A split zip counts
/// its offsets from the beginning of each part and says in which part they lie; the tail has the directory
/// with those of one file, in the long form (zip64) where they need it. Cut into pieces of bytes, a zip knows
/// of no parts: then it is all body.
struct JoinedZip {
    std::uint64_t skip = 0, body = 0;
    std::string tail;
};
/// `parts` are in order; `where` names the last in messages. Reads the directory, no member. Source: PKWARE
/// APPNOTE 6.3.10, sections 4.3.12 to 4.3.16, 4.5.3 and 8. Throws InputError when a part is missing (the
/// directory knows how many there are: it is named) or damaged.
JoinedZip join_zip(std::span<const std::string_view> parts, const std::string& where);

/// The one zip, in a nameless file in `folder`. Errors as above, and TargetError when it has no room.
std::shared_ptr<io::MappedFile> spool_zip(std::span<const std::string_view> parts, const JoinedZip& how,
                                          const std::string& folder, const std::string& where);

}  // namespace gpswitch::tpp
