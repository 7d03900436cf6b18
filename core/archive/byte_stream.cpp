#include "core/archive/byte_stream.hpp"

#include <zlib.h>

#include <algorithm>
#include <limits>
#include <vector>

#include "core/archive/handle.hpp"
#include "core/util/error.hpp"

namespace gpswitch::archive {
namespace {

class PlainStream : public ByteStream {
  public:
    explicit PlainStream(std::string_view bytes) : bytes_(bytes) {}
    std::string_view next() override {
        const std::string_view piece = bytes_.substr(0, 1u << 20);
        bytes_.remove_prefix(piece.size());
        return piece;
    }

  private:
    std::string_view bytes_;
};

/// zlib rather than libarchive, whose gzip reader (3.6) looks at neither the CRC nor the length.
class GzStream : public ByteStream {
  public:
    GzStream(std::string_view bytes, const std::string& where)
        : bytes_(bytes), where_(where), buffer_(256 * 1024) {
        if (::inflateInit2(&z_, 15 + 16) != Z_OK) throw std::bad_alloc();
    }
    ~GzStream() override { ::inflateEnd(&z_); }
    GzStream(const GzStream&) = delete;
    GzStream& operator=(const GzStream&) = delete;

    std::string_view next() override {
        while (!(at_end_of_part_ && bytes_.empty())) {
            if (at_end_of_part_) {
                if (compression_of(bytes_) != Compression::gz)
                    fail("something else follows the compressed data");
                ::inflateReset(&z_);
                at_end_of_part_ = false;
            }
            const std::size_t given = std::min<std::size_t>(bytes_.size(), std::numeric_limits<uInt>::max());
            z_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes_.data()));
            z_.avail_in = static_cast<uInt>(given);
            z_.next_out = reinterpret_cast<Bytef*>(buffer_.data());
            z_.avail_out = static_cast<uInt>(buffer_.size());
            const int code = ::inflate(&z_, Z_NO_FLUSH);
            bytes_.remove_prefix(given - z_.avail_in);
            const std::size_t made = buffer_.size() - z_.avail_out;
            if (code == Z_STREAM_END) {
                at_end_of_part_ = true;
            } else if (code == Z_BUF_ERROR || (code == Z_OK && bytes_.empty() && made < buffer_.size())) {
                fail("cut short");
            } else if (code != Z_OK) {
                fail(z_.msg == nullptr ? "damaged" : std::string("damaged: ") + z_.msg);
            }
            if (made != 0) return {buffer_.data(), made};
        }
        return {};
    }

  private:
    [[noreturn]] void fail(const std::string& what) {
        throw InputError(where_ + ": " + what, "ask for the file again, or compare its checksum");
    }
    std::string_view bytes_;
    std::string where_;
    std::vector<char> buffer_;
    z_stream z_{};
    bool at_end_of_part_ = false;
};

/// One filter of libarchive, told which, so that it does not go on unwrapping.
class FilterStream : public ByteStream {
  public:
    FilterStream(std::string_view bytes, int filter, const std::string& where)
        : where_(where), reader_(archive_read_new()) {
        ::archive* a = reader_.get();
        need_ok(a, archive_read_append_filter(a, filter), where_);
        need_ok(a, archive_read_support_format_raw(a), where_);
        need_ok(a, archive_read_support_format_empty(a), where_);
        open_bytes(a, bytes, where_);
        // To libarchive a file whose very first block cannot be read is an empty one; only the error text
        // tells.
        if (archive_error_string(a) != nullptr) need_ok(a, ARCHIVE_FATAL, where_);
        archive_entry* entry = nullptr;
        const int code = archive_read_next_header(a, &entry);
        empty_ = code == ARCHIVE_EOF;
        if (!empty_) need_ok(a, code, where_);
    }

    std::string_view next() override {
        const void* data = nullptr;
        std::size_t size = 0;
        la_int64_t offset = 0;
        while (!empty_ && size == 0) {
            const int code = archive_read_data_block(reader_.get(), &data, &size, &offset);
            empty_ = code == ARCHIVE_EOF;
            if (!empty_) need_ok(reader_.get(), code, where_);
        }
        return empty_ ? std::string_view() : std::string_view(static_cast<const char*>(data), size);
    }

  private:
    std::string where_;
    Reader reader_;
    bool empty_ = false;
};
}  // namespace

Compression compression_of(std::string_view bytes) {
    if (bytes.starts_with("\x1F\x8B")) return Compression::gz;
    if (bytes.starts_with("\x28\xB5\x2F\xFD")) return Compression::zst;
    // A zstd file may begin with frames to be skipped (pzstd does).
    if (bytes.size() >= 4 && (bytes[0] & '\xF0') == '\x50' && bytes.substr(1, 3) == "\x2A\x4D\x18")
        return Compression::zst;
    if (bytes.starts_with(std::string_view("\xFD"
                                           "7zXZ\0",
                                           6)))
        return Compression::xz;
    return Compression::none;
}

std::unique_ptr<ByteStream> open_stream(std::string_view bytes, Compression compression,
                                        const std::string& where) {
    switch (compression) {
        case Compression::gz: return std::make_unique<GzStream>(bytes, where);
        case Compression::zst: return std::make_unique<FilterStream>(bytes, ARCHIVE_FILTER_ZSTD, where);
        case Compression::xz: return std::make_unique<FilterStream>(bytes, ARCHIVE_FILTER_XZ, where);
        case Compression::none: break;
    }
    return std::make_unique<PlainStream>(bytes);
}

}  // namespace gpswitch::archive
