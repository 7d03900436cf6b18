#include "cmd/context.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "cmd/run_report.hpp"
#include "cmd/selection.hpp"
#include "cmd/signals.hpp"
#include "cmd/talk.hpp"
#include "cmd/words.hpp"
#include "core/io/file.hpp"
#include "core/mapping/carry.hpp"
#include "core/pipeline/pipeline.hpp"
#include "core/pipeline/seal.hpp"
#include "core/system/all.hpp"
#include "core/util/error.hpp"
#include "core/util/hash.hpp"
#include "core/util/text.hpp"

namespace gpswitch::cmd {
namespace {

namespace fs = std::filesystem;

/// The folder in which `path` lies or will lie; "out/" lies where "out" does.
std::string folder_of(std::string path) {
    while (path.size() > 1 && path.back() == '/') path.pop_back();
    const std::string folder = fs::path(path).lexically_normal().parent_path().string();
    return folder.empty() ? "." : folder;
}

std::string temporary_folder() {
    const char* folder = std::getenv("TMPDIR");
    return folder != nullptr && *folder != '\0' ? folder : "/tmp";
}

/// The folder of the running binary; empty when the system does not tell.
fs::path own_folder() {
    std::error_code none;
    const fs::path self = fs::read_symlink("/proc/self/exe", none);
    return none ? fs::path{} : self.parent_path();
}

std::string described(const OpenSource& s) {
    const record::Census& c = s.census();
    std::uint64_t rows = 0;
    for (const auto& table : c.tables) rows += table.rows;
    // A package or store names the version of what it was made from, which is none of its own.
    const std::string version = s.mapping ? c.version : "";
    std::string out = fmt::format("{}: {}{}{}, {}, {} in {}", s.address, c.system, version.empty() ? "" : " ",
                                  version, count(c.patients.size(), "patient", "patients"),
                                  count(rows, "row", "rows"), count(c.tables.size(), "table", "tables"));
    if (!c.as_of.empty()) out += ", as of " + c.as_of;
    if (s.mapping) out += fmt::format(", mapping {}@{}", s.mapping->id(), s.mapping->version());
    return out;
}

}  // namespace

std::vector<Issue> refusals(const archive::Place& files, const std::string& place) {
    std::vector<Issue> out;
    for (const auto& [name, reason] : files.refused())
        out.push_back({Severity::error, "PLACE-REFUSED-001", fmt::format("{}!{}", place, shown(name)), 0, 0,
                       "", "", fmt::format("member not unpacked: {}", reason),
                       "ask the supplier for a clean extract"});
    return out;
}

std::shared_ptr<archive::Place> Context::open_place(const std::string& place,
                                                    const std::string& output) const {
    archive::OpenOptions open;
    open.spool_folder = !options.spool.empty()            ? options.spool
                        : output.empty() || output == "-" ? temporary_folder()
                                                          : folder_of(output);
    return archive::Place::open(place, open);
}

OpenSource Context::open_source(const std::string& address, const std::string& output) const {
    selection();  // what is wrong with it is said before anything is read
    OpenSource s;
    s.address = address;
    const systems::Address parsed = systems::parse(address);
    s.place = parsed.place;
    std::vector<Issue> issues;
    if (parsed.system == nullptr || systems::place_is_file(*parsed.system)) {
        s.files = open_place(s.place, output);
        issues = refusals(*s.files, s.place);
        if (auto held = pipeline::held_in_export(*s.files)) issues.push_back(*held);
        s.sealed = s.files;
        s.files = pipeline::unsealed(s.files);
    }
    s.system = parsed.system != nullptr ? parsed.system : &systems::recognise(*s.files);
    if (parsed.system == nullptr) {
        const record::Recognition why = s.system->recognise(*s.files);
        spdlog::debug("{}: {} ({} % sure: {})", address, s.system->name(), why.certainty, why.reason);
    }
    if (!s.system->mapping_id().empty()) {
        s.mapping =
            load_mapping(options.mapping.empty() ? std::string(s.system->mapping_id()) : options.mapping);
        s.origin.mapping_id = s.mapping->id();
        s.origin.mapping_version = s.mapping->version();
        s.origin.mapping_sha256 = s.mapping->sha256();
        spdlog::debug("mapping {}@{} from {}", s.mapping->id(), s.mapping->version(), s.mapping->folder());
    } else if (!options.mapping.empty()) {
        spdlog::warn("{} is in standard form already: --mapping has no effect on it", address);
    }
    record::SourceOptions source_options;
    source_options.place = s.place;
    source_options.files = s.files;
    source_options.mapping = s.mapping.get();
    source_options.show_values = options.show_values;
    if (selects) source_options.practice = options.practice;
    if (selects) source_options.as_of = options.as_of;
    source_options.incomplete = options.incomplete;
    s.source = s.system->open(source_options);
    if (selects) check_practice_and_moment(options, s.source->census(), address);
    if (!issues.empty() || !selection().empty())
        s.source = with_more(std::move(s.source), std::move(issues), selection().words());
    s.origin.census = &s.source->census();
    s.origin.fingerprint =
        pipeline::fingerprint(s.source->census(), s.mapping.get(), &selection(), safeguards_sha256());
    if (say_sources)
        spdlog::info("{}", described(s));
    else
        spdlog::debug("{}", described(s));
    return s;
}

std::unique_ptr<record::Target> Context::create_target(const systems::Address& address,
                                                       bool overwrite) const {
    record::TargetOptions o{address.place, overwrite, {}};
    if (!address.system->mapping_id().empty())
        o.mapping = load_mapping(std::string(address.system->mapping_id()));
    return address.system->create(o);
}

std::unique_ptr<ledger::Ledger> Context::move(OpenSource& source, record::Target& target, IssueSink& issues,
                                              const std::function<void(record::Record&)>& inspect, bool as_is,
                                              const HeldEntry& held) const {
    Progress progress;
    pipeline::Options o;
    o.jobs = options.jobs;
    o.mapping = source.mapping.get();
    o.issues = &issues;
    o.selection = selection().empty() ? nullptr : &selection();
    o.place = source.place;
    o.inspect = inspect;
    o.safeguards = &safeguards();
    o.as_is = as_is;
    o.progress = [&progress](std::uint64_t done, std::uint64_t total) { progress(done, total); };
    o.interrupted = &interrupted();
    o.held = held;
    auto ledger = pipeline::run(*source.source, target, source.origin, o);
    for (const Issue& issue : selection().unfound()) issues.add(issue);
    return ledger;
}

const pipeline::Selection& Context::selection() const {
    static const pipeline::Selection everyone;
    if (!selects) return everyone;
    if (!selection_) selection_ = selection_of(options, [this] { return rule_file("population.csv"); });
    return *selection_;
}

const mapping::Safeguards& Context::safeguards() const {
    if (!safeguards_) {
        auto all = std::make_unique<mapping::Safeguards>();
        const std::string labels = rule_file("labels.csv"), reasons = rule_file("empty-reason.csv");
        const std::string label_rows = io::read_all(labels), reason_rows = io::read_all(reasons);
        all->load_labels(label_rows, labels);
        all->load_empty_reasons(reason_rows, reasons);
        safeguards_ = std::move(all);
        safeguards_sha256_ = sha256_hex(sha256_hex(label_rows) + sha256_hex(reason_rows));
    }
    return *safeguards_;
}

const std::string& Context::safeguards_sha256() const {
    safeguards();
    return safeguards_sha256_;
}

diff::Side Context::side_of(OpenSource& s, bool as_imported) const {
    const bool labels = as_imported || s.mapping;
    return {s.source.get(),
            [set = s.mapping, labels, &rules = safeguards()](record::Record& record) {
                if (set) set->apply(record);
                mapping::Safeguards::mark(record);
                rules.no_false_none(record);
                if (labels) rules.inherit_labels(record);
            },
            !labels};
}

void Context::select(OpenSource& s, bool rest) const {
    if (selection().empty()) return;
    s.source = pipeline::selected(std::move(s.source), selection(), side_of(s).prepare, rest);
    s.origin.census = &s.source->census();
}

// A Target that writes nothing: it says of each record what it would not carry.
std::unique_ptr<record::Target> Context::asked(const record::System& system, const OpenSource& about) const {
    if (!system.writes() || system.mapping_id().empty()) return nullptr;
    auto target = create_target({&system, "/dev/null"}, true);
    if (dynamic_cast<record::Foresight*>(target.get()) == nullptr) return nullptr;
    target->begin(about.origin);
    return target;
}

diff::Totals Context::compare(OpenSource& before, OpenSource& after, CompareOptions how,
                              diff::Writer& writer) const {
    std::vector<std::unique_ptr<record::Target>> targets;
    const auto ask = [&](const record::System& system, const OpenSource& about,
                         std::vector<const record::Foresight*>& list) {
        auto target = asked(system, about);
        if (target == nullptr) return;
        list.push_back(dynamic_cast<const record::Foresight*>(target.get()));
        targets.push_back(std::move(target));
    };
    // Of siblings each came by its own layout, and neither by the other's.
    std::vector<const record::System*> way = {after.system};
    auto between = std::make_shared<diff::Between>();
    std::optional<OpenSource> middle;
    for (const std::string& name : how.via) {
        const record::System* system = systems::find(name.substr(0, name.find(':')));
        if (system == nullptr)
            throw UsageError(fmt::format("there is no system {}", name), "`gpswitch systems` lists them");
        if (std::ranges::find(way, system) == way.end()) way.push_back(system);
        if (name.find(':') != std::string::npos && !middle) middle = open_source(name);
    }
    if (!how.origin.empty()) middle = open_source(how.origin);
    for (const record::System* system : way) {
        // What AFTER was made of, when it is there, and not what that was made of.
        const bool last = middle && system == after.system;
        if (last) ask(*system, *middle, between->foresight);
        if (!last || how.siblings) ask(*system, before, how.foresight);
        if (system->mapping_id().empty()) continue;
        declare(system == after.system && after.mapping ? *after.mapping
                                                        : *load_mapping(std::string(system->mapping_id())),
                how);
    }
    if (how.siblings) {
        ask(*before.system, after, how.foresight_before);
        if (middle) ask(*before.system, *middle, between->foresight_before);
        if (before.mapping && std::ranges::find(way, before.system) == way.end())
            declare(*before.mapping, how);
    }
    Progress progress("patients");
    const std::uint64_t total = std::max(before.census().patients.size(), after.census().patients.size());
    how.progress = [&](std::uint64_t patients) {
        if (interrupted()) throw Error(130, "interrupted", "nothing was written; run the same command again");
        progress(patients, std::max(patients, total));
    };
    const std::string systems = rule_file("code-systems.csv");
    how.code_systems = diff::load_code_systems(io::read_all(systems), systems);
    if (middle) {
        between->side = side_of(*middle, how.layout);
        between->origin = how.siblings;
        how.between = between;
    }
    // A layout's Target was given, and is asked about, what the import makes of a record.
    return diff::compare(side_of(before, how.layout), side_of(after, how.layout), how, writer);
}

void Context::declare(const mapping::MappingSet& set, diff::Options& how) {
    how.layout = true;
    for (mapping::Carry& c : mapping::load_carry(set)) how.carry.push_back(std::move(c));
}

std::vector<std::string> Context::mapping_roots() const {
    std::vector<std::string> roots = options.mappings;
    const auto add = [&roots](const fs::path& folder) {
        if (io::is_folder(folder.string())) roots.push_back(folder.lexically_normal().string());
    };
    if (const char* folder = std::getenv("GPSWITCH_MAPPINGS"); folder != nullptr && *folder != '\0')
        add(folder);
    const fs::path here = own_folder();
    if (io::exists((here / "CMakeCache.txt").string())) {
        add(fs::path(GPSWITCH_SOURCE_DIR) / "mappings");
    } else {
        add(here / ".." / "share" / "gpswitch" / "mappings");
        if (roots.empty()) add(fs::path(GPSWITCH_DATADIR) / "mappings");
    }
    return roots;
}

std::shared_ptr<mapping::MappingSet> Context::load_mapping(const std::string& id_at_version) const {
    return mapping::MappingSet::load(mapping::find_set(mapping_roots(), id_at_version));
}

std::string Context::rule_file(const std::string& name) const {
    const auto roots = mapping_roots();
    for (const auto& root : roots)
        if (const std::string path = (fs::path(root) / "rules" / name).string(); io::exists(path))
            return path;
    throw MappingError(
        fmt::format("there is no rules/{} in {}", name, roots.empty() ? "any folder" : joined(roots)),
        "--mappings FOLDER or GPSWITCH_MAPPINGS says where the mapping sets and rules are");
}

void Context::need_free(const std::string& path) const {
    std::error_code none;
    if (path == "-" || options.overwrite || !io::exists(path) || fs::is_other(path, none)) return;
    throw UsageError(fmt::format("{} exists already", path), "--overwrite replaces it");
}

void Context::need_free_report() const {
    if (options.report.empty()) return;
    // Found out now, and not when all else is done.
    if (!io::is_folder(folder_of(options.report)))
        throw TargetError(options.report + ": there is no such folder", "choose a folder that exists");
    std::string head(64, '\0');
    std::ifstream file(options.report, std::ios::binary);
    file.read(head.data(), static_cast<std::streamsize>(head.size()));
    if (!is_report(head)) need_free(options.report);
}

void need_apart(const std::string& place, const std::string& output) {
    std::error_code none;
    const fs::path from = fs::weakly_canonical(place, none), to = fs::weakly_canonical(output, none);
    if (from.empty() || to.empty()) return;
    const auto [in_to, in_from] = std::mismatch(to.begin(), to.end(), from.begin(), from.end());
    if (in_to == to.end())
        throw UsageError(fmt::format("{} would replace what is being read from {}", output, place),
                         "choose another name for the output");
}

std::string shell_word(const std::string& word) {
    constexpr std::string_view plain =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:@%+=,";
    if (!word.empty() && word.find_first_not_of(plain) == std::string::npos) return word;
    std::string out = "'";
    for (const char c : word) out += c == '\'' ? "'\\''" : std::string(1, c);
    return out + "'";
}

}  // namespace gpswitch::cmd
