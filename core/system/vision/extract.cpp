#include "core/system/vision/extract.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "core/util/civil_time.hpp"
#include "core/util/error.hpp"
#include "core/util/hashes.hpp"
#include "core/util/text.hpp"

namespace gpswitch::vision {
namespace {

/// Below these a first delivery may be a bulk, but of a very small practice.
constexpr std::size_t kFewPatients = 1000, kFewEntries = 25000;

Issue issue(const std::string& origin, std::uint64_t line, Severity severity, const char* code,
            std::string message, const char* hint = "") {
    Issue i;
    i.severity = severity;
    i.code = code;
    i.member = origin;
    i.line = line;
    i.message = std::move(message);
    i.hint = hint;
    return i;
}

std::string join_to(const std::string& list, std::string_view name) {
    return list.empty() ? std::string(name) : list + ", " + std::string(name);
}

bool deletes(Text action) { return same_ignoring_case(trim(action), "D"); }

}  // namespace

Extract::Extract(const record::SourceOptions& options, const mapping::MappingSet& mapping)
    : options_(options), mapping_(mapping), deliveries_(deliveries(options.files, options.as_of)) {
    census.system = "vision";
    issues = std::move(deliveries_.issues);
    open_files();
    check_tables();
    tell_encoding();
    read_patients();
    for (TableFile& t : tables_)
        if (t.of_patients())
            index(t);
        else
            index_practice(t);
    guess_bulk();
    check_empty();
    fill_census();
    check_files();
}

void Extract::open_files() {
    // Tables in the order of the layout, then those that are no part of a record.
    std::map<std::string, std::size_t> others;
    std::array<bool, kTabs> there{};
    const auto tab_of = [](const std::string& type) -> int {
        for (std::size_t t = 0; t < kTabs; ++t)
            if (shape(static_cast<Tab>(t)).file_type == type) return static_cast<int>(t);
        return -1;
    };
    for (const Delivery& d : deliveries_.list)
        for (const File& f : d.files)
            if (const int t = tab_of(f.type); t >= 0)
                there[static_cast<std::size_t>(t)] = true;
            else
                others.emplace(f.type, 0);
    for (std::size_t t = 0; t < kTabs; ++t) {
        if (!there[t]) continue;
        at_[t] = static_cast<int>(tables_.size());
        TableFile& file = tables_.emplace_back();
        file.shape = &shape(static_cast<Tab>(t));
        file.name = file.shape->name;
    }
    for (auto& [type, index] : others) {
        index = tables_.size();
        TableFile& file = tables_.emplace_back();
        file.name = type.ends_with("_data_extract") ? type.substr(0, type.size() - 13) : type;
    }
    std::vector<std::string_view> texts;
    bool test_pack = false;
    for (std::size_t d = 0; d < deliveries_.list.size(); ++d) {
        const Delivery& delivery = deliveries_.list[d];
        std::vector<const File*> order;
        for (const File& f : delivery.files) order.push_back(&f);
        // Staff and consultations have as many columns in both layouts: the journal or the patients say which
        // one it is.
        const auto rank = [](const File* f) {
            return f->type.starts_with("journal") ? 0 : f->type.starts_with("patient_data") ? 1 : 2;
        };
        std::stable_sort(order.begin(), order.end(),
                         [&](const File* a, const File* b) { return rank(a) < rank(b); });
        // A delivery of neither is of the layout of the one before it.
        if (!order.empty() && rank(order.front()) < 2) test_pack = false;
        for (const File* f : order) {
            const int tab = tab_of(f->type);
            Part p;
            p.bytes = f->bytes();
            p.name = f->name;
            p.origin = f->origin;
            p.delivery = static_cast<std::uint16_t>(d);
            p.use = deliveries_.use_of(delivery, *f);
            p.test_pack = test_pack;
            census.inputs.push_back({f->name, {}, p.bytes.size()});
            texts.push_back(p.bytes);
            TableFile& t = tables_[tab < 0 ? others.at(f->type)
                                           : static_cast<std::size_t>(at_[static_cast<std::size_t>(tab)])];
            t.add(std::move(p));
            test_pack = test_pack || t.parts.back().test_pack;
        }
        if (test_pack) census.version = "test-pack";
    }
    if (census.version.empty()) census.version = "0.18";
    const std::vector<std::string> hashes = sha256_of(std::move(texts));
    for (std::size_t i = 0; i < hashes.size(); ++i) census.inputs[i].sha256 = hashes[i];
}

void Extract::tell_encoding() {
    for (const TableFile& t : tables_)
        for (const Part& p : t.parts)
            if (t.shape != nullptr && p.use == Use::read && !p.utf8)
                issues.push_back(issue(p.origin, 0, Severity::warning, "VISION-BYTE-001",
                                       "not all of it is UTF-8: rows that are not are read as Windows-1252",
                                       "look at a few names with accents: are they right?"));
}

void Extract::check_tables() {
    std::string missing;
    for (std::size_t t = 0; t < kTabs; ++t) {
        const Shape& s = shape(static_cast<Tab>(t));
        const bool read =
            at_[t] >= 0 && std::ranges::any_of(tables_[static_cast<std::size_t>(at_[t])].parts,
                                               [](const Part& p) { return p.use == Use::read; });
        if (!read && mapping_.in_list("needed-tables", s.name)) missing = join_to(missing, s.file_type);
    }
    if (missing.empty()) return;
    const std::string where = deliveries_.list.front().files.front().origin;
    if (!options_.incomplete || at_[static_cast<std::size_t>(Tab::patient)] < 0)
        throw InputError(fmt::format("{}: no delivery has a file of {}", where, missing),
                         "the first delivery holds everything, later ones only changes: give it as well");
    incomplete_ = true;
    issues.push_back(issue(where, 0, Severity::error, "VISION-TABLE-001",
                           fmt::format("no {}: what it would say is not known", missing),
                           "a sample, not a delivery: do not take it for anybody's whole record"));
    census.warnings.push_back("files that are missing: " + missing);
}

// Who is in the extract, of which practice. The last row of a patient counts.
void Extract::read_patients() {
    TableFile& t = tables_[static_cast<std::size_t>(at_[static_cast<std::size_t>(Tab::patient)])];
    struct State {
        std::string pid;
        bool gone;
        std::uint16_t delivery;
    };
    std::unordered_map<std::string, std::size_t> practices;
    std::unordered_map<std::string, std::unordered_map<Key, State>> found;
    Arena arena;
    RowText row;
    for (const Part& p : t.parts) {
        if (p.use != Use::read) continue;
        csv::TableScanner scan(p.bytes, {}, p.columns, false);
        csv::RowSpan span;
        while (scan.next(span)) {
            arena.clear();
            if (span.state != csv::State::good) t.broken.emplace(p.base + span.offset, span);
            t.read_at(p.base + span.offset, arena, row);
            const Text pid = row.cell(patient::PID);
            // Of a row that cannot be read not even the practice is sure: it belongs to whoever has the PID.
            const Text service = row.bad == nullptr ? row.cell(patient::SERVICE_ID) : Text{};
            if (key_of(pid) == kNoKey) continue;
            const bool gone = row.bad == nullptr && deletes(row.cell(patient::ACTION));
            if (!gone && !service.empty()) ++practices[std::string(service)];
            auto& of = found[std::string(service)];
            // A later row that cannot be read deletes nobody.
            of[key_of(pid)] = {std::string(pid), gone, p.delivery};
        }
    }
    choose_practice(practices);
    std::vector<std::pair<std::string, Key>> keys;
    for (const Text service : {Text(census.practice), Text()}) {
        const auto it = found.find(std::string(service));
        if (it == found.end()) continue;
        for (const auto& [key, state] : it->second) {
            if (state.gone)
                removed_[key] = state.delivery;
            else
                keys.emplace_back(state.pid, key);
        }
        if (service.empty()) break;
    }
    std::sort(keys.begin(), keys.end());
    keys.erase(std::unique(keys.begin(), keys.end(),
                           [](const auto& a, const auto& b) { return a.second == b.second; }),
               keys.end());
    for (const auto& [pid, key] : keys) {
        removed_.erase(key);
        patients.emplace(key, static_cast<std::uint32_t>(census.patients.size()));
        census.patients.push_back({pid, 1});
    }
    if (census.patients.size() >= TableFile::kNobody)
        throw InputError(t.parts[0].origin + ": more than 16 million patients of one practice", "");
}

void Extract::choose_practice(const std::unordered_map<std::string, std::size_t>& practices) {
    // Practices by their own id; the ODS code stands in the practice file.
    std::unordered_map<std::string, std::string> ods;
    if (const auto at = this->at(Tab::practice)) {
        const TableFile& t = tables_[*at];
        Arena arena;
        RowText row;
        for (const Part& p : t.parts) {
            csv::TableScanner scan(p.bytes, {}, p.columns, false);
            csv::RowSpan span;
            while (p.use == Use::read && scan.next(span)) {
                t.read_at(p.base + span.offset, arena, row);
                if (row.bad == nullptr)
                    ods[std::string(row.cell(practice::ID))] = row.cell(practice::IDENTIFIER);
            }
        }
    }
    several_ = practices.size() > 1;
    std::vector<std::string> list;
    for (const auto& [id, n] : practices)
        list.push_back(
            fmt::format("{} ({} patient{})", shown(ods[id].empty() ? id : ods[id]), n, n == 1 ? "" : "s"));
    std::sort(list.begin(), list.end());
    const std::string where = deliveries_.list.front().files.front().origin;
    const std::string wanted(trim(options_.practice));
    if (wanted.empty()) {
        if (several_)
            throw InputError(fmt::format("{}: patients of {} practices: {}", where, practices.size(),
                                         fmt::join(list, "; ")),
                             "choose one with --practice and its ODS code");
        if (!practices.empty()) census.practice = practices.begin()->first;
    } else {
        for (const auto& [id, n] : practices)
            if (same_ignoring_case(id, wanted) || same_ignoring_case(ods[id], wanted)) census.practice = id;
        if (census.practice.empty())
            throw InputError(
                fmt::format("{}: no patients of practice {}; there are: {}", where, shown(wanted),
                            list.empty() ? "none at all" : fmt::format("{}", fmt::join(list, "; "))),
                "give the ODS code as the practice file has it");
    }
    census.ods = ods[census.practice];
    if (census.ods.empty() && !several_) census.ods = deliveries_.list.front().ods;
}

void Extract::index(TableFile& t) {
    const bool journal = t.shape->tab == Tab::journal;
    for (Part& p : t.parts) {
        csv::TableScanner scan(p.bytes, {}, p.columns, false);
        csv::RowSpan span;
        // Rows of one patient mostly stand together.
        Text last;
        std::uint64_t patient = TableFile::kNobody;
        while (scan.next(span)) {
            const std::uint64_t address = p.base + span.offset;
            if (span.state != csv::State::good) t.broken.emplace(address, span);
            p.lines.add(span.offset);
            ++p.rows;
            if (p.use == Use::read) {
                const Text pid = csv::field_at(p.bytes.substr(span.offset, span.length), 0);
                if (pid != last || pid.empty()) {
                    const Key key = key_of(pid);
                    const auto it = key == kNoKey ? patients.end() : patients.find(key);
                    patient = it == patients.end() ? TableFile::kNobody : it->second;
                    if (journal && p.delivery == 0 && it == patients.end() && !removed_.contains(key))
                        ++unknown_patients_;
                    last = pid;
                }
            } else {
                patient = TableFile::kNobody;
                last = {};
            }
            t.rows.push_back(patient << 40 | address);
        }
    }
    std::sort(t.rows.begin(), t.rows.end());
}

// Neither practices nor staff are ever deleted: a row is new, or takes the place of the one before it.
void Extract::index_practice(TableFile& t) {
    const bool people = t.shape != nullptr && t.shape->tab == Tab::staff;
    auto& keys = people ? staff_ : practices_;
    Arena arena;
    RowText row;
    for (Part& p : t.parts) {
        csv::TableScanner scan(p.bytes, {}, p.columns, false);
        csv::RowSpan span;
        while (scan.next(span)) {
            const std::uint64_t address = p.base + span.offset;
            if (span.state != csv::State::good) t.broken.emplace(address, span);
            p.lines.add(span.offset);
            ++p.rows;
            const auto slot = static_cast<std::uint32_t>(t.rows.size());
            t.rows.push_back(address);
            t.superseded.push_back(false);
            if (p.use != Use::read || t.shape == nullptr) continue;
            arena.clear();
            t.read_at(address, arena, row);
            const Key key = key_of(row.cell(t.shape->key));
            const Text service = row.cell(t.shape->service);
            if (row.bad != nullptr || key == kNoKey) continue;
            if (several_ && !service.empty() && service != census.practice) continue;
            const auto [it, fresh] = keys.emplace(key, slot);
            if (!fresh) {
                t.superseded[it->second] = true;
                it->second = slot;
            }
            if (people)
                if (const Key code = key_of(row.cell(staff::GMP_CODE)); code != kNoKey)
                    staff_codes_[code] = slot;
        }
    }
}

// Nothing says "bulk". What is known of those who read live extracts only warns.
void Extract::guess_bulk() {
    const Delivery& first = deliveries_.list.front();
    std::string why;
    std::size_t people = 0, entries = 0;
    bool deletion = false;
    for (const TableFile& t : tables_)
        for (const Part& p : t.parts) {
            if (t.shape == nullptr || p.delivery != 0 || p.use != Use::read) continue;
            if (t.shape->tab == Tab::journal) entries += p.rows;
            if (t.shape->tab != Tab::patient) continue;
            people += p.rows;
            Arena arena;
            RowText row;
            csv::TableScanner scan(p.bytes, {}, p.columns, false);
            for (csv::RowSpan span; scan.next(span); arena.clear()) {
                t.read_at(p.base + span.offset, arena, row);
                deletion = deletion || (row.bad == nullptr && deletes(row.cell(patient::ACTION)));
            }
        }
    // A file without a row says no more than one that is not there.
    if (people == 0 || entries == 0) why = join_to(why, "it has no patients or no journal");
    if (deletion) why = join_to(why, "it deletes patients");
    if (unknown_patients_ > 0) why = join_to(why, "its journal names patients it does not have");
    const std::string& where = first.files.front().origin;
    if (!why.empty()) {
        issues.push_back(issue(where, 0, Severity::warning, "VISION-BULK-001",
                               fmt::format("the first delivery looks like changes only: {}", why),
                               "is the first delivery of this practice among these files?"));
        census.warnings.push_back("the first delivery looks like changes only: " + why);
    } else if (people < kFewPatients || entries < kFewEntries) {
        issues.push_back(issue(
            where, 0, Severity::information, "VISION-BULK-002",
            fmt::format("the first delivery is small: {} patients, {} journal entries", people, entries),
            "right for a sample or a very small practice only"));
    }
}

// No practice is without patients and entries: a file that is there and has no row is cut short.
void Extract::check_empty() {
    for (const TableFile& t : tables_) {
        if (t.shape == nullptr || !mapping_.in_list("never-empty-tables", t.name)) continue;
        const auto read = [](const Part& p) { return p.use == Use::read; };
        const auto first = std::ranges::find_if(t.parts, read);
        if (first == t.parts.end() ||
            std::ranges::any_of(t.parts, [&](const Part& p) { return read(p) && p.rows > 0; }))
            continue;
        issues.push_back(issue(
            first->origin, 0, Severity::error, "VISION-TABLE-003",
            fmt::format("no row of {} in any delivery: what it would say is not known", t.shape->file_type),
            "an empty file may have been cut short: ask for it again"));
        census.warnings.push_back(fmt::format("no row of {} in any delivery", t.shape->file_type));
    }
}

void Extract::fill_census() {
    for (const TableFile& t : tables_) {
        record::Table row{t.name, t.parts[0].origin, t.bytes(), t.rows.size()};
        if (t.parts.size() > 1)
            for (const Part& p : t.parts) row.parts.push_back(p.name);
        census.tables.push_back(std::move(row));
        if (t.shape == nullptr && !t.rows.empty() && !mapping_.in_list("not-gp-tables", t.name))
            issues.push_back(issue(t.parts[0].origin, 0, Severity::error, "VISION-TABLE-002",
                                   "a type of file that nobody knows: its rows are held back",
                                   "ask the supplier what is in it"));
        if (!t.of_patients()) continue;
        for (const std::uint64_t r : t.rows)
            if ((r >> 40) < census.patients.size()) ++census.patients[r >> 40].weight;
    }
    for (const Delivery& d : deliveries_.list)
        if (!d.later) census.as_of = civil_time::uk_instant(d.cut_off.substr(0, 10), d.cut_off.substr(11));
}

std::optional<std::uint32_t> Extract::find(Tab tab, Key key) const {
    const auto& keys = tab == Tab::staff ? staff_ : practices_;
    const auto it = keys.find(key);
    return it == keys.end() ? std::nullopt : std::optional(it->second);
}

std::optional<std::uint32_t> Extract::staff_by_code(Key code) const {
    const auto it = staff_codes_.find(code);
    return it == staff_codes_.end() ? std::nullopt : std::optional(it->second);
}

}  // namespace gpswitch::vision
