#include "core/system/emis/write/target.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>

#include "core/io/file.hpp"
#include "core/layout/target.hpp"
#include "core/system/emis/write/pages.hpp"
#include "core/util/civil_time.hpp"
#include "core/util/error.hpp"
#include "core/util/hash.hpp"
#include "core/util/text.hpp"

namespace gpswitch::emis::write {
namespace {

/// A row that waits: for its other half, or for the keys of what it refers to.
struct Waiting {
    Tab tab{};
    std::vector<std::string> cells;
    bool half = false;       ///< a taken slot: the booking is still to come
    std::string own, other;  ///< "Type/id": of the entity, of the one it shares the row with
};

struct Written : record::Encoded {
    std::array<std::string, kTabs> bytes;
    layout::Patches patches;
    std::vector<Waiting> waiting;
    std::vector<CodeUse> codes;
    /// Keys of practice-wide entities that have one of EMIS's.
    std::vector<std::pair<Key, std::string>> keys;
    std::string organisation, latest;
};

constexpr Tab kLate[] = {Tab::Admin_Organisation, Tab::Admin_Location,      Tab::Admin_OrganisationLocation,
                         Tab::Admin_UserInRole,   Tab::Appointment_Session, Tab::Appointment_SessionUser};
bool late(Tab tab) { return std::ranges::find(kLate, tab) != std::end(kLate); }

class ExtractTarget : public layout::Target {
  public:
    explicit ExtractTarget(const record::TargetOptions& options)
        : layout_(options.mapping), discard_(options.place == "/dev/null") {
        if (!discard_) folder_ = std::make_unique<io::OutputFolder>(options.place, options.overwrite);
    }

    record::Checkpoint begin(const record::Origin& origin) override {
        as_of_ = origin.census->as_of;
        Text practice = origin.census->practice;
        std::string normal;
        known_practice_ = normal_guid(practice, normal);
        practice_ =
            known_practice_ ? normal : std::string(text_of(guid_of(EntityKind::Organization, practice)));
        for (std::size_t i = 0; i < kTabs; ++i) {
            files_[i] = std::make_unique<io::OutputFile>(staged(static_cast<Tab>(i)));
            files_[i]->write(sheet_.header_line(layout_.table(i)));
        }
        return {};
    }

    std::unique_ptr<record::Encoded> encode(const Record& record) const override {
        auto out = std::make_unique<Written>();
        auto& pages = static_cast<Pages&>(filled(record));
        for (const std::uint32_t n : pages.order()) {
            const Draft& d = pages.drafts[n];
            const mapping::WrittenTable& table = layout_.table(d.table);
            const std::span<const Text> cells(d.cells, table.cells.size());
            if (late(tab_of(d)) || (tab_of(d) == Tab::Appointment_Slot))
                wait(pages, d, cells, *out);
            else
                sheet_.append_row(out->bytes[d.table], table, d.table, cells, out->patches);
            if (as_of_.empty()) date(d, *out);
            if (tab_of(d) == Tab::Admin_Patient && out->organisation.empty())
                out->organisation = d.cells[layout_.columns(d.table).practice];
        }
        out->codes = std::move(pages.codes);
        pages.codes.clear();
        return out;
    }

    void commit(std::span<const std::unique_ptr<record::Encoded>> records) override {
        for (const auto& r : records) {
            auto& w = static_cast<Written&>(*r);
            for (auto& [key, guid] : w.keys) keys_.emplace(key, std::move(guid));
            if (!keys_.empty())
                for (const layout::Patch& p : w.patches.list) patch(w.bytes[p.table], p.offset);
            for (std::size_t i = 0; i < kTabs; ++i)
                if (!w.bytes[i].empty()) files_[i]->write(w.bytes[i]);
            for (CodeUse& use : w.codes) take(std::move(use));
            for (Waiting& row : w.waiting) arrive(std::move(row));
            if (!w.organisation.empty()) organisations_.insert(resolved(w.organisation));
            latest_ = std::max(latest_, w.latest);
        }
    }

