#include "core/system/tpp/write/target.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>

#include "core/io/file.hpp"
#include "core/layout/target.hpp"
#include "core/system/tpp/write/delivery.hpp"
#include "core/system/tpp/write/pages.hpp"
#include "core/util/civil_time.hpp"
#include "core/util/error.hpp"
#include "core/util/text.hpp"

namespace gpswitch::tpp::write {
namespace {

class ExtractTarget : public layout::Target {
  public:
    explicit ExtractTarget(const record::TargetOptions& options)
        : layout_(options.mapping), discard_(options.place == "/dev/null") {
        if (!discard_) folder_ = std::make_unique<io::OutputFolder>(options.place, options.overwrite);
        for (const char* name : {"SROrganisation", "SRCcg", "SRTrust", "SROrganisationBranch",
                                 "SRStaffMember", "SRStaffMemberProfile", "SRRota"})
            late_.insert(layout_.table_named(name));
        appointments_ = layout_.table_named("SRAppointment");
        numbers_.resize(layout_.tables());
    }

    record::Checkpoint begin(const record::Origin& origin) override {
        as_of_ = origin.census->as_of;
        practice_ = origin.census->ods.empty() ? origin.census->practice : origin.census->ods;
        if (practice_.empty()) practice_ = "UNKNOWN";
        for (std::size_t t = 0; t < layout_.tables(); ++t) {
            files_.push_back(std::make_unique<io::OutputFile>(path(layout_.table(t).name)));
            files_.back()->write(sheet_.header_line(layout_.table(t)));
        }
        return {};
    }

    std::unique_ptr<record::Encoded> encode(const Record& record) const override {
        auto out = std::make_unique<Written>();
        out->bytes.resize(layout_.tables());
        auto& pages = static_cast<Pages&>(filled(record));
        for (const std::uint32_t n : pages.order()) {
            Draft& d = pages.drafts[n];
            const mapping::WrittenTable& table = layout_.table(d.table);
            look_up(pages, d, *out);
            if (as_of_.empty()) date(d, *out);
            if (!half(pages, d)) note_number(d, *out);
            const std::span<const Text> cells(d.cells, table.cells.size());
            if (late_.contains(d.table) || d.table == appointments_)
                wait(pages, d, cells, *out);
            else
                sheet_.append_row(out->bytes[d.table], table, d.table, cells, out->patches);
        }
        // Without a code of its own, or one that has to be made, there is nothing to say of it.
        std::erase_if(pages.codes, [](const CodeUse& use) { return use.ctv3.empty() && use.roots.empty(); });
        out->codes = std::move(pages.codes);
        out->contents = std::move(pages.contents);
        out->products = std::move(pages.products);
        pages.codes.clear();
        pages.contents.clear();
        pages.products.clear();
        return out;
    }

    void commit(std::span<const std::unique_ptr<record::Encoded>> records) override {
        for (const auto& r : records) {
            auto& w = static_cast<Written&>(*r);
            for (auto& [reference, known] : w.keys) keys_.emplace(reference, std::move(known));
            for (CodeUse& use : w.codes) take(std::move(use));
            std::vector<bool> patched(w.bytes.size());
            for (const layout::Patch& p : w.patches.list) patched[p.table] = true;
            for (std::size_t t = 0; t < w.bytes.size(); ++t) {
                if (w.bytes[t].empty()) continue;
                if (!patched[t])
                    files_[t]->write(w.bytes[t]);
                else
                    files_[t]->write(layout::patched(w.bytes[t], w.patches, t,
                                                     [&](Text reference) { return resolved(reference); }));
            }
            for (auto& [id, content] : w.contents) contents_.emplace(id, std::move(content));
            products_.merge(w.products);
            for (auto& [id, words] : w.words) word(id, words);
            for (const auto& [table, number] : w.numbers) numbers_[table].push_back(number);
            for (Waiting& row : w.waiting) arrive(std::move(row));
            latest_ = std::max(latest_, w.latest);
        }
    }

