#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace gpswitch::archive {

/// Limits against hostile archives. A member over `max_ratio` (and over 64 MiB), or a total over `max_bytes`, or more
/// than `max_members` members ends the run with InputError that names the member and the limit.
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
    std::string name;    ///< path inside the place, '/' between folders, e.g. "2025/bulk_..._Admin_Patient_....csv"
    std::string origin;  ///< how messages call it: "extract.zip!Admin_Patient.csv", "folder/Admin_Patient.csv"
    std::uint64_t size = 0;  ///< bytes, unpacked; 0 until first use for a stream that does not say
};

/// A SOURCE's place opened for reading: a file, a folder (walked recursively, symbolic links not followed out of it), or
/// a zip, tar, tar.gz, tar.zst, tar.xz, 7z archive, or a single .gz/.zst/.xz file (one member, name without the suffix).
/// What kind a file is is decided by its first bytes, not its name. Members are sorted by name (bytewise).
///
/// Plain files are mapped in place; archive members are unpacked once, sequentially, into spool files when opened.
/// Members named "../x", "/x", with a backslash or a NUL are refused: listed in refused(), never unpacked, and the
/// caller makes an issue of each. Links, devices and folders inside archives are skipped (links are refused).
/// Hidden and housekeeping members (".DS_Store", "__MACOSX/", "Thumbs.db") are listed like any other.
/// Errors: InputError when missing, unreadable, encrypted, cut short, damaged (zip CRC) or over the limits: says which
/// member. Thread-safe after open().
class Place {
  public:
    static std::shared_ptr<Place> open(const std::string& path, const OpenOptions& options = {});
    virtual ~Place() = default;
    virtual const std::vector<Member>& members() const = 0;
    virtual std::string_view bytes(std::size_t member) const = 0;
    /// Members not unpacked, with the reason ("would leave the folder", "a link").
    struct Refused {
        std::string name, reason;
    };
    virtual const std::vector<Refused>& refused() const = 0;
    /// Throws InputError when a mapped file changed under us (size or modification time).
    virtual void check() const = 0;
};

enum class Packing { folder, zip, tar_zst };
/// By suffix: ".zip", ".tar.zst"; anything else is a folder.
Packing packing_of(const std::string& path);

/// Packs the plain files of `folder` (recursively, names sorted, times 1980-01-01, mode 0600, owner 0) into one archive
/// at `path`. Same files, same bytes, same archive. Errors: TargetError.
void pack(const std::string& folder, const std::string& path, Packing packing);

}  // namespace gpswitch::archive