    void publish(const ledger::Ledger&) override {
        for (auto& [own, row] : slots_) {
            if (!row.half) continue;
            // Somebody's, but nobody's whom we have: not to be given to another.
            row.cells[static_cast<std::size_t>(layout_.column(row.tab, "IsBlocked"))] = "true";
            write(row);
        }
        staff();
        sites();
        for (Waiting& row : waiting_)
            if (row.tab != Tab::Admin_UserInRole && row.tab != Tab::Admin_OrganisationLocation) write(row);
        coding();
        agreement();
        const std::string stamp = batch_stamp();
        const UuidText u = uuid_v5({"emis", "sharing-agreement", practice_});
        const std::string end = stamp + "_" + upper(Text(u.data(), u.size())) + ".csv";
        for (std::size_t i = 0; i < kTabs; ++i) {
            const Tab tab = static_cast<Tab>(i);
            files_[i]->publish();
            files_[i].reset();
            if (discard_) continue;
            const std::string name = folder_->path() + "/bulk_" + std::string(kExtract) + "_" +
                                     std::string(shape(tab).name) + "_" + end;
            std::error_code error;
            std::filesystem::rename(staged(tab), name, error);
            if (error) throw TargetError(name + ": cannot be given its name: " + error.message());
        }
        if (folder_) folder_->publish();
    }

  private:
    std::unique_ptr<layout::Pages> pages() const override { return std::make_unique<Pages>(layout_); }
    void fill(layout::Pages& pages, const Record& record) const override {
        pages.fill(record, practice_, Text(as_of_).substr(0, 10));
    }

    std::string staged(Tab tab) const {
        return discard_ ? "/dev/null" : folder_->path() + "/" + std::string(shape(tab).name);
    }

    // --- in the workers ---

    // The keys that other rows will name a practice-wide entity by, and the row itself for later.
    void wait(const Pages& pages, const Draft& d, std::span<const Text> cells, Written& out) const {
        Waiting row;
        row.tab = tab_of(d);
        row.cells.assign(cells.begin(), cells.end());
        const bool own_key = layout_.columns(d.table).key >= 0;
        for (const std::uint32_t i : d.items) {
            const record::Item& item = pages.record().items[i];
            row.own = std::string(record::name_of(item.kind)) + "/" + std::string(item.entity->id);
            if (!pages.shared[i].empty()) row.other = pages.shared[i];
            row.half = row.half || (item.kind == EntityKind::Slot && pages.taken(i));
            if (!own_key || !record::practice_wide(item.kind)) continue;
            const std::string guid(text_of(guid_of(item.kind, item.entity->id)));
            std::string& key = row.cells[static_cast<std::size_t>(layout_.columns(d.table).key)];
            if (!guid_form(key)) key = guid;  // a key of another form cannot be referred to in a GUID column
            if (key != guid) out.keys.emplace_back(key_of(guid), key);
        }
        if (d.items.size > 1) row.other.clear();  // both halves are here
        out.waiting.push_back(std::move(row));
    }

    void date(const Draft& d, Written& out) const {
        for (const char* name : {"EnteredDate", "ModifiedDate", "BookedDate", "HistoryDate"}) {
            const int c = layout_.column(d.table, name);
            if (c >= 0 && civil_time::is_day(d.cells[c]) && d.cells[c] > Text(out.latest))
                out.latest = d.cells[c];
        }
    }

    // --- on the committing thread ---

    void patch(std::string& bytes, std::size_t offset) const {
        const auto it = keys_.find(key_of(Text(bytes).substr(offset, 36)));
        if (it != keys_.end()) bytes.replace(offset, 36, it->second);
    }

    /// The GUID in a cell, whether it is known by now or made.
    std::string resolved(const std::string& cell) const {
        if (cell.empty() || cell[0] != kLater) return cell;
        std::string guid(text_of(guid_of(Text(cell).substr(1))));
        const auto it = keys_.find(key_of(guid));
        return it == keys_.end() ? guid : it->second;
    }

    void write(const Waiting& row) {
        std::vector<Text> cells(row.cells.begin(), row.cells.end());
        layout::Patches patches;
        std::string bytes;
        sheet_.append_row(bytes, layout_.table(row.tab), static_cast<std::size_t>(row.tab), cells, patches);
        for (const layout::Patch& p : patches.list) patch(bytes, p.offset);
        files_[static_cast<std::size_t>(row.tab)]->write(bytes);
    }

    static void fill(Waiting& row, const Waiting& from) {
        for (std::size_t c = 0; c < row.cells.size(); ++c)
            if (row.cells[c].empty()) row.cells[c] = from.cells[c];
    }

