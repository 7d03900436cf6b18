// Whose extract it is: sharing agreements, practices, and the rows of Admin_Patient.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "core/system/emis/extract.hpp"
#include "core/util/error.hpp"
#include "core/util/text.hpp"

namespace gpswitch::emis {

void Extract::read_agreements() {
    const TableFile& t = tables_[static_cast<std::size_t>(Tab::Agreements_SharingOrganisation)];
    Arena arena;
    std::vector<Text> cells;
    for (const Part& p : t.parts) {
        if (batches()[p.batch].use != Use::read) continue;
        const auto at = [&](std::string_view column) {
            return static_cast<std::size_t>(p.header.find(column));
        };
        RowScanner scan(p);
        csv::RowSpan span;
        bool first = true;
        while (scan.next(span)) {
            const auto until = p.bytes.begin() + static_cast<std::ptrdiff_t>(span.offset);
            const auto line = static_cast<std::uint64_t>(std::count(p.bytes.begin(), until, '\n')) + 1;
            if (csv::split(p.bytes.substr(span.offset, span.length), {}, arena, cells) != csv::State::good ||
                cells.size() != p.header.columns.size())
                throw InputError(
                    fmt::format("{}:{}: a row of the sharing agreement cannot be read", p.origin, line),
                    "nothing is loaded before a person has looked");
            Sharing s;
            normal_guid(cells[at("OrganisationGuid")], s.guid);
            s.activated = is_true(cells[at("IsActivated")]);
            s.disabled = is_true(cells[at("Disabled")]);
            s.deleted = is_true(cells[at("Deleted")]);
            ever_disabled_ = ever_disabled_ || s.disabled;
            s.origin = p.origin;
            s.line = line;
            if (first) first_sharing_ = s.guid;
            first = false;
            sharing_[p.batch][key_of(s.guid)] = s;
        }
    }
}

// The newest state counts. With a practice chosen only its own state stops the run.
void Extract::check_sharing() const {
    const std::map<Key, Sharing>* newest = nullptr;
    for (std::size_t b = 0; b < sharing_.size(); ++b)
        if (batches()[b].use == Use::read) newest = &sharing_[b];
    if (newest == nullptr) return;
    for (const auto& [key, s] : *newest) {
        if (!s.disabled || (!practice_.empty() && !options_.practice.empty() && key != practice_)) continue;
        throw InputError(fmt::format("{}:{}: the sharing agreement of organisation {} is disabled", s.origin,
                                     s.line, s.guid),
                         "nothing is loaded and nothing deleted until a person decides; ask the supplier");
    }
}

void Extract::say_sharing() {
    std::size_t newest = batches().size();
    for (std::size_t b = 0; b < batches().size(); ++b)
        if (batches()[b].use == Use::read) newest = b;
    const auto say = [&](const Sharing& s, const char* code, std::string message) {
        Issue i = issue(s.origin, s.line, Severity::warning, code, std::move(message));
        i.resource = "Agreements_SharingOrganisation/" + s.guid;
        issues.push_back(std::move(i));
    };
    for (const auto& entry : sharing_[newest]) {
        const Sharing& s = entry.second;
        if (s.deleted) say(s, "EMIS-AGR-001", "an organisation has left the sharing agreement");
        if (s.disabled)
            say(s, "EMIS-AGR-003", "the agreement of another organisation than the one read is disabled");
        const bool stored =
            std::ranges::any_of(patient_rows_, [&](const auto& r) { return r.organisation == entry.first; });
        if (!s.activated && !s.disabled && !s.deleted && stored)
            say(s, "EMIS-AGR-002", "an organisation is not sharing at the moment: what came before is kept");
    }
}

void Extract::read_patients() {
    TableFile& t = tables_[static_cast<std::size_t>(Tab::Admin_Patient)];
    Arena arena;
    RowText row;
    for (const Part& p : t.parts) {
        const Batch& batch = batches()[p.batch];
        const int guid = p.header.find("PatientGuid"), org = p.header.find("OrganisationGuid");
        const std::string day = batch.day();
        RowScanner scan(p);
        csv::RowSpan span;
        while (scan.next(span)) {
            const Text bytes = p.bytes.substr(span.offset, span.length);
            const Text cell = trim(field_at(bytes, guid));
            if (cell.empty() || !valid_utf8(cell)) continue;
            PatientRow r;
            normal_guid(cell, r.text);
            r.key = key_of(r.text);
            r.organisation = key_of(field_at(bytes, org));
            r.address = p.base + span.offset;
            r.batch = p.batch;
            r.bad = span.state != csv::State::good;
            if (!r.bad) {
                t.read_at(r.address, arena, row);
                r.bad = row.bad != nullptr;
            }
            if (!r.bad) {
                r.deleted = is_true(t.cell(row, "Deleted"));
                r.type = lower(t.cell(row, "PatientTypeDescription"));
                r.start = std::string(t.cell(row, "DateOfRegistration"));
                r.end = std::string(t.cell(row, "DateOfDeactivation"));
                r.processing = to_integer(t.cell(row, "ProcessingId")).value_or(0);
                for (const char* column : {"DateOfDeath", "DateOfDeactivation"})
                    if (const Text d = t.cell(row, column).substr(0, 10);
                        !d.empty() && (day.empty() || d <= day))
                        r.left = true;
            }
            patient_rows_.push_back(std::move(r));
            arena.clear();
        }
    }
}

std::map<Key, Extract::Organisation> Extract::organisations(bool newest_only) const {
    const TableFile& t = table(Tab::Admin_Organisation);
    std::map<Key, Organisation> out;
    Arena arena;
    RowText row;
    for (const Part& p : t.parts) {
        if (batches()[p.batch].use == Use::elsewhere) continue;
        RowScanner scan(p);
        csv::RowSpan span;
        while (scan.next(span)) {
            if (span.state != csv::State::good) continue;
            t.read_at(p.base + span.offset, arena, row);
            if (row.bad != nullptr) continue;
            Organisation o;
            normal_guid(t.cell(row, "OrganisationGuid"), o.guid);
            o.ods = std::string(t.cell(row, "ODSCode"));
            o.name = std::string(t.cell(row, "OrganisationName"));
            auto& known = out[key_of(o.guid)];
            if (newest_only || known.guid.empty()) known = o;
        }
    }
    return out;
}

std::string Extract::listed(const std::map<Key, std::size_t>& practices) const {
    const auto names = organisations(true);
    std::string out;
    for (const auto& [key, number] : practices) {
        const auto it = names.find(key);
        std::string guid;
        for (const PatientRow& r : patient_rows_)
            if (r.organisation == key && guid.empty()) {
                const TableFile& t = table(Tab::Admin_Patient);
                Arena arena;
                RowText row;
                t.read_at(r.address, arena, row);
                normal_guid(t.cell(row, "OrganisationGuid"), guid);
            }
        if (it != names.end()) guid = it->second.guid;
        out += fmt::format(
            "{}{} {} ({}, {} patient{})", out.empty() ? "" : "; ",
            it == names.end() || it->second.ods.empty() ? "no ODS code" : shown(it->second.ods),
            it == names.end() ? "no name" : shown(it->second.name), guid, number, number == 1 ? "" : "s");
    }
    return out;
}

// Batches of several agreements: the one that holds the practice asked for.
void Extract::choose_agreement() {
    std::set<std::string> agreements;
    for (const Batch& b : batches()) agreements.insert(b.agreement);
    if (agreements.size() == 1) return;
    std::string list;
    for (const std::string& a : agreements) list += (list.empty() ? "" : ", ") + a;
    if (options_.practice.empty())
        throw InputError(fmt::format("{}: extracts of {} sharing agreements: {}", whole_of(*files_),
                                     agreements.size(), list),
                         "give the folder of one agreement, or name the practice with --practice");
    std::string wanted;
    normal_guid(options_.practice, wanted);
    std::set<std::string> holding;
    const TableFile& orgs = table(Tab::Admin_Organisation);
    const TableFile& people = table(Tab::Admin_Patient);
    Arena arena;
    RowText row;
    std::map<std::string, std::set<Key>>
        meant;  // by agreement: a code may mean one practice here, another there
    for (const Part& p : orgs.parts) {
        RowScanner scan(p);
        csv::RowSpan span;
        while (scan.next(span)) {
            orgs.read_at(p.base + span.offset, arena, row);
            std::string guid;
            normal_guid(orgs.cell(row, "OrganisationGuid"), guid);
            if (guid == wanted || same_ignoring_case(orgs.cell(row, "ODSCode"), options_.practice))
                meant[batches()[p.batch].agreement].insert(key_of(guid));
        }
    }
    for (const Part& p : people.parts) {
        const std::string& agreement = batches()[p.batch].agreement;
        const int org = p.header.find("OrganisationGuid");
        RowScanner scan(p);
        csv::RowSpan span;
        while (scan.next(span)) {
            const Key key = key_of(field_at(p.bytes.substr(span.offset, span.length), org));
            if (key == key_of(wanted) || meant[agreement].contains(key)) holding.insert(agreement);
        }
    }
    if (holding.size() != 1)
        throw InputError(
            fmt::format("{}: extracts of {} sharing agreements ({}), of which {} patients of practice {}",
                        whole_of(*files_), agreements.size(), list,
                        holding.empty() ? "none has" : "more than one has", shown(options_.practice)),
            "give the folder of one agreement");
    for (Batch& b : deliveries_.batches)
        if (b.agreement != *holding.begin()) b.use = Use::elsewhere;
    issues.push_back(issue(whole_of(*files_), 0, Severity::warning, "EMIS-BATCH-005",
                           fmt::format("extracts of {} sharing agreements; only that of {} is read",
                                       agreements.size(), *holding.begin())));
    for (TableFile& t : tables_) {
        t.header = {};
        for (Part& p : t.parts) p.place.clear();
        unite_headers(t);
    }
}

void Extract::choose_practice() {
    std::map<Key, std::set<Key>> found;
    for (const PatientRow& r : patient_rows_)
        if (batches()[r.batch].use == Use::read && !r.bad && !r.organisation.empty())
            found[r.organisation].insert(r.key);
    std::map<Key, std::size_t> practices;
    for (const auto& [key, people] : found) practices[key] = people.size();
    const auto names = organisations(true);
    std::string guid;
    if (options_.practice.empty()) {
        if (practices.size() > 1)
            throw InputError(fmt::format("{}: patients of {} practices: {}", whole_of(*files_),
                                         practices.size(), listed(practices)),
                             "choose one with --practice and its ODS code or GUID");
        if (!practices.empty()) practice_ = practices.begin()->first;
    } else {
        std::string wanted;
        normal_guid(options_.practice, wanted);
        std::map<Key, std::size_t> meant;
        if (practices.contains(key_of(wanted))) meant[key_of(wanted)] = practices[key_of(wanted)];
        for (const auto& [key, o] : names)
            if (practices.contains(key) && same_ignoring_case(o.ods, trim(options_.practice)))
                meant[key] = practices[key];
        if (meant.size() > 1)
            throw InputError(fmt::format("{}: {} practices share the ODS code {}: {}", whole_of(*files_),
                                         meant.size(), shown(options_.practice), listed(meant)),
                             "choose one with --practice and its GUID");
        if (meant.empty())
            throw InputError(
                fmt::format("{}: no patients of practice {}; there are: {}", whole_of(*files_),
                            shown(options_.practice), practices.empty() ? "none" : listed(practices)),
                "choose one with --practice and its ODS code or GUID");
        practice_ = meant.begin()->first;
        for (const auto& [key, number] : practices)
            if (key != practice_) others_.insert(key);
    }
    census.practice = first_sharing_;
    for (const PatientRow& r : patient_rows_) {
        if (others_.contains(r.organisation)) theirs_.insert(r.key);
        if (practice_.empty() || r.organisation != practice_ || batches()[r.batch].use != Use::read) continue;
        const auto it = names.find(practice_);
        if (it != names.end()) {
            census.practice = it->second.guid;
        } else {
            const TableFile& t = table(Tab::Admin_Patient);
            Arena arena;
            RowText row;
            t.read_at(r.address, arena, row);
            normal_guid(t.cell(row, "OrganisationGuid"), census.practice);
        }
        practice_ = key_of(census.practice);
        break;
    }
    for (const PatientRow& r : patient_rows_)
        if (others_.contains(r.organisation)) theirs_.insert(r.key);
    if (practice_.empty()) practice_ = key_of(census.practice);
    if (const auto it = names.find(practice_); it != names.end()) census.ods = it->second.ods;
}

// Codes flip for a day and back, or change to that of a closed practice.
void Extract::check_ods() {
    const TableFile& t = table(Tab::Admin_Organisation);
    std::string code;
    Arena arena;
    RowText row;
    for (const Part& p : t.parts) {
        if (batches()[p.batch].use != Use::read) continue;
        RowScanner scan(p);
        csv::RowSpan span;
        while (scan.next(span)) {
            if (span.state != csv::State::good) continue;
            t.read_at(p.base + span.offset, arena, row);
            if (row.bad != nullptr || key_of(t.cell(row, "OrganisationGuid")) != practice_) continue;
            const std::string now(t.cell(row, "ODSCode"));
            if (!code.empty() && now != code) {
                issues.push_back(issue(p.origin, 0, Severity::warning, "EMIS-ODS-001",
                                       fmt::format("the practice's ODS code changes from {} to {}",
                                                   shown(code), now.empty() ? "none" : shown(now))));
                issues.back().hint = "codes flip for a day and back: ask before you rely on the new one";
            }
            code = now;
        }
    }
}

bool Extract::looks_like_bulk(const Batch& batch, std::uint16_t index, std::size_t known, bool first) {
    std::unordered_set<Key, KeyHash> here;
    bool deleted = false;
    for (const PatientRow& r : patient_rows_)
        if (r.batch == index) {
            here.insert(r.key);
            deleted = deleted || r.deleted;
        }
    std::uint64_t rows = 0, strange = 0;
    for (const Part& p : table(Tab::CareRecord_Observation).parts) {
        if (p.batch != index) continue;
        const int patient = p.header.find("PatientGuid"), flag = p.header.find("Deleted");
        RowScanner scan(p);
        csv::RowSpan span;
        while (scan.next(span)) {
            const Text row = p.bytes.substr(span.offset, span.length);
            ++rows;
            strange += here.contains(key_of(field_at(row, patient))) ? 0 : 1;
            deleted = deleted || is_true(field_at(row, flag));
        }
    }
    const bool restarts = batch.id == "1" || batch.id.starts_with("1-");
    if (first) {
        if (rows > 0 && strange * 2 > rows && !restarts)
            throw InputError(
                fmt::format(
                    "the first delivery is no bulk extract: in the {} most entries are of patients it does "
                    "not bring",
                    batch.name()),
                "its file names do not say what it is; give the bulk extract with it");
        return true;
    }
    return restarts && !deleted && strange == 0 && !here.empty() && here.size() * 2 >= known;
}

// Old file names do not say bulk or delta. In doubt a later one is a delta: that deletes nothing by its
// silence.
void Extract::guess_bulks() {
    bool first = true;
    std::unordered_set<Key, KeyHash> known;
    for (std::uint16_t b = 0; b < batches().size(); ++b) {
        Batch& batch = deliveries_.batches[b];
        if (batch.use != Use::read) continue;
        if (!batch.modern) {
            batch.bulk = looks_like_bulk(batch, b, known.size(), first);
            if (batches().size() > 1)
                issues.push_back(
                    issue(batch.origin, 0, Severity::information, "EMIS-BATCH-006",
                          fmt::format("file names do not say whether the {} is a bulk: taken as a {}",
                                      batch.name(), batch.bulk ? "bulk" : "delta")));
        }
        if (!first && batch.bulk) replacing_.push_back(b);
        first = false;
        for (const PatientRow& r : patient_rows_)
            if (r.batch == b) known.insert(r.key);
    }
}

void Extract::fill_patients() {
    std::vector<std::string> keys;
    for (const PatientRow& r : patient_rows_)
        if (batches()[r.batch].use == Use::read && !others_.contains(r.organisation)) keys.push_back(r.text);
    std::sort(keys.begin(), keys.end());
    keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
    if (keys.size() >= TableFile::kNobody) throw InputError("more than 16 million patients");
    patients.reserve(keys.size());
    std::int64_t highest = 0;
    for (const std::string& k : keys) {
        patients.emplace(key_of(k), static_cast<std::uint32_t>(census.patients.size()));
        census.patients.push_back({k, 0});
    }
    const TableFile& t = table(Tab::Admin_Patient);
    for (const Part& p : t.parts) {
        if (batches()[p.batch].use != Use::read) continue;
        const int number = p.header.find("PatientNumber"), org = p.header.find("OrganisationGuid");
        RowScanner scan(p);
        csv::RowSpan span;
        while (scan.next(span)) {
            const Text row = p.bytes.substr(span.offset, span.length);
            if (key_of(field_at(row, org)) == practice_)
                highest = std::max(highest, to_integer(trim(field_at(row, number))).value_or(0));
        }
    }
    // An agreement with the wrong default of consent delivers next to nobody.
    if (!keys.empty() && highest > static_cast<std::int64_t>(keys.size()) * 100) {
        issues.push_back(
            issue(t.parts.front().origin, 0, Severity::warning, "EMIS-BULK-001",
                  fmt::format("{} patients, but patient numbers go up to {}: under one in a hundred",
                              keys.size(), highest)));
        issues.back().hint =
            "compare with the practice's list size: an agreement set up wrongly leaves most out";
    }
}

}  // namespace gpswitch::emis
