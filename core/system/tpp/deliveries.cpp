#include "core/system/tpp/deliveries.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "core/archive/all_files.hpp"
#include "core/system/tpp/values.hpp"
#include "core/system/tpp/zip_parts.hpp"
#include "core/util/civil_time.hpp"
#include "core/util/error.hpp"
#include "core/util/text.hpp"

namespace gpswitch::tpp {
namespace {

constexpr Text kManifest = "srmanifest.csv";
/// Beside the archive, and in no manifest.
constexpr std::array<Text, 2> kBeside = {"SRMapping", "SRMappingGroup"};

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

std::string table_of(std::string_view path) {
    const std::string base = base_name(path);
    if (!lower(base).ends_with(".csv") || !starts_with_ignoring_case(base, "SR")) return {};
    return base.substr(0, base.size() - 4);
}

/// By its name, a file that a delivery has.
bool of_extract(std::string_view path) {
    return lower(base_name(path)) == kManifest || !table_of(path).empty() || part_name(path).number >= 0;
}

/// What lies in one folder of the place.
struct Folder {
    int manifest = -1;
    std::vector<File> tables;                                ///< SR*.csv, the manifest's own left out
    std::map<std::string, std::map<int, std::size_t>> zips;  ///< stem to parts by number
    bool looks_like_delivery() const { return manifest >= 0 || !tables.empty() || !zips.empty(); }
};

class Finder {
  public:
    Finder(std::shared_ptr<archive::Place> files, bool incomplete)
        : files_(std::move(files)), incomplete_(incomplete) {
        out_.places.push_back(files_);
    }

    Deliveries run(const std::string& as_of) {
        sort_members();
        find();
        drop_copies();
        mark(as_of);
        check_chain();
        return std::move(out_);
    }

  private:
    const archive::Member& member(std::size_t m) const { return files_->members()[m]; }

    void sort_members() {
        for (std::size_t m = 0; m < files_->members().size(); ++m) {
            const std::string& name = member(m).name;
            Folder& folder = folders_[folder_of(name)];
            const std::string base = lower(base_name(name));
            if (base == kManifest) {
                folder.manifest = static_cast<int>(m);
            } else if (const std::string table = table_of(name); !table.empty()) {
                folder.tables.push_back({table, name, member(m).origin, files_.get(), m});
            } else if (const PartName part = part_name(name); part.number >= 0) {
                folder.zips[part.stem][part.number] = m;
            } else if (base.starts_with("specification") && base.ends_with(".csv")) {
                if (out_.specification.place == nullptr || out_.specification.name < name)
                    out_.specification = {base, name, member(m).origin, files_.get(), m};
            } else if (base.ends_with(".csv")) {
                out_.issues.push_back(issue(Severity::warning, "TPP-FILE-001", member(m).origin,
                                            "not a file of a SystmOne extract: left unread",
                                            "ask what is in it: its rows are in no count"));
            } else {
                archive::refuse_packed(*files_, m, of_extract);
            }
        }
    }

    void find() {
        const bool finished = std::any_of(folders_.begin(), folders_.end(),
                                          [](const auto& f) { return f.second.manifest >= 0; });
        for (auto& [name, folder] : folders_) {
            if (!folder.looks_like_delivery()) continue;
            const std::string where = name.empty() ? whole() : whole() + "/" + name;
            if (folder.manifest >= 0) {
                out_.list.push_back(delivery(name, folder));
            } else if (finished) {
                // Temporary folders of a download stand beside the deliveries.
                out_.issues.push_back(
                    issue(Severity::warning, "TPP-DELIVERY-001", where,
                          "no SRManifest.csv: an unfinished delivery, left unread",
                          "the manifest is written last: wait for it, or ask for the delivery again"));
            } else {
                throw InputError(where + ": no SRManifest.csv: the delivery is not finished",
                                 "the manifest is written last: wait for it, or ask for the delivery again");
            }
        }
        if (out_.list.empty())
            throw InputError(whole() + ": no SRManifest.csv in it", "give the folder of the extract");
        std::stable_sort(out_.list.begin(), out_.list.end(), [](const Delivery& a, const Delivery& b) {
            return std::tie(a.to, a.from, a.folder) < std::tie(b.to, b.from, b.folder);
        });
    }

