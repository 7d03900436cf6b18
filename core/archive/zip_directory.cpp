#include "core/archive/zip_directory.hpp"

#include <algorithm>
#include <optional>

#include "core/util/error.hpp"
#include "core/util/text.hpp"

namespace gpswitch::archive {
namespace {
constexpr std::size_t kEndSize = 22, kEnd64Size = 56, kLocatorSize = 20, kEntrySize = 46, kLocalSize = 30;
constexpr std::uint32_t kFull32 = 0xFFFFFFFF;
constexpr std::uint16_t kFull16 = 0xFFFF;

[[noreturn]] void fail(const std::string& where, const std::string& what) {
    throw InputError(where + ": " + what, "ask for the file again, or compare its checksum");
}

/// A little-endian number of `size` bytes at `at`, which must lie within.
std::uint64_t number(std::string_view bytes, std::size_t at, std::size_t size) {
    std::uint64_t v = 0;
    for (std::size_t i = size; i > 0; --i) v = (v << 8) | static_cast<unsigned char>(bytes.at(at + i - 1));
    return v;
}

struct Directory {
    std::uint64_t entries = 0, size = 0, offset = 0, end = 0;  ///< end: where the records behind it begin
};

/// The record that ends a zip, its comment included: the last one that reaches exactly to the end of the
/// file.
std::size_t find_end(std::string_view bytes, const std::string& where) {
    const std::size_t lowest = bytes.size() < kEndSize + kFull16 ? 0 : bytes.size() - kEndSize - kFull16;
    for (std::size_t at = bytes.size() < kEndSize ? 0 : bytes.size() - kEndSize + 1; at-- > lowest;) {
        if (bytes.substr(at, 4) != "PK\5\6" || bytes.size() - at < kEndSize) continue;
        if (number(bytes, at + 20, 2) == bytes.size() - at - kEndSize) return at;
    }
    fail(where, "cut short: a zip's directory is at its end, and this one has none");
}

Directory find_directory(std::string_view bytes, const std::string& where) {
    const std::size_t end = find_end(bytes, where);
    Directory d{number(bytes, end + 10, 2), number(bytes, end + 12, 4), number(bytes, end + 16, 4), end};
    bool one_disk = number(bytes, end + 4, 2) == 0 && number(bytes, end + 6, 2) == 0 &&
                    number(bytes, end + 8, 2) == d.entries;
    if (end >= kLocatorSize && bytes.substr(end - kLocatorSize, 4) == "PK\6\7") {
        const std::uint64_t at = number(bytes, end - kLocatorSize + 8, 8);
        if (at > end - kLocatorSize || end - kLocatorSize - at < kEnd64Size ||
            bytes.substr(at, 4) != "PK\6\6")
            fail(where, "damaged: the zip64 directory's end is not where it should be");
        d = {number(bytes, at + 32, 8), number(bytes, at + 40, 8), number(bytes, at + 48, 8), at};
        one_disk = number(bytes, at + 16, 4) == 0 && number(bytes, at + 20, 4) == 0 &&
                   number(bytes, at + 24, 8) == d.entries;
    }
    if (!one_disk) fail(where, "one part of a zip split into several, or damaged");
    if (d.offset > d.end || d.end - d.offset != d.size)
        fail(where, "cut short or damaged: its directory is not where it should be");
    return d;
}

/// Sizes of 4 GiB and more stand in the extra field, in a fixed order, those only that did not fit.
void read_zip64(std::string_view extra, ZipEntry& e, const std::string& where) {
    while (extra.size() >= 4) {
        const std::uint64_t id = number(extra, 0, 2), size = number(extra, 2, 2);
        if (size > extra.size() - 4) break;
        if (id == 1) {
            std::string_view field = extra.substr(4, size);
            for (std::uint64_t* value : {&e.size, &e.packed, &e.offset}) {
                if (*value != kFull32) continue;
                if (field.size() < 8) fail(where, "damaged: a zip64 size is missing");
                *value = number(field, 0, 8);
                field.remove_prefix(8);
            }
            return;
        }
        extra.remove_prefix(4 + size);
    }
    if (e.size == kFull32 || e.packed == kFull32 || e.offset == kFull32)
        fail(where, "damaged: a zip64 size is missing");
}

/// Takes the first entry off `rest`.
ZipEntry take_entry(std::string_view& rest, const std::string& where) {
    if (rest.size() < kEntrySize || rest.substr(0, 4) != "PK\1\2")
        fail(where, "damaged: its directory breaks off");
    const std::uint64_t name = number(rest, 28, 2), extra = number(rest, 30, 2),
                        comment = number(rest, 32, 2);
    if (rest.size() - kEntrySize < name + extra + comment) fail(where, "damaged: its directory breaks off");
    ZipEntry e{rest.substr(kEntrySize, name), number(rest, 42, 4), number(rest, 20, 4), number(rest, 24, 4)};
    const std::string member = where + "!" + shown(e.name);
    read_zip64(rest.substr(kEntrySize + name, extra), e, member);
    if ((number(rest, 8, 2) & 1) != 0)
        throw InputError(member + ": is encrypted", "decrypt the archive and give the result");
    if (number(rest, 34, 2) != 0) fail(member, "lies in another part of a split zip");
    rest.remove_prefix(kEntrySize + name + extra + comment);
    return e;
}
}  // namespace

std::vector<ZipEntry> read_zip_directory(std::string_view bytes, const std::string& where) {
    const Directory d = find_directory(bytes, where);
    std::string_view rest = bytes.substr(d.offset, d.size);
    std::vector<ZipEntry> entries;
    while (!rest.empty()) entries.push_back(take_entry(rest, where));
    if (entries.size() != d.entries) fail(where, "damaged: its directory does not have the entries it says");
    std::sort(entries.begin(), entries.end(),
              [](const ZipEntry& a, const ZipEntry& b) { return a.offset < b.offset; });
    std::uint64_t free_from = 0;
    for (const ZipEntry& e : entries) {
        const std::string member = where + "!" + shown(e.name);
        if (e.offset < free_from) fail(member, "damaged or hostile: overlaps another member");
        if (e.offset > d.offset || d.offset - e.offset < kLocalSize ||
            d.offset - e.offset - kLocalSize < e.packed)
            fail(member, "damaged: lies outside the file");
        free_from = e.offset + kLocalSize + e.packed;
    }
    return entries;
}

}  // namespace gpswitch::archive