    void publish(const ledger::Ledger&) override {
        for (auto& [own, row] : slots_) {
            if (!row.half) continue;
            // Somebody's, but nobody's whom we have: not to be given to another.
            at(row, "AppointmentStatus") = word_of("AppointmentStatus", "Blocked", false);
            if (const std::string& key = at(row, "RowIdentifier"); key.size() == 18)
                if (const auto n = to_integer(key))
                    numbers_[row.table].push_back(static_cast<std::uint64_t>(*n));
            write(row);
        }
        for (Waiting& row : waiting_) {
            above(row);
            write(row);
        }
        staff();
        practice();
        coding();
        lookups();
        unique();
        for (auto& file : files_) file->publish();
        files_.clear();
        manifest();
        if (folder_) folder_->publish();
    }

  private:
    std::unique_ptr<layout::Pages> pages() const override { return std::make_unique<Pages>(layout_, sheet_); }
    void fill(layout::Pages& pages, const Record& record) const override {
        pages.fill(record, practice_, Text(as_of_).substr(0, 10));
    }
    std::string path(std::string_view table) const {
        return discard_ ? "/dev/null" : fmt::format("{}/{}.csv", folder_->path(), table);
    }

    // --- in the workers ---

    // Words become the ids of their rows in the tables of words. A number that the source kept is an id.
    void look_up(Pages& pages, Draft& d, Written& out) const {
        for (const Layout::Lookup& l : layout_.lookups(d.table)) {
            Text& cell = d.cells[l.cell];
            const bool given = (d.from_rest >> l.cell & 1) != 0;
            if (cell.empty() || (given && to_integer(cell))) continue;
            const std::string& column = layout_.table(d.table).cells[l.cell].column;
            bool fresh = false;
            const Text id = pages.id_of_words(column, cell, fresh);
            if (fresh) out.words.try_emplace(std::string(id), Words{column, std::string(cell), l.option});
            cell = id;
        }
    }

    // Where nothing says of which day the data are: no entry was made later, and what is over is over by
    // then.
    void date(const Draft& d, Written& out) const {
        const std::string& table = layout_.table(d.table).name;
        const char* end = table == "SRProblem"          ? "DateEnd"
                          : table == "SRRepeatTemplate" ? "DateMedicationTemplateEnd"
                                                        : nullptr;
        for (const char* name : {"DateEventRecorded", end}) {
            const int c = name == nullptr ? -1 : layout_.column(d.table, name);
            if (c >= 0 && civil_time::is_day(d.cells[c].substr(0, 10)) && d.cells[c] > Text(out.latest))
                out.latest = d.cells[c];
        }
    }

    // A taken slot whose booking is not here: it will stand in the booking's row.
    bool half(const Pages& pages, const Draft& d) const {
        return d.table == appointments_ && d.items.size == 1 &&
               pages.record().items[d.items[0]].kind == EntityKind::Slot && pages.taken(d.items[0]);
    }
    void note_number(const Draft& d, Written& out) const {
        const int c = layout_.column(d.table, "RowIdentifier");
        const Text key = c < 0 ? Text{} : d.cells[c];
        if (key.size() == 18)
            if (const auto n = to_integer(key))
                out.numbers.emplace_back(d.table, static_cast<std::uint64_t>(*n));
    }

    // The keys that other rows will name a practice-wide entity by, and the row itself for later.
    void wait(const Pages& pages, const Draft& d, std::span<const Text> cells, Written& out) const {
        Waiting row;
        row.table = d.table;
        row.cells.assign(cells.begin(), cells.end());
        for (const std::uint32_t i : d.items) {
            const record::Item& item = pages.record().items[i];
            row.own = fmt::format("{}/{}", record::name_of(item.kind), item.entity->id);
            if (!pages.shared[i].empty()) row.other = pages.shared[i];
            row.half = row.half || (item.kind == EntityKind::Slot && pages.taken(i));
            if (!record::practice_wide(item.kind)) continue;
            Known known;
            known.key = d.key;
            if (item.kind == EntityKind::Organization) known.place = layout_.table(d.table).name;
            if (item.kind == EntityKind::PractitionerRole) {
                const auto& r = layout::as<record::PractitionerRole>(item);
                known.person = r.practitioner.reference;
                known.place = r.organization.reference;
            }
            out.keys.emplace_back(row.own, std::move(known));
        }
        if (d.items.size > 1) row.other.clear();  // both halves are here
        out.waiting.push_back(std::move(row));
    }

