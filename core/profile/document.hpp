#pragma once
#include <cstdint>
#include <cstring>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/json/json.hpp"

namespace gpswitch::profile {

/// A number for a name that the table knows; 0 for one it does not.
using Atom = std::uint16_t;

/// Names to numbers and back. Filled once, by the table; then const and thread-safe.
class Atoms {
  public:
    Atoms();
    Atom add(std::string_view name);
    /// 0 when unknown.
    Atom find(std::string_view name) const {
        const Ends e = ends(name);
        for (std::size_t i = e.hash() & mask_;; i = (i + 1) & mask_) {
            const Slot& s = slots_[i];
            if (s.atom == 0) return 0;
            // Of names up to 16 bytes the ends are all there is.
            if (s.ends.first == e.first && s.ends.last == e.last && s.ends.size == e.size &&
                (e.size <= 16 || names_[s.atom] == name))
                return s.atom;
        }
    }
    std::string_view name(Atom a) const { return names_[a]; }
    std::size_t size() const { return names_.size(); }

  private:
    /// The first and last eight bytes of a name, or all of a shorter one, and its length.
    struct Ends {
        std::uint64_t first = 0, last = 0;
        std::uint32_t size = 0;
        std::size_t hash() const {
            return static_cast<std::size_t>(
                ((first ^ (last * 0x9E3779B97F4A7C15ull) ^ size) * 0xD6E8FEB86659FD93ull) >> 32);
        }
    };
    struct Slot {
        Ends ends;
        Atom atom = 0;
    };
    static Ends ends(std::string_view s) {
        Ends e;
        const std::size_t n = s.size();
        e.size = static_cast<std::uint32_t>(n);
        if (n >= 8) {
            std::memcpy(&e.first, s.data(), 8);
            std::memcpy(&e.last, s.data() + n - 8, 8);
        } else if (n >= 4) {
            std::uint32_t x, y;
            std::memcpy(&x, s.data(), 4);
            std::memcpy(&y, s.data() + n - 4, 4);
            e.first = x;
            e.last = y;
        } else if (n > 0) {
            e.first = static_cast<unsigned char>(s[0]);
            e.last = static_cast<std::uint64_t>(static_cast<unsigned char>(s[n / 2])) << 8 |
                     static_cast<unsigned char>(s[n - 1]);
        }
        return e;
    }
    void put(Atom a);
    std::deque<std::string> kept_;
    std::vector<std::string_view> names_;
    std::vector<Slot> slots_;
    std::size_t mask_ = 0;
};

/// One value of a document. Nodes lie in the order of the text; the children of a node follow it.
struct Node {
    enum class Kind : std::uint8_t { null, boolean, number, string, array, object };
    static constexpr std::uint8_t kEscaped = 1;  ///< text is not as it stands in the document
    static constexpr std::uint8_t kSkip = 2;     ///< "_name" beside a "name": part of that one

    std::uint32_t begin = 0;    ///< offset of the value; of a string, behind its quote
    std::uint32_t end = 0;      ///< behind it (not for containers)
    std::uint32_t key_at = 0;   ///< offset of the member's name, behind its quote; 0 for an item
    std::uint32_t next = 0;     ///< index of what follows this value and all in it
    std::uint32_t count = 0;    ///< members or items
    std::uint32_t sibling = 0;  ///< node of the "_name" that belongs to it; 0: none
    Atom key = 0;               ///< name as written
    Atom name = 0;              ///< name of the element ("value" for "valueQuantity"), once checked
    std::uint16_t type = 0;     ///< number of the FHIR type, once checked
    Kind kind = Kind::null;
    std::uint8_t flags = 0;
};

/// A document as a row of nodes over its own text. Keep one per worker and parse into it again and again.
/// Refused, with offset: what json::Parser refuses, except that a doubled key is left to the checker; and
/// nesting beyond 64 levels.
class Document {
  public:
    explicit Document(const Atoms& atoms);
    ~Document();
    Document(Document&&) noexcept;

    /// `room`: bytes readable from text.data() on; simdjson wants 64 more than the text has, else it is
    /// copied.
    bool parse(std::string_view text, std::size_t room, json::Error& error);

    /// Looks through many lines at once, which is cheaper than one by one; parse_line() then parses them, in
    /// their order, each a part of `lines`. False: something in the lines is such that they have to be parsed
    /// one by one, with parse().
    bool look_through(std::string_view lines, std::size_t room);
    bool parse_line(std::string_view line, json::Error& error);

    /// The nodes; those behind the last one of the document mean nothing.
    std::vector<Node> nodes;
    const Node& operator[](std::uint32_t i) const { return nodes[i]; }
    std::string_view text(const Node& n) const {
        return (n.flags & Node::kEscaped) != 0 ? std::string_view(unescaped_[n.end])
                                               : text_.substr(n.begin, n.end - n.begin);
    }
    /// A member's name as written, escapes undone.
    std::string key(const Node& n) const;
    std::string_view whole() const { return text_; }
    /// The node of a member by name; 0 when there is none.
    std::uint32_t member(std::uint32_t object, Atom key) const {
        const Node& o = nodes[object];
        if (o.kind != Node::Kind::object) return 0;
        for (std::uint32_t i = object + 1; i < o.next; i = nodes[i].next)
            if (nodes[i].key == key) return i;
        return 0;
    }

  private:
    struct Impl;
    void begin(std::string_view text, json::Error& error);
    std::unique_ptr<Impl> impl_;
    const Atoms& atoms_;
    std::string_view text_;
    std::deque<std::string> unescaped_;  ///< kept for the next document
    std::size_t unescaped_used_ = 0;
    friend struct Impl;
};

}  // namespace gpswitch::profile
