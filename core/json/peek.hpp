#pragma once
#include <memory>
#include <string_view>

namespace gpswitch::json {

/// A look into a document without making a tree of it, several times as fast as Parser; for finding out what
/// a line is before it is read. Keep one per worker; not thread-safe.
class Peek {
  public:
    Peek();
    ~Peek();
    Peek(Peek&&) noexcept;

    /// True only for an object that Parser takes, too. False is no verdict: ask Parser, which says what is
    /// wrong, if anything is.
    bool open(std::string_view text);
    /// The string at a JSON pointer (RFC 6901) of the document opened last, "/subject/reference"; empty when
    /// there is no string. Lives until the next open().
    std::string_view text(std::string_view pointer) const;
    bool has(std::string_view pointer) const;

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace gpswitch::json
