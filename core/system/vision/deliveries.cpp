#include "core/system/vision/deliveries.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "core/archive/all_files.hpp"
#include "core/system/vision/values.hpp"
#include "core/util/civil_time.hpp"
#include "core/util/error.hpp"
#include "core/util/text.hpp"

namespace gpswitch::vision {
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

bool ends_with(std::string_view name, std::string_view suffix) {
    return name.size() >= suffix.size() &&
           same_ignoring_case(name.substr(name.size() - suffix.size()), suffix);
}

/// Called after the kind of an extract, whatever comes behind.
bool named_like_delivery(std::string_view path) {
    const std::string_view base = path.substr(path.rfind('/') + 1);
    return std::ranges::any_of(kExtracts, [&](std::string_view extract) {
        return starts_with_ignoring_case(base, extract) &&
               base.substr(extract.size(), 1).find_first_of("_-") == 0;
    });
}

/// A day is its end; without a zone it is the clock of the UK.
std::string until_of(const std::string& as_of) {
    if (as_of.empty()) return {};
    const std::string day = as_of.substr(0, 10);
    const std::string time = as_of.size() == 10 ? "23:59:59" : as_of.size() < 19 ? "" : as_of.substr(11, 8);
    if (!civil_time::is_day(day) || !civil_time::is_time(time))
        throw InputError("\"" + shown(as_of) + "\" is no moment",
                         "write it like 2026-03-01 or 2026-03-01T06:00:00");
    const std::string zone = as_of.size() > 19 ? as_of.substr(19) : std::string();
    if ((zone == "Z" || zone.starts_with("+00")) && civil_time::uk_offset(day, time) == "+01:00") {
        const std::string moved = civil_time::add_minutes(day + "T" + time + "+01:00", 60);
        return moved.substr(0, 10) + " " + moved.substr(11, 8);
    }
    return day + " " + time;
}

class Finder {
  public:
    explicit Finder(std::shared_ptr<archive::Place> files)
        : files_(std::move(files)), all_(archive::all_files(files_)) {
        for (const auto& a : all_.archives) out_.places.push_back(a.place);
    }

    Deliveries run(const std::string& as_of) {
        std::vector<bool> used(all_.archives.size(), false);
        for (const archive::FoundFile& f : all_.files)
            if (take(f))
                for (std::size_t a = f.archive; !used[a]; a = all_.archives[a].parent) used[a] = true;
        tell_unread(used);
        if (found_.empty())
            throw InputError(
                whole() + ": no file of a Vision extract in it",
                "files are called like INCREMENTAL_A99999_journal_data_extract-2026-03-01-000500.csv");
        for (auto& [key, delivery] : found_) {
            std::stable_sort(delivery.files.begin(), delivery.files.end(), [](const File& a, const File& b) {
                return std::tie(a.type, a.extract) < std::tie(b.type, b.extract);
            });
            drop_copies(delivery);
            out_.list.push_back(std::move(delivery));
        }
        mark(until_of(as_of));
        return std::move(out_);
    }

  private:
    /// False when it is no file of an extract.
    bool take(const archive::FoundFile& f) {
        const archive::Member& member = f.info();
        const auto parts = file_name(member.name);
        if (!parts) {
            refuse(f);
            return false;
        }
        Delivery& d = found_[{parts->moment, parts->ods}];
        d.moment = parts->moment;
        d.ods = parts->ods;
        d.cut_off = parts->moment.substr(0, 10) + " 00:00:00";
        d.files.push_back({parts->extract, parts->type, f.name, member.origin, f.place, f.member});
        return true;
    }

    /// What may be a part of a delivery and cannot be read: without it the deletion of a drug or a new
    /// allergy may be missing, and nothing would say so.
    void refuse(const archive::FoundFile& f) const {
        const archive::Member& member = f.info();
        const bool packed = archive::named_unopenable(member.name);
        if (!packed && !named_like_delivery(member.name)) return;
        if (packed && beside(*f.place, archive::unpacked_name(member.name))) return;
        throw InputError(
            fmt::format("{}: {}", member.origin,
                        packed ? "packed or encrypted in a way that is not opened here"
                               : "called like a file of a delivery, but not as one: which one is it?"),
            packed
                ? "unpack or decrypt it first, and give the result"
                : "files are called like INCREMENTAL_A99999_journal_data_extract-2026-03-01-000500.csv: put "
                  "the name right, or take the file out");
    }

