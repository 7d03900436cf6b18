#include "core/system/emis/extract.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/system/emis/versions.hpp"
#include "core/util/civil_time.hpp"
#include "core/util/error.hpp"
#include "core/util/hashes.hpp"
#include "core/util/text.hpp"

namespace gpswitch::emis {
namespace {

/// A byte order mark of an encoding that is not UTF-8, or text without one that reads like it.
bool utf16(std::string_view bytes) {
    if (bytes.starts_with("\xff\xfe") || bytes.starts_with("\xfe\xff")) return true;
    return bytes.size() > 3 && (bytes[0] == '\0') != (bytes[1] == '\0') &&
           (bytes[2] == '\0') != (bytes[3] == '\0');
}

std::string join_to(const std::string& list, std::string_view name) {
    return list.empty() ? std::string(name) : list + ", " + std::string(name);
}

}  // namespace

bool is_true(Text cell) {
    cell = trim(cell);
    return same_ignoring_case(cell, "true") || cell == "1";
}

Extract::Extract(const record::SourceOptions& options, const mapping::MappingSet& mapping)
    : options_(options), mapping_(mapping), files_(options.files) {
    census.system = "emis";
    deliveries_ = deliveries(*files_, options.as_of);
    issues = std::move(deliveries_.issues);
    open_files();
    choose_agreement();
    check_order(deliveries_.batches, issues);
    check_versions();
    read_agreements();
    if (options.practice.empty()) check_sharing();
    read_patients();
    guess_bulks();
    choose_practice();
    check_sharing();
    say_sharing();
    check_ods();
    fill_patients();
    for (std::size_t i = 0; i < kAllTabs; ++i) {
        if (shape(static_cast<Tab>(i)).patient.empty())
            index_practice(tables_[i], lookups_[i]);
        else
            index(tables_[i]);
    }
    merge();
    patient_rows_ = {};
    fill_census();
    files_->check();
}

Issue Extract::issue(const std::string& origin, std::uint64_t line, Severity severity, const char* code,
                     std::string message) const {
    Issue i;
    i.severity = severity;
    i.code = code;
    i.member = origin;
    i.line = line;
    i.message = std::move(message);
    return i;
}

void Extract::fill_census() {
    const bool sides = !deliveries_.sides.empty();
    for (std::size_t i = 0; i < (sides ? kAllTabs : kTabs); ++i) {
        const TableFile& t = tables_[i];
        record::Table row{std::string(shape(t.tab).name), t.parts.empty() ? std::string() : t.parts[0].origin,
                          t.bytes(), t.rows.size()};
        if (t.parts.size() > 1)
            for (const Part& p : t.parts) row.parts.push_back(p.name);
        census.tables.push_back(std::move(row));
        if (shape(t.tab).patient.empty()) continue;
        for (const std::uint64_t r : t.rows)
            if ((r >> 40) < census.patients.size()) ++census.patients[r >> 40].weight;
    }
    for (const Batch& b : batches()) {
        if (b.use != Use::read || b.time.size() != 14) continue;
        const std::string& t = b.time;
        census.as_of =
            civil_time::uk_instant(b.day(), t.substr(8, 2) + ":" + t.substr(10, 2) + ":" + t.substr(12, 2));
    }
}

void Extract::add_part(Tab tab, std::size_t member, std::uint16_t batch) {
    TableFile& t = tables_[static_cast<std::size_t>(tab)];
    Part p;
    p.bytes = files_->bytes(member);
    p.name = files_->members()[member].name;
    p.origin = files_->members()[member].origin;
    p.batch = batch;
    if (!t.parts.empty()) p.base = t.parts.back().base + t.parts.back().bytes.size() + 1;
    if (p.base + p.bytes.size() > TableFile::kOffset)
        throw InputError(p.origin + ": more than a terabyte for one table");
    p.lines = csv::LineIndex(p.bytes);
    if (tab >= Tab::Side_RegistrationStatus)
        open_side(tab, member);
    else
        read_header(p, tab);
    if (tab >= Tab::Side_RegistrationStatus) {
        p.headed = false;
        p.dialect = {'\t', false};
        csv::RowSpan first;
        Arena arena;
        std::vector<Text> cells;
        csv::Scanner scan(p.bytes, p.dialect);
        std::size_t wide = side_columns(tab).size();
        // Some deliveries lack the last column, the order of processing.
        if (scan.next(first)) {
            csv::split(p.bytes.substr(first.offset, first.length), p.dialect, arena, cells);
            if (tab == Tab::Side_RegistrationStatus && cells.size() + 1 == wide) --wide;
        }
        for (const auto c : side_columns(tab).first(wide)) p.header.add(std::string(c));
    }
    census.inputs.push_back({p.name, {}, p.bytes.size()});
    t.parts.push_back(std::move(p));
}

void Extract::open_side(Tab, std::size_t member) {
    if (utf16(files_->bytes(member)))
        throw InputError(files_->members()[member].origin + ": the file is UTF-16, not UTF-8",
                         "convert it first (iconv -f UTF-16 -t UTF-8), or ask for it as UTF-8");
}

void Extract::open_files() {
    for (std::size_t i = 0; i < kAllTabs; ++i) {
        const Tab tab = static_cast<Tab>(i);
        tables_[i].tab = tab;
        if (i < kTabs) {
            for (std::size_t b = 0; b < batches().size(); ++b) {
                const Batch& batch = batches()[b];
                if (batch.member[i] >= 0)
                    add_part(tab, static_cast<std::size_t>(batch.member[i]), static_cast<std::uint16_t>(b));
                for (const auto& [of, member] : batch.copies)
                    if (of == tab) add_part(tab, member, static_cast<std::uint16_t>(b));
            }
        } else {
            for (const auto& [of, member] : deliveries_.sides)
                if (of == tab) add_part(tab, member, static_cast<std::uint16_t>(batches().size()));
        }
        unite_headers(tables_[i]);
    }
    hash_inputs();
    sharing_.resize(batches().size());
}

void Extract::hash_inputs() {
    std::vector<std::string_view> texts;
    for (const TableFile& t : tables_)
        for (const Part& p : t.parts) texts.push_back(p.bytes);
    const std::vector<std::string> hashes = sha256_of(std::move(texts));
    for (std::size_t i = 0; i < hashes.size(); ++i) census.inputs[i].sha256 = hashes[i];
}

void Extract::read_header(Part& part, Tab) {
    csv::Scanner scan(part.bytes);
    csv::RowSpan span;
    Arena arena;
    std::vector<Text> cells;
    if (utf16(part.bytes))
        throw InputError(part.origin + ": the file is UTF-16, not UTF-8",
                         "convert it first (iconv -f UTF-16 -t UTF-8), or ask for the extract as UTF-8");
    if (!scan.next(span))
        throw InputError(part.origin + ": empty file, not even a header", "ask for the file again");
    if (span.state != csv::State::good ||
        csv::split(part.bytes.substr(span.offset, span.length), {}, arena, cells) != csv::State::good)
        throw InputError(part.origin + ":1: the header row cannot be read", "ask for the file again");
    for (Text c : cells) {
        const std::string name = canonical(c);
        if (part.header.find(name) >= 0)
            throw InputError(
                fmt::format("{}:1: column {} stands twice: which one counts?", part.origin, name),
                "ask for the file again");
        part.header.add(name);
    }
}

void Extract::unite_headers(TableFile& t) {
    const Part* newest = nullptr;
    for (const Part& p : t.parts)
        if (p.batch >= batches().size() || batches()[p.batch].use == Use::read) newest = &p;
    if (newest == nullptr && !t.parts.empty()) newest = &t.parts.back();
    if (newest != nullptr) t.header = newest->header;
    for (Part& p : t.parts) {
        bool same = p.header.columns.size() == newest->header.columns.size();
        for (std::size_t i = 0; i < p.header.columns.size(); ++i) {
            if (t.header.find(p.header.columns[i]) < 0) t.header.add(p.header.columns[i]);
            const int at = t.header.find(p.header.columns[i]);
            same = same && at == static_cast<int>(i);
            p.place.push_back(at);
        }
        if (same) p.place.clear();
    }
    // A file with the newest header has fewer columns than the table when older ones had more.
    for (Part& p : t.parts)
        if (p.place.empty() && p.header.columns.size() < t.header.columns.size())
            for (std::size_t i = 0; i < p.header.columns.size(); ++i) p.place.push_back(static_cast<int>(i));
}

void Extract::check_versions() {
    for (std::size_t b = 0; b < deliveries_.batches.size(); ++b) {
        Batch& batch = deliveries_.batches[b];
        if (batch.use != Use::read) continue;
        std::array<const Header*, kTabs> headers{};
        std::vector<std::pair<Tab, const Part*>> files;
        for (std::size_t i = 0; i < kTabs; ++i)
            for (const Part& p : tables_[i].parts)
                if (p.batch == b) {
                    headers[i] = &p.header;
                    files.emplace_back(static_cast<Tab>(i), &p);
                }
        const Detected found = detect_version(mapping_, headers);
        batch.version = census.version = found.version;
        std::string missing;
        for (std::size_t i = 0; i < kTabs; ++i)
            if (headers[i] == nullptr && has_table(mapping_, static_cast<Tab>(i), found.version))
                missing = join_to(missing, shape(static_cast<Tab>(i)).name);
        const bool alone = batches().size() == 1;
        if (!missing.empty())
            missing_tables(whole_of(*files_) + (alone ? ": the extract" : ": the " + batch.name()), missing);
        check_columns(batch, files, found.version, found.exact);
    }
}

void Extract::missing_tables(const std::string& where, const std::string& tables) {
    if (!options_.incomplete)
        throw InputError(fmt::format("{} is incomplete: no file for {}", where, tables),
                         "empty tables come as files with a header only; ask for the missing files");
    incomplete_ = true;
    issues.push_back(issue(whole_of(*files_), 0, Severity::error, "EMIS-TABLE-001",
                           fmt::format("no file for {}: what they would say is not known", tables)));
    issues.back().hint = "a sample, not a delivery: do not take it for anybody's whole record";
    census.warnings.push_back(fmt::format("tables that are missing: {}", tables));
}

void Extract::check_columns(const Batch& batch, const std::vector<std::pair<Tab, const Part*>>& files,
                            const std::string& version, bool exact) {
    for (const auto& [tab, part] : files) {
        std::string missing;
        std::vector<std::string_view> known;
        for (const mapping::TableColumn& c : mapping_.table_columns(shape(tab).name)) {
            known.push_back(c.column);
            if (part->header.find(c.column) >= 0 || never_seen(c.column)) continue;
            if (!has_column(c, version)) continue;
            if (c.since == "5.0" || c.since.empty())
                missing = join_to(missing, c.column);
            else
                issues.push_back(
                    issue(part->origin, 1, Severity::information, "EMIS-HEAD-002",
                          fmt::format("no column {}: an extract older than {}", c.column, c.since)));
        }
        if (!missing.empty())
            throw InputError(fmt::format("{}:1: no column {}", part->origin, missing),
                             "every version of the extract has it: ask for the file again");
        TableFile& t = tables_[static_cast<std::size_t>(tab)];
        for (const std::string& c : part->header.columns) {
            if (std::any_of(known.begin(), known.end(), [&](auto k) { return same_ignoring_case(k, c); }))
                continue;
            if (const int at = t.header.find(c); std::ranges::find(t.unknown, at) == t.unknown.end())
                t.unknown.push_back(at);
            issues.push_back(
                issue(part->origin, 1, Severity::warning, "EMIS-HEAD-003",
                      fmt::format("unknown column {}: its values are kept as they are", shown(c))));
        }
    }
    if (!exact)
        issues.push_back(issue(batch.origin, 0, Severity::information, "EMIS-VERSION-001",
                               fmt::format("the headers of the {} fit no published version; {} is nearest",
                                           batch.name(), version)));
}

Key Extract::code_key(Text code_id) {
    code_id = trim(code_id);
    const auto n = to_integer(code_id);
    if (n && code_id.size() <= 18) return {1, static_cast<std::uint64_t>(*n)};
    return key_of(code_id);
}

std::span<const std::uint32_t> Extract::find(Tab tab, const Key& key) const {
    const Lookup& l = lookups_[static_cast<std::size_t>(tab)];
    const auto [first, last] = std::equal_range(l.keys.begin(), l.keys.end(), key);
    return {l.slots.data() + (first - l.keys.begin()), static_cast<std::size_t>(last - first)};
}

std::vector<std::uint32_t> Extract::in_file_order(Tab tab) const {
    const TableFile& t = table(tab);
    std::vector<std::uint32_t> slots(t.rows.size());
    for (std::uint32_t i = 0; i < slots.size(); ++i) slots[i] = i;
    if (!shape(tab).patient.empty())
        std::ranges::sort(slots, {}, [&](std::uint32_t s) { return t.offset(s); });
    return slots;
}

}  // namespace gpswitch::emis
