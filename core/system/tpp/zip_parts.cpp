#include "core/system/tpp/zip_parts.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cstdint>
#include <vector>

#include "core/util/error.hpp"
#include "core/util/text.hpp"

namespace gpswitch::tpp {
namespace {

constexpr std::size_t kEnd = 22, kEnd64 = 56, kLocator = 20, kEntry = 46;

std::uint64_t number(std::string_view bytes, std::size_t at, std::size_t size) {
    std::uint64_t v = 0;
    for (std::size_t i = size; i > 0; --i) v = v << 8 | static_cast<unsigned char>(bytes.at(at + i - 1));
    return v;
}
void put(std::string& bytes, std::size_t at, std::size_t size, std::uint64_t v) {
    for (std::size_t i = 0; i < size; ++i, v >>= 8) bytes.at(at + i) = static_cast<char>(v & 0xFF);
}

/// The offsets of one zip made those of one file.
struct Joiner {
    std::span<const std::string_view> parts;
    const std::string& where;
    std::uint64_t marker = 0;         ///< bytes before the first entry that say "split"
    std::vector<std::uint64_t> base;  ///< of each part, in the joined file
    std::uint64_t tail_at = 0;        ///< where `tail` begins in the joined file
    std::string tail;                 ///< the directory and what stands behind it

    [[noreturn]] void fail(const std::string& what) const {
        throw InputError(where + ": " + what,
                         "bring all parts of the archive into one folder, then run again");
    }

    std::uint64_t moved(std::uint64_t disk, std::uint64_t offset) const {
        if (disk >= parts.size() || offset > parts[disk].size())
            fail("a part of the zip is missing or damaged");
        const std::uint64_t at = base[disk] + offset;
        return at < marker ? 0 : at - marker;
    }

    void entries(std::size_t count) {
        std::size_t at = 0;
        for (std::size_t i = 0; i < count; ++i) {
            if (at + kEntry > tail.size() || tail.compare(at, 4, "PK\1\2") != 0)
                fail("the zip's directory breaks off");
            const std::size_t name = number(tail, at + 28, 2), extra = number(tail, at + 30, 2),
                              comment = number(tail, at + 32, 2);
            const std::uint64_t offset = number(tail, at + 42, 4), disk = number(tail, at + 34, 2);
            if (offset == 0xFFFFFFFF || disk == 0xFFFF)
                fail("a split zip of more than 4 GiB: join it first (zip -s 0)");
            const std::uint64_t to = moved(disk, offset);
            if (to >= 0xFFFFFFFF) fail("a split zip of more than 4 GiB: join it first (zip -s 0)");
            put(tail, at + 34, 2, 0);
            put(tail, at + 42, 4, to);
            at += kEntry + name + extra + comment;
        }
    }

    /// The end record in the last part; 0 and false when there is none.
    std::size_t find_end() const {
        const std::string_view last = parts.back();
        for (std::size_t at = last.size() < kEnd ? 0 : last.size() - kEnd + 1; at-- > 0;)
            if (last.substr(at, 4) == "PK\5\6" && number(last, at + 20, 2) == last.size() - at - kEnd)
                return at;
        fail("its last part has no directory: a part of the zip is missing or cut short");
    }

    void run() {
        for (std::uint64_t at = 0; const std::string_view p : parts) {
            base.push_back(at);
            at += p.size();
        }
        if (parts[0].starts_with("PK\7\10")) marker = 4;
        const std::string_view last = parts.back();
        const std::size_t end = find_end();
        const std::uint64_t here = number(last, end + 4, 2), start = number(last, end + 6, 2),
                            count = number(last, end + 10, 2), size = number(last, end + 12, 4),
                            offset = number(last, end + 16, 4);
        if (here == 0xFFFF || count == 0xFFFF || offset == 0xFFFFFFFF || size == 0xFFFFFFFF)
            fail("a split zip of more than 4 GiB: join it first (zip -s 0)");
        // Cut into pieces of bytes, the zip itself knows of no parts: its offsets are those of the whole.
        const bool plain = here == 0;
        if (!plain && here + 1 != parts.size())
            fail(fmt::format("the zip has {} parts, here are {}", here + 1, parts.size()));
        std::uint64_t from = offset;
        if (!plain) from = moved(start, offset) + marker;
        std::uint64_t whole = 0;
        for (const std::string_view p : parts) whole += p.size();
        if (from > whole) fail("a part of the zip is missing or cut short");
        if (plain) return;
        for (std::size_t i = 0; i < parts.size(); ++i) {
            if (base[i] + parts[i].size() <= from) continue;
            tail += parts[i].substr(base[i] >= from ? 0 : from - base[i]);
        }
        tail_at = from - marker;
        entries(count);
        const std::size_t close = tail.size() - (last.size() - end);
        if (close != size) fail("a part of the zip is missing or cut short");
        put(tail, close + 4, 2, 0);
        put(tail, close + 6, 2, 0);
        put(tail, close + 8, 2, count);
        put(tail, close + 16, 4, tail_at);
    }
};

class File {
  public:
    explicit File(const std::string& path)
        : path_(path), fd_(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600)) {
        if (fd_ < 0) throw TargetError(path_ + ": cannot be written");
    }
    ~File() { ::close(fd_); }
    File(const File&) = delete;
    File& operator=(const File&) = delete;
    void write(std::string_view bytes) {
        while (!bytes.empty()) {
            const ssize_t n = ::write(fd_, bytes.data(), bytes.size());
            if (n <= 0) throw TargetError(path_ + ": cannot be written: is the disk full?");
            bytes.remove_prefix(static_cast<std::size_t>(n));
        }
    }

  private:
    std::string path_;
    int fd_;
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

void join_zip(std::span<const std::string_view> parts, const std::string& file, const std::string& where) {
    Joiner j{parts, where, 0, {}, 0, {}};
    j.run();
    File out(file);
    std::uint64_t left = j.tail.empty() ? ~std::uint64_t{0} : j.tail_at + j.marker;
    for (std::size_t i = 0; i < parts.size() && left > 0; ++i) {
        const std::string_view piece = parts[i].substr(0, std::min<std::uint64_t>(left, parts[i].size()));
        left -= piece.size();
        out.write(i == 0 && !j.tail.empty() ? piece.substr(j.marker) : piece);
    }
    out.write(j.tail);
}

}  // namespace gpswitch::tpp
