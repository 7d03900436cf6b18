#pragma once
#include <memory>
#include <string>
#include <string_view>

namespace gpswitch::archive {

/// What a file holds when its one layer of compression is taken off.
class ByteStream {
  public:
    virtual ~ByteStream() = default;
    /// The next piece, valid until the next call; empty at the true end only.
    /// Errors: InputError when cut short, damaged, or followed by something else.
    virtual std::string_view next() = 0;
};

enum class Compression { none, gz, zst, xz };
/// By the first bytes.
Compression compression_of(std::string_view bytes);

/// `bytes` must outlive the stream. `where` is the file's name in messages.
std::unique_ptr<ByteStream> open_stream(std::string_view bytes, Compression compression,
                                        const std::string& where);

}  // namespace gpswitch::archive
