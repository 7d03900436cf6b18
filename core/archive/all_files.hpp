#pragma once
#include <functional>

#include "core/archive/archive.hpp"

/// Every file that lies in a place, in the archives that lie in it, and in those that lie in them.
/// Place::open looks into one archive only: what is packed once more would be passed by.
namespace gpswitch::archive {

struct FoundFile {
    const Place* place = nullptr;
    std::size_t member = 0;
    std::string name;         ///< inside the outermost place: "a.zip!b.csv"
    std::size_t archive = 0;  ///< which of AllFiles::archives it lies in; 0 is the place itself
    const Member& info() const { return place->members()[member]; }
};

struct AllFiles {
    struct Archive {
        std::shared_ptr<Place> place;
        std::string origin;      ///< as messages call it; empty for the place itself
        std::size_t parent = 0;  ///< the archive that it lies in
    };
    std::vector<Archive> archives;  ///< the place itself first
    std::vector<FoundFile> files;   ///< no archives; in the order of the places' own
};

/// An archive, or one compressed file, by its first bytes.
bool is_packed(const Place& place, std::size_t member);
/// Packed or encrypted in a way that cannot be opened here, by the end of its name: ".bz2", ".rar", ".pgp",
/// ".zip.gpg". Such a file cannot be looked into, and must not be taken for a note that lies beside others.
bool named_unopenable(std::string_view name);
/// The name of what somebody has made by unpacking or decrypting the file: "x.csv" for "x.csv.asc".
std::string_view unpacked_name(std::string_view name);

/// Errors: InputError as for Place::open_archive; archives in more than four others.
AllFiles all_files(std::shared_ptr<Place> place);
/// The same of one member that is_packed(); the archive is the first of the answer.
AllFiles all_files(const Place& place, std::size_t member);

/// For a member that is no file of an extract by its name, and may hold some. Throws InputError when it is an
/// archive with a file for whose name `ours` is true, or cannot be opened here, and what somebody has made of
/// it does not lie beside it.
void refuse_packed(const Place& place, std::size_t member, const std::function<bool(std::string_view)>& ours);

}  // namespace gpswitch::archive
