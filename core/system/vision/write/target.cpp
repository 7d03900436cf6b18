#include "core/system/vision/write/target.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <map>
#include <unordered_map>
#include <unordered_set>

#include "core/io/file.hpp"
#include "core/layout/target.hpp"
#include "core/record/made_number.hpp"
#include "core/system/vision/write/pages.hpp"
#include "core/util/civil_time.hpp"
#include "core/util/error.hpp"
#include "core/util/text.hpp"

namespace gpswitch::vision::write {
namespace {

constexpr std::string_view kFileTypes[] = {"practice_data_extract", "staff_data_extract",
                                           "patient_data_extract",  "encounter_data_extract",
                                           "journal_data_extract",  "referral_data_extract"};
constexpr std::string_view kTables[] = {"practice", "staff", "patient", "encounter", "journal", "referral"};

/// A row of a member of staff: its two halves come apart.
struct StaffRow {
    std::vector<std::string> cells;
    std::string own, person;  ///< "PractitionerRole/x", "Practitioner/y"; one of them empty in a half
};

struct Written : record::Encoded {
    std::vector<std::string> bytes;  ///< by table
    layout::Patches patches;
    std::vector<StaffRow> staff;
    std::string practice_row, ods, pid, latest;
};

std::string number_of(EntityKind kind, Text id) {
    const auto n = record::made_number(kind, id);
    return {n.data(), n.size()};
}

class ExtractTarget : public layout::Target {
  public:
    explicit ExtractTarget(const record::TargetOptions& options)
        : layout_(options.mapping, kVersion), places_(layout_), discard_(options.place == "/dev/null") {
        if (!discard_) folder_ = std::make_unique<io::OutputFolder>(options.place, options.overwrite);
    }

    record::Checkpoint begin(const record::Origin& origin) override {
        const record::Census& census = *origin.census;
        as_of_ = census.as_of;
        known_ = {census.practice, census.ods};
        ods_ = census.ods;
        const bool number = !census.practice.empty() && census.practice.size() <= 18 &&
                            std::ranges::all_of(census.practice, [](char c) { return c >= '0' && c <= '9'; });
        practice_ = number || census.system == "vision"
                        ? census.practice
                        : number_of(EntityKind::Organization, census.practice);
        for (const std::string_view table : kTables)
            files_[layout_.table_named(table)] = std::make_unique<io::OutputFile>(
                discard_ ? "/dev/null" : folder_->path() + "/" + std::string(table));
        return {};
    }

    std::unique_ptr<record::Encoded> encode(const Record& record) const override {
        auto out = std::make_unique<Written>();
        out->bytes.resize(layout_.tables());
        auto& pages = static_cast<Pages&>(filled(record));
        for (const std::uint32_t n : pages.order()) {
            const Draft& d = pages.drafts[n];
            const mapping::WrittenTable& table = layout_.table(d.table);
            const std::span<const Text> cells(d.cells, table.cells.size());
            if (d.table == places_.staff) {
                out->staff.push_back(staff_row(pages, d, cells));
                continue;
            }
            sheet_.append_row(out->bytes[d.table], table, d.table, cells, out->patches);
            if (d.table == places_.patient) out->pid = d.key;
            if (d.table == places_.practice)
                out->ods = cells[static_cast<std::size_t>(layout_.column(d.table, "IDENTIFIER"))];
            if (as_of_.empty()) date(table, cells, *out);
        }
        return out;
    }

    void commit(std::span<const std::unique_ptr<record::Encoded>> records) override {
        for (const auto& r : records) {
            auto& w = static_cast<Written&>(*r);
            for (StaffRow& row : w.staff) arrive(std::move(row));
            if (!w.pid.empty() && !patients_.insert(w.pid).second)
                throw TargetError("two patients would have the number " + w.pid + " in the extract",
                                  "nothing was written: read one of them alone (--patients), or tell us");
            for (std::size_t t = 0; t < w.bytes.size(); ++t) {
                if (w.bytes[t].empty()) continue;
                practice_written_ = practice_written_ || t == places_.practice;
                files_[t]->write(layout::patched(w.bytes[t], w.patches, t,
                                                 [&](Text r2) -> const std::string& { return key_of(r2); }));
            }
            if (!w.ods.empty()) ods_ = w.ods;
            latest_ = std::max(latest_, w.latest);
        }
    }

