#pragma once
#include <map>
#include <span>
#include <unordered_set>

#include "core/mapping/mapping.hpp"
#include "core/record/system.hpp"
#include "core/system/emis/batches.hpp"
#include "core/system/emis/table_file.hpp"

/// An extract opened and indexed: a bulk and its deltas, one practice of one sharing agreement. One pass over
/// every file; 8 bytes and a line mark a row kept, and where there are several deliveries a byte more.
namespace gpswitch::emis {

class Extract {
  public:
    /// Opens, indexes and merges; `mapping` says which columns a table may have. Structural findings go to
    /// issues. Throws InputError when the extract cannot be used: a table missing (unless
    /// options.incomplete), a needed column missing or doubled, deliveries that cannot be put in order, an
    /// agreement disabled, several practices and none chosen.
    Extract(const record::SourceOptions& options, const mapping::MappingSet& mapping);

    const TableFile& table(Tab tab) const { return tables_[static_cast<std::size_t>(tab)]; }
    record::Census census;
    std::vector<Issue> issues;
    KeyMap<std::uint32_t> patients;  ///< PatientGuid to index in census.patients
    const std::vector<Batch>& batches() const { return deliveries_.batches; }
    /// InputError when a file changed since it was opened.
    void check_files() const { files_->check(); }
    /// A table that every extract has is not there (options.incomplete): what it would say is unknown.
    bool incomplete() const { return incomplete_; }

    /// Slots of a practice-wide table by key, only those that count, in file order; one unless the key has
    /// two parts.
    std::span<const std::uint32_t> find(Tab tab, const Key& key) const;
    /// Slots of a coding table by CodeId: one per parent, those of the newest delivery first.
    std::span<const std::uint32_t> code(Tab tab, Text code_id) const { return find(tab, code_key(code_id)); }
    /// CodeIds are numbers of up to 18 digits; anything else is a key of its own and finds nothing by
    /// accident.
    static Key code_key(Text code_id);

    // ---- where a row stands: slots are 0 to table(tab).rows.size() - 1, through all files of the table
    std::uint64_t line(Tab tab, std::size_t slot) const { return table(tab).line(slot); }
    const std::string& origin(Tab tab, std::size_t slot) const { return table(tab).part_of(slot).origin; }
    std::uint16_t part(Tab tab, std::size_t slot) const {
        return static_cast<std::uint16_t>(table(tab).part_at(table(tab).offset(slot)));
    }
    const Batch& batch(Tab tab, std::size_t slot) const { return batches()[table(tab).part_of(slot).batch]; }

    // ---- for a verbatim copy (export)
    /// Settles as well what reading a patient would settle: keys that come twice in one file. Afterwards a
    /// row is in the copy when table(tab).verdict(slot) is live; every other has outcome(verdict) for its
    /// fate and rule. Delete rows (Deleted=true) that won are still live here: a route gives them their fate.
    void settle_repeats();
    /// Slots of a table in the order of deliveries and of their files.
    std::vector<std::uint32_t> in_file_order(Tab tab) const;

  private:
    /// Keys sorted, and the slots beside them.
    struct Lookup {
        std::vector<Key> keys;
        std::vector<std::uint32_t> slots;
    };
    /// What a delivery says of an organisation in the sharing agreement.
    struct Sharing {
        bool activated = false, disabled = false, deleted = false;
        std::string guid, origin;
        std::uint64_t line = 0;
    };
    /// A row of Admin_Patient.
    struct PatientRow {
        Key key, organisation;
        std::string text;
        std::uint64_t address = 0;
        std::uint16_t batch = 0;
        std::int64_t processing = 0;
        bool deleted = false, left = false, bad = false;
        std::string type, start, end;  ///< of the registration
    };
    /// What deliveries did to a patient as a whole: a row whose newest version came before `batch` has
    /// `verdict`.
    struct Cut {
        std::uint16_t batch;
        Verdict verdict;
    };
    struct Life {
        std::vector<Cut> cuts;
        bool gone = false;
    };
    /// A row while versions of one key are compared.
    struct Version {
        Key key;
        std::uint64_t order, address;
        std::uint32_t slot;
        std::uint16_t batch;
        std::uint64_t patient;
        bool deleted;
    };

