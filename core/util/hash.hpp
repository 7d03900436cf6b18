#pragma once
#include <array>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>

namespace gpswitch {

/// SHA-256 over a stream of bytes (the processor's own instructions, or libcrypto). Not thread-safe.
class Sha256 {
  public:
    Sha256();
    ~Sha256();
    Sha256(Sha256&&) noexcept;
    Sha256& operator=(Sha256&&) noexcept;
    void add(std::string_view bytes);
    /// Adds `x` to `a` and `y` to `b`; faster than one after the other, most when both are equally long.
    static void add_both(Sha256& a, std::string_view x, Sha256& b, std::string_view y);
    /// The digest in lower-case hex; the object is fresh again afterwards.
    std::string hex();

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

std::string sha256_hex(std::string_view bytes);

/// Room for a UUID in text: 36 characters, lower case.
using UuidText = std::array<char, 36>;

/// UUIDv5 (RFC 9562, section 5.5) in gpswitch's own namespace over the parts, each preceded by its length as
/// four bytes, so that ("ab","c") and ("a","bc") differ. Thread-safe; about 0.1 microseconds.
UuidText uuid_v5(std::initializer_list<std::string_view> parts);

/// What many ids begin with, hashed once: UuidPrefix(a).id(b) is uuid_v5 of all parts of `a`, then of `b`.
class UuidPrefix {
  public:
    explicit UuidPrefix(std::initializer_list<std::string_view> parts);
    /// The same, and these parts.
    UuidPrefix with(std::initializer_list<std::string_view> parts) const;
    UuidText id(std::initializer_list<std::string_view> parts) const;

  private:
    void add(std::initializer_list<std::string_view> parts);
    void add(std::string_view bytes);
    std::uint32_t state_[5];
    unsigned char rest_[64];  ///< not hashed yet: less than a block
    std::size_t rest_size_ = 0;
    std::uint64_t length_ = 0;
    std::string whole_;  ///< where libcrypto hashes: all parts
};

/// Is `s` a UUID in lower-case text form?
bool is_uuid(std::string_view s);

}  // namespace gpswitch