    void publish(const ledger::Ledger&) override {
        people();
        if (!practice_written_) {
            const mapping::WrittenTable& table = layout_.table(places_.practice);
            std::vector<Text> cells(table.cells.size());
            cells[static_cast<std::size_t>(layout_.columns(places_.practice).key)] = practice_;
            cells[static_cast<std::size_t>(layout_.column(places_.practice, "IDENTIFIER"))] = ods_;
            row(places_.practice, cells);
        }
        const std::string stamp = moment();
        for (std::size_t i = 0; i < std::size(kTables); ++i) {
            const std::size_t t = layout_.table_named(kTables[i]);
            files_[t]->publish();
            files_[t].reset();
            if (discard_) continue;
            const std::string name = folder_->path() + "/INCREMENTAL_" + (ods_.empty() ? "UNKNOWN" : ods_) +
                                     "_" + std::string(kFileTypes[i]) + "-" + stamp + ".csv";
            std::error_code error;
            std::filesystem::rename(folder_->path() + "/" + std::string(kTables[i]), name, error);
            if (error) throw TargetError(name + ": cannot be given its name: " + error.message());
        }
        if (folder_) folder_->publish();
    }

  private:
    std::unique_ptr<layout::Pages> pages() const override {
        return std::make_unique<Pages>(layout_, places_);
    }
    void fill(layout::Pages& pages, const Record& record) const override {
        auto& mine = static_cast<Pages&>(pages);
        mine.organisation.clear();
        // Practice-wide records come one after another, on one thread.
        if (record.patient_id.empty()) {
            choose(record);
            mine.organisation = organisation_;
        }
        pages.fill(record, practice_, Text(as_of_).substr(0, 10));
    }

    // The practice among the organisations: the one that the source named, or else the first that anybody
    // asks for.
    void choose(const Record& record) const {
        if (!organisation_.empty()) return;
        for (const record::Item& item : record.items) {
            if (item.kind != EntityKind::Organization) continue;
            bool is = known_[0].empty() && known_[1].empty();
            std::string wanted, given;
            normal_guid(known_[0], wanted);
            for (const record::Identifier& id : item.entity->identifier) {
                normal_guid(id.value, given);
                is = is || (!wanted.empty() && given == wanted) ||
                     (!known_[1].empty() && same_ignoring_case(id.value, known_[1]));
            }
            if (is || item.entity->id == known_[0]) {
                organisation_ = "Organization/" + std::string(item.entity->id);
                return;
            }
        }
        if (organisation_.empty()) organisation_ = {};
    }

    static StaffRow staff_row(const Pages& pages, const Draft& d, std::span<const Text> cells) {
        StaffRow row;
        row.cells.assign(cells.begin(), cells.end());
        for (const std::uint32_t i : d.items) {
            const record::Item& item = pages.record().items[i];
            const std::string name =
                std::string(record::name_of(item.kind)) + "/" + std::string(item.entity->id);
            if (item.kind == EntityKind::Practitioner) {
                row.person = name;
            } else {
                row.own = name;
                row.person =
                    static_cast<const record::PractitionerRole*>(item.entity)->practitioner.reference;
            }
        }
        return row;
    }

    // The moment of the data when the source has none: the latest day of all.
    void date(const mapping::WrittenTable& table, std::span<const Text> cells, Written& out) const {
        for (std::size_t c = 0; c < cells.size(); ++c)
            if (table.cells[c].format == mapping::Cell::Format::date && civil_time::is_day(cells[c]) &&
                cells[c] > Text(out.latest))
                out.latest = cells[c];
    }

    // --- on the committing thread ---

    std::size_t key_column() const { return static_cast<std::size_t>(layout_.columns(places_.staff).key); }

