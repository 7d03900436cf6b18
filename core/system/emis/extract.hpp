#pragma once
#include <span>
#include <unordered_map>

#include "core/csv/csv.hpp"
#include "core/mapping/mapping.hpp"
#include "core/record/system.hpp"
#include "core/system/emis/layout.hpp"

/// An extract opened and indexed: one pass over every file, 8 bytes and a line mark a row kept.
namespace gpswitch::emis {

using record::Text;

/// A GUID (or any other key text) as 128 bits: GUIDs by value, whatever their braces and case; other text by
/// hash.
struct Key {
    std::uint64_t high = 0, low = 0;
    bool operator==(const Key&) const = default;
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

/// A row read: its cells by header position, and what is wrong with it.
struct RowText {
    Text raw;
    std::uint64_t offset = 0;
    std::vector<Text> cells;
    std::uint64_t filled[2] = {0, 0};  ///< which of the first 128 cells hold something
    /// nullptr: readable. Otherwise why not; cells are what could be made out.
    const char* bad = nullptr;
};

/// One table's file.
class TableFile {
  public:
    Tab tab{};
    std::string_view bytes;
    std::string origin;
    Header header;
    std::vector<int> unknown;  ///< header positions that no version of the extract is known to have
    csv::LineIndex lines;
    /// Patient tables: (patient << 40 | offset), sorted; nobody's rows last. Others: offsets in file order.
    std::vector<std::uint64_t> rows;
    /// Rows whose quotes go wrong; their end cannot be found again from their start alone.
    std::unordered_map<std::uint64_t, csv::RowSpan> broken;

    static constexpr std::uint64_t kOffset = (std::uint64_t{1} << 40) - 1;
    static constexpr std::uint64_t kNobody = (std::uint64_t{1} << 24) - 1;
    std::uint64_t offset(std::size_t slot) const { return rows[slot] & kOffset; }
    std::uint64_t patient(std::size_t slot) const { return rows[slot] >> 40; }
    /// First slot of a patient and the one after the last.
    std::pair<std::size_t, std::size_t> slots_of(std::uint64_t patient) const;
    void read(std::size_t slot, Arena& arena, RowText& out) const;
};

class Extract {
  public:
    /// Opens and indexes; `mapping` says which columns a table may have. Structural findings go to issues.
    /// Throws InputError when the extract cannot be used: a table missing, a needed column missing or
    /// doubled, an agreement disabled.
    Extract(std::shared_ptr<archive::Place> files, const mapping::MappingSet& mapping);

    const TableFile& table(Tab tab) const { return tables_[static_cast<std::size_t>(tab)]; }
    record::Census census;
    std::vector<Issue> issues;
    KeyMap<std::uint32_t> patients;  ///< PatientGuid to index in census.patients

    /// Slots of a practice-wide table by key, in file order; several when the key repeats.
    std::span<const std::uint32_t> find(Tab tab, const Key& key) const;
    /// Slots of a coding table by CodeId: one per parent.
    std::span<const std::uint32_t> code(Tab tab, Text code_id) const { return find(tab, code_key(code_id)); }
    /// CodeIds are numbers of up to 18 digits; anything else is a key of its own and finds nothing by
    /// accident.
    static Key code_key(Text code_id);
    std::uint64_t line(Tab tab, std::size_t slot) const {
        return table(tab).lines.line_of(table(tab).offset(slot));
    }

  private:
    /// Keys sorted, and the slots beside them.
    struct Lookup {
        std::vector<Key> keys;
        std::vector<std::uint32_t> slots;
    };
    void find_files();
    void hash_inputs();
    void read_header(TableFile& t, const mapping::MappingSet& mapping);
    void read_patients();
    void index(TableFile& t);
    void index_practice(TableFile& t, Lookup& lookup);
    void check_agreements();
    Issue issue(const TableFile& t, std::uint64_t line, Severity severity, const char* code,
                std::string message) const;

    std::shared_ptr<archive::Place> files_;
    std::array<TableFile, kTabs> tables_;
    std::array<Lookup, kTabs> lookups_;
};

}  // namespace gpswitch::emis
