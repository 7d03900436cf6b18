#pragma once
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/csv/csv.hpp"
#include "core/record/record.hpp"
#include "core/system/emis/layout.hpp"

/// One table of an extract: its files of all deliveries seen as one, with one header.
namespace gpswitch::emis {

using record::Text;

/// A GUID (or any other key text) as 128 bits: GUIDs by value, whatever their braces and case; other text by
/// hash.
struct Key {
    std::uint64_t high = 0, low = 0;
    bool operator==(const Key&) const = default;
    auto operator<=>(const Key&) const = default;
    bool empty() const { return high == 0 && low == 0; }
};
Key key_of(Text text);
struct KeyHash {
    std::size_t operator()(const Key& k) const {
        return static_cast<std::size_t>(k.low ^ (k.high * 0x9E3779B97F4A7C15ull));
    }
};
template <class V>
using KeyMap = std::unordered_map<Key, V, KeyHash>;

/// A row read: its cells by the position of its table's header, and what is wrong with it.
struct RowText {
    Text raw;
    std::uint64_t offset = 0;
    std::uint64_t next = 0;   ///< where the next row begins; 0: not known
    std::uint64_t lines = 1;  ///< how many lines further that is
    std::vector<Text> cells;
    std::uint64_t filled[2] = {0, 0};  ///< which of the first 128 cells hold something
    /// nullptr: readable. Otherwise why not; cells are what could be made out.
    const char* bad = nullptr;

    /// Sets `filled` from the cells.
    void note_filled();
};

/// What the deliveries make of a row before anything is mapped. live: it counts (its route may still settle
/// it). Two are superseded in their table and still say something of their own: cancelled, a booking that a
/// later row of the slot took away; former, a patient's earlier registration.
enum class Verdict : std::uint8_t {
    live,
    cancelled,
    former,
    repeated,
    newer_row,
    text_kept,
    deleted_later,
    delete_row,
    delete_unknown,
    delete_ambiguous,
    patient_deleted,
    not_in_bulk,
    left_scope,
    left_scope_unknown,
    left_slot,
    agreement_disabled,
    later_delivery,
    other_agreement,
    other_practice,
};
/// Fate and rule of a verdict in a verbatim copy; none for live.
struct Outcome {
    record::Fate fate;
    std::string_view rule;
};
Outcome outcome(Verdict verdict);
/// Something is made of the row.
inline bool counts(Verdict v) { return v <= Verdict::former; }

/// One file. Addresses count through all files of a table: `base` is that of this one's first byte.
struct Part {
    std::string_view bytes;
    std::string name, origin;
    std::uint16_t batch = 0;  ///< index into Extract::batches(); side files: past the last
    std::uint64_t base = 0;
    std::uint64_t rows = 0;
    Header header;           ///< its own
    std::vector<int> place;  ///< its columns by position in the table's header; empty: the same
    csv::Dialect dialect;
    bool headed = true;
    csv::LineIndex lines;
};

class TableFile {
  public:
    Tab tab{};
    std::vector<Part> parts;
    Header header;             ///< that of the newest file, and after it columns only older ones have
    std::vector<int> unknown;  ///< header positions that no version of the extract is known to have
    /// Patient tables: (patient << 40 | address), sorted; nobody's rows last. Others: addresses in file
    /// order.
    std::vector<std::uint64_t> rows;
    /// By slot; empty: every row is live.
    std::vector<Verdict> verdicts;
    /// Rows whose quotes go wrong, by address; their end cannot be found again from their start alone.
    std::unordered_map<std::uint64_t, csv::RowSpan> broken;
    /// Address of a row to that of an older one with its key: cells of columns that the newer row's file
    /// lacks are the older one's.
    std::unordered_map<std::uint64_t, std::uint64_t> kept_from;

    static constexpr std::uint64_t kOffset = (std::uint64_t{1} << 40) - 1;
    static constexpr std::uint64_t kNobody = (std::uint64_t{1} << 24) - 1;
    std::uint64_t offset(std::size_t slot) const { return rows[slot] & kOffset; }
    std::uint64_t patient(std::size_t slot) const { return rows[slot] >> 40; }
    Verdict verdict(std::size_t slot) const { return verdicts.empty() ? Verdict::live : verdicts[slot]; }
    /// First slot of a patient and the one after the last.
    std::pair<std::size_t, std::size_t> slots_of(std::uint64_t patient) const;
    /// The same, looking first where the patient before ended: at `hint`.
    std::pair<std::size_t, std::size_t> slots_of(std::uint64_t patient, std::size_t hint) const;
    std::size_t part_at(std::uint64_t address) const;
    const Part& part_of(std::size_t slot) const { return parts[part_at(offset(slot))]; }
    std::uint64_t line(std::size_t slot) const;
    std::uint64_t bytes() const;
    /// Reads a row: its raw bytes, and its cells by position in the table's header. Thread-safe.
    void read(std::size_t slot, Arena& arena, RowText& out) const { read_at(offset(slot), arena, out); }
    void read_at(std::uint64_t address, Arena& arena, RowText& out) const;
    Text cell(const RowText& row, std::string_view column) const;

  private:
    void read_plain(std::uint64_t address, Arena& arena, RowText& out) const;
};

/// The rows of a file below its header.
class RowScanner : public csv::TableScanner {
  public:
    explicit RowScanner(const Part& part)
        : TableScanner(part.bytes, part.dialect, part.header.columns.size(), part.headed) {}
};

using csv::field_at;
/// The same for a row of this file, in its own order of columns.
inline Text field_at(const Part& part, Text row, int n) { return csv::field_at(row, n, part.dialect); }

}  // namespace gpswitch::emis
