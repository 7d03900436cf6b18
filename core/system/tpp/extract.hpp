#pragma once
#include <array>
#include <unordered_map>
#include <unordered_set>

#include "core/mapping/mapping.hpp"
#include "core/record/system.hpp"
#include "core/system/tpp/deliveries.hpp"
#include "core/system/tpp/table_file.hpp"

/// An extract opened and indexed: deliveries merged, cut to one practice. One pass over every file, and one
/// more over those of patients and registrations.
namespace gpswitch::tpp {

/// What an extract is opened for. copy: a row is left out of a copy only for what other rows and the options
/// say, not for what a reading would make of it: tables that are no GP record, or that nobody knows, are
/// merged like the others, and the shared record is cut with --practice only. Nothing can be looked up then.
enum class Purpose : std::uint8_t { map, copy };

class Extract {
  public:
    /// Opens, indexes and merges. Structural findings go to issues. Throws InputError when the extract cannot
    /// be used (see deliveries()), when needed tables are missing (unless options.incomplete), and when
    /// patients of several practices are in it and none is chosen.
    Extract(const record::SourceOptions& options, const mapping::MappingSet& mapping,
            Purpose purpose = Purpose::map);

    record::Census census;
    std::vector<Issue> issues;
    const std::vector<TableFile>& tables() const { return tables_; }
    const TableFile& table(std::size_t t) const { return tables_[t]; }
    /// Index of a table; nothing when the extract has no such file.
    std::optional<std::size_t> named(Text table) const;
    const Layout& layout() const { return layout_; }
    /// Patients by SRPatient.RowIdentifier: index in census.patients.
    std::unordered_map<Key, std::uint32_t> patients;
    /// ODS code of the practice read, as rows have it in IDOrganisationVisibleTo.
    const std::string& practice() const { return census.ods; }
    bool incomplete() const { return incomplete_; }
    void check_files() const {
        for (const auto& p : deliveries_.places) p->check();
    }

    /// Slot of the live row of a practice-wide table with this key (Shape::name where it has one); nothing
    /// when there is none. Of several the last counts.
    std::optional<std::uint32_t> find(std::size_t table, Key key) const;
    /// All of them, in file order: for keys of two parts.
    std::span<const std::pair<Key, std::uint32_t>> all(std::size_t table, Key key) const;
    /// One cell of a practice-wide row; lives in `arena`.
    Text cell(std::size_t table, std::uint32_t slot, Text column, Arena& arena) const;
    /// The text of a lookup's id: of SRConfiguredListOption, or of SRMapping. Empty when it has none.
    Text lookup(Text id, bool option, Arena& arena) const;
    /// `code` is `root` or stands below it in SRCtv3Hierarchy. Only for roots of lists/ctv3-roots.
    bool under(Text code, Text root) const;

    /// SRStaffMemberProfile of a person at a place (ODS code): of several the one that began last. Empty:
    /// none.
    std::string profile_of(Text person, Text place) const;

    const Delivery& delivery(std::size_t table, std::size_t slot) const {
        return deliveries_.list[tables_[table].part_of(slot).delivery];
    }
    const Deliveries& deliveries() const { return deliveries_; }
    /// Slots of a table, in the order of deliveries and of rows in their files.
    std::vector<std::uint32_t> in_file_order(std::size_t table) const;

  private:
    /// A row while versions of one key are compared.
    struct Version {
        Key key;
        std::uint32_t part;
        std::uint64_t address, patient;
        bool removed, shared;
    };
    /// Positions of the columns that say whose a row is.
    struct Columns {
        int key, second, patient, visible, registered, removed, through, status, place;
        explicit Columns(const TableFile& t, const Part& p);
    };
    /// Those of every file of a table.
    static std::vector<Columns> columns_of(const TableFile& t);

    // extract.cpp
    void open_files();
    void check_tables();
    void check_hierarchy();
    void say_columns(const TableFile& t);
    void read_patients();
    void choose_practice(const std::unordered_map<std::string, std::size_t>& practices);
    void read_gms();
    void gms_places(const Part& p, Text row, const Columns& c, std::vector<Key>& out) const;
    void fill_census();
    Issue issue(const std::string& origin, std::uint64_t line, Severity severity, const char* code,
                std::string message, const char* hint = "") const;

    // index.cpp
    void index(TableFile& t);
    void index_through(TableFile& t, std::unordered_map<Key, std::uint64_t>& parents);
    void merge(TableFile& t);
    void remove_problems();
    /// A row that came before its patient was removed: who came back since has none of it.
    bool came_before(std::uint64_t patient, std::uint16_t delivery) const {
        const auto it = gone_before_.find(patient);
        return it != gone_before_.end() && delivery < it->second;
    }
    void settle_group(TableFile& t, std::span<Version> versions,
                      std::vector<std::pair<std::uint64_t, Verdict>>& out);
    void settle_versions(TableFile& t, std::span<Version> versions,
                         std::vector<std::pair<std::uint64_t, Verdict>>& out);
    void build_lookup(std::size_t table);
    void read_hierarchy();
    void read_profiles();
    Key row_key(const TableFile& t, const Part& p, Text row, const Columns& c) const;
    Verdict verdict_of(const TableFile& t, const Part& p, Text row, const Columns& c,
                       std::uint64_t patient) const;
    /// What RemovedData says: 1, or another word for yes.
    bool removes(Text cell) const;
    bool same_row(const TableFile& t, std::uint64_t a, std::uint64_t b) const;

    // copy.cpp
    bool merges(Verdict verdict) const;
    void keep_shared();
    void keep_registrations();

    const record::SourceOptions options_;
    const Purpose purpose_;
    const mapping::MappingSet& mapping_;
    Layout layout_;
    Deliveries deliveries_;
    std::vector<TableFile> tables_;
    std::unordered_map<std::string, std::size_t, mapping::FoldHash, mapping::FoldEqual> index_;
    std::vector<std::vector<std::pair<Key, std::uint32_t>>> lookups_;  ///< by table, sorted by key and slot
    std::unordered_map<std::string, std::unordered_set<Key>> below_;   ///< by root
    struct Profile {
        Key person, place;
        std::string start, id;
        auto operator<=>(const Profile&) const = default;
    };
    std::vector<Profile> profiles_;  ///< sorted
    std::unordered_set<Key> removed_patients_;
    /// By patient who was removed and has come back: the first delivery whose rows count.
    std::unordered_map<std::uint64_t, std::uint16_t> gone_before_;
    std::unordered_set<Key> removed_codes_;  ///< rows of SRCode
    std::unordered_map<std::uint64_t, std::vector<Key>>
        gms_;  ///< by patient: other places of GMS registration
    /// By delivery: a full one of other practices, whose reference files say nothing of ours.
    std::vector<bool> of_others_;
    Key practice_ = kNoKey;
    bool several_ = false;  ///< practices
    bool incomplete_ = false;
};

}  // namespace gpswitch::tpp
