#pragma once
#include <cstdint>
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
        for (std::size_t i = hash(name) & mask_;; i = (i + 1) & mask_) {
            const Atom a = slots_[i];
            if (a == 0 || names_[a] == name) return a;
        }
    }
    std::string_view name(Atom a) const { return names_[a]; }
    std::size_t size() const { return names_.size(); }

  private:
    static std::size_t hash(std::string_view s);
    void grow();
    std::deque<std::string> kept_;
    std::vector<std::string_view> names_;
    std::vector<Atom> slots_;
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

    /// `room`: bytes readable from text.data() on; simdjson wants 32 more than the text has, else it is
    /// copied.
    bool parse(std::string_view text, std::size_t room, json::Error& error);

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
    std::unique_ptr<Impl> impl_;
    const Atoms& atoms_;
    std::string_view text_;
    std::deque<std::string> unescaped_;
    friend struct Impl;
};

}  // namespace gpswitch::profile
