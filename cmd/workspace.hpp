#pragma once
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "core/summary/summary.hpp"

namespace gpswitch::cmd {

/// What a gate came to. `facts`: a JSON object, without a clock.
struct GateRecord {
    summary::Gate gate;
    std::string facts = "{}";
};

/// The folder of a move while it is being made: FOLDER.partial beside FOLDER, which gets its name when all of
/// it is there. A run that was killed or failed leaves it, with gates.json saying how far it came; the next
/// one for the same thing goes on from there, one for another thing starts clean. One run at a time (a lock
/// that ends with the process, however it ends). Files are readable by their owner only.
/// Errors: UsageError for a path without a name of its own, or when another run is at work in it;
/// TargetError.
class Workspace {
  public:
    explicit Workspace(const std::string& final_path);
    ~Workspace();
    Workspace(const Workspace&) = delete;
    Workspace& operator=(const Workspace&) = delete;

    /// FOLDER.partial, and a name in it.
    const std::string& path() const { return partial_; }
    std::string in(std::string_view name) const { return partial_ + '/' + std::string(name); }

    /// Takes over what an earlier run left when it was for the same thing (`asked`: a JSON object), else
    /// empties the folder.
    enum class Found { nothing, same, other };
    Found take_over(const std::string& asked);
    /// Gates that earlier runs finished and this one does not do again.
    const std::vector<GateRecord>& done() const { return done_; }
    /// The gate an earlier run had begun and not finished; empty when none.
    const std::string& begun() const { return begun_; }

    /// Writes gates.json anew: this gate is being done, or is done.
    void begin(std::string_view gate);
    void finish(GateRecord record);

    /// Removes what stands under this name in the folder, file or folder.
    void remove(std::string_view name) const;
    /// A whole small file, written beside and renamed.
    void write(std::string_view name, std::string_view text) const;
    /// Takes the lock's file out of the folder: what is in it from now on stays in it.
    void close() const;
    /// Gives the folder its final name; with `overwrite` in the place of what has it.
    void publish(bool overwrite);
    /// Removes the folder when nothing in it is worth going on from: what an earlier run left stays.
    void discard();

  private:
    void save(std::string_view begun) const;
    /// What gates.json says; false when it cannot be ours. Errors: what its parts throw when they are of
    /// another type.
    bool restore(const nlohmann::ordered_json& state);
    /// Empties the folder; `rests_only`: of what a killed run had not finished writing.
    void clear(bool rests_only) const;
    /// UsageError when there is something in the folder that no run of ours left.
    void need_ours() const;
    std::string final_, partial_, asked_, begun_;
    std::vector<GateRecord> done_;
    int lock_ = -1;
    bool ours_ = false;  ///< nothing in it is from a run before
    bool published_ = false;
};

}  // namespace gpswitch::cmd