    Delivery delivery(const std::string& name, Folder& folder) {
        Delivery d;
        d.folder = name;
        // Several places given as one: the number of the place is no folder of theirs.
        const std::size_t number = files_->joined() ? std::min(name.find('/'), name.size() - 1) + 1 : 0;
        d.configuration = folder_of(std::string_view(name).substr(number));
        // SystmOne moves what it has downloaded before into a folder of this name.
        if (lower(base_name(d.configuration)) == "archived") d.configuration = folder_of(d.configuration);
        const auto m = d.manifest = static_cast<std::size_t>(folder.manifest);
        d.origin = member(m).origin;
        const Manifest manifest = read_manifest(files_->bytes(m), d.origin);
        out_.issues.insert(out_.issues.end(), manifest.issues.begin(), manifest.issues.end());
        d.from = manifest.from;
        d.to = manifest.to;
        d.deltas = manifest.deltas;
        for (const auto& [stem, parts] : folder.zips) open_zip(folder, stem, parts);
        std::string missing;
        for (const Listed& l : manifest.files) {
            const auto it = std::ranges::find_if(
                folder.tables, [&](const File& f) { return same_ignoring_case(f.table, l.name); });
            if (it == folder.tables.end()) {
                missing += (missing.empty() ? "" : ", ") + shown(l.name);
                continue;
            }
            it->delta = l.delta;
            it->reference = l.reference;
            d.files.push_back(*it);
        }
        if (!missing.empty())
            throw InputError(fmt::format("{}: lists files that are not here: {}", d.origin, missing),
                             folder.zips.empty()
                                 ? "bring SRExtract.zip, all its parts, or the files beside the manifest"
                                 : "a part of the archive may be missing; ask for the delivery again");
        unlisted(d, folder);
        return d;
    }

    /// SRMapping and SRMappingGroup are in no manifest; any other file that is not listed is odd, and is
    /// read: leaving it out could lose rows, reading it only updates.
    void unlisted(Delivery& d, const Folder& folder) {
        for (const File& f : folder.tables) {
            const bool listed = std::ranges::any_of(
                d.files, [&](const File& o) { return o.place == f.place && o.member == f.member; });
            if (listed) continue;
            const auto same = std::ranges::find_if(
                d.files, [&](const File& o) { return same_ignoring_case(o.table, f.table); });
            if (same != d.files.end()) {
                if (same->bytes() != f.bytes())
                    throw InputError(
                        fmt::format("{} and {} differ: which one is {}?", same->origin, f.origin, f.table),
                        "take the wrong one out");
                continue;
            }
            if (!beside_manifest(f.table))
                out_.issues.push_back(issue(Severity::warning, "TPP-MANIFEST-001", f.origin,
                                            "not listed in the manifest: read all the same",
                                            "ask whether it belongs to this delivery"));
            d.files.push_back(f);
        }
    }

    void open_zip(Folder& folder, const std::string& stem, const std::map<int, std::size_t>& parts) {
        std::vector<std::size_t> order;
        for (const auto& [n, m] : parts)
            if (n > 0) order.push_back(m);
        // SRExtract.z01, .z02, .zip; or SRExtract.zip.001, .zip.002.
        const bool numbered =
            !order.empty() && lower(base_name(member(order[0]).name)).find(".zip.") != std::string::npos;
        const auto missing = [&](const std::string& suffix) {
            throw InputError(origin_of(stem) + suffix + ": this part of the archive is missing",
                             "all parts must be in one folder: ask for the delivery again");
        };
        for (int n = 1; n <= static_cast<int>(order.size()); ++n)
            if (!parts.contains(n))
                missing(numbered ? fmt::format(".zip.{:03}", n) : fmt::format(".z{:02}", n));
        if (!parts.contains(0) && !numbered) missing(".zip");
        if (parts.contains(0)) order.push_back(parts.at(0));
        const std::string& origin = member(order.back()).origin;
        std::vector<std::string_view> bytes;
        for (const std::size_t m : order) bytes.push_back(files_->bytes(m));
        const std::shared_ptr<archive::Place> zip = joined(bytes, origin);
        for (const auto& r : zip->refused())
            out_.issues.push_back(issue(Severity::warning, "TPP-FILE-001", origin,
                                        fmt::format("{}: {}", shown(r.name), r.reason)));
        for (std::size_t m = 0; m < zip->members().size(); ++m) {
            const std::string& inside = zip->members()[m].name;
            if (const std::string table = table_of(inside);
                !table.empty() && lower(base_name(inside)) != kManifest)
                folder.tables.push_back(
                    {table, member(order.back()).name + "!" + inside, origin + "!" + inside, zip.get(), m});
            else if (lower(base_name(inside)) != kManifest)
                archive::refuse_packed(*zip, m, of_extract);
            else if (!same_manifest(folder, zip->bytes(m)))
                throw InputError(origin + "!" + inside + ": the manifest of another delivery, in an archive",
                                 "unpack that delivery into a folder of its own");
        }
        out_.places.push_back(zip);
    }

    std::shared_ptr<archive::Place> joined(std::span<const std::string_view> parts,
                                           const std::string& origin) const {
        archive::OpenOptions options;
        options.spool_folder = files_->spool_folder();
        const JoinedZip how = join_zip(parts, origin);
        if (parts.size() == 1) return archive::Place::open_archive(parts[0], origin, options);
        const auto whole = spool_zip(parts, how, options.spool_folder, origin);
        try {
            return archive::Place::open_archive(whole->bytes(), origin, options);
        } catch (const InputError& e) {
            throw InputError(e.what(),
                             "a part of the archive may be missing or cut short: ask for the delivery again");
        }
    }

    bool same_manifest(const Folder& folder, std::string_view manifest) const {
        return folder.manifest >= 0 && files_->bytes(static_cast<std::size_t>(folder.manifest)) == manifest;
    }

