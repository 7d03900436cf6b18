#include "core/system/tpp/zip_parts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "core/util/error.hpp"
#include "core/util/text.hpp"

namespace gpswitch::tpp {
namespace {

constexpr std::size_t kEnd = 22, kEnd64 = 56, kLocator = 20, kEntry = 46;
constexpr std::uint64_t kFull16 = 0xFFFF, kFull32 = 0xFFFFFFFF;

std::uint64_t number(std::string_view bytes, std::size_t at, std::size_t size) {
    std::uint64_t v = 0;
    for (std::size_t i = size; i > 0; --i) v = v << 8 | static_cast<unsigned char>(bytes.at(at + i - 1));
    return v;
}
void put(std::string& bytes, std::size_t at, std::size_t size, std::uint64_t v) {
    for (std::size_t i = 0; i < size; ++i, v >>= 8) bytes.at(at + i) = static_cast<char>(v & 0xFF);
}
void append(std::string& bytes, std::size_t size, std::uint64_t v) {
    bytes.append(size, 0);
    put(bytes, bytes.size() - size, size, v);
}

/// Where a zip's directory lies, and how many parts it has.
struct Directory {
    std::uint64_t disk = 0, start = 0, entries = 0, size = 0, offset = 0;
    std::uint64_t end = 0;  ///< of it, in all bytes: where the records behind it begin
    std::string comment;
};

/// The offsets of one zip made those of one file.
class Joiner {
  public:
    Joiner(std::span<const std::string_view> parts, const std::string& where) : parts_(parts), where_(where) {
        for (const std::string_view p : parts_) {
            base_.push_back(whole_);
            whole_ += p.size();
        }
        if (parts_[0].starts_with("PK\7\10")) marker_ = 4;
    }

    JoinedZip run() {
        const Directory d = directory();
        if (d.disk == 0) {
            if (d.offset > whole_ || d.size > whole_ - d.offset)
                fail("a part of the zip is missing or cut short");
            return {0, whole_, {}};
        }
        if (d.disk + 1 != parts_.size()) count_differs(d.disk + 1);
        const std::uint64_t from = base_of(d.start, d.offset);
        if (from < marker_ || from + d.size != d.end) fail("a part of the zip is missing or cut short");
        return {marker_, from, tail(d, from)};
    }

  private:
    [[noreturn]] void fail(const std::string& what) const {
        throw InputError(where_ + ": " + what,
                         "bring all parts of the archive into one folder, then run again");
    }

    [[noreturn]] void count_differs(std::uint64_t said) const {
        std::string what = fmt::format("the zip has {} parts, here are {}", said, parts_.size());
        const std::string file = where_.substr(where_.find_last_of("/!") + 1);
        if (said > parts_.size() && lower(file).ends_with(".zip"))
            what += fmt::format(": {}.z{:02} is missing", file.substr(0, file.size() - 4), parts_.size());
        fail(what);
    }

    /// Bytes wherever they lie, over the ends of parts.
    std::string take(std::uint64_t at, std::uint64_t size) const {
        if (at > whole_ || size > whole_ - at) fail("a part of the zip is missing or cut short");
        std::string out;
        for (std::size_t i = 0; i < parts_.size() && out.size() < size; ++i) {
            const std::uint64_t here = at + out.size();
            if (here < base_[i] || here - base_[i] >= parts_[i].size()) continue;
            out += parts_[i].substr(here - base_[i], size - out.size());
        }
        return out;
    }

    std::uint64_t base_of(std::uint64_t disk, std::uint64_t offset) const {
        if (disk >= parts_.size() || offset > parts_[disk].size())
            fail("a part of the zip is missing or damaged");
        return base_[disk] + offset;
    }

    Directory directory() const {
        const std::uint64_t from = whole_ < kEnd + kFull16 ? 0 : whole_ - kEnd - kFull16;
        const std::string last = take(from, whole_ - from);
        for (std::size_t at = last.size() < kEnd ? 0 : last.size() - kEnd + 1; at-- > 0;) {
            if (last.compare(at, 4, "PK\5\6") != 0 || number(last, at + 20, 2) != last.size() - at - kEnd)
                continue;
            Directory d{number(last, at + 4, 2),  number(last, at + 6, 2),  number(last, at + 10, 2),
                        number(last, at + 12, 4), number(last, at + 16, 4), from + at,
                        last.substr(at + kEnd)};
            if (from + at >= kLocator) long_form(d, take(from + at - kLocator, kLocator));
            return d;
        }
        fail("its last part has no directory: a part of the zip is missing or cut short");
    }

    void long_form(Directory& d, const std::string& locator) const {
        if (!locator.starts_with("PK\6\7")) return;
        // Of a zip cut into pieces of bytes the locator counts from the beginning of the whole.
        const std::uint64_t disks = number(locator, 16, 4);
        const bool plain = disks <= 1;
        if (!plain && disks != parts_.size()) count_differs(disks);
        const std::uint64_t offset = number(locator, 8, 8);
        const std::uint64_t at = plain ? offset : base_of(number(locator, 4, 4), offset);
        const std::string end = take(at, kEnd64);
        if (!end.starts_with("PK\6\6")) fail("a part of the zip is missing or damaged");
        d = {number(end, 16, 4), number(end, 20, 4), number(end, 32, 8),
             number(end, 40, 8), number(end, 48, 8), at,
             d.comment};
    }

