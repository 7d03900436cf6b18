#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "core/util/arena.hpp"

namespace gpswitch::json {

/// Scalars keep their text: numbers verbatim ("28.0" stays), strings unescaped, true/false/null as words.
enum class Kind : std::uint8_t { null, boolean, number, string, array, object };

struct Member;

/// A JSON value in an arena. Order of members is the document's. Mutable: a reader for another standard
/// rewrites trees.
struct Value {
    Kind kind = Kind::null;
    std::uint32_t offset = 0;  ///< byte in the parsed text where the value starts; for addresses in issues
    std::string_view text;     ///< scalars
    List<Value*> items;        ///< array
    List<Member> members;      ///< object

    Value* find(std::string_view name) const;
    /// Text of a scalar member; empty when absent or not a scalar.
    std::string_view text_of(std::string_view name) const;
    bool is_scalar() const { return kind <= Kind::string; }
};
struct Member {
    std::string_view name;
    Value* value = nullptr;
};

/// What is wrong with a text that is not JSON, or with one that is and should be refused.
struct Error {
    std::string message;       ///< empty: no error
    std::uint64_t offset = 0;  ///< byte where it was noticed
    explicit operator bool() const { return !message.empty(); }
};

/// Parses whole documents with simdjson into trees. Keep one per worker; not thread-safe.
/// Refused: bad UTF-8, lone surrogates, nesting over 200 levels, duplicate keys in one object, trailing text,
/// numbers JSON does not allow; documents over 4 GiB. A byte order mark is skipped. The tree lives in `arena`
/// (and, for keys and plain strings, in `text` itself, which must outlive it).
class Parser {
  public:
    Parser();
    ~Parser();
    Parser(Parser&&) noexcept;
    Value* parse(std::string_view text, Arena& arena, Error& error);

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

/// Appends a string literal, quotes included. `s` must be UTF-8.
void append_string(std::string& out, std::string_view s);
/// The same without the quotes.
void append_escaped(std::string& out, std::string_view s);
/// Appends the value as compact JSON, numbers verbatim.
void append(std::string& out, const Value& value);

}  // namespace gpswitch::json