    void arrive(Waiting row) {
        if (row.tab != Tab::Appointment_Slot) {
            waiting_.push_back(std::move(row));
            return;
        }
        const bool booking = !row.cells[static_cast<std::size_t>(layout_.columns(row.tab).patient)].empty();
        if (booking) {
            if (const auto slot = slots_.find(row.other); slot != slots_.end()) {
                // The first has the slot's own row; of another in the same slot only the key differs.
                const auto key = static_cast<std::size_t>(layout_.columns(row.tab).key);
                if (slot->second.half) row.cells[key] = slot->second.cells[key];
                slot->second.half = false;
                fill(row, slot->second);
            }
            return write(row);
        }
        if (!row.half) return write(row);
        std::string own = row.own;
        slots_.emplace(std::move(own), std::move(row));
    }

    void take(CodeUse use) {
        if (use.strength < 0) return;
        auto& table = codes_[use.drug ? 1 : 0];
        const auto it = table.find(use.id);
        if (it == table.end()) {
            std::string id = use.id;
            table.emplace(std::move(id), std::move(use));
            return;
        }
        CodeUse& known = it->second;
        if (known.entry && use.entry && kind_of(known) != kind_of(use))
            throw TargetError(
                fmt::format(
                    "code {}: with one patient it stands for an entry of \"{}\", with another for one "
                    "of \"{}\", and the layout has one category for a code",
                    known.id, category_of(known), category_of(use)),
                "nothing was written: one of them would be read as an allergy or a vaccination that it is "
                "not, "
                "or no longer as one; put the codes right in the source");
        known.entry = known.entry || use.entry;
        if (use.strength > known.strength) {
            known.strength = use.strength;
            known.category = use.category;
        }
        for (auto member : {&CodeUse::term, &CodeUse::read, &CodeUse::snomed, &CodeUse::description,
                            &CodeUse::dmd, &CodeUse::parent})
            if ((known.*member).empty()) known.*member = use.*member;
    }

    static Text category_of(const CodeUse& use) {
        return use.category.empty() ? kPlainCategory : Text(use.category);
    }

    /// What whoever reads makes of an entry by its code, as far as it must not be mistaken: an allergy, a
    /// vaccination, and one with a parent that says whether it was given; empty for everything else.
    std::string kind_of(const CodeUse& use) const {
        const Text category = category_of(use);
        if (layout_.set().in_list("allergy-categories", category)) return "allergy";
        if (layout_.set().in_list("immunisation-categories", category)) return "vaccination " + use.parent;
        return {};
    }

    // A person and a job make one row.
    void staff() {
        std::map<std::string, const Waiting*> people;
        for (const Waiting& row : waiting_)
            if (row.tab == Tab::Admin_UserInRole && row.own.starts_with("Practitioner/"))
                people[row.own] = &row;
        for (Waiting& row : waiting_) {
            if (row.tab != Tab::Admin_UserInRole || row.other.empty()) continue;
            if (const auto p = people.find(row.other); p != people.end()) fill(row, *p->second);
        }
        // Both halves may have the one key that EMIS gave them.
        std::map<std::string, Waiting*> rows;
        std::vector<Waiting*> order;
        for (Waiting& row : waiting_) {
            if (row.tab != Tab::Admin_UserInRole) continue;
            const auto [it, fresh] = rows.try_emplace(at(row, "UserInRoleGuid"), &row);
            if (fresh)
                order.push_back(&row);
            else
                fill(*it->second, row);
        }
        for (Waiting* row : order) {
            if (at(*row, "OrganisationGuid").empty()) at(*row, "OrganisationGuid") = practice_;
            write(*row);
        }
    }

    // The main site of an organisation is what the organisation says.
    void sites() {
        std::map<std::string, std::string> main;
        for (const Waiting& row : waiting_)
            if (row.tab == Tab::Admin_Organisation)
                main[resolved(at(row, "OrganisationGuid"))] = resolved(at(row, "MainLocationGuid"));
        for (Waiting& row : waiting_) {
            if (row.tab != Tab::Admin_OrganisationLocation) continue;
            const auto it = main.find(resolved(at(row, "OrganisationGuid")));
            if (it != main.end() && it->second == resolved(at(row, "LocationGuid")))
                at(row, "IsMainLocation") = "true";
            write(row);
        }
    }
    std::string& at(Waiting& row, std::string_view column) const {
        return row.cells[static_cast<std::size_t>(layout_.column(row.tab, column))];
    }
    const std::string& at(const Waiting& row, std::string_view column) const {
        return row.cells[static_cast<std::size_t>(layout_.column(row.tab, column))];
    }

