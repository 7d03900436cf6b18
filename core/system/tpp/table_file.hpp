#pragma once
#include <unordered_map>
#include <unordered_set>

#include "core/csv/csv.hpp"
#include "core/record/record.hpp"
#include "core/system/tpp/layout.hpp"
#include "core/system/tpp/values.hpp"

/// One table of an extract: its files of all deliveries seen as one, with one header.
namespace gpswitch::tpp {

/// A key in 64 bits: an id as a number, a short code by its bytes (case counts), other text by hash.
using Key = std::uint64_t;
inline constexpr Key kNoKey = 0;
Key id_key(Text id);      ///< kNoKey for an id that means none
Key text_key(Text text);  ///< kNoKey for an empty one

/// What the deliveries make of a row before anything is mapped. live: it counts.
enum class Verdict : std::uint8_t {
    live,
    repeated,
    newer_row,
    removed_later,
    removal,
    removal_unknown,
    patient_removed,
    code_removed,
    shared_record,
    not_gp,
    unknown_table,
    later_delivery,
    other_practice,
    no_practice,  ///< says none, where there are several
};
/// Fate and rule of a verdict; unsettled for live.
struct Outcome {
    record::Fate fate;
    std::string_view rule;
};
Outcome outcome(Verdict verdict);

/// One file. Addresses count through all files of a table: `base` is that of this one's first byte.
struct Part {
    std::string_view bytes;
    std::string name, origin;
    std::uint16_t delivery = 0;
    bool delta = false, utf8 = false;  ///< utf8: it begins with the mark of that encoding
    std::uint64_t base = 0, rows = 0;
    Header header;           ///< its own
    std::vector<int> place;  ///< its columns by position in the table's header; empty: the same
    csv::Dialect dialect;
    csv::LineIndex lines;
};

/// A row read.
struct RowText {
    Text raw;                   ///< its bytes, in UTF-8
    std::vector<Text> cells;    ///< by position in the table's header, trimmed
    const char* bad = nullptr;  ///< why it cannot be read; cells are what could be made out
    bool undefined = false;     ///< some bytes mean nothing in Windows-1252
};

class TableFile {
  public:
    std::string name;
    Shape shape;
    const Table* known = nullptr;  ///< nullptr: nobody knows this table
    bool of_patients = false;
    std::vector<Part> parts;
    Header header;             ///< that of the newest file, and after it columns only older ones have
    std::vector<int> unknown;  ///< header positions of columns that no mapping knows
    /// (patient << 40 | address), sorted when of_patients; nobody's rows last. Otherwise addresses in file
    /// order.
    std::vector<std::uint64_t> rows;
    std::vector<Verdict> verdicts;  ///< by slot; empty: every row is live
    /// Addresses of rows that a later row removed and that stay, for others name them (Shape::stays).
    std::unordered_set<std::uint64_t> left;
    /// Rows whose quotes go wrong, by address.
    std::unordered_map<std::uint64_t, csv::RowSpan> broken;

    static constexpr std::uint64_t kOffset = (std::uint64_t{1} << 40) - 1;
    static constexpr std::uint64_t kNobody = (std::uint64_t{1} << 24) - 1;
    std::uint64_t offset(std::size_t slot) const { return rows[slot] & kOffset; }
    std::uint64_t patient(std::size_t slot) const { return rows[slot] >> 40; }
    Verdict verdict(std::size_t slot) const { return verdicts.empty() ? Verdict::live : verdicts[slot]; }
    void put(std::size_t slot, Verdict v);
    /// First slot of a patient and the one after the last.
    std::pair<std::size_t, std::size_t> slots_of(std::uint64_t patient) const;
    std::size_t part_at(std::uint64_t address) const;
    const Part& part_of(std::size_t slot) const { return parts[part_at(offset(slot))]; }
    std::uint64_t line(std::size_t slot) const;
    std::uint64_t bytes() const;
    /// Adds a file: its header is read, its columns are joined to the table's. Throws InputError for a file
    /// without a header, with a column twice, or of a known table whose header lacks the key: its first row
    /// is taken for data then.
    void add(Part part);
    /// Once all files are in.
    void place_columns();
    /// Thread-safe.
    void read(std::size_t slot, Arena& arena, RowText& out) const { read_at(offset(slot), arena, out); }
    void read_at(std::uint64_t address, Arena& arena, RowText& out) const;
    Text cell(const RowText& row, std::string_view column) const;
    /// A row's bytes, as they stand in the file.
    Text raw_at(std::uint64_t address) const;
};

}  // namespace gpswitch::tpp
