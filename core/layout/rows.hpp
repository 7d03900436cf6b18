#pragma once
#include <span>
#include <string>

#include "core/layout/layout.hpp"

/// Rows of a layout as bytes of its files.
namespace gpswitch::layout {

/// A key that is known when the row is committed: `reference` ("Type/id") stands for it at `offset` of the
/// table's bytes.
struct Patch {
    std::size_t table = 0, offset = 0;
    std::uint32_t at = 0, size = 0;  ///< of the reference, in Patches::texts
};
/// Those of a record, in the order of its rows.
struct Patches {
    std::vector<Patch> list;
    std::string texts;
    void add(std::size_t table, std::size_t offset, Text reference) {
        list.push_back({table, offset, static_cast<std::uint32_t>(texts.size()),
                        static_cast<std::uint32_t>(reference.size())});
        texts += reference;
    }
    Text reference(const Patch& p) const { return Text(texts).substr(p.at, p.size); }
};

/// How a supplier writes rows. A brick derives its own for the form of days and keys. Stateless.
class Dialect {
  public:
    enum class Quotes : std::uint8_t { always, needed };
    enum class Encoding : std::uint8_t { utf8, windows1252 };
    Quotes quotes = Quotes::needed;
    Encoding encoding = Encoding::utf8;
    bool header = true;
    std::string_view line_end = "\r\n";

    Dialect() = default;
    virtual ~Dialect() = default;
    Dialect(const Dialect&) = delete;
    Dialect& operator=(const Dialect&) = delete;

    /// The header line; empty when the files have none.
    std::string header_line(const mapping::WrittenTable& table) const;
    /// Appends the row; what stands in an empty cell is the table's. Keys that are not known yet are left
    /// out and noted. Text must be what the encoding has: see can_write().
    void append_row(std::string& out, const mapping::WrittenTable& table, std::size_t table_number,
                    std::span<const Text> cells, Patches& patches) const;
    /// Every character of the UTF-8 text has one of the encoding.
    bool can_write(Text utf8) const;

  protected:
    /// Appends a cell that holds something, without its quotes; true when it needs them. The usual one:
    /// plain decimals with the layout's places, everything else as text.
    virtual bool append_cell(std::string& out, Text cell, const mapping::Cell& column) const;
    /// The key that is known later: nothing but a note, unless a brick writes what stands there until then.
    virtual void append_later(std::string& out, Text reference, std::size_t table_number,
                              Patches& patches) const;
    /// Text with quotes doubled, in the encoding; true when it needs quotes.
    bool append_text(std::string& out, Text cell) const;
};

/// A plain decimal with the layout's places; one that has more keeps them.
void append_decimal(std::string& out, Text cell, std::size_t places);

/// Bytes with the keys in their places: `key(reference)` for every patch of the table, in their order.
template <class Key>
std::string patched(const std::string& bytes, const Patches& patches, std::size_t table, Key key) {
    std::string out;
    out.reserve(bytes.size() + 32 * patches.list.size());
    std::size_t at = 0;
    for (const Patch& p : patches.list) {
        if (p.table != table) continue;
        out.append(bytes, at, p.offset - at);
        out += key(patches.reference(p));
        at = p.offset;
    }
    out.append(bytes, at, std::string::npos);
    return out;
}

}  // namespace gpswitch::layout
