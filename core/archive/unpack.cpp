#include "core/archive/unpack.hpp"

#include <algorithm>
#include <cerrno>
#include <exception>
#include <filesystem>
#include <optional>
#include <unordered_set>
#include <utility>

#include "core/archive/byte_stream.hpp"
#include "core/archive/handle.hpp"
#include "core/archive/zip_directory.hpp"
#include "core/util/error.hpp"
#include "core/util/text.hpp"

namespace gpswitch::archive {
namespace {
constexpr std::uint64_t kTarBlock = 512;
constexpr std::uint64_t kAlwaysAllowed = 64u << 20;

/// Is this a tar's first block? Decided by the header's checksum, which every tar since 1979 has.
bool is_tar(std::string_view bytes) {
    if (bytes.size() < kTarBlock) return false;
    std::uint64_t sum = 8 * ' ';
    for (std::size_t i = 0; i < kTarBlock; ++i)
        if (i < 148 || i >= 156) sum += static_cast<unsigned char>(bytes[i]);
    std::uint64_t said = 0;
    bool any = false;
    for (const char c : bytes.substr(148, 8)) {
        if (c >= '0' && c <= '7') {
            said = said * 8 + static_cast<std::uint64_t>(c - '0');
            any = true;
        } else if (any) {
            break;
        } else if (c != ' ') {
            return false;
        }
    }
    return any && said == sum && bytes[0] != 0;
}

/// Receives members, counts against the limits, and lays them down one behind the other.
class Unpacker {
  public:
    Unpacker(std::string_view bytes, const std::string& where, const OpenOptions& options)
        : where_(where),
          packed_total_(bytes.size()),
          limits_(options.limits),
          spool_(spool_folder(options)) {}

    io::SpoolFile& spool() { return spool_; }
    const std::string& where() const { return where_; }
    std::string where(std::string_view name) const { return where_ + "!" + shown(name, 300); }

    /// Counts an entry of any sort.
    void count(std::string_view name) {
        if (++entries_ > limits_.max_members)
            over(name, "is one member more than the limit of " + std::to_string(limits_.max_members));
    }
    /// Is a member of `size` bytes, behind `before` others, within the limits? `packed`: its own packed size,
    /// when known.
    void check(std::string_view name, std::uint64_t before, std::uint64_t size,
               std::optional<std::uint64_t> packed) const {
        if (size > limits_.max_bytes || before > limits_.max_bytes - size)
            over(name, "would make more than the limit of " + std::to_string(limits_.max_bytes) +
                           " bytes unpacked");
        const std::uint64_t unpacked = packed.has_value() ? size : before + size;
        if (unpacked > kAlwaysAllowed && (unpacked - 1) / limits_.max_ratio >= packed.value_or(packed_total_))
            over(name, "unpacks to over " + std::to_string(limits_.max_ratio) +
                           " times its size, which is the limit");
    }
    void refuse(std::string_view name, const std::string& why) {
        out_.refused.push_back({std::string(name), why});
    }

    /// Starts a member; false when it is refused. `packed`: its own packed size, when known; `size`: what it
    /// says.
    bool begin(std::string_view raw, std::optional<std::uint64_t> packed, std::optional<std::uint64_t> size) {
        std::string why;
        std::string name = safe_name(raw, why);
        if (name.empty()) {
            refuse(raw, why);
            return false;
        }
        if (!names_.insert(name).second)
            throw InputError(where(name) + ": two members have this name",
                             "unpack the archive and give the folder you mean");
        out_.pieces.push_back({{name, where_ + "!" + name, 0}, spool_.size()});
        packed_ = packed;
        said_ = size;
        if (size.has_value()) check(*size);
        return true;
    }
    void write(std::string_view bytes) {
        Member& m = now();
        check(m.size + bytes.size());
        m.size += bytes.size();
        spool_.write(bytes);
    }
    /// A hole in a sparse member. Checked before it is filled: a tar of 1 KB can say 8 EB.
    void zeros(std::uint64_t n) {
        static const std::string kZeros(1u << 16, '\0');
        check(now().size + std::min(n, limits_.max_bytes));
        for (; n > 0; n -= std::min<std::uint64_t>(n, kZeros.size()))
            write(std::string_view(kZeros).substr(0, std::min<std::uint64_t>(n, kZeros.size())));
    }
    std::uint64_t written() const { return out_.pieces.back().member.size; }
    void end() {
        if (said_.has_value() && now().size != *said_)
            throw InputError(where(now().name) + ": damaged: says " + std::to_string(*said_) +
                             " bytes and holds " + std::to_string(now().size));
    }

    Unpacked finish() {
        std::sort(out_.pieces.begin(), out_.pieces.end(),
                  [](const auto& a, const auto& b) { return a.member.name < b.member.name; });
        out_.spool = spool_.map(where_);
        return std::move(out_);
    }

