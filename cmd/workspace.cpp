#include "cmd/workspace.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "core/io/file.hpp"
#include "core/util/error.hpp"

namespace gpswitch::cmd {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

constexpr std::string_view kLock = ".lock", kGates = "gates.json";

std::string reason() { return std::strerror(errno); }

}  // namespace

Workspace::Workspace(const std::string& final_path) : final_(final_path) {
    while (final_.size() > 1 && final_.back() == '/') final_.pop_back();
    const std::string name = fs::path(final_).filename().string();
    if (name.empty() || name == "." || name == ".." || name == "/")
        throw UsageError(fmt::format("'{}' is not a name for a new folder", final_path),
                         "give the folder a name of its own");
    partial_ = final_ + ".partial";
    ours_ = ::mkdir(partial_.c_str(), 0700) == 0;
    if (!ours_ && errno == EEXIST)
        need_ours();
    else if (!ours_)
        throw TargetError(fmt::format("{}: cannot be made: {}", partial_, reason()),
                          "choose a folder that exists and may be written");
    lock_ = ::open(in(kLock).c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0600);
    if (lock_ < 0)
        throw TargetError(
            fmt::format("{}: cannot be written: {}", partial_, reason()),
            "it is where the folder is made before it gets its name: remove what is in the way");
    if (::flock(lock_, LOCK_EX | LOCK_NB) != 0)
        throw UsageError(fmt::format("{}: another run is at work in it", partial_),
                         "wait for it, or choose another name for the folder");
}

Workspace::~Workspace() {
    if (lock_ >= 0) ::close(lock_);
}

void Workspace::clear(bool rests_only) const {
    std::error_code failed;
    // What a killed run was writing has a name that begins with a dot (io::OutputFile, OutputFolder).
    for (const auto& entry : fs::directory_iterator(partial_, failed)) {
        const std::string name = entry.path().filename().string();
        if (name != kLock && (!rests_only || name.starts_with('.'))) fs::remove_all(entry.path(), failed);
    }
    if (failed)
        throw TargetError(fmt::format("{}: cannot be emptied: {}", partial_, failed.message()),
                          "remove it by hand, or choose another name");
}

void Workspace::need_ours() const {
    if (io::exists(in(kGates))) return;
    std::error_code failed;
    for (const auto& entry : fs::directory_iterator(partial_, failed))
        if (entry.path().filename() != kLock && !entry.path().filename().string().starts_with(".gates.json"))
            throw UsageError(fmt::format("{}: exists already, and is not the beginning of a move", partial_),
                             "it would be emptied: move it away, or choose another name for the output");
}

bool Workspace::restore(const ordered_json& state) {
    begun_ = state.value("begun", "");
    for (const auto& g : state.at("gates")) {
        const auto outcome = summary::outcome_of(g.at("outcome").get<std::string>());
        if (!outcome || !g.at("facts").is_object()) {
            done_.clear();
            return false;
        }
        done_.push_back({{g.at("gate"), *outcome, g.at("says"), {}}, g.at("facts").dump()});
    }
    return true;
}

Workspace::Found Workspace::take_over(const std::string& asked) {
    asked_ = asked;
    Found found = io::exists(in(kGates)) ? Found::other : Found::nothing;
    if (found == Found::other) {
        // Written in one step: what cannot be read is not ours, or of another version.
        try {
            const ordered_json state = ordered_json::parse(io::read_all(in(kGates)));
            if (state.at("asked") == ordered_json::parse(asked) && restore(state)) found = Found::same;
        } catch (const ordered_json::exception&) { done_.clear(); }
        if (found == Found::other) begun_.clear();
    }
    clear(found == Found::same);
    if (found != Found::same) ours_ = true;
    return found;
}

void Workspace::save(std::string_view begun) const {
    ordered_json state = {{"gates", ordered_json::array()}, {"asked", ordered_json::parse(asked_)}};
    for (const GateRecord& r : done_)
        state["gates"].push_back({{"gate", r.gate.name},
                                  {"outcome", summary::to_text(r.gate.outcome)},
                                  {"says", r.gate.says},
                                  {"facts", ordered_json::parse(r.facts)}});
    if (!begun.empty()) state["begun"] = begun;
    write(kGates, state.dump(2) + '\n');
}

void Workspace::begin(std::string_view gate) { save(gate); }

void Workspace::finish(GateRecord record) {
    done_.push_back(std::move(record));
    save({});
}

void Workspace::remove(std::string_view name) const {
    std::error_code failed;
    fs::remove_all(in(name), failed);
    if (failed)
        throw TargetError(fmt::format("{}: cannot be removed: {}", in(name), failed.message()),
                          "remove it by hand and run the same command again");
}

void Workspace::write(std::string_view name, std::string_view text) const {
    io::OutputFile file(in(name));
    file.write(text);
    file.publish();
}

void Workspace::close() const { ::unlink(in(kLock).c_str()); }

void Workspace::publish(bool overwrite) {
    const unsigned flags = overwrite && io::exists(final_) ? RENAME_EXCHANGE : RENAME_NOREPLACE;
    int failed = ::renameat2(AT_FDCWD, partial_.c_str(), AT_FDCWD, final_.c_str(), flags);
    if (failed != 0 && (errno == EINVAL || errno == ENOSYS) && !io::exists(final_))
        failed = ::rename(partial_.c_str(), final_.c_str());
    if (failed != 0)
        throw TargetError(fmt::format("{}: cannot be given its name: {}", final_, reason()),
                          fmt::format("all of it is in {}: rename it by hand", partial_));
    published_ = true;
    std::error_code rest;
    if (flags == RENAME_EXCHANGE) fs::remove_all(partial_, rest);
    if (rest)
        throw TargetError(fmt::format("{} is in place, but the one it replaces could not be removed: {}",
                                      final_, rest.message()),
                          "remove " + partial_ + " by hand");
}

void Workspace::discard() {
    std::error_code ignored;
    if (ours_ && !published_) fs::remove_all(partial_, ignored);
}

}  // namespace gpswitch::cmd