    std::string origin_of(const std::string& stem) const {
        for (const archive::Member& m : files_->members())
            if (m.name.starts_with(stem)) return m.origin.substr(0, m.origin.size() - m.name.size()) + stem;
        return stem;
    }

    /// The same delivery again, from the folder where SystmOne keeps earlier ones.
    void drop_copies() {
        auto& list = out_.list;
        for (std::size_t i = 1; i < list.size(); ++i) {
            Delivery &a = list[i - 1], &b = list[i];
            if (a.to != b.to || a.configuration != b.configuration) continue;
            const bool same =
                a.files.size() == b.files.size() && std::ranges::all_of(a.files, [&](const File& f) {
                    return std::ranges::any_of(b.files, [&](const File& g) {
                        return same_ignoring_case(f.table, g.table) && f.bytes() == g.bytes();
                    });
                });
            if (!same)
                throw InputError(
                    fmt::format("two deliveries have one moment and differ: {} and {}", a.origin, b.origin),
                    "moments order deliveries; take one of them out");
            out_.issues.push_back(issue(Severity::warning, "TPP-DELIVERY-002", b.origin,
                                        "the same delivery again: left unread"));
            list.erase(list.begin() + static_cast<std::ptrdiff_t>(i--));
        }
    }

    void mark(const std::string& as_of) {
        const std::string until = until_of(as_of);
        if (!as_of.empty() && until.empty())
            throw InputError("\"" + shown(as_of) + "\" is no moment",
                             "write it like 2026-03-01 or 2026-03-01T06:00:00");
        for (Delivery& d : out_.list)
            if (!until.empty() && d.to > until) d.use = Use::later;
        if (std::ranges::none_of(out_.list, [](const Delivery& d) { return d.use == Use::read; }))
            throw InputError(whole() + ": every delivery is later than the moment asked for",
                             "the first is the delivery of " + out_.list.front().to);
    }

    /// Each set-up of an extract has a chain of its own: a delivery begins where the one before it ended, or
    /// before.
    void check_chain() {
        std::map<std::string, const Delivery*> before;
        std::size_t read = 0;
        for (const Delivery& d : out_.list) {
            if (d.use != Use::read) continue;
            ++read;
            const Delivery*& last = before[d.configuration];
            if (d.deltas && last == nullptr && !incomplete_)
                throw InputError(
                    fmt::format("{}: the first delivery holds changes since {} only", d.origin, d.from),
                    "give the full delivery before it as well");
            if (d.deltas && last != nullptr && d.from > last->to)
                throw InputError(
                    fmt::format("{}: begins at {}, and the delivery before it ended at {}: what changed "
                                "in between is lost",
                                d.origin, d.from, last->to),
                    "find the delivery between them, or ask for a full one");
            if (d.deltas && last != nullptr && d.from < last->to)
                out_.issues.push_back(
                    issue(Severity::information, "TPP-DELIVERY-003", d.origin,
                          fmt::format("begins at {}, before the end of the delivery before it: rows may "
                                      "come twice, the last counts",
                                      d.from)));
            last = &d;
        }
        if (read > 1)
            out_.issues.push_back(
                issue(Severity::information, "TPP-DELIVERY-004", out_.list.back().origin,
                      fmt::format("{} deliveries, read in the order of their moments", read)));
    }

    std::string whole() const {
        const auto& members = files_->members();
        if (members.empty()) return "the place";
        std::string w = members[0].origin.substr(0, members[0].origin.size() - members[0].name.size());
        while (w.size() > 1 && (w.back() == '/' || w.back() == '!')) w.pop_back();
        return w.empty() ? "." : w;
    }

    std::shared_ptr<archive::Place> files_;
    bool incomplete_;
    std::map<std::string, Folder> folders_;
    Deliveries out_;
};

}  // namespace

bool beside_manifest(std::string_view table) {
    return std::ranges::any_of(kBeside, [&](Text t) { return same_ignoring_case(t, table); });
}

std::string base_name(std::string_view path) { return std::string(path.substr(path.rfind('/') + 1)); }

std::string folder_of(std::string_view path) {
    const std::size_t slash = path.rfind('/');
    return slash == std::string_view::npos ? std::string() : std::string(path.substr(0, slash));
}

std::string until_of(const std::string& as_of) {
    const std::string day = as_of.substr(0, 10);
    if (!civil_time::is_day(day)) return {};
    if (as_of.size() == 10) return day + " 23:59:59";
    const std::string time = as_of.size() < 19 ? std::string() : as_of.substr(11, 8);
    if (!civil_time::is_time(time)) return {};
    const std::string zone = as_of.substr(19);
    if ((zone == "Z" || zone.starts_with("+00")) && civil_time::uk_offset(day, time) == "+01:00") {
        const std::string moved = civil_time::add_minutes(day + "T" + time + "+01:00", 60);
        return moved.substr(0, 10) + " " + moved.substr(11, 8);
    }
    return day + " " + time;
}

Deliveries deliveries(std::shared_ptr<archive::Place> files, const std::string& as_of, bool incomplete) {
    return Finder(std::move(files), incomplete).run(as_of);
}

}  // namespace gpswitch::tpp
