#include "cmd/profile_check.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "cmd/signals.hpp"
#include "cmd/talk.hpp"
#include "cmd/words.hpp"
#include "core/util/error.hpp"

namespace gpswitch::cmd {
namespace {

bool is_url(const std::string& s) {
    return s.starts_with("http://") || s.starts_with("https://") || s.starts_with("urn:");
}

}  // namespace

std::string profile_table(const Context& context, std::string_view table) {
    const std::string name = fmt::format("profiles/{}.txt", table);
    const auto roots = context.mapping_roots();
    for (const std::string& root : roots)
        if (const std::string path = root + '/' + name; io::exists(path)) return path;
    throw MappingError(
        fmt::format("there is no {} in {}", name, roots.empty() ? "any folder" : joined(roots)),
        "--mappings FOLDER says where the tables are");
}

ProfileCheck::ProfileCheck(const Context& context, const std::vector<std::string>& profiles,
                           profile::Scope scope, std::string_view table, bool tally) {
    std::string path;
    profile::StreamOptions options;
    options.check.show_values = context.options.show_values;
    options.check.tally = tally;
    options.jobs = context.options.jobs;
    options.scope = scope;
    options.spool_folder = context.options.spool;
    for (const std::string& p : profiles) {
        if (is_url(p)) {
            options.check.profiles.push_back(p);
        } else if (path.empty()) {
            path = p;
        } else {
            throw UsageError("validate: --profile takes one table",
                             "make one table of all the packages with gpswitch mappings import");
        }
    }
    file_ = io::MappedFile::open(path.empty() ? profile_table(context, table) : path);
    table_ = profile::Table::load(file_->bytes(), file_->path());
    for (const std::string& url : options.check.profiles)
        if (table_->profile(url) == nullptr)
            throw MappingError(fmt::format("{} has no profile {}", file_->path(), url),
                               "gpswitch mappings import makes a table of the package that defines it");
    how_ = options.check;
    options.leave = io::let_go;
    options.progress = [this](const profile::StreamTotals& totals) {
        if (interrupted()) throw Error(130, "interrupted", "nothing was written; run the same command again");
        if (progress_) (*progress_)(totals.bytes >> 20, total_ >> 20);
    };
    stream_ = std::make_unique<profile::Stream>(*table_, std::move(options));
}

std::vector<std::size_t> ProfileCheck::members(const archive::Place& files, std::string_view table) {
    const bool standard = table == record::kStandardProfiles;
    std::vector<std::size_t> out;
    for (std::size_t i = 0; i < files.members().size(); ++i) {
        const std::string& name = files.members()[i].name;
        const std::size_t slash = name.rfind('/');
        const std::string base = name.substr(slash == std::string::npos ? 0 : slash + 1);
        if (base.ends_with(".ndjson") || base.ends_with(".jsonl")) {
            if (base == "fates.ndjson" || base == "issues.ndjson" || name == "held/rows.ndjson") continue;
            out.push_back(i);
        } else if (!base.ends_with(".json") || (base != "manifest.json" && base != "ledger.json")) {
            const std::string_view head = files.bytes(i).substr(0, 4096);
            const std::size_t first = head.find_first_not_of(" \t\r\n\xEF\xBB\xBF");
            // A GP Connect resource by itself is of another FHIR: it would only seem to be checked.
            if (standard && head.find("fhir.nhs.uk/STU3/") != std::string_view::npos) continue;
            const bool resource = first != std::string_view::npos && head[first] == '{' &&
                                  head.find("\"resourceType\"") != std::string_view::npos;
            // A file that somebody names is looked at whatever is in it: what it lacks is a finding.
            const bool named = files.members().size() == 1 && base.ends_with(".json");
            if (resource || (named && standard)) out.push_back(i);
        }
    }
    return out;
}

void ProfileCheck::check(const archive::Place& files, const std::vector<std::size_t>& members,
                         IssueSink& sink) {
    std::vector<profile::StreamFile> list;
    list.reserve(members.size());
    for (const std::size_t i : members) {
        const archive::Member& m = files.members()[i];
        list.push_back({m.origin, m.size, [&files, i] { return files.bytes(i); }});
        total_ += m.size;
    }
    progress_ = std::make_unique<Progress>("MiB");
    stream_->check(list, sink);
    stream_->finish(sink);
    progress_.reset();
}

profile::Scope ProfileCheck::scope(const archive::Place& files, const std::vector<std::size_t>& members) {
    bool patients = false;
    for (const std::size_t i : members) {
        std::string_view name = files.members()[i].name;
        name.remove_prefix(name.rfind('/') + 1);  // npos + 1 is 0
        if (!name.ends_with(".ndjson")) return profile::Scope::open;
        std::size_t words = 0;
        for (std::string_view rest = name.substr(0, name.size() - 7); !rest.empty();) {
            const std::size_t dot = std::min(rest.find('.'), rest.size());
            const std::string_view part = rest.substr(0, dot);
            rest.remove_prefix(std::min(dot + 1, rest.size()));
            if (part.find_first_not_of("0123456789") == std::string_view::npos) continue;
            const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
            if (part[0] < 'A' || part[0] > 'Z' || !std::all_of(part.begin(), part.end(), letter))
                return profile::Scope::open;
            ++words;
            patients = patients || part == "Patient";
        }
        if (words != 1) return profile::Scope::open;
    }
    return patients ? profile::Scope::listed : profile::Scope::open;
}

const validate::StandardForm& ProfileCheck::form(const record::Census& census) {
    if (form_ == nullptr) form_ = std::make_unique<validate::StandardForm>(*table_, how_, &census);
    return *form_;
}

std::vector<std::pair<std::string, std::uint64_t>> ProfileCheck::not_checked() const {
    const profile::NotChecked all = totals().not_checked;
    std::vector<std::pair<std::string, std::uint64_t>> list(all.begin(), all.end());
    std::sort(list.begin(), list.end());
    return list;
}

profile::StreamTotals ProfileCheck::totals() const {
    profile::StreamTotals all = stream_->totals();
    if (form_ == nullptr) return all;
    all.resources += form_->resources();
    for (const auto& [what, times] : form_->not_checked()) all.not_checked[what] += times;
    all.tally.add(form_->tally());
    return all;
}

std::string ProfileCheck::summary() const {
    std::string out = fmt::format("Profiles: {} checked", count(totals().resources, "resource", "resources"));
    std::string names;
    for (const auto& [name, version] : table_->packages())
        names +=
            fmt::format("{}{}{}{}", names.empty() ? "" : ", ", name, version.empty() ? "" : " ", version);
    out += " against " + names + '\n';
    const auto list = not_checked();
    if (list.empty()) return out;
    out += "Not checked:\n";
    for (const auto& [what, times] : list)
        out += fmt::format("  {} ({})\n", what, count(times, "time", "times"));
    return out;
}

}  // namespace gpswitch::cmd