  private:
    Member& now() { return out_.pieces.back().member; }
    [[noreturn]] void over(std::string_view name, const std::string& what) const {
        throw InputError(where(name) + ": " + what,
                         "if the archive is genuine, unpack it and give the folder");
    }
    /// Is it all right for the member that is being unpacked to have `size` bytes?
    void check(std::uint64_t size) const {
        const Unpacked::Piece& p = out_.pieces.back();
        if (said_.has_value() && size > *said_) over(p.member.name, "is larger than it says");
        check(p.member.name, p.offset, size, packed_);
    }

    std::string where_;
    std::uint64_t packed_total_;
    Limits limits_;
    io::SpoolFile spool_;
    Unpacked out_;
    std::unordered_set<std::string> names_;
    std::uint64_t entries_ = 0;
    std::optional<std::uint64_t> packed_, said_;
};

/// Why an entry is no file to unpack: empty for a file, "folder" is skipped, the rest are refused.
std::string not_a_file(archive_entry* e) {
    if (archive_entry_hardlink(e) != nullptr || archive_entry_symlink(e) != nullptr) return "a link";
    switch (archive_entry_filetype(e)) {
        case AE_IFREG:
        case 0: return "";
        case AE_IFLNK: return "a link";
        case AE_IFDIR: return "folder";
        default: return "not a file";
    }
}

std::string name_of(archive_entry* e) {
    const char* name = archive_entry_pathname(e);
    if (name == nullptr) name = archive_entry_pathname_utf8(e);
    return name == nullptr ? "" : name;
}

void copy_data(::archive* a, const std::string& name, Unpacker& to) {
    const void* data = nullptr;
    std::size_t size = 0;
    la_int64_t offset = 0;
    for (;;) {
        const int code = archive_read_data_block(a, &data, &size, &offset);
        if (code != ARCHIVE_EOF) need_ok(a, code, to.where(name));
        const auto at = static_cast<std::uint64_t>(offset);
        if (at > to.written()) to.zeros(at - to.written());
        if (code == ARCHIVE_EOF) return;
        to.write({static_cast<const char*>(data), size});
    }
}

/// Steps to the next entry; false at the end. A warning (about a time or an owner) is no reason to stop.
bool next_entry(::archive* a, archive_entry*& e, const std::string& where) {
    const int code = archive_read_next_header(a, &e);
    if (code == ARCHIVE_EOF) return false;
    if (code != ARCHIVE_WARN && code != ARCHIVE_OK) {
        if (archive_read_has_encrypted_entries(a) == 1)
            throw InputError(where + ": is encrypted", "decrypt the archive and give the result");
        need_ok(a, code, where);
    }
    return true;
}

/// One entry of libarchive's: skipped, refused or unpacked. `packed` and `name` as far as the caller knows
/// better.
void take(::archive* a, archive_entry* e, const std::string& name, std::optional<std::uint64_t> packed,
          Unpacker& to) {
    to.count(name);
    const std::string why = not_a_file(e);
    if (why == "folder") return;
    if (!why.empty()) {
        to.refuse(name, why);
        return;
    }
    if (archive_entry_is_encrypted(e) != 0)
        throw InputError(to.where(name) + ": is encrypted", "decrypt the archive and give the result");
    std::optional<std::uint64_t> size;
    if (archive_entry_size_is_set(e) != 0) size = static_cast<std::uint64_t>(archive_entry_size(e));
    if (!to.begin(name, packed, size)) return;
    copy_data(a, name, to);
    to.end();
}

void unpack_zip(std::string_view bytes, Unpacker& to) {
    const std::vector<ZipEntry> entries = read_zip_directory(bytes, to.where());
    std::uint64_t total = 0;
    for (const ZipEntry& e : entries) {
        to.check(e.name, total, e.size, e.packed);
        total += e.size;
    }
    to.spool().expect(total);
    if (entries.empty()) return;
    Reader reader(archive_read_new());
    ::archive* a = reader.get();
    need_ok(a, archive_read_support_format_zip_seekable(a), to.where());
    open_bytes(a, bytes, to.where());
    archive_entry* e = nullptr;
    std::size_t n = 0;
    for (; next_entry(a, e, n < entries.size() ? to.where(entries[n].name) : to.where()); ++n) {
        if (n == entries.size() ||
            (archive_entry_filetype(e) != AE_IFDIR && archive_entry_symlink(e) == nullptr &&
             static_cast<std::uint64_t>(archive_entry_size(e)) != entries[n].size))
            throw InputError(to.where() + ": damaged: its members are not those of its directory");
        take(a, e, std::string(entries[n].name), entries[n].packed, to);
    }
    if (n != entries.size())
        throw InputError(to.where(entries[n].name) + ": damaged: in the directory, but not there");
}

void unpack_seven_zip(std::string_view bytes, Unpacker& to) {
    Reader reader(archive_read_new());
    ::archive* a = reader.get();
    need_ok(a, archive_read_support_format_7zip(a), to.where());
    open_bytes(a, bytes, to.where());
    archive_entry* e = nullptr;
    while (next_entry(a, e, to.where())) take(a, e, name_of(e), std::nullopt, to);
}

/// Gives a ByteStream to libarchive, beginning with what was already taken from it to look at.
struct TarFeed {
    ByteStream& stream;
    std::string_view first;
    std::exception_ptr failed = nullptr;
    std::uint64_t given = 0;

