#pragma once
#include <span>
#include <string>
#include <string_view>

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

/// Writes the parts, which are in order, as one zip into `file` (0600; it must not exist). A split zip counts
/// its offsets from the beginning of each part and says in which part they lie: those are made those of one
/// file. `where` names the set in messages. Throws InputError when a part is missing (the directory knows how
/// many there are) or damaged, TargetError when the file cannot be written.
void join_zip(std::span<const std::string_view> parts, const std::string& file, const std::string& where);

}  // namespace gpswitch::tpp
