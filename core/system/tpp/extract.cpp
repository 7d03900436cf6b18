#include "core/system/tpp/extract.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/util/civil_time.hpp"
#include "core/util/error.hpp"
#include "core/util/hashes.hpp"
#include "core/util/text.hpp"

namespace gpswitch::tpp {
namespace {

std::string join_to(const std::string& list, std::string_view name) {
    return list.empty() ? std::string(name) : list + ", " + std::string(name);
}

}  // namespace

Extract::Extract(const record::SourceOptions& options, const mapping::MappingSet& mapping, Purpose purpose)
    : options_(options),
      purpose_(purpose),
      mapping_(mapping),
      layout_(Layout::load(mapping.folder())),
      deliveries_(tpp::deliveries(options.files, options.as_of, options.incomplete)) {
    census.system = "tpp";
    issues = std::move(deliveries_.issues);
    open_files();
    check_tables();
    read_patients();
    read_gms();
    std::unordered_map<Key, std::uint64_t> parents;
    for (TableFile& t : tables_)
        if (t.shape.through.empty()) index(t);
    for (TableFile& t : tables_)
        if (!t.shape.through.empty()) index_through(t, parents);
    for (TableFile& t : tables_) merge(t);
    remove_problems();
    lookups_.resize(tables_.size());
    if (purpose_ == Purpose::copy) {
        keep_shared();
        keep_registrations();
    } else {
        for (std::size_t t = 0; t < tables_.size(); ++t)
            if (!tables_[t].of_patients) build_lookup(t);
        read_hierarchy();
        check_hierarchy();
        read_profiles();
    }
    fill_census();
    check_files();
}

Issue Extract::issue(const std::string& origin, std::uint64_t line, Severity severity, const char* code,
                     std::string message, const char* hint) const {
    Issue i;
    i.severity = severity;
    i.code = code;
    i.member = origin;
    i.line = line;
    i.message = std::move(message);
    i.hint = hint;
    return i;
}

std::optional<std::size_t> Extract::named(Text table) const {
    const auto it = index_.find(table);
    return it == index_.end() ? std::nullopt : std::optional(it->second);
}

void Extract::open_files() {
    if (deliveries_.specification.place != nullptr) {
        layout_.add_specification(deliveries_.specification.bytes(), deliveries_.specification.origin);
        issues.push_back(issue(deliveries_.specification.origin, 0, Severity::information, "TPP-SPEC-001",
                               "table specification read: columns and tables it describes are known"));
    }
    // Tables in the order of the layout, whatever the order of the files.
    std::vector<std::pair<std::size_t, std::string>> order;
    for (const Delivery& d : deliveries_.list)
        for (const File& f : d.files) {
            const Table* known = layout_.find(f.table);
            const std::size_t place =
                known == nullptr ? SIZE_MAX : static_cast<std::size_t>(known - layout_.tables().data());
            const std::string name = known == nullptr ? f.table : known->name;
            if (index_.emplace(name, 0).second) order.emplace_back(place, name);
        }
    std::sort(order.begin(), order.end());
    for (std::size_t i = 0; i < order.size(); ++i) {
        index_[order[i].second] = i;
        TableFile& t = tables_.emplace_back();
        t.name = order[i].second;
        t.shape = shape_of(t.name);
        t.known = layout_.find(t.name);
    }
    std::vector<std::string_view> texts;
    for (std::size_t d = 0; d < deliveries_.list.size(); ++d)
        for (const File& f : deliveries_.list[d].files) {
            TableFile& t = tables_[index_.at(f.table)];
            Part p;
            p.bytes = f.bytes();
            p.name = f.name;
            p.origin = f.origin;
            p.delivery = static_cast<std::uint16_t>(d);
            p.delta = f.delta;
            census.inputs.push_back({f.name, {}, p.bytes.size()});
            texts.push_back(p.bytes);
            t.add(std::move(p));
        }
    const std::vector<std::string> hashes = sha256_of(std::move(texts));
    for (std::size_t i = 0; i < hashes.size(); ++i) census.inputs[i].sha256 = hashes[i];
    for (TableFile& t : tables_) {
        t.place_columns();
        // A file of patients may lack the column that says whose its rows are: they are nobody's then.
        t.of_patients = t.header.find(t.shape.patient) >= 0 || !t.shape.through.empty() ||
                        (t.known != nullptr && t.known->find(t.shape.patient) != nullptr &&
                         t.shape.patient != "RowIdentifier");
        say_columns(t);
    }
}

// Every file has a header of its own, and TPP changes headers without notice: what is new is kept, what is
// missing is empty.
void Extract::say_columns(const TableFile& t) {
    const bool other = mapping_.in_list("not-gp-tables", t.name);
    if (other) return;
    for (const Part& p : t.parts) {
        std::string missing, strange, described;
        for (const mapping::TableColumn& c : mapping_.table_columns(t.name))
            if (p.header.find(c.column) < 0 && c.since.empty() &&
                !same_ignoring_case(c.column, "RemovedData"))
                missing = join_to(missing, c.column);
        for (const std::string& c : p.header.columns) {
            if (t.known == nullptr) break;
            const Column* known = t.known->find(c);
            if (known == nullptr || !known->mapped)
                (known == nullptr ? strange : described) =
                    join_to(known == nullptr ? strange : described, shown(c));
        }
        if (!missing.empty())
            issues.push_back(
                issue(p.origin, 1, Severity::information, "TPP-HEAD-001",
                      fmt::format("no column {}: read as empty", missing),
                      "a site can leave columns out; what they would say is not in this extract"));
        if (!strange.empty())
            issues.push_back(
                issue(p.origin, 1, Severity::warning, "TPP-HEAD-002",
                      fmt::format("unknown column {}: its values are kept as they are", strange),
                      "TPP's table specification of that version, beside the files, would say what it is"));
        if (!described.empty())
            issues.push_back(
                issue(p.origin, 1, Severity::information, "TPP-HEAD-003",
                      fmt::format("column {}, which the specification describes and no mapping reads: "
                                  "its values are kept as they are",
                                  described)));
    }
}

void Extract::check_tables() {
    std::string missing;
    for (const Table& table : layout_.tables())
        if (!named(table.name) && mapping_.in_list("needed-tables", table.name))
            missing = join_to(missing, table.name);
    if (missing.empty()) return;
    const std::string& origin = deliveries_.list.front().origin;
    if (!options_.incomplete)
        throw InputError(
            fmt::format("{}: the extract has no file for {}", origin, missing),
            "empty tables come as files with a header only: ask the site to add them to the extract");
    incomplete_ = true;
    issues.push_back(issue(origin, 0, Severity::error, "TPP-TABLE-001",
                           fmt::format("no file for {}: what they would say is not known", missing),
                           "a sample, not a delivery: do not take it for anybody's whole record"));
    census.warnings.push_back("tables that are missing: " + missing);
}

// What a coded entry is comes from the hierarchy: without it an allergy is an observation like any other.
void Extract::check_hierarchy() {
    const auto codes = named("SRCode"), hierarchy = named("SRCtv3Hierarchy");
    if (!below_.empty() || !codes) return;
    const TableFile& t = tables_[*codes];
    const auto coded = [&](std::size_t s) {
        const Part& p = t.part_of(s);
        return t.verdict(s) == Verdict::live &&
               !trim(csv::field_at(t.raw_at(t.offset(s)), p.header.find("CTV3Code"), p.dialect)).empty();
    };
    std::size_t s = 0;
    while (s < t.rows.size() && !coded(s)) ++s;
    if (s == t.rows.size()) return;
    const std::string what =
        "SRCtv3Hierarchy does not say what coded entries are: allergies, disorders and "
        "procedures among them come as observations";
    issues.push_back(issue(hierarchy ? tables_[*hierarchy].parts[0].origin : deliveries_.list.front().origin,
                           0, Severity::warning, "TPP-TABLE-003", what,
                           "ask the site for an extract with SRCtv3Hierarchy before anybody relies on it"));
    census.warnings.push_back(what);
}

Extract::Columns::Columns(const TableFile& t, const Part& p)
    : key(p.header.find(t.shape.key)),
      second(t.shape.second.empty() ? -1 : p.header.find(t.shape.second)),
      patient(t.shape.through.empty() ? p.header.find(t.shape.patient) : -1),
      visible(t.shape.split ? p.header.find("IDOrganisationVisibleTo") : -1),
      registered(p.header.find("IDOrganisationRegisteredAt")),
      removed(p.header.find("RemovedData")),
      through(t.shape.through.empty() ? -1 : p.header.find(t.shape.through)),
      status(p.header.find("RegistrationStatus")),
      place(p.header.find("IDOrganisation")) {}

std::vector<Extract::Columns> Extract::columns_of(const TableFile& t) {
    std::vector<Columns> out;
    for (const Part& p : t.parts) out.emplace_back(t, p);
    return out;
}

// Who is in the extract, of which practice. A person whom two practices see has a row for each of them.
void Extract::read_patients() {
    const auto people = named("SRPatient");
    if (!people)
        throw InputError(deliveries_.list.front().origin + ": no SRPatient", "without it nobody is known");
    TableFile& t = tables_[*people];
    std::unordered_map<std::string, std::size_t> practices;
    struct Person {
        std::string id;
        bool removed = false;
        std::uint16_t removed_by = 0, counts_from = 0;  // deliveries
    };
    std::unordered_map<Key, std::unordered_map<Key, Person>> found;      // practice, patient
    std::vector<std::unordered_set<Key>> seen(deliveries_.list.size());  // practices by delivery
    for (const Part& p : t.parts) {
        if (deliveries_.list[p.delivery].use != Use::read) continue;
        const Columns c(t, p);
        csv::TableScanner scan(p.bytes, p.dialect, p.header.columns.size(), true);
        csv::RowSpan span;
        while (scan.next(span)) {
            const Text row = p.bytes.substr(span.offset, span.length);
            const Text id = trim(csv::field_at(row, c.key, p.dialect));
            const Text visible = trim(csv::field_at(row, c.visible, p.dialect));
            const bool removed = removes(csv::field_at(row, c.removed, p.dialect));
            if (id_key(id) == kNoKey) continue;
            if (!removed && !visible.empty()) ++practices[std::string(visible)];
            if (!visible.empty()) seen[p.delivery].insert(text_key(visible));
            Person& person = found[text_key(visible)][id_key(id)];
            person.id = id;
            if (removed)
                person.removed_by = p.delivery;
            else if (person.removed)
                person.counts_from = static_cast<std::uint16_t>(
                    p.delivery == person.removed_by ? p.delivery : person.removed_by + 1);
            person.removed = removed;
        }
    }
    choose_practice(practices);
    // A practice that joins comes with a full delivery of its own.
    for (std::size_t d = 0; d < deliveries_.list.size(); ++d)
        of_others_.push_back(!deliveries_.list[d].deltas && !seen[d].empty() && !seen[d].contains(practice_));
    std::vector<std::pair<std::string, Key>> keys;
    std::unordered_map<Key, std::uint16_t> back;
    const auto add = [&](Key practice) {
        for (const auto& [key, person] : found[practice]) {
            if (person.removed)
                removed_patients_.insert(key);
            else
                keys.emplace_back(person.id, key);
            if (!person.removed && person.counts_from > 0)
                back[key] = std::max(back[key], person.counts_from);
        }
    };
    add(practice_);
    if (practice_ != kNoKey && !several_) add(kNoKey);
    std::sort(keys.begin(), keys.end());
    keys.erase(std::unique(keys.begin(), keys.end(),
                           [](const auto& a, const auto& b) { return a.second == b.second; }),
               keys.end());
    for (const auto& [text, key] : keys) {
        removed_patients_.erase(key);
        if (const auto it = back.find(key); it != back.end())
            gone_before_.emplace(census.patients.size(), it->second);
        patients.emplace(key, static_cast<std::uint32_t>(census.patients.size()));
        census.patients.push_back({text, 1});
    }
    if (census.patients.size() >= TableFile::kNobody)
        throw InputError(t.parts[0].origin + ": more than 16 million patients of one practice", "");
}

void Extract::choose_practice(const std::unordered_map<std::string, std::size_t>& practices) {
    std::vector<std::string> list;
    for (const auto& [ods, n] : practices)
        list.push_back(fmt::format("{} ({} patient{})", shown(ods), n, n == 1 ? "" : "s"));
    std::sort(list.begin(), list.end());
    several_ = practices.size() > 1;
    const std::string& origin = deliveries_.list.front().origin;
    if (options_.practice.empty()) {
        if (several_)
            throw InputError(fmt::format("{}: patients of {} practices: {}", origin, practices.size(),
                                         fmt::join(list, "; ")),
                             "choose one with --practice and its ODS code");
        if (!practices.empty()) census.ods = practices.begin()->first;
    } else {
        for (const auto& [ods, n] : practices)
            if (same_ignoring_case(ods, trim(options_.practice))) census.ods = ods;
        if (census.ods.empty())
            throw InputError(
                fmt::format("{}: no patients of practice {}; there are: {}", origin, shown(options_.practice),
                            list.empty() ? "none at all" : fmt::format("{}", fmt::join(list, "; "))),
                "give the ODS code as the extract has it");
    }
    census.practice = census.ods;
    practice_ = text_key(census.ods);
}

/// The other places that a registration for GMS names.
void Extract::gms_places(const Part& p, Text row, const Columns& c, std::vector<Key>& out) const {
    out.clear();
    if (upper(csv::field_at(row, c.status, p.dialect)).find("GMS") == std::string::npos) return;
    for (const int column : {c.place, c.registered}) {
        const Text place = csv::field_at(row, column, p.dialect);
        if (const Key key = text_key(place); !no_id(place) && key != practice_) out.push_back(key);
    }
}

// The places where a patient has been registered for GMS: what was recorded there belongs to the record.
// Removed rows count too: the rule looks at what was ever said.
void Extract::read_gms() {
    const auto registrations = named("SRPatientRegistration");
    if (!registrations) return;
    const TableFile& t = tables_[*registrations];
    std::vector<Key> places;
    for (const Part& p : t.parts) {
        if (deliveries_.list[p.delivery].use != Use::read) continue;
        const Columns c(t, p);
        csv::TableScanner scan(p.bytes, p.dialect, p.header.columns.size(), true);
        csv::RowSpan span;
        while (scan.next(span)) {
            const Text row = p.bytes.substr(span.offset, span.length);
            const auto it = patients.find(id_key(csv::field_at(row, c.patient, p.dialect)));
            if (it == patients.end()) continue;
            gms_places(p, row, c, places);
            for (const Key key : places) {
                auto& list = gms_[it->second];
                if (std::find(list.begin(), list.end(), key) == list.end()) list.push_back(key);
            }
        }
    }
}

void Extract::fill_census() {
    std::uint64_t shared = 0;
    std::string where;
    for (const TableFile& t : tables_) {
        record::Table row{t.name, t.parts[0].origin, t.bytes(), t.rows.size()};
        if (t.parts.size() > 1)
            for (const Part& p : t.parts) row.parts.push_back(p.name);
        census.tables.push_back(std::move(row));
        const auto cut = static_cast<std::uint64_t>(
            std::count(t.verdicts.begin(), t.verdicts.end(), Verdict::shared_record));
        if (cut > 0) where = join_to(where, fmt::format("{} {}", t.name, cut));
        shared += cut;
        if (!t.of_patients) continue;
        for (const std::uint64_t r : t.rows)
            if ((r >> 40) < census.patients.size()) ++census.patients[r >> 40].weight;
    }
    if (shared > 0)
        census.warnings.push_back(fmt::format(
            "{} row{} of the shared record, made where the patient was not registered, left out: {}", shared,
            shared == 1 ? "" : "s", where));
    for (const Delivery& d : deliveries_.list)
        if (d.use == Use::read) census.as_of = civil_time::uk_instant(d.to.substr(0, 10), d.to.substr(11));
}

std::optional<std::uint32_t> Extract::find(std::size_t table, Key key) const {
    const auto rows = all(table, key);
    return rows.empty() ? std::nullopt : std::optional(rows.back().second);
}

std::span<const std::pair<Key, std::uint32_t>> Extract::all(std::size_t table, Key key) const {
    const auto& list = lookups_[table];
    if (key == kNoKey) return {};
    const auto first = std::lower_bound(list.begin(), list.end(), std::pair<Key, std::uint32_t>{key, 0});
    auto last = first;
    while (last != list.end() && last->first == key) ++last;
    return {first, last};
}

Text Extract::cell(std::size_t table, std::uint32_t slot, Text column, Arena& arena) const {
    RowText row;
    tables_[table].read(slot, arena, row);
    return row.bad == nullptr ? tables_[table].cell(row, column) : Text{};
}

Text Extract::lookup(Text id, bool option, Arena& arena) const {
    const auto t = named(option ? "SRConfiguredListOption" : "SRMapping");
    if (!t) return {};
    const auto slot = find(*t, id_key(id));
    return slot ? cell(*t, *slot, option ? "ConfiguredListOption" : "Mapping", arena) : Text{};
}

bool Extract::under(Text code, Text root) const {
    if (code == root) return true;
    const auto it = below_.find(std::string(root));
    return it != below_.end() && it->second.contains(text_key(code));
}

}  // namespace gpswitch::tpp