    static bool beside(const archive::Place& place, std::string_view name) {
        return std::ranges::any_of(place.members(), [&](const archive::Member& m) { return m.name == name; });
    }

    /// Notes that lie beside a delivery are told of, and archives in which nothing of an extract lies. A
    /// table that nobody knows may hold patients' rows.
    void tell_unread(const std::vector<bool>& used) {
        for (std::size_t a = 1; a < all_.archives.size(); ++a) {
            const auto& [place, origin, parent] = all_.archives[a];
            for (const auto& r : place->refused())
                out_.issues.push_back(
                    issue(Severity::error, "PLACE-REFUSED-001", fmt::format("{}!{}", origin, shown(r.name)),
                          "member not unpacked: " + r.reason, "ask the supplier for a clean extract"));
            if (!used[a] && used[parent])
                out_.issues.push_back(issue(Severity::warning, "VISION-FILE-001", origin,
                                            "an archive without a file of a Vision extract: left unread",
                                            "ask what is in it: its rows are in no count"));
        }
        for (const archive::FoundFile& f : all_.files) {
            if (!used[f.archive] || file_name(f.info().name)) continue;
            const bool table = ends_with(f.info().name, ".csv");
            out_.issues.push_back(issue(table ? Severity::warning : Severity::information, "VISION-FILE-001",
                                        f.info().origin,
                                        "not called like a file of a Vision extract: left unread",
                                        table ? "ask what is in it: its rows are in no count" : ""));
        }
    }

    void drop_copies(Delivery& d) {
        for (std::size_t i = 1; i < d.files.size(); ++i) {
            const File &a = d.files[i - 1], &b = d.files[i];
            if (a.type != b.type || a.extract != b.extract) continue;
            if (a.bytes() != b.bytes())
                throw InputError(fmt::format("{} and {} differ: which one is of the delivery of {}?",
                                             a.origin, b.origin, d.moment),
                                 "take the wrong one out");
            out_.issues.push_back(issue(Severity::warning, "VISION-DELIVERY-001", b.origin,
                                        "the same file again: left unread"));
            d.files.erase(d.files.begin() + static_cast<std::ptrdiff_t>(i--));
        }
    }

    void mark(const std::string& until) {
        std::size_t read = 0;
        for (Delivery& d : out_.list) {
            d.later = !until.empty() && d.cut_off > until;
            read += d.later ? 0 : 1;
        }
        if (read == 0)
            throw InputError(whole() + ": every delivery is later than the moment asked for",
                             "the first is the delivery of " + out_.list.front().moment);
        if (read > 1)
            out_.issues.push_back(
                issue(Severity::information, "VISION-DELIVERY-002", whole(),
                      fmt::format("{} deliveries, read in the order of the moments in their names", read)));
    }

    std::string whole() const {
        const auto& members = files_->members();
        if (members.empty()) return "the place";
        std::string w = members[0].origin.substr(0, members[0].origin.size() - members[0].name.size());
        while (w.size() > 1 && (w.back() == '/' || w.back() == '!')) w.pop_back();
        return w.empty() ? "." : w;
    }

    std::shared_ptr<archive::Place> files_;
    archive::AllFiles all_;
    std::map<std::pair<std::string, std::string>, Delivery> found_;
    Deliveries out_;
};

}  // namespace

const File* Delivery::find(std::string_view type) const {
    for (const File& f : files)
        if (f.type == type) return &f;
    return nullptr;
}

Use Deliveries::use_of(const Delivery& delivery, const File& file) const {
    if (delivery.later) return Use::later;
    if (file.extract != "FULL") return Use::read;
    for (const Delivery& d : list)
        if (d.ods == delivery.ods && d.moment <= delivery.moment)
            for (const File& f : d.files)
                if (f.type == file.type && f.extract == "INCREMENTAL") return Use::full_copy;
    return Use::read;
}

Deliveries deliveries(std::shared_ptr<archive::Place> files, const std::string& as_of) {
    return Finder(std::move(files)).run(as_of);
}

}  // namespace gpswitch::vision