    void coding() {
        std::map<std::string, std::string> stubs;
        const auto row_of = [&](Tab tab) {
            Waiting row;
            row.tab = tab;
            row.cells.resize(layout_.table(tab).cells.size());
            at(row, "ProcessingId") = kExtract;
            return row;
        };
        for (const auto& [id, use] : codes_[0]) {
            Waiting row = row_of(Tab::Coding_ClinicalCode);
            at(row, "CodeId") = id;
            at(row, "Term") = use.term;
            std::string read = use.read;
            if (read.size() == 5)
                while (read.size() > 1 && read.back() == '.') read.pop_back();
            at(row, "ReadTermId") = read;
            at(row, "SnomedCTConceptId") = use.snomed;
            at(row, "SnomedCTDescriptionId") = use.description;
            at(row, "EmisCodeCategoryDescription") =
                use.category.empty() ? kPlainCategory : Text(use.category);
            if (!use.parent.empty()) {
                auto [stub, fresh] = stubs.try_emplace(use.parent);
                if (fresh) {
                    const UuidText u = uuid_v5({"emis", "parent-code", use.parent});
                    std::uint64_t n = 0;
                    for (const char c : u) n = n * 31 + static_cast<unsigned char>(c);
                    stub->second =
                        "2" + std::to_string(100'000'000'000'000ull + n % 900'000'000'000'000ull) + "90";
                }
                at(row, "ParentCodeId") = stub->second;
            }
            write(row);
        }
        for (const auto& [parent, id] : stubs) {
            Waiting row = row_of(Tab::Coding_ClinicalCode);
            const std::size_t bar = parent.find('|');
            const std::string code = parent.substr(0, bar);
            at(row, "CodeId") = id;
            at(row, "Term") = bar == std::string::npos ? code : parent.substr(bar + 1);
            at(row, code.ends_with('.') ? "ReadTermId" : "SnomedCTConceptId") =
                code.substr(0, code.find_last_not_of('.') + 1);
            at(row, "EmisCodeCategoryDescription") = kPlainCategory;
            write(row);
        }
        for (const auto& [id, use] : codes_[1]) {
            Waiting row = row_of(Tab::Coding_DrugCode);
            at(row, "CodeId") = id;
            at(row, "Term") = use.term;
            at(row, "DmdProductCodeId") = use.dmd;
            write(row);
        }
    }

    void agreement() {
        if (known_practice_ || organisations_.empty()) organisations_.insert(practice_);
        for (const std::string& organisation : organisations_) {
            Waiting row;
            row.tab = Tab::Agreements_SharingOrganisation;
            row.cells.resize(layout_.table(row.tab).cells.size());
            at(row, "OrganisationGuid") = organisation;
            const std::string s = batch_stamp();
            at(row, "LastModifiedDate") = s.substr(0, 4) + "-" + s.substr(4, 2) + "-" + s.substr(6, 2) + " " +
                                          s.substr(8, 2) + ":" + s.substr(10, 2) + ":" + s.substr(12, 2);
            write(row);
        }
    }

    /// The moment of the data, never of the run: yyyyMMddHHmmss.
    std::string batch_stamp() const {
        Arena arena;
        mapping::Civil c;
        const std::string moment = as_of_.empty() ? latest_ : as_of_;
        if (moment.empty() || !mapping::civil_of(moment, arena, c) || c.day.size() < 10)
            return "19700101000000";
        std::string out;
        for (const char ch : std::string(c.day) + (c.time.empty() ? "00:00:00" : std::string(c.time)))
            if (ch >= '0' && ch <= '9') out += ch;
        return out;
    }

    Layout layout_;
    bool discard_;
    Sheet sheet_;
    std::unique_ptr<io::OutputFolder> folder_;
    std::string as_of_, practice_, latest_;
    bool known_practice_ = false;
    std::array<std::unique_ptr<io::OutputFile>, kTabs> files_;
    KeyMap<std::string> keys_;
    std::vector<Waiting> waiting_;
    std::map<std::string, Waiting> slots_;  ///< taken ones; half: their booking has not come
    std::array<std::map<std::string, CodeUse>, 2> codes_;
    std::set<std::string> organisations_;
};

}  // namespace

std::unique_ptr<record::Target> create(const record::TargetOptions& options) {
    if (options.mapping == nullptr)
        throw MappingError("writing in EMIS extract layout needs the mapping set \"emis\"");
    return std::make_unique<ExtractTarget>(options);
}

}  // namespace gpswitch::emis::write