    // extract.cpp: files and headers
    void open_files();
    void hash_inputs();
    void open_side(Tab tab, std::size_t member);
    void add_part(Tab tab, std::size_t member, std::uint16_t batch);
    void read_header(Part& part, Tab tab);
    void unite_headers(TableFile& t);
    void check_versions();
    void check_columns(const Batch& batch, const std::vector<std::pair<Tab, const Part*>>& files,
                       const std::string& version, bool exact);
    void missing_tables(const std::string& where, const std::string& tables);
    void fill_census();
    Issue issue(const std::string& origin, std::uint64_t line, Severity severity, const char* code,
                std::string message) const;

    // practices.cpp: which agreement, which practice, whose patients
    void read_agreements();
    void read_patients();
    void choose_agreement();
    void choose_practice();
    void check_sharing() const;
    void say_sharing();
    void check_ods();
    void guess_bulks();
    bool looks_like_bulk(const Batch& batch, std::uint16_t index, std::size_t known, bool first);
    void fill_patients();
    struct Organisation {
        std::string guid, ods, name;
    };
    std::map<Key, Organisation> organisations(bool newest_only) const;
    std::string listed(const std::map<Key, std::size_t>& practices) const;

    // index.cpp
    void index(TableFile& t);
    void index_practice(TableFile& t, Lookup& lookup);
    void find_lost_deletes(TableFile& t, std::vector<std::pair<std::uint64_t, Key>>& lost,
                           std::vector<std::uint64_t>& ambiguous);
    Verdict use_of(const Part& part) const;
    bool of_other_practice(const Part& part, Text row, const Key& patient) const;

    // merge.cpp
    void merge();
    void merge_patients();
    void merge_patient(std::vector<const PatientRow*>& rows);
    void merge_table(TableFile& t);
    static bool slot_twice(const TableFile& t);
    void merge_slots(TableFile& t);
    void drop_disabled(TableFile& t, std::vector<Version>& versions);
    void settle_versions(TableFile& t, std::span<Version> versions, const Life* life);
    void settle_slot(TableFile& t, std::span<Version> versions);
    void put(TableFile& t, std::size_t slot, Verdict verdict);
    bool same_row(const TableFile& t, std::uint64_t a, std::uint64_t b) const;
    void keep_columns(TableFile& t, std::span<const Version> versions);
    std::vector<Version> versions_of(const TableFile& t, std::size_t first, std::size_t last) const;
    const Life* life_of(std::uint64_t patient) const;
    bool left_agreement() const;
    bool disabled_in(std::uint16_t batch, const Key& organisation) const;

    const record::SourceOptions options_;
    const mapping::MappingSet& mapping_;
    std::shared_ptr<archive::Place> files_;
    Deliveries deliveries_;
    bool incomplete_ = false;
    std::array<TableFile, kAllTabs> tables_;
    std::array<Lookup, kAllTabs> lookups_;
    std::vector<std::map<Key, Sharing>> sharing_;  ///< by batch
    bool ever_disabled_ = false;                   ///< some delivery that is read says so of somebody
    std::string first_sharing_;                    ///< the first organisation that the newest agreements list
    std::vector<PatientRow> patient_rows_;
    Key practice_;
    std::unordered_set<Key, KeyHash> others_;  ///< practices of the agreement that were not chosen
    std::unordered_set<Key, KeyHash> their_sessions_;
    std::unordered_set<Key, KeyHash> theirs_;  ///< patients with a row of one of those
    std::unordered_map<std::uint32_t, Life> lives_;
    std::vector<std::uint16_t> replacing_;  ///< bulks after the first
};

bool is_true(Text cell);

}  // namespace gpswitch::emis
