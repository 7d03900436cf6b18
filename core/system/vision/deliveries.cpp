#include "core/system/vision/deliveries.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "core/archive/nested.hpp"
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
    explicit Finder(std::shared_ptr<archive::Place> files) : files_(std::move(files)) {
        out_.places.push_back(files_);
    }

    Deliveries run(const std::string& as_of) {
        for (std::size_t m = 0; m < files_->members().size(); ++m) {
            const archive::Member& member = files_->members()[m];
            if (ends_with(member.name, ".zip"))
                open_zip(m);
            else
                take(*files_, m, member.name);
        }
        if (found_.empty())
            throw InputError(
                whole() + ": no file of a Vision extract in it",
                "files are called like INCREMENTAL_A99999_journal_data_extract-2026-03-01-000500.csv");
        for (auto& [key, delivery] : found_) {
            std::stable_sort(delivery.files.begin(), delivery.files.end(),
                             [](const File& a, const File& b) { return a.type < b.type; });
            drop_copies(delivery);
            out_.list.push_back(std::move(delivery));
        }
        mark(until_of(as_of));
        return std::move(out_);
    }

  private:
    void open_zip(std::size_t m) {
        const archive::Member& member = files_->members()[m];
        auto zip = archive::open_member(*files_, m);
        for (const auto& r : zip->refused())
            out_.issues.push_back(issue(Severity::warning, "VISION-FILE-001", member.origin,
                                        fmt::format("{}: {}", shown(r.name), r.reason)));
        for (std::size_t i = 0; i < zip->members().size(); ++i)
            take(*zip, i, member.name + "!" + zip->members()[i].name);
        out_.places.push_back(std::move(zip));
    }

    void take(const archive::Place& place, std::size_t m, std::string name) {
        const archive::Member& member = place.members()[m];
        if (!ends_with(member.name, ".csv")) return;
        const auto parts = file_name(member.name);
        if (!parts) {
            out_.issues.push_back(issue(Severity::warning, "VISION-FILE-001", member.origin,
                                        "not called like a file of a Vision extract: left unread",
                                        "ask what is in it: its rows are in no count"));
            return;
        }
        Delivery& d = found_[{parts->moment, parts->ods}];
        d.moment = parts->moment;
        d.ods = parts->ods;
        d.cut_off = parts->moment.substr(0, 10) + " 00:00:00";
        d.files.push_back({parts->extract, parts->type, std::move(name), member.origin, &place, m});
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
