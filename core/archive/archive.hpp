#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace gpswitch::archive {

/// Limits against hostile archives; over one of them the run ends with InputError that names the member and
/// the limit. `max_ratio` is unpacked over packed size, and counts from 64 MiB unpacked: of each member in a
/// zip, of the whole so far in the others, which do not say how large a member is packed. `max_members`
/// counts folders too.
struct Limits {
    std::uint64_t max_bytes = std::uint64_t{2} << 40;
    std::uint64_t max_ratio = 200;
    std::uint64_t max_members = 200'000;
};

struct OpenOptions {
    std::string spool_folder;  ///< where members are unpacked (SpoolFile); empty: "/tmp"
    Limits limits;
};

/// One file in a place: a plain file, a file in a folder, or a member of an archive.
struct Member {
    /// Path inside the place, '/' between folders, e.g. "2025/bulk_..._Admin_Patient_....csv".
    std::string name;
    /// How messages call it, with the place as the user gave it: "extract.zip!Admin_Patient.csv",
    /// "folder/Admin_Patient.csv".
    std::string origin;
    std::uint64_t size = 0;  ///< bytes, unpacked
};

/// A SOURCE's place opened for reading: a file, a folder (walked recursively), or a zip, tar, tar.gz,
/// tar.zst, tar.xz, 7z archive, or a single .gz/.zst/.xz file (one member, name without the suffix). What
/// kind a file is is decided by its first bytes, not its name (a tar by its first header's checksum; so an
/// empty tar is a plain file of zeros). Members are sorted by name (bytewise). Names are the bytes the
/// archive holds, meant to be UTF-8; "./" and doubled slashes are taken out.
///
/// Plain files are mapped in place; archive members are unpacked once, sequentially, when opened, into one
/// nameless file (one, however many members: descriptors are few). Archives in archives are not opened.
/// Refused are members named "../x", "/x", with a backslash or a NUL, links, and what is neither file nor
/// folder: listed in refused(), never read, and the caller makes an issue of each. In a folder, too, links
/// are refused, wherever they lead: followed out they would leave it, followed within they would make rows
/// count twice. Folders are skipped. Hidden and housekeeping members (".DS_Store", "__MACOSX/", "Thumbs.db")
/// are listed like any other.
///
/// Members named "X.csv.gpg" are encrypted (OpenPGP): they are decrypted once, when opened, into a nameless
/// file as those of archives are, and called "X.csv" from there on; see decrypt.hpp.
///
/// Errors: InputError when missing, unreadable, encrypted, cut short, damaged, over the limits, or when two
/// members have one name: says which member. What is checked:
///
/// - zip: the central directory ends the file and describes all of it; every entry of it is found; sizes and
///   CRC-32 agree.
/// - 7z: as libarchive does, CRC-32 of header and members.
/// - tar: the headers' checksums, and the zero block behind the last member (a tar without one may be cut
///   short). A tar knows no checksum of content; the compression around it does.
/// - gz: CRC-32 and length of each part. zst, xz: the checksum, when the file has one.
///
/// TargetError when the spool folder cannot be written, or has not the room a zip says it needs. Thread-safe
/// after open().
class Place {
  public:
    static std::shared_ptr<Place> open(const std::string& path, const OpenOptions& options = {});
    /// An archive whose bytes lie somewhere already: a member that is one itself, parts put together. `where`
    /// is what messages call it. The bytes are needed no longer once it is open. Errors: as for open(), and
    /// InputError when it is no archive.
    static std::shared_ptr<Place> open_archive(std::string_view bytes, const std::string& where,
                                               const OpenOptions& options);
    virtual ~Place() = default;
    virtual const std::vector<Member>& members() const = 0;
    /// The member's bytes, as long as the place lives. A plain file is opened on first use: InputError as for
    /// open().
    virtual std::string_view bytes(std::size_t member) const = 0;
    /// Members not unpacked, with the reason ("would leave the folder", "a link"). The name may hold
    /// anything: shown() it.
    struct Refused {
        std::string name, reason;
    };
    virtual const std::vector<Refused>& refused() const = 0;
    /// Throws InputError when a file read in place changed under us (size, modification time, replaced or
    /// removed). Archives are read once, in open(), and checked there.
    virtual void check() const = 0;
    /// Where a reader who has to unpack more may do so, as OpenOptions has it.
    virtual std::string spool_folder() const { return "/tmp"; }
    /// Put together from several places (join()): the first folder of each name is the number of a place, and
    /// no folder of anybody's.
    virtual bool joined() const { return false; }
};

enum class Packing { folder, zip, tar_zst };
/// By suffix: ".zip", ".tar.zst"; anything else is a folder.
Packing packing_of(const std::string& path);

/// Packs the plain files of `folder` (recursively, names sorted, times 1980-01-01, mode 0600, owner 0) into
/// one archive at `path`, which appears when it is complete (io::OutputFile). Same files, same bytes, same
/// archive, in every time zone and locale. Links and folders are left out. `packing` is zip or tar_zst.
/// Errors: TargetError.
void pack(const std::string& folder, const std::string& path, Packing packing);

}  // namespace gpswitch::archive