    // --- on the committing thread ---

    const Known* known(Text reference) const {
        const auto it = keys_.find(reference);
        return it == keys_.end() ? nullptr : &it->second;
    }
    // What is made is true until the next.
    Text made(Text reference) { return made_ = made_number(reference); }
    Text key_of(Text reference) {
        const Known* k = known(reference);
        return k == nullptr ? made(reference) : Text(k->key);
    }

    /// What stands in a cell for "Type/id", "Type/id#person", "Type/id#place" or "code:NAME"; true until the
    /// next.
    Text resolved(Text reference) {
        if (reference.starts_with("code:")) return made_code(std::string(reference.substr(5)));
        const std::size_t part = reference.find('#');
        const Text whole = reference.substr(0, part);
        const bool role = whole.starts_with("PractitionerRole/");
        if (part == Text::npos) {
            if (!whole.starts_with("Practitioner/")) return key_of(whole);
            // A person where the layout wants a role: one is made.
            persons_.emplace(whole);
            return made("PractitionerRole/" + std::string(whole));
        }
        const Known* k = known(whole);
        if (reference.substr(part) == "#person") {
            if (!role) return k == nullptr ? made(whole) : Text(k->key);
            if (k != nullptr && !k->person.empty()) return key_of(k->person);
            nobody_.emplace(whole);
            return made("Practitioner/" + std::string(whole));
        }
        return k == nullptr || k->place.empty() ? Text() : key_of(k->place);
    }
    std::string resolved_cell(const std::string& cell) {
        return cell.empty() || cell[0] != kLater ? cell : std::string(resolved(Text(cell).substr(1)));
    }

    // Codes of the supplier's own begin with Y and go on in lower case: one with a capital behind it is
    // nobody's.
    const std::string& made_code(const std::string& name) {
        const auto [it, fresh] = made_codes_.try_emplace(name);
        if (!fresh) return it->second;
        static constexpr std::string_view kDigits =
            "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
        std::size_t n = made_codes_.size() - 1;
        std::string code = "Y0000";
        for (std::size_t i = 4; i >= 2; --i) {
            code[i] = kDigits[n % 62];
            n /= 62;
        }
        if (n >= 20)
            throw TargetError("too many codes have to be made for this layout",
                              "nothing was written: the codes of CTV3 have five characters");
        code[1] = static_cast<char>('G' + n);
        return it->second = code;
    }

    void write(const Waiting& row) {
        std::vector<Text> cells(row.cells.begin(), row.cells.end());
        layout::Patches patches;
        std::string bytes;
        sheet_.append_row(bytes, layout_.table(row.table), row.table, cells, patches);
        files_[row.table]->write(
            layout::patched(bytes, patches, row.table, [&](Text r) { return resolved(r); }));
    }
    Waiting row_of(std::string_view table) const {
        Waiting row;
        row.table = layout_.table_named(table);
        row.cells.resize(layout_.table(row.table).cells.size());
        const int practice = layout_.columns(row.table).practice;
        if (practice >= 0) row.cells[static_cast<std::size_t>(practice)] = practice_;
        return row;
    }
    std::string& at(Waiting& row, std::string_view column) const {
        return row.cells[static_cast<std::size_t>(layout_.column(row.table, column))];
    }

    static void fill(Waiting& row, const Waiting& from) {
        for (std::size_t c = 0; c < row.cells.size(); ++c)
            if (row.cells[c].empty()) row.cells[c] = from.cells[c];
    }