    void arrive(StaffRow row) {
        const std::string key = row.cells[key_column()];
        if (!row.own.empty()) {
            keys_.emplace(row.own, key);
            // Whoever names the person means the first job, unless the person was named before.
            if (!row.person.empty()) keys_.emplace(row.person, key);
            roles_.push_back(std::move(row));
        } else {
            persons_.emplace(row.person, std::move(row));
        }
    }

    const std::string& key_of(Text named) {
        const auto it = keys_.find(named);
        if (it != keys_.end()) return it->second;
        const std::string reference(named);
        const std::size_t slash = reference.find('/');
        const auto kind = record::kind_of(reference.substr(0, slash));
        std::string key;
        if (const auto p = persons_.find(reference); p != persons_.end()) {
            key = p->second.cells[key_column()];
            named_.insert(reference);
        } else if (kind) {
            key = number_of(*kind, Text(reference).substr(slash + 1));
        }
        return keys_.emplace(reference, std::move(key)).first->second;
    }

    void row(std::size_t table, std::span<const Text> cells) {
        std::string bytes;
        layout::Patches patches;
        sheet_.append_row(bytes, layout_.table(table), table, cells, patches);
        files_[table]->write(
            layout::patched(bytes, patches, table, [&](Text r) -> const std::string& { return key_of(r); }));
    }

    // A person and a job make one row; who has no job, or was named without it, one alone.
    void people() {
        std::unordered_set<std::string> done;
        std::unordered_set<std::string> keys;
        for (StaffRow& r : roles_) {
            if (const auto p = persons_.find(r.person); p != persons_.end()) {
                for (std::size_t c = 0; c < r.cells.size(); ++c)
                    if (r.cells[c].empty()) r.cells[c] = p->second.cells[c];
                done.insert(r.person);
            }
            if (!keys.insert(r.cells[key_column()]).second) continue;
            const std::vector<Text> cells(r.cells.begin(), r.cells.end());
            row(places_.staff, cells);
        }
        for (auto& [name, r] : persons_) {
            if (done.contains(name) && !named_.contains(name)) continue;
            if (!keys.insert(r.cells[key_column()]).second) continue;
            const std::vector<Text> cells(r.cells.begin(), r.cells.end());
            row(places_.staff, cells);
        }
    }

    /// The moment of the data, never of the run: yyyy-MM-dd-HHmmss.
    std::string moment() const {
        Arena arena;
        mapping::Civil c;
        const std::string of = as_of_.empty() ? latest_ : as_of_;
        if (of.empty() || !mapping::civil_of(of, arena, c) || c.day.size() < 10) return "1970-01-01-000000";
        std::string out(c.day);
        out += '-';
        for (const char ch : c.time.empty() ? Text("00:00:00") : c.time)
            if (ch >= '0' && ch <= '9') out += ch;
        return out;
    }

    layout::Layout layout_;
    Places places_;
    bool discard_;
    Sheet sheet_;
    std::unique_ptr<io::OutputFolder> folder_;
    std::string as_of_, practice_, ods_, latest_;
    std::array<std::string, 2> known_;  ///< what the source calls the practice
    mutable std::string organisation_;  ///< of practice-wide records only: one thread
    std::array<std::unique_ptr<io::OutputFile>, std::size(kTables)> files_;
    std::unordered_map<std::string, std::string, mapping::TextHash, std::equal_to<>> keys_;
    std::vector<StaffRow> roles_;
    std::map<std::string, StaffRow> persons_;
    std::unordered_set<std::string> named_;  ///< persons whom somebody named before their job was known
    std::unordered_set<std::string> patients_;
    bool practice_written_ = false;
};

}  // namespace

std::unique_ptr<record::Target> create(const record::TargetOptions& options) {
    if (options.mapping == nullptr)
        throw MappingError("writing in Vision extract layout needs the mapping set \"vision\"");
    return std::make_unique<ExtractTarget>(options);
}

}  // namespace gpswitch::vision::write
