#include "core/system/emis/batches.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "core/archive/all_files.hpp"
#include "core/util/civil_time.hpp"
#include "core/util/error.hpp"
#include "core/util/text.hpp"

namespace gpswitch::emis {
namespace {

Issue issue(Severity severity, const char* code, const std::string& member, std::string message,
            const char* hint = "") {
    Issue i;
    i.severity = severity;
    i.code = code;
    i.member = member;
    i.message = std::move(message);
    i.hint = hint;
    return i;
}

std::string base_name(const std::string& path) { return path.substr(path.rfind('/') + 1); }

/// The digits of a moment, 14 of them: what is not said is the end of the day. Empty: no moment.
std::string stamp_of(const std::string& as_of) {
    std::string digits;
    for (const char c : as_of.substr(0, 19))
        if (c >= '0' && c <= '9') digits += c;
    const std::string day = as_of.substr(0, 10);
    if (!civil_time::is_day(day)) return {};
    if (digits.size() < 14) return digits.substr(0, 8) + "235959";
    // A moment of another time zone: compared in UK clock time.
    const std::string zone = as_of.size() > 19 ? as_of.substr(19) : "";
    if (zone == "Z" || zone.starts_with("+00")) {
        const std::string time = as_of.substr(11, 8);
        if (civil_time::is_time(time) && civil_time::uk_offset(day, time) == "+01:00") {
            const std::string moved = civil_time::add_minutes(day + "T" + time + "+01:00", 60);
            return stamp_of(moved.substr(0, 19));
        }
    }
    return digits;
}

/// A file that names an extract but cannot be read as it is.
void refuse(const archive::Member& m, const FileName& name) {
    if (!name.packed.empty()) {
        const bool secret = name.packed == ".gpg" || name.packed == ".pgp" || name.packed == ".asc";
        throw InputError(
            m.origin + (secret ? " is encrypted" : " is packed by itself"),
            secret ? "decrypt the files first, with the receiver's key (gpg --decrypt-files), then "
                     "give the folder of .csv files"
                   : "unpack it first: files in one archive can be read, archives of single files not");
    }
    Batch batch;
    batch.modern = !name.kind.empty();
    batch.bulk = name.kind == "bulk";
    batch.id = name.range;
    batch.time = name.time;
    throw InputError(fmt::format("{}: the {} has an extra file, for table {} that no version has", m.origin,
                                 batch.name(), name.table),
                     "its rows would be in no count: ask the supplier what it is, or take it out");
}

void add_member(Batch& batch, Tab tab, std::size_t m, const archive::Place& files,
                std::vector<Issue>& issues) {
    int& place = batch.member[static_cast<std::size_t>(tab)];
    if (place < 0) {
        place = static_cast<int>(m);
        return;
    }
    const auto& members = files.members();
    const auto first = static_cast<std::size_t>(place);
    if (files.bytes(first) != files.bytes(m))
        throw InputError(fmt::format("two files for {} in one extract, which differ: {} and {}",
                                     shape(tab).name, members[first].origin, members[m].origin),
                         "take the wrong one out");
    batch.copies.emplace_back(tab, m);
    issues.push_back(issue(Severity::warning, "EMIS-BATCH-002", members[m].origin,
                           "the same file again: its rows count once"));
}

}  // namespace

std::string Batch::day() const {
    return time.size() < 8 ? "" : time.substr(0, 4) + "-" + time.substr(4, 2) + "-" + time.substr(6, 2);
}

std::string Batch::name() const {
    std::string when = day();
    if (time.size() == 14)
        when += " " + time.substr(8, 2) + ":" + time.substr(10, 2) + ":" + time.substr(12, 2);
    return fmt::format("{} {} of {}", modern ? (bulk ? "bulk" : "delta") : "extract", id, when);
}

std::string whole_of(const archive::Place& files) {
    const auto& members = files.members();
    if (members.empty()) return "the place";
    std::string whole = members[0].origin.substr(0, members[0].origin.size() - members[0].name.size());
    while (whole.size() > 1 && (whole.back() == '/' || whole.back() == '!')) whole.pop_back();
    return whole.empty() ? "." : whole;
}

Deliveries deliveries(const archive::Place& files, const std::string& as_of) {
    Deliveries out;
    const auto& members = files.members();
    std::set<std::string> names;
    for (const archive::Member& m : members) names.insert(base_name(m.name));
    std::map<std::tuple<std::string, std::string, std::string, std::string>, Batch> found;
    for (std::size_t m = 0; m < members.size(); ++m) {
        if (const auto side = side_file(members[m].name)) {
            out.sides.emplace_back(*side, m);
            continue;
        }
        const auto name = parse_file_name(members[m].name);
        if (!name) {
            archive::refuse_packed(files, m, [](std::string_view inside) {
                return parse_file_name(inside) || side_file(inside);
            });
            // A table that nobody knows may hold patients' rows; a note beside the extract does not.
            const bool table = lower(members[m].name).ends_with(".csv");
            out.issues.push_back(
                issue(table ? Severity::warning : Severity::information, "EMIS-FILE-001", members[m].origin,
                      "not a file of an EMIS extract: left unread",
                      table ? "ask the supplier what is in it: its rows are in no count" : ""));
            continue;
        }
        if (!name->packed.empty()) {
            const std::string own = base_name(members[m].name);
            if (!names.contains(own.substr(0, own.size() - name->packed.size()))) refuse(members[m], *name);
            out.issues.push_back(issue(Severity::information, "EMIS-FILE-001", members[m].origin,
                                       "left unread: the file it wraps is here as well"));
            continue;
        }
        if (!name->known) refuse(members[m], *name);
        Batch& b = found[{name->time, name->agreement, name->kind, name->range}];
        if (b.time.empty()) {
            b.member.fill(-1);
            b.time = name->time;
            b.origin = members[m].origin;
            b.agreement = name->agreement;
            b.id = name->range;
            b.modern = !name->kind.empty();
            b.bulk = name->kind == "bulk";
        }
        add_member(b, name->tab, m, files, out.issues);
    }
    if (found.empty())
        throw InputError(whole_of(files) + ": no file of an EMIS extract in it",
                         "give the folder of the extract");
    const std::string until = stamp_of(as_of);
    if (!as_of.empty() && until.empty())
        throw InputError("\"" + shown(as_of) + "\" is no moment",
                         "write it like 2026-03-01 or 2026-03-01T06:00:00");
    for (auto& [key, batch] : found) {
        if (!until.empty() && batch.time > until) batch.use = Use::later;
        out.batches.push_back(std::move(batch));
    }
    if (std::ranges::none_of(out.batches, [](const Batch& b) { return b.use == Use::read; }))
        throw InputError(whole_of(files) + ": every delivery is later than the moment asked for",
                         "the first is the " + out.batches.front().name());
    return out;
}

void check_order(const std::vector<Batch>& batches, std::vector<Issue>& issues) {
    const Batch* before = nullptr;
    std::map<std::string, const Batch*> ids;
    std::size_t read = 0;
    for (const Batch& b : batches) {
        if (b.use != Use::read) continue;
        ++read;
        if (before == nullptr && b.modern && !b.bulk)
            throw InputError("the first delivery is no bulk extract: " + b.name(),
                             "a delta changes what a bulk delivered: give the bulk extract with it");
        if (before != nullptr && before->time == b.time)
            throw InputError(
                fmt::format("two deliveries have one time stamp: {} and {}", before->name(), b.name()),
                "time stamps order deliveries; ask the supplier which of them counts");
        const auto repeated = ids.find(b.id);
        if (b.modern && repeated != ids.end() && !b.bulk)
            issues.push_back(issue(Severity::warning, "EMIS-BATCH-002", b.origin,
                                   "the " + b.name() + " has the number of an earlier delivery, the " +
                                       repeated->second->name()));
        ids.emplace(b.id, &b);
        const auto number = to_integer(b.id),
                   last = before == nullptr ? std::nullopt : to_integer(before->id);
        // A bulk starts anew, and so may its numbers.
        if (b.modern && !b.bulk && before != nullptr && before->modern && number && last) {
            if (*number < *last)
                issues.push_back(issue(
                    Severity::warning, "EMIS-BATCH-003", b.origin,
                    fmt::format(
                        "the {} has a number below that of the delivery before it, {}: time stamps decide",
                        b.name(), *last),
                    "ask the supplier whether both belong to one feed"));
            if (*number > *last + 1)
                issues.push_back(
                    issue(Severity::warning, "EMIS-BATCH-004", b.origin,
                          fmt::format("numbers {} to {} are not here: a delivery may be missing", *last + 1,
                                      *number - 1),
                          "ask the supplier: what a missing delivery changed or deleted is not known"));
        }
        before = &b;
    }
    if (read > 1)
        issues.push_back(
            issue(Severity::information, "EMIS-BATCH-001", before->origin,
                  fmt::format("{} deliveries, read in the order of their time stamps; the last is the {}",
                              read, before->name())));
}

}  // namespace gpswitch::emis