    /// The directory with offsets in the whole, and the records that end a zip.
    std::string tail(const Directory& d, std::uint64_t from) const {
        const std::string old = take(from, d.size);
        std::string out;
        std::size_t at = 0;
        for (std::uint64_t i = 0; i < d.entries; ++i) at = entry(old, at, out);
        if (at != old.size()) fail("the zip's directory breaks off");
        const std::uint64_t offset = from - marker_, size = out.size();
        if (d.entries >= kFull16 || offset >= kFull32 || size >= kFull32) {
            const std::uint64_t here = offset + size;
            out += "PK\6\6";
            append(out, 8, kEnd64 - 12);
            append(out, 2, 45);
            append(out, 2, 45);
            append(out, 8, 0);  // this part, and where the directory starts
            for (const std::uint64_t n : {d.entries, d.entries, size, offset}) append(out, 8, n);
            out += "PK\6\7";
            append(out, 4, 0);
            append(out, 8, here);
            append(out, 4, 1);
        }
        out += "PK\5\6";
        append(out, 4, 0);
        for (int i = 0; i < 2; ++i) append(out, 2, std::min(d.entries, kFull16));
        append(out, 4, std::min(size, kFull32));
        append(out, 4, std::min(offset, kFull32));
        append(out, 2, d.comment.size());
        return out + d.comment;
    }

    /// Adds the entry at `at`, and gives where the next begins.
    std::size_t entry(const std::string& old, std::size_t at, std::string& out) const {
        if (at + kEntry > old.size() || old.compare(at, 4, "PK\1\2") != 0)
            fail("the zip's directory breaks off");
        const std::size_t name = number(old, at + 28, 2), extra = number(old, at + 30, 2),
                          comment = number(old, at + 32, 2), next = at + kEntry + name + extra + comment;
        if (next > old.size()) fail("the zip's directory breaks off");
        std::uint64_t size = number(old, at + 24, 4), packed = number(old, at + 20, 4),
                      offset = number(old, at + 42, 4), disk = number(old, at + 34, 2);
        const bool long_size = size == kFull32, long_packed = packed == kFull32;
        std::string others;
        std::string_view fields = std::string_view(old).substr(at + kEntry + name, extra);
        while (fields.size() >= 4) {
            const std::size_t length = std::min<std::size_t>(number(fields, 2, 2), fields.size() - 4);
            std::string_view value = fields.substr(4, length);
            const auto read = [&](std::uint64_t& into, std::uint64_t full, std::size_t bytes) {
                if (into != full) return;
                if (value.size() < bytes) fail("the zip's directory is damaged");
                into = number(value, 0, bytes);
                value.remove_prefix(bytes);
            };
            if (number(fields, 0, 2) == 1) {
                read(size, kFull32, 8);
                read(packed, kFull32, 8);
                read(offset, kFull32, 8);
                read(disk, kFull16, 4);
            } else {
                others += fields.substr(0, 4 + length);
            }
            fields.remove_prefix(4 + length);
        }
        const std::uint64_t whole = base_of(disk, offset);
        if (whole < marker_) fail("the zip's directory is damaged");
        const std::uint64_t to = whole - marker_;
        std::string ours;
        if (long_size) append(ours, 8, size);
        if (long_packed) append(ours, 8, packed);
        if (to >= kFull32) append(ours, 8, to);
        if (!ours.empty()) {
            append(others, 2, 1);
            append(others, 2, ours.size());
            others += ours;
        }
        if (others.size() >= kFull16) fail("the zip's directory is damaged");
        std::string head = old.substr(at, kEntry + name);
        if (to >= kFull32) put(head, 6, 2, std::max<std::uint64_t>(45, number(head, 6, 2)));
        put(head, 30, 2, others.size());
        put(head, 34, 2, 0);
        put(head, 42, 4, std::min(to, kFull32));
        out += head + others + old.substr(next - comment, comment);
        return next;
    }

    std::span<const std::string_view> parts_;
    const std::string& where_;
    std::uint64_t whole_ = 0;          ///< bytes of all parts
    std::uint64_t marker_ = 0;         ///< bytes before the first entry that say "split"
    std::vector<std::uint64_t> base_;  ///< where each part begins in all bytes
};

bool digits(std::string_view s) {
    for (const char c : s)
        if (c < '0' || c > '9') return false;
    return !s.empty() && s.size() < 6;
}

}  // namespace

PartName part_name(std::string_view path) {
    const std::string name = lower(path);
    const auto stem = [&](std::size_t without) { return std::string(path.substr(0, path.size() - without)); };
    if (name.ends_with(".zip")) return {stem(4), 0};
    const std::size_t dot = name.rfind('.');
    if (dot == std::string::npos) return {};
    const std::string_view suffix = std::string_view(name).substr(dot + 1);
    if (suffix.size() > 2 && suffix[0] == 'z' && digits(suffix.substr(1)))
        return {stem(suffix.size() + 1), static_cast<int>(to_integer(suffix.substr(1)).value_or(-1))};
    if (suffix.size() == 3 && digits(suffix) && std::string_view(name).substr(0, dot).ends_with(".zip"))
        return {stem(8), static_cast<int>(to_integer(suffix).value_or(-1))};
    return {};
}

JoinedZip join_zip(std::span<const std::string_view> parts, const std::string& where) {
    return Joiner(parts, where).run();
}

std::shared_ptr<io::MappedFile> spool_zip(std::span<const std::string_view> parts, const JoinedZip& how,
                                          const std::string& folder, const std::string& where) {
    io::SpoolFile out(folder);
    out.expect(how.body + how.tail.size());
    std::uint64_t skip = how.skip, left = how.body - how.skip;
    for (std::string_view part : parts) {
        const std::uint64_t before = std::min<std::uint64_t>(skip, part.size());
        part.remove_prefix(before);
        skip -= before;
        const std::string_view piece = part.substr(0, left);
        left -= piece.size();
        out.write(piece);
        io::let_go(piece);
    }
    out.write(how.tail);
    return out.map(where);
}

}  // namespace gpswitch::tpp