    static la_ssize_t read(::archive* a, void* self, const void** data) {
        auto& feed = *static_cast<TarFeed*>(self);
        try {
            const std::string_view piece =
                feed.first.empty() ? feed.stream.next() : std::exchange(feed.first, {});
            *data = piece.data();
            feed.given += piece.size();
            return static_cast<la_ssize_t>(piece.size());
        } catch (...) {
            feed.failed = std::current_exception();
            archive_set_error(a, EIO, "the compressed data cannot be read");
            return -1;
        }
    }
};

void unpack_tar(TarFeed& feed, Unpacker& to) {
    Reader reader(archive_read_new());
    ::archive* a = reader.get();
    need_ok(a, archive_read_support_format_tar(a), to.where());
    try {
        need_ok(a, archive_read_open(a, &feed, nullptr, TarFeed::read, nullptr), to.where());
        archive_entry* e = nullptr;
        std::uint64_t content_end = 0;
        while (next_entry(a, e, to.where())) {
            take(a, e, name_of(e), std::nullopt, to);
            need_ok(a, archive_read_data_skip(a), to.where(name_of(e)));
            content_end = static_cast<std::uint64_t>(archive_filter_bytes(a, 0));
        }
        content_end = (content_end + kTarBlock - 1) / kTarBlock * kTarBlock;
        if (static_cast<std::uint64_t>(archive_filter_bytes(a, 0)) < content_end + kTarBlock)
            throw InputError(to.where() + ": cut short: the blocks that end a tar are missing",
                             "ask for the file again, or compare its checksum");
        while (!feed.stream.next().empty()) {  // to the end, where the checksums are
        }
    } catch (const InputError&) {
        if (feed.failed != nullptr) std::rethrow_exception(feed.failed);
        throw;
    }
}

void unpack_stream(std::string_view bytes, Unpacker& to) {
    const Compression compression = compression_of(bytes);
    const auto stream = open_stream(bytes, compression, to.where());
    std::string first;  // enough to see whether it is a tar
    std::string_view piece;
    while (first.size() < kTarBlock && !(piece = stream->next()).empty()) first += piece;
    if (is_tar(first)) {
        TarFeed feed{*stream, first};
        unpack_tar(feed, to);
        return;
    }
    std::string name = std::filesystem::path(to.where()).filename().string();
    for (const char* suffix : {".gz", ".zst", ".xz"})
        if (name.ends_with(suffix) && name.size() > std::string_view(suffix).size()) {
            name.resize(name.size() - std::string_view(suffix).size());
            break;
        }
    to.count(name);
    if (!to.begin(name, std::nullopt, std::nullopt)) return;
    for (piece = first; !piece.empty(); piece = stream->next()) to.write(piece);
    to.end();
}
}  // namespace

std::string safe_name(std::string_view raw, std::string& reason) {
    std::string out;
    reason.clear();
    if (raw.empty()) reason = "without a readable name";
    if (raw.starts_with('/')) reason = "would leave the folder";
    if (raw.find('\\') != std::string_view::npos) reason = "a backslash in its name";
    if (raw.find('\0') != std::string_view::npos) reason = "a NUL in its name";
    for (std::size_t at = 0; at <= raw.size() && reason.empty();) {
        const std::size_t slash = std::min(raw.find('/', at), raw.size());
        const std::string_view part = raw.substr(at, slash - at);
        if (part == "..") reason = "would leave the folder";
        if (!part.empty() && part != ".") out += (out.empty() ? "" : "/") + std::string(part);
        at = slash + 1;
    }
    if (reason.empty() && out.empty()) reason = "without a name";
    return reason.empty() ? out : "";
}

Kind kind_of(std::string_view bytes) {
    if (bytes.starts_with("PK\3\4") || bytes.starts_with("PK\5\6") || bytes.starts_with("PK\7\10"))
        return Kind::zip;
    if (bytes.starts_with("7z\xBC\xAF\x27\x1C")) return Kind::seven_zip;
    if (compression_of(bytes) != Compression::none || is_tar(bytes)) return Kind::stream;
    return Kind::plain;
}

std::string spool_folder(const OpenOptions& options) {
    return options.spool_folder.empty() ? "/tmp" : options.spool_folder;
}

Unpacked unpack(std::string_view bytes, const std::string& where, Kind kind, const OpenOptions& options) {
    const Utf8Names names;
    Unpacker to(bytes, where, options);
    switch (kind) {
        case Kind::zip: unpack_zip(bytes, to); break;
        case Kind::seven_zip: unpack_seven_zip(bytes, to); break;
        case Kind::stream: unpack_stream(bytes, to); break;
        case Kind::plain: break;
    }
    return to.finish();
}

}  // namespace gpswitch::archive
