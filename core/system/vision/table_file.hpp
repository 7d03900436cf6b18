#pragma once
#include <string>
#include <unordered_map>
#include <vector>

#include "core/csv/csv.hpp"
#include "core/system/vision/deliveries.hpp"
#include "core/system/vision/values.hpp"
#include "core/util/text.hpp"

/// One table of an extract: its files of all deliveries seen as one, every row in the order of the live
/// layout.
namespace gpswitch::vision {

/// One file. Addresses count through all files of a table: `base` is that of this one's first byte.
struct Part {
    std::string_view bytes;
    std::string name, origin;
    std::uint16_t delivery = 0;
    Use use = Use::read;
    bool test_pack = false;
    bool utf8 = true;         ///< all of it
    std::size_t columns = 0;  ///< a row of another number cannot be read; 0: nobody knows
    std::vector<int> place;   ///< position of each column in the live layout; empty: it is that layout
    std::uint64_t base = 0, rows = 0;
    csv::LineIndex lines;
};

/// A row read. `cells` are by position in the live layout, in the arena; those beyond `count` are empty.
struct RowText {
    Text raw;  ///< its bytes, in UTF-8
    Text* cells = nullptr;
    std::uint32_t count = 0;
    std::uint64_t filled = 0;           ///< bit n: cell n holds something
    const char* bad = nullptr;          ///< why it cannot be read; cells are then as they stand in the file
    bool undefined = false;             ///< some bytes mean nothing in Windows-1252
    std::uint64_t next = 0, lines = 1;  ///< address behind it, 0 when that is not known; its lines
    Text cell(int n) const { return static_cast<std::uint32_t>(n) < count ? trim(cells[n]) : Text{}; }
};

class TableFile {
  public:
    const Shape* shape = nullptr;  ///< nullptr: no table of a record
    std::string name;
    std::vector<Part> parts;
    /// (patient << 40 | address), sorted, for tables of patients; nobody's rows last. Otherwise addresses in
    /// file order.
    std::vector<std::uint64_t> rows;
    /// Practice-wide tables: a later row of the same key counts.
    std::vector<bool> superseded;
    /// Rows whose quotes go wrong, by address.
    std::unordered_map<std::uint64_t, csv::RowSpan> broken;

    static constexpr std::uint64_t kOffset = (std::uint64_t{1} << 40) - 1;
    static constexpr std::uint64_t kNobody = (std::uint64_t{1} << 24) - 1;
    bool of_patients() const { return shape != nullptr && shape->of_patients; }
    std::uint64_t offset(std::size_t slot) const { return rows[slot] & kOffset; }
    /// First slot of a patient and the one after the last; not before `from`.
    std::pair<std::size_t, std::size_t> slots_of(std::uint64_t patient, std::size_t from = 0) const;
    const Part& part_of(std::size_t slot) const { return parts[part_at(offset(slot))]; }
    std::size_t part_at(std::uint64_t address) const;
    std::uint64_t line(std::size_t slot) const;
    std::uint64_t bytes() const;
    /// Adds a file: which layout it has is found out from its rows. Throws InputError, naming the file, when
    /// most of them have the columns of neither, or no letter of ACTION where it should stand.
    void add(Part part);
    /// Thread-safe.
    void read(std::size_t slot, Arena& arena, RowText& out) const { read_at(offset(slot), arena, out); }
    void read_at(std::uint64_t address, Arena& arena, RowText& out) const;

  private:
    void slow_read(const Part& part, std::uint64_t address, Arena& arena, RowText& out) const;
    void check_action(RowText& out) const;
};

}  // namespace gpswitch::vision