    // A slot that somebody has waits for its booking: one row of the layout.
    void arrive(Waiting row) {
        if (row.table != appointments_) {
            waiting_.push_back(std::move(row));
            return;
        }
        const bool booking = row.own.starts_with("Appointment/");
        if (booking) {
            if (const auto slot = slots_.find(row.other); slot != slots_.end()) {
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
        if (use.ctv3.empty() && use.roots.empty()) return;
        std::string name = use.ctv3.empty() ? "made:" + use.name : use.ctv3;
        const auto [it, fresh] = codes_.try_emplace(std::move(name), use);
        if (fresh) return;
        CodeUse& known = it->second;
        if (known.entry && use.entry && known.roots != use.roots && !use.ctv3.empty())
            throw TargetError(
                fmt::format(
                    "code {}: with one patient it stands for an entry of another kind than with another, and "
                    "the layout has one place for a code",
                    use.ctv3),
                "nothing was written: one of them would be read as what it is not; put the codes right in "
                "the source");
        known.entry = known.entry || use.entry;
        known.roots.insert(use.roots.begin(), use.roots.end());
        if (known.text.empty()) known.text = use.text;
        if (known.snomed.empty()) known.snomed = use.snomed;
    }

    // Above an organisation stands a commissioner or a trust, each in a column of its own.
    void above(Waiting& row) {
        if (layout_.table(row.table).name != "SROrganisation") return;
        std::string& cell = at(row, "IDCcg");
        if (cell.empty() || cell[0] != kLater) return;
        const Known* k = known(cell.substr(1));
        if (k != nullptr && k->place == "SRTrust") cell.swap(at(row, "IDTrust"));
    }

    // Roles for persons who stand where a role must, and persons for roles of nobody.
    void staff() {
        // Writing the rows above may have asked for more of them: these are the last.
        for (const std::string& whole : persons_) {
            Waiting row = row_of("SRStaffMemberProfile");
            at(row, "RowIdentifier") = made_number("PractitionerRole/" + whole);
            at(row, "IDStaffMember") = key_of(whole);
            at(row, "IDOrganisation") = practice_;
            write(row);
        }
        for (const std::string& whole : nobody_) {
            Waiting row = row_of("SRStaffMember");
            at(row, "RowIdentifier") = made_number("Practitioner/" + whole);
            at(row, "StaffName") = "Unknown";
            write(row);
        }
    }

    // The practice of all rows is an organisation of the extract.
    void practice() {
        for (const auto& [reference, k] : keys_)
            if (reference.starts_with("Organization/") && k.key == practice_) return;
        Waiting row = row_of("SROrganisation");
        at(row, "RowIdentifier") = made_number("Organization/" + practice_);
        at(row, "ID") = practice_;
        at(row, "Name") = practice_;
        at(row, "MadeObsolete") = "false";
        write(row);
    }

    void coding() {
        std::uint64_t n = 0, below = 0, mapped = 0;
        for (const auto& [name, use] : codes_) {
            const std::string code = use.ctv3.empty() ? made_code(use.name) : use.ctv3;
            Waiting row = row_of("SRCtv3");
            at(row, "RowIdentifier") = std::to_string(++n);
            at(row, "Ctv3Code") = code;
            at(row, "Ctv3Text") = use.text;
            write(row);
            for (const std::string& root : use.roots) {
                Waiting link = row_of("SRCtv3Hierarchy");
                at(link, "RowIdentifier") = std::to_string(++below);
                at(link, "Ctv3CodeParent") = root;
                at(link, "Ctv3CodeChild") = code;
                at(link, "ChildLevel") = "1";
                write(link);
            }
            if (use.snomed.empty()) continue;
            Waiting map = row_of("SRCtv3ToSnomed");
            at(map, "RowIdentifier") = std::to_string(++mapped);
            at(map, "Ctv3Code") = code;
            at(map, "SnomedCode") = use.snomed;
            write(map);
        }
        std::uint64_t products = 0;
        for (const auto& [product, code, text] : products_) {
            Waiting row = row_of("SRMedicationReadCodeDetails");
            at(row, "RowIdentifier") = std::to_string(++products);
            at(row, "IDMultiLexProduct") = product;
            at(row, "DrugReadCode") = code;
            at(row, "DrugReadCodeDesc") = text;
            write(row);
        }
        for (const auto& [id, content] : contents_) {
            Waiting row = row_of("SRImmunisationContent");
            at(row, "RowIdentifier") = id;
            at(row, "Name") = content.first;
            at(row, "Content") = content.second;
            write(row);
        }
    }

    void word(const std::string& id, const Words& words) {
        const auto [it, fresh] = words_.try_emplace(id, words);
        if (!fresh && (it->second.words != words.words || it->second.column != words.column))
            throw TargetError(fmt::format("two lists of words would have the id {}", id),
                              "nothing was written");
    }
    std::string word_of(std::string_view column, std::string_view words, bool option) {
        std::string id = lookup_number(column, words);
        word(id, {std::string(column), std::string(words), option});
        return id;
    }

    void lookups() {
        std::set<std::string> groups;
        for (const auto& [id, words] : words_) {
            Waiting row = row_of(words.option ? "SRConfiguredListOption" : "SRMapping");
            at(row, "RowIdentifier") = id;
            const std::string list = lookup_number("list", words.column);
            if (words.option) {
                at(row, "ConfiguredList") = list;
                at(row, "ConfiguredListOption") = words.words;
            } else {
                at(row, "IdMappingGroup") = list;
                at(row, "Mapping") = words.words;
                groups.insert(words.column);
            }
            write(row);
        }
        for (const std::string& group : groups) {
            Waiting row = row_of("SRMappingGroup");
            at(row, "RowIdentifier") = lookup_number("list", group);
            at(row, "MappingGroup") = group;
            write(row);
        }
    }

    // A key is made of 57 bits of a name: that no two are the same is looked at, not believed.
    void unique() {
        for (std::size_t t = 0; t < numbers_.size(); ++t) {
            auto& list = numbers_[t];
            std::sort(list.begin(), list.end());
            const auto twice = std::adjacent_find(list.begin(), list.end());
            if (twice != list.end())
                throw TargetError(fmt::format("{}: two rows would have the RowIdentifier {}",
                                              layout_.table(t).name, *twice),
                                  "nothing was written: two entries of the source have one id");
        }
    }

    void manifest() {
        io::OutputFile file(path("SRManifest"));
        file.write(manifest_of(layout_, sheet_, stamp_of(as_of_.empty() ? latest_ : as_of_)));
        file.publish();
    }

    Layout layout_;
    Sheet sheet_;
    bool discard_;
    std::unique_ptr<io::OutputFolder> folder_;
    std::set<std::size_t> late_;
    std::size_t appointments_ = 0;
    std::string as_of_, practice_, latest_;
    std::vector<std::unique_ptr<io::OutputFile>> files_;
    std::unordered_map<std::string, Known, mapping::TextHash, std::equal_to<>> keys_;
    std::string made_;  ///< the key that was made last
    std::vector<Waiting> waiting_;
    std::map<std::string, Waiting> slots_;  ///< taken ones; half: their booking has not come
    std::map<std::string, CodeUse> codes_;
    std::unordered_map<std::string, std::string> made_codes_;
    std::map<std::string, std::pair<std::string, std::string>> contents_;
    std::set<std::array<std::string, 3>> products_;
    std::map<std::string, Words> words_;
    std::set<std::string> persons_, nobody_;
    std::vector<std::vector<std::uint64_t>> numbers_;
};

}  // namespace

std::unique_ptr<record::Target> create(const record::TargetOptions& options) {
    if (options.mapping == nullptr)
        throw MappingError("writing in TPP SystmOne extract layout needs the mapping set \"tpp\"");
    return std::make_unique<ExtractTarget>(options);
}

}  // namespace gpswitch::tpp::write
